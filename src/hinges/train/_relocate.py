"""Relocation: units that bend nothing get a new kink where it lowers the error most.

A unit is *weak* when its output over the data is a straight line but for a rest that is small against the
error that remains. Dead units (rest 0) and always-on units (a line themselves) are the extreme cases.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.nets import ACTIVATIONS
from hinges.nets._activations import LEAKY_SLOPE
from hinges.train._problem import Problem

# A weak unit's rest after its best straight line, as a share of the root mean squared error. Chosen on four draws
# of a noise-free sine (rng 0-3, ten units, 32 seeds): the median MSE is 4.6-5.1e-4 at 0.3, 3.4-4.5e-4 at 0.6 and
# 2.4-2.8e-4 at 1.0. With noise of 0.2 the three are alike.
WEAK = 1.0
CANDIDATES = 64  # kinks tried, at quantiles of the data
PLACING_ROWS = 1000  # most rows, evenly spread over x, on which new kinks are chosen
COLLINEAR = 1e-10  # a candidate whose square has less than this share outside the kept units adds nothing
RANK_TOLERANCE = 1e-10  # singular values below this share of the largest are left out of the refit

Unit = Callable[[Floats], Floats]


def weak_units(parameters: Floats, problem: Problem, unit: Unit) -> NDArray[np.bool_]:
    """Tell which units are dead, always on or otherwise nearly straight on the data, (units, seeds)."""
    root = np.sqrt(problem.weights)[:, None]
    line, _ = np.linalg.qr(np.concatenate([root, root * problem.x], axis=1))
    # Seed by seed, because rows, units and seeds together may be more than memory holds.
    return np.stack([_weak(column, root, line, problem, unit) for column in parameters.T], axis=1)


def _weak(column: Floats, root: Floats, line: Floats, problem: Problem, unit: Unit) -> NDArray[np.bool_]:
    w, b, c, d = split(column)
    outputs = root * unit(problem.x * w + b) * c
    errors = outputs.sum(axis=1) + root[:, 0] * (d - problem.y[:, 0])
    rest = outputs - line @ (line.T @ outputs)
    return (rest**2).mean(axis=0) < WEAK**2 * (errors**2).mean()


def relocate(parameters: Floats, problem: Problem, activation: str) -> tuple[Floats, NDArray[np.bool_]]:
    """Move the weak units of every seed; give the new parameters and which of them are new.

    The networks have one input, one hidden layer (relu or leaky_relu) and one output: `split` says how their
    parameters stand.

    The hidden weights and biases of all other units stay; where a unit moves, the output layer is refitted by
    least squares. Seeds without weak units stay as they are.
    """
    unit = unit_of(activation)
    weak = weak_units(parameters, problem, unit)
    moved, changed = parameters.copy(), np.zeros(parameters.shape, bool)
    units = len(weak)
    for seed in np.flatnonzero(weak.any(0)):
        moved[:, seed] = _relocate_one(parameters[:, seed], weak[:, seed], problem, unit)
        changed[: 3 * units, seed] = np.tile(weak[:, seed], 3)
    return moved, changed


def unit_of(activation: str) -> Unit:
    """Give a unit's output of its pre-activation."""
    value = ACTIVATIONS[activation].value
    return lambda z: value(z, LEAKY_SLOPE)


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
    """Move the weak units of one seed and refit its output layer."""
    w, b = (part.copy() for part in split(column)[:2])
    size = float(np.median(np.abs(w[~weak]))) if (~weak).any() else 1.0 / float(np.std(problem.x) or 1.0)
    facings, kinks = _new_kinks(column, weak, size, problem, unit)
    w[weak], b[weak] = facings * size, -facings * size * kinks
    root = np.sqrt(problem.weights)[:, None]
    matrix = root * _with_ones(unit(problem.x * w + b))
    solution = np.linalg.lstsq(matrix, root[:, 0] * problem.y[:, 0], rcond=RANK_TOLERANCE)[0]
    return np.concatenate([w, b, solution[1:], solution[:1]]).astype(np.float64)


def _new_kinks(
    column: Floats, weak: NDArray[np.bool_], size: float, problem: Problem, unit: Unit
) -> tuple[Floats, Floats]:
    """Choose facings (+1, -1) and kinks for the weak units, the one that lowers the error most first.

    Orthogonal least squares (Chen, Billings and Luo 1989) over kinks at quantiles, given the units that stay.
    """
    w, b = (part[~weak] for part in split(column)[:2])
    order = np.argsort(problem.x[:, 0], kind="stable")
    rows = order[np.unique(np.linspace(0, len(order) - 1, PLACING_ROWS).astype(int))]
    x, root = problem.x[rows], np.sqrt(problem.weights[rows, None])
    facings, kinks = _candidates(problem.x[:, 0])
    columns = root * unit(facings * size * (x - kinks))
    basis, _ = np.linalg.qr(root * _with_ones(unit(x * w + b)))
    rest = root[:, 0] * problem.y[rows, 0]
    rest = rest - basis @ (basis.T @ rest)
    outside = columns - basis @ (basis.T @ columns)
    largest = COLLINEAR * (columns**2).sum(axis=0)
    chosen: list[int] = []
    for _ in range(int(weak.sum())):
        squares = (outside**2).sum(axis=0)
        usable = squares > largest
        gains = np.where(usable, (rest @ outside) ** 2 / np.where(usable, squares, 1.0), -1.0)
        best = int(np.argmax(gains))
        chosen.append(best)
        if usable[best]:
            direction = outside[:, best] / np.sqrt(squares[best])
            rest = rest - direction * (direction @ rest)
            outside = outside - np.outer(direction, direction @ outside)
    return facings[chosen], kinks[chosen]


def _with_ones(activations: Floats) -> Floats:
    return np.concatenate([np.ones((len(activations), 1)), activations], axis=1)


def _candidates(x: Floats) -> tuple[Floats, Floats]:
    """Give facings (+1, -1) and kinks at quantiles of the data, between its ends, (candidates,) each."""
    inner = np.unique(np.quantile(x, (np.arange(CANDIDATES) + 0.5) / CANDIDATES))
    return np.repeat([1.0, -1.0], len(inner)), np.tile(inner, 2)
