"""What questions are about: networks and data that a page names, brings or writes down.

A network is `{"example": NAME}`, `{"upload": HANDLE}` or `{"weights": [...], "biases": [...], "activations": [...]}`;
data are `{"example": NAME}`, `{"upload": HANDLE}`, with the columns `x` and `y` if it says which, or
`{"x": [...], "y": [...]}`. `checked_network` and `checked_data` run in the server and look at the reference alone;
`network_of` and `data_of` run in the process that computes.
"""

import re
from contextvars import ContextVar
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hinges._files import read_npz
from hinges.data import Dataset, example, examples
from hinges.data._tables import read_table
from hinges.errors import InvalidInputError
from hinges.lab.questions import _checks

if TYPE_CHECKING:
    from hinges.nets import Network

# The networks that are made by tools/lab_networks.py, each with the data that it was trained on.
DATA_OF = {
    "digits": "digits",
    "digits-standardized": "digits",
    "spiral": "spiral",
    "spiral-deep": "spiral",
    "sine-forum": "sine",
}
NETWORKS = tuple(DATA_OF)
HANDLE = re.compile(r"[0-9a-f]{32}")
MOST_LAYERS = 20
MOST_DIMENSIONS = 8
LARGEST_SIDE = 1_000_000
MOST_NUMBERS = 500_000  # that a reference writes down
MOST_COLUMNS = 64  # of an upload that are chosen
GONE = "the file that was brought is no longer here: bring it again"

_uploads: ContextVar[Path | None] = ContextVar("uploads", default=None)  # of this process


def uploads_are_in(folder: Path | None) -> None:
    """Tell this process where the files are that pages brought."""
    _uploads.set(folder)


def uploads() -> Path | None:
    """Give where the files are that pages brought."""
    return _uploads.get()


def without_paths(sentence: str) -> str:
    """Give a sentence in which a file that was brought is called just that: a page need not know where it lies."""
    folder = _uploads.get()
    if folder is None:
        return sentence
    said = re.sub(re.escape(str(folder)) + r"[^\s:,'\"]*", "the file", sentence)
    return said.replace("the file row", "the file's row")


# ------------------------------------------------------------------------------------------ checked in the server


def checked_network(value: Any, name: str = "network") -> dict[str, Any]:
    """Give a reference to a network whose form and sizes are right, or raise InvalidInputError."""
    reference = _reference(value, name, ("example", "upload", "weights"))
    if "example" in reference:
        _checks.known_only(reference, name, ("example",))
        return {"example": _checks.choice(reference["example"], f"{name}.example", NETWORKS)}
    if "upload" in reference:
        _checks.known_only(reference, name, ("upload", "shape"))
        shape = {"shape": _shape(reference["shape"], f"{name}.shape")} if "shape" in reference else {}
        return {"upload": _handle(reference["upload"], name), **shape}
    _checks.known_only(reference, name, ("weights", "biases", "activations"))
    return _written_network(reference, name)


def checked_data(value: Any, name: str = "data") -> dict[str, Any]:
    """Give a reference to data whose form and sizes are right, or raise InvalidInputError."""
    reference = _reference(value, name, ("example", "upload", "x"))
    if "example" in reference:
        _checks.known_only(reference, name, ("example",))
        return {"example": _checks.choice(reference["example"], f"{name}.example", examples())}
    if "upload" in reference:
        _checks.known_only(reference, name, ("upload", "x", "y"))
        columns = {each: _columns(reference[each], f"{name}.{each}") for each in ("x", "y") if each in reference}
        return {"upload": _handle(reference["upload"], name), **columns}
    _checks.known_only(reference, name, ("x", "y"))
    written = {each: _rows(reference.get(each), f"{name}.{each}") for each in ("x", "y")}
    if len(written["x"]) != len(written["y"]):
        raise InvalidInputError(f"{name}.y has {len(written['y'])} rows where {name}.x has {len(written['x'])}")
    return written


def _reference(value: Any, name: str, kinds: tuple[str, ...]) -> dict[str, Any]:
    """Give a reference that is of one kind."""
    if not isinstance(value, dict):
        raise InvalidInputError(f"{name} must be an object with {', '.join(kinds[:-1])} or {kinds[-1]}")
    marks = ("example", "upload") if "upload" in value or "example" in value else kinds
    if sum(kind in value for kind in marks) != 1:
        raise InvalidInputError(f"{name} must have one of {', '.join(kinds[:-1])} and {kinds[-1]}")
    return value


def _handle(value: Any, name: str) -> str:
    if not isinstance(value, str) or not HANDLE.fullmatch(value):
        raise InvalidInputError(f"{name}.upload is no handle of a file that was brought")
    return value


def _shape(value: Any, name: str) -> list[int]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_DIMENSIONS:
        raise InvalidInputError(f"{name} must be a list of 1 to {MOST_DIMENSIONS} whole numbers")
    return [_checks.whole(size, f"{name}[{i}]", least=1, most=LARGEST_SIDE) for i, size in enumerate(value)]


def _columns(value: Any, name: str) -> list[str | int]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_COLUMNS:
        raise InvalidInputError(f"{name} must be a list of 1 to {MOST_COLUMNS} columns")
    for i, each in enumerate(value):
        if isinstance(each, bool) or not isinstance(each, (str, int)) or len(str(each)) > 200:
            raise InvalidInputError(f"{name}[{i}] must be a column's name or its number from 0")
    return value


