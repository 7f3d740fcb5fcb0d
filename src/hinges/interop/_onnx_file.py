"""An ONNX file as plain values: nodes, tensors and the shapes of its inputs, with all sizes checked.

Field numbers are those of onnx.proto3. What stands in a message under other numbers is skipped.
"""

import json
import math
import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._caps import LARGEST_ONNX, LONGEST_NAME, MOST_DIMENSIONS, MOST_NODES, MOST_PARAMETERS
from hinges.interop._naming import shown
from hinges.interop._wire import LENGTH, NOTHING, Budget, Field, fields, varints

# Element types of tensors that can hold weights: the name, the layout of raw_data and the packed field.
FLOAT_TYPES = {1: ("float32", "<f4", 4), 10: ("float16", "<f2", 9), 11: ("float64", "<f8", 10)}
# Whole numbers, which shapes and indices are made of; in packed fields they are varints.
WHOLE_TYPES = {2: "u1", 3: "i1", 4: "<u2", 5: "<i2", 6: "<i4", 7: "<i8", 9: "?", 12: "<u4"}
ITEM_SIZES = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 14: 8, 15: 16, 16: 2}
NOTES_KEY = "hinges.notes"
MOST_SHAPE = 2**62


@dataclass
class Tensor:
    """A constant of the file; its numbers stay in the file until `values` is asked for."""

    name: str = ""
    shape: tuple[int, ...] = ()
    type: int = 0
    raw: memoryview | None = None
    packed: dict[int, list[memoryview]] = field(default_factory=dict)
    bound: bool = False  # whether it may be infinite, as a bound of Clip
    whole: NDArray[Any] | None = None  # the numbers, once they are read

    def held(self) -> list[memoryview]:
        """Give the bytes that the file holds for the numbers."""
        if self.raw is not None:
            return [self.raw]
        if self.type in FLOAT_TYPES:
            return self.packed.get(FLOAT_TYPES[self.type][2], [])
        return [part for parts in self.packed.values() for part in parts]

    def values(self) -> NDArray[Any]:
        """Give the numbers as float64, without rounding, or as int64 or bool where they are whole."""
        if self.type in WHOLE_TYPES:
            return self._whole()
        if self.type not in FLOAT_TYPES:
            raise UnsupportedModelError(
                f"tensor {shown(self.name)} has the element type {self.type}: weights must be float16, "
                "float32 or float64"
            )
        _, layout, _ = FLOAT_TYPES[self.type]
        with np.errstate(invalid="ignore"):  # some NaN are changed by the cast; all are refused below
            values = np.frombuffer(b"".join(self.held()), layout).astype(np.float64).reshape(self.shape)
        return _arrays.array(values, f"tensor {shown(self.name)}", finite=not self.bound)

    def _whole(self) -> NDArray[Any]:
        if self.whole is not None:
            return self.whole
        layout = np.dtype(WHOLE_TYPES[self.type])
        kind = bool if layout.kind == "b" else np.int64
        if self.raw is not None:
            values = np.frombuffer(self.raw, layout).astype(kind)
        else:
            budget = Budget()
            found = [number for part in self.held() for number in varints(part, budget)]
            if len(found) != math.prod(self.shape):
                raise InvalidInputError(f"tensor {shown(self.name)} holds {len(found)} numbers for shape {self.shape}")
            values = np.array(found, np.int64).astype(kind)
        self.whole = values.reshape(self.shape)
        return self.whole


@dataclass
class Operation:
    """A node of the file."""

    op: str = ""
    name: str = ""
    domain: str = ""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    numbers: dict[str, float] = field(default_factory=dict)
    lists: dict[str, list[float]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    tensors: dict[str, Tensor] = field(default_factory=dict)


@dataclass
class OnnxFile:
    """What a reader of networks needs from an ONNX file."""

    opset: int = 0
    producer: str = ""
    notes: tuple[str, ...] = ()
    operations: list[Operation] = field(default_factory=list)
    constants: dict[str, Tensor] = field(default_factory=dict)
    inputs: dict[str, tuple[int | None, ...] | None] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)


