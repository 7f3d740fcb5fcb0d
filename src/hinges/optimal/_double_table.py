"""Lower bounds of the errors of all runs of rows at once, in a twentieth of the time that integers take.

First in float64, which is enough to tell which runs can belong to a good segmentation; then, for those, in
double-double arithmetic. Both follow `line_of` in `_kernels_sums`, on arrays.

*Why the bounds hold.* With x and y within [-1, 1] and all weights together at most 1, no sum of a run is larger than
1, and each is exact up to `slack`, which also pays for the roundings on the way (2**-53 or 2**-104 each). A change of
the sums by so little changes ``Syy - Sxy**2 / Sxx`` by less than ``16 slack (1 + |b|)**2``, b being the line's slope,
as long as Sxx is many times as large; where it is not, 0 is the bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges.optimal._exact_sums import ExactSums
from hinges.optimal._kernels_sums import EMPTY, ROUNDOFF, add, over, times

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Double = tuple[Floats, Floats]  # high and low parts

_SINGLE = 2.0**-46  # what float64 may be off by in a sum of a run, with room
_WIDE = 900
_THIN = 2.0**10  # a spread must be so many times that


@dataclass(frozen=True, eq=False)
class RunBounds:
    """Sums of the rows as double-doubles (2, 6, m + 1), of w, wx, wy, wxx, wxy, wyy, each at most 1."""

    prefix: Floats
    shift: int
    slack: float

    @staticmethod
    def of(sums: ExactSums, rows: int) -> RunBounds:
        """Round the integer sums of so many rows."""
        a, b, c = (int(size).bit_length() for size in (np.abs(sums.x).max(), sums.highest, sums.prefix[0][-1]))
        shifts = (c, a + c, b + c, 2 * a + c, a + b + c, 2 * b + c)
        prefix = np.stack([_halves(*pair) for pair in zip(sums.prefix, shifts, strict=True)], axis=1)
        return RunBounds(prefix, 2 * b + c + sums.error_shift, 2.0 * ROUNDOFF * (rows + 64.0))

    def rough(self) -> Floats:
        """Give lower bounds for all runs, shape (m, m), scaled, infinite below the diagonal: 1e-12 off."""
        prefix = self.prefix[0]
        m = prefix.shape[1] - 1
        weight, x, y, xx, xy, yy = prefix[:, None, 1:] - prefix[:, :-1, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = x / weight
            xx, xy, yy = xx - mean * x, xy - mean * y, yy - y * (y / weight)
            slope = xy / xx
            lower = yy - slope * xy - 16.0 * _SINGLE * (1.0 + np.abs(slope)) ** 2
        lower = np.where((xx > _THIN * _SINGLE) & (lower > 0.0), lower, 0.0)
        lower[np.tri(m, k=-1, dtype=np.bool_)] = np.inf
        return np.ldexp(lower, self.shift)

    def sharp(self, first: Ints, last: Ints) -> Floats:
        """Give lower bounds for the runs from distinct x `first` to `last`, both included, scaled: 1e-25 off."""
        high, low = self.prefix
        runs = [add(high[k, last + 1], low[k, last + 1], -high[k, first], -low[k, first]) for k in range(6)]
        return np.ldexp(_lowers(runs, last == first, self.slack), self.shift)


def _halves(values: NDArray[np.object_], shift: int) -> Floats:
    """Give integers divided by 2**shift as double-doubles, (2, m + 1)."""
    whole: list[int] = values.tolist()
    if shift > _WIDE:  # a range that no float64 has: what is cut off is less than 2**-900
        whole, shift = [value >> shift - _WIDE for value in whole], _WIDE
    high = [float(value) for value in whole]
    low = [float(value - int(part)) for value, part in zip(whole, high, strict=True)]
    return np.ldexp(np.array([high, low]), -shift)


def _lowers(runs: list[Double], single: NDArray[np.bool_], slack: float) -> Floats:
    weight, x, y, xx, xy, yy = runs
    mean, height = _quotient(x, weight), _quotient(y, weight)
    xx, xy, yy = _less(xx, _product(mean, x)), _less(xy, _product(mean, y)), _less(yy, _product(height, y))
    thin = single | (xx[0] <= EMPTY * slack)
    slope = _quotient(xy, (np.where(thin, 1.0, xx[0]), np.where(thin, 0.0, xx[1])))
    error = _less(yy, _product(slope, xy))[0]
    size = 1.0 + np.abs(slope[0])
    lower = error * (1.0 - 2.0**-51) - 16.0 * slack * size * size
    alone = np.where(single, yy[0] * (1.0 - 2.0**-51) - 16.0 * slack, 0.0)
    return np.maximum(np.where(thin, alone, lower), 0.0)


def _less(one: Double, other: Double) -> Double:
    return add(one[0], one[1], -other[0], -other[1])


def _product(one: Double, other: Double) -> Double:
    return times(one[0], one[1], other[0], other[1])


def _quotient(one: Double, other: Double) -> Double:
    return over(one[0], one[1], other[0], other[1])
