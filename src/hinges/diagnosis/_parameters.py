"""Parameters: the weights and biases of a network's dense layers as one vector, and the loss as a function of it.

Sparse matrices (of convolutions, whose entries are shared) are left as they are.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hinges._arrays import Floats
from hinges.analysis._trace_backward import to_sources
from hinges.diagnosis._loss import Loss
from hinges.nets import Linear, Network, Node

Layer = tuple[list[Floats], Floats]  # the matrices and the bias of a Linear


class Parameters:
    """The trainable numbers of a network: those of every Linear all of whose matrices are dense.

    Arguments:
        network: the network; only its layers are read, so that it can be evaluated with other numbers without
            being built anew.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._free = [isinstance(node, Linear) and node.is_dense for node in network.nodes]

    @property
    def vector(self) -> Floats:
        """All weights, row by row, and biases, node by node, (p,)."""
        parts = [np.zeros(0)]
        for node in self._nodes():
            parts += [*(np.asarray(matrix).ravel() for matrix in node.matrices), node.bias]
        return np.concatenate(parts)

    def network(self, vector: Floats) -> Network:
        """Give the network with these numbers."""
        layers = iter(self._layers(vector))
        nodes = list[Node]()
        for node, free in zip(self._network.nodes, self._free, strict=True):
            if free and isinstance(node, Linear):
                matrices, bias = next(layers)
                nodes.append(replace(node, matrices=tuple(matrices), bias=bias))
            else:
                nodes.append(node)
        return replace(self._network, nodes=tuple(nodes))

    def value_and_gradient(self, vector: Floats, loss: Loss) -> tuple[float, Floats]:
        """Give the loss on its rows and its derivatives by the vector; not finite where float64 overflows."""
        layers = self._by_node(self._layers(vector))
        with np.errstate(over="ignore", invalid="ignore"):
            values = [loss.data.x]
            for node, layer in zip(self._network.nodes, layers, strict=True):
                sources = [values[source] for source in node.sources]
                if layer is None:
                    values.append(node(*sources))
                else:
                    total = sum(value @ matrix for value, matrix in zip(sources, layer[0], strict=True))
                    values.append(total + layer[1])
            value = loss.value(values[-1])
            return value, self._gradient(values, layers, loss)

    def _gradient(self, values: list[Floats], layers: Sequence[Layer | None], loss: Loss) -> Floats:
        found: list[Floats | None] = [None] * len(values)
        found[-1] = loss.gradient(values[-1])
        parts: list[Floats] = [np.zeros(0)]
        for i in range(len(layers) - 1, -1, -1):
            node, layer, by_node = self._network.nodes[i], layers[i], found[i + 1]
            if by_node is None:  # nothing reads it
                by_node = np.zeros_like(values[i + 1])
            if layer is None:
                pairs = to_sources(node, values, by_node)
            else:
                pairs = [(s, by_node @ matrix.T) for s, matrix in zip(node.sources, layer[0], strict=True)]
                parts.append(by_node.sum(axis=0))
                parts += [(values[source].T @ by_node).ravel() for source in reversed(node.sources)]
            for source, part in pairs:
                before = found[source]
                found[source] = part if before is None else before + part
        return np.concatenate(parts[::-1])

    def _nodes(self) -> list[Linear]:
        nodes = zip(self._network.nodes, self._free, strict=True)
        return [node for node, free in nodes if free and isinstance(node, Linear)]

    def _layers(self, vector: Floats) -> list[Layer]:
        layers, at = list[Layer](), 0
        for node in self._nodes():
            matrices = list[Floats]()
            for matrix in node.matrices:
                rows, columns = matrix.shape
                matrices.append(vector[at : at + rows * columns].reshape(rows, columns))
                at += rows * columns
            layers.append((matrices, vector[at : at + node.units]))
            at += node.units
        return layers

    def _by_node(self, layers: list[Layer]) -> list[Layer | None]:
        left = iter(layers)
        return [next(left) if free else None for free in self._free]
