"""Where training starts: the weights that Keras or torch would draw, with the kinks where asked.

Parameters of a network with one input, one hidden layer and one output are one array (3 * units + 1, seeds):
weights, biases, coefficients (units rows each) and the output bias. The seeds stand in the last axis, so that
the compiled loops run over neighbours in memory.
"""

from collections.abc import Sequence

import numpy as np

from hinges._arrays import Floats

START_STREAM = 0  # of the two random streams of a seed: the start ...
ORDER_STREAM = 1  # ... and the order of the rows


def start(seeds: Sequence[int], units: int, *, init: str, kinks: str, x: Floats) -> Floats:
    """Give the initial parameters (3 * units + 1, seeds); each seed's column depends on that seed only."""
    columns = [_start_one(np.random.default_rng([seed, START_STREAM]), units, init, kinks, x) for seed in seeds]
    return np.stack(columns, axis=1)


def _start_one(rng: np.random.Generator, units: int, init: str, kinks: str, x: Floats) -> Floats:
    weights, biases, coefficients, output_bias = _keras(rng, units) if init == "keras" else _torch(rng, units)
    if kinks == "stratified":
        weights = np.abs(weights) * rng.choice([-1.0, 1.0], size=units)
        biases = -weights * stratified_kinks(rng, units, x)
    return np.concatenate([weights, biases, coefficients, [output_bias]])


def stratified_kinks(rng: np.random.Generator, units: int, x: Floats) -> Floats:
    """Give one kink in each of `units` equally filled strata of the data, in order."""
    return np.quantile(x, (np.arange(units) + rng.uniform(size=units)) / units)


def _keras(rng: np.random.Generator, units: int) -> tuple[Floats, Floats, Floats, float]:
    """Draw glorot_uniform weights with zero biases (Glorot and Bengio 2010, equation 16)."""
    limit = np.sqrt(6.0 / (1 + units))
    weights, coefficients = rng.uniform(-limit, limit, units), rng.uniform(-limit, limit, units)
    return weights, np.zeros(units), coefficients, 0.0


def _torch(rng: np.random.Generator, units: int) -> tuple[Floats, Floats, Floats, float]:
    """Draw weights and biases uniform on +-1 / sqrt(inputs of the layer), as torch.nn.Linear does."""
    weights, biases = rng.uniform(-1.0, 1.0, units), rng.uniform(-1.0, 1.0, units)
    limit = 1.0 / np.sqrt(units)
    return weights, biases, rng.uniform(-limit, limit, units), float(rng.uniform(-limit, limit))
