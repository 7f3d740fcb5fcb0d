"""From scaled vertices to functions in the units of the data that keep every wish in float64, digit by digit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinges._arrays import Floats
from hinges.nets import Network
from hinges.optimal._knot_search import Fitted
from hinges.optimal._largest import Largest
from hinges.optimal._sample import Sample
from hinges.optimal._shared_knots import shared_network
from hinges.optimal._squares import Squares
from hinges.optimal._wishes import Wishes
from hinges.pwl import PiecewiseLinear

_FLAT = 1e-9  # a bend this small beside the slopes next to it is rounding
_ROUNDS = 30


@dataclass(frozen=True, eq=False)
class Finished:
    """Functions with common breakpoints, one an output, their network, and the vertices they come from, scaled."""

    functions: tuple[PiecewiseLinear, ...]
    network: Network
    fitted: Fitted


def rounded_vertices(sample: Sample, kinks: Floats) -> tuple[Floats, Floats]:
    """Give vertices in x, from the first to the last row, each kink rounded to float64, and the same scaled."""
    low, high = float(sample.x[0]), float(sample.x[-1])
    inner = np.unique(sample.to_x(kinks))
    x = np.concatenate([[low], inner[(inner > low) & (inner < high)], [high]])
    u = sample.to_u(x)
    keep = np.concatenate([[True], np.diff(u) > 0])
    return x[keep], u[keep]


def finished(objective: Squares | Largest, fitted: Fitted, wishes: Wishes, side: str | None) -> Finished:
    """Give the function found with kinks rounded to float64 and values solved for again, in the data's units.

    `wishes` are those in the data's units; with a side ("above", "below") no output of function and network lies
    on the other one. Vertices at which a convex or concave function does not bend are left out.
    """
    sample = objective.sample
    x, u = rounded_vertices(sample, fitted.kinks)
    found = _settled(objective, u)
    while wishes.shape is not None and (straight := _straight(found)).any():
        keep = np.concatenate([[True], ~straight, [True]])
        x, u = x[keep], u[keep]
        found = _settled(objective, u)
    values = sample.to_y(found.values)
    for last in range(_ROUNDS, -1, -1):
        values = np.stack([_bounded(x, values[:, j], wishes) for j in range(values.shape[1])], axis=1)
        functions = tuple(_function(x, values[:, j]) for j in range(values.shape[1]))
        network = shared_network(functions, float(x[0]), float(x[-1]))
        beyond = _beyond(functions, network, sample, side)
        if not (last and beyond.any()):
            return Finished(functions, network, found)
        values = values + (1.0 if side == "above" else -1.0) * (1.5 * beyond)
    raise AssertionError


def constant_fit(sample: Sample, level: Floats, wishes: Wishes) -> Finished:
    """Give the function of rows that all have one x: its value `level` (m,) there, as level as slopes may be."""
    at = float(sample.x[0])
    slope = min(max(0.0, wishes.low), wishes.high)
    functions = tuple(PiecewiseLinear([at], [float(y)], slope, slope) for y in level)
    fitted = Fitted(np.zeros(2), np.zeros((2, len(level))), 0.0, np.zeros((0, len(level))))
    return Finished(functions, shared_network(functions, at, at), fitted)


def without_ends(function: PiecewiseLinear, low: float, high: float) -> PiecewiseLinear:
    """Give the function without vertices at low and high, the ends of the data, that only go straight on."""
    t, slopes = function.breakpoints, function.slopes
    first = int(len(t) > 1 and t[0] == low and slopes[0] == slopes[1])
    last = len(t) - int(len(t) - first > 1 and t[-1] == high and slopes[-1] == slopes[-2])
    if (first, last) == (0, len(t)):
        return function
    return PiecewiseLinear(t[first:last], function.values[first:last], function.left_slope, function.right_slope)


def _settled(objective: Squares | Largest, vertices: Floats) -> Fitted:
    return objective.settled(vertices) if isinstance(objective, Squares) else objective.solve(vertices)


def _straight(found: Fitted) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Mark the kinks at which no output bends by more than rounding."""
    slopes = np.diff(found.values, axis=0) / np.diff(found.vertices)[:, None]
    scale = np.abs(slopes[1:]) + np.abs(slopes[:-1]) + _FLAT * np.abs(slopes).max()
    return (np.abs(np.diff(slopes, axis=0)) <= _FLAT * scale).all(axis=1)


def _bounded(x: Floats, values: Floats, wishes: Wishes) -> Floats:
    """Move values by roundings until every slope, as float64 divides it, is within its bounds."""
    if not wishes.bounded:
        return values
    result = values.copy()
    for k in range(1, len(x)):
        width = x[k] - x[k - 1]
        low, high = result[k - 1] + wishes.low * width, result[k - 1] + wishes.high * width
        result[k] = min(max(result[k], low), high)
        for _ in range(_ROUNDS):
            slope = (result[k] - result[k - 1]) / width
            if slope < wishes.low:
                result[k] = np.nextafter(result[k], np.inf)
            elif slope > wishes.high:
                result[k] = np.nextafter(result[k], -np.inf)
            else:
                break
    return result


def _function(x: Floats, values: Floats) -> PiecewiseLinear:
    """Give the function through vertices; the ends of the data are none of its own, where rounding would bend it."""
    slopes = np.diff(values) / np.diff(x)
    inner = slice(1, -1) if len(x) > 2 else slice(0, 1)
    return PiecewiseLinear(x[inner], values[inner], float(slopes[0]), float(slopes[-1]))


def _beyond(functions: tuple[PiecewiseLinear, ...], network: Network, sample: Sample, side: str | None) -> Floats:
    """Give how far function or network of each output lies beyond the wrong side of a row, (m,)."""
    if side is None:
        return np.zeros(len(functions))
    sign = 1.0 if side == "above" else -1.0
    outputs = network.values(sample.x.reshape(-1, 1))[-1]
    missing = np.stack([sign * (sample.y[:, j] - f(sample.x)) for j, f in enumerate(functions)], axis=1)
    return np.maximum(missing, sign * (sample.y - outputs)).max(axis=0).clip(0.0)
