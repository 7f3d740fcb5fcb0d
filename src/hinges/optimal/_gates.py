"""The gates of a max-norm problem: for an error, the values that a function may take at each abscissa."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hinges.errors import InvalidInputError
from hinges.optimal import _kernels_tube
from hinges.optimal._tube import Knots, Line, Reach, knots, reaches

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FEW_GROUPS = 8
_HALF_SPAN = float(np.finfo(np.float64).max) / 4


@dataclass(frozen=True)
class _Scaled:
    """The problem in units near 1, for float64: distinct abscissas, row values, weights, the error's unit."""

    x: list[float]
    y: Floats
    weights: Floats
    exponent: int


@dataclass(frozen=True, eq=False)
class Gates:
    """Rows (x, y, weight) sorted by x: a function errs by at most e where it passes ``y -+ e / weight``.

    Build it with `Gates.of`. `start[i]` is the first row with the i-th distinct abscissa.
    With `flat_first` only functions whose leftmost piece is horizontal count.
    """

    x: Floats
    y: Floats
    weights: Floats
    start: Ints
    flat_first: bool = False

    @classmethod
    def of(cls, x: Floats, y: Floats, weights: Floats | None = None, *, flat_first: bool = False) -> Gates:
        """Sort the rows, drop those of weight zero, and find the distinct abscissas."""
        w = np.ones(len(x)) if weights is None else weights
        x, y, w = x[w > 0], y[w > 0], w[w > 0]
        if not len(x):
            raise InvalidInputError("the data has no row with a positive weight")
        _check_spans(x, y, w)
        order = np.argsort(x, kind="stable")
        x, y, w = x[order], y[order], w[order]
        start = np.flatnonzero(np.concatenate(([True], x[1:] != x[:-1])))
        return cls(x, y, w, start, flat_first)

    @cached_property
    def places(self) -> Floats:
        """The distinct abscissas, rising, (m,)."""
        return self.x[self.start]

    @cached_property
    def distinct(self) -> list[float]:
        """The same as a list."""
        return self.places.tolist()

    def part(self, chosen: NDArray[np.bool_]) -> Gates:
        """Give the problem of the distinct abscissas for which `chosen` is true."""
        rows = np.repeat(chosen, np.diff(np.append(self.start, len(self.x))))
        return Gates.of(self.x[rows], self.y[rows], self.weights[rows], flat_first=self.flat_first)

    # --- float64 ------------------------------------------------------------------------------------

    @cached_property
    def scaled(self) -> _Scaled:
        """The problem shifted and scaled without rounding to units near 1."""
        x, _ = _scaled(self.x[self.start])
        if (np.diff(x) <= 0).any():
            raise InvalidInputError("x spans too many orders of magnitude for float64: rescale it")
        y, y_unit = _scaled(self.y)
        w_unit = int(np.frexp(self.weights.max())[1])
        exponent = y_unit + w_unit
        return _Scaled(x.tolist(), y, np.maximum(np.ldexp(self.weights, -w_unit), 1e-300), exponent)

    def error(self, scaled_error: float) -> float:
        """Give an error in the data's own unit."""
        try:
            return math.ldexp(scaled_error, self.scaled.exponent)
        except OverflowError:
            raise InvalidInputError("weights times y is too large for float64: rescale one of them") from None

    def scaled_error(self, error: float) -> float:
        """Give an error in the unit of `scaled`."""
        return math.ldexp(error, -self.scaled.exponent)

    @cached_property
    def scaled_spread(self) -> float:
        """An error in the unit of `scaled` that a constant function reaches."""
        y, w = self.scaled.y, self.scaled.weights
        return float((w * np.abs(y - (y.min() + y.max()) / 2)).max())

    def pieces(self, scaled_error: float, limit: int | None = None) -> int | None:
        """Give the fewest pieces for an error, up to float64 rounding; None if more than `limit`."""
        half = scaled_error / self.scaled.weights
        low = np.maximum.reduceat(self.scaled.y - half, self.start)
        high = np.minimum.reduceat(self.scaled.y + half, self.start)
        found = reaches(self.scaled.x, low.tolist(), high.tolist(), limit, flat_first=self.flat_first)
        return None if found is None else len(found)

    def follow(self, scaled_error: float, limit: int) -> tuple[int, Ints]:
        """Give what `pieces` gives (0 for more than `limit`), compiled, and the places of the gates that decide it.

        Those are the gates that the extreme lines of each piece touch, and those that end a piece.
        """
        half = scaled_error / self.scaled.weights
        low = np.maximum.reduceat(self.scaled.y - half, self.start)
        high = np.minimum.reduceat(self.scaled.y + half, self.start)
        count = len(self.start)
        floor, ceiling, found = np.empty(count, np.int64), np.empty(count, np.int64), np.full((limit, 6), -1, np.int64)
        pieces = int(_kernels_tube.follow(np.array(self.scaled.x), low, high, floor, ceiling, found))
        touched = found[:, [0, 2, 3, 4, 5]]
        return pieces, np.unique(touched[(touched >= 0) & (touched < count)])

    # --- rationals ----------------------------------------------------------------------------------

    @cached_property
    def _x_integers(self) -> tuple[list[int], int]:
        return _integers(self.distinct)

    @cached_property
    def _y_integers(self) -> tuple[list[int], int]:
        return _integers(self.y.tolist())

    def _halves(self, error: float, *, outward: bool) -> list[float]:
        """Give error / weight, rounded up (`outward`) or down where it is not exact."""
        halves = np.full(len(self.y), error)
        rounded = np.flatnonzero(self.weights != 1.0)
        if len(rounded):
            with np.errstate(over="ignore", under="ignore"):
                quotient = error / self.weights[rounded]
            halves[rounded] = np.nextafter(quotient, np.inf if outward else 0.0)
            if outward and not np.isfinite(halves).all():
                raise InvalidInputError("y divided by weights is too large for float64: rescale one of them")
        return halves.tolist()

    def _exact(self, error: float, *, outward: bool) -> tuple[list[int], list[int], int]:
        """Give both ends of every gate as integers in units of ``2**-exponent``: no rounding but in `_halves`."""
        halves, half_exponent = _integers(self._halves(error, outward=outward))
        y, y_exponent = self._y_integers
        exponent = max(half_exponent, y_exponent)
        up, half_up = exponent - y_exponent, exponent - half_exponent
        low = [(v << up) - (h << half_up) for v, h in zip(y, halves, strict=True)]
        high = [(v << up) + (h << half_up) for v, h in zip(y, halves, strict=True)]
        if len(self.start) < len(low):
            bounds = [*self.start.tolist(), len(low)]
            low = [max(low[a:b]) for a, b in pairwise(bounds)]
            high = [min(high[a:b]) for a, b in pairwise(bounds)]
        return low, high, exponent

    def proves_more(self, error: float, pieces: int) -> bool:
        """Decide in rationals that no continuous function of that many pieces errs by `error` or less."""
        low, high, _ = self._exact(error, outward=True)
        return reaches(self._x_integers[0], low, high, pieces, flat_first=self.flat_first) is None

    def function(self, error: float, pieces: int | None = None) -> Knots | None:
        """Give, in rationals, a function with the fewest pieces that errs by at most `error`; None if > `pieces`."""
        low, high, exponent = self._exact(error, outward=False)
        x, x_exponent = self._x_integers
        found = reaches(x, low, high, pieces, flat_first=self.flat_first)
        if found is None:
            return None
        tx, ty = Fraction(1, 1 << x_exponent), Fraction(1, 1 << exponent)
        ends = [[tx * x[0], tx * x[-1]], *([ty * g[0], ty * g[-1]] for g in (low, high))]
        return knots([_unscaled(reach, tx, ty) for reach in found], *ends)

    # --- repeats ------------------------------------------------------------------------------------

    @cached_property
    def centres(self) -> list[Fraction]:
        """For each distinct abscissa the value that errs least over its rows: exact."""
        bounds = [*self.start.tolist(), len(self.y)]
        return [self._centre(a, b)[0] for a, b in pairwise(bounds)]

    @cached_property
    def repeat_floor(self) -> Fraction:
        """The error that no function whatever can undercut, because of rows with equal x: exact."""
        stop = np.append(self.start[1:], len(self.y))
        repeated = stop - self.start > 1
        if not repeated.any():
            return Fraction(0)
        spread = np.maximum.reduceat(self.y, self.start) - np.minimum.reduceat(self.y, self.start)
        least = np.minimum.reduceat(self.weights, self.start) * spread
        most = np.maximum.reduceat(self.weights, self.start) * spread
        # Half of these, but for rounding, lie below and above the group's error: most groups cannot be the worst.
        groups = np.flatnonzero(repeated & (most >= float(least.max()) * (1 - 1e-9)))
        if len(groups) > _FEW_GROUPS:
            near = np.array([self._near_centre(self.start[k], stop[k]) for k in groups])
            groups = groups[near >= near.max() * (1 - 1e-9)]
        return max(self._centre(int(self.start[k]), int(stop[k]))[1] for k in groups)

    def _near_centre(self, a: int, b: int) -> float:
        """Give the error of `_centre` up to float64 rounding."""
        y, w = self.y[a:b], self.weights[a:b]
        low, high = int(y.argmin()), int(y.argmax())
        best = 0.0
        while True:
            centre = y[low] + (y[high] - y[low]) * (w[high] / (w[low] + w[high]))
            error = float(w[high] * (y[high] - centre))
            worst = int((w * np.abs(y - centre)).argmax())
            if error <= best or w[worst] * abs(y[worst] - centre) <= error:
                return max(error, best)
            best = error
            low, high = (low, worst) if y[worst] > centre else (worst, high)

    def _centre(self, a: int, b: int) -> tuple[Fraction, Fraction]:
        """Give the best single value for rows a..b-1 and its error, by exchanging the two active rows."""
        if b - a == 1:
            return Fraction(float(self.y[a])), Fraction(0)
        rows = sorted({(y, w) for y, w in zip(self.y[a:b].tolist(), self.weights[a:b].tolist(), strict=True)})
        exact = [(Fraction(y), Fraction(w)) for y, w in rows]
        (low, v), (high, w) = exact[0], exact[-1]
        while True:
            centre = (v * low + w * high) / (v + w)
            error = w * (high - centre)
            worst_y, worst_w = max(exact, key=lambda row: row[1] * abs(row[0] - centre))
            if worst_w * abs(worst_y - centre) <= error:
                return centre, error
            if worst_y > centre:
                high, w = worst_y, worst_w
            else:
                low, v = worst_y, worst_w


