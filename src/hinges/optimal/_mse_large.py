"""The best pieces in squared error on many rows: sums of runs, compiled loops, and a bound by blocks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hinges.errors import InvalidInputError
from hinges.optimal._blocks import ALL, Blocks, Segmentation, block_count
from hinges.optimal._gap_moves import moved_between
from hinges.optimal._grid import grid_knots
from hinges.optimal._pieces_fit import CLOSED, PiecesFit
from hinges.optimal._refine import Polygon, inner_breakpoints, interpolated, measured, rounding_floor
from hinges.optimal._relocate import Places, filled, settled
from hinges.optimal._rows import Rows
from hinges.optimal._spline import Spline, spline, trained
from hinges.optimal._sums import Sums

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LARGEST_PIECES = 1000  # fewer than interpolate
_MANY = 64  # pieces up to which every knot is tried in the gaps between rows once more
_NEAR, _FEW = 20, 16  # rows on either side of a knot that are tried as its place, with at most so many pieces


@dataclass(frozen=True, eq=False)
class LargeSearch:
    """Rows prepared for searches in squared error whose cost hardly grows with their number."""

    rows: Rows
    sums: Sums
    _blocks: dict[int, Blocks]

    @staticmethod
    def of(rows: Rows) -> LargeSearch:
        """Prepare rows: one pass."""
        return LargeSearch(rows, Sums.of(rows), {})

    @cached_property
    def total(self) -> float:
        """The sum of the rows' weights."""
        return float(self.rows.weights.sum())

    @property
    def enough(self) -> int:
        """The number of pieces that interpolates every distinct x."""
        return max(1, self.rows.u.size - 1)

    @cached_property
    def places(self) -> Places:
        """Where knots may be put."""
        return Places.of(self.sums)

    @cached_property
    def _rounding(self) -> float:
        return rounding_floor(self.rows)

    def scaled(self, error: float) -> float:
        """Give an error in the units of the rows in scaled units."""
        return float(np.ldexp(error, -2 * self.rows.y_exponent - self.rows.w_exponent))

    def is_closed(self, error: float, lower: float) -> bool:
        """Say whether an error is within 1e-9 of its bound, or as small as rounding lets it be."""
        return error - lower <= CLOSED * error or error <= self._rounding

    def certified(self, pieces: int, ceiling: float) -> Floats:
        """Give certified scaled bounds for 0..pieces pieces; those above the ceiling may be as high as they like."""
        del ceiling
        return self._bounds(pieces)[0]

    def _bounds(self, pieces: int) -> tuple[Floats, Segmentation]:
        if pieces > LARGEST_PIECES:
            raise InvalidInputError(
                f"pieces = {pieces} is too many for {self.rows.u.size} distinct x: "
                f"the search for the smallest squared error takes at most {LARGEST_PIECES}"
            )
        count = block_count(self.rows.u.size, pieces)
        if count not in self._blocks:
            self._blocks[count] = Blocks.even(self.sums, pieces)
        return self._blocks[count].bounds(pieces)

    def pieces(self, allowed: int, *, pair: bool = True, start: Floats | None = None) -> PiecesFit:
        """Give the best function found with at most `allowed` pieces and its certified bound.

        `start` are knots (scaled) to try besides those of the segmentation; `pair` allows the tighter bound, which
        cuts the rows anew.
        """
        if allowed >= self.enough:
            polygon = interpolated(self.rows)
            lower = min(self._floor(), polygon.error)
            knots = self.rows.u[1:-1]
            return PiecesFit(polygon, lower, allowed, self.total, knots, closed=True, pair_bound=True)
        bounds, runs = self._bounds(allowed)
        best = self._searched(allowed, float(bounds[allowed]), runs, start)
        polygon = self.polygon(best.knots[1:-1])
        lower = min(self.rows.to_error(float(bounds[allowed])), polygon.error)
        closed = self.is_closed(polygon.error, lower)
        if pair and not closed and self.rows.u.size > ALL:
            graded = Blocks.graded(self.sums, allowed, best.knots[1:-1]).bounds(allowed)[0]
            lower = min(max(lower, self.rows.to_error(float(graded[allowed]))), polygon.error)
        return PiecesFit(polygon, lower, allowed, self.total, best.knots[1:-1], closed=closed, pair_bound=True)

    def _searched(self, allowed: int, lower: float, runs: Segmentation, start: Floats | None) -> Spline:
        """Improve the segmentation, the best function on a grid, and the start given; keep the best."""
        best = trained(self.sums, self._filled(self._crossings(runs), allowed))
        floor = self.scaled(self._rounding)
        if best.error - lower <= CLOSED * best.error or best.error <= floor:
            return best
        best = settled(self.sums, best, self.places)
        others = [grid_knots(self.sums, allowed, best.error * (1 + CLOSED), best.knots[1:-1])]
        others += [] if start is None else [start]
        for knots in others:
            if knots.size:
                other = settled(self.sums, self._filled(knots, allowed), self.places)
                best = other if other.error < best.error else best
        # Once more with all x near its knots: where the noise is large, the best is often a few rows away.
        near = np.searchsorted(self.rows.u, best.knots[1:-1])[:, None] + np.arange(-_NEAR, _NEAR + 1)
        around = self.rows.u[np.clip(near.ravel(), 0, self.rows.u.size - 1)]
        knots = grid_knots(self.sums, allowed, best.error * (1 + CLOSED), around) if allowed <= _FEW else np.empty(0)
        other = settled(self.sums, self._filled(knots, allowed), self.places) if knots.size else best
        best = other if other.error < best.error else best
        return moved_between(self.sums, best, self.places) if allowed <= _MANY else best

    def _filled(self, inner: Floats, allowed: int) -> Spline:
        u = self.rows.u
        inner = np.unique(inner[(inner > u[0]) & (inner < u[-1])])[: allowed - 1]
        knots = np.concatenate([u[:1], inner, u[-1:]])
        return filled(self.sums, spline(self.sums, knots), allowed, self.places)

    def _crossings(self, runs: Segmentation) -> Floats:
        """Give where the best lines of neighbouring runs cross, moved between the runs."""
        u, at = self.rows.u, np.stack([runs.start, runs.stop], axis=1).ravel()
        first = np.arange(0, at.size, 2)
        lines = self.sums.lines_between(self.sums.prefixes(at), at, first, first + 1)
        slope = np.divide(lines.product, lines.spread, out=np.zeros_like(lines.u), where=lines.spread > 0)
        low, high = u[runs.stop[:-1] - 1], u[runs.start[1:]]
        middle = (low + high) / 2
        bend = np.diff(slope)
        jump = (lines.v + slope * np.append(middle, 0.0) - slope * lines.u)[:-1]
        jump = lines.v[1:] + slope[1:] * (middle - lines.u[1:]) - jump
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = middle - jump / bend
        return np.where(bend != 0, np.clip(crossing, low, high), middle)

    def polygon(self, knots: Floats) -> Polygon:
        """Give the best continuous function with these inner knots (scaled), rounded to float64 in x, and measured."""
        breakpoints, scaled = inner_breakpoints(self.rows, knots)
        values = spline(self.sums, scaled).values
        return measured(self.rows, breakpoints, np.ldexp(values, self.rows.y_exponent) + self.rows.y_centre)

    def _floor(self) -> float:
        """Give the error of the best values at the distinct x, with a little off for rounding."""
        return self.rows.to_error(self.rows.floor) * (1.0 - 1e-15 * self.rows.x.size)
