"""The best largest error from one side, or relative to y: gates of any widths, decided in rationals.

A function errs by at most e where it passes ``y - e * down`` to ``y + e * up`` at every row. With one of the two
zero it stays on one side of the data; with both the size of y the error is relative.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.errors import InvalidInputError
from hinges.optimal._sample import Sample
from hinges.optimal._tube import Knots, knots, reaches
from hinges.pwl import PiecewiseLinear
from hinges.pwl._vertices import Vertices

_BRACKET = 1e-12
_MANY = 1500
_BLOCKS = 200


@dataclass(frozen=True, eq=False)
class Widths:
    """How wide gates grow with the error, (n,) each: rounded outward, for proofs, and inward, for functions."""

    out: Floats
    within: Floats

    @classmethod
    def of(cls, sizes: Floats | None, weights: Floats, *, closed: bool = False) -> Widths:
        """Give the widths for an error of 1: sizes / weights, or zero on a closed side."""
        if closed:
            return cls(np.zeros(len(weights)), np.zeros(len(weights)))
        sizes = np.ones(len(weights)) if sizes is None else sizes
        with np.errstate(over="ignore"):
            widths = sizes / weights
        if not np.isfinite(widths).all():
            raise InvalidInputError("y divided by weights is too large for float64: rescale one of them")
        exact = weights == 1.0
        return cls(
            np.where(exact, widths, np.nextafter(widths, np.inf)), np.where(exact, widths, np.nextafter(widths, 0.0))
        )

    def part(self, chosen: NDArray[np.bool_]) -> Widths:
        """Give the widths of some of the rows."""
        return Widths(self.out[chosen], self.within[chosen])


@dataclass(frozen=True, eq=False)
class GatedFit:
    """The best function of so many pieces: `lower` is proven in rationals, `reached` is what it has, rounded up."""

    lower: float
    reached: float
    function: PiecewiseLinear
    pieces: int


@dataclass(frozen=True, eq=False)
class Tube:
    """Rows sorted by x, with the widths of their gates below and above."""

    x: Floats
    y: Floats
    down: Widths
    up: Widths

    @classmethod
    def of(cls, sample: Sample, down: Widths, up: Widths, output: int = 0) -> Tube:
        """Give the tube of one output."""
        return cls(sample.x, sample.y[:, output], down, up)

    def part(self, chosen: NDArray[np.bool_]) -> Tube:
        """Give the tube of some of the rows."""
        return Tube(self.x[chosen], self.y[chosen], self.down.part(chosen), self.up.part(chosen))

    # --- float64 ------------------------------------------------------------------------------------

    @cached_property
    def _first(self) -> NDArray[np.intp]:
        return np.flatnonzero(np.concatenate([[True], self.x[1:] > self.x[:-1]]))

    @cached_property
    def distinct(self) -> list[float]:
        """The distinct x less the first of them, rising: float64 has more digits there."""
        return (self.x[self._first] - self.x[0]).tolist()

    @cached_property
    def enough(self) -> float:
        """An error that a constant reaches, found by doubling."""
        error = float(np.ptp(self.y)) / float(np.maximum(self.up.out, self.down.out).max()) + 1e-300
        while self.count(error, 1) is None:
            error *= 2.0
            if not math.isfinite(error):
                raise InvalidInputError("weights times y is too large for float64: rescale one of them")
        return error

    def ends(self, error: float) -> tuple[Floats, Floats]:
        """Give the gates of the distinct x."""
        low = np.maximum.reduceat(self.y - error * self.down.within, self._first)
        return low, np.minimum.reduceat(self.y + error * self.up.within, self._first)

    def count(self, error: float, limit: int | None = None) -> int | None:
        """Give the fewest pieces for an error, up to rounding; None for more than `limit`."""
        low, high = self.ends(error)
        found = reaches(self.distinct, low.tolist(), high.tolist(), limit)
        return None if found is None else len(found)

    # --- rationals ----------------------------------------------------------------------------------

    def exact_ends(self, error: float, *, outward: bool) -> tuple[list[Fraction], list[Fraction]]:
        """Give the gates of the distinct x as rationals, wider or narrower where weights round."""
        e = Fraction(error)
        down, up = (w.out if outward else w.within for w in (self.down, self.up))
        low: list[Fraction] = []
        high: list[Fraction] = []
        first = set(self._first.tolist())
        for i, (y, d, u) in enumerate(zip(self.y.tolist(), down.tolist(), up.tolist(), strict=True)):
            exact = Fraction(y)
            a, b = exact - e * Fraction(d), exact + e * Fraction(u)
            if i in first:
                low.append(a)
                high.append(b)
            else:
                low[-1], high[-1] = max(low[-1], a), min(high[-1], b)
        return low, high

    @cached_property
    def _exact_x(self) -> list[Fraction]:
        return [Fraction(t) for t in self.x[self._first].tolist()]

    def proves_more(self, error: float, pieces: int) -> bool:
        """Decide in rationals that no function of so many pieces errs by `error` or less."""
        low_ends, high_ends = _integers(self.exact_ends(error, outward=True))
        return reaches(_integers([self._exact_x])[0], low_ends, high_ends, pieces) is None

    def function(self, error: float, pieces: int | None = None) -> Knots | None:
        """Give, in rationals, a function with the fewest pieces that errs by at most `error`; None if > `pieces`."""
        low, high = self.exact_ends(error, outward=False)
        found = reaches(self._exact_x, low, high, pieces)
        return None if found is None else knots(found, self._exact_x, low, high)

    def needed(self, function: Callable[[Floats], Floats]) -> Floats:
        """Give the error that each row needs, as float64 gives it: infinite beyond a closed side, but for rounding."""
        above = function(self.x) - self.y
        room = np.where(above > 0, self.up.within, self.down.within)
        rounding = 1e-9 * (np.abs(self.y) + float(np.ptp(self.y)))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(room > 0, np.abs(above) / room, np.where(np.abs(above) <= rounding, 0.0, np.inf))


def best_gated(tube: Tube, pieces: int) -> GatedFit:
    """Give the function of at most `pieces` continuous pieces with the least error.

    The bracket `lower`..`reached` is certified in rationals for the given float64 numbers, and closed to 1e-12.
    """
    if len(tube.distinct) > _MANY:
        return _best_of_many(tube, pieces)
    return _best(tube, pieces, 0.0, tube.enough)


def fewest_gated(tube: Tube, tolerance: float) -> GatedFit:
    """Give the best function with the fewest pieces whose error can be at most `tolerance`: the number is exact.

    Raises:
        InvalidInputError: rows with equal x make every function err by more.
    """
    if len(tube.distinct) <= _MANY:
        found = tube.function(tolerance)
        if found is None:
            raise _unreachable(tolerance)
        return best_gated(tube, piece_count(found))
    count = tube.count(tolerance)
    if count is None:
        raise _unreachable(tolerance)
    fit = best_gated(tube, count)
    while fit.reached > tolerance:
        count += 1
        fit = best_gated(tube, count)
    return fit


def piece_count(function: Knots) -> int:
    """Give the number of pieces of a function as `knots` gives it (a line has one vertex)."""
    straight = len(function.x) == 1 and function.left_slope == function.right_slope
    return 1 if straight else len(function.x) + 1


def bisected(counts: Callable[[float], bool], low: float, high: float) -> tuple[float, float]:
    """Halve a bracket of errors, of which `high` is enough, to 1e-13 relative."""
    for _ in range(200):
        if high - low <= 1e-13 * high:
            break
        middle = math.sqrt(low * high) if low > 0 and high > 4 * low else (low + high) / 2
        if low == 0 and high < 1e-290:
            break
        low, high = (low, middle) if counts(middle) else (middle, high)
    return low, high


def _unreachable(tolerance: float) -> InvalidInputError:
    return InvalidInputError(
        f"tolerance = {tolerance:g} is out of reach: rows with equal x make every function err by more"
    )


def _best(tube: Tube, pieces: int, low: float, high: float) -> GatedFit:
    exact = tube.function(0.0, pieces)
    if exact is not None:
        return GatedFit(0.0, 0.0, _rounded(exact), pieces)
    low, high = bisected(lambda error: tube.count(error, pieces) is not None, low, high)
    lower, upper = low, high
    pad = 1e-14
    while lower > 0 and not tube.proves_more(lower, pieces):
        lower = max(0.0, lower * (1 - pad) - 1e-16 * pad * tube.enough)
        pad = min(1.0, pad * 8)
    pad = 1e-14
    while (function := tube.function(upper, pieces)) is None:
        upper = upper * (1 + pad) + 1e-16 * pad * tube.enough
        pad *= 8
    while upper - lower > _BRACKET * upper:
        middle = (lower + upper) / 2
        if not lower < middle < upper:
            break
        smaller = tube.function(middle, pieces)
        if smaller is not None:
            upper, function = middle, smaller
        elif tube.proves_more(middle, pieces):
            lower = middle
        else:
            break
    return GatedFit(lower, upper, _rounded(function), pieces)


def _best_of_many(tube: Tube, pieces: int) -> GatedFit:
    """Solve for some rows and add those that err more, until there are none: what holds for some holds for all."""
    chosen = _core(tube)
    while True:
        part = tube.part(chosen)
        fit = _best(part, pieces, 0.0, part.enough)
        errors = tube.needed(fit.function)
        over = (errors > fit.reached * (1 + 1e-9) + 1e-300) & ~chosen
        if not over.any():
            return fit
        chosen |= _peaks(errors, over)


def _core(tube: Tube) -> NDArray[np.bool_]:
    """Mark both ends and, in each of many blocks, the rows farthest above and below the block's chord."""
    n = len(tube.x)
    chosen = np.zeros(n, dtype=np.bool_)
    edges = np.unique(np.linspace(0, n - 1, _BLOCKS + 1).astype(int))
    chosen[edges] = True
    for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        width = tube.x[b] - tube.x[a]
        share = (tube.x[a : b + 1] - tube.x[a]) / width if width > 0 else np.zeros(b + 1 - a)
        rest = tube.y[a : b + 1] - (1 - share) * tube.y[a] - share * tube.y[b]
        chosen[a + int(rest.argmax())] = chosen[a + int(rest.argmin())] = True
    return chosen


def _peaks(errors: Floats, over: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the largest error of every run of neighbouring offenders."""
    marked = np.zeros(len(errors), dtype=np.bool_)
    places = np.flatnonzero(over)
    for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
        marked[run[np.argmax(errors[run])]] = True
    return marked


def _rounded(exact: Knots) -> PiecewiseLinear:
    return PiecewiseLinear.from_vertices(Vertices(*exact))


def _integers(lists: Sequence[list[Fraction]]) -> list[list[int]]:
    """Give lists of dyadic rationals over one power of two as integers, which compare and multiply faster."""
    shift = max(value.denominator.bit_length() for values in lists for value in values) - 1
    return [[value.numerator << (shift + 1 - value.denominator.bit_length()) for value in values] for values in lists]
