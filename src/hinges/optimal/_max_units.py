"""The best N-unit ReLU network in max norm: best found, with the certified bound of N + 1 pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hinges.errors import InvalidInputError
from hinges.optimal._max_norm import MaxFit, best_max
from hinges.optimal._minimax import Rows, Sum, refined, solved
from hinges.optimal._signs import rank_patterns
from hinges.pwl import PiecewiseLinear

Floats = NDArray[np.float64]

# A network this close to the bound is as good as the bound.
CLOSE = 1e-10
_RANKED = 24
_TINY = 1e-304
_REFINED = 4
_STEPS = 30
# Rows above which some are chosen, from so many blocks, again and again; rows that are evaluated at once.
_MANY, _BLOCKS, _ROUNDS, _CHUNK = 20_000, 300, 4, 100_000


@dataclass(frozen=True, eq=False)
class MaxUnits:
    """``f(x) = output_bias + sum_i coefficients[i] * relu(weights[i] * x + biases[i])``, weights 1 or -1.

    Arguments:
        weights, biases, coefficients: (units,).
        output_bias: a number.
        error: the largest weighted error over the data of this sum, as measured in float64.
        lower: certified: no network of so many units errs by less. For one unit it is the best error itself.
        bound: the best function of one piece more than units, which proves `lower` for two units and more.
    """

    weights: Floats
    biases: Floats
    coefficients: Floats
    output_bias: float
    error: float
    lower: float
    bound: MaxFit

    def __call__(self, x: Floats) -> Floats:
        """Give f at x (n,), summed hinge by hinge."""
        parts = np.array_split(x, len(x) // _CHUNK + 1)
        hidden = (np.maximum(part[:, None] * self.weights + self.biases, 0.0) for part in parts)
        return np.concatenate([part @ self.coefficients for part in hidden]) + self.output_bias


def best_max_units(
    x: Floats,
    y: Floats,
    units: int,
    weights: Floats | None = None,
    *,
    bound: MaxFit | None = None,
    fallback: MaxFit | None = None,
) -> MaxUnits:
    """Give the best network found with `units` ReLU units for the max of ``weights * |y - f(x)|``.

    The sum is never worse than the best function of `units` pieces (a closed form) but for rounding; it
    reaches the bound of units + 1 pieces where some choice of left-facing units balances. `bound` and
    `fallback` are `best_max` for units + 1 and for units pieces, where they are known already.
    """
    bound = best_max(x, y, units + 1, weights) if bound is None else bound
    fallback = best_max(x, y, units, weights) if fallback is None else fallback
    if len(x) > _MANY:
        return _of_many((x, y, np.ones(len(x)) if weights is None else weights), units, bound, fallback)
    frame = _Frame.of(x, y, weights)
    if len(bound.function.kinks) < units:
        return frame.network(_closed_form(bound.function, units, frame), bound)
    close = bound.lower * (1 + CLOSE) + frame.rounding
    best = frame.network(_closed_form(fallback.function, units, frame), bound)
    if units == 1:
        return _best_single(frame, bound, fallback, best)
    for start, steps in _starts(bound.function, fallback.function, units, frame):
        if best.error <= close:
            break
        found, error = refined(start, frame.rows, frame.scaled_error(close), steps=steps)
        best = min(best, frame.network(found, bound), key=lambda one: one.error)
        if error <= frame.scaled_error(close):  # what remains is the rounding of kinks to float64
            break
    return best


def _of_many(rows: tuple[Floats, Floats, Floats], units: int, bound: MaxFit, fallback: MaxFit) -> MaxUnits:
    """Search on some of the rows and add those on which the network errs most, until it errs nowhere by more."""
    x, y, weights = rows
    order = np.argsort(x, kind="stable")
    x, y, weights = x[order], y[order], weights[order]
    rough = weights * (y - bound.function(x))
    chosen = np.zeros(len(x), np.bool_)
    for block in np.array_split(np.arange(len(x)), _BLOCKS):
        chosen[[block[0], block[-1], block[rough[block].argmax()], block[rough[block].argmin()]]] = True
    best: MaxUnits | None = None
    for _ in range(_ROUNDS):
        part = best_max_units(x[chosen], y[chosen], units, weights[chosen], bound=bound, fallback=fallback)
        errors = np.abs(weights * (y - part(x)))
        largest = float(errors.max())
        if best is None or largest < best.error:
            best = replace(part, error=max(largest, part.lower))
        if largest <= part.error * (1 + CLOSE):
            break
        for block in np.array_split(np.arange(len(x)), _BLOCKS):
            worst = block[errors[block].argmax()]
            chosen[worst] |= errors[worst] > part.error
    assert best is not None
    return best


def _best_single(frame: _Frame, bound: MaxFit, line: MaxFit, best: MaxUnits) -> MaxUnits:
    """Give the best single unit, certified: it is flat on its left, flat on its right, or a line on the data."""
    fits = [frame.flat(1, side) for side in (1.0, -1.0)]
    networks = [best, *(frame.network(found, bound) for found, _ in fits)]
    lower = max(bound.lower, min([line.lower, *(lower for _, lower in fits)]))
    chosen = min(networks, key=lambda one: one.error)
    return replace(chosen, lower=lower, error=max(chosen.error, lower))


@dataclass(frozen=True, eq=False)
class _Frame:
    """The data as given, and shifted and scaled to units near 1."""

    x: Floats
    y: Floats
    weights: Floats
    rows: Rows
    x_shift: float
    x_unit: float
    y_shift: float
    y_unit: float
    w_unit: float

    @classmethod
    def of(cls, x: Floats, y: Floats, weights: Floats | None) -> _Frame:
        w = np.ones(len(x)) if weights is None else weights
        x, y, w = x[w > 0], y[w > 0], w[w > 0]
        x_shift, x_unit = _middle(x)
        y_shift, y_unit = _middle(y)
        if min(x_unit, y_unit) < _TINY or not _TINY < y_unit / x_unit < 1 / _TINY:
            raise InvalidInputError("the slopes of the data do not fit float64: rescale x or y")
        w_unit = float(w.max())
        rows = Rows((x - x_shift) / x_unit, (y - y_shift) / y_unit, w / w_unit)
        return cls(x, y, w, rows, x_shift, x_unit, y_shift, y_unit, w_unit)

    @property
    def rounding(self) -> float:
        """What float64 evaluation alone may cost."""
        largest = float((self.weights * np.abs(self.y)).max())
        return 4 * float(np.finfo(np.float64).eps) * largest

    def scaled_error(self, error: float) -> float:
        return error / self.w_unit / self.y_unit

    def hinges(self, function: PiecewiseLinear) -> tuple[Floats, Floats, float]:
        """Give a function's kinks, slope changes and leftmost slope, scaled."""
        bent = function.slope_changes != 0
        slope = self.x_unit / self.y_unit
        kinks = (function.breakpoints[bent] - self.x_shift) / self.x_unit
        return kinks, function.slope_changes[bent] * slope, function.left_slope * slope

    def constant(self, function: PiecewiseLinear, at: float) -> float:
        """Give the function's value at a scaled abscissa, scaled."""
        return (function(at * self.x_unit + self.x_shift) - self.y_shift) / self.y_unit

    def flat(self, units: int, side: float) -> tuple[Sum, float]:
        """Give the best sum of units that all face right (side 1) or left (-1), and its certified lower bound."""
        best = best_max(side * self.x, self.y, units + 1, self.weights, flat_first=True)
        mirrored = replace(self, rows=Rows(side * self.rows.x, *self._yw), x_shift=side * self.x_shift)
        kinks, changes, _ = mirrored.hinges(best.function)
        spare = np.zeros(units - len(kinks))
        level = (float(best.function.values[0]) - self.y_shift) / self.y_unit
        kinks = side * np.append(kinks, spare + float(mirrored.rows.x.min()))
        return Sum(np.full(units, side), kinks, np.append(changes, spare), level), best.lower

    @property
    def _yw(self) -> tuple[Floats, Floats]:
        return self.rows.y, self.rows.weights

    def network(self, found: Sum, bound: MaxFit) -> MaxUnits:
        """Give a scaled sum in the data's own units; where rounding the kinks shows, solve for the rest again."""
        biases = -found.facing * (found.kinks * self.x_unit + self.x_shift)
        network = self._unscaled(found, biases, bound)
        hoped = float(np.abs(found.errors(self.rows)).max()) * self.w_unit * self.y_unit
        if network.error <= hoped * (1 + 1e-9):
            return network
        kinks = (-found.facing * biases - self.x_shift) / self.x_unit
        again = solved(Sum(found.facing, kinks, found.coefficients, found.constant), self.rows)
        return min(network, self._unscaled(again, biases, bound), key=lambda one: one.error)

    def _unscaled(self, found: Sum, biases: Floats, bound: MaxFit) -> MaxUnits:
        coefficients = found.coefficients * (self.y_unit / self.x_unit)
        output_bias = found.constant * self.y_unit + self.y_shift
        network = MaxUnits(found.facing, biases, coefficients, output_bias, 0.0, bound.lower, bound)
        error = float((self.weights * np.abs(self.y - network(self.x))).max())
        return MaxUnits(found.facing, biases, coefficients, output_bias, max(error, bound.lower), bound.lower, bound)


