"""Sums: what a search needs to know of any run of rows, from few numbers, whatever the number of rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from hinges.optimal import _kernels_sums as kernels
from hinges.optimal._rows import Rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STRIDE = 64  # rows between two prefixes that are kept: 1.5 bytes a row, and few rows to add on the way to any


class Lines(NamedTuple):
    """The best lines of runs of rows, scaled: weight, means of u and v, spread of u, product, error; all (runs,).

    `lower` is proven to be at most the error.
    """

    weight: Floats
    u: Floats
    v: Floats
    spread: Floats
    product: Floats
    error: Floats
    lower: Floats


class Ordered(Protocol):
    """What is summed up, in the order of its scaled abscissas u."""

    @property
    def u(self) -> Floats: ...


class RunSums(Protocol):
    """Sums of runs, of rows or of cells of rows: see `Sums`."""

    @property
    def rows(self) -> Ordered: ...

    def prefixes(self, at: Ints) -> Floats: ...

    def lines(self, at: Ints) -> Lines: ...

    def lines_between(self, prefixes: Floats, at: Ints, first: Ints, last: Ints) -> Lines: ...


@dataclass(frozen=True, eq=False)
class Sums:
    """Prefix sums of rows at every 64th row, in double-double arithmetic, so that errors of runs keep their digits.

    `slack` bounds the rounding of any of the sums.
    """

    rows: Rows
    points: Floats
    frame: Floats
    slack: float

    @staticmethod
    def of(rows: Rows) -> Sums:
        """Sum the rows up: one pass."""
        scales = [-rows.x_exponent, -rows.y_exponent, -rows.w_exponent]
        frame = np.array([rows.x_centre, rows.y_centre, *(math.ldexp(1.0, scale) for scale in scales)])
        points = np.empty((rows.x.size // STRIDE + 1, 2 * kernels.TERMS))
        every = np.arange(0, rows.x.size + 1, STRIDE)
        kernels.prefixes(rows.x, rows.y, rows.weights, frame, 0, points, every, points)
        slack = kernels.ROUNDOFF * (rows.x.size + 64.0) * float(points[-1, 0] + STRIDE)
        return Sums(rows, points, frame, slack)

    @cached_property
    def bounds(self) -> Ints:
        """The first row of each distinct x, and the number of rows, shape (m + 1,)."""
        return np.append(self.rows.first, self.rows.x.size).astype(np.int64)

    def prefixes(self, at: Ints) -> Floats:
        """Give the prefix sums in front of distinct x, shape (k, 12), from their positions (k,); m is the end."""
        rows, found = self.rows, np.empty((at.size, 2 * kernels.TERMS))
        kernels.prefixes(rows.x, rows.y, rows.weights, self.frame, STRIDE, self.points, self.bounds[at], found)
        return found

    def lines(self, at: Ints) -> Lines:
        """Give the best lines of the runs between neighbouring positions."""
        return self.lines_between(self.prefixes(at), at, np.arange(at.size - 1), np.arange(1, at.size))

    def lines_between(self, prefixes: Floats, at: Ints, first: Ints, last: Ints) -> Lines:
        """Give the best lines of the runs between positions at[first] and at[last], whose prefixes are known."""
        found = np.empty((first.size, 7))
        kernels.lines(prefixes, at, first, last, self.slack, found)
        return Lines(*found.T)
