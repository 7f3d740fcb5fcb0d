"""The weights and biases of a network's dense layers as one vector, and the network with another vector.

Sparse matrices (of convolutions, whose entries are shared) are left as they are.
"""

from dataclasses import replace

import numpy as np

from hinges._arrays import Floats
from hinges.analysis._trace_backward import backward, weight_gradient
from hinges.diagnosis._loss import Loss
from hinges.nets import Linear, Network, Node


def trainable(node: Node) -> bool:
    """Whether a node is a Linear all of whose matrices are dense."""
    return isinstance(node, Linear) and not any(hasattr(matrix, "tocsr") for matrix in node.matrices)


def flat(network: Network) -> Floats:
    """Give all trainable weights, row by row, and biases, node by node, (p,)."""
    parts = [np.zeros(0)]
    for node in network.nodes:
        if isinstance(node, Linear) and trainable(node):
            parts += [*(np.asarray(matrix).ravel() for matrix in node.matrices), node.bias]
    return np.concatenate(parts)


def with_flat(network: Network, vector: Floats) -> Network:
    """Give the network with these weights and biases."""
    nodes, at = list[Node](), 0
    for node in network.nodes:
        if isinstance(node, Linear) and trainable(node):
            matrices: list[Floats] = []
            for matrix in node.matrices:
                matrices.append(vector[at : at + matrix.size].reshape(matrix.shape))
                at += matrix.size
            nodes.append(replace(node, matrices=tuple(matrices), bias=vector[at : at + node.units]))
            at += node.units
        else:
            nodes.append(node)
    return replace(network, nodes=tuple(nodes))


def value_and_gradient(network: Network, loss: Loss) -> tuple[float, Floats]:
    """Give the loss on its rows and the derivatives by the entries of `flat(network)`."""
    values = network.values(loss.data.x)
    found = backward(network, values, loss.gradient(values[-1]))
    parts = [np.zeros(0)]
    for i, node in enumerate(network.nodes):
        if trainable(node) and isinstance(node, Linear):
            parts += [np.asarray(weight_gradient(node, values, found[i + 1])).ravel(), found[i + 1].sum(axis=0)]
    return loss.value(values[-1]), np.concatenate(parts)
