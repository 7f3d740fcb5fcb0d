"""The best network of N units in squared error on many rows: the search for few rows, on few points that weigh alike.

On a cell of rows where a function is one line, its squared error depends on the cell's sums alone, and two points
have the same sums but for a constant. So the rows are replaced by two points a cell, the cells are cut at the kinks,
and where kinks move the rows are cut anew: at the end the error of the points is that of all rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges.optimal._mse_large import LargeSearch
from hinges.optimal._pieces_fit import PiecesFit
from hinges.optimal._varpro import Kinks, Problem, project, train_kinks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CELLS = 150
_NEAR, _IN_ALL = 24, 300  # cells on either side of a kink, growing away from it, and of all kinks
_ROUNDS = 4


@dataclass(frozen=True, eq=False)
class Condensed:
    """What the search for units asks of prepared rows: the points with a free slope, and fits with fewer pieces."""

    problem: Problem
    search: LargeSearch

    def pieces(self, allowed: int, *, pair: bool = True, start: Floats | None = None) -> PiecesFit:
        """Give the best function found with at most so many pieces on all rows."""
        return self.search.pieces(allowed, pair=pair, start=start)


def condensed(search: LargeSearch, kinks: Floats, *, skip: bool = False) -> tuple[Problem, float]:
    """Give points that stand for the rows, exactly so for functions with these kinks (scaled), and what they leave out.

    The squared error on all rows is that of the points and the second number.
    """
    u = search.rows.u
    m = u.size
    beside = int(np.clip(_IN_ALL // max(kinks.size, 1), 2, _NEAR))
    steps = np.unique(np.geomspace(1, max(m // 64, 2), beside).round().astype(np.int64))
    near = np.searchsorted(u, kinks)[:, None] + np.concatenate([-steps[::-1], [0], steps])
    even = np.linspace(0, m, min(CELLS, m) + 1).round().astype(np.int64)
    edges = np.unique(np.clip(np.concatenate([even, near.ravel()]), 0, m))
    lines = search.sums.lines(edges)
    one = (np.diff(edges) == 1) | (lines.spread <= 0)
    variance = np.where(one, 0.0, lines.spread / lines.weight)
    # Two points of one cell have its mean and variance and lie inside it, as its rows do.
    before = np.where(one, 1.0, np.minimum(np.sqrt(variance), lines.u - u[edges[:-1]]))
    behind = np.minimum(variance / before, u[edges[1:] - 1] - lines.u)
    before = np.where(one, 0.0, variance / np.where(behind > 0, behind, 1.0))
    share = np.where(one, 1.0, behind / np.where(one, 1.0, before + behind))
    slope = np.divide(lines.product, lines.spread, out=np.zeros_like(variance), where=~one)
    points = np.concatenate([lines.u - before, (lines.u + behind)[~one]])
    heights = np.concatenate([lines.v - slope * before, (lines.v + slope * behind)[~one]])
    weights = np.concatenate([lines.weight * share, (lines.weight * (1.0 - share))[~one]])
    order = np.argsort(points, kind="stable")
    return Problem(points[order], heights[order], weights[order], skip=skip), float(lines.error.sum())


def fitted_to_all(search: LargeSearch, at: Floats, left: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Give the best bias and output weights for kinks and facings, and the scaled squared error, on all rows."""
    problem, rest = condensed(search, at)
    found = project(problem, at, left)
    return found.coefficients, found.error + rest


def trained_on_all(search: LargeSearch, start: Kinks) -> Kinks:
    """Move kinks downhill, the rows cut anew where they go: never worse, approximate."""
    best = Kinks(start.at, start.left, fitted_to_all(search, start.at, start.left)[1])
    for _ in range(_ROUNDS):
        moved = train_kinks(condensed(search, best.at)[0], best.at, best.left, steps=20)
        error = fitted_to_all(search, moved.at, moved.left)[1]
        if error >= best.error * (1.0 - 1e-12):
            break
        best = Kinks(moved.at, moved.left, error)
    return best
