"""trace: the source document's example, equality with the network, and gradients against difference quotients."""

# Gradients are there because a target is.
# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false

from itertools import pairwise

import numpy as np
import pytest

from hinges import ACTIVATIONS, InvalidInputError, Network, example, trace

WEIGHTS, BIAS = [[0.2, 0.8, -0.5], [-0.9, 0.2, 0.4]], [2.0, 3.0, 0.5]
POINT = [0.5, 1.0]


def random_network(activation, sizes=(2, 5, 4, 3), seed=0):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=shape) for shape in pairwise(sizes)]
    return Network.dense(weights, [rng.normal(size=w.shape[1]) for w in weights], activation, negative_slope=0.2)


def test_the_source_document_with_and_without_the_bias():
    traced = trace(Network.dense([WEIGHTS], [BIAS], ["relu"]), POINT)
    (layer,) = traced.layers
    np.testing.assert_allclose(layer.dot, [-0.8, 0.6, 0.15], atol=1e-15)
    np.testing.assert_allclose(layer.z, [1.2, 3.6, 0.65], atol=1e-15)
    np.testing.assert_allclose(traced.signature(0), [1.2, 3.6, 0.65], atol=1e-15)
    np.testing.assert_allclose(layer.without_bias, [0.0, 0.6, 0.15], atol=1e-15)
    assert traced.pattern.tolist() == [True, True, True]
    assert layer.name == "relu_0"
    bare = trace(Network.dense([WEIGHTS], [[0.0, 0.0, 0.0]], ["relu"]), POINT)
    np.testing.assert_array_equal(bare.output, layer.without_bias)
    assert bare.pattern.tolist() == [False, True, True]


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_a_trace_is_the_network_layer_by_layer(activation):
    network = random_network(activation)
    traced = trace(network, POINT)
    np.testing.assert_array_equal(traced.output, network(np.array([POINT]))[0])
    inner = [*network.values(np.array([POINT]))[1:-1:2], network(np.array([POINT]))]
    for layer, z in zip(traced.layers, inner, strict=True):
        np.testing.assert_array_equal(layer.z, z[0])
    np.testing.assert_array_equal(traced.layers[1].input, traced.signature(0))
    np.testing.assert_array_equal(traced.pattern, np.concatenate([layer.z > 0 for layer in traced.layers[:2]]))
    assert traced.loss is None
    assert traced.layers[0].gradient is None


def loss_of(network, point, target):
    output = network(np.array([point]))[0]
    if isinstance(target, int):
        return np.log(np.exp(output).sum()) - output[target]
    return np.mean((output - target) ** 2)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("target", [1, [0.5, -1.0, 2.0]])
def test_gradients_equal_difference_quotients(activation, target):
    network, step = random_network(activation), 1e-6
    traced = trace(network, POINT, target)
    assert traced.loss == pytest.approx(loss_of(network, POINT, target), rel=1e-13)
    for parameter, value in network.parameters().items():
        up, down = (network.with_parameter(parameter, value + h) for h in (step, -step))
        quotient = (loss_of(up, POINT, target) - loss_of(down, POINT, target)) / (2 * step)
        gradient = traced.layers[parameter.layer].gradient
        found = (
            gradient.bias[parameter.unit]
            if parameter.input is None
            else gradient.weights[parameter.input, parameter.unit]
        )
        assert found == pytest.approx(quotient, abs=2e-8)
    for i, h in enumerate(np.eye(2) * step):
        quotient = (loss_of(network, POINT + h, target) - loss_of(network, POINT - h, target)) / (2 * step)
        assert traced.gradient[i] == pytest.approx(quotient, abs=2e-8)


def test_the_gate_of_relu_is_0_or_1_and_closes_the_way_back():
    traced = trace(random_network("relu", seed=4), POINT, 2)
    hidden = traced.layers[0]
    assert set(hidden.gate.tolist()) == {0.0, 1.0}
    np.testing.assert_array_equal(hidden.gate == 1.0, hidden.z > 0)
    np.testing.assert_array_equal(hidden.gradient.weights[:, hidden.gate == 0], 0.0)
    assert traced.probabilities.sum() == pytest.approx(1.0, rel=1e-15)


def test_one_input_and_one_output_take_numbers_and_a_class_needs_several_outputs():
    network = Network.dense([[[2.0]], [[3.0]]], [[1.0], [-1.0]])
    traced = trace(network, 0.5, 4)
    assert traced.output.tolist() == [5.0]
    assert traced.loss == 1.0
    assert traced.layers[1].gradient.weights.tolist() == [[4.0]]
    assert trace(network, 0.5, 0, loss="cross-entropy").loss == 0.0


def test_what_does_not_fit_is_named():
    network = random_network("relu")
    for wrong, sentence in [
        (lambda: trace(network, [1.0]), "point has 1 numbers: the network reads 2"),
        (lambda: trace(network, [1.0, np.nan]), r"point\[1\] is nan"),
        (lambda: trace(network, POINT, [1.0]), r"target has shape \(1,\): the network has 3 outputs"),
        (lambda: trace(network, POINT, 3), "target must be at most 2"),
        (lambda: trace(network, POINT, loss="mse"), "needs a target"),
        (lambda: trace(network, POINT, 1, loss="hinge"), "loss must be one of"),
        (lambda: trace(network, POINT).signature(3), "layer must be at most 2"),
    ]:
        with pytest.raises(InvalidInputError, match=sentence):
            wrong()


def test_the_spiral_has_three_arms_on_which_the_label_turns():
    data = example("spiral")
    assert data.x.shape == (300, 2)
    np.testing.assert_array_equal(data.y[:, 0], np.repeat([0.0, 1.0, 2.0], 100))
    radius = np.hypot(*data.x.T).reshape(3, 100)
    np.testing.assert_allclose(radius, np.tile(np.linspace(0, 1, 100), (3, 1)), atol=1e-15)
    angle = np.arctan2(data.x[:, 0], data.x[:, 1]).reshape(3, 100)[:, 1:]
    planned = 2.5 * np.linspace(0, 12, 4)[:3, None] + 2.5 * np.linspace(0, 4, 100)[None, 1:]
    scatter = (angle - planned + np.pi) % (2 * np.pi) - np.pi
    assert 0.4 < scatter.std() < 0.6  # 2.5 times 0.2
    np.testing.assert_array_equal(data.x, example("spiral").x)
