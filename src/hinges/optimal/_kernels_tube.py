"""The greedy of `_tube` on float64 arrays, for compiling: the fewest pieces through gates, and what they touch.

The same decisions by the same products in the same order; a line is known by the two gates whose ends it goes
through, its first at the lower and its second at the upper end for the highest line, the other way for the lowest.
"""

from __future__ import annotations

from typing import Any

from hinges.optimal._compiled import Kernel

STOP, SIDE, HIGH_FIRST, HIGH_LAST, LOW_FIRST, LOW_LAST = range(6)


def _add(x: Any, ends: Any, sign: Any, hull: Any, front: int, size: int, k: int) -> int:  # noqa: PLR0917
    """Add gate k to a hull of gate ends (sign 1: upper hull) and give its new size."""
    while size - front >= 2:
        a, b = hull[size - 2], hull[size - 1]
        bent, straight = (ends[b] - ends[a]) * (x[k] - x[a]), (ends[k] - ends[a]) * (x[b] - x[a])
        if sign * bent > sign * straight:
            break
        size -= 1
    hull[size] = k
    return size + 1


def _tangent(x: Any, ends: Any, sign: Any, hull: Any, front: int, size: int, t: Any, end: Any) -> int:  # noqa: PLR0917
    """Give the place in the hull where the line through (t, end) touches it."""
    while front + 1 < size:
        here, after = hull[front], hull[front + 1]
        following, now = (end - ends[after]) * (t - x[here]), (end - ends[here]) * (t - x[after])
        if sign * following > sign * now:
            break
        front += 1
    return front


def _reach(x: Any, low: Any, high: Any, first: int, full: int, side: int, floor: Any, ceiling: Any, found: Any) -> None:  # noqa: PLR0917
    """Follow one piece as `_tube._reach` does, and write what it says into `found`."""
    floor_front = floor_size = ceiling_front = ceiling_size = 0
    a = b = c = d = -1  # gates of the highest line and of the lowest
    for k in range(first, full):
        if side > 0:
            ceiling_size = _add(x, high, -1.0, ceiling, 0, ceiling_size, k)
        else:
            floor_size = _add(x, low, 1.0, floor, 0, floor_size, k)
    stop, way = x.shape[0], 0
    for k in range(full, x.shape[0]):
        new_highest, new_lowest = floor_size > 0, ceiling_size > 0
        if a >= 0:
            run, rise = x[b] - x[a], (high[b] - low[a]) * (x[k] - x[a])
            if (low[k] - low[a]) * run > rise:
                stop, way = k, 1
                break
            new_highest = (high[k] - low[a]) * run <= rise
        if c >= 0:
            run, rise = x[d] - x[c], (low[d] - high[c]) * (x[k] - x[c])
            if (high[k] - high[c]) * run < rise:
                stop, way = k, -1
                break
            new_lowest = (low[k] - high[c]) * run >= rise
        if new_highest:
            floor_front = _tangent(x, low, 1.0, floor, floor_front, floor_size, x[k], high[k])
            a, b = floor[floor_front], k
        if new_lowest:
            ceiling_front = _tangent(x, high, -1.0, ceiling, ceiling_front, ceiling_size, x[k], low[k])
            c, d = ceiling[ceiling_front], k
        floor_size = _add(x, low, 1.0, floor, floor_front, floor_size, k)
        ceiling_size = _add(x, high, -1.0, ceiling, ceiling_front, ceiling_size, k)
    found[0], found[1], found[2], found[3], found[4], found[5] = stop, way, a, b, c, d


def _follow(x: Any, low: Any, high: Any, floor: Any, ceiling: Any, found: Any) -> int:  # noqa: PLR0917
    """Fill found[k] with the reach of piece k and give the number of pieces; 0 for more than there is room for.

    floor, ceiling: room for as many gates as there are.
    """
    for k in range(x.shape[0]):
        if low[k] > high[k]:
            return 0
    first = full = side = 0
    for k in range(found.shape[0]):
        _reach(x, low, high, first, full, side, floor, ceiling, found[k])
        full, side = found[k, STOP], found[k, SIDE]
        if full == x.shape[0]:
            return k + 1
        first = max(found[k, HIGH_LAST] if side > 0 else found[k, LOW_LAST], 0)
    return 0


follow = Kernel(_follow, _add, _tangent, _reach)
