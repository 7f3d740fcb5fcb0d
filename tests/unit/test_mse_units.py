"""The best units in squared error: the figures promised, scans for small networks, and awkward rows."""

import itertools

import numpy as np
import pytest

from hinges.errors import InvalidInputError
from hinges.optimal._mse_units import best_units, fewest_units, units_curve

SINE_X = np.random.default_rng(0).uniform(0, 10, 150)
SINE_Y = np.sin(SINE_X)


def evaluated(fit, x):
    n = fit.network
    return np.maximum(np.asarray(x)[:, None] * n.weights + n.biases, 0) @ n.coefficients + n.output_bias


def test_ten_units_reach_the_bound_of_the_sine():
    fit = best_units(SINE_X, SINE_Y, 10)
    assert fit.lower_mse == pytest.approx(1.236769e-4, rel=1e-6)
    assert fit.mse <= 1.00001 * fit.lower_mse
    assert fit.network.weights.shape == (10,)
    assert set(np.abs(fit.network.weights)) == {1.0}
    error = float(((SINE_Y - evaluated(fit, SINE_X)) ** 2).sum())
    assert fit.network.error == pytest.approx(error, rel=1e-12)


def test_the_same_rows_give_the_same_network():
    shuffled = np.random.default_rng(1).permutation(150)
    one, other = best_units(SINE_X, SINE_Y, 6), best_units(SINE_X[shuffled], SINE_Y[shuffled], 6)
    np.testing.assert_array_equal(one.network.biases, other.network.biases)
    np.testing.assert_array_equal(one.network.coefficients, other.network.coefficients)


@pytest.mark.parametrize("seed", range(4))
def test_one_unit_beats_a_scan(seed):
    random = np.random.default_rng(seed)
    x, y = np.sort(random.uniform(-2, 3, 20)), random.standard_normal(20).cumsum()

    def scanned(t, sign):
        a = np.column_stack([np.ones(20), np.maximum(sign * (x - t), 0)])
        r = y - a @ np.linalg.lstsq(a, y, rcond=None)[0]
        return float(r @ r)

    scan = min(scanned(t, sign) for t in np.linspace(x[0], x[-1], 2001) for sign in (-1, 1))
    fit = best_units(x, y, 1)
    assert fit.network.error <= scan * (1 + 1e-12)
    assert fit.network.error >= scan * (1 - 1e-3)
    assert fit.lower <= fit.network.error


def test_facings_that_do_not_balance_leave_a_gap_that_is_real():
    """exp rises from the start, so that two units cannot make the best three pieces; a scan finds nothing better."""
    x = np.linspace(0, 3, 31)
    y = np.exp(x)
    fit = best_units(x, y, 2)
    kinks = np.linspace(0, 3, 31)
    columns = [np.maximum(sign * (x - t), 0) for sign in (-1, 1) for t in kinks]
    ones = np.ones(31)
    scan = min(
        float(np.linalg.lstsq(np.column_stack([ones, p, q]), y, rcond=1e-10)[1].sum() or np.inf)
        for k, p in enumerate(columns)
        for q in columns[:k]
    )
    assert fit.network.error > 1.5 * fit.pieces.polygon.error
    assert scan * 0.9 <= fit.network.error <= scan * (1 + 1e-12)


def test_noise_keeps_the_bracket_in_order():
    units = 6
    y = SINE_Y + 0.2 * np.random.default_rng(103).standard_normal(150)
    w = np.random.default_rng(0).uniform(0.5, 2, 150)
    fit = best_units(SINE_X, y, units, w, pair=False)
    assert 0 < fit.lower <= fit.network.error
    assert fit.lower <= fit.pieces.polygon.error <= fit.network.error * (1 + 1e-12)
    error = float((w * (y - evaluated(fit, SINE_X)) ** 2).sum())
    assert fit.network.error == pytest.approx(error, rel=1e-11)


@pytest.mark.parametrize(("span", "centre"), [(1e-2, 1e9), (1e-12, 0.0)])
def test_any_unit_of_x_works(span, centre):
    x = centre + span * (SINE_X / 10)
    fit = best_units(x, SINE_Y, 8, pair=False)
    assert fit.mse <= 3.2e-4
    assert fit.network.error <= 1.02 * fit.lower


@pytest.mark.parametrize("units", [1, 2, 6])
@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([1.0], [2.0]),
        ([1.0, 1.0], [2.0, 2.0]),
        ([0.0, 1.0], [2.0, -1.0]),
        (np.arange(9.0), np.full(9, 4.0)),
        (np.arange(9.0), 2.5 - 3.0 * np.arange(9.0)),
        ([0.0, 1.0, 3.0], [1.0, 1.0, 5.0]),
    ],
)
def test_what_few_units_can_do_exactly_they_do(x, y, units):
    fit = best_units(x, y, units)
    assert fit.closed
    assert 0 <= fit.lower <= fit.network.error <= 1e-24
    np.testing.assert_allclose(evaluated(fit, np.asarray(x)), y, atol=1e-11)


def test_enough_units_interpolate():
    random = np.random.default_rng(1)
    x, y = random.uniform(0, 1, 8), random.standard_normal(8)
    fit = best_units(x, y, 7)
    assert fit.network.weights.size == 7
    np.testing.assert_allclose(evaluated(fit, x), y, atol=1e-12)


def test_a_curve_of_units_falls():
    fits = units_curve(SINE_X[:20], SINE_Y[:20], 3)
    errors = [f.network.error for f in fits]
    assert [f.allowed for f in fits] == [1, 2, 3]
    assert all(b <= a for a, b in itertools.pairwise(errors))
    assert all(f.lower <= f.network.error for f in fits)


def test_the_fewest_units_for_a_tolerance():
    fit, proven = fewest_units(SINE_X, SINE_Y, 2e-4)
    assert fit.mse <= 2e-4
    assert fit.allowed == 9
    assert proven
    with pytest.raises(InvalidInputError, match="rows with equal x differ"):
        fewest_units([0.0, 0.0, 1.0, 2.0], [0.0, 1.0, 0.0, 5.0], 0.1)
