"""load and save: networks from and to files by suffix, and from models in memory by type."""

import importlib
import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hinges import _arrays, _files
from hinges.errors import InvalidInputError
from hinges.interop import _json, _npz, onnx
from hinges.nets import Network

Shape = tuple[int, ...] | None
# The suffixes that are read and written. The functions read(path, input_shape) and to_bytes(network) of the frameworks
# stand in modules that are imported when they are needed.
SUFFIXES = (".onnx", ".keras", ".pt2", ".npz", ".json")
FRAMEWORKS = ("torch", "keras", "sklearn", "onnx")
DTYPES = ("float64", "float32")


def load(source: Any, *, input_shape: Sequence[int] | None = None) -> Network:
    """Give the network of a file or a model; `notes` says what the reader left out or folded.

    Exact: float64 weights are bit-equal, those of narrower types are widened without rounding. A file is
    treated as coming from a stranger: nothing in it is executed, no link is followed and no other file opened, and
    sizes are checked before memory is taken.

    Arguments:
        source: the path of a .onnx, .keras, .pt2, .npz or .json file; a torch module, a Keras model, a scikit-learn
            MLP; or a list of (W, b), one a layer, with relu between them.
        input_shape: of one input, without the rows, where the first layer does not tell it.

    Raises:
        InvalidInputError: there is no such file, its suffix is unknown, its content is damaged, or the shape of its
            input is neither told nor given.
        UnsupportedModelError: it holds a layer that has no counterpart here; the layer is named.
        MissingExtraError: what reads it is not installed.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save(Network.dense([[[1.0]], [[2.0]]], [[0.5], [0.25]]), Path(folder) / "net.json")
    ...     load(path).hinges()
    (Hinge(weight=1.0, bias=0.5, coefficient=2.0),)
    """
    shape = None
    if input_shape is not None:
        sizes = _arrays.sequence(input_shape, "input_shape")
        shape = tuple(_arrays.count(size, f"input_shape[{i}]") for i, size in enumerate(sizes))
    if isinstance(source, (str, os.PathLike)):
        path = _no_link(_path(source, "source"))
        network, name = _reader(path)(path, shape), str(path)
    else:
        network, name = _from_memory(source, shape), "source"
    if shape is not None and math.prod(shape) != network.inputs:
        raise InvalidInputError(f"input_shape {shape} does not fit {name}: its network has {network.inputs} inputs")
    return network


def save(network: Network, path: str | os.PathLike[str], *, dtype: str = "float64") -> Path:
    """Write a network to a .onnx, .keras, .pt2, .npz or .json file and give its path.

    The file is written whole or not at all: where writing fails, a file that was there stays as it was. Weights are
    kept to the last bit. With `dtype="float32"`, for .onnx alone, they are rounded, and the file's last note says by
    how much the output moves: `rounding(network)` gives the same figures, and `load(path).notes` the note.

    Raises:
        InvalidInputError: the suffix is unknown, or the file cannot be written.
        UnsupportedModelError: the format cannot hold a node; the node is named.
        MissingExtraError: the extra is not installed.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from hinges import Network, load
    >>> net = Network.dense([[[1.0, 2.0]], [[3.0], [4.0]]], [[0.0, 0.0], [5.0]])
    >>> with TemporaryDirectory() as folder:
    ...     path = save(net, Path(folder, "net.json"))
    ...     print(load(Path(folder, "net.json"))([1.0, 2.0]))
    [16. 27.]
    """
    _arrays.instance(network, Network, "network")
    _arrays.choice(dtype, "dtype", DTYPES)
    target = check_network_path(path)
    if target.suffix.lower() == ".onnx":
        return _files.write_atomically(target, onnx.to_bytes(network, dtype))
    if dtype != "float64":
        raise InvalidInputError(f"dtype = {dtype!r} is for .onnx files: {target} keeps every weight to its last bit")
    return _files.write_atomically(target, _writer(target)(network))


def check_network_path(path: str | os.PathLike[str]) -> Path:
    """Give the path if `save` knows its format and has what it needs; asked before the work is done.

    Raises:
        InvalidInputError: the suffix is unknown.
        MissingExtraError: the extra is not installed.
    """
    target = _path(path, "path")
    _suffix(target)
    check = {".onnx": onnx.check_installed, ".keras": _keras_installed, ".pt2": _torch_installed}
    check.get(target.suffix.lower(), lambda: None)()
    return target


