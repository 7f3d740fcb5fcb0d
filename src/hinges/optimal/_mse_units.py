"""The best network of one hidden layer with N ReLU units in squared error, and a bound no such network beats.

Every network of N units is a function with at most N + 1 pieces on the data, so the bound for N + 1 pieces holds
for it. The other way round, a function with N kinks is a network of N units iff a subset of its slope changes
cancels its leftmost slope; those units face left. The search takes the best function with N + 1 pieces, ranks the
subsets by what they leave over, and trains the kinks with the best few patterns of facings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges.errors import InvalidInputError
from hinges.optimal._hops import hop, settle
from hinges.optimal._levels import grid_search
from hinges.optimal._mse_large import LargeSearch
from hinges.optimal._mse_pieces import MseSearch, Search, fewest_possible, search_of
from hinges.optimal._mse_units_large import Condensed, condensed, fitted_to_all, trained_on_all
from hinges.optimal._pieces_fit import PiecesFit
from hinges.optimal._refine import interpolated, weighted_squares
from hinges.optimal._rows import Rows
from hinges.optimal._signs import rank_patterns
from hinges.optimal._varpro import Kinks, Problem, project, train_kinks

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_PATTERNS = 48  # sign patterns that are tried with a few steps
_FINISHED = 3  # of which the best few are trained to the end
_ALL_PATTERNS = 5  # units up to which every pattern of facings is tried
_SETTLED = 8  # of those, followed to the end
_OF_GAP = 2e-3  # the same, as a share of the gap that the bracket of N + 1 pieces leaves open
_SCATTERED = 64  # scattered starts, of which an eighth is followed to the end
_THOROUGH = 40  # units of many rows up to which the search is as for few rows
_CHUNK = 100_000  # rows that are evaluated at once
_GOOD = 1e-6  # relative distance from the bound or from N + 1 pieces at which the search ends early


@dataclass(frozen=True)
class HingeSum:
    """A network of N units, ``output_bias + sum coefficients * relu(weights * x + biases)``, in units of the rows.

    weights are +1 or -1; all arrays have shape (N,). `error` is the weighted sum of squares as measured on this
    sum in float64.
    """

    weights: Floats
    biases: Floats
    coefficients: Floats
    output_bias: float
    error: float


@dataclass(frozen=True)
class UnitsFit:
    """The best network found with at most `allowed` units, and a certified bound for all of them.

    `lower` is a certified lower bound on the weighted sum of squares of every such network: that of N + 1
    pieces. `pieces` is the fit with N + 1 pieces that it comes from. Errors divided by `total` are means.
    """

    network: HingeSum
    lower: float
    allowed: int
    total: float
    closed: bool
    pieces: PiecesFit

    @property
    def mse(self) -> float:
        """The weighted mean squared error of the network found."""
        return self.network.error / self.total

    @property
    def lower_mse(self) -> float:
        """A certified lower bound on the weighted mean squared error of any network with as many units."""
        return self.lower / self.total


def best_units(
    x: ArrayLike, y: ArrayLike, units: int, weights: ArrayLike | None = None, *, pair: bool = True
) -> UnitsFit:
    """Give the best network found with at most `units` units, and a certified lower bound.

    Arguments and errors are those of `best_pieces`. Where N units interpolate the rows, fewer may be given.
    """
    return units_from(search_of(x, y, weights), units, pair=pair)


def units_curve(
    x: ArrayLike, y: ArrayLike, units: int, weights: ArrayLike | None = None, *, pair: bool = False
) -> list[UnitsFit]:
    """Give the best networks found, with bounds, for 1, 2, ..., `units` units."""
    search = search_of(x, y, weights)
    fits = [units_from(search, 1, pair=pair)]
    for allowed in range(2, units + 1):
        fit = units_from(search, allowed, pair=pair, start=fits[-1].pieces.knots)
        if fit.network.error > fits[-1].network.error:
            network = fits[-1].network
            closed = search.is_closed(network.error, fit.lower)
            fit = UnitsFit(network, fit.lower, allowed, fit.total, closed, fit.pieces)
        fits.append(fit)
    return fits


def fewest_units(
    x: ArrayLike, y: ArrayLike, tolerance: float, weights: ArrayLike | None = None
) -> tuple[UnitsFit, bool]:
    """Give a network with as few units as found for a mean squared error of at most `tolerance`.

    The second result says whether fewer units are proven impossible.

    Raises:
        InvalidInputError: as `fewest_pieces`.
    """
    search = search_of(x, y, weights)
    if interpolated(search.rows).error > tolerance * search.total:
        least = search.rows.to_error(search.rows.floor) / search.total
        raise InvalidInputError(
            f"tolerance = {tolerance:g} cannot be met: rows with equal x differ in y, "
            f"and no function has a mean squared error below {least:g}"
        )
    allowed = max(1, fewest_possible(search, tolerance) - 1)
    fit, excluded = units_from(search, allowed, pair=False), True
    while fit.mse > tolerance:
        excluded = fit.lower_mse > tolerance or search.pieces(allowed + 1).lower_mse > tolerance
        allowed += 1
        fit = units_from(search, allowed, pair=False, start=fit.pieces.knots)
    return fit, excluded


def units_from(search: Search, allowed: int, *, pair: bool = True, start: Floats | None = None) -> UnitsFit:
    """Give the best network found with at most `allowed` units on prepared rows."""
    pieces = search.pieces(allowed + 1, pair=pair, start=start)
    rows = search.rows
    if allowed >= search.enough:
        network = _interpolating(rows)
    elif isinstance(search, LargeSearch):
        network = _of_many(search, pieces)
    else:
        problem = Problem(rows.u, rows.v, rows.w, skip=False)
        goal = max(search.scaled(pieces.polygon.error) - rows.floor, 0.0)
        network = hinge_sum(rows, _searched(search, problem, pieces, goal * _enough(pieces)))
    lower = min(pieces.lower, network.error)
    closed = search.is_closed(network.error, lower)
    return UnitsFit(network, lower, allowed, search.total, closed, pieces)


def _enough(pieces: PiecesFit) -> float:
    """Give at how many times the error of N + 1 pieces a search may end.

    An open bracket hides differences far smaller than its gap: they are not worth a search.
    """
    gap = 1.0 - pieces.lower / pieces.polygon.error if pieces.polygon.error else 0.0
    return 1.0 + max(_GOOD, _OF_GAP * gap)


def _of_many(search: LargeSearch, pieces: PiecesFit) -> HingeSum:
    """Search on points that stand for the rows, and finish on all of them."""
    at = _exactly(pieces.knots, pieces.allowed - 1, Problem(search.rows.u, search.rows.v, search.rows.w, skip=False))
    free, rest = condensed(search, at, skip=True)
    problem = Problem(free.u, free.v, free.w, skip=False)
    goal = (project(free, at, np.zeros(at.size, np.bool_)).error + rest) * _enough(pieces) - rest
    few = replace(pieces, knots=at)
    if at.size <= _THOROUGH:
        found = _searched(Condensed(free, search), problem, few, goal)
    else:
        closed = np.concatenate([problem.u[:1], search.pieces(at.size, pair=False, start=at).knots])
        closed = _exactly(closed, at.size, problem)
        trials = [_best_pattern(free, problem, few, goal, patterns=3), _start(problem, closed, closed > np.inf)]
        found = min(trials, key=lambda kinks: kinks.error)
    found = trained_on_all(search, found)
    at = search.rows.to_x(found.at)
    coefficients, _ = fitted_to_all(search, search.rows.to_u(at), found.left)
    return _unscaled(search.rows, at, found.left, coefficients)


def _searched(search: MseSearch | Condensed, problem: Problem, pieces: PiecesFit, goal: float) -> Kinks:
    """Search all the ways there are, cheap ones first, and end at `goal`, the error of N + 1 pieces."""
    best = _best_pattern(search.problem, problem, pieces, goal)
    if best.error <= goal:
        return best
    best = settle(problem, best)
    if best.error <= goal * (1.0 + 1e-3):
        return best
    # The best function with N pieces is always a network of N units: one unit, on everywhere, is its slope.
    fewer = search.pieces(pieces.allowed - 1, pair=False, start=pieces.knots)
    spare = pieces.allowed - 1 - fewer.knots.size
    at = np.concatenate([np.full(spare, problem.u[0]), fewer.knots])
    closed_form = _start(problem, at, np.zeros(at.size, dtype=np.bool_))
    other = settle(problem, train_kinks(problem, closed_form.at, closed_form.left))
    best = other if other.error < best.error else best
    if best.error <= goal * (1.0 + 1e-3):
        return best
    count = best.at.size
    if count <= _ALL_PATTERNS:
        best = _all_patterns(problem, pieces, best)
    best = hop(problem, best, trials=min(2 * count * count, 60), target=goal)
    if best.error <= goal * (1.0 + 1e-3):
        return best
    return _one_facing(problem, _scattered(problem, best))


def _best_pattern(
    skip: Problem, problem: Problem, pieces: PiecesFit, goal: float, *, patterns: int = _PATTERNS
) -> Kinks:
    at = _exactly(pieces.knots, pieces.allowed - 1, problem)
    fitted = project(skip, at, np.zeros(at.size, dtype=np.bool_)).coefficients
    tried: list[Kinks] = []
    for left in rank_patterns(float(fitted[1]), fitted[2:], patterns):
        trial = train_kinks(problem, at, left, steps=8)
        tried.append(trial)
        if trial.error <= goal * (1.0 + 1e-3):
            trial = train_kinks(problem, trial.at, left)
            tried.append(trial)
        if trial.error <= goal:
            return trial
    tried.sort(key=lambda kinks: kinks.error)
    finished = [train_kinks(problem, kinks.at, kinks.left) for kinks in tried[: min(_FINISHED, 1 + patterns // 4)]]
    return min(finished, key=lambda kinks: kinks.error)


def _all_patterns(problem: Problem, pieces: PiecesFit, best: Kinks) -> Kinks:
    """Try every pattern of facings, at the knots of the N + 1 pieces and at evenly spread ones; settle the best few."""
    count = best.at.size
    spread = np.quantile(problem.u, (np.arange(count) + 0.5) / count)
    starts = (_exactly(pieces.knots, count, problem), spread)
    facings = product((False, True), repeat=count)
    trials = [train_kinks(problem, at, np.array(facing), steps=8) for facing in facings for at in starts]
    return _settled(problem, trials, best, keep=_SETTLED, rounds=2)


def _settled(problem: Problem, trials: list[Kinks], best: Kinks, *, keep: int, rounds: int) -> Kinks:
    for trial in sorted(trials, key=lambda kinks: kinks.error)[:keep]:
        settled = settle(problem, trial, rounds=rounds)
        best = settled if settled.error < best.error else best
    return best


def _scattered(problem: Problem, best: Kinks) -> Kinks:
    """Settle the best few of many scattered starts, the same ones each time: where facings bind, this helps."""
    count = best.at.size
    random = np.random.default_rng(count)
    starts: list[Kinks] = []
    for _ in range(_SCATTERED):
        strata = np.quantile(problem.u, (np.arange(count) + random.random(count)) / count)
        starts.append(train_kinks(problem, strata, random.random(count) < 0.5, steps=8))
    best = _settled(problem, starts, best, keep=_SCATTERED // 8, rounds=3)
    return settle(problem, best)


def _one_facing(problem: Problem, best: Kinks) -> Kinks:
    """Search the grid with all units facing one way: the function is level on their other side.

    Where the facings bind most, as for a convex function, this is the pattern that remains.
    """
    for left in (False, True):
        values = problem.v - project(problem, best.at, best.left).residual / problem.root
        spread = 3.0 * float(np.sqrt(best.error / problem.w.sum()))
        side = slice(None, None, -1 if left else 1)
        sign = -1.0 if left else 1.0
        rows = Problem(sign * problem.u[side], problem.v[side], problem.w[side], skip=False)
        knots = sign * grid_search(rows, values[side], spread, pieces=best.at.size + 1, levels=21, flat=True)
        at = _exactly(knots, best.at.size, problem)
        trial = settle(problem, _start(problem, at, np.full(at.size, left)))
        best = trial if trial.error < best.error else best
    return best


def _exactly(knots: Floats, count: int, problem: Problem) -> Floats:
    """Give `count` kinks: the knots, and where there are too few, more of them spread over the rows."""
    spare = count - knots.size
    more = np.quantile(problem.u, (np.arange(spare) + 0.5) / max(spare, 1)) if spare > 0 else np.empty(0)
    return np.sort(np.concatenate([knots, more]))[:count]


def _start(problem: Problem, at: Floats, left: Bools) -> Kinks:
    return Kinks(at, left, project(problem, at, left).error)


def hinge_sum(rows: Rows, kinks: Kinks) -> HingeSum:
    """Round the kinks to float64 in x, fit the output weights to the rounded ones, and measure."""
    at = rows.to_x(kinks.at)
    problem = Problem(rows.u, rows.v, rows.w, skip=False)
    fitted = project(problem, rows.to_u(at), kinks.left)
    return _unscaled(rows, at, kinks.left, fitted.coefficients)


def _unscaled(rows: Rows, at: Floats, left: Bools, scaled: Floats) -> HingeSum:
    """Give the sum of hinges with kinks in x from its scaled bias and output weights, measured."""
    weights = np.where(left, -1.0, 1.0)
    coefficients = np.ldexp(scaled[1:], rows.y_exponent - rows.x_exponent)
    output_bias = float(np.ldexp(scaled[0], rows.y_exponent)) + rows.y_centre
    return _measured(rows, weights, -weights * at, coefficients, output_bias)


def _interpolating(rows: Rows) -> HingeSum:
    """Give the network through the mean of each distinct x: one right-facing unit a segment."""
    values = np.ldexp(rows.v, rows.y_exponent) + rows.y_centre
    at = rows.distinct[:-1] if values.size > 1 else rows.distinct
    slopes = np.diff(values) / np.diff(rows.distinct) if values.size > 1 else np.zeros(1)
    changes = np.diff(slopes, prepend=0.0)
    return _measured(rows, np.ones(at.size), -at, changes, float(values[0]))


def _measured(rows: Rows, weights: Floats, biases: Floats, coefficients: Floats, output_bias: float) -> HingeSum:
    outputs = np.empty(rows.x.size)
    for part in range(0, rows.x.size, _CHUNK):
        hidden = np.maximum(rows.x[part : part + _CHUNK, None] * weights + biases, 0.0)
        outputs[part : part + _CHUNK] = hidden @ coefficients + output_bias
    error = weighted_squares(rows, rows.y - outputs)
    return HingeSum(weights, biases, coefficients, output_bias, error)
