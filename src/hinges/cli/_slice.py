"""`hinges slice`: what a network does along a line, exactly."""

import sys
from typing import Annotated, Any

import typer

from hinges.cli._json import print_json
from hinges.cli._models import POINT_HELP, DataOption, ModelArgument, ShapeOption, open_rows, point_of
from hinges.cli._networks import open_network
from hinges.cli._options import JsonOption, PlotOption
from hinges.cli._outputs import Outputs
from hinges.cli._progress import working
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.nets import Network

MOST_LISTED = 20  # kinks that are printed one by one


def slice_(
    model: ModelArgument,
    feature: Annotated[int | None, typer.Option(help="The input that moves, from 0.", show_default=False)] = None,
    point: Annotated[str | None, typer.Option(help=f"Where the other inputs stay. {POINT_HELP}")] = None,
    low: Annotated[float, typer.Option(help="Where the feature starts.")] = 0.0,
    high: Annotated[float, typer.Option(help="Where the feature ends.")] = 1.0,
    start: Annotated[str | None, typer.Option(help="One end of a line between two points.", show_default=False)] = None,
    end: Annotated[str | None, typer.Option(help="Its other end.", show_default=False)] = None,
    data: DataOption = None,
    samples: Annotated[
        int | None, typer.Option(help="Evaluate at so many points instead: for smooth networks.", show_default=False)
    ] = None,
    input_shape: ShapeOption = None,
    view: Annotated[str, typer.Option(help="Of the picture: outputs, units or sum.")] = "outputs",
    plot: PlotOption = None,
    json: JsonOption = False,
) -> None:
    """Give the exact function of a network along a feature or between two points, every kink with its unit."""
    from hinges.analysis import Slice, slice_along

    outputs = Outputs(plot, None, None)
    outputs.check()
    network = open_network(model, input_shape)
    line = _line(network, open_rows(data), feature=feature, point=point, between=(start, end), reach=(low, high))
    with working("following the line"):
        found = slice_along(network, line) if samples is None else slice_along(network, line, samples=samples)
    outputs.picture(found, view)
    exact = found if isinstance(found, Slice) else None
    if json:
        print_json(
            {
                "schema": 1,
                "command": "slice",
                "status": "ok",
                "t": found.t,
                "coordinate": found.coordinate,
                "y": found.y,
                "owners": None if exact is None else [[[u.layer, u.index] for u in units] for units in exact.owners],
                "silent": None if exact is None else exact.silent,
                "certified": exact is not None and exact.certificate.certified,
                "layers": network.layers,
                "files": outputs.files,
            }
        )
        return
    from hinges.draw import text_picture

    print(text_picture(found, view=view, encoding=sys.stdout.encoding))
    if exact is not None:
        _tell(exact, network)
    for note in network.notes:
        print(f"note: {note}")
    outputs.tell()


def _line(
    network: Network,
    rows: Dataset | None,
    *,
    feature: int | None,
    point: str | None,
    between: tuple[str | None, str | None],
    reach: tuple[float, float],
) -> Any:
    from hinges.analysis import Line

    start, end = between
    if start is not None and end is not None:
        if feature is not None or point is not None:
            raise InvalidInputError("say --feature and --point, or --start and --end, not both")
        ends = (point_of(text, name, network, rows) for text, name in ((start, "--start"), (end, "--end")))
        return Line.between(*ends)
    if start is not None or end is not None:
        raise InvalidInputError("a line between two points needs both --start and --end")
    if network.inputs == 1 and feature is None:
        feature = 0
    if feature is None:
        raise InvalidInputError(f"say which of the {network.inputs} inputs moves: --feature N, or --start and --end")
    default = "zeros" if network.inputs == 1 else None
    if (text := point or default) is None:
        raise InvalidInputError("say where the other inputs stay: --point, numbers or, with --data, mean or row:N")
    return Line.along_feature(point_of(text, "--point", network, rows), feature, *reach)


def _tell(found: Any, network: Network) -> None:
    kinks = len(found.silent)
    sure = "certified" if found.certificate.certified else f"{found.certificate.unresolved} decisions left open"
    print(f"\n{kinks} kink{'s' * (kinks != 1)}, {int(found.silent.sum())} of them silent (no output bends); {sure}")
    for i, units in enumerate(found.owners[:MOST_LISTED]):
        names = ", ".join(f"{network.layers[u.layer]}[{u.index}]" for u in units)
        print(f"  {found.coordinate[i + 1]: .6g}  {names}{'  silent' * bool(found.silent[i])}")
    if kinks > MOST_LISTED:
        print(f"  and {kinks - MOST_LISTED} more: --json gives them all")
