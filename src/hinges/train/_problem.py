"""Problem: the rows that training sees, in the scale in which it sees them, and the way back."""

from dataclasses import dataclass

import numpy as np

from hinges._arrays import Floats, frozen
from hinges.errors import InvalidInputError

LARGEST = 1e150  # squares of anything larger overflow float64
SMALLEST = 1e-150  # a spread below this cannot be divided by


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
    if np.abs(y).max() > LARGEST or np.abs(x).max() > LARGEST:
        name = "y" if np.abs(y).max() > LARGEST else "x"
        raise InvalidInputError(f"{name} has entries beyond {LARGEST:g}, whose squares overflow: rescale {name}")
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
    """Give mean and standard deviation, with 1 for a spread too small to divide by."""
    offset = float(values.mean())
    scale = float(np.abs(values - offset).max())
    if scale <= SMALLEST:
        return offset, 1.0
    return offset, scale * float(np.sqrt(np.mean(((values - offset) / scale) ** 2)))
