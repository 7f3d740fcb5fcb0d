"""The backward pass of trace: the loss at a target, and its derivatives by every value of a network."""

import importlib
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError
from hinges.nets import Activation, Linear, Network, Node

LOSSES = ("mse", "cross-entropy")
BLOCK = 2**22  # products of a sparse matrix's derivative in memory at once


@dataclass(frozen=True)
class Loss:
    """A loss: its value, its derivative by the outputs (points, outputs), and with cross-entropy the softmax."""

    name: str
    value: float
    gradient: Floats
    probabilities: Floats | None


def loss_and_gradient(output: Floats, target: ArrayLike, name: str | None, *, one: bool) -> Loss:
    """Give the loss of outputs (points, outputs), the mean over the points; `one` says that a point was given."""
    if name is None:
        name = "cross-entropy" if output.shape[1] > 1 and _are_classes(target, one=one) else "mse"
    _arrays.choice(name, "loss", LOSSES)
    found = _squares(output, target, one=one) if name == "mse" else _entropy(output, _labels(target, output, one=one))
    if not np.isfinite(found.value):
        raise InvalidInputError("the loss is too large for float64: the outputs are far from the target")
    return found


def _are_classes(target: ArrayLike, *, one: bool) -> bool:
    """Tell whether a target is whole numbers by type, one a point."""
    if one:
        return isinstance(target, Integral)
    try:
        given = np.asarray(target)
    except ValueError:  # ragged: said later, in a sentence
        return False
    return given.ndim == 1 and given.dtype.kind in "iu"


def _squares(output: Floats, target: ArrayLike, *, one: bool) -> Loss:
    wanted = _arrays.array(target, "target")
    shape = output.shape[1:] if one else output.shape
    if wanted.ndim < len(shape) and output.shape[1] == 1:  # a number for the one output
        wanted = wanted.reshape(shape) if wanted.size == output.size else wanted
    if wanted.shape != shape:
        outputs = f"{output.shape[1]} output{'s' * (output.shape[1] != 1)}"
        rows = "" if one else f", and there are {len(output)} points"
        raise InvalidInputError(f"target has shape {wanted.shape}: the network has {outputs}{rows}")
    with np.errstate(over="ignore"):
        errors = output - wanted.reshape(output.shape)
        return Loss("mse", float(np.mean(errors**2)), 2.0 * errors / errors.size, None)


def _labels(target: ArrayLike, output: Floats, *, one: bool) -> NDArray[np.intp]:
    """Give the class of every point."""
    if one:
        return np.array([_arrays.count(target, "target", minimum=0, maximum=output.shape[1] - 1)])
    given = _arrays.array(target, "target")
    if given.shape not in {(len(output),), (len(output), 1)}:
        raise InvalidInputError(f"target has shape {given.shape}: cross-entropy needs one class for each point")
    labels = given.reshape(-1)
    bad = np.flatnonzero((labels != np.rint(labels)) | (labels < 0) | (labels >= output.shape[1]))
    if len(bad):
        at = bad[0]
        raise InvalidInputError(
            f"target[{at}] is {labels[at]:g}: a class is a whole number from 0 to {output.shape[1] - 1}"
        )
    return labels.astype(np.intp)


def _entropy(output: Floats, labels: NDArray[np.intp]) -> Loss:
    rows = np.arange(len(output))
    largest = output.max(axis=1, keepdims=True)
    with np.errstate(over="ignore", under="ignore"):
        powers = np.exp(output - largest)
        probabilities = powers / powers.sum(axis=1, keepdims=True)
        gradient = probabilities.copy()
        gradient[rows, labels] -= 1.0
        value: Floats = np.log(powers.sum(axis=1)) + largest[:, 0] - output[rows, labels]
        return Loss("cross-entropy", float(value.mean()), gradient / len(output), probabilities)


def backward(network: Network, values: list[Floats], gradient: Floats) -> list[Floats]:
    """Give the derivative of the loss by every value, (points, units) each; zeros where the loss does not hang on it.

    A Max passes its derivative to the first of its largest entries, an activation at its kink that from the left.
    """
    found: list[Floats | None] = [None] * len(values)
    found[-1] = gradient
    with np.errstate(over="ignore", invalid="ignore"):
        for i in range(len(network.nodes) - 1, -1, -1):
            node, by_node = network.nodes[i], found[i + 1]
            if by_node is not None:
                for source, part in to_sources(node, values, by_node):
                    before = found[source]
                    found[source] = part if before is None else before + part
    result = [np.zeros_like(value) if part is None else part for value, part in zip(values, found, strict=True)]
    if not all(np.isfinite(part).all() for part in result):
        raise InvalidInputError("a gradient is too large for float64: the outputs are far from the target")
    return result


def to_sources(node: Node, values: list[Floats], by_node: Floats) -> list[tuple[int, Floats]]:
    if isinstance(node, Linear):
        parts = zip(node.sources, node.matrices, strict=True)
        return [(source, np.asarray(by_node @ matrix.T)) for source, matrix in parts]
    value = values[node.source]
    if isinstance(node, Activation):
        return [(node.source, by_node * node.derivative(value))]
    best = value[:, node.groups].argmax(axis=2)
    winners = node.groups[np.arange(node.units), best]
    part = np.zeros_like(value)
    np.add.at(part, (np.arange(len(value))[:, None], winners), by_node)
    return [(node.source, part)]


def weight_gradient(linear: Linear, values: list[Floats], by_z: Floats) -> Any:
    """Give the derivative by the weights of all sources below one another, the sum over the points.

    Dense where all matrices are; else sparse, with the derivatives by the entries that are stored.
    """
    pairs = list(zip((values[source] for source in linear.sources), linear.matrices, strict=True))
    if not any(hasattr(matrix, "tocsr") for _, matrix in pairs):
        dense = np.concatenate([value.T @ by_z for value, _ in pairs])
        dense.setflags(write=False)
        return dense
    sparse: Any = importlib.import_module("scipy.sparse")
    parts: list[Any] = [
        _stored(sparse, value, matrix, by_z) if hasattr(matrix, "tocsr") else sparse.coo_array(value.T @ by_z)
        for value, matrix in pairs
    ]
    return sparse.vstack(parts, format="csr")


def _stored(sparse: Any, value: Floats, matrix: Any, by_z: Floats) -> Any:
    """Give the derivatives by the stored entries of one sparse matrix."""
    at = matrix.tocoo()
    data = np.empty(len(at.data))
    step = max(1, BLOCK // max(len(value), 1))
    for i in range(0, len(data), step):
        row, column = at.row[i : i + step], at.col[i : i + step]
        data[i : i + step] = np.einsum("ij,ij->j", value[:, row], by_z[:, column])
    return sparse.coo_array((data, (at.row, at.col)), shape=matrix.shape)
