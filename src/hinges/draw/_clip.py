"""Clipping: the visible parts of exact polylines, so that no backend is handed numbers far outside its view."""

from itertools import pairwise

import numpy as np

from hinges._arrays import Floats

Range = tuple[float, float]


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


def _segment(
    start: tuple[float, float], stop: tuple[float, float], box: tuple[list[float], list[float]]
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Give the part of a segment inside the box (Liang and Barsky 1984), or None."""
    enter, leave = 0.0, 1.0
    for p, q, (low, high) in zip(start, stop, box, strict=True):
        half_run = q / 2 - p / 2  # halves: the difference of two huge numbers must not overflow
        for bound, inward in ((low, 1.0), (high, -1.0)):
            gap = inward * (p / 2 - bound / 2)
            if half_run == 0:
                if gap < 0:
                    return None
            elif inward * half_run > 0:
                enter = max(enter, -gap / abs(half_run))
            else:
                leave = min(leave, gap / abs(half_run))
    if enter > leave:
        return None
    return _between(start, stop, enter, box), _between(start, stop, leave, box)


def _between(
    start: tuple[float, float], stop: tuple[float, float], t: float, box: tuple[list[float], list[float]]
) -> tuple[float, float]:
    if t == 0.0:
        return start
    if t == 1.0:
        return stop
    at = [p * (1 - t) + q * t for p, q in zip(start, stop, strict=True)]
    x, y = (min(max(value, low), high) for value, (low, high) in zip(at, box, strict=True))
    return x, y
