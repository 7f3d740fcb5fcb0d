"""approximate: targets of all kinds, both methods, measured errors, and one clear sentence for what is wrong."""

# Wrong types are given on purpose.
# pyright: reportArgumentType=false

import math
from fractions import Fraction

import numpy as np
import pytest

from hinges import Approximation, Dataset, InvalidInputError, Network, PiecewiseLinear, to_function
from hinges.construct import ConstructionMethod, Interpolation, Tents, approximate

EDGE = PiecewiseLinear([-1, -0.5, 0, 1], [-1, 1, -1, 0])
METHODS = [Interpolation(units=12), Tents(units=12), Tents(units=12, layers=2)]


@pytest.mark.parametrize("method", METHODS)
def test_the_methods_fit_the_protocol(method):
    assert isinstance(method, ConstructionMethod)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", [np.sin, math.sin, lambda x: [math.sin(x)], lambda x: np.float32(math.sin(x))])
def test_callables_of_arrays_and_of_numbers(method, target):
    result = approximate(target, method, interval=(0, 2 * math.pi))
    x = np.linspace(0, 2 * np.pi, 1001)
    tolerance = 1e-14 if target in {np.sin, math.sin} else 1e-6
    np.testing.assert_allclose(result.network(x), result.function(x), atol=1e-13)
    error = np.abs(result.function(x) - np.sin(x)).max()
    assert error - tolerance <= result.loss < error * 1.01 + tolerance
    assert isinstance(result, Approximation)
    assert result.bounds is None
    assert "as measured" in result.status


def test_interpolation_is_one_hinge_a_segment():
    result = approximate(np.exp, Interpolation(units=5), interval=(0, 3))
    assert len(result.network.hinges()) == 5
    assert {h.weight for h in result.network.hinges()} == {1.0}
    np.testing.assert_array_equal(result.function.breakpoints, np.linspace(0, 3, 6))
    np.testing.assert_array_equal(result.function.values, np.exp(np.linspace(0, 3, 6)))
    last = np.exp(2.4), np.exp(3.0)
    a, b = 2.4, (last[1] - last[0]) / 0.6  # the error of the last segment, largest where exp' equals its slope
    assert result.loss == pytest.approx(last[0] + b * (math.log(b) - a) - b, rel=1e-9)


def test_the_function_equals_the_network_outside_too():
    result = approximate(np.exp, Interpolation(units=4), interval=(-1, 1))
    x = np.array([-50.0, -1.5, 1.5, 50.0])
    np.testing.assert_allclose(result.network(x), result.function(x), rtol=1e-14)
    tents = approximate(np.exp, Tents(units=12, layers=2), interval=(-1, 1))
    np.testing.assert_allclose(tents.network(x), tents.function(x), atol=1e-14)


def test_the_error_of_a_narrow_spike_between_samples_is_found():
    def kinked(x):
        return np.abs(x - 1 / 3)

    result = approximate(kinked, Interpolation(units=2), interval=(0, 1))
    # by hand: on [0, 1/2] the chord runs from 1/3 to 1/6, and is 2/9 above the kink
    assert result.loss == pytest.approx(2 / 9, rel=1e-8)


@pytest.mark.parametrize("layers", [1, 2])
def test_tents_sum_to_the_interpolant(layers):
    result = approximate(np.cos, Tents(units=20, layers=layers), interval=(0, 3))
    knots = np.linspace(0, 3, 6)
    assert result.network.layers == tuple(f"relu_{i}" for i in range(layers))
    hidden = [w.shape[1] for w in result.network.weights[:-1]]
    assert hidden == ([18] if layers == 1 else [12, 6])
    np.testing.assert_allclose(result.network(knots), np.cos(knots), atol=1e-14)
    x = np.linspace(0, 3, 301)
    np.testing.assert_allclose(result.network(x), np.interp(x, knots, np.cos(knots)), atol=1e-14)
    assert "stays within" in result.network.notes[0]


@pytest.mark.parametrize("layers", [1, 2])
def test_the_note_of_tents_is_a_bound(layers):
    result = approximate(lambda x: np.sin(40 * x) * 1e5, Tents(units=60, layers=layers), interval=(0.1, 0.7))
    bound = float(result.network.notes[0].split("stays within ")[1].split()[0])
    x = np.linspace(0.1, 0.7, 5001)
    exact = result.function.vertices()
    worst = max(
        abs(Fraction(float(y)) - exact.at(Fraction(float(t)))) for t, y in zip(x, result.network(x), strict=True)
    )
    assert 0 < float(worst) <= bound < 1e-6