def _middle(values: Floats) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    unit = high / 2 - low / 2
    return low + unit, unit or 1.0


def _closed_form(function: PiecewiseLinear, units: int, frame: _Frame) -> Sum:
    """Write a function with fewer kinks than units: one hinge at the data's left end carries the first slope.

    Units to spare get the coefficient 0.
    """
    kinks, changes, slope = frame.hinges(function)
    left = float(frame.rows.x.min())
    inside = kinks > left
    slope += float(changes[~inside].sum())
    kinks, changes = kinks[inside], changes[inside]
    spare = units - 1 - len(kinks)
    return Sum(
        np.ones(units),
        np.concatenate([[left], kinks, np.full(spare, left)]),
        np.concatenate([[slope], changes, np.zeros(spare)]),
        frame.constant(function, left),
    )


def _starts(bound: PiecewiseLinear, fallback: PiecewiseLinear, units: int, frame: _Frame) -> Iterator[tuple[Sum, int]]:
    """Give hinge sums and how many steps to refine them, the cheapest and most promising first."""
    kinks, changes, slope = frame.hinges(bound)
    solutions: list[tuple[float, Sum]] = []
    for pattern in rank_patterns(slope, changes, _RANKED):
        one = solved(Sum(np.where(pattern, -1.0, 1.0), kinks, changes, 0.0), frame.rows)
        solutions.append((float(np.abs(one.errors(frame.rows)).max()), one))
        yield one, 0
    flats = [frame.flat(units, side)[0] for side in (1.0, -1.0)]
    yield from ((flat, 0) for flat in flats)
    solutions.sort(key=lambda pair: pair[0])
    for _, one in solutions[:_REFINED]:
        yield one, _STEPS
    closed = _closed_form(fallback, units, frame)
    right_end = np.append(closed.kinks[1:], frame.rows.x.max())
    yield closed, _STEPS
    yield Sum(-closed.facing, right_end, closed.coefficients, 0.0), _STEPS
    if units <= 3:
        yield from ((one, _STEPS) for one in _grid(units, frame))


def _grid(units: int, frame: _Frame) -> Iterator[Sum]:
    """For very few units the balanced network can lie far from the bound's function: try all facings."""
    places = np.quantile(frame.rows.x, (np.arange(units) + 1) / (units + 1))
    for code in range(2**units):
        facing = np.where((code >> np.arange(units)) & 1, -1.0, 1.0)
        yield Sum(facing, places, np.zeros(units), 0.0)
