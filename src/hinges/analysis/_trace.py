"""trace: one point followed through a dense network, layer by layer, and the loss's gradients back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges import _arrays
from hinges._arrays import Floats, frozen
from hinges.errors import InvalidInputError
from hinges.nets import ACTIVATIONS, Activation, Linear, Network

LOSSES = ("mse", "cross-entropy")


@dataclass(frozen=True, eq=False)
class LayerGradient:
    """The derivatives of the loss by what a layer computes and by its parameters.

    `a` and `z` are (units,), `weights` (inputs, units), `bias` (units,), which is that by z.
    """

    a: Floats
    z: Floats
    weights: Floats

    @property
    def bias(self) -> Floats:
        """The derivative by the bias, which is added to z as it is."""
        return self.z


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """What one dense layer computes at a point.

    Arguments:
        name: of the layer's activation, or of the layer where it has none.
        activation: its name, "linear" where there is none.
        input: (inputs,) what the layer reads.
        dot: (units,) input @ weights, without the bias.
        z: (units,) dot + bias, the pre-activation.
        a: (units,) the activation of z.
        without_bias: (units,) the activation of dot: what the layer would give if it had no bias.
        gate: (units,) the activation's derivative at z; of relu 1 where z > 0, else 0.
        gradient: of the loss, if a target was given.
    """

    name: str
    activation: str
    input: Floats
    dot: Floats
    z: Floats
    a: Floats
    without_bias: Floats
    gate: Floats
    gradient: LayerGradient | None = None


@dataclass(frozen=True, eq=False)
class Trace:
    """A point's way through a dense network.

    Arguments:
        point: (inputs,).
        layers: what each dense layer computes, the output layer last.
        loss: at the target, if one was given.
        probabilities: (outputs,) the softmax of the output, with cross-entropy only.
        gradient: (inputs,) the derivative of the loss by the point, if a target was given.
    """

    point: Floats
    layers: tuple[LayerTrace, ...]
    loss: float | None = None
    probabilities: Floats | None = None
    gradient: Floats | None = None

    @property
    def output(self) -> Floats:
        """What the network gives, (outputs,)."""
        return self.layers[-1].a

    def signature(self, layer: int) -> Floats:
        """Give the activations (units,) of dense layer `layer`, from 0: the point's place in that layer's space."""
        return self.layers[_arrays.count(layer, "layer", minimum=0, maximum=len(self.layers) - 1)].a

    @property
    def pattern(self) -> NDArray[np.bool_]:
        """The activation pattern: of every hidden unit whether z > 0, layer after layer, (hidden units,)."""
        hidden = [*self.layers[:-1], *(last for last in self.layers[-1:] if last.activation != "linear")]
        return frozen(np.concatenate([layer.z > 0 for layer in hidden] or [np.zeros(0, np.bool_)]))


def trace(network: Network, point: ArrayLike, target: ArrayLike | None = None, *, loss: str | None = None) -> Trace:
    """Give each layer's dot product, pre-activation and activation at a point, and with a target the gradients.

    The values are those of `network(point)`, in float64. A bias moves a unit's hinge away from the origin; what
    each layer would give without its own is there to compare.

    Arguments:
        network: a chain of dense layers.
        point: (inputs,), or a number for a network with one input.
        target: (outputs,) numbers, or a class from 0: its loss is taken, and its gradients from back to front.
        loss: "mse", the mean over the outputs of the squared error, or "cross-entropy" of the outputs' softmax with
            the class; without it a whole number is a class where there are several outputs.

    Raises:
        InvalidInputError: the point or the target does not fit the network, or a value exceeds float64.
        UnsupportedModelError: the network is no chain of dense layers; the node is named.

    >>> network = Network.dense([[[0.2, 0.8, -0.5], [-0.9, 0.2, 0.4]]], [[2.0, 3.0, 0.5]], ["relu"])
    >>> layer = trace(network, [0.5, 1.0]).layers[0]
    >>> layer.dot.round(12).tolist(), layer.a.round(12).tolist(), layer.without_bias.round(12).tolist()
    ([-0.8, 0.6, 0.15], [1.2, 3.6, 0.65], [0.0, 0.6, 0.15])
    """
    network = _arrays.instance(network, Network, "network")
    network.dense_layers()  # refuses other networks by name
    x = _arrays.array(point, "point")
    x = _arrays.vector(x.reshape(1) if x.ndim == 0 else x, "point")
    if len(x) != network.inputs:
        raise InvalidInputError(f"point has {len(x)} numbers: the network reads {network.inputs}")
    network(x[None, :])  # refuses values past float64
    if target is None and loss is not None:
        raise InvalidInputError(f"loss = {loss!r} needs a target")
    layers = _forward(network, x)
    if target is None:
        return Trace(x, layers)
    value, gradient, probabilities = _loss(layers[-1].a, target, _loss_name(loss, target, network.outputs))
    layers, gradient = _backward(network, layers, gradient)
    return Trace(x, layers, value, probabilities, gradient)


def _dense(network: Network) -> Iterator[tuple[Linear, Activation | None]]:
    nodes = network.nodes
    for node, following in zip(nodes, [*nodes[1:], None], strict=True):
        if isinstance(node, Linear):
            yield node, following if isinstance(following, Activation) else None


def _weights(node: Linear) -> Floats:
    matrix = node.matrices[0]
    return matrix.toarray() if hasattr(matrix, "tocsr") else matrix


def _forward(network: Network, x: Floats) -> tuple[LayerTrace, ...]:
    layers: list[LayerTrace] = []
    for node, activation in _dense(network):
        kind, slope = (activation.kind, activation.slope) if activation else ("linear", 0.0)
        function = ACTIVATIONS[kind]
        dot = (x[None, :] @ _weights(node))[0]  # as one row, so that it is rounded as in network(x)
        z = dot + node.bias
        layers.append(
            LayerTrace(
                name=activation.name if activation else node.name,
                activation=kind,
                input=x,
                dot=frozen(dot),
                z=frozen(z),
                a=frozen(function.value(z, slope)),
                without_bias=frozen(function.value(dot, slope)),
                gate=frozen(function.derivative(z, slope)),
            )
        )
        x = layers[-1].a
    return tuple(layers)


def _loss_name(loss: str | None, target: ArrayLike, outputs: int) -> str:
    if loss is not None:
        return _arrays.choice(loss, "loss", LOSSES)
    return "cross-entropy" if isinstance(target, Integral) and outputs > 1 else "mse"


def _loss(output: Floats, target: ArrayLike, loss: str) -> tuple[float, Floats, Floats | None]:
    """Give the loss, its derivative by the output, and with cross-entropy the softmax."""
    if loss == "mse":
        wanted = np.atleast_1d(_arrays.array(target, "target"))
        if wanted.shape != output.shape:
            raise InvalidInputError(f"target has shape {wanted.shape}: the network has {len(output)} outputs")
        errors = output - wanted
        return float(np.mean(errors**2)), 2.0 * errors / len(output), None
    label = _arrays.count(target, "target", minimum=0, maximum=len(output) - 1)
    largest = output.max()
    powers = np.exp(output - largest)
    probabilities = powers / powers.sum()
    gradient = probabilities.copy()
    gradient[label] -= 1.0
    return float(np.log(powers.sum()) + largest - output[label]), gradient, frozen(probabilities)


def _backward(
    network: Network, layers: tuple[LayerTrace, ...], gradient: Floats
) -> tuple[tuple[LayerTrace, ...], Floats]:
    """Give the layers with their gradients, from back to front, and the derivative by the point."""
    done: list[LayerTrace] = []
    for layer, (node, _) in reversed(list(zip(layers, _dense(network), strict=True))):
        z = gradient * layer.gate
        done.append(
            replace(layer, gradient=LayerGradient(frozen(gradient), frozen(z), frozen(np.outer(layer.input, z))))
        )
        gradient = _weights(node) @ z
    return tuple(reversed(done)), frozen(gradient)
