"""Least squares under linear inequalities, with the multipliers that prove how good the answer is.

The transformation to a problem of least distance, and of that to non-negative least squares, is that of
C. L. Lawson and R. J. Hanson (Solving Least Squares Problems, 1974, chapter 23). The set of active inequalities
found that way is solved once more as equations, which wins back the digits that the transformation costs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinges._arrays import Floats
from hinges.optimal._scipy import scipy

# LAPACK itself is called, because a search makes thousands of calls and the wrappers cost more; and trsm, because
# trtrs starts threads for the smallest systems.
_RIDGE = 1e-14
_SLACK = 1e-11


@dataclass(frozen=True, eq=False)
class Solution:
    """The point (p,) found, and a multiplier (c,) for each inequality, none negative."""

    point: Floats
    multipliers: Floats


def minimised(gram: Floats, pull: Floats, matrix: Floats, right: Floats, *, sharp: bool = True) -> Solution | None:
    """Give the point with the least ``p @ gram @ p / 2 - pull @ p`` where ``matrix @ p >= right``; None if nowhere.

    Approximate up to rounding; without `sharp` to about nine digits, in half the time. gram (p, p) is positive
    semidefinite; a ridge of 1e-14 of its size makes it definite.
    """
    if not (np.isfinite(gram).all() and np.isfinite(pull).all()):
        return None
    try:
        factor, free = _unconstrained(gram, pull)
    except np.linalg.LinAlgError:  # prefix sums of many rows have too few digits for so short a piece
        return None
    scale = 1e-12 + np.abs(right).max(initial=0.0) + np.abs(free).max(initial=0.0)
    if not len(matrix) or (matrix @ free >= right - 1e-15 * scale).all():
        return Solution(free, np.zeros(len(matrix)))
    blas = scipy("linalg.blas")
    reduced: Floats = blas.dtrsm(1.0, factor, matrix.T, lower=1).T
    size = np.sqrt((reduced**2).sum(axis=1))
    size[size == 0] = 1.0
    missing = (right - matrix @ free) / size
    unit = float(np.abs(missing).max())
    stacked = np.concatenate([(reduced / size[:, None]).T, missing[None, :] / unit])
    goal = np.zeros(len(stacked))
    goal[-1] = 1.0
    try:
        weights, rest = scipy("optimize").nnls(stacked, goal, maxiter=30 * stacked.shape[1] + 300)
    except RuntimeError:
        return None
    beyond = float(stacked[-1] @ weights) - 1.0
    if rest < 1e-12 or beyond > -1e-20:
        return None
    multipliers = weights / -beyond * unit / size
    move = blas.dtrsm(1.0, factor, (reduced.T @ multipliers)[:, None], lower=1, trans_a=1)
    point: Floats = free + move[:, 0]
    found = Solution(point, multipliers)
    return _sharpened(gram, pull, (matrix, right), found, scale) if sharp else found


def bound_under(gram: Floats, pull: Floats, matrix: Floats, right: Floats, multipliers: Floats) -> float:
    """Give a lower bound for ``d @ gram @ d - 2 pull @ d`` where ``matrix @ d >= right``: weak duality.

    It holds for whatever multipliers (c,) that are not negative, up to the rounding of this evaluation, which is
    small where the best d is.
    """
    force = pull + matrix.T @ multipliers
    _, move = _unconstrained(gram, force)
    return -float(force @ move) + 2.0 * float(multipliers @ right)


def _unconstrained(gram: Floats, pull: Floats) -> tuple[Floats, Floats]:
    """Give the lower Cholesky factor and the point where nothing bounds."""
    lapack = scipy("linalg.lapack")
    size = float(np.trace(gram)) / len(gram) + 1e-300
    for ridge in (_RIDGE, 1e-12, 1e-10, 1e-8):
        factor, failed = lapack.dpotrf(gram + ridge * size * np.eye(len(gram)), lower=1, clean=1)
        if not failed:
            return factor, lapack.dpotrs(factor, pull, lower=1)[0]
    raise np.linalg.LinAlgError


def _sharpened(
    gram: Floats, pull: Floats, inequalities: tuple[Floats, Floats], found: Solution, scale: float
) -> Solution:
    """Solve the active inequalities as equations; keep what was found where that leads elsewhere."""
    matrix, right = inequalities
    active = np.flatnonzero(found.multipliers > 0)
    p, a = len(gram), len(active)
    ridge = _RIDGE * (float(np.trace(gram)) / p + 1e-300)
    system = np.zeros((p + a, p + a))
    system[:p, :p] = gram + ridge * np.eye(p)
    system[:p, p:] = -matrix[active].T
    system[p:, :p] = matrix[active]
    answer = np.asarray(np.linalg.lstsq(system, np.concatenate([pull, right[active]]), rcond=1e-15)[0], np.float64)
    point, multipliers = answer[:p], np.zeros(len(right))
    multipliers[active] = np.maximum(answer[p:], 0.0)
    worst = float((matrix @ point - right).min())
    before = float((matrix @ found.point - right).min())
    if worst >= min(-_SLACK * scale, before) and (answer[p:] >= -1e-6 * (1e-300 + np.abs(answer[p:]).max())).all():
        return Solution(point, multipliers)
    return found
