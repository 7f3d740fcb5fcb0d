"""Decision boundaries: the segments on which two outputs tie, or one crosses a level, region by region."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats, frozen
from hinges.analysis._mesh_tiling import next_corners


@dataclass(frozen=True, eq=False)
class Boundaries:
    """Segments (K, 2, 2) from end to end in (s, t), each in one region; (K, 2) the outputs that tie, or one twice."""

    segments: Floats
    regions: NDArray[np.int64]
    outputs: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.segments)


def level_lines(places: Floats, values: Floats, starts: NDArray[np.int64], output: int) -> Boundaries:
    """Give where values (C,) at the corners of polygons, affine on each, are zero."""
    corner, following, share, region = _crossings(values, starts)
    points = places[corner] + share[:, None] * (places[following] - places[corner])
    ends = points.reshape(-1, 2, 2)
    return Boundaries(frozen(ends), frozen(region), frozen(np.full((len(ends), 2), output, np.int64)))


def _crossings(
    values: Floats, starts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, NDArray[np.int64]]:
    """Give the sides on which values change sign, two a region: their corners, the share of the way, the regions.

    Zero counts as above, so that a zero side belongs to the region below it alone.
    """
    index = np.arange(len(values))
    following = next_corners(starts, index)
    here = np.flatnonzero((values >= 0) != (values[following] >= 0))
    there = following[here]
    region = np.searchsorted(starts, here, side="right") - 1
    counts = np.bincount(region, minlength=len(starts) - 1)
    keep = counts[region] == 2  # rounding may leave a sliver with more; it has no length
    here, there, region = here[keep], there[keep], region[keep]
    share = values[here] / (values[here] - values[there])
    return here, there, share, region[::2]


def ties(places: Floats, values: Floats, starts: NDArray[np.int64]) -> Boundaries:
    """Give where the two largest of the values (C, m) at the corners of polygons, affine on each, are equal."""
    best = values.argmax(axis=1)
    counts = np.diff(starts)
    mixed = np.maximum.reduceat(best, starts[:-1]) != np.minimum.reduceat(best, starts[:-1])
    regions = np.flatnonzero(mixed)
    corners = np.flatnonzero(np.repeat(mixed, counts))
    places, values = places[corners], values[corners]
    starts = np.concatenate(([0], np.cumsum(counts[regions]))).astype(np.int64)
    parts: list[Boundaries] = []
    for i, j in combinations(range(values.shape[1]) if len(regions) else (), 2):
        parts.append(_tie(places, values, starts, (i, j)))
    if not parts:
        none = np.zeros((0, 2), np.int64)
        return Boundaries(frozen(np.zeros((0, 2, 2))), frozen(none[:, 0]), frozen(none))
    return Boundaries(
        frozen(np.concatenate([part.segments for part in parts])),
        frozen(regions[np.concatenate([part.regions for part in parts])]),
        frozen(np.concatenate([part.outputs for part in parts])),
    )


def _tie(places: Floats, values: Floats, starts: NDArray[np.int64], pair: tuple[int, int]) -> Boundaries:
    """Give where outputs i and j are equal and no other is larger."""
    i, j = pair
    corner, following, share, region = _crossings(values[:, i] - values[:, j], starts)
    share = share[:, None]
    points = (places[corner] + share * (places[following] - places[corner])).reshape(-1, 2, 2)
    outputs = (values[corner] + share * (values[following] - values[corner])).reshape(-1, 2, values.shape[1])
    lead = np.delete(outputs[:, :, i : i + 1] - outputs, [i, j], axis=2)  # over each other output, at both ends
    low, high = np.zeros(len(points)), np.ones(len(points))
    if lead.shape[2]:
        a, b = lead[:, 0], lead[:, 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            zero = a / (a - b)
        low = np.where((a < 0) & (b >= 0), zero, np.where((a < 0) & (b < 0), 2.0, 0.0)).max(axis=1)
        high = np.where((a >= 0) & (b < 0), zero, 1.0).min(axis=1)
    keep = low < high
    start, step = points[keep, 0], points[keep, 1] - points[keep, 0]
    ends = np.stack((start + low[keep, None] * step, start + high[keep, None] * step), axis=1)
    return Boundaries(ends, region[keep], np.tile(np.array(pair, np.int64), (len(ends), 1)))
