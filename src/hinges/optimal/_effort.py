"""A gap that closes: branch and bound on the gaps between rows in which kinks lie.

Kinks are put into cells, intervals without a row inside: at first whole gaps, then halves of those that matter, and
so on. For every choice of cells a lower bound of the squared error follows from one recursion over the cells, in
which the function's value at each kink is free:

Let a piece run from a kink in a cell with midpoint s to one in a cell with midpoint t, no point of either cell
further than r from it, and let its rows have weight W, spread S, best line L of slope b and error E. If f is the
line of the piece, with values p and q at its kinks, then ``D = f - L`` costs ``Q(D)**2 = sum w D**2`` more than E.
Let A be the line through (s, p - L(s)) and (t, q - L(t)). Moving the kinks to the midpoints moves each row's place
along the piece by at most r, and L there by at most ``|b| r``. So, with ``Q(A') <= Q(A) / sqrt(S)``,

    Q(D) >= (1 - r sqrt(W / S)) (Q(A) - |b| r sqrt(W)),

where negative factors count as zero. A function that is not yet excluded passes the kinks of a cell within known
bounds, so that its slope on the piece is at most some B, and with that ``Q(D) >= Q(A) - B r sqrt(W)``, which is the
better one of the two where a piece has few rows. With c for what is taken off,

    (z - c)**2 >= (1 - k) z**2 - (1 / k - 1) c**2    for 0 < k < 1

makes of this a quadratic function of p and q, for which the least sum is found exactly. A piece with rows of one x
passes them between p and q: by as much as both known bounds lie beside them, they cost. A cell through which nothing
stays below the error of a function already found cannot hold a kink of a better one and is left out.

Where there are more cells than can be held at once, the question is parted: one kink lies in the left or in the right
half of its cells, and the lower one of two bounds holds for both. (A function with fewer pieces has as many kinks as
any, some of which do not bend, and those lie anywhere.)
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hinges.optimal import _kernels_envelope as kernels
from hinges.optimal._blocks import backwards
from hinges.optimal._rows import Rows
from hinges.optimal._sums import Sums

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Envelopes = tuple[Floats, NDArray[np.int32]]  # parabolas [pieces, cell, number], and how many there are

ENOUGH = 0.01  # relative gap at which the search ends
LARGEST = 400  # distinct x
_CELLS = 1800  # at once
_PARABOLAS = 160
_ROUNDING = 1e-9  # of the bound, given away for the float64 recursion


@dataclass(frozen=True, eq=False)
class Raised:
    """A certified scaled lower bound and how the search for it ended: "closed", "time" or "size"."""

    lower: float
    ended: str


@dataclass(frozen=True, eq=False)
class _Cells:
    """Cells from left to right, with one of no width at either end of the data for its ends.

    gap: how many rows lie in front; low and high: the ends; bottom and top: between which values a function below
    the target passes a kink there.
    """

    gap: Ints
    low: Floats
    high: Floats
    bottom: Floats
    top: Floats

    @property
    def middle(self) -> Floats:
        return (self.low + self.high) / 2


@dataclass(frozen=True, eq=False)
class _Part:
    """Functions whose kinks lie in certain cells: kept[k, j], whether the k-th may lie in the j-th; and a bound."""

    cells: _Cells
    kept: Bools
    lower: float

    def halved(self) -> _Part:
        """Keep the inner cells in which some kink may be, and cut each into two halves."""
        cells, kept = self.cells, self.kept
        inner = np.flatnonzero(kept.any(axis=0))
        inner = inner[(inner > 0) & (inner < cells.gap.size - 1)]
        low, middle, high = cells.low[inner], cells.middle[inner], cells.high[inner]
        halves = _Cells(
            np.concatenate([cells.gap[:1], np.repeat(cells.gap[inner], 2), cells.gap[-1:]]),
            np.concatenate([cells.low[:1], np.stack([low, middle], axis=1).ravel(), cells.low[-1:]]),
            np.concatenate([cells.high[:1], np.stack([middle, high], axis=1).ravel(), cells.high[-1:]]),
            *(np.concatenate([end[:1], np.repeat(end[inner], 2), end[-1:]]) for end in (cells.bottom, cells.top)),
        )
        twice = np.concatenate([kept[:, :1], np.repeat(kept[:, inner], 2, axis=1), kept[:, -1:]], axis=1)
        return _Part(halves, twice, self.lower)

    def split(self) -> list[_Part]:
        """Part the cells of the kink that may lie in the most; none where every kink has one cell."""
        places = [np.flatnonzero(row[1:-1]) + 1 for row in self.kept[1:-1]]
        k = max(range(len(places)), key=lambda each: places[each].size)
        if places[k].size < 2:
            return []
        left, right = self.kept.copy(), self.kept.copy()
        middle = places[k][places[k].size // 2]
        left[k + 1, middle:] = False
        right[k + 1, :middle] = False
        return [_Part(self.cells, left, self.lower), _Part(self.cells, right, self.lower)]


def raised(rows: Rows, pieces: int, ceiling: float, lower: float, seconds: float) -> Raised:
    """Raise a lower bound for functions of at most `pieces` pieces to within 1 % of the ceiling, or until time is up.

    Args:
        rows: at most 400 distinct x.
        pieces: at least 2.
        ceiling: the scaled squared error of a function already found.
        lower: a certified scaled bound that is known.
        seconds: how long it may take; a round that has begun is ended.
    """
    end = time.monotonic() + seconds
    sums = Sums.of(rows)
    lines = _all_lines(sums)
    u, m = rows.u, rows.u.size
    gaps = np.arange(1, m)
    low, high = np.concatenate([u[:1], u[:-1], u[-1:]]), np.concatenate([u[:1], u[1:], u[-1:]])
    anything = np.full(m + 1, np.inf)
    cells = _Cells(np.concatenate([[0], gaps, [m]]), low, high, -anything, anything)
    target = (1.0 - 0.99 * ENOUGH) * ceiling  # what is proven to cost so much needs no closer look
    whole = np.ones((pieces + 1, m + 1), np.bool_)
    alone = np.where(np.triu(np.ones(lines.shape[:2], np.bool_), 1), lines[:, :, 6], np.inf)
    usual = max(target - float(backwards(alone, pieces)[pieces, 0]), 1e-3 * target) / pieces  # what joining may cost
    parts = [_Part(cells, whole, lower)]
    while True:
        lower = max(lower, min(part.lower for part in parts))
        if lower >= (1.0 - ENOUGH) * ceiling:
            return Raised(lower, "closed")
        if time.monotonic() >= end:
            return Raised(lower, "time")
        part = min(parts, key=lambda each: each.lower)
        parts.remove(part)
        finer = part.halved()
        smaller = [finer] if finer.cells.gap.size <= _CELLS else part.split()
        if not smaller:
            return Raised(lower, "size")
        for each in smaller:
            found, cells, kept = _round(lines, each.cells, each.kept, (target, usual))
            parts.append(_Part(cells, kept, max(each.lower, min(found, target) * (1.0 - _ROUNDING))))


def _all_lines(sums: Sums) -> Floats:
    """Give the best lines of all runs of rows, [from, to] (m + 1, m + 1, 7), as `Lines` orders them."""
    m = sums.rows.u.size
    at = np.arange(m + 1)
    first, last = np.triu_indices(m + 1, 1)
    lines = sums.lines_between(sums.prefixes(at), at, first, last)
    table = np.zeros((m + 1, m + 1, 7))
    table[first, last] = np.stack(lines, axis=1)
    return table


def _round(lines: Floats, cells: _Cells, kept: Bools, sizes: tuple[float, float]) -> tuple[float, _Cells, Bools]:
    """Give a lower bound, up to the target, for kinks in these cells, and which may hold one of a function below it.

    The cells come back with narrower bounds on the function's values at kinks. sizes: the target, and what it usually
    costs to join a piece to the next.
    """
    pieces, (target, usual) = len(kept) - 1, sizes
    cost = _costs(lines, cells, usual)
    forward, lost = _envelopes(cost, kept, target)
    if lost:
        return 0.0, cells, kept
    # Seen from the right, a cell in front of r pieces may hold a kink if it may hold one of those before them.
    behind = np.logical_or.accumulate(kept[1:], axis=0)[::-1]
    behind = np.concatenate([behind[:1], behind])[:, ::-1]
    mirrored = np.ascontiguousarray(cost[::-1, ::-1].transpose(1, 0, 2)[:, :, [0, 2, 1, 5, 4, 3, 6]])
    backward, lost = _envelopes(mirrored, behind, target)
    ends = [float(forward[0][k, -1, : forward[1][k, -1], 0].min(initial=target)) for k in range(1, pieces + 1)]
    if not lost:
        kept, bottom, top = kept.copy(), cells.bottom.copy(), cells.top.copy()
        for j in range(1, cells.gap.size - 1):
            found, low, high = _through(forward, backward, j, target * (1.0 + _ROUNDING))
            kept[:, j] &= found
            bottom[j], top[j] = max(bottom[j], low), min(top[j], high)
        cells = replace(cells, bottom=bottom, top=top)
    return min(ends), cells, kept


def _through(forward: Envelopes, backward: Envelopes, j: int, limit: float) -> tuple[Bools, float, float]:
    """Tell whether the k-th kink of a function below the limit can lie in cell j, and between which values there."""
    pieces = forward[0].shape[0] - 1
    possible, mirror = np.zeros(pieces + 1, np.bool_), forward[0].shape[1] - 1 - j
    others = [backward[0][r, mirror, : backward[1][r, mirror]] for r in range(pieces)]
    bottom, top = np.inf, -np.inf
    for k in range(1, pieces):
        one, other = forward[0][k, j, : forward[1][k, j]], np.concatenate(others[1 : pieces - k + 1])
        if not (len(one) and len(other)):
            continue
        bend, more = one[:, None, 2], other[None, :, 2]
        both = np.where(bend + more > 0, bend + more, 1.0)
        apart = one[:, None, 1] - other[None, :, 1]
        spare = limit - (one[:, None, 0] + other[None, :, 0] + bend * more / both * apart**2)
        below = spare >= 0
        if not below.any():
            continue
        possible[k] = True
        middle = other[None, :, 1] + bend / both * apart
        reach = np.where(bend + more > 0, np.sqrt(np.maximum(spare, 0.0) / both), np.inf)
        bottom = min(bottom, float((middle - reach)[below].min()))
        top = max(top, float((middle + reach)[below].max()))
    room = _ROUNDING * (1.0 + abs(bottom) + abs(top))
    return possible, bottom - room, top + room


def _costs(lines: Floats, cells: _Cells, usual: float) -> Floats:
    """Give lower bounds of what pieces between cells cost, as `_kernels_envelope` holds them; none backwards."""
    line = lines[cells.gap[:, None], cells.gap[None, :]]
    weight, mean, height, spread, product, _, error = (line[:, :, k] for k in range(7))
    slope = np.divide(product, spread, out=np.zeros_like(spread), where=spread > 0)
    middle, reach = cells.middle, (cells.high - cells.low) / 2
    far_reach = np.maximum(reach[:, None], reach[None, :]) * (1.0 + 1e-12)
    ratio = np.divide(weight, spread, out=np.full_like(weight, np.inf), where=spread > 0)
    with np.errstate(invalid="ignore"):
        narrowed = np.nan_to_num(far_reach * np.sqrt(ratio), nan=0.0, posinf=2.0)
    factor = np.maximum(1.0 - narrowed, 0.0)
    off = far_reach * np.sqrt(weight)
    shift = factor * np.abs(slope) * off
    with np.errstate(invalid="ignore"):
        steepest = np.nan_to_num(_steepest(cells) * off, nan=np.inf, posinf=np.inf)
    usable = factor * np.sqrt(usual) - shift < np.sqrt(usual) - steepest
    factor, shift = np.where(usable, 1.0, factor), np.where(usable, steepest, shift)
    share = shift / (shift + np.sqrt(usual))
    paid = np.divide(shift * shift * (1.0 - share), share, out=np.zeros_like(share), where=share > 0)
    span = middle[None, :] - middle[:, None]
    span = np.where(span > 0, span, 1.0)
    near, far, own = (middle[None, :] - mean) / span, (mean - middle[:, None]) / span, spread / (span * span)
    keep = factor * factor * (1.0 - share)
    cost = np.empty((*weight.shape, 7))
    cost[:, :, kernels.ERROR] = (
        error - paid + np.where((keep == 0) & (spread == 0), weight * _missed(cells, height), 0.0)
    )
    cost[:, :, kernels.LEFT] = height + slope * (middle[:, None] - mean)
    cost[:, :, kernels.RIGHT] = height + slope * (middle[None, :] - mean)
    cost[:, :, kernels.NEAR] = keep * (weight * near * near + own)
    cost[:, :, kernels.MIXED] = keep * (weight * near * far - own)
    cost[:, :, kernels.FAR] = keep * (weight * far * far + own)
    cost[:, :, kernels.GRAM] = keep * keep * weight * own
    # Two kinks in one gap leave the lines to both sides free.
    cost[cells.gap[:, None] == cells.gap[None, :]] = 0.0
    return cost


def _steepest(cells: _Cells) -> Floats:
    """Give how steep a piece between two cells can be at most; infinite where they touch, or values are free."""
    with np.errstate(invalid="ignore"):
        rise = np.maximum(cells.top[None, :] - cells.bottom[:, None], cells.top[:, None] - cells.bottom[None, :])
    apart = cells.low[None, :] - cells.high[:, None]
    return np.divide(np.maximum(rise, 0.0), apart, out=np.full_like(rise, np.inf), where=apart > 0)


def _missed(cells: _Cells, height: Floats) -> Floats:
    """Give the square distance of a value from all those that a piece between two cells can have, (cells, cells)."""
    below = np.minimum(cells.bottom[:, None], cells.bottom[None, :]) - height
    above = height - np.maximum(cells.top[:, None], cells.top[None, :])
    return np.maximum(np.maximum(below, above), 0.0) ** 2


def _envelopes(cost: Floats, kept: Bools, target: float) -> tuple[Envelopes, int]:
    """Give the envelopes of all cells and numbers of pieces below the target, and how many parabolas are missing."""
    count, pieces = len(cost), len(kept) - 1
    size = (pieces + 1, count)
    pool, source = np.zeros((*size, _PARABOLAS, 3)), np.empty((*size, _PARABOLAS, 2), np.int32)
    sizes = np.zeros(size, np.int32)
    errors = np.where(np.triu(np.ones((count, count), np.bool_), 1), cost[:, :, kernels.ERROR], np.inf)
    rest = backwards(errors, pieces)
    rest[:, :-1] = np.where(kept[::-1, :-1], rest[:, :-1], np.inf)
    room, some = np.empty((400_000, 5)), np.empty(_PARABOLAS, np.int64)
    lost = kernels.search(cost, rest, target, count, room, some, pool, sizes, source)
    return (pool, sizes), int(lost)
