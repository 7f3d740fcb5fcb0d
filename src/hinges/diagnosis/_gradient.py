"""The gradient of a loss by all weights and biases of any network, as one number."""

from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.analysis._trace_backward import backward, weight_gradient
from hinges.diagnosis._loss import Loss
from hinges.diagnosis._rows import thinned
from hinges.errors import InvalidInputError
from hinges.nets import Linear, Network


def gradient_norm(network: Network, loss: Loss, most_rows: int) -> float:
    """Give by how much of itself the loss changes when all parameters change by as much of their size.

    The norm of the gradient, each entry times the size of its parameter (or of its layer's, where that is
    larger), over the loss: no unit, and no scale of data or layers, moves it. 0 on a plateau or at a loss of 0;
    NaN where the gradient overflows. Of more than `most_rows` rows so many are read.
    """
    rows = thinned(loss.data, most_rows)
    here = Loss(loss.name, rows)
    values = network.values(rows.x)
    value = here.value(values[-1])
    if not value > 0:
        return 0.0
    try:
        found = backward(network, values, here.gradient(values[-1]))
    except InvalidInputError:  # too large for float64
        return float("nan")
    total = 0.0
    for i, node in enumerate(network.nodes):
        if isinstance(node, Linear):
            by_z = found[i + 1]
            total += _squares(weight_gradient(node, values, by_z), node.matrices)
            total += float(by_z.sum(axis=0) ** 2 @ np.maximum(np.abs(node.bias), _size(node.matrices)) ** 2)
    return float(np.sqrt(total)) / value


def _squares(gradient: Any, matrices: tuple[Any, ...]) -> float:
    """Give the sum of the squares of derivatives times the size of their entries."""
    size = _size(matrices)
    if hasattr(gradient, "tocsr"):
        return float((gradient.tocsr().data ** 2).sum()) * size**2
    entries = np.concatenate([np.abs(np.asarray(matrix)) for matrix in matrices])
    return float((gradient**2 * np.maximum(entries, size) ** 2).sum())


def _size(matrices: tuple[Any, ...]) -> float:
    """Give the root mean square of all entries of a layer's matrices."""
    entries: list[Floats] = [np.asarray(m.tocsr().data if hasattr(m, "tocsr") else m).ravel() for m in matrices]
    joined = np.concatenate(entries)
    return float(np.sqrt(np.mean(joined**2))) if joined.size else 0.0
