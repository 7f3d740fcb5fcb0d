"""Polish of trained networks: what the gradient leaves unfinished is finished on the training rows."""

from dataclasses import replace

import numpy as np

from hinges._arrays import frozen
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.train._batch import TrainedBatch
from hinges.train._dense_result import mean_squared_error
from hinges.train._problem import Problem


def check_polish(data: Dataset, problem: Problem, polish: str) -> None:
    """Refuse data that cannot be polished, before anything is trained."""
    from hinges.optimal._rows import LARGEST_DISTINCT

    if data.x.shape[1] != 1 or data.y.shape[1] != 1:
        raise InvalidInputError(
            f"polish = {polish!r} needs one input and one output: data has {data.x.shape[1]} and {data.y.shape[1]}"
        )
    distinct = len(np.unique(problem.x))
    if distinct > LARGEST_DISTINCT:
        raise InvalidInputError(f"polish = {polish!r} takes at most {LARGEST_DISTINCT} distinct x, not {distinct}")


def polished(batch: TrainedBatch, data: Dataset, problem: Problem, polish: str) -> TrainedBatch:
    """Give the batch with every network polished on the rows it was trained on; none gets worse on them.

    Ctrl-C ends it: the networks that are left stay as the gradient left them, and their status says so.
    """
    from hinges.optimal import polish as polish_network

    rows = _part(data, problem.rows)
    held = _part(data, problem.held_rows) if len(problem.held_rows) else None
    parameters, losses = batch.parameters.copy(), batch.losses.copy()
    held_losses = None if batch.validation_losses is None else batch.validation_losses.copy()
    statuses = list(batch.statuses)
    for i in range(len(batch)):
        try:
            network = polish_network(batch.network(i), rows, polish)
        except KeyboardInterrupt:
            statuses[i:] = [f"interrupted: not polished by {polish}; before: {status}" for status in statuses[i:]]
            break
        loss = mean_squared_error(network, rows)
        if loss >= losses[i]:
            continue
        statuses[i] = f"polished: {polish} took the loss from {losses[i]:.3g} to {loss:.3g}; before: {statuses[i]}"
        parameters[:, i], losses[i] = batch.model.flat(network.weights, network.biases), loss
        if held is not None and held_losses is not None:
            held_losses[i] = mean_squared_error(network, held)
    return replace(
        batch,
        parameters=frozen(parameters),
        losses=frozen(losses),
        validation_losses=None if held_losses is None else frozen(held_losses),
        statuses=tuple(statuses),
    )


def _part(data: Dataset, rows: np.ndarray) -> Dataset:
    return Dataset(data.x[rows], data.y[rows], None if data.weights is None else data.weights[rows])
