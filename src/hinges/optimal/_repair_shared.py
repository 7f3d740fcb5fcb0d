"""Kinks that several outputs share, or of units that leak: variable projection for one input and any such layer.

With columns a_k(t_k) of the units, coefficients C (units, outputs) and residual R (rows, outputs), moving the kinks
changes the projected residual by ``-P D_k C_k``, where D_k is the derivative of column k and P projects on what no
column reaches. The normal matrix is therefore ``(D' P D) * (C C')``, entry by entry: outputs cost next to nothing.

Golub and Pereyra (1973), with the Jacobian of Kaufman (1975).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np

from hinges._arrays import Floats
from hinges.optimal._repair_rows import Bools, CurveRows, unit_values
from hinges.optimal._rows import merge_rows
from hinges.optimal._scipy import scipy
from hinges.optimal._segments import segment, segment_errors
from hinges.optimal._signs import rank_patterns

PATTERNS = 6  # of facings that are tried
CANDIDATES = 200  # places for a kink that is moved
SWEEPS = 3  # of moving each unit once
RELOCATES = 4e6  # rows times units squared up to which units are moved one by one
RANK = 1e-11
DEPENDENT = 1e-9  # of a column's own square: less is left of it than rounding after projection
GOOD = 1e-3
ROUNDING = 1e-26

Ints = np.ndarray[Any, np.dtype[np.intp]]


@dataclass(frozen=True)
class SharedProblem:
    """Rows, and the slopes (units,) of the units below 0; with `skip` each output has a free slope besides."""

    rows: CurveRows
    slopes: Floats
    skip: bool = False

    @cached_property
    def root(self) -> Floats:
        """Square roots of the weights, (m, 1)."""
        return np.sqrt(self.rows.w)[:, None]

    @cached_property
    def targets(self) -> Floats:
        """The values times root weights, (m, outputs)."""
        return self.rows.v * self.root

    @cached_property
    def base(self) -> Floats:
        """The columns that are there besides the units, (m, 1 or 2)."""
        ones = np.ones((self.rows.u.size, 1))
        return self.root * (np.hstack([ones, self.rows.u[:, None]]) if self.skip else ones)


@dataclass(frozen=True)
class Fitted:
    """Kinks and facings (units,), the best coefficients (base and units, outputs) for them, and what is left."""

    at: Floats
    left: Bools
    basis: Floats
    coefficients: Floats
    residual: Floats
    error: float


def shared_kinks(rows: CurveRows, at: Floats, left: Bools, slopes: Floats) -> tuple[Floats, Bools]:
    """Give kinks and facings (units,) with a small squared error over all outputs, in scaled units: approximate.

    Arguments:
        rows: the rows.
        at: the kinks of the network there is, scaled.
        left: which units face left.
        slopes: (units,) of the units below 0, not 1.
    """
    problem = SharedProblem(rows, slopes)
    own = fitted(problem, at, left)
    if rows.u.size - 1 <= at.size:
        spare = np.full(at.size - rows.u.size + 1, rows.u[0])
        return np.concatenate([rows.u[:-1], spare]), np.zeros(at.size, np.bool_)
    table = _segment_table(rows)
    segments = segment(table, at.size + 1)
    goal = float(segments.errors[-1, -1]) * (1.0 + GOOD) + ROUNDING * float(rows.w.sum())
    best = min([own, *_from_segments(problem, segments, at.size)], key=lambda found: found.error)
    if best.error > goal and rows.u.size * at.size**2 <= RELOCATES:
        starts = [best] if best is own else [best, own]
        best = min((_settled(problem, start) for start in starts), key=lambda found: found.error)
    return best.at, best.left


def fitted(problem: SharedProblem, at: Floats, left: Bools) -> Fitted:
    """Give the least-squares coefficients for kinks and facings, from a rank-revealing QR."""
    slopes = problem.slopes[: at.size]
    columns = np.hstack([problem.base, problem.root * unit_values(problem.rows.u, at, left, slopes)])
    size = np.sqrt(np.einsum("ij,ij->j", columns, columns))
    size[size == 0] = 1.0
    decomposed = scipy("linalg").qr(columns / size, mode="economic", pivoting=True)
    basis, upper, order = cast("tuple[Floats, Floats, Ints]", decomposed)
    diagonal = np.abs(np.diagonal(upper))
    rank = int((diagonal > RANK * diagonal[0]).sum())
    basis = basis[:, :rank]
    seen = basis.T @ problem.targets
    coefficients = np.zeros((size.size, seen.shape[1]))
    coefficients[order[:rank]] = np.linalg.solve(upper[:rank, :rank], seen)
    residual = problem.targets - basis @ seen
    return Fitted(at, left, basis, coefficients / size[:, None], residual, float((residual * residual).sum()))


def trained(problem: SharedProblem, start: Fitted, *, steps: int = 60) -> Fitted:
    """Move the kinks, facings fixed, to a local optimum: approximate, never worse; they stay within the data."""
    best, damping, stalled = start, 1e-3, 0
    for _ in range(steps):
        moved = _step(problem, best, damping)
        if moved is None:
            break
        stalled = stalled + 1 if best.error - moved[0].error <= 1e-12 * best.error else 0
        best, damping = moved
        if stalled == 3:
            break
    return best


def relocated(problem: SharedProblem, best: Fitted) -> Fitted:
    """Re-place one unit after the other at the best of many places, facing either way: never worse."""
    places = np.unique(np.quantile(problem.rows.u, np.linspace(0.0, 1.0, CANDIDATES)))
    for k in range(best.at.size):
        others = SharedProblem(problem.rows, np.delete(problem.slopes, k), problem.skip)
        rest = fitted(others, np.delete(best.at, k), np.delete(best.left, k))
        at, left = np.tile(places, 2), np.repeat([False, True], places.size)
        columns = problem.root * unit_values(problem.rows.u, at, left, np.full(at.size, problem.slopes[k]))
        outside = columns - rest.basis @ (rest.basis.T @ columns)
        squares = np.einsum("ij,ij->j", outside, outside)
        usable = squares > DEPENDENT * np.einsum("ij,ij->j", columns, columns)
        gains = np.where(usable, ((outside.T @ rest.residual) ** 2).sum(axis=1) / np.where(usable, squares, 1.0), 0.0)
        j = int(gains.argmax())
        if rest.error - gains[j] < best.error * (1.0 - 1e-9):
            new_at, new_left = best.at.copy(), best.left.copy()
            new_at[k], new_left[k] = at[j], left[j]
            best = min([best, fitted(problem, new_at, new_left)], key=lambda found: found.error)
    return best


def crossings(rows: CurveRows, starts: Ints) -> Floats:
    """Give where the best lines of neighbouring runs come closest to each other, within the gap between the runs."""
    stops = np.append(starts[1:], rows.u.size)
    lines = [_line(rows, slice(a, b)) for a, b in zip(starts, stops, strict=True)]
    knots: list[float] = []
    for (mean, height, slope), (mean2, height2, slope2), b in zip(lines, lines[1:], starts[1:], strict=False):
        low, high = float(rows.u[b - 1]), float(rows.u[b])
        middle, bend = (low + high) / 2, slope2 - slope
        jump = height2 + slope2 * (middle - mean2) - height - slope * (middle - mean)
        square = float(bend @ bend)
        knots.append(float(np.clip(middle - float(jump @ bend) / square, low, high)) if square else middle)
    return np.array(knots)


def _from_segments(problem: SharedProblem, segments: Any, units: int) -> list[Fitted]:
    """Give what the best unconnected lines lead to: as many pieces as units, and one piece more."""
    knots = crossings(problem.rows, segments.runs(units))
    at = np.sort(np.concatenate([np.full(units - knots.size, problem.rows.u[0]), knots]))
    closed_form = fitted(problem, at, np.zeros(units, np.bool_))
    free = SharedProblem(problem.rows, problem.slopes, skip=True)
    knots = crossings(problem.rows, segments.runs(units + 1))
    spread = np.quantile(problem.rows.u, (np.arange(units) + 0.5) / units)
    start = fitted(free, np.sort(np.concatenate([knots, spread])[:units]), np.zeros(units, np.bool_))
    at = trained(free, start).at
    trials = [trained(problem, fitted(problem, at, left), steps=8) for left in _patterns(free, at)]
    best = min(trials, key=lambda trial: trial.error)
    return [closed_form, trained(problem, closed_form), trained(problem, best)]


def _patterns(free: SharedProblem, at: Floats) -> list[Bools]:
    """Give the facings whose slopes left of all kinks come closest to what the free slopes were.

    A unit of slope s below 0 adds c s to the slope left of it where it faces right, and -c where it faces left; both
    bend by c (1 - s). Of several outputs the one that bends most decides.
    """
    found = fitted(free, at, np.zeros(at.size, np.bool_))
    slope, c = found.coefficients[1], found.coefficients[2:]
    most = int((c**2).sum(axis=0).argmax())
    s, c = free.slopes, c[:, most]
    return rank_patterns(float(slope[most]), c * (1.0 + s), PATTERNS)


def _settled(problem: SharedProblem, found: Fitted) -> Fitted:
    for _ in range(SWEEPS):
        before = found.error
        found = trained(problem, relocated(problem, found))
        if found.error >= before * (1.0 - 1e-6):
            break
    return found


def _step(problem: SharedProblem, best: Fitted, damping: float) -> tuple[Fitted, float] | None:
    """Give better kinks and the next damping, or None where six tries find none."""
    u, sign, units = problem.rows.u, np.where(best.left, -1.0, 1.0), best.at.size
    on = (u[:, None] - best.at) * sign > 0
    moved = problem.root * (np.where(on, 1.0, problem.slopes[:units]) * -sign)
    moved = moved - best.basis @ (best.basis.T @ moved)
    c = best.coefficients[-units:]
    gradient: Floats = ((moved.T @ best.residual) * c).sum(axis=1)
    normal: Floats = (moved.T @ moved) * (c @ c.T)
    scale = np.diagonal(normal) + 1e-12 * np.trace(normal) + 1e-300
    for _ in range(6):
        step = np.linalg.solve(normal + damping * np.diag(scale), gradient)
        trial = fitted(problem, np.clip(best.at + step, u[0], u[-1]), best.left)
        if trial.error < best.error:
            return trial, max(damping / 6.0, 1e-10)
        damping *= 8.0
    return None


def _segment_table(rows: CurveRows) -> Floats:
    """Give the sum of squares about the best lines of every run, over all outputs, (m, m)."""
    m, outputs = rows.v.shape
    table = np.zeros((m, m))
    for k in range(outputs):
        of_output = merge_rows(rows.u, rows.v[:, k], rows.w)
        table += np.ldexp(segment_errors(of_output), 2 * of_output.y_exponent + of_output.w_exponent)
    return table


def _line(rows: CurveRows, run: slice) -> tuple[float, Floats, Floats]:
    """Give the mean of u, the heights there and the slopes (outputs,) of a run's best lines."""
    u, v, w = rows.u[run], rows.v[run], rows.w[run]
    share = w / w.sum()
    mean = float(share @ u)
    heights: Floats = np.einsum("i,ij->j", share, v)
    spread = float((w * (u - mean) ** 2).sum())
    if u.size == 1 or spread == 0:
        return mean, heights, np.zeros_like(heights)
    return mean, heights, cast("Floats", np.einsum("i,ij->j", w * (u - mean) / spread, v - heights))
