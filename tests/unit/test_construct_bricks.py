"""Tents, ramps, the sawtooth, the square and the sine by hand: equal in rationals to what they are said to be."""

# Wrong types are given on purpose.
# pyright: reportArgumentType=false

from fractions import Fraction

import numpy as np
import pytest

from hinges import InvalidInputError, PiecewiseLinear, best_error, to_function
from hinges.construct import ramp, sawtooth, sine_by_hand, square, tent
from hinges.convert._to_function import exact_function

DYADIC = [(0.25, 0.5, 0.75, 1.0), (0.0, 0.25, 2.25, 4.0), (-4.0, 1.0, 2.0, -5.0), (-3.0, -2.5, -2.0, 0.125)]


def hat(brick, x):
    """The definition of a tent, in rationals."""
    left, apex, right, height = map(Fraction, brick)
    rising, falling = height * (x - left) / (apex - left), height * (right - x) / (right - apex)
    inside = rising if x <= apex else falling
    return inside if left < x < right else Fraction(0)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("brick", DYADIC)
def test_a_tent_is_the_hat_as_a_function(brick, layers):
    left, apex, right, height = brick
    network = tent(left, apex, right, height, layers=layers)
    assert to_function(network) == PiecewiseLinear([left, apex, right], [0.0, height, 0.0])
    for x in [Fraction(k, 8) for k in range(-60, 61)] + [Fraction(-(10**9)), Fraction(10**9)]:
        assert exact_function(network).at(x) == hat(brick, x)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_tent_has_three_units(layers):
    network = tent(0.2, 0.5, 0.8, 0.3, layers=layers)
    assert sum(w.shape[1] for w in network.weights[:-1]) == 3
    assert [w.shape for w in network.weights] == ([(1, 3), (3, 1)] if layers == 1 else [(1, 2), (2, 1), (1, 1)])


def test_the_tent_of_the_text_in_both_forms():
    three = tent(0.2, 0.5, 0.8, 0.3)
    np.testing.assert_allclose([h.coefficient for h in three.hinges()], [1.0, -2.0, 1.0], rtol=1e-15)
    assert [h.kink for h in three.hinges()] == [0.2, 0.5, 0.8]
    two = tent(0.2, 0.5, 0.8, 0.3, layers=2)
    np.testing.assert_allclose(two.weights[1].ravel(), [-1.0, -1.0], rtol=1e-15)
    assert two.biases[0].tolist() == [-0.5, 0.5]
    assert two.biases[1].tolist() == [0.3]
    for network in (three, two):
        np.testing.assert_allclose(network([0.2, 0.35, 0.5, 0.65, 0.8]), [0, 0.15, 0.3, 0.15, 0], atol=2e-16)


def test_the_sum_of_two_units_that_is_no_tent_is_not_what_we_build():
    x = np.linspace(0, 1, 11)
    mistaken = np.maximum(0, x - 0.2) + np.maximum(0, 0.8 - x)
    assert np.ptp(mistaken[2:9]) < 1e-15  # flat where a tent has its apex
    assert np.ptp(tent(0.2, 0.5, 0.8, 0.3)(x)[2:9]) > 0.29


def test_two_layers_close_exactly_whatever_the_rounding():
    network = tent(0.1, 1 / 3, 0.9, 0.7, layers=2)
    assert network(1 / 3) == 0.7
    assert (network([-1e6, -1.0, 0.09, 0.91, 3.0, 1e6]) == 0).all()


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("sizes", [(0.25, 0.5, 1.0), (-3.0, 5.0, -2.0), (0.0, 1.0, 0.375)])
def test_a_ramp_climbs_once_and_stays(sizes, layers):
    left, right, height = sizes
    network = ramp(left, right, height, layers=layers)
    assert to_function(network) == PiecewiseLinear([left, right], [0.0, height])
    assert [w.shape[1] for w in network.weights[:-1]] == ([2] if layers == 1 else [1, 1])


@pytest.mark.parametrize("depth", [1, 2, 3, 7])
def test_a_sawtooth_has_two_to_the_depth_segments(depth):
    network = sawtooth(depth)
    f = exact_function(network)
    assert [w.shape for w in network.weights] == [(1, 2), *[(2, 2)] * (depth - 1), (2, 1)]
    n = 2**depth
    assert [t for t in f.t if 0 <= t < 1] == [Fraction(i, n) for i in range(n)]
    assert [f.at(Fraction(i, n)) for i in range(n + 1)] == [i % 2 for i in range(n + 1)]
    assert f.left == 0


