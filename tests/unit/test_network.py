"""Network: nodes, shapes, evaluation, addresses and hinges, and what it says to wrong parts."""

# Wrong types are given on purpose.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from hinges import (
    ACTIVATIONS,
    Activation,
    Hinge,
    InvalidInputError,
    Linear,
    Max,
    Network,
    Parameter,
    Unit,
    UnsupportedModelError,
    to_function,
)
from hinges.nets import ELEMENTWISE

MANUAL = Network.dense([[[1, 1, 1]], [[4], [-8], [5]]], [[1, 0.5, 0], [-1]])
TWO = Network.dense([np.array([[1.0, 2.0], [3.0, 4.0]]), [[1], [-1]]], [[0, 1], [0.5]])
WIDE = Network.dense([[[1, -1]], [[1, 2, 3], [4, 5, 6]]], [[0, 0], [0, 0, 0]])


class TestShapes:
    def test_weights_are_inputs_by_units(self):
        assert [w.shape for w in WIDE.weights] == [(1, 2), (2, 3)]
        assert (WIDE.inputs, WIDE.outputs) == (1, 3)
        assert TWO([[1, 1]]).tolist() == [[4 - 7 + 0.5]]  # z = x @ W + b

    def test_one_input_takes_rows_vectors_and_numbers(self):
        assert MANUAL([[0.0], [1.0]]).tolist() == [[-1], [0]]
        assert MANUAL([0.0, 1.0]).tolist() == [-1, 0]
        assert MANUAL(0.0) == -1
        assert type(MANUAL(0.0)) is float
        assert MANUAL([]).shape == (0,)
        assert MANUAL(np.zeros((0, 1))).shape == (0, 1)

    def test_one_input_and_several_outputs(self):
        assert WIDE([[2.0]]).tolist() == [[2, 4, 6]]
        assert WIDE([2.0, -1.0]).tolist() == [[2, 4, 6], [4, 5, 6]]
        assert WIDE(2.0).tolist() == [2, 4, 6]

    def test_float32_weights_are_taken_as_they_are(self):
        network = Network.dense([np.float32([[0.1]])], [np.float32([0.2])])
        assert network.weights[0][0, 0] == float(np.float32(0.1))
        assert network.biases[0].dtype == np.float64


class TestValues:
    def test_every_value_on_the_way(self):
        values = MANUAL.values(np.array([[-0.5], [1.0]]))
        assert [v.tolist() for v in values] == [
            [[-0.5], [1.0]],
            [[0.5, 0.0, -0.5], [2.0, 1.5, 1.0]],
            [[0.5, 0.0, 0.0], [2.0, 1.5, 1.0]],
            [[1.0], [0.0]],
        ]

    def test_the_point_of_the_text(self):
        layer = Network.dense([[[0.2, 0.8, -0.5], [-0.9, 0.2, 0.4]]], [[2, 3, 0.5]], ["relu"])
        np.testing.assert_allclose(layer([[0.5, 1.0]]), [[1.2, 3.6, 0.65]], rtol=1e-15)
        unbiased = Network.dense([[[0.2, 0.8, -0.5], [-0.9, 0.2, 0.4]]], [[0, 0, 0]], ["relu"])
        np.testing.assert_allclose(unbiased([[0.5, 1.0]]), [[0, 0.6, 0.15]], rtol=1e-15)

    def test_max_takes_the_largest_of_each_group(self):
        network = Network((Max(0, np.array([[0, 1], [2, 2]]), 3, "pool"),), 3)
        assert network([[1, 5, -2], [7, 0, 3]]).tolist() == [[5, -2], [7, 3]]

    def test_a_node_may_read_several_values(self):
        double = Linear((0,), (np.array([[2.0]]),), np.array([0.0]), "double")
        total = Linear((0, 1), (np.array([[1.0]]), np.array([[10.0]])), np.array([3.0]), "total")
        assert Network((double, total), 1)([1.0]).tolist() == [24.0]

    def test_sparse_matrices(self):
        sparse = pytest.importorskip("scipy.sparse")
        layer = Linear((0,), (sparse.csr_array(np.array([[1.0, 0.0], [0.0, 2.0]])),), np.array([0.0, 1.0]), "s")
        network = Network((layer,), 2)
        assert network([[3, 4]]).tolist() == [[3, 9]]
        assert network.weights[0].tolist() == [[1, 0], [0, 2]]


