"""A builder of networks from the programs on tensors that model files hold.

Every reader walks its own kind of file and calls this builder. A tensor is a `Symbol`: an integer array of the
tensor's shape *without the rows dimension*, whose entries are addresses of numbers that the network computes.
Reshape, transpose, slice, gather, flip, repeat, concatenate and broadcast act on that array alone, with NumPy,
and make no node:

    >>> graph = Graph((2, 4, 4))  # channels, height, width of one input
    >>> x = graph.conv(graph.input, np.ones((3, 2, 3, 3)), np.zeros(3), pads=1, name="conv")
    >>> x = graph.affine(x, np.full((3, 1, 1), 2.0), np.ones((3, 1, 1)), "batch norm")
    >>> x = graph.max_pool(graph.activation(x, "relu", "relu"), (2, 2), strides=2, name="pool")
    >>> x = x.with_index(x.index.transpose(1, 2, 0).reshape(-1))  # flattened with the channels last
    >>> network = graph.finish(graph.dense(x, np.ones((12, 5)), np.zeros(5), "dense"))
    >>> [(type(node).__name__, node.name, node.units) for node in network.nodes]
    [('Linear', 'conv', 48), ('Activation', 'relu', 48), ('Max', 'pool', 12), ('Linear', 'dense', 5)]
    >>> network.notes
    ('batch norm is folded into conv, whose numbers are rounded once by that',)

`graph.constant(array)` gives the symbol of a constant, which goes wherever another does (a zero is what padding
reads). What may not stand in a network is for the reader to refuse, by the layer's name.

Weights are validated here (a NaN is named) and sizes are computed before memory is taken.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._caps import MOST_ENTRIES, MOST_NODES, MOST_PARAMETERS, MOST_UNITS, MOST_UNITS_IN_ALL
from hinges.interop._drafts import Draft, Entries, Full
from hinges.interop._windows import Windows, window_entries
from hinges.nets import Activation, Max, Network, Node

ZERO = -1  # the address of the constant 0; the constants of `Graph.constant` have the addresses below it
MOST_NAMED = 3  # layers in a note
SMOOTH_ENDS = ("softmax", "log-softmax", "sigmoid")


@dataclass(frozen=True, eq=False)
class Symbol:
    """A tensor that the network computes for one row: `index` has its shape and holds the addresses of its entries.

    Attributes:
        index: addresses of computed numbers, or `ZERO` for a constant 0; other negative ones are constants.
        final: what stands only at a network's end (a softmax) and has been passed over, or "".
    """

    index: NDArray[np.intp]
    final: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the tensor, without the rows dimension."""
        return self.index.shape

    def with_index(self, index: NDArray[np.intp]) -> "Symbol":
        """Give a tensor made of entries of this one: pass any rearrangement of `index`."""
        return replace(self, index=index)


