"""The compiled loop: steps of gradient descent on many seeds at once, and what is measured after them.

The step count, the rates, the data and the seeds are arguments of the compiled loop, so that only new shapes
compile anew; and there is one loop only, which with no step at all measures, because compiling costs more than
training.
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
TINY = 1e-300  # keeps 0 / 0 out of the mean over no rows
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
    """Rows x (rows, inputs), y (rows, outputs), weights (rows,), and those held out; the rest belongs to the model.

    The training rows end with one of weight 0, for the free places of a batch. `free` (parameters, 1) is 0 where
    a parameter is padding; `l1` and `l2` are (parameters, 1), 0 but for weights; a squared error times
    `y_squares` (outputs, 1) is in the units of the data.
    """

    x: Any
    y: Any
    weights: Any
    held_x: Any
    held_y: Any
    held_weights: Any
    free: Any
    l1: Any
    l2: Any
    y_squares: Any


class Plan(NamedTuple):
    """The coming steps: rows (window, batch, seeds), batch sizes and learning rates (window,), and how many."""

    rows: Any
    sizes: Any
    rates: Any
    steps: int


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


Advance = Callable[[State, Data, Plan], State]


def begin(parameters: Floats, kind: Kind) -> State:
    """Give the state before the first step, with nothing measured yet."""
    seeds, units = parameters.shape[1], sum(kind.model.sizes[1:-1])
    losses, flags = (np.zeros(seeds) for _ in range(4)), (np.zeros((units, seeds), bool) for _ in range(2))
    return State(parameters, _optimizer(kind).init(parameters), Measures(*losses, *flags), np.ones(seeds, bool))


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

    def advance(state: State, data: Data, plan: Plan) -> State:
        def step(i: Any, carried: tuple[Any, Any]) -> tuple[Any, Any]:
            parameters, memory = carried
            batch = _all_rows(data) if kind.full else _some_rows(data, plan.rows[i])
            slope = gradient(parameters, *batch) / plan.sizes[i]
            if kind.penalised:
                slope = slope + data.l1 * jax.numpy.sign(parameters) + 2.0 * data.l2 * parameters
            direction, memory = optimizer.update(data.free * slope, memory)
            return parameters - plan.rates[i] * direction, memory

        parameters, memory = jax.lax.fori_loop(0, plan.steps, step, (state.parameters, state.memory))
        measures = _measured(parameters, data, outputs, kind)
        alive = state.alive & jax.numpy.isfinite(parameters).all(0) & jax.numpy.isfinite(measures.loss)
        kept = [jax.numpy.where(alive, new, old) for new, old in zip(measures, state.measures, strict=True)]
        return State(jax.numpy.where(alive, parameters, state.parameters), memory, Measures(*kept), alive)

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
    return data.x[:, :, None], data.y[:, :, None], data.weights[:, None]


def _some_rows(data: Data, rows: Any) -> tuple[Any, Any, Any]:
    """Give the rows of a batch, (batch, columns, seeds), of row numbers (batch, seeds)."""
    jnp = _extras.require("jax.numpy", extra="train")

    def taken(part: Any) -> Any:
        return part[rows, 0][:, None] if part.shape[1] == 1 else jnp.swapaxes(part[rows], 1, 2)

    return taken(data.x), taken(data.y), data.weights[rows]


def _measured(parameters: Any, data: Data, outputs: Forward, kind: Kind) -> Measures:
    """Measure over all rows, so many at a time that memory holds them."""
    jax = _extras.require("jax", extra="train")
    jnp = jax.numpy

    def sums(rows: tuple[Any, Any, Any]) -> tuple[Any, ...]:
        x, y, weights = (part[..., None] for part in rows)
        out, hidden = outputs(parameters, x)
        if kind.loss == "mse":
            lost, right = weights * ((out - y) ** 2 * data.y_squares).mean(1), jnp.zeros(out[:, 0].shape)
        else:
            lost, right = ERRORS[kind.loss](out, y, weights), weights * (out.argmax(1) == y.argmax(1))
        on = jnp.concatenate([z > 0 for z in hidden], axis=1)
        counted = weights[:, :, None] > 0
        return lost.sum(0), right.sum(0), (on & counted).any(0), (~on & counted).any(0)

    def total(*rows: Any) -> tuple[Any, ...]:
        blocks = _blocks(len(rows[0]), max(kind.model.sizes) * parameters.shape[1])
        if blocks == 1:
            lost, right, on, off = sums(rows)
        else:
            parts = jax.lax.map(sums, tuple(part.reshape(blocks, -1, *part.shape[1:]) for part in rows))
            lost, right, on, off = parts[0].sum(0), parts[1].sum(0), parts[2].any(0), parts[3].any(0)
        mass = jnp.maximum(rows[2].sum(), TINY)
        return lost / mass, right / mass, ~on, ~off

    loss, accuracy, dead, always_on = total(*data[:3])
    held_loss, held_accuracy, *_ = total(*data[3:6])
    return Measures(loss, held_loss, accuracy, held_accuracy, dead, always_on)


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