class TestActivations:
    def test_the_six_by_their_formulas(self):
        z = np.array([-30.0, -1.5, -0.1, 0.2, 3.0, 30.0])
        by_hand = {
            "linear": lambda x: x,
            "relu": lambda x: max(x, 0.0),
            "leaky_relu": lambda x: x if x > 0 else 0.3 * x,
            "tanh": math.tanh,
            "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
            "softplus": lambda x: math.log1p(math.exp(x)),
        }
        assert set(by_hand) == set(ACTIVATIONS)
        for name, formula in by_hand.items():
            activation = ACTIVATIONS[name]
            np.testing.assert_allclose(activation.value(z, 0.3), [formula(x) for x in z], rtol=1e-14)
            step = 1e-6
            slope = (activation.value(z + step, 0.3) - activation.value(z - step, 0.3)) / (2 * step)
            np.testing.assert_allclose(activation.derivative(z, 0.3), slope, rtol=1e-7, atol=1e-9)
            assert activation.piecewise_linear == (name in {"linear", "relu", "leaky_relu"})

    @pytest.mark.parametrize("name", list(ACTIVATIONS))
    def test_far_out_nothing_overflows(self, name):
        z = np.array([-1e300, -800.0, 0.0, 800.0, 1e300])
        assert np.isfinite(ACTIVATIONS[name].value(z, 0.3)).all()
        assert np.isfinite(ACTIVATIONS[name].derivative(z, 0.3)).all()

    def test_tails_keep_their_digits(self):
        assert ACTIVATIONS["sigmoid"].value(np.array([-700.0]), 0)[0] == pytest.approx(math.exp(-700), rel=1e-12)
        assert ACTIVATIONS["softplus"].value(np.array([-700.0]), 0)[0] == pytest.approx(math.exp(-700), rel=1e-12)
        assert ACTIVATIONS["tanh"].derivative(np.array([20.0]), 0)[0] == pytest.approx(4 * math.exp(-40), rel=1e-12)

    def test_at_a_kink_the_derivative_is_that_from_the_left(self):
        assert ACTIVATIONS["relu"].derivative(np.array([0.0]), 0.3).tolist() == [0]
        assert ACTIVATIONS["leaky_relu"].derivative(np.array([0.0]), 0.3).tolist() == [0.3]

    def test_names_a_layer(self):
        assert MANUAL.activations == ("relu", "linear")
        assert MANUAL.layers == ("relu_0",)
        mixed = Network.dense([np.eye(1)] * 3, [[0]] * 3, ["relu", "tanh", "sigmoid"])
        assert mixed.activations == ("relu", "tanh", "sigmoid")
        assert mixed.layers == ("relu_0", "tanh_1", "sigmoid_2")
        assert Network.dense([np.eye(1)] * 3, [[0]] * 3, ["relu", "tanh"]).activations == ("relu", "tanh", "linear")
        assert Network.dense([np.eye(1)] * 3, [[0]] * 3, "linear").activations == ("linear",) * 3


class TestParameters:
    def test_every_weight_and_bias_has_its_address(self):
        parameters = MANUAL.parameters()
        assert len(parameters) == 3 + 3 + 3 + 1
        assert parameters[Parameter(0, "bias", None, 1)] == 0.5
        assert parameters[Parameter(1, "weight", 1, 0)] == -8
        assert str(Parameter(1, "weight", 1, 0)) == "weight of layer 1, 1 -> unit 0"
        assert str(Parameter(0, "bias", None, 2)) == "bias of layer 0, unit 2"
        assert Unit(0, 3) < Unit(1, 0)

    def test_each_can_be_changed_alone(self):
        for parameter in MANUAL.parameters():
            changed = MANUAL.with_parameter(parameter, 42.0)
            differences = {p for p, v in changed.parameters().items() if MANUAL.parameters()[p] != v}
            assert differences == {parameter}
            assert changed.activations == MANUAL.activations
        assert MANUAL([0.0, 1.0]).tolist() == [-1, 0]

    def test_a_changed_network_keeps_its_activations_and_notes(self):
        leaky = Network.dense([[[1]], [[1]]], [[0], [0]], "leaky_relu", negative_slope=0.1, notes=["read from a file"])
        changed = leaky.with_parameter(Parameter(1, "weight", 0, 0), 2)
        assert changed(-1.0) == -0.2
        assert changed.notes == ("read from a file",)

    @pytest.mark.parametrize(
        "parameter",
        [
            Parameter(2, "weight", 0, 0),
            Parameter(-1, "weight", 0, 0),
            Parameter(0, "weight", 1, 0),
            Parameter(0, "weight", -1, 0),
            Parameter(0, "weight", None, 0),
            Parameter(0, "weight", 0, 3),
            Parameter(0, "weight", 0.5, 0),
            Parameter("0", "weight", 0, 0),
            Parameter(0, "bias", None, 3),
            Parameter(0, "bias", None, -1),
            Parameter(0, "bias", 0, 0),
            Parameter(0, "scale", 0, 0),
        ],
    )
    def test_unknown_addresses_are_named(self, parameter):
        with pytest.raises(InvalidInputError) as error:
            MANUAL.with_parameter(parameter, 1.0)
        assert str(error.value) == f"the network has no {parameter}"


