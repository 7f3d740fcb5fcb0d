"""From scaled knots to a continuous function in the units of the rows, and its error as measured there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges.optimal._rows import Rows

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Polygon:
    """A continuous function through vertices, straight on beyond both ends, and its weighted sum of squares.

    `breakpoints` (k,) increase from the first to the last x of the rows; `error` is measured in float64 in the
    units of the rows.
    """

    breakpoints: Floats
    values: Floats
    left_slope: float
    right_slope: float
    error: float

    @property
    def pieces(self) -> int:
        """The number of linear pieces between the outer breakpoints, at least 1."""
        return max(1, self.breakpoints.size - 1)


def fit_values(rows: Rows, knots: Floats) -> Polygon:
    """Give the best continuous function with inner knots at `knots` (scaled), by least squares in hats.

    The knots are rounded to float64 in x first and the values are best for the rounded ones. Knots outside the
    open range of the rows, or equal after rounding, are dropped.
    """
    breakpoints, scaled = inner_breakpoints(rows, knots)
    root = np.sqrt(rows.w)
    hats = _hats(rows.u, scaled) * root[:, None]
    values = np.linalg.lstsq(hats, rows.v * root, rcond=1e-14)[0]
    return measured(rows, breakpoints, np.ldexp(values, rows.y_exponent) + rows.y_centre)


def inner_breakpoints(rows: Rows, knots: Floats) -> tuple[Floats, Floats]:
    """Give knots (scaled) rounded to float64 in x, with both ends of the rows, in x and scaled again.

    Knots outside the open range of the rows, or equal after rounding, are dropped.
    """
    low, high = float(rows.x[0]), float(rows.x[-1])
    inner = np.unique(rows.to_x(knots))
    inner = inner[(inner > low) & (inner < high)]
    breakpoints = np.concatenate([[low], inner, [high]])
    scaled = rows.to_u(breakpoints)
    distinct = np.concatenate([[True], np.diff(scaled) > 0])
    breakpoints, scaled = breakpoints[distinct], scaled[distinct]
    return breakpoints, scaled


def interpolated(rows: Rows) -> Polygon:
    """Give the function through the weighted mean of each distinct x: no function of x has a smaller error."""
    values = np.ldexp(rows.v, rows.y_exponent) + rows.y_centre
    return measured(rows, rows.distinct, values)


def measured(rows: Rows, breakpoints: Floats, values: Floats) -> Polygon:
    """Give the function through the vertices with its error on the rows."""
    if breakpoints.size == 1:
        residual, slopes = rows.y - values[0], np.zeros(1)
    else:
        residual = rows.y - np.interp(rows.x, breakpoints, values)
        slopes = np.diff(values) / np.diff(breakpoints)
    error = weighted_squares(rows, residual)
    return Polygon(breakpoints, values, float(slopes[0]), float(slopes[-1]), error)


def weighted_squares(rows: Rows, residual: Floats) -> float:
    """Give ``sum weights * residual**2`` over the rows without under- or overflow on the way."""
    scaled = np.ldexp(residual, -rows.y_exponent)
    return rows.to_error(float((np.ldexp(rows.weights, -rows.w_exponent) * scaled * scaled).sum()))


def rounding_floor(rows: Rows) -> float:
    """Give the error that rounding alone may cause in float64 evaluation, in the units of the rows.

    A function that equals its data in real arithmetic is evaluated with a few roundings of the size of |y|.
    """
    return weighted_squares(rows, 8 * 2.0**-53 * (np.abs(rows.y) + abs(rows.y_centre)))


def _hats(u: Floats, knots: Floats) -> Floats:
    """Give the values at u of the hat functions of increasing knots, shape (m, knots)."""
    piece = np.clip(np.searchsorted(knots, u, side="right") - 1, 0, knots.size - 2)
    share = (u - knots[piece]) / (knots[piece + 1] - knots[piece])
    hats = np.zeros((u.size, knots.size))
    row = np.arange(u.size)
    hats[row, piece] = 1.0 - share
    hats[row, piece + 1] = share
    return hats
