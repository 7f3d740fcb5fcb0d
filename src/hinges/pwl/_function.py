"""PiecewiseLinear: a continuous piecewise-linear function on the real line, stored by its vertices."""

import math
import numbers
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import ClassVar, Self, overload

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError
from hinges.pwl import _measures, _vertices
from hinges.pwl._vertices import Vertices

NEARLY_EQUAL = 8 * np.finfo(np.float64).eps
SMALLEST_NORMAL = np.finfo(np.float64).tiny


@dataclass(frozen=True, eq=False, init=False)
class PiecewiseLinear:
    """A continuous piecewise-linear function on the real line, given by its vertices and two outer slopes.

    Evaluation is accurate to a few units in the last place of the larger neighbouring value. Algebra and
    measures are exact: they run in rational arithmetic and round each resulting number once.

    Arguments:
        breakpoints: (k,) rising inputs, k >= 1, at which a vertex is stored.
        values: (k,) the function's value at each breakpoint.
        left_slope: slope left of the first breakpoint.
        right_slope: slope right of the last breakpoint.

    Raises:
        InvalidInputError: an entry is not finite, breakpoints do not rise, or a slope exceeds float64.

    >>> f = PiecewiseLinear([-1, -0.5, 0, 1], [-1, 1, -1, 0])
    >>> f.slopes
    array([ 0.,  4., -4.,  1.,  0.])
    >>> f([-0.5, 0.5])
    array([ 1. , -0.5])
    >>> (f - f).simplified().values
    array([0.])
    >>> f.kinks, f.slope_changes, f.integral(0, 2), f.roots(0, 2)
    (array([-1. , -0.5,  0. ,  1. ]), array([ 4., -8.,  5., -1.]), -0.5, array([1., 2.]))
    >>> (f.maximum(0.5)(0.0), f.minimum(0.5)(1.0), f.compose(f)(1.0), f.restricted(0, 1)(3.0))
    (0.5, 0.0, -1.0, 2.0)
    >>> rising = PiecewiseLinear([0], [0], 1, 2)
    >>> rising.inverse()(4.0), rising.distance(2 * rising, interval=(0, 1))
    (2.0, 2.0)
    >>> PiecewiseLinear.from_vertices(f.vertices()).distance(f)
    0.0
    """

    breakpoints: Floats
    values: Floats
    left_slope: float
    right_slope: float

    __array_ufunc__: ClassVar[None] = None  # so that a NumPy number times a function asks the function

    def __init__(
        self, breakpoints: ArrayLike, values: ArrayLike, left_slope: float = 0.0, right_slope: float = 0.0
    ) -> None:
        breakpoints = _arrays.vector(breakpoints, "breakpoints")
        values = _arrays.vector(values, "values")
        if len(breakpoints) == 0:
            raise InvalidInputError("breakpoints is empty: a function needs at least one vertex")
        if len(values) != len(breakpoints):
            raise InvalidInputError(f"values has {len(values)} entries for {len(breakpoints)} breakpoints")
        falls = np.flatnonzero(breakpoints[1:] <= breakpoints[:-1])
        if len(falls):
            i = int(falls[0])
            raise InvalidInputError(
                f"breakpoints[{i}] = {breakpoints[i]} is followed by {breakpoints[i + 1]}: they must rise"
            )
        object.__setattr__(self, "breakpoints", breakpoints)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "left_slope", _arrays.number(left_slope, "left_slope"))
        object.__setattr__(self, "right_slope", _arrays.number(right_slope, "right_slope"))
        _ = self.slopes  # a slope past float64 is refused now, not at the first use

    def __eq__(self, other: object) -> bool:
        """Tell whether both store the same vertices and outer slopes (compare `simplified()` functions)."""
        if not isinstance(other, PiecewiseLinear):
            return NotImplemented
        return (
            np.array_equal(self.breakpoints, other.breakpoints)
            and np.array_equal(self.values, other.values)
            and (self.left_slope, self.right_slope) == (other.left_slope, other.right_slope)
        )

    def __hash__(self) -> int:
        return hash((tuple(self.breakpoints), tuple(self.values), self.left_slope, self.right_slope))

    # --- what it looks like -------------------------------------------------------------------------

    @cached_property
    def slopes(self) -> Floats:
        """The slope of every piece from left to right, (k + 1,)."""
        with np.errstate(all="ignore"):
            inner = np.diff(self.values) / np.diff(self.breakpoints)
        for i in np.flatnonzero(~np.isfinite(inner)):
            inner[i] = self._exact_slope(int(i))
        slopes = np.concatenate(([self.left_slope], inner, [self.right_slope]))
        slopes.setflags(write=False)
        return slopes

    def _exact_slope(self, i: int) -> float:
        rise = Fraction(self.values[i + 1]) - Fraction(self.values[i])
        width = Fraction(self.breakpoints[i + 1]) - Fraction(self.breakpoints[i])
        try:
            return float(rise / width)
        except OverflowError:
            raise InvalidInputError(
                f"the slope between breakpoints[{i}] = {self.breakpoints[i]} and breakpoints[{i + 1}] = "
                f"{self.breakpoints[i + 1]} is too large for float64"
            ) from None

    @cached_property
    def slope_changes(self) -> Floats:
        """The slope after each breakpoint minus the slope before it, (k,): 0 exactly where there is no kink."""
        before, after = self.slopes[:-1], self.slopes[1:]
        with np.errstate(over="ignore"):
            changes = after - before
            close = np.abs(changes) <= NEARLY_EQUAL * (np.abs(before) + np.abs(after))
        unsure = np.flatnonzero(close | ~np.isfinite(changes))
        if len(unsure):
            exact = self.vertices().slopes
            for i in unsure:
                change = exact[i + 1] - exact[i]
                least = 5e-324 * ((change > 0) - (change < 0))  # a change that underflows is still one
                changes[i] = _rounded(change, "a slope change") or least
        changes.setflags(write=False)
        return changes

    @property
    def kinks(self) -> Floats:
        """The breakpoints at which the slope really changes, (kinks,)."""
        return self.breakpoints[self.slope_changes != 0]

    @overload
    def __call__(self, x: float) -> float: ...  # pyright: ignore[reportOverlappingOverload]
    @overload
    def __call__(self, x: ArrayLike) -> Floats: ...
    def __call__(self, x: ArrayLike) -> Floats | float:
        """Give f(x) for a number or an array of any shape."""
        points = _arrays.array(x, "x")
        t, y = self.breakpoints, self.values
        piece = np.searchsorted(t, points, side="right")
        before, after = np.maximum(piece - 1, 0), np.minimum(piece, len(t) - 1)
        with np.errstate(over="ignore", invalid="ignore"):
            nearer = np.where(np.abs(points - t[before]) <= np.abs(t[after] - points), before, after)
            slopes = self.slopes[piece]
            result = y[nearer] + slopes * (points - t[nearer])
        low, high = np.minimum(y[before], y[after]), np.maximum(y[before], y[after])
        result = np.where(before < after, np.clip(result, low, high), result)
        # An overflow on the way need not be one of f(x), and a subnormal slope has lost its digits.
        sloped = (slopes != 0) | (y[before] != y[after])
        unsure = ~np.isfinite(result) | (sloped & (np.abs(slopes) < SMALLEST_NORMAL))
        for at in np.argwhere(unsure):
            result[tuple(at)] = self._exact_value(float(points[tuple(at)]))
        return float(result) if points.ndim == 0 else result

    def _exact_value(self, x: float) -> float:
        try:
            return float(self.vertices().at(Fraction(x)))
        except OverflowError:
            raise InvalidInputError(f"f(x) is too large for float64 at x = {x}") from None

    # --- algebra ------------------------------------------------------------------------------------

    def vertices(self) -> Vertices:
        """Give the same function in rational arithmetic, without loss."""
        return self._rational

    @cached_property
    def _rational(self) -> Vertices:
        return Vertices(
            [Fraction(t) for t in self.breakpoints.tolist()],
            [Fraction(y) for y in self.values.tolist()],
            Fraction(self.left_slope),
            Fraction(self.right_slope),
        )

    @classmethod
    def from_vertices(cls, exact: Vertices) -> Self:
        """Round a function given in rational arithmetic, each number once; vertices that fall together merge."""
        t: list[float] = []
        y: list[float] = []
        for exact_t, exact_y in zip(exact.t, exact.y, strict=True):
            rounded_t = _rounded(exact_t, "a breakpoint")
            if not t or rounded_t > t[-1]:
                t.append(rounded_t)
                y.append(_rounded(exact_y, "a value"))
        left, right = _rounded(exact.left, "the left slope"), _rounded(exact.right, "the right slope")
        return cls(np.array(t), np.array(y), left, right)

    def __add__(self, other: "PiecewiseLinear | float") -> "PiecewiseLinear":
        """Give f + g, or f + a number."""
        g = _as_function(other, self)
        return NotImplemented if g is None else self.from_vertices(_vertices.added(self.vertices(), g))

    def __sub__(self, other: "PiecewiseLinear | float") -> "PiecewiseLinear":
        """Give f - g, or f - a number."""
        g = _as_function(other, self)
        if g is None:
            return NotImplemented
        return self.from_vertices(_vertices.added(self.vertices(), _vertices.scaled(g, Fraction(-1))))

    def __mul__(self, number: float) -> "PiecewiseLinear":
        """Give number * f."""
        if not isinstance(number, numbers.Real):
            return NotImplemented
        factor = Fraction(_arrays.number(number, "number"))
        return self.from_vertices(_vertices.scaled(self.vertices(), factor))

    def __truediv__(self, number: float) -> "PiecewiseLinear":
        """Give f / number."""
        if not isinstance(number, numbers.Real):
            return NotImplemented
        divisor = Fraction(_arrays.number(number, "number"))
        if divisor == 0:
            raise InvalidInputError("number = 0 cannot divide a function")
        return self.from_vertices(_vertices.scaled(self.vertices(), 1 / divisor))

    def __neg__(self) -> "PiecewiseLinear":
        # 0.0 - y is -y, but not -0.0
        return PiecewiseLinear(self.breakpoints, 0.0 - self.values, 0.0 - self.left_slope, 0.0 - self.right_slope)

    def __rsub__(self, other: float) -> "PiecewiseLinear":
        return -(self - other)

    __radd__ = __add__
    __rmul__ = __mul__

    def compose(self, g: "PiecewiseLinear") -> "PiecewiseLinear":
        """Give x -> f(g(x))."""
        return self.from_vertices(
            _vertices.composed(self.vertices(), _arrays.instance(g, PiecewiseLinear, "g").vertices())
        )

    def maximum(self, g: "PiecewiseLinear | float") -> "PiecewiseLinear":
        """Give the pointwise maximum of f and g (a function or a number)."""
        return self.from_vertices(_vertices.larger(self.vertices(), _operand(g, "g", self)))

    def minimum(self, g: "PiecewiseLinear | float") -> "PiecewiseLinear":
        """Give the pointwise minimum of f and g (a function or a number)."""
        minus = Fraction(-1)
        larger = _vertices.larger(
            _vertices.scaled(self.vertices(), minus), _vertices.scaled(_operand(g, "g", self), minus)
        )
        return self.from_vertices(_vertices.scaled(larger, minus))

    def restricted(self, a: float, b: float) -> "PiecewiseLinear":
        """Give the function equal to f on [a, b], with vertices at a and b, that goes straight on outside."""
        a, b = _arrays.interval((a, b), ends=("a", "b"))
        return self.from_vertices(_vertices.restricted(self.vertices(), Fraction(a), Fraction(b)))

    def inverse(self) -> "PiecewiseLinear":
        """Give the inverse function of a strictly monotone f, outer slopes included."""
        exact = _vertices.inverted(self.vertices())
        if exact is None:
            steepest_down, steepest_up = float(self.slopes.min()), float(self.slopes.max())
            raise InvalidInputError(
                f"f has no inverse: it is not strictly monotone (its slopes run from {steepest_down} to {steepest_up})"
            )
        return self.from_vertices(exact)

    def simplified(self, tolerance: float = 0.0) -> "PiecewiseLinear":
        """Give f on fewer vertices, nowhere farther than `tolerance` from it; 0 drops flat vertices only."""
        tolerance = _arrays.number(tolerance, "tolerance", least=0.0)
        if tolerance == 0.0:
            return self.from_vertices(_vertices.without_flat_vertices(self.vertices()))
        return self.from_vertices(_vertices.thinned(self.vertices(), Fraction(tolerance)))

    # --- measures -----------------------------------------------------------------------------------

    def integral(self, a: float, b: float) -> float:
        """Give the integral of f from a to b."""
        a, b = _arrays.number(a, "a"), _arrays.number(b, "b")
        return _rounded(_measures.integral(self.vertices(), Fraction(a), Fraction(b)), "the integral")

    def roots(self, a: float, b: float) -> Floats:
        """Give the zeros of f in [a, b], rising, (r,); of a stretch of zeros its two ends."""
        a, b = _arrays.interval((a, b), ends=("a", "b"))
        found = [float(t) for t in _measures.roots(self.vertices(), Fraction(a), Fraction(b))]
        return _arrays.vector(found, "roots")

    def distance(
        self, g: "PiecewiseLinear", norm: str = "max", *, interval: tuple[float, float] | None = None
    ) -> float:
        """Give the distance of f and g: the largest |f - g| ("max") or the root of its squared integral ("l2").

        Without an `interval` (a, b) it is taken over the whole line, and refused where it is infinite.
        """
        norm = _arrays.choice(norm, "norm", ("max", "l2"))
        difference = _vertices.added(
            self.vertices(), _vertices.scaled(_arrays.instance(g, PiecewiseLinear, "g").vertices(), Fraction(-1))
        )
        if interval is not None:
            a, b = (Fraction(end) for end in _arrays.interval(interval))
        else:
            _check_finite_distance(difference, norm)
            a, b = difference.t[0], difference.t[-1] + 1  # beyond the last vertex the difference is constant
        if norm == "max":
            return _rounded(_measures.largest(difference, a, b), "the distance")
        return _root(_measures.squared_l2(difference, a, b))


