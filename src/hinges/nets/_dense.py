"""The usual case: a chain of dense layers, built from matrices and read back from nodes."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.nets._activations import ACTIVATIONS
from hinges.nets._nodes import Activation, Linear, Node


@dataclass(frozen=True)
class DenseLayer:
    """A dense layer: `activation(x @ weights + bias)`."""

    weights: Floats
    bias: Floats
    activation: str


def dense_nodes(
    weights: Sequence[ArrayLike], biases: Sequence[ArrayLike], activation: str | Sequence[str], slope: float
) -> list[Node]:
    """Give the nodes of a chain of dense layers."""
    weights, biases = _arrays.sequence(weights, "weights"), _arrays.sequence(biases, "biases")
    if len(weights) == 0:
        raise InvalidInputError("weights is empty: a network needs at least one layer")
    if len(biases) != len(weights):
        raise InvalidInputError(f"biases has {len(biases)} entries for {len(weights)} weight matrices")
    names = _layer_activations(activation, len(weights))
    nodes: list[Node] = []
    before: int | None = None
    for i, (raw_weights, raw_bias, kind) in enumerate(zip(weights, biases, names, strict=True)):
        w, b = _arrays.matrix(raw_weights, f"weights[{i}]"), _arrays.vector(raw_bias, f"biases[{i}]")
        if 0 in w.shape:
            raise InvalidInputError(f"weights[{i}] has shape {w.shape}: a layer needs an input and a unit")
        if before is not None and w.shape[0] != before:
            raise InvalidInputError(f"weights[{i}] has {w.shape[0]} rows for the {before} units before it")
        if len(b) != w.shape[1]:
            raise InvalidInputError(f"biases[{i}] has {len(b)} entries for {w.shape[1]} units")
        nodes.append(Linear((len(nodes),), (w,), b, f"dense_{i}"))
        if kind != "linear" or i < len(weights) - 1:
            nodes.append(Activation(len(nodes), kind, len(b), f"{kind}_{i}", slope))
        before = w.shape[1]
    return nodes


def _layer_activations(activation: str | Sequence[str], layers: int) -> list[str]:
    """Give one name a layer; one name alone is for the hidden layers."""
    if isinstance(activation, str):
        names = [activation] * (layers - 1) + ["linear"]
    else:
        names = list(_arrays.sequence(activation, "activation"))
        if len(names) == layers - 1:
            names.append("linear")
        if len(names) != layers:
            raise InvalidInputError(f"activation has {len(names)} names for {layers} layers")
    label = "activation" if isinstance(activation, str) else "activation[{}]"
    for i, name in enumerate(names):
        _arrays.choice(name, label.format(i), tuple(ACTIVATIONS))
    return names


def dense_layers(nodes: Sequence[Node]) -> list[DenseLayer]:
    """Give the dense layers that the nodes form, or raise naming the node that does not fit."""
    layers: list[DenseLayer] = []
    for i, node in enumerate(nodes):
        if node.sources != (i,):
            raise UnsupportedModelError(f"the network is not a chain of dense layers: {node.name} branches")
        if isinstance(node, Linear):
            weights = node.matrices[0]
            weights = _arrays.matrix(weights.toarray(), node.name) if hasattr(weights, "tocsr") else weights
            layers.append(DenseLayer(weights, node.bias, "linear"))
        elif isinstance(node, Activation) and i > 0 and isinstance(nodes[i - 1], Linear):
            layers[-1] = DenseLayer(layers[-1].weights, layers[-1].bias, node.kind)
        else:
            raise UnsupportedModelError(
                f"the network is not a chain of dense layers: {node.name} does not follow a dense layer"
            )
    return layers
