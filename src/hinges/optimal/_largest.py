"""Largest error of a function with given vertices under wishes, by linear programs, and steps of its kinks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.optimal._knot_search import Fitted
from hinges.optimal._sample import Sample, located
from hinges.optimal._scipy import scipy
from hinges.optimal._wishes import LEAST_GAP, Wishes

_FINE = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
_ALL_ROWS = 1200  # rows up to which a program holds all of them
_FREE = (None, None)


@dataclass(frozen=True, eq=False)
class Largest:
    """The least e with ``v - e * down <= f <= v + e * up`` at all rows, for given vertices: scaled.

    down and up (n,) are not negative and not both zero; a side is closed where its one is zero.
    """

    sample: Sample
    wishes: Wishes
    down: Floats
    up: Floats

    def solve(self, vertices: Floats) -> Fitted:
        """Give the best values at the vertices, up to the tolerance of the programs."""
        values = np.empty((len(vertices), self.sample.outputs))
        for j in range(self.sample.outputs):
            values[:, j] = self._values(vertices, j)
        return Fitted(vertices, values, self.error(vertices, values), np.zeros((0, 0)))

    def error(self, vertices: Floats, values: Floats) -> float:
        """Give the least e for a function, infinite where it lies beyond a closed side by more than rounding."""
        piece, share = located(vertices, self.sample.u)
        f = (1 - share)[:, None] * values[piece] + share[:, None] * values[piece + 1]
        return float(self._needed(f - self.sample.v).max())

    def _needed(self, above: Floats) -> Floats:
        """Give the e that each entry of f - v, (n, m), needs."""
        room = np.where(above > 0, self.up[:, None], self.down[:, None])
        over = np.abs(above)
        with np.errstate(divide="ignore", invalid="ignore"):
            needed = np.where(over > 0, over / room, 0.0)
        return np.where((room == 0) & (over <= 1e-9), 0.0, needed)

    def _values(self, vertices: Floats, j: int) -> Floats:
        first = self.sample.first
        values = np.asarray(np.interp(vertices, self.sample.u[first], self.sample.v[first, j]), np.float64)
        matrix, right = self.wishes.inequalities(vertices)
        hats = hat_columns(vertices, self.sample.u)
        for _ in range(2):  # the second time in the units of what is left over
            rest = np.asarray(self.sample.v[:, j] - hats @ values, np.float64)
            size = float(np.abs(rest).max()) or 1.0
            program = Program(hats, rest / size, self.down, self.up, matrix, (right - matrix @ values) / size)
            answer = program.solved(np.arange(len(rest)))
            if answer is None:
                break
            values = values + size * answer.change
            if answer.error > 1e-4 or answer.error == 0:
                break
        return values

    def bound(self, fitted: Fitted) -> float:
        """Give a lower bound on the error for these vertices, by duality: near `fitted.error` where that is best.

        What the multipliers of the program leave over is charged at the largest values that it could have met.
        """
        return max(self._bound(fitted, j) for j in range(self.sample.outputs))

    def _bound(self, fitted: Fitted, j: int) -> float:
        values = fitted.values[:, j]
        hats = hat_columns(fitted.vertices, self.sample.u)
        rest = self.sample.v[:, j] - hats @ values
        size = float(np.abs(rest).max())
        if size == 0:
            return 0.0
        matrix, right = self.wishes.inequalities(fitted.vertices)
        program = Program(hats, rest / size, self.down, self.up, matrix, (right - matrix @ values) / size)
        answer = program.solved(np.arange(len(rest)))
        if answer is None:
            return 0.0
        return max(0.0, program.bound(answer)) * size * (1 - 1e-12)

    def improved(self, start: Fitted, steps: int = 25) -> Fitted:
        """Move the kinks to a local best: linear programs inside a trust region (Madsen 1975)."""
        best = start
        if len(best.kinks) == 0:
            return best
        first, last = self.sample.ends
        radius = 0.25 * (last - first) / len(best.vertices)
        for _ in range(steps):
            if radius < 1e-12 * (last - first) or best.error <= 1e-14:
                break
            moved, hoped = self._step(best, radius)
            if moved is None or best.error - hoped <= 1e-9 * best.error:
                break
            kinks = self.wishes.spread(moved, first, last)
            trial = self.solve(np.concatenate([[first], kinks, [last]]))
            gain = best.error - trial.error
            radius *= 2.0 if gain > 0.7 * (best.error - hoped) else (1.0 if gain > 0.1 * (best.error - hoped) else 0.25)
            best = trial if gain > 0 else best
        return best

    def _step(self, best: Fitted, radius: float) -> tuple[Floats | None, float]:
        """Give where a linear program would move the kinks, and the error it expects."""
        k, m = len(best.kinks), self.sample.outputs
        size = best.error * float(max(self.up.max(), self.down.max()))
        hats = hat_columns(best.vertices, self.sample.u)
        rows = [self._relevant(best)] * m
        sparse = scipy("sparse")
        columns: list[Any] = []
        rests: list[Floats] = []
        lower: list[Floats] = []
        upper: list[Floats] = []
        for j, chosen in enumerate(rows):
            part = hats[chosen]
            blocks = [sparse.csr_matrix((len(chosen), k + 2)) for _ in range(m)]
            blocks[j] = part
            columns.append(sparse.hstack([*blocks, sparse.csr_matrix(self._moves(best, j, chosen))]))
            rests.append((self.sample.v[chosen, j] - part @ best.values[:, j]) / size)
            lower.append(self.down[chosen])
            upper.append(self.up[chosen])
        matrix, right = self._joint(best, size)
        limits = [_FREE] * (m * (k + 2)) + [(-radius / size, radius / size)] * k
        rest, down, up = np.concatenate(rests), np.concatenate(lower), np.concatenate(upper)
        program = Program(sparse.vstack(columns), rest, down, up, matrix, right)
        answer = program.solved(np.arange(len(program.rest)), limits)
        if answer is None:
            return None, best.error
        return best.kinks + size * answer.change[m * (k + 2) :], answer.error * size

    def _relevant(self, best: Fitted) -> NDArray[np.intp]:
        n = len(self.sample.u)
        if n <= _ALL_ROWS:
            return np.arange(n)
        piece, share = located(best.vertices, self.sample.u)
        f = (1 - share)[:, None] * best.values[piece] + share[:, None] * best.values[piece + 1]
        needed = self._needed(f - self.sample.v).max(axis=1)
        largest = np.argpartition(-needed, _ALL_ROWS // 2)[: _ALL_ROWS // 2]
        return np.union1d(largest, np.linspace(0, n - 1, _ALL_ROWS // 2).astype(np.intp))

    def _moves(self, best: Fitted, j: int, chosen: NDArray[np.intp]) -> Floats:
        """Give the derivative of f at rows by the kinks, (rows, kinks)."""
        slopes = np.diff(best.values[:, j]) / np.diff(best.vertices)
        piece, share = located(best.vertices, self.sample.u[chosen])
        result = np.zeros((len(chosen), len(best.vertices)))
        at = np.arange(len(chosen))
        result[at, piece] = -slopes[piece] * (1 - share)
        result[at, piece + 1] = -slopes[piece] * share
        return result[:, 1:-1]

    def _joint(self, best: Fitted, size: float) -> tuple[Floats, Floats]:
        """Give the wishes as inequalities for changes of values and kinks together, and the gaps between kinks."""
        k, m = len(best.kinks), self.sample.outputs
        matrix, right = self.wishes.inequalities(best.vertices)
        of_kinks = -_bounds_by_kinks(replace(self.wishes, shape=None), k, len(matrix))
        rows, sides = [np.zeros((0, m * (k + 2) + k))], [np.zeros(0)]
        for j in range(m):
            block = np.zeros((len(matrix), m * (k + 2) + k))
            block[:, j * (k + 2) : (j + 1) * (k + 2)] = matrix
            block[:, m * (k + 2) :] = of_kinks
            rows.append(block)
            sides.append((right - matrix @ best.values[:, j]) / size)
        gap = np.zeros((k + 1, m * (k + 2) + k))
        at = np.arange(k)
        gap[at, m * (k + 2) + at] += 1.0
        gap[at + 1, m * (k + 2) + at] -= 1.0
        least = np.full(k + 1, LEAST_GAP * (best.vertices[-1] - best.vertices[0]))
        least[1:-1] = np.maximum(least[1:-1], self.wishes.min_gap)
        rows.append(gap)
        sides.append(np.minimum(0.0, least - np.diff(best.vertices)) / size)
        return np.concatenate(rows), np.concatenate(sides)


@dataclass(frozen=True, eq=False)
class Answer:
    """The change (p,) of a program, its error, and its multipliers: of the upper and lower rows and of the wishes."""

    change: Floats
    error: float
    above: Floats
    below: Floats
    wished: Floats


@dataclass(frozen=True, eq=False)
class Program:
    """Least e with ``rest - e * down <= columns @ change <= rest + e * up`` and ``matrix @ change >= right``."""

    columns: Any
    rest: Floats
    down: Floats
    up: Floats
    matrix: Floats
    right: Floats

    def solved(self, rows: NDArray[np.intp], limits: list[Any] | None = None) -> Answer | None:
        """Solve it: few rows at once, of many those that matter, until no other one is worse."""
        n = len(rows)
        chosen = rows if n <= _ALL_ROWS else np.unique(np.linspace(0, n - 1, _ALL_ROWS // 2).astype(np.intp))
        while True:
            answer = self._solved(chosen, limits)
            if answer is None or len(chosen) == n:
                return answer
            above = self.columns @ answer.change - self.rest
            over = np.maximum(above - answer.error * self.up, -above - answer.error * self.down)
            worst = np.argpartition(-over, min(n - 1, _ALL_ROWS // 4))[: _ALL_ROWS // 4]
            worst = worst[over[worst] > 1e-10]
            if len(np.setdiff1d(worst, chosen)) == 0:
                return answer
            chosen = np.union1d(chosen, worst)

    def bound(self, answer: Answer) -> float:
        """Give a lower bound on the least error from multipliers, whatever they are: weak duality."""
        left = self.columns.T @ (answer.above - answer.below) - self.matrix.T @ answer.wished
        value = float(self.rest @ (answer.below - answer.above) + self.right @ answer.wished)
        used = np.flatnonzero(answer.above + answer.below)
        some = np.union1d(used, np.unique(np.linspace(0, len(self.rest) - 1, 1000).astype(np.intp)))
        columns = np.asarray(self.columns[some].toarray(), np.float64)
        inverse = np.asarray(np.linalg.pinv(columns), np.float64)
        most = np.abs(inverse) @ (np.abs(self.rest[some]) + answer.error * np.maximum(self.up, self.down)[some])
        total = float(self.up @ answer.above + self.down @ answer.below)
        return (value - float(np.abs(left) @ most)) / max(1.0, total)

    def _solved(self, rows: NDArray[np.intp], limits: list[Any] | None) -> Answer | None:
        sparse = scipy("sparse")
        part, n, p = sparse.csr_matrix(self.columns)[rows], len(rows), self.columns.shape[1]
        up, down = self.up[rows, None], self.down[rows, None]
        left = sparse.bmat(
            [[part, -up], [-part, -down], [sparse.csr_matrix(-self.matrix), np.zeros((len(self.right), 1))]],
            format="csr",
        )
        answer = scipy("optimize").linprog(
            np.append(np.zeros(p), 1.0),
            A_ub=left,
            b_ub=np.concatenate([self.rest[rows], -self.rest[rows], -self.right]),
            bounds=[*([_FREE] * p if limits is None else limits), (0.0, None)],
            method="highs",
            options=_FINE,
        )
        if answer.x is None:
            return None
        solution: Floats = answer.x
        multipliers = np.zeros((2, len(self.rest)))
        duals: Floats = np.maximum(-answer.ineqlin.marginals, 0.0)
        multipliers[0, rows], multipliers[1, rows] = duals[:n], duals[n : 2 * n]
        return Answer(solution[:-1], float(solution[-1]), multipliers[0], multipliers[1], duals[2 * n :])


def hat_columns(vertices: Floats, u: Floats) -> Any:
    """Give the hats of vertices at u as a sparse matrix (n, vertices)."""
    piece, share = located(vertices, u)
    at = np.arange(len(u))
    entries = np.concatenate([1 - share, share])
    places = (np.concatenate([at, at]), np.concatenate([piece, piece + 1]))
    return scipy("sparse").csr_matrix((entries, places), shape=(len(u), len(vertices)))


def _bounds_by_kinks(wishes: Wishes, kinks: int, count: int) -> Floats:
    """Give how the right sides of slope bounds rise with the kinks, (count, kinks): zero for those of a shape."""
    result = np.zeros((count, kinks))
    widening = np.zeros((kinks + 1, kinks))
    at = np.arange(kinks)
    widening[at, at], widening[at + 1, at] = 1.0, -1.0
    row = 0
    for sign, bound in ((1.0, wishes.low), (-1.0, wishes.high)):
        if np.isfinite(bound):
            result[row : row + kinks + 1] = sign * bound * widening
            row += kinks + 1
    return result
