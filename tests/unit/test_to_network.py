"""to_network: the construction by hand, its facings, counts, notes and errors."""

# Wrong types are given on purpose.
# pyright: reportArgumentType=false

import re

import numpy as np
import pytest

from hinges import Hinge, InvalidInputError, Network, PiecewiseLinear, UnsupportedModelError, to_function, to_network
from hinges.nets._rewrite import with_unit_coefficients

MANUAL = PiecewiseLinear([-1, -0.5, 0, 1], [-1, 1, -1, 0])
LAB = PiecewiseLinear([0, 1, 2, 3], [2, 0, 1, 4], -2, 3)
LINE = PiecewiseLinear([0], [5], 2, 2)
LEVEL_MIDDLE = PiecewiseLinear([0, 1, 2, 3], [4, 1, 1, 2], -4, 2)


def test_the_manual_approximation():
    network = to_network(MANUAL, interval=(-1, 1))
    assert network.weights[0].tolist() == [[1, 1, 1]]
    assert network.biases[0].tolist() == [1, 0.5, 0]
    assert network.weights[1].ravel().tolist() == [4, -8, 5]
    assert network.biases[1].tolist() == [-1]
    assert network([-1, -0.5, 0, 1]).tolist() == [-1, 1, -1, 0]


def test_with_input_weights_of_zero_it_would_be_a_constant():
    misprint = Network.dense([[[0, 0, 0]], [[4], [-8], [5]]], [[1, 0.5, 0], [-1]])
    assert np.ptp(misprint(np.linspace(-1, 1, 9))) == 0


def test_the_relu_lab():
    network = with_unit_coefficients(to_network(LAB))
    assert network.hinges() == (Hinge(-2, 2, 1), Hinge(1, -1, 1), Hinge(2, -4, 1))
    assert network.biases[1].tolist() == [0]
    assert to_function(network) == LAB.simplified()


def test_on_the_whole_line():
    assert to_network(LAB).hinges() == (Hinge(-1, 1, 2), Hinge(1, -1, 1), Hinge(1, -2, 2))
    assert to_network(LINE).hinges() == (Hinge(-1, 0, -2), Hinge(1, 0, 2))
    assert to_network(LINE).biases[1].tolist() == [5]
    assert to_network(MANUAL).hinges() == (Hinge(1, 1, 4), Hinge(1, 0.5, -8), Hinge(1, 0, 5), Hinge(1, -1, -1))


def test_a_constant_keeps_one_idle_unit():
    constant = PiecewiseLinear([2, 3], [7, 7])
    for network in (to_network(constant), to_network(constant, interval=(0, 1))):
        assert [h.coefficient for h in network.hinges()] == [0]
        assert network([-5, 5]).tolist() == [7, 7]


def test_facing_both_turns_away_from_the_level_piece():
    right, both = to_network(LEVEL_MIDDLE), to_network(LEVEL_MIDDLE, facing="both")
    assert len(right.hinges()) == 5  # four kinks, sloped on both sides of the first
    assert [h.weight for h in both.hinges()] == [-1, -1, 1, 1]
    assert both.biases[1].tolist() == [1]
    assert to_function(both) == to_function(right) == LEVEL_MIDDLE.simplified()


def test_facing_both_on_an_interval_keeps_the_count():
    f = PiecewiseLinear(np.arange(9.0), [0, 1, 4, 0, 4, 1, 3, 2, 5])
    both = to_network(f, interval=(0, 8), facing="both")
    assert len(both.hinges()) == 8
    assert {h.weight for h in both.hinges()} == {-1, 1}
    assert both(f.breakpoints).tolist() == f.values.tolist()


def test_kinks_on_the_border_of_the_interval_are_the_ends():
    assert [h.kink for h in to_network(MANUAL, interval=(-0.5, 0)).hinges()] == [-0.5]
    assert [h.kink for h in to_network(MANUAL, interval=(-0.5, 0.25)).hinges()] == [-0.5, 0]
    assert [h.kink for h in to_network(MANUAL, interval=(2, 3)).hinges()] == [2]
    assert to_network(MANUAL, interval=(2, 3)).biases[1].tolist() == [0]


