"""A tighter certified lower bound for continuous functions on noisy data: pairs of neighbouring pieces.

**Theorem.** Let f be continuous with at most K pieces and let S be its weighted sum of squares. Order its
pieces from left to right and give each row to one piece that it lies on (a row on a kink to either). Let
``S_k`` be the sum of squares of piece k's run of rows, ``E_k <= S_k`` the least one of any line on that run, and
``C(k, k+1)`` the least one of two lines on the runs k and k + 1 that meet somewhere in the closed gap between
them. Then

    S = sum S_k = 1/2 [S_1 + sum_k (S_k + S_{k+1}) + S_K] >= 1/2 [E_1 + sum_k C(k, k+1) + E_K],

because f itself restricted to two neighbouring runs is one of the candidates of C. Write C as
``E_k + E_{k+1} + penalty``: the bound is ``sum E_k + 1/2 sum penalty(k, k+1)``, so it is the bound of the
unconnected lines plus half of what it costs each neighbouring pair to meet.

*Kinks anywhere in the closed gap.* Let l and r be the gap's ends (the last x of the left run, the first of the
right one) and g the difference of the two lines. They meet in [l, r] iff ``g(l) g(r) <= 0``. If the free lines
do, the penalty is 0. Otherwise walk from them straight to any pair of lines that does meet there: where the
walk enters the set, ``g(l) = 0`` or ``g(r) = 0``, and because the cost is convex with its minimum at the
start, that point costs no more than the pair it leads to. So the best pair meets at l or at r, and with
one linear condition ``g(t) = 0`` least squares gives ``penalty = min over t in {l, r} of
g(t)**2 / (1/W + (t - mean)**2 / Sxx of the left run + the same of the right run)``. A run of one x has a free
slope: at the far end of the gap its term is infinite and the penalty is 0.

*Pieces without rows.* Two or more kinks in one gap let the lines to both sides go free: an empty piece uses up
one of the K pieces and removes the penalty. More than one in a gap, or one at an end, gains nothing.

*All K at once* by dynamic programming over the last run, with every choice of runs; fewer pieces are allowed.
Runs are left out when the bound of the unconnected lines through them exceeds `ceiling`, the sum of squares
of a function already found: no better function uses them, and the bound never claims more than the ceiling.

*Rounding.* Errors, predictions and variance factors come from exact integers with one rounding each
(`ExactSums`). A difference of predictions is trusted only as far as ``2**-52`` of the sizes involved (a sign
in doubt means penalty 0), the quotient's few roundings are paid with ``2**-49`` of it, and the sums of at most
2K terms that are never negative with ``(2K + 16) * 2**-52`` of the result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges.optimal._exact_sums import ExactSums
from hinges.optimal._segments import UNIT_ROUNDOFF, segment

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

LARGEST_WORK = 1_500_000_000  # elementary steps of the recursion: about five seconds


@dataclass(frozen=True)
class PairBound:
    """A certified scaled lower bound for at most K pieces, and the runs at which it is attained.

    `complete` is False where the work was too large and the bound is that of the unconnected lines.
    `starts` holds the starts of the runs, the first one 0: a good start for a search.
    """

    lower: float
    starts: Ints
    complete: bool


@dataclass(frozen=True)
class _Runs:
    """The runs kept, sorted by start: [start, stop), and their lines at the ends of the gaps beside them."""

    start: Ints
    stop: Ints
    error: Floats
    inner_left: tuple[Floats, Floats]  # value and variance factor at the run's own first x
    outer_left: tuple[Floats, Floats]  # at the x before it
    inner_right: tuple[Floats, Floats]
    outer_right: tuple[Floats, Floats]


def pair_bound(sums: ExactSums, table: Floats, pieces: int, ceiling: float) -> PairBound:
    """Give the pair bound for continuous functions with at most `pieces` pieces, certified, in scaled units.

    Args:
        sums: the rows' exact prefix sums.
        table: certified errors of all runs, shape (m, m), from `certified_table` with the same ceiling.
        pieces: K, at least 1.
        ceiling: the scaled sum of squares of a function already found, or infinity.
    """
    forward = segment(table, pieces)
    free = float(forward.errors[pieces, -1]) * (1.0 - (pieces + 16) * 2 * UNIT_ROUNDOFF)
    kept = runs_below(table, forward.errors, pieces, ceiling)
    m = table.shape[0]
    lefts, rights = np.bincount(kept[1], minlength=m + 1), np.bincount(kept[0], minlength=m + 1)
    if pieces == 1 or float(lefts @ rights) * pieces > LARGEST_WORK:
        return PairBound(min(free, ceiling), forward.runs(pieces), complete=pieces == 1)
    runs = _lines(sums, *kept)
    value, starts = _recursion(runs, m, pieces)
    lower = value * (1.0 - (2 * pieces + 16) * 2 * UNIT_ROUNDOFF)
    if not starts.size:
        starts = forward.runs(pieces)
    return PairBound(min(max(lower, free), ceiling), starts, complete=True)


def runs_below(table: Floats, forward: Floats, pieces: int, ceiling: float) -> tuple[Ints, Ints]:
    """Give [start, stop) of the runs through which unconnected lines stay below the ceiling.

    forward: the least errors in front of each distinct x, from `segment`.
    """
    m = table.shape[0]
    backward = segment(table[::-1, ::-1].T, pieces).errors[:, ::-1]
    through = np.full((m, m), np.inf)
    for k in range(1, pieces + 1):
        np.minimum(through, forward[k - 1, :-1, None] + backward[pieces - k, None, 1:], out=through)
    start, last = np.nonzero(np.triu(through + table <= ceiling * (1.0 + 1e-9)))
    return start, last + 1


def _lines(sums: ExactSums, start: Ints, stop: Ints) -> _Runs:
    m = sums.x.size
    error = np.empty(start.size)
    ends = np.empty((4, 2, start.size))
    for i in range(m):
        own = slice(*np.searchsorted(start, [i, i + 1]))
        if own.start == own.stop:
            continue
        last = stop[own] - 1
        moments = sums.moments(i, last)
        error[own] = sums.errors_of(moments)
        after = np.minimum(last + 1, m - 1)
        for row, at in enumerate((i, max(i - 1, 0), last, after)):
            ends[row, 0, own], ends[row, 1, own] = sums.lines(moments, at)
    pairs = [(values[0], values[1]) for values in ends]
    return _Runs(start, stop, error, pairs[0], pairs[1], pairs[2], pairs[3])


def _recursion(runs: _Runs, m: int, pieces: int) -> tuple[float, Ints]:
    """Give the least ``sum error + 1/2 sum penalty`` over all choices of at most K runs, and its starts.

    ``best[k - 1, s]`` is the least value of the rows up to the end of run s when at most k pieces end there,
    ``before`` the run that it comes from, plus the number of runs if there is a piece without rows in between.
    """
    count = runs.start.size
    best = np.full((pieces, count), np.inf)
    before = np.zeros((pieces, count), dtype=np.intp)
    first = runs.start == 0
    best[:, first] = runs.error[first]
    by_stop = np.argsort(runs.stop, kind="stable")
    stops, starts = runs.stop[by_stop], runs.start
    for c in range(1, m):
        left = by_stop[slice(*np.searchsorted(stops, [c, c + 1]))]
        right = slice(*np.searchsorted(starts, [c, c + 1]))
        if not left.size or right.start == right.stop:
            continue
        half = 0.5 * _penalties(runs, left, right)
        reached = best[:-1, left]
        joined = reached[:, :, None] + half
        choice = joined.argmin(axis=1)
        value = np.take_along_axis(joined, choice[:, None, :], axis=1)[:, 0, :]
        choice = left[choice]
        # One piece without rows between the two: the lines are free, and a piece is used up.
        jump = reached[:-1].argmin(axis=1)
        jumped = reached[np.arange(pieces - 2), jump][:, None]
        better = jumped < value[1:]
        value[1:] = np.where(better, jumped, value[1:])
        choice[1:] = np.where(better, left[jump][:, None] + count, choice[1:])
        best[1:, right] = value + runs.error[right]
        before[1:, right] = choice
    return _trace(runs, best, before, m)


def _penalties(runs: _Runs, left: Ints, right: slice) -> Floats:
    """Give lower bounds on what it costs to join each left run to each right run, shape (left, right)."""
    near, near_sign = _meeting(runs.inner_right, runs.outer_left, left, right)
    far, far_sign = _meeting(runs.outer_right, runs.inner_left, left, right)
    return np.where(near_sign * far_sign > 0, np.minimum(near, far), 0.0)


def _meeting(
    of_left: tuple[Floats, Floats], of_right: tuple[Floats, Floats], left: Ints, right: slice
) -> tuple[Floats, Floats]:
    """Give the cost of meeting at one end of the gap, rounded down, and the sign of the lines' difference there."""
    a, b = of_left[0][left, None], of_right[0][None, right]
    difference = a - b
    doubt = 2 * UNIT_ROUNDOFF * (np.abs(a) + np.abs(b) + np.abs(difference))
    sure = np.maximum(np.abs(difference) - doubt, 0.0)
    variance = of_left[1][left, None] + of_right[1][None, right]
    return sure * sure / variance * (1.0 - 16 * UNIT_ROUNDOFF), np.where(sure > 0, np.sign(difference), 0.0)


def _trace(runs: _Runs, best: Floats, before: Ints, m: int) -> tuple[float, Ints]:
    last = np.flatnonzero(runs.stop == m)
    if not last.size:
        return np.inf, np.empty(0, dtype=np.intp)
    k, at = np.unravel_index(int(best[:, last].argmin()), (best.shape[0], last.size))
    run, level = int(last[at]), int(k)
    value = float(best[level, run])
    starts = [int(runs.start[run])]
    while starts[-1] > 0 and np.isfinite(value):
        empty, run = divmod(int(before[level, run]), runs.start.size)
        level -= 1 + empty
        starts.append(int(runs.start[run]))
    return value, np.array(starts[::-1], dtype=np.intp)
