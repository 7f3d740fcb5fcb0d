"""load and save: networks from and to files, by suffix."""

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hinges import _arrays, _files
from hinges.errors import InvalidInputError
from hinges.interop import _json, _npz, onnx
from hinges.nets import Network


@dataclass(frozen=True)
class Format:
    """How the files of one suffix are read and written."""

    read: Callable[[Path], Network]
    to_bytes: Callable[[Network], bytes]


FORMATS = {
    ".json": Format(_json.read, _json.to_bytes),
    ".npz": Format(_npz.read, _npz.to_bytes),
    ".onnx": Format(onnx.read, onnx.to_bytes),
}


def load(source: str | os.PathLike[str], *, input_shape: Sequence[int] | None = None) -> Network:
    """Give the network that a .json, .npz or .onnx file holds; `notes` says what the reader folded.

    Exact: float64 weights are bit-equal, those of narrower types are widened without rounding. A file is
    treated as coming from a stranger: nothing in it is executed, no other file is opened, and sizes are checked
    before memory is taken. Reading needs no extra, not even for .onnx.

    Arguments:
        source: the path of the file.
        input_shape: of one input, without the rows; only checked, since every format says how many numbers an
            input has.

    Raises:
        InvalidInputError: there is no such file, its suffix is unknown, or its content is damaged.
        UnsupportedModelError: the file holds a layer that has no counterpart here; the layer is named.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save(Network.dense([[[1.0]], [[2.0]]], [[0.5], [0.25]]), Path(folder) / "net.json")
    ...     load(path).hinges()
    (Hinge(weight=1.0, bias=0.5, coefficient=2.0),)
    """
    path = _path(source, "source")
    network = onnx.read(path, input_shape) if path.suffix.lower() == ".onnx" else _format(path).read(path)
    if input_shape is not None:
        shape = tuple(_arrays.count(size, f"input_shape[{i}]") for i, size in enumerate(input_shape))
        if math.prod(shape) != network.inputs:
            raise InvalidInputError(f"input_shape {shape} does not fit {path}: its network has {network.inputs} inputs")
    return network


def save(network: Network, path: str | os.PathLike[str]) -> Path:
    """Write a network to a .json, .npz or .onnx file and give its path; weights are kept to the last bit.

    The file is written whole or not at all: where writing fails, a file that was there stays as it was. A .onnx
    file holds a chain of dense layers in float64 and needs the extra `onnx`.

    Raises:
        InvalidInputError: the suffix is unknown, or the file cannot be written.
        UnsupportedModelError: the format cannot hold a node; the node is named.
        MissingExtraError: the extra is not installed.
    """
    _arrays.instance(network, Network, "network")
    target = check_network_path(path)
    return _files.write_atomically(target, _format(target).to_bytes(network))


def check_network_path(path: str | os.PathLike[str]) -> Path:
    """Give the path if `save` knows its format and has what it needs; asked before the work is done.

    Raises:
        InvalidInputError: the suffix is unknown.
        MissingExtraError: the extra is not installed.
    """
    target = _path(path, "path")
    _format(target)
    if target.suffix.lower() == ".onnx":
        onnx.check_installed()
    return target


def _path(value: object, name: str) -> Path:
    if not isinstance(value, (str, os.PathLike)):
        raise InvalidInputError(f"{name} must be the path of a {_listed('or')} file, not {type(value).__name__}")
    path = Path(os.fsdecode(value))
    if "\0" in str(path):
        raise InvalidInputError(f"{name} holds a null character, which no path does")
    return path


def _format(path: Path) -> Format:
    if path.is_dir():
        raise InvalidInputError(f"{path} is a folder: give the path of a {_listed('or')} file")
    if not path.suffix:
        raise InvalidInputError(f"{path} has no suffix to tell its format: use {_listed('or')}")
    if path.suffix.lower() not in FORMATS:
        raise InvalidInputError(f"{path} has the suffix {path.suffix}: networks are kept as {_listed('or')}")
    return FORMATS[path.suffix.lower()]


def _listed(word: str) -> str:
    *most, last = FORMATS
    return f"{', '.join(most)} {word} {last}"
