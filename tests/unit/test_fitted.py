"""approximate with Best: rows as they are, callables through samples whose error holds between them."""

import math

import numpy as np
import pytest

from hinges import Best, InvalidInputError, PiecewiseLinear, approximate, best_error, example


def dense_error(f, function, a, b):
    x = np.union1d(np.linspace(a, b, 100_001), function.breakpoints)
    x = x[(a <= x) & (x <= b)]
    return float(np.abs(f(x) - function(x)).max())


def test_data_are_fitted_as_they_are():
    result = approximate(example("nile"), Best(pieces=3))
    assert result.bounds is not None
    assert result.bounds.certified
    assert result.bounds.lower == best_error(example("nile"), pieces=3).lower


def test_the_largest_error_is_found_and_bounded():
    result = approximate(np.exp, Best(pieces=6, loss="max"), interval=(0, 3))
    formula = (2 * (math.exp(1.5) - 1)) ** 2 / (16 * 36)
    assert result.loss == pytest.approx(formula, rel=0.005)
    assert result.bounds is not None
    assert result.bounds.certified
    assert result.bounds.lower <= result.loss <= 1.002 * result.bounds.lower
    assert dense_error(np.exp, result.function, 0, 3) <= result.loss * (1 + 1e-9)


@pytest.mark.parametrize("tolerance", [0.1, 0.03])
def test_a_tolerance_holds_between_samples(tolerance):
    def spike(x):
        return 1 / (1 + 1e4 * (x - 0.3) ** 2)

    result = approximate(spike, Best(tolerance=tolerance, loss="max"), interval=(0, 1))
    assert result.loss <= tolerance
    assert dense_error(spike, result.function, 0, 1) <= tolerance


def test_a_jump_is_not_called_an_approximation():
    with pytest.raises(InvalidInputError, match=r"tolerance = 0.1 was not met: between samples the error is"):
        approximate(np.floor, Best(tolerance=0.1, loss="max"), interval=(0.5, 1.5))


def test_the_error_at_a_jump_is_seen_between_samples():
    assert approximate(np.floor, Best(pieces=3, loss="max"), interval=(0.5, 1.5)).loss > 0.4


def test_a_mean_is_measured_and_not_certified():
    result = approximate(np.sin, Best(tolerance=1e-3), interval=(0, 6))
    assert result.loss <= 1e-3
    x = np.linspace(0, 6, 50_001)
    assert result.loss == pytest.approx(np.mean((np.sin(x) - result.function(x)) ** 2), rel=0.01)
    assert result.bounds is not None
    assert not result.bounds.certified


def test_a_function_with_its_own_vertices():
    f = PiecewiseLinear([0, 0.3, 1], [0, 1, 0])
    result = approximate(f, Best(pieces=2, loss="max"))
    assert result.loss < 1e-15
