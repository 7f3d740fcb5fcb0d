"""Repair keeps the layers, lowers the loss, says what it did, and refuses in one sentence what it cannot take."""

import itertools
import subprocess
import sys
import time

import numpy as np
import pytest
from scipy import sparse

from hinges import (
    Activation,
    Dataset,
    InvalidInputError,
    Linear,
    Max,
    Network,
    UnsupportedModelError,
    best_error,
    example,
)
from hinges.diagnosis._finding import KINDS
from hinges.diagnosis._repair import repair

RNG = np.random.default_rng(0)
X = RNG.uniform(0, 10, 80)
POINTS = RNG.normal(size=(200, 3))
SURFACES = np.column_stack([np.sin(POINTS[:, 0]) * POINTS[:, 1], POINTS[:, 2] ** 2])


def drawn(*sizes, activation="relu", seed=0, shift=0.0):
    """A network with He's weights and biases around `shift`."""
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(a, b)) * np.sqrt(2 / a) for a, b in itertools.pairwise(sizes)]
    return Network.dense(weights, [shift + rng.normal(size=b) for b in sizes[1:]], activation)


def failed(seed, data, units=10):
    """The forum's failure: kinks at 0 beside the data, and the best straight line from there."""
    rng = np.random.default_rng(seed)
    weights = rng.uniform(-1, 1, (1, units))
    slope, offset = np.polyfit(data.x[:, 0], data.y[:, 0], 1)
    right = np.flatnonzero(weights[0] > 0)
    coefficients = rng.uniform(-1, 1, (units, 1))
    if right.size:
        others = coefficients[right[1:], 0] @ weights[0, right[1:]]
        coefficients[right[0]] = (slope - others) / weights[0, right[0]]
    return Network.dense([weights, coefficients], [np.zeros(units), [offset]])


def forum():
    data = example("sine")
    return Dataset(data.x[:135], data.y[:135])


def loss_of(network, data):
    weights = np.ones(len(data)) if data.weights is None else data.weights
    return float(np.average(((network(data.x) - data.y) ** 2).mean(axis=1), weights=weights))


def same_layers(a, b):
    def form(node):
        if isinstance(node, Linear):
            return node.sources, [m.shape for m in node.matrices], node.name
        if isinstance(node, Activation):
            return node.source, node.kind, node.units, node.name, np.asarray(node.slope).tolist(), node.low, node.high
        return node.source, node.groups.tolist(), node.name

    return [form(node) for node in a.nodes] == [form(node) for node in b.nodes] and a.notes == b.notes


def test_networks_that_failed_as_on_the_forum():
    data = forum()
    floor = best_error(data, units=10).lower
    took = []
    for seed in range(24):
        network = failed(seed, data)
        start = time.process_time()
        result = repair(network, data)
        took.append(time.process_time() - start)
        assert result.before > 0.39
        assert result.after <= 1.5 * floor
        assert same_layers(result.network, network)
        assert result.after == pytest.approx(loss_of(result.network, data), rel=1e-9)
        assert "kinks-outside-data" in result.addressed
        assert "plateau" in result.addressed
    assert "0.0001243" in result.status


def test_a_wide_sine_with_many_units():
    x = np.random.default_rng(0).uniform(-20, 20, 400)
    floor = best_error((x, np.sin(x)), pieces=65).lower  # of all networks of 64 units
    result = repair(failed(0, Dataset(x, np.sin(x)), units=64), (x, np.sin(x)))
    assert result.after <= 2 * floor


def test_a_network_that_is_best_already_stays():
    data = forum()
    network = best_error(data, units=4).network
    assert network is not None
    result = repair(network, data)
    assert result.after <= result.before
    again = repair(result.network, data)
    assert again.network is result.network
    assert again.addressed == ()
    assert not again.improved
    assert str(again).startswith("Nothing better was found: the mean squared error stays at")


def test_the_best_possible_on_request():
    x = X[:30]
    data = Dataset(x, np.sin(x) + 0.2 * np.random.default_rng(1).normal(size=30))
    network = drawn(1, 3, 1)
    bounds = best_error(data, units=3)
    assert repair(network, data, best=True).after <= bounds.upper * (1 + 1e-9)
    wide = repair(drawn(1, 9, 1), ([0.0, 1.0, 2.0], [0.0, 5.0, 1.0]), best=True)  # fewer units would do
    assert wide.after < 1e-20
    assert wide.network.weights[0].shape == (1, 9)
    for other in (drawn(1, 3, 3, 1), drawn(1, 3, 1, activation="tanh")):
        with pytest.raises(UnsupportedModelError, match="best=True needs one input, one hidden relu layer"):
            repair(other, data, best=True)


