"""The best N units in max norm: the sine, exact cases, degenerate data."""

import numpy as np
import pytest

from hinges.errors import InvalidInputError
from hinges.optimal._max_norm import best_max
from hinges.optimal._max_units import best_max_units
from hinges.optimal._minimax import Rows, Sum, solved

X = np.random.default_rng(0).uniform(0, 10, 150)
Y = np.sin(X)


def assert_holds(network, x, y, units, weights=None):
    arrays = network.weights, network.biases, network.coefficients
    assert all(part.shape == (units,) for part in arrays)
    assert set(np.abs(network.weights)) == {1.0}
    hinges = [c * np.maximum(w * x + b, 0) for w, b, c in zip(*arrays, strict=True)]
    measured = np.max((1 if weights is None else weights) * np.abs(y - network.output_bias - sum(hinges)))
    assert network.error == pytest.approx(max(measured, network.lower), rel=1e-9, abs=1e-12 * np.abs(y).max())
    assert network.lower <= network.error


def test_the_sine_in_ten_units():
    network = best_max_units(X, Y, 10)
    assert_holds(network, X, Y, 10)
    assert network.lower == pytest.approx(0.0230082828625, abs=1e-13)
    assert network.error <= network.lower * (1 + 1e-8)


@pytest.mark.parametrize("units", [4, 5, 15, 30])
def test_the_bound_is_reached_wherever_a_pattern_balances(units):
    network = best_max_units(X, Y, units)
    assert_holds(network, X, Y, units)
    assert network.error <= network.lower * (1 + 1e-8)


@pytest.mark.parametrize("units", [2, 3])
def test_never_worse_than_the_closed_form_of_as_many_pieces(units):
    x = X[:40]
    y = (x - 5) ** 3
    network = best_max_units(x, y, units)
    assert_holds(network, x, y, units)
    assert network.error <= best_max(x, y, units).upper * (1 + 1e-12)


@pytest.mark.parametrize("target", [np.sin, np.exp, lambda x: np.abs(x - 4), lambda x: -x, np.sqrt])
def test_one_unit_is_certified(target):
    y = target(X)
    network = best_max_units(X, y, 1)
    assert_holds(network, X, y, 1)
    assert network.error <= network.lower * (1 + 1e-9) + 1e-15 * np.abs(y).max()
    rows = Rows(X, y, np.ones(150))
    # No single unit on a fine grid of kinks and facings does better than the certificate says.
    for kink in np.linspace(-0.5, 10.5, 23):
        for facing in (1, -1):
            other = solved(Sum(np.array([float(facing)]), np.array([kink]), np.zeros(1), 0.0), rows)
            assert np.abs(other.errors(rows)).max() >= network.lower * (1 - 1e-9)


def test_convex_data_are_better_served_by_units_that_face_one_way():
    x = np.linspace(0, 10, 60)
    y = np.exp(x)
    network = best_max_units(x, y, 5)
    assert_holds(network, x, y, 5)
    assert network.error < 0.9 * best_max(x, y, 5).lower
    assert best_max_units(-x, y, 5).error == pytest.approx(network.error, rel=1e-6)


def test_weights_count():
    weights = np.random.default_rng(1).uniform(0.2, 5, 150)
    network = best_max_units(X, Y, 6, weights)
    assert_holds(network, X, Y, 6, weights)
    assert network.lower == pytest.approx(best_max(X, Y, 7, weights).lower, rel=1e-11)


@pytest.mark.parametrize("units", [1, 2, 3, 7])
@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([1.0], [5.0]),
        ([1.0, 2.0], [5.0, 7.0]),
        ([3.0, 1.0, 2.0], [4.0, 4.0, 4.0]),
        ([3.0, 1.0, 2.0, 5.0], [7.0, 3.0, 5.0, 11.0]),
    ],
)
def test_constants_lines_and_few_points_are_fitted_exactly(x, y, units):
    network = best_max_units(np.array(x), np.array(y), units)
    assert_holds(network, np.array(x), np.array(y), units)
    assert network.lower == 0
    assert network.error <= 1e-14


def test_repeats_and_fewer_points_than_pieces():
    x, y = np.array([0.0, 1.0, 1.0, 2.0]), np.array([0.0, 2.0, 5.0, 1.0])
    network = best_max_units(x, y, 8)
    assert_holds(network, x, y, 8)
    assert network.lower == 1.5
    assert network.error <= 1.5 + 1e-14


def test_extreme_scales_are_answered_or_refused_in_a_sentence():
    far = best_max_units(1e9 + 1e-3 * X, Y, 10)
    assert_holds(far, 1e9 + 1e-3 * X, Y, 10)
    assert far.error <= far.lower * 1.001
    for x_unit, y_unit in [(1e-12, 1.0), (1.0, 1e300), (1e-9, 1e290)]:
        network = best_max_units(X * x_unit, Y * y_unit, 10)
        assert network.error / y_unit == pytest.approx(0.0230082828625, rel=1e-8)
    with pytest.raises(InvalidInputError, match="rescale"):
        best_max_units(X, Y * 1e-310, 3)
