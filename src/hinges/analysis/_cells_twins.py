"""Which units of a network are the same function on a whole plane, because the same numbers make them.

The same weights read the same entries, in any order: duplicated channels, windows over a black background. Every
unit gets a key of 128 bits made of what it is computed from; equal keys are taken for equal forms.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._fused import Affine, Pool, Steps, Switch

Keys = NDArray[np.uint64]  # (units, 2); zero is the key of the form that is zero
_ODD = np.array([0x9E3779B97F4A7C15, 0xD1B54A32D192ED03], dtype=np.uint64)


def classes(steps: Steps, base: Floats) -> tuple[NDArray[np.int64], ...]:
    """Give the class of every entry of every value: equal classes are equal on the plane, class 0 is zero."""
    keys: dict[int, Keys] = {0: _inputs(base)}
    for step in steps.steps:
        if isinstance(step, Affine):
            keys[step.value] = _affine(step, [keys[source] for source in step.sources])
        elif isinstance(step, Switch):
            slopes = _mixed(_bits(step.below)[:, None] + _ODD)
            keys[step.value] = _nonzero(keys[step.source], _mixed(keys[step.source] ^ slopes))
        else:
            keys[step.value] = _pool(step, keys[step.source])
    return tuple(_numbered(keys[value]) for value in range(len(keys)))


def _mixed(keys: Any) -> Keys:
    """Give well mixed bits (the finalizer of splitmix64)."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))


def _bits(numbers: Any) -> NDArray[np.uint64]:
    return np.ascontiguousarray(np.asarray(numbers, np.float64) + 0.0).view(np.uint64)  # + 0.0: -0.0 is 0.0


def _nonzero(source: Keys, keys: Keys) -> Keys:
    """Give keys where the source is not zero, and zero where it is."""
    return np.where((source == 0).all(-1, keepdims=True), np.uint64(0), keys)


def _inputs(base: Floats) -> Keys:
    keys = np.zeros((base.shape[1], 2), dtype=np.uint64)
    for row in base:
        keys = _mixed(keys * _ODD + _bits(row)[:, None] + _ODD)
    return np.where((base == 0).all(0)[:, None], np.uint64(0), keys)


def _affine(step: Affine, sources: list[Keys]) -> Keys:
    total = np.zeros((len(step.bias), 2), dtype=np.uint64)
    empty = np.ones(len(step.bias), dtype=bool)
    for matrix, keys in zip(step.matrices, sources, strict=True):
        rows, columns, weights = _entries(matrix)
        alive = keys[rows].any(1) & (weights != 0)
        rows, columns, weights = rows[alive], columns[alive], weights[alive]
        terms = _mixed(keys[rows] * _ODD + _bits(weights)[:, None])
        empty[columns] = False
        for half in range(2):
            np.add.at(total[:, half], columns, terms[:, half])
    keys = _mixed(_mixed(total + _ODD) + _bits(step.bias)[:, None])
    return np.where((empty & (step.bias == 0))[:, None], np.uint64(0), keys)


def _entries(matrix: Any) -> tuple[NDArray[Any], NDArray[Any], Floats]:
    """Give rows, columns and numbers of a matrix's entries that are not zero."""
    if hasattr(matrix, "tocoo"):
        entries = matrix.tocoo()
        return entries.row, entries.col, entries.data
    rows, columns = np.nonzero(matrix)
    return rows, columns, matrix[rows, columns]


def _pool(step: Pool, source: Keys) -> Keys:
    keys = np.concatenate((source, np.zeros((1, 2), np.uint64)))[step.groups]  # ZERO is the last
    order = np.argsort(keys[..., 0], axis=1)[..., None]
    ranked = np.take_along_axis(keys, order, axis=1)
    repeated = np.zeros(ranked.shape[:2], dtype=bool)
    repeated[:, 1:] = (ranked[:, 1:] == ranked[:, :-1]).all(-1)
    single = np.count_nonzero(~repeated, axis=1) == 1
    summed = np.where(repeated[..., None], np.uint64(0), _mixed(ranked + _ODD)).sum(1, dtype=np.uint64)
    return np.where(single[:, None], ranked[:, 0], _mixed(summed))


def _numbered(keys: Keys) -> NDArray[np.int64]:
    """Give keys as small numbers, zero as 0."""
    whole, inverse = np.unique(np.concatenate((np.zeros((1, 2), np.uint64), keys)), axis=0, return_inverse=True)
    assert not whole[0].any()
    return inverse.ravel()[1:].astype(np.int64)
