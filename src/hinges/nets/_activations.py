"""The activations: value and derivative of each, elementwise, and whether it is piecewise linear."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hinges._arrays import Floats

LEAKY_SLOPE = 0.3  # of leaky_relu below zero, unless another is given


@dataclass(frozen=True)
class ActivationFunction:
    """An elementwise activation: `value(z, slope)` and `derivative(z, slope)` on arrays of any shape.

    Only leaky_relu reads the slope. At a kink the derivative is the one from the left, as in training code.
    """

    name: str
    value: Callable[[Floats, float], Floats]
    derivative: Callable[[Floats, float], Floats]
    piecewise_linear: bool


def _sigmoid(z: Floats) -> Floats:
    small = np.exp(-np.abs(z))  # never overflows
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


def _tanh_derivative(z: Floats) -> Floats:
    return 4.0 * _sigmoid(2.0 * z) * _sigmoid(-2.0 * z)  # 1 - tanh^2 would cancel far from zero


_ALL = (
    ActivationFunction("linear", lambda z, _: z, lambda z, _: np.ones_like(z), True),
    ActivationFunction("relu", lambda z, _: np.maximum(z, 0.0), lambda z, _: np.where(z > 0, 1.0, 0.0), True),
    ActivationFunction(
        "leaky_relu",
        lambda z, slope: np.where(z > 0, z, slope * z),
        lambda z, slope: np.where(z > 0, 1.0, slope),
        True,
    ),
    ActivationFunction("tanh", lambda z, _: np.tanh(z), lambda z, _: _tanh_derivative(z), False),
    ActivationFunction("sigmoid", lambda z, _: _sigmoid(z), lambda z, _: _sigmoid(z) * _sigmoid(-z), False),
    ActivationFunction("softplus", lambda z, _: np.logaddexp(0.0, z), lambda z, _: _sigmoid(z), False),
)

ACTIVATIONS: dict[str, ActivationFunction] = {activation.name: activation for activation in _ALL}
