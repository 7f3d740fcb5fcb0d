"""The tensors of a .pt2 archive: raw bytes, with type, sizes and strides in a table beside them."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._caps import MOST_DIMENSIONS
from hinges.interop._naming import shown

# The numbers by which the file format knows types; the empty ones are complex or narrower than half precision.
DTYPES = {
    1: "uint8",
    2: "int8",
    3: "int16",
    4: "int32",
    5: "int64",
    6: "float16",
    7: "float32",
    8: "float64",
    12: "bool",
    13: "bfloat16",
    28: "uint16",
    34: "uint32",
    35: "uint64",
}
BFLOAT16 = 13
STRIDED = 7  # the layout of an ordinary tensor
MOST_STRETCHED = 10**6  # numbers that a tensor may make of fewer by strides of 0


def dtype_name(number: object) -> str:
    """Give the name of a type of numbers, `unknown` where it is none that is read."""
    return DTYPES.get(number, "unknown") if isinstance(number, int) else "unknown"


def whole(value: object, place: str) -> int:
    """Give a size or stride, which the file writes as {"as_int": 3}."""
    number = value.get("as_int") if isinstance(value, dict) else value
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 2**40:
        raise InvalidInputError(f"{place} is {shown(value)}, not a whole number")
    return number


def checked_meta(meta: Any, place: str, held: int) -> tuple[np.dtype[Any], tuple[int, ...], tuple[int, ...], int]:
    """Give type, sizes, strides and offset that a table declares for a tensor; bfloat16 comes as uint16.

    The bytes that the file holds for it must reach as far as that declares.
    """
    if not isinstance(meta, dict):
        raise InvalidInputError(f"{place} has no table of type and sizes: it is no plain tensor")
    if meta.get("layout", STRIDED) != STRIDED:
        raise UnsupportedModelError(f"{place} is a sparse tensor, and those are not read: store it with .to_dense()")
    name = dtype_name(meta.get("dtype"))
    if name == "unknown":
        raise UnsupportedModelError(f"{place} holds numbers of type {shown(meta.get('dtype'))}, which are not read")
    sizes, strides = meta.get("sizes"), meta.get("strides")
    if not isinstance(sizes, list) or not isinstance(strides, list) or len(sizes) != len(strides):
        raise InvalidInputError(f"{place} needs as many strides as sizes")
    if len(sizes) > MOST_DIMENSIONS:
        raise InvalidInputError(f"{place} has {len(sizes)} dimensions; at most {MOST_DIMENSIONS} are read")
    shape = tuple(whole(size, f"{place}: a size") for size in sizes)
    steps = tuple(whole(step, f"{place}: a stride") for step in strides)
    offset = whole(meta.get("storage_offset", 0), f"{place}: its offset")
    dtype = np.dtype("uint16" if name == "bfloat16" else name).newbyteorder("<")
    count = math.prod(shape)
    if count > max(held // dtype.itemsize, MOST_STRETCHED):
        raise InvalidInputError(f"{place} declares shape {shape}, {count} numbers, where the file holds {held} bytes")
    reach = offset + sum((size - 1) * step for size, step in zip(shape, steps, strict=True)) + 1 if count else 0
    if reach * dtype.itemsize > held:
        raise InvalidInputError(
            f"{place} declares shape {shape}, {reach * dtype.itemsize} bytes, where the file holds {held} for it"
        )
    return dtype, shape, steps, offset


def tensor(data: bytes | memoryview, meta: Any, place: str) -> NDArray[Any]:
    """Give a tensor out of the bytes of its storage, or raise where they do not reach as far as it declares."""
    dtype, shape, strides, offset = checked_meta(meta, place, len(data))
    if 0 in shape:
        return np.zeros(shape, dtype.newbyteorder("="))
    storage = np.frombuffer(data, dtype, count=len(data) // dtype.itemsize)
    steps = [step * dtype.itemsize for step in strides]
    values = np.lib.stride_tricks.as_strided(storage[offset:], shape, steps, writeable=False)
    values = np.ascontiguousarray(values, dtype.newbyteorder("=")).reshape(shape)
    return _widened(values) if meta.get("dtype") == BFLOAT16 else values


def _widened(values: NDArray[Any]) -> NDArray[Any]:
    """Give bfloat16 as float32, of which it is the first half."""
    return (values.astype(np.uint32) << 16).view(np.float32)
