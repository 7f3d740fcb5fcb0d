"""Networks of dense layers as a few arrays, and back: bit-equal, and safe to read from anybody's file."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges.errors import InvalidInputError
from hinges.nets import Activation, Network

Arrays = Mapping[str, NDArray[Any]]


def packed(networks: Sequence[Network]) -> dict[str, NDArray[Any]]:
    """Give the arrays of networks, one after the other: depths, sizes, activations, slopes and parameters."""
    depths: list[int] = []
    sizes: list[int] = []
    activations: list[str] = []
    slopes: list[float] = []
    parameters: list[NDArray[Any]] = []
    for network in networks:
        layers = network.dense_layers()
        depths.append(len(layers))
        sizes += [network.inputs, *(layer.weights.shape[1] for layer in layers)]
        activations += [layer.activation for layer in layers]
        slopes.append(_slope(network))
        for layer in layers:
            parameters += [layer.weights.ravel(), layer.bias]
    return {
        "depths": np.array(depths, np.int64),
        "sizes": np.array(sizes, np.int64),
        "activations": np.array(activations, "U16"),
        "slopes": np.array(slopes),
        "parameters": np.concatenate([np.zeros(0), *parameters]),
    }


def unpacked(arrays: Arrays, place: int) -> Network:
    """Give the network that stands at `place` among the packed ones."""
    every = _sizes(arrays)
    sizes = every[place]
    at = sum(_count(before) for before in every[:place])
    first = int(arrays["depths"][:place].sum())
    weights: list[NDArray[Any]] = []
    biases: list[NDArray[Any]] = []
    for inputs, units in pairwise(sizes):
        weights.append(arrays["parameters"][at : at + inputs * units].reshape(inputs, units))
        biases.append(arrays["parameters"][at + inputs * units : at + (inputs + 1) * units])
        at += (inputs + 1) * units
    names = arrays["activations"][first : first + len(weights)].tolist()
    return Network.dense(weights, biases, names, negative_slope=float(arrays["slopes"][place]))


def check(arrays: Arrays, networks: int) -> None:
    """Raise unless the arrays hold so many networks."""
    if not _fits(arrays, networks):
        raise InvalidInputError("its networks do not fit their sizes")


def _fits(arrays: Arrays, networks: int) -> bool:
    names = ("depths", "sizes", "activations", "slopes", "parameters")
    if [arrays[name].dtype.kind for name in names] != list("iiUff") or any(arrays[name].ndim != 1 for name in names):
        return False
    depths, sizes = arrays["depths"], arrays["sizes"]
    if not len(depths) == len(arrays["slopes"]) == networks or (depths < 1).any() or (sizes < 1).any():
        return False
    if len(sizes) != depths.sum() + networks or len(arrays["activations"]) != depths.sum():
        return False
    return len(arrays["parameters"]) == sum(map(_count, _sizes(arrays)))


def _sizes(arrays: Arrays) -> list[list[int]]:
    """Give the sizes of every network, inputs first."""
    stops = np.cumsum(arrays["depths"] + 1).tolist()
    return [arrays["sizes"][start:stop].tolist() for start, stop in pairwise([0, *stops])]


def _count(sizes: list[int]) -> int:
    return sum((inputs + 1) * units for inputs, units in pairwise(sizes))


def _slope(network: Network) -> float:
    """Give the slope of leaky_relu below zero, which all layers share."""
    slopes = {float(node.slope) for node in network.nodes if isinstance(node, Activation) and node.kind == "leaky_relu"}
    return slopes.pop() if slopes else 0.0