@pytest.mark.parametrize("layers", [1, 2])
def test_dyadic_tents_are_exact(layers):
    result = approximate(lambda x: x * x, Tents(units=15, layers=layers), interval=(0, 4))
    expected = PiecewiseLinear([-1, 1, 2, 3, 4, 5], [0, 1, 4, 9, 16, 0])  # the first tent, of height 0, is level
    assert to_function(result.network) == PiecewiseLinear([0, *expected.breakpoints[1:]], expected.values)


def test_a_function_with_few_pieces_is_met_exactly():
    result = approximate(EDGE, Interpolation(units=3))
    assert [(h.weight, h.bias, h.coefficient) for h in result.network.hinges()] == [(1, 1, 4), (1, 0.5, -8), (1, 0, 5)]
    assert result.network.biases[1].tolist() == [-1.0]
    assert result.loss == 0.0
    assert "exact" in result.status
    assert approximate(EDGE, Interpolation(units=10)).network.hinges() == result.network.hinges()


def test_a_function_with_more_pieces_has_an_exact_error():
    result = approximate(EDGE, Interpolation(units=1), interval=(-1, 1))
    assert result.function.values.tolist() == [-1, 0]
    assert result.loss == 1.75  # at -0.5: 1 against -3/4


def test_data_are_met_at_their_points():
    x, y = np.array([3.0, 1.0, 2.0, 0.0, 2.0]), np.array([9.0, 1.0, 3.0, 0.0, 5.0])
    result = approximate((x, y), Interpolation(units=50))
    assert result.function.breakpoints.tolist() == [0, 1, 2, 3]
    assert result.function.values.tolist() == [0, 1, 4, 9]
    assert result.loss == 1.0  # the two rows at x = 2
    assert "all that the data have" in result.status


def test_data_with_many_points_are_met_evenly_in_rank():
    x = np.arange(101.0) ** 2
    result = approximate(Dataset(x, x), Interpolation(units=4))
    assert set(result.function.breakpoints) <= set(x)
    tents = approximate(Dataset(x, np.sqrt(x)), Tents(units=15))
    assert tents.function.breakpoints[1:-1].tolist() == [0.0, 625.0, 2500.0, 5625.0, 10000.0]
    assert tents.loss == pytest.approx(np.abs(np.sqrt(x) - tents.function(x)).max())


def test_weights_count_and_rows_without_weight_do_not():
    data = Dataset([0, 1, 1, 2, 9], [0, 0, 4, 2, 99], weights=[1, 1, 3, 1, 0])
    result = approximate(data, Interpolation(units=5))
    assert result.function.breakpoints.tolist() == [0, 1, 2]
    assert result.function.values.tolist() == [0, 3, 2]


def test_an_interval_chooses_rows():
    result = approximate(([0, 1, 2, 3], [5, 1, 4, 7]), Interpolation(units=5), interval=(1, 2.5))
    assert result.function.breakpoints.tolist() == [1, 2]


def test_one_distinct_x_is_a_constant():
    result = approximate(([2, 2, 2], [1, 2, 6]), Interpolation(units=5))
    assert result.network([-9.0, 2.0, 9.0]).tolist() == [3, 3, 3]
    assert result.loss == 3.0


@pytest.mark.parametrize("interval", [(1e9, 1e9 + 0.01), (-1e-12, 1e-12), (-1e300, 1e300)])
def test_scales(interval):
    a, b = interval
    result = approximate(lambda x: ((x / 2 - a / 2) / (b / 2 - a / 2)) ** 2, Interpolation(units=8), interval=interval)
    assert result.loss == pytest.approx(1 / 256, rel=1e-4)


def test_values_of_great_size():
    result = approximate(lambda x: 1e300 * np.sin(x), Interpolation(units=8), interval=(0, 3))
    assert result.loss == pytest.approx(1e300 * (1 - math.cos(3 / 16)), rel=0.05)


