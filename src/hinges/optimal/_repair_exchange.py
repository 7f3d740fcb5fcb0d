"""Exchanges: one unit more where it helps most, one unit less where it is missed least. Approximate, never worse."""

from __future__ import annotations

import numpy as np

from hinges._arrays import Floats
from hinges.optimal._hops import best_new_hinge
from hinges.optimal._repair_rows import Bools, unit_values
from hinges.optimal._varpro import Kinks, Problem, project, train_kinks

DEPENDENT = 1e-11  # of a column: less is left of it than rounding after projection
STEPS = 8  # of training after an exchange
PROGRESS = 1e-7  # relative gain worth an exchange


def exchanged(problem: Problem, kinks: Kinks, *, rounds: int, drops: int = 4, enough: float = 0.0) -> Kinks:
    """Exchange units until none of the `drops` least missed ones can go for the best new one: never worse.

    Ends after so many rounds, or at an error of `enough`. A round costs two projections and a short training,
    whatever the number of units.
    """
    for _ in range(rounds):
        if kinks.error <= enough:
            break
        better = _one_exchange(problem, kinks, drops)
        if better is None:
            break
        kinks = better
    trained = train_kinks(problem, kinks.at, kinks.left)
    return trained if trained.error < kinks.error else kinks


def _one_exchange(problem: Problem, kinks: Kinks, drops: int) -> Kinks | None:
    new = best_new_hinge(problem, project(problem, kinks.at, kinks.left))
    at, left = np.append(kinks.at, new.at), np.append(kinks.left, new.left)
    missed = _missed(problem, at, left)[:-1]  # the new one stays
    for k in np.argsort(missed, kind="stable")[:drops]:
        trial = train_kinks(problem, np.delete(at, k), np.delete(left, k), steps=STEPS)
        if trial.error < kinks.error * (1.0 - PROGRESS):
            return trial
    return None


def _missed(problem: Problem, at: Floats, left: Bools) -> Floats:
    """Give by how much the sum of squares grows without each unit, (units,), from the inverse normal matrix."""
    base = [np.ones((problem.u.size, 1)), problem.u[:, None]][: 2 if problem.skip else 1]
    columns = np.hstack([*base, unit_values(problem.u, at, left, np.zeros(at.size))]) * problem.root[:, None]
    size = np.sqrt(np.einsum("ij,ij->j", columns, columns))
    size[size == 0] = 1.0
    basis, upper = np.linalg.qr(columns / size)
    diagonal = np.diagonal(upper)
    upper = upper + np.diag(np.where(np.abs(diagonal) < DEPENDENT, DEPENDENT, 0.0))
    inverse = np.linalg.inv(upper)
    coefficients = inverse @ (basis.T @ problem.target)
    return (coefficients**2 / np.einsum("ij,ij->i", inverse, inverse))[-at.size :]
