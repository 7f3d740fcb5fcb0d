"""Measures of a function in rational arithmetic: integral, roots, distances from zero."""

from fractions import Fraction
from itertools import pairwise

from hinges.pwl._vertices import Vertices, crossings, restricted


def integral(f: Vertices, a: Fraction, b: Fraction) -> Fraction:
    """Give the integral of f from a to b (negative orientation where b < a)."""
    if a == b:
        return Fraction(0)
    if b < a:
        return -integral(f, b, a)
    f = restricted(f, a, b)
    return sum(((t1 - t0) * (y0 + y1) / 2 for t0, t1, y0, y1 in _segments(f)), Fraction(0))


def roots(f: Vertices, a: Fraction, b: Fraction) -> list[Fraction]:
    """Give the zeros of f in [a, b], rising; of a stretch of zeros its two ends."""
    f = restricted(f, a, b)
    zero = [False, *(y == 0 for y in f.y), False]
    at_vertices = [t for i, t in enumerate(f.t, start=1) if zero[i] and not (zero[i - 1] and zero[i + 1])]
    return sorted(at_vertices + [t for t in crossings(f) if a < t < b])


def largest(f: Vertices, a: Fraction, b: Fraction) -> Fraction:
    """Give the largest |f| on [a, b]."""
    return max(abs(y) for y in restricted(f, a, b).y)


def squared_l2(f: Vertices, a: Fraction, b: Fraction) -> Fraction:
    """Give the integral of f squared over [a, b]."""
    segments = _segments(restricted(f, a, b))
    return sum(((t1 - t0) * (y0 * y0 + y0 * y1 + y1 * y1) / 3 for t0, t1, y0, y1 in segments), Fraction(0))


def _segments(f: Vertices) -> list[tuple[Fraction, Fraction, Fraction, Fraction]]:
    return [(t0, t1, y0, y1) for (t0, t1), (y0, y1) in zip(pairwise(f.t), pairwise(f.y), strict=True)]
