"""Edits of a network that leave its function as it is."""

import numpy as np

from hinges.errors import UnsupportedModelError
from hinges.nets._network import Network


def with_unit_coefficients(network: Network) -> Network:
    """Give the same function with every output weight 1, -1 or 0: its size moves into the hidden layer.

    relu(c z) = c relu(z) for c > 0, so each of the hidden unit's numbers is multiplied by its |output weight|;
    that product is rounded once, the rest is exact. For networks of one hidden ReLU layer and one output.
    """
    network.hinges()  # refuses everything else by name
    if network.outputs != 1:
        raise UnsupportedModelError(f"the network has {network.outputs} outputs, which share its hidden units")
    (hidden, last), (bias, last_bias) = network.weights, network.biases
    size = np.abs(last[:, 0])
    return Network.dense([hidden * size, np.sign(last)], [bias * size, last_bias], notes=network.notes)
