"""Variable projection: train the kinks of one hidden layer while least squares keeps everything else best.

For fixed kinks and facings the output weights and the bias of a one-hidden-layer ReLU network are a linear
least-squares problem. Projecting them out leaves a smooth-in-pieces problem in the kinks alone, which
Levenberg-Marquardt solves with the Jacobian of Kaufman (1975).

Golub and Pereyra, *The differentiation of pseudo-inverses and nonlinear least squares problems whose variables
separate*, SIAM J. Numer. Anal. 10 (1973).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray

from hinges.optimal._scipy import scipy

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_RANK = 1e-11  # a unit column this close to the span of the others adds rounding, not fit
_SMALLEST_DAMPING = 1e-10


@dataclass(frozen=True)
class Problem:
    """Rows in scaled units for a search over kinks: u increasing, v, and w > 0, all of shape (m,).

    With `skip` the model has a free slope besides its hinges (N kinks make any function with N + 1 pieces);
    without it the model is a plain ReLU network, a bias and N hinges.
    """

    u: Floats
    v: Floats
    w: Floats
    skip: bool

    @cached_property
    def root(self) -> Floats:
        """Square roots of the weights."""
        return np.sqrt(self.w)

    @cached_property
    def target(self) -> Floats:
        """The values times root weights."""
        return self.v * self.root


@dataclass(frozen=True)
class Projection:
    """The best output weights for given kinks: what is left, and an orthonormal basis of what was possible.

    `basis` (m, rank) and `residual` (m,) are in rows times root weights; `coefficients` has the intercept, then
    with a skip term the slope, then one entry a unit; `error` is the scaled sum of squares.
    """

    basis: Floats
    residual: Floats
    coefficients: Floats
    error: float


@dataclass(frozen=True)
class Kinks:
    """Kinks of hinges, shape (N,), which of them face left, and the sum of squares of the best output weights."""

    at: Floats
    left: Bools
    error: float


def project(problem: Problem, at: Floats, left: Bools) -> Projection:
    """Give the least-squares output weights for given kinks and facings, from a rank-revealing QR."""
    columns = _columns(problem, at, left)
    columns *= problem.root[:, None]
    size = np.sqrt(np.einsum("ij,ij->j", columns, columns))
    size[size == 0] = 1.0
    columns /= size
    # The LAPACK calls behind scipy.linalg.qr: a search makes thousands of these, and the wrappers cost half.
    lapack = scipy("linalg.lapack")
    factors, order, tau = lapack.dgeqp3(columns, lwork=4 * columns.shape[1] + 64, overwrite_a=1)[:3]
    diagonal = np.abs(np.diagonal(factors))
    rank = int((diagonal > _RANK * diagonal[0]).sum())
    upper = factors[:rank, :rank].copy(order="F")
    basis = cast("Floats", lapack.dorgqr(factors[:, :rank], tau[:rank], lwork=64 * rank)[0])
    seen = basis.T @ problem.target
    coefficients = np.zeros(size.size)
    coefficients[order[:rank] - 1] = scipy("linalg.blas").dtrsm(1.0, upper, seen[:, None])[:, 0]  # trtrs starts threads
    residual = problem.target - basis @ seen
    return Projection(basis, residual, coefficients / size, float(residual @ residual))


def train_kinks(problem: Problem, at: Floats, left: Bools, *, steps: int = 60, tolerance: float = 1e-13) -> Kinks:
    """Move the kinks, facings fixed, to a local optimum of the projected error: approximate, never worse.

    Kinks stay within the data (a kink at an end is a unit that is always on, or off, on every row). The
    search ends when three steps together improve the error by less than `tolerance` of it.
    """
    at = np.clip(at, problem.u[0], problem.u[-1])
    best = project(problem, at, left)
    damping, stalled = 1e-3, 0
    for _ in range(steps):
        moved = _step(problem, at, left, best, damping)
        if moved is None:
            break
        trial_at, trial, damping = moved
        stalled = stalled + 1 if best.error - trial.error <= tolerance * best.error else 0
        at, best = trial_at, trial
        if stalled == 3:
            break
    return Kinks(at, left, best.error)


def _step(
    problem: Problem, at: Floats, left: Bools, best: Projection, damping: float
) -> tuple[Floats, Projection, float] | None:
    """Give kinks that are better, their projection and the next damping, or None where six tries find none."""
    jacobian = _jacobian(problem, at, left, best)
    gradient = jacobian.T @ best.residual
    normal = jacobian.T @ jacobian
    scale = np.diagonal(normal) + 1e-12 * np.trace(normal) + 1e-300
    for _ in range(6):
        step = np.linalg.solve(normal + damping * np.diag(scale), gradient)
        trial_at = np.clip(at - step, problem.u[0], problem.u[-1])
        trial = project(problem, trial_at, left)
        if trial.error < best.error:
            return trial_at, trial, max(damping / 6.0, _SMALLEST_DAMPING)
        damping *= 8.0
    return None


def _columns(problem: Problem, at: Floats, left: Bools) -> Floats:
    base = 2 if problem.skip else 1
    columns = np.empty((problem.u.size, base + at.size), order="F")
    columns[:, 0] = 1.0
    if problem.skip:
        columns[:, 1] = problem.u
    sign = np.where(left, -1.0, 1.0)
    units = columns[:, base:]
    np.subtract(problem.u[:, None], at, out=units)
    units *= sign
    np.maximum(units, 0.0, out=units)
    return columns


def _jacobian(problem: Problem, at: Floats, left: Bools, best: Projection) -> Floats:
    """Give the derivative of the projected residual by the kinks, Kaufman's approximation, shape (m, N)."""
    sign = np.where(left, -1.0, 1.0)
    active = (problem.u[:, None] - at) * sign > 0
    units = best.coefficients[-at.size :] * sign
    moved = active * (units * problem.root[:, None])
    return moved - best.basis @ (best.basis.T @ moved)
