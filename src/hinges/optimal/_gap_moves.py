"""The last steps of a search with noise: each knot is tried in every gap between rows near by, and far away.

The error has a corner wherever a knot passes a row, and a local optimum in many gaps, so that small steps end in the
first one. For one knot, the others held, the best place inside a gap follows in closed form: a hat with its top
between two rows is a combination of a ramp that ends in front of the gap and one that begins behind it, and the two
best ramps meet at the best top.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges.optimal._relocate import Places, inverse_diagonals, moments, seen
from hinges.optimal._spline import Spline, spline, trained
from hinges.optimal._sums import RunSums

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_DEPENDENT = 1e-9  # of a ramp's own square: less is left of it than rounding
_PROGRESS = 1e-10  # relative gain worth a move
_SWEEPS = 4
_NEAR_GAPS, _TRIES = 10, 2
_THIN = 1e-100


def moved_between(
    sums: RunSums, start: Spline, places: Places, *, near: int = _NEAR_GAPS, tries: int = _TRIES
) -> Spline:
    """Take out each inner knot in turn and put it into the gaps where it helps most: never worse, approximate.

    near: how many gaps on either side of every knot are tried, besides the places.
    tries: how many gaps, no two side by side, are followed to a local optimum.
    """
    best = start
    for _ in range(_SWEEPS):
        before = best.error
        for k in range(start.knots.size - 2):
            if k < best.knots.size - 2:
                best = _moved(sums, best, k, _gaps(sums, best, near, places), tries)
        if best.error >= before * (1.0 - _PROGRESS):
            break
    return best


def _moved(sums: RunSums, now: Spline, k: int, gaps: Ints, tries: int) -> Spline:
    rest = spline(sums, np.delete(now.knots, k + 1))
    gained, tops = gap_gains(sums, rest, gaps)
    for _ in range(tries):
        i = int(gained.argmax())
        if rest.error - gained[i] > now.error * 1.01 or not gained[i] > 0.0:
            break
        knots = np.sort(np.append(rest.knots, tops[i]))
        if np.diff(knots).min() > 0.0:
            trial = trained(sums, spline(sums, knots), steps=20, tolerance=1e-9)
            if trial.error < now.error * (1.0 - _PROGRESS):
                return trained(sums, trial)
        gained[np.abs(gaps - gaps[i]) <= 1] = 0.0
    return now


def _gaps(sums: RunSums, now: Spline, near: int, places: Places) -> Ints:
    """Give the gaps to try, each by the position of the distinct x behind it."""
    m = sums.rows.u.size
    beside = np.searchsorted(sums.rows.u, now.knots[1:-1])[:, None] + np.arange(-near, near + 1)
    return np.unique(np.concatenate([places.at, np.clip(beside.ravel(), 1, m - 1)]))


def gap_gains(sums: RunSums, now: Spline, gaps: Ints) -> tuple[Floats, Floats]:
    """Give how much the error falls with one more knot at the best place in each gap, and those places: exact.

    gaps: positions of distinct x; gap i is between those at i - 1 and i.
    """
    u, knots = sums.rows.u, now.knots
    low, high = u[gaps - 1], u[gaps]
    piece = np.clip(np.searchsorted(knots, (low + high) / 2, side="right") - 1, 0, knots.size - 2)
    low, high = np.maximum(low, knots[piece]), np.minimum(high, knots[piece + 1])
    ramps = _ramps(sums, now, gaps, piece)
    gained, tops = ramps.best()
    free = (tops > low) & (tops < high)
    gained, tops = np.where(free, gained, 0.0), np.where(free, tops, low)
    for end in (low, high):
        gain = ramps.at(end)
        gained, tops = np.where(gain > gained, gain, gained), np.where(gain > gained, end, tops)
    return gained, tops


@dataclass(frozen=True, eq=False)
class _Ramps:
    """Two ramps a gap, from the start of its piece up to the gap and from the gap to the end of its piece.

    own (2, gaps): their squares; over (2, gaps) and both (gaps,): squares and, with its sign turned, product of what
    the hats cannot make of them; shown (2, gaps): their products with what the function leaves of the data.
    """

    start: Floats
    end: Floats
    own: Floats
    over: Floats
    both: Floats
    shown: Floats

    def best(self) -> tuple[Floats, Floats]:
        """Give what both ramps together gain, and where they meet; infinite where they do not."""
        inner = self.over[0] * self.over[1] - self.both * self.both
        usable = (inner > _DEPENDENT * self.own[0] * self.own[1]) & (self.over > 0).all(axis=0)
        divisor = np.where(usable, inner, 1.0)
        rise = (self.shown[0] * self.over[1] + self.shown[1] * self.both) / divisor
        fall = (self.shown[1] * self.over[0] + self.shown[0] * self.both) / divisor
        usable &= rise + fall != 0
        total = np.where(usable, rise + fall, 1.0)
        top = np.where(usable, (self.start * rise + self.end * fall) / total, np.inf)
        return self.shown[0] * rise + self.shown[1] * fall, top

    def at(self, top: Floats) -> Floats:
        """Give what a hat with its top there gains."""
        up, down = 1.0 / np.maximum(top - self.start, _THIN), 1.0 / np.maximum(self.end - top, _THIN)
        over = self.over[0] * up * up + self.over[1] * down * down - 2.0 * self.both * up * down
        usable = over > _DEPENDENT * (self.own[0] * up * up + self.own[1] * down * down)
        usable &= (top > self.start) & (top < self.end)
        seen_all = self.shown[0] * up + self.shown[1] * down
        return np.where(usable, seen_all * seen_all / np.where(usable, over, 1.0), 0.0)


def _ramps(sums: RunSums, now: Spline, gaps: Ints, piece: Ints) -> _Ramps:
    knots = now.knots
    edges = np.searchsorted(sums.rows.u, knots)
    edges[0], edges[-1] = 0, sums.rows.u.size
    at = np.concatenate([gaps, edges])
    prefixes = sums.prefixes(at)
    here, ends = np.arange(gaps.size), gaps.size + piece
    left, right = sums.lines_between(prefixes, at, ends, here), sums.lines_between(prefixes, at, here, ends + 1)
    start, end = knots[piece], knots[piece + 1]
    span, slope, height = end - start, now.slopes[piece], now.values[piece]
    (rising, rise_square), (falling, fall_square) = moments(left, start), moments(right, end)
    to_start = np.stack([rising - rise_square / span, fall_square / span])
    to_end = np.stack([rise_square / span, -falling - fall_square / span])
    main, beside, _ = inverse_diagonals(now.gram)
    made_start = main[piece] * to_start + beside[piece] * to_end
    made_end = beside[piece] * to_start + main[piece + 1] * to_end
    own = np.stack([rise_square, fall_square])
    over = own - made_start * to_start - made_end * to_end
    both = made_start[0] * to_start[1] + made_end[0] * to_end[1]
    shown = np.stack([seen(left, start, start, height, slope), -seen(right, end, start, height, slope)])
    return _Ramps(start, end, own, over, both, shown)
