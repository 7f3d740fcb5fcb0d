"""Which units an output depends on in each face: two faces with the same ones have the same affine map.

Backward from the output, through units that are on: a unit that nothing passes on to the output cannot bend it.
Faces are treated 64 at a time, one a bit.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges.analysis._cells_plan import Plan
from hinges.analysis._cells_split import States
from hinges.analysis._fused import ZERO, Affine, Pool, Switch

Words = NDArray[np.uint64]


class Alive:
    """The keys of the parts of a network that work in each face."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.place = {step.value: k for k, step in enumerate(plan.hidden)}
        random = np.random.default_rng(20_011)
        self.keys = {step.value: random.integers(0, 2**64, (2, step.units), dtype=np.uint64) for step in plan.hidden}

    def of(self, states: States) -> Words:
        """Give a key of 128 bits for each face, (faces, 2): equal keys are equal working parts."""
        plan = self.plan
        faces = len(states)
        words = -(-faces // 64)
        reached = {value: np.zeros((size, words), dtype=np.uint64) for value, size in enumerate(plan.sizes)}
        reached[plan.steps.output][:] = ~np.uint64(0)
        keys = np.zeros((faces, 2), dtype=np.uint64)
        for step in reversed(plan.steps.steps):
            through = reached.pop(step.value)
            if isinstance(step, Affine):
                for source, matrix in zip(step.sources, plan.products[step.value].matrices, strict=True):
                    reached[source] |= _back(matrix, through)
                continue
            k = self.place[step.value]
            own = states[:, plan.offsets[k] : plan.offsets[k + 1]].T
            marks = self.keys[step.value]
            if isinstance(step, Switch):
                self._switch(step, own, through, (marks, keys), reached[step.source])
            else:
                self._pool(step, own, through, (marks, keys), reached[step.source])
        return keys

    def _switch(self, step: Switch, own: Any, through: Words, key: Any, before: Words) -> None:
        marks, keys = key
        passes = through & _packed((own != 0) | (step.below != 0.0)[:, None])
        before |= passes
        bits = _unpacked(passes, len(keys))
        weights = np.where(own.T != 0, np.uint64(1), np.uint64(3))
        keys += np.stack([((bits.T * weights) * mark).sum(1, dtype=np.uint64) for mark in marks], axis=1)

    def _pool(self, step: Pool, own: Any, through: Words, key: Any, before: Words) -> None:
        marks, keys = key
        bits = _unpacked(through, len(keys))
        entries = step.groups[np.arange(step.units)[:, None], own]
        bits = bits & (entries != ZERO)
        weights = 2 * own.T.astype(np.uint64) + np.uint64(1)
        keys += np.stack([((bits.T * weights) * mark).sum(1, dtype=np.uint64) for mark in marks], axis=1)
        for k in range(step.groups.shape[1]):
            wins = through & _packed((own == k) & (entries != ZERO))
            some = wins.any(1)
            np.bitwise_or.at(before, step.groups[some, k], wins[some])


def _packed(bits: NDArray[np.bool_]) -> Words:
    """Give bits (units, faces) as words (units, words)."""
    units, faces = bits.shape
    whole = np.zeros((units, -(-faces // 64) * 64), dtype=bool)
    whole[:, :faces] = bits
    return np.packbits(whole, axis=1, bitorder="little").view(np.uint64)


def _unpacked(words: Words, faces: int) -> NDArray[np.bool_]:
    """Give words as bits (units, faces)."""
    bits = np.unpackbits(np.ascontiguousarray(words).view(np.uint8), axis=1, count=faces, bitorder="little")
    return bits.astype(bool)


def _back(matrix: Any, through: Words) -> Words:
    """Give for every row of a matrix the union over its entries that are not zero."""
    rows = matrix.shape[0]
    result = np.zeros((rows, through.shape[1]), dtype=np.uint64)
    if not hasattr(matrix, "tocsr"):
        for j in np.flatnonzero(through.any(1)).tolist():
            result[matrix[:, j] != 0] |= through[j]
        return result
    filled = np.flatnonzero(np.diff(matrix.indptr))
    if len(filled):
        result[filled] = np.bitwise_or.reduceat(through[matrix.indices], matrix.indptr[filled], axis=0)
    return result
