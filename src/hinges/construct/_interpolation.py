"""Interpolation: the construction by hand, one hinge for each segment between points of the target."""

from dataclasses import dataclass

import numpy as np

from hinges import _arrays
from hinges.construct._knots import ALL_POINTS, MOST_UNITS, OWN, knots
from hinges.construct._target import Target, measured, measured_error
from hinges.convert import to_network
from hinges.fits import Approximation
from hinges.pwl import PiecewiseLinear


@dataclass(frozen=True, kw_only=True)
class Interpolation:
    """Straight lines between `units` + 1 points of the target, one hinge a segment, input weights 1.

    A callable is met at evenly spaced points. A PiecewiseLinear with at most `units` segments on the interval
    is met at its own vertices, and so is equal there. Data are met at points of their own: all of them if they
    are few enough, else evenly spaced in rank, the first and the last included; repeated x are averaged
    first. Neighbouring segments in line share one hinge, so there can be fewer.

    Arguments:
        units: hidden units, at most 20,000.

    >>> Interpolation(units=3).units
    3
    >>> Interpolation(units=3).approximate(PiecewiseLinear([0, 1, 2], [0, 1, 0]), interval=(0, 2)).loss < 1
    True
    """

    units: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", _arrays.count(self.units, "units", maximum=MOST_UNITS))

    def approximate(self, target: Target, interval: tuple[float, float] | None) -> Approximation:
        """Construct the network; `hinges.approximate` checks the target and calls this."""
        t, y, how = knots(target, interval, self.units + 1)
        function = _interpolant(t, y)
        network = to_network(function, interval=(float(t[0]), float(t[-1])) if len(t) > 1 else None)
        loss = measured_error(target, interval, function)
        return Approximation(function, network, loss, None, _status(len(t), how, loss, interval))


def _interpolant(t: np.ndarray, y: np.ndarray) -> PiecewiseLinear:
    """Give the function through the points that continues as right-facing hinges do: level, and straight on."""
    inside = PiecewiseLinear(t, y)
    return PiecewiseLinear(t, y, 0.0, float(inside.slopes[-2]) if len(t) > 1 else 0.0)


def _status(points: int, how: str, loss: float, interval: tuple[float, float] | None) -> str:
    if how == OWN:
        return f"interpolates the function at {points} {how}"
    fewer = "; more units would not change it" if how == ALL_POINTS else ""
    return f"interpolates the target at {points} {how}; {measured(loss, interval)}{fewer}"
