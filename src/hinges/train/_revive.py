"""Revival: dead units of the first layer get a new place where the network errs, without changing its outputs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.train._dense_model import DenseModel
from hinges.train._engine import Record
from hinges.train._problem import Problem

REVIVAL_STREAM = 2  # a random stream of a seed, beside those of the start and of the order
TINY = 1e-300  # rows without error are drawn alike where there is no error at all


def revive(
    record: Record, seeds: Sequence[int], problem: Problem, model: DenseModel, *, loss: str
) -> tuple[Floats, NDArray[np.bool_]]:
    """Give every dead ReLU unit of the first layer new weights, and tell which parameters are new.

    A dead unit adds nothing on any training row. Its new weights point in a random direction, its bias puts the
    kink through a row that is drawn in proportion to its error, and what it sends on starts at 0: the outputs on
    the training rows stay, and the gradient finds out what the unit is good for. That holds for any number of
    inputs, outputs and layers and for any loss. Surplus always-on units stay: they carry an affine part.

    Arguments:
        record: of networks with relu that have not diverged.
        seeds: of the networks.
        problem: the rows.
        model: the networks.
        loss: "mse" or "cross-entropy".
    """
    parameters, changed = record.parameters.copy(), np.zeros(record.parameters.shape, bool)
    first = record.dead[: model.sizes[1]]
    for i in np.flatnonzero(first.any(axis=0)).tolist():
        rng = np.random.default_rng([seeds[i], REVIVAL_STREAM, record.step])
        parameters[:, i], changed[:, i] = _revived(parameters[:, i], first[:, i], problem, model, loss=loss, rng=rng)
    return parameters, changed


def _revived(
    column: Floats, dead: NDArray[np.bool_], problem: Problem, model: DenseModel, *, loss: str, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.bool_]]:
    """Revive the dead units of one seed."""
    inputs, units = model.sizes[:2]
    rows = rng.choice(len(problem.x), size=units, p=_errors(column, problem, model, loss))
    limit = np.sqrt(6.0 / (inputs + units))
    directions = rng.uniform(-limit, limit, (inputs, units))
    weights, biases = model.layers(column)
    weights[0] = np.where(dead, directions, weights[0])
    biases[0] = np.where(dead, -np.einsum("ui,iu->u", problem.x[rows], directions), biases[0])
    weights[1] = np.where(dead[:, None], 0.0, weights[1])
    new_weights = [np.zeros(part.shape, bool) for part in weights]
    new_biases = [np.zeros(part.shape, bool) for part in biases]
    new_weights[0] |= dead
    new_biases[0] |= dead
    new_weights[1] |= dead[:, None]
    return model.flat(weights, biases), model.flat(new_weights, new_biases).astype(bool)


def _errors(column: Floats, problem: Problem, model: DenseModel, loss: str) -> Floats:
    """Give each row's share of the squared error, (n,); of classes, of that of their probabilities."""
    outputs = model.outputs(column, problem.x)
    if loss == "cross-entropy":
        grown = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        outputs = grown / grown.sum(axis=1, keepdims=True)
    squares = problem.weights * ((outputs - problem.y) ** 2).sum(axis=1) + TINY
    return squares / squares.sum()