class TestHinges:
    def test_they_sum_to_the_network(self):
        hinges = MANUAL.hinges()
        assert hinges == (Hinge(1, 1, 4), Hinge(1, 0.5, -8), Hinge(1, 0, 5))
        assert [h.kink for h in hinges] == [-1, -0.5, 0]
        assert [h.slope_change for h in hinges] == [4, -8, 5]
        x = np.linspace(-2, 2, 41)
        total = -1 + sum(h.coefficient * np.maximum(h.weight * x + h.bias, 0) for h in hinges)
        np.testing.assert_allclose(MANUAL(x), total, atol=1e-14)

    def test_a_hinge_facing_left(self):
        assert Hinge(-2, 2, 3).kink == 1
        assert Hinge(-2, 2, 3).slope_change == 6
        assert math.isnan(Hinge(0, 2, 3).kink)
        assert math.copysign(1, Hinge(1, 0, 1).kink) == 1  # 0, not -0

    def test_of_each_output(self):
        assert WIDE.hinges(output=2) == (Hinge(1, 0, 3), Hinge(-1, 0, 6))
        assert WIDE.is_hinge_sum

    @pytest.mark.parametrize(
        "network",
        [
            TWO,
            Network.dense([[[1]], [[1]]], [[0], [0]], "tanh"),
            Network.dense([[[1]]], [[0]]),
            Network.dense([[[1]]] * 3, [[0]] * 3),
            Network.dense([[[1]], [[1]]], [[0], [0]], ["relu", "relu"]),
        ],
    )
    def test_other_networks_are_no_sums_of_hinges(self, network):
        assert not network.is_hinge_sum
        with pytest.raises(UnsupportedModelError, match="only a network of one input, one hidden relu layer"):
            network.hinges()


def test_nobody_can_change_it():
    with pytest.raises(FrozenInstanceError):
        MANUAL.inputs = 3
    with pytest.raises(ValueError, match="read-only"):
        MANUAL.weights[0][0, 0] = 9
    mine = np.array([[1.0]])
    network = Network.dense([mine], [[0]])
    mine[0, 0] = 5
    assert network.weights[0][0, 0] == 1


def test_what_is_not_dense_says_why():
    skip = Linear((0, 1), (np.eye(1), np.eye(1)), np.zeros(1), "skip")
    branching = Network((Activation(0, "relu", 1, "first"), skip), 1)
    with pytest.raises(UnsupportedModelError, match="not a chain of dense layers: first does not follow"):
        _ = branching.weights
    branching = Network((Linear((0,), (np.eye(1),), np.zeros(1), "first"), skip), 1)
    with pytest.raises(UnsupportedModelError, match="not a chain of dense layers: skip branches"):
        branching.parameters()
    pooled = Network((Max(0, np.array([[0]]), 1, "pool"),), 1)
    with pytest.raises(UnsupportedModelError, match="pool does not follow a dense layer"):
        _ = pooled.biases


