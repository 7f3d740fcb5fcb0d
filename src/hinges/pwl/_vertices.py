"""Vertices in rational arithmetic: the representation in which every operation on functions is exact.

float64 numbers are rationals, so a `PiecewiseLinear` converts without loss; an operation runs here and is
rounded once at the end. That is what makes a kink that cancels really vanish, in any position.
"""

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

LARGEST = Fraction(sys.float_info.max)


@dataclass(frozen=True)
class Vertices:
    """A continuous piecewise-linear function: points (t, y) with t rising, and the two outer slopes."""

    t: Sequence[Fraction]
    y: Sequence[Fraction]
    left: Fraction
    right: Fraction

    @cached_property
    def slopes(self) -> list[Fraction]:
        """The k + 1 slopes, outer ones included."""
        inner = [(y1 - y0) / (t1 - t0) for (t0, t1), (y0, y1) in zip(pairwise(self.t), pairwise(self.y), strict=True)]
        return [self.left, *inner, self.right]

    def at(self, x: Fraction) -> Fraction:
        """Give the value at x."""
        piece = bisect_right(self.t, x)
        anchor = max(piece - 1, 0)
        return self.y[anchor] + self.slopes[piece] * (x - self.t[anchor])

    def refined(self, points: Sequence[Fraction]) -> "Vertices":
        """Give the same function with vertices at `points` (rising) too."""
        t = _union(self.t, points)
        return Vertices(t, [self.at(x) for x in t], self.left, self.right)


def _union(a: Sequence[Fraction], b: Sequence[Fraction]) -> list[Fraction]:
    merged: list[Fraction] = []
    i = j = 0
    while i < len(a) or j < len(b):
        if j == len(b) or (i < len(a) and a[i] <= b[j]):
            if j < len(b) and a[i] == b[j]:
                j += 1
            merged.append(a[i])
            i += 1
        else:
            merged.append(b[j])
            j += 1
    return merged


def scaled(f: Vertices, factor: Fraction) -> Vertices:
    """Give factor * f."""
    return Vertices(f.t, [factor * y for y in f.y], factor * f.left, factor * f.right)


def added(f: Vertices, g: Vertices) -> Vertices:
    """Give f + g."""
    f, g = f.refined(g.t), g.refined(f.t)
    return Vertices(f.t, [a + b for a, b in zip(f.y, g.y, strict=True)], f.left + g.left, f.right + g.right)


def crossings(f: Vertices) -> list[Fraction]:
    """Give the points, other than vertices, where f changes sign."""
    found: list[Fraction] = []
    slopes = f.slopes
    if f.y[0] * f.left > 0:
        found.append(f.t[0] - f.y[0] / f.left)
    for i, (y0, y1) in enumerate(pairwise(f.y)):
        if y0 * y1 < 0:
            found.append(f.t[i] - y0 / slopes[i + 1])
    if f.y[-1] * f.right < 0:
        found.append(f.t[-1] - f.y[-1] / f.right)
    return found


def larger(f: Vertices, g: Vertices) -> Vertices:
    """Give the pointwise maximum of f and g."""
    difference = added(f, scaled(g, Fraction(-1)))
    points = _union(difference.t, crossings(difference))
    f, g, difference = f.refined(points), g.refined(points), difference.refined(points)
    far_left = difference.y[0] or -difference.left
    far_right = difference.y[-1] or difference.right
    return Vertices(
        f.t,
        [max(a, b) for a, b in zip(f.y, g.y, strict=True)],
        f.left if far_left > 0 else g.left,
        f.right if far_right > 0 else g.right,
    )


def composed(f: Vertices, g: Vertices) -> Vertices:
    """Give x -> f(g(x))."""
    points: list[Fraction] = []
    for piece, slope in enumerate(g.slopes):
        anchor = max(piece - 1, 0)
        if slope:
            reached = _strictly_inside(f.t, g, piece)
            preimages = [g.t[anchor] + (y - g.y[anchor]) / slope for y in reached]
            points += preimages if slope > 0 else preimages[::-1]
        if piece < len(g.t):
            points.append(g.t[piece])
    left = g.left * (f.left if g.left > 0 else f.right)
    right = g.right * (f.right if g.right > 0 else f.left)
    return Vertices(points, [f.at(g.at(x)) for x in points], left, right)


def _strictly_inside(values: Sequence[Fraction], g: Vertices, piece: int) -> Sequence[Fraction]:
    """Give those of the rising `values` that g takes strictly inside the given piece."""
    slope = g.slopes[piece]
    start = g.y[piece - 1] if piece > 0 else None
    stop = g.y[piece] if piece < len(g.t) else None
    low, high = (start, stop) if slope > 0 else (stop, start)
    first = 0 if low is None else bisect_right(values, low)
    last = len(values) if high is None else bisect_left(values, high)
    return values[first : max(first, last)]


def restricted(f: Vertices, a: Fraction, b: Fraction) -> Vertices:
    """Give the function equal to f on [a, b] that continues its first and last piece outside."""
    f = f.refined([a, b])
    first, last = bisect_left(f.t, a), bisect_left(f.t, b)
    return Vertices(f.t[first : last + 1], f.y[first : last + 1], f.slopes[first + 1], f.slopes[last])


def inverted(f: Vertices) -> Vertices | None:
    """Give the inverse function, or None where f is not strictly monotone."""
    if all(slope > 0 for slope in f.slopes):
        return Vertices(f.y, f.t, 1 / f.left, 1 / f.right)
    if all(slope < 0 for slope in f.slopes):
        return Vertices(f.y[::-1], f.t[::-1], 1 / f.right, 1 / f.left)
    return None


def without_flat_vertices(f: Vertices) -> Vertices:
    """Give f without the vertices at which its slope does not change (one is kept if there is no kink)."""
    kept = [i for i, (before, after) in enumerate(pairwise(f.slopes)) if before != after]
    if not kept:
        t = f.t[0] if abs(f.t[0]) <= LARGEST else Fraction(0)  # a vertex that float64 can hold
        return Vertices([t], [f.at(t)], f.left, f.right)
    return Vertices([f.t[i] for i in kept], [f.y[i] for i in kept], f.left, f.right)


def thinned(f: Vertices, tolerance: Fraction) -> Vertices:
    """Give a function on some of f's vertices that stays within `tolerance` of f everywhere.

    From each vertex kept, the next one is the farthest whose chord passes all vertices between them closely
    enough (the cone of slopes that do narrows from vertex to vertex). The outer pieces stay as they are.
    """
    f = without_flat_vertices(f)
    kept = [0]
    while kept[-1] < len(f.t) - 1:
        kept.append(_farthest_chord(f, kept[-1], tolerance))
    return without_flat_vertices(Vertices([f.t[i] for i in kept], [f.y[i] for i in kept], f.left, f.right))


def _farthest_chord(f: Vertices, start: int, tolerance: Fraction) -> int:
    farthest = start + 1
    low: Fraction | None = None
    high: Fraction | None = None
    for i in range(start + 1, len(f.t)):
        width, rise = f.t[i] - f.t[start], f.y[i] - f.y[start]
        if (low is None or low * width <= rise) and (high is None or rise <= high * width):
            farthest = i
        below, above = (rise - tolerance) / width, (rise + tolerance) / width
        low = below if low is None else max(low, below)
        high = above if high is None else min(high, above)
        if low > high:
            break
    return farthest
