"""The best max error of N pieces: figures, brackets, certificates, extremes of scale."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from hinges.errors import InvalidInputError
from hinges.optimal._gates import Gates, rounded_down, rounded_up
from hinges.optimal._max_norm import BRACKET, best_max, fewest_pieces, max_curve

X = np.random.default_rng(0).uniform(0, 10, 150)
Y = np.sin(X)


def assert_holds(fit, x, y, weights=None):
    measured = np.max((1 if weights is None else weights) * np.abs(y - fit.function(x)))
    assert fit.lower <= fit.upper
    assert fit.upper == max(fit.lower, measured)
    assert fit.lower <= fit.reached <= fit.lower * (1 + 2 * BRACKET)
    assert len(fit.function.kinks) < fit.pieces


@pytest.mark.parametrize(
    ("pieces", "error"), [(5, 0.117663158601), (10, 0.0235878340339), (11, 0.0230082828625), (20, 0.00622969880557)]
)
def test_the_sine(pieces, error):
    fit = best_max(X, Y, pieces)
    assert_holds(fit, X, Y)
    assert fit.lower == pytest.approx(error, rel=1e-11)
    assert fit.upper <= fit.lower * (1 + 2e-12)


def test_the_certificate_decides_in_rationals():
    gates = Gates.of(X, Y)
    fit = best_max(X, Y, 11)
    assert gates.proves_more(fit.lower, 11)
    assert not gates.proves_more(fit.reached, 11)
    assert gates.proves_more(fit.reached, 10)
    exact = gates.function(fit.reached, 11)
    assert exact is not None
    assert len(exact.x) == 10
    assert all(isinstance(t, Fraction) for t in exact.x)


def test_the_curve_is_the_single_answers():
    curve = max_curve(X, Y, 12)
    assert [fit.pieces for fit in curve] == list(range(1, 13))
    for pieces in (1, 4, 12):
        assert curve[pieces - 1].lower == pytest.approx(best_max(X, Y, pieces).lower, rel=2e-12)
    assert all(a.upper >= b.lower for a, b in pairwise(curve))


def test_fewest_pieces_for_a_tolerance():
    assert fewest_pieces(X, Y, 0.0230082829).pieces == 11
    assert fewest_pieces(X, Y, 0.0230082828).pieces == 12
    fit = fewest_pieces(X, Y, 0.1)
    assert fit.upper <= 0.1
    assert best_max(X, Y, fit.pieces - 1).lower > 0.1
    with pytest.raises(InvalidInputError, match=r"tolerance = 0\.25 is out of reach.*by 0\.5"):
        fewest_pieces(np.array([1.0, 1.0, 2.0]), np.array([0.0, 1.0, 5.0]), 0.25)


@pytest.mark.parametrize("pieces", [1, 3, 5])
def test_exact_data_have_error_zero(pieces):
    x = np.arange(30.0)
    y = np.abs(x - 7) + 2 * np.abs(x - 15)
    fit = best_max(x, y, pieces)
    assert_holds(fit, x, y)
    assert (fit.lower == 0) == (fit.upper == 0) == (pieces >= 3)


def test_repeats_set_a_floor_and_interpolation_reaches_it():
    x = np.array([3.0, 1.0, 2.0, 1.0, 2.0])
    y = np.array([0.0, 5.0, 1.0, 4.0, 8.0])
    fit = best_max(x, y, 2)
    assert (fit.lower, fit.reached, fit.upper) == (3.5, 3.5, 3.5)
    weights = np.array([1.0, 1.0, 3.0, 1.0, 1.0])
    fit = best_max(x, y, 9, weights)
    assert fit.lower == pytest.approx(7 * 3 / 4)  # errors balance at a quarter of the way
    assert_holds(fit, x, y, weights)


def test_weighted_repeats_with_many_rows():
    draw = np.random.default_rng(4)
    y, w = draw.integers(0, 50, 80).astype(float), draw.integers(1, 9, 80).astype(float)
    pairs = [(abs(a - b) * u * v / (u + v)) for a, u in zip(y, w, strict=True) for b, v in zip(y, w, strict=True)]
    floor = Gates.of(np.ones(80), y, w).repeat_floor
    assert float(floor) == pytest.approx(max(pairs), rel=1e-14)
    assert rounded_down(floor) <= floor <= rounded_up(floor)


def test_weights_scale_the_gates():
    weights = np.random.default_rng(1).uniform(0.2, 5, 150)
    fit = best_max(X, Y, 11, weights)
    assert_holds(fit, X, Y, weights)
    assert fit.upper <= fit.lower * (1 + 1e-11)
    half = best_max(X, Y, 11, np.full(150, 0.5))
    assert half.lower == pytest.approx(0.0230082828625 / 2, rel=1e-11)
    without = np.where(np.arange(150) < 100, 1.0, 0.0)
    assert best_max(X, Y, 11, without).lower == pytest.approx(best_max(X[:100], Y[:100], 11).lower, rel=2e-12)
    with pytest.raises(InvalidInputError, match="positive weight"):
        best_max(X, Y, 2, np.zeros(150))


@pytest.mark.parametrize(("x_unit", "y_unit"), [(1e-12, 1.0), (1.0, 1e300), (1.0, 1e-300), (1e300, 1.0), (1e-9, 1e290)])
def test_any_scale(x_unit, y_unit):
    x, y = X * x_unit, Y * y_unit
    fit = best_max(x, y, 11)
    assert_holds(fit, x, y)
    assert fit.lower / y_unit == pytest.approx(0.0230082828625, rel=1e-9)
    assert fit.upper <= fit.lower * (1 + 1e-10)


def test_far_from_zero():
    x = 1e9 + X * 1e-3
    fit = best_max(x, Y, 11)
    assert_holds(fit, x, Y)
    # x itself moved by rounding, and so may the kinks: float64 has only 1e5 places in the span.
    assert fit.lower == pytest.approx(0.0230082828625, rel=1e-2)
    assert fit.upper <= fit.lower * 1.001
    shifted = best_max(X, Y + 2.0**20, 11)
    assert shifted.lower == pytest.approx(0.0230082828625, rel=1e-7)


def test_what_float64_cannot_hold_is_one_sentence():
    with pytest.raises(InvalidInputError, match="y spans more"):
        best_max(X, Y * 1.7e308, 3)
    with pytest.raises(InvalidInputError, match="x spans more"):
        best_max((X - 5) * 0.3e308, Y, 3)
    with pytest.raises(InvalidInputError, match="too large"):
        best_max(X * 1e-12, Y * 1e300, 3)
    with pytest.raises(InvalidInputError, match="weights times y"):
        best_max(X, Y * 1e300, 3, np.full(150, 1e10))


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_many_points_through_a_core_set(noise):
    draw = np.random.default_rng(5)
    x = draw.uniform(0, 10, 2000)
    y = np.sin(x) + noise * draw.normal(size=2000)
    fit = best_max(x, y, 7)
    assert_holds(fit, x, y)
    assert fit.upper <= fit.lower * (1 + 1e-11)
    # The bracket is that of all rows, not only of the core set.
    gates = Gates.of(x, y)
    assert gates.proves_more(fit.lower, 7)
    assert not gates.proves_more(fit.reached * (1 + 1e-12), 7)


def test_exp_follows_the_asymptotic_formula():
    x = np.linspace(0, 3, 1201)
    error = best_max(x, np.exp(x), 6).upper
    assert error == pytest.approx((2 * (np.exp(1.5) - 1)) ** 2 / (16 * 6**2), rel=0.005)


def test_a_horizontal_first_piece_costs_at_most_one_more():
    flat = best_max(X, Y, 8, flat_first=True)
    assert flat.function.left_slope == 0
    assert_holds(flat, X, Y)
    assert best_max(X, Y, 8).lower <= flat.reached
    assert flat.lower <= best_max(X, Y, 7).reached
    two = best_max(np.array([0.0, 1.0]), np.array([0.0, 4.0]), 2, flat_first=True)
    assert (two.lower, two.upper) == (0, 0)
