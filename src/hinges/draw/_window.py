"""What part of the plane a picture shows: the interval of x, and the range of y with a margin."""

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges._arrays import Floats
from hinges.convert._to_function import exact_function
from hinges.nets import Hinge, Network
from hinges.pwl import PiecewiseLinear
from hinges.pwl._vertices import restricted

Interval = tuple[float, float]
_LARGEST = 8e307  # so that the width of a range stays a float64


def padded(values: Iterable[ArrayLike], share: float = 0.08) -> Interval:
    """Give a range around all values with a margin; around one value, a range of its own size."""
    arrays = [np.asarray(each, dtype=float).ravel() for each in values]
    together = np.concatenate([np.zeros(0), *arrays])
    together = together[np.isfinite(together)]
    if len(together) == 0:
        return -1.0, 1.0
    low, high = (min(max(float(end), -_LARGEST), _LARGEST) for end in (together.min(), together.max()))
    margin = share * (high - low)
    if margin <= 16 * math.ulp(max(abs(low), abs(high))):
        margin = abs(low) / 2 or 1.0
    return low - margin, high + margin


def kink_interval(kinks: ArrayLike) -> Interval:
    """Give an interval that shows all kinks, and of either outer piece as much as of an average inner one."""
    found = np.asarray(kinks, dtype=float)
    found = found[np.isfinite(found)]
    if len(found) == 0 or found.min() == found.max():
        at = float(found[0]) if len(found) else 0.0
        reach = abs(at) or 1.0
        return max(at - reach, -_LARGEST), min(at + reach, _LARGEST)
    return padded([found], max(0.15, 1.0 / (len(np.unique(found)) - 1)))


def seen(interval: Any, data_x: Floats | None, kinks: ArrayLike) -> Interval:
    """Give the interval asked for, else that of the data, else that of the kinks."""
    if interval is not None:
        return _arrays.interval(interval)
    if data_x is not None and len(data_x) and data_x.min() < data_x.max():
        return padded([data_x], 0.04)
    return kink_interval(kinks)


def hinge_kinks(hinges: Iterable[Hinge]) -> Floats:
    """Give the kinks of all hinges that bend, with NaN for the others."""
    return np.array([hinge.kink for hinge in hinges], dtype=float)


def visible(f: PiecewiseLinear | Network, interval: Interval) -> tuple[Floats, Floats]:
    """Give the vertices of a function, or of a network's, on an interval, both ends among them.

    Exact: each number is rounded once, also the value at an end that is no vertex of the network's function.
    """
    exact = exact_function(f) if isinstance(f, Network) else f.vertices()
    a, b = (Fraction(end) for end in interval)
    part = PiecewiseLinear.from_vertices(restricted(exact, a, b))
    return part.breakpoints, part.values
