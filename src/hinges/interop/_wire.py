"""The wire format of protobuf: the fields of a message, read under a budget and without copying.

A reader of its own keeps a hostile file harmless: nothing is allocated that the file only declares, and memory
and time are bounded by a number of fields. https://protobuf.dev/programming-guides/encoding
"""

from collections.abc import Iterator
from typing import NamedTuple

from hinges.errors import InvalidInputError
from hinges.interop._caps import LONGEST_NAME, MOST_ONNX_FIELDS

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
FIXED_SIZES = {FIXED64: 8, FIXED32: 4}
NOTHING = memoryview(b"")


class Field(NamedTuple):
    """A field of a message: its number, and either a whole number or bytes (`data`), as the wire type says."""

    number: int
    wire: int
    whole: int
    data: memoryview

    def text(self) -> str:
        """Give the bytes as a name."""
        if len(self.data) > LONGEST_NAME:
            raise InvalidInputError(f"it holds a name of {len(self.data)} bytes; at most {LONGEST_NAME} are read")
        return bytes(self.data).decode("utf-8", "replace")

    def signed(self) -> int:
        """Give the number as an int64."""
        return self.whole - 2**64 if self.whole >= 2**63 else self.whole


class Budget:
    """How many fields may still be read from one file."""

    def __init__(self) -> None:
        self.left = MOST_ONNX_FIELDS

    def spend(self) -> None:
        """Count one field."""
        self.left -= 1
        if self.left < 0:
            raise InvalidInputError(f"it holds more than {MOST_ONNX_FIELDS} fields, too many for a network")


def fields(message: memoryview, budget: Budget) -> Iterator[Field]:
    """Give the fields of a message in order."""
    at, end = 0, len(message)
    while at < end:
        budget.spend()
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        whole, data = 0, NOTHING
        if number == 0:
            raise InvalidInputError("it is not in ONNX's format (a field has the number 0)")
        if wire == VARINT:
            whole, at = _varint(message, at)
        elif wire == LENGTH or wire in FIXED_SIZES:
            size = FIXED_SIZES.get(wire, 0)
            if wire == LENGTH:
                size, at = _varint(message, at)
            if size > end - at:
                raise InvalidInputError(f"it is cut short or damaged: it declares {size} bytes where {end - at} follow")
            data, at = message[at : at + size], at + size
        else:
            raise InvalidInputError(f"it is not in ONNX's format (a field has the wire type {wire})")
        yield Field(number, wire, whole, data)


def varints(packed: memoryview, budget: Budget) -> Iterator[int]:
    """Give the numbers of a packed field as int64."""
    at = 0
    while at < len(packed):
        budget.spend()
        whole, at = _varint(packed, at)
        yield whole - 2**64 if whole >= 2**63 else whole


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    if at < len(message) and message[at] < 0x80:
        return message[at], at + 1  # most numbers have one byte
    result = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise InvalidInputError("it is cut short or damaged: a number has no end")
        byte = message[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result & (2**64 - 1), at
    raise InvalidInputError("it is not in ONNX's format (a number has more than ten bytes)")
