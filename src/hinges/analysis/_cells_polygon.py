"""Convex polygons with the line of every edge and an error bound of every corner, and cutting them in two."""

from dataclasses import dataclass

import numpy as np

from hinges._arrays import Floats
from hinges.analysis._cells_exact import BORDER, Label

EPS = float(np.finfo(np.float64).eps)
Point = tuple[float, float]
Line = tuple[float, float, float, float]  # c + a x + b y = 0 with |a| + |b| = 1, and a bound on the three errors' sum


@dataclass(frozen=True, slots=True)
class Polygon:
    """A convex polygon, counterclockwise, in the rectangle [-1, 1] x [-1, 1].

    Attributes:
        points: the corners.
        errors: how far each may be from where it really is.
        labels: the line of the edge from each corner to the next.
        lines: its numbers.
    """

    points: tuple[Point, ...]
    errors: tuple[float, ...]
    labels: tuple[Label, ...]
    lines: tuple[Line, ...]

    def corners(self) -> Floats:
        """Give [1, x, y] of every corner, (corners, 3)."""
        result = np.ones((len(self.points), 3))
        result[:, 1:] = self.points
        return result

    def inside(self) -> Point:
        """Give a point inside: the mean of the corners."""
        n = len(self.points)
        return sum(x for x, _ in self.points) / n, sum(y for _, y in self.points) / n


def whole() -> Polygon:
    """Give the rectangle."""
    points = ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0))
    sides: tuple[Line, ...] = ((1.0, 0.0, 1.0, 0.0), (1.0, -1.0, 0.0, 0.0), (1.0, 0.0, -1.0, 0.0), (1.0, 1.0, 0.0, 0.0))
    return Polygon(points, (0.0,) * 4, tuple((BORDER, side, 0, 0, -1 - side) for side in range(4)), sides)


def line_of(form: Floats, error: float) -> Line:
    """Give the line on which a form is zero."""
    c, a, b = form.tolist()
    size = abs(a) + abs(b)
    return (c / size, a / size, b / size, error / size + 4 * EPS) if size > 0 else (0.0, 0.0, 0.0, 2.0)


def cut(
    polygon: Polygon, signs: list[int], heights: list[float], line: Line, labels: tuple[Label, Label]
) -> list[Polygon]:
    """Give the parts of a polygon above and below a line, [above, below].

    Arguments:
        polygon: what is cut; it has corners on both sides.
        signs: -1, 0 or 1 a corner: on which side it is.
        heights: a form that is zero on the line, at the corners as computed.
        line: the line.
        labels: the line, as the part above and the part below call it.
    """
    above, below = _Part(), _Part()
    n = len(signs)
    for i in range(n):
        there = signs[i + 1 if i + 1 < n else 0]
        here, edge = signs[i], (polygon.labels[i], polygon.lines[i])
        own = polygon.points[i], polygon.errors[i]
        if here >= 0:
            above.add(*own, *(edge if here > 0 or there > 0 else (labels[0], line)))
        if here <= 0:
            below.add(*own, *(edge if here < 0 or there < 0 else (labels[1], line)))
        if here * there < 0:
            at = _crossing(polygon, i, heights, line)
            above.add(*at, *((labels[0], line) if here > 0 else edge))
            below.add(*at, *((labels[1], line) if here < 0 else edge))
    return [above.polygon(), below.polygon()]


class _Part:
    """A polygon that grows corner by corner."""

    def __init__(self) -> None:
        self.corners: list[tuple[Point, float, Label, Line]] = []

    def add(self, point: Point, error: float, label: Label, line: Line) -> None:
        """Add a corner and the edge that begins there."""
        self.corners.append((point, error, label, line))

    def polygon(self) -> Polygon:
        """Give it."""
        return Polygon(*(tuple(column) for column in zip(*self.corners, strict=True)))  # pyright: ignore[reportArgumentType]


def _crossing(polygon: Polygon, i: int, heights: list[float], line: Line) -> tuple[Point, float]:
    """Give where a line crosses the edge from corner i, and how far that may be off.

    The bound comes from how well the point lies on both lines and from the angle between them, so that errors do
    not grow from cut to cut.
    """
    j = i + 1 if i + 1 < len(heights) else 0
    (ax, ay), (bx, by) = polygon.points[i], polygon.points[j]
    drop = heights[i] - heights[j]
    part = min(max(heights[i] / drop, 0.0), 1.0) if drop != 0 else 0.5
    x, y = ax + part * (bx - ax), ay + part * (by - ay)
    c, a, b, error = line
    f, d, e, other = polygon.lines[i]
    off = abs(c + a * x + b * y) + abs(f + d * x + e * y) + 1.001 * (error + other) + 16 * EPS
    across = abs(a * e - b * d) - 2 * (error + other) - 8 * EPS
    largest = abs(bx - ax) + abs(by - ay) + polygon.errors[i] + polygon.errors[j]
    return (x, y), min(largest, off / across) if across > 0 else largest
