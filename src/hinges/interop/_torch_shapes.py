"""ATen operators that rearrange entries: they act on the index of a value alone, and on constants as they are."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hinges.errors import InvalidInputError
from hinges.interop._naming import shown
from hinges.interop._torch_arguments import Arguments
from hinges.interop._torch_values import Array, Value

LAST = 2**63 - 1  # the end of a slice that has none


def rearranged(a: Arguments, x: Any, change: Callable[[Array], Array], *, size: int | None = None) -> Any:
    """Give what a rearrangement makes of a value or constant; `size` is that of the result where it may grow."""
    if size is not None:
        a.graph.reserve(size, a.name)
    if not isinstance(x, Value):
        return change(x)
    known = None if x.known is None else change(x.known)
    return Value(x.symbol.with_index(change(x.symbol.index)), x.joined, known)


# --- reshaping ------------------------------------------------------------------------------------------


def reshaped(a: Arguments, x: Any, sizes: Sequence[int]) -> Any:
    """Give a tensor with the sizes that it shall have in torch; rows may be joined with the axis behind them."""
    before = a.walker.shape(x)
    total = math.prod(before)
    target = list(sizes)
    if target.count(-1) == 1:
        rest = -math.prod(target)
        target[target.index(-1)] = total // rest if rest > 0 and total % rest == 0 else -1
    if min(target, default=0) < 0 or math.prod(target) != total:
        raise InvalidInputError(f"{a.where} makes sizes {_shown(a, sizes)} of {_shown(a, before)}")
    rows = a.walker.rows
    if not isinstance(x, Value) or rows is None:
        return rearranged(a, x, lambda array: array.reshape(target))
    if not target or target[0] % rows:
        raise a.refusal(
            f"mixes the rows of its input with what belongs to one of them: it makes sizes {_shown(a, sizes)} of "
            f"{_shown(a, before)}"
        )
    times = target[0] // rows
    index = x.symbol.index.reshape([times, *target[1:]] if times > 1 else target[1:])
    known = None if x.known is None else x.known.reshape(index.shape)
    return Value(x.symbol.with_index(index), times > 1, known)


def _shown(a: Arguments, sizes: Sequence[int]) -> str:
    """Give sizes as they stand in a sentence: with the word rows for their number."""
    rows = a.walker.rows
    if rows is None or rows == 1:
        return str(tuple(sizes))
    words = [str(n) if n % rows or n == 0 else "rows" if n == rows else f"{n // rows} * rows" for n in sizes]
    return f"({', '.join(words)})"


def view(a: Arguments) -> Any:
    """Give the tensor with other sizes."""
    if "dtype" in a.call.arguments:
        raise a.refusal("reads the bits of numbers as others")
    return reshaped(a, a.first, a.wholes("shape" if "shape" in a.call.arguments else "size"))


def view_as(a: Arguments) -> Any:
    """Give the tensor with the sizes of another."""
    return reshaped(a, a.first, a.walker.shape(a.tensor("other")))


def flatten(a: Arguments) -> Any:
    """Give the tensor with some dimensions joined."""
    x = a.first
    sizes = a.walker.shape(x)
    start, end = (_dim(a, len(sizes), a.whole(key, default)) for key, default in (("start_dim", 0), ("end_dim", -1)))
    if not sizes:
        return reshaped(a, x, [1])
    return reshaped(a, x, [*sizes[:start], math.prod(sizes[start : end + 1]), *sizes[end + 1 :]])


def unflatten(a: Arguments) -> Any:
    """Give the tensor with a dimension split."""
    x = a.first
    sizes = a.walker.shape(x)
    dim, new = _dim(a, len(sizes), a.whole("dim")), a.wholes("sizes")
    if new.count(-1) == 1:
        new[new.index(-1)] = sizes[dim] // max(-math.prod(new), 1)
    return reshaped(a, x, [*sizes[:dim], *new, *sizes[dim + 1 :]])


def _dim(a: Arguments, size: int, dim: int) -> int:
    if not -max(size, 1) <= dim < max(size, 1):
        raise InvalidInputError(f"{a.where} names dimension {dim} of a tensor that has {size}")
    return dim % max(size, 1)


def squeeze(a: Arguments) -> Any:
    """Give the tensor without dimensions of size 1."""
    x = a.first
    sizes = a.walker.shape(x)
    named = "dim" in a.call.arguments
    dims = {_dim(a, len(sizes), dim) for dim in a.wholes("dim")} if named else set(range(len(sizes)))
    return reshaped(a, x, [n for i, n in enumerate(sizes) if i not in dims or n != 1])


def unsqueeze(a: Arguments) -> Any:
    """Give the tensor with one more dimension, of size 1."""
    x = a.first
    sizes = list(a.walker.shape(x))
    sizes.insert(_dim(a, len(sizes) + 1, a.whole("dim")), 1)
    return reshaped(a, x, sizes)


# --- the order of dimensions and entries ----------------------------------------------------------------


def _permuted(a: Arguments, x: Any, order: Sequence[int]) -> Any:
    """Give the tensor with its dimensions in another order; the rows stay first."""
    if sorted(order) != list(range(len(a.walker.shape(x)))):
        raise InvalidInputError(f"{a.where} has the order of dimensions {shown(list(order))}")
    if isinstance(x, Value) and a.walker.rows is not None and order[0] != 0:
        raise a.refusal("moves the rows of its input away from dimension 0: there they must stay")
    lead = a.walker.lead(x)
    axes = [dim - lead for dim in order[lead:]]
    return rearranged(a, x, lambda array: array.transpose(axes))


def permute(a: Arguments) -> Any:
    """Give the tensor with its dimensions in another order."""
    x = a.first
    size = len(a.walker.shape(x))
    return _permuted(a, x, [_dim(a, size, dim) for dim in a.wholes("dims")])


def transpose(a: Arguments) -> Any:
    """Give the tensor with two dimensions exchanged."""
    x = a.first
    size = len(a.walker.shape(x))
    names = [name for name in a.call.arguments if name.startswith(("dim", "axis"))]
    first, second = (_dim(a, size, a.whole(name)) for name in names[:2]) if len(names) > 1 else (0, 0)
    order = list(range(size))
    order[first], order[second] = order[second], order[first]
    return _permuted(a, x, order)


def t(a: Arguments) -> Any:
    """Give a matrix transposed, or all dimensions in the reverse order."""
    x = a.first
    return _permuted(a, x, list(range(len(a.walker.shape(x))))[::-1])


def m_t(a: Arguments) -> Any:
    """Give the tensor with its last two dimensions exchanged."""
    x = a.first
    size = len(a.walker.shape(x))
    return _permuted(a, x, [*range(size - 2), size - 1, size - 2])


def movedim(a: Arguments) -> Any:
    """Give the tensor with some dimensions moved."""
    x = a.first
    size = len(a.walker.shape(x))
    source, target = ([_dim(a, size, dim) for dim in a.wholes(key)] for key in ("source", "destination"))
    order = [dim for dim in range(size) if dim not in source]
    for to, dim in sorted(zip(target, source, strict=True)):
        order.insert(to, dim)
    return _permuted(a, x, order)


def flip(a: Arguments) -> Any:
    """Give the tensor with some dimensions reversed."""
    x = a.first
    axes = tuple(a.walker.axis(x, dim, a.where) for dim in a.wholes("dims"))
    return rearranged(a, x, lambda array: np.flip(array, axes))


def roll(a: Arguments) -> Any:
    """Give the tensor with its entries shifted around the end."""
    x, shifts = a.first, a.wholes("shifts")
    if not a.wholes("dims", ()):
        raise a.refusal("shifts entries from row to row: name the dimensions")
    axes = [a.walker.axis(x, dim, a.where) for dim in a.wholes("dims")]
    return rearranged(a, x, lambda array: np.roll(array, shifts, axes))


# --- parts ----------------------------------------------------------------------------------------------


def select(a: Arguments) -> Any:
    """Give one entry along a dimension."""
    x = a.first
    axis, at = a.axis(x), a.whole("index")
    _check_entry(a, x, axis, at)
    return rearranged(a, x, lambda array: np.take(array, at, axis))


def _check_entry(a: Arguments, x: Any, axis: int, at: int) -> None:
    size = (x.symbol.shape if isinstance(x, Value) else x.shape)[axis]
    if not -size <= at < size:
        raise InvalidInputError(f"{a.where} reads entry {at} of {size}")


def sliced(a: Arguments) -> Any:
    """Give every step-th entry from start to end along a dimension."""
    x, dim = a.first, a.whole("dim", 0)
    start, end, step = a.get("start", None), a.get("end", None), a.whole("step", 1)
    if step < 1:
        raise InvalidInputError(f"{a.where} has step = {step}; it must be at least 1")
    rows = len(a.walker.shape(x)) and dim % len(a.walker.shape(x)) == 0
    count = a.walker.shape(x)[0] if rows else 0
    if rows and step == 1 and start in (None, 0) and (end is None or end >= min(LAST, count)):
        return x
    axis = a.axis(x, default=0)
    part = (slice(None),) * axis + (slice(start, None if end == LAST else end, step),)
    return rearranged(a, x, lambda array: array[part])


def narrow(a: Arguments) -> Any:
    """Give some entries in a row along a dimension."""
    x = a.first
    axis, start, length = a.axis(x), a.whole("start"), a.whole("length")
    part = (slice(None),) * axis + (slice(start, start + length),)
    return rearranged(a, x, lambda array: array[part])


def split(a: Arguments) -> list[Any]:
    """Give parts along a dimension: of a size, of sizes, or a number of them."""
    x = a.first
    axis = a.axis(x, default=0)
    size = (x.symbol.shape if isinstance(x, Value) else x.shape)[axis]
    if "chunks" in a.call.arguments:
        sizes: Any = max(-(-size // max(a.whole("chunks"), 1)), 1)
    else:
        sizes = a.get("split_sizes", None) or a.get("split_size", None)
    if not isinstance(sizes, list):
        if not isinstance(sizes, int) or sizes < 1:
            raise InvalidInputError(f"{a.where} splits into parts of {shown(sizes)} entries")
        sizes = [min(sizes, size - i) for i in range(0, size, sizes)]
    if sum(sizes) != size or min(sizes, default=0) < 0:
        raise InvalidInputError(f"{a.where} splits {size} entries into {shown(sizes)}")
    ends = np.cumsum(sizes)[:-1].tolist()
    return [rearranged(a, x, lambda array, i=i: np.split(array, ends, axis)[i]) for i in range(len(sizes))]


def unbind(a: Arguments) -> list[Any]:
    """Give the entries along a dimension one by one."""
    x = a.first
    axis = a.axis(x, default=0)
    size = (x.symbol.shape if isinstance(x, Value) else x.shape)[axis]
    return [rearranged(a, x, lambda array, i=i: np.take(array, i, axis)) for i in range(size)]


def index(a: Arguments) -> Any:
    """Give the entries at constant positions: x[:, [0, 2]]."""
    x = a.first
    indices = a.get("indices")
    at: list[Any] = []
    for i, each in enumerate(indices if isinstance(indices, list) else [indices]):
        if isinstance(each, Value):
            raise a.refusal("picks entries at positions that the network computes: that jumps")
        if each is not None:
            a.walker.axis(x, i, a.where)
        at.append(slice(None) if each is None else np.asarray(each))
    at = at[a.walker.lead(x) :]
    shape = x.symbol.shape if isinstance(x, Value) else np.shape(x)
    for each, size in zip(at, shape, strict=False):
        inside = isinstance(each, slice) or (each.dtype.kind in "iu" and (not each.size or -size <= each.min()))
        if not inside or (not isinstance(each, slice) and each.size and each.max() >= size):
            raise InvalidInputError(f"{a.where} reads entries outside of the {size} that are there")
    size = math.prod(shape) * max([np.size(each) for each in at if not isinstance(each, slice)] or [1])
    return rearranged(a, x, lambda array: array[tuple(at)], size=size if at else None)


def index_select(a: Arguments) -> Any:
    """Give the entries at constant positions along a dimension."""
    x = a.first
    axis, at = a.axis(x), np.atleast_1d(a.constant("index"))
    for each in at.tolist():
        _check_entry(a, x, axis, each)
    size = math.prod(x.symbol.shape if isinstance(x, Value) else x.shape) * len(at)
    return rearranged(a, x, lambda array: np.take(array, at.astype(np.intp), axis), size=size)


# --- repeating ------------------------------------------------------------------------------------------


def expand(a: Arguments) -> Any:
    """Give the tensor repeated along dimensions of size 1 and new ones before them."""
    x = a.first
    sizes = a.wholes("size") if "size" in a.call.arguments else list(a.walker.shape(a.tensor("other")))
    before = a.walker.shape(x)
    if len(sizes) < len(before):
        raise InvalidInputError(f"{a.where} expands sizes {_shown(a, before)} to {_shown(a, sizes)}")
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
        raise InvalidInputError(f"{a.where} expands sizes {_shown(a, before)} to {_shown(a, sizes)}")
    try:
        return rearranged(a, x, lambda array: np.broadcast_to(array, shape), size=math.prod(shape))
    except ValueError:
        raise InvalidInputError(f"{a.where} expands sizes {_shown(a, before)} to {_shown(a, sizes)}") from None


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
        sizes.insert(_dim(a, len(sizes) + 1, dim), 1)
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
    moved = _permuted(a, split_up, [*range(k), k, k + 3, k + 1, k + 4, k + 2])
    return reshaped(a, moved, [*lead, c // (r * r), h * r, w * r])


def pixel_unshuffle(a: Arguments) -> Any:
    """Give the plane folded into channels: (c, h r, w r) -> (c r r, h, w)."""
    x, r = a.first, a.whole("downscale_factor")
    *lead, c, h, w = a.walker.shape(x)
    split_up = reshaped(a, x, [*lead, c, h // r, r, w // r, r])
    k = len(lead)
    moved = _permuted(a, split_up, [*range(k), k, k + 2, k + 4, k + 1, k + 3])
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
    for i, factor in enumerate(scales):
        axis = len(shape) - len(scales) + i - a.walker.lead(x)
        x = rearranged(a, x, lambda array, axis=axis, n=int(factor): np.repeat(array, n, axis))
        a.graph.reserve(math.prod(a.walker.shape(x)[1:]), a.name)
    return x


OPERATORS: dict[str, Callable[[Arguments], Any]] = {
    "view": view, "reshape": view, "_unsafe_view": view, "_reshape_alias": view, "view_copy": view,
    "view_as": view_as, "reshape_as": view_as,
    "flatten": flatten, "unflatten": unflatten, "squeeze": squeeze, "squeeze_copy": squeeze,
    "unsqueeze": unsqueeze, "unsqueeze_copy": unsqueeze,
    "permute": permute, "permute_copy": permute, "transpose": transpose, "transpose_copy": transpose,
    "swapaxes": transpose, "swapdims": transpose, "t": t, "numpy_T": t, "t_copy": t, "mT": m_t, "adjoint": m_t,
    "movedim": movedim, "moveaxis": movedim, "flip": flip, "roll": roll,
    "select": select, "select_copy": select, "slice": sliced, "slice_copy": sliced, "narrow": narrow,
    "chunk": split, "split": split, "split_with_sizes": split, "split_with_sizes_copy": split, "unbind": unbind,
    "index": index, "index_select": index_select,
    "expand": expand, "expand_as": expand, "expand_copy": expand, "repeat": repeat, "tile": repeat,
    "repeat_interleave": repeat_interleave,
    "cat": cat, "concat": cat, "concatenate": cat, "stack": stack,
    "pad": pad, "constant_pad_nd": pad, "reflection_pad1d": pad, "reflection_pad2d": pad,
    "replication_pad1d": pad, "replication_pad2d": pad,
    "pixel_shuffle": pixel_shuffle, "pixel_unshuffle": pixel_unshuffle,
    "upsample_nearest1d": upsample_nearest, "upsample_nearest2d": upsample_nearest,
}  # fmt: skip