class Graph:
    """The network under construction.

    Arguments:
        input_shape: of one input, without the rows dimension.
        room: how many weights of dense layers fit; a file's own number of weights, twice, keeps one tensor used a
            thousand times from filling the memory.
    """

    def __init__(self, input_shape: Sequence[int], *, room: int = MOST_PARAMETERS) -> None:
        self._nodes: list[Draft | Activation | Max] = []
        self._starts: list[int] = []
        self._sizes: list[int] = []
        self._constants: list[Floats] = [np.zeros(1)]
        self._end = 0
        self._constant_end = 1
        self._names: set[str] = set()
        self._room, self._entries, self._units = min(room, MOST_PARAMETERS), 0, 0
        shape = tuple(int(size) for size in input_shape)
        if min(shape, default=1) < 1:
            raise InvalidInputError(f"the input has the shape {shape}: every size must be at least 1")
        self.input = self._value(shape, "the input")

    # --- budgets and values -------------------------------------------------------------------------

    def reserve(self, units: int, name: str) -> None:
        """Refuse a tensor of so many entries before memory is taken for it; what is padded or repeated counts."""
        self._units += units
        if units > MOST_UNITS or self._units > MOST_UNITS_IN_ALL:
            raise UnsupportedModelError(
                f"{name} has {units} numbers, {self._units} with those before it: at most {MOST_UNITS} in one tensor "
                f"and {MOST_UNITS_IN_ALL} in all are held"
            )

    def _spend(self, entries: int, name: str) -> None:
        self._entries += entries
        if self._entries > MOST_ENTRIES:
            raise UnsupportedModelError(
                f"{name} needs {entries} weights once it is written out, {self._entries} with those before it; at most "
                f"{MOST_ENTRIES} are held: give it a smaller input"
            )

    def _spend_dense(self, weights: int, name: str) -> None:
        self._room -= weights
        if self._room < 0:
            raise InvalidInputError(f"{name} uses the same weights over and over: far more than the file holds")

    def _value(self, shape: tuple[int, ...], name: str) -> Symbol:
        """Give the symbol of a new value."""
        size = math.prod(shape)
        self.reserve(size, name)
        self._starts.append(self._end)
        self._sizes.append(size)
        index = np.arange(self._end, self._end + size).reshape(shape)
        self._end += size
        return Symbol(index)

    def _add(self, node: Draft | Activation | Max, shape: tuple[int, ...]) -> Symbol:
        if len(self._nodes) == MOST_NODES:
            raise InvalidInputError(f"it holds more than {MOST_NODES} nodes")
        self._nodes.append(node)
        return self._value(shape, node.name)

    def _named(self, name: str) -> str:
        """Give the name, or another where a layer has it already."""
        result = name if name not in self._names else f"{name} ({len(self._nodes)})"
        self._names.add(result)
        return result

    def _of(self, x: Symbol) -> NDArray[np.intp]:
        """Give the index of a symbol that a layer reads."""
        if x.final:
            raise UnsupportedModelError(
                f"{x.final} stands inside the network, where it is not piecewise linear: export the part before it"
            )
        return x.index

    def _owner(self, index: NDArray[np.intp]) -> int | None:
        """Give the value that all entries belong to, or None where there are several or constants."""
        if not index.size or index.min() < 0:
            return None
        first, last = np.searchsorted(self._starts, [index.min(), index.max()], side="right") - 1
        return int(first) if first == last else None

    def _constants_at(self, index: NDArray[np.intp]) -> Floats:
        """Give the values of negative addresses."""
        if len(self._constants) > 1:
            self._constants = [np.concatenate(self._constants)]
        return self._constants[0][-1 - index]

    def _whole(self, x: Symbol, name: str) -> int:
        """Give the value that is just this tensor, made by a selection where there is none."""
        flat = self._of(x).ravel()
        owner = self._owner(flat)
        if owner is not None and len(flat) == self._sizes[owner]:
            start = self._starts[owner]
            if np.array_equal(flat, np.arange(start, start + len(flat))):
                return owner
        selected = self._glue(flat, np.arange(len(flat)), np.ones(len(flat)), np.zeros(len(flat)), f"{name} reads")
        self._add(selected, (len(flat),))
        return len(self._sizes) - 1

    def _glue(self, flat: Any, columns: Any, data: Floats, bias: Floats, name: str) -> Draft:
        """Give the linear map that adds entry flat[i] times data[i] to unit columns[i]."""
        self._spend(len(flat), name)
        parts, constant = self._parts(flat, columns, data, len(bias))
        return Draft(parts, bias if constant is None else bias + constant, self._named(name), glue=True)

    def _parts(self, flat: Any, columns: Any, data: Floats, units: int) -> tuple[list[Entries | Full], Floats | None]:
        """Split entries by the values they read; constants give what they add to the bias, or None."""
        owner = self._owner(flat)
        if owner is not None:
            return [self._part(owner, flat, columns, data)], None
        read = flat >= 0
        at = flat[~read]
        constant = None
        if (at < ZERO).any():
            constant = np.bincount(columns[~read], self._constants_at(at) * data[~read], minlength=units)
        owners = np.searchsorted(self._starts, flat, side="right") - 1
        parts: list[Entries | Full] = []
        for value in np.unique(owners[read]).tolist():
            mine = owners == value
            parts.append(self._part(value, flat[mine], columns[mine], data[mine]))
        if not parts:  # a node reads something: here nothing of the input
            parts.append(self._part(0, flat[:0], columns[:0], data[:0]))
        return parts, constant

    def _part(self, value: int, flat: Any, columns: Any, data: Floats) -> Entries:
        rows = (flat - self._starts[value]).astype(np.int32)
        return Entries(value, self._sizes[value], rows, columns.astype(np.int32), data)

    # --- tensors without nodes ----------------------------------------------------------------------

    def constant(self, values: ArrayLike, name: str = "a constant") -> Symbol:
        """Give the symbol of a constant tensor."""
        array = _arrays.array(values, name)
        self.reserve(array.size, name)
        start = -1 - self._constant_end
        index = np.arange(start, start - array.size, -1).reshape(array.shape)
        index[array == 0] = ZERO
        self._constants.append(array.ravel())
        self._constant_end += array.size
        return Symbol(index)

    def concat(self, symbols: Sequence[Symbol], axis: int, name: str = "concatenation") -> Symbol:
        """Give tensors one after the other along an axis."""
        self.reserve(sum(x.index.size for x in symbols), name)
        try:
            return Symbol(np.concatenate([self._of(x) for x in symbols], axis))
        except ValueError:
            shapes = ", ".join(str(x.shape) for x in symbols)
            raise InvalidInputError(f"{name} cannot put shapes {shapes} together along axis {axis}") from None

    def pad(
        self, x: Symbol, widths: Sequence[tuple[int, int]], *, value: float = 0.0, mode: str = "constant", name: str
    ) -> Symbol:
        """Give the tensor with a border: (before, after) for each axis; `mode` is one of numpy.pad's, or crops."""
        index = self._of(x)
        self.reserve(math.prod(max(s + a + b, 0) for s, (a, b) in zip(index.shape, widths, strict=True)), name)
        crop = tuple(slice(max(-a, 0), s - max(-b, 0)) for s, (a, b) in zip(index.shape, widths, strict=True))
        index, grown = index[crop], [(max(a, 0), max(b, 0)) for a, b in widths]
        if mode != "constant":
            return x.with_index(np.pad(index, grown, mode=mode))  # pyright: ignore[reportCallIssue, reportArgumentType]
        border = int(self.constant(value, f"the border of {name}").index)
        return x.with_index(np.pad(index, grown, constant_values=border))

    # --- linear layers ------------------------------------------------------------------------------

    def dense(self, x: Symbol, weight: ArrayLike, bias: ArrayLike | None, name: str) -> Symbol:
        """Give `x @ weight + bias` over the last axis; weight (in, out), bias (out,), one number or None.

        On a whole value it is a node with this very matrix. Along leading axes the layer is repeated.
        """
        index = self._of(x)
        weights = _arrays.array(weight, f"the weights of {name}")
        if weights.ndim != 2 or 0 in weights.shape:
            raise UnsupportedModelError(f"{name} has weights of shape {weights.shape}, not (inputs, units)")
        if index.ndim == 0 or index.shape[-1] != weights.shape[0]:
            coming = index.shape[-1] if index.ndim else 1
            raise InvalidInputError(f"{name} reads {weights.shape[0]} numbers where {coming} come in")
        lead, units = index.shape[:-1], weights.shape[1]
        times = math.prod(lead)
        added = self._bias(bias, units, name)
        if times == 1:
            self._spend_dense(weights.size, name)
            parts, constant = self._dense_parts(index.ravel(), weights)
            total = added if constant is None else added + constant
        else:
            self._spend(times * weights.size, name)
            each = np.broadcast_to(index.reshape(times, -1, 1), (times, *weights.shape)).ravel()
            columns = np.arange(times)[:, None, None] * units + np.arange(units)
            columns = np.broadcast_to(columns, (times, *weights.shape)).ravel()
            data = np.broadcast_to(weights, (times, *weights.shape)).ravel()
            parts, constant = self._parts(each, columns, data, times * units)
            total = np.tile(added, times) + (0.0 if constant is None else constant)
        return self._add(Draft(parts, total, self._named(name)), (*lead, units))

    def _bias(self, bias: ArrayLike | None, units: int, name: str) -> Floats:
        values = _arrays.array(0.0 if bias is None else bias, f"the bias of {name}")
        if values.size not in (1, units):
            raise InvalidInputError(f"{name} has a bias of shape {values.shape} for {units} units")
        return np.broadcast_to(values.ravel(), (units,))

    def _dense_parts(self, flat: Any, weights: Floats) -> tuple[list[Entries | Full], Floats | None]:
        owner = self._owner(flat)
        if owner is not None and len(flat) == self._sizes[owner]:
            rows = flat - self._starts[owner]
            if np.array_equal(rows, np.arange(len(rows))):
                return [Full(owner, weights)], None
            if len(np.unique(rows)) == len(rows):
                scattered = np.empty_like(weights)
                scattered[rows] = weights
                return [Full(owner, scattered)], None
        units = weights.shape[1]
        self._spend(weights.size, "a dense layer")
        each, columns = np.repeat(flat, units), np.tile(np.arange(units), len(flat))
        parts, constant = self._parts(each, columns, weights.ravel(), units)
        return [self._filled(part, units) for part in parts], constant

    def _filled(self, part: Entries | Full, units: int) -> Entries | Full:
        """Give a dense matrix for a sparse one of which every place is filled."""
        if not isinstance(part, Entries) or part.size * units != len(part.data):
            return part
        if len(np.unique(part.rows)) != part.size:
            return part
        matrix = np.zeros((part.size, units))
        matrix[part.rows, part.columns] = part.data
        return Full(part.source, matrix)

    def conv(
        self,
        x: Symbol,
        weight: ArrayLike,
        bias: ArrayLike | None = None,
        *,
        strides: Any = 1,
        pads: Any = 0,
        dilations: Any = 1,
        groups: int = 1,
        channels_last: bool = False,
        name: str,
    ) -> Symbol:
        """Give a convolution of a tensor (channels, *sizes) along any number of axes, as a sparse matrix.

        Arguments:
            x: with `channels_last`, of shape (*sizes, channels), and so is the result.
            weight: (out, in / groups, *kernel) in any case.
            bias: (out,) or None.
            strides, dilations: a number, or one an axis.
            pads: a number, or for each axis a number or a pair (before, after); the padding is 0.
            groups: into how many the channels are split.
            channels_last: where the channels stand.
            name: what the layer is called.
        """
        index, weights = self._of(x), _arrays.array(weight, f"the weights of {name}")
        index = np.moveaxis(index, -1, 0) if channels_last else index
        self._check_conv(index.shape, weights.shape, groups, name)
        windows = Windows.of(weights.shape[2:], strides, pads, dilations, name=name)
        sizes = windows.sizes(index.shape[1:], name)
        count, (out, per_group) = math.prod(sizes), weights.shape[:2]
        self.reserve(out * count, name)
        self._spend(count * weights.size, name)
        self._spend(count * index.shape[0] * math.prod(windows.kernel), name)
        read = window_entries(index, windows.positions(index.shape[1:], name), ZERO)
        kernels = weights.reshape(groups, out // groups, -1)
        number = np.arange(out * count).reshape((count, out) if channels_last else (out, count))
        number = number.T if channels_last else number
        parts: list[Entries | Full] = []
        total = np.zeros(out * count)
        total[number] = self._bias(bias, out, name)[:, None]
        for group in range(groups):
            mine = read[group * per_group : (group + 1) * per_group]
            columns = number.reshape(groups, -1, count)[group]
            parts += self._conv_parts(mine, kernels[group], columns, total)
        node = Draft(_merged(parts), total, self._named(name))
        return self._add(node, (*sizes, out) if channels_last else (out, *sizes))

    def _check_conv(self, shape: Sequence[int], weights: Sequence[int], groups: int, name: str) -> None:
        if len(weights) != len(shape) + 1 or len(weights) < 3 or 0 in weights:
            raise InvalidInputError(
                f"{name} has weights of shape {tuple(weights)} for an input of shape {tuple(shape)}"
            )
        if groups < 1 or weights[0] % groups or shape[0] != weights[1] * groups:
            raise InvalidInputError(
                f"{name} has weights of shape {tuple(weights)} in {groups} groups for {shape[0]} channels"
            )

    def _conv_parts(self, read: Any, kernels: Floats, columns: Any, bias: Floats) -> list[Entries | Full]:
        """Give the matrices of one group: read (channels, windows, kernel), kernels (out, in), columns (out, windows).

        Constants that it reads are added to `bias`.
        """
        out, count = columns.shape
        flat = read.transpose(1, 0, 2).reshape(count, -1)
        parts: list[Entries | Full] = []
        constant = flat < ZERO
        if constant.any():
            known = np.where(constant, self._constants_at(np.minimum(flat, ZERO)), 0.0)
            bias[columns] += kernels @ known.T
        owners = np.searchsorted(self._starts, flat, side="right") - 1
        for value in np.unique(owners[flat >= 0]).tolist():
            window, entry = np.nonzero(owners == value)
            rows = (flat[window, entry] - self._starts[value]).astype(np.int32)
            targets = columns.astype(np.int32)[:, window].ravel()
            parts.append(Entries(value, self._sizes[value], np.tile(rows, out), targets, kernels[:, entry].ravel()))
        return parts or [self._part(0, flat[0, :0], flat[0, :0], np.zeros(0))]

    def affine(self, x: Symbol, scale: ArrayLike, shift: ArrayLike, name: str) -> Symbol:
        """Give `x * scale + shift` entry by entry, by NumPy's rules of broadcasting (BatchNorm, constant Add and Mul).

        After a layer that nothing else reads it goes into that layer.
        """
        index, factor = self._of(x), _arrays.array(scale, f"the scale of {name}")
        added = _arrays.array(shift, f"the shift of {name}")
        shape = self._broadcast([index.shape, factor.shape, added.shape], name)
        if shape == index.shape and (factor == 1).all() and not added.any():
            return x
        self.reserve(math.prod(shape), name)
        flat = np.broadcast_to(index, shape).ravel()
        data, bias = np.broadcast_to(factor, shape).ravel(), np.broadcast_to(added, shape).ravel()
        return self._add(self._glue(flat, np.arange(len(flat)), data, bias, name), shape)

    def add(self, terms: Sequence[tuple[Symbol, float]], name: str) -> Symbol:
        """Give the sum of tensors, each times its number (1 or -1 for Add and Sub), broadcast to one shape."""
        shape = self._broadcast([x.shape for x, _ in terms], name)
        units = math.prod(shape)
        self.reserve(units * len(terms), name)
        flat = np.concatenate([np.broadcast_to(self._of(x), shape).ravel() for x, _ in terms])
        data = np.repeat([float(factor) for _, factor in terms], units)
        node = self._glue(flat, np.tile(np.arange(units), len(terms)), data, np.zeros(units), name)
        return self._add(node, shape)

    def _broadcast(self, shapes: Sequence[tuple[int, ...]], name: str) -> tuple[int, ...]:
        try:
            shape = np.broadcast_shapes(*shapes)
        except ValueError:
            raise InvalidInputError(f"{name} cannot put shapes {', '.join(map(str, shapes))} together") from None
        self.reserve(math.prod(shape), name)
        return shape

    def sum(self, x: Symbol, axes: Sequence[int], *, keepdims: bool = False, mean: bool = False, name: str) -> Symbol:
        """Give the sum, or the mean, over some axes."""
        grouped, shape = self._grouped(x, axes, keepdims, name)
        units, size = grouped.shape
        data = np.full(grouped.size, 1.0 / size if mean else 1.0)
        node = self._glue(grouped.ravel(), np.repeat(np.arange(units), size), data, np.zeros(units), name)
        return self._add(node, shape)

    def mean(self, x: Symbol, axes: Sequence[int], *, keepdims: bool = False, name: str) -> Symbol:
        """Give the mean over some axes (global average pooling: those of the sizes)."""
        return self.sum(x, axes, keepdims=keepdims, mean=True, name=name)

    def average_pool(
        self,
        x: Symbol,
        kernel: Sequence[int],
        *,
        strides: Any = 1,
        pads: Any = 0,
        dilations: Any = 1,
        ceil_mode: bool = False,
        count_include_pad: bool = False,
        divisor: int | None = None,
        channels_last: bool = False,
        name: str,
    ) -> Symbol:
        """Give means over windows of a tensor (channels, *sizes); `divisor` is used instead of their number."""
        index = self._of(x)
        index = np.moveaxis(index, -1, 0) if channels_last else index
        windows = Windows.of(kernel, strides, pads, dilations, ceil_mode=ceil_mode, name=name)
        groups, shape = self._windowed(index, windows, ZERO - 1, channels_last, name)
        inside = groups != ZERO - 1
        counts = inside.sum(axis=1)
        if count_include_pad:
            per_window = windows.padded_counts(index.shape[1:], name)
            channels = index.shape[0]
            counts = np.repeat(per_window, channels) if channels_last else np.tile(per_window, channels)
        if divisor is not None:
            counts = np.full(len(groups), divisor)
        columns = np.broadcast_to(np.arange(len(groups))[:, None], groups.shape)[inside]
        data = (1.0 / np.maximum(counts, 1))[columns]
        node = self._glue(groups[inside], columns, data, np.zeros(len(groups)), name)
        return self._add(node, shape)

    # --- largest entries ----------------------------------------------------------------------------

    def max_pool(
        self,
        x: Symbol,
        kernel: Sequence[int],
        *,
        strides: Any = 1,
        pads: Any = 0,
        dilations: Any = 1,
        ceil_mode: bool = False,
        channels_last: bool = False,
        name: str,
    ) -> Symbol:
        """Give the largest entries of windows of a tensor (channels, *sizes); what is padded does not count."""
        x = self._single(x, name)
        index = np.moveaxis(x.index, -1, 0) if channels_last else x.index
        windows = Windows.of(kernel, strides, pads, dilations, ceil_mode=ceil_mode, name=name)
        groups, shape = self._windowed(index, windows, ZERO, channels_last, name)
        first = groups[np.arange(len(groups)), (groups != ZERO).argmax(axis=1)]
        if (first == ZERO).any():
            raise InvalidInputError(f"{name} has a window that holds nothing but padding")
        return self._largest(np.where(groups == ZERO, first[:, None], groups), shape, name)

    def max(self, x: Symbol, axes: Sequence[int], *, keepdims: bool = False, name: str) -> Symbol:
        """Give the largest entries over some axes (global max pooling: those of the sizes)."""
        grouped, shape = self._grouped(self._single(x, name), axes, keepdims, name)
        self._spend(grouped.size, name)
        return self._largest(grouped, shape, name)

    def maximum(self, a: Symbol, b: Symbol | ArrayLike, name: str) -> Symbol:
        """Give the larger of two tensors, entry by entry; the second may be constant, which makes a relu."""
        if not isinstance(b, Symbol):
            bound = _arrays.array(b, f"the bound of {name}")
            shifted = self.affine(a, 1.0, -bound, f"{name} from its bound")
            return self.affine(self.activation(shifted, "relu", name), 1.0, bound, f"{name} bounded")
        shape = self._broadcast([a.shape, b.shape], name)
        both = [np.broadcast_to(self._of(x), shape).ravel() for x in (a, b)]
        pair = self._single(Symbol(np.stack(both)), name)
        self._spend(2 * pair.index.shape[1], name)
        return self._largest(pair.index.T, shape, name)

    def minimum(self, a: Symbol, b: Symbol | ArrayLike, name: str) -> Symbol:
        """Give the smaller of two tensors, entry by entry: -max(-a, -b)."""
        negative = self.affine(a, -1.0, 0.0, f"{name} negated")
        if isinstance(b, Symbol):
            other: Symbol | Floats = self.affine(b, -1.0, 0.0, f"{name} negated")
        else:
            other = -_arrays.array(b, f"the bound of {name}")
        return self.affine(self.maximum(negative, other, name), -1.0, 0.0, f"{name} negated back")

    def _single(self, x: Symbol, name: str) -> Symbol:
        """Give the tensor with all its entries in one value."""
        if self._owner(self._of(x)) is not None:
            return x
        value = self._whole(x, name)
        start = self._starts[value]
        return Symbol(np.arange(start, start + x.index.size).reshape(x.shape))

    def _largest(self, groups: NDArray[np.intp], shape: tuple[int, ...], name: str) -> Symbol:
        value = self._owner(groups)
        if value is None:
            raise InvalidInputError(f"{name} reads nothing")
        node = Max(value, groups - self._starts[value], self._sizes[value], self._named(name))
        return self._add(node, shape)

    def _windowed(
        self,
        index: NDArray[np.intp],
        windows: Windows,
        outside: int,
        channels_last: bool,
        name: str,  # noqa: FBT001
    ) -> tuple[NDArray[np.intp], tuple[int, ...]]:
        """Give what each window reads of (channels, *sizes), (units, entries), and the shape of the result."""
        sizes = windows.sizes(index.shape[1:], name)
        channels, count = index.shape[0], math.prod(sizes)
        self._spend(channels * count * math.prod(windows.kernel), name)
        read = window_entries(index, windows.positions(index.shape[1:], name), outside)
        if channels_last:
            return read.transpose(1, 0, 2).reshape(channels * count, -1), (*sizes, channels)
        return read.reshape(channels * count, -1), (channels, *sizes)

    def _grouped(
        self,
        x: Symbol,
        axes: Sequence[int],
        keepdims: bool,
        name: str,  # noqa: FBT001
    ) -> tuple[NDArray[np.intp], tuple[int, ...]]:
        """Give the entries over some axes, (units, entries), and the shape of the result."""
        index = self._of(x)
        if not all(-index.ndim <= axis < index.ndim for axis in axes):
            raise InvalidInputError(f"{name} runs over axes {tuple(axes)} of a tensor of shape {index.shape}")
        over = sorted({axis % index.ndim for axis in axes})
        rest = [axis for axis in range(index.ndim) if axis not in over]
        size = math.prod(index.shape[axis] for axis in over)
        shape = tuple(1 if axis in over else n for axis, n in enumerate(index.shape) if keepdims or axis in rest)
        return index.transpose(*rest, *over).reshape(-1, size), shape

    # --- activations --------------------------------------------------------------------------------

    def activation(
        self, x: Symbol, kind: str, name: str, *, slope: ArrayLike | None = None, low: float = 0.0, high: float = 1.0
    ) -> Symbol:
        """Give an elementwise activation.

        Arguments:
            x: what it reads.
            kind: a name of `nets.ELEMENTWISE`, or "abs".
            name: what the layer is called.
            slope: of leaky_relu and elu below zero: a number, or an array that broadcasts to the shape (PRelu).
            low, high: of clip; one of them may be infinite, which makes a shifted relu.
        """
        if kind == "abs":
            return self.activation(x, "leaky_relu", name, slope=-1.0)
        if kind == "clip" and not (math.isfinite(low) and math.isfinite(high)):
            return self._one_sided(x, low, high, name)
        options: dict[str, Any] = {"low": low, "high": high} if kind == "clip" else {}
        if slope is not None:
            slopes = _arrays.array(slope, f"the slope of {name}")
            if self._broadcast([slopes.shape, x.shape], name) != x.shape:
                raise InvalidInputError(f"{name} has slopes of shape {slopes.shape} for {x.shape}")
            options["slope"] = np.broadcast_to(slopes, x.shape).ravel() if slopes.ndim else float(slopes)
        value = self._whole(x, name)
        return self._add(Activation(value, kind, self._sizes[value], self._named(name), **options), x.shape)

    def _one_sided(self, x: Symbol, low: float, high: float, name: str) -> Symbol:
        if math.isnan(low) or math.isnan(high) or low == math.inf or high == -math.inf:
            raise InvalidInputError(f"{name} clips between {low} and {high}")
        if math.isinf(low):
            return x if math.isinf(high) else self.minimum(x, high, name)
        return self.maximum(x, low, name)

    def hard_sigmoid(self, x: Symbol, name: str, *, alpha: float, beta: float) -> Symbol:
        """Give `clip(alpha * x + beta, 0, 1)`; Keras and torch have alpha = 1/6 and beta = 1/2, ONNX 0.2 and 1/2."""
        return self.activation(self.affine(x, alpha, beta, f"{name} scaled"), "clip", name, low=0.0, high=1.0)

    def threshold(self, x: Symbol, threshold: float, value: float, name: str) -> Symbol:
        """Give x above the threshold and `value` below, which must be the threshold: else it would jump."""
        if value != threshold:
            raise UnsupportedModelError(
                f"{name} jumps from {value:g} to {threshold:g} at its threshold: only a continuous one, with the same "
                "value, is read"
            )
        return self.maximum(x, threshold, name)

    def softmax(self, x: Symbol, name: str, kind: str = "softmax") -> Symbol:
        """Pass over a softmax or log-softmax, which only the network's end may be: there it is left out with a note."""
        self._of(x)
        return Symbol(x.index, f"{name} ({kind})")

    # --- the end ------------------------------------------------------------------------------------

    def finish(self, x: Symbol, notes: Sequence[str] = (), *, own: bool = False) -> Network:
        """Give the network that computes x; additions, scalings and selections go into the layers before them.

        A final softmax, log-softmax or sigmoid is left out, with a note. What nothing reads is dropped.
        In a file of our own nothing is left out, and folded only where no number changes.
        """
        said = list(notes)
        if x.final:
            said.append(f"{x.final} at the end is left out: the network gives what goes into it")
        output = self._whole(Symbol(x.index), "the output")
        last = self._nodes[output - 1] if output else None
        if isinstance(last, Activation) and last.kind == "sigmoid" and last.source and not own:
            said.append(f"{last.name} (sigmoid) at the end is left out: the network gives what goes into it")
            output = last.source
        if output == 0:
            raise UnsupportedModelError("it holds no layer")
        uses = self._uses(output)
        gone = self._fold(uses, exact=own)
        kept = [value for value in range(1, output + 1) if uses.get(value) and value not in gone]
        drafts = [node for node in (self._nodes[value - 1] for value in kept) if isinstance(node, Draft)]
        said += _folding_note([(node.name, name) for node in drafts for name in node.folded])
        values = {0: 0} | {value: number for number, value in enumerate(kept, 1)}
        nodes: list[Node] = []
        for value in kept:
            node = self._nodes[value - 1]
            nodes.append(node.node(values) if isinstance(node, Draft) else replace(node, source=values[node.source]))
        return Network(tuple(nodes), self._sizes[0], tuple(said))

    def _uses(self, output: int) -> dict[int, int]:
        """Give how often each value is read on the way to the output."""
        uses = {output: 1}
        for value in range(output, 0, -1):
            if uses.get(value):
                for source in self._nodes[value - 1].sources:
                    uses[source] = uses.get(source, 0) + 1
        return uses

    def _fold(self, uses: dict[int, int], *, exact: bool) -> set[int]:
        """Put layers into the glue behind them; gives the values that are gone by that."""
        gone: set[int] = set()
        for value in sorted(uses):
            node = self._nodes[value - 1] if value else None
            if not isinstance(node, Draft) or not node.glue:
                continue
            position = 0
            while position < len(node.parts):
                source = node.parts[position].source
                before = self._nodes[source - 1] if source and uses[source] == 1 else None
                step = 1
                if isinstance(before, Draft):
                    count = len(before.parts)
                    if node.absorb(position, before, exact=exact):
                        gone.add(source)
                        step = count
                position += step
        return gone


def _merged(parts: Sequence[Entries | Full]) -> list[Entries | Full]:
    """Put the groups of a convolution that read the same value into one matrix."""
    result: dict[int, list[Entries]] = {}
    for part in parts:
        assert isinstance(part, Entries)
        result.setdefault(part.source, []).append(part)
    merged: list[Entries | Full] = []
    for source, each in result.items():
        rows, columns = (np.concatenate([getattr(part, key) for part in each]) for key in ("rows", "columns"))
        data = np.concatenate([part.data for part in each])
        merged.append(Entries(source, each[0].size, rows, columns, data) if len(each) > 1 else each[0])
    return merged


def _folding_note(folded: Sequence[tuple[str, str]]) -> list[str]:
    if not folded:
        return []
    named = [f"{name} is folded into {layer}" for layer, name in folded[:MOST_NAMED]]
    more = f" and {len(folded) - MOST_NAMED} more likewise" if len(folded) > MOST_NAMED else ""
    return [f"{', '.join(named)}{more}, whose numbers are rounded once by that"]
