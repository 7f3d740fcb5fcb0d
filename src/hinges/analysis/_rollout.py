"""rollout: a network that predicts the next value, fed with its own predictions."""

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges._arrays import Floats, frozen
from hinges.errors import InvalidInputError
from hinges.nets import Network

MOST_NUMBERS = 2**27  # of one rollout


def rollout(network: Network, start: ArrayLike, steps: int) -> Floats:
    """Give the values that a network predicts when each prediction becomes part of its next input.

    This is the test of a network that learned `Dataset.windows(n)`: an error of one step is small where the next
    value is close to the last one, and says little. In float64.

    Arguments:
        network: of n * m inputs and m outputs: n moments of m values, the oldest first.
        start: (n,), or (n, m) for several outputs: the moments before the first prediction, the oldest first.
        steps: how many predictions to make.

    Returns:
        (steps,) predictions, or (steps, m) where the network has several outputs.

    Raises:
        InvalidInputError: the inputs are no whole number of moments, start does not fit, or a prediction exceeds
            float64; its number is named.

    >>> turn = Network.dense([[[-1.0], [1.0]]], [[0.0]])  # x[t] = x[t - 1] - x[t - 2]
    >>> rollout(turn, [0.0, 1.0], 5).tolist()
    [1.0, 0.0, -1.0, -1.0, 0.0]
    """
    network = _arrays.instance(network, Network, "network")
    steps = _arrays.count(steps, "steps", maximum=MOST_NUMBERS // network.outputs)
    moments, rest = divmod(network.inputs, network.outputs)
    if rest or not moments:
        raise InvalidInputError(
            f"network has {network.inputs} inputs and {network.outputs} outputs: "
            "a rollout needs a whole number of moments of as many values as there are outputs"
        )
    window = _window(start, moments, network.outputs)
    predicted = predictions(network, window, steps)
    if len(predicted) < steps:
        step = len(predicted)
        raise InvalidInputError(f"prediction {step} exceeds float64: the rollout diverges; ask for {step} steps")
    return frozen(predicted[:, 0] if network.outputs == 1 else predicted)


def predictions(network: Network, window: Floats, steps: int) -> Floats:
    """Give the predictions (steps, m) after a window (n, m) of moments: fewer where the next one exceeds float64."""
    moments = len(window)
    values = np.empty((moments + steps, network.outputs))
    values[:moments] = window
    for step in range(steps):
        row = values[step : step + moments].reshape(1, -1)
        values[moments + step] = network.values(row)[-1][0]
        if not np.isfinite(values[moments + step]).all():
            return values[moments : moments + step]
    return values[moments:]


def _window(start: ArrayLike, moments: int, outputs: int) -> Floats:
    given = _arrays.array(start, "start")
    shape = (moments,) if outputs == 1 else (moments, outputs)
    if given.shape not in {shape, (moments, outputs)}:
        raise InvalidInputError(f"start has shape {given.shape}: {shape} is expected, the oldest moment first")
    return given.reshape(moments, outputs)
