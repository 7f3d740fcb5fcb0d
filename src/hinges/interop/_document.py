"""The document of a network: what the .json and .npz formats say, apart from how they keep numbers.

    {"format": "hinges-network", "version": 1, "inputs": 1, "notes": [],
     "nodes": [{"kind": "linear", "name": "dense_0", "sources": [0], "matrices": [<array>], "bias": <array>},
               {"kind": "activation", "name": "relu_0", "source": 1, "function": "relu", "slope": 0.3, "units": 3},
               {"kind": "max", "name": "pool_0", "source": 2, "source_units": 3, "groups": <array>}]}

An <array> is nested lists in .json and the name of an array in .npz. Value 0 is the input of the network and
value i + 1 is what node i gives; matrices are (inputs, units). Every key is needed and no other is allowed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._caps import MOST_NODES, MOST_PARAMETERS
from hinges.interop._naming import shown
from hinges.nets import Activation, Linear, Max, Network, Node

FORMAT = "hinges-network"
VERSION = 1

Store = Callable[[NDArray[Any], str], Any]  # an array and its place -> what stands for it in the document
Take = Callable[[Any, str, int], NDArray[Any]]  # that, its place and its number of dimensions -> the array


# --- network -> document --------------------------------------------------------------------------------


def document_of(network: Network, store: Store) -> dict[str, Any]:
    """Give the document of a network, whose arrays `store` has put away."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "inputs": network.inputs,
        "notes": list(network.notes),
        "nodes": [_described(node, f"nodes[{i}]", store) for i, node in enumerate(network.nodes)],
    }


def _described(node: Node, place: str, store: Store) -> dict[str, Any]:
    if isinstance(node, Linear):
        matrices = [
            store(_dense(matrix, node.name), f"{place}.matrices[{i}]") for i, matrix in enumerate(node.matrices)
        ]
        bias = store(node.bias, f"{place}.bias")
        return {
            "kind": "linear",
            "name": node.name,
            "sources": list(node.sources),
            "matrices": matrices,
            "bias": bias,
        }
    if isinstance(node, Activation):
        return {
            "kind": "activation",
            "name": node.name,
            "source": node.source,
            "function": node.kind,
            "slope": node.slope,
            "units": node.units,
        }
    return {
        "kind": "max",
        "name": node.name,
        "source": node.source,
        "source_units": node.source_units,
        "groups": store(node.groups.astype(np.int64), f"{place}.groups"),
    }


def _dense(matrix: Any, name: str) -> Floats:
    if not hasattr(matrix, "tocsr"):
        return matrix
    if matrix.shape[0] * matrix.shape[1] > MOST_PARAMETERS:
        raise UnsupportedModelError(f"{name} has a sparse matrix of shape {matrix.shape}, too large to write in full")
    return matrix.toarray()


# --- document -> network --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fields:
    """An object of the document with the place where it stands, read key by key."""

    values: dict[str, Any]
    place: str = ""

    @classmethod
    def of(cls, value: object, place: str, keys: tuple[str, ...]) -> "Fields":
        """Give an object that has just these keys."""
        if not isinstance(value, dict):
            raise InvalidInputError(f"{place or 'the document'} must be an object, not {shown(value)}")
        fields = cls(value, place)
        for key in keys:
            if key not in value:
                raise InvalidInputError(f"{fields.at(key)} is missing")
        for key in value:
            if key not in keys:
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
    nodes = tuple(_node(value, place, take) for value, place in items)
    return Network(nodes, fields.whole("inputs", 1), tuple(notes))


def _check_version(document: object) -> None:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InvalidInputError(f'this is not a network written by hinges: "format" must be "{FORMAT}"')
    if document.get("version") != VERSION:
        found = shown(document.get("version"))
        raise InvalidInputError(f"version is {found}; this hinges reads version {VERSION}: a newer one may read it")


def _node(value: object, place: str, take: Take) -> Node:
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind == "linear":
        return _linear(Fields.of(value, place, ("kind", "name", "sources", "matrices", "bias")), take)
    if kind == "activation":
        return _activation(Fields.of(value, place, ("kind", "name", "source", "function", "slope", "units")))
    if kind == "max":
        return _max(Fields.of(value, place, ("kind", "name", "source", "source_units", "groups")), take)
    raise InvalidInputError(f"{place}.kind must be one of 'linear', 'activation', 'max', not {shown(kind)}")


def _linear(fields: Fields, take: Take) -> Linear:
    sources = tuple(as_whole(*item) for item in fields.items("sources"))
    matrices = tuple(take(entry, place, 2) for entry, place in fields.items("matrices"))
    bias = take(fields.values["bias"], fields.at("bias"), 1)
    return Linear(sources, matrices, bias, fields.text("name"))


def _activation(fields: Fields) -> Activation:
    source, units, slope = fields.whole("source"), fields.whole("units", 1), fields.number("slope")
    return Activation(source, fields.text("function"), units, fields.text("name"), slope)


def _max(fields: Fields, take: Take) -> Max:
    groups = take(fields.values["groups"], fields.at("groups"), 2)
    for (i, j), entry in np.ndenumerate(groups):
        if not 0 <= entry < 2**40 or entry != int(entry):
            raise InvalidInputError(f"{fields.at('groups')}[{i}][{j}] is {entry:g}, not the number of an entry")
    source, units = fields.whole("source"), fields.whole("source_units", 1)
    return Max(source, groups.astype(np.intp), units, fields.text("name"))
