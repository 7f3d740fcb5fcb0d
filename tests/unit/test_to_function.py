"""to_function: networks of every shape and in every degenerate position, by hand."""

# Wrong types are given on purpose.
# pyright: reportArgumentType=false

from fractions import Fraction

import numpy as np
import pytest

from hinges import (
    Activation,
    InvalidInputError,
    Linear,
    Max,
    Network,
    PiecewiseLinear,
    UnsupportedModelError,
    to_function,
)

ZERO = PiecewiseLinear([0], [0])


def one_layer(weights, biases, coefficients, bias=0.0, **options):
    return Network.dense([[weights], np.array(coefficients)[:, None]], [biases, [bias]], **options)


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        (one_layer([1], [0], [1]), PiecewiseLinear([0], [0], 0, 1)),
        (one_layer([-2], [1], [3], 1.0), PiecewiseLinear([0.5], [1], -6, 0)),
        (one_layer([0], [4], [2], 1.0), PiecewiseLinear([0], [9])),  # a unit of weight 0 is a constant
        (one_layer([0], [-4], [2], 1.0), PiecewiseLinear([0], [1])),
        (one_layer([1, 1, 1], [0, 0, 0], [1, 1, -2]), ZERO),  # equal units that cancel
        (one_layer([1, 2], [-1, -2], [1, 1]), PiecewiseLinear([1], [0], 0, 3)),  # two kinks at one place
        (one_layer([1, -1], [-1, 1], [2, -2]), PiecewiseLinear([1], [0], 2, 2)),  # antiparallel: a line
        (one_layer([1, -1], [-1, 1], [1, 1]), PiecewiseLinear([1], [0], -1, 1)),
        (one_layer([1, -1], [1, 1], [1, 1]), PiecewiseLinear([-1, 1], [2, 2], -1, 1)),
        (one_layer([1], [0], [0], 3.0), PiecewiseLinear([0], [3])),
        (one_layer([1], [0], [1], activation="linear"), PiecewiseLinear([0], [0], 1, 1)),
        (one_layer([1], [-2], [4], activation="leaky_relu", negative_slope=0.25), PiecewiseLinear([2], [0], 1, 4)),
        (one_layer([1], [0], [1], activation="leaky_relu", negative_slope=1.0), PiecewiseLinear([0], [0], 1, 1)),
        (one_layer([-1], [0], [1], activation="leaky_relu", negative_slope=-1.0), PiecewiseLinear([0], [0], -1, 1)),
        (Network.dense([[[2]]], [[3]]), PiecewiseLinear([0], [3], 2, 2)),
        (Network.dense([[[2]]], [[3]], ["relu"]), PiecewiseLinear([-1.5], [0], 0, 2)),
    ],
)  # fmt: skip
def test_small_networks_by_hand(network, expected):
    assert to_function(network).simplified() == expected.simplified()
    x = np.linspace(-4, 4, 33)
    np.testing.assert_allclose(network(x), to_function(network)(x), rtol=1e-15)


def test_a_clipped_ramp_of_two_chained_units():
    network = Network.dense([[[1]], [[-2]], [[3]]], [[0], [4], [1]])
    assert to_function(network) == PiecewiseLinear([0, 2], [13, 1])


def test_a_layer_that_is_off_everywhere():
    network = Network.dense([[[1, -1]], [[-1], [-1]], [[5]]], [[0, 0], [-1], [2]])
    assert to_function(network) == PiecewiseLinear([0], [2])


def test_a_unit_that_touches_zero_without_crossing():
    network = Network.dense([[[1, -1]], [[-1], [-1]], [[5]]], [[0, 0], [0], [2]])  # relu(-|x|)
    assert to_function(network) == PiecewiseLinear([0], [2])


def test_every_output_has_its_function():
    network = Network.dense([[[1, -1]], [[1, 2], [0, 3]]], [[0, 0], [0, 1]])
    assert to_function(network, output=0) == PiecewiseLinear([0], [0], 0, 1)
    assert to_function(network, output=1) == PiecewiseLinear([0], [1], -3, 2)