ONE = np.ones((1, 1))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: MANUAL([[1, 2]]), "x must have shape (n, 1), not (1, 2)"),
        (lambda: MANUAL(np.zeros((1, 1, 1))), "x must have shape (n, 1), not (1, 1, 1)"),
        (lambda: MANUAL([0, np.nan]), "x[1] is nan: every entry must be a finite number"),
        (lambda: MANUAL("a"), "x is a, not a number"),
        (lambda: TWO([1, 2]), "x must have shape (n, 2), not (2,)"),
        (lambda: TWO(1), "x must have shape (n, 2), not ()"),
        (lambda: Network.dense([ONE * 1e300, ONE * 1e300], [[0], [0]])([0, 1.0]), "too large for float64 at row 1"),
        (lambda: Network.dense([], []), "weights is empty: a network needs at least one layer"),
        (lambda: Network.dense(5, 5), "weights must be a sequence, not 5"),
        (lambda: Network.dense([ONE], None), "biases must be a sequence, not None"),
        (lambda: Network.dense([[1]], [[1]]), "weights[0] must have 2 dimensions, not shape (1,)"),
        (lambda: Network.dense([ONE], [1]), "biases[0] must have 1 dimension, not shape ()"),
        (lambda: Network.dense([ONE], [[1], [2]]), "biases has 2 entries for 1 weight matrices"),
        (lambda: Network.dense([ONE], [[1, 2]]), "biases[0] has 2 entries for 1 units"),
        (lambda: Network.dense([[[1, 2]], ONE], [[1, 2], [1]]), "weights[1] has 1 rows for the 2 units before it"),
        (lambda: Network.dense([np.zeros((1, 0))], [[]]), "weights[0] has shape (1, 0): a layer needs an input and"),
        (lambda: Network.dense([[[np.nan]]], [[0]]), "weights[0][0][0] is nan: every entry must be a finite number"),
        (lambda: Network.dense([[[1j]]], [[0]]), "weights[0] holds complex numbers; give its real part"),
        (lambda: Network.dense([ONE, ONE], [[0], [0]], "elu"), "activation must be one of 'linear', 'relu', "),
        (lambda: Network.dense([ONE, ONE], [[0], [0]], 5), "activation must be a sequence, not 5"),
        (lambda: Network.dense([ONE, ONE], [[0], [0]], [5]), "activation[0] must be one of"),
        (lambda: Network.dense([ONE], [[0]], ["relu"] * 3), "activation has 3 names for 1 layers"),
        (lambda: Network.dense([ONE, ONE], [[0], [0]], "leaky_relu", negative_slope="a"), "slope must be a number"),
        (lambda: Network.dense([ONE], [[0]], notes="abc"), "notes must be a sequence, not 'abc'"),
        (lambda: Network((), 1), "nodes is empty: a network needs at least one node"),
        (lambda: Network(None, 1), "nodes must be a sequence, not None"),
        (lambda: Network([5], 1), "nodes[0] must be a Linear, an Activation or a Max, not 5"),
        (lambda: Network(MANUAL.nodes, 0), "inputs must be at least 1, not 0"),
        (lambda: Network(MANUAL.nodes, 2), "dense_0 reads 1 numbers where value 0 has 2"),
        (lambda: Network([Linear((1,), (ONE,), [0], "a")], 1), "a reads value 1, which is not computed before it"),
        (lambda: Linear((-1,), (ONE,), [0], "a"), "a: sources[0] must be at least 0, not -1"),
        (lambda: Linear(0, (ONE,), [0], "a"), "a: sources must be a sequence, not 0"),
        (lambda: Linear(("x",), (ONE,), [0], "a"), "a: sources[0] must be a whole number, not 'x'"),
        (lambda: Linear((0,), (), [0], "a"), "a: 1 sources need as many matrices"),
        (lambda: Linear((), (), [0], "a"), "a: 0 sources need as many matrices"),
        (lambda: Linear((0,), (np.ones((1, 2)),), [0], "a"), "a: matrices[0] gives 2 units, bias 1"),
        (lambda: Linear((0,), (ONE,), "b", "a"), "a: bias is b, not a number"),
        (lambda: Activation(0, "cosine", 1, "a"), "a: kind must be one of"),
        (lambda: Activation(0, "relu", -1, "a"), "a: units must be at least 0, not -1"),
        (lambda: Activation("x", "relu", 1, "a"), "a: source must be a whole number, not 'x'"),
        (lambda: Activation(0, "leaky_relu", 1, "a", np.nan), "a: slope must be a finite number, not nan"),
        (lambda: Max(0, [[1]], 1, "m"), "m: groups point outside the 1 source entries"),
        (lambda: Max(0, [[-1]], 1, "m"), "m: groups point outside the 1 source entries"),
        (lambda: Max(0, [0], 1, "m"), "m: groups must have shape (units, size), not (1,)"),
        (lambda: Max(0, [[]], 1, "m"), "m: groups must have shape (units, size), not (1, 0)"),
        (lambda: Max(0, [["a"]], 1, "m"), "m: groups[0][0] is a, not a number"),
        (lambda: Max(0, [[0.5]], 1, "m"), "m: groups must hold whole numbers, indices into the source"),
        (lambda: Max(0, [[0]], "1", "m"), "m: source_units must be a whole number, not '1'"),
        (lambda: MANUAL.with_parameter(5, 1), "parameter must be a Parameter, not int"),
        (lambda: MANUAL.with_parameter(Parameter(0, "bias", None, 0), np.nan), "value must be a finite number"),
        (lambda: MANUAL.hinges(output=1), "output must be at most 0, not 1"),
    ],
)
def test_errors_are_one_sentence(call, sentence):
    with pytest.raises(InvalidInputError) as error:
        call()
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


