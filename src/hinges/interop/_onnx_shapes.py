"""The operators of ONNX that only rearrange numbers."""

import math
from collections.abc import Sequence

import numpy as np

from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._graph_values import Symbol
from hinges.interop._onnx_file import Operation
from hinges.interop._onnx_program import Array, Program, Value, label, where

MODES = {"constant": "constant", "edge": "edge", "reflect": "reflect", "wrap": "wrap"}


def flatten(p: Program, o: Operation) -> Value:
    """Give the tensor with two dimensions."""
    axis = int(o.numbers.get("axis", 1))

    def flat(array: Array) -> Array:
        if not -array.ndim <= axis <= array.ndim:
            raise ValueError(axis)
        front = math.prod(array.shape[: axis if axis >= 0 else axis + array.ndim])
        return array.reshape(front, -1)

    if p.guarded and axis == 0:
        p.axis(0, 1, o)
    return p.moved(o, flat)


def reshape(p: Program, o: Operation) -> Value:
    """Give the tensor in another shape: 0 keeps a size, -1 is what is left."""
    target = p.listed(o, "shape", 1) or []
    if p.guarded and target and p.rows is not None and target[0] == p.rows:
        target[0] = 1
    keep = not o.numbers.get("allowzero", 0)

    def reshaped(array: Array) -> Array:
        sizes = [array.shape[i] if size == 0 and keep else size for i, size in enumerate(target)]
        return array.reshape(sizes)

    return p.moved(o, reshaped)


def squeeze(p: Program, o: Operation) -> Value:
    """Give the tensor without some sizes of 1."""
    given = p.listed(o, "axes", 1)

    def squeezed(array: Array) -> Array:
        first = 1 if p.guarded and isinstance(p.get(o, 0), Symbol) else 0
        ones = [axis for axis in range(first, array.ndim) if array.shape[axis] == 1]
        axes = ones if given is None else [_axis(p, o, axis, array.ndim) for axis in given]
        return array.squeeze(tuple(axes))

    return p.moved(o, squeezed)


def unsqueeze(p: Program, o: Operation) -> Value:
    """Give the tensor with sizes of 1 put in."""
    given = p.listed(o, "axes", 1) or []

    def grown(array: Array) -> Array:
        return np.expand_dims(array, tuple(_axis(p, o, axis, array.ndim + len(given)) for axis in given))

    return p.moved(o, grown)


def _axis(p: Program, o: Operation, axis: int, dimensions: int) -> int:
    """Give an axis from the front; of a constant, axis 0 is free."""
    if isinstance(p.get(o, 0), Symbol):
        return p.axis(axis, dimensions, o)
    if not -dimensions <= axis < max(dimensions, 1):
        raise ValueError(axis)
    return axis % max(dimensions, 1)


def transpose(p: Program, o: Operation) -> Value:
    """Give the tensor with its axes in another order."""
    order = p.listed(o, "perm")

    def turned(array: Array) -> Array:
        axes = list(order) if order is not None else list(range(array.ndim))[::-1]
        if p.guarded and isinstance(p.get(o, 0), Symbol) and axes and axes[0] != 0:
            p.axis(0, 1, o)
        return array.transpose(axes)

    return p.moved(o, turned)


def concat(p: Program, o: Operation) -> Value:
    """Give tensors one after the other."""
    values = [p.get(o, i) for i in range(max(len(o.inputs), 1))]
    axis = int(o.numbers.get("axis", 1))
    arrays = [value for value in values if isinstance(value, np.ndarray)]
    if len(arrays) == len(values):
        p.reserve([sum(array.size for array in arrays)], o)
        try:
            return np.concatenate(arrays, axis)
        except ValueError:
            raise InvalidInputError(f"{where(o)} cannot put these constants together") from None
    symbols = [p.symbol(o, i) for i in range(len(o.inputs))]
    dimensions = max(x.index.ndim for x in symbols)
    return p.graph.concat(symbols, p.axis(axis, dimensions, o), label(o))


def cut(p: Program, o: Operation) -> Value:
    """Give a part of the tensor: Slice."""
    starts, ends = p.listed(o, "starts", 1) or [], p.listed(o, "ends", 2) or []
    axes = p.listed(o, "axes", 3)
    steps = p.listed(o, "steps", 4) or [1] * len(starts)
    axes = list(range(len(starts))) if axes is None else axes
    if not len(starts) == len(ends) == len(axes) == len(steps) or 0 in steps:
        raise InvalidInputError(f"{where(o)} has starts, ends, axes and steps that do not fit together")

    def part(array: Array) -> Array:
        slices = [slice(None)] * array.ndim
        for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
            size = array.shape[axis]
            whole = step == 1 and start == 0 and end >= size
            at = axis % array.ndim if whole else _axis(p, o, axis, array.ndim)
            slices[at] = slice(start, None if step < 0 and end < -size else end, step)
        return array[tuple(slices)]

    return p.moved(o, part)


