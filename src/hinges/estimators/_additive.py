"""Sums of hinges of one feature each: found greedily, each moved until none is better elsewhere, then moved freely."""

from dataclasses import dataclass

import numpy as np

from hinges._arrays import Floats
from hinges.estimators._knot_gains import SortedFeature, gains
from hinges.nets import Network

ROUNDS = 10  # in which every hinge is tried elsewhere
LEAST_GAIN = 1e-12  # of the whole sum of squares: less is rounding
POLISHES = 200  # evaluations of the last, continuous search


@dataclass(frozen=True)
class AdditiveHinge:
    """One hinge, ReLU(x[feature] - kink) or ReLU(kink - x[feature])."""

    feature: int
    kink: float
    left: bool

    def __call__(self, x: Floats) -> Floats:
        """Give its values, (n,)."""
        distance = x[:, self.feature] - self.kink
        return np.maximum(-distance if self.left else distance, 0.0)


@dataclass(frozen=True)
class _Rows:
    """The rows, each feature about 0 and at most 1 in size, and what they are multiplied by for their weights."""

    x: Floats
    y: Floats
    root_weights: Floats
    features: tuple[SortedFeature, ...]

    def columns(self, hinges: list[AdditiveHinge]) -> Floats:
        """Give a constant's column and one a hinge, times the root weights, (n, 1 + hinges)."""
        columns = [np.ones(len(self.y)), *(hinge(self.x) for hinge in hinges)]
        return np.stack(columns, axis=1) * self.root_weights[:, None]

    def solved(self, hinges: list[AdditiveHinge]) -> tuple[Floats, float]:
        """Give the best constant and coefficients, and the sum of squares that they leave."""
        columns, target = self.columns(hinges), self.y * self.root_weights
        found: Floats = np.linalg.lstsq(columns, target, rcond=1e-12)[0].astype(np.float64, copy=False)
        return found, float(np.sum((target - columns @ found) ** 2))

    def best_new(self, hinges: list[AdditiveHinge]) -> tuple[float, AdditiveHinge | None]:
        """Give the hinge, bending at a row, that lessens the sum of squares most beside these, and by how much."""
        columns, target = self.columns(hinges), self.y * self.root_weights
        left, sizes, _ = np.linalg.svd(columns, full_matrices=False)
        basis = left[:, sizes > 1e-10 * sizes[0]]
        residual = target - basis @ (basis.T @ target)
        best, chosen = LEAST_GAIN * float(target @ target), None
        for j, feature in enumerate(self.features):
            for left_facing, gain in enumerate(gains(feature, basis, residual, self.root_weights)):
                at = int(np.argmax(gain))
                if gain[at] > best:
                    best, chosen = float(gain[at]), AdditiveHinge(j, float(feature.places[at]), bool(left_facing))
        return best, chosen


def additive_network(x: Floats, y: Floats, weights: Floats | None, units: int) -> Network:
    """Give a network of at most `units` ReLU units, each reading one input, with a small squared error.

    Hinges are added one by one where they lessen the sum of squares most, out of all features and all rows; then each
    is taken out and placed anew as long as that helps; at last all kinks move together. Every step lessens the error;
    the result is approximate: no bound says how far the best additive network is.

    Arguments:
        x: (n, d) inputs.
        y: (n,) outputs.
        weights: (n,) positive row weights, or None.
        units: how many hinges there may be, in all features together.
    """
    x, y, weights = _merged(x, y, weights)
    low, high = x.min(axis=0), x.max(axis=0)
    centre = low / 2 + high / 2
    scale = np.where(high > low, high / 2 - low / 2, 1.0)
    middle = float(np.average(y, weights=weights))
    size = float(np.abs(y - middle).max()) or 1.0
    inside = (x - centre) / scale
    root_weights = np.sqrt(weights / weights.max())
    rows = _Rows(inside, (y - middle) / size, root_weights, tuple(SortedFeature(column) for column in inside.T))
    hinges = _polished(rows, _moved(rows, _grown(rows, units)))
    found, _ = rows.solved(hinges)
    return _network(hinges, found, centre, scale, (middle, size))


