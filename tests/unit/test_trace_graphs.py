"""trace beyond dense chains: branches, sparse matrices, Max, clip, slopes a unit, many points at once."""

# Gradients are there because a target is.
# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportOptionalOperand=false

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse

from hinges import InvalidInputError, Network, example, trace
from hinges.nets import ELEMENTWISE, Activation, Linear, Max

RNG = np.random.default_rng(3)


def graph(sparse=False):
    """A residual network with every kind of node: value 2 is read twice, value 5 by a Max of overlapping windows."""
    wrap = scipy.sparse.csr_array if sparse else np.asarray
    inner = RNG.normal(size=(6, 6)) * (RNG.random((6, 6)) < 0.5)
    return Network(
        (
            Linear((0,), (RNG.normal(size=(3, 6)),), RNG.normal(size=6), "stem"),
            Activation(1, "leaky_relu", 6, "prelu", slope=np.linspace(-1.0, 0.5, 6)),
            Linear((2,), (wrap(inner),), RNG.normal(size=6), "inner"),
            Activation(3, "clip", 6, "clip", low=-0.5, high=1.0),
            Linear((2, 4), (np.eye(6), wrap(RNG.normal(size=(6, 6)))), np.zeros(6), "add"),
            Max(5, np.array([[0, 1, 2], [2, 3, 4], [4, 5, 5]]), 6, "pool"),
            Activation(6, "relu", 3, "after"),
            Linear((7, 0), (RNG.normal(size=(3, 2)), RNG.normal(size=(3, 2))), RNG.normal(size=2), "out"),
        ),
        3,
    )


@pytest.fixture(scope="module", params=[False, True], ids=["dense", "sparse"])
def network(request):
    return graph(request.param)


POINTS = RNG.normal(size=(7, 3))


def test_layers_are_the_nodes_and_values_those_of_the_network(network):
    traced = trace(network, POINTS[0])
    assert [layer.name for layer in traced.layers] == ["prelu", "clip", "add", "pool", "after", "out"]
    assert [layer.activation for layer in traced.layers] == ["leaky_relu", "clip", "linear", "max", "relu", "linear"]
    values = network.values(POINTS[:1])
    for layer, (z, a) in zip(traced.layers, [(1, 2), (3, 4), (5, 5), (6, 6), (6, 7), (8, 8)], strict=True):
        np.testing.assert_array_equal(layer.z, values[z][0])
        np.testing.assert_array_equal(layer.a, values[a][0])
    np.testing.assert_array_equal(traced.output, network(POINTS[:1])[0])
    np.testing.assert_array_equal(traced.layers[2].input, np.concatenate([values[2][0], values[4][0]]))
    np.testing.assert_array_equal(traced.signature("pool"), traced.signature(3))


def test_the_pattern_has_one_bit_for_every_unit_of_the_hidden_nodes(network):
    traced = trace(network, POINTS[1])
    values = network.values(POINTS[1:2])
    z = values[3][0]
    bits = [values[1][0] > 0, (z > -0.5) & (z <= 1.0), values[6][0] > 0, values[7][0] > 0]
    np.testing.assert_array_equal(traced.pattern, np.concatenate(bits))
    assert len(traced.pattern) == sum(node.units for node in network.hidden_nodes)


def test_winners_of_a_max_are_the_first_largest_entries(network):
    layer = trace(network, POINTS).layers[3]
    np.testing.assert_array_equal(np.take_along_axis(layer.input, layer.winners, axis=1), layer.a)
    tied = Network((Max(0, np.array([[2, 1, 0]]), 3, "max"),), 3)
    traced = trace(tied, [1.0, 4.0, 4.0], [0.0])
    assert traced.layers[0].winners.tolist() == [2]
    assert traced.gradient.tolist() == [0.0, 0.0, 8.0]
    assert traced.layers[0].gradient.weights is None


