"""The values of an ONNX graph while it is walked: symbols of the builder, and constants.

A symbol has the tensor's shape in the file, with one row: its first size is 1 where that is the rows dimension.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges.errors import HingesError, InvalidInputError, UnsupportedModelError
from hinges.interop._graph import Graph
from hinges.interop._graph_values import Symbol
from hinges.interop._naming import LONGEST_SHOWN, shown
from hinges.interop._onnx_file import OnnxFile, Operation, Tensor

PRODUCER = "hinges"  # in whose files Identity is a layer with the activation `linear`
REUSED = 10**6  # weights that may come from tensors used more than twice: each use is a copy in memory
MOST_SIZE = 2**62


@dataclass(frozen=True)
class Pending:
    """`factor * (1 + erf(base))`, or that times x, for which no layer stands until it is a GELU.

    Attributes:
        base: what the error function reads.
        factor: the number before it.
        shifted: whether the 1 has been added.
        gelu: x * (1 + erf(base)) / 2, once it is multiplied by x.
    """

    base: str
    factor: float = 1.0
    shifted: bool = False
    gelu: Symbol | None = None


Array = NDArray[Any]
Value = Symbol | Array | Pending


class Program:
    """What the nodes of a file have given so far.

    Arguments:
        file: the file.
        name: of its input.
        shape: of the input in the file's terms, with 1 for rows.
        rows: how many rows the file declares, or None where it leaves that open.
    """

    def __init__(self, file: OnnxFile, name: str, shape: tuple[int, ...], rows: int | None) -> None:
        room = 2 * sum(math.prod(tensor.shape) for tensor in file.constants.values()) + REUSED
        room += 2 * sum(math.prod(t.shape) for each in file.operations for t in each.tensors.values())
        self.file = file
        self.graph = Graph(shape, room=room)
        self.guarded = len(shape) > 1 and rows != 1  # whether axis 0 holds rows that must stay apart
        self.rows = rows
        self.own = file.producer == PRODUCER
        self.values: dict[str, Value | Tensor] = {**file.constants, name: self.graph.input}
        self.made: dict[str, Operation] = {}
        self.notes = list(file.notes)

    # --- what a node reads --------------------------------------------------------------------------

    def has(self, operation: Operation, index: int) -> bool:
        """Whether an optional input is given."""
        return index < len(operation.inputs) and operation.inputs[index] != ""

    def get(self, operation: Operation, index: int) -> Value:
        """Give an input of a node: a symbol, or a constant as float64, int64 or bool."""
        if index >= len(operation.inputs):
            raise InvalidInputError(f"{where(operation)} has {len(operation.inputs)} inputs, and no input {index}")
        name = operation.inputs[index]
        if name not in self.values:
            raise InvalidInputError(
                f"{where(operation)} reads {shown(name)}, which no node before it gives: the graph has a cycle or a gap"
            )
        value = self.values[name]
        return value.values() if isinstance(value, Tensor) else value

    def symbol(self, operation: Operation, index: int = 0) -> Symbol:
        """Give an input that the network computes; a constant becomes a symbol too."""
        value = self.get(operation, index)
        if isinstance(value, Pending) and value.gelu is not None:
            return self.graph.affine(value.gelu, value.factor, 0.0, f"{label(operation)} scaled")
        if isinstance(value, Pending):
            raise UnsupportedModelError(f"{where(operation)} reads an error function that is no part of a GELU")
        return value if isinstance(value, Symbol) else self.graph.constant(value, label(operation))

    def computed(self, operation: Operation, index: int = 0) -> Symbol:
        """Give an input that must not be constant."""
        value = self.symbol(operation, index)
        if isinstance(self.get(operation, index), np.ndarray):
            raise UnsupportedModelError(
                f"{where(operation)} reads the constant {shown(operation.inputs[index])} where a layer is expected"
            )
        return value

    def constant(self, operation: Operation, index: int) -> Array:
        """Give an input that must be constant."""
        value = self.get(operation, index)
        if not isinstance(value, np.ndarray):
            raise UnsupportedModelError(
                f"{where(operation)} needs a constant as input {index}; {shown(operation.inputs[index])} is computed"
            )
        return value

    def whole(self, operation: Operation, index: int) -> list[int]:
        """Give an input of whole numbers as a list."""
        values = self.constant(operation, index)
        if values.dtype.kind not in "iub" or values.ndim > 1 or values.size > 64:
            raise InvalidInputError(f"{where(operation)} needs a few whole numbers as input {index}")
        return checked(values.ravel().tolist(), operation)

    def listed(self, operation: Operation, key: str, index: int | None = None) -> list[int] | None:
        """Give whole numbers that are an attribute or, in later versions, an input; None where neither is there."""
        if operation.lists.get(key):
            return checked([int(each) for each in operation.lists[key]], operation)
        if index is not None and self.has(operation, index):
            return self.whole(operation, index)
        return None

    # --- rows ---------------------------------------------------------------------------------------

    def axis(self, axis: int, dimensions: int, operation: Operation) -> int:
        """Give an axis counted from the front that is not the one of the rows."""
        if not -dimensions <= axis < dimensions:
            raise InvalidInputError(f"{where(operation)} names axis {axis} of a tensor with {dimensions}")
        if self.guarded and axis % dimensions == 0:
            raise UnsupportedModelError(f"{where(operation)} works along axis 0, which holds rows: {self.advice}")
        return axis % dimensions

    def apart(self, value: Value, operation: Operation) -> Value:
        """Give the value of a node if axis 0 still holds the rows."""
        if self.guarded and isinstance(value, Symbol) and (not value.shape or value.shape[0] != 1):
            raise UnsupportedModelError(
                f"{where(operation)} gives shape {value.shape} for one row, which does not keep rows apart: "
                f"{self.advice}"
            )
        return value

    @property
    def advice(self) -> str:
        """What to do about rows that are mixed."""
        return "export the model with a batch of 1" if self.rows is None else "give input_shape if these are no rows"

    # --- what a node gives --------------------------------------------------------------------------

    def reserve(self, shape: Any, operation: Operation) -> None:
        """Refuse a tensor that is too large before it is made."""
        self.graph.reserve(math.prod(int(size) for size in shape), label(operation))

    def moved(self, operation: Operation, rearranged: Callable[[Array], Array]) -> Value:
        """Give a rearrangement of the first input."""
        value = self.get(operation, 0)
        if isinstance(value, Pending):
            value = self.symbol(operation)
        try:
            if isinstance(value, Symbol):
                return value.with_index(rearranged(value.index))
            return rearranged(value)
        except HingesError:
            raise
        except (ValueError, IndexError, OverflowError):
            raise InvalidInputError(f"{where(operation)} does not fit a tensor of shape {value.shape}") from None


def where(operation: Operation) -> str:
    """Give a node's name and operator as they stand in a sentence."""
    kind = operation.op if operation.op.isidentifier() and len(operation.op) < LONGEST_SHOWN else shown(operation.op)
    return f"{shown(operation.name)} ({kind})"


def label(operation: Operation) -> str:
    """Give the name that the layer bears in the network."""
    plain = operation.name.isprintable() and len(operation.name) <= 2 * LONGEST_SHOWN
    return operation.name if plain else shown(operation.name)


def checked(numbers: list[int], operation: Operation) -> list[int]:
    """Give whole numbers if none is past all sizes; the ends of slices are."""
    if len(numbers) > 64:
        raise InvalidInputError(f"{where(operation)} has {len(numbers)} whole numbers where a few are expected")
    return [max(-MOST_SIZE, min(number, MOST_SIZE)) for number in numbers]
