"""The compiled loop: steps of gradient descent on many seeds at once, and what is measured after them.

The steps, the moments, the rates, the data and the seeds are arguments of the compiled loop, so that only new
shapes compile anew; and there is one loop only, which with no step at all measures, because compiling costs more
than training.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hinges import _extras
from hinges._arrays import Floats
from hinges.train._dense_model import DenseModel
from hinges.train._objective import ERRORS, Forward, forward

EPSILON = 1e-7  # Keras's default of adam and rmsprop; adam's betas are Keras's and optax's
RMS_DECAY = 0.9  # Keras's default
BLOCK = 1 << 22  # numbers of a layer in one go, where losses are measured over all rows

OPTIMIZERS = ("adam", "sgd", "rmsprop")


@dataclass(frozen=True)
class Kind:
    """What is compiled: a padded model, its loss and optimizer; whether all rows are taken; whether weights cost."""

    model: DenseModel
    loss: str
    optimizer: str
    full: bool
    penalised: bool


class Data(NamedTuple):
    """Rows x (rows, inputs) and y (rows, outputs), first those to train on; the rest belongs to the model.

    The training rows have `weights` (training rows,) and end with one of weight 0, for the free places of a batch.
    `shares` (rows, 2) are what every row counts in the mean over the training rows and over those held out.
    `free` (parameters, 1) is 0 where a parameter is padding; `l1` and `l2` are (parameters, 1), 0 but for weights;
    a squared error times `y_squares` (outputs, 1) is in the units of the data.
    """

    x: Any
    y: Any
    weights: Any
    shares: Any
    free: Any
    l1: Any
    l2: Any
    y_squares: Any


class Plan(NamedTuple):
    """The coming steps: rows (window, batch, seeds), batch sizes and learning rates (window,); and when to measure.

    The first `moments` entries of `stops` (most moments,) are the steps after which everything is measured, the
    last of them the end.
    """

    rows: Any
    sizes: Any
    rates: Any
    stops: Any
    moments: int


class Measures(NamedTuple):
    """What every seed does: losses and, of classes, shares that are right (seeds,); dead and always-on units.

    Held-out rows have loss 0 where there are none. A unit is dead (always on) when its pre-activation is <= 0
    (> 0) on every training row, (hidden units, seeds).
    """

    loss: Any
    held_loss: Any
    accuracy: Any
    held_accuracy: Any
    dead: Any
    always_on: Any


class State(NamedTuple):
    """Every seed: parameters (parameters, seeds), the optimizer's memory, and what was measured.

    A seed that is not `alive` (seeds,) met a number that is not finite, and keeps its last finite parameters
    and measures.
    """

    parameters: Any
    memory: Any
    measures: Measures
    alive: Any


class Moments(NamedTuple):
    """What was at every stop, the moments in the first axis of every array."""

    parameters: Any
    measures: Measures
    alive: Any


Advance = Callable[[State, Data, Plan], tuple[State, Moments]]


def begin(parameters: Floats, kind: Kind) -> State:
    """Give the state before the first step, with nothing measured yet; all of these optimizers remember zeros."""
    seeds, units = parameters.shape[1], sum(kind.model.sizes[1:-1])
    jax = _extras.require("jax", extra="train")
    memory = jax.tree.map(
        lambda leaf: np.zeros(leaf.shape, leaf.dtype), jax.eval_shape(_optimizer(kind).init, parameters)
    )
    losses, flags = (np.zeros(seeds) for _ in range(4)), (np.zeros((units, seeds), bool) for _ in range(2))
    return State(parameters, memory, Measures(*losses, *flags), np.ones(seeds, bool))


def replaced(state: State, parameters: Floats, changed: NDArray[np.bool_]) -> State:
    """Give the state with other parameters, and without the optimizer's memory where they `changed`."""

    def forget(leaf: Any) -> Any:
        return np.where(changed, 0.0, leaf) if np.shape(leaf) == changed.shape else leaf

    memory = _extras.require("jax", extra="train").tree.map(forget, state.memory)
    return state._replace(parameters=parameters, memory=memory)


@cache
def program(kind: Kind) -> Advance:
    """Give the compiled loop; a `full` one takes all rows in every step and reads no order of rows."""
    jax = _extras.require("jax", extra="train")
    optimizer, outputs = _optimizer(kind), forward(kind.model)
    errors = ERRORS[kind.loss]
    gradient = jax.grad(lambda p, x, y, weights: errors(outputs(p, x)[0], y, weights).sum())

    def advance(state: State, data: Data, plan: Plan) -> tuple[State, Moments]:
        def step(i: Any, carried: tuple[Any, Any]) -> tuple[Any, Any]:
            parameters, memory = carried
            batch = _all_rows(data) if kind.full else _some_rows(data, plan.rows[i])
            slope = gradient(parameters, *batch) / plan.sizes[i]
            if kind.penalised:
                slope = slope + data.l1 * jax.numpy.sign(parameters) + 2.0 * data.l2 * parameters
            direction, memory = optimizer.update(data.free * slope, memory)
            return parameters - plan.rates[i] * direction, memory

        def moment(k: Any, carried: tuple[State, Moments]) -> tuple[State, Moments]:
            state, moments = carried
            first = jax.numpy.where(k > 0, plan.stops[k - 1], 0)
            parameters, memory = jax.lax.fori_loop(first, plan.stops[k], step, (state.parameters, state.memory))
            state = _measured(state, parameters, memory, _measures(parameters, data, outputs, kind))
            now = Moments(state.parameters, state.measures, state.alive)
            return state, jax.tree.map(lambda all_of, one: all_of.at[k].set(one), moments, now)

        places = len(plan.stops)
        empty = jax.tree.map(
            lambda part: jax.numpy.zeros((places, *part.shape), part.dtype),
            Moments(state.parameters, state.measures, state.alive),
        )
        return jax.lax.fori_loop(0, plan.moments, moment, (state, empty))

    return jax.jit(advance)


