"""Squared error of a function with given vertices under wishes, and steps of its kinks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.optimal._inequalities import bound_under, minimised
from hinges.optimal._knot_search import Fitted
from hinges.optimal._sample import Moments, Sample
from hinges.optimal._wishes import Wishes

_SMALLEST_DAMPING = 1e-9


@dataclass(frozen=True, eq=False)
class Squares:
    """The least sum of squares for given vertices, scaled, with wishes in scaled units."""

    sample: Sample
    wishes: Wishes

    def solve(self, vertices: Floats) -> Fitted:
        """Give the best values at the vertices, approximate to the digits of prefix sums."""
        moments = self.sample.moments(vertices)
        gram, pull = moments.gram, moments.pull
        matrix, right = self.wishes.inequalities(vertices)
        values, multipliers = np.empty(pull.shape), np.zeros((len(right), pull.shape[1]))
        for j in range(pull.shape[1]):
            found = minimised(gram, pull[:, j], matrix, right, sharp=False)
            if found is None:  # rounding only: a line always keeps the wishes
                return Fitted(vertices, values, np.inf, multipliers)
            values[:, j], multipliers[:, j] = found.point, found.multipliers
        error = self.sample.squares + float((values * (gram @ values - 2 * pull)).sum())
        return Fitted(vertices, values, max(error, 0.0) + self.sample.merged[3], multipliers)

    def settled(self, vertices: Floats, rounds: int = 3) -> Fitted:
        """Give the best values at the vertices to the digits of float64, and their error over the rows."""
        found = self.solve(vertices)
        values, error = found.values, self.sample.squared_error(vertices, found.values)
        matrix, right = self.wishes.inequalities(vertices)
        multipliers = found.multipliers
        for _ in range(rounds):
            moments = self.sample.exact_moments(vertices, values)
            moved, gram = values.copy(), moments.gram
            new = np.zeros_like(multipliers)
            for j in range(values.shape[1]):
                step = minimised(gram, moments.pull[:, j], matrix, right - matrix @ values[:, j])
                if step is None:
                    continue
                moved[:, j] += step.point
                new[:, j] = step.multipliers
            trial = self.sample.squared_error(vertices, moved)
            if not trial < error:
                break
            values, error, multipliers = moved, trial, new
        return Fitted(vertices, values, error, multipliers)

    def bound(self, fitted: Fitted) -> float:
        """Give a lower bound on the error for these vertices, by duality: near `fitted.error` where that is best.

        Up to the rounding of sums of n terms, for which a share of 1e-12 is taken off.
        """
        moments = self.sample.exact_moments(fitted.vertices, fitted.values)
        matrix, right = self.wishes.inequalities(fitted.vertices)
        gram, pull = moments.gram, moments.pull
        error = self.sample.squared_error(fitted.vertices, fitted.values)
        lost = 0.0
        for j in range(fitted.values.shape[1]):
            missing = right - matrix @ fitted.values[:, j]
            lost += bound_under(gram, pull[:, j], matrix, missing, self._multipliers(fitted, j, gram, pull))
        return max(0.0, (error + min(lost, 0.0)) * (1 - 1e-12))

    def _multipliers(self, fitted: Fitted, j: int, gram: Floats, pull: Floats) -> Floats:
        matrix, right = self.wishes.inequalities(fitted.vertices)
        found = minimised(gram, pull[:, j], matrix, right - matrix @ fitted.values[:, j])
        return fitted.multipliers[:, j] if found is None else found.multipliers

    def improved(self, start: Fitted, steps: int = 40) -> Fitted:
        """Move the kinks to a local best: Levenberg-Marquardt, with inequalities that are active kept as equations."""
        best, damping, stalled = start, 1e-3, 0
        for _ in range(steps):
            trial, damping = self._step(best, damping)
            if trial is None:
                break
            stalled = stalled + 1 if best.error - trial.error <= 1e-10 * best.error else 0
            best = trial
            if stalled == 2:
                break
        return best

    def _step(self, best: Fitted, damping: float) -> tuple[Fitted | None, float]:
        system, right, size = self._system(best)
        k = len(best.vertices) - 2
        kinks = slice(size - k, size)
        diagonal = np.diagonal(system)[:size].copy()
        floor = 1e-10 * float(diagonal[kinks].sum()) + 1e-300
        for _ in range(5):
            damped = system.copy()
            at = np.arange(size)
            damped[at, at] += 1e-13 * diagonal.max()
            damped[at[kinks], at[kinks]] += damping * (diagonal[kinks] + floor)
            move = np.linalg.lstsq(damped, right, rcond=1e-14)[0][kinks]
            moved = self.wishes.spread(best.vertices[1:-1] + move, *self.sample.ends)
            trial = self.solve(np.concatenate([best.vertices[:1], moved, best.vertices[-1:]]))
            if trial.error < best.error:
                return trial, max(damping / 5, _SMALLEST_DAMPING)
            damping *= 10
        return None, damping

    def _system(self, best: Fitted) -> tuple[Floats, Floats, int]:
        """Give the normal equations of values and kinks together, active inequalities as further equations."""
        moments = self.sample.moments(best.vertices)
        k, m = len(best.vertices) - 2, best.values.shape[1]
        normal, pull = _normal(moments, best)
        wish = replace(self.wishes, shape=None)
        matrix, _ = self.wishes.inequalities(best.vertices)
        of_kinks = _moved_sides(wish, k, len(matrix))
        rows: list[Floats] = []
        for j in range(m):
            for i in np.flatnonzero(best.multipliers[:, j] > 0):
                row = np.zeros(len(normal))
                row[j * (k + 2) : (j + 1) * (k + 2)] = matrix[i]
                row[m * (k + 2) :] = of_kinks[i]
                rows.append(row)
        size = len(normal)
        system = np.zeros((size + len(rows), size + len(rows)))
        system[:size, :size] = normal
        if rows:
            sides = np.array(rows)
            system[size:, :size], system[:size, size:] = sides, sides.T
        return system, np.concatenate([pull, np.zeros(len(rows))]), size


def _normal(moments: Moments, best: Fitted) -> tuple[Floats, Floats]:
    """Give the Gauss-Newton matrix and right side for values (output by output) and kinks."""
    gram, k, m = moments.gram, len(best.vertices) - 2, best.values.shape[1]
    slopes = np.diff(best.values, axis=0) / np.diff(best.vertices)[:, None]
    before, after = slopes[:-1], slopes[1:]  # of each kink, (k, m)
    early, mixed, late = moments.early, moments.mixed, moments.late
    size = m * (k + 2) + k
    normal, pull = np.zeros((size, size)), np.zeros(size)
    left = moments.pull - gram @ best.values
    rest_late = moments.v_late - mixed[:, None] * best.values[:-1] - late[:, None] * best.values[1:]
    rest_early = moments.v_early - early[:, None] * best.values[:-1] - mixed[:, None] * best.values[1:]
    at = np.arange(k)
    of_kinks = m * (k + 2) + at
    for j in range(m):
        block = slice(j * (k + 2), (j + 1) * (k + 2))
        normal[block, block] = gram
        pull[block] = left[:, j]
        cross = np.zeros((k + 2, k))
        cross[at + 1, at] = -before[:, j] * late[:-1] - after[:, j] * early[1:]
        cross[at, at] = -before[:, j] * mixed[:-1]
        cross[at + 2, at] = -after[:, j] * mixed[1:]
        normal[block, of_kinks], normal[of_kinks, block] = cross, cross.T
        pull[of_kinks] += -before[:, j] * rest_late[:-1, j] - after[:, j] * rest_early[1:, j]
    normal[of_kinks, of_kinks] = (before**2).sum(axis=1) * late[:-1] + (after**2).sum(axis=1) * early[1:]
    beside = (after[:-1] * before[1:]).sum(axis=1) * mixed[1:-1]
    normal[of_kinks[:-1], of_kinks[1:]] = normal[of_kinks[1:], of_kinks[:-1]] = beside
    return normal, pull


def _moved_sides(wishes: Wishes, kinks: int, count: int) -> Floats:
    """Give how the slack of each inequality falls as kinks move, (count, kinks): zero for those of a shape."""
    result = np.zeros((count, kinks))
    widening = np.zeros((kinks + 1, kinks))
    at: NDArray[np.intp] = np.arange(kinks)
    widening[at, at], widening[at + 1, at] = 1.0, -1.0
    row = 0
    for sign, bound in ((1.0, wishes.low), (-1.0, wishes.high)):
        if np.isfinite(bound):
            result[row : row + kinks + 1] = -sign * bound * widening
            row += kinks + 1
    return result
