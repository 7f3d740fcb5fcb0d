"""Hinge: one term of a sum of ReLU units in one variable."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Hinge:
    """The term x -> coefficient * relu(weight * x + bias).

    >>> Hinge(weight=-2.0, bias=2.0, coefficient=1.0).kink
    1.0
    >>> Hinge(weight=2.0, bias=-1.0, coefficient=3.0).slope_change
    6.0
    """

    weight: float
    bias: float
    coefficient: float

    @property
    def kink(self) -> float:
        """Where the hinge bends, -bias / weight; NaN for a constant hinge (weight 0)."""
        return -self.bias / self.weight + 0.0 if self.weight else math.nan  # + 0.0 turns -0.0 into 0.0

    @property
    def slope_change(self) -> float:
        """How much the slope grows at the kink, coefficient * |weight|."""
        return self.coefficient * abs(self.weight)
