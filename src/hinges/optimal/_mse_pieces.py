"""The best continuous function with at most K pieces in squared error: a function found, and a proven bound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges.errors import InvalidInputError
from hinges.optimal._double_table import RunBounds
from hinges.optimal._exact_sums import ExactSums
from hinges.optimal._hops import best_new_hinge, settle
from hinges.optimal._levels import grid_search
from hinges.optimal._mse_large import LargeSearch
from hinges.optimal._pair_bound import pair_bound, runs_below
from hinges.optimal._pieces_fit import CLOSED, PiecesFit
from hinges.optimal._refine import fit_values, interpolated, rounding_floor
from hinges.optimal._rows import Rows, merge_rows
from hinges.optimal._segments import UNIT_ROUNDOFF, certified_errors, certified_table, segment, segment_errors
from hinges.optimal._varpro import Kinks, Problem, project, train_kinks

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

SMALL, SMALL_ROWS = 500, 20_000  # distinct x and rows up to which the search works on all pairs of them
_GRIDS = ((3.0, 21), (2.0, 15))  # half width in root mean squares, levels


@dataclass(frozen=True)
class MseSearch:
    """Rows prepared for searches in squared error: one table of run errors serves all numbers of pieces."""

    rows: Rows
    sums: ExactSums
    problem: Problem

    @staticmethod
    def of(x: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> MseSearch:
        """Prepare finite rows, shape (n,) each, in any order, with positive weights.

        Raises:
            InvalidInputError: as `merge_rows`.
        """
        return MseSearch.of_rows(merge_rows(x, y, weights))

    @staticmethod
    def of_rows(rows: Rows) -> MseSearch:
        """Prepare merged rows."""
        problem = Problem(rows.u, rows.v, rows.w, skip=True)
        return MseSearch(rows, ExactSums.of(rows), problem)

    @cached_property
    def table(self) -> Floats:
        """The errors of all runs of rows, as `segment_errors` gives them."""
        return segment_errors(self.rows)

    @cached_property
    def _lowers(self) -> tuple[RunBounds, Floats]:
        bounds = RunBounds.of(self.sums, self.rows.x.size)
        return bounds, bounds.rough()

    @property
    def total(self) -> float:
        """The sum of the rows' weights."""
        return float(self.rows.weights.sum())

    @property
    def enough(self) -> int:
        """The number of pieces that interpolates every distinct x."""
        return max(1, self.rows.u.size - 1)

    def scaled(self, error: float) -> float:
        """Give an error in the units of the rows in scaled units."""
        return float(np.ldexp(error, -2 * self.rows.y_exponent - self.rows.w_exponent))

    def is_closed(self, error: float, lower: float) -> bool:
        """Say whether an error is within 1e-9 of its bound, or as small as rounding lets it be."""
        return error - lower <= CLOSED * error or error <= rounding_floor(self.rows)

    def pieces(self, allowed: int, *, pair: bool = True, start: Floats | None = None) -> PiecesFit:
        """Give the best function found with at most `allowed` pieces and its certified bound.

        The search ends as soon as the bracket closes. `pair` allows the pair bound (tighter with noise, tenths
        of a second for 150 rows); `start` are knots (scaled) to try besides those of the segmentation.
        """
        if allowed >= self.enough:
            polygon = interpolated(self.rows)
            knots = self.rows.u[1:-1]
            lower = min(self.rows.to_error(self._certified_floor()), polygon.error)
            return PiecesFit(polygon, lower, allowed, self.total, knots, closed=True, pair_bound=True)
        if (quick := self._quick(allowed)) is not None:
            return quick
        runs = segment(self.table, allowed).runs(allowed)
        fit = self._bracket(_crossings(self.rows, runs), allowed)
        if fit.closed:
            return fit
        fit = self._searched(fit, runs, start)
        return self._tightened(fit) if pair and not fit.closed else fit

    def certified(self, pieces: int, ceiling: float) -> Floats:
        """Give certified scaled bounds for 0..pieces pieces from unconnected lines, valid below `ceiling`."""
        return certified_errors(certified_table(self.rows, self.table, ceiling, self.sums), pieces)

    def _certified_floor(self) -> float:
        """Give the scaled error of the best values at the distinct x, rounded down: n terms, n roundings."""
        m = self.rows.u.size
        terms = [float(self.sums.errors(k, np.array([k]))[0]) for k in range(m)]
        return sum(terms) * (1.0 - (m + 16) * 2 * UNIT_ROUNDOFF)

    def _quick(self, allowed: int) -> PiecesFit | None:
        """Give the function through the crossings of the best unconnected lines where it is proven to be the best."""
        bounds, rough = self._lowers
        forward = segment(rough, allowed)
        knots = _crossings(self.rows, forward.runs(allowed))
        polygon = fit_values(self.rows, knots)
        ceiling = self.scaled(polygon.error)
        if not float(forward.errors[allowed, -1]) >= ceiling * (1.0 - 1e-2):
            return None
        first, stop = runs_below(rough, forward.errors, allowed, ceiling)
        table = rough.copy()
        table[first, stop - 1] = bounds.sharp(first, stop - 1)
        lower = min(self.rows.to_error(float(certified_errors(table, allowed)[allowed])), polygon.error)
        if not self.is_closed(polygon.error, lower):
            return None
        return PiecesFit(polygon, lower, allowed, self.total, knots, closed=True, pair_bound=True)

    def _bracket(self, knots: Floats, allowed: int) -> PiecesFit:
        polygon = fit_values(self.rows, knots)
        bound = self.certified(allowed, self.scaled(polygon.error))[allowed]
        lower = min(self.rows.to_error(float(bound)), polygon.error)
        closed = self.is_closed(polygon.error, lower)
        return PiecesFit(polygon, lower, allowed, self.total, knots, closed=closed, pair_bound=closed)

    def _with(self, fit: PiecesFit, knots: Floats) -> PiecesFit:
        polygon = fit_values(self.rows, knots)
        if polygon.error >= fit.polygon.error:
            return fit
        lower = min(fit.lower, polygon.error)
        closed = self.is_closed(polygon.error, lower)
        return replace(fit, polygon=polygon, lower=lower, knots=knots, closed=closed, pair_bound=closed)

    def _searched(self, fit: PiecesFit, runs: Ints, start: Floats | None) -> PiecesFit:
        """Improve a fit: small steps, single hops, and the grid, which sees all choices at once."""
        count = fit.allowed - 1
        best = filled(self.problem, _crossings(self.rows, runs), count)
        best = train_kinks(self.problem, best.at, best.left)
        fit = self._with(fit, best.at)
        if fit.closed:
            return fit
        best = settle(self.problem, best)
        if start is not None:
            other = settle(self.problem, filled(self.problem, start, count))
            best = other if other.error < best.error else best
        for width, levels in _GRIDS:
            spread = width * float(np.sqrt(best.error / self.rows.w.sum()))
            pilot = fitted(self.problem, best)
            knots = grid_search(self.problem, pilot, spread, pieces=fit.allowed, levels=levels)
            other = settle(self.problem, filled(self.problem, knots, count))
            best = other if other.error < best.error else best
        return self._with(fit, best.at)

    def _tightened(self, fit: PiecesFit) -> PiecesFit:
        """Raise the bound to the pair bound, whose own runs are one more start for the search."""
        ceiling = self.scaled(fit.polygon.error)
        table = certified_table(self.rows, self.table, ceiling, self.sums)
        bound = pair_bound(self.sums, table, fit.allowed, ceiling)
        if bound.complete:
            start = filled(self.problem, _crossings(self.rows, bound.starts), fit.allowed - 1)
            fit = self._with(fit, settle(self.problem, start).at)
        lower = min(max(fit.lower, self.rows.to_error(bound.lower)), fit.polygon.error)
        return replace(fit, lower=lower, closed=self.is_closed(fit.polygon.error, lower), pair_bound=bound.complete)


