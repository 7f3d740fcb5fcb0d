"""The best segmentations into unconnected lines: where continuous functions start, and what they cannot beat.

A continuous function with K pieces is, on the data, K lines on K runs of neighbouring rows (some runs may be
empty). Let the lines go free and choose the runs as well as can be: the sum of squares that is left is a lower
bound for every continuous function with at most K pieces. Where the free lines happen to cross inside the gaps
between their runs, they are the best continuous function.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges.optimal._exact_sums import ExactSums
from hinges.optimal._rows import Rows

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

UNIT_ROUNDOFF = 2.0**-53


@dataclass(frozen=True)
class Segmentations:
    """The best segmentations of m distinct x into at most k = 0..K runs.

    ``errors[k, j]`` is the least scaled sum of squares of the first j distinct x in at most k runs (infinite
    where impossible), ``starts[k, j]`` the start of its last run. Both have shape (K + 1, m + 1).
    """

    errors: Floats
    starts: Ints

    def runs(self, pieces: int) -> Ints:
        """Give the starts of the runs of the best segmentation into at most `pieces` runs, the first one 0."""
        starts: list[int] = []
        at = self.errors.shape[1] - 1
        for k in range(min(pieces, self.errors.shape[0] - 1), 0, -1):
            if at == 0:
                break
            at = int(self.starts[k, at])
            starts.append(at)
        return np.array(starts[::-1], dtype=np.intp)


def segment_errors(rows: Rows) -> Floats:
    """Give the sum of squares about the best line of every run of neighbouring x, approximate, shape (m, m).

    Entry [i, j] is for the distinct x i..j (both included) in scaled units, infinite below the diagonal. Runs
    grow one x at a time, all runs at once; each step adds the innovation, a term that is never negative
    (recursive least squares), so that small errors keep their digits where prefix sums would cancel.
    """
    m = rows.u.size
    table = np.full((m, m), np.inf)
    weight, mean_u, mean_v = rows.w.copy(), rows.u.copy(), rows.v.copy()
    spread, product, error = np.zeros(m), np.zeros(m), rows.within.copy()
    index = np.arange(m)
    table[index, index] = error
    for length in range(1, m):
        keep = m - length
        weight, mean_u, mean_v, spread, product, error = (
            a[:keep] for a in (weight, mean_u, mean_v, spread, product, error)
        )
        du, dv, dw = rows.u[length:] - mean_u, rows.v[length:] - mean_v, rows.w[length:]
        total = weight + dw
        pull = weight * dw / total
        if length == 1:
            gain = np.zeros(keep)
        else:
            gain = pull * (dv - product / spread * du) ** 2 * (spread / (spread + pull * du * du))
        error = error + gain + rows.within[length:]
        spread = spread + pull * du * du
        product = product + pull * du * dv
        mean_u = mean_u + dw / total * du
        mean_v = mean_v + dw / total * dv
        weight = total
        table[index[:keep], index[length:]] = error
    return table


def segment(table: Floats, pieces: int) -> Segmentations:
    """Give the best segmentations into at most k runs for all k up to `pieces` by dynamic programming.

    `table` has the errors of all runs, shape (m, m), as from `segment_errors` or `certified_table`.
    """
    m = table.shape[0]
    errors = np.full((pieces + 1, m + 1), np.inf)
    errors[:, 0] = 0.0
    starts = np.zeros((pieces + 1, m + 1), dtype=np.intp)
    columns, every = np.ascontiguousarray(table.T), np.arange(m, dtype=np.intp)
    for k in range(1, pieces + 1):
        totals = columns + errors[k - 1, :-1]
        starts[k, 1:] = totals.argmin(axis=1)
        errors[k, 1:] = totals[every, starts[k, 1:]]
    return Segmentations(errors, starts)


def certified_table(rows: Rows, approximate: Floats, ceiling: float, sums: ExactSums | None = None) -> Floats:
    """Give certified lower bounds, to one rounding, of the errors of all runs, shape (m, m), in scaled units.

    Each entry is the run's sum of squares in exact integers, rounded to nearest once, or, for runs that
    contain a run whose error exceeds `ceiling`, the error of that inner run: a longer run cannot have less.
    `approximate` (from `segment_errors`) only decides where the exact ones are computed.
    """
    sums = ExactSums.of(rows) if sums is None else sums
    m = rows.u.size
    table = np.full((m, m), np.inf)
    # Errors grow along a row, so that the runs worth computing are those up to the first one over the ceiling.
    ends: Ints = np.minimum((approximate <= ceiling * 1.001).sum(axis=1) + np.arange(m) + 1, m)
    for i in range(m):
        exact = sums.errors(i, np.arange(i, int(ends[i]), dtype=np.intp))
        table[i, i : ends[i]] = exact
        table[i, ends[i] :] = exact[-1]
    return table


def certified_errors(table: Floats, pieces: int) -> Floats:
    """Give certified lower bounds on the scaled sum of squares of continuous functions, shape (pieces + 1,).

    Entry k holds for every continuous function with at most k pieces; entry 0 is infinite. `table` is from
    `certified_table`. Each of its entries has a relative error of at most u = 2**-53 and a sum of at most k of
    them rounds k - 1 times, so that the minimum found is at most (1 + u)**k of the true one. The bound gives
    (k + 16) * 2**-52 of itself away, stated here and not measured: for that, and for the few roundings when it
    is divided by a sum of weights. It is thereby proven for the float64 numbers given.
    """
    found = segment(table, pieces).errors[:, -1]
    k = np.arange(pieces + 1)
    bounds = found * (1.0 - (k + 16) * 2 * UNIT_ROUNDOFF)
    bounds[0] = np.inf
    return bounds
