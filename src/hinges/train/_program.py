"""The compiled part: steps of Adam on many seeds at once. The only file that needs jax and optax.

It is called within `float64()`, a local `jax.enable_x64`, never a process-wide flag. The step count, the rates,
the data and the seeds are arguments of the compiled loop, so that only new shapes compile anew; and there is
one loop only, which with no step at all measures the losses, because compiling costs more than training.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hinges import _extras
from hinges._arrays import Floats

ADAM_EPSILON = 1e-7  # Keras's default; both betas are Keras's and optax's
TINY = 1e-300  # keeps 0 / 0 out of the mean over no rows

Errors = Callable[[Any, Any, Any, Any], Any]


class Data(NamedTuple):
    """Rows as (rows, 1) arrays; the training rows end with one of weight 0, for the free places of a batch."""

    x: Any
    y: Any
    weights: Any
    held_x: Any
    held_y: Any
    held_weights: Any


class Plan(NamedTuple):
    """The coming steps: rows (window, batch, seeds), batch sizes and learning rates (window,), and how many."""

    rows: Any
    sizes: Any
    rates: Any
    steps: int


class State(NamedTuple):
    """Every seed: parameters (3 * units + 1, seeds), Adam's moments, and what was measured (seeds,).

    The losses are on the training rows and on those held out (0 without any). A seed that is not `alive` met a
    number that is not finite, and keeps its last finite parameters and losses.
    """

    parameters: Any
    moments: Any
    loss: Any
    held_loss: Any
    alive: Any


Advance = Callable[[State, Data, Plan], State]


def float64() -> AbstractContextManager[Any]:
    """Give the context in which everything of this file has to run."""
    return _extras.require("jax", extra="train").enable_x64(True)


def begin(parameters: Floats) -> State:
    """Give the state before the first step, with nothing measured yet."""
    seeds = parameters.shape[1]
    return State(parameters, _adam().init(parameters), np.zeros(seeds), np.zeros(seeds), np.ones(seeds, bool))


def replaced(state: State, parameters: Floats, changed: NDArray[np.bool_]) -> State:
    """Give the state with other parameters, and without Adam's memory where they `changed`."""

    def forget(leaf: Any) -> Any:
        return np.where(changed, 0.0, leaf) if np.shape(leaf) == changed.shape else leaf

    moments = _extras.require("jax", extra="train").tree.map(forget, state.moments)
    return state._replace(parameters=parameters, moments=moments)


@cache
def program(activation: str, slope: float, *, full: bool) -> Advance:
    """Give the compiled loop; a `full` one takes all rows in every step and reads no order of rows."""
    jax = _extras.require("jax", extra="train")
    adam = _adam()
    errors = _squared_errors(activation, slope)
    gradient = jax.grad(lambda *arguments: errors(*arguments).sum())

    def advance(state: State, data: Data, plan: Plan) -> State:
        def step(i: Any, carried: tuple[Any, Any]) -> tuple[Any, Any]:
            parameters, moments = carried
            batch = data[:3] if full else [part[plan.rows[i], 0] for part in data[:3]]
            direction, moments = adam.update(gradient(parameters, *batch) / plan.sizes[i], moments)
            return parameters - plan.rates[i] * direction, moments

        parameters, moments = jax.lax.fori_loop(0, plan.steps, step, (state.parameters, state.moments))
        return _measured(state, parameters, moments, data, errors)

    return jax.jit(advance)


def _measured(state: State, parameters: Any, moments: Any, data: Data, errors: Errors) -> State:
    """Measure the losses; keep the state of the seeds that met a number that is not finite."""
    jnp = _extras.require("jax.numpy", extra="train")

    def mean(x: Any, y: Any, weights: Any) -> Any:
        return errors(parameters, x, y, weights).sum(0) / jnp.maximum(weights.sum(), TINY)

    loss, held_loss = mean(*data[:3]), mean(*data[3:])
    alive = state.alive & jnp.isfinite(parameters).all(0) & jnp.isfinite(loss)
    return State(
        jnp.where(alive, parameters, state.parameters),
        moments,
        jnp.where(alive, loss, state.loss),
        jnp.where(alive, held_loss, state.held_loss),
        alive,
    )


def _squared_errors(activation: str, slope: float) -> Errors:
    """Give the weighted squared errors (rows, seeds) as a function of parameters, x, y and weights."""
    jnp = _extras.require("jax.numpy", extra="train")
    unit = _activation(activation, slope)

    def squared_errors(parameters: Any, x: Any, y: Any, weights: Any) -> Any:
        units = (parameters.shape[0] - 1) // 3
        w, b, c, d = jnp.split(parameters, (units, 2 * units, 3 * units))
        outputs = (unit(x[:, None] * w + b) * c).sum(1) + d
        return weights * (outputs - y) ** 2

    return squared_errors


def _activation(name: str, slope: float) -> Callable[[Any], Any]:
    """Give the activation, with the derivative from the left at a kink, as training code has it."""
    jax = _extras.require("jax", extra="train")
    jnp = jax.numpy
    return {
        "linear": lambda z: z,
        "relu": lambda z: jnp.where(z > 0, z, 0.0),
        "leaky_relu": lambda z: jnp.where(z > 0, z, slope * z),
        "tanh": jnp.tanh,
        "sigmoid": jax.nn.sigmoid,
        "softplus": lambda z: jnp.logaddexp(z, 0.0),
    }[name]


def _adam() -> Any:
    return _extras.require("optax", extra="train").scale_by_adam(eps=ADAM_EPSILON)
