"""The best max error of N continuous linear pieces on data: certified in rationals, with its function."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hinges.errors import InvalidInputError
from hinges.optimal._gates import Gates, rounded_down, rounded_up
from hinges.optimal._minimax import Rows, Sum, solved
from hinges.optimal._tube import Knots
from hinges.pwl import PiecewiseLinear
from hinges.pwl._vertices import Vertices

Floats = NDArray[np.float64]

BRACKET = 1e-12
_FLOAT_BRACKET = 1e-13
# Rounding of the float64 tube, in units of the data's spread: it only chooses where the exact decisions start.
_NOISE = 1e-15
# Kinks rounded to float64 may cost this much (relative) before the values are fitted again.
_ROUNDED = 1e-9
_MANY = 1200
_BLOCKS = 300
_NEIGHBOURS = 12
# Distinct abscissas from which on float64 decisions are compiled, and then the blocks that the first ones are from.
_LARGE = 20_000
_MANY_BLOCKS = 2000


@dataclass(frozen=True, eq=False)
class MaxFit:
    """The best max error of `pieces` continuous linear pieces, bracketed, and a function that reaches it.

    Arguments:
        lower: certified in rationals: no continuous function of `pieces` pieces has a smaller max error.
        reached: certified in rationals: some such function has no larger one; reached <= lower (1 + 1e-12).
        upper: the max error of `function` over the data, as measured in float64; at least `lower`.
        function: that function, rounded to float64.
        pieces: the number of pieces asked for; the function may have fewer.
    """

    lower: float
    reached: float
    upper: float
    function: PiecewiseLinear
    pieces: int


def best_max(x: Floats, y: Floats, pieces: int, weights: Floats | None = None, *, flat_first: bool = False) -> MaxFit:
    """Give the smallest max of ``weights * |y - f(x)|`` over continuous f of `pieces` linear pieces.

    The bracket `lower`..`reached` is certified in rationals with respect to the given float64 numbers, and
    closed to 1e-12 relative. x and y (n,) in any order, x may repeat. With `flat_first` only functions whose
    leftmost piece is horizontal count (one more piece than units, all of which face right).

    Raises:
        InvalidInputError: numbers that float64 cannot carry through (a slope past 1.8e308, say).
    """
    return _best(Gates.of(x, y, weights, flat_first=flat_first), pieces, _Probes())


def max_curve(x: Floats, y: Floats, max_pieces: int, weights: Floats | None = None) -> list[MaxFit]:
    """Give `best_max` for 1..max_pieces pieces; what one number of pieces shows about others is shared."""
    gates, probes = Gates.of(x, y, weights), _Probes(shared=True)
    return [_best(gates, pieces, probes) for pieces in range(1, max_pieces + 1)]


def fewest_pieces(x: Floats, y: Floats, tolerance: float, weights: Floats | None = None) -> MaxFit:
    """Give the best function with the fewest pieces whose max error can be `tolerance` or less.

    The number of pieces is exact (decided in rationals); with weights other than 1, for a tolerance smaller
    by at most one unit in the last place, and with more than 1,200 distinct x for one larger by 1e-12 of it.

    Raises:
        InvalidInputError: repeated x make every function err by more.
    """
    gates = Gates.of(x, y, weights)
    if tolerance < gates.repeat_floor:
        floor = float(gates.repeat_floor)
        raise InvalidInputError(
            f"tolerance = {tolerance} is out of reach: rows with equal x make every function err by {floor}"
        )
    return _best(gates, _fewest(gates, tolerance), _Probes())


def _fewest(gates: Gates, tolerance: float) -> int:
    """Give the fewest pieces within a tolerance; of many rows, from some and those that they do not settle."""
    chosen = np.ones(len(gates.places), np.bool_) if len(gates.places) <= _MANY else _core(gates, _BLOCKS)
    while True:
        function = gates.part(chosen).function(tolerance)
        if function is None:  # the gates' own rounding, with weights: no function errs by so little
            return len(gates.places)
        if chosen.all():
            return piece_count(function)
        errors = _errors(function, gates)
        over = (errors > tolerance * (1 + BRACKET)) & ~chosen
        if not over.any():
            return piece_count(function)
        chosen = chosen | _peaks(errors, over) | _near(_rounded(function).breakpoints, gates)


def max_error(function: PiecewiseLinear, gates: Gates) -> float:
    """Give the largest weighted error of a function over the rows, as measured in float64."""
    return float((gates.weights * np.abs(gates.y - function(gates.x))).max())


def piece_count(function: Knots) -> int:
    """Give the number of pieces of a function as `_tube.knots` gives it (a line has one vertex)."""
    straight = len(function.x) == 1 and function.left_slope == function.right_slope
    return 1 if straight else len(function.x) + 1


@dataclass
class _Probes:
    """What float64 runs have shown: (scaled error, pieces needed, or None for more than was asked)."""

    shared: bool = False
    needed: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])

    def bracket(self, pieces: int, low: float, high: float) -> tuple[float, float]:
        low = max([low, *(error for error, count in self.needed if count > pieces)])
        return low, min([high, *(error for error, count in self.needed if count <= pieces)])


def _best(gates: Gates, pieces: int, probes: _Probes) -> MaxFit:
    if pieces - gates.flat_first >= len(gates.places) - 1:
        return _interpolated(gates, pieces)
    if len(gates.places) > _MANY:
        return _best_of_many(gates, pieces)
    floor = gates.scaled_error(float(gates.repeat_floor))
    low, high = _estimate(gates, pieces, probes.bracket(pieces, floor, gates.scaled_spread), probes)
    lower, reached, exact = _confirmed(gates, pieces, low, high)
    function = _rounded(exact)
    measured = max_error(function, gates)
    if measured > reached * (1 + _ROUNDED):
        function, measured = _settled(function, measured, gates)
    return MaxFit(lower, reached, max(lower, measured), function, pieces)


def _settled(function: PiecewiseLinear, measured: float, gates: Gates) -> tuple[PiecewiseLinear, float]:
    """Fit the values again where float64 has too few places for the kinks, far from zero: never worse."""
    unit = float(np.ptp(gates.x)) or 1.0
    size = float(np.ptp(gates.y)) or 1.0
    at, level = float(gates.x[0]), float(gates.y[0])
    kinks = function.kinks[(function.kinks > at) & (function.kinks < gates.x[-1])]
    if gates.flat_first or not len(kinks):
        return function, measured
    places = np.concatenate(([0.0], (kinks - at) / unit))
    rows = Rows((gates.x - at) / unit, (gates.y - level) / size, gates.weights / gates.weights.max())
    fitted = solved(Sum(np.ones(len(places)), places, np.zeros(len(places)), 0.0), rows)
    values = fitted.columns(places[1:]) @ fitted.coefficients + fitted.constant
    slopes = np.cumsum(fitted.coefficients)[[0, -1]] * (size / unit)
    trial = PiecewiseLinear(kinks, level + size * values, float(slopes[0]), float(slopes[-1]))
    error = max_error(trial, gates)
    return (trial, error) if error < measured else (function, measured)


def _interpolated(gates: Gates, pieces: int) -> MaxFit:
    """Join the best value at each distinct abscissa; interior ones are the kinks."""
    x, y = [Fraction(t) for t in gates.distinct], gates.centres
    if gates.flat_first:
        x, y = [2 * x[0] - x[-1] - 1, *x], [y[0], *y]
    slopes = [(d - b) / (c - a) for (a, c), (b, d) in zip(pairwise(x), pairwise(y), strict=True)] or [Fraction()]
    inside = slice(1, -1) if len(x) > 2 else slice(0, 1)
    function = _rounded(Knots(x[inside], y[inside], slopes[0], slopes[-1]))
    floor = rounded_down(gates.repeat_floor)
    reached = rounded_up(gates.repeat_floor)
    return MaxFit(floor, reached, max(floor, max_error(function, gates)), function, pieces)


def _estimate(
    gates: Gates, pieces: int, bracket: tuple[float, float], probes: _Probes, rough: float = 0.0
) -> tuple[float, float]:
    """Bisect in float64, down to `rough`: (an error that seems too small, one that seems enough), scaled."""
    low, high = bracket
    while high - low > max(rough, _FLOAT_BRACKET * high + _NOISE):
        middle = (low + high) / 2
        count = gates.pieces(middle, None if probes.shared else pieces)
        probes.needed.append((middle, pieces + 1 if count is None else count))
        low, high = (low, middle) if count is not None and count <= pieces else (middle, high)
    return low, high


def _confirmed(
    gates: Gates, pieces: int, low: float, high: float, *, narrow: bool = True
) -> tuple[float, float, Knots]:
    """Decide both ends in rationals: widen the estimate until it holds, then halve it to `BRACKET`."""
    floor = rounded_down(gates.repeat_floor)
    pad = 2 * (_FLOAT_BRACKET * high + _NOISE)
    lower = max(floor, gates.error(max(0.0, low - pad)))
    while lower > floor and not gates.proves_more(lower, pieces):
        pad *= 8
        lower = max(floor, gates.error(max(0.0, low - pad)))
    pad = 2 * (_FLOAT_BRACKET * high + _NOISE)
    upper = gates.error(high + pad)
    while (function := gates.function(upper, pieces)) is None:
        pad *= 8
        upper = gates.error(high + pad)
    if lower == floor and (tight := gates.function(rounded_up(gates.repeat_floor), pieces)) is not None:
        return floor, rounded_up(gates.repeat_floor), tight
    while narrow and upper - lower > BRACKET * upper:
        middle = _between(lower, upper)
        if not lower < middle < upper:
            break
        smaller = gates.function(middle, pieces)
        if smaller is not None:
            upper, function = middle, smaller
        elif gates.proves_more(middle, pieces):
            lower = middle
        else:  # the gates' own rounding, with weights: nothing narrower can be told apart
            break
    return lower, upper, function


def _between(lower: float, upper: float) -> float:
    """Halve a bracket, in orders of magnitude as long as it spans several."""
    if upper > 4 * lower:
        return math.sqrt(lower / upper) * upper if lower > 0 else upper / 1024
    return lower + (upper - lower) / 2


def _rounded(exact: Knots) -> PiecewiseLinear:
    """Round to float64, each number once."""
    return PiecewiseLinear.from_vertices(Vertices(*exact))


def _best_of_many(gates: Gates, pieces: int) -> MaxFit:
    """Solve for some of the abscissas and add others, until the solution errs nowhere by more.

    What is proved for some of the rows is proved for all: more gates never need fewer pieces.
    """
    compiled = len(gates.places) > _LARGE and not gates.flat_first
    chosen = _core(gates, _MANY_BLOCKS if compiled else _BLOCKS)
    kept = np.zeros_like(chosen)
    low, high = float(gates.repeat_floor), gates.error(gates.scaled_spread)
    share = 0.01
    while True:  # every round adds abscissas, or the next one is tight; a tight one that adds none is the last
        part = gates.part(chosen)
        bracket = part.scaled_error(low), part.scaled_error(high)
        rough = share * (bracket[1] - bracket[0])
        tight = rough <= _FLOAT_BRACKET * bracket[1] + _NOISE
        if compiled:
            estimate, touched = _followed(part, pieces, bracket, rough)
            used = kept.copy()
            used[np.flatnonzero(chosen)[touched]] = True
            estimate = tuple(part.error(end) for end in estimate)
            part = gates.part(used)
            estimate = tuple(part.scaled_error(end) for end in estimate)
        else:
            used, estimate = chosen, _estimate(part, pieces, bracket, _Probes(), rough)
        lower, reached, exact = _confirmed(part, pieces, estimate[0], estimate[1], narrow=tight)
        function = _rounded(exact)
        errors = _errors(exact, gates)
        over = (errors > max(reached, _largest(errors, used)) * (1 + BRACKET)) & ~used
        if tight and not over.any():
            measured = max_error(function, gates)
            if measured > reached * (1 + _ROUNDED):
                function, measured = _settled(function, measured, gates)
            return MaxFit(lower, reached, max(lower, measured), function, pieces)
        share = 0.01 if (over & ~chosen).any() else 0.0
        low, high = max(low, lower), min(high, max(float(errors.max()), reached))
        peaks = _peaks(errors, over)
        chosen, kept = chosen | peaks | _near(function.breakpoints, gates), kept | peaks


def _followed(
    part: Gates, pieces: int, bracket: tuple[float, float], rough: float
) -> tuple[tuple[float, float], NDArray[np.int64]]:
    """Bisect in float64, compiled; give the bracket and the gates that decide at its ends, with both ends of x."""
    low, high = bracket
    while high - low > max(rough, _FLOAT_BRACKET * high + _NOISE):
        middle = (low + high) / 2
        low, high = (low, middle) if part.follow(middle, pieces)[0] else (middle, high)
    ends = np.array([0, len(part.start) - 1])
    return (low, high), np.unique(np.concatenate([ends, part.follow(low, pieces)[1], part.follow(high, pieces)[1]]))


def _errors(exact: Knots, gates: Gates) -> Floats:
    """Give the weighted error at each distinct abscissa, counted from the first: far from zero kinks lose places."""
    origin = float(gates.places[0])
    function = _rounded(exact._replace(x=[Fraction(t) - Fraction(origin) for t in exact.x]))
    x, kinks = gates.x - origin, function.breakpoints
    values = np.interp(x, kinks, function.values)  # x is sorted, which makes this quick
    first, last = np.searchsorted(x, kinks[[0, -1]])
    values[:first] += function.left_slope * (x[:first] - kinks[0])
    values[last:] += function.right_slope * (x[last:] - kinks[-1])
    errors = np.abs(gates.y - values)
    errors *= gates.weights
    return errors if len(gates.start) == len(errors) else np.maximum.reduceat(errors, gates.start)


def _largest(errors: Floats, chosen: NDArray[np.bool_]) -> float:
    return float(errors[chosen].max(initial=0.0))


def _core(gates: Gates, blocks: int) -> NDArray[np.bool_]:
    """Mark both ends and, in each of many blocks, the abscissas farthest above and below the block's chord."""
    count = len(gates.places)
    chosen = np.zeros(count, dtype=np.bool_)
    x, y = gates.places, gates.scaled.y
    top, bottom = np.maximum.reduceat(y, gates.start), np.minimum.reduceat(y, gates.start)
    edges = np.linspace(0, count - 1, blocks + 1).astype(int)
    chosen[edges] = True
    for a, b in pairwise(edges.tolist()):
        chord = np.interp(x[a : b + 1], x[[a, b]], [top[a], top[b]])
        chosen[a + int(np.argmax(top[a : b + 1] - chord))] = True
        chosen[a + int(np.argmin(bottom[a : b + 1] - chord))] = True
    return chosen


def _peaks(errors: Floats, over: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the largest error of every run of neighbouring offenders."""
    marked = np.zeros(len(errors), dtype=np.bool_)
    places = np.flatnonzero(over)
    for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
        if len(run):
            marked[run[np.argmax(errors[run])]] = True
    return marked


def _near(kinks: Floats, gates: Gates) -> NDArray[np.bool_]:
    """Mark the abscissas next to each kink: a gap there costs more than anywhere else."""
    marked = np.zeros(len(gates.places), dtype=np.bool_)
    for place in np.searchsorted(gates.places, kinks):
        marked[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS] = True
    return marked
