"""One training run of a batch of seeds: schedule, relocation, and a record every so many steps."""

from collections.abc import Iterator, Sequence

import numpy as np

from hinges._arrays import Floats
from hinges.nets import ACTIVATIONS
from hinges.nets._activations import LEAKY_SLOPE
from hinges.train._engine import Engine, Record
from hinges.train._problem import Problem
from hinges.train._relocate import relocate
from hinges.train._start import start
from hinges.train._training import Training

RECORDS = 200  # most records of a run, besides the one at the start
RELOCATIONS_OVER = 0.75  # share of the steps in which units are moved, so that the rest can settle
RELOCATION_EVERY = 0.05  # share of the steps between two relocations
LARGEST_PARAMETER = 1e30  # a seed beyond this has diverged, and its least squares would overflow


def records(problem: Problem, training: Training, seeds: Sequence[int]) -> Iterator[Record]:
    """Train all seeds at once; give their state at the start, then every so many steps, and at the end."""
    steps = training.total_steps(len(problem.x))
    initial = start(seeds, training.units, init=training.init, kinks=training.kinks, x=problem.x)
    stride = -(-steps // RECORDS)
    engine = Engine(
        problem,
        initial,
        seeds,
        activation=training.activation,
        slope=LEAKY_SLOPE,
        batch=training.batch(len(problem.x)),
        stride=stride,
    )
    every = stride * max(1, round(RELOCATION_EVERY * steps / stride))
    moves_units = training.relocate and training.activation in {"relu", "leaky_relu"}
    yield engine.record()
    while engine.step < steps:
        stop = min(steps, engine.step + stride)
        while engine.step < stop:
            first, last = engine.step, min(stop, engine.step + engine.longest_run)
            engine.advance(rates(training, first, last, steps))
        record = engine.record()
        if moves_units and engine.step % every == 0 and engine.step <= RELOCATIONS_OVER * steps:
            _relocate(engine, record, problem, training.activation)
        yield record


def rates(training: Training, first: int, last: int, steps: int) -> Floats:
    """Give the learning rates of the steps `first` to `last` (without it) of `steps`, (last - first,)."""
    place = np.arange(first, last) / steps
    if training.schedule == "constant":
        return np.full(place.shape, training.learning_rate)
    return training.learning_rate * 0.5 * (1.0 + np.cos(np.pi * place))


def _relocate(engine: Engine, record: Record, problem: Problem, activation: str) -> None:
    """Move the weak units of the seeds that have not diverged."""
    sane = record.alive & (np.abs(record.parameters).max(axis=0) < LARGEST_PARAMETER)
    if not sane.any():
        return
    function = ACTIVATIONS[activation].value
    parameters, changed = record.parameters.copy(), np.zeros(record.parameters.shape, bool)
    parameters[:, sane], changed[:, sane] = relocate(
        record.parameters[:, sane], problem, lambda z: function(z, LEAKY_SLOPE)
    )
    engine.replace(parameters, changed)
