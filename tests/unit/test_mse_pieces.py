"""The best pieces in squared error: the figures promised, brute force on tiny data, and awkward rows."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from hinges.errors import InvalidInputError
from hinges.optimal._mse_pieces import MseSearch, best_pieces, fewest_pieces, pieces_curve

SINE_X = np.random.default_rng(0).uniform(0, 10, 150)
SINE_Y = np.sin(SINE_X)


def evaluated(fit, x):
    p = fit.polygon
    inside = np.interp(x, p.breakpoints, p.values)
    left, right = np.minimum(x - p.breakpoints[0], 0), np.maximum(x - p.breakpoints[-1], 0)
    return inside + p.left_slope * left + p.right_slope * right


@pytest.mark.parametrize(("pieces", "error"), [(5, 0.462011), (10, 0.0271402), (20, 0.00141139)])
def test_the_sine_is_solved_and_proven(pieces, error):
    fit = best_pieces(SINE_X, SINE_Y, pieces)
    assert fit.polygon.error == pytest.approx(error, rel=3e-6)
    assert fit.lower <= fit.polygon.error <= fit.lower * (1 + 1e-9)
    assert fit.closed
    assert fit.polygon.pieces == pieces


def test_eleven_pieces_bound_every_network_of_ten_units():
    assert best_pieces(SINE_X, SINE_Y, 11).lower_mse == pytest.approx(1.236769e-4, rel=1e-6)


def test_noise_leaves_a_small_gap_and_the_pair_bound_makes_it_smaller():
    y = SINE_Y + 0.2 * np.random.default_rng(101).standard_normal(150)
    loose, tight = best_pieces(SINE_X, y, 11, pair=False), best_pieces(SINE_X, y, 11)
    assert loose.lower < tight.lower < tight.polygon.error <= loose.polygon.error
    assert (tight.polygon.error - tight.lower) / tight.polygon.error <= 0.08
    assert tight.pair_bound
    assert not tight.closed


def test_the_error_is_that_of_the_function_given():
    x = np.append(SINE_X, SINE_X[:20])
    y = np.append(SINE_Y, SINE_Y[:20] + 0.1)
    w = np.random.default_rng(2).uniform(0.1, 3.0, 170)
    fit = best_pieces(x, y, 7, w)
    error = float((w * (y - evaluated(fit, x)) ** 2).sum())
    assert fit.polygon.error == pytest.approx(error, rel=1e-12)
    assert fit.mse == pytest.approx(error / w.sum(), rel=1e-12)
    assert (np.diff(fit.polygon.breakpoints) > 0).all()


def exact_two_pieces(x, y):
    """The best continuous two-piece error, kink by kink in rationals: on rows and at crossings of free lines."""

    def solve(columns):
        a = np.column_stack(columns).astype(np.float64)
        r = y - a @ np.linalg.lstsq(a, y, rcond=None)[0]
        return float(r @ r)

    best = min(solve([np.ones_like(x), x, np.maximum(x - t, 0)]) for t in x)
    for b in range(2, x.size - 1):
        (m, c), (m2, c2) = np.polyfit(x[:b], y[:b], 1), np.polyfit(x[b:], y[b:], 1)
        t = (c - c2) / (m2 - m)
        if x[b - 1] <= t <= x[b]:
            best = min(best, solve([np.ones_like(x), x, np.maximum(x - t, 0)]))
    return best


@pytest.mark.parametrize("seed", range(15))
def test_two_pieces_are_globally_best(seed):
    random = np.random.default_rng(seed)
    x, y = np.sort(random.uniform(0, 4, 9)), random.standard_normal(9)
    fit = best_pieces(x, y, 2)
    assert fit.polygon.error == pytest.approx(exact_two_pieces(x, y), rel=1e-9)
    assert fit.lower <= fit.polygon.error


def test_one_piece_is_the_regression_line():
    random = np.random.default_rng(4)
    x, y = random.uniform(-3, 5, 40), random.standard_normal(40)
    fit = best_pieces(x, y, 1)
    np.testing.assert_allclose(evaluated(fit, x), np.polyval(np.polyfit(x, y, 1), x), atol=1e-13)
    assert fit.closed


@pytest.mark.parametrize(("span", "centre"), [(1e-2, 1e9), (1e-12, 0.0), (1e-12, 1e-12), (1e150, 0.0)])
def test_any_unit_of_x_gives_the_same_error(span, centre):
    x = centre + span * (SINE_X / 10)
    rounded = (x - centre) / span * 10  # what float64 keeps of the sine's inputs, and so of its values
    fit = best_pieces(x, np.sin(rounded), 5)
    reference = best_pieces(rounded, np.sin(rounded), 5)
    assert reference.closed
    # At 1e9 float64 places kinks to 1e-5 of the span, which is what keeps the bracket open there.
    assert fit.closed == (centre != 1e9)
    assert fit.polygon.error == pytest.approx(reference.polygon.error, rel=1e-6 if centre == 1e9 else 1e-9)
    assert fit.lower == pytest.approx(reference.lower, rel=1e-9)


@pytest.mark.parametrize("factor", [1e-100, 1e100, 1e140])
def test_any_unit_of_y_scales_the_error(factor):
    fit = best_pieces(SINE_X, factor * SINE_Y, 5)
    assert fit.mse / factor**2 == pytest.approx(0.462011 / 150, rel=1e-5)
    assert fit.closed


def test_squares_beyond_float64_are_refused():
    with pytest.raises(InvalidInputError, match="rescale y"):
        best_pieces(SINE_X, 1e300 * SINE_Y, 5)


@pytest.mark.parametrize("pieces", [1, 2, 5])
@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([1.0], [2.0]),
        ([1.0, 1.0, 1.0], [2.0, 2.0, 2.0]),
        ([0.0, 1.0], [2.0, -1.0]),
        ([3.0, 1.0, 2.0], [5.0, 5.0, 5.0]),
        (np.arange(20.0), 3.0 * np.arange(20.0) - 7.0),
        (np.arange(20.0) / 7, np.arange(20.0) / 3 + 1e6),
        (np.arange(20.0), np.zeros(20)),
    ],
)
def test_lines_and_constants_are_met_exactly(x, y, pieces):
    fit = best_pieces(x, y, pieces)
    scale = max(1.0, float(np.abs(y).max()))
    assert fit.closed
    assert 0 <= fit.lower <= fit.polygon.error <= 1e-26 * scale**2 * np.size(x)


def test_one_x_gives_the_weighted_mean_and_an_unavoidable_error():
    fit = best_pieces([2.0, 2.0, 2.0], [0.0, 3.0, 6.0], 4, [2.0, 1.0, 1.0])
    np.testing.assert_array_equal(fit.polygon.values, [2.25])
    assert fit.lower == pytest.approx(24.75, rel=1e-14)
    assert fit.polygon.error == pytest.approx(24.75, rel=1e-14)


def test_enough_pieces_interpolate():
    random = np.random.default_rng(1)
    x, y = random.uniform(0, 1, 8), random.standard_normal(8)
    for pieces in (7, 50, 10**9):
        fit = best_pieces(x, y, pieces)
        assert fit.polygon.pieces == 7
        assert fit.polygon.error <= 1e-28
    assert best_pieces(x, y, 6).polygon.error > 1e-6


def test_weights_count_as_repetitions():
    x, y = SINE_X[:30], SINE_Y[:30] + 0.1 * np.random.default_rng(0).standard_normal(30)
    counts = np.random.default_rng(1).integers(1, 4, 30)
    weighted = best_pieces(x, y, 4, counts)
    repeated = best_pieces(np.repeat(x, counts), np.repeat(y, counts), 4)
    assert weighted.polygon.error == pytest.approx(repeated.polygon.error, rel=1e-10)
    assert weighted.lower == pytest.approx(repeated.lower, rel=1e-10)


def test_the_curve_falls_and_holds_its_bounds():
    y = SINE_Y[:60] + 0.05 * np.random.default_rng(0).standard_normal(60)
    fits = pieces_curve(SINE_X[:60], y, 8)
    errors, lowers = [f.polygon.error for f in fits], [f.lower for f in fits]
    assert [f.allowed for f in fits] == list(range(1, 9))
    assert all(b <= a for a, b in itertools.pairwise(errors))
    assert all(low <= error for low, error in zip(lowers, errors, strict=True))
    assert errors[-1] == pytest.approx(best_pieces(SINE_X[:60], y, 8, pair=False).polygon.error, rel=0.02)


def test_the_fewest_pieces_for_a_tolerance():
    fit, proven = fewest_pieces(SINE_X, SINE_Y, 1e-3)
    assert proven
    assert fit.mse <= 1e-3
    assert best_pieces(SINE_X, SINE_Y, fit.allowed - 1).lower_mse > 1e-3
    assert fewest_pieces([0.0, 1.0, 2.0], [1.0, 1.0, 1.0], 0.0)[0].allowed == 1


def test_a_tolerance_below_what_repeats_allow_is_refused():
    with pytest.raises(InvalidInputError, match="rows with equal x differ"):
        fewest_pieces([0.0, 0.0, 1.0, 2.0], [0.0, 1.0, 0.0, 5.0], 0.1)


def test_bounds_hold_in_rationals_for_a_function_that_is_exact():
    """A continuous polygon with small noise of known size: its exact error cannot be below the bound."""
    x = np.arange(64) / 8
    clean = np.abs(x - 3.0) - np.maximum(x - 5.5, 0.0)
    noise = np.random.default_rng(6).integers(-4, 5, 64) / 32
    fit = best_pieces(x, clean + noise, 3)
    exact = sum(Fraction(float(e)) ** 2 for e in noise)
    assert Fraction(fit.lower) <= exact
    assert fit.polygon.error <= float(exact) * (1 + 1e-12)


def test_prepared_rows_answer_every_question_alike():
    search = MseSearch.of(SINE_X, SINE_Y)
    assert search.pieces(6).polygon.error == best_pieces(SINE_X, SINE_Y, 6).polygon.error
    assert search.enough == 149
