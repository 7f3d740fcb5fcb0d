"""What methods in NumPy share: rows in training scale before, and the result after."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.convert import to_function
from hinges.data import Dataset
from hinges.fits import FitResult
from hinges.nets import ACTIVATIONS, Network
from hinges.train._dense_model import DenseModel
from hinges.train._scale import Scale, check_sizes


@dataclass(frozen=True)
class Rows:
    """Rows x (n, d) and y (n, m) in training scale, and the root of each row's share in the mean, (n,)."""

    x: Floats
    y: Floats
    root: Floats
    scale: Scale


def prepared(data: Dataset, *, standardize: bool) -> Rows:
    """Give the rows that count, in training scale."""
    check_sizes("x", data.x, spread=standardize)
    check_sizes("y", data.y, spread=standardize)
    weights = np.ones(len(data)) if data.weights is None else data.weights
    counts = weights > 0
    x, y, weights = data.x[counts], data.y[counts], weights[counts]
    scale = Scale.of(x, y, standardize=standardize)
    return Rows(scale.x(x), scale.y(y), np.sqrt(weights / weights.sum() / y.shape[1]), scale)


def mean_squared_error(network: Network, data: Dataset) -> float:
    """Give the weighted mean over rows and outputs of the squared error."""
    squares = np.mean((network(data.x) - data.y) ** 2, axis=1)
    return float(np.average(squares, weights=data.weights))


def dense_result(
    method: Any, model: DenseModel, rows: Rows, parameters: Floats, *, status: str, data: Dataset
) -> FitResult:
    """Give the result of a method that found these parameters in training scale."""
    network = model.network(*rows.scale.folded(*model.layers(parameters)))
    exact = network.inputs == 1 and network.outputs == 1 and ACTIVATIONS[model.activation].piecewise_linear
    return FitResult(
        network=network,
        function=to_function(network) if exact else None,
        loss=mean_squared_error(network, data),
        bounds=None,
        status=status,
        method=method,
        seed=method.seed,
    )