Search = MseSearch | LargeSearch


def search_of(x: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> Search:
    """Prepare finite rows with positive weights for a search, by their number.

    Raises:
        InvalidInputError: as `merge_rows`.
    """
    rows = merge_rows(x, y, weights, most=None)
    few = rows.u.size <= SMALL and rows.x.size <= SMALL_ROWS
    return MseSearch.of_rows(rows) if few or rows.u.size < 4 else LargeSearch.of(rows)


def best_pieces(
    x: ArrayLike, y: ArrayLike, pieces: int, weights: ArrayLike | None = None, *, pair: bool = True
) -> PiecesFit:
    """Give the best continuous function found with at most `pieces` pieces, and a certified lower bound.

    Args:
        x: inputs, shape (n,), finite, in any order; may repeat.
        y: outputs, shape (n,), finite.
        pieces: the largest number of linear pieces, at least 1.
        weights: positive row weights, shape (n,).
        pair: tighten the bound with the pair bound where the bracket stays open.

    Raises:
        InvalidInputError: float64 cannot hold the squared error, or cannot tell two x apart.
    """
    return search_of(x, y, weights).pieces(pieces, pair=pair)


def pieces_curve(
    x: ArrayLike, y: ArrayLike, pieces: int, weights: ArrayLike | None = None, *, pair: bool = False
) -> list[PiecesFit]:
    """Give the best fits found, with bounds, for 1, 2, ..., `pieces` pieces; errors never rise along the list."""
    search = search_of(x, y, weights)
    fits = [search.pieces(1, pair=pair)]
    for allowed in range(2, pieces + 1):
        fit = search.pieces(allowed, pair=pair, start=fits[-1].knots)
        if fit.polygon.error > fits[-1].polygon.error:
            better = fits[-1]
            closed = search.is_closed(better.polygon.error, fit.lower)
            fit = replace(fit, polygon=better.polygon, knots=better.knots, closed=closed)
        fits.append(fit)
    return fits


def fewest_pieces(
    x: ArrayLike, y: ArrayLike, tolerance: float, weights: ArrayLike | None = None
) -> tuple[PiecesFit, bool]:
    """Give a fit with as few pieces as found for a mean squared error of at most `tolerance`.

    The second result says whether fewer pieces are proven impossible.

    Raises:
        InvalidInputError: no function of x is that good, because rows that share an x differ in y; or as
            `best_pieces`.
    """
    search = search_of(x, y, weights)
    if interpolated(search.rows).error > tolerance * search.total:
        least = search.rows.to_error(search.rows.floor) / search.total
        raise InvalidInputError(
            f"tolerance = {tolerance:g} cannot be met: rows with equal x differ in y, "
            f"and no function has a mean squared error below {least:g}"
        )
    allowed = fewest_possible(search, tolerance)
    fit, excluded = search.pieces(allowed, pair=False), True
    while fit.mse > tolerance:
        excluded = fit.lower_mse > tolerance or search.pieces(allowed).lower_mse > tolerance
        allowed += 1
        fit = search.pieces(allowed, pair=False, start=fit.knots)
    return fit, excluded


def fewest_possible(search: Search, tolerance: float) -> int:
    """Give the least number of pieces that the bound of unconnected lines does not rule out."""
    ceiling, pieces = search.scaled(tolerance * search.total) * (1.0 + 1e-9), 16
    while True:
        pieces = min(pieces, search.enough)
        bounds = search.certified(pieces, ceiling)
        possible = np.flatnonzero(bounds <= ceiling)
        if possible.size:
            return int(possible[0])
        if pieces == search.enough:
            return pieces
        pieces *= 4


def filled(problem: Problem, at: Floats, count: int) -> Kinks:
    """Give `count` right-facing kinks: those given, and then one best new hinge after the other."""
    left = np.zeros(at.size, dtype=np.bool_)
    while at.size < count:
        new = best_new_hinge(problem, project(problem, at, left))
        at, left = np.append(at, new.at), np.append(left, new.left)
    return Kinks(at, left, project(problem, at, left).error)


def fitted(problem: Problem, kinks: Kinks) -> Floats:
    """Give the values of the best function with these kinks at the distinct x, scaled."""
    return problem.v - project(problem, kinks.at, kinks.left).residual / problem.root


def _crossings(rows: Rows, starts: Ints) -> Floats:
    """Give where the best lines of neighbouring runs cross, moved into the gap between the runs."""
    stops = np.append(starts[1:], rows.u.size)
    lines = [_line(rows, slice(a, b)) for a, b in zip(starts, stops, strict=True)]
    knots: list[float] = []
    for (mean, height, slope), (mean2, height2, slope2), b in zip(lines, lines[1:], starts[1:], strict=False):
        low, high = float(rows.u[b - 1]), float(rows.u[b])
        middle = (low + high) / 2
        bend = slope2 - slope
        # Relative to the gap's middle, which keeps the digits of a crossing inside it.
        jump = height2 + slope2 * (middle - mean2) - height - slope * (middle - mean)
        knots.append(float(np.clip(middle - jump / bend, low, high)) if bend else middle)
    return np.array(knots)


def _line(rows: Rows, run: slice) -> tuple[float, float, float]:
    """Give the mean of u, the height there and the slope of a run's best line."""
    u, v, w = rows.u[run], rows.v[run], rows.w[run]
    mean, height = float(np.average(u, weights=w)), float(np.average(v, weights=w))
    spread = float((w * (u - mean) ** 2).sum())
    if u.size == 1 or spread == 0:
        return mean, height, 0.0
    return mean, height, float((w * (u - mean) * (v - height)).sum()) / spread
