"""Continuous piecewise-linear least squares from sums of runs: O(K log n) for K knots, whatever the number of rows.

In the hat basis the normal equations of fixed knots are tridiagonal, and with the knots free to move they have three
diagonals beside the main one: per piece everything follows from the six sums of its rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges.optimal._scipy import scipy
from hinges.optimal._sums import RunSums

Floats = NDArray[np.float64]

_RIDGE = 1e-14  # of the largest diagonal entry: what decides where there are no rows
_SMALLEST_DAMPING = 1e-10


@dataclass(frozen=True, eq=False)
class Spline:
    """The best continuous function with given knots, scaled: knots and values (k + 1,), and its squared error.

    Per piece: `gram` (3, k) of its two hats, near, mixed and far; `off` (2, k), how far the piece's free best line
    is above the function at both ends; `alone` (k,), that line's error.
    """

    knots: Floats
    values: Floats
    error: float
    gram: Floats
    off: Floats
    alone: Floats

    @property
    def slopes(self) -> Floats:
        """The slope of each piece."""
        return np.diff(self.values) / np.diff(self.knots)

    @property
    def costs(self) -> Floats:
        """The squared error of each piece."""
        (near, mixed, far), (d, e) = self.gram, self.off
        return self.alone + near * d * d + 2 * mixed * d * e + far * e * e


def spline(sums: RunSums, knots: Floats) -> Spline:
    """Give the best values for rising knots, the outer ones at or beyond the ends of the data."""
    at = np.searchsorted(sums.rows.u, knots)
    at[0], at[-1] = 0, sums.rows.u.size
    lines = sums.lines(at)
    span = np.diff(knots)
    near, far = (knots[1:] - lines.u) / span, (lines.u - knots[:-1]) / span
    share = lines.spread / (span * span)
    gram = np.stack([lines.weight * near * near + share, lines.weight * near * far - share, 0.0 * share])
    gram[2] = lines.weight * far * far + share
    slope = np.divide(lines.product, lines.spread, out=np.zeros_like(span), where=lines.spread > 0)
    free = np.stack([lines.v - slope * far * span, lines.v + slope * near * span])
    values = _values(gram, free)
    values += _values(gram, free - np.stack([values[:-1], values[1:]]))  # what the ridge and rounding left
    off = free - np.stack([values[:-1], values[1:]])
    found = Spline(knots, values, 0.0, gram, off, lines.error)
    return Spline(knots, values, float(found.costs.sum()), gram, off, lines.error)


def _values(gram: Floats, free: Floats) -> Floats:
    near, mixed, far = gram
    band = np.zeros((2, near.size + 1))
    band[1, :-1] += near
    band[1, 1:] += far
    band[0, 1:] = mixed
    right = np.zeros(near.size + 1)
    right[:-1] += near * free[0] + mixed * free[1]
    right[1:] += mixed * free[0] + far * free[1]
    band[1] += _RIDGE * float(band[1].max())
    return solved(band, right)


def solved(band: Floats, right: Floats) -> Floats:
    """Solve a symmetric positive banded system, the diagonals from the outermost to the main one."""
    return scipy("linalg").solveh_banded(band, right, check_finite=False)


def trained(sums: RunSums, start: Spline, *, steps: int = 60, tolerance: float = 1e-13) -> Spline:
    """Move the inner knots to a local optimum by Levenberg-Marquardt on knots and values: never worse, approximate.

    Ends when three steps together improve the error by less than `tolerance` of it.
    """
    best, damping, stalled = start, 1e-3, 0
    if start.knots.size < 3:
        return start
    for _ in range(steps):
        moved = _step(sums, best, damping)
        if moved is None:
            break
        trial, damping = moved
        stalled = stalled + 1 if best.error - trial.error <= tolerance * best.error else 0
        best = trial
        if stalled == 3:
            break
    return best


def _step(sums: RunSums, now: Spline, damping: float) -> tuple[Spline, float] | None:
    """Give a better spline and the next damping, or None where six tries find none."""
    band, gradient = _normal(now)
    smallest = 1e-12 * float(now.knots[-1] - now.knots[0])
    for _ in range(6):
        damped = band.copy()
        damped[3, 3:-2:2] *= 1.0 + damping
        damped[3] += 1e-15 * float(band[3].max())
        move = solved(damped, gradient)[3:-2:2]
        knots = now.knots.copy()
        knots[1:-1] = np.clip(knots[1:-1] + move, knots[0], knots[-1])
        if np.diff(knots).min() > smallest:
            trial = spline(sums, knots)
            if trial.error < now.error:
                return trial, max(damping / 6.0, _SMALLEST_DAMPING)
        damping *= 8.0
    return None


def _normal(now: Spline) -> tuple[Floats, Floats]:
    """Give the normal equations of a step in value 0, knot 0, value 1, knot 1, ..., the outer knots held."""
    (near, mixed, far), slope = now.gram, -now.slopes
    k = slope.size
    band = np.zeros((4, 2 * k + 2))
    # With s from 0 to 1 along a piece a move of its ends changes it by (1 - s) or s, times 1 or minus its slope.
    for a, one in enumerate((np.ones(k), slope)):
        for b, other in enumerate((np.ones(k), slope)):
            if a <= b:
                band[3 - (b - a), b : 2 * k + b : 2] += near * one * other
                band[3 - (b - a), b + 2 :: 2] += far * one * other
            band[3 - (2 + b - a), b + 2 :: 2] += mixed * one * other
    d, e = now.off
    gradient = np.zeros(2 * k + 2)
    left, right = near * d + mixed * e, mixed * d + far * e
    for b, one in enumerate((np.ones(k), slope)):
        gradient[b : 2 * k + b : 2] += left * one
        gradient[b + 2 :: 2] += right * one
    for held in (1, 2 * k + 1):
        for above in range(3):
            band[above, held] = 0.0
            if held + 3 - above < 2 * k + 2:
                band[above, held + 3 - above] = 0.0
        band[3, held], gradient[held] = 1.0, 0.0
    return band, gradient
