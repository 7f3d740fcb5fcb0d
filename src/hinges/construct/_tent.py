"""Tents and ramps: the bricks of a hinge construction, each in one hidden layer or in two."""

from dataclasses import dataclass

import numpy as np

from hinges import _arrays
from hinges.errors import InvalidInputError
from hinges.nets import Network


@dataclass(frozen=True)
class Tent:
    """A hat: `height` at `apex`, 0 outside (left, right), straight in between."""

    left: float
    apex: float
    right: float
    height: float

    @property
    def rise(self) -> float:
        """The slope left of the apex."""
        return self.height / (self.apex - self.left)

    @property
    def fall(self) -> float:
        """Minus the slope right of the apex."""
        return self.height / (self.right - self.apex)


def tent(left: float, apex: float, right: float, height: float = 1.0, *, layers: int = 1) -> Network:
    """Give the network of three units that is a hat: `height` at `apex`, 0 outside (left, right).

    With one hidden layer it is `u R(x - left) - (u + d) R(x - apex) + d R(x - right)`, where R is relu,
    u = height / (apex - left) and d = height / (right - apex). With two it is
    `R(height - d R(x - apex) - u R(apex - x))`: two units measure how far x is from the apex, and one
    subtracts that from the height. Exact where u, d and u + d (for two layers u and d) are float64 numbers,
    else each is rounded once. The form with two layers is then still exactly 0 far out and `height` at the apex.

    Arguments:
        left: where it starts.
        apex: where it is `height`, right of `left`.
        right: where it ends, right of the apex.
        height: not 0; below 0 the tent hangs.
        layers: 1 or 2 hidden layers.

    Raises:
        InvalidInputError: the three points do not rise, the height is 0, or a slope exceeds float64.

    >>> tent(0.25, 0.5, 1.0, layers=2)([0.25, 0.375, 0.5, 0.75, 1.0, 7.0])
    array([0. , 0.5, 1. , 0.5, 0. , 0. ])
    """
    layers = _arrays.count(layers, "layers", maximum=2)
    brick = _checked_tent(left, apex, right, height)
    return tents_in_one_layer([brick]) if layers == 1 else tents_in_two_layers([brick])


def ramp(left: float, right: float, height: float = 1.0, *, layers: int = 1) -> Network:
    """Give the network of two units that is 0 up to `left`, climbs straight to `height` at `right` and stays.

    With one hidden layer it is `u R(x - left) - u R(x - right)`, u = height / (right - left). With two, one unit
    feeds one unit: `u R((right - left) - R(right - x))`. Exact where u and right - left are float64 numbers,
    else each is rounded once.

    Raises:
        InvalidInputError: left is not below right, the height is 0, or the slope exceeds float64.

    >>> ramp(0.25, 0.5, layers=2)([0.0, 0.25, 0.375, 0.5, 9.0])
    array([0. , 0. , 0.5, 1. , 1. ])
    """
    layers = _arrays.count(layers, "layers", maximum=2)
    left, right = _arrays.interval((left, right), ends=("left", "right"))
    slope = _checked_slope(_checked_height(height), right - left)
    if layers == 1:
        return Network.dense([[[1.0, 1.0]], [[slope], [-slope]]], [[-left + 0.0, -right + 0.0], [0.0]])
    return Network.dense([[[-1.0]], [[-1.0]], [[slope]]], [[right], [right - left], [0.0]])


def tents_in_one_layer(tents: list[Tent]) -> Network:
    """Give the sum of tents in which each keeps three hinges of its own."""
    kinks = np.array([[t.left, t.apex, t.right] for t in tents]).ravel()
    coefficients = np.array([[t.rise, -(t.rise + t.fall), t.fall] for t in tents]).ravel()
    return Network.dense([np.ones((1, len(kinks))), coefficients[:, None]], [-kinks + 0.0, [0.0]])


def tents_in_two_layers(tents: list[Tent]) -> Network:
    """Give the sum of tents of which each has two units in the first hidden layer and one in the second."""
    n = len(tents)
    away = np.tile([1.0, -1.0], n)[None, :]
    apexes = np.repeat([t.apex for t in tents], 2)
    slopes = np.zeros((2 * n, n))
    each = np.arange(n)
    slopes[2 * each, each] = [-abs(t.fall) for t in tents]
    slopes[2 * each + 1, each] = [-abs(t.rise) for t in tents]
    heights = np.array([t.height for t in tents])
    return Network.dense([away, slopes, np.sign(heights)[:, None]], [-away[0] * apexes + 0.0, np.abs(heights), [0.0]])


def _checked_tent(left: float, apex: float, right: float, height: float) -> Tent:
    left, apex, right = (
        _arrays.number(value, name) for value, name in ((left, "left"), (apex, "apex"), (right, "right"))
    )
    if not left < apex < right:
        raise InvalidInputError(f"left = {left}, apex = {apex} and right = {right} must rise")
    height = _checked_height(height)
    total = _checked_slope(height, apex - left) + _checked_slope(height, right - apex)
    if not np.isfinite(total):
        raise InvalidInputError(f"height = {height} on ({left}, {right}) makes a slope change too large for float64")
    return Tent(left, apex, right, height)


def _checked_height(height: float) -> float:
    height = _arrays.number(height, "height")
    if height == 0:
        raise InvalidInputError("height must not be 0: a brick of no height has no slopes")
    return height


def _checked_slope(height: float, width: float) -> float:
    slope = height / width
    if not np.isfinite(slope):
        raise InvalidInputError(f"height = {height} over a width of {width} is a slope too large for float64")
    return slope
