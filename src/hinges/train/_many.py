"""Training many seeds: `train_many`, the same for arrays, and snapshots of one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays
from hinges._arrays import Floats, frozen
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import Snapshot
from hinges.nets import Network
from hinges.train._batch import TrainedBatch, network_of
from hinges.train._dense_model import DenseModel
from hinges.train._history import Run, recorded
from hinges.train._polished import check_polish, polished
from hinges.train._problem import Problem, scaled_problem
from hinges.train._run import model_of, records
from hinges.train._start import checked_start
from hinges.train._status import statuses
from hinges.train._training import MOST_SEED, Training

MOST_TOGETHER = 256  # seeds trained at once; more of them go faster no more
LARGEST_STEP = 1 << 25  # numbers that a step holds, which bounds the memory of seeds trained at once


def train_many(
    data: "Dataset | tuple[Floats, Floats]",
    training: Training,
    seeds: Sequence[int] = range(256),
    *,
    starts: Sequence[Network] | None = None,
) -> TrainedBatch:
    """Train one network a seed, all with the same settings but their seed.

    Ctrl-C ends it early: the seeds begun so far are given as they are, and their status says so.

    Arguments:
        data: the rows.
        training: the settings.
        seeds: of the networks.
        starts: a network for each seed to go on from, as the setting `start` is one for all.

    Raises:
        MissingExtraError: jax or optax is not installed.
        InvalidInputError: a seed or a start is none, or the data do not suit the settings, or overflow.
    """
    data = Dataset.of(data)
    chosen = [_arrays.count(s, f"seeds[{i}]", minimum=0, maximum=MOST_SEED) for i, s in enumerate(seeds)]
    if not chosen:
        raise InvalidInputError("seeds is empty: give at least one")
    networks = None if starts is None else _checked_starts(starts, training, len(chosen))
    problem = problem_of(data, training)
    model = model_of(problem, training)
    together, runs = _together(problem, training, model), list[Run]()
    for first in range(0, len(chosen), together):
        block = slice(first, first + together)
        runs.append(recorded(problem, training, chosen[block], None if networks is None else networks[block]))
        if runs[-1].interrupted:
            break
    batch = replace(_joined(runs, problem, training, chosen), starts=networks)
    if training.polish is None or runs[-1].interrupted:
        return batch
    return polished(batch, data, problem, training.polish)


def _checked_starts(starts: Sequence[Network], training: Training, seeds: int) -> tuple[Network, ...]:
    """Give the networks to go on from, one a seed."""
    if training.start is not None:
        raise InvalidInputError("give starts, one a seed, or the setting start, one for all, not both")
    found = _arrays.sequence(starts, "starts")
    if len(found) != seeds:
        raise InvalidInputError(f"starts has {len(found)} networks for {seeds} seeds: give one a seed")
    return tuple(
        checked_start(network, f"starts[{i}]", hidden=training.hidden, activation=training.activation)
        for i, network in enumerate(found)
    )


def train_batch(
    x: Floats, y: Floats, training: Training, seeds: Sequence[int], *, weights: Floats | None = None
) -> TrainedBatch:
    """Train one network a seed on x (n,) or (n, inputs) and y, with row weights (n,): `train_many` for arrays."""
    return train_many(Dataset(x, y, weights), training, seeds)


def snapshots(data: Dataset, training: Training) -> Iterator[Snapshot]:
    """Give the network of one seed at the start and after every so many steps, as they are made."""
    problem = problem_of(data, training)
    model = model_of(problem, training)
    for record in records(problem, training, [training.seed]):
        network = network_of(model, problem.to_original(record.parameters, model)[:, 0])
        yield Snapshot(record.step, float(record.loss[0]), network)


def problem_of(data: Dataset, training: Training) -> Problem:
    """Give the rows as these settings ask, or refuse them."""
    problem = scaled_problem(data, loss=training.loss, validation=training.validation, standardize=training.standardize)
    if training.polish is not None:
        check_polish(data, problem, training.polish)
    return problem


def _together(problem: Problem, training: Training, model: DenseModel) -> int:
    """Give how many seeds are trained at once, so that memory holds what a step does."""
    numbers = model.parameters + training.batch(len(problem.x)) * sum(model.sizes)
    return max(1, min(MOST_TOGETHER, LARGEST_STEP // numbers))


def _joined(runs: list[Run], problem: Problem, training: Training, seeds: list[int]) -> TrainedBatch:
    """Put the seeds side by side; where one block was recorded for longer, the last record of others is repeated."""
    longest = max(runs, key=lambda run: len(run.steps))
    moments: dict[str, NDArray[Any]] = {
        name: np.concatenate([_lengthened(run.moments[name], len(longest.steps)) for run in runs], axis=-1)
        for name in longest.moments
    }
    parameters = np.concatenate([run.parameters for run in runs], axis=1)
    has_held, classes = len(problem.held_x) > 0, training.loss == "cross-entropy"
    return TrainedBatch(
        training=training,
        model=model_of(problem, training),
        seeds=frozen(np.array(seeds[: parameters.shape[1]])),
        parameters=frozen(parameters),
        losses=frozen(moments["loss"][-1]),
        validation_losses=frozen(moments["held_loss"][-1]) if has_held else None,
        statuses=tuple(text for run in runs for text in statuses(run, problem, training)),
        start_parameters=frozen(np.concatenate([run.start for run in runs], axis=1)),
        steps=frozen(longest.steps),
        loss_history=frozen(moments["loss"]),
        validation_history=frozen(moments["held_loss"]) if has_held else None,
        accuracy_history=frozen(moments["accuracy"]) if classes else None,
        validation_accuracy_history=frozen(moments["held_accuracy"]) if classes and has_held else None,
        kinks=frozen(moments["kinks"]),
        slope_changes=frozen(moments["slope_changes"]),
        dead=frozen(moments["dead"]),
        always_on=frozen(moments["always_on"]),
    )


def _lengthened(values: NDArray[Any], moments: int) -> NDArray[Any]:
    return np.concatenate([values, np.repeat(values[-1:], moments - len(values), axis=0)])
