"""Networks as .onnx: what is written runs in onnxruntime, and what others write is read."""

from itertools import pairwise

import numpy as np
import pytest

from hinges import Activation, InvalidInputError, Linear, Max, MissingExtraError, Network, UnsupportedModelError
from hinges.interop import load, rounding, save
from hinges.interop._graph import Graph

pytestmark = pytest.mark.needs("onnx", "onnxruntime")

KINDS = ("linear", "relu", "leaky_relu", "tanh", "sigmoid", "softplus")
FLOAT, DOUBLE, HALF, INT64 = 1, 11, 10, 7
RNG = np.random.default_rng(7)
W0, W1 = RNG.normal(size=(3, 4)), RNG.normal(size=(4, 2))
B0, B1 = RNG.normal(size=4), RNG.normal(size=2)


def random_network(seed, widths, kinds, **options):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=pair) for pair in pairwise(widths)]
    return Network.dense(weights, [rng.normal(size=width) for width in widths[1:]], kinds, **options)


def computed(path, x):
    """What onnxruntime says."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (value,) = session.get_inputs()
    return np.asarray(session.run(None, {value.name: x})[0])


@pytest.mark.parametrize("slope", [0.25, 0.3, -1.7])  # only the first is a float32
@pytest.mark.parametrize("kind", KINDS)
def test_onnxruntime_computes_the_same(kind, slope, tmp_path):
    import onnx

    network = random_network(1, (3, 17, 9, 2), [kind, kind, "linear"], negative_slope=slope)
    path = save(network, tmp_path / "net.onnx")
    onnx.checker.check_model(str(path), full_check=True)
    x = np.random.default_rng(2).normal(size=(200, 3)) * 3
    expected = network(x)
    assert np.abs(computed(path, x) - expected).max() <= 1e-14 * np.abs(expected).max()


@pytest.mark.parametrize("slope", [0.25, 0.3, -1.7])
def test_what_is_saved_is_loaded(slope, tmp_path):
    network = random_network(3, (1, 5, 4, 4, 4, 4, 2), KINDS[1:], negative_slope=slope, notes=["é", "two\nlines"])
    network = network.with_parameter(next(iter(network.parameters())), -0.0)
    again = load(save(network, tmp_path / "net.onnx"))
    assert [w.tobytes() for w in again.weights] == [w.tobytes() for w in network.weights]
    assert [b.tobytes() for b in again.biases] == [b.tobytes() for b in network.biases]
    assert [node.slope for node in again.nodes if isinstance(node, Activation) and node.kind == "leaky_relu"] == [slope]
    assert (again.activations, again.layers, again.notes) == (network.activations, network.layers, network.notes)
    assert [node.name for node in again.nodes] == [node.name for node in network.nodes]
    assert save(again, tmp_path / "again.onnx").read_bytes() == (tmp_path / "net.onnx").read_bytes()


def test_linear_layers_keep_their_address(tmp_path):
    network = random_network(4, (2, 3, 3, 1), ["linear", "relu", "linear"])
    assert load(save(network, tmp_path / "net.onnx")).layers == ("linear_0", "relu_1")


def convolutional():
    """A residual network with two convolutions, MaxPool, a slope a channel, a clip and means, built by hand."""
    rng = np.random.default_rng(8)
    graph = Graph((2, 6, 5))
    first = graph.conv(graph.input, rng.normal(size=(3, 2, 3, 3)), rng.normal(size=3), pads=1, name="first")
    act = graph.activation(first, "relu", "act")
    second = graph.conv(act, rng.normal(size=(3, 3, 3, 3)), rng.normal(size=3), pads=1, name="second")
    both = graph.add([(second, 1.0), (act, -1.0)], "residual")
    x = graph.activation(both, "leaky_relu", "slopes", slope=rng.normal(size=(3, 1, 1)))
    x = graph.average_pool(graph.max_pool(x, (2, 2), strides=2, pads=1, name="pool"), (2, 2), name="means")
    x = graph.dense(x.with_index(x.index.ravel()), rng.normal(size=(x.index.size, 7)) / 8, rng.normal(size=7), "dense")
    x = graph.activation(x, "clip", "clip", low=-0.3, high=0.9)
    return graph.finish(graph.dense(x, rng.normal(size=(7, 2)), None, "out"))


def full(matrix):
    return matrix.toarray() if hasattr(matrix, "tocsr") else matrix


def test_convolution_pooling_and_residuals_come_back_to_the_last_bit(tmp_path):
    network = convolutional()
    path = save(network, tmp_path / "net.onnx")
    again = load(path)
    assert [(type(node), node.name, node.sources) for node in again.nodes] == [
        (type(node), node.name, node.sources) for node in network.nodes
    ]
    for node, other in zip(network.nodes, again.nodes, strict=True):
        if isinstance(node, Linear):
            assert isinstance(other, Linear)
            assert node.bias.tobytes() == other.bias.tobytes()
            for matrix, kept in zip(node.matrices, other.matrices, strict=True):
                assert full(matrix).tobytes() == full(kept).tobytes()
                assert hasattr(matrix, "tocsr") == hasattr(kept, "tocsr")
        elif isinstance(node, Max):
            assert isinstance(other, Max)
            assert node.groups.tolist() == other.groups.tolist()
        else:
            assert isinstance(other, Activation)
            assert (np.asarray(node.slope).tolist(), node.low) == (np.asarray(other.slope).tolist(), other.low)
    x = np.random.default_rng(9).normal(size=(40, network.inputs))
    expected = network(x)
    assert np.abs(computed(path, x) - expected).max() <= 3e-14 * np.abs(expected).max()
    assert save(again, tmp_path / "again.onnx").read_bytes() == path.read_bytes()


def test_float32_on_request_says_what_it_costs(tmp_path):
    network = convolutional()
    path = save(network, tmp_path / "net.onnx", dtype="float32")
    again = load(path)
    cost = rounding(network)
    assert again.notes == (*network.notes, str(cost))
    assert 0 < cost.output <= 2e-6 * cost.scale
    assert 2.0**-26 < cost.weight <= 2.0**-24
    x = np.random.default_rng(9).uniform(-1, 1, size=(40, network.inputs))
    assert 0 < np.abs(again(x) - network(x)).max() <= 2e-6 * cost.scale
    assert rounding(network, x[:3]).rows == 3
    assert np.abs(computed(path, x.astype(np.float32)) - network(x)).max() <= 2e-6 * cost.scale
    assert save(again, tmp_path / "again.onnx", dtype="float32")  # every number is a float32 already
    assert rounding(again).output == 0
    with pytest.raises(InvalidInputError, match="which is too large for float32"):
        save(Network.dense([[[1e300]]], [[0.0]]), path, dtype="float32")
    with pytest.raises(InvalidInputError, match=r"dtype = 'float32' is for \.onnx files"):
        save(network, tmp_path / "net.npz", dtype="float32")


@pytest.mark.parametrize("kind", ["clip", "elu", "selu", "gelu", "gelu_tanh", "silu", "softsign"])
def test_activations_from_elsewhere_are_written(kind, tmp_path):
    act = Activation(1, kind, 4, "act", 0.25, low=-0.5, high=0.75)
    network = Network((Linear((0,), (W0,), B0, "in"), act, Linear((2,), (W1,), B1, "out")), 3)
    path = save(network, tmp_path / "net.onnx")
    again = load(path)
    assert [(node.name, node.units) for node in again.nodes] == [("in", 4), ("act", 4), ("out", 2)]
    x = np.random.default_rng(2).normal(size=(50, 3))
    assert again(x).tolist() == network(x).tolist()
    path = save(network, tmp_path / "net.onnx", dtype="float32")
    assert np.abs(computed(path, x.astype(np.float32)) - network(x)).max() <= 2e-6 * np.abs(network(x)).max()


def test_a_slope_that_onnx_cannot_hold_is_not_written(tmp_path):
    network = Network((Linear((0,), (np.eye(2),), np.zeros(2), "in"), Activation(1, "elu", 2, "act", 0.3)), 2)
    with pytest.raises(UnsupportedModelError, match="act is an elu whose slope ONNX cannot hold"):
        save(network, tmp_path / "net.onnx")
    assert list(tmp_path.iterdir()) == []


def test_writing_names_the_extra(tmp_path, monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    network = random_network(6, (1, 2, 1), "relu")
    path = save(network, tmp_path / "net.onnx")
    monkeypatch.setattr("hinges._extras.importlib.import_module", absent)
    with pytest.raises(MissingExtraError, match=r'type: pip install "hinges\[onnx\]"'):
        save(network, tmp_path / "other.onnx")
    assert load(path)([0.5]) == network([0.5])  # reading needs no extra


# --- what others write ----------------------------------------------------------------------------------


def node(op, inputs, output, **attributes):
    from onnx import helper

    return helper.make_node(op, inputs, [output], name=f"{op} of {output}", **attributes)


def constant(name, array, kind=DOUBLE, *, raw=False):
    from onnx import helper

    layout = {FLOAT: "<f4", DOUBLE: "<f8", HALF: "<f2", INT64: "<i8"}[kind]
    array = np.asarray(array).astype(layout)
    return helper.make_tensor(name, kind, array.shape, array.tobytes() if raw else array.ravel().tolist(), raw=raw)


def written(path, nodes, constants, shape=("n", 3), kind=DOUBLE, output=("n", None)):
    from onnx import helper

    inputs = [helper.make_tensor_value_info("x", kind, shape)]
    outputs = [helper.make_tensor_value_info("y", kind, output)]
    graph = helper.make_graph(nodes, "graph", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize("kind", [DOUBLE, FLOAT])
def test_the_spellings_of_a_dense_layer_are_read(kind, raw, tmp_path):
    from onnx import helper

    fixed = helper.make_node("Constant", [], ["W1"], value=constant("", W1, kind, raw=raw))
    nodes = [
        node("Flatten", ["x"], "flat"),
        node("MatMul", ["flat", "W0"], "h"),
        node("Identity", ["h"], "i"),
        node("Add", ["b0", "i"], "z"),
        node("LeakyRelu", ["z"], "a", alpha=0.1),
        fixed,
        node("Identity", ["b1"], "alias"),
        node("Gemm", ["a", "W1", "alias"], "y"),
    ]
    constants = [constant("W0", W0, kind, raw=raw), constant("b0", B0, kind, raw=raw)]
    constants += [constant("b1", [B1], kind, raw=raw)]  # shape (1, 2)
    path = written(tmp_path / "net.onnx", nodes, constants, ("n", 1, 3), kind)
    network = load(path, input_shape=(1, 3))
    narrow = np.float32 if kind == FLOAT else np.float64
    assert network.weights[0].tolist() == W0.astype(narrow).tolist()
    assert network.biases[1].tolist() == B1.astype(narrow).tolist()
    assert isinstance(network.nodes[1], Activation)
    assert network.nodes[1].slope == float(np.float32(0.1))
    assert network.activations == ("leaky_relu", "linear")
    x = RNG.normal(size=(50, 3)).astype(narrow)
    expected = computed(path, x.reshape(50, 1, 3))
    assert np.abs(network(x) - expected).max() <= (2e-6 if kind == FLOAT else 1e-14) * np.abs(expected).max()


def test_float16_is_widened_exactly(tmp_path):
    constants = [constant("W", W0, HALF, raw=True)]
    path = written(tmp_path / "net.onnx", [node("MatMul", ["x", "W"], "y")], constants, kind=HALF)
    assert load(path).weights[0].tolist() == W0.astype(np.float16).tolist()


def test_factors_of_gemm_are_folded_and_noted(tmp_path):
    gemm = node("Gemm", ["x", "W", "b"], "y", transB=1, alpha=0.5, beta=3.0)
    path = written(tmp_path / "net.onnx", [gemm], [constant("W", W0.T), constant("b", 0.1)])
    network = load(path)
    assert network.weights[0].tolist() == (W0 / 2).tolist()
    assert network.biases[0].tolist() == [0.1 * 3] * 4
    notes = [f"{key} of 'Gemm of y' (Gemm) is multiplied into its weights" for key in ("alpha = 0.5", "beta = 3")]
    assert network.notes == tuple(f"{note}, rounded once" for note in notes)
    x = RNG.normal(size=(20, 3))
    np.testing.assert_allclose(computed(path, x), network(x), rtol=1e-14, atol=1e-14)


def test_a_leading_activation_needs_a_shape(tmp_path):
    nodes = [node("Relu", ["x"], "r"), node("MatMul", ["r", "W"], "y")]
    path = written(tmp_path / "net.onnx", nodes, [constant("W", W0)])
    assert load(path)([[-1.0, 2.0, -3.0]]).tolist() == [(2 * W0[1]).tolist()]
    path = written(tmp_path / "net.onnx", nodes, [constant("W", W0)], ("n", None))
    with pytest.raises(InvalidInputError, match="leaves the shape of its input 'x' open: give input_shape"):
        load(path)
    assert load(path, input_shape=(3,))([[-1.0, 2.0, -3.0]]).tolist() == [(2 * W0[1]).tolist()]


W, B = "W", "b"
REFUSED = {
    "'LSTM of y' (LSTM) is not a feed-forward layer: export the part of the model before or after it": [
        ("LSTM", ["x", W], "y")
    ],
    "'Sin of y' (Sin) is not read: export the part": [("Sin", ["x"], "y")],
    "'LayerNormalization of y' (LayerNormalization) divides by what it computes": [
        ("LayerNormalization", ["x", W], "y")
    ],
    "Softmax of h (softmax) stands inside the network, where it is not piecewise linear": [
        ("Softmax", ["x"], "h"),
        ("MatMul", ["h", W], "y"),
    ],
    "'Mul of y' (Mul) multiplies two computed tensors, which is not piecewise linear": [("Mul", ["x", "x"], "y")],
    "'MatMul of y' (MatMul) multiplies two computed tensors": [("MatMul", ["x", "x"], "y")],
    "'Div of y' (Div) divides by a computed tensor": [("Div", ["x", "x"], "y")],
    "'Sqrt of y' (Sqrt) of a computed tensor is not read": [("Sqrt", ["x"], "y")],
    "'Relu of y' (Relu) reads an error function that is no part of a GELU": [("Erf", ["x"], "e"), ("Relu", ["e"], "y")],
    "'Cast of y' (Cast) rounds to another type (number 7)": [("Cast", ["x"], "y", {"to": 7})],
    "'MatMul of y' (MatMul) reads the constant 'W' where a layer is expected": [("MatMul", [W, W], "y")],
    "'MatMul of y' (MatMul) has 1 inputs, and no input 1": [("MatMul", ["x"], "y")],
    "MatMul of y reads 3 numbers where 4 come in": [("MatMul", ["x", W], "h"), ("MatMul", ["h", W], "y")],
    "'Gemm of y' (Gemm) works along axis 0, which holds rows: export the model with a batch of 1": [
        ("Gemm", ["x", W], "y", {"transA": 1})
    ],
    "'Flatten of f' (Flatten) works along axis 0, which holds rows": [
        ("Flatten", ["x"], "f", {"axis": 0}),
        ("MatMul", ["f", W], "y"),
    ],
    "'ReduceMean of y' (ReduceMean) works along axis 0": [("ReduceMean", ["x"], "y")],
    "'Add of y' (Add) gives shape (3, 4) for one row, which does not keep rows apart": [
        ("MatMul", ["x", W], "h"),
        ("Add", ["h", W], "y"),
    ],
    "PRelu of y has slopes of shape (3, 4) for (1, 4)": [("MatMul", ["x", W], "h"), ("PRelu", ["h", W], "y")],
    "ThresholdedRelu of y jumps from 0 to 1 at its threshold": [("ThresholdedRelu", ["x"], "y")],
    "'BatchNormalization of y' (BatchNormalization) is in training mode": [
        ("BatchNormalization", ["x", B, B, B, B], "y", {"training_mode": 1})
    ],
    "'Conv of y' (Conv) reads a tensor of shape (1, 3), not one of (rows, channels, sizes)": [("Conv", ["x", W], "y")],
    "'Gather of y' (Gather) works along axis 0": [("Gather", ["x", "index"], "y")],
    "'Split of y' (Split) splits 3 entries into [2, 2]": [("Split", ["x"], "y", {"axis": 1, "split": [2, 2]})],
    "'Reshape of y' (Reshape) gives shape (3, 1) for one row": [("Reshape", ["x", "sizes"], "y")],
    "its output 'y' is what no node gives": [("MatMul", ["x", W], "z")],
    "it holds no layer": [("Identity", ["x"], "y")],
}  # fmt: skip


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_is_no_dense_network_is_refused_by_name(sentence, tmp_path):
    nodes = [node(*each[:3], **(each[3] if len(each) > 3 else {})) for each in REFUSED[sentence]]
    constants = [constant("W", W0), constant("b", B0), constant("index", [0, 2], INT64)]
    constants += [constant("sizes", [3, 1], INT64)]
    path = written(tmp_path / "net.onnx", nodes, constants)
    with pytest.raises((UnsupportedModelError, InvalidInputError)) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: {sentence}")


def test_inputs_and_domains_are_checked(tmp_path):
    from onnx import helper

    matmul, weights = node("MatMul", ["x", "W"], "y"), [constant("W", W0)]
    gemm = node("Gemm", ["x", "W"], "y")
    with pytest.raises(UnsupportedModelError, match="reads a tensor of 3 dimensions: put a Flatten before it"):
        load(written(tmp_path / "net.onnx", [gemm], weights, ("n", 2, 3)))
    with pytest.raises(InvalidInputError, match=r"input_shape \(4, 5\) does not fit: one input .* \(3\)"):
        load(written(tmp_path / "net.onnx", [matmul], weights), input_shape=(4, 5))
    with pytest.raises(InvalidInputError, match="reads 3 numbers where 5 come in"):
        load(written(tmp_path / "net.onnx", [matmul], weights, ("n", 5)))
    foreign = helper.make_node("Relu", ["x"], ["y"], domain="com.example")
    with pytest.raises(UnsupportedModelError, match=r"'node 0' .* is an operator of 'com.example'"):
        load(written(tmp_path / "net.onnx", [foreign], []))
    with pytest.raises(UnsupportedModelError, match="it has 0 inputs and 1 outputs"):
        load(written(tmp_path / "net.onnx", [matmul], [*weights, constant("x", W0)]))
