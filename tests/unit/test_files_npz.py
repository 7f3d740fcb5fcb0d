"""Networks as .npz: NumPy can read the arrays, equal networks give equal files, and wrong ones are named."""

import json

import numpy as np
import pytest
from scipy import sparse

from hinges import Activation, InvalidInputError, Linear, Network
from hinges.interop import load, save

MATRIX = sparse.csc_array(np.array([[0.0, 1.5, 0.0], [-2.0, 0.0, 1e-300]]))
MIXED = Network(
    (
        Linear((0,), (MATRIX,), np.zeros(3), "sparse"),
        Activation(1, "leaky_relu", 3, "prelu", np.array([0.1, -0.2, 0.3])),
        Activation(2, "clip", 3, "clip", low=-0.25, high=1e-300),
        Activation(3, "gelu_tanh", 3, "gelu"),
    ),
    2,
)
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


def test_sparse_matrices_slopes_and_bounds_are_kept(tmp_path):
    for suffix in (".npz", ".json"):
        path = save(MIXED, tmp_path / f"net{suffix}")
        again = load(path)
        linear, leaky, clip, gelu = again.nodes
        assert isinstance(linear, Linear)
        assert isinstance(leaky, Activation)
        assert isinstance(clip, Activation)
        assert isinstance(gelu, Activation)
        matrix, kept = linear.matrices[0], MATRIX.tocsr()
        assert matrix.format == "csr"
        assert (matrix.data.tobytes(), matrix.indices.tolist()) == (kept.data.tobytes(), kept.indices.tolist())
        assert np.asarray(leaky.slope).tolist() == [0.1, -0.2, 0.3]
        assert (clip.low, clip.high) == (-0.25, 1e-300)
        assert gelu.kind == "gelu_tanh"
        assert save(again, tmp_path / f"again{suffix}").read_bytes() == path.read_bytes()


def test_files_of_the_first_version_are_still_written_and_read(tmp_path):
    document = json.loads(str(np.load(save(NETWORK, tmp_path / "net.npz"))["document"]))
    assert document["version"] == 1
    assert json.loads(str(np.load(save(MIXED, tmp_path / "mixed.npz"))["document"]))["version"] == 2


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
SPARSE = {"shape": [2, 2], "rows": "r", "columns": "c", "values": "v"}


def sparse_file(shape=(2, 2), rows=(0, 1), columns=(1, 0), values=(1.0, 2.0)):
    """The changes that make a file of one sparse matrix."""
    node = LINEAR | {"matrices": [SPARSE | {"shape": list(shape)}], "bias": "b"}
    arrays = {"r": rows, "c": columns, "v": values, "b": np.zeros(2)}
    return {"document": document(nodes=[node], version=2)} | {key: np.array(each) for key, each in arrays.items()}


WRONG_SPARSE = [
    (sparse_file(rows=(1, 0)), "nodes[0].matrices[0]: entry 1 does not come after the one before, by row and column"),
    (sparse_file(rows=(0, 0), columns=(1, 1)), "nodes[0].matrices[0]: entry 1 does not come after"),
    (sparse_file(rows=(0, 2)), "nodes[0].matrices[0].rows[1] is 2, not the number of an entry"),
    (sparse_file(columns=(-1, 0)), "nodes[0].matrices[0].columns[0] is -1, not the number of an entry"),
    (sparse_file(columns=(0.5, 0)), "nodes[0].matrices[0].columns[0] is 0.5, not the number of an entry"),
    (sparse_file(rows=(0,)), "nodes[0].matrices[0].rows has 1 entries for 2 values"),
    (sparse_file(values=(1.0, np.inf)), "v[1] is inf: every entry must be a finite number"),
    (sparse_file(shape=(2**30, 2)), "nodes[0].matrices[0].shape must be [inputs, units], in all matrices together"),
    (sparse_file(shape=(2,)), "nodes[0].matrices[0].shape must be [inputs, units]"),
    (sparse_file(shape=(2, 0)), "nodes[0].matrices[0].shape[1] must be at least 1, not 0"),
]
CASES = [
    *WRONG_SPARSE,
    ({"document": None}, "it has no array 'document' of text"),
    ({"document": np.array([1.0])}, "it has no array 'document' of text"),
    ({"document": np.array("{")}, "line 1, column 2"),
    ({"document": document(version=9)}, "version is 9; this hinges reads version 1 or 2"),
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
