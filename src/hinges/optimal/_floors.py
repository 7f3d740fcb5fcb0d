"""Floors under wishes: errors that no function with such slopes or of such a shape undercuts, of how many pieces ever.

Each holds up to the rounding of sums of n terms, for which a share is taken off.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from hinges._arrays import Floats
from hinges.optimal._knot_search import Fitted
from hinges.optimal._largest import Largest
from hinges.optimal._one_sided import bisected
from hinges.optimal._sample import Sample
from hinges.optimal._squares import Squares
from hinges.optimal._wishes import Wishes

_SHARE = 1e-10
_ROUNDING = 1e-14  # of gates near 1
_PROGRAMMED = 160  # distinct x up to which a quadratic program with a vertex at each is solved
_GATED = 4000  # rows at which floors of the largest error are taken: fewer rows make a floor lower, never wrong
_TABLED = 1200  # distinct x up to which all runs of rows are weighed up


def squares_floor(sample: Sample, wishes: Wishes) -> tuple[float, Fitted | None]:
    """Give a lower bound on the scaled sum of squares of any function with the wishes, and the function it is of."""
    within = sample.merged[3]
    if len(sample.first) < 2 or not wishes.of_values:
        return within * (1 - _SHARE), None
    floor = max([0.0, *_monotone_floors(sample, wishes)])
    one_sided = wishes.shape is None and math.isinf(wishes.low) != math.isinf(wishes.high)
    pilot: Fitted | None = None
    if len(sample.first) <= _PROGRAMMED and not one_sided:
        objective = Squares(sample, replace(wishes, min_gap=0.0))
        pilot = objective.settled(sample.merged[0], rounds=1)
        floor = max(floor, objective.bound(pilot) - within)
    return (floor + within) * (1 - _SHARE), pilot


def runs_floor(sample: Sample, wishes: Wishes, pieces: int) -> float:
    """Give a lower bound on the scaled sum of squares of lines with bounded slopes on at most `pieces` runs of rows."""
    if not wishes.bounded or len(sample.first) > _TABLED:
        return 0.0
    floor = sum(_runs_floor(sample, j, wishes, pieces) for j in range(sample.outputs))
    return (floor + sample.merged[3]) * (1 - _SHARE)


def largest_floor(objective: Largest) -> float:
    """Give a lower bound on the scaled largest error of any function with the wishes, of however many pieces.

    Values within gates that rise at least (or at most) so fast exist where no gate lies too far below (above) an
    earlier one; convex ones, where the lower hull of the gates' upper ends passes above their lower ends.
    """
    sample, wishes = objective.sample, objective.wishes
    if not wishes.of_values or len(sample.first) < 2:
        return 0.0
    n = len(sample.u)
    some = np.arange(n) if n <= _GATED else np.unique(np.linspace(0, n - 1, _GATED).astype(int))
    u, v = sample.u[some], sample.v[some]
    down, up = objective.down[some, None], objective.up[some, None]

    def possible(error: float) -> bool:
        low, high = v - error * down, v + error * up
        return all(_passable(u, low[:, j], high[:, j], wishes) for j in range(v.shape[1]))

    most = float(np.ptp(v, axis=0).max() + 2 * max(0.0, wishes.low, -wishes.high)) / float(np.maximum(up, down).min())
    return max(0.0, bisected(possible, 0.0, 2.0 * most + 1e-300)[0] * (1 - _SHARE) - _ROUNDING)


def _passable(u: Floats, low: Floats, high: Floats, wishes: Wishes) -> bool:
    if math.isfinite(wishes.low) and (np.maximum.accumulate(low - wishes.low * u) > high - wishes.low * u).any():
        return False
    if math.isfinite(wishes.high) and (np.minimum.accumulate(high - wishes.high * u) < low - wishes.high * u).any():
        return False
    if wishes.shape is None:
        return True
    sign = 1.0 if wishes.shape == "convex" else -1.0
    top, bottom = (high, low) if sign > 0 else (-low, -high)
    at = _lower_hull(u, top)
    return bool((np.interp(u, u[at], top[at]) >= bottom).all())


def _lower_hull(u: Floats, v: Floats) -> list[int]:
    hull: list[int] = []
    x, y = u.tolist(), v.tolist()
    for k in range(len(x)):
        if hull and x[hull[-1]] == x[k]:
            if y[hull[-1]] <= y[k]:
                continue
            hull.pop()
        while len(hull) > 1:
            a, b = hull[-2], hull[-1]
            if (y[b] - y[a]) * (x[k] - x[a]) < (y[k] - y[a]) * (x[b] - x[a]):
                break
            hull.pop()
        hull.append(k)
    return hull


def _monotone_floors(sample: Sample, wishes: Wishes) -> list[float]:
    """Give the errors of the best rising functions after the least slope is taken off, and alike for the largest."""
    u, v, w, _ = sample.merged
    floors: list[float] = []
    for sign, bound in ((1.0, wishes.low), (-1.0, wishes.high)):
        if math.isfinite(bound):
            floors.append(sum(_rising_error(sign * (v[:, j] - bound * u), w) for j in range(sample.outputs)))
    return floors


def _rising_error(values: Floats, weights: Floats) -> float:
    """Give the least weighted sum of squares of a rising sequence: pool adjacent violators."""
    means: list[float] = []
    totals: list[float] = []
    sizes: list[int] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        mean, total, size = value, weight, 1
        while means and means[-1] >= mean:
            mean = (means[-1] * totals[-1] + mean * total) / (totals[-1] + total)
            total += totals.pop()
            size += sizes.pop()
            means.pop()
        means.append(mean)
        totals.append(total)
        sizes.append(size)
    return float((weights * (values - np.repeat(means, sizes)) ** 2).sum())


def _runs_floor(sample: Sample, j: int, wishes: Wishes, pieces: int) -> float:
    """Give the least error of unconnected lines with bounded slopes on at most `pieces` runs of rows."""
    u, values, w, _ = sample.merged
    table = _bounded_errors(u, values[:, j], w, wishes.low, wishes.high)
    count = len(u)
    reached = np.concatenate([[0.0], table[0]])
    for _ in range(min(pieces, count) - 1):
        longer = reached[:-1, None] + table  # a last run that starts at row i, after a row that is reached
        reached = np.minimum(reached, np.concatenate([[0.0], longer.min(axis=0)]))
    return float(reached[-1])


def _bounded_errors(u: Floats, v: Floats, w: Floats, low: float, high: float) -> Floats:
    """Give the squares about the best line with a slope in [low, high] of the runs from i to j, (d, d).

    Runs grow one row at a time, all at once; a slope moved to its bound costs its square times the run's spread.
    """
    count = len(u)
    table = np.full((count, count), np.inf)
    index = np.arange(count)
    weight, mean_u, mean_v = w.copy(), u.copy(), v.copy()
    spread, product, error = np.zeros(count), np.zeros(count), np.zeros(count)
    table[index, index] = 0.0
    for length in range(1, count):
        keep = count - length
        weight, mean_u, mean_v, spread, product, error = (
            part[:keep] for part in (weight, mean_u, mean_v, spread, product, error)
        )
        du, dv, dw = u[length:] - mean_u, v[length:] - mean_v, w[length:]
        total = weight + dw
        pull = weight * dw / total
        if length > 1:
            error = error + pull * (dv - product / spread * du) ** 2 * (spread / (spread + pull * du * du))
        spread, product = spread + pull * du * du, product + pull * du * dv
        mean_u, mean_v, weight = mean_u + dw / total * du, mean_v + dw / total * dv, total
        slope = product / spread
        table[index[:keep], index[length:]] = error + spread * (slope - np.clip(slope, low, high)) ** 2
    return table
