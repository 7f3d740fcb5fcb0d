"""The best continuous function with knots on a grid: dynamic programming over functions of the last knot's value.

For each knot and number of pieces the least cost in front of the knot, as a function of the value there, is the
lower envelope of parabolas, one for each choice that can still be best (D. J. Maidstone, T. Hocking, G. Rigaill and
P. Fearnhead, On optimal multiple changepoint algorithms for large data, Statistics and Computing 27, 2017;
P. Fearnhead, R. Maidstone and A. Letchford, Detecting changes in slope with an L0 penalty, Journal of Computational
and Graphical Statistics 28, 2019). A parabola is held by its least value, where that is, and its curvature: a piece
appended to it gives another parabola by formulas without a difference of large numbers.
"""

from __future__ import annotations

import math
from typing import Any

from hinges.optimal._compiled import Kernel
from hinges.optimal._kernels_sums import ARITHMETIC, line_of

WIDEST = 1e5  # values beyond are not looked at; the data lie between -1 and 1
ERROR, LEFT, RIGHT, NEAR, MIXED, FAR, GRAM = range(7)


def _costs(prefixes: Any, at: Any, knots: Any, slack: Any, found: Any) -> None:
    """Fill found[i, j] for i < j with what a piece from knot i to knot j costs, rows at[i]..at[j]-1.

    With values p and q at its ends: ERROR + NEAR d**2 + 2 MIXED d e + FAR e**2, where d = p - LEFT, e = q - RIGHT;
    GRAM is NEAR * FAR - MIXED**2.
    """
    for i in range(at.shape[0] - 1):
        for j in range(i + 1, at.shape[0]):
            line = line_of(prefixes, i, j, slack, at[j] - at[i] == 1)
            weight, mean, height, spread = line[0], line[1], line[2], line[3]
            if at[j] - at[i] == 1 and i > 0:
                mean = knots[i]  # a single x in front of the end lies on the knot before it
            slope = line[4] / spread if spread > 0.0 else 0.0
            span = knots[j] - knots[i]
            near, far = (knots[j] - mean) / span, (mean - knots[i]) / span
            share = spread / (span * span)
            found[i, j, ERROR] = line[5]
            found[i, j, LEFT] = height + slope * (knots[i] - mean)
            found[i, j, RIGHT] = height + slope * (knots[j] - mean)
            found[i, j, NEAR] = weight * near * near + share
            found[i, j, MIXED] = weight * near * far - share
            found[i, j, FAR] = weight * far * far + share
            found[i, j, GRAM] = weight * share


def _value(parabolas: Any, q: int, x: Any) -> Any:
    d = x - parabolas[q, 1]
    return parabolas[q, 0] + parabolas[q, 2] * d * d


def _crossing(parabolas: Any, q: int, c: int, x: Any) -> Any:
    """Give how far to the right of x parabola q falls below c, which is the lower one at x; infinite if never."""
    bend = parabolas[q, 2] - parabolas[c, 2]
    drift = 2.0 * (parabolas[q, 2] * (x - parabolas[q, 1]) - parabolas[c, 2] * (x - parabolas[c, 1]))
    if drift >= 0.0 and bend >= 0.0:
        return math.inf
    height = max(_value(parabolas, q, x) - _value(parabolas, c, x), 0.0)
    inside = drift * drift - 4.0 * bend * height
    if inside <= 0.0:
        return math.inf
    below = math.sqrt(inside) - drift
    return 2.0 * height / below if below > 0.0 else math.inf


def _ends(parabolas: Any, count: int, limit: Any) -> Any:
    """Give between which places parabolas are below a limit."""
    low, high = WIDEST, -WIDEST
    for q in range(count):
        bend, reach = parabolas[q, 2], WIDEST
        if (limit - parabolas[q, 0]) < WIDEST * WIDEST * bend:
            reach = math.sqrt(max((limit - parabolas[q, 0]) / bend, 0.0))
        low, high = min(low, parabolas[q, 1] - reach), max(high, parabolas[q, 1] + reach)
    return max(low, -WIDEST), min(high, WIDEST)


