"""The values of a network under construction: the addresses of their entries, and the budgets of memory."""

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
from hinges.nets import Activation, Max

ZERO = -1  # the address of the constant 0; the constants of `Values.constant` have the addresses below it


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


class Values:
    """The values so far, and what makes and reads them."""

    def __init__(self, input_shape: Sequence[int], *, room: int = MOST_PARAMETERS) -> None:
        self._nodes: list[Draft | Activation | Max] = []
        self._starts: NDArray[np.intp] = np.full(MOST_NODES + 1, np.iinfo(np.intp).max)  # of the values there are
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
        self._starts[len(self._sizes)] = self._end
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
        first, last = self._owners(np.array([index.min(), index.max()]))
        return int(first) if first == last else None

    def _owners(self, index: NDArray[np.intp]) -> NDArray[np.intp]:
        """Give the values that addresses belong to; -1 for constants."""
        return np.searchsorted(self._starts, index, side="right") - 1

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
            constant = np.zeros(units)
            np.add.at(constant, columns[~read], self._constants_at(at) * data[~read])
        owners = self._owners(flat)
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
        crop = tuple(slice(max(-a, 0), s - max(-b, 0)) for s, (a, b) in zip(index.shape, widths, strict=True))
        index, grown = index[crop], [(max(a, 0), max(b, 0)) for a, b in widths]
        self.reserve(math.prod(s + a + b for s, (a, b) in zip(index.shape, grown, strict=True)), name)
        if mode != "constant":
            if not index.size:
                raise InvalidInputError(f"{name} extends a tensor of shape {index.shape}, which holds nothing")
            return x.with_index(np.pad(index, grown, mode=mode))  # pyright: ignore[reportCallIssue, reportArgumentType]
        border = int(self.constant(value, f"the border of {name}").index)
        return x.with_index(np.pad(index, grown, constant_values=border))

    def _windowed(
        self,
        index: NDArray[np.intp],
        windows: Windows,
        outside: int,
        name: str,
        *,
        channels_last: bool,
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
        name: str,
        *,
        keepdims: bool,
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
