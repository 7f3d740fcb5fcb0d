"""Scale: the units in which training sees the data, and the way back into a network's weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hinges._arrays import Floats
from hinges.errors import InvalidInputError

LARGEST = 1e150  # squares of anything larger overflow float64
SMALLEST = 1e-150  # the inverse of a spread below this overflows float64


def check_sizes(name: str, values: Floats, *, spread: bool) -> None:
    """Refuse columns (n, columns) whose squares overflow, or, where they are scaled by their spread, its inverse."""
    if np.abs(values).max() > LARGEST:
        raise InvalidInputError(f"{name} has entries beyond {LARGEST:g}, whose squares overflow: rescale {name}")
    spans = np.ptp(values, axis=0)
    if spread and ((spans > 0) & (spans < SMALLEST)).any():
        raise InvalidInputError(f"{name} spans only {spans[(spans > 0) & (spans < SMALLEST)][0]:g}: rescale {name}")


@dataclass(frozen=True)
class Scale:
    """Columns in training scale: `(X - x_offset) / x_scale` and `(Y - y_offset) / y_scale`, one entry a column."""

    x_offset: Floats
    x_scale: Floats
    y_offset: Floats
    y_scale: Floats

    @classmethod
    def of(cls, x: Floats, y: Floats, *, standardize: bool = True, targets: bool = True) -> "Scale":
        """Give the scale of rows x (n, d), y (n, m); without `standardize` (or, for y, `targets`) it changes nothing.

        A column of equal values has no spread: it is moved to zero, and scaled by its own size.
        """
        plain_x, plain_y = _none(x.shape[1]), _none(y.shape[1])
        return cls(*(_spread(x) if standardize else plain_x), *(_spread(y) if standardize and targets else plain_y))

    def x(self, values: Floats) -> Floats:
        """Give inputs (n, d) in training scale."""
        return (values - self.x_offset) / self.x_scale

    def y(self, values: Floats) -> Floats:
        """Give outputs (n, m) in training scale."""
        return (values - self.y_offset) / self.y_scale

    def folded(self, weights: Sequence[Floats], biases: Sequence[Floats]) -> tuple[list[Floats], list[Floats]]:
        """Give the weights and biases of the same function of the data as they are; a last axis of seeds may follow."""
        weights, biases = list(weights), list(biases)
        weights[0] = weights[0] / _along(self.x_scale, weights[0].ndim)
        biases[0] = biases[0] - np.einsum("i,i...->...", self.x_offset, weights[0])
        y_scale, y_offset = (_along(part, biases[-1].ndim) for part in (self.y_scale, self.y_offset))
        weights[-1] = weights[-1] * y_scale
        biases[-1] = biases[-1] * y_scale + y_offset
        return weights, biases

    def unfolded(self, weights: Sequence[Floats], biases: Sequence[Floats]) -> tuple[list[Floats], list[Floats]]:
        """Give what `folded` takes back to these weights (inputs, units) and biases (units,), up to rounding."""
        weights, biases = list(weights), list(biases)
        biases[0] = biases[0] + self.x_offset @ weights[0]
        weights[0] = weights[0] * self.x_scale[:, None]
        weights[-1] = weights[-1] / self.y_scale
        biases[-1] = (biases[-1] - self.y_offset) / self.y_scale
        return weights, biases


def _along(column: Floats, ndim: int) -> Floats:
    """Give a vector as an array of so many dimensions that runs along the first."""
    return column.reshape(-1, *(1,) * (ndim - 1))


def _none(columns: int) -> tuple[Floats, Floats]:
    return np.zeros(columns), np.ones(columns)


def _spread(values: Floats) -> tuple[Floats, Floats]:
    equal = values.min(axis=0) == values.max(axis=0)
    offset = np.where(equal, values[0], values.mean(axis=0))
    largest = np.abs(values - offset).max(axis=0)  # taken out, so that no square underflows
    safe = np.where(largest > SMALLEST, largest, 1.0)
    spread = np.where(equal, np.abs(values[0]), safe * np.sqrt(np.mean(((values - offset) / safe) ** 2, axis=0)))
    return offset, np.where(spread > SMALLEST, spread, 1.0)
