"""Nodes under construction: linear maps in coordinates, and the folding of one into the one before it."""

import importlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.nets import Linear

Indices = NDArray[np.integer[Any]]

# How the writer of .onnx names the nodes that are parts of one layer.
HELPER = re.compile(r" (term|entries) [0-9]+_[0-9]+( \([0-9]+\))?$")


@dataclass
class Entries:
    """A sparse matrix from one source in coordinates; entries at the same place add up."""

    source: int
    size: int  # of the source
    rows: Indices
    columns: Indices
    data: Floats

    def matrix(self, units: int) -> Any:
        """Give the (size, units) matrix, in compressed rows."""
        sparse: Any = importlib.import_module("scipy.sparse")
        result = sparse.coo_array((self.data, (self.rows, self.columns)), shape=(self.size, units)).tocsr()
        if not result.has_sorted_indices:
            result.sort_indices()
        return result

    def selected(self, columns: Indices, target: Indices, scale: Floats, units: int) -> "Entries":
        """Give the matrix whose column target[i] is the column columns[i] times scale[i], for `units` old columns."""
        if len(columns) == units and np.array_equal(columns, target) and np.array_equal(columns, np.arange(units)):
            return Entries(self.source, self.size, self.rows, self.columns, self.data * scale[self.columns])
        new = np.full(units, -1, np.int32)
        factor = np.zeros(units)
        new[columns], factor[columns] = target, scale
        moved = new[self.columns]
        kept = moved >= 0
        data = self.data * factor[self.columns]
        kept &= data != 0
        if kept.all():
            return Entries(self.source, self.size, self.rows, moved, data)
        return Entries(self.source, self.size, self.rows[kept], moved[kept], data[kept])


@dataclass
class Full:
    """A dense matrix from one source."""

    source: int
    weights: Floats

    def matrix(self, units: int) -> Any:  # noqa: ARG002 - as of Entries
        """Give the matrix."""
        return self.weights

    def selected(self, columns: Indices, target: Indices, scale: Floats, units: int) -> "Full":  # noqa: ARG002
        """Give the matrix whose column target[i] is the column columns[i] times scale[i]."""
        result = np.zeros((len(self.weights), int(target.max()) + 1 if len(target) else 0))
        result[:, target] = self.weights[:, columns] * scale
        return Full(self.source, result)


@dataclass
class Draft:
    """A Linear node under construction.

    Attributes:
        parts: its matrices, one a source.
        bias: (units,).
        name: what the layer is called.
        glue: whether it was made of an addition, a scaling or a selection, and may go into the layer before it.
        folded: the names of the layers that were put into it with rounding.
    """

    parts: list[Entries | Full]
    bias: Floats
    name: str
    glue: bool = False
    folded: list[str] = field(default_factory=list)

    @property
    def sources(self) -> list[int]:
        """The values that it reads."""
        return [part.source for part in self.parts]

    def node(self, values: dict[int, int]) -> Linear:
        """Give the node, in a network in which value v is number values[v]."""
        sources = tuple(values[source] for source in self.sources)
        matrices = tuple(part.matrix(len(self.bias)) for part in self.parts)
        return Linear(sources, matrices, self.bias, self.name)

    def absorb(self, position: int, before: "Draft", *, exact: bool) -> bool:
        """Put the layer that part number `position` reads into this one, where the part only selects and scales.

        With `exact`, for files of our own, only what was one layer when it was written. Gives whether it was done.
        """
        part = self.parts[position]
        if not isinstance(part, Entries) or not _injective(part.rows):
            return False
        if not _injective(part.columns) and not before.picks:
            return False
        units = len(before.bias)
        scaled = before.bias[part.rows] * part.data
        rounded = not (np.abs(part.data) == 1).all()
        rounded = rounded or bool(((self.bias[part.columns] != 0) & (scaled != 0)).any())
        if exact and (rounded or not HELPER.search(before.name)):
            return False
        whole = len(part.columns) == len(self.bias)
        straight = whole and np.array_equal(part.rows, part.columns) and (part.data == 1).all() and units == len(scaled)
        new: Iterable[Entries | Full] = before.parts
        if not straight:
            if not whole and any(isinstance(each, Full) for each in before.parts):
                return False  # columns without weights would be dense zeros
            new = [each.selected(part.rows, part.columns, part.data, units) for each in before.parts]
        alone = len(self.parts) == 1 and not exact
        self.parts[position : position + 1] = new
        self.bias = self._with(part.columns, scaled)
        name = before.name if alone else self.name  # a layer keeps its name when a scaling goes into it
        self.folded = before.folded + [self.name if alone else before.name] * rounded + self.folded
        self.name = name
        return True

    @property
    def picks(self) -> bool:
        """Whether each of its units is a multiple of at most one number, plus a constant."""
        if not self.glue or not all(isinstance(part, Entries) for part in self.parts):
            return False
        return _injective(np.concatenate([part.columns for part in self.parts if isinstance(part, Entries)]))

    def _with(self, columns: Indices, added: Floats) -> Floats:
        """Give the bias plus numbers; what is added to nothing keeps its every bit."""
        if not _injective(columns):
            result = self.bias.copy()
            np.add.at(result, columns, added)
            return result
        result = self.bias.copy()
        old = result[columns]
        result[columns] = np.where(old == 0, added, old + added)
        return result


def _injective(indices: Indices) -> bool:
    return len(np.unique(indices)) == len(indices)