def test_many_points_at_once_are_the_points_one_by_one(network):
    many = trace(network, POINTS, list(range(2)) * 3 + [1])
    single = [trace(network, point, int(label)) for point, label in zip(POINTS, [0, 1] * 3 + [1], strict=True)]
    assert many.loss == pytest.approx(np.mean([one.loss for one in single]), rel=1e-14)
    np.testing.assert_allclose(many.gradient * 7, [one.gradient for one in single], atol=1e-13)
    np.testing.assert_array_equal(many.pattern, [one.pattern for one in single])
    assert many.signature(0).shape == (7, 6)
    for i, layer in enumerate(many.layers):
        for name in ("input", "dot", "z", "a", "without_bias", "gate", "on"):
            np.testing.assert_allclose(getattr(layer, name), [getattr(t.layers[i], name) for t in single], atol=1e-13)
        if layer.linear is not None:
            mean = np.mean([dense(t.layers[i].gradient.weights) for t in single], axis=0)
            np.testing.assert_allclose(dense(layer.gradient.weights), mean, atol=1e-13)
            np.testing.assert_allclose(layer.gradient.bias, np.mean([t.layers[i].gradient.bias for t in single], 0))


def dense(matrix):
    return matrix.toarray() if hasattr(matrix, "toarray") else matrix


@pytest.mark.parametrize("target", [1, [0.3, -2.0]], ids=["cross-entropy", "mse"])
def test_gradients_equal_difference_quotients_through_the_graph(network, target):
    """Every weight that is stored, every bias, every input; the kinks are farther away than the step."""
    traced, step = trace(network, POINTS[2], target), 1e-6

    def loss(changed, point=POINTS[2]):
        output = changed(point[None])[0]
        return np.mean((output - target) ** 2) if target != 1 else np.log(np.exp(output - output[1]).sum())

    assert traced.loss == pytest.approx(loss(network), rel=1e-13)

    for layer in traced.layers:
        if layer.linear is None:
            continue
        at, start, gradient = network.nodes.index(layer.linear), 0, dense(layer.gradient.weights)
        for k, matrix in enumerate(layer.linear.matrices):
            rows, columns = dense(matrix).nonzero() if hasattr(matrix, "tocsr") else np.indices(matrix.shape)
            for i, j in zip(rows.ravel(), columns.ravel(), strict=True):
                ends = []
                for h in (step, -step):
                    moved = dense(matrix).copy()
                    moved[i, j] += h
                    matrices = (*layer.linear.matrices[:k], moved, *layer.linear.matrices[k + 1 :])
                    ends.append(loss(with_node(network, at, replace(layer.linear, matrices=matrices))))
                assert gradient[start + i, j] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=5e-8)
            start += matrix.shape[0]
        for j in range(layer.units):
            biases = [layer.linear.bias + h * np.eye(layer.units)[j] for h in (step, -step)]
            up, down = (loss(with_node(network, at, replace(layer.linear, bias=bias))) for bias in biases)
            assert layer.gradient.bias[j] == pytest.approx((up - down) / (2 * step), abs=5e-8)
    for i, h in enumerate(np.eye(3) * step):
        quotient = (loss(network, POINTS[2] + h) - loss(network, POINTS[2] - h)) / (2 * step)
        assert traced.gradient[i] == pytest.approx(quotient, abs=5e-8)


def with_node(network, at, node):
    return replace(network, nodes=(*network.nodes[:at], node, *network.nodes[at + 1 :]))


def test_the_gradient_of_a_sparse_matrix_has_the_entries_that_it_stores():
    matrix = scipy.sparse.csr_array(np.array([[1.0, 0.0], [0.0, 2.0]]))
    traced = trace(Network((Linear((0,), (matrix,), np.zeros(2), "sparse"),), 2), [3.0, 4.0], [0.0, 0.0])
    gradient = traced.layers[0].gradient.weights
    assert gradient.nnz == 2
    assert gradient.toarray().tolist() == [[9.0, 0.0], [0.0, 32.0]]


