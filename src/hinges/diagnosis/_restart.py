"""A fresh start: a dense network like the given one, begun well on scaled columns and led down. Approximate."""

from collections.abc import Sequence

import numpy as np

from hinges.data import Dataset
from hinges.diagnosis._descent import descended
from hinges.diagnosis._loss import Loss
from hinges.errors import UnsupportedModelError
from hinges.nets import ACTIVATIONS, Network
from hinges.train._draws import drawn_layers
from hinges.train._scale import Scale


def restarted(
    network: Network,
    loss: Loss,
    *,
    iterations: int,
    widths: Sequence[int] | None = None,
    hidden: str | None = None,
    output: str | None = None,
    seed: int = 0,
) -> Network | None:
    """Give a network trained anew on standardised columns from kinks spread over the data; None where none is dense.

    Arguments:
        network: whose layers it gets.
        loss: with the rows.
        iterations: of L-BFGS.
        widths: of the hidden layers, instead of the network's.
        hidden: an activation instead of those of the hidden layers.
        output: an activation instead of that of the output.
        seed: of the start.
    """
    try:
        layers = network.dense_layers()
    except UnsupportedModelError:
        return None
    names = [layer.activation for layer in layers]
    names = [hidden or name for name in names[:-1]] + [output or names[-1]]
    if any(name not in ACTIVATIONS for name in names):
        return None
    data = loss.data
    sizes = [data.x.shape[1], *(widths or [len(layer.bias) for layer in layers[:-1]]), len(layers[-1].bias)]
    plain = names[-1] == "linear" and loss.name == "mse"
    scale = Scale.of(data.x, data.y, targets=plain)
    scaled = Dataset(scale.x(data.x), scale.y(data.y) if plain else data.y, data.weights)
    drawn = drawn_layers(np.random.default_rng(seed), sizes, init="torch", kinks="stratified", x=scaled.x)
    better = descended(Network.dense(*drawn, names), Loss(loss.name, scaled), iterations=iterations)
    if not plain:
        scale = Scale(scale.x_offset, scale.x_scale, np.zeros(sizes[-1]), np.ones(sizes[-1]))
    return Network.dense(*scale.folded(better.weights, better.biases), names)
