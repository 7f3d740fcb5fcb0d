"""How much of the targets no function of the inputs can follow: an estimate of the noise."""

import numpy as np

from hinges._arrays import Floats

FEWEST = 8  # rows from which noise is estimated
FEWEST_REPEATS = 0.2  # share of the rows that must repeat an input


def repeated_noise(x: Floats, y: Floats, weights: Floats) -> float | None:
    """Give the mean squared error that rows with equal inputs leave to every function: a floor, not an estimate.

    x (n, inputs), y (n, outputs), weights (n,). None where no input is repeated.
    """
    _, at, counts = np.unique(x, axis=0, return_inverse=True, return_counts=True)
    at = at.reshape(-1)
    if counts.max() == 1:
        return None
    mass = np.bincount(at, weights)
    squares = 0.0
    for column in y.T:
        mean = np.bincount(at, weights * column) / mass
        squares += float(weights @ (column - mean[at]) ** 2)
    return squares / float(weights.sum()) / y.shape[1]


def share_repeated(x: Floats) -> float:
    """Give the share of rows whose input another row has, too."""
    _, at, counts = np.unique(x, axis=0, return_inverse=True, return_counts=True)
    return float((counts[at.reshape(-1)] > 1).mean())


def neighbour_noise(x: Floats, y: Floats) -> float | None:
    """Estimate the noise's variance from how far each point is from the line through its two neighbours.

    x (n,), y (n,). Approximate: what bends strongly between three points counts as noise, so the median over
    them is taken, which a few bends do not move; outliers do not either. Of repeated x the mean is taken first.
    None for few rows. Source: Gasser, Sroka and Jennen-Steinmetz (1986), with a median for the mean.
    """
    at, inverse = np.unique(x, return_inverse=True)
    if len(at) < FEWEST:
        return None
    inverse = inverse.reshape(-1)
    counts = np.bincount(inverse)
    mean = np.bincount(inverse, y) / counts
    left, middle, right = at[:-2], at[1:-1], at[2:]
    share = (right - middle) / (right - left)
    error = mean[1:-1] - share * mean[:-2] - (1 - share) * mean[2:]
    size = 1 / counts[1:-1] + share**2 / counts[:-2] + (1 - share) ** 2 / counts[2:]
    return float(np.median(error**2 / size) / 0.4549364231195724)  # the median of a squared standard normal
