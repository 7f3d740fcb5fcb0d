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


def merge_rows(
    x: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None, *, most: int | None = LARGEST_DISTINCT
) -> Rows:
    """Sort, merge and scale finite rows with positive weights; the caller has validated shapes and signs.

    most: the largest number of distinct x that the search to come can take.

    Raises:
        InvalidInputError: the squared error overflows float64, two x are closer than float64 can resolve over
            the whole span, or there are more than `most` distinct x.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    weights = np.ones(x.size) if weights is None else np.asarray(weights, dtype=np.float64)
    if (x[1:] < x[:-1]).any():
        order = np.argsort(x, kind="stable")
        x, y, weights = x[order], y[order], weights[order]
    x = x + 0.0
    first = np.flatnonzero(np.concatenate([[True], x[1:] > x[:-1]]))
    if most is not None and first.size > most:
        raise InvalidInputError(f"x has {first.size} distinct values: this search takes at most {most}")
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
    w, v, within = _merged(np.ldexp(weights, -w_exponent), np.ldexp(y - y_centre, -y_exponent), first)
    x, y, weights = (array.view() for array in (x, y, weights))  # what was given stays writable
    for array in (x, y, weights, first, u, v, w, within):
        array.setflags(write=False)
    return Rows(x, y, weights, first, u, v, w, within, x_centre, y_centre, x_exponent, y_exponent, w_exponent)


def _merged(w: Floats, v: Floats, first: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
    """Give weight, weighted mean and squares about it of the rows that share an x."""
    if first.size == w.size:
        return w, v, np.zeros(w.size)
    weight = np.add.reduceat(w, first)
    mean = np.add.reduceat(w * v, first) / weight
    deviation = v - np.repeat(mean, np.diff(np.append(first, w.size)))
    return weight, mean, np.add.reduceat(w * deviation**2, first)


def _centre_and_exponent(values: Floats) -> tuple[float, int]:
    low, high = float(values.min()), float(values.max())
    return low / 2 + high / 2, _exponent(high / 2 - low / 2)


def _exponent(value: float) -> int:
    """Give the least e with ``value <= 2**e``, and 0 for a value of 0."""
    mantissa, exponent = math.frexp(value)
    return exponent - 1 if mantissa == 0.5 else exponent
