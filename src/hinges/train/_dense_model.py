"""DenseModel: a dense network as one vector of parameters, with its outputs and their derivatives, in NumPy.

The parameters stand layer by layer, the weights (inputs, units) row by row and then the biases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

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

    def layers(self, parameters: Floats) -> tuple[list[Floats], list[Floats]]:
        """Give the weights and biases (views) of a vector of parameters."""
        weights: list[Floats] = []
        biases: list[Floats] = []
        at = 0
        for inputs, units in pairwise(self.sizes):
            weights.append(parameters[at : at + inputs * units].reshape(inputs, units))
            at += inputs * units
            biases.append(parameters[at : at + units])
            at += units
        return weights, biases

    def flat(self, weights: Sequence[Floats], biases: Sequence[Floats]) -> Floats:
        """Give the vector of parameters of weights and biases."""
        return np.concatenate([part.ravel() for pair in zip(weights, biases, strict=True) for part in pair])

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
