"""The objective in jax: the outputs of many networks at once, and how wrong they are.

Parameters are those of a DenseModel with the seeds in the last axis, so that the compiled loops run over
neighbours in memory. This file, `_steps` and `_program` are all that needs jax; they run within `float64()`.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from hinges import _extras
from hinges.nets._activations import LEAKY_SLOPE
from hinges.train._dense_model import DenseModel

T = TypeVar("T")
Forward = Callable[[Any, Any], tuple[Any, list[Any]]]
Errors = Callable[..., Any]


def float64() -> AbstractContextManager[Any]:
    """Give the context in which everything that calls jax has to run: local, never a process-wide flag."""
    return _extras.require("jax", extra="train").enable_x64(True)


def on_device(values: T) -> T:
    """Give a tuple of arrays where jax computes: on a GPU where there is one."""
    return _extras.require("jax", extra="train").device_put(values)


def forward(model: DenseModel) -> Forward:
    """Give the outputs (rows, outputs, seeds) and each hidden layer's pre-activations, of parameters and inputs.

    The inputs are (rows, inputs, seeds), or (rows, inputs, 1) where all seeds see the same rows.
    """
    unit = _activation(model.activation)

    def outputs(parameters: Any, x: Any) -> tuple[Any, list[Any]]:
        weights, biases = model.layers(parameters)
        hidden: list[Any] = []
        for w, b in zip(weights[:-1], biases[:-1], strict=True):
            hidden.append(_product(x, w) + b)
            x = unit(hidden[-1])
        return _product(x, weights[-1]) + biases[-1], hidden

    return outputs


def squared_errors(outputs: Any, y: Any, weights: Any) -> Any:
    """Give the weighted squares of each output's error, averaged over outputs, (rows, seeds)."""
    return weights * ((outputs - y) ** 2).mean(1)


def cross_entropies(outputs: Any, y: Any, weights: Any) -> Any:
    """Give the weighted surprise at the class that y (rows, classes, ...) marks with 1, (rows, seeds)."""
    jax = _extras.require("jax", extra="train")
    return weights * (jax.nn.logsumexp(outputs, axis=1) - (y * outputs).sum(1))


ERRORS: dict[str, Errors] = {"mse": squared_errors, "cross-entropy": cross_entropies}


def _product(x: Any, weights: Any) -> Any:
    """Give x (rows, inputs, seeds or 1) times weights (inputs, units, seeds), for every seed by itself."""
    inputs, units, _ = weights.shape
    if inputs == 1:
        return x * weights[0]
    if units == 1:
        return (x * weights[:, 0]).sum(1, keepdims=True)
    jnp = _extras.require("jax.numpy", extra="train")
    if x.shape[2] == 1:
        return jnp.tensordot(x[:, :, 0], weights, 1)
    return jnp.einsum("ris,ius->rus", x, weights)


def _activation(name: str) -> Callable[[Any], Any]:
    """Give the activation, with the derivative from the left at a kink, as training code has it."""
    jax = _extras.require("jax", extra="train")
    jnp = jax.numpy
    return {
        "linear": lambda z: z,
        "relu": lambda z: jnp.where(z > 0, z, 0.0),
        "leaky_relu": lambda z: jnp.where(z > 0, z, LEAKY_SLOPE * z),
        "tanh": jnp.tanh,
        "sigmoid": jax.nn.sigmoid,
        "softplus": lambda z: jnp.logaddexp(z, 0.0),
    }[name]
