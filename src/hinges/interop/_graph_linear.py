"""Linear layers of a network under construction, as matrices in coordinates."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._drafts import Draft, Entries, Full
from hinges.interop._graph_values import ZERO, Symbol, Values
from hinges.interop._windows import Windows, window_entries

PADDING = int(np.iinfo(np.intp).min)  # the address of what no average counts


class LinearLayers(Values):
    """Every operator that is an affine map."""

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
            strides: a number, or one an axis.
            pads: a number, or for each axis a number or a pair (before, after); the padding is 0.
            dilations: a number, or one an axis.
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
        owners = self._owners(flat)
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

    def add(self, terms: Sequence[tuple[Symbol, float]], name: str, shift: ArrayLike = 0.0) -> Symbol:
        """Give the sum of tensors, each times its number (1 or -1 for Add and Sub), and of a constant."""
        added = _arrays.array(shift, f"the shift of {name}")
        shape = self._broadcast([*(x.shape for x, _ in terms), added.shape], name)
        units = math.prod(shape)
        self.reserve(units * len(terms), name)
        flat = np.concatenate([np.broadcast_to(self._of(x), shape).ravel() for x, _ in terms])
        data = np.repeat([float(factor) for _, factor in terms], units)
        bias = np.broadcast_to(added, shape).ravel()
        node = self._glue(flat, np.tile(np.arange(units), len(terms)), data, bias, name)
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
        grouped, shape = self._grouped(x, axes, name, keepdims=keepdims)
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
        groups, shape = self._windowed(index, windows, PADDING, name, channels_last=channels_last)
        inside = groups != PADDING
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

    def weighted_sum(self, x: Symbol, weights: ArrayLike, axes: Sequence[int], *, keepdims: bool, name: str) -> Symbol:
        """Give the sum over some axes of `x * weights`, by NumPy's rules of broadcasting, as one layer."""
        factors = np.broadcast_to(_arrays.array(weights, f"the weights of {name}"), x.shape)
        order, _ = self._grouped(Symbol(np.arange(x.index.size).reshape(x.shape)), axes, name, keepdims=keepdims)
        grouped, shape = self._grouped(x, axes, name, keepdims=keepdims)
        units, size = grouped.shape
        self._spend(grouped.size, name)
        columns = np.repeat(np.arange(units), size)
        parts, constant = self._parts(grouped.ravel(), columns, factors.ravel()[order.ravel()], units)
        bias = np.zeros(units) if constant is None else constant
        return self._add(Draft(parts, bias, self._named(name)), shape)


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
