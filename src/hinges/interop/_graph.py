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
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._drafts import Draft
from hinges.interop._graph_linear import LinearLayers
from hinges.interop._graph_values import ZERO, Symbol
from hinges.interop._windows import Windows
from hinges.nets import Activation, Max, Network, Node

MOST_NAMED = 3  # layers in a note


class Graph(LinearLayers):
    """The network under construction.

    Arguments:
        input_shape: of one input, without the rows dimension.
        room: how many weights of dense layers fit; a file's own number of weights, twice, keeps one tensor used a
            thousand times from filling the memory.
    """

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
        groups, shape = self._windowed(index, windows, ZERO, name, channels_last=channels_last)
        first = groups[np.arange(len(groups)), (groups != ZERO).argmax(axis=1)]
        if (first == ZERO).any():
            raise InvalidInputError(f"{name} has a window that holds nothing but padding")
        return self._largest(np.where(groups == ZERO, first[:, None], groups), shape, name)

    def max(self, x: Symbol, axes: Sequence[int], *, keepdims: bool = False, name: str) -> Symbol:
        """Give the largest entries over some axes (global max pooling: those of the sizes)."""
        grouped, shape = self._grouped(self._single(x, name), axes, name, keepdims=keepdims)
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
            low: of clip; minus infinity makes a shifted relu.
            high: of clip, or infinity.
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
        In a file of our own nothing is left out, and folded only where no number changes. The graph is used up by it.
        """
        said = list(notes)
        if x.final:
            said.append(f"{x.final} at the end is left out: the network gives what goes into it")
        owner = self._owner(x.index)
        last = self._nodes[owner - 1] if owner else None
        index = x.index
        if isinstance(last, Activation) and last.kind == "sigmoid" and last.source and not own:
            said.append(f"{last.name} (sigmoid) at the end is left out: the network gives what goes into it")
            index = index - self._starts[owner] + self._starts[last.source]
        output = self._whole(Symbol(index), "the output")
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
            if isinstance(node, Draft):
                node.parts = []  # the matrices take their place in memory
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
                        before.parts = []  # their memory is in this one now
                        step = count
                position += step
        return gone


def _folding_note(folded: Sequence[tuple[str, str]]) -> list[str]:
    if not folded:
        return []
    named = [f"{name} is folded into {layer}" for layer, name in folded[:MOST_NAMED]]
    more = f" and {len(folded) - MOST_NAMED} more likewise" if len(folded) > MOST_NAMED else ""
    return [f"{', '.join(named)}{more}, whose numbers are rounded once by that"]
