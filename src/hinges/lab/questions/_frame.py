"""Frame: an answer with arrays, sent as one binary message."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALIGNMENT = 8  # bytes at whose multiples arrays begin, so that a page reads them where they lie
TYPES = ("float32", "float64", "int32", "uint8")


@dataclass(frozen=True, eq=False)
class Frame:
    """An answer with arrays.

    Arguments:
        header: plain JSON values by name.
        arrays: of float32, float64, int32 or uint8, of any shape.
    """

    header: Mapping[str, Any]
    arrays: tuple[NDArray[Any], ...] = ()

    def __post_init__(self) -> None:
        for array in self.arrays:
            if array.dtype.name not in TYPES:
                raise TypeError(f"a frame holds {', '.join(TYPES)}, not {array.dtype}")

    def encoded(self, fields: Mapping[str, Any]) -> bytes:
        """Give the message, in whose header `fields` stand beside the answer.

        It is the header's length (uint32, little-endian), the header as JSON with spaces after it, then each array's
        numbers, little-endian and row by row, each followed by zeros up to a multiple of eight bytes.
        """
        shapes = [{"type": array.dtype.name, "shape": list(array.shape)} for array in self.arrays]
        described = {**fields, "answer": dict(self.header), "arrays": shapes}
        head = json.dumps(described, allow_nan=False, separators=(",", ":")).encode()
        head += b" " * (-(4 + len(head)) % ALIGNMENT)
        parts = [struct.pack("<I", len(head)), head]
        for array in self.arrays:
            numbers = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
            parts += [numbers, bytes(-len(numbers) % ALIGNMENT)]
        return b"".join(parts)
