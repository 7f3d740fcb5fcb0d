"""Variable projection, single best hinges and the grid search against direct computation."""

from itertools import combinations, product

import numpy as np
import pytest

from hinges.optimal._hops import best_new_hinge, hop, relocate, settle
from hinges.optimal._levels import grid_search
from hinges.optimal._varpro import Kinks, Problem, project, train_kinks


def rows(m=60, noise=0.1, seed=0, *, skip):
    random = np.random.default_rng(seed)
    u = np.sort(random.uniform(-1, 1, m))
    v = np.sin(4 * u) + noise * random.standard_normal(m)
    return Problem(u, v, random.uniform(0.5, 2.0, m), skip)


def direct_error(problem, at, left):
    sign = np.where(left, -1.0, 1.0)
    base = [np.ones_like(problem.u), problem.u] if problem.skip else [np.ones_like(problem.u)]
    columns = np.column_stack([*base, np.maximum(sign * (problem.u[:, None] - at), 0)])
    root = np.sqrt(problem.w)
    weights = np.linalg.lstsq(columns * root[:, None], problem.v * root, rcond=None)[0]
    return float((problem.w * (problem.v - columns @ weights) ** 2).sum()), weights


@pytest.mark.parametrize("skip", [False, True])
def test_projection_is_least_squares(skip):
    problem = rows(skip=skip)
    at, left = np.array([-0.5, 0.1, 0.6]), np.array([False, True, False])
    error, weights = direct_error(problem, at, left)
    found = project(problem, at, left)
    assert found.error == pytest.approx(error, rel=1e-12)
    np.testing.assert_allclose(found.coefficients, weights, rtol=1e-9)


def test_dead_and_doubled_units_cost_nothing():
    problem = rows(skip=False)
    at, left = np.array([-0.5, -0.5, 1.0, 0.2]), np.array([False, False, False, True])
    found = project(problem, at, left)
    assert found.error == pytest.approx(direct_error(problem, at[[0, 3]], left[[0, 3]])[0], rel=1e-12)
    assert np.isfinite(train_kinks(problem, at, left).error)


@pytest.mark.parametrize("skip", [False, True])
def test_training_finds_the_kinks_of_a_hinge_function(skip):
    u = np.linspace(-1, 1, 81)
    left = np.array([False, False]) if skip else np.array([False, True])
    sign = np.where(left, -1.0, 1.0)
    v = 0.3 + (np.maximum(sign * (u[:, None] - np.array([-0.41, 0.33])), 0) @ np.array([1.5, -2.0]))
    problem = Problem(u, v, np.ones(81), skip)
    found = train_kinks(problem, np.array([-0.6, 0.5]), left)
    assert found.error < 1e-20
    np.testing.assert_allclose(found.at, [-0.41, 0.33], atol=1e-9)


@pytest.mark.parametrize("skip", [False, True])
def test_nothing_ever_gets_worse(skip):
    problem = rows(skip=skip, noise=0.4, seed=3)
    left = np.array([False, False, not skip, False])
    at = np.array([-0.9, -0.2, 0.3, 0.4])
    start = Kinks(at, left, project(problem, at, left).error)
    trained = train_kinks(problem, at, left)
    moved = relocate(problem, start)
    settled = settle(problem, trained)
    hopped = hop(problem, settled, trials=6)
    assert trained.error <= start.error
    assert moved.error < start.error
    assert hopped.error <= settled.error <= trained.error
    for kinks in (trained, moved, settled, hopped):
        assert kinks.error == pytest.approx(direct_error(problem, kinks.at, kinks.left)[0], rel=1e-9)


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_the_best_new_hinge_beats_a_dense_scan(skip, seed):
    problem = rows(m=25, noise=0.3, seed=seed, skip=skip)
    at, left = np.array([-0.3]), np.array([False])
    fitted = project(problem, at, left)
    new = best_new_hinge(problem, fitted)
    scan = min(
        direct_error(problem, np.append(at, t), np.append(left, facing))[0]
        for t in np.linspace(-1, 1, 1501)
        for facing in (False, True)
    )
    predicted = fitted.error - new.gain
    assert predicted == pytest.approx(direct_error(problem, np.append(at, new.at), np.append(left, new.left))[0])
    assert predicted <= scan * (1 + 1e-12)


@pytest.mark.parametrize("flat", [False, True])
def test_the_grid_search_is_exhaustive(flat):
    problem = rows(m=7, noise=0.5, seed=5, skip=True)
    offsets = 0.4 * np.array([-1.0, 0.0, 1.0])

    def error(places):
        nodes = problem.u[list(places)]
        best = np.inf
        for levels in product(offsets, repeat=len(places)):
            values = problem.v[list(places)] + np.array(levels)
            best = min(best, float((problem.w * (problem.v - np.interp(problem.u, nodes, values)) ** 2).sum()))
        return best

    pieces = 3
    if flat:
        choices = [c for k in (1, 2) for c in combinations(range(6), k)]
        errors = {c: error((*c, 6)) for c in choices}  # np.interp is level before the first vertex
    else:
        choices = [c for k in (0, 1, 2) for c in combinations(range(1, 6), k)]
        errors = {c: error((0, *c, 6)) for c in choices}
    expected = min(errors, key=errors.__getitem__)
    found = grid_search(problem, problem.v, 0.4, pieces=pieces, levels=3, flat=flat)
    places = tuple(int(k) for k in np.searchsorted(problem.u, found))
    assert errors[places] == pytest.approx(errors[expected], rel=1e-12)
