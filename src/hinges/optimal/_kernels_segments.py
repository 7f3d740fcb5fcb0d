"""The segmentation of blocks of rows into unconnected lines: a table of run errors, and dynamic programming on it.

**The block bound.** Cut the rows into B blocks of neighbouring x. A continuous function with K pieces has at most
K - 1 kinks; between two of them it is one line. Give each row to one piece. A block in whose inside j kinks lie
costs at least as much as the best j + 1 unconnected lines do on it alone, and the whole blocks between kinks at
least the error of the best line of their run. So the least sum over all ways to place the kinks is a lower bound for
every continuous function with at most K pieces, whatever the size of the blocks; blocks of one x each give the best
segmentation. What j + 1 lines cost on a block is bounded in the same way, by its parts, where a part that holds a
kink costs nothing.
"""

from __future__ import annotations

from typing import Any

from hinges.optimal._compiled import Kernel
from hinges.optimal._kernels_sums import ARITHMETIC, line_of


def _table(prefixes: Any, at: Any, slack: Any, lowers: Any) -> None:
    """Fill lowers[j, i] with a lower bound of the error of the line through blocks i..j-1; i >= j stays.

    It never falls as a run grows to the right: a longer run cannot have less.
    """
    for i in range(at.shape[0] - 1):
        least = 0.0
        for j in range(i + 1, at.shape[0]):
            line = line_of(prefixes, i, j, slack, at[j] - at[i] == 1)
            least = max(least, line[6])
            lowers[j, i] = least


def _segment(errors: Any, inside: Any, opened: Any, ended: Any, starts: Any, came: Any) -> None:  # noqa: PLR0917
    """Fill ended[k, c] with the least cost of the blocks in front of c in exactly k pieces, some perhaps empty.

    errors[c, b] is the cost of the run of blocks b..c-1, inside[c, j - 1] that of block c with j kinks in it.
    opened[k, c], infinite at first, is the least cost in front of c when piece k is under way there.
    starts[k, c] is the first whole block of the last run, c itself where it has none; came[k, b] tells how piece k
    came to be under way in front of block b: 0 by a kink there, j by the last of j kinks inside block b - 1.
    """
    pieces, blocks, most = ended.shape[0] - 1, ended.shape[1] - 1, inside.shape[1]
    opened[1, 0] = 0.0
    for k in range(1, pieces + 1):
        for c in range(blocks + 1):
            best, start = opened[k, c], c
            for b in range(c):
                cost = opened[k, b] + errors[c, b]
                if cost < best:
                    best, start = cost, b
            ended[k, c], starts[k, c] = best, start
            if k < pieces and best < opened[k + 1, c]:
                opened[k + 1, c], came[k + 1, c] = best, 0
            for j in range(1, min(most, pieces - k) + 1):
                if c < blocks and best + inside[c, j - 1] < opened[k + j, c + 1]:
                    opened[k + j, c + 1], came[k + j, c + 1] = best + inside[c, j - 1], j


table = Kernel(_table, *ARITHMETIC, line_of)
segment = Kernel(_segment)
