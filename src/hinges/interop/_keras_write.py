"""Keras models from networks: a Sequential one of a chain, a Functional one of any other graph."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._caps import MOST_PARAMETERS
from hinges.interop._keras_graph import OWN_NAME, TERM
from hinges.nets import Activation, Linear, Max, Network, Node

# Kinds that a Dense layer takes by name; others are a layer of their own.
BY_NAME = ("relu", "tanh", "sigmoid", "softplus", "selu", "gelu", "silu", "softsign")
FLOAT64 = {"dtype": "float64"}


def written(network: Network, keras: Any) -> Any:
    """Give the Keras model of a network, in float64."""
    _check_size(network)
    writing = _Writing(keras)
    inputs = keras.Input((network.inputs,), dtype="float64", name=writing.name("input"))
    if all(node.sources == (i,) and _is_layer(node) for i, node in enumerate(network.nodes)):
        layers = writing.chain(network)
        model = keras.Sequential([inputs, *layers], name=OWN_NAME)
    else:
        model = keras.Model(inputs, writing.graph(network, inputs), name=OWN_NAME)
    writing.fill()
    return model


def _is_layer(node: Node) -> bool:
    """Tell whether a node is a layer of a Sequential model, not a function of keras.ops."""
    if isinstance(node, Activation):
        return node.kind != "gelu_tanh" and not (node.kind == "clip" and node.low)
    return isinstance(node, Linear)


def _check_size(network: Network) -> None:
    total = sum(m.shape[0] * m.shape[1] for node in network.nodes if isinstance(node, Linear) for m in node.matrices)
    if total > MOST_PARAMETERS:
        raise UnsupportedModelError(
            f"the network takes {total} weights once its sparse matrices are written in full, as Keras' layers need "
            f"them; at most {MOST_PARAMETERS} are written: save it as .npz"
        )


@dataclass
class _Writing:
    """Layers under construction: names given, and numbers that their variables get once they are built."""

    keras: Any
    names: set[str] = field(default_factory=set[str])
    numbers: list[tuple[Any, list[Floats]]] = field(default_factory=list[tuple[Any, list[Floats]]])

    def name(self, wanted: str) -> str:
        """Give a name as Keras allows it, that no other layer has."""
        base = re.sub(r"[^A-Za-z0-9_.-]+", "_", wanted).strip("_") or "layer"
        name, i = base, 1
        while name in self.names:
            name, i = f"{base}_{i}", i + 1
        self.names.add(name)
        return name

    def fill(self) -> None:
        """Give the variables their numbers, bit by bit."""
        for layer, arrays in self.numbers:
            layer.set_weights(arrays)
            for array, variable in zip(arrays, layer.get_weights(), strict=True):
                if variable.dtype != np.float64 or not np.array_equal(variable, array):
                    raise InvalidInputError(
                        f"Keras with the backend {self.keras.backend.backend()} does not keep float64: choose another "
                        "before Python starts, for example by typing: export KERAS_BACKEND=torch"
                    )

    # --- a chain --------------------------------------------------------------------------------------

    def chain(self, network: Network) -> list[Any]:
        """Give the layers of a chain; an activation that Dense knows by name goes into the layer before it."""
        layers: list[Any] = []
        i = 0
        while i < len(network.nodes):
            node = network.nodes[i]
            i += 1
            if not isinstance(node, Linear):
                assert isinstance(node, Activation)
                layers.append(self.activation(node))
                continue
            after = network.nodes[i] if i < len(network.nodes) else None
            activation = None
            if isinstance(after, Activation) and after.kind in BY_NAME:
                activation, i = after.kind, i + 1
            layers.append(self.dense(node.matrices[0], node.bias, node.name, activation))
        return layers

    def dense(self, matrix: Any, bias: Floats | None, name: str, activation: str | None = None) -> Any:
        """Give a Dense layer, whose numbers follow once it is built."""
        weights = np.asarray(matrix.toarray() if hasattr(matrix, "tocsr") else matrix, np.float64)
        layer = self.keras.layers.Dense(
            weights.shape[1], activation=activation, use_bias=bias is not None, name=self.name(name), **FLOAT64
        )
        self.numbers.append((layer, [weights] if bias is None else [weights, bias]))
        return layer

    # --- activations ----------------------------------------------------------------------------------

    def activation(self, node: Activation) -> Any:
        """Give the layer of an activation."""
        layers, name = self.keras.layers, self.name(node.name)
        if node.kind in BY_NAME or node.kind == "linear":
            return layers.Activation(node.kind, name=name, **FLOAT64)
        if node.kind == "leaky_relu":
            if np.ndim(node.slope) == 0 and node.slope >= 0:
                return layers.LeakyReLU(negative_slope=float(node.slope), name=name, **FLOAT64)
            layer = layers.PReLU(name=name, **FLOAT64)
            self.numbers.append((layer, [np.broadcast_to(np.asarray(node.slope, np.float64), (node.units,)).copy()]))
            return layer
        if node.kind == "elu" and np.ndim(node.slope) == 0:
            return layers.ELU(alpha=float(node.slope), name=name, **FLOAT64)
        if node.kind == "clip" and node.low == 0.0:
            return layers.ReLU(max_value=node.high, name=name, **FLOAT64)
        return self.function(node, name)

    def function(self, node: Activation, name: str) -> Any:
        """Give the function of keras.ops of an activation for which there is no layer."""
        make: dict[str, Callable[[], Any]] = {
            "clip": lambda: _operation("numpy", "Clip")(node.low, node.high, name=name),
            "gelu_tanh": lambda: _operation("nn", "Gelu")(approximate=True, name=name),
        }
        if node.kind not in make:
            raise UnsupportedModelError(f"{node.name} has a slope a unit, which no layer of Keras takes: save as .npz")
        return make[node.kind]()

    # --- a graph --------------------------------------------------------------------------------------

    def graph(self, network: Network, inputs: Any) -> Any:
        """Give the symbolic output of any network for a symbolic input."""
        values = [inputs]
        for node in network.nodes:
            if isinstance(node, Linear):
                values.append(self.sum(node, [values[source] for source in node.sources]))
            elif isinstance(node, Activation):
                values.append(self.activation(node)(values[node.source]))
            else:
                values.append(self.max(node, values[node.source]))
        return values[-1]

    def sum(self, node: Linear, sources: list[Any]) -> Any:
        """Give a Dense layer for each source, and the sum of what they give."""
        if len(sources) == 1:
            return self.dense(node.matrices[0], node.bias, node.name)(sources[0])
        total = self.name(node.name)
        terms = [
            self.dense(matrix, None if i else node.bias, f"{total}{TERM}{len(self.numbers)}_{i}")(source)
            for i, (matrix, source) in enumerate(zip(node.matrices, sources, strict=True))
        ]
        return self.keras.layers.Add(name=total, **FLOAT64)(terms)

    def max(self, node: Max, source: Any) -> Any:
        """Give the largest of groups: their entries taken side by side, then pooled."""
        units, size = node.groups.shape
        name = self.name(node.name)
        taken = self.keras.ops.take(source, node.groups.T.ravel().astype(np.int32), axis=1)
        grouped = self.keras.layers.Reshape((size, units), name=self.name(f"{name}_groups"), **FLOAT64)(taken)
        return self.keras.layers.GlobalMaxPooling1D(name=name, **FLOAT64)(grouped)


def _operation(module: str, name: str) -> Any:
    """Give the class of a function of keras.ops, which takes a name where the function itself takes none."""
    return getattr(sys.modules[f"keras.src.ops.{module}"], name)