def read_onnx_file(path: Path) -> OnnxFile:
    """Give the content of an ONNX file; refuses what is too large, damaged or points outside the file."""
    size = path.stat().st_size
    if size > LARGEST_ONNX:
        raise InvalidInputError(f"it has {size} bytes; at most {LARGEST_ONNX} are read")
    if size == 0:
        raise InvalidInputError("it is empty")
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return _Reader().model(memoryview(mapped))


def read_onnx_bytes(data: bytes) -> OnnxFile:
    """Give the content of an ONNX model in memory."""
    return _Reader().model(memoryview(data))


class _Reader:
    """Reads the messages of one file under one budget."""

    def __init__(self) -> None:
        self.budget = Budget()
        self.parameters = 0

    def fields(self, message: memoryview) -> Iterator[Field]:
        return fields(message, self.budget)

    def model(self, message: memoryview) -> OnnxFile:
        file = OnnxFile()
        for each in self.fields(message):
            if each.number == 2:
                file.producer = each.text()
            elif each.number == 7:
                self.graph(each.data, file)
            elif each.number == 8:
                self.opset(each.data, file)
            elif each.number == 14:
                self.metadata(each.data, file)
            elif each.number == 25:
                raise UnsupportedModelError("it defines functions of its own: export it with them inlined")
        if not file.operations:
            raise InvalidInputError("it holds no ONNX graph with nodes")
        return file

    def opset(self, message: memoryview, file: OnnxFile) -> None:
        domain, version = "", 0
        for each in self.fields(message):
            domain = each.text() if each.number == 1 else domain
            version = each.signed() if each.number == 2 else version
        if domain in ("", "ai.onnx"):
            file.opset = version

    def metadata(self, message: memoryview, file: OnnxFile) -> None:
        parts = {each.number: each.data for each in self.fields(message) if each.wire == LENGTH}
        if parts.get(1, NOTHING) == NOTES_KEY.encode() and len(parts.get(2, NOTHING)) < 2**20:
            try:
                notes = json.loads(bytes(parts.get(2, NOTHING)))
            except (ValueError, RecursionError):
                return  # not notes of ours; they are no part of the model
            if isinstance(notes, list) and all(isinstance(note, str) for note in notes):
                file.notes = tuple(notes)

    def graph(self, message: memoryview, file: OnnxFile) -> None:
        for each in self.fields(message):
            if each.number == 1:
                if len(file.operations) == MOST_NODES:
                    raise InvalidInputError(f"it holds more than {MOST_NODES} nodes")
                file.operations.append(self.operation(each.data, len(file.operations)))
            elif each.number == 5:
                tensor = self.tensor(each.data, "")
                file.constants[tensor.name] = tensor
            elif each.number == 11:
                name, shape = self.value(each.data)
                file.inputs[name] = shape
            elif each.number == 12:
                file.outputs.append(self.value(each.data)[0])
            elif each.number == 15:
                raise UnsupportedModelError("it holds a sparse tensor: export it with dense weights")

    def operation(self, message: memoryview, index: int) -> Operation:
        result = Operation()
        attributes: list[memoryview] = []
        for each in self.fields(message):
            if each.number == 1:
                result.inputs.append(each.text())
            elif each.number == 2:
                result.outputs.append(each.text())
            elif each.number == 3:
                result.name = each.text()
            elif each.number == 4:
                result.op = each.text()
            elif each.number == 5:
                attributes.append(each.data)
            elif each.number == 7:
                result.domain = each.text()
        result.name = result.name or f"node {index}"
        for attribute in attributes:
            self.attribute(attribute, result)
        return result

    def attribute(self, message: memoryview, operation: Operation) -> None:
        found: dict[int, Field] = {}
        many: list[float] = []
        for each in self.fields(message):
            found[each.number] = each
            if each.number in (7, 8):
                many += self.numbers(each)
        name = found[1].text() if 1 in found else ""
        kind = found[20].whole if 20 in found else 0  # a writer may leave out a number that is 0
        operation.lists[name] = many
        if 2 in found and len(found[2].data) == 4:
            operation.numbers[name] = struct.unpack("<f", found[2].data)[0]
        elif 3 in found or kind in (1, 2):
            operation.numbers[name] = found[3].signed() if 3 in found else 0
        if 4 in found and len(found[4].data) <= LONGEST_NAME:
            operation.texts[name] = found[4].text()
        if 5 in found:
            operation.tensors[name] = self.tensor(found[5].data, operation.name)

    def numbers(self, each: Field) -> list[float]:
        """Give the numbers of a list: floats or whole numbers, packed or one by one."""
        if each.number == 7:
            count = len(each.data) // 4
            for _ in range(count):
                self.budget.spend()
            return list(struct.unpack(f"<{count}f", each.data[: 4 * count]))
        return list(varints(each.data, self.budget)) if each.wire == LENGTH else [each.signed()]

    def tensor(self, message: memoryview, name: str) -> Tensor:
        result, external = Tensor(name), NOTHING
        dims: list[int] = []
        for each in self.fields(message):
            if each.number == 1:
                dims += varints(each.data, self.budget) if each.wire == LENGTH else [each.signed()]
            elif each.number == 2:
                result.type = each.signed()
            elif each.number == 8:
                result.name = each.text()
            elif each.number == 9:
                result.raw = each.data
            elif each.number in (4, 5, 7, 10, 11):
                result.packed.setdefault(each.number, []).append(each.data)
            elif each.number == 13 or (each.number == 14 and each.whole):
                external = each.data or b"another file"
        if external:
            raise UnsupportedModelError(
                f"tensor {shown(result.name)} keeps its numbers in another file, which is never opened: "
                "save the model with its weights inside"
            )
        result.shape = tuple(dims)
        self.check_size(result)
        return result

    def check_size(self, tensor: Tensor) -> None:
        """Compare what a tensor declares with what the file holds for it, before anything is allocated."""
        name, shape = shown(tensor.name), tensor.shape
        if len(shape) > MOST_DIMENSIONS or min(shape, default=0) < 0:
            raise InvalidInputError(f"tensor {name} has {len(shape)} dimensions or a negative one: it is damaged")
        entries = math.prod(shape)
        self.parameters += entries
        held = sum(map(len, tensor.held()))
        exact = tensor.type in FLOAT_TYPES or (tensor.type in WHOLE_TYPES and tensor.raw is not None)
        # Whole numbers outside raw_data are packed in one byte or more each.
        item = ITEM_SIZES.get(tensor.type, 1) if exact or tensor.raw is not None else 1
        if entries * item > held or (exact and entries * item != held):
            raise InvalidInputError(
                f"tensor {name} declares shape {shape}, {entries * item} bytes, where the file holds {held} for it"
            )
        if self.parameters > MOST_PARAMETERS:
            raise InvalidInputError(f"it holds more than {MOST_PARAMETERS} numbers")

    def value(self, message: memoryview) -> tuple[str, tuple[int | None, ...] | None]:
        """Give the name and shape of an input or output; a size that is not fixed is None."""
        name, shape = "", None
        for each in self.fields(message):
            if each.number == 1:
                name = each.text()
            elif each.number == 2:
                shape = self.type_shape(each.data)
        return name, shape

    def type_shape(self, message: memoryview) -> tuple[int | None, ...] | None:
        shape = None
        for each in self.fields(message):
            if each.number in (4, 5, 8, 9):
                raise UnsupportedModelError("an input or output is a sequence, map or sparse tensor, not an array")
            if each.number != 1:
                continue
            for part in self.fields(each.data):
                if part.number == 2:
                    shape = tuple(self.dimension(dim.data) for dim in self.fields(part.data) if dim.number == 1)
        return shape

    def dimension(self, message: memoryview) -> int | None:
        size = None
        for each in self.fields(message):
            if each.number == 1:
                size = each.signed()
        return size if size is not None and 0 < size < MOST_SHAPE else None
