"""Linear regions among cells that come one after the other: neighbours across an edge with one affine map are united.

Two faces are neighbours where their edges on the same line overlap; only edges whose other side has not come yet are
kept. Faces that touch in a point alone are no neighbours. Whether two maps are equal is decided by their floats where
these differ by more than their error bounds, else by the units that work on both, else in integers.
"""

from array import array
from bisect import bisect_left, insort
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._cells_alive import Alive
from hinges.analysis._cells_exact import BORDER, Exact, Face, Label
from hinges.analysis._cells_plan import Plan
from hinges.analysis._cells_polygon import Polygon
from hinges.analysis._cells_walk import Leaves

MOST_OUTPUTS = 16  # compared one by one; of more, so many random sums
CROWD = 50_000  # open edges from which on those that are covered are let go of
SLACK = 1e-12


@dataclass(slots=True)
class Leaf:
    """What is remembered of a face as long as one of its edges is open."""

    number: int
    map: Floats
    error: Floats
    key: tuple[int, int]
    base: Any
    changed: Any

    def states(self) -> NDArray[np.uint16]:
        """Give its states."""
        result = self.base.copy()
        result[self.changed[0]] = self.changed[1]
        return result


@dataclass(slots=True, order=True)
class Edge:
    """One side of a segment of a line, between positions `low` and `high` on it, each off by at most `error`."""

    low: float
    high: float = field(compare=False)
    error: float = field(compare=False)
    leaf: Leaf = field(compare=False)
    labels: tuple[Label, Label, Label] = field(compare=False)
    open: float = field(compare=False)