def gather(p: Program, o: Operation) -> Value:
    """Give entries along an axis, by constant indices."""
    indices = p.constant(o, 1)
    if indices.dtype.kind not in "iu":
        raise InvalidInputError(f"{where(o)} needs whole numbers as indices")

    def taken(array: Array) -> Array:
        axis = _axis(p, o, int(o.numbers.get("axis", 0)), array.ndim)
        p.reserve([array.size // max(array.shape[axis], 1), indices.size], o)
        return np.take(array, indices, axis)

    return p.moved(o, taken)


def split(p: Program, o: Operation) -> tuple[Value, ...]:
    """Give the parts of a tensor along an axis."""
    value = p.symbol(o) if not isinstance(p.get(o, 0), np.ndarray) else p.constant(o, 0)
    array = value.index if isinstance(value, Symbol) else value
    axis = _axis(p, o, int(o.numbers.get("axis", 0)), array.ndim)
    sizes = p.listed(o, "split", 1)
    if sizes is None:
        each = -(-array.shape[axis] // max(len(o.outputs), 1))
        sizes = [min(each, array.shape[axis] - i * each) for i in range(len(o.outputs))]
    if min(sizes, default=0) < 0 or sum(sizes) != array.shape[axis] or len(sizes) != len(o.outputs):
        raise InvalidInputError(f"{where(o)} splits {array.shape[axis]} entries into {sizes}")
    pieces = np.split(array, np.cumsum(sizes)[:-1], axis)
    return tuple(value.with_index(piece) if isinstance(value, Symbol) else piece for piece in pieces)


def pad(p: Program, o: Operation) -> Value:
    """Give the tensor with a border."""
    mode = o.texts.get("mode", "constant")
    if mode not in MODES:
        raise UnsupportedModelError(f"{where(o)} has the mode {mode!r}, which is not read")
    x = p.computed(o)
    widths = p.listed(o, "pads", 1) or p.listed(o, "paddings") or []
    value = float(o.numbers.get("value", 0.0))
    if p.has(o, 2):
        value = float(p.constant(o, 2).ravel()[0])
    axes = p.listed(o, "axes", 3) or list(range(len(widths) // 2))
    pairs = [(0, 0)] * x.index.ndim
    if len(widths) != 2 * len(axes):
        raise InvalidInputError(f"{where(o)} has {len(widths)} pads for {len(axes)} axes")
    for i, axis in enumerate(axes):
        pair = (widths[i], widths[i + len(axes)])
        if pair != (0, 0):
            pairs[p.axis(axis, x.index.ndim, o)] = pair
    return p.graph.pad(x, pairs, value=value, mode=MODES[mode], name=label(o))


def expand(p: Program, o: Operation) -> Value:
    """Give the tensor repeated to a larger shape."""
    target = p.whole(o, 1)

    def grown(array: Array) -> Array:
        shape = np.broadcast_shapes(array.shape, _sizes(target, o))
        p.reserve(shape, o)
        return np.broadcast_to(array, shape)

    return p.moved(o, grown)


def tile(p: Program, o: Operation) -> Value:
    """Give the tensor repeated along its axes."""
    repeats = _sizes(p.whole(o, 1), o)

    def tiled(array: Array) -> Array:
        p.reserve([array.size, *repeats], o)
        return np.tile(array, repeats)

    return p.moved(o, tiled)


def _sizes(numbers: Sequence[int], o: Operation) -> tuple[int, ...]:
    if min(numbers, default=0) < 0:
        raise InvalidInputError(f"{where(o)} names a negative size")
    return tuple(numbers)


def shape_of(p: Program, o: Operation) -> Value:
    """Give the sizes of a tensor, for one row."""
    shape = _shape(p, o)
    start, end = int(o.numbers.get("start", 0)), int(o.numbers.get("end", len(shape)))
    return np.array(shape[start:end], np.int64)


def size_of(p: Program, o: Operation) -> Value:
    """Give the number of entries of a tensor, for one row."""
    return np.array(math.prod(_shape(p, o)), np.int64)


def _shape(p: Program, o: Operation) -> tuple[int, ...]:
    value = p.get(o, 0)
    return value.shape if isinstance(value, np.ndarray) else p.symbol(o).shape


def constant_of_shape(p: Program, o: Operation) -> Value:
    """Give a constant repeated to a shape."""
    shape = _sizes(p.whole(o, 0), o)
    p.reserve(shape, o)
    value = o.tensors["value"].values().ravel() if "value" in o.tensors else np.zeros(1)
    if value.size != 1:
        raise InvalidInputError(f"{where(o)} repeats {value.size} numbers; one is expected")
    return np.full(shape, value[0])


def depth_to_space(p: Program, o: Operation) -> Value:
    """Give blocks of channels laid out in the plane."""
    block = int(o.numbers.get("blocksize", 1))
    mode = o.texts.get("mode", "DCR")
    if block < 1:
        raise InvalidInputError(f"{where(o)} has blocks of {block} entries")

    def laid(array: Array) -> Array:
        rows, channels, high, wide = array.shape
        depth = channels // (block * block)
        if mode == "DCR":
            order, split_up = (0, 3, 4, 1, 5, 2), (rows, block, block, depth, high, wide)
        else:
            order, split_up = (0, 1, 4, 2, 5, 3), (rows, depth, block, block, high, wide)
        return array.reshape(split_up).transpose(order).reshape(rows, depth, high * block, wide * block)

    return p.moved(o, laid)
