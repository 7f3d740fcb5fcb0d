"""Padding: sizes rounded up, so that networks and batches of alike sizes share one compilation."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hinges.train._dense_model import DenseModel

ROW_BUCKET = 64  # the compiled loop sees a multiple of so many rows, the additional ones with weight 0


def power_of_two(number: int) -> int:
    """Give the smallest power of two that is at least `number`."""
    return 1 << (number - 1).bit_length()


def padded_seeds(seeds: int) -> int:
    """Give the number of columns computed for `seeds`: few different ones, so that few shapes compile."""
    return power_of_two(seeds) if seeds <= 64 else -(-seeds // 64) * 64


def padded_rows(rows: int) -> int:
    """Give the number of rows computed for `rows`: at least one more, which stands in free places of a batch."""
    return (rows // ROW_BUCKET + 1) * ROW_BUCKET


def padded_model(model: DenseModel) -> DenseModel:
    """Give the model with the width of every hidden layer rounded up to a power of two."""
    inputs, *hidden, outputs = model.sizes
    return DenseModel((inputs, *map(power_of_two, hidden), outputs), model.activation)


def places(model: DenseModel, wide: DenseModel) -> NDArray[np.intp]:
    """Give where each parameter of `model` stands among those of the padded one, (parameters,)."""
    numbers = np.arange(wide.parameters)
    weights, biases = wide.layers(numbers)
    parts: list[NDArray[np.intp]] = []
    for (inputs, units), w, b in zip(pairwise(model.sizes), weights, biases, strict=True):
        parts += [w[:inputs, :units].ravel(), b[:units]]
    return np.concatenate(parts)


def unit_places(hidden: Sequence[int], wide: Sequence[int]) -> NDArray[np.intp]:
    """Give where each hidden unit stands among those of the padded layers, (units,)."""
    first = np.cumsum([0, *wide[:-1]])
    return np.concatenate([start + np.arange(units) for start, units in zip(first, hidden, strict=True)])


def is_weight(model: DenseModel) -> NDArray[np.bool_]:
    """Tell which parameters are weights, not biases, (parameters,)."""
    kinds = [np.repeat([True, False], [inputs * units, units]) for inputs, units in pairwise(model.sizes)]
    return np.concatenate(kinds)
