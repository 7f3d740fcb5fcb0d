"""The document of a network: what the .json and .npz formats say, apart from how they keep numbers.

    {"format": "hinges-network", "version": 1, "inputs": 1, "notes": [],
     "nodes": [{"kind": "linear", "name": "dense_0", "sources": [0], "matrices": [<array>], "bias": <array>},
               {"kind": "activation", "name": "relu_0", "source": 1, "function": "relu", "slope": 0.3, "units": 3},
               {"kind": "max", "name": "pool_0", "source": 2, "source_units": 3, "groups": <array>}]}

An <array> is nested lists in .json and the name of an array in .npz. Value 0 is the input of the network and
value i + 1 is what node i gives; matrices are (inputs, units). Every key is needed and no other is allowed.

Version 2 stands in files with something of the following: a slope that is an <array> with one number a unit; "low" and
"high" in an activation, those of clip; a sparse matrix, {"shape": [inputs, units], "rows": <array>, "columns": <array>,
"values": <array>} with its entries sorted by row, then column, no place twice.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays
from hinges.errors import InvalidInputError
from hinges.interop._caps import MOST_NODES
from hinges.interop._naming import shown
from hinges.nets import ACTIVATIONS, Activation, Linear, Max, Network, Node

FORMAT = "hinges-network"
VERSIONS = (1, 2)
MOST_LINES = 2**23  # rows and columns of the sparse matrices of one file, for each of which memory is taken

Store = Callable[[NDArray[Any], str], Any]  # an array and its place -> what stands for it in the document
Take = Callable[[Any, str, int], NDArray[Any]]  # that, its place and its number of dimensions -> the array


# --- network -> document --------------------------------------------------------------------------------


def document_of(network: Network, store: Store) -> dict[str, Any]:
    """Give the document of a network, whose arrays `store` has put away."""
    return {
        "format": FORMAT,
        "version": 2 if any(_is_newer(node) for node in network.nodes) else 1,
        "inputs": network.inputs,
        "notes": list(network.notes),
        "nodes": [_described(node, f"nodes[{i}]", store) for i, node in enumerate(network.nodes)],
    }


def _is_newer(node: Node) -> bool:
    """Tell whether the first version of the format cannot say this node."""
    if isinstance(node, Linear):
        return any(hasattr(matrix, "tocsr") for matrix in node.matrices)
    return isinstance(node, Activation) and (node.kind not in ACTIVATIONS or np.ndim(node.slope) > 0)


def _described(node: Node, place: str, store: Store) -> dict[str, Any]:
    if isinstance(node, Linear):
        matrices = [_stored(matrix, f"{place}.matrices[{i}]", store) for i, matrix in enumerate(node.matrices)]
        bias = store(node.bias, f"{place}.bias")
        return {
            "kind": "linear",
            "name": node.name,
            "sources": list(node.sources),
            "matrices": matrices,
            "bias": bias,
        }
    if isinstance(node, Activation):
        slope = store(node.slope, f"{place}.slope") if isinstance(node.slope, np.ndarray) else node.slope
        bounds = {"low": node.low, "high": node.high} if node.kind == "clip" else {}
        return {
            "kind": "activation",
            "name": node.name,
            "source": node.source,
            "function": node.kind,
            "slope": slope,
            "units": node.units,
            **bounds,
        }
    return {
        "kind": "max",
        "name": node.name,
        "source": node.source,
        "source_units": node.source_units,
        "groups": store(node.groups.astype(np.int64), f"{place}.groups"),
    }


def _stored(matrix: Any, place: str, store: Store) -> Any:
    if not hasattr(matrix, "tocsr"):
        return store(matrix, place)
    rows = matrix.tocsr(copy=True)
    rows.sum_duplicates()
    at = np.repeat(np.arange(rows.shape[0], dtype=np.int64), np.diff(rows.indptr))
    return {
        "shape": list(map(int, rows.shape)),
        "rows": store(at, f"{place}.rows"),
        "columns": store(rows.indices.astype(np.int64), f"{place}.columns"),
        "values": store(rows.data.astype(np.float64), f"{place}.values"),
    }


# --- document -> network --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fields:
    """An object of the document with the place where it stands, read key by key."""

    values: dict[str, Any]
    place: str = ""

    @classmethod
    def of(cls, value: object, place: str, keys: tuple[str, ...], optional: tuple[str, ...] = ()) -> "Fields":
        """Give an object that has just these keys, perhaps with the optional ones."""
        if not isinstance(value, dict):
            raise InvalidInputError(f"{place or 'the document'} must be an object, not {shown(value)}")
        fields = cls(value, place)
        for key in keys:
            if key not in value:
                raise InvalidInputError(f"{fields.at(key)} is missing")
        for key in value:
            if key not in (*keys, *optional):
                raise InvalidInputError(f"{place or 'the document'} has a key {shown(key)}, which has no meaning there")
        return fields

    def at(self, key: str) -> str:
        """Give the place of a key."""
        return f"{self.place}.{key}" if self.place else key

    def text(self, key: str) -> str:
        """Give a string."""
        return as_text(self.values[key], self.at(key))

    def whole(self, key: str, minimum: int = 0) -> int:
        """Give a whole number."""
        return as_whole(self.values[key], self.at(key), minimum)

    def number(self, key: str) -> float:
        """Give a finite number."""
        return _arrays.number(self.values[key], self.at(key))

    def items(self, key: str) -> list[tuple[Any, str]]:
        """Give the entries of a list, each with its place."""
        value = self.values[key]
        if not isinstance(value, list):
            raise InvalidInputError(f"{self.at(key)} must be a list, not {shown(value)}")
        return [(entry, f"{self.at(key)}[{i}]") for i, entry in enumerate(value)]


def as_text(value: object, place: str) -> str:
    """Give a string of the document."""
    if not isinstance(value, str):
        raise InvalidInputError(f"{place} must be a string, not {shown(value)}")
    return value


def as_whole(value: object, place: str, minimum: int = 0) -> int:
    """Give a whole number of the document."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInputError(f"{place} must be a whole number, not {shown(value)}")
    return _arrays.count(value, place, minimum=minimum, maximum=2**40)


