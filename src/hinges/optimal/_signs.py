"""Which units face left: the sign patterns of a function's kinks, best first.

A continuous function with N kinks is a sum of N hinges and a constant on an interval that holds all its
kinks exactly when some subset L of its kinks satisfies ``s_0 + sum_{k in L} d_k = 0``, where ``s_0`` is its
leftmost slope and ``d_k`` its slope changes; L are then the units that face left.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Pattern = NDArray[np.bool_]

_ENUMERATED = 16
_SEARCHED = 32


def rank_patterns(left_slope: float, slope_changes: ArrayLike, count: int) -> list[Pattern]:
    """Give the `count` sign patterns with the smallest ``|left_slope + sum_L slope_changes|``, smallest first.

    Each pattern is a bool array of shape (N,), True where the unit faces left. The ranking is exact up to 32
    kinks (all subsets up to 16, meet in the middle above); beyond, the largest slope changes are balanced
    greedily first and only the 32 smallest are searched, so it is approximate. Fewer than `count` patterns
    are given when there are fewer than `count` subsets.
    """
    changes = np.asarray(slope_changes, dtype=np.float64)
    fixed, free, start = _balance_largest(float(left_slope), changes)
    if free.size <= _ENUMERATED:
        codes = _smallest(np.abs(start + _subset_sums(changes[free])), count)
    else:
        codes = _meet_in_the_middle(start, changes[free], count)
    return [_pattern(code, free, fixed) for code in codes]


def imbalances(left_slope: float, slope_changes: ArrayLike, patterns: list[Pattern]) -> Floats:
    """Give ``left_slope + sum_L slope_changes`` for each pattern, shape (patterns,)."""
    changes = np.asarray(slope_changes, dtype=np.float64)
    return np.array([left_slope + float(changes[pattern].sum()) for pattern in patterns])


def _balance_largest(start: float, changes: Floats) -> tuple[Pattern, NDArray[np.int64], float]:
    fixed = np.zeros(changes.size, dtype=np.bool_)
    order = np.argsort(-np.abs(changes), kind="stable")
    surplus = max(0, changes.size - _SEARCHED)
    for k in order[:surplus]:
        if abs(start + changes[k]) < abs(start):
            fixed[k] = True
            start += float(changes[k])
    return fixed, np.sort(order[surplus:]), start


def _subset_sums(values: Floats) -> Floats:
    """Give the sums of all subsets; bit k of the position says whether value k is in the subset."""
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums, sums + value])
    return sums


def _smallest(values: Floats, count: int) -> list[int]:
    if count < values.size:
        # Everything tied with the last one kept is ranked too, so that the answer does not depend on how
        # the selection happens to order ties.
        limit = np.partition(values, count - 1)[count - 1]
        kept = np.flatnonzero(values <= limit)
    else:
        kept = np.arange(values.size)
    return [int(k) for k in kept[np.argsort(values[kept], kind="stable")][:count]]


def _meet_in_the_middle(start: float, values: Floats, count: int) -> list[int]:
    half = values.size // 2
    low = start + _subset_sums(values[:half])
    high = _subset_sums(values[half:])
    order = np.argsort(high, kind="stable")
    high = high[order]
    # For each subset of the first half the second half's sums come in order of distance from -low by walking
    # up and down from one place in their sorted list; a heap merges all those walks.
    place = np.searchsorted(high, -low)
    walks: list[tuple[float, int, int, int]] = []
    for step, first in ((1, place), (-1, place - 1)):
        starts = np.flatnonzero((first >= 0) & (first < high.size))
        distance = np.abs(low[starts] + high[first[starts]])
        walks += [(float(distance[k]), int(starts[k]), int(first[starts[k]]), step) for k in _smallest(distance, count)]
    heapq.heapify(walks)
    codes: list[int] = []
    while walks and len(codes) < count:
        _, left, at, step = heapq.heappop(walks)
        codes.append(left + (int(order[at]) << half))
        if 0 <= at + step < high.size:
            heapq.heappush(walks, (float(abs(low[left] + high[at + step])), left, at + step, step))
    return codes


def _pattern(code: int, free: NDArray[np.int64], fixed: Pattern) -> Pattern:
    pattern = fixed.copy()
    pattern[free] = [(code >> k) & 1 == 1 for k in range(free.size)]
    return pattern
