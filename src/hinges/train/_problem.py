"""Problem: the rows that training sees, in the scale in which it sees them, and the way back."""

from dataclasses import dataclass

import numpy as np

from hinges._arrays import Floats, frozen
from hinges.errors import InvalidInputError

LARGEST = 1e150  # squares of anything larger overflow float64
SMALLEST = 1e-150  # the inverse of a spread below this does


@dataclass(frozen=True)
class Problem:
    """Rows in training scale: `x = (X - x_offset) / x_scale`, `y = (Y - y_offset) / y_scale`.

    `x`, `y`, `weights` are (n,), the weights with mean 1; the held-out rows are (v,), v >= 0. `x_range` is the
    smallest and largest X of the training rows, `constant_loss` the mean squared error of the best constant on
    them, both in the units of the data.
    """

    x: Floats
    y: Floats
    weights: Floats
    held_x: Floats
    held_y: Floats
    held_weights: Floats
    x_offset: float
    x_scale: float
    y_offset: float
    y_scale: float
    x_range: tuple[float, float]
    constant_loss: float

    def to_original(self, parameters: Floats) -> Floats:
        """Fold the scaling into `parameters` (3 * units + 1, ...): the same function of the original x."""
        units = (len(parameters) - 1) // 3
        weights = parameters[:units] / self.x_scale
        biases = parameters[units : 2 * units] - weights * self.x_offset
        coefficients = parameters[2 * units : 3 * units] * self.y_scale
        output_bias = parameters[3 * units :] * self.y_scale + self.y_offset
        return np.concatenate([weights, biases, coefficients, output_bias])


def scaled_problem(x: Floats, y: Floats, weights: Floats, *, validation: float, standardize: bool) -> Problem:
    """Hold out the last `validation` share of the rows, as Keras does, and scale by the rows that remain."""
    for name, values in (("x", x), ("y", y)):
        if np.abs(values).max() > LARGEST:
            raise InvalidInputError(f"{name} has entries beyond {LARGEST:g}, whose squares overflow: rescale {name}")
        if standardize and 0 < np.ptp(values) < SMALLEST:
            raise InvalidInputError(f"{name} spans only {np.ptp(values):g}: rescale {name}")
    split = int(len(x) * (1.0 - validation))
    if split < 1 or not (weights[:split] > 0).any():
        raise InvalidInputError(f"validation = {validation} leaves none of the {len(x)} rows to train on")
    rows, held = np.flatnonzero(weights[:split] > 0), split + np.flatnonzero(weights[split:] > 0)
    x_offset, x_scale = _offset_and_scale(x[rows]) if standardize else (0.0, 1.0)
    y_offset, y_scale = _offset_and_scale(y[rows]) if standardize else (0.0, 1.0)
    scaled_x, scaled_y = (x - x_offset) / x_scale, (y - y_offset) / y_scale
    mean = weights[rows].mean()
    centre = np.average(scaled_y[rows], weights=weights[rows])
    spread = np.average((scaled_y[rows] - centre) ** 2, weights=weights[rows])
    return Problem(
        x=frozen(scaled_x[rows]),
        y=frozen(scaled_y[rows]),
        weights=frozen(weights[rows] / mean),
        held_x=frozen(scaled_x[held]),
        held_y=frozen(scaled_y[held]),
        held_weights=frozen(weights[held] / mean),
        x_offset=x_offset,
        x_scale=x_scale,
        y_offset=y_offset,
        y_scale=y_scale,
        x_range=(float(x[rows].min()), float(x[rows].max())),
        constant_loss=float(spread) * y_scale**2,
    )


def _offset_and_scale(values: Floats) -> tuple[float, float]:
    """Give mean and standard deviation; equal values, which have none, are scaled by their own size."""
    if values.min() == values.max():
        size = float(np.abs(values[0]))
        return float(values[0]), size if size > SMALLEST else 1.0
    offset = float(values.mean())
    largest = float(np.abs(values - offset).max())  # taken out, so that no square underflows
    return offset, largest * float(np.sqrt(np.mean(((values - offset) / largest) ** 2)))
