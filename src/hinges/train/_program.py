"""The compiled part: steps of Adam on many seeds at once. The only file that needs jax and optax.

It is called within `float64()`, a local `jax.enable_x64`, never a process-wide flag. The step count, the rates,
the data and the seeds are arguments of the compiled loop, so that only new shapes compile anew.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, NamedTuple

from hinges import _extras

ADAM_EPSILON = 1e-7  # Keras's default; both betas are Keras's and optax's
TINY = 1e-300  # keeps 0 / 0 out of the mean over no rows


class Data(NamedTuple):
    """Rows as (rows, 1) arrays; the training rows end with one of weight 0, for the free places of a batch."""

    x: Any
    y: Any
    weights: Any
    held_x: Any
    held_y: Any
    held_weights: Any


class State(NamedTuple):
    """Every seed: parameters (3 * units + 1, seeds), Adam's moments, and losses (seeds,) on the training rows
    and on those held out (0 without any). A seed that is not `alive` met a number that is not finite, and
    keeps its last finite parameters and losses.
    """

    parameters: Any
    moments: Any
    loss: Any
    held_loss: Any
    alive: Any


class Program(NamedTuple):
    """The compiled functions for one activation."""

    begin: Callable[..., State]
    advance: Callable[..., State]
    replace: Callable[..., State]


def float64() -> AbstractContextManager[Any]:
    """Give the context in which every call of a program has to run."""
    return _extras.require("jax", extra="train").enable_x64(True)


@cache
def program(activation: str, slope: float, *, full: bool) -> Program:
    """Give the compiled functions; `full` programs take all rows in every step and no order of rows."""
    jax = _extras.require("jax", extra="train")
    optax = _extras.require("optax", extra="train")
    jnp = jax.numpy
    adam = optax.scale_by_adam(eps=ADAM_EPSILON)
    unit = _activation(jax, activation, slope)

    def squared_errors(parameters: Any, x: Any, y: Any, weights: Any) -> Any:
        units = (parameters.shape[0] - 1) // 3
        w, b, c, d = jnp.split(parameters, (units, 2 * units, 3 * units))
        outputs = (unit(x[:, None] * w + b) * c).sum(1) + d
        return weights * (outputs - y) ** 2

    def total(parameters: Any, x: Any, y: Any, weights: Any) -> Any:
        return squared_errors(parameters, x, y, weights).sum()

    def mean(parameters: Any, x: Any, y: Any, weights: Any) -> Any:
        return squared_errors(parameters, x, y, weights).sum(0) / jnp.maximum(weights.sum(), TINY)

    def measured(parameters: Any, moments: Any, data: Data, before: Any) -> State:
        loss = mean(parameters, data.x, data.y, data.weights)
        held_loss = mean(parameters, data.held_x, data.held_y, data.held_weights)
        finite = before & jnp.isfinite(parameters).all(0) & jnp.isfinite(loss)
        return State(parameters, moments, loss, held_loss, finite)

    def begin(parameters: Any, data: Data) -> State:
        everyone = jnp.ones(parameters.shape[1], bool)
        return measured(parameters, adam.init(parameters), data, everyone)

    def advance(state: State, data: Data, order: Any, sizes: Any, rates: Any, steps: Any) -> State:
        def step(i: Any, carried: tuple[Any, Any]) -> tuple[Any, Any]:
            parameters, moments = carried
            if full:
                batch = data.x, data.y, data.weights
            else:
                rows = order[i]
                batch = data.x[rows, 0], data.y[rows, 0], data.weights[rows, 0]
            gradient = jax.grad(total)(parameters, *batch) / sizes[i]
            direction, moments = adam.update(gradient, moments)
            return parameters - rates[i] * direction, moments

        parameters, moments = jax.lax.fori_loop(0, steps, step, (state.parameters, state.moments))
        after = measured(parameters, moments, data, state.alive)
        return State(
            jnp.where(after.alive, parameters, state.parameters),
            moments,
            jnp.where(after.alive, after.loss, state.loss),
            jnp.where(after.alive, after.held_loss, state.held_loss),
            after.alive,
        )

    def replace(state: State, data: Data, parameters: Any, changed: Any) -> State:
        def forget(leaf: Any) -> Any:
            return jnp.where(changed, 0.0, leaf) if leaf.shape == changed.shape else leaf

        return measured(parameters, jax.tree.map(forget, state.moments), data, state.alive)

    return Program(jax.jit(begin), jax.jit(advance), jax.jit(replace))


def _activation(jax: Any, name: str, slope: float) -> Callable[[Any], Any]:
    """Give the activation with the derivative 0 (or the slope) at a kink, as training code has it."""
    jnp = jax.numpy
    return {
        "linear": lambda z: z,
        "relu": lambda z: jnp.where(z > 0, z, 0.0),
        "leaky_relu": lambda z: jnp.where(z > 0, z, slope * z),
        "tanh": jnp.tanh,
        "sigmoid": jax.nn.sigmoid,
        "softplus": lambda z: jnp.logaddexp(z, 0.0),
    }[name]
