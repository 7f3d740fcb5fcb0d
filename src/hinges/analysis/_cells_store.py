"""What is kept of the cells: their polygons, states and maps, or their number alone."""

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._cells_exact import BORDER
from hinges.analysis._cells_plan import Plan
from hinges.analysis._cells_walk import Leaves
from hinges.analysis._fused import Pool, Switch

DEAD = -1


class Packed:
    """States of many cells, packed: each as what differs from the one before."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.parts: list[tuple[int, bytes]] = []

    def add(self, states: NDArray[np.uint16]) -> None:
        """Keep the states of the next cells."""
        states = states.copy()
        states[1:] ^= states[:-1].copy()
        self.parts.append((len(states), zlib.compress(states.tobytes(), 1)))

    def part(self, k: int) -> NDArray[np.int16]:
        """Give the states of part k, (cells, units of the hidden nodes)."""
        count, packed = self.parts[k]
        states = np.frombuffer(zlib.decompress(packed), np.uint16).reshape(count, -1)
        return expanded(self.plan, np.bitwise_xor.accumulate(states, axis=0))

    def __getitem__(self, i: int) -> NDArray[np.int16]:
        """Give the states of cell i."""
        for k, (count, _) in enumerate(self.parts):
            if i < count:
                return self.part(k)[i]
            i -= count
        raise IndexError(i)

    def all(self) -> NDArray[np.int16]:
        """Give the states of all cells, (cells, units of the hidden nodes)."""
        return np.concatenate([self.part(k) for k in range(len(self.parts))])


def expanded(plan: Plan, states: NDArray[np.uint16]) -> NDArray[np.int16]:
    """Give the states of all units of the lowered network's hidden nodes, (faces, units), from those of the steps.

    A pool's state is the place of the winner in its group, `DEAD` where zero wins. Of what a pool has taken in: a
    ReLU after it is on where the pool is not dead; a ReLU before it is on where it wins one of the windows that
    read it (whether it is above zero where it does not win changes nothing, and is not looked at). What never
    switches is on.
    """
    nodes = plan.network.hidden_nodes
    starts = np.cumsum([0, *(node.units for node in nodes)])
    result = np.ones((len(states), int(starts[-1])), dtype=np.int16)
    taken: set[int] = set()
    for k, step in enumerate(plan.hidden):
        own = states[:, plan.offsets[k] : plan.offsets[k + 1]].astype(np.int16)
        shift = 1 if isinstance(step, Pool) and step.with_zero else 0
        result[:, starts[step.hidden] : starts[step.hidden + 1]] = own - shift
        if isinstance(step, Switch):
            continue
        if step.after is not None:
            result[:, starts[step.after] : starts[step.after + 1]] = own - shift >= 0
        if step.before is not None:
            part = result[:, starts[step.before] : starts[step.before + 1]]
            if step.before not in taken:
                part[:] = 0
                taken.add(step.before)
            rows, units = np.nonzero(own)
            part[rows, step.groups[units, own[rows, units]]] = 1
    return result


class Store:
    """Collects leaves."""

    def __init__(self, plan: Plan, *, geometry: bool) -> None:
        self.plan = plan
        self.geometry = geometry
        self.count = 0
        self.area = 0.0  # of the 4 that the rectangle has
        self.states = Packed(plan)
        self._points: list[Floats] = []
        self._sizes: list[int] = []
        self._owners: list[NDArray[np.int64]] = []
        self._maps: list[Floats] = []

    def add(self, leaves: Leaves) -> None:
        """Take in the next leaves."""
        self.count += len(leaves.polygons)
        sizes = [len(polygon.points) for polygon in leaves.polygons]
        points = np.array([point for polygon in leaves.polygons for point in polygon.points])
        self.area += _area(points, sizes)
        if not self.geometry:
            return
        self._points.append(points)
        self._sizes += sizes
        labels = [label[:2] for polygon in leaves.polygons for label in polygon.labels]
        self._owners.append(np.array(labels, dtype=np.int64))
        self._maps.append(leaves.forms.transpose(1, 2, 0).copy())
        self.states.add(leaves.states)

    def arrays(self) -> dict[str, Any]:
        """Give vertices, starts, interior points, owners of the edges and maps, in the plane's coordinates."""
        plan = self.plan
        starts = np.concatenate(([0], np.cumsum(self._sizes))).astype(np.int64)
        points = np.concatenate(self._points) if self._points else np.empty((0, 2))
        inside = np.add.reduceat(points, starts[:-1]) / np.diff(starts)[:, None] if self._sizes else np.empty((0, 2))
        owners = np.concatenate(self._owners) if self._owners else np.empty((0, 2), np.int64)
        nodes = np.array([*(step.hidden for step in plan.hidden), BORDER])
        owners[:, 0] = nodes[owners[:, 0]]  # BORDER is the last
        outputs = plan.sizes[plan.steps.output]
        maps = np.concatenate(self._maps) if self._maps else np.empty((0, 3, outputs))
        s, t, a, b = plan.window
        slopes = maps[:, 1:] / np.array([a, b])[:, None]
        level = maps[:, 0] - s * slopes[:, 0] - t * slopes[:, 1]
        return {
            "vertices": plan.to_plane(points),
            "starts": starts,
            "interior": plan.to_plane(inside),
            "owners": owners,
            "maps": np.concatenate((level[:, None], slopes), axis=1),
        }


def _area(points: Floats, sizes: list[int]) -> float:
    """Give the area of polygons whose corners stand one after the other."""
    starts = np.concatenate(([0], np.cumsum(sizes)))
    following = np.arange(len(points)) + 1
    following[starts[1:] - 1] = starts[:-1]
    x, y = points.T
    return float(0.5 * (x * y[following] - x[following] * y).sum())
