"""Relocations: take a knot out and put it where it helps most, over the whole line, from sums of runs alone.

What one more knot gains, and what the loss of one costs, is exact for every place and every knot: a knot adds one
hat, of which the part that the other hats cannot make counts, and its loss is one linear condition on the values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges.optimal._spline import Spline, spline, trained
from hinges.optimal._sums import Lines, RunSums

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PLACES = 2000  # where a knot may be put, spread evenly over the data
_DEPENDENT = 1e-9  # of a hat's own square: less is left of it than rounding
_PROGRESS = 1e-9  # relative gain worth a move
_THIN = 1e-100
_TRIES, _MANY = 60, 50  # moves that are tried at once with more pieces than so many, where each takes milliseconds


@dataclass(frozen=True, eq=False)
class Places:
    """Where a knot may be put: positions of distinct x, rising, scaled x, and their prefix sums."""

    at: Ints
    u: Floats
    prefixes: Floats

    @staticmethod
    def of(sums: RunSums) -> Places:
        """Spread places evenly over the rows."""
        m = sums.rows.u.size
        at = np.unique(np.linspace(1, m - 2, min(PLACES, m - 2)).round().astype(np.int64))
        return Places(at, sums.rows.u[at], sums.prefixes(at))


def settled(sums: RunSums, start: Spline, places: Places, *, rounds: int = 6) -> Spline:
    """Alternate small steps and relocations until neither gains: never worse, approximate."""
    best = trained(sums, start)
    for _ in range(rounds):
        before = best.error
        best = trained(sums, relocated(sums, best, places))
        if best.error >= before * (1.0 - 1e-7):
            break
    return best


def relocated(sums: RunSums, now: Spline, places: Places) -> Spline:
    """Try every inner knot elsewhere, the least useful first, and keep what gains: never worse."""
    inner = now.knots.size - 2
    tries = inner * inner if inner <= _MANY else _TRIES
    while places.at.size and tries > 0:
        costs = removal_costs(now)
        hope = 2.0 * float(gains(sums, now, places).max())
        order = np.argsort(costs, kind="stable")
        better = None
        for k in order[costs[order] <= hope][:tries]:
            tries -= 1
            better = _moved(sums, now, int(k), places)
            if better is not None:
                break
        if better is None:
            break
        now = better
    return now


def filled(sums: RunSums, now: Spline, pieces: int, places: Places) -> Spline:
    """Add the best knot after the other until there are so many pieces, or none helps."""
    while now.knots.size <= pieces and places.at.size:
        gained = gains(sums, now, places)
        k = int(gained.argmax())
        if not gained[k] > 0.0:
            break
        now = spline(sums, np.sort(np.append(now.knots, places.u[k])))
    return now


def _moved(sums: RunSums, now: Spline, k: int, places: Places) -> Spline | None:
    """Give the spline with inner knot k at its best other place, if that is better."""
    rest = spline(sums, np.delete(now.knots, k + 1))
    gained = gains(sums, rest, places)
    place = int(gained.argmax())
    if rest.error - gained[place] >= now.error * (1.0 - _PROGRESS):
        return None
    trial = trained(sums, spline(sums, np.sort(np.append(rest.knots, places.u[place]))), steps=4)
    return trial if trial.error < now.error * (1.0 - _PROGRESS) else None


def removal_costs(now: Spline) -> Floats:
    """Give how much the error grows without each inner knot, the others held: exact."""
    main, beside, beyond = inverse_diagonals(now.gram)
    left, right = 1.0 / np.diff(now.knots[:-1]), 1.0 / np.diff(now.knots[1:])
    centre = -left - right
    values = now.values
    bend = left * values[:-2] + centre * values[1:-1] + right * values[2:]
    kept = left**2 * main[:-2] + centre**2 * main[1:-1] + right**2 * main[2:]
    kept += 2 * (left * centre * beside[:-2] + centre * right * beside[1:-1] + left * right * beyond[:-2])
    return bend**2 / np.maximum(kept, 1e-300)


def gains(sums: RunSums, now: Spline, places: Places) -> Floats:
    """Give how much the error falls with one more knot at each place, the others held: exact."""
    knots, m = now.knots, sums.rows.u.size
    edges = np.searchsorted(sums.rows.u, knots)
    edges[0], edges[-1] = 0, m
    piece = np.clip(np.searchsorted(knots, places.u, side="right") - 1, 0, knots.size - 2)
    prefixes = np.concatenate([places.prefixes, sums.prefixes(edges)])
    at = np.concatenate([places.at, edges])
    here, ends = np.arange(places.at.size), places.at.size + piece
    left = sums.lines_between(prefixes, at, ends, here)
    right = sums.lines_between(prefixes, at, here, ends + 1)
    return _gained(now, places.u, piece, left, right)


def _gained(now: Spline, u: Floats, piece: Ints, left: Lines, right: Lines) -> Floats:
    start, end = now.knots[piece], now.knots[piece + 1]
    slope, height = now.slopes[piece], now.values[piece]
    rise, fall = np.maximum(u - start, _THIN), np.maximum(end - u, _THIN)
    # The new hat is s = (x - start) / rise to the left of its place and (end - x) / fall to the right.
    first, again = (moments(lines, anchor) for lines, anchor in ((left, start), (right, end)))
    own = first[1] / rise**2 + again[1] / fall**2
    shown = (seen(left, start, start, height, slope) / rise) - (seen(right, end, start, height, slope) / fall)
    span = end - start
    to_far = first[1] / (rise * span) - (again[0] + again[1] / span) / fall
    to_near = first[0] / rise - first[1] / (rise * span) + again[1] / (fall * span)
    main, beside, _ = inverse_diagonals(now.gram)
    made = to_near**2 * main[piece] + to_far**2 * main[piece + 1] + 2 * to_near * to_far * beside[piece]
    left_over = own - made
    usable = left_over > _DEPENDENT * own
    return np.where(usable, shown * shown / np.where(usable, left_over, 1.0), 0.0)


def moments(lines: Lines, anchor: Floats) -> tuple[Floats, Floats]:
    """Give the sums of w (x - anchor) and of w (x - anchor)**2."""
    arm = lines.u - anchor
    return lines.weight * arm, lines.spread + lines.weight * arm * arm


def seen(lines: Lines, anchor: Floats, start: Floats, height: Floats, slope: Floats) -> Floats:
    """Give the sum of w (v - f) (x - anchor), f being the line through (start, height)."""
    above = lines.v - (height + slope * (lines.u - start))
    return lines.product - slope * lines.spread + lines.weight * above * (lines.u - anchor)


def inverse_diagonals(gram: Floats) -> tuple[Floats, Floats, Floats]:
    """Give three diagonals of the inverse of the tridiagonal normal matrix, each from its own row on.

    From the pivots of the two eliminations, from the top and from the bottom.
    """
    near, off, far = (part.tolist() for part in gram)
    main = [a + b for a, b in zip([*near, 0.0], [0.0, *far], strict=True)]
    ridge = 1e-13 * max(main)
    main = [a + ridge for a in main]
    down, up = main.copy(), main.copy()
    for k, b in enumerate(off):
        down[k + 1] -= b * b / down[k]
    for k in range(len(off) - 1, -1, -1):
        up[k] -= off[k] * off[k] / up[k + 1]
    inverse = 1.0 / (np.array(down) + np.array(up) - np.array(main))
    carried = np.append(-np.array(off) / np.array(up[1:]), 0.0)
    beside = carried * inverse
    return inverse, beside, np.append(carried[1:], 0.0) * beside