class LinearRegions:
    """Counts the linear regions of the faces added so far."""

    def __init__(self, plan: Plan, exact: Exact) -> None:
        self.plan, self.exact = plan, exact
        self.alive = Alive(plan)
        self.parents = array("q")
        self.count = 0
        self.edges: dict[int, tuple[list[Edge], list[Edge]]] = {}
        self.crowd = 0
        self.doubtful: list[tuple[Edge, Edge]] = []
        outputs = plan.sizes[plan.steps.output]
        signs = np.random.default_rng(7).integers(0, 2, (MOST_OUTPUTS, outputs)) * 2.0 - 1.0
        self.sums = np.eye(outputs) if outputs <= MOST_OUTPUTS else signs

    def add(self, leaves: Leaves) -> None:
        """Take in the next faces."""
        forms = np.tensordot(self.sums, leaves.forms, axes=(1, 0)).transpose(1, 0, 2)  # (faces, sums, 3)
        spread = np.abs(self.sums)
        error = spread @ leaves.errors + 1e-15 * len(leaves.errors) * (spread @ np.abs(leaves.forms).sum(2).max(1))
        if self.sums.shape[0] == self.sums.shape[1]:
            error = leaves.errors
        keys = self.alive.of(leaves.states).tolist()
        base = leaves.states[0].copy()
        for i, polygon in enumerate(leaves.polygons):
            at = np.flatnonzero(leaves.states[i] != base)
            changed = (at.astype(np.uint32), leaves.states[i][at])
            leaf = Leaf(len(self.parents), forms[i].copy(), error, tuple(keys[i]), base, changed)
            self.parents.append(leaf.number)
            self.count += 1
            self._place(polygon, leaf)
        if len(self.doubtful) > CROWD:
            self.settle()

    def _place(self, polygon: Polygon, leaf: Leaf) -> None:
        n = len(polygon.points)
        for i, label in enumerate(polygon.labels):
            if label[0] == BORDER:
                continue
            j = i + 1 if i + 1 < n else 0
            axis, side = label[4] >> 1 & 1, label[4] & 1
            a, b = polygon.points[i][axis], polygon.points[j][axis]
            low, high = (a, b) if a <= b else (b, a)
            error = max(polygon.errors[i], polygon.errors[j])
            edge = Edge(low, high, error, leaf, (polygon.labels[i - 1], label, polygon.labels[j]), high - low)
            self._match(label[4] >> 2, side, edge)

    def _match(self, line: int, side: int, edge: Edge) -> None:
        """Unite a new edge's face with those across, and keep the edge."""
        lists = self.edges.setdefault(line, ([], []))
        across = lists[1 - side]
        k = bisect_left(across, edge.high + SLACK + edge.error, key=lambda e: e.low)
        while k > 0:
            k -= 1
            other = across[k]
            margin = edge.error + other.error + SLACK
            if other.high < edge.low - margin:
                break
            shared = min(edge.high, other.high) - max(edge.low, other.low)
            if shared > -margin:
                self._unite(edge, other, shared, margin)
                edge.open -= max(shared, 0.0)
                other.open -= max(shared, 0.0)
                if self.crowd > CROWD and other.open <= margin:
                    del across[k]
                    self.crowd -= 1
        if self.crowd <= CROWD or edge.open > edge.error + SLACK:
            insort(lists[side], edge)
            self.crowd += 1
        elif not lists[0] and not lists[1]:
            del self.edges[line]

    def _unite(self, edge: Edge, other: Edge, shared: float, margin: float) -> None:
        a, b = self._root(edge.leaf.number), self._root(other.leaf.number)
        if a == b or not self._maybe_equal(edge.leaf, other.leaf):
            return
        if shared <= margin:
            self.doubtful.append((edge, other))
            return
        if edge.leaf.key == other.leaf.key or self._equal(edge.leaf, other.leaf):
            self.parents[max(a, b)] = min(a, b)
            self.count -= 1

    def settle(self) -> None:
        """Decide exactly on faces of one map that have a point or hardly more in common, if they are not united."""
        doubtful, self.doubtful = self.doubtful, []
        for edge, other in doubtful:
            if self._root(edge.leaf.number) == self._root(other.leaf.number) or not self._overlap(edge, other):
                continue
            self._unite(edge, other, 1.0, 0.0)

    def _root(self, number: int) -> int:
        parents = self.parents
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    @staticmethod
    def _maybe_equal(a: Leaf, b: Leaf) -> bool:
        return a.key == b.key or bool((np.abs(a.map - b.map).sum(1) <= 1.01 * (a.error + b.error)).all())

    def _equal(self, a: Leaf, b: Leaf) -> bool:
        """Whether two maps are equal, in integers; where that is too much work they are taken for equal."""
        one, two = self.exact.face(a.states()), self.exact.face(b.states())
        output = self.plan.steps.output
        units = range(self.plan.sizes[output])
        self.exact.decisions += 1
        same = one.within(lambda: all(one.form(output, unit) == two.form(output, unit) for unit in units))
        if same is None:
            self.exact.unresolved += 1
            return True
        return bool(same)

    def _overlap(self, a: Edge, b: Edge) -> bool:
        """Whether two edges on a line have more than a point in common, in rational numbers."""
        one, two = self.exact.face(a.leaf.states()), self.exact.face(b.leaf.states())
        self.exact.decisions += 1
        shared = one.within(lambda: min(_end(one, a, 1), _end(two, b, 1)) > max(_end(one, a, 0), _end(two, b, 0)))
        if shared is None:
            self.exact.unresolved += 1
            return False
        return bool(shared)

    def labels(self) -> NDArray[np.int64]:
        """Give the linear region of every face, numbered from 0 in the order in which they first come."""
        roots = np.array([self._root(number) for number in range(len(self.parents))], dtype=np.int64)
        return np.unique(roots, return_inverse=True)[1].astype(np.int64)


def _end(face: Face, edge: Edge, which: int) -> Fraction:
    """Give the lower (0) or higher (1) position of an edge on its line."""
    before, label, after = edge.labels
    axis = label[4] >> 1 & 1
    ends: list[Fraction] = []
    for first, second in ((before, label), (label, after)):
        corner = face.corner(first, second)
        ends.append(Fraction(corner[1 + axis], corner[0]))
    return sorted(ends)[which]
