"""The block bound: how small a squared error can be for so many pieces, proven, in time that hardly grows with rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges.optimal import _kernels_segments as kernels
from hinges.optimal._segments import UNIT_ROUNDOFF
from hinges.optimal._sums import Sums

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST, MOST = 600, 1000  # blocks: at least so many, four a piece, and at most so many
GRADED = 1400  # blocks in all where some are smaller
PARTS = 16  # runs a block is divided into where a kink may lie inside it
ALL = 1500  # distinct x up to which every one is a block


@dataclass(frozen=True, eq=False)
class Blocks:
    """Rows cut into blocks, with lower bounds of the errors of all runs of them, and of each with kinks inside.

    Block b begins at the distinct x `at[b]`. ``lowers[c, b]`` is for the line through blocks b..c-1,
    ``inside[b, j - 1]`` for block b with j kinks in it.
    """

    sums: Sums
    at: Ints
    lowers: Floats
    inside: Floats

    @staticmethod
    def of(sums: Sums, at: Ints) -> Blocks:
        """Cut rows into blocks that begin at distinct x `at` (B + 1,), from 0 to their number m: O(n + B**2)."""
        parts = np.linspace(0.0, 1.0, PARTS + 1)
        inner = (at[:-1, None] + np.diff(at)[:, None] * parts).round().astype(np.int64)
        fine, place = np.unique(inner, return_inverse=True)
        coarse = np.append(place.reshape(inner.shape)[:, 0], fine.size - 1)
        prefixes = sums.prefixes(fine)
        lowers = _table(np.ascontiguousarray(prefixes[coarse]), at, sums.slack)
        inside = np.full((at.size - 1, PARTS), np.inf)
        for b in np.flatnonzero(np.diff(at) > 1):
            own = fine[coarse[b] : coarse[b + 1] + 1]
            kinks = np.where(np.diff(own) > 1, 0.0, np.inf)[:, None]
            part = _table(prefixes[coarse[b] : coarse[b + 1] + 1], own, sums.slack)
            inside[b] = _least(segmented(part, kinks, PARTS + 1)[0])[2:]
        return Blocks(sums, at, lowers, inside)

    @staticmethod
    def even(sums: Sums, pieces: int) -> Blocks:
        """Cut rows into blocks of as many distinct x each, enough of them for so many pieces."""
        m = sums.rows.u.size
        return Blocks.of(sums, np.linspace(0, m, block_count(m, pieces) + 1).round().astype(np.int64))

    @staticmethod
    def graded(sums: Sums, pieces: int, knots: Floats) -> Blocks:
        """Cut rows into even blocks and, round the inner knots (scaled) of a good function, into smaller ones.

        A block that holds a kink is what the bound loses. It takes the kink where that costs least: right at the
        best place, or further away, where it costs what the kink's square distance does. So do the blocks' sizes.
        """
        m = sums.rows.u.size
        count = min(m, max(GRADED, 2 * block_count(m, pieces)))
        ends = np.unique(np.concatenate([[0], np.searchsorted(sums.rows.u, knots), [m]]))
        size = max(0.01, 0.3 * pieces / count)  # the blocks' sizes grow as (distance + size)**2
        to_end = 1.0 / np.linspace(1.0 / size, 1.0 / (0.5 + size), max(2, count // (4 * (ends.size - 1)))) - size
        from_start = np.diff(ends)[:, None] * to_end
        graded = np.concatenate([(ends[:-1, None] + from_start).ravel(), (ends[1:, None] - from_start).ravel()])
        even = np.linspace(0, m, count // 2)
        return Blocks.of(sums, np.unique(np.concatenate([even, graded]).round().astype(np.int64)))

    def bounds(self, pieces: int) -> tuple[Floats, Segmentation]:
        """Give certified scaled bounds for 0..pieces pieces, and the segmentation that attains the last one.

        Entry k holds for every continuous function with at most k pieces. A minimum is taken of sums of at most 2 k
        terms that are never negative, each at most the true one, up to the roundings of their own sums of so many:
        these, and few more when the bound is divided by a sum of weights, are paid with (4 k + 16) 2**-52 of it.
        """
        ended, starts, came = segmented(self.lowers, self.inside, pieces)
        paid = (4 * np.arange(pieces + 1) + 16) * 2 * UNIT_ROUNDOFF
        best = int(np.argmin(ended[:, -1]))
        return _least(ended) * (1.0 - paid), Segmentation.traced(self.at, starts, came, best)


def block_count(m: int, pieces: int) -> int:
    """Give how many blocks m distinct x are cut into for so many pieces."""
    return m if m <= ALL else min(max(FEWEST, 4 * pieces), MOST)


def _table(prefixes: Floats, at: Ints, slack: float) -> Floats:
    lowers = np.full((at.size, at.size), np.inf)
    kernels.table(prefixes, at, slack, lowers)
    return lowers


def segmented(errors: Floats, inside: Floats, pieces: int) -> tuple[Floats, Ints, NDArray[np.int8]]:
    """Run the recursion: costs (pieces + 1, B + 1), and the two arrays that lead back, as `segment` describes them."""
    size = (pieces + 1, len(errors))
    opened, ended = np.full(size, np.inf), np.full(size, np.inf)
    starts, came = np.zeros(size, np.int64), np.zeros(size, np.int8)
    if pieces:
        kernels.segment(errors, inside, opened, ended, starts, came)
    return ended, starts, came


def backwards(errors: Floats, pieces: int) -> Floats:
    """Give the least cost of unconnected lines behind each knot in at most 0..pieces pieces, shape (pieces + 1, g).

    errors[i, j] is the error of the run from knot i to knot j, for i < j.
    """
    none = np.full((len(errors) - 1, 1), np.inf)
    ended = segmented(np.ascontiguousarray(errors[::-1, ::-1]), none, pieces)[0]
    least = np.minimum.accumulate(ended, axis=0)[:, ::-1]
    least[:, -1] = 0.0
    return least


def _least(ended: Floats) -> Floats:
    """Give the least cost in at most 0, 1, 2, ... pieces."""
    return np.minimum.accumulate(ended[:, -1])


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Runs of rows, from left to right: run k holds the distinct x start[k] .. stop[k] - 1."""

    start: Ints
    stop: Ints

    @staticmethod
    def traced(at: Ints, starts: Ints, came: NDArray[np.int8], pieces: int) -> Segmentation:
        """Walk the recursion back from its end; runs without a whole block are left out."""
        runs: list[tuple[int, int]] = []
        c, k = at.size - 1, pieces
        while k >= 1:
            b = int(starts[k, c])
            if b < c:
                runs.append((int(at[b]), int(at[c])))
            how = int(came[k, b])
            k, c = k - max(how, 1), b - min(how, 1)
        start, stop = zip(*runs[::-1], strict=True) if runs else ((), ())
        return Segmentation(np.array(start, dtype=np.int64), np.array(stop, dtype=np.int64))