@pytest.mark.parametrize("kind", sorted(ELEMENTWISE))
def test_every_elementwise_activation_has_its_gate(kind):
    network = Network((Activation(0, kind, 4, "only", slope=[0.1, 0.2, -1.0, 3.0]),), 4)
    x, step = np.array([-0.7, 0.4, -2.5, 1.7]), 1e-6
    layer = trace(network, x, np.zeros(4)).layers[0]
    quotient = (network(x[None] + step)[0] - network(x[None] - step)[0]) / (2 * step)
    np.testing.assert_allclose(layer.gate, quotient, atol=1e-8)
    np.testing.assert_array_equal(layer.dot, layer.z)
    assert not layer.bias.any()
    assert layer.gradient.weights is None
    assert layer.gradient.bias is None


def test_a_linear_map_that_two_read_and_a_linear_activation():
    """Skip around an activation: the layer's z passes on both derivatives."""
    nodes = (
        Linear((0,), (np.eye(2),), np.array([1.0, -3.0]), "z"),
        Activation(1, "relu", 2, "relu"),
        Linear((1, 2), (np.eye(2), np.eye(2)), np.zeros(2), "sum"),
        Activation(3, "linear", 2, "same"),
    )
    traced = trace(Network(nodes, 2), [1.0, 1.0], [0.0, 0.0])
    assert [layer.name for layer in traced.layers] == ["relu", "same"]
    assert traced.output.tolist() == [4.0, -2.0]
    assert traced.layers[0].gradient.a.tolist() == [4.0, -2.0]
    assert traced.layers[0].gradient.z.tolist() == [8.0, -2.0]
    assert traced.pattern.tolist() == [True, False, True, False]


def test_classes_of_a_dataset_are_a_target():
    data = example("spiral")
    network = Network.dense([RNG.normal(size=(2, 3))], [np.zeros(3)])
    traced = trace(network, data.x, data.y, loss="cross-entropy")
    rows = np.exp(network(data.x))
    chosen = rows[np.arange(300), data.y[:, 0].astype(int)] / rows.sum(axis=1)
    assert traced.loss == pytest.approx(-np.log(chosen).mean(), rel=1e-13)
    assert repr(traced) == f"Trace(300 points through 2 -> 3, cross-entropy {traced.loss:.6g})"
    one_output = trace(Network.dense([[[1.0], [1.0]]], [[0.0]]), data.x, data.y)
    assert one_output.loss == pytest.approx(np.mean((data.x.sum(axis=1) - data.y[:, 0]) ** 2), rel=1e-13)


def test_what_does_not_fit_many_points_is_named():
    network = Network.dense([RNG.normal(size=(2, 3))], [np.zeros(3)])
    points = np.ones((4, 2))
    far = Network.dense([[[1e200]]], [[0.0]])
    for wrong, sentence in [
        (lambda: trace(network, np.ones((1, 4, 2))), r"point must have shape \(2,\) or \(n, 2\), not \(1, 4, 2\)"),
        (lambda: trace(network, np.ones((4, 3))), "point has 3 numbers: the network reads 2"),
        (lambda: trace(network, points, [0, 1, 2]), "cross-entropy needs one class for each point"),
        (lambda: trace(network, points, [0, 1, 2, 3]), r"target\[3\] is 3: a class is a whole number from 0 to 2"),
        (lambda: trace(network, points, np.ones((4, 2))), "the network has 3 outputs, and there are 4 points"),
        (lambda: trace(network, points).signature("relu"), "layer must be one of 'dense_0'"),
        (lambda: trace(far, 1e150), "network\\(x\\) is too large for float64 at row 0"),
        (lambda: trace(far, 1.0, 0.0), "the loss is too large for float64"),
    ]:
        with pytest.raises(InvalidInputError, match=sentence):
            wrong()