def test_a_deep_sawtooth_is_exact_in_float64():
    x = np.ldexp([0.0, 1.0, 2.0, 3.0, 12345.0, 2.0**48 - 1], -48)
    assert sawtooth(48)(x).tolist() == [0.0, 1.0, 0.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("depth", [1, 2, 3, 6])
def test_the_square_is_off_by_exactly_the_stated_error(depth):
    network = square(depth)
    f = exact_function(network)
    assert max(w.shape[1] for w in network.weights) == (2 if depth == 1 else 3)
    assert len(network.weights) == depth + 1
    n = 2**depth
    assert [t for t in f.t if 0 < t < 1] == [Fraction(i, n) for i in range(1, n)]
    for i in range(n):
        assert f.at(Fraction(i, n)) == Fraction(i, n) ** 2
        middle = Fraction(2 * i + 1, 2 * n)
        assert f.at(middle) - middle**2 == Fraction(1, 4 ** (depth + 1))
    assert f.at(Fraction(1)) == 1


class TestSineByHand:
    steps = sine_by_hand()

    def test_each_step_adds_one_pair(self):
        for n, step in enumerate(self.steps, start=1):
            assert [w.shape for w in step.network.weights] == [(1, n), (n, n), (n, 1)]
            w, v = step.network.weights[0], step.network.weights[1]
            assert (w == -1).all()
            assert (v == -np.eye(n)).all()  # one unit into one unit
            assert step.title.startswith(f"Pair {n}:")
            assert len(step.sentence) < 250
        assert len(self.steps) == 8

    def test_a_step_leaves_the_pairs_before_it_as_they_are(self):
        for before, after in zip(self.steps, self.steps[1:], strict=False):
            for a, b in zip(before.network.biases, after.network.biases, strict=True):
                assert a.tolist() == b.tolist()[: len(a)]

    def test_each_network_is_exactly_its_ramps(self):
        network = self.steps[-1].network
        f = exact_function(network)
        rights, widths = network.biases[0].tolist(), network.biases[1].tolist()
        slopes = network.weights[2].ravel().tolist()
        ramps = list(zip(rights, widths, slopes, strict=True))
        for x in [Fraction(i, 97) for i in range(-5, 110)]:
            value = Fraction(float(network.biases[2][0]))
            for right, width, slope in ramps:
                left = Fraction(right) - Fraction(width)
                value += Fraction(slope) * min(max(x - left, 0), Fraction(width))
            assert f.at(x) == value
        kinks = sorted(
            {Fraction(r) - Fraction(w) for r, w in zip(rights, widths, strict=True)} | {*map(Fraction, rights)}
        )
        assert list(f.t) == kinks
        assert [1 - t for t in reversed(kinks)] == kinks  # mirrored about the middle, without rounding

    def test_it_follows_the_sine_as_far_as_it_says(self):
        error = float(self.steps[-1].network.biases[-1][0])
        for step in self.steps[:-1]:
            until = float(step.sentence.rpartition("x = ")[2].rstrip("."))
            x = np.linspace(0, until - 1e-4, 1000)
            assert np.abs(step.network(x) - np.sin(2 * np.pi * x)).max() < error * (1 + 1e-6)
            beyond = until + 0.03
            assert abs(step.network(beyond) - np.sin(2 * np.pi * beyond)) > error

    def test_its_error_alternates_and_is_near_the_best_of_fifteen_segments(self):
        network = self.steps[-1].network
        x = np.union1d(np.linspace(0, 1, 200_001), to_function(network).breakpoints)
        errors = np.abs(network(x) - np.sin(2 * np.pi * x))
        error = float(network.biases[-1][0])
        assert errors.max() == pytest.approx(error, rel=1e-6)
        peaks = errors[np.flatnonzero(errors[1:-1] >= np.maximum(errors[:-2], errors[2:])) + 1]
        assert (peaks > error * (1 - 1e-6)).sum() == 30  # 14 kinks and 16 places between (two in the middle)
        few = np.linspace(0, 1, 1001)
        best = best_error((few, np.sin(2 * np.pi * few)), pieces=15, loss="max")
        assert best.certified
        assert best.lower < error < 1.03 * best.lower


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: tent(0, 0, 1), "left = 0.0, apex = 0.0 and right = 1.0 must rise"),
        (lambda: tent(0, 2, 1), "left = 0.0, apex = 2.0 and right = 1.0 must rise"),
        (lambda: tent(0, 1, 2, 0), "height must not be 0: a brick of no height has no slopes"),
        (lambda: tent(0, 1, 2, layers=3), "layers must be at most 2, not 3"),
        (lambda: tent("0", 1, 2), "left must be a number, not '0'"),
        (lambda: tent(0, 1, np.nan), "right must be a finite number, not nan"),
        (lambda: tent(0, 1, 2, height=1j), "height must be a number, not 1j"),
        (lambda: tent(0, 1e-300, 1, 1e300), "is a slope too large for float64"),
        (lambda: tent(-1e-8, 0, 1e-8, 1.5e300), "makes a slope change too large for float64"),
        (lambda: ramp(1, 1), "left = 1.0 must be less than right = 1.0"),
        (lambda: ramp(0, 1, 0), "height must not be 0"),
        (lambda: ramp(0, 1, layers=0), "layers must be at least 1, not 0"),
        (lambda: sawtooth(0), "depth must be at least 1, not 0"),
        (lambda: sawtooth(2.0), "depth must be a whole number, not 2.0"),
        (lambda: sawtooth(10**9), "depth must be at most 500, not 1000000000"),
        (lambda: square(True), "depth must be a whole number, not True"),
        (lambda: square(-1), "depth must be at least 1, not -1"),
    ],
)
def test_errors_name_the_argument(call, sentence):
    with pytest.raises(InvalidInputError) as error:
        call()
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)
