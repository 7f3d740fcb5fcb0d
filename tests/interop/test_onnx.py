"""Networks as .onnx: what is written runs in onnxruntime, and what others write is read."""

from itertools import pairwise

import numpy as np
import pytest

from hinges import Activation, InvalidInputError, Linear, Max, MissingExtraError, Network, UnsupportedModelError
from hinges.interop import load, save

pytestmark = pytest.mark.needs("onnx", "onnxruntime")

KINDS = ("linear", "relu", "leaky_relu", "tanh", "sigmoid", "softplus")
FLOAT, DOUBLE, HALF, INT64 = 1, 11, 10, 7


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


def test_what_is_no_chain_is_not_written(tmp_path):
    path = tmp_path / "net.onnx"
    save(random_network(5, (1, 2, 1), "relu"), path)
    before = path.read_bytes()
    pooled = Network((Linear((0,), (np.eye(2),), np.zeros(2), "a"), Max(1, np.array([[0, 1]]), 2, "pool")), 2)
    residual = Network((Activation(0, "relu", 2, "act"), Linear((0, 1), (np.eye(2), np.eye(2)), np.zeros(2), "sum")), 2)
    for network, name in ((pooled, "pool"), (residual, "sum")):
        with pytest.raises(UnsupportedModelError, match=f"{name} is no layer of a chain .* save the network as .npz"):
            save(network, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


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

RNG = np.random.default_rng(7)
W0, W1 = RNG.normal(size=(3, 4)), RNG.normal(size=(4, 2))
B0, B1 = RNG.normal(size=4), RNG.normal(size=2)


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
    with pytest.raises(UnsupportedModelError, match="comes before any layer, and the input's shape is not given"):
        load(path)


W, B = "W", "b"
REFUSED = {
    "'Conv of y' ('Conv') is no layer of a dense network: export the part of the model that is made of Add, ": [
        ("Conv", ["x", W], "y")
    ],
    "'Softmax of y' ('Softmax') is no layer": [("MatMul", ["x", W], "h"), ("Softmax", ["h"], "y")],
    "'Add of y' (Add) needs a constant as input 1; 'h' is none": [("MatMul", ["x", W], "h"), ("Add", ["h", "h"], "y")],
    "'Add of y' (Add) follows no MatMul whose bias it could be": [
        ("MatMul", ["x", W], "h"),
        ("Relu", ["h"], "r"),
        ("Add", ["r", B], "y"),
    ],
    "'Add of y' (Add) follows no MatMul": [("Gemm", ["x", W, B], "h"), ("Add", ["h", B], "y")],
    "'Relu of y' (Relu) reads 'x', which is used already, so it branches": [
        ("MatMul", ["x", W], "h"),
        ("Relu", ["x"], "y"),
    ],
    "'MatMul of y' (MatMul) reads the constant 'W' where a layer is expected": [("MatMul", [W, W], "y")],
    "'MatMul of y' (MatMul) has weights of shape (4,), not (inputs, units)": [("MatMul", ["x", B], "y")],
    "'MatMul of y' (MatMul) has 1 inputs, and no input 1": [("MatMul", ["x"], "y")],
    "'MatMul of y' (MatMul) reads 3 numbers where 4 come in": [("MatMul", ["x", W], "h"), ("MatMul", ["h", W], "y")],
    "'Gemm of y' (Gemm) adds numbers of shape (3, 4) to 4 units": [("Gemm", ["x", W, W], "y")],
    "'Gemm of y' (Gemm) transposes its input": [("Gemm", ["x", W], "y", {"transA": 1})],
    "'Flatten of f' (Flatten) does not keep rows apart": [
        ("Flatten", ["x"], "f", {"axis": 0}),
        ("MatMul", ["f", W], "y"),
    ],
    "'PRelu of y' (PRelu) has a slope for each unit; one for all is read": [
        ("MatMul", ["x", W], "h"),
        ("PRelu", ["h", B], "y"),
    ],
    "tensor 'index' has the element type 7: weights must be float16, float32 or float64": [
        ("MatMul", ["x", "index"], "y"),
    ],
    "its output 'y' is not what the last node gives": [("MatMul", ["x", W], "y"), ("Relu", ["y"], "z")],
    "it holds no layer": [("Identity", ["x"], "y")],
}  # fmt: skip


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_is_no_dense_network_is_refused_by_name(sentence, tmp_path):
    nodes = [node(*each[:3], **(each[3] if len(each) > 3 else {})) for each in REFUSED[sentence]]
    constants = [constant("W", W0), constant("b", B0), constant("index", np.ones((3, 4)), INT64)]
    path = written(tmp_path / "net.onnx", nodes, constants)
    with pytest.raises((UnsupportedModelError, InvalidInputError)) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: {sentence}")


def test_inputs_and_domains_are_checked(tmp_path):
    from onnx import helper

    matmul, weights = node("MatMul", ["x", "W"], "y"), [constant("W", W0)]
    with pytest.raises(UnsupportedModelError, match="reads an input of 3 dimensions: put a Flatten before it"):
        load(written(tmp_path / "net.onnx", [matmul], weights, ("n", 2, 3)))
    with pytest.raises(InvalidInputError, match="reads 3 numbers where 5 come in"):
        load(written(tmp_path / "net.onnx", [matmul], weights, ("n", 5)))
    foreign = helper.make_node("Relu", ["x"], ["y"], domain="com.example")
    with pytest.raises(UnsupportedModelError, match=r"'node 0' .* is an operator of 'com.example'"):
        load(written(tmp_path / "net.onnx", [foreign], []))
    with pytest.raises(UnsupportedModelError, match="it has 0 inputs and 1 outputs"):
        load(written(tmp_path / "net.onnx", [matmul], [*weights, constant("x", W0)]))
