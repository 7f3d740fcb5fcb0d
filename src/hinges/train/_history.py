"""Run: the record of a block of seeds, and where their units bend."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.nets import ACTIVATIONS, Network
from hinges.nets._activations import LEAKY_SLOPE
from hinges.train import _run
from hinges.train._dense_model import DenseModel
from hinges.train._engine import Record
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
TOGETHER = 1 << 22  # parameters whose bends are computed in one go


def recorded(
    problem: Problem, training: Training, seeds: Sequence[int], networks: Sequence[Network] | None = None
) -> Run:
    """Train the seeds, and keep of every moment what a history shows; Ctrl-C ends it after the last record.

    `networks` are those that the seeds go on from, one a seed, instead of the one of the settings.
    """
    model = _run.model_of(problem, training)
    kept: list[Record] = []
    bent, waiting, interrupted = list[tuple[Floats, Floats]](), list[Floats](), False
    start = last = np.empty((0, 0))
    try:
        for record in _run.records(problem, training, seeds, networks):
            start, last = (start if kept else record.parameters), record.parameters
            kept.append(replace(record, parameters=last[:0]))
            waiting.append(last)
            if len(waiting) * last.size > TOGETHER:
                bent.append(_bends_of(waiting, problem, model))
                waiting = []
    except KeyboardInterrupt:
        if not kept:
            raise
        interrupted = True
    bent += [_bends_of(waiting, problem, model)] if waiting else []
    moments = {name: np.stack([getattr(record, name) for record in kept]) for name in MEASURED}
    moments["kinks"], moments["slope_changes"] = (np.concatenate(parts) for parts in zip(*bent, strict=True))
    ends = (problem.to_original(start, model), problem.to_original(last, model), last)
    return Run(np.array([record.step for record in kept]), moments, *ends, interrupted)


def _bends_of(moments: list[Floats], problem: Problem, model: DenseModel) -> tuple[Floats, Floats]:
    """Give kinks and slope changes, (moments, hidden units, seeds) each, in the units of the data."""
    kinks, slope_changes = bends(model, problem.to_original(np.stack(moments, axis=1), model))
    return np.moveaxis(kinks, 1, 0), np.moveaxis(slope_changes, 1, 0)


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
