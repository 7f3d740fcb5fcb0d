"""The fewest continuous linear pieces through a row of gates: exact, one pass, any number type.

A gate is a vertical interval [low, high] at an abscissa; between gates the function is free. Everything is
decided by cross products of the given numbers, without a division: with ``fractions.Fraction`` or ``int``
gates the answer is exact, with ``float`` gates it is the same algorithm up to rounding.

The greedy idea is that of J. O'Rourke (An on-line algorithm for fitting straight lines between data ranges,
Communications of the ACM 24(9), 1981) and of H. Imai and M. Iri (An optimal algorithm for approximating a
piecewise linear function, Journal of Information Processing 9(3), 1986). When a gate lies above everything
that the current piece can reach, some best function follows the piece's highest line, which touches a lower
gate end at `a` and, later, an upper gate end at `b`. The next piece then is any line that leaves that line
upwards after `b`, and those are exactly the lines below the upper gate ends from `b` to the obstacle and
through the gates from there on: again a row of gates, the first of which have one end only.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

# A number is a float, an int or a Fraction; `Any` because no protocol covers the three.
Number = Any


class Line(NamedTuple):
    """The line through (ax, ay) and (bx, by), ax < bx; `last` is the gate that holds the second point."""

    ax: Number
    ay: Number
    bx: Number
    by: Number
    last: int


class Reach(NamedTuple):
    """How far one piece gets: the first gate it cannot pass, the side that gate lies on, its extreme lines."""

    stop: int
    side: int
    highest: Line | None
    lowest: Line | None


class Knots(NamedTuple):
    """A continuous piecewise-linear function: vertices with rising abscissas and the two outer slopes."""

    x: list[Number]
    y: list[Number]
    left_slope: Number
    right_slope: Number


def reaches(
    x: Sequence[Number],
    low: Sequence[Number],
    high: Sequence[Number],
    limit: int | None = None,
    *,
    flat_first: bool = False,
) -> list[Reach] | None:
    """Give the pieces of a function with the fewest continuous linear pieces through all gates.

    x: rising, distinct abscissas (n >= 1); low, high: the gates' ends. Exact if the numbers are. With
    `flat_first` the leftmost piece is horizontal. Gives None as soon as more than `limit` pieces are needed,
    or when a gate is empty. O(n): each gate is scanned at most twice.
    """
    if any(map(_exceeds, low, high)):
        return None
    found: list[Reach] = []
    first, full, side = 0, 0, 0
    while full < len(x):
        if len(found) == limit:
            return None
        flat = flat_first and not found
        reach = _flat_reach(x, low, high) if flat else _reach(x, low, high, first, full, side=side)
        found.append(reach)
        line = reach.highest if reach.side > 0 else reach.lowest
        first = line.last if line is not None else 0
        full, side = reach.stop, reach.side
    return found


def knots(found: list[Reach], x: Sequence[Number], low: Sequence[Number], high: Sequence[Number]) -> Knots:
    """Give the function that `reaches` found; the numbers must divide (floats or Fractions).

    A single piece is given by its value at the first gate; its two outer slopes are equal.
    """
    lines = [_chosen(reach) for reach in found]
    last = lines.pop() if lines[-1] is None else _middle(found[-1], x)
    if last is None:
        level = (low[0] + high[0]) / 2
        return Knots([x[0]], [level], level - level, level - level)
    path = [line for line in lines[: len(found) - 1] if line is not None] + [last]
    left, right = (_slope(path[0]), _slope(path[-1]))
    if len(path) == 1:
        return Knots([x[0]], [_at(last, x[0])], left, left)
    points = [_crossing(one, two) for one, two in pairwise(path)]
    return Knots([point[0] for point in points], [point[1] for point in points], left, right)


def _exceeds(one: Number, two: Number) -> bool:
    return one > two


def _reach(
    x: Sequence[Number], low: Sequence[Number], high: Sequence[Number], first: int, full: int, *, side: int
) -> Reach:
    """Follow one piece; gates from `first` to `full` have their upper end only (side > 0) or lower end only."""
    floor, ceiling = _Chain(1), _Chain(-1)
    if side:
        chain, ends = (ceiling, high) if side > 0 else (floor, low)
        for k in range(first, full):
            chain.add(x[k], ends[k])
    highest: Line | None = None
    lowest: Line | None = None
    for k in range(full, len(x)):
        t, bottom, top = x[k], low[k], high[k]
        # Twice the signed areas that say on which side of the two extreme lines the gate's ends lie.
        if highest is not None:
            ax, ay, bx, by, _ = highest
            run, rise = bx - ax, (by - ay) * (t - ax)
            if (bottom - ay) * run > rise:
                return Reach(k, 1, highest, lowest)
            new_highest = (top - ay) * run <= rise
        else:
            new_highest = bool(floor.x)
        if lowest is not None:
            ax, ay, bx, by, _ = lowest
            run, rise = bx - ax, (by - ay) * (t - ax)
            if (top - ay) * run < rise:
                return Reach(k, -1, highest, lowest)
            new_lowest = (bottom - ay) * run >= rise
        else:
            new_lowest = bool(ceiling.x)
        if new_highest:
            highest = floor.tangent(t, top, k)
        if new_lowest:
            lowest = ceiling.tangent(t, bottom, k)
        floor.add(t, bottom)
        ceiling.add(t, top)
    return Reach(len(x), 0, highest, lowest)


def _flat_reach(x: Sequence[Number], low: Sequence[Number], high: Sequence[Number]) -> Reach:
    """Follow a horizontal piece: its extreme lines lie at the lowest upper end and at the highest lower end."""
    lowest_top, highest_bottom, stop, side = 0, 0, len(x), 0
    for k in range(len(x)):
        if low[k] > high[lowest_top]:
            stop, side = k, 1
            break
        if high[k] < low[highest_bottom]:
            stop, side = k, -1
            break
        lowest_top = k if high[k] <= high[lowest_top] else lowest_top
        highest_bottom = k if low[k] >= low[highest_bottom] else highest_bottom
    t, u = lowest_top, highest_bottom
    highest = Line(x[t] - 1, high[t], x[t], high[t], t)
    return Reach(stop, side, highest, Line(x[u] - 1, low[u], x[u], low[u], u))


class _Chain:
    """The upper hull of the lower gate ends (sign 1) or the lower hull of the upper ones (sign -1).

    Points in front of the last point of contact can never be touched again and are forgotten.
    """

    def __init__(self, sign: int) -> None:
        self.x: list[Number] = []
        self.y: list[Number] = []
        self._front = 0
        self._sign = sign

    def add(self, t: Number, end: Number) -> None:
        xs, ys, up = self.x, self.y, self._sign > 0
        while len(xs) - self._front >= 2:
            ax, ay = xs[-2], ys[-2]
            bent, straight = (ys[-1] - ay) * (t - ax), (end - ay) * (xs[-1] - ax)
            if (bent > straight) if up else (bent < straight):
                break
            xs.pop()
            ys.pop()
        xs.append(t)
        ys.append(end)

    def tangent(self, t: Number, end: Number, gate: int) -> Line:
        """Give the line through (t, end) that touches the chain, keeping it on its own side."""
        xs, ys, at, up = self.x, self.y, self._front, self._sign > 0
        while at + 1 < len(xs):
            following, here = (end - ys[at + 1]) * (t - xs[at]), (end - ys[at]) * (t - xs[at + 1])
            if (following > here) if up else (following < here):
                break
            at += 1
        self._front = at
        return Line(xs[at], ys[at], t, end, gate)


def _chosen(reach: Reach) -> Line | None:
    if reach.side > 0:
        return reach.highest
    if reach.side < 0:
        return reach.lowest
    return reach.lowest if reach.highest is None else reach.highest


def _middle(reach: Reach, x: Sequence[Number]) -> Line | None:
    """Give a line half-way between the two extreme ones: the last piece may be any line between them."""
    one, two = reach.highest, reach.lowest
    if one is None or two is None:
        return _chosen(reach)
    a, b = one.ax, x[-1]
    return Line(a, (_at(one, a) + _at(two, a)) / 2, b, (_at(one, b) + _at(two, b)) / 2, len(x) - 1)


def _slope(line: Line) -> Number:
    return (line.by - line.ay) / (line.bx - line.ax)


def _at(line: Line, t: Number) -> Number:
    return line.ay + (line.by - line.ay) * ((t - line.ax) / (line.bx - line.ax))


def _crossing(one: Line, two: Line) -> tuple[Number, Number]:
    dx, dy = one.bx - one.ax, one.by - one.ay
    ex, ey = two.bx - two.ax, two.by - two.ay
    along = ((two.ax - one.ax) * ey - (two.ay - one.ay) * ex) / (dx * ey - dy * ex)
    return one.ax + along * dx, one.ay + along * dy
