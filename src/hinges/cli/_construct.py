"""`hinges construct`: a formula, points or data -> a network in closed form."""

import math
from typing import Annotated, Any

import typer

from hinges.cli._json import print_json, result_payload
from hinges.cli._options import (
    JsonOption,
    PiecesOption,
    PlotOption,
    SaveOption,
    SourceOption,
    ToleranceOption,
    UnitsOption,
)
from hinges.cli._outputs import Outputs
from hinges.cli._progress import working
from hinges.cli._report import print_result
from hinges.data import Dataset, open_data
from hinges.errors import InvalidInputError

METHODS = ("best", "interpolation", "tents")
Interval = tuple[float, float]


def construct(
    target: Annotated[
        str | None, typer.Argument(help="A CSV or .npz file, or an example's name.", show_default=False)
    ] = None,
    function: Annotated[str | None, typer.Option(help='A formula, such as "sin(x)".', show_default=False)] = None,
    points: Annotated[
        str | None, typer.Option(help='Points to pass exactly: "-1,-1 -0.5,1 0,-1 1,0".', show_default=False)
    ] = None,
    interval: Annotated[Interval | None, typer.Option(help="The two ends.", show_default=False)] = None,
    units: UnitsOption = None,
    pieces: PiecesOption = None,
    tolerance: ToleranceOption = None,
    method: Annotated[str, typer.Option(help="best, interpolation or tents.")] = "best",
    loss: Annotated[str | None, typer.Option(help="mse or max; max where it is not said.", show_default=False)] = None,
    plot: PlotOption = None,
    save: SaveOption = None,
    source: SourceOption = None,
    json: JsonOption = False,
) -> None:
    """Construct a ReLU network: through points exactly, or close to a formula or data."""
    outputs = Outputs(plot, save, source)
    outputs.check()
    goal, rows = _target(target, function=function, points=points, interval=interval)
    sizes = {"units": units, "pieces": pieces, "tolerance": tolerance}
    chosen = _method(method, sizes=sizes, loss=loss, points=0 if points is None else len(rows or ()))
    from hinges.construct import approximate

    with working("constructing"):
        result = approximate(goal, chosen, interval=interval)
    outputs.write(result, result.network, rows)
    measured = getattr(chosen, "loss", "max")
    if json:
        print_json({**result_payload("construct", result, measured), "files": outputs.files})
    else:
        print_result(result, loss=measured, rows=rows, outputs=outputs)


def _target(
    target: str | None, *, function: str | None, points: str | None, interval: Interval | None
) -> tuple[Any, Dataset | None]:
    given = [name for name, value in (("TARGET", target), ("--function", function), ("--points", points)) if value]
    if len(given) != 1:
        said = f"{' and '.join(given)} were" if given else "nothing was"
        raise InvalidInputError(f"say one of TARGET, --function and --points: {said} given")
    if function is not None:
        from hinges.construct import formula

        if interval is None:
            raise InvalidInputError("--function needs --interval A B: the network is made for x from A to B")
        return formula(function), None
    rows = open_data(target) if target else _parsed(points or "")
    return rows, rows


def _parsed(points: str) -> Dataset:
    """Give the points of a text such as "-1,-1 -0.5,1" as data."""
    pairs = [pair.split(",") for pair in points.split()]
    for i, pair in enumerate(pairs):
        if len(pair) != 2 or not all(_is_number(text) for text in pair):
            raise InvalidInputError(f"--points[{i}] is {','.join(pair)!r}, not a pair of finite numbers such as -0.5,1")
    if not pairs:
        raise InvalidInputError('--points is empty: give points such as "-1,-1 -0.5,1 0,-1 1,0"')
    x, y = [float(pair[0]) for pair in pairs], [float(pair[1]) for pair in pairs]
    for i, value in enumerate(x):
        if value in x[:i]:
            raise InvalidInputError(
                f"--points[{i}] has x = {value:g} like --points[{x.index(value)}]: a function has one y there"
            )
    return Dataset(x, y)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _method(method: str, *, sizes: dict[str, Any], loss: str | None, points: int) -> Any:
    from hinges.construct import Interpolation, Tents
    from hinges.optimal import Best

    if method not in METHODS:
        raise InvalidInputError(f"--method must be one of {', '.join(METHODS)}, not {method!r}")
    asked = {f"--{name}": value for name, value in sizes.items() if value is not None}
    if points:
        if asked:
            raise InvalidInputError(f"--points are passed exactly, one hinge a segment: leave out {', '.join(asked)}")
        return Interpolation(units=max(points - 1, 1))
    if method == "best":
        return Best(**sizes, loss=loss or "max")
    if set(asked) != {"--units"}:
        raise InvalidInputError(f"--method {method} needs --units N, and takes neither --pieces nor --tolerance")
    if loss not in {None, "max"}:
        raise InvalidInputError(
            f"--method {method} is measured by its largest error: --loss {loss} needs --method best"
        )
    return (Interpolation if method == "interpolation" else Tents)(units=sizes["units"])
