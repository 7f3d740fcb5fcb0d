"""The form in which the exact verbs take a network: every switch is at zero."""

import importlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.errors import UnsupportedModelError
from hinges.nets import Activation, Linear, Max, Network, Node, Unit


@dataclass(frozen=True)
class Owner:
    """Whose switches a hidden node of the lowered network holds: its unit j belongs to unit `index[j]` of `layer`."""

    layer: int
    index: NDArray[np.intp]

    def unit(self, j: int) -> Unit:
        """Give the unit of the given network to which unit j of the node belongs."""
        return Unit(self.layer, int(self.index[j]))


@dataclass(frozen=True)
class Lowered:
    """The same function with activations linear, relu and leaky_relu alone, and Max nodes.

    A clip becomes low + relu(z - low) - relu(z - high): one hidden node with two switches a unit, both owned by it.
    Exact in real arithmetic.

    Attributes:
        network: the lowered network; its matrices are float64 arrays or SciPy CSR matrices.
        owners: for each of `network.hidden_nodes`, in order, whose it is.
        values: for each value of the given network, which value of the lowered one equals it.
    """

    network: Network
    owners: tuple[Owner, ...]
    values: tuple[int, ...]


def lowered(network: Network) -> Lowered:
    """Give a network in that form.

    Raises:
        UnsupportedModelError: an activation is not piecewise linear; the layer is named.
    """
    nodes: list[Node] = []
    owners: list[Owner] = []
    values = [0]
    layer = 0
    for node in network.nodes:
        if isinstance(node, Linear):
            nodes.append(_linear(node, tuple(values[s] for s in node.sources)))
        else:
            index = np.arange(node.units)
            if isinstance(node, Activation) and node.kind == "clip":
                nodes.extend(_clip(node, values[node.source], len(nodes)))
                index = np.concatenate((index, index))
            else:
                _check(node)
                source = values[node.source]
                nodes.append(node if source == node.source else replace(node, source=source))
            owners.append(Owner(layer, index))
            layer += 1
        values.append(len(nodes))
    same = len(nodes) == len(network.nodes) and all(a is b for a, b in zip(nodes, network.nodes, strict=True))
    result = network if same else Network(tuple(nodes), network.inputs, network.notes)
    return Lowered(result, tuple(owners), tuple(values))


def below(node: Activation) -> Floats:
    """Give the slope below zero of every unit of a lowered activation, (units,); 1 where nothing switches."""
    slope = {"linear": 1.0, "relu": 0.0}.get(node.kind, node.slope)
    return np.broadcast_to(np.asarray(slope, np.float64), (node.units,))


def _check(node: Activation | Max) -> None:
    if isinstance(node, Activation) and not node.piecewise_linear:
        raise UnsupportedModelError(
            f"layer {node.name} is {node.kind}, which is not piecewise linear, so nothing exact can be said of it: "
            "sample the network, or train it with relu in that place"
        )


def _linear(node: Linear, sources: tuple[int, ...]) -> Linear:
    """Give the node with those sources and CSR matrices: itself where it is so, for a copy checks every weight."""
    csr = tuple(m.tocsr() if hasattr(m, "tocsr") else m for m in node.matrices)
    if sources == node.sources and all(a is b for a, b in zip(csr, node.matrices, strict=True)):
        return node
    return replace(node, sources=sources, matrices=csr)


def _clip(node: Activation, source: int, start: int) -> tuple[Node, ...]:
    """Give the nodes of a clip that reads value `source`, the first of which is node `start`."""
    sparse: Any = importlib.import_module("scipy.sparse")
    n = node.units
    one = sparse.eye_array(n, format="csr")
    both = sparse.hstack([one, one], format="csr")
    bias = np.repeat([-node.low, -node.high], n)
    back = sparse.vstack([one, -one], format="csr")
    return (
        Linear((source,), (both,), bias, f"{node.name} from both bounds"),
        Activation(start + 1, "relu", 2 * n, node.name),
        Linear((start + 2,), (back,), np.full(n, node.low), f"{node.name} clipped"),
    )