def _rows(value: Any, name: str) -> list[Any]:
    """Give a list of numbers or of rows of them."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        found: list[Any] = _checks.rows(value, name)
        if not found[0]:
            raise InvalidInputError(f"{name} has no columns")
        size = len(found) * len(found[0])
    else:
        found = _checks.numbers(value, name)
        size = len(found)
    if size == 0:
        raise InvalidInputError(f"{name} has no rows")
    if size > MOST_NUMBERS:
        raise InvalidInputError(f"{name} has {size} numbers; at most {MOST_NUMBERS} are taken")
    return found


def _written_network(value: dict[str, Any], name: str) -> dict[str, Any]:
    weights, biases = value["weights"], value.get("biases")
    for each, layers in (("weights", weights), ("biases", biases)):
        if not isinstance(layers, list) or not 0 < len(layers) <= MOST_LAYERS:
            raise InvalidInputError(f"{name}.{each} must be a list of 1 to {MOST_LAYERS} layers")
    activations = value.get("activations", "relu")
    for i, each in enumerate(activations if isinstance(activations, list) else [activations]):
        if not isinstance(each, str) or len(each) > 40:
            raise InvalidInputError(f"{name}.activations[{i}] must be the name of an activation")
    found = {
        "weights": [_checks.rows(layer, f"{name}.weights[{i}]") for i, layer in enumerate(weights)],
        "biases": [_checks.numbers(layer, f"{name}.biases[{i}]") for i, layer in enumerate(biases or [])],
        "activations": activations,
    }
    size = sum(len(row) for layer in found["weights"] for row in layer)
    if size > MOST_NUMBERS:
        raise InvalidInputError(f"{name} has {size} weights; at most {MOST_NUMBERS} are taken: bring it as a file")
    return found


# ------------------------------------------------------------------------------------ made where it is computed


def network_of(reference: dict[str, Any]) -> "Network":
    """Give the network that a checked reference names.

    Raises:
        InvalidInputError: the weights do not fit together, or the file is gone or cannot be read.
        UnsupportedModelError: the file holds a layer that has no counterpart here.
    """
    from hinges.nets import Network

    if "weights" in reference:
        return Network.dense(reference["weights"], reference["biases"], reference["activations"])
    if "upload" in reference:
        return _loaded(upload_path(reference["upload"]), tuple(reference.get("shape", ())))
    with resources.as_file(resources.files("hinges.lab") / "networks" / f"{reference['example']}.npz") as path:
        return _loaded(path, ())


def data_of(reference: dict[str, Any]) -> Dataset:
    """Give the data that a checked reference names; nothing is fetched from anywhere.

    Raises:
        InvalidInputError: the rows are none, or the file is gone or cannot be read.
        MissingExtraError: the example needs an extra that is not installed.
    """
    if "x" in reference and "upload" not in reference:
        return Dataset(reference["x"], reference["y"])
    if "upload" in reference:
        columns = (tuple(reference.get(each, ())) for each in ("x", "y"))
        return _read(upload_path(reference["upload"]), *columns)
    if reference["example"] == "fashion-mnist":
        _check_fashion_is_here()
    return _example(reference["example"])


# Files and examples never change: a process keeps the last few, as one page asks many questions about the same ones.


@lru_cache(maxsize=4)
def _loaded(path: Path, shape: tuple[int, ...]) -> "Network":
    from hinges.interop import load

    return load(path, input_shape=shape or None)


@lru_cache(maxsize=4)
def _example(name: str) -> Dataset:
    return example(name)


@lru_cache(maxsize=2)
def _read(path: Path, x: tuple[str | int, ...], y: tuple[str | int, ...]) -> Dataset:
    """Give the rows of a file; where nothing is said, the last of its columns is y and the others are x."""
    columns: dict[str, Any] = {name: list(each) for name, each in (("x", x), ("y", y)) if each}
    if not columns and len(names := read_table(path).names) > 2:
        columns = {"x": names[:-1], "y": names[-1]}
    return Dataset.read(path, **columns)


def holds_columns(reference: dict[str, Any]) -> bool:
    """Tell whether a file that was brought as an .npz holds columns of data, and no network of ours."""
    if "upload" not in reference:
        return False
    path = upload_path(reference["upload"])
    return path.suffix == ".npz" and "document" not in read_npz(path)


def upload_path(handle: str) -> Path:
    """Give where the file is that a page brought."""
    folder = _uploads.get()
    found = [] if folder is None else sorted(folder.glob(f"{handle}.*"))
    if not found:
        raise InvalidInputError(GONE)
    return found[0]


def _check_fashion_is_here() -> None:
    """Refuse to fetch the images: a page never makes this machine ask another one for anything."""
    from hinges.data._images import FASHION_FILES

    folder = Path.home() / ".cache" / "hinges" / "fashion-mnist"
    if not any(all((folder / (name + suffix)).exists() for name in FASHION_FILES) for suffix in ("", ".gz")):
        raise InvalidInputError(
            "the images of fashion-mnist are not on this machine: example('fashion-mnist') says how"
        )
