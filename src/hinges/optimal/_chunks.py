"""fit_chunks: the best pieces for data that do not fit into memory, from one pass over them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges import _arrays
from hinges.convert import to_network
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import ErrorBounds, FitResult
from hinges.optimal import _kernels_segments, _kernels_sums
from hinges.optimal._best import Best, openness
from hinges.optimal._blocks import segmented
from hinges.optimal._grid import KNOTS, best_on
from hinges.optimal._relocate import Places, filled, settled
from hinges.optimal._segments import UNIT_ROUNDOFF
from hinges.optimal._spline import Spline, spline
from hinges.optimal._sums import Lines
from hinges.pwl import PiecewiseLinear

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LARGEST_CELLS = 2000
_CLOSED = 1e-9
_LARGEST, _SMALLEST = 1e140, 460  # |y| whose squares can be summed up, and the least exponent of 2 that y is scaled by


class _Cells(NamedTuple):
    """Left edges of cells, scaled, and all edges."""

    u: Floats
    edges: Floats


@dataclass(frozen=True, eq=False)
class CellSums:
    """Sums of rows in cells, under the names that `Sums` has: positions are cells, and breakpoints their edges."""

    rows: _Cells
    running: Floats
    slack: float

    def prefixes(self, at: Ints) -> Floats:
        """Give the sums in front of cells."""
        return self.running[at]

    def lines(self, at: Ints) -> Lines:
        """Give the best lines of the runs between neighbouring positions."""
        return self.lines_between(self.prefixes(at), at, np.arange(at.size - 1), np.arange(1, at.size))

    def lines_between(self, prefixes: Floats, at: Ints, first: Ints, last: Ints) -> Lines:
        """Give the best lines of the runs between positions at[first] and at[last], whose prefixes are known."""
        found = np.empty((first.size, 7))
        # Neighbouring positions hold rows of several x, which even numbers tell the kernel.
        _kernels_sums.lines(np.ascontiguousarray(prefixes), 2 * at, first, last, self.slack, found)
        return Lines(*found.T)


def fit_chunks(
    chunks: Iterable[Dataset | tuple[ArrayLike, ArrayLike]],
    pieces: int,
    *,
    interval: tuple[float, float],
    cells: int = LARGEST_CELLS,
) -> FitResult:
    """Give the best continuous function of at most `pieces` pieces found for data that come in chunks, and its bound.

    One pass, and memory for one chunk and the cells' sums (about 32 MB). The interval is cut into cells of equal
    width, and breakpoints lie on their edges: `cells` is the budget of places for them. The bound is certified for
    breakpoints anywhere; the squared error is that of all rows, up to rounding.

    Arguments:
        chunks: datasets, or pairs (x, y), in any order; their x too may be in any order. Read once.
        pieces: at most as many as there are cells.
        interval: (low, high) within which all x lie; rows outside are refused.
        cells: from 2 to 2,000; more of them give a smaller gap.

    Raises:
        InvalidInputError: a row is outside the interval, no row has a positive weight, or an argument is out of range.

    >>> import numpy as np
    >>> parts = np.split(np.linspace(0, 9, 60_000), 6)
    >>> result = fit_chunks(((x, np.abs(x - 4.5)) for x in parts), 2, interval=(0, 9), cells=100)
    >>> round(result.loss, 12), np.round(result.function.kinks, 6).tolist()
    (0.0, [4.5])
    """
    low, high = _arrays.interval(interval, "interval")
    cells = _arrays.count(cells, "cells", minimum=2, maximum=LARGEST_CELLS)
    pieces = _arrays.count(pieces, "pieces", maximum=cells)
    frame, totals, largest, rows = _summed(chunks, low, high, cells)
    sums = _running(totals, frame, largest, rows, (low, high))
    lower = _bound(sums, pieces)
    knots, values, error = _snapped(sums, _searched(sums, pieces))
    x = np.ldexp(knots, -int(math.log2(frame[2]))) + frame[0]
    x[0], x[-1] = low, high
    y = values / frame[3] + frame[1]
    weight = float(sums.running[-1, 0])
    to_mean = 1.0 / (frame[3] * frame[3] * weight)
    slopes = np.diff(y) / np.diff(x)
    inner = slice(1, -1) if len(x) > 2 else slice(0, 1)
    function = PiecewiseLinear(x[inner], y[inner], float(slopes[0]), float(slopes[-1]))
    loss = float(error * to_mean)
    network = to_network(function, interval=(low, high))
    bounds = ErrorBounds(min(lower * to_mean, loss), loss, network, function, certified=True)
    status = f"{openness(bounds)}; from sums of {rows} rows in {cells} cells"
    return FitResult(network, function, loss, bounds, status, Best(pieces=pieces))


def _summed(
    chunks: Iterable[Dataset | tuple[ArrayLike, ArrayLike]], low: float, high: float, cells: int
) -> tuple[Floats, Floats, float, int]:
    """Give the frame, the sums of each cell (cells, 12), the largest |v| and the number of rows."""
    totals, frame, largest, rows = np.zeros((cells, 12)), np.empty(0), 1.0, 0
    for number, chunk in enumerate(chunks):
        x, y, weights = Dataset.of(chunk).curve()
        if np.abs(y).max() > _LARGEST:
            raise InvalidInputError(f"chunk {number}: y is too large for its squares to be summed up: rescale y")
        outside = np.flatnonzero((x < low) | (x > high))
        if len(outside):
            i = int(outside[0])
            raise InvalidInputError(f"chunk {number}: x[{i}] = {x[i]} is outside the interval ({low}, {high})")
        if not frame.size:
            frame = _frame(y, low, high)
        cell = np.minimum(((x - low) * (cells / (high - low))).astype(np.int64), cells - 1)
        weights = np.ones(len(x)) if weights is None else weights
        _kernels_sums.spread(*(np.array(column) for column in (x, y, weights, cell)), frame, totals)
        largest = max(largest, float(np.abs(y - frame[1]).max() * frame[3]))
        rows += len(x)
    if not rows or not totals[:, 0].sum() > 0:
        raise InvalidInputError("chunks holds no row with a positive weight")
    return frame, totals, largest, rows


def _frame(y: Floats, low: float, high: float) -> Floats:
    """Choose centres and powers of two that bring x to [-1, 1] and y near it, from the first chunk."""
    centre, reach = float(y.min()) / 2 + float(y.max()) / 2, float(np.ptp(y)) / 2
    exponents = [math.frexp(high / 2 - low / 2)[1], max(math.frexp(reach)[1], -_SMALLEST) if reach else 0]
    return np.array([low / 2 + high / 2, centre, *(math.ldexp(1.0, -e) for e in exponents), 1.0])


def _running(totals: Floats, frame: Floats, largest: float, rows: int, ends: tuple[float, float]) -> CellSums:
    running = np.zeros((len(totals) + 1, 12))
    _kernels_sums.accumulate(totals, running)
    edges = np.linspace(ends[0], ends[1], len(totals) + 1)
    scaled = (edges - frame[0]) * frame[2]
    slack = _kernels_sums.ROUNDOFF * (rows + 64.0) * float(running[-1, 0]) * largest * largest
    return CellSums(_Cells(scaled[:-1], scaled), running, slack)


def _bound(sums: CellSums, pieces: int) -> float:
    """Give the block bound, every cell a block and nothing counted of one that a kink may lie in: certified, scaled."""
    count = sums.rows.u.size
    lowers = np.full((count + 1, count + 1), np.inf)
    _kernels_segments.table(sums.running, 2 * np.arange(count + 1), sums.slack, lowers)
    ended = segmented(lowers, np.zeros((count, 1)), pieces)[0]
    return float(ended[:, -1].min()) * (1.0 - (4 * pieces + 16) * 2 * UNIT_ROUNDOFF)


def _searched(sums: CellSums, pieces: int) -> Spline:
    u, count = sums.rows.edges, sums.rows.u.size
    at = np.arange(1, count)
    places = Places(at, u[at], sums.running[at])
    even = u[np.unique(np.linspace(0, count, pieces + 1).round().astype(np.int64))]
    best = _settled(sums, even, pieces, places)
    places_at = np.unique(np.linspace(0, count, min(count, KNOTS) + 1).round().astype(np.int64))
    ceiling = best.error * (1 + _CLOSED)
    grid = best_on(sums.prefixes(places_at), 2 * places_at, u[places_at], sums.slack, pieces, ceiling)
    if grid.size:
        other = _settled(sums, np.concatenate([u[:1], grid, u[-1:]]), pieces, places)
        best = other if other.error < best.error else best
    return best


def _settled(sums: CellSums, knots: Floats, pieces: int, places: Places) -> Spline:
    return settled(sums, filled(sums, spline(sums, knots), pieces, places), places)


def _snapped(sums: CellSums, found: Spline) -> tuple[Floats, Floats, float]:
    """Move knots to the edges at which the sums are cut, where the error is that of the rows."""
    u = sums.rows.edges
    at = np.unique(np.concatenate([[0], np.searchsorted(u, found.knots[1:-1]), [u.size - 1]]))
    exact = spline(sums, u[at])
    return exact.knots, exact.values, exact.error
