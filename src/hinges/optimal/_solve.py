"""The two questions, pieces or units, under either loss, answered in one form: bounds and what reaches them."""

from dataclasses import replace

import numpy as np

from hinges._arrays import Floats
from hinges.convert import to_function
from hinges.data import Dataset
from hinges.fits import ErrorBounds
from hinges.nets import Network
from hinges.optimal import _max_norm, _mse_pieces, _mse_units
from hinges.optimal._effort import ENOUGH, LARGEST, raised
from hinges.optimal._max_units import MaxUnits, best_max_units
from hinges.optimal._mse_units import UnitsFit
from hinges.optimal._pieces_fit import PiecesFit
from hinges.optimal._rows import merge_rows
from hinges.pwl import PiecewiseLinear

Rows = tuple[Floats, Floats, Floats | None]


def counted_rows(data: Dataset) -> Rows:
    """Give x, y and weights (n,) of data of one input and output, without the rows of weight zero."""
    x, y, weights = data.curve()
    if weights is None:
        return x, y, None
    counts = weights > 0
    return x[counts], y[counts], weights[counts]


def measured_loss(outputs: Floats, rows: Rows, loss: str) -> float:
    """Give the weighted mean squared error or largest weighted error of outputs (n,), as float64 gives it."""
    _, y, weights = rows
    errors = np.abs(outputs - y)
    if loss == "max":
        return float((errors if weights is None else weights * errors).max())
    return float(np.average(errors**2, weights=weights))


def best_with_pieces(rows: Rows, pieces: int, loss: str) -> ErrorBounds:
    """Give the best continuous function of at most `pieces` pieces, and its bound."""
    x, y, weights = rows
    if loss == "max":
        return of_max_pieces(_max_norm.best_max(x, y, pieces, weights))
    return of_mse_pieces(_mse_pieces.best_pieces(x, y, pieces, weights))


def lower_bound(rows: Rows, pieces: int, loss: str, reached: float) -> float:
    """Give a certified bound for functions of so many pieces, of which one with the loss `reached` is known."""
    x, y, weights = rows
    if loss == "max":
        return min(_max_norm.best_max(x, y, pieces, weights).lower, reached)
    search = _mse_pieces.MseSearch.of(x, y, weights)
    bounds = search.certified(pieces, search.scaled(reached * search.total))
    return min(search.rows.to_error(float(bounds[pieces])) / search.total, reached)


def best_with_units(rows: Rows, units: int, loss: str) -> ErrorBounds:
    """Give the best network of at most `units` units, and its bound."""
    x, y, weights = rows
    if loss == "max":
        return _of_max_units(best_max_units(x, y, units, weights))
    return _of_mse_units(_mse_units.best_units(x, y, units, weights))


def curve_of_units(rows: Rows, units: int, loss: str) -> list[ErrorBounds]:
    """Give the best networks, with bounds, of 1, 2, ..., `units` units."""
    x, y, weights = rows
    if loss == "max":
        bounds = _max_norm.max_curve(x, y, units + 1, weights)
        counts = range(1, units + 1)
        fits = [best_max_units(x, y, n, weights, bound=bounds[n], fallback=bounds[n - 1]) for n in counts]
        return [_of_max_units(fit) for fit in fits]
    return [_of_mse_units(fit) for fit in _mse_units.units_curve(x, y, units, weights)]


def fewest_pieces(rows: Rows, tolerance: float, loss: str) -> tuple[ErrorBounds, int, bool]:
    """Give a best function of the fewest pieces within a tolerance, their number, and whether that is proven."""
    x, y, weights = rows
    if loss == "max":
        fit = _max_norm.fewest_pieces(x, y, tolerance, weights)
        return of_max_pieces(fit), fit.pieces, True
    found, proven = _mse_pieces.fewest_pieces(x, y, tolerance, weights)
    return of_mse_pieces(found), found.allowed, proven


def of_max_pieces(fit: _max_norm.MaxFit) -> ErrorBounds:
    """Give a search's result as bounds."""
    return ErrorBounds(fit.lower, fit.upper, None, fit.function, certified=True)


def of_mse_pieces(fit: PiecesFit) -> ErrorBounds:
    """Give a search's result as bounds."""
    p = fit.polygon
    function = PiecewiseLinear(p.breakpoints, p.values, p.left_slope, p.right_slope)
    return ErrorBounds(fit.lower_mse, fit.mse, None, function, certified=True)


def _of_max_units(fit: MaxUnits) -> ErrorBounds:
    network = _network(fit.weights, fit.biases, fit.coefficients, fit.output_bias)
    return ErrorBounds(fit.lower, fit.error, network, to_function(network), certified=True)


def _of_mse_units(fit: UnitsFit) -> ErrorBounds:
    found = fit.network
    network = _network(found.weights, found.biases, found.coefficients, found.output_bias)
    return ErrorBounds(fit.lower_mse, fit.mse, network, to_function(network), certified=True)


def _network(weights: Floats, biases: Floats, coefficients: Floats, output_bias: float) -> Network:
    hidden, last = np.reshape(weights, (1, -1)), np.reshape(coefficients, (-1, 1))
    return Network.dense([hidden, last], [biases, [output_bias]])


_ENDED = {
    "closed": "",
    "time": "; the time for closing the gap is up",
    "size": "; the gap would need more memory than it is worth to close",
}


def with_effort(rows: Rows, bounds: ErrorBounds, pieces: int, seconds: float) -> tuple[ErrorBounds, str]:
    """Raise the bound for functions of so many pieces (mean squared error) until the gap is below 1 %.

    Gives the bounds and how it ended, as a part of a status: nothing where the gap is closed so far, else whether
    time is up. For at most 400 distinct x; others get their bounds back.
    """
    x, y, weights = rows
    merged = merge_rows(x, y, weights, most=None)
    if pieces < 2 or bounds.gap <= ENOUGH or merged.u.size > LARGEST or pieces >= merged.u.size - 1:
        return bounds, ""
    unit = merged.to_error(1.0) / float(merged.weights.sum())
    found = raised(merged, pieces, bounds.upper / unit, bounds.lower / unit, seconds)
    lower = min(found.lower * unit * (1.0 - 1e-14), bounds.upper)
    return replace(bounds, lower=max(bounds.lower, lower)), _ENDED[found.ended]
