"""Line: the straight way through a network's input space along which a slice is taken."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges._arrays import Floats, frozen
from hinges.errors import InvalidInputError


@dataclass(frozen=True, eq=False)
class Line:
    """The points start + t (end - start) for t in [0, 1].

    Build one with `between` or `along_feature`; one along a feature knows the feature, whose own values are then
    the coordinate of what is found on it.

    Arguments:
        start: (inputs,) the point at t = 0.
        end: (inputs,) the point at t = 1.
        feature: the only input that moves, or None.

    Raises:
        InvalidInputError: an end holds something that is no finite number, or both are the same point.

    >>> Line.between([0.0, 1.0], [2.0, 1.0]).points([0.25])
    array([[0.5, 1. ]])
    >>> Line.along_feature([0.5, 0.5], 1, -1.0, 3.0).coordinate([0.0, 0.25, 1.0])
    array([-1.,  0.,  3.])
    >>> there = Line.between([0.0, 0.0], [2.0, 1.0])
    >>> there.inputs, there.reversed().points(np.array([0.0])).tolist()
    (2, [[2.0, 1.0]])
    """

    start: Floats
    end: Floats
    feature: int | None = None

    def __post_init__(self) -> None:
        start, end = _arrays.vector(self.start, "start"), _arrays.vector(self.end, "end")
        if len(start) != len(end):
            raise InvalidInputError(f"start has {len(start)} numbers and end has {len(end)}")
        if np.array_equal(start, end):
            raise InvalidInputError("start and end are the same point, so there is no line between them")
        if not np.isfinite(end * 0.5 - start * 0.5).all() or np.abs(end * 0.5 - start * 0.5).max() > 1e300:
            raise InvalidInputError("start and end are too far apart for float64")
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)
        if self.feature is not None:
            feature = _arrays.count(self.feature, "feature", minimum=0, maximum=len(start) - 1)
            moved = np.flatnonzero(start != end)
            if moved.tolist() != [feature]:
                raise InvalidInputError(f"feature is {feature}, but start and end differ in {moved.tolist()[:5]}")
            object.__setattr__(self, "feature", feature)

    @classmethod
    def between(cls, a: ArrayLike, b: ArrayLike) -> Self:
        """Give the line from a to b, arrays of any one shape, which are read in C order."""
        first, second = _point(a, "a"), _point(b, "b")
        if len(first) != len(second):
            raise InvalidInputError(f"a has {len(first)} numbers and b has {len(second)}")
        if np.array_equal(first, second):
            raise InvalidInputError("a and b are the same point, so there is no line between them")
        return cls(first, second)

    @classmethod
    def along_feature(cls, point: ArrayLike, feature: int, low: float = 0.0, high: float = 1.0) -> Self:
        """Give the line on which one input goes from low to high while the others stay as they are at `point`.

        Arguments:
            point: the numbers of the other inputs, an array of any shape, read in C order.
            feature: which input moves, its flat position from 0.
            low: its value at t = 0.
            high: its value at t = 1.
        """
        start = _point(point, "point").copy()
        feature = _arrays.count(feature, "feature", minimum=0, maximum=len(start) - 1)
        low, high = _arrays.interval((low, high), "low, high", ends=("low", "high"))
        end = start.copy()
        start[feature], end[feature] = low, high
        return cls(start, end, feature)

    @property
    def inputs(self) -> int:
        """How many numbers a point on it has."""
        return len(self.start)

    def points(self, t: ArrayLike) -> Floats:
        """Give the points at positions t (k,), as rows (k, inputs); t = 0 and t = 1 give the ends as they are."""
        t = _arrays.vector(t, "t")[:, None]
        return np.where(t < 1, self.start + t * (self.end - self.start), self.end)

    def coordinate(self, t: ArrayLike) -> Floats:
        """Give the feature's values at positions t (k,); on a line between two points that is t itself."""
        t = _arrays.vector(t, "t")
        if self.feature is None:
            return t
        low, high = float(self.start[self.feature]), float(self.end[self.feature])
        return frozen(np.where(t < 1, low + t * (high - low), high))

    def reversed(self) -> "Line":
        """Give the line from the end to the start."""
        return replace(self, start=self.end, end=self.start)


def _point(values: ArrayLike, name: str) -> Floats:
    result = _arrays.array(values, name).reshape(-1)
    if not len(result):
        raise InvalidInputError(f"{name} is empty: a point needs at least one number")
    return result