@pytest.mark.parametrize(
    "network",
    [
        drawn(1, 10, 1, activation="leaky_relu"),
        Network.dense([np.ones((1, 10)), np.ones((10, 1))], [np.zeros(10), [0.0]], "leaky_relu", negative_slope=-0.2),
        Network(
            (
                Linear((0,), (np.ones((1, 10)),), np.zeros(10), "first"),
                Activation(1, "leaky_relu", 10, "prelu", slope=np.linspace(-0.5, 0.5, 10)),
                Linear((2,), (np.ones((10, 1)),), np.zeros(1), "last"),
            ),
            1,
        ),
        Network(
            (
                Linear((0,), (np.array([[0.2]]),), np.array([-1.0]), "normalised"),
                Linear((1,), (np.ones((1, 10)),), np.zeros(10), "first"),
                Activation(2, "relu", 10, "on"),
                Linear((3,), (np.ones((10, 1)),), np.zeros(1), "last"),
            ),
            1,
            ("read from somewhere",),
        ),
    ],
    ids=["leaky", "other slope", "a slope a unit", "normalised first"],
)
def test_other_curves_come_near_the_floor(network):
    data = forum()
    floor = best_error(data, pieces=11).lower
    result = repair(network, data)
    assert same_layers(result.network, network)
    assert result.after < 4 * floor
    if network.nodes[0].name == "normalised":
        assert result.network.nodes[0] is network.nodes[0]


def test_several_outputs_share_kinks():
    x = forum().x[:, 0]
    data = Dataset(x, np.column_stack([np.sin(x), 100 * np.cos(x)]))
    network = drawn(1, 12, 2)
    result = repair(network, data)
    apart = [best_error((x, column), pieces=13).lower for column in data.y.T]
    assert result.after >= np.mean(apart)  # no shared kinks are better than those of each
    assert result.after < 10 * np.mean(apart)
    assert same_layers(result.network, network)


@pytest.mark.parametrize("kind", ["relu", "clip", "sigmoid", "tanh", "softplus", "leaky_relu"])
def test_an_activation_at_the_output_stays(kind):
    x = forum().x[:, 0]
    for y in (0.4 * np.sin(x) + 0.5, np.sin(x))[: 2 if kind in ("relu", "clip") else 1]:
        network = drawn(1, 8, 1, shift=-0.5)
        network = Network((*network.nodes, Activation(3, kind, 1, "out")), 1)
        result = repair(network, (x, y))
        assert same_layers(result.network, network)
        # What the activation cannot reach costs what it costs; the rest is a curve of eight units.
        low, high = {"relu": (0, 9), "clip": (0, 1), "sigmoid": (0, 1), "softplus": (0, 9)}.get(kind, (-1, 1))
        unreached = np.mean((y - np.clip(y, low, high)) ** 2)
        assert result.after < unreached + 2e-3


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh", "sigmoid", "softplus"])
@pytest.mark.parametrize("sizes", [(1, 8, 8, 1), (3, 12, 2), (3, 8, 8, 2)])
def test_deep_and_wide_networks_get_better(sizes, activation):
    data = Dataset(X, np.sin(X)) if sizes[0] == 1 else Dataset(POINTS, SURFACES)
    network = drawn(*sizes, activation=activation)
    result = repair(network, data)
    constant = np.mean((data.y - data.y.mean(axis=0)) ** 2)
    assert result.after < min(result.before, 0.5 * constant)
    assert same_layers(result.network, network)
    assert result.after == pytest.approx(loss_of(result.network, data), rel=1e-9)


def test_dead_units_find_work_in_every_layer():
    for sizes in ((3, 10, 2), (3, 10, 10, 2), (3, 8, 8, 8, 2)):
        weights = [-np.ones((a, b)) for a, b in itertools.pairwise(sizes)]
        network = Network.dense(weights, [np.full(b, -9.0) for b in sizes[1:]])
        result = repair(network, (POINTS, SURFACES))
        assert "dead-units" in result.addressed
        values = result.network.values(POINTS)
        for i in range(2, len(values) - 1, 2):
            assert (values[i] > 0).any(axis=0).mean() >= 0.75
        assert result.after < 0.1 * np.mean((SURFACES - SURFACES.mean(axis=0)) ** 2)


