"""Networks as .json: bit-equal round trips, and one sentence with the place for everything that is wrong."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hinges import Activation, InvalidInputError, Linear, Max, Network
from hinges.interop import load, save

DENSE = Network.dense(
    [[[1.0, -0.0, 5e-324]], [[0.1], [1.7e308], [-3.0]]], [[0.1 + 0.2, 1e-310, 2.0], [1.0]], notes=["é \u2028 [["]
)
GRAPH = Network(
    (
        Linear((0,), (np.eye(2),), np.zeros(2), "first"),
        Activation(1, "leaky_relu", 2, "leaky", 0.1),
        Max(2, np.array([[0, 1], [1, 1], [0, 0]]), 2, "pool"),
        Linear((3, 0), (np.ones((3, 1)), np.full((2, 1), 1 / 3)), np.array([-0.25]), "sum"),
    ),
    2,
)


def bits(network):
    """Everything that a file must keep, arrays as bytes."""
    found = []
    for node in network.nodes:
        fields = dict(vars(node))
        for key, value in fields.items():
            many = value if isinstance(value, tuple) else (value,)
            fields[key] = [(v.shape, v.tobytes()) if isinstance(v, np.ndarray) else v for v in many]
        found.append((type(node).__name__, fields))
    return network.inputs, network.notes, found


@pytest.mark.parametrize("network", [DENSE, GRAPH], ids=["dense", "graph"])
@pytest.mark.parametrize("suffix", [".json", ".npz", ".JSON"])
def test_what_is_saved_is_loaded(network, suffix, tmp_path):
    path = save(network, tmp_path / f"net{suffix}")
    assert bits(load(path)) == bits(network)
    assert bits(load(str(path), input_shape=(network.inputs,))) == bits(network)


FINITE = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=50)
@given(arrays(np.float64, (2, 3), elements=FINITE), arrays(np.float64, 3, elements=FINITE), FINITE)
def test_every_float_reads_back_bit_equal(tmp_path_factory, weights, bias, slope):
    network = Network.dense([weights, np.ones((3, 1))], [bias, [0.0]], "leaky_relu", negative_slope=slope)
    for suffix in (".json", ".npz"):
        path = save(network, tmp_path_factory.mktemp("net") / f"net{suffix}")
        assert bits(load(path)) == bits(network)


def test_the_file_is_for_people(tmp_path):
    network = Network.dense([[[1.0, 2.0]], [[-2.0], [1.0]]], [[-1.0, -4.0], [0.0]])
    text = save(network, tmp_path / "net.json").read_text("ascii").splitlines()
    assert text[1:3] == [' "format": "hinges-network",', ' "version": 1,']
    assert '"matrices": [[[1.0, 2.0]]], "bias": [-1.0, -4.0]' in text[6]


# --- what is wrong is named with its place --------------------------------------------------------------


def document():
    return {
        "format": "hinges-network",
        "version": 1,
        "inputs": 1,
        "notes": [],
        "nodes": [
            {"kind": "linear", "name": "a", "sources": [0], "matrices": [[[1, 2]]], "bias": [0.5, 3]},
            {"kind": "activation", "name": "b", "source": 1, "function": "relu", "slope": 0, "units": 2},
            {"kind": "max", "name": "c", "source": 2, "source_units": 2, "groups": [[0, 1]]},
        ],
    }


def put(*path_and_value):
    *path, last, value = path_and_value

    def change(target):
        for step in path:
            target = target[step]
        target[last] = value

    return change


WRONG = [
    (put("format", "other"), '"format" must be "hinges-network"'),
    (put("version", 3), "version is 3; this hinges reads version 1 or 2"),
    (put("inputs", 0), "inputs must be at least 1, not 0"),
    (put("inputs", 1.0), "inputs must be a whole number, not 1.0"),
    (put("inputs", True), "inputs must be a whole number, not true"),
    (put("inputs", 2), "a reads 1 numbers where value 0 has 2"),
    (put("notes", "text"), "notes must be a list, not 'text'"),
    (put("notes", [1]), "notes[0] must be a string, not 1"),
    (put("nodes", {}), "nodes must be a list, not an object"),
    (put("nodes", []), "nodes is empty"),
    (put("nodes", 1, None), "nodes[1].kind must be one of 'linear', 'activation', 'max', not null"),
    (put("nodes", 1, "kind", "conv"), "nodes[1].kind must be one of 'linear', 'activation', 'max', not 'conv'"),
    (put("nodes", 1, "function", "cosine"), "b: kind must be one of 'linear', 'relu'"),
    (put("nodes", 1, "slope", float("nan")), "nodes[1].slope must be a finite number, not nan"),
    (put("nodes", 1, "source", 7), "b reads value 7, which is not computed before it"),
    (put("nodes", 0, "name", 3), "nodes[0].name must be a string, not 3"),
    (put("nodes", 0, "bias", 3), "nodes[0].bias must be a list, not 3"),
    (put("nodes", 0, "bias", 1, "x"), "nodes[0].bias[1] is 'x', not a number"),
    (put("nodes", 0, "bias", 1, None), "nodes[0].bias[1] is null, not a number"),
    (put("nodes", 0, "bias", 1, False), "nodes[0].bias[1] is false, not a number"),
    (put("nodes", 0, "bias", 1, float("nan")), "nodes[0].bias[1] is nan, not a finite number"),
    (put("nodes", 0, "bias", 0, float("-inf")), "nodes[0].bias[0] is -inf, not a finite number"),
    (put("nodes", 0, "bias", 0, 10**400), "nodes[0].bias[0] is an integer of 1329 bits, not a finite number"),
    (put("nodes", 0, "matrices", 0, 0, [1]), "a: matrices[0] gives 1 units, bias 2"),
    (put("nodes", 0, "matrices", 0, [[1, 2], [3]]), "nodes[0].matrices[0][1] has 1 entries where"),
    (put("nodes", 0, "matrices", 0, 3), "nodes[0].matrices[0] must be a list of lists, not 3"),
    (put("nodes", 0, "matrices", 0, [3]), "nodes[0].matrices[0][0] must be a list, not 3"),
    (put("nodes", 0, "sources", [0, 0]), "a: 2 sources need as many matrices"),
    (put("nodes", 0, "sources", [-1]), "nodes[0].sources[0] must be at least 0, not -1"),
    (put("nodes", 0, "surprise", 1), "nodes[0] has a key 'surprise', which has no meaning there"),
    (put("nodes", 2, "groups", 0, 1, 0.5), "nodes[2].groups[0][1] is 0.5, not the number of an entry"),
    (put("nodes", 2, "groups", 0, 1, 5), "c: groups point outside the 2 source entries"),
    (lambda d: d["nodes"][0].pop("bias"), "nodes[0].bias is missing"),
    (lambda d: d.pop("inputs"), "inputs is missing"),
    (lambda d: d["nodes"].extend([d["nodes"][2]] * 10_000), "nodes has 10003 entries; at most 10000 are read"),
]


def refusal(tmp_path, text):
    path = tmp_path / "net.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InvalidInputError) as caught:
        load(path)
    sentence = str(caught.value)
    assert sentence.startswith(f"{path}: ")
    assert "\n" not in sentence
    return sentence.removeprefix(f"{path}: ")


def test_the_document_that_the_cases_change_is_right(tmp_path):
    path = tmp_path / "net.json"
    path.write_text(json.dumps(document()))
    assert load(path)([3.0]) == pytest.approx([9.0], abs=0)


@pytest.mark.parametrize(("change", "sentence"), WRONG, ids=[sentence for _, sentence in WRONG])
def test_the_place_is_named(change, sentence, tmp_path):
    wrong = document()
    change(wrong)
    assert sentence in refusal(tmp_path, json.dumps(wrong))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1, column 1: Expecting value"),
        ("{", "line 1, column 2: Expecting property name"),
        ("[1, 2]", "this is not a network written by hinges"),
        ("null", "this is not a network written by hinges"),
        ('{"format": 1, "format": 2}', "the key 'format' stands twice in one object"),
        (b"\xff\xfe{", "byte 0 is not UTF-8 text"),
        ("[" * 100_000, "its lists are nested too deeply to be a network"),
        ('{"a":' * 100_000, "its lists are nested too deeply to be a network"),
        ("9" * 10_000, "it holds an integer of thousands of digits"),
        (json.dumps(document()).replace("0.5", "1e999"), "nodes[0].bias[0] is inf, not a finite number"),
        (json.dumps(document()).replace("0.5", "NaN"), "nodes[0].bias[0] is nan, not a finite number"),
        (json.dumps(document()) + "]", "Extra data"),
    ],
)
def test_text_that_is_no_network_is_refused(text, sentence, tmp_path):
    assert sentence in refusal(tmp_path, text)


def test_a_byte_order_mark_is_fine(tmp_path):
    path = tmp_path / "net.json"
    path.write_text(json.dumps(document()), "utf-8-sig")
    assert load(path).inputs == 1


# --- paths ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("net.txt", "net.txt has the suffix .txt: networks are kept as .onnx, .keras, .pt2, .npz or .json"),
        ("net", "net has no suffix to tell its format: use .onnx, .keras, .pt2, .npz or .json"),
        (".json", ".json has no suffix to tell its format: use .onnx, .keras, .pt2, .npz or .json"),
        ("folder.json", "folder.json is a folder: give the path of a .onnx, .keras, .pt2, .npz or .json file"),
    ],
)
def test_paths_that_name_no_format_are_refused(name, sentence, tmp_path):
    (tmp_path / "folder.json").mkdir()
    for call in (lambda: load(tmp_path / name), lambda: save(DENSE, tmp_path / name)):
        with pytest.raises(InvalidInputError) as caught:
            call()
        assert str(caught.value) == f"{tmp_path}/{sentence}"
    assert [path.name for path in tmp_path.iterdir()] == ["folder.json"]


def test_other_arguments_are_refused(tmp_path):
    for suffix in (".json", ".npz", ".onnx"):
        with pytest.raises(InvalidInputError, match="there is no file"):
            load(tmp_path / f"absent{suffix}")
    with pytest.raises(
        InvalidInputError, match=r"source must be the path of a \.onnx, .* or a list of \(W, b\), not list"
    ):
        load([1.0])  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidInputError, match="network must be a Network, not list"):
        save([1.0], tmp_path / "net.json")  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidInputError, match="null character"):
        load("a\0.json")
    with pytest.raises(InvalidInputError, match=r"cannot write .*: No such file"):
        save(DENSE, tmp_path / "absent" / "net.json")
    path = save(DENSE, tmp_path / "net.json")
    with pytest.raises(InvalidInputError, match=r"input_shape \(2, 3\) does not fit .*: its network has 1 inputs"):
        load(path, input_shape=(2, 3))
    with pytest.raises(InvalidInputError, match=r"input_shape\[0\] must be at least 1, not 0"):
        load(path, input_shape=(0,))


@pytest.mark.parametrize("suffix", [".json", ".npz"])
def test_a_failed_save_leaves_the_old_file(suffix, tmp_path, monkeypatch):
    path = save(DENSE, tmp_path / f"net{suffix}")
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(InvalidInputError, match=r"cannot write .*: No space left on device"):
        save(GRAPH, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_not_followed(tmp_path):
    save(Network.dense([[[1.0]]], [[0.0]]), tmp_path / "net.json")
    (tmp_path / "link.json").symlink_to("net.json")
    with pytest.raises(InvalidInputError, match="is a symbolic link, which is not followed"):
        load(tmp_path / "link.json")
