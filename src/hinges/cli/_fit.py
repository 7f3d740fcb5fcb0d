"""`hinges fit`: data -> the best network, or a trained one, with how good any could be."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from hinges import fits
from hinges.cli._json import print_json, result_payload
from hinges.cli._options import (
    JsonOption,
    LossOption,
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

METHODS = ("best", "training")


def fit(
    data: Annotated[str, typer.Argument(help="A CSV or .npz file, or the name of an example.", show_default=False)],
    units: UnitsOption = None,
    pieces: PiecesOption = None,
    tolerance: ToleranceOption = None,
    method: Annotated[str, typer.Option(help="best (proven how good) or training (by gradient).")] = "best",
    loss: LossOption = "mse",
    x: Annotated[str | None, typer.Option(help="The input column.", show_default=False)] = None,
    y: Annotated[str | None, typer.Option(help="The output column.", show_default=False)] = None,
    slope_bounds: Annotated[
        tuple[float, float] | None,
        typer.Option(help="Least and largest slope; inf and -inf for none.", show_default=False, metavar="LOW HIGH"),
    ] = None,
    min_gap: Annotated[float, typer.Option(help="Least distance of neighbouring kinks.", show_default=False)] = 0.0,
    shape: Annotated[str | None, typer.Option(help="convex or concave.", show_default=False)] = None,
    side: Annotated[
        str | None, typer.Option(help="above or below all rows; needs --loss max.", show_default=False)
    ] = None,
    drop: Annotated[bool, typer.Option("--drop", help="Leave out rows with missing entries.")] = False,
    seed: Annotated[int, typer.Option(help="Of the training's randomness.")] = 0,
    plot: PlotOption = None,
    save: SaveOption = None,
    source: SourceOption = None,
    json: JsonOption = False,
) -> None:
    """Fit a ReLU network to data: the best there is with N units or pieces, and how good any could be."""
    outputs = Outputs(plot, save, source)
    outputs.check()
    wishes = {"slope_bounds": slope_bounds, "min_gap": min_gap, "shape": shape, "side": side}
    chosen = _method(method, units=units, pieces=pieces, tolerance=tolerance, loss=loss, seed=seed, wishes=wishes)
    rows = open_data(data, x=x, y=y, drop=drop)
    with working(f"fitting {len(rows)} rows"):
        result = fits.fit(rows, chosen)
        if result.bounds is None:
            result = replace(result, bounds=_bounds(rows, units, result, loss))
    outputs.write(result, result.network, rows)
    if json:
        print_json({**result_payload("fit", result, loss), "files": outputs.files})
    else:
        print_result(result, loss=loss, rows=rows, outputs=outputs)


def _method(
    method: str,
    *,
    units: int | None,
    pieces: int | None,
    tolerance: float | None,
    loss: str,
    seed: int,
    wishes: dict[str, Any],
) -> fits.FitMethod:
    if method == "best":
        from hinges.optimal import Best

        return Best(units=units, pieces=pieces, tolerance=tolerance, loss=loss, **wishes)
    if method != "training":
        raise InvalidInputError(f"--method must be one of {', '.join(METHODS)}, not {method!r}")
    if units is None or pieces is not None or tolerance is not None:
        raise InvalidInputError("--method training needs --units N, and takes neither --pieces nor --tolerance")
    if loss != "mse":
        raise InvalidInputError(
            f"--method training minimises the mean squared error: --loss {loss} needs --method best"
        )
    if any(wishes.values()):
        raise InvalidInputError("--slope-bounds, --min-gap, --shape and --side are wishes for --method best")
    from hinges.train import Training

    return Training(hidden=(units,), seed=seed)


def _bounds(rows: Dataset, units: int | None, result: fits.FitResult, loss: str) -> fits.ErrorBounds:
    """Give the bounds for as many units; the result itself is the best network found where it is better."""
    from hinges.optimal import best_error

    bounds = best_error(rows, units=units, loss=loss)
    if result.loss >= bounds.upper:
        return bounds
    return replace(bounds, upper=result.loss, network=result.network, function=result.function)
