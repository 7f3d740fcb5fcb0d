"""Sliding windows over index tensors: what convolutions and poolings read."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges.errors import InvalidInputError

Indices = NDArray[np.intp]
OUTSIDE = -1  # the position of what lies in the padding


@dataclass(frozen=True)
class Windows:
    """How windows slide along the spatial axes of a tensor: one entry of each tuple an axis.

    Attributes:
        kernel: how many entries a window reads along each axis.
        strides: from one window to the next.
        pads: (before, after) the entries along each axis.
        dilations: from one entry of a window to the next.
        ceil_mode: whether a last window may hang over the end, if it begins inside.
    """

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    pads: tuple[tuple[int, int], ...]
    dilations: tuple[int, ...]
    ceil_mode: bool = False

    @classmethod
    def of(
        cls,
        kernel: Sequence[int],
        strides: Any = 1,
        pads: Any = 0,
        dilations: Any = 1,
        *,
        ceil_mode: bool = False,
        name: str,
    ) -> "Windows":
        """Give windows from numbers for all axes or sequences with one entry an axis."""
        kernel = tuple(int(k) for k in kernel)
        axes = len(kernel)
        pairs = tuple((int(p), int(p)) if np.ndim(p) == 0 else (int(p[0]), int(p[1])) for p in _each(pads, axes))
        steps, gaps = _each(strides, axes), _each(dilations, axes)
        result = cls(kernel, tuple(map(int, steps)), pairs, tuple(map(int, gaps)), ceil_mode)
        if not len(result.strides) == len(result.pads) == len(result.dilations) == axes:
            raise InvalidInputError(f"{name} needs a stride, a pad and a dilation for each of its {axes} axes")
        if min((*result.kernel, *result.strides, *result.dilations)) < 1 or min(map(min, pairs)) < 0:
            raise InvalidInputError(f"{name} has a kernel, stride or dilation below 1 or a pad below 0")
        return result

    def sizes(self, shape: Sequence[int], name: str) -> tuple[int, ...]:
        """Give how many windows fit along each axis of a tensor with these spatial sizes."""
        if len(shape) != len(self.kernel):
            raise InvalidInputError(f"{name} slides along {len(self.kernel)} axes of a tensor with {len(shape)}")
        return tuple(self._size(axis, size, name) for axis, size in enumerate(shape))

    def _size(self, axis: int, size: int, name: str) -> int:
        before, after = self.pads[axis]
        stride = self.strides[axis]
        span = self.dilations[axis] * (self.kernel[axis] - 1) + 1
        room = size + before + after - span
        if room < 0:
            raise InvalidInputError(f"{name} has windows of {span} entries where {size + before + after} are there")
        windows = (-(-room // stride) if self.ceil_mode else room // stride) + 1
        if self.ceil_mode and (windows - 1) * stride >= size + before:
            windows -= 1
        return windows

    def positions(self, shape: Sequence[int], name: str) -> list[Indices]:
        """Give for each axis the (windows, kernel) positions that are read; `OUTSIDE` for those in the padding."""
        result: list[Indices] = []
        for axis, (size, windows) in enumerate(zip(shape, self.sizes(shape, name), strict=True)):
            starts = np.arange(windows) * self.strides[axis] - self.pads[axis][0]
            at = starts[:, None] + np.arange(self.kernel[axis]) * self.dilations[axis]
            result.append(np.where((at >= 0) & (at < size), at, OUTSIDE))
        return result

    def padded_counts(self, shape: Sequence[int], name: str) -> NDArray[np.intp]:
        """Give how many entries each window reads, padding included and what hangs over the end not, (windows,)."""
        counts = np.ones(1, np.intp)
        for axis, (size, windows) in enumerate(zip(shape, self.sizes(shape, name), strict=True)):
            starts = np.arange(windows) * self.strides[axis] - self.pads[axis][0]
            at = starts[:, None] + np.arange(self.kernel[axis]) * self.dilations[axis]
            inside = (at < size + self.pads[axis][1]).sum(axis=1)
            counts = np.multiply.outer(counts, inside)
        return counts.ravel()


def _each(value: Any, axes: int) -> Sequence[Any]:
    return (value,) * axes if np.ndim(value) == 0 else tuple(value)


def window_entries(index: Indices, positions: Sequence[Indices], outside: int) -> Indices:
    """Give what windows read of an index tensor (channels, *sizes), (channels, windows, kernel entries).

    Entries in the padding are `outside`. Windows and kernel entries are in C order.
    """
    channels, axes = index.shape[0], len(positions)
    inside = np.ones((), bool)
    for axis, at in enumerate(positions):
        index = np.take(index, np.maximum(at, 0).ravel(), axis=axis + 1)
        shape = [1] * (2 * axes)
        shape[2 * axis : 2 * axis + 2] = at.shape
        inside = inside & (at != OUTSIDE).reshape(shape)
    split = [size for at in positions for size in at.shape]
    entries = np.where(inside, index.reshape(channels, *split), outside)
    order = [0, *range(1, 2 * axes, 2), *range(2, 2 * axes + 1, 2)]
    windows = math.prod(at.shape[0] for at in positions)
    return entries.transpose(order).reshape(channels, windows, -1)


def same_pads(
    shape: Sequence[int], kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int], *, upper: bool = True
) -> tuple[tuple[int, int], ...]:
    """Give the pads with which ceil(size / stride) windows fit along each axis; an odd one goes to the end if upper."""
    pads: list[tuple[int, int]] = []
    for size, width, stride, dilation in zip(shape, kernel, strides, dilations, strict=True):
        total = max((-(-size // stride) - 1) * stride + dilation * (width - 1) + 1 - size, 0)
        small, large = total // 2, total - total // 2
        pads.append((small, large) if upper else (large, small))
    return tuple(pads)
