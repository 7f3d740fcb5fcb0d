"""Unit states: where units bend and which of them are dead or always on, from stacked parameters."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.nets import ACTIVATIONS
from hinges.nets._activations import LEAKY_SLOPE
from hinges.train._relocate import split


@dataclass(frozen=True)
class UnitStates:
    """What each unit does on the training rows, (units, ...) each.

    A unit is dead (always on) when its pre-activation is <= 0 (> 0) on every row; `kinks` is where the
    pre-activation is zero, NaN for a unit of weight 0; `slope_changes` is by how much the slope of the output
    jumps there (0 for a smooth activation).
    """

    kinks: Floats
    slope_changes: Floats
    dead: NDArray[np.bool_]
    always_on: NDArray[np.bool_]

    @property
    def unused(self) -> NDArray[np.int64]:
        """How many units are dead or always on, but for one always-on unit, which carries a slope, (...)."""
        return self.dead.sum(0) + np.maximum(self.always_on.sum(0) - 1, 0)


def unit_states(parameters: Floats, activation: str, x_range: tuple[float, float]) -> UnitStates:
    """Give the states of the units with these parameters (3 * units + 1, ...) on rows that span `x_range`."""
    w, b, c, _ = split(parameters)
    with np.errstate(over="ignore", invalid="ignore"):  # a diverging run has enormous numbers
        ends = np.stack([w * x_range[0] + b, w * x_range[1] + b])
        kinks = np.divide(-b, w, out=np.full(w.shape, np.nan), where=w != 0) + 0.0  # + 0.0: no -0.0
        slope_changes = c * np.abs(w) * _jump(activation)
    return UnitStates(kinks, slope_changes, ends.max(axis=0) <= 0, ends.min(axis=0) > 0)


def _jump(activation: str) -> float:
    """Give how much the slope of an activation jumps at zero."""
    chosen = ACTIVATIONS[activation]
    if not chosen.piecewise_linear:
        return 0.0
    left, right = chosen.derivative(np.array([-1.0, 1.0]), LEAKY_SLOPE)
    return float(right - left)
