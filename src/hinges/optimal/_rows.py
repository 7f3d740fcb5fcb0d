"""Rows of data, ready for a search: sorted, repeated x merged, scaled by powers of two."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges.errors import InvalidInputError

Floats = NDArray[np.float64]

LARGEST_DISTINCT = 4000


@dataclass(frozen=True)
class Rows:
    """Rows sorted by x, and the same rows with repeated x merged and both axes scaled.

    ``u = (x - x_centre) / 2**x_exponent`` and ``v = (y - y_centre) / 2**y_exponent`` lie in [-1, 1] up to
    rounding; ``w`` is the weight of all rows at one x divided by ``2**w_exponent``, ``v`` their weighted mean
    and ``within`` the weighted sum of squares about it. x, y, weights are the rows given, shape (n,), sorted by
    x; u, v, w, within and `first` (the position of a group's first row) have shape (m,), one entry a distinct x.
    """

    x: Floats
    y: Floats
    weights: Floats
    first: NDArray[np.intp]
    u: Floats
    v: Floats
    w: Floats
    within: Floats
    x_centre: float
    y_centre: float
    x_exponent: int
    y_exponent: int
    w_exponent: int

    @property
    def distinct(self) -> Floats:
        """The distinct x, increasing, shape (m,)."""
        return self.x[self.first]

    @property
    def floor(self) -> float:
        """The scaled sum of squares that no function of x can avoid: rows that share an x differ in y."""
        return float(self.within.sum())

    def to_x(self, u: ArrayLike) -> Floats:
        """Give scaled positions in the units of x, rounded to float64."""
        return np.ldexp(np.asarray(u, dtype=np.float64), self.x_exponent) + self.x_centre

    def to_u(self, x: ArrayLike) -> Floats:
        """Give positions in x in scaled units."""
        return np.ldexp(np.asarray(x, dtype=np.float64) - self.x_centre, -self.x_exponent)

    def to_error(self, scaled: float) -> float:
        """Give a scaled weighted sum of squares in the units of the rows: exact but for under- and overflow."""
        return math.ldexp(scaled, 2 * self.y_exponent + self.w_exponent)


def merge_rows(x: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> Rows:
    """Sort, merge and scale finite rows with positive weights; the caller has validated shapes and signs.

    Raises:
        InvalidInputError: the squared error overflows float64, two x are closer than float64 can resolve over
            the whole span, or there are more distinct x than a search of quadratic cost can take.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    weights = np.ones(x.size) if weights is None else np.asarray(weights, dtype=np.float64)
    order = np.argsort(x, kind="stable")
    x, y, weights = x[order] + 0.0, y[order], weights[order]
    first = np.flatnonzero(np.concatenate([[True], x[1:] > x[:-1]]))
    if first.size > LARGEST_DISTINCT:
        raise InvalidInputError(
            f"x has {first.size} distinct values: "
            f"the search for the smallest squared error takes at most {LARGEST_DISTINCT}"
        )
    x_centre, x_exponent = _centre_and_exponent(x)
    y_centre, y_exponent = _centre_and_exponent(y)
    w_exponent = _exponent(float(weights.max()))
    if 2 * y_exponent + w_exponent + _exponent(float(x.size)) > 1023:
        raise InvalidInputError(
            f"y reaches from {y.min():g} to {y.max():g}: its squared error overflows float64, so rescale y"
        )
    u = np.ldexp(x[first] - x_centre, -x_exponent)
    tied = np.flatnonzero(np.diff(u) <= 0)
    if tied.size:
        a, b = x[first][tied[0]], x[first][tied[0] + 1]
        raise InvalidInputError(
            f"x holds {a!r} and {b!r}, closer together than float64 resolves over the span of x: merge them"
        )
    if u.size > 1 and y_exponent - x_exponent - math.frexp(float(np.diff(u).min()))[1] > 1000:
        raise InvalidInputError(
            f"x reaches from {x[0]:g} to {x[-1]:g}: slopes over so short a span overflow float64, so rescale x"
        )
    scaled_w, scaled_v = np.ldexp(weights, -w_exponent), np.ldexp(y - y_centre, -y_exponent)
    w = np.add.reduceat(scaled_w, first)
    v = np.add.reduceat(scaled_w * scaled_v, first) / w
    deviation = scaled_v - np.repeat(v, np.diff(np.append(first, x.size)))
    within = np.add.reduceat(scaled_w * deviation**2, first)
    for array in (x, y, weights, first, u, v, w, within):
        array.setflags(write=False)
    return Rows(x, y, weights, first, u, v, w, within, x_centre, y_centre, x_exponent, y_exponent, w_exponent)


def _centre_and_exponent(values: Floats) -> tuple[float, int]:
    low, high = float(values.min()), float(values.max())
    return low / 2 + high / 2, _exponent(high / 2 - low / 2)


def _exponent(value: float) -> int:
    """Give the least e with ``value <= 2**e``, and 0 for a value of 0."""
    mantissa, exponent = math.frexp(value)
    return exponent - 1 if mantissa == 0.5 else exponent
