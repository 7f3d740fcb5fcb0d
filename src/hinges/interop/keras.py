"""Networks from and to Keras 3: live models, and .keras files, which are read without Keras."""

import importlib.util
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from hinges import _arrays
from hinges._extras import require
from hinges.errors import InvalidInputError, MissingExtraError
from hinges.interop import _keras_live
from hinges.interop._caps import LARGEST_JSON
from hinges.interop._container import Archive
from hinges.interop._keras_config import model_of, parsed_config
from hinges.interop._keras_graph import check, network_of
from hinges.interop._keras_weights import FileWeights
from hinges.interop._keras_write import written
from hinges.interop._naming import about
from hinges.nets import Network

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
LEAST_BYTES = 2  # of one weight in a file


def from_model(model: Any, input_shape: Sequence[int] | None = None) -> Network:
    """Give the network that a live Keras model computes after training (dropout off, BatchNormalization fixed).

    Exact: weights of float64 are bit-equal, narrower ones are widened without rounding. What is folded into
    another layer is rounded once, and a final softmax or sigmoid is left out; `notes` says so.

    Arguments:
        model: Sequential or Functional, also with models among its layers.
        input_shape: of one input, without the rows, where the model leaves it open.

    Raises:
        UnsupportedModelError: a layer has no counterpart here; it is named.
        InvalidInputError: the model is not built, or a weight is no finite number.
    """
    return reader_of(model, input_shape)()


def reader_of(model: Any, input_shape: Sequence[int] | None = None) -> Callable[[], Network]:
    """Give what reads a live model as often as it is called, each time with the weights that the model then has.

    What the layers are is looked at once, here; arguments and errors are those of `from_model`.
    """
    described = model_of(_keras_live.configuration(model))
    check(described)

    def read_now() -> Network:
        weights = _keras_live.variables(model)
        size = sum(array.size for arrays in weights.variables.values() for array in arrays)
        return network_of(described, weights, size, input_shape)

    return read_now


def read(path: Path, input_shape: Sequence[int] | None = None) -> Network:
    """Give the network of a .keras file as Keras 3 writes it; the package h5py is needed, Keras is not.

    The same network, to the last bit, as `from_model` gives for the model that was saved. The file is treated as
    coming from a stranger: what its layers are is told from text, no code in it is run, and layers that have no
    counterpart are refused before the weights are opened.

    Raises:
        InvalidInputError: the file is damaged or does not say the shape of its input.
        UnsupportedModelError: a layer has no counterpart here; it is named.
        MissingExtraError: h5py is not installed.
    """
    with Archive(path, ".keras file") as archive, about(path):
        described = model_of(parsed_config(archive.read(CONFIG, LARGEST_JSON)))
        check(described)
        if WEIGHTS not in archive.names:
            raise InvalidInputError(f"it has no {WEIGHTS}: save the model whole, with model.save")
        data = archive.read(WEIGHTS)
    with about(path), FileWeights(data) as weights:
        return network_of(described, weights, len(data) // LEAST_BYTES, input_shape)


def to_keras(network: Network) -> Any:
    """Give the Keras model of a network in float64: Dense layers with activations for a chain, else a Functional one.

    Its weights are bit-equal, and so are those that `from_model` gives back. Convolutions are Dense layers in it,
    since a network here keeps matrices. Keras computes in float64 as far as its backend does: with JAX, type
    `jax.config.update("jax_enable_x64", True)` before.

    Raises:
        UnsupportedModelError: a node has no counterpart in Keras, or the matrices are too large.
        MissingExtraError: Keras or its backend is not installed.

    >>> from hinges import load
    >>> net = Network.dense([[[1.0, 2.0]], [[3.0], [4.0]]], [[0.0, 0.0], [5.0]])
    >>> load(to_keras(net)).layers
    ('dense_0 relu',)
    """
    _arrays.instance(network, Network, "network")
    keras = _keras()
    with _full_precision(keras):
        return written(network, keras)


def to_bytes(network: Network) -> bytes:
    """Give the .keras file of a network, which Keras writes and loads again; reading it gives bit-equal weights."""
    keras = _keras()
    with _full_precision(keras), tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "network.keras"
        written(network, keras).save(target)
        return target.read_bytes()


def check_installed() -> None:
    """Raise unless Keras and its backend, through which files are written, are there."""
    _keras()


def _keras() -> Any:
    """Give the imported Keras, or raise with the line to type where it or its backend is missing."""
    try:
        return require("keras", extra="keras")
    except MissingExtraError:
        raise
    except ImportError as error:
        here = next((name for name in ("jax", "torch") if importlib.util.find_spec(name) is not None), None)
        line = f"export KERAS_BACKEND={here}" if here else "pip install jax && export KERAS_BACKEND=jax"
        missing = error.name or "tensorflow"
        raise MissingExtraError(
            f"Keras is here, but not its backend {missing}; to choose another, before Python starts type: {line}"
        ) from None


def _full_precision(keras: Any) -> AbstractContextManager[Any]:
    """Give a context in which Keras keeps float64; its backend JAX halves it outside of one."""
    return sys.modules["jax"].enable_x64(True) if keras.backend.backend() == "jax" else nullcontext()
