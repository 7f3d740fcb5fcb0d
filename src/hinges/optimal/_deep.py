"""A network of one hidden layer inside a deep one, for an upper bound on what the deep one can reach."""

from collections.abc import Sequence

import numpy as np

from hinges._arrays import Floats
from hinges.nets import Network

_PASS = (np.ones((1, 1)), np.zeros(1))


def deepened(network: Network, widths: Sequence[int], x: Floats) -> Network:
    """Give a network with hidden layers of `widths` that equals a sum of hinges on the points x.

    The widest layer holds the hinges. Layers before it pass on x - min x, and layers after it the output less
    its least value over the points: neither is negative there, so ReLU leaves both as they are.
    """
    hidden, last = network.dense_layers()
    at = int(np.argmax(widths))
    later = len(widths) - at - 1
    low = float(x.min()) if at else 0.0
    least = float(np.min(network(x))) if later else 0.0
    layers = [(_PASS[0], np.array([-low])), *[_PASS] * (at - 1)] if at else []
    layers.append((hidden.weights, hidden.bias + low * hidden.weights[0]))
    layers.append((last.weights, last.bias - least))
    layers += [_PASS] * later
    sizes = [1, *widths, 1]
    weights = [
        np.pad(w, ((0, a - w.shape[0]), (0, b - w.shape[1])))
        for (w, _), a, b in zip(layers, sizes[:-1], sizes[1:], strict=True)
    ]
    biases = [np.pad(b, (0, size - len(b))) for (_, b), size in zip(layers, sizes[1:], strict=True)]
    biases[-1] = biases[-1] + least
    return Network.dense(weights, biases)