def _check_spans(x: Floats, y: Floats, weights: Floats) -> None:
    for name, values in (("x", x), ("y", y)):
        if float(values.max()) / 2 - float(values.min()) / 2 > _HALF_SPAN:
            raise InvalidInputError(f"{name} spans more than float64 can subtract: rescale it")
    with np.errstate(over="ignore"):
        if not np.isfinite(2 * weights.max() * np.abs(y).max()):
            raise InvalidInputError("weights times y is too large for float64: rescale one of them")


def rounded_down(value: Fraction) -> float:
    """Give the largest float64 that is at most `value` (value >= 0)."""
    nearest = float(value)
    return nearest if Fraction(nearest) <= value else math.nextafter(nearest, -math.inf)


def rounded_up(value: Fraction) -> float:
    """Give the smallest float64 that is at least `value`."""
    nearest = float(value)
    return nearest if Fraction(nearest) >= value else math.nextafter(nearest, math.inf)


def _scaled(values: Floats) -> tuple[Floats, int]:
    """Shift values that lie far from zero, then divide by a power of two: both exact but for underflow."""
    low, high = float(values.min()), float(values.max())
    if low > 0 and high / 2 <= low:
        values = values - low
    elif high < 0 and low / 2 >= high:
        values = values - high
    exponent = int(np.frexp(np.abs(values).max())[1])
    return np.ldexp(values, -exponent), exponent


def _integers(values: list[float]) -> tuple[list[int], int]:
    """Give (integers, e) with values == integers / 2**e, exactly: every float64 is a dyadic rational."""
    ratios = [value.as_integer_ratio() for value in values]
    exponent = max(denominator.bit_length() for _, denominator in ratios) - 1
    return [top << (exponent + 1 - bottom.bit_length()) for top, bottom in ratios], exponent


def _unscaled(reach: Reach, tx: Fraction, ty: Fraction) -> Reach:
    def line(one: Line | None) -> Line | None:
        return None if one is None else Line(tx * one.ax, ty * one.ay, tx * one.bx, ty * one.by, one.last)

    return Reach(reach.stop, reach.side, line(reach.highest), line(reach.lowest))