def test_duplicates_part():
    network = Network.dense([np.ones((3, 8)), np.ones((8, 2))], [np.zeros(8), np.zeros(2)])
    result = repair(network, (POINTS, SURFACES))
    assert "duplicate-units" in result.addressed
    assert np.linalg.matrix_rank(result.network.weights[0]) == 3
    assert result.after < 0.2 * result.before


def test_classes():
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 3, 150)
    x = rng.normal(size=(150, 2)) + 3 * np.array([[0, 0], [1, 0], [0, 1]])[labels]
    for network in (drawn(2, 6, 3), drawn(2, 6, 6, 3, shift=-9.0)):
        result = repair(network, (x, labels), loss="cross-entropy")
        assert result.after < 0.5 * result.before
        assert (result.network(x).argmax(axis=1) == labels).mean() > 0.9
        assert "cross-entropy falls" in result.status


def residual(first):
    weights = [np.random.default_rng(k).normal(size=size) for k, size in enumerate([(3, 8), (8, 8), (8, 2)])]
    same = sparse.eye_array(8).tocsr()
    return Network(
        (
            Linear((0,), (weights[0],), np.full(8, first), "in"),
            Activation(1, "relu", 8, "first"),
            Linear((2,), (weights[1],), np.zeros(8), "middle"),
            Linear((3, 2), (same, same), np.zeros(8), "add"),
            Activation(4, "relu", 8, "second"),
            Linear((5,), (weights[2],), np.zeros(2), "out"),
        ),
        3,
    )


def test_a_residual_network():
    for first in (-10.0, 0.0):
        network = residual(first)
        result = repair(network, (POINTS, SURFACES))
        assert same_layers(result.network, network)
        assert result.network.nodes[3] is network.nodes[3]
        assert result.untouched == ("add",)
        assert "Not touched, because its weights are shared or fixed: add." in result.status
        assert result.after < 0.1 * result.before
        assert ("dead-units" in result.addressed) == (first < 0)


def test_a_convolution_stays_and_what_follows_does_not():
    kernel = sparse.csr_array(np.kron(np.eye(3), [[1.0, -1.0]]))
    network = Network(
        (
            Linear((0,), (kernel,), np.zeros(6), "conv"),
            Activation(1, "relu", 6, "on"),
            Max(2, np.arange(6).reshape(3, 2), 6, "pool"),
            Linear((3,), (-np.ones((3, 5)),), np.zeros(5), "dense"),
            Activation(4, "relu", 5, "dead"),
            Linear((5,), (np.ones((5, 2)),), np.zeros(2), "out"),
        ),
        3,
    )
    result = repair(network, (POINTS, SURFACES))
    assert result.untouched == ("conv",)
    assert result.network.nodes[0] is network.nodes[0]
    assert (result.network.values(POINTS)[5] > 0).any(axis=0).all()
    assert result.after < 0.7 * np.mean((SURFACES - SURFACES.mean(axis=0)) ** 2)


def test_layers_without_hidden_units_are_solved():
    network = Network((Linear((0,), (np.ones((3, 2)),), np.zeros(2), "only"),), 3)
    result = repair(network, (POINTS, POINTS[:, :2] + 5))
    assert result.after < 1e-20


@pytest.mark.parametrize(
    ("x", "y", "least"),
    [
        ([3.0], [4.0], 0.0),  # one point
        ([3.0, 4.0], [4.0, 1.0], 0.0),  # two
        ([2.0, 2.0, 2.0], [1.0, 2.0, 6.0], 14 / 3),  # one distinct x: the mean
        ([0.0, 0.0, 1.0], [1.0, 3.0, 3.0], 2 / 3),  # equal x
        ([0.0, 1.0, 2.0, 3.0], [7.0, 7.0, 7.0, 7.0], 0.0),  # a constant
        (X, 3 * X - 1, 0.0),  # a line
        (X, np.abs(X - 5), 0.0),  # a kink
    ],
)
@pytest.mark.parametrize("units", [1, 3, 90])
def test_degenerate_curves(x, y, least, units):
    for network in (
        drawn(1, units, 1),
        Network.dense([np.zeros((1, units)), np.zeros((units, 1))], [-np.ones(units), [0]]),
    ):
        result = repair(network, (x, y))
        assert result.after <= result.before
        if units > 1:
            assert result.after == pytest.approx(least, abs=1e-12)


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_scale_does_not_matter(scale):
    reference = repair(drawn(1, 6, 1), (X, np.sin(X))).after
    assert repair(drawn(1, 6, 1), (scale * X, np.sin(X))).after == pytest.approx(reference, rel=1e-6)
    assert repair(drawn(1, 6, 1), (X, scale * np.sin(X))).after == pytest.approx(scale**2 * reference, rel=1e-6)
    assert repair(drawn(1, 6, 1), (1e9 + X, np.sin(X))).after == pytest.approx(reference, rel=1e-3)
    points = POINTS * [1.0, scale, 1.0] + [0.0, 5 * scale, 0.0]
    result = repair(drawn(3, 10, 2), (points, SURFACES))
    assert result.after < 0.3 * np.mean((SURFACES - SURFACES.mean(axis=0)) ** 2)


