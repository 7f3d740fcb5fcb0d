"""The activations: value and derivative of each, elementwise, and whether it is piecewise linear."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hinges._arrays import Floats

LEAKY_SLOPE = 0.3  # of leaky_relu below zero, unless another is given
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
_GELU_CUBE = 0.044715


@dataclass(frozen=True)
class ActivationFunction:
    """An elementwise activation: `value(z, parameter)` and `derivative(z, parameter)` on arrays of any shape.

    The parameter is the slope below zero of leaky_relu and elu, one for all units or one a unit, and the pair
    (low, high) of clip; the others do not read it. At a kink the derivative is the one from the left, as in
    training code.
    """

    name: str
    value: Callable[[Floats, Any], Floats]
    derivative: Callable[[Floats, Any], Floats]
    piecewise_linear: bool


def _sigmoid(z: Floats) -> Floats:
    small = np.exp(-np.abs(z))  # never overflows
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


def _tanh_derivative(z: Floats) -> Floats:
    return 4.0 * _sigmoid(2.0 * z) * _sigmoid(-2.0 * z)  # 1 - tanh^2 would cancel far from zero


def _elu(z: Floats, alpha: Any) -> Floats:
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0.0)))


def _elu_derivative(z: Floats, alpha: Any) -> Floats:
    return np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0.0)))


def _erfc(z: Floats) -> Floats:
    return np.vectorize(math.erfc, otypes=[np.float64])(z)  # NumPy alone has none


def _gelu(z: Floats, _: Any) -> Floats:
    return 0.5 * z * _erfc(-z / math.sqrt(2.0))


def _gelu_derivative(z: Floats, _: Any) -> Floats:
    density = np.exp(-0.5 * np.square(np.clip(z, -50.0, 50.0))) / math.sqrt(2.0 * math.pi)
    return 0.5 * _erfc(-z / math.sqrt(2.0)) + z * density


def _tanh_inner(z: Floats) -> Floats:
    z = np.clip(z, -1e3, 1e3)  # its hyperbolic tangent is 1 long before
    return math.sqrt(2.0 / math.pi) * (z + _GELU_CUBE * z**3)


def _gelu_tanh(z: Floats, _: Any) -> Floats:
    return z * _sigmoid(2.0 * _tanh_inner(z))


def _gelu_tanh_derivative(z: Floats, _: Any) -> Floats:
    inner = 2.0 * _tanh_inner(z)
    z = np.clip(z, -1e3, 1e3)
    slope = 2.0 * math.sqrt(2.0 / math.pi) * (1.0 + 3.0 * _GELU_CUBE * z**2)
    return _sigmoid(inner) + z * _sigmoid(inner) * _sigmoid(-inner) * slope


def _silu_derivative(z: Floats, _: Any) -> Floats:
    return _sigmoid(z) + z * _sigmoid(z) * _sigmoid(-z)


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
_READ = (
    ActivationFunction(
        "clip",
        lambda z, bounds: np.clip(z, *bounds),
        lambda z, bounds: np.where((z > bounds[0]) & (z <= bounds[1]), 1.0, 0.0),
        True,
    ),
    ActivationFunction("elu", _elu, _elu_derivative, False),
    ActivationFunction(
        "selu",
        lambda z, _: SELU_SCALE * _elu(z, SELU_ALPHA),
        lambda z, _: SELU_SCALE * _elu_derivative(z, SELU_ALPHA),
        False,
    ),
    ActivationFunction("gelu", _gelu, _gelu_derivative, False),
    ActivationFunction("gelu_tanh", _gelu_tanh, _gelu_tanh_derivative, False),
    ActivationFunction("silu", lambda z, _: z * _sigmoid(z), _silu_derivative, False),
    ActivationFunction(
        "softsign", lambda z, _: z / (1.0 + np.abs(z)), lambda z, _: (1.0 / (1.0 + np.abs(z))) ** 2, False
    ),
)

# The six with which networks are built and trained here, and those that networks from elsewhere may hold besides.
ACTIVATIONS: dict[str, ActivationFunction] = {activation.name: activation for activation in _ALL}
ELEMENTWISE: dict[str, ActivationFunction] = {activation.name: activation for activation in (*_ALL, *_READ)}