class TestActivationsReadFromElsewhere:
    @pytest.mark.parametrize("kind", [name for name in ELEMENTWISE if name not in ACTIVATIONS])
    def test_the_derivative_is_that_of_the_value(self, kind):
        node = Activation(0, kind, 41, "a", slope=0.7, low=-1.5, high=2.0)
        z = np.linspace(-6, 6, 41) + 0.013
        h = 1e-6
        np.testing.assert_allclose((node(z + h) - node(z - h)) / (2 * h), node.derivative(z), rtol=1e-7, atol=2e-9)
        far = np.array([-1e300, -700.0, 0.0, 700.0, 1e300])
        assert np.isfinite(ELEMENTWISE[kind].value(far, (0.0, 1.0) if kind == "clip" else 0.7)).all()

    def test_known_values(self):
        known = {"elu": 0.7 * math.expm1(-1), "gelu": -0.15865525393145707, "silu": -1 / (1 + math.e), "softsign": -0.5}
        for kind, value in known.items():
            assert Activation(0, kind, 1, "a", slope=0.7)(np.array([-1.0]))[0] == pytest.approx(value, rel=1e-15)

    def test_a_slope_for_each_unit(self):
        node = Activation(0, "leaky_relu", 3, "a", slope=[0.5, -1.0, 2.0])
        assert node(np.array([[-2.0, -2.0, -2.0], [2.0, 2.0, 2.0]])).tolist() == [[-1, 2, -4], [2, 2, 2]]
        assert Activation(0, "leaky_relu", 2, "a", slope=[0.5, 0.5]).slope == 0.5

    def test_bad_parameters(self):
        with pytest.raises(InvalidInputError, match="a: slope has 2 entries for 3 units"):
            Activation(0, "leaky_relu", 3, "a", slope=[0.5, 1.0])
        with pytest.raises(InvalidInputError, match="a: low = 1 is above high = 0"):
            Activation(0, "clip", 3, "a", low=1, high=0)

    def test_its_function_of_one_input_is_exact(self):
        rng = np.random.default_rng(0)
        nodes = (
            Linear((0,), (rng.normal(size=(1, 5)),), rng.normal(size=5), "a"),
            Activation(1, "leaky_relu", 5, "p", slope=[-1, 0, 0.5, 0.25, 2]),
            Linear((2,), (rng.normal(size=(5, 4)),), rng.normal(size=4), "b"),
            Activation(3, "clip", 4, "k", low=-0.25, high=1),
            Linear((4,), (rng.normal(size=(4, 1)),), np.zeros(1), "o"),
        )
        network = Network(nodes, 1)
        f = to_function(network)
        x = np.linspace(-5, 5, 1001)
        np.testing.assert_allclose(f(x), network(x), rtol=0, atol=1e-13)
        assert len(f.kinks) > 5

    def test_many_rows_are_taken_in_blocks(self, monkeypatch):
        network = Network.dense([np.eye(3), np.ones((3, 2))], [np.zeros(3), np.ones(2)])
        x = np.arange(30.0).reshape(10, 3) - 15
        whole = network(x)
        monkeypatch.setattr("hinges.nets._network.BLOCK", 9)
        np.testing.assert_array_equal(network(x), whole)