def network_of(document: object, take: Take) -> Network:
    """Give the network of a document, whose arrays `take` brings back; every error names the place."""
    _check_version(document)
    fields = Fields.of(document, "", ("format", "version", "inputs", "notes", "nodes"))
    notes = [as_text(*item) for item in fields.items("notes")]
    items = fields.items("nodes")
    if len(items) > MOST_NODES:
        raise InvalidInputError(f"nodes has {len(items)} entries; at most {MOST_NODES} are read")
    lines = Lines()
    nodes = tuple(_node(value, place, take, lines) for value, place in items)
    return Network(nodes, fields.whole("inputs", 1), tuple(notes))


def _check_version(document: object) -> None:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InvalidInputError(f'this is not a network written by hinges: "format" must be "{FORMAT}"')
    version = document.get("version")
    if isinstance(version, bool) or version not in VERSIONS:
        found = shown(version)
        raise InvalidInputError(f"version is {found}; this hinges reads version 1 or 2: a newer one may read it")


@dataclass
class Lines:
    """How many rows and columns of sparse matrices may still be read."""

    left: int = MOST_LINES

    def spend(self, shape: list[int], place: str) -> None:
        """Count those of one matrix."""
        self.left -= sum(shape)
        if len(shape) != 2 or self.left < 0:
            raise InvalidInputError(
                f"{place}.shape must be [inputs, units], in all matrices together at most {MOST_LINES}, not {shape}"
            )


def _node(value: object, place: str, take: Take, lines: Lines) -> Node:
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind == "linear":
        return _linear(Fields.of(value, place, ("kind", "name", "sources", "matrices", "bias")), take, lines)
    if kind == "activation":
        keys = ("kind", "name", "source", "function", "slope", "units")
        return _activation(Fields.of(value, place, keys, ("low", "high")), take)
    if kind == "max":
        return _max(Fields.of(value, place, ("kind", "name", "source", "source_units", "groups")), take)
    raise InvalidInputError(f"{place}.kind must be one of 'linear', 'activation', 'max', not {shown(kind)}")


def _linear(fields: Fields, take: Take, lines: Lines) -> Linear:
    sources = tuple(as_whole(*item) for item in fields.items("sources"))
    matrices = tuple(
        _sparse(entry, place, take, lines) if isinstance(entry, dict) else take(entry, place, 2)
        for entry, place in fields.items("matrices")
    )
    bias = take(fields.values["bias"], fields.at("bias"), 1)
    return Linear(sources, matrices, bias, fields.text("name"))


def _sparse(value: object, place: str, take: Take, lines: Lines) -> Any:
    """Give a sparse matrix in compressed rows from its entries in order."""
    fields = Fields.of(value, place, ("shape", "rows", "columns", "values"))
    shape = [as_whole(*item, 1) for item in fields.items("shape")]
    lines.spend(shape, place)
    values = _arrays.vector(take(fields.values["values"], fields.at("values"), 1), fields.at("values"))
    places: list[NDArray[np.int64]] = []
    for key, size in (("rows", shape[0]), ("columns", shape[1])):
        at = take(fields.values[key], fields.at(key), 1)
        _check_indices(at, size, fields.at(key))
        if len(at) != len(values):
            raise InvalidInputError(f"{fields.at(key)} has {len(at)} entries for {len(values)} values")
        places.append(at.astype(np.int64))
    rows, columns = places
    bad = np.flatnonzero(np.diff(rows * shape[1] + columns) <= 0)
    if len(bad):
        raise InvalidInputError(f"{place}: entry {bad[0] + 1} does not come after the one before, by row and column")
    sparse: Any = importlib.import_module("scipy.sparse")
    starts = np.zeros(shape[0] + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=shape[0]), out=starts[1:])
    return sparse.csr_array((values.copy(), columns.astype(np.int32), starts.astype(np.int32)), shape=tuple(shape))


def _check_indices(array: NDArray[Any], below: int, place: str) -> None:
    bad = np.argwhere(~((array >= 0) & (array < below) & (array == np.floor(array))))
    if len(bad):
        at = tuple(bad[0].tolist())
        shown_at = "".join(f"[{i}]" for i in at)
        raise InvalidInputError(f"{place}{shown_at} is {array[at]:g}, not the number of an entry")


def _activation(fields: Fields, take: Take) -> Activation:
    source, units, slope = fields.whole("source"), fields.whole("units", 1), fields.values["slope"]
    slope = take(slope, fields.at("slope"), 1) if isinstance(slope, (list, str)) else fields.number("slope")
    bounds = {key: fields.number(key) for key in ("low", "high") if key in fields.values}
    return Activation(source, fields.text("function"), units, fields.text("name"), slope, **bounds)


def _max(fields: Fields, take: Take) -> Max:
    groups = take(fields.values["groups"], fields.at("groups"), 2)
    _check_indices(groups, 2**40, fields.at("groups"))
    source, units = fields.whole("source"), fields.whole("source_units", 1)
    return Max(source, groups.astype(np.intp), units, fields.text("name"))
