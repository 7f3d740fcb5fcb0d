"""Relocation: units that bend nothing get a new kink where it lowers the error most.

A unit is *weak* when its output over the data is a straight line but for a rest that is small against the
error that remains. Dead units (rest 0) and always-on units (a line themselves) are the extreme cases.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.train._problem import Problem

# A weak unit's rest after its best straight line, as a share of the root mean squared error. Chosen on four draws
# of a noise-free sine (rng 0-3, ten units, 32 seeds): the median MSE is 4.6-5.1e-4 at 0.3, 3.4-4.5e-4 at 0.6 and
# 2.4-2.8e-4 at 1.0. With noise of 0.2 the three are alike.
WEAK = 1.0
CANDIDATES = 64  # kinks tried, at quantiles of the data
COLLINEAR = 1e-10  # a candidate whose square has less than this share outside the kept units adds nothing

Unit = Callable[[Floats], Floats]


def weak_units(parameters: Floats, problem: Problem, unit: Unit) -> NDArray[np.bool_]:
    """Tell which units are dead, always on or otherwise nearly straight on the data, (units, seeds)."""
    w, b, c, d = split(parameters)
    activations = unit(problem.x[:, None, None] * w + b)
    errors = (activations * c).sum(1) + d - problem.y[:, None]
    mean_squared = (problem.weights[:, None] * errors**2).mean(0)
    root = np.sqrt(problem.weights)
    line, _ = np.linalg.qr(np.stack([root, root * problem.x], axis=1))
    weighted = root[:, None, None] * activations
    rest = weighted - np.einsum("nk,kus->nus", line, np.einsum("nk,nus->kus", line, weighted))
    return c**2 * (rest**2).mean(0) < WEAK**2 * mean_squared


def relocate(parameters: Floats, problem: Problem, unit: Unit) -> tuple[Floats, NDArray[np.bool_]]:
    """Move the weak units of every seed; give the new parameters and which of them are new.

    The hidden weights and biases of all other units stay; where a unit moves, the output layer is refitted by
    least squares. Seeds without weak units stay as they are.
    """
    weak = weak_units(parameters, problem, unit)
    moved, changed = parameters.copy(), np.zeros(parameters.shape, bool)
    units = len(weak)
    for seed in np.flatnonzero(weak.any(0)):
        moved[:, seed] = _relocate_one(parameters[:, seed], weak[:, seed], problem, unit)
        changed[: 3 * units, seed] = np.tile(weak[:, seed], 3)
    return moved, changed


def split(parameters: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Give weights, biases, coefficients (units, ...) and the output bias (...) of stacked parameters."""
    units = (len(parameters) - 1) // 3
    return (
        parameters[:units],
        parameters[units : 2 * units],
        parameters[2 * units : 3 * units],
        parameters[3 * units],
    )


def _relocate_one(column: Floats, weak: NDArray[np.bool_], problem: Problem, unit: Unit) -> Floats:
    """Move the weak units of one seed, the most useful new kink first, and refit its output layer."""
    w, b = (part.copy() for part in split(column)[:2])
    size = float(np.median(np.abs(w[~weak]))) if (~weak).any() else 1.0 / float(np.std(problem.x) or 1.0)
    signs, kinks = _candidates(problem.x)
    root = np.sqrt(problem.weights)[:, None]
    columns = root * unit(signs * size * (problem.x[:, None] - kinks))
    kept = np.concatenate([root, root * unit(problem.x[:, None] * w[~weak] + b[~weak])], axis=1)
    basis, _ = np.linalg.qr(kept)
    rest = root[:, 0] * problem.y
    rest = rest - basis @ (basis.T @ rest)
    outside = columns - basis @ (basis.T @ columns)
    for i in np.flatnonzero(weak):
        squares = (outside**2).sum(0)
        usable = squares > COLLINEAR * (columns**2).sum(0)
        gains = np.where(usable, (rest @ outside) ** 2 / np.where(usable, squares, 1.0), -1.0)
        best = int(np.argmax(gains))
        w[i], b[i] = signs[best] * size, -signs[best] * size * kinks[best]
        if gains[best] > 0:
            direction = outside[:, best] / np.sqrt(squares[best])
            rest = rest - direction * (direction @ rest)
            outside = outside - np.outer(direction, direction @ outside)
    matrix = np.concatenate([root, root * unit(problem.x[:, None] * w + b)], axis=1)
    solution = np.linalg.lstsq(matrix, root[:, 0] * problem.y, rcond=1e-10)[0]
    return np.concatenate([w, b, solution[1:], solution[:1]]).astype(np.float64)


def _candidates(x: Floats) -> tuple[Floats, Floats]:
    """Give facings (+1, -1) and kinks at quantiles of the data, between its ends, (candidates,) each."""
    inner = np.unique(np.quantile(x, (np.arange(CANDIDATES) + 0.5) / CANDIDATES))
    return np.repeat([1.0, -1.0], len(inner)), np.tile(inner, 2)
