"""Transposed convolutions: plain ones, with the kernel turned, of the input with zeros in between."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges.errors import InvalidInputError
from hinges.interop._graph import Graph
from hinges.interop._graph_values import ZERO, Symbol


def conv_transpose(
    graph: Graph,
    x: Symbol,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    strides: Sequence[int],
    crops: Sequence[tuple[int, int]],
    dilations: Sequence[int],
    groups: int = 1,
    name: str,
) -> Symbol:
    """Give a transposed convolution of a tensor (channels, *sizes).

    Arguments:
        graph: where it is built.
        x: what it reads.
        weight: (in, out / groups, *kernel).
        bias: (out,) or None.
        strides: between the entries of the input, one an axis.
        crops: (before, after) for each axis, how much the full result is cut; negative where zeros are added.
        dilations: between the entries of the kernel, one an axis.
        groups: into how many the channels are split.
        name: what the layer is called.
    """
    weights = _arrays.array(weight, f"the weights of {name}")
    axes = weights.ndim - 2
    if len(x.shape) != axes + 1 or x.shape[0] != weights.shape[0] or groups < 1 or weights.shape[0] % groups:
        raise InvalidInputError(
            f"{name} has weights of shape {weights.shape} in {groups} groups for an input of shape {x.shape}"
        )
    sizes = [(size - 1) * step + 1 for size, step in zip(x.shape[1:], strides, strict=True)]
    graph.reserve(x.shape[0] * math.prod(sizes), name)
    index = np.full((x.shape[0], *sizes), ZERO)
    index[(slice(None), *(slice(None, None, step) for step in strides))] = x.index
    widths = [(0, 0)]
    for size, gap, (before, after) in zip(weights.shape[2:], dilations, crops, strict=True):
        widths.append((gap * (size - 1) - before, gap * (size - 1) - after))
    padded = graph.pad(x.with_index(index), widths, name=name)
    each = weights.reshape(groups, weights.shape[0] // groups, *weights.shape[1:]).swapaxes(1, 2)
    kernel = np.flip(each, tuple(range(3, 3 + axes))).reshape(-1, *each.shape[2:])
    return graph.conv(padded, kernel, bias, dilations=dilations, groups=groups, name=name)
