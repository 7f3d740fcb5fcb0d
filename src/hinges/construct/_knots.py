"""Where a construction meets its target: the knots and the target's values there."""

import numpy as np

from hinges._arrays import Floats
from hinges.construct._target import Target, spread
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.pwl import PiecewiseLinear

MOST_UNITS = 20_000  # seconds of rational arithmetic

EVEN = "evenly spaced points"
RANKS = "of the data's points, evenly spaced in rank"
ALL_POINTS = "points, all that the data have"
OWN = "points, its own breakpoints, so it is exact"


def knots(target: Target, interval: tuple[float, float] | None, most: int) -> tuple[Floats, Floats, str]:
    """Give at most `most` rising knots, the target's values there and the words for how they were chosen.

    For data: distinct x, evenly spaced in rank, the first and last among them; rows of the same x are averaged.
    For a function with fewer vertices than that on the interval: those, so nothing is lost. Else: evenly spaced.
    """
    if isinstance(target, Dataset):
        x, y = averaged(target)
        if len(x) <= most:
            return x, y, ALL_POINTS
        chosen = np.rint(np.linspace(0, len(x) - 1, most)).astype(np.intp)
        return x[chosen], y[chosen], RANKS
    if interval is None:
        raise InvalidInputError("interval is required for a target that is not data")
    a, b = interval
    if isinstance(target, PiecewiseLinear):
        inside = _vertices_on(target, a, b)
        if len(inside) <= most:
            return inside, target(inside), OWN
    t = spread(a, b, most)
    if not (t[1:] > t[:-1]).all():
        raise InvalidInputError(f"interval ({a!r}, {b!r}) is too narrow for {most} different points")
    return t, target(t), EVEN


def _vertices_on(f: PiecewiseLinear, a: float, b: float) -> Floats:
    kinks = f.kinks
    return np.concatenate(([a], kinks[(a < kinks) & (kinks < b)], [b]))


def averaged(data: Dataset) -> tuple[Floats, Floats]:
    """Give the distinct x, rising, and the weighted mean of y at each."""
    x, y, weights = data.curve()
    distinct, where = np.unique(x, return_inverse=True)
    weights = np.ones(len(x)) if weights is None else weights / weights.max()
    totals = np.bincount(where, weights)
    shares = weights / totals[where]
    means: Floats = np.zeros(len(distinct))
    np.add.at(means, where, shares * y)
    return distinct, means
