"""A global search on a grid: continuous functions whose vertices lie on rows and on levels around a pilot.

For vertices restricted to a grid, dynamic programming over (last vertex, its level) finds the best continuous
function with at most K pieces. It sees all choices at once, which single hops do not; what the grid costs
is won back by small steps afterwards.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hinges.optimal._varpro import Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def grid_search(
    rows: Problem,
    pilot: Floats,
    half_width: float,
    *,
    pieces: int,
    levels: int = 15,
    places: int = 150,
    flat: bool = False,
) -> Floats:
    """Give the inner knots, scaled, of the best grid function with at most `pieces` pieces.

    Args:
        rows: the scaled rows, m distinct x.
        pilot: values at the distinct x around which the levels lie, shape (m,), scaled.
        half_width: the levels reach this far above and below the pilot, scaled.
        pieces: the largest number of pieces.
        levels: odd number of levels.
        places: largest number of distinct x that may carry a vertex, spread evenly over the rows.
        flat: the first piece is level, as it is where all units of a network face right.
    """
    at = np.unique(np.linspace(0, rows.u.size - 1, min(places, rows.u.size)).round().astype(np.intp))
    offsets = half_width * np.linspace(-1.0, 1.0, levels)
    values = pilot[at][:, None] + offsets
    sums = _prefix_sums(rows)
    best = np.full((pieces + 1, at.size, levels), np.inf)
    opening = _level_costs(sums, at, values)
    if flat:
        best[1:] = opening
    else:
        best[:, 0] = opening[0]
    for b in range(1, at.size):
        cost = _costs(rows.u, sums, at, values, b).reshape(levels, -1)
        reached = best[:-1, :b].reshape(pieces, 1, -1)
        np.minimum(best[1:, b], (reached + cost).min(axis=2), out=best[1:, b])
    places_back = _trace(rows, sums, at, values, best)
    return rows.u[at[[b for b in places_back if flat or b > 0]]]


def _trace(rows: Problem, sums: Floats, at: Ints, values: Floats, best: Floats) -> list[int]:
    """Give the places of the vertices but the last; each step back searches again for where it came from."""
    levels = best.shape[2]
    opening = _level_costs(sums, at, values)
    place, level = best.shape[1] - 1, int(best[-1, -1].argmin())
    knots: list[int] = []
    for k in range(best.shape[0] - 1, 0, -1):
        if best[k, place, level] == opening[place, level]:
            break
        cost = _costs(rows.u, sums, at, values, place)[level]
        place, level = divmod(int((best[k - 1, :place] + cost).argmin()), levels)
        knots.append(place)
    return knots[::-1]


def _level_costs(sums: Floats, at: Ints, values: Floats) -> Floats:
    """Give the squares of all rows up to a vertex about its level, shape (places, levels)."""
    w, _, wv, _, _, wvv = sums[:, at + 1, None]
    return wvv + values * (values * w - 2 * wv)


def _prefix_sums(rows: Problem) -> Floats:
    """Give prefix sums of w, wu, wv, wuu, wuv, wvv, shape (6, m + 1)."""
    u, v, w = rows.u, rows.v, rows.w
    terms = np.stack([w, w * u, w * v, w * u * u, w * u * v, w * v * v])
    return np.concatenate([np.zeros((6, 1)), np.cumsum(terms, axis=1)], axis=1)


def _costs(u: Floats, sums: Floats, at: Ints, values: Floats, b: int) -> Floats:
    """Give the squares of the rows after vertex a up to vertex b, shape (levels at b, b, levels at a)."""
    w, wu, wv, wuu, wuv, wvv = sums[:, at[b] + 1, None] - sums[:, at[:b] + 1]
    start, span = u[at[:b]], u[at[b]] - u[at[:b]]
    # Moments of s = (u - start) / span, which runs from 0 at vertex a to 1 at vertex b.
    s, sv = (wu - start * w) / span, (wuv - start * wv) / span
    ss = (wuu - 2 * start * wu + start * start * w) / (span * span)
    p, q = values[:b], values[b][:, None]
    fixed = wvv[:, None] + p * (p * (w - 2 * s + ss)[:, None] - 2 * (wv - sv)[:, None])
    return (fixed + (q * (q * ss - 2 * sv))[:, :, None]) + (2 * q * (s - ss))[:, :, None] * p
