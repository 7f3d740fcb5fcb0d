"""sensitivity and fan: the figures of the text on manual approximation, and equality with functions made anew."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from hinges import InvalidInputError, Network, Parameter, Unit, UnsupportedModelError, to_function
from hinges.analysis import fan, sensitivity
from hinges.convert._to_function import exact_function
from hinges.nets import Activation, Linear
from hinges.pwl import _measures, _vertices

MANUAL = Network.dense([[[1.0, 1.0, 1.0]], [[4.0], [-8.0], [5.0]]], [[1.0, 0.5, 0.0], [-1.0]])


def random_network(sizes, activation="relu", seed=0):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=shape) / np.sqrt(shape[0]) for shape in pairwise(sizes)]
    return Network.dense(weights, [rng.normal(size=w.shape[1]) for w in weights], activation)


def test_the_manual_approximation_of_three_segments():
    found = sensitivity(MANUAL, interval=(-1, 1))
    everything, from_second, from_third = ((-1.0, 1.0),), ((-0.5, 1.0),), ((0.0, 1.0),)
    wanted = {
        Parameter(0, "weight", 0, 0): everything,
        Parameter(0, "bias", None, 0): everything,
        Parameter(1, "weight", 0, 0): everything,
        Parameter(0, "weight", 0, 1): from_second,
        Parameter(0, "bias", None, 1): ((-0.6, 1.0),),
        Parameter(1, "weight", 1, 0): from_second,
        Parameter(0, "weight", 0, 2): from_third,
        Parameter(0, "bias", None, 2): ((-0.1, 1.0),),  # it reaches back into the segment before
        Parameter(1, "weight", 2, 0): from_third,
        Parameter(1, "bias", None, 0): everything,
    }
    assert {one.parameter: one.intervals for one in found.influences} == wanted
    assert [one.parameter for one in found.influences] == list(MANUAL.parameters())
    bias = found.of(Parameter(1, "bias", None, 0))
    assert bias.largest == pytest.approx(0.1, rel=1e-15)
    assert bias.l2 == pytest.approx(0.1 * np.sqrt(2), rel=1e-15)
    third = found.of(Parameter(0, "bias", None, 2))
    np.testing.assert_allclose(third.x, [-1, -0.1, 0, 1])
    np.testing.assert_allclose(third.change, [0, 0, 0.5, 0.5])
    assert third.l2 == pytest.approx(np.sqrt(0.1 * 0.25 / 3 + 0.25), rel=1e-14)
    assert repr(found) == "Sensitivity(10 parameters, 0 without influence on [-1, 1])"


def assert_equals_functions_made_anew(network, interval, step, output=0):
    """In rational arithmetic: the difference of the two whole functions on the interval."""
    a, b = (Fraction(end) for end in interval)
    base = exact_function(network, output=output)
    found = sensitivity(network, interval=interval, step=step, output=output)
    for one in found.influences:
        assert one.moved == one.value + step
        changed = exact_function(network.with_parameter(one.parameter, one.moved), output=output)
        difference = _vertices.restricted(_vertices.added(changed, _vertices.scaled(base, Fraction(-1))), a, b)
        assert one.intervals == intervals_of(difference)
        assert one.largest == float(_measures.largest(difference, a, b))
        assert one.l2 == pytest.approx(float(_measures.squared_l2(difference, a, b)) ** 0.5, rel=1e-13)
        exact = [float(difference.at(Fraction(x))) for x in one.x.tolist()]
        scale = max(map(abs, exact)) * 1e-15 + 1e-300
        np.testing.assert_allclose(one.function(one.x), exact, atol=50 * scale * max(1.0, *abs(one.function.slopes)))
        assert one.x[0] == interval[0]
        assert one.x[-1] == interval[1]
    return found


def intervals_of(difference):
    """Where a function is not zero, from its vertices."""
    found = []
    for (t0, y0), (t1, y1) in pairwise(zip(difference.t, difference.y, strict=True)):
        if y0 or y1:
            if found and found[-1][1] == t0:
                found[-1][1] = t1
            else:
                found.append([t0, t1])
    return tuple((float(low), float(high)) for low, high in found)


@pytest.mark.parametrize(
    ("sizes", "activation"),
    [([1, 4, 1], "relu"), ([1, 4, 3, 1], "relu"), ([1, 3, 3, 3, 1], "leaky_relu"), ([1, 3, 2], ["linear", "relu"])],
)
def test_every_influence_equals_the_difference_of_two_functions(sizes, activation):
    network = random_network(sizes, activation, seed=len(sizes))
    assert_equals_functions_made_anew(network, (-1.5, 2.0), 0.1)
    assert_equals_functions_made_anew(network, (-0.25, 0.75), -0.625, output=sizes[-1] - 1)


def test_clip_and_a_slope_a_unit():
    nodes = (
        Linear((0,), (np.array([[1.0, -2.0, 0.5]]),), np.array([0.2, 0.1, -0.3]), "in"),
        Activation(1, "clip", 3, "clip", low=-0.4, high=0.8),
        Linear((2,), (np.array([[1.0, 2.0], [-1.0, 1.0], [3.0, 0.5]]),), np.array([0.1, -0.2]), "middle"),
        Activation(3, "leaky_relu", 2, "prelu", slope=np.array([0.25, -1.0])),
        Linear((4,), (np.array([[1.0], [-2.0]]),), np.zeros(1), "out"),
    )
    assert_equals_functions_made_anew(Network(nodes, 1), (-2.0, 2.0), 0.3)


def test_dead_units_and_other_outputs_have_no_influence():
    network = Network.dense([[[1.0, 1.0]], [[1.0, 2.0], [3.0, 4.0]]], [[-9.0, 0.0], [0.0, 0.0]])
    found = sensitivity(network, interval=(-1, 1), output=1)
    still = {one.parameter for one in found.influences if not one.intervals}
    assert still == {
        Parameter(0, "weight", 0, 0), Parameter(0, "bias", None, 0), Parameter(1, "weight", 0, 1),
        Parameter(1, "weight", 0, 0), Parameter(1, "weight", 1, 0), Parameter(1, "bias", None, 0),
    }  # fmt: skip
    dead = found.of(Parameter(0, "bias", None, 0))
    assert (dead.largest, dead.l2, dead.change.tolist()) == (0.0, 0.0, [0.0, 0.0])


def test_a_function_may_change_on_several_intervals():
    """Two hinges in the second layer see the moved unit only where they are on."""
    network = Network.dense(
        [[[1.0]], [[1.0, -1.0]], [[1.0], [1.0]]], [[0.0], [-2.0, 1.0], [0.0]], ["linear", "relu", "linear"]
    )
    bias = sensitivity(network, interval=(-3, 3)).of(Parameter(0, "bias", None, 0))
    assert bias.intervals == ((-3.0, 1.0), (1.9, 3.0))


def test_changes_near_the_end_of_float64():
    large = Network.dense([[[1.0]], [[2.0]]], [[0.0], [0.0]])
    moved = sensitivity(large, interval=(0, 1), step=1e200).of(Parameter(1, "weight", 0, 0))
    assert moved.largest == 1e200
    assert moved.l2 == pytest.approx(1e200 / np.sqrt(3), rel=1e-14)
    with pytest.raises(InvalidInputError, match="changes the function by more than float64 holds"):
        sensitivity(large, interval=(0, 100), step=1e307)
    with pytest.raises(InvalidInputError, match="weight of layer 0, 0 -> unit 0 plus step must be a finite number"):
        sensitivity(Network.dense([[[1.7e308]]], [[0.0]]), interval=(0, 1e-9), step=1.7e308)
    assert sensitivity(large, interval=(0, 1), step=1e-20).influences[0].intervals == ()  # 1 + 1e-20 is 1 in float64


def test_fans_move_what_they_are_asked_to_move():
    last = fan(MANUAL, Parameter(1, "weight", 2, 0), interval=(-1, 1), count=8, reach=2.0, seed=4)
    x = np.linspace(-1, 0, 21)
    for value, f in zip(last.values[:, 0], last.functions, strict=True):
        assert abs(value - 5.0) <= 2.0
        np.testing.assert_array_equal(f(x), last.function(x))  # the third unit moves its own segment alone
        assert f(1.0) == pytest.approx(value - 5.0, abs=1e-14)
    first = fan(MANUAL, Unit(0, 0), interval=(-1, 1), count=5)
    assert [str(p) for p in first.parameters] == [
        "weight of layer 0, 0 -> unit 0", "bias of layer 0, unit 0", "weight of layer 1, 0 -> unit 0",
    ]  # fmt: skip
    assert all(f(0.5) != first.function(0.5) for f in first.functions)
    again = fan(MANUAL, first.parameters, interval=(-1, 1), count=5)
    np.testing.assert_array_equal(again.values, first.values)
    row = MANUAL
    for parameter, value in zip(first.parameters, first.values[3], strict=True):
        row = row.with_parameter(parameter, value)
    assert first.functions[3] == to_function(row)


def test_what_does_not_fit_is_named():
    two_inputs = Network.dense([[[1.0], [1.0]]], [[0.0]])
    smooth = random_network([1, 2, 1], "tanh")
    branching = Network((Linear((0, 0), (np.eye(1), np.eye(1)), np.zeros(1), "twice"),), 1)
    for wrong, error, sentence in [
        (lambda: sensitivity(MANUAL, interval=(1, 1)), InvalidInputError, "must be less than"),
        (lambda: sensitivity(MANUAL, interval=(0, 1), step=0), InvalidInputError, "step is 0"),
        (lambda: sensitivity(MANUAL, interval=(0, 1), output=1), InvalidInputError, "output must be at most 0"),
        (lambda: sensitivity(two_inputs, interval=(0, 1)), InvalidInputError, "network has 2 inputs"),
        (lambda: sensitivity(smooth, interval=(0, 1)), UnsupportedModelError, "layer tanh_0 is tanh"),
        (lambda: sensitivity(branching, interval=(0, 1)), UnsupportedModelError, "twice branches"),
        (
            lambda: sensitivity(MANUAL, interval=(0, 1)).of(Parameter(3, "bias", None, 0)),
            InvalidInputError,
            "no bias of layer 3",
        ),
        (
            lambda: fan(MANUAL, Parameter(0, "weight", 1, 0), interval=(0, 1)),
            InvalidInputError,
            "the network has no weight",
        ),
        (lambda: fan(MANUAL, Unit(0, 3), interval=(0, 1)), InvalidInputError, "parameters.index must be at most 2"),
        (lambda: fan(MANUAL, (), interval=(0, 1)), InvalidInputError, "parameters is empty"),
        (
            lambda: fan(MANUAL, Unit(0, 0), interval=(0, 1), reach=0),
            InvalidInputError,
            "reach must be greater than 0",
        ),
    ]:
        with pytest.raises(error, match=sentence):
            wrong()
