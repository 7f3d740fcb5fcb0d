"""Networks as .npz: NumPy can read the arrays, equal networks give equal files, and wrong ones are named."""

import json

import numpy as np
import pytest

from hinges import InvalidInputError, Linear, Network, UnsupportedModelError
from hinges.interop import load, save

NETWORK = Network.dense([[[1.0, 2.0]], [[-2.0], [1.0]]], [[-1.0, -4.0], [0.25]], notes=["by hand"])


def test_numpy_reads_the_arrays(tmp_path):
    with np.load(save(NETWORK, tmp_path / "net.npz"), allow_pickle=False) as file:
        document = json.loads(str(file["document"]))
        assert (document["format"], document["version"], document["notes"]) == ("hinges-network", 1, ["by hand"])
        assert file[document["nodes"][0]["matrices"][0]].tolist() == [[1.0, 2.0]]
        assert file["nodes[2].bias"].tolist() == [0.25]


def test_equal_networks_give_equal_files(tmp_path):
    first, second = save(NETWORK, tmp_path / "a.npz"), save(load(tmp_path / "a.npz"), tmp_path / "b.npz")
    assert first.read_bytes() == second.read_bytes()


def test_numbers_of_other_types_are_widened_exactly(tmp_path):
    arrays = dict(np.load(save(NETWORK, tmp_path / "net.npz")))
    arrays["nodes[0].bias"] = np.array([0.1, -4.0], np.float32)
    arrays["nodes[2].bias"] = np.array([7], np.int8)
    np.savez_compressed(tmp_path / "narrow.npz", **arrays)
    assert load(tmp_path / "narrow.npz").biases[0].tolist() == [float(np.float32(0.1)), -4.0]
    assert load(tmp_path / "narrow.npz").biases[1].tolist() == [7.0]


def test_sparse_matrices_are_written_in_full(tmp_path):
    class Sparse:
        """Just what a SciPy matrix shows to the writer."""

        def __init__(self, shape):
            self.shape = shape

        def tocsr(self):
            return self

        def toarray(self):
            return np.arange(6.0).reshape(self.shape)

    network = Network((Linear((0,), (Sparse((3, 2)),), np.zeros(2), "sparse"),), 3)
    assert load(save(network, tmp_path / "net.npz")).weights[0].tolist() == [[0, 1], [2, 3], [4, 5]]
    vast = Network((Linear((0,), (Sparse((2**30, 2)),), np.zeros(2), "vast"),), 2**30)
    with pytest.raises(UnsupportedModelError, match=r"vast has a sparse matrix of shape .* too large to write in full"):
        save(vast, tmp_path / "net.npz")


def changed(tmp_path, **changes):
    """A file in which arrays are replaced, or left out where None is given."""
    arrays = dict(np.load(save(NETWORK, tmp_path / "net.npz")))
    arrays |= {name.replace("_0__", "[0]."): value for name, value in changes.items()}
    np.savez(tmp_path / "changed.npz", **{name: array for name, array in arrays.items() if array is not None})
    return tmp_path / "changed.npz"


def document(**changes):
    text = {"format": "hinges-network", "version": 1, "inputs": 1, "notes": [], "nodes": []}
    return np.array(json.dumps(text | changes))


LINEAR = {"kind": "linear", "name": "a", "sources": [0], "matrices": ["w"], "bias": "w"}
CASES = [
    ({"document": None}, "it has no array 'document' of text"),
    ({"document": np.array([1.0])}, "it has no array 'document' of text"),
    ({"document": np.array("{")}, "line 1, column 2"),
    ({"document": document(version=9)}, "version is 9; this hinges reads version 1"),
    ({"document": document(nodes=[LINEAR])}, "nodes[0].matrices[0] names the array 'w', which is not there"),
    ({"document": document(nodes=[LINEAR]), "w": np.ones((1, 1))}, "nodes[0].bias names the array 'w', which is not"),
    ({"document": document(nodes=[LINEAR | {"bias": [1.0]}]), "w": np.ones((1, 1))}, "nodes[0].bias must be a string"),
    ({"nodes_0__bias": np.array([1.0, np.nan])}, "nodes[0].bias[1] is nan: every entry must be a finite number"),
    ({"nodes_0__bias": np.array([[1.0, 2.0]])}, "nodes[0].bias must have 1 dimension, not shape (1, 2)"),
    ({"nodes_0__bias": np.array(["x", "y"])}, "'nodes[0].bias' holds <U1, not numbers"),
    ({"nodes_0__bias": np.array([1j, 2.0])}, "'nodes[0].bias' holds complex128, not numbers"),
    ({"nodes_0__bias": None}, "nodes[0].bias names the array 'nodes[0].bias', which is not there"),
]


@pytest.mark.parametrize(("changes", "sentence"), CASES, ids=[sentence for _, sentence in CASES])
def test_wrong_arrays_are_named(changes, sentence, tmp_path):
    path = changed(tmp_path, **changes)
    with pytest.raises(InvalidInputError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert sentence in str(caught.value)
