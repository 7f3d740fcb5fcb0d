"""Run: the record of a block of seeds, and where their units bend."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.nets import ACTIVATIONS
from hinges.nets._activations import LEAKY_SLOPE
from hinges.train import _run
from hinges.train._dense_model import DenseModel
from hinges.train._problem import Problem
from hinges.train._training import Training


@dataclass(frozen=True)
class Run:
    """The record of some seeds trained together, in the units of the data, with the seeds in every last axis.

    Arguments:
        steps: (T,) the steps recorded.
        moments: by name, (T, seeds) or (T, hidden units, seeds) each.
        start: (parameters, seeds), the first.
        parameters: (parameters, seeds), the last.
        scaled: (parameters, seeds), the last in training scale.
        interrupted: whether Ctrl-C ended it.
    """

    steps: NDArray[np.int64]
    moments: dict[str, NDArray[Any]]
    start: Floats
    parameters: Floats
    scaled: Floats
    interrupted: bool


MEASURED = ("loss", "held_loss", "accuracy", "held_accuracy", "dead", "always_on", "alive")


def recorded(problem: Problem, training: Training, seeds: Sequence[int]) -> Run:
    """Train the seeds, and keep of every moment what a history shows; Ctrl-C ends it after the last record."""
    model = _run.model_of(problem, training)
    steps, moments, interrupted = list[int](), dict[str, list[Any]](), False
    start = last = scaled = np.empty((0, 0))
    try:
        for record in _run.records(problem, training, seeds):
            original = problem.to_original(record.parameters, model)
            kinks, slope_changes = bends(model, original)
            found = {name: getattr(record, name) for name in MEASURED}
            for name, value in (found | {"kinks": kinks, "slope_changes": slope_changes}).items():
                moments.setdefault(name, []).append(value)
            start, last, scaled = (start if steps else original), original, record.parameters
            steps.append(record.step)
    except KeyboardInterrupt:
        if not steps:
            raise
        interrupted = True
    stacked = {name: np.stack(values) for name, values in moments.items()}
    return Run(np.array(steps), stacked, start, last, scaled, interrupted)


def bends(model: DenseModel, parameters: Floats) -> tuple[Floats, Floats]:
    """Give each hidden unit's kink and slope change, (hidden units, ...) each, of parameters (parameters, ...).

    The kink is where the pre-activation is zero: of units of the first layer of networks with one input, NaN for
    a weight of 0 and for all other units. The slope change is by how much the slope of the output jumps there, 0
    for a smooth activation: of networks with one input, one hidden layer and one output, NaN for others.
    """
    weights, biases = model.layers(parameters)
    shape = (sum(model.sizes[1:-1]), *parameters.shape[1:])
    kinks, changes = np.full(shape, np.nan), np.full(shape, np.nan)
    if model.sizes[0] == 1:
        w, b = weights[0][0], biases[0]
        first = model.sizes[1]
        with np.errstate(over="ignore", invalid="ignore"):  # a diverging run has enormous numbers
            kinks[:first] = np.divide(-b, w, out=np.full(w.shape, np.nan), where=w != 0) + 0.0  # + 0.0: no -0.0
            if len(model.sizes) == 3 and model.sizes[2] == 1:
                changes[:] = weights[1][:, 0] * np.abs(w) * _jump(model.activation)
    return kinks, changes


def _jump(activation: str) -> float:
    """Give how much the slope of an activation jumps at zero."""
    chosen = ACTIVATIONS[activation]
    if not chosen.piecewise_linear:
        return 0.0
    left, right = chosen.derivative(np.array([-1.0, 1.0]), LEAKY_SLOPE)
    return float(right - left)
