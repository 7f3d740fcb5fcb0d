"""How much one more hinge of one feature would lessen the squared error, for every place at which it may bend."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hinges._arrays import Floats


@dataclass(frozen=True)
class SortedFeature:
    """One feature of the rows in order: a hinge that bends at one of its values is summed over the rows in one pass.

    Arguments:
        values: (n,) of the feature, row by row.
    """

    values: Floats

    @cached_property
    def _order(self) -> np.ndarray:
        return np.argsort(self.values, kind="stable")

    @cached_property
    def _starts(self) -> np.ndarray:
        """Give where each distinct value begins among the rows in order, (k,)."""
        ordered = self.values[self._order]
        return np.flatnonzero(np.r_[True, ordered[1:] > ordered[:-1]])

    @cached_property
    def places(self) -> Floats:
        """Give the distinct values, rising, (k,)."""
        return self.values[self._order][self._starts]

    def from_right(self, rows: Floats) -> Floats:
        """Give the sums over the rows at or right of every place, (m, k) of (m, n)."""
        sums = np.add.reduceat(rows[:, self._order], self._starts, axis=1)
        return np.cumsum(sums[:, ::-1], axis=1)[:, ::-1]


def gains(feature: SortedFeature, basis: Floats, residual: Floats, root_weights: Floats) -> tuple[Floats, Floats]:
    """Give by how much a hinge at each place lessens the sum of squares, (k,) facing right and (k,) facing left.

    Arguments:
        feature: the feature, moved and scaled to lie about 0, or the sums would cancel.
        basis: (n, m) orthonormal columns that span what is there already, in rows times `root_weights`.
        residual: (n,) what they leave, in rows times `root_weights`.
        root_weights: (n,) square roots of the row weights.
    """
    t, x, weights = feature.places, feature.values, root_weights * root_weights
    rows = np.vstack([basis.T, residual]) * root_weights
    m = len(rows)
    sums = feature.from_right(np.vstack([rows, rows * x, weights, weights * x, weights * x * x]))
    right = sums[m : 2 * m] - t * sums[:m]  # sum of rows times ReLU(x - t)
    right_squares = sums[-1] - 2 * t * sums[-2] + t * t * sums[-3]
    whole = sums[:, :1]  # ReLU(t - x) is ReLU(x - t) less x - t
    left = right - (whole[m : 2 * m] - t * whole[:m])
    left_squares = whole[-1] - 2 * t * whole[-2] + t * t * whole[-3] - right_squares
    return _gain(right, right_squares, whole[-3, 0]), _gain(left, left_squares, whole[-3, 0])


def _gain(sums: Floats, squares: Floats, weight: float) -> Floats:
    """Give the gains of hinges whose products with the rows and with themselves are known."""
    new = squares - np.sum(sums[:-1] ** 2, axis=0)  # what of the hinge is new, squared
    usable = new > 1e-9 * np.maximum(squares, 1e-9 * weight)
    return np.where(usable, sums[-1] ** 2 / np.where(usable, new, 1.0), 0.0)
