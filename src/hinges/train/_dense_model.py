"""DenseModel: a dense network as one vector of parameters, with its outputs and their derivatives, in NumPy.

The parameters stand layer by layer, the weights (inputs, units) row by row and then the biases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.nets import ACTIVATIONS, Network
from hinges.nets._activations import LEAKY_SLOPE


@dataclass(frozen=True)
class DenseModel:
    """Networks of these sizes (inputs, hidden ..., outputs), with one activation for all hidden layers."""

    sizes: tuple[int, ...]
    activation: str

    @property
    def parameters(self) -> int:
        """How many parameters there are."""
        return sum((inputs + 1) * units for inputs, units in pairwise(self.sizes))

    def layers(self, parameters: Any) -> tuple[list[Any], list[Any]]:
        """Give the weights (inputs, units, ...) and biases (units, ...) of parameters (parameters, ...), as views."""
        weights: list[Any] = []
        biases: list[Any] = []
        at, rest = 0, parameters.shape[1:]
        for inputs, units in pairwise(self.sizes):
            weights.append(parameters[at : at + inputs * units].reshape(inputs, units, *rest))
            at += inputs * units
            biases.append(parameters[at : at + units])
            at += units
        return weights, biases

    def flat(self, weights: Sequence[Floats], biases: Sequence[Floats]) -> Floats:
        """Give the parameters (parameters, ...) of weights and biases."""
        pairs = zip(weights, biases, strict=True)
        return np.concatenate([part for w, b in pairs for part in (w.reshape(-1, *b.shape[1:]), b)])

    def network(self, weights: Sequence[Floats], biases: Sequence[Floats]) -> Network:
        """Give the network."""
        return Network.dense(weights, biases, self.activation, negative_slope=LEAKY_SLOPE)

    def outputs(self, parameters: Floats, x: Floats) -> Floats:
        """Give the outputs (n, m) for rows x (n, d)."""
        return self._forward(parameters, x)[0]

    def jacobian(self, parameters: Floats, x: Floats) -> Floats:
        """Give the derivatives of the outputs by the parameters, (n, m, parameters)."""
        outputs, inputs, slopes = self._forward(parameters, x)
        weights, _ = self.layers(parameters)
        rows, m = outputs.shape
        back = np.broadcast_to(np.eye(m), (rows, m, m))  # of the outputs by the pre-activations of a layer
        parts: list[Floats] = []
        for layer in reversed(range(len(weights))):
            grown = inputs[layer][:, None, :, None] * back[:, :, None, :]
            parts.append(np.concatenate([grown.reshape(rows, m, -1), back], axis=2))
            if layer:
                back = (back @ weights[layer].T) * slopes[layer - 1][:, None, :]
        return np.concatenate(parts[::-1], axis=2)

    def gradient(self, parameters: Floats, x: Floats, y: Floats, weights: Floats, *, loss: str = "mse") -> Floats:
        """Give the derivatives of the mean loss of rows, weighted (n,), by the parameters, (parameters,).

        Of "cross-entropy", y (n, classes) is 1 at the row's class.
        """
        outputs, inputs, slopes = self._forward(parameters, x)
        layers, _ = self.layers(parameters)
        if loss == "cross-entropy":
            grown = np.exp(outputs - outputs.max(axis=1, keepdims=True))
            back = grown / grown.sum(axis=1, keepdims=True) - y
        else:
            back = 2.0 / y.shape[1] * (outputs - y)
        back = back * (weights / weights.sum())[:, None]
        parts: list[Floats] = []
        for layer in reversed(range(len(layers))):
            parts += [back.sum(axis=0), (inputs[layer].T @ back).ravel()]
            if layer:
                back = (back @ layers[layer].T) * slopes[layer - 1]
        return np.concatenate(parts[::-1])

    def _forward(self, parameters: Floats, x: Floats) -> tuple[Floats, list[Floats], list[Floats]]:
        """Give the outputs, what each layer reads, and the slope of each hidden layer's activation."""
        weights, biases = self.layers(parameters)
        function = ACTIVATIONS[self.activation]
        inputs, slopes = [x], list[Floats]()
        for w, b in zip(weights[:-1], biases[:-1], strict=True):
            z = inputs[-1] @ w + b
            inputs.append(function.value(z, LEAKY_SLOPE))
            slopes.append(function.derivative(z, LEAKY_SLOPE))
        return inputs[-1] @ weights[-1] + biases[-1], inputs, slopes
