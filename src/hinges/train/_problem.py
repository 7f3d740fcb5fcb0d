"""Problem: the rows that training sees, in the scale in which it sees them, and the way back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats, frozen
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.train._dense_model import DenseModel
from hinges.train._scale import Scale, check_sizes

MOST_CLASSES = 10_000


@dataclass(frozen=True)
class Problem:
    """Rows in training scale.

    Arguments:
        x: (n, inputs).
        y: (n, outputs); of classes, 1 at the row's class and 0 elsewhere.
        weights: (n,) with mean 1.
        held_x: (v, inputs) of the rows held out, v >= 0.
        held_y: (v, outputs).
        held_weights: (v,).
        scale: from the units of the data to those of training.
        rows: (n,) which rows of the data these are.
        held_rows: (v,) which ones are held out.
        constant_loss: loss of the best constant on them, in the units of the data.
    """

    x: Floats
    y: Floats
    weights: Floats
    held_x: Floats
    held_y: Floats
    held_weights: Floats
    scale: Scale
    rows: NDArray[np.intp]
    held_rows: NDArray[np.intp]
    constant_loss: float

    def to_original(self, parameters: Floats, model: DenseModel) -> Floats:
        """Fold the scaling into `parameters` (parameters, ...): the same function of the original x."""
        return model.flat(*self.scale.folded(*model.layers(parameters)))


def scaled_problem(data: Dataset, *, loss: str = "mse", validation: float = 0.0, standardize: bool = True) -> Problem:
    """Hold out the last `validation` share of the rows, as Keras does, and scale by the rows that remain."""
    x, y = data.x, data.y if loss == "mse" else _marked(data.y)
    weights = np.ones(len(x)) if data.weights is None else data.weights
    check_sizes("x", x, spread=standardize)
    check_sizes("y", y, spread=standardize and loss == "mse")
    split = int(len(x) * (1.0 - validation))
    if split < 1 or not (weights[:split] > 0).any():
        raise InvalidInputError(f"validation = {validation} leaves none of the {len(x)} rows to train on")
    rows, held = np.flatnonzero(weights[:split] > 0), split + np.flatnonzero(weights[split:] > 0)
    scale = Scale.of(x[rows], y[rows], standardize=standardize, targets=loss == "mse")
    scaled_x, scaled_y, mean = scale.x(x), scale.y(y), weights[rows].mean()
    return Problem(
        x=frozen(scaled_x[rows]),
        y=frozen(scaled_y[rows]),
        weights=frozen(weights[rows] / mean),
        held_x=frozen(scaled_x[held]),
        held_y=frozen(scaled_y[held]),
        held_weights=frozen(weights[held] / mean),
        scale=scale,
        rows=frozen(rows),
        held_rows=frozen(held),
        constant_loss=_constant_loss(scaled_y[rows], weights[rows], scale.y_scale, loss),
    )


def _marked(labels: Floats) -> Floats:
    """Give the classes of labels (n, 1) as rows with a 1 at the class, (n, classes): as many as the largest says."""
    if labels.shape[1] != 1:
        raise InvalidInputError(f"loss='cross-entropy' needs one column of labels in y, not {labels.shape[1]}")
    wrong = np.flatnonzero(
        (labels[:, 0] != np.floor(labels[:, 0])) | (labels[:, 0] < 0) | (labels >= MOST_CLASSES)[:, 0]
    )
    if len(wrong):
        raise InvalidInputError(
            f"y[{wrong[0]}] = {labels[wrong[0], 0]:g}: loss='cross-entropy' needs labels 0, 1, 2, ... "
            f"below {MOST_CLASSES}"
        )
    classes = max(2, int(labels.max()) + 1)
    return (labels == np.arange(classes)).astype(np.float64)


def _constant_loss(y: Floats, weights: Floats, y_scale: Floats, loss: str) -> float:
    """Give the loss of the best constant: the variance, or the entropy of the classes."""
    centre = np.average(y, axis=0, weights=weights)
    if loss == "mse":
        return float(np.mean(np.average((y - centre) ** 2, axis=0, weights=weights) * y_scale**2))
    present = centre[centre > 0]
    return float(-(present * np.log(present)).sum())
