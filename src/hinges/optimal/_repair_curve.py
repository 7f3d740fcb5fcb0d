"""Repair of a curve: the kinks of one hidden layer on one input, from where they are or from nothing. Approximate.

Two answers are compared. One starts at the best segmentations into lines, which see the whole of the data at once;
the other at the kinks that the network has. For relu units and one output both are trained to the end, and where
the first one meets the bound of all networks of that size the second is not needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinges._arrays import Floats
from hinges.optimal._hops import relocate
from hinges.optimal._mse_pieces import MseSearch, best_pieces, filled
from hinges.optimal._repair_exchange import exchanged
from hinges.optimal._repair_rows import Bools, CurveRows, curve_rows
from hinges.optimal._repair_shared import crossings, shared_kinks
from hinges.optimal._segments import segment
from hinges.optimal._signs import rank_patterns
from hinges.optimal._varpro import Kinks, Problem, project, train_kinks

MOST_SEARCHED = 1_000  # distinct x on which kinks are sought; of more, neighbours are joined
MOST_TRAINED = 2e7  # rows times units squared up to which kinks are trained on all rows again
SETTLES = 1e5  # the same, up to which every unit of the network is moved once
EXCHANGES = 5e6  # up to which units are exchanged
PIECES = 1.2e5  # up to which the search for the best pieces is made where the bound stays open
SMALL = 500  # distinct x beyond which the search for the best pieces costs little for each row
PAIRS = 200  # distinct x up to which that search takes the runs of the pair bound for one more start
ROUNDS = 100  # of exchanges at most
CHAINED = 4  # rounds of moving every unit once, and exchanging again
PATTERNS = 6  # of facings that are tried
GOOD = 2e-6  # relative distance from the bound of all networks of that size at which the search ends
PROGRESS = 1e-3  # relative gain worth another round
ROUNDING = 1e-26  # mean square, in scaled units, that is rounding

Placed = tuple[Floats, Bools]  # kinks and which units face left


@dataclass(frozen=True)
class CurveLayers:
    """The two layers: ``bias + coefficients.T @ act(weights * x + biases)``, unit i with the slope of unit i.

    weights and biases have shape (units,), coefficients (units, outputs), bias (outputs,).
    """

    weights: Floats
    biases: Floats
    coefficients: Floats
    bias: Floats


def repaired_curve(
    x: Floats,
    y: Floats,
    weights: Floats | None,
    *,
    start: Placed,
    slopes: Floats,
) -> CurveLayers:
    """Give the layers of as many units as `start` has, with a small squared error: approximate.

    Arguments:
        x: (n,), finite.
        y: (n, outputs), finite.
        weights: (n,) row weights, none negative, not all 0, or None.
        start: the kinks (units,) of the network there is, NaN or infinite for none, and which units face left.
        slopes: (units,) of the units below 0: 0 for relu, not 1.

    Raises:
        InvalidInputError: the squared error overflows float64, or two x are closer together than float64 resolves.

    >>> data = np.array([0.0, 1.0, 2.0, 3.0]), np.array([[0.0], [0.0], [1.0], [2.0]])
    >>> layers = repaired_curve(*data, None, start=(np.zeros(1), np.array([True])), slopes=np.zeros(1))
    >>> float(-layers.biases[0] / layers.weights[0]), layers.coefficients.shape
    (1.0, (1, 1))
    """
    rows = curve_rows(x, y, weights)
    at, left = start
    inside = np.isfinite(at)
    placed = np.where(inside, rows.to_u(np.where(inside, at, 0.0)), rows.u[0])
    placed = np.clip(placed, rows.u[0], rows.u[-1])
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # of places that are not the best ones
        if rows.u.size - 1 <= at.size:
            found = [_interpolating(rows, at.size)]
        elif rows.v.shape[1] == 1 and not slopes.any():
            found = _plain_kinks(rows, placed, left)
        else:
            found = [shared_kinks(rows.fewer(MOST_SEARCHED), placed, left, slopes)]
        best = min(found, key=lambda kinks: rows.solved(*kinks, slopes)[2]) if len(found) > 1 else found[0]
        return _layers(rows, *best, slopes)


def _layers(rows: CurveRows, at: Floats, left: Bools, slopes: Floats) -> CurveLayers:
    """Solve the output layer on all rows, for kinks rounded to float64 in x."""
    places = rows.to_x(at)
    coefficients, bias, _ = rows.solved(rows.to_u(places), left, slopes)
    # A power of two, so that a kink stays where it is: pre-activations are of size 1 on the data.
    weights = np.ldexp(np.where(left, -1.0, 1.0), -rows.x_exponent)
    return CurveLayers(
        weights,
        -weights * places,
        np.ldexp(coefficients, rows.y_exponent),
        np.ldexp(bias, rows.y_exponent) + rows.y_centres,
    )


def _interpolating(rows: CurveRows, units: int) -> Placed:
    """Give a kink at every distinct x but the last; units that are left stand at the first."""
    spare = units - rows.u.size + 1
    return np.concatenate([rows.u[:-1], np.full(spare, rows.u[0])]), np.zeros(units, np.bool_)


def _plain_kinks(rows: CurveRows, at: Floats, left: Bools) -> list[Placed]:
    """Give kinks and facings of relu units for one output, in scaled units: what is best on all rows is among them."""
    fewer = rows.fewer(MOST_SEARCHED)
    search = MseSearch.of(fewer.u, fewer.v[:, 0], fewer.w)
    if at.size >= search.enough:
        return [_interpolating(fewer, at.size)]
    problem = Problem(search.rows.u, search.rows.v, search.rows.w, skip=False)
    own = _kinks(problem, search.rows.to_u(at), left)
    best, goal = _searched(search, fewer, problem, own)
    if best.error <= goal and fewer is rows:
        return [(search.rows.to_x(best.at), best.left)]
    closed_form = None
    if best.error > goal and (rows.u.size > SMALL or problem.u.size * at.size**2 <= PIECES):
        knots = _best_knots(search, rows, at.size)
        closed_form = _at_knots(rows.u, knots, at.size)
        start = _at_knots(problem.u, search.rows.to_u(knots), at.size)
        best = min(best, exchanged(problem, train_kinks(problem, *start), rounds=ROUNDS, enough=goal), key=_error)
    best = _chained(problem, best, goal)
    found = [(search.rows.to_x(best.at), best.left)]
    if fewer is not rows and rows.u.size * at.size**2 <= MOST_TRAINED:
        trained = train_kinks(Problem(rows.u, rows.v[:, 0], rows.w, skip=False), *found[0], steps=20)
        found.append((trained.at, trained.left))
    return found if closed_form is None else [*found, closed_form]


def _searched(search: MseSearch, rows: CurveRows, problem: Problem, own: Kinks) -> tuple[Kinks, float]:
    """Train what the segmentations give, and unless that is as good as can be, exchange units.

    The second result is the error at which a network of that size is as good as can be.
    """
    units, work = own.at.size, problem.u.size * own.at.size**2
    segments = segment(search.table, units + 1)
    goal = float(segments.errors[units + 1, -1]) * (1.0 + GOOD) + ROUNDING * float(problem.w.sum())
    fewer, more = (search.rows.to_u(crossings(rows, segments.runs(count))) for count in (units, units + 1))
    free = filled(search.problem, more, units)
    free = train_kinks(search.problem, free.at, free.left)
    closed_form = _kinks(problem, *_at_knots(problem.u, fewer, units))
    from_pieces = train_kinks(problem, closed_form.at, closed_form.left)
    best = min(own, closed_form, from_pieces, _faced(search, problem, free), key=_error)
    if best.error > goal and work <= EXCHANGES:
        free = exchanged(search.problem, free, rounds=ROUNDS, enough=goal)
        starts = (best, _faced(search, problem, free), relocate(problem, own, sweeps=1) if work <= SETTLES else own)
        best = min((exchanged(problem, start, rounds=ROUNDS, enough=goal) for start in starts), key=_error)
    return best, goal


def _chained(problem: Problem, best: Kinks, goal: float) -> Kinks:
    """Move every unit once, then exchange units, as long as that helps."""
    if problem.u.size * best.at.size**2 > EXCHANGES:
        return best
    for _ in range(CHAINED):
        before = best.error
        if before <= goal:
            break
        best = exchanged(problem, relocate(problem, best, sweeps=1), rounds=ROUNDS, enough=goal)
        if best.error >= before * (1.0 - PROGRESS):
            break
    return best


def _best_knots(search: MseSearch, rows: CurveRows, units: int) -> Floats:
    """Give the inner knots, in scaled units, of the best function found with as many pieces as units.

    With noise a search finds better pieces than those of the best segmentation.
    """
    if rows.u.size <= SMALL:
        return search.rows.to_x(search.pieces(units, pair=rows.u.size <= PAIRS).knots)
    return best_pieces(rows.u, rows.v[:, 0], units, rows.w, pair=False).polygon.breakpoints[1:-1]


def _at_knots(u: Floats, knots: Floats, units: int) -> Placed:
    """Give the network of a function with as many pieces as units: one unit, on everywhere, is its first slope."""
    return np.sort(np.concatenate([np.full(units - knots.size, u[0]), knots])), np.zeros(units, np.bool_)


def _faced(search: MseSearch, problem: Problem, free: Kinks) -> Kinks:
    """Take the free slope from kinks that were trained with one, by the facings that need it least."""
    fitted = project(search.problem, free.at, free.left).coefficients
    patterns = rank_patterns(float(fitted[1]), fitted[2:], PATTERNS)
    best = min((train_kinks(problem, free.at, left, steps=8) for left in patterns), key=_error)
    return train_kinks(problem, best.at, best.left)


def _kinks(problem: Problem, at: Floats, left: Bools) -> Kinks:
    return Kinks(at, left, project(problem, at, left).error)


def _error(kinks: Kinks) -> float:
    return kinks.error
