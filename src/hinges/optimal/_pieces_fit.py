"""What a search for the best pieces in squared error gives: a function found, and a proven bound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges.optimal._refine import Polygon

Floats = NDArray[np.float64]

CLOSED = 1e-9  # relative gap at which a bracket counts as closed


@dataclass(frozen=True)
class PiecesFit:
    """The best continuous function found with at most `allowed` pieces, and a certified bound for all of them.

    `polygon` is the function in the units of the rows, its `error` the weighted sum of squares as measured;
    `lower` is a certified lower bound on it for every continuous function with at most `allowed` pieces.
    `knots` are its inner knots in scaled units. `closed` says that the two agree to 1e-9, or to what rounding
    allows; `pair_bound` that there is no tighter bound to be had from pairs of pieces. Errors divided by `total` are
    means.
    """

    polygon: Polygon
    lower: float
    allowed: int
    total: float
    knots: Floats
    closed: bool
    pair_bound: bool

    @property
    def mse(self) -> float:
        """The weighted mean squared error of the function found."""
        return self.polygon.error / self.total

    @property
    def lower_mse(self) -> float:
        """A certified lower bound on the weighted mean squared error."""
        return self.lower / self.total
