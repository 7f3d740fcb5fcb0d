"""The state of a pass along lines: vertices, their owners, and every live value at every vertex."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._slice_errors import UNIT, Errors, largest_norm

Indices = NDArray[np.intp]
Bits = NDArray[np.bool_]
Entry = TypeVar("Entry", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Value:
    """One value of the network at every vertex, linear between neighbours.

    Arguments:
        rows: (vertices, units).
        errors: how far they may be off.
        firm: whether an entry that is 0 is known to be 0.
        zeros: (vertices, units) which entries are known to be 0; None where nothing is known.
    """

    rows: Floats
    errors: Errors
    firm: bool
    zeros: Bits | None = None

    def between(self, new: "Insertion") -> Floats:
        """Give the rows at new vertices."""
        left = self.rows[new.piece]
        step = self.rows[new.piece + 1]
        step -= left
        step *= new.part[:, None]
        left += step
        return left

    def refined(self, new: "Insertion") -> "Value":
        """Give the value with the new vertices too."""
        between = self.between(new)
        by = 4.0 * UNIT * (largest_norm(between) + self.errors.speed)
        return Value(new.merged(self.rows, between), self.errors.enlarged(by), self.firm)


@dataclass(frozen=True, eq=False)
class Insertion:
    """New vertices (k,), in order: the piece that each lies in, how far along it, t and the bound of t's error."""

    piece: Indices
    part: Floats
    t: Floats
    place: Floats

    @property
    def where(self) -> Indices:
        """The position of each among all vertices afterwards."""
        return self.piece + 1 + np.arange(len(self.piece))

    def moved(self, vertices: int) -> Indices:
        """Give the position afterwards of each vertex there was."""
        return np.arange(vertices) + np.searchsorted(self.piece, np.arange(vertices), side="left")

    def merged(self, old: NDArray[Entry], new: NDArray[Entry]) -> NDArray[Entry]:
        """Give entries or rows of all vertices, of those there were and of the new ones."""
        out = np.empty((len(old) + len(new), *old.shape[1:]), old.dtype)
        out[self.where] = new
        keep = np.ones(len(out), np.bool_)
        keep[self.where] = False
        out[keep] = old
        return out


@dataclass(frozen=True, eq=False)
class Owners:
    """Which unit switches at which vertex, (o,) each, in no order."""

    vertex: Indices
    layer: Indices
    unit: Indices

    @classmethod
    def none(cls) -> "Owners":
        """Give no owners."""
        return cls(*(np.zeros(0, np.intp) for _ in range(3)))

    @classmethod
    def joined(cls, parts: "Iterable[Owners]") -> "Owners":
        """Give those of all parts."""
        parts = list(parts)
        return cls(
            np.concatenate([p.vertex for p in parts]),
            np.concatenate([p.layer for p in parts]),
            np.concatenate([p.unit for p in parts]),
        )

    @classmethod
    def of_layer(cls, layer: int, vertex: Indices, unit: Indices) -> "Owners":
        """Give owners that are units of one layer."""
        return cls(vertex, np.full(len(vertex), layer, np.intp), unit)

    def at(self, vertex: Indices) -> "Owners":
        """Give the same owners at other vertices."""
        return replace(self, vertex=vertex)

    def chosen(self, mask: Bits) -> "Owners":
        """Give some of them."""
        return Owners(self.vertex[mask], self.layer[mask], self.unit[mask])


@dataclass(frozen=True, eq=False)
class Doubts:
    """What float64 left open: of each decision inside the error bound its line, and how many kinks were merged."""

    lines: Indices = field(default_factory=lambda: np.zeros(0, np.intp))
    merged: int = 0

    def __add__(self, other: "Doubts") -> "Doubts":
        return Doubts(np.concatenate((self.lines, other.lines)), self.merged + other.merged)

    @property
    def any(self) -> bool:
        """Whether there is an open decision."""
        return len(self.lines) > 0


@dataclass(frozen=True, eq=False)
class State:
    """Lines on their way through a network, or a part of them.

    Arguments:
        node: the next node to compute.
        line: (n,) which line each vertex is on, rising.
        t: (n,) where on its line, rising from vertex to vertex of a line.
        place: (n,) how far t may be from the true kink.
        owners: which unit switches where.
        values: the live values by number.
        doubts: what was left open.
        first, last: by hidden layer, how its units stand just after the first and just before the last vertex, where
            that vertex is shared with another part.
        shared: whether the first, and whether the last vertex is shared so.
    """

    node: int
    line: Indices
    t: Floats
    place: Floats
    owners: Owners
    values: dict[int, Value]
    doubts: Doubts = field(default_factory=Doubts)
    first: dict[int, Bits] = field(default_factory=dict[int, Bits])
    last: dict[int, Bits] = field(default_factory=dict[int, Bits])
    shared: tuple[bool, bool] = (False, False)

    @property
    def numbers(self) -> int:
        """How many numbers its values hold."""
        return sum(value.rows.size for value in self.values.values())

    @property
    def pieces(self) -> Bits:
        """Whether vertices i and i + 1 are on one line, (n - 1,)."""
        return self.line[1:] == self.line[:-1]

    def refined(self, new: Insertion, without: int | None = None) -> "State":
        """Give the state with the new vertices too; value `without` is left out, for the caller to give."""
        values = {i: v for i, v in self.values.items() if i != without}
        if not len(new.piece):
            return replace(self, values=values)
        return replace(
            self,
            line=new.merged(self.line, self.line[new.piece]),
            t=new.merged(self.t, new.t),
            place=new.merged(self.place, new.place),
            owners=self.owners.at(new.moved(len(self.t))[self.owners.vertex]),
            values={i: value.refined(new) for i, value in values.items()},
        )

    def split(self) -> "tuple[State, State] | None":
        """Give two halves, which share a vertex if they cut a line; None if there is nothing to cut."""
        if len(self.t) < 4:
            return None
        middle = len(self.t) // 2
        if middle + 1 < len(self.t) and self.line[middle] != self.line[middle + 1]:
            middle += 1
        cuts = bool(self.line[middle - 1] == self.line[middle])
        end = middle + 1 if cuts else middle
        mine = self.owners.vertex < end
        theirs = self.owners.chosen(~mine)
        left = replace(
            self._rows(slice(0, end)), owners=self.owners.chosen(mine), last={}, shared=(self.shared[0], cuts)
        )
        right = replace(
            self._rows(slice(middle, None)),
            owners=theirs.at(theirs.vertex - middle),
            doubts=Doubts(),
            first={},
            shared=(cuts, self.shared[1]),
        )
        return left, right

    def _rows(self, part: slice) -> "State":
        values = {
            i: replace(v, rows=v.rows[part].copy(), zeros=None if v.zeros is None else v.zeros[part])
            for i, v in self.values.items()
        }
        return replace(self, line=self.line[part], t=self.t[part], place=self.place[part], values=values)
