"""What Keras and torch would draw for the layers of a dense network, and kinks spread over the data."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from hinges._arrays import Floats
from hinges.train._dense_model import DenseModel

START_STREAM = 0  # of the two random streams of a seed: the start ...
ORDER_STREAM = 1  # ... and the order of the rows

Layers = tuple[list[Floats], list[Floats]]  # the weights (inputs, units) and the biases (units,) of every layer


def drawn_layers(rng: np.random.Generator, sizes: Sequence[int], *, init: str, kinks: str, x: Floats) -> Layers:
    """Give initial weights and biases for layers of these sizes.

    "keras" is glorot_uniform with zero biases (Glorot and Bengio 2010, equation 16); "torch" is uniform on
    +-1 / sqrt(inputs of the layer) for both, as torch.nn.Linear. With `kinks="stratified"` the first layer's units
    bend inside the data: each is zero at its own stratum of the rows x (n, inputs), as seen along its weights, and
    in one dimension faces left or right at random.
    """
    weights: list[Floats] = []
    biases: list[Floats] = []
    for inputs, units in pairwise(sizes):
        limit = np.sqrt(6.0 / (inputs + units)) if init == "keras" else 1.0 / np.sqrt(inputs)
        weights.append(rng.uniform(-limit, limit, (inputs, units)))
        biases.append(np.zeros(units) if init == "keras" else rng.uniform(-limit, limit, units))
    if kinks == "stratified":
        weights[0], biases[0] = _stratified(rng, weights[0], x)
    return weights, biases


def starts(seeds: Sequence[int], model: DenseModel, *, init: str, kinks: str, x: Floats) -> Floats:
    """Give the initial parameters (parameters, seeds); each seed's column depends on that seed only."""
    rngs = [np.random.default_rng([seed, START_STREAM]) for seed in seeds]
    return np.stack([model.flat(*drawn_layers(rng, model.sizes, init=init, kinks=kinks, x=x)) for rng in rngs], axis=1)


def stratified_places(rng: np.random.Generator, units: int) -> Floats:
    """Give one share of the data in each of `units` equal strata, in order."""
    return (np.arange(units) + rng.uniform(size=units)) / units


def _stratified(rng: np.random.Generator, weights: Floats, x: Floats) -> tuple[Floats, Floats]:
    inputs, units = weights.shape
    if inputs == 1:
        weights = np.abs(weights) * rng.choice([-1.0, 1.0], size=units)
        return weights, -weights[0] * np.quantile(x[:, 0], stratified_places(rng, units))
    places = rng.permutation(stratified_places(rng, units))
    seen = np.sort(x @ weights, axis=0)
    at = np.clip((places * len(x)).astype(np.intp), 0, len(x) - 1)
    return weights, -seen[at, np.arange(units)]