def _check_finite_distance(difference: Vertices, norm: str) -> None:
    if difference.left or difference.right:
        side = "left" if difference.left else "right"
        raise InvalidInputError(f"the {side} slopes differ, so the distance is infinite: give an interval (a, b)")
    if norm == "l2" and (difference.y[0] or difference.y[-1]):
        raise InvalidInputError(
            "the functions differ by a constant far out, so the distance is infinite: give an interval"
        )


def _as_function(value: object, partner: PiecewiseLinear) -> Vertices | None:
    """Give a function or a number as vertices; a number's one is the partner's first, so that it adds none."""
    if isinstance(value, PiecewiseLinear):
        return value.vertices()
    if isinstance(value, numbers.Real):
        constant = Fraction(_arrays.number(value, "number"))
        return Vertices([Fraction(partner.breakpoints[0])], [constant], Fraction(0), Fraction(0))
    return None


def _operand(value: object, name: str, partner: PiecewiseLinear) -> Vertices:
    operand = _as_function(value, partner)
    return _arrays.instance(value, PiecewiseLinear, name).vertices() if operand is None else operand


def _rounded(value: Fraction, what: str) -> float:
    try:
        return float(value)
    except OverflowError:
        raise InvalidInputError(f"{what} of the result is too large for float64") from None


def _root(square: Fraction) -> float:
    """Give the square root of a non-negative rational without overflow on the way."""
    if square == 0:
        return 0.0
    shift = (square.numerator.bit_length() - square.denominator.bit_length()) // 2
    scaled = square / Fraction(4) ** shift
    try:
        return math.ldexp(math.sqrt(float(scaled)), shift)
    except OverflowError:
        raise InvalidInputError("the distance is too large for float64") from None