def _envelope(parabolas: Any, count: int, kept: Any, limit: Any) -> int:
    """Write the parabolas that are lowest, and below the limit, somewhere into `kept`, and give how many.

    Stops when `kept` is full; -1 tells that it was not enough.
    """
    x, end = _ends(parabolas, count, limit)
    now = 0
    for q in range(1, count):
        one, other = _value(parabolas, q, x), _value(parabolas, now, x)
        if one < other or (one == other and parabolas[q, 2] < parabolas[now, 2]):
            now = q
    size = 0
    while size < kept.shape[0]:
        kept[size] = now
        size += 1
        least, following = math.inf, -1
        for q in range(count):
            if q != now:
                step = _crossing(parabolas, q, now, x)
                if step < least:
                    least, following = step, q
        if following < 0 or x + least >= end:
            return size
        x += least
        now = following
    return -1


def _append(cost: Any, i: int, j: int, parabola: Any, found: Any, at: int) -> None:  # noqa: PLR0917
    """Write the parabola that a piece from knot i to knot j makes of another into found[at]."""
    bend, near, mixed, far, gram = parabola[2], cost[i, j, 3], cost[i, j, 4], cost[i, j, 5], cost[i, j, 6]
    apart, both = parabola[1] - cost[i, j, 1], far * bend + gram
    found[at, 0] = parabola[0] + cost[i, j, 0]
    found[at, 1] = cost[i, j, 2]
    found[at, 2] = 0.0
    if both <= 0.0:
        found[at, 0] += bend * near / (bend + near) * apart * apart if bend + near > 0.0 else 0.0
    else:
        found[at, 0] += bend * apart * apart * gram / both
        found[at, 1] -= bend * apart * mixed / both
        found[at, 2] = both / (bend + near)


def _gather(  # noqa: PLR0917
    cost: Any, pool: Any, sizes: Any, k: int, j: int, reach: int, limit: Any, room: Any
) -> int:
    """Write into `room` the parabolas at knot j that piece k makes of those before, but for those above the limit.

    Give how many; -1 where there is not enough room.
    """
    count = 0
    for i in range(max(0, j - reach), j):
        for q in range(sizes[k - 1, i]):
            if pool[k - 1, i, q, 0] + cost[i, j, 0] <= limit:
                if count == room.shape[0]:
                    return -1
                _append(cost, i, j, pool[k - 1, i, q], room, count)
                if room[count, 0] <= limit:
                    room[count, 3], room[count, 4] = i, q
                    count += 1
    return count


def _search(  # noqa: PLR0917
    cost: Any, rest: Any, ceiling: Any, reach: int, room: Any, kept: Any, pool: Any, sizes: Any, source: Any
) -> int:
    """Fill the envelopes pool[k, j] (sizes[k, j] parabolas) for every knot and number of pieces; give lost ones.

    rest[k, j] is a lower bound of what the rows behind knot j cost in at most k more pieces: what cannot stay below
    the ceiling with it is left out. A piece spans at most `reach` knots. source[k, j, q] has the knot and the
    parabola before. room and kept are for the envelope at work; where they are too small, parabolas are lost.
    """
    pieces, knots, lost = pool.shape[0] - 1, cost.shape[0], 0
    pool[0, 0, 0, 0] = pool[0, 0, 0, 1] = pool[0, 0, 0, 2] = 0.0
    sizes[0, 0] = 1
    for j in range(1, knots):
        for k in range(1, pieces + 1):
            limit = ceiling - rest[pieces - k, j]
            count = _gather(cost, pool, sizes, k, j, reach, limit, room)
            if count < 0:
                lost, count = lost + 1, room.shape[0]
            if count == 0:
                continue
            size = _envelope(room, count, kept, limit)
            if size < 0:
                lost, size = lost + 1, kept.shape[0]
            sizes[k, j] = size
            for q in range(size):
                for t in range(3):
                    pool[k, j, q, t] = room[kept[q], t]
                source[k, j, q, 0], source[k, j, q, 1] = int(room[kept[q], 3]), int(room[kept[q], 4])
    return lost


costs = Kernel(_costs, *ARITHMETIC, line_of)
search = Kernel(_search, _value, _crossing, _ends, _envelope, _append, _gather)
