"""The algebra and the measures of functions against rational arithmetic, at vertices, between and far outside."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, example
from hypothesis import strategies as st
from rationals import EIGHTHS, FLOATS, SMALL, dyadic_functions, functions, laws, probes, value

from hinges import InvalidInputError, PiecewiseLinear

HALF_ULP = Fraction(1, 2**53)
TINY = Fraction(5e-324)
ROUGH = functions(numbers=FLOATS, slopes=FLOATS)


def near(rounded, exact, size):
    """Whether a result of numbers rounded once equals the exact one up to that rounding."""
    return abs(rounded - exact) <= 8 * HALF_ULP * size + TINY


def size_at(f, x):
    """How large the numbers are from which f(x) is made."""
    t, y = f.breakpoints, f.values
    return Fraction(float(np.abs(y).max())) + Fraction(float(np.abs(f.slopes).max())) * (
        abs(x) + Fraction(float(np.abs(t).max()))
    )


@laws(dyadic_functions(most=4), dyadic_functions(most=4), EIGHTHS)
def test_sums_differences_and_multiples_are_exact(f, g, c):
    total, difference, multiple, rest = f + g, f - g, c * f, c - f
    for x in probes(f, g):
        assert value(total, x) == value(f, x) + value(g, x)
        assert value(difference, x) == value(f, x) - value(g, x)
        assert value(multiple, x) == Fraction(c) * value(f, x)
        assert value(rest, x) == Fraction(c) - value(f, x)
        assert value(-f, x) == -value(f, x)


@laws(ROUGH, ROUGH)
def test_a_sum_is_rounded_once(f, g):
    total = f + g
    for x in total.breakpoints.tolist():
        exact = value(f, Fraction(x)) + value(g, Fraction(x))
        assert value(total, Fraction(x)) == Fraction(float(exact))


@laws(functions(), functions())
def test_maximum_and_minimum(f, g):
    high, low = f.maximum(g), f.minimum(g)
    for x in probes(f, g, high, low):
        a, b = value(f, x), value(g, x)
        size = size_at(f, x) + size_at(g, x) + 1
        # a crossing is rounded once, and there the slopes of f and g differ by at most what `size_at` counts
        assert abs(value(high, x) - max(a, b)) <= 16 * HALF_ULP * size * 100
        assert abs(value(low, x) - min(a, b)) <= 16 * HALF_ULP * size * 100


@laws(functions(), EIGHTHS)
def test_maximum_with_a_number_clips(f, c):
    clipped = f.maximum(c).minimum(c + 1)
    for x in probes(f):
        assert near(value(clipped, x), min(max(value(f, x), Fraction(c)), Fraction(c) + 1), size_at(f, x) + 1)


@laws(functions(most=4), functions(most=4))
@example(PiecewiseLinear([0], [0], -1, 1), PiecewiseLinear([0], [0], -1, 1))
def test_composition(f, g):
    h = f.compose(g)
    steep = Fraction(float(np.abs(f.slopes).max())) * Fraction(float(np.abs(g.slopes).max())) + 1
    for x in probes(f, g, h):
        size = steep * (abs(x) + 100) + size_at(f, value(g, x))
        assert abs(value(h, x) - value(f, value(g, x))) <= 64 * HALF_ULP * size


@laws(dyadic_functions(most=5), dyadic_functions(most=5))
def test_addition_is_commutative_and_composition_distributes(f, g):
    assert (f + g).simplified() == (g + f).simplified()
    line = PiecewiseLinear([0.0], [1.0], 2.0, 2.0)
    assert (f + g).compose(line).simplified() == (f.compose(line) + g.compose(line)).simplified()


rising_functions = st.builds(
    lambda t, steps, start, a, b: PiecewiseLinear(sorted(t), start + np.cumsum([0, *steps[: len(t) - 1]]), a, b),
    st.lists(EIGHTHS, min_size=1, max_size=6, unique=True),
    st.lists(st.integers(1, 40).map(lambda n: n / 8), min_size=5, max_size=5),
    EIGHTHS,
    st.sampled_from([0.25, 1.0, 3.0]),
    st.sampled_from([0.5, 2.0, 7.0]),
)


@laws(rising_functions, st.booleans())
def test_the_inverse_undoes_the_function(f, falls):
    f = -f if falls else f
    inverse = f.inverse()
    steep = 1 / Fraction(float(np.abs(f.slopes).min()))
    for x in probes(f):
        y = value(f, x)
        assert abs(value(inverse, y) - x) <= 16 * HALF_ULP * (steep * (abs(y) + 100) + abs(x))
    assert inverse.inverse().breakpoints.tolist() == f.breakpoints.tolist()


@laws(functions())
def test_what_is_not_strictly_monotone_has_no_inverse(f):
    signs = {np.sign(slope) for slope in f.slopes.tolist()}
    if signs in ({1.0}, {-1.0}):
        f.inverse()
    else:
        with pytest.raises(InvalidInputError, match="not strictly monotone"):
            f.inverse()


def zeros(f, a, b):
    """The zeros of f on [a, b], each stretch by its two ends: every piece is looked at by itself."""
    points = [a, *(t for t in map(Fraction, f.breakpoints.tolist()) if a < t < b), b]
    found, stretches = set(), []
    for x0, x1 in pairwise(points):
        y0, y1 = value(f, x0), value(f, x1)
        if y0 == y1 == 0:
            if stretches and stretches[-1][1] == x0:
                stretches[-1][1] = x1
            else:
                stretches.append([x0, x1])
        elif y0 * y1 <= 0:
            found.add(x0 + (x1 - x0) * y0 / (y0 - y1))
    inside = {x for x in found if not any(low <= x <= high for low, high in stretches)}
    return sorted(inside | {end for stretch in stretches for end in stretch})


@laws(functions(numbers=SMALL), SMALL, st.integers(1, 64))
@example(PiecewiseLinear([0, 1, 2], [0, 0, 0], 1, 1), -3.0, 48)
@example(PiecewiseLinear([0], [0]), -1.0, 8)
def test_roots(f, a, width):
    b = a + width / 8
    assert f.roots(a, b).tolist() == [float(x) for x in zeros(f, Fraction(a), Fraction(b))]


@laws(functions(), EIGHTHS, EIGHTHS, EIGHTHS)
def test_the_integral_is_rounded_once(f, a, b, c):
    def area(low, high):
        points = sorted({low, high, *(t for t in map(Fraction, f.breakpoints.tolist()) if low < t < high)})
        middles = ((x0 + x1) / 2 for x0, x1 in pairwise(points))
        return sum(
            ((x1 - x0) * value(f, m) for (x0, x1), m in zip(pairwise(points), middles, strict=True)), Fraction(0)
        )

    low, high = sorted((Fraction(a), Fraction(b)))
    assert f.integral(float(low), float(high)) == float(area(low, high))
    assert f.integral(float(high), float(low)) == -f.integral(float(low), float(high))
    assert f.integral(a, b) + f.integral(b, c) == pytest.approx(f.integral(a, c), abs=1e-9)
    assert (f + 1).integral(a, b) == pytest.approx(f.integral(a, b) + b - a, abs=1e-9)


@laws(functions(), functions(), EIGHTHS, st.integers(1, 64))
def test_distances(f, g, a, width):
    b = a + width / 8
    low, high = Fraction(a), Fraction(b)
    inner = {t for h in (f, g) for t in map(Fraction, h.breakpoints.tolist()) if low < t < high}
    points = sorted({low, high} | inner)
    gaps = [value(f, x) - value(g, x) for x in points]
    assert f.distance(g, interval=(a, b)) == float(max(map(abs, gaps)))
    square = Fraction(0)  # Simpson's rule is exact for a square of straight lines
    for (x0, x1), (d0, d1) in zip(pairwise(points), pairwise(gaps), strict=True):
        square += (x1 - x0) / 6 * (d0**2 + (d0 + d1) ** 2 + d1**2)
    assert f.distance(g, norm="l2", interval=(a, b)) == pytest.approx(math.sqrt(square), rel=1e-15)
    assert f.distance(g, interval=(a, b)) == g.distance(f, interval=(a, b))


@laws(functions(slopes=st.just(1.0)), functions(slopes=st.just(1.0)))
def test_the_distance_on_the_whole_line_is_that_at_a_vertex(f, g):
    vertices = {Fraction(t) for h in (f, g) for t in h.breakpoints.tolist()}
    assert f.distance(g) == float(max(abs(value(f, x) - value(g, x)) for x in vertices))


@laws(functions(most=12), st.integers(0, 40).map(lambda n: n / 8))
def test_a_simplified_function_stays_within_its_tolerance(f, tolerance):
    simple = f.simplified(tolerance)
    assert set(simple.breakpoints) <= set(f.breakpoints)
    assert (simple.left_slope, simple.right_slope) == (f.left_slope, f.right_slope)
    for x in probes(f):
        assert abs(value(simple, x) - value(f, x)) <= Fraction(tolerance)
    assert (simple.slope_changes != 0).all() or len(simple.breakpoints) == 1
    assert len(f.simplified(tolerance + 1).breakpoints) <= len(f.simplified().breakpoints)


@laws(functions(), EIGHTHS, st.integers(1, 64))
def test_a_restriction_is_equal_inside_and_goes_straight_on(f, a, width):
    b = a + width / 8
    part = f.restricted(a, b)
    assert part.breakpoints[0] == a
    assert part.breakpoints[-1] == b
    inside = [x for x in probes(f, part) if a <= x <= b]
    for x in inside:
        assert near(value(part, x), value(f, x), size_at(f, x))
    assert part.left_slope == pytest.approx(part.slopes[1], rel=1e-14, abs=1e-14)
    assert part.right_slope == pytest.approx(part.slopes[-2], rel=1e-14, abs=1e-14)


@laws(functions(), EIGHTHS)
def test_a_number_adds_no_breakpoint(f, c):
    assert (f + c).breakpoints.tolist() == f.breakpoints.tolist()
    assert (c - f).breakpoints.tolist() == f.breakpoints.tolist()


@laws(ROUGH, FLOATS, st.integers(-900, 900), st.integers(-900, 900))
def test_evaluation_is_accurate_to_a_few_units_in_the_last_place(f, x, of_x, of_y):
    up, wide = 2.0**of_y, 2.0**of_x
    try:
        f = PiecewiseLinear(f.breakpoints * wide, f.values * up, f.left_slope * up / wide, f.right_slope * up / wide)
    except InvalidInputError:
        assume(False)
    t, y = f.breakpoints, f.values
    points = np.concatenate([[x * wide], t, t[:-1] + np.diff(t) * 0.7, np.nextafter(t, np.inf)])
    for point, got in zip(points.tolist(), f(points).tolist(), strict=True):
        exact = value(f, Fraction(point))
        i = int(np.searchsorted(t, point))
        around = y[max(i - 1, 0) : i + 1]
        outside = not t[0] <= point <= t[-1]
        size = (
            abs(exact) + max(Fraction(abs(v)) for v in around.tolist())
            if outside
            else max(Fraction(abs(v)) for v in around.tolist())
        )
        assert abs(Fraction(got) - exact) <= 8 * HALF_ULP * size + 4 * TINY


@laws(functions())
def test_slope_changes_vanish_exactly_where_there_is_no_kink(f):
    t = [Fraction(v) for v in f.breakpoints.tolist()]
    steps = [t[0] - 1, *((a + b) / 2 for a, b in pairwise(t)), t[-1] + 1]
    for i, point in enumerate(t):
        before = (value(f, point) - value(f, steps[i])) / (point - steps[i])
        after = (value(f, steps[i + 1]) - value(f, point)) / (steps[i + 1] - point)
        assert (f.slope_changes[i] == 0) == (before == after)
        assert f.slope_changes[i] == pytest.approx(float(after - before), rel=1e-14, abs=1e-13)
