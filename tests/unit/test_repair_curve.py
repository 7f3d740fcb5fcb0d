"""The parts of a curve's repair against direct computation: rows, least squares, shared kinks, exchanges."""

import numpy as np
import pytest

from hinges import InvalidInputError, best_error
from hinges.optimal._repair_curve import repaired_curve
from hinges.optimal._repair_exchange import exchanged
from hinges.optimal._repair_rows import curve_rows, unit_values
from hinges.optimal._repair_shared import SharedProblem, crossings, fitted, relocated, shared_kinks, trained
from hinges.optimal._varpro import Kinks, Problem, project

RNG = np.random.default_rng(6)
X = RNG.uniform(2, 9, 60)
Y = np.column_stack([np.sin(X), 3 * np.cos(X)]) + 0.1 * RNG.normal(size=(60, 2))
AT, LEFT = np.array([-0.6, -0.1, 0.3, 0.8]), np.array([False, True, False, True])
SLOPES = np.array([0.0, 0.3, -0.2, 0.1])


def direct_error(rows, at, left, slopes):
    """Least squares written out."""
    z = np.where(left, -1.0, 1.0) * (rows.u[:, None] - at)
    columns = np.column_stack([np.ones(rows.u.size), np.where(z > 0, z, slopes * z)])
    root = np.sqrt(rows.w)[:, None]
    solution = np.linalg.lstsq(root * columns, root * rows.v, rcond=None)[0]
    return float(((root * (rows.v - columns @ solution)) ** 2).sum()), solution


def test_rows_are_merged_and_scaled():
    x = np.array([5.0, 1.0, 5.0, 3.0, 2.0])
    y = np.array([[1.0], [2.0], [7.0], [9.0], [100.0]])
    rows = curve_rows(x, y, np.array([1.0, 2.0, 3.0, 4.0, 0.0]))
    np.testing.assert_array_equal(rows.to_x(rows.u), [1.0, 3.0, 5.0])
    np.testing.assert_allclose(np.ldexp(rows.v[:, 0], rows.y_exponent) + rows.y_centres, [2.0, 9.0, (1 + 21) / 4])
    np.testing.assert_array_equal(rows.w, [0.5, 1.0, 1.0])
    assert np.abs(rows.u).max() <= 1
    with pytest.raises(InvalidInputError, match="closer together than float64 resolves"):
        curve_rows(np.array([0.0, 1e-300, 1.0]), np.zeros((3, 1)), None)
    with pytest.raises(InvalidInputError, match="its squared error overflows float64"):
        curve_rows(np.array([0.0, 1.0]), np.array([[0.0], [1e200]]), None)


def test_fewer_rows_keep_ends_weight_and_means():
    rows = curve_rows(X, Y, RNG.uniform(0.5, 2, 60))
    fewer = rows.fewer(17)
    assert fewer.u.size == 17
    np.testing.assert_array_equal(fewer.u[[0, -1]], rows.u[[0, -1]])
    assert fewer.w.sum() == pytest.approx(rows.w.sum())
    np.testing.assert_allclose(fewer.w @ fewer.v, rows.w @ rows.v)
    assert (np.diff(fewer.u) > 0).all()
    assert rows.fewer(60) is rows


@pytest.mark.parametrize("chunk", [2**22, 1])
def test_the_output_layer_in_blocks_is_least_squares(chunk, monkeypatch):
    monkeypatch.setattr("hinges.optimal._repair_rows.CHUNK", chunk)
    rows = curve_rows(X, Y, RNG.uniform(0.5, 2, 60))
    weights, bias, error = rows.solved(AT, LEFT, SLOPES)
    expected, solution = direct_error(rows, AT, LEFT, SLOPES)
    assert error == pytest.approx(expected, rel=1e-10)
    np.testing.assert_allclose(np.vstack([bias, weights]), solution, rtol=1e-8)
    doubled = rows.solved(np.tile(AT, 2), np.tile(LEFT, 2), np.tile(SLOPES, 2))
    assert doubled[2] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("skip", [False, True])
def test_shared_kinks_are_projected_and_trained(skip):
    rows = curve_rows(X, Y, None)
    problem = SharedProblem(rows, SLOPES, skip=skip)
    start = fitted(problem, AT, LEFT)
    if not skip:
        assert start.error == pytest.approx(direct_error(rows, AT, LEFT, SLOPES)[0], rel=1e-10)
    better = trained(problem, start)
    assert better.error < 0.9 * start.error
    # A local optimum: no small move of a kink lowers the error.
    for k in range(4):
        for step in (-1e-4, 1e-4):
            at = better.at.copy()
            at[k] = np.clip(at[k] + step, rows.u[0], rows.u[-1])
            assert fitted(problem, at, LEFT).error >= better.error * (1 - 1e-5)


def test_relocation_takes_up_idle_units():
    rows = curve_rows(X, Y, None)
    problem = SharedProblem(rows, np.zeros(4))
    idle = fitted(problem, np.full(4, rows.u[-1]), np.zeros(4, bool))
    moved = relocated(problem, idle)
    assert moved.error < 0.3 * idle.error
    assert relocated(problem, moved).error <= moved.error


def test_lines_cross_where_they_meet():
    x = np.arange(12.0)
    y = np.column_stack([np.abs(x - 5.5), 2 - 3 * np.abs(x - 5.5)])
    rows = curve_rows(x, y, None)
    assert rows.to_x(crossings(rows, np.array([0, 6]))) == pytest.approx([5.5])


def test_shared_kinks_find_a_function_that_has_them():
    x = np.linspace(0, 10, 101)
    hinges = unit_values(x, np.array([2.05, 4.0, 7.31]), np.array([True, False, False]), np.full(3, 0.3))
    y = hinges @ RNG.normal(size=(3, 2)) + 1
    rows = curve_rows(x, y, None)
    at, left = shared_kinks(rows, np.zeros(3), np.zeros(3, bool), np.full(3, 0.3))
    assert rows.solved(at, left, np.full(3, 0.3))[2] < 1e-12


def test_exchanges_find_what_training_alone_does_not():
    u = np.linspace(-1, 1, 80)
    problem = Problem(u, np.sin(5 * u), np.ones(80), skip=False)
    at, left = np.full(6, -0.95), np.zeros(6, bool)
    start = Kinks(at, left, project(problem, at, left).error)
    found = exchanged(problem, start, rounds=50)
    assert found.error < 0.05 * start.error
    assert found.at.size == 6
    assert exchanged(problem, found, rounds=0).error <= found.error


def test_many_rows_are_trained_on_all_of_them():
    rng = np.random.default_rng(8)
    x = rng.uniform(0, 10, 3_000)
    y = np.sin(x)[:, None]
    layers = repaired_curve(x, y, None, start=(np.full(8, np.nan), np.zeros(8, bool)), slopes=np.zeros(8))
    outputs = np.maximum(x[:, None] * layers.weights + layers.biases, 0) @ layers.coefficients + layers.bias
    kinks = -layers.biases / layers.weights
    assert ((kinks >= x.min()) & (kinks <= x.max())).all()
    bounds = best_error((x, y[:, 0]), pieces=9)
    assert bounds.lower <= np.mean((outputs - y) ** 2) <= 1.05 * bounds.upper
