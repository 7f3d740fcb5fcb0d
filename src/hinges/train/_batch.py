"""TrainedBatch: what training many seeds gives, and the functions that do it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays
from hinges._arrays import Floats, frozen
from hinges.convert import to_function
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import FitResult, History, Snapshot
from hinges.nets import ACTIVATIONS, Network
from hinges.nets._activations import LEAKY_SLOPE
from hinges.train._engine import Record
from hinges.train._history import unit_states
from hinges.train._problem import Problem, scaled_problem
from hinges.train._relocate import split
from hinges.train._run import records
from hinges.train._status import status
from hinges.train._training import MOST_SEED, Training

BLOCK = 256  # seeds trained at once; more of them go faster no more


@dataclass(frozen=True, eq=False)
class TrainedBatch:
    """Networks trained with the same settings from different seeds, in the units of the data.

    Parameters are stacked: weights, biases, coefficients (units rows each) and the output bias.

    Arguments:
        training: the settings.
        seeds: (seeds,).
        parameters: (3 * units + 1, seeds), at the end.
        losses: (seeds,) mean squared error on the training rows, at the end.
        validation_losses: (seeds,) on the rows held out; None without any.
        statuses: a sentence for each seed: "converged", or what went wrong and what to try.
        steps: (T,) the steps at which the run was recorded, the start included.
        loss_history: (T, seeds).
        validation_history: (T, seeds), or None.
        parameter_history: (T, 3 * units + 1, seeds).
        x_range: smallest and largest x of the training rows.
    """

    training: Training
    seeds: NDArray[np.int64]
    parameters: Floats
    losses: Floats
    validation_losses: Floats | None
    statuses: tuple[str, ...]
    steps: NDArray[np.int64]
    loss_history: Floats
    validation_history: Floats | None
    parameter_history: Floats
    x_range: tuple[float, float]

    def __len__(self) -> int:
        return len(self.seeds)

    @property
    def best(self) -> int:
        """The position of the seed with the smallest loss."""
        return int(np.argmin(self.losses))

    def network(self, i: int) -> Network:
        """Give the network of the i-th seed."""
        return network_of(self.parameters[:, i], self.training)

    def start(self, i: int) -> Network:
        """Give the network with which the i-th seed began."""
        return network_of(self.parameter_history[0, :, i], self.training)

    def history(self, i: int) -> History:
        """Give the record of the i-th seed's training."""
        states = unit_states(self.parameter_history[:, :, i].T, self.training.activation, self.x_range)
        held = self.validation_history
        return History(
            step=self.steps,
            loss=frozen(self.loss_history[:, i]),
            validation_loss=None if held is None else frozen(held[:, i]),
            kinks=frozen(states.kinks.T),
            slope_changes=frozen(states.slope_changes.T),
            dead=frozen(states.dead.T),
            always_on=frozen(states.always_on.T),
        )

    def result(self, i: int) -> FitResult:
        """Give what `fit` gives for the i-th seed."""
        network = self.network(i)
        return FitResult(
            network=network,
            function=to_function(network) if ACTIVATIONS[self.training.activation].piecewise_linear else None,
            loss=float(self.losses[i]),
            bounds=None,
            status=self.statuses[i],
            method=replace(self.training, seed=int(self.seeds[i])),
            seed=int(self.seeds[i]),
            history=self.history(i),
        )


def train_many(
    data: "Dataset | tuple[Floats, Floats]", training: Training, seeds: Sequence[int] = range(256)
) -> TrainedBatch:
    """Train one network a seed, all with the same settings but their seed.

    Raises:
        MissingExtraError: jax or optax is not installed.
        InvalidInputError: a seed is none, or the data have more than one input or output, or overflow.
    """
    x, y, weights = Dataset.of(data).curve()
    return train_batch(x, y, training, seeds, weights=weights)


def train_batch(
    x: Floats, y: Floats, training: Training, seeds: Sequence[int], *, weights: Floats | None = None
) -> TrainedBatch:
    """Train one network a seed on x and y, both (n,), with row weights (n,): `train_many` for arrays."""
    chosen = [_arrays.count(s, f"seeds[{i}]", minimum=0, maximum=MOST_SEED) for i, s in enumerate(seeds)]
    if not chosen:
        raise InvalidInputError("seeds is empty: give at least one")
    problem = _problem(x, y, weights, training)
    blocks = [list(records(problem, training, chosen[first : first + BLOCK])) for first in range(0, len(chosen), BLOCK)]
    return _joined(blocks, problem, training, chosen)


def snapshots(data: Dataset, training: Training) -> Iterator[Snapshot]:
    """Give the network of one seed at the start and after every so many steps, as they are made."""
    problem = _problem(*data.curve(), training)
    for record in records(problem, training, [training.seed]):
        network = network_of(problem.to_original(record.parameters)[:, 0], training)
        yield Snapshot(record.step, float(record.loss[0]) * problem.y_scale**2, network)


def network_of(parameters: Floats, training: Training) -> Network:
    """Give the network with these stacked parameters, (3 * units + 1,)."""
    weights, biases, coefficients, output_bias = split(parameters)
    return Network.dense(
        [weights[None, :], coefficients[:, None]],
        [biases, [output_bias]],
        training.activation,
        negative_slope=LEAKY_SLOPE,
    )


def _problem(x: Floats, y: Floats, weights: Floats | None, training: Training) -> Problem:
    weights = np.ones(len(x)) if weights is None else weights
    return scaled_problem(x, y, weights, validation=training.validation, standardize=training.standardize)


def _joined(blocks: list[list[Record]], problem: Problem, training: Training, seeds: list[int]) -> TrainedBatch:
    """Put the blocks of seeds side by side, in the units of the data."""
    moments = list(zip(*blocks, strict=True))
    parameters = np.stack([np.concatenate([r.parameters for r in moment], axis=1) for moment in moments])
    parameters = np.moveaxis(problem.to_original(np.moveaxis(parameters, 1, 0)), 0, 1)
    loss = np.stack([np.concatenate([r.loss for r in moment]) for moment in moments])
    held = np.stack([np.concatenate([r.held_loss for r in moment]) for moment in moments])
    alive = np.stack([np.concatenate([r.alive for r in moment]) for moment in moments])
    with np.errstate(over="ignore", invalid="ignore"):  # a diverging loss may be infinite
        loss, held = loss * problem.y_scale**2, held * problem.y_scale**2
    has_held = len(problem.held_x) > 0
    steps = np.array([moment[0].step for moment in moments])
    unused = unit_states(parameters[-1], training.activation, problem.x_range).unused
    statuses = tuple(
        status(
            steps,
            loss[:, i],
            alive[:, i],
            unused=int(unused[i]),
            constant_loss=problem.constant_loss,
            training=training,
        )
        for i in range(len(seeds))
    )
    return TrainedBatch(
        training=training,
        seeds=frozen(np.array(seeds)),
        parameters=frozen(parameters[-1]),
        losses=frozen(loss[-1]),
        validation_losses=frozen(held[-1]) if has_held else None,
        statuses=statuses,
        steps=frozen(steps),
        loss_history=frozen(loss),
        validation_history=frozen(held) if has_held else None,
        parameter_history=frozen(parameters),
        x_range=problem.x_range,
    )
