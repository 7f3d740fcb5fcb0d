"""Tiling: a rectangle cut into regions that share their vertices, as it leaves the mesh or the integers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats, frozen

_ODD = np.uint64(0x9E3779B97F4A7C15)  # mixes the words of a pattern into one


@dataclass(frozen=True, eq=False)
class Probe:
    """Outputs at the vertices, or some sums and differences of them where there are many, and what they may be off by.

    `values` is (V, up to 8), `error` (V,) the error of each as a value at the stored place, for the affine maps of
    all regions that meet there.
    """

    values: Floats
    error: Floats


@dataclass(frozen=True, eq=False)
class Sides:
    """Where regions meet: (E, 2) the ends of each side, indices of vertices; (E, 2) the regions, -1 for outside.

    `across` is (C,): for each corner the region on the other side of the side to the next corner.
    """

    ends: NDArray[np.int64]
    regions: NDArray[np.int64]
    across: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Tiling:
    """Polygons over shared vertices (V, 2) with the units that are on in each, packed in words of 64.

    `whole` tells that all of it was computed in integers; `exact` counts the vertices where signs were decided so,
    `unresolved` those whose signs stayed inside their error bound, `mixed` regions that contradict themselves.
    """

    vertices: Floats
    starts: NDArray[np.int64]
    corners: NDArray[np.int64]
    areas: Floats
    bits: NDArray[np.uint64]
    edges: int
    probe: Probe | None
    exact: int
    unresolved: int
    mixed: int
    whole: bool

    @property
    def regions(self) -> int:
        """How many regions there are."""
        return len(self.bits)

    @property
    def distinct(self) -> bool:
        """Whether no two regions have the same units on."""
        mixed = np.zeros(self.regions, np.uint64)
        for word in self.bits.T:
            mixed = (mixed ^ word) * _ODD
            mixed ^= mixed >> np.uint64(29)
        if len(np.unique(mixed)) == self.regions:
            return True
        return len(np.unique(self.bits, axis=0)) == self.regions

    @property
    def euler(self) -> int:
        """Vertices - sides + regions: 1 for a rectangle without holes."""
        return len(self.vertices) - self.edges + self.regions

    @cached_property
    def sides(self) -> Sides:
        """All sides, each once; its first region lies to the left of the way from its first end to its second."""
        following = next_corners(self.starts, self.corners)
        region = np.repeat(np.arange(self.regions), np.diff(self.starts))
        low, high = np.minimum(self.corners, following), np.maximum(self.corners, following)
        order = np.argsort(low * len(self.vertices) + high, kind="stable")
        low, high = low[order], high[order]
        same = np.append((low[1:] == low[:-1]) & (high[1:] == high[:-1]), False)
        first = np.append(True, ~same[:-1])
        at, other = order[first], np.append(order[1:], 0)[first]
        paired = same[first]
        across = np.full(len(self.corners), -1, np.int64)
        across[at[paired]], across[other[paired]] = region[other[paired]], region[at[paired]]
        return Sides(
            frozen(np.column_stack((self.corners[at], following[at]))),
            frozen(np.column_stack((region[at], np.where(paired, region[other], -1)))),
            frozen(across),
        )


def next_corners(starts: NDArray[np.int64], corners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give for each corner the next one round its polygon."""
    following = np.append(corners[1:], 0)
    following[starts[1:] - 1] = corners[starts[:-1]]
    return following


def polygon_areas(vertices: Floats, starts: NDArray[np.int64], corners: NDArray[np.int64]) -> Floats:
    """Give the area of each polygon, (R,); relative to its first corner, so that small ones far away stay exact."""
    first = np.repeat(corners[starts[:-1]], np.diff(starts))
    here = vertices[corners] - vertices[first]
    there = vertices[next_corners(starts, corners)] - vertices[first]
    cross = here[:, 0] * there[:, 1] - here[:, 1] * there[:, 0]
    return frozen(np.add.reduceat(cross, starts[:-1]) / 2.0)