def test_max_nodes():
    lines = Linear((0,), (np.array([[1.0, -1.0, 0.0]]),), np.array([0.0, 0.0, 1.0]), "lines")
    pool = Max(1, np.array([[0, 1, 2], [0, 0, 1], [2, 2, 2]]), 3, "pool")
    network = Network((lines, pool), 1)
    assert to_function(network, output=0) == PiecewiseLinear([-1, 1], [1, 1], -1, 1)
    assert to_function(network, output=1) == PiecewiseLinear([0], [0], -1, 1)
    constant = to_function(network, output=2)
    assert (constant.kinks.tolist(), constant(-9.0), constant(9.0)) == ([], 1.0, 1.0)


def test_a_skip_connection():
    hidden = Linear((0,), (np.array([[1.0]]),), np.array([-1.0]), "hidden")
    relu = Activation(1, "relu", 1, "relu")
    both = Linear((2, 0), (np.array([[-2.0]]), np.array([[1.0]])), np.array([0.5]), "sum")
    network = Network((hidden, relu, both), 1)
    assert to_function(network) == PiecewiseLinear([1], [1.5], 1, -1)
    assert network([0, 1, 2]).tolist() == [0.5, 1.5, 0.5]


def test_a_sparse_layer():
    sparse = pytest.importorskip("scipy.sparse")
    layer = Linear((0,), (sparse.csr_array(np.array([[0.0, 2.0]])),), np.array([1.0, 0.0]), "sparse")
    assert to_function(Network((layer,), 1), output=1) == PiecewiseLinear([0], [0], 2, 2)


def test_kinks_that_only_rounding_would_make():
    # the float64 numbers 0.1, 0.2 and 0.3 do not add up, the others do
    straight = one_layer([1, 1, 1], [0, 0, 0], [0.5, 0.25, -0.75])
    assert to_function(straight).kinks.tolist() == []
    bent = one_layer([1, 1, 1], [0, 0, 0], [0.1, 0.2, -0.3])
    assert to_function(bent).right_slope == float(Fraction(0.1) + Fraction(0.2) - Fraction(0.3))
    assert to_function(bent).kinks.tolist() == [0]


def test_a_kink_beyond_float64_matters_only_where_there_is_one():
    idle = Network.dense([[[1e-200]], [[1e-200]], [[0]]], [[0], [-1], [3]])
    assert to_function(idle) == PiecewiseLinear([0], [3])
    bent = Network.dense([[[1e-200]], [[1e-200]], [[1]]], [[0], [-1], [3]])
    with pytest.raises(InvalidInputError, match="a breakpoint of the result is too large for float64"):
        to_function(bent)


def test_scales():
    f = to_function(one_layer([1e-300, 1.0], [0, -1e300], [1e300, 1.0]))
    assert f.kinks.tolist() == [0, 1e300]
    assert f.right_slope == 2.0
    g = to_function(one_layer([1e12], [-1.0], [1.0]))
    assert g.kinks.tolist() == [1e-12]


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: to_function(ZERO), InvalidInputError, "network must be a Network, not PiecewiseLinear"),
        (lambda: to_function(None), InvalidInputError, "network must be a Network, not NoneType"),
        (
            lambda: to_function(Network.dense([[[1], [2]]], [[0]])),
            InvalidInputError,
            "network has 2 inputs: only a network of one input is a function of x",
        ),
        (lambda: to_function(one_layer([1], [0], [1]), output=1), InvalidInputError, "output must be at most 0, not 1"),
        (lambda: to_function(one_layer([1], [0], [1]), output=-1), InvalidInputError, "output must be at least 0"),
        (lambda: to_function(one_layer([1], [0], [1]), output="y"), InvalidInputError, "output must be a whole number"),
        (
            lambda: to_function(one_layer([1], [0], [1], activation="tanh")),
            UnsupportedModelError,
            "layer tanh_0 is tanh, which is not piecewise linear",
        ),
        (
            lambda: to_function(Network.dense([[[1e300]], [[1e300]]], [[0], [0]])),
            InvalidInputError,
            "the right slope of the result is too large for float64",
        ),
    ],
)
def test_errors_are_one_sentence(call, error, sentence):
    with pytest.raises(error) as caught:
        call()
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