# --- models in memory -----------------------------------------------------------------------------------


def _from_memory(source: Any, shape: Shape) -> Network:
    """Give the network of a model, recognised by where its classes are defined, or of a list of (W, b)."""
    if isinstance(source, Network):
        raise InvalidInputError("source is a Network already")
    framework = framework_of(source)
    if framework == "torch":
        return _module("torch").from_module(source, shape)
    if framework == "keras":
        return _module("keras").from_model(source, shape)
    if framework == "sklearn":
        return _module("sklearn").from_estimator(source)
    if framework == "onnx":
        return onnx.from_model(source, shape)
    if isinstance(source, (list, tuple)) and all(isinstance(each, (list, tuple)) for each in source):
        return _module("_plain").from_pairs(source)
    raise InvalidInputError(
        f"source must be the path of a {_listed('or')} file, a torch module, a Keras model, a scikit-learn MLP or a "
        f"list of (W, b), not {type(source).__name__}"
    )


def framework_of(source: object) -> str | None:
    """Give the framework that a model's class or one of its bases comes from; nothing is imported to look."""
    for kind in type(source).__mro__:
        top = kind.__module__.partition(".")[0]
        if top in FRAMEWORKS:
            return top
    return None


def live_reader(model: Any, input_shape: Shape = None) -> Callable[[], Network]:
    """Give what reads a torch module or a Keras model as often as it is called, with the weights of that moment.

    Raises:
        InvalidInputError: the shape of its input is neither told nor given.
        UnsupportedModelError: it holds a layer that has no counterpart here; the layer is named.
    """
    framework = framework_of(model)
    if framework not in {"torch", "keras"}:
        raise InvalidInputError(f"model must be a Keras model or a torch module, not {type(model).__name__}")
    return _module(framework).reader_of(model, input_shape)


def _module(name: str) -> Any:
    return importlib.import_module(f"hinges.interop.{name}")


def _torch_installed() -> None:
    _module("torch").check_installed()


def _keras_installed() -> None:
    _module("keras").check_installed()


# --- files ----------------------------------------------------------------------------------------------


def _reader(path: Path) -> Callable[[Path, Shape], Network]:
    suffix = _suffix(path)
    if suffix == ".onnx":
        return onnx.read
    if suffix in (".keras", ".pt2"):
        return _module("keras").read if suffix == ".keras" else _module("torch").read_pt2
    own = _json.read if suffix == ".json" else _npz.read
    return lambda path, _: own(path)


def _writer(path: Path) -> Callable[[Network], bytes]:
    suffix = _suffix(path)
    if suffix in (".keras", ".pt2"):
        return _module("keras" if suffix == ".keras" else "torch").to_bytes
    return _json.to_bytes if suffix == ".json" else _npz.to_bytes


def _path(value: object, name: str) -> Path:
    if not isinstance(value, (str, os.PathLike)):
        raise InvalidInputError(f"{name} must be the path of a {_listed('or')} file, not {type(value).__name__}")
    path = Path(os.fsdecode(value))
    if "\0" in str(path):
        raise InvalidInputError(f"{name} holds a null character, which no path does")
    return path


def _no_link(path: Path) -> Path:
    """Give the path of a file itself: one that only points elsewhere could come with a stranger's folder."""
    if path.is_symlink():
        raise InvalidInputError(f"{path} is a symbolic link, which is not followed: give the file it points to")
    return path


def _suffix(path: Path) -> str:
    if path.is_dir():
        raise InvalidInputError(f"{path} is a folder: give the path of a {_listed('or')} file")
    if not path.suffix:
        raise InvalidInputError(f"{path} has no suffix to tell its format: use {_listed('or')}")
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return suffix
    advice = f"networks are kept as {_listed('or')}"
    if suffix in (".pt", ".pth", ".pkl", ".pickle", ".joblib"):
        advice = (
            "pickles could run any program and are never loaded: give the model itself, or save it as .pt2 or .onnx"
        )
    if suffix in (".h5", ".hdf5"):
        advice = "load it in Keras and give the model, or save it as .keras"
    raise InvalidInputError(f"{path} has the suffix {path.suffix}: {advice}")


def _listed(word: str) -> str:
    *most, last = SUFFIXES
    return f"{', '.join(most)} {word} {last}"