def test_weights_and_rows_that_do_not_count():
    weights = np.where(X < 5, 1.0, 0.0)
    y = np.where(X < 5, np.sin(X), 1e6)
    result = repair(drawn(1, 8, 1), Dataset(X, y, weights))
    assert result.after < 1e-3
    assert len(result.data) == int(weights.sum())
    heavy = np.where(X < 1, 1e6, 1.0)
    light, loaded = (repair(drawn(1, 3, 1), Dataset(X, np.sin(X), w)).network for w in (None, heavy))
    near = X < 1
    assert np.abs(loaded(X) - np.sin(X))[near].max() < np.abs(light(X) - np.sin(X))[near].max()


def test_more_distinct_x_than_are_searched():
    rng = np.random.default_rng(3)
    x = rng.uniform(0, 10, 6_000)
    data = Dataset(x, np.sin(x) + 0.05 * rng.normal(size=6_000))
    result = repair(failed(0, data), data)
    assert result.after < 1.2 * (1.24e-4 + 0.05**2)
    assert result.after == pytest.approx(loss_of(result.network, data), rel=1e-9)


def test_losses_that_overflow():
    with pytest.raises(InvalidInputError, match="the squares of y overflow float64: rescale y"):
        repair(drawn(1, 4, 1), (X, 1e200 * X))
    network = drawn(1, 4, 1)
    huge = Network.dense([1e100 * w for w in network.weights], network.biases)
    result = repair(huge, (X, np.sin(X)))
    assert result.before == np.inf
    assert result.after < 0.5


def test_what_is_refused():
    network = drawn(1, 4, 1)
    with pytest.raises(InvalidInputError, match="data has 2 input columns where the network has 1 input"):
        repair(network, (POINTS[:, :2], X[:1].repeat(200)))
    with pytest.raises(InvalidInputError, match="data has 2 target columns where the network has 1 output"):
        repair(network, (POINTS[:, :1], SURFACES))
    with pytest.raises(InvalidInputError, match="x is empty: a dataset needs at least one row"):
        repair(network, ([], []))
    with pytest.raises(InvalidInputError, match=r"y\[3\] = 4: a class is a whole number from 0 to 2"):
        repair(drawn(1, 4, 3), ([0, 1, 2, 3], [0, 1, 2, 4]), loss="cross-entropy")
    with pytest.raises(InvalidInputError, match="loss must be one of"):
        repair(network, (X, X), loss="huber")
    with pytest.raises(InvalidInputError, match="network must be a Network, not str"):
        repair("network", (X, X))  # pyright: ignore[reportArgumentType]
    hollow = sparse.csr_array(np.array([[np.nan, 1.0]]))
    broken = Network((Linear((0,), (hollow,), np.zeros(2), "c"), Linear((1,), (np.ones((2, 1)),), np.zeros(1), "o")), 1)
    with pytest.raises(InvalidInputError, match="the network says nan on row 0 of the data: its weights are no finite"):
        repair(broken, (X, X))


def test_kinds_are_those_of_diagnose():
    for network in (drawn(1, 6, 1), drawn(1, 6, 6, 1, shift=-9.0)):
        assert set(repair(network, (X, np.sin(X))).addressed) <= set(KINDS)


def test_a_seed_gives_the_same_network_again():
    network = drawn(3, 8, 2, shift=-9.0)
    first, second = (repair(network, (POINTS, SURFACES), seed=3).after for _ in range(2))
    assert first == second


def test_no_jax():
    code = (
        "import sys; from hinges import Network, example\n"
        "from hinges.diagnosis._repair import repair\n"
        "for sizes in ((1, 3, 1), (1, 3, 3, 1)):\n"
        "    w = [[[1.0] * b] * a for a, b in zip(sizes, sizes[1:])]\n"
        "    repair(Network.dense(w, [[0.0] * b for b in sizes[1:]]), example('sine'))\n"
        "print(sorted({'jax', 'torch', 'keras', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
