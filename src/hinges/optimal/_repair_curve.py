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
from hinges.optimal._mse_pieces import MseSearch, filled
from hinges.optimal._mse_units import units_from
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
PAIRS = 200  # distinct x up to which that search takes the runs of the pair bound for one more start
ROUNDS = 100  # of exchanges at most
CHAINED = 4  # rounds of moving every unit once, and exchanging again
PATTERNS = 6  # of facings that are tried
GOOD = 1e-3  # relative distance from the bound of all networks of that size at which the search ends
ROUNDING = 1e-26  # mean square, in scaled units, that is rounding


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
    start: tuple[Floats, Bools],
    slopes: Floats,
    best: bool = False,
) -> CurveLayers:
    """Give the layers of as many units as `start` has, with a small squared error: approximate.

    Arguments:
        x: (n,), finite.
        y: (n, outputs), finite.
        weights: (n,) row weights, none negative, not all 0, or None.
        start: the kinks (units,) of the network there is, NaN or infinite for none, and which units face left.
        slopes: (units,) of the units below 0: 0 for relu, not 1.
        best: search as `Best(units=)` does; of relu and one output only.

    Raises:
        InvalidInputError: the squared error overflows float64, or two x are closer together than float64 resolves.

    >>> data = np.array([0.0, 1.0, 2.0, 3.0]), np.array([[0.0], [0.0], [1.0], [2.0]])
    >>> layers = repaired_curve(*data, None, start=(np.zeros(1), np.array([True])), slopes=np.zeros(1))
    >>> float(-layers.biases[0] / layers.weights[0]), layers.coefficients.shape
    (1.0, (1, 1))
    """
    rows = curve_rows(x, y, weights)
    fewer = rows.fewer(MOST_SEARCHED)
    at, left = start
    placed = np.clip(
        np.where(np.isfinite(at), rows.to_u(np.where(np.isfinite(at), at, 0.0)), rows.u[0]), *rows.u[[0, -1]]
    )
    plain = rows.v.shape[1] == 1 and not slopes.any()
    if rows.u.size <= 2:
        found = _interpolated(rows, at.size)
    elif plain:
        found = _plain_kinks(fewer, placed, left, best=best)
    else:
        found = shared_kinks(fewer, placed, left, slopes)
    if plain and fewer is not rows and rows.u.size * at.size**2 <= MOST_TRAINED:
        trained = train_kinks(Problem(rows.u, rows.v[:, 0], rows.w, skip=False), *found, steps=20)
        found = trained.at, trained.left
    return _layers(rows, *found, slopes)


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


def _interpolated(rows: CurveRows, units: int) -> tuple[Floats, Bools]:
    """Give kinks for one or two distinct x: the first unit reaches from the one to the other."""
    return np.full(units, rows.u[0]), np.zeros(units, np.bool_)


def _plain_kinks(rows: CurveRows, at: Floats, left: Bools, *, best: bool) -> tuple[Floats, Bools]:
    """Give kinks and facings of relu units for one output, in the scaled units of the rows."""
    search = MseSearch.of(rows.u, rows.v[:, 0], rows.w)
    units = at.size
    if units >= search.enough:
        at = np.concatenate([rows.u[:-1], np.full(units - rows.u.size + 1, rows.u[0])])
        return at, np.zeros(units, np.bool_)
    problem = Problem(search.rows.u, search.rows.v, search.rows.w, skip=False)
    own = _kinks(problem, search.rows.to_u(at), left)
    found = _searched(search, rows, problem, own)
    if best:
        network = units_from(search, units).network
        places = -network.biases / network.weights
        found = min(found, _kinks(problem, search.rows.to_u(places), network.weights < 0), key=_error)
    return search.rows.to_x(found.at), found.left


def _searched(search: MseSearch, rows: CurveRows, problem: Problem, own: Kinks) -> Kinks:
    """Train what the segmentations give, and unless that is as good as can be, exchange units and start elsewhere."""
    units, work = own.at.size, problem.u.size * own.at.size**2
    segments = segment(search.table, units + 1)
    goal = float(segments.errors[units + 1, -1]) * (1.0 + GOOD) + ROUNDING * float(problem.w.sum())
    fewer, more = (search.rows.to_u(crossings(rows, segments.runs(count))) for count in (units, units + 1))
    free = filled(search.problem, more, units)
    free = train_kinks(search.problem, free.at, free.left)
    best = min(own, _from_pieces(problem, fewer, units), _faced(search, problem, free), key=_error)
    if best.error <= goal:
        return best
    if work <= EXCHANGES:
        free = exchanged(search.problem, free, rounds=ROUNDS, enough=goal)
        starts = (best, _faced(search, problem, free), relocate(problem, own, sweeps=1) if work <= SETTLES else own)
        best = min((exchanged(problem, start, rounds=ROUNDS, enough=goal) for start in starts), key=_error)
    if work <= PIECES and best.error > goal:  # with noise this search finds better pieces than the segmentation's
        pieces = _from_pieces(problem, search.pieces(units, pair=problem.u.size <= PAIRS).knots, units)
        best = min(best, exchanged(problem, pieces, rounds=ROUNDS, enough=goal), key=_error)
    for _ in range(CHAINED if work <= EXCHANGES and best.error > goal else 0):
        before = best.error
        best = exchanged(problem, relocate(problem, best, sweeps=1), rounds=ROUNDS, enough=goal)
        if best.error >= before * (1.0 - GOOD):
            break
    return best


def _from_pieces(problem: Problem, knots: Floats, units: int) -> Kinks:
    """Give the network of a function with as many pieces as units: one unit, on everywhere, is its first slope."""
    at = np.sort(np.concatenate([np.full(units - knots.size, problem.u[0]), knots]))
    start = _kinks(problem, at, np.zeros(units, np.bool_))
    return min(start, train_kinks(problem, start.at, start.left), key=_error)


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
