"""One training run of a batch of seeds: schedule, relocation, and a record every so many steps."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from hinges._arrays import Floats
from hinges.nets import Network
from hinges.train._dense_model import DenseModel
from hinges.train._draws import starts
from hinges.train._engine import Descent, Engine, Record
from hinges.train._lbfgs import Iterations, lbfgs_records
from hinges.train._problem import Problem
from hinges.train._relocate import relocate
from hinges.train._revive import revive
from hinges.train._start import start_parameters
from hinges.train._training import Training

RECORDS = 200  # most records of a run, besides the one at the start
RELOCATIONS_OVER = 0.75  # share of the steps in which units are moved, so that the rest can settle
RELOCATION_EVERY = 0.05  # share of the steps between two relocations
LARGEST_PARAMETER = 1e30  # a seed beyond this has diverged, and its least squares would overflow


def model_of(problem: Problem, training: Training) -> DenseModel:
    """Give the networks that are trained."""
    return DenseModel((problem.x.shape[1], *training.hidden, problem.y.shape[1]), training.activation)


def records(
    problem: Problem, training: Training, seeds: Sequence[int], networks: Sequence[Network] | None = None
) -> Iterator[Record]:
    """Train all seeds at once; give their state at the start, then every so many steps, and at the end.

    `networks` are those that the seeds go on from, one a seed, instead of the one of the settings.
    """
    rows, model = len(problem.x), model_of(problem, training)
    steps = training.total_steps(rows)
    stride = -(-steps // RECORDS)
    descent = Descent(training.loss, training.optimizer, training.l1, training.l2, training.batch(rows))
    initial = initial_parameters(problem, training, seeds, networks)
    every = stride * max(1, round(RELOCATION_EVERY * steps / stride))
    moves_units = training.relocate and training.activation in {"relu", "leaky_relu"}
    if training.optimizer == "lbfgs":
        moved = partial(_moved, problem=problem, activation=training.activation)
        moves_units = moves_units and _is_one_curve(model, training.loss)
        plan = Iterations(steps, stride, every, RELOCATIONS_OVER, moved if moves_units else None)
        descent = replace(descent, optimizer="sgd")  # whose program measures
        yield from lbfgs_records(problem, initial, seeds, model=model, descent=descent, plan=plan)
        return
    engine = Engine(problem, initial, seeds, model=model, descent=descent, stride=stride)
    yield engine.record()
    while engine.step < steps:
        next_move = engine.step + every - engine.step % every
        settled = not moves_units or next_move > RELOCATIONS_OVER * steps
        limit = steps if settled else min(steps, next_move)
        at_once = max(1, min(engine.most_moments, engine.longest_run // stride))
        stop = min(limit, engine.step + at_once * stride)
        while engine.step < stop:
            first, last = engine.step, min(stop, engine.step + engine.longest_run)
            engine.advance(rates(training, first, last, steps), stride)
        recent = engine.records()
        if engine.step == limit and not settled:
            relocate_weak(engine, recent[-1], problem, training, seeds)
        yield from recent


def initial_parameters(
    problem: Problem, training: Training, seeds: Sequence[int], networks: Sequence[Network] | None
) -> Floats:
    """Give the parameters (parameters, seeds) with which training begins: drawn, or those of networks."""
    model = model_of(problem, training)
    if networks is None and training.start is not None:
        networks = [training.start] * len(seeds)
    if networks is None:
        return starts(seeds, model, init=training.init, kinks=training.kinks, x=problem.x)
    return start_parameters(networks, problem, model)


def rates(training: Training, first: int, last: int, steps: int) -> Floats:
    """Give the learning rates of the steps `first` to `last` (without it) of `steps`, (last - first,)."""
    place = np.arange(first, last) / steps
    if training.schedule == "constant":
        return np.full(place.shape, training.learning_rate)
    return training.learning_rate * 0.5 * (1.0 + np.cos(np.pi * place))


def relocate_weak(engine: Engine, record: Record, problem: Problem, training: Training, seeds: Sequence[int]) -> None:
    """Move the weak units of the seeds that have not diverged."""
    model = model_of(problem, training)
    sane = record.alive & (np.abs(record.parameters).max(axis=0) < LARGEST_PARAMETER)
    if not sane.any():
        return
    chosen = replace(record, parameters=record.parameters[:, sane], dead=record.dead[:, sane])
    parameters, changed = record.parameters.copy(), np.zeros(record.parameters.shape, bool)
    if _is_one_curve(model, training.loss):
        parameters[:, sane], changed[:, sane] = relocate(chosen.parameters, problem, model.activation)
    elif model.activation == "relu":
        names = [seed for seed, is_sane in zip(seeds, sane, strict=True) if is_sane]
        parameters[:, sane], changed[:, sane] = revive(chosen, names, problem, model, loss=training.loss)
    if changed.any():
        engine.replace(parameters, changed)


def _is_one_curve(model: DenseModel, loss: str) -> bool:
    return len(model.sizes) == 3 and model.sizes[0] == model.sizes[2] == 1 and loss == "mse"


def _moved(parameters: Floats, *, problem: Problem, activation: str) -> Floats:
    sane = np.abs(parameters).max() < LARGEST_PARAMETER
    return relocate(parameters, problem, activation)[0] if sane else parameters
