"""load and save tell models apart by type and suffix, without importing a framework."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from hinges import InvalidInputError, Network
from hinges.interop import load, save

W = [(np.array([[1.0, -1.0]]), [0.0, 0.5]), (np.array([[1.0], [2.0]]), np.array([0.25]))]


def test_a_list_of_pairs_is_a_dense_network():
    network = load(W)
    assert network.activations == ("relu", "linear")
    assert network([2.0]).tolist() == [2.25]
    assert load(tuple(W), input_shape=(1,)).inputs == 1
    with pytest.raises(InvalidInputError, match=r"input_shape \(2,\) does not fit source: its network has 1 inputs"):
        load(W, input_shape=(2,))


@pytest.mark.parametrize("source", [3, None, {"a": 1}, [1.0, 2.0], np.eye(2)])
def test_what_is_no_model_is_refused(source):
    with pytest.raises(InvalidInputError, match=r"source must be the path of a .* file, a torch module, .*, not"):
        load(source)


def test_a_network_is_loaded_already():
    with pytest.raises(InvalidInputError, match="source is a Network already"):
        load(Network.dense([[[1.0]]], [[0.0]]))
    with pytest.raises(InvalidInputError, match="input_shape must be a sequence, not 3"):
        load(W, input_shape=3)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("module", ["torch.nn.modules.linear", "keras.src.models.model", "sklearn.neural_network"])
def test_a_model_is_told_by_the_bases_of_its_class(module, monkeypatch):
    """A user's own subclass counts; the reader of its framework gets it with the shape."""
    given = []
    found = Network.dense([[[1.0]]], [[0.0]])

    class Reader:
        """What stands for the module of readers."""

        @staticmethod
        def read(*arguments):
            given.append(arguments)
            return found

        from_module = from_model = from_estimator = read

    monkeypatch.setattr("hinges.interop._formats._module", lambda name: (given.append(name), Reader)[1])
    base = type("Base", (), {"__module__": module})
    model = type("Mine", (base,), {"__module__": "__main__"})()
    assert load(model, input_shape=(1,)) is found
    name, arguments = given
    assert name == module.partition(".")[0]
    assert arguments == ((model,) if name == "sklearn" else (model, (1,)))


@pytest.mark.parametrize(
    ("suffix", "sentence"),
    [
        (".pt", "pickles could run any program and are never loaded: give the model itself, or save it as .pt2 or"),
        (".pkl", "pickles could run any program"),
        (".h5", "load it in Keras and give the model, or save it as .keras"),
        (".txt", "networks are kept as .onnx, .keras, .pt2, .npz or .json"),
    ],
)
def test_other_suffixes_say_what_to_do(suffix, sentence, tmp_path):
    (tmp_path / f"net{suffix}").write_bytes(b"")
    with pytest.raises(InvalidInputError) as caught:
        load(tmp_path / f"net{suffix}")
    assert sentence in str(caught.value)


def test_reading_and_recognising_import_no_framework(tmp_path):
    path = save(load(W), tmp_path / "net.npz")
    script = """
import json, sys
import hinges
from hinges.interop import load
load(sys.argv[1])
for source in ([[1.0]], 3):
    try:
        load(source)
    except hinges.HingesError:
        pass
print(json.dumps(sorted({"torch", "keras", "sklearn", "onnx", "scipy", "numba"} & set(sys.modules))))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert json.loads(done.stdout) == []
