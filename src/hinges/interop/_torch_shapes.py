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
        raise InvalidInputError(f"{a.where} makes sizes {sizes_shown(a, sizes)} of {sizes_shown(a, before)}")
    rows = a.walker.rows
    if not isinstance(x, Value) or rows is None:
        return rearranged(a, x, lambda array: array.reshape(target))
    if not target or target[0] % rows:
        raise a.refusal(
            f"mixes the rows of its input with what belongs to one of them: it makes sizes {sizes_shown(a, sizes)} of "
            f"{sizes_shown(a, before)}"
        )
    times = target[0] // rows
    index = x.symbol.index.reshape([times, *target[1:]] if times > 1 else target[1:])
    known = None if x.known is None else x.known.reshape(index.shape)
    return Value(x.symbol.with_index(index), times > 1, known)


def sizes_shown(a: Arguments, sizes: Sequence[int]) -> str:
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
    start, end = (
        dimension(a, len(sizes), a.whole(key, default)) for key, default in (("start_dim", 0), ("end_dim", -1))
    )
    if not sizes:
        return reshaped(a, x, [1])
    return reshaped(a, x, [*sizes[:start], math.prod(sizes[start : end + 1]), *sizes[end + 1 :]])


def unflatten(a: Arguments) -> Any:
    """Give the tensor with a dimension split."""
    x = a.first
    sizes = a.walker.shape(x)
    dim, new = dimension(a, len(sizes), a.whole("dim")), a.wholes("sizes")
    if new.count(-1) == 1:
        new[new.index(-1)] = sizes[dim] // max(-math.prod(new), 1)
    return reshaped(a, x, [*sizes[:dim], *new, *sizes[dim + 1 :]])


def dimension(a: Arguments, size: int, dim: int) -> int:
    """Give a dimension counted from the front, of a tensor that has so many."""
    if not -max(size, 1) <= dim < max(size, 1):
        raise InvalidInputError(f"{a.where} names dimension {dim} of a tensor that has {size}")
    return dim % max(size, 1)


def squeeze(a: Arguments) -> Any:
    """Give the tensor without dimensions of size 1."""
    x = a.first
    sizes = a.walker.shape(x)
    named = "dim" in a.call.arguments
    dims = {dimension(a, len(sizes), dim) for dim in a.wholes("dim")} if named else set(range(len(sizes)))
    return reshaped(a, x, [n for i, n in enumerate(sizes) if i not in dims or n != 1])


def unsqueeze(a: Arguments) -> Any:
    """Give the tensor with one more dimension, of size 1."""
    x = a.first
    sizes = list(a.walker.shape(x))
    sizes.insert(dimension(a, len(sizes) + 1, a.whole("dim")), 1)
    return reshaped(a, x, sizes)


# --- the order of dimensions and entries ----------------------------------------------------------------


def permuted(a: Arguments, x: Any, order: Sequence[int]) -> Any:
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
    return permuted(a, x, [dimension(a, size, dim) for dim in a.wholes("dims")])


def transpose(a: Arguments) -> Any:
    """Give the tensor with two dimensions exchanged."""
    x = a.first
    size = len(a.walker.shape(x))
    names = [name for name in a.call.arguments if name.startswith(("dim", "axis"))]
    first, second = (dimension(a, size, a.whole(name)) for name in names[:2]) if len(names) > 1 else (0, 0)
    order = list(range(size))
    order[first], order[second] = order[second], order[first]
    return permuted(a, x, order)


def t(a: Arguments) -> Any:
    """Give a matrix transposed, or all dimensions in the reverse order."""
    x = a.first
    return permuted(a, x, list(range(len(a.walker.shape(x))))[::-1])


def m_t(a: Arguments) -> Any:
    """Give the tensor with its last two dimensions exchanged."""
    x = a.first
    size = len(a.walker.shape(x))
    return permuted(a, x, [*range(size - 2), size - 1, size - 2])


def movedim(a: Arguments) -> Any:
    """Give the tensor with some dimensions moved."""
    x = a.first
    size = len(a.walker.shape(x))
    source, target = ([dimension(a, size, dim) for dim in a.wholes(key)] for key in ("source", "destination"))
    order = [dim for dim in range(size) if dim not in source]
    for to, dim in sorted(zip(target, source, strict=True)):
        order.insert(to, dim)
    return permuted(a, x, order)


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
}  # fmt: skip
