"""The smallest max error of a hinge sum with given facings: sequential linear programming over its kinks.

The step is that of K. Madsen (An algorithm for minimax solution of overdetermined systems of non-linear
equations, Journal of the Institute of Mathematics and its Applications 16, 1975): linearise, minimise the
largest linearised error inside a trust region on the kinks, keep the step when the true error falls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges.optimal._scipy import scipy

Floats = NDArray[np.float64]

_TOLERANCE = 1e-10  # of the linear programs, whose errors are scaled to 1
_ROWS = 1500


@dataclass(frozen=True, eq=False)
class Rows:
    """The data in units near 1: x, y and positive weights, each (n,)."""

    x: Floats
    y: Floats
    weights: Floats


@dataclass(frozen=True, eq=False)
class Sum:
    """``constant + sum_i coefficients[i] * relu(facing[i] * (x - kinks[i]))``, facing 1 (right) or -1 (left)."""

    facing: Floats
    kinks: Floats
    coefficients: Floats
    constant: float

    def columns(self, x: Floats) -> Floats:
        """Give each hinge's activation at x, (n, units)."""
        return np.maximum(self.facing * (x[:, None] - self.kinks), 0.0)

    def errors(self, rows: Rows) -> Floats:
        """Give the signed weighted errors, (n,)."""
        return rows.weights * (rows.y - self.constant - self.columns(rows.x) @ self.coefficients)


def refined(start: Sum, rows: Rows, target: float, *, steps: int = 40) -> tuple[Sum, float]:
    """Give a hinge sum with the facings of `start` and no larger max error, and that error: a local best.

    Stops when the error is at most `target`, when no step helps, or after `steps` linear programs.
    """
    best = solved(start, rows)
    error = _largest(best, rows)
    radius = 0.25 * _spacing(best.kinks, rows.x)
    smallest = 1e-13 * float(np.ptp(rows.x))
    for _ in range(steps):
        if error <= target or radius < smallest:
            break
        trial, predicted = _step(best, rows, radius)
        reached = _largest(trial, rows)
        gain, hoped = error - reached, error - predicted
        if hoped <= 1e-12 * error:
            break
        radius *= 2.0 if gain > 0.7 * hoped else (1.0 if gain > 0.2 * hoped else 0.25)
        if gain > 0:
            best, error = trial, reached
    return best, error


def solved(start: Sum, rows: Rows) -> Sum:
    """Give the best constant and coefficients for the kinks of `start`: one linear program."""
    columns = np.column_stack([start.columns(rows.x), np.ones(len(rows.x))])
    change, _ = _chebyshev(columns, start.errors(rows), rows, [(None, None)] * columns.shape[1])
    trial = Sum(start.facing, start.kinks, start.coefficients + change[:-1], start.constant + float(change[-1]))
    return trial if _largest(trial, rows) <= _largest(start, rows) else start


def _step(now: Sum, rows: Rows, radius: float) -> tuple[Sum, float]:
    active = now.facing * (rows.x[:, None] - now.kinks) > 0
    moves = np.where(active, -now.facing * now.coefficients, 0.0)
    columns = np.column_stack([now.columns(rows.x), np.ones(len(rows.x)), moves])
    units = len(now.kinks)
    free: list[tuple[float | None, float | None]] = [(None, None)] * (units + 1)
    bounds = [*free, *[(-radius, radius)] * units]
    change, predicted = _chebyshev(columns, now.errors(rows), rows, bounds)
    coefficients = now.coefficients + change[:units]
    trial = Sum(now.facing, now.kinks + change[units + 1 :], coefficients, now.constant + float(change[units]))
    return trial, predicted


def _chebyshev(
    columns: Floats, errors: Floats, rows: Rows, bounds: list[tuple[float | None, float | None]]
) -> tuple[Floats, float]:
    """Give the change that makes max |errors - weights * columns @ change| smallest, and that maximum."""
    linprog = scipy("optimize").linprog
    size = float(np.abs(errors).max())
    nothing = np.zeros_like(columns[0])
    if size == 0:
        return nothing, 0.0
    some = _relevant(errors)
    block = (rows.weights[some, None] * columns[some]) / size
    one = np.ones((len(block), 1))
    right = errors[some] / size
    answer = linprog(
        np.append(np.zeros(columns.shape[1]), 1.0),
        A_ub=np.block([[-block, -one], [block, -one]]),
        b_ub=np.concatenate([-right, right]),
        bounds=[*bounds, (0.0, None)],
        method="highs",
        options={"primal_feasibility_tolerance": _TOLERANCE, "dual_feasibility_tolerance": _TOLERANCE},
    )
    solution: Floats | None = answer.x
    if solution is None:
        return nothing, size
    return solution[:-1], float(solution[-1]) * size


def _relevant(errors: Floats) -> NDArray[np.int64]:
    """Choose the rows of a program: all of few, else the largest errors and an even sample."""
    count = len(errors)
    if count <= _ROWS:
        return np.arange(count)
    largest = np.argpartition(-np.abs(errors), _ROWS // 2)[: _ROWS // 2]
    return np.union1d(largest, np.linspace(0, count - 1, _ROWS // 2).astype(np.int64))


def _largest(candidate: Sum, rows: Rows) -> float:
    return float(np.abs(candidate.errors(rows)).max())


def _spacing(kinks: Floats, x: Floats) -> float:
    """Give the median distance of neighbouring kinks."""
    span = float(np.ptp(x))
    gaps = np.diff(np.sort(kinks))
    return float(np.median(gaps)) if len(gaps) and np.median(gaps) > 1e-6 * span else 0.1 * span