def test_networks_can_be_targets():
    network = Network.dense([[[1.0, -1.0]], [[1.0], [1.0]]], [[0.0, 0.0], [0.0]])
    assert approximate(network, Interpolation(units=2), interval=(-1, 1)).loss == 0.0


class Other:
    pass


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: approximate(np.sin, METHODS[0]), "interval is required for a callable: give (a, b)"),
        (
            lambda: approximate(PiecewiseLinear([0], [1]), METHODS[0]),
            "interval is required for a function with a single",
        ),
        (
            lambda: approximate(np.sin, METHODS[0], interval=(1, 1)),
            "interval[0] = 1.0 must be less than interval[1] = 1.0",
        ),
        (lambda: approximate(np.sin, METHODS[0], interval=5), "interval must be a pair of numbers (a, b), not 5"),
        (lambda: approximate(np.sin, METHODS[0], interval=(0, np.inf)), "interval[1] must be a finite number, not inf"),
        (lambda: approximate(np.sin, Interpolation, interval=(0, 1)), "method must construct"),
        (
            lambda: approximate(np.sin, "tents", interval=(0, 1)),
            "method must construct, as Interpolation(units=10) does, not 'tents'",
        ),
        (
            lambda: approximate(5, METHODS[0], interval=(0, 1)),
            "target must be a callable, a PiecewiseLinear, a Dataset or a pair (x, y), not int",
        ),
        (lambda: approximate(None, METHODS[0]), "not NoneType"),
        (lambda: approximate([1, 2], METHODS[0]), "not list"),
        (
            lambda: approximate(lambda x: 1 / x, METHODS[0], interval=(0, 1)),
            "target(0.0) is inf: every value must be a finite number",
        ),
        (
            lambda: approximate(np.log, METHODS[0], interval=(-1, 1)),
            "target(-1.0) is nan: every value must be a finite number",
        ),
        (lambda: approximate(math.log, METHODS[0], interval=(-1, 1)), "target(-1.0) fails: ValueError:"),
        (lambda: approximate(lambda x: 1 / (x - 0.5), Interpolation(units=3), interval=(0, 1)), "target(0.5) is "),
        (lambda: approximate(lambda _: "a", METHODS[0], interval=(0, 1)), "target(0.0) is a, not a number"),
        (lambda: approximate(lambda _: None, METHODS[0], interval=(0, 1)), "target(0.0) is None, not a number"),
        (lambda: approximate(lambda x: x + 1j, METHODS[0], interval=(0, 1)), "target(0.0) holds complex numbers"),
        (
            lambda: approximate(lambda x: [x, x], METHODS[0], interval=(0, 1)),
            "target(0.0) must be one number, not an array of shape (2,)",
        ),
        (lambda: approximate(lambda: 1.0, METHODS[0], interval=(0, 1)), "target(0.0) fails: TypeError:"),
        (lambda: approximate(([1, 2], [3]), METHODS[0]), "y has 1 rows where x has 2"),
        (lambda: approximate(([], []), METHODS[0]), "x is empty"),
        (lambda: approximate(([1, 2], [3, np.nan]), METHODS[0]), "y[1] is nan"),
        (lambda: approximate(([[1, 2]], [3]), METHODS[0]), "data has 2 inputs: this needs exactly one"),
        (
            lambda: approximate(([1, 2], [3, 4]), METHODS[0], interval=(5, 6)),
            "interval (5, 6) holds no row: x runs from 1 to 2",
        ),
        (lambda: approximate(([1, 1], [3, 4]), METHODS[1]), "data has one distinct x"),
        (
            lambda: approximate(np.sin, METHODS[0], interval=(1, np.nextafter(1, 2))),
            "is too narrow for 13 different points",
        ),
        (lambda: Interpolation(units=0), "units must be at least 1, not 0"),
        (lambda: Interpolation(units=10**9), "units must be at most 20000, not 1000000000"),
        (lambda: Interpolation(units=2.5), "units must be a whole number, not 2.5"),
        (lambda: Tents(units=5), "units must be at least 6, not 5"),
        (lambda: Tents(units=6, layers=3), "layers must be at most 2, not 3"),
    ],
)
def test_errors_say_in_one_sentence_what_is_wrong(call, sentence):
    with pytest.raises(InvalidInputError) as error:
        call()
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)
