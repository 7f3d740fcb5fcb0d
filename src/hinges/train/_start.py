"""Start: training that goes on from networks that are there already."""

import hashlib
from collections.abc import Sequence

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.nets import Activation, Network
from hinges.nets._activations import LEAKY_SLOPE
from hinges.train._dense_model import DenseModel
from hinges.train._problem import Problem


def checked_start(start: object, name: str, *, hidden: tuple[int, ...], activation: str) -> Network:
    """Give `start` if it is a dense network with these hidden layers and linear outputs, or refuse it by name."""
    network = _arrays.instance(start, Network, name)
    try:
        layers = network.dense_layers()
    except UnsupportedModelError as error:
        raise InvalidInputError(f"{name}: {error}") from None
    widths = tuple(len(layer.bias) for layer in layers[:-1])
    if widths != hidden:
        raise InvalidInputError(
            f"{name} has the hidden layers {widths}, the settings hidden = {hidden}: make them alike"
        )
    for i, layer in enumerate(layers[:-1]):
        if layer.activation != activation:
            raise InvalidInputError(
                f"{name} has {layer.activation} in hidden layer {i}, the settings activation = {activation!r}: "
                "make them alike"
            )
    if layers[-1].activation != "linear":
        raise InvalidInputError(f"{name} has {layers[-1].activation} at its outputs: training leaves them linear")
    for node in network.nodes:
        if isinstance(node, Activation) and node.kind == "leaky_relu" and np.any(node.slope != LEAKY_SLOPE):
            raise InvalidInputError(f"{name}: {node.name} has another slope below zero than {LEAKY_SLOPE}")
    return network


def start_parameters(networks: Sequence[Network], problem: Problem, model: DenseModel) -> Floats:
    """Give the parameters (parameters, networks) in training scale; the networks must suit the data."""
    columns: dict[int, Floats] = {}
    for network in networks:
        if id(network) in columns:  # often all seeds start from the same one
            continue
        if (network.inputs, network.outputs) != (model.sizes[0], model.sizes[-1]):
            raise InvalidInputError(
                f"the network to start from has {network.inputs} inputs and {network.outputs} outputs, "
                f"the data ask for {model.sizes[0]} and {model.sizes[-1]}"
            )
        columns[id(network)] = model.flat(*problem.scale.unfolded(network.weights, network.biases))
    return np.stack([columns[id(network)] for network in networks], axis=1)


def fingerprint(network: Network) -> str:
    """Give a short text that tells this network from others by its sizes and numbers."""
    found = hashlib.sha256()
    for part in (*network.weights, *network.biases):
        found.update(part.tobytes())
    sizes = "-".join(map(str, (network.inputs, *(len(bias) for bias in network.biases))))
    return f"<network {sizes}, {found.hexdigest()[:16]}>"