@cache
def objective(kind: Kind) -> Callable[[Any, Data], tuple[Any, Any]]:
    """Give the compiled mean loss over all training rows, with its penalties, and its gradient, of one seed."""
    jax = _extras.require("jax", extra="train")
    outputs, errors = forward(kind.model), ERRORS[kind.loss]

    def cost(parameters: Any, data: Data) -> Any:
        column = parameters[:, None]
        x, y, weights = _all_rows(data)
        loss = errors(outputs(column, x)[0], y, weights).sum() / weights.sum()
        return loss + (data.l1 * abs(column) + data.l2 * column**2).sum()

    def both(parameters: Any, data: Data) -> tuple[Any, Any]:
        loss, slope = jax.value_and_grad(cost)(parameters, data)
        return loss, data.free[:, 0] * slope

    return jax.jit(both)


def _all_rows(data: Data) -> tuple[Any, Any, Any]:
    rows = len(data.weights)
    return data.x[:rows, :, None], data.y[:rows, :, None], data.weights[:, None]


def _some_rows(data: Data, rows: Any) -> tuple[Any, Any, Any]:
    """Give the rows of a batch, (batch, columns, seeds), of row numbers (batch, seeds)."""
    jnp = _extras.require("jax.numpy", extra="train")

    def taken(part: Any) -> Any:
        return part[rows, 0][:, None] if part.shape[1] == 1 else jnp.swapaxes(part[rows], 1, 2)

    return taken(data.x), taken(data.y), data.weights[rows]


def _measured(state: State, parameters: Any, memory: Any, measures: Measures) -> State:
    """Give the state after some steps, measured; seeds with numbers that are not finite stay as they were."""
    jnp = _extras.require("jax.numpy", extra="train")
    alive = state.alive & jnp.isfinite(parameters).all(0) & jnp.isfinite(measures.loss)
    kept = [jnp.where(alive, new, old) for new, old in zip(measures, state.measures, strict=True)]
    return State(jnp.where(alive, parameters, state.parameters), memory, Measures(*kept), alive)


def _measures(parameters: Any, data: Data, outputs: Forward, kind: Kind) -> Measures:
    """Measure over all rows, so many at a time that memory holds them."""
    jax = _extras.require("jax", extra="train")
    jnp = jax.numpy

    def sums(rows: tuple[Any, Any, Any]) -> tuple[Any, ...]:
        x, y, shares = (part[..., None] for part in rows)
        out, hidden = outputs(parameters, x)
        if kind.loss == "mse":
            of_rows = [((out - y) ** 2 * data.y_squares).mean(1)]
        else:
            of_rows = [ERRORS[kind.loss](out, y, 1.0), (out.argmax(1) == y.argmax(1)) * 1.0]
        on = jnp.concatenate([z > 0 for z in hidden], axis=1)
        counted = shares[:, :1] > 0
        means = [jnp.where(shares > 0, shares * part[:, None], 0.0).sum(0) for part in of_rows]
        return (on & counted).any(0), (~on & counted).any(0), *means

    rows = data.x, data.y, data.shares
    blocks = _blocks(len(data.x), max(kind.model.sizes) * parameters.shape[1])
    if blocks == 1:
        on, off, *means = sums(rows)
    else:
        parts = jax.lax.map(sums, tuple(part.reshape(blocks, -1, *part.shape[1:]) for part in rows))
        on, off, *means = parts[0].any(0), parts[1].any(0), *(part.sum(0) for part in parts[2:])
    losses, right = means if len(means) > 1 else (means[0], jnp.zeros_like(means[0]))
    return Measures(losses[0], losses[1], right[0], right[1], dead=~on, always_on=~off)


def _blocks(rows: int, numbers: int) -> int:
    """Give into how many equal blocks to split the rows: a power of two that divides them, 1 if they are few."""
    blocks = 1
    while rows % (2 * blocks) == 0 and rows // blocks * numbers > BLOCK:
        blocks *= 2
    return blocks


def _optimizer(kind: Kind) -> Any:
    optax = _extras.require("optax", extra="train")
    return {
        "adam": lambda: optax.scale_by_adam(eps=EPSILON),
        "sgd": optax.identity,
        "rmsprop": lambda: optax.scale_by_rms(decay=RMS_DECAY, eps=EPSILON),
    }[kind.optimizer]()
