"""How much of the targets no function of the inputs can follow: an estimate of the noise."""

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats

FEWEST = 8  # rows from which noise is estimated
MEDIAN_OF_SQUARE = 0.4549364231195724  # of a standard normal
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
    """Estimate the noise's variance from how far each point is from the curve through its neighbours.

    x (n,), y (n,). Approximate: what bends strongly between the points counts as noise; so the smaller of two
    estimates is taken, from the line through two neighbours and from the cubic through four, and of each the median
    over the points, which a few bends or outliers do not move. Of repeated x the mean is taken first. None for few
    rows. Source: Gasser, Sroka and Jennen-Steinmetz (1986), with a median for the mean.
    """
    at, inverse = np.unique(x, return_inverse=True)
    if len(at) < FEWEST:
        return None
    inverse = inverse.reshape(-1)
    counts = np.bincount(inverse)
    mean = np.bincount(inverse, y) / counts
    return min(_left_over(at, mean, counts, reach) for reach in (1, 2))


def curve_noise(x: Floats, y: Floats) -> float:
    """Give the mean of that estimate over the columns of y (n, outputs), for x (n,); 0 for few rows."""
    return float(np.mean([neighbour_noise(x, column) or 0.0 for column in y.T]))


def _left_over(at: Floats, mean: Floats, counts: NDArray[np.intp], reach: int) -> float:
    """Give the variance as seen from the polynomial through `reach` neighbours on either side, taken at each point."""
    middle = slice(reach, len(at) - reach)
    others = [k for k in range(-reach, reach + 1) if k != 0]
    columns = {k: slice(reach + k, len(at) - reach + k) for k in others}
    error, size = mean[middle].copy(), 1.0 / counts[middle]
    for k in others:
        share = np.ones(len(error))  # Lagrange's factor of neighbour k at the point
        for j in others:
            if j != k:
                share *= (at[middle] - at[columns[j]]) / (at[columns[k]] - at[columns[j]])
        error -= share * mean[columns[k]]
        size += share**2 / counts[columns[k]]
    return float(np.median(error**2 / size) / MEDIAN_OF_SQUARE)
