"""ATen operators that repeat entries, put tensors together, pad them, or spread them over a plane."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from hinges.errors import InvalidInputError
from hinges.interop._naming import shown
from hinges.interop._torch_arguments import Arguments
from hinges.interop._torch_shapes import dimension, permuted, rearranged, reshaped, sizes_shown
from hinges.interop._torch_values import Value

# --- repeating ------------------------------------------------------------------------------------------


def expand(a: Arguments) -> Any:
    """Give the tensor repeated along dimensions of size 1 and new ones before them."""
    x = a.first
    sizes = a.wholes("size") if "size" in a.call.arguments else list(a.walker.shape(a.tensor("other")))
    before = a.walker.shape(x)
    if len(sizes) < len(before):
        raise InvalidInputError(f"{a.where} expands sizes {sizes_shown(a, before)} to {sizes_shown(a, sizes)}")
    new = len(sizes) - len(before)
    target = [before[i - new] if n == -1 and i >= new else n for i, n in enumerate(sizes)]
    rows = a.walker.rows
    if rows is not None and not isinstance(x, Value) and target[0] == rows and (new or before[0] == 1):
        x, before, new = a.walker.known(x if new else x[0], a.where), (rows, *before[1 - bool(new) :]), new - bool(new)
    if isinstance(x, Value) and rows is not None and (new or target[0] != before[0]):
        raise a.refusal("puts a dimension before the rows of its input: they must stay first")
    lead = a.walker.lead(x)
    shape = tuple(target[lead:])
    if min(shape, default=0) < 0:
        raise InvalidInputError(f"{a.where} expands sizes {sizes_shown(a, before)} to {sizes_shown(a, sizes)}")
    try:
        return rearranged(a, x, lambda array: np.broadcast_to(array, shape), size=math.prod(shape))
    except ValueError:
        raise InvalidInputError(
            f"{a.where} expands sizes {sizes_shown(a, before)} to {sizes_shown(a, sizes)}"
        ) from None


def repeat(a: Arguments) -> Any:
    """Give the tensor repeated as a whole along its dimensions."""
    x = a.first
    times = a.wholes("repeats" if "repeats" in a.call.arguments else "dims")
    size = len(a.walker.shape(x))
    if isinstance(x, Value) and a.walker.rows is not None:
        if len(times) > size or (len(times) == size and times[0] != 1):
            raise a.refusal("repeats the rows of its input")
        times = times[-size:] if len(times) < size else times[a.walker.lead(x) :]
    shape = x.symbol.shape if isinstance(x, Value) else x.shape
    if min(times, default=0) < 0:
        raise InvalidInputError(f"{a.where} has repeats {shown(times)}")
    total = math.prod(shape) * math.prod(times)
    a.graph.reserve(total, a.name)
    return rearranged(a, x, lambda array: np.tile(array, times))


def repeat_interleave(a: Arguments) -> Any:
    """Give the tensor with every entry along a dimension repeated."""
    x, times = a.first, a.whole("repeats")
    axis = a.axis(x)
    shape = x.symbol.shape if isinstance(x, Value) else x.shape
    a.graph.reserve(math.prod(shape) * max(times, 0), a.name)
    return rearranged(a, x, lambda array: np.repeat(array, max(times, 0), axis))


# --- putting together -----------------------------------------------------------------------------------


def cat(a: Arguments) -> Any:
    """Give tensors one after the other along a dimension."""
    return _together(a, _list(a), a.get("dim", 0))


def stack(a: Arguments) -> Any:
    """Give tensors side by side along a new dimension."""
    tensors, dim = _list(a), a.whole("dim", 0)
    widened: list[Any] = []
    for x in tensors:
        sizes = list(a.walker.shape(x))
        sizes.insert(dimension(a, len(sizes) + 1, dim), 1)
        widened.append(reshaped(a, x, sizes))
    return _together(a, widened, dim)


def _list(a: Arguments) -> list[Any]:
    given = a.get("tensors")
    if not isinstance(given, list) or not given:
        raise InvalidInputError(f"{a.where} puts {shown(given)} together")
    return [a.settled(each) for each in given]


def _together(a: Arguments, tensors: list[Any], dim: Any) -> Any:
    if not any(isinstance(x, Value) for x in tensors):
        axis = a.walker.axis(tensors[0], dim, a.where)
        a.graph.reserve(sum(x.size for x in tensors), a.name)
        return np.concatenate(tensors, axis)
    values = [x if isinstance(x, Value) else a.walker.as_value(x, a.where) for x in tensors]
    if len({x.joined for x in values}) > 1:
        raise a.refusal("puts rows together with what is joined with rows: reshape both alike")
    axes = {a.walker.axis(x, dim, a.where) for x in values}
    if len(axes) > 1:
        raise InvalidInputError(f"{a.where} puts tensors of different numbers of dimensions together")
    return Value(a.graph.concat([x.symbol for x in values], axes.pop(), a.name), values[0].joined)


def pad(a: Arguments) -> Any:
    """Give the tensor with a border of a number, of reflected, repeated or circular entries, or cropped."""
    x, given = a.first, a.wholes("pad" if "pad" in a.call.arguments else "padding")
    modes = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    by_name = {"reflection": "reflect", "replication": "replicate"}.get(a.call.operator.partition("_pad")[0])
    mode = by_name or a.get("mode", "constant")
    dims = len(given) // 2
    shape = a.walker.shape(x)
    if len(given) % 2 or dims > len(shape) or mode not in modes:
        raise InvalidInputError(f"{a.where} pads by {shown(given)} in the mode {shown(mode)}")
    widths = [(0, 0)] * (len(shape) - dims)
    widths += [(given[2 * i], given[2 * i + 1]) for i in range(dims)][::-1]
    if not isinstance(x, Value):
        x = a.walker.as_value(x, a.where)
    if a.walker.rows is not None and widths[0] != (0, 0):
        raise a.refusal("pads the rows of its input")
    value = a.number("value", None) or 0.0
    name, padding = a.name, widths[a.walker.lead(x) :]
    return Value(a.graph.pad(x.symbol, padding, value=value, mode=modes[mode], name=name), x.joined)


def pixel_shuffle(a: Arguments) -> Any:
    """Give channels spread over the plane: (c r r, h, w) -> (c, h r, w r)."""
    x, r = a.first, a.whole("upscale_factor")
    *lead, c, h, w = a.walker.shape(x)
    split_up = reshaped(a, x, [*lead, c // (r * r), r, r, h, w])
    k = len(lead)
    moved = permuted(a, split_up, [*range(k), k, k + 3, k + 1, k + 4, k + 2])
    return reshaped(a, moved, [*lead, c // (r * r), h * r, w * r])


def pixel_unshuffle(a: Arguments) -> Any:
    """Give the plane folded into channels: (c, h r, w r) -> (c r r, h, w)."""
    x, r = a.first, a.whole("downscale_factor")
    *lead, c, h, w = a.walker.shape(x)
    split_up = reshaped(a, x, [*lead, c, h // r, r, w // r, r])
    k = len(lead)
    moved = permuted(a, split_up, [*range(k), k, k + 2, k + 4, k + 1, k + 3])
    return reshaped(a, moved, [*lead, c * r * r, h // r, w // r])


def upsample_nearest(a: Arguments) -> Any:
    """Give every entry of the plane several times: a whole number of times along each axis."""
    x = a.first
    shape = a.walker.shape(x)
    scales = a.get("scale_factors", None)
    if scales is None:
        spatial = shape[-len(a.wholes("output_size")) :]
        scales = [n / old for n, old in zip(a.wholes("output_size"), spatial, strict=True)]
    if any(factor != int(factor) or factor < 1 for factor in scales):
        raise a.refusal(f"enlarges by {shown(scales)}: only whole factors are read")
    a.graph.reserve(math.prod(a.walker.shape(x)[1:]) * math.prod(int(factor) for factor in scales), a.name)
    for i, factor in enumerate(scales):
        axis = len(shape) - len(scales) + i - a.walker.lead(x)
        x = rearranged(a, x, lambda array, axis=axis, n=int(factor): np.repeat(array, n, axis))
    return x


OPERATORS: dict[str, Callable[[Arguments], Any]] = {
    "expand": expand, "expand_as": expand, "expand_copy": expand, "repeat": repeat, "tile": repeat,
    "repeat_interleave": repeat_interleave,
    "cat": cat, "concat": cat, "concatenate": cat, "stack": stack,
    "pad": pad, "constant_pad_nd": pad, "reflection_pad1d": pad, "reflection_pad2d": pad,
    "replication_pad1d": pad, "replication_pad2d": pad,
    "pixel_shuffle": pixel_shuffle, "pixel_unshuffle": pixel_unshuffle,
    "upsample_nearest1d": upsample_nearest, "upsample_nearest2d": upsample_nearest,
}  # fmt: skip