def _merged(x: Floats, y: Floats, weights: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Give the distinct rows in order with their mean outputs and summed weights: a row twice is one of weight 2."""
    weights = np.ones(len(y)) if weights is None else weights
    distinct, first, row = np.unique(x, axis=0, return_index=True, return_inverse=True)
    total = np.bincount(row, weights).astype(np.float64, copy=False)
    level = y[first]  # so that equal outputs have exactly their own mean
    return distinct, level + np.bincount(row, weights * (y - level[row])) / total, total


def _grown(rows: _Rows, units: int) -> list[AdditiveHinge]:
    hinges: list[AdditiveHinge] = []
    while len(hinges) < units:
        _, new = rows.best_new(hinges)
        if new is None:
            break
        hinges.append(new)
    return hinges


def _moved(rows: _Rows, hinges: list[AdditiveHinge]) -> list[AdditiveHinge]:
    """Take out each hinge in turn and put it where it lessens the error most, until none moves."""
    left = rows.solved(hinges)[1]
    for _ in range(ROUNDS):
        before = left
        for i in range(len(hinges)):
            others = hinges[:i] + hinges[i + 1 :]
            _, new = rows.best_new(others)
            if new is None or new == hinges[i]:
                continue
            tried = [*others[:i], new, *others[i:]]
            error = rows.solved(tried)[1]
            if error < left * (1 - 1e-9):
                hinges, left = tried, error
        if left >= before:
            break
    return hinges


def _polished(rows: _Rows, hinges: list[AdditiveHinge]) -> list[AdditiveHinge]:
    """Move all kinks together between the rows, and keep that where it helps."""
    from scipy.optimize import least_squares

    found, before = rows.solved(hinges)
    movable = [i for i, hinge in enumerate(hinges) if abs(hinge.kink) < 1]
    if not movable or before == 0.0:
        return hinges
    places = np.array([hinges[i].kink for i in movable])

    def placed(kinks: Floats) -> list[AdditiveHinge]:
        moved = list(hinges)
        for i, kink in zip(movable, np.clip(kinks, -1, 1), strict=True):
            moved[i] = AdditiveHinge(hinges[i].feature, float(kink), hinges[i].left)
        return moved

    target, many = rows.y * rows.root_weights, len(places)

    def residual(at: Floats) -> Floats:
        return rows.columns(placed(at[:many])) @ at[many:] - target

    def jacobian(at: Floats) -> Floats:
        columns = rows.columns(placed(at[:many]))
        signs = np.array([1.0 if hinges[i].left else -1.0 for i in movable])
        chosen = np.array(movable) + 1
        slopes = (columns[:, chosen] > 0) * rows.root_weights[:, None] * signs * at[many:][chosen]
        return np.hstack([slopes, columns])

    reached = least_squares(residual, np.r_[places, found], jac=jacobian, max_nfev=POLISHES, x_scale="jac")  # pyright: ignore[reportArgumentType] - a function is taken
    moved = placed(reached.x[:many])
    return moved if rows.solved(moved)[1] < before else hinges


def _network(
    hinges: list[AdditiveHinge], found: Floats, centre: Floats, scale: Floats, output: tuple[float, float]
) -> Network:
    """Give the network in the data's own units; one without hinges has a silent one, because a layer needs a unit."""
    middle, size = output
    weights, biases = np.zeros((len(centre), max(1, len(hinges)))), np.zeros(max(1, len(hinges)))
    coefficients = np.zeros((max(1, len(hinges)), 1))
    for i, hinge in enumerate(hinges):
        j, sign = hinge.feature, -1.0 if hinge.left else 1.0
        weights[j, i] = sign
        biases[i] = -sign * (centre[j] + hinge.kink * scale[j])
        coefficients[i, 0] = found[1 + i] * size / scale[j]
    return Network.dense([weights, coefficients], [biases, np.array([middle + size * found[0]])])
