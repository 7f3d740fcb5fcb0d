"""The builder of networks: whole numbers against loops written out, and which nodes come of it."""

import itertools

import numpy as np
import pytest

from hinges import Activation, InvalidInputError, Linear, Max, Network, UnsupportedModelError
from hinges.interop import _caps
from hinges.interop._graph import Graph
from hinges.interop._graph_values import Symbol

RNG = np.random.default_rng(5)


def whole(*shape):
    """Small whole numbers, with which float64 is exact."""
    return RNG.integers(-4, 5, shape).astype(float)


def computed(graph, symbol, x, **options):
    """The network's output in the symbol's shape, for rows of inputs."""
    network = graph.finish(symbol, **options)
    return network(x.reshape(len(x), -1)).reshape(len(x), *symbol.shape)


def sizes_of(network):
    return [(type(node).__name__, node.name, node.units) for node in network.nodes]


def padded(x, pads, value):
    return np.pad(x, [(0, 0), (0, 0), *pads], constant_values=value)


def windows_of(x, kernel, strides, dilations):
    """Every window of (rows, channels, *sizes): its place and its entries (rows, channels, *kernel)."""
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilations, strict=True)]
    counts = [(n - span) // s + 1 for n, span, s in zip(x.shape[2:], spans, strides, strict=True)]
    for place in itertools.product(*map(range, counts)):
        at = [slice(p * s, p * s + span, d) for p, s, span, d in zip(place, strides, spans, dilations, strict=True)]
        yield place, x[(slice(None), slice(None), *at)]


CASES = [
    # sizes, kernel, strides, pads, dilations, groups
    ((7,), (3,), (2,), [(1, 0)], (2,), 1),
    ((5, 6), (2, 3), (1, 2), [(0, 1), (2, 0)], (2, 1), 2),
    ((3, 4, 3), (2, 2, 1), (1, 1, 2), [(0, 0), (1, 1), (0, 0)], (1, 2, 1), 1),
]


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize(("sizes", "kernel", "strides", "pads", "dilations", "groups"), CASES)
def test_a_convolution_is_the_sum_over_its_windows(sizes, kernel, strides, pads, dilations, groups, channels_last):
    channels, out = 2, 4
    weight, bias, x = whole(out, channels // groups, *kernel), whole(out), whole(3, channels, *sizes)
    expected = {}
    for place, window in windows_of(padded(x, pads, 0), kernel, strides, dilations):
        split = window.reshape(3, groups, -1)
        kernels = weight.reshape(groups, out // groups, -1)
        expected[place] = np.einsum("rgk,gok->rgo", split, kernels).reshape(3, out) + bias
    given = np.moveaxis(x, 1, -1) if channels_last else x
    graph = Graph(given.shape[1:])
    options = {"strides": strides, "pads": pads, "dilations": dilations, "groups": groups}
    result = graph.conv(graph.input, weight, bias, channels_last=channels_last, name="conv", **options)
    found = computed(graph, result, given)
    found = np.moveaxis(found, -1, 1) if channels_last else found
    assert len(expected) == np.prod(found.shape[2:])
    for place, value in expected.items():
        assert (found[(slice(None), slice(None), *place)] == value).all()


@pytest.mark.parametrize("channels_last", [False, True])
def test_pools_take_the_largest_and_the_mean(channels_last):
    x, pads = whole(3, 2, 5, 6) * 12, [(1, 0), (0, 1)]
    given = np.moveaxis(x, 1, -1) if channels_last else x
    results = {}
    for kind in ("max_pool", "average_pool", "counted"):
        graph = Graph(given.shape[1:])
        more = {"count_include_pad": True} if kind == "counted" else {}
        pool = getattr(graph, "max_pool" if kind == "max_pool" else "average_pool")
        result = pool(graph.input, (2, 3), strides=(2, 1), pads=pads, channels_last=channels_last, name="pool", **more)
        found = computed(graph, result, given)
        results[kind] = np.moveaxis(found, -1, 1) if channels_last else found
    inside = padded(np.ones_like(x), pads, 0)
    largest = dict(windows_of(padded(x, pads, -np.inf), (2, 3), (2, 1), (1, 1)))
    counts = dict(windows_of(inside, (2, 3), (2, 1), (1, 1)))
    for place, window in windows_of(padded(x, pads, 0), (2, 3), (2, 1), (1, 1)):
        at = (slice(None), slice(None), *place)
        assert (results["max_pool"][at] == largest[place].max(axis=(2, 3))).all()
        total = window.sum(axis=(2, 3))
        np.testing.assert_allclose(results["average_pool"][at], total / counts[place].sum(axis=(2, 3)), rtol=1e-15)
        np.testing.assert_allclose(results["counted"][at], total / 6, rtol=1e-15)


def test_a_last_window_over_the_end_needs_a_beginning_inside():
    graph = Graph((1, 5))
    assert graph.max_pool(graph.input, (2,), strides=2, ceil_mode=True, name="a").shape == (1, 3)
    assert graph.max_pool(graph.input, (2,), strides=2, name="b").shape == (1, 2)
    assert graph.max_pool(graph.input, (1,), strides=3, pads=[(0, 1)], ceil_mode=True, name="c").shape == (1, 2)
    mean = graph.average_pool(graph.input, (2,), strides=2, pads=[(1, 1)], ceil_mode=True, name="d")
    assert computed(graph, mean, np.array([[1.0, 2.0, 4.0, 8.0, 16.0]])).tolist() == [[[1.0, 3.0, 12.0]]]


def test_a_dense_layer_is_its_very_matrix():
    weight, bias = RNG.normal(size=(6, 3)), RNG.normal(size=3)
    graph = Graph((2, 3))
    flat = graph.input.with_index(graph.input.index.reshape(-1))
    network = graph.finish(graph.dense(flat, weight, bias, "dense"))
    assert network.weights[0].tobytes() == weight.tobytes()
    assert network.biases[0].tobytes() == bias.tobytes()
    turned = graph.input.with_index(graph.input.index.T.reshape(-1))
    network = graph.finish(graph.dense(turned, weight, bias, "turned"))
    assert network.weights[0].tobytes() == weight[[0, 2, 4, 1, 3, 5]].tobytes()
    assert len(network.nodes) == 1


def test_a_dense_layer_repeats_over_leading_axes_and_reads_parts_and_constants():
    graph, weight = Graph((3, 4)), whole(5, 2)
    constant = graph.constant(np.arange(3.0)[:, None])
    read = graph.concat([graph.input, constant], axis=1)
    x = whole(4, 3, 4)
    found = computed(graph, graph.dense(read, weight, [1.0, 2.0], "dense"), x)
    with_constant = np.concatenate([x, np.broadcast_to(np.arange(3.0)[:, None], (4, 3, 1))], axis=2)
    assert (found == with_constant @ weight + [1.0, 2.0]).all()
    row = read.with_index(read.index[1])
    assert (computed(graph, graph.dense(row, weight, None, "row"), x) == with_constant[:, 1] @ weight).all()


def test_shapes_make_no_node_and_orders_go_into_the_layer_before():
    graph = Graph((2, 3))
    x = graph.dense(graph.input, whole(3, 4), whole(4), "dense")
    x = x.with_index(x.index.T[::-1, :])
    x = graph.activation(x, "relu", "relu")
    x = x.with_index(np.repeat(x.index[1:], 2, axis=1))
    network = graph.finish(graph.dense(x.with_index(x.index.ravel()), whole(12, 1), None, "out"))
    assert sizes_of(network) == [("Linear", "dense", 8), ("Activation", "relu", 8), ("Linear", "out", 1)]
    assert network.notes == ()


def test_units_stand_in_the_order_of_the_tensor_that_the_activation_reads():
    graph = Graph((4, 4, 2))  # channels last
    weight, x = whole(3, 2, 3, 3), whole(5, 4, 4, 2)
    conv = graph.conv(graph.input, weight, pads=1, channels_last=True, name="conv")
    network = graph.finish(graph.activation(conv, "relu", "relu"))
    other = Graph((2, 4, 4))
    first = other.finish(other.conv(other.input, weight, pads=1, name="conv"))
    expected = np.maximum(first(np.moveaxis(x, -1, 1).reshape(5, -1)).reshape(5, 3, 4, 4), 0)
    assert (network(x.reshape(5, -1)).reshape(5, 4, 4, 3) == np.moveaxis(expected, 1, -1)).all()


def test_scalings_and_sums_go_into_the_layer_before_unless_it_is_read_twice():
    graph = Graph((2, 3, 3))
    conv = graph.conv(graph.input, whole(2, 2, 3, 3), whole(2), pads=1, name="conv")
    norm = graph.affine(conv, whole(2, 1, 1) / 2, whole(2, 1, 1), "norm")
    other = graph.conv(graph.input, whole(2, 2, 1, 1), name="other")
    both = graph.add([(norm, 1.0), (other, -1.0), (graph.input, 1.0)], "sum")
    network = graph.finish(graph.activation(both, "relu", "relu"))
    assert sizes_of(network) == [("Linear", "sum", 18), ("Activation", "relu", 18)]
    assert network.nodes[0].sources == (0, 0, 0)
    assert len(network.notes) == 1
    assert "norm is folded into sum" in network.notes[0]


def test_a_layer_that_is_read_twice_keeps_its_node():
    graph = Graph((2, 3, 3))
    conv = graph.conv(graph.input, whole(2, 2, 3, 3), whole(2), pads=1, name="conv")
    norm = graph.affine(conv, whole(2, 1, 1) / 2, whole(2, 1, 1), "norm")
    kept = graph.finish(graph.add([(norm, 1.0), (conv, 1.0)], "twice"))
    assert [node.name for node in kept.nodes] == ["conv", "twice"]
    assert kept.nodes[1].sources == (1, 1)


@pytest.mark.parametrize("which", ["conv", "norm", "sum"])
def test_the_fold_computes_the_same(which):
    graph, x = Graph((2, 3, 3)), whole(6, 2, 3, 3)
    weight, scale, shift = np.ones((2, 2, 1, 1)), np.array([[[2.0]], [[3.0]]]), np.array([[[4.0]], [[-1.0]]])
    conv = graph.conv(graph.input, weight, name="conv")
    norm = graph.affine(conv, scale, shift, "norm")
    total = graph.add([(norm, -1.0), (graph.input, 1.0)], "sum")
    plain = np.broadcast_to(x.sum(axis=1, keepdims=True), x.shape)
    expected = {"conv": plain, "norm": plain * scale + shift, "sum": x - plain * scale - shift}[which]
    assert (computed(graph, {"conv": conv, "norm": norm, "sum": total}[which], x) == expected).all()


def test_what_nothing_reads_is_dropped():
    graph = Graph((3,))
    x = graph.dense(graph.input, whole(3, 4), None, "used")
    graph.activation(graph.dense(x, whole(4, 9), None, "unused"), "relu", "dead end")
    assert sizes_of(graph.finish(x)) == [("Linear", "used", 4)]


ACTIVATIONS = {
    "abs": (lambda g, x: g.activation(x, "abs", "a"), np.abs),
    "prelu": (
        lambda g, x: g.activation(x, "leaky_relu", "a", slope=[[0.5], [2.0]]),
        lambda x: np.where(x > 0, x, x * [[0.5], [2.0]]),
    ),
    "clip": (lambda g, x: g.activation(x, "clip", "a", low=-1, high=2), lambda x: np.clip(x, -1, 2)),
    "from below": (lambda g, x: g.activation(x, "clip", "a", low=-1, high=np.inf), lambda x: np.maximum(x, -1)),
    "from above": (lambda g, x: g.activation(x, "clip", "a", low=-np.inf, high=2), lambda x: np.minimum(x, 2)),
    "open": (lambda g, x: g.activation(g.affine(x, 2, 0, "s"), "clip", "a", low=-np.inf, high=np.inf), lambda x: 2 * x),
    "hard sigmoid": (lambda g, x: g.hard_sigmoid(x, "a", alpha=0.25, beta=0.5), lambda x: np.clip(x / 4 + 0.5, 0, 1)),
    "threshold": (lambda g, x: g.threshold(x, 2.0, 2.0, "a"), lambda x: np.maximum(x, 2)),
    "maximum": (lambda g, x: g.maximum(x, [1.0, 0.0, -1.0], "a"), lambda x: np.maximum(x, [1, 0, -1])),
    "minimum": (lambda g, x: g.minimum(x, [1.0, 0.0, -1.0], "a"), lambda x: np.minimum(x, [1, 0, -1])),
    "of itself": (lambda g, x: g.maximum(x, x.with_index(x.index[::-1]), "a"), lambda x: np.maximum(x, x[:, ::-1])),
    "of another": (
        lambda g, x: g.minimum(x, g.affine(x, -1, 1, "b"), "a"),
        lambda x: np.minimum(x, 1 - x),
    ),
    "largest": (lambda g, x: g.max(x, [0], keepdims=True, name="a"), lambda x: x.max(axis=1, keepdims=True)),
    "sum": (lambda g, x: g.sum(x, [-1], name="a"), lambda x: x.sum(axis=2)),
    "mean": (lambda g, x: g.mean(x, [0], name="a"), lambda x: x.mean(axis=1)),
    "border": (
        lambda g, x: g.affine(g.pad(x, [(1, 0), (-1, 2)], value=0.5, name="p"), 2, 0, "a"),
        lambda x: 2 * np.pad(x[:, :, 1:], [(0, 0), (1, 0), (0, 2)], constant_values=0.5),
    ),
    "reflected": (
        lambda g, x: g.affine(g.pad(x, [(0, 1), (2, 0)], mode="reflect", name="p"), 2, 0, "a"),
        lambda x: 2 * np.pad(x, [(0, 0), (0, 1), (2, 0)], mode="reflect"),
    ),
    "with a constant": (
        lambda g, x: g.max_pool(g.concat([x, g.constant(np.full((1, 3), 0.5))], 0), (2,), name="a"),
        lambda x: np.stack([
            np.concatenate([row, np.full((1, 3), 0.5)])[:, i : i + 2].max(axis=1) for row in x for i in (0, 1)
        ]).reshape(len(x), 2, 3).swapaxes(1, 2),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_operators_compute_what_numpy_does(name):
    build, expected = ACTIVATIONS[name]
    graph, x = Graph((2, 3)), whole(8, 2, 3)
    assert (computed(graph, build(graph, graph.input), x) == expected(x)).all()


def ending(kind):
    graph = Graph((3,))
    x = graph.dense(graph.input, whole(3, 2), None, "dense")
    return graph, graph.softmax(x, "end") if kind == "softmax" else graph.activation(x, kind, "end")


def test_the_end_is_left_out_with_a_note_where_it_is_smooth():
    sentence = "at the end is left out: the network gives what goes into it"
    for kind in ("sigmoid", "softmax"):
        graph, end = ending(kind)
        network = graph.finish(end.with_index(end.index[::-1]), ["said before"])
        assert [type(node) for node in network.nodes] == [Linear]
        assert network.notes == ("said before", f"end ({kind}) {sentence}")
    for kind in ("sigmoid", "softmax"):
        graph, end = ending(kind)
        assert graph.finish(end).notes == (f"end ({kind}) {sentence}",)
    graph, end = ending("sigmoid")
    assert graph.finish(end, own=True).layers == ("end",)
    graph, end = ending("softmax")
    for use in (lambda: graph.activation(end, "relu", "r"), lambda: graph.add([(end, 1.0)], "a")):
        with pytest.raises(UnsupportedModelError, match=r"end \(softmax\) stands inside the network"):
            use()


def test_names_are_each_given_once():
    graph = Graph((2,))
    x = graph.input
    for _ in range(3):
        x = graph.activation(graph.dense(x, whole(2, 2), None, "shared"), "relu", "relu")
    names = [node.name for node in graph.finish(x).nodes]
    assert len(set(names)) == 6
    assert names[:2] == ["shared", "relu"]


def conv_of(**changes):
    options = {"weight": whole(2, 2, 3, 3), "strides": 1, "pads": 0, "dilations": 1, "groups": 1} | changes
    graph = Graph((2, 4, 4))
    return lambda: graph.conv(graph.input, options.pop("weight"), name="conv", **options)


def dense_of(weight, bias=None):
    graph = Graph((2,))
    graph.dense(graph.input, weight, bias, "dense")


def joined():
    graph = Graph((2,))
    graph.add([(graph.input, 1.0), (graph.constant([1.0, 2.0, 3.0]), 1.0)], "both")


def threshold():
    graph = Graph((2,))
    graph.threshold(graph.input, 1.0, 0.0, "t")


def nothing_but_padding():
    graph = Graph((1, 2))
    graph.max_pool(graph.input, (1,), pads=2, name="pool")


def again_and_again():
    graph, weight = Graph((100,), room=25_000), whole(100, 100)
    x = graph.input
    for _ in range(3):
        x = graph.dense(x, weight, None, "dense")


def too_many_nodes():
    graph = Graph((1,))
    x = graph.input
    for _ in range(_caps.MOST_NODES + 1):
        x = graph.activation(x, "relu", "relu")


WRONG = [
    (lambda: Graph((0, 2)), InvalidInputError, "the input has the shape (0, 2): every size must be at least 1"),
    (lambda: Graph((2**12, 2**12)), UnsupportedModelError, "the input has 16777216 numbers"),
    (conv_of(weight=whole(2, 3, 3, 3)), InvalidInputError, "conv has weights of shape (2, 3, 3, 3) in 1 groups for 2"),
    (conv_of(weight=whole(2, 2, 3)), InvalidInputError, "conv has weights of shape (2, 2, 3) for an input of shape"),
    (conv_of(groups=3), InvalidInputError, "conv has weights of shape (2, 2, 3, 3) in 3 groups for 2 channels"),
    (conv_of(dilations=2), InvalidInputError, "conv has windows of 5 entries where 4 are there"),
    (conv_of(strides=0), InvalidInputError, "conv has a kernel, stride or dilation below 1 or a pad below 0"),
    (conv_of(strides=(1, 1, 1)), InvalidInputError, "conv needs a stride, a pad and a dilation for each of its 2 axes"),
    (conv_of(weight=np.full((2, 2, 3, 3), np.nan)), InvalidInputError, "the weights of conv[0][0][0][0] is nan"),
    (lambda: dense_of(whole(3, 2)), InvalidInputError, "dense reads 3 numbers where 2 come in"),
    (lambda: dense_of(whole(2)), UnsupportedModelError, "dense has weights of shape (2,), not (inputs, units)"),
    (lambda: dense_of(whole(2, 4), whole(3)), InvalidInputError, "dense has a bias of shape (3,) for 4 units"),
    (joined, InvalidInputError, "both cannot put shapes (2,), (3,), () together"),
    (lambda: Graph((2,)).finish(Graph((2,)).input), UnsupportedModelError, "it holds no layer"),
    (threshold, UnsupportedModelError, "t jumps from 0 to 1 at its threshold"),
    (nothing_but_padding, InvalidInputError, "pool has a window that holds nothing but padding"),
    (again_and_again, InvalidInputError, "dense uses the same weights over and over"),
    (too_many_nodes, InvalidInputError, "it holds more than 10000 nodes"),
]


@pytest.mark.parametrize(("build", "kind", "sentence"), WRONG, ids=[sentence for *_, sentence in WRONG])
def test_what_does_not_fit_is_named(build, kind, sentence):
    with pytest.raises(kind) as caught:
        build()
    assert sentence in str(caught.value)


def test_a_network_of_the_builder_is_as_any_other():
    graph = Graph((4,))
    x = graph.activation(graph.dense(graph.input, whole(4, 6), None, "a"), "relu", "relu")
    network = graph.finish(graph.max(x.with_index(x.index.reshape(2, 3)), [1], name="pool"))
    assert isinstance(network, Network)
    assert [type(node) for node in network.nodes] == [Linear, Activation, Max]
    assert isinstance(graph.input, Symbol)
