"""Networks of N units on many rows: the points that stand for them, and what is found, measured on all rows."""

import numpy as np
import pytest

from hinges.optimal._max_norm import best_max
from hinges.optimal._max_units import best_max_units
from hinges.optimal._mse_large import LargeSearch
from hinges.optimal._mse_units import best_units
from hinges.optimal._mse_units_large import condensed, fitted_to_all
from hinges.optimal._rows import merge_rows
from hinges.optimal._varpro import Problem, project


def noisy(n, seed=0):
    random = np.random.default_rng(seed)
    x = np.sort(random.uniform(0, 10, n) ** 2)
    return x, np.sin(x / 10) + 0.2 * random.standard_normal(n), random.uniform(0.5, 2.0, n)


@pytest.mark.parametrize("skip", [False, True])
def test_points_stand_for_rows_exactly_where_kinks_are(skip):
    rows = merge_rows(*noisy(4000))
    search = LargeSearch.of(rows)
    at, left = np.array([-0.8, -0.2, 0.13, 0.4]) * rows.u[-1], np.array([True, False, True, False])
    points, rest = condensed(search, at, skip=skip)
    assert points.u.size < 1200
    assert (np.diff(points.u) >= 0).all()
    assert (points.w > 0).all()
    all_rows = project(Problem(rows.u, rows.v, rows.w, skip=skip), at, left)
    few = project(points, at, left)
    assert few.error + rest == pytest.approx(all_rows.error, rel=1e-11)
    np.testing.assert_allclose(few.coefficients, all_rows.coefficients, rtol=1e-8, atol=1e-9)
    if not skip:
        assert fitted_to_all(search, at, left)[1] == pytest.approx(all_rows.error, rel=1e-11)


def test_the_best_units_of_many_rows_reach_the_pieces():
    x, y, w = noisy(20_000)
    fit = best_units(x, y, 8, w)
    network = fit.network
    outputs = np.maximum(x[:, None] * network.weights + network.biases, 0.0) @ network.coefficients
    outputs += network.output_bias
    assert network.error == pytest.approx(float((w * (y - outputs) ** 2).sum()), rel=1e-12)
    assert fit.lower <= network.error <= 1.02 * fit.lower
    assert network.error <= 1.001 * fit.pieces.polygon.error


def test_max_norm_of_many_rows_is_measured_on_all_of_them():
    random = np.random.default_rng(1)
    x = random.uniform(0, 10, 25_000)
    y = np.sin(x) + 0.2 * random.standard_normal(25_000)
    found = best_max_units(x, y, 6)
    assert np.abs(y - found(x)).max() == pytest.approx(found.error, rel=1e-12)
    assert found.lower == best_max(x, y, 7).lower
    assert found.error <= 1.01 * found.lower
