"""`hinges regions`: the linear regions of a network on a plane of its inputs."""

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

Bounds = tuple[float, float, float, float]


def regions(
    model: ModelArgument,
    bounds: Annotated[Bounds, typer.Option(help="What is seen of the plane: s from, s to, t from, t to.")] = (
        -1.0,
        1.0,
        -1.0,
        1.0,
    ),
    through: Annotated[
        tuple[str, str, str] | None,
        typer.Option(help=f"Three points: at (0, 0), (1, 0) and (0, 1). {POINT_HELP}", show_default=False),
    ] = None,
    data: DataOption = None,
    max_regions: Annotated[int | None, typer.Option(help="Stop beyond so many.", show_default=False)] = None,
    input_shape: ShapeOption = None,
    view: Annotated[str | None, typer.Option(help="Of the picture: slope, pattern or output.")] = None,
    plot: PlotOption = None,
    json: JsonOption = False,
) -> None:
    """Count the activation regions and the linear regions of a network on a plane, and draw them."""
    from hinges import analysis

    outputs = Outputs(plot, None, None)
    outputs.check()
    network = open_network(model, input_shape)
    plane = _plane(network, through, open_rows(data))
    cap = {} if max_regions is None else {"max_regions": max_regions}
    with working("cutting the plane"):
        found = analysis.regions(network, plane, bounds=bounds, **cap)
    outputs.picture(found, view)
    counts = {kind: found.count(kind) for kind in ("activation", "linear")}
    certified = found.certificate.certified
    if json:
        payload = {"schema": 1, "command": "regions", "status": "ok", "counts": counts, "certified": certified}
        print_json({**payload, "bounds": bounds, "files": outputs.files})
        return
    sure = "certified" if certified else f"{found.certificate.unresolved} decisions left open"
    print(f"{counts['activation']} activation regions, {counts['linear']} linear regions; {sure}")
    areas, sides = found.areas, found.sides
    print(f"area of a region: {areas.min():.3g} to {areas.max():.3g}; {sides.mean():.2f} sides on average")
    for note in network.notes:
        print(f"note: {note}")
    outputs.tell()


def _plane(network: Network, through: tuple[str, str, str] | None, rows: Dataset | None) -> Any:
    from hinges.analysis import Plane

    if through is not None:
        points = [point_of(text, f"--through[{i}]", network, rows) for i, text in enumerate(through)]
        return Plane.through(*points)
    if network.inputs != 2:
        raise InvalidInputError(f"the network has {network.inputs} inputs: say the plane with --through A B C")
    return Plane.inputs()