def test_vertices_without_a_kink_get_no_unit():
    f = PiecewiseLinear([0, 1, 2, 3, 4], [0, 1, 2, 2, 2], 1, 0)
    assert [h.kink for h in to_network(f, interval=(0, 4)).hinges()] == [0, 2]


def noted(network):
    found = re.search("stays within ([^ ]+) of", network.notes[0])
    assert found
    return float(found[1])


def test_the_note_says_how_far_float64_is_off():
    assert noted(to_network(MANUAL, interval=(-1, 1))) < 1e-13
    assert "on [-1, 1]" in to_network(MANUAL, interval=(-1, 1)).notes[0]
    assert "on [-3, 9]" in to_network(PiecewiseLinear([-3, 0, 1, 9], [0, 0, 1, 1])).notes[0]
    rng = np.random.default_rng(1)
    rough = PiecewiseLinear(np.sort(rng.uniform(size=500)), rng.normal(size=500))
    right, both = to_network(rough), to_network(rough, facing="both")
    for network in (right, both):
        actual = np.abs(network(rough.breakpoints) - rough.values).max()
        assert 0 < actual <= noted(network)
    assert max(noted(both), noted(right)) < 1e-6


def test_scales():
    high = PiecewiseLinear([1e9, 1e9 + 0.0078125, 1e9 + 0.015625], [0, 1, 0])
    assert to_network(high, interval=(1e9, 1e9 + 0.015625))(1e9 + 0.00390625) == 0.5
    tiny = PiecewiseLinear([0, 1e-12, 2e-12], [0, 1, 0])
    np.testing.assert_allclose(to_network(tiny)([5e-13, 1e-12, 3e-12]), [0.5, 1, 0], atol=1e-15)
    great = PiecewiseLinear([0, 1, 2], [0, 1e300, 0])
    np.testing.assert_allclose(to_network(great)([0.5, 1, 1.5]), [5e299, 1e300, 5e299], rtol=1e-15)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: to_network(3), "f must be a PiecewiseLinear, not int"),
        (lambda: to_network(None), "f must be a PiecewiseLinear, not NoneType"),
        (lambda: to_network(np.sin), "f must be a PiecewiseLinear, not ufunc"),
        (lambda: to_network(MANUAL, interval=(1, 1)), "interval[0] = 1.0 must be less than interval[1] = 1.0"),
        (lambda: to_network(MANUAL, interval=4), "interval must be a pair of numbers (a, b), not 4"),
        (lambda: to_network(MANUAL, interval=(0, np.nan)), "interval[1] must be a finite number, not nan"),
        (lambda: to_network(MANUAL, facing="left"), "facing must be one of 'right', 'both', not 'left'"),
        (
            lambda: to_network(PiecewiseLinear([0, 1], [0, 1e308], -1e308, -1e308)),
            "a weight of the network is too large for float64: rescale the function",
        ),
    ],
)
def test_errors_are_one_sentence(call, sentence):
    with pytest.raises(InvalidInputError) as error:
        call()
    assert str(error.value) == sentence


class TestUnitCoefficients:
    def test_signs_stay_and_idle_units_stay_idle(self):
        network = Network.dense([[[2, -1, 3]], [[-4], [0.5], [0]]], [[1, 1, 1], [7]], notes=["mine"])
        unit = with_unit_coefficients(network)
        assert unit.hinges() == (Hinge(8, 4, -1), Hinge(-0.5, 0.5, 1), Hinge(0, 0, 0))
        assert unit.notes == ("mine",)
        assert to_function(unit) == to_function(network)

    def test_it_names_what_it_cannot_rewrite(self):
        with pytest.raises(UnsupportedModelError, match="2 outputs, which share its hidden units"):
            with_unit_coefficients(Network.dense([[[1]], [[1, 2]]], [[0], [0, 0]]))
        with pytest.raises(UnsupportedModelError, match="one hidden relu layer"):
            with_unit_coefficients(Network.dense([[[1]], [[1]]], [[0], [0]], "tanh"))
