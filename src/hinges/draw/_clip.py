"""Clipping: the visible parts of exact polylines, so that no backend is handed numbers far outside its view."""

from itertools import pairwise

import numpy as np

from hinges._arrays import Floats

Range = tuple[float, float]
Point = tuple[float, float]


def clipped(x: Floats, y: Floats, x_range: Range, y_range: Range) -> list[tuple[Floats, Floats]]:
    """Give the parts of a polyline inside the box, each as its x and y; vertices inside stay as they are."""
    parts: list[tuple[list[float], list[float]]] = []
    box = (sorted(x_range), sorted(y_range))
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    for start, stop in pairwise(points):
        piece = _segment(start, stop, box)
        if piece is None:
            continue
        (x0, y0), (x1, y1) = piece
        if parts and (parts[-1][0][-1], parts[-1][1][-1]) == (x0, y0):
            parts[-1][0].append(x1)
            parts[-1][1].append(y1)
        else:
            parts.append(([x0, x1], [y0, y1]))
    return [(np.array(xs), np.array(ys)) for xs, ys in parts]


def _segment(start: Point, stop: Point, box: tuple[list[float], list[float]]) -> tuple[Point, Point] | None:
    """Give the part of a segment inside the box (Liang and Barsky 1984), or None."""
    enter, leave = 0.0, 1.0
    first, last = start, stop
    for axis, (p, q, (low, high)) in enumerate(zip(start, stop, box, strict=True)):
        half_run = q / 2 - p / 2  # halves: the difference of two huge numbers must not overflow
        for bound, inward in ((low, 1.0), (high, -1.0)):
            gap = inward * (p / 2 - bound / 2)
            if half_run == 0:
                if gap < 0:
                    return None
                continue
            t = abs(gap) / abs(half_run)
            if inward * half_run > 0 and gap < 0 and t > enter:
                enter, first = t, _crossing(start, stop, t, (axis, bound))
            elif inward * half_run < 0 and (gap < 0 or t < leave):
                leave, last = (t, _crossing(start, stop, t, (axis, bound))) if gap >= 0 else (-1.0, last)
    if enter > leave:
        return None
    return _inside(first, box), _inside(last, box)


def _crossing(start: Point, stop: Point, t: float, edge: tuple[int, float]) -> Point:
    """Give the point at t of a segment, exactly on the edge that it crosses there."""
    axis, bound = edge
    x, y = (p * (1 - t) + q * t for p, q in zip(start, stop, strict=True))
    return (bound, y) if axis == 0 else (x, bound)


def _inside(point: Point, box: tuple[list[float], list[float]]) -> Point:
    """Give the point without the last bits that rounding has put outside the box."""
    x, y = (min(max(value, low), high) for value, (low, high) in zip(point, box, strict=True))
    return x, y
