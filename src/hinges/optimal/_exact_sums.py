"""Least squares lines of runs of neighbouring rows in exact integers, each result rounded once.

A float64 number is an integer times a power of two, so that over one common power the rows, their products and
all prefix sums are plain Python integers, and a quotient of two integers is rounded correctly by Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges.optimal._rows import Rows

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
BigInts = NDArray[Any]  # an object array of Python ints

_SMALLEST = 1e-290  # quotients below have fewer digits; 0 is a lower bound for them


@dataclass(frozen=True)
class Moments:
    """Integer moments of runs: weight, sums, and determinants ``W * Syy - Sy**2`` and alike."""

    weight: BigInts
    sum_x: BigInts
    sum_y: BigInts
    yy: BigInts
    xy: BigInts
    xx: BigInts


@dataclass(frozen=True)
class ExactSums:
    """Integer prefix sums of the rows; `error_shift`, `y_shift`, `w_shift` lead from integers to scaled units.

    x: the distinct x; `highest`: the largest magnitude of y.
    """

    x: BigInts
    highest: int
    prefix: tuple[BigInts, ...]
    error_shift: int
    y_shift: int
    w_shift: int

    @staticmethod
    def of(rows: Rows) -> ExactSums:
        """Give the prefix sums of all rows over the distinct x."""
        x, _ = _integers(rows.x)
        y, y_exponent = _integers(rows.y)
        w, w_exponent = _integers(rows.weights)
        x = x - x[x.size // 2]  # lines and errors do not move, and the integers get shorter
        y = y - y[int(np.argsort(rows.y, kind="stable")[y.size // 2])]
        last = np.append(rows.first[1:], rows.x.size)
        prefix = tuple(
            np.concatenate([[0], np.cumsum(terms)[last - 1]])
            for terms in (w, w * x, w * y, w * x * x, w * x * y, w * y * y)
        )
        y_shift = y_exponent - rows.y_exponent
        w_shift = w_exponent - rows.w_exponent
        return ExactSums(x[rows.first], int(np.abs(y).max()), prefix, 2 * y_shift + w_shift, y_shift, w_shift)

    def moments(self, start: int, ends: Ints) -> Moments:
        """Give the moments of the runs of distinct x from `start` to each of `ends`, included."""
        w, x, y, xx, xy, yy = (sums[ends + 1] - sums[start] for sums in self.prefix)
        return Moments(w, x, y, w * yy - y * y, w * xy - x * y, w * xx - x * x)

    def errors(self, start: int, ends: Ints) -> Floats:
        """Give the runs' sums of squares about their best lines, in scaled units, rounded to nearest once."""
        return self.errors_of(self.moments(start, ends))

    def errors_of(self, runs: Moments) -> Floats:
        """Give the errors of runs whose moments are known already."""
        flat = runs.xx == 0
        numerator = np.where(flat, runs.yy, runs.yy * runs.xx - runs.xy * runs.xy)
        denominator = runs.weight * np.where(flat, 1, runs.xx)
        errors = _quotients(numerator, denominator, self.error_shift)
        return np.where(errors < _SMALLEST, 0.0, errors)

    def lines(self, runs: Moments, at: int | Ints) -> tuple[Floats, Floats]:
        """Give the runs' best lines at a distinct x (one for all or one each), and their variance factors there.

        Both are rounded to nearest once, in scaled units. The variance factor ``1/W + (x - mean)**2 / Sxx`` is
        what moving the line by one at that x costs, inverted; it is infinite away from a run's only x.
        """
        x = self.x[at]
        flat = runs.xx == 0
        arm = runs.weight * x - runs.sum_x
        determinant = runs.weight * np.where(flat, 1, runs.xx)
        values = np.where(flat, runs.sum_y, runs.sum_y * runs.xx + runs.xy * arm)
        factors = np.where(flat, 1, runs.xx + arm * arm)
        free = flat & (arm != 0)
        variance = _quotients(factors, determinant, -self.w_shift)
        return _quotients(values, determinant, self.y_shift), np.where(free, np.inf, variance)


def _integers(values: Floats) -> tuple[BigInts, int]:
    """Give integers k and one exponent e with ``values == k * 2**e``."""
    mantissas, exponents = np.frexp(values)
    whole = np.ldexp(mantissas, 53).astype(np.int64)
    exponents = exponents.astype(np.int64) - 53
    used = whole != 0
    if not used.any():
        return np.zeros(values.size, dtype=object), 0
    # Trailing zero bits are given to the exponent, which keeps whole numbers and short decimals short.
    trailing = np.zeros(values.size, dtype=np.int64)
    lowest = whole[used] & -whole[used]
    trailing[used] = np.frexp(lowest.astype(np.float64))[1] - 1
    common = int((exponents + trailing)[used].min())
    shifts = np.where(used, exponents - common, 0)
    integers = [int(k) << int(s) if s >= 0 else int(k) >> int(-s) for k, s in zip(whole, shifts, strict=True)]
    result = np.empty(values.size, dtype=object)
    result[:] = integers
    return result, common


def _quotients(numerator: BigInts, denominator: BigInts, shift: int) -> Floats:
    """Give ``numerator / denominator * 2**shift``, each rounded to nearest once."""
    if shift >= 0:
        numerator = numerator * (1 << shift)
    else:
        denominator = denominator * (1 << -shift)
    return np.asarray(numerator / denominator, dtype=np.float64)
