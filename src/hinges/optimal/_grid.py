"""The best continuous function whose knots lie on some of the data: exact on that grid, a start off it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hinges.optimal import _kernels_envelope as kernels
from hinges.optimal._blocks import backwards
from hinges.optimal._sums import Sums

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KNOTS = 400  # candidates
_FEW = 24  # parabolas that an envelope may have
_WORK = 1e6  # pairs of knots times pieces: about a second
_MOST = 64  # pieces that so few candidates can tell apart


def grid_knots(sums: Sums, pieces: int, ceiling: float, extra: Floats) -> Floats:
    """Give the inner knots (scaled) of the best function with knots at some of the data.

    None where no such function is below the ceiling, and where the pieces are too many for a grid to tell.

    extra: knots (scaled) to have on the grid whatever happens, moved to the nearest x.
    """
    m = sums.rows.u.size
    even = np.linspace(0, m - 1, min(m - 1, KNOTS) + 1).round().astype(np.int64)[1:-1]
    near = np.clip(np.searchsorted(sums.rows.u, extra), 1, m - 2)
    at = np.concatenate([[0], np.unique(np.concatenate([even, near])), [m]])
    knots = sums.rows.u[np.append(at[:-1], m - 1)]
    return best_on(sums.prefixes(at), at, knots, sums.slack, pieces, ceiling)


def best_on(  # noqa: PLR0917
    prefixes: Floats, at: Ints, knots: Floats, slack: float, pieces: int, ceiling: float
) -> Floats:
    """Give the inner knots of the best function with knots at positions `at`, as `grid_knots` does."""
    reach = min(at.size, int(_WORK / (pieces * at.size)))
    if pieces > _MOST:
        return np.empty(0)
    cost = np.zeros((at.size, at.size, 7))
    kernels.costs(prefixes, at, knots, slack, cost)
    rest = backwards(cost[:, :, kernels.ERROR], pieces)
    return _found(cost, rest, ceiling, pieces, reach, knots)


def _found(cost: Floats, rest: Floats, ceiling: float, pieces: int, reach: int, knots: Floats) -> Floats:  # noqa: PLR0917
    size = (pieces + 1, len(knots))
    pool, source = np.empty((*size, _FEW, 3)), np.empty((*size, _FEW, 2), np.int32)
    sizes = np.zeros(size, np.int32)
    room, kept = np.empty((60_000, 5)), np.empty(_FEW, np.int64)
    kernels.search(cost, rest, ceiling, reach, room, kept, pool, sizes, source)
    ends = [(float(pool[k, -1, q, 0]), k, q) for k in range(1, pieces + 1) for q in range(int(sizes[k, -1]))]
    if not ends:
        return np.empty(0)
    _, k, q = min(ends)
    j = len(knots) - 1
    places: list[int] = []
    while k > 1:
        j, q = (int(v) for v in source[k, j, q])
        k -= 1
        places.append(j)
    return knots[places[::-1]]
