"""Linear regions: activation regions joined across sides at which the output does not bend."""

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats, frozen
from hinges.analysis._exact_plane import ExactPlane, unpack
from hinges.analysis._mesh_chain import Chain
from hinges.analysis._mesh_tiling import Tiling

EXACT_WORK = 4e8  # products of integers that may be spent on sides in doubt
BLOCK = 2**24


@dataclass(frozen=True, eq=False)
class LinearRegions:
    """The linear region of each activation region, and how the sides were judged.

    Attributes:
        labels: (R,) from 0, in the order of their first activation regions.
        count: how many there are.
        bends: (E,) for each side whether the output bends there; False on the rectangle's border.
        exact: sides that were decided in integers.
        unresolved: sides in doubt that would have taken too long: they are counted as bends.
    """

    labels: NDArray[np.int64]
    count: int
    bends: NDArray[np.bool_]
    exact: int
    unresolved: int


def linear_regions(chain: Chain, exact: ExactPlane, tiling: Tiling) -> LinearRegions:
    """Join activation regions with one affine map of all outputs that meet along a side.

    A side bends for certain where the outputs of one region, continued into the other, miss its outputs by more than
    both may be off by, or where the two affine maps differ by more. It is silent for certain where no unit that
    switches there is heard by any that is on. What is left is decided in integers.
    """
    sides = tiling.sides
    inner = np.flatnonzero(sides.regions[:, 1] >= 0)
    doubt = inner[~_bends(tiling, inner)]
    bends = np.zeros(len(sides.ends), np.bool_)
    bends[inner] = True
    heard = _heard(chain, tiling, sides.regions[doubt])
    bends[doubt[~heard]] = False
    doubt = doubt[heard]
    doubt = doubt[~_maps_differ(chain, tiling, sides.regions[doubt])]
    work = sum(stage.weights.size for stage in chain.stages) * 6.0 + 1000.0
    decided = doubt[: int(EXACT_WORK / work)]
    for side in decided.tolist():
        first, second = sides.regions[side].tolist()
        bends[side] = _differ(exact, tiling.bits[first], tiling.bits[second])
    labels, count = _joined(tiling.regions, sides.regions[inner[~bends[inner]]])
    return LinearRegions(frozen(labels), count, frozen(bends), len(decided), len(doubt) - len(decided))


def _bends(tiling: Tiling, inner: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell for inner sides whether the outputs at the vertices prove a bend."""
    if tiling.probe is None or not len(inner):
        return np.zeros(len(inner), np.bool_)
    from hinges.analysis import _mesh_kernels as kernels

    found, probe = np.zeros(len(inner), np.bool_), tiling.probe
    kernels.bends(
        (tiling.vertices.copy(), tiling.starts.copy(), tiling.corners.copy()),
        (tiling.sides.ends[inner], tiling.sides.regions[inner]),
        (np.ascontiguousarray(probe.values), probe.error),
        found,
    )
    return found


def _heard(chain: Chain, tiling: Tiling, pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell for pairs of neighbours whether the output can tell them apart: a path from what differs to an output."""
    widest = max(stage.units for stage in chain.stages)
    step = max(1, BLOCK // widest)
    parts = [_heard_block(chain, tiling, pairs[i : i + step]) for i in range(0, len(pairs), step)]
    return np.concatenate([np.zeros(0, np.bool_), *parts])


def _heard_block(chain: Chain, tiling: Tiling, pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    differ: NDArray[np.bool_] | None = None
    for i, stage in enumerate(chain.stages):
        first, second = (unpack(tiling.bits[pairs[:, k]], chain, i) for k in (0, 1))
        own = first != second
        if differ is not None:
            z = differ.astype(np.float32) @ (stage.weights != 0.0).astype(np.float32) > 0.0
            own |= z & (first | second | (stage.slope != 0.0))
        differ = own
    assert differ is not None
    return np.asarray(differ.any(axis=1), np.bool_)


def _maps_differ(chain: Chain, tiling: Tiling, pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell for pairs of neighbours whether their affine maps differ by more than both are rounded."""
    widest = max(max(stage.weights.shape) for stage in chain.stages)
    step = max(1, BLOCK // (12 * widest))
    found: list[Any] = [np.zeros(0, np.bool_)]
    for i in range(0, len(pairs), step):
        first, second = (affine_maps(chain, tiling.bits[pairs[i : i + step, k]]) for k in (0, 1))
        found.append((np.abs(first[0] - second[0]) > first[1] + second[1]).any(axis=(1, 2)))
    return np.concatenate(found)


def affine_maps(chain: Chain, bits: NDArray[np.uint64]) -> tuple[Floats, Floats]:
    """Give the affine maps (n, 3, outputs) under patterns, and what each number may be off by."""
    rows = np.broadcast_to(chain.base, (len(bits), *chain.base.shape))
    sizes, gamma = np.abs(rows), 0.0
    for i, stage in enumerate(chain.stages):
        slope = np.where(unpack(bits, chain, i), 1.0, stage.slope)[:, None, :]
        rows, sizes = _times(rows, stage.weights), _times(sizes, np.abs(stage.weights))
        rows[:, 0] += stage.bias
        sizes[:, 0] += np.abs(stage.bias)
        rows, sizes = rows * slope, sizes * np.abs(slope)
        gamma += stage.gamma
    return rows, 2.0 * gamma * sizes


def _times(rows: Floats, weights: Floats) -> Floats:
    """Give (n, 3, inputs) times (inputs, units) as one product."""
    return (rows.reshape(-1, rows.shape[2]) @ weights).reshape(*rows.shape[:2], -1)


def _differ(exact: ExactPlane, first: NDArray[np.uint64], second: NDArray[np.uint64]) -> bool:
    """Tell whether the output's affine maps under two patterns differ, in integers."""
    last = len(exact.chain.stages) - 1
    return bool((exact.active(last, first)[0] != exact.active(last, second)[0]).any())


def _joined(regions: int, pairs: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    sparse: Any = importlib.import_module("scipy.sparse")
    graph: Any = importlib.import_module("scipy.sparse.csgraph")
    links = sparse.coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(regions, regions))
    count, labels = graph.connected_components(links, directed=False)
    return labels.astype(np.int64), int(count)
