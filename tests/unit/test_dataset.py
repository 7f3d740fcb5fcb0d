"""Dataset: rows from arrays, from CSV and from .npz, with errors that name the row."""

# Wrong types are given on purpose.
# pyright: reportArgumentType=false

import numpy as np
import pytest

from hinges import Dataset, InvalidInputError
from hinges.data import open_data


def test_columns_rows_and_names():
    data = Dataset([3, 1, 2], [[1, 2], [3, 4], [5, 6]], weights=[1, 0, 2])
    assert data.x.shape == (3, 1)
    assert data.y.shape == (3, 2)
    assert data.x[:, 0].tolist() == [3, 1, 2]
    assert data.names == ("x", "y0", "y1")
    assert (data.x_names, data.y_names) == (("x",), ("y0", "y1"))
    assert repr(data) == "Dataset(3 rows, x -> y0, y1, weighted)"
    assert len(data) == 3


def test_it_cannot_be_changed_from_outside():
    x = np.arange(3.0)
    data = Dataset(x, x)
    x[0] = 99
    assert data.x[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        data.x[0] = 1
    with pytest.raises(AttributeError):
        data.x = x  # pyright: ignore[reportAttributeAccessIssue]


def test_drop_leaves_rows_out_and_keeps_the_order():
    data = Dataset([0, np.nan, 2, 3, 4], [0, 1, np.inf, 3, 4], [1, 1, 1, np.nan, 2], drop=True)
    assert data.x[:, 0].tolist() == [0, 4]
    assert data.weights is not None
    assert data.weights.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Dataset([0, np.nan], [0, 1]), "x[1] is nan: every entry must be a finite number (drop=True"),
        (lambda: Dataset([0, 1], [0, -np.inf]), "y[1] is -inf"),
        (lambda: Dataset([[0, 1], [1, np.inf]], [0, 1]), "x[1][1] is inf"),
        (lambda: Dataset([0, 1], [0]), "y has 1 rows where x has 2"),
        (lambda: Dataset([0, 1], [0, 1], [1]), "weights has 1 rows where x has 2"),
        (lambda: Dataset([0, 1], [0, 1], [1, -1]), "weights[1] = -1.0 is negative"),
        (lambda: Dataset([0, 1], [0, 1], [0, 0]), "weights are all zero"),
        (lambda: Dataset([0, 1], [0, 1], [1, np.nan]), "weights[1] is nan"),
        (lambda: Dataset([], []), "x is empty"),
        (lambda: Dataset([np.nan], [1], drop=True), "x is empty: a dataset needs at least one row of finite numbers"),
        (lambda: Dataset(5, 5), "x must have shape (n,) or (n, columns), not ()"),
        (lambda: Dataset(np.zeros((2, 2, 2)), [1, 2]), "x must have shape (n,) or (n, columns), not (2, 2, 2)"),
        (lambda: Dataset(np.zeros((2, 0)), [1, 2]), "x has no columns"),
        (lambda: Dataset([1j, 2], [1, 2]), "x holds complex numbers"),
        (lambda: Dataset(np.arange(2).astype("M8[D]"), [1, 2]), "x holds dates or times"),
        (lambda: Dataset(["a", "b"], [1, 2]), "x[0]"),
        (lambda: Dataset([[1, 2], [3]], [1, 2]), "x is ragged"),
        (lambda: Dataset(None, [1]), "x"),
        (lambda: Dataset([1], [1], names=("a",)), "names has 1 entries for 2 columns"),
        (lambda: Dataset.of((1, 2, 3)), "not 3 values"),
        (lambda: Dataset.of([1, 2]), "data must be a Dataset, not list"),
        (lambda: Dataset([[1, 2]], [1]).curve(), "data has 2 inputs: this needs exactly one"),
    ],
)
def test_errors_name_the_first_bad_entry(call, sentence):
    with pytest.raises(InvalidInputError) as error:
        call()
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_an_npz_file_is_a_table(tmp_path):
    path = tmp_path / "data.npz"
    np.savez(path, t=np.arange(3), v=np.arange(6).reshape(3, 2), w=[1, 2, 3])
    data = Dataset.read(path, x="t", y=["v1", "v0"], weights="w")
    assert data.names == ("t", "v1", "v0")
    assert data.y.tolist() == [[1, 0], [3, 2], [5, 4]]
    assert data.weights is not None
    assert data.weights.tolist() == [1, 2, 3]


def test_a_refused_file_leaves_nothing_open(tmp_path):
    path = tmp_path / "bad.npz"
    path.write_bytes(b"PK\x03\x04 and nonsense")
    with pytest.raises(InvalidInputError, match="not a readable"):
        Dataset.read(path)
    path.unlink()


@pytest.mark.parametrize("columns", [{"x": "z"}, {"y": ["a", "b"]}])
def test_columns_of_an_example_have_no_other_names(columns):
    name = next(iter(columns))
    with pytest.raises(InvalidInputError, match=rf"^{name} names columns of a file, and sine is an example"):
        open_data("sine", **columns)
