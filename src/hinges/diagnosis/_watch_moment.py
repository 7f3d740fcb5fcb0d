"""Moment: a network on the rows at one moment of its training, measured."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.diagnosis._case import Case
from hinges.diagnosis._layer_state import LayerState
from hinges.diagnosis._parameters import Parameters
from hinges.diagnosis._watch_data import Judge
from hinges.nets import Linear, Network

INNER = 0.02  # share of the rows that must lie on either side of a kink for it to count as inside the data


@dataclass(frozen=True, eq=False)
class Moment:
    """What was seen after `step` steps; of a network that is no longer finite the loss is NaN and no unit counted.

    Arguments:
        tick: by what moments are thinned, epochs or steps.
        step: gradient steps made.
        loss: on the rows, after them.
        states: of every hidden layer; not kept in the record.
        dead, always_on: (hidden units,).
        kinks, slope_changes: (hidden units,), NaN where there is none.
        accuracy: share of the rows whose class is right, NaN unless there are classes.
        gradient_norm: NaN where it is not known.
        learning_rate: NaN where it is not known.
        validation_loss: as the loop reports it, NaN where it reports none.
    """

    tick: int
    step: int
    loss: float
    states: tuple[LayerState, ...]
    dead: NDArray[np.bool_]
    always_on: NDArray[np.bool_]
    kinks: Floats
    slope_changes: Floats
    accuracy: float = float("nan")
    gradient_norm: float = float("nan")
    learning_rate: float = float("nan")
    validation_loss: float = float("nan")

    @property
    def bending(self) -> int:
        """How many units bend well inside the data: off on at least 2 % of the rows, and on on as many."""
        return sum(int(((state.on > INNER) & (state.on < 1 - INNER)).sum()) for state in self.states)


def measured(network: Network, judge: Judge, *, tick: int, step: int) -> Moment:
    """Give the moment of a network."""
    data = judge.loss.data
    case = Case(network, data, "mse")
    hidden = case.hidden
    whole = judge.complete(network)
    with np.errstate(over="ignore", invalid="ignore"):
        outputs = whole.values(data.x)[-1]
        loss = judge.loss.value(outputs) if np.isfinite(outputs).all() else float("inf")
    units = sum(state.units for state in hidden)
    kinks, changes = np.full(units, np.nan), np.full(units, np.nan)
    found = case.kinks
    kinks[: len(found)] = found
    if network.is_hinge_sum and network.outputs == 1:
        first, last = network.dense_layers()
        changes[:] = last.weights[:, 0] * np.abs(first.weights[0])
    accuracy = float("nan")
    if judge.loss.name != "mse":
        accuracy = judge.loss.right(outputs)
    return Moment(
        tick, step, loss, hidden, _joined([s.dead for s in hidden]), _joined([s.always_on for s in hidden]), kinks,
        changes, accuracy,
    )  # fmt: skip


def lost(like: Moment, *, tick: int, step: int) -> Moment:
    """Give the moment of a network whose weights are not finite, with as many units as in another moment."""
    none = np.full(len(like.kinks), np.nan)
    off = np.zeros(len(like.dead), np.bool_)
    return Moment(tick, step, float("nan"), (), off, off, none, none)


def gradient_norm(network: Network, judge: Judge, trainable: int) -> float:
    """Give the length of the loss's gradient by all weights and biases; NaN where that is not known.

    It is known where the network's numbers are the model's own `trainable` ones, none of them folded or shared.
    """
    whole = judge.complete(network)
    numbers = Parameters(whole)
    vector = numbers.vector
    sparse = any(isinstance(node, Linear) and not node.is_dense for node in whole.nodes)
    if sparse or len(vector) - judge.added != trainable:
        return float("nan")
    _, gradient = numbers.value_and_gradient(vector, judge.loss)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.linalg.norm(gradient[: len(gradient) - judge.added]))


def _joined(parts: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    return np.concatenate([np.zeros(0, np.bool_), *parts])
