"""PiecewiseLinear: its parts, its algebra and measures on cases worked by hand, and its errors."""

# Wrong types are given on purpose.
# pyright: reportArgumentType=false, reportOperatorIssue=false, reportCallIssue=false, reportAttributeAccessIssue=false

import math
from dataclasses import FrozenInstanceError
from fractions import Fraction

import numpy as np
import pytest

from hinges import InvalidInputError, PiecewiseLinear

EDGE = PiecewiseLinear([-1, -0.5, 0, 1], [-1, 1, -1, 0])
TENT = PiecewiseLinear([0, 1, 2], [0, 1, 0])
LINE = PiecewiseLinear([0], [1], 2, 2)
BEND = PiecewiseLinear([0], [0], 0, 1)


def test_its_parts():
    assert EDGE.slopes.tolist() == [0, 4, -4, 1, 0]
    assert EDGE.slope_changes.tolist() == [4, -8, 5, -1]
    assert EDGE.kinks.tolist() == [-1, -0.5, 0, 1]
    assert LINE.kinks.tolist() == []
    assert PiecewiseLinear([0, 1, 2], [0, 1, 2], 1, 0).kinks.tolist() == [2]


def test_a_kink_is_one_in_exact_arithmetic():
    # three points of float64 that a straight line does not pass through, though its slopes round alike
    f = PiecewiseLinear([0.0, 1.0, 3.0], [0.0, 0.1, 0.3], 0.1, 0.1)
    third = Fraction(0.3) - 3 * Fraction(0.1)
    assert third != 0
    assert f.slope_changes[1] == float(third / 2)
    straight = PiecewiseLinear([0.0, 1.0, 2.0], [0.0, 0.1, 0.2], 0.1, 0.1)
    assert straight.slope_changes.tolist() == [0, 0, 0]


def test_nobody_can_change_it():
    for array in (EDGE.breakpoints, EDGE.values, EDGE.slopes, EDGE.slope_changes):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5.0
    with pytest.raises(FrozenInstanceError):
        EDGE.left_slope = 3.0
    mine = np.array([0.0, 1.0])
    f = PiecewiseLinear(mine, mine)
    mine[1] = 7.0
    assert f.values.tolist() == [0, 1]


def test_equality_and_hash():
    same = PiecewiseLinear([-1, -0.5, 0, 1], [-1, 1, -1, 0])
    assert same == EDGE
    assert hash(same) == hash(EDGE)
    assert PiecewiseLinear([-1, -0.5, 0, 1], [-1, 1, -1, 0], 1.0) != EDGE
    assert EDGE != 3
    assert len({EDGE, same, TENT}) == 2


@pytest.mark.parametrize(("x", "y"), [(-9, -1), (-1, -1), (-0.75, 0), (-0.5, 1), (0.5, -0.5), (1, 0), (50, 0)])
def test_values_by_hand(x, y):
    assert EDGE(x) == y
    assert type(EDGE(x)) is float


def test_it_keeps_the_shape_of_x():
    assert EDGE([]).shape == (0,)
    assert EDGE([[0.5], [1]]).shape == (2, 1)
    assert EDGE(np.zeros((2, 3, 4))).shape == (2, 3, 4)
    assert isinstance(EDGE(np.float64(0.5)), float)
    assert EDGE(Fraction(1, 2)) == -0.5


def test_it_is_continuous_at_breakpoints_to_the_last_place():
    rng = np.random.default_rng(0)
    t = np.sort(rng.normal(size=4096))
    f = PiecewiseLinear(t, rng.normal(size=4096) * np.exp(rng.normal(size=4096) * 5))
    assert f(t).tolist() == f.values.tolist()
    # between breakpoints: the error against rationals, in units in the last place of the larger neighbour
    middles = t[:-1] + np.diff(t) * rng.uniform(size=4095)
    got = f(middles)
    worst = 0.0
    for i in range(0, 4095, 3):
        t0, t1, y0, y1, x = map(Fraction, (t[i], t[i + 1], f.values[i], f.values[i + 1], middles[i]))
        exact = (y0 * (t1 - x) + y1 * (x - t0)) / (t1 - t0)
        ulp = np.spacing(max(abs(f.values[i]), abs(f.values[i + 1])))
        worst = max(worst, float(abs(Fraction(got[i]) - exact) / Fraction(ulp)))
    assert worst <= 2.0


def test_interpolation_never_overshoots():
    f = PiecewiseLinear([0, 0.1, 0.3], [0.1, 0.7, 0.7])
    x = np.linspace(0.1, 0.3, 1001)
    assert (f(x) == 0.7).all()


def test_scales():
    wide = PiecewiseLinear([-1e300, 0, 1e300], [1, 2, 3])
    assert wide([-5e299, 1e-300, 5e299]).tolist() == [1.5, 2.0, 2.5]
    narrow = PiecewiseLinear([1e9, 1e9 + 0.0078125], [0, 1])
    assert narrow(1e9 + 0.00390625) == 0.5
    small = PiecewiseLinear([0, 1e-12], [0, 1e-300])
    assert small(5e-13) == pytest.approx(5e-301, rel=1e-15)
    tall = PiecewiseLinear([0, 1e9], [-1.5e308, 1.5e308])  # the rise alone exceeds float64
    assert tall(5e8) == 0.0
    assert tall(7.5e8) == pytest.approx(7.5e307, rel=1e-15)
    assert tall.integral(0, 1e9) == 0.0


def test_far_points_of_a_level_end_are_no_overflow():
    assert PiecewiseLinear([-1.7e308], [3])(1.7e308) == 3.0
    assert PiecewiseLinear([-1.7e308, 1.7e308], [0, 1])(1.7e308 / 2) == pytest.approx(0.75)


def test_a_subnormal_slope_keeps_its_digits():
    f = PiecewiseLinear([0, 2e4], [0, 1.4e-305])
    assert f(1e4) == pytest.approx(7e-306, rel=1e-15)
    g = PiecewiseLinear([0, 2.0**40], [0, 2.0**-1040])  # a slope that underflows to 0
    assert g(2.0**39) == 2.0**-1041
    assert g.kinks.tolist() == [0, 2.0**40]


def test_algebra_by_hand():
    assert (TENT + BEND).values.tolist() == [0, 2, 2]
    assert (TENT + 1)(0.5) == 1.5
    assert (1 - TENT)([0, 1]).tolist() == [1, 0]
    assert (3 * TENT)(0.5) == 1.5
    assert (TENT / 4)(1) == 0.25
    assert (TENT * Fraction(1, 4))(1) == 0.25
    assert (np.float64(2) * TENT)(1) == 2
    assert (TENT - TENT).simplified() == PiecewiseLinear([0], [0])
    assert not np.signbit((-PiecewiseLinear([0], [0])).values[0])


def test_compose_by_hand():
    flipped = TENT.compose(PiecewiseLinear([0], [2], -1, -1))  # TENT(2 - x), which is TENT
    assert flipped.simplified() == TENT
    twice = TENT.compose(PiecewiseLinear([0, 1, 2], [0, 2, 0], 2, -2))
    assert twice == PiecewiseLinear([0, 0.5, 1, 1.5, 2], [0, 1, 0, 1, 0])
    assert BEND.compose(TENT).simplified() == TENT
    constant = TENT.compose(PiecewiseLinear([5], [1]))
    assert constant.simplified() == PiecewiseLinear([5], [1])


def test_maximum_and_minimum_by_hand():
    absolute = PiecewiseLinear([0], [0], -1, -1).maximum(PiecewiseLinear([0], [0], 1, 1))
    assert absolute == PiecewiseLinear([0], [0], -1, 1)
    assert TENT.minimum(0.5).simplified() == PiecewiseLinear([0, 0.5, 1.5, 2], [0, 0.5, 0.5, 0])
    far = PiecewiseLinear([0], [0], 0, 0).maximum(PiecewiseLinear([0], [-8], 0, 2))
    assert far.simplified() == PiecewiseLinear([4], [0], 0, 2)  # they cross beyond every vertex
    assert TENT.maximum(TENT).simplified() == TENT


def test_restricted_by_hand():
    part = EDGE.restricted(-0.75, 0.5)
    assert part == PiecewiseLinear([-0.75, -0.5, 0, 0.5], [0, 1, -1, -0.5], 4, 1)
    assert EDGE.restricted(5, 6) == PiecewiseLinear([5, 6], [0, 0])


def test_inverse_by_hand():
    f = PiecewiseLinear([0, 1], [0, 2], 1, 4)
    assert f.inverse() == PiecewiseLinear([0, 2], [0, 1], 1, 0.25)
    assert (-f).inverse() == PiecewiseLinear([-2, 0], [1, 0], -0.25, -1)
    assert LINE.inverse() == PiecewiseLinear([1], [0], 0.5, 0.5)


def test_roots_by_hand():
    assert EDGE.roots(-1, 1).tolist() == [-0.75, -0.25, 1]
    assert EDGE.roots(-1, 3).tolist() == [-0.75, -0.25, 1, 3]  # from 1 on it is 0: both ends of the stretch
    assert EDGE.roots(2, 3).tolist() == [2, 3]
    assert TENT.roots(-1, 3).tolist() == [-1, 0, 2, 3]
    assert TENT.roots(0.5, 1.5).tolist() == []
    assert LINE.roots(-0.5, 0).tolist() == [-0.5]
    touching = PiecewiseLinear([0, 1, 2], [1, 0, 1])
    assert touching.roots(-5, 5).tolist() == [1]


def test_integral_by_hand():
    assert TENT.integral(0, 2) == 1
    assert TENT.integral(2, 0) == -1
    assert TENT.integral(-50, 50) == 1
    assert TENT.integral(1, 1) == 0
    assert LINE.integral(0, 3) == 12


def test_distance_by_hand():
    assert TENT.distance(TENT + 3) == 3
    assert TENT.distance(TENT) == 0
    assert TENT.distance(PiecewiseLinear([0], [0]), norm="l2") == pytest.approx(math.sqrt(2 / 3), rel=1e-15)
    assert LINE.distance(BEND, interval=(0, 2)) == 3
    assert LINE.distance(BEND, norm="l2", interval=(0, 1)) == pytest.approx(math.sqrt(7 / 3), rel=1e-15)
    assert (TENT * 1e300).distance(PiecewiseLinear([0], [0]), norm="l2") == pytest.approx(
        1e300 * math.sqrt(2 / 3), rel=1e-15
    )
    assert (TENT * 1e-300).distance(PiecewiseLinear([0], [0]), norm="l2") == pytest.approx(
        1e-300 * math.sqrt(2 / 3), rel=1e-15
    )


def test_simplified_by_hand():
    line = PiecewiseLinear([0, 1, 2, 3], [0, 1, 2, 3], 1, 1)
    assert line.simplified() == PiecewiseLinear([0], [0], 1, 1)
    level = PiecewiseLinear([-1, 0, 1], [0, 1, 0]).simplified(1)
    assert level == PiecewiseLinear([-1], [0])
    x = np.linspace(0, 2 * np.pi, 501)
    wave = PiecewiseLinear(x, np.sin(x))
    few = wave.simplified(0.01)
    assert wave.distance(few) <= 0.01
    assert len(few.breakpoints) <= 20  # chords of the sine that stay within 0.01: about 4.8 / sqrt(8 * 0.01) = 17


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: PiecewiseLinear([], []), "breakpoints is empty: a function needs at least one vertex"),
        (lambda: PiecewiseLinear(1, 2), "breakpoints must have 1 dimension, not shape ()"),
        (lambda: PiecewiseLinear([0, 1], [1]), "values has 1 entries for 2 breakpoints"),
        (
            lambda: PiecewiseLinear([0, 1, 1], [1, 2, 3]),
            "breakpoints[1] = 1.0 is followed by 1.0: they must rise",
        ),
        (lambda: PiecewiseLinear([0, -1], [1, 2]), "breakpoints[0] = 0.0 is followed by -1.0: they must rise"),
        (lambda: PiecewiseLinear([0, np.nan], [1, 2]), "breakpoints[1] is nan: every entry must be a finite"),
        (lambda: PiecewiseLinear([0, 1], [1, np.inf]), "values[1] is inf: every entry must be a finite number"),
        (lambda: PiecewiseLinear([0], [1], "a"), "left_slope must be a number, not 'a'"),
        (lambda: PiecewiseLinear([0], [1], 0, np.nan), "right_slope must be a finite number, not nan"),
        (
            lambda: PiecewiseLinear([0, 5e-324], [0, 1]),
            "the slope between breakpoints[0] = 0.0 and breakpoints[1] = 5e-324 is too large for float64",
        ),
        (lambda: PiecewiseLinear([0, 1], [-1.7e308, 1.7e308]), "is too large for float64"),
        (lambda: EDGE(np.nan), "x is nan: every entry must be a finite number"),
        (lambda: EDGE([0, np.inf]), "x[1] is inf: every entry must be a finite number"),
        (lambda: EDGE("a"), "x is a, not a number"),
        (lambda: EDGE(1j), "x holds complex numbers"),
        (
            lambda: PiecewiseLinear([0], [0], 1e300)([1, -1e300]),
            "f(x) is too large for float64 at x = -1e+300",
        ),
        (lambda: EDGE + np.nan, "number must be a finite number, not nan"),
        (lambda: EDGE * np.inf, "number must be a finite number, not inf"),
        (lambda: EDGE / 0, "number = 0 cannot divide a function"),
        (lambda: 1e308 * PiecewiseLinear([0], [100]), "a value of the result is too large for float64"),
        (lambda: 1e308 * PiecewiseLinear([0], [0], 100), "the left slope of the result is too large for float64"),
        (lambda: EDGE.compose(np.sin), "g must be a PiecewiseLinear, not ufunc"),
        (lambda: EDGE.maximum("a"), "g must be a PiecewiseLinear, not str"),
        (lambda: EDGE.minimum(None), "g must be a PiecewiseLinear, not NoneType"),
        (lambda: EDGE.restricted(1, 0), "a = 1.0 must be less than b = 0.0"),
        (lambda: EDGE.restricted(0, None), "b must be a number, not None"),
        (lambda: EDGE.roots(0, 0), "a = 0.0 must be less than b = 0.0"),
        (lambda: EDGE.integral(0, np.inf), "b must be a finite number, not inf"),
        (lambda: EDGE.integral("a", 1), "a must be a number, not 'a'"),
        (
            EDGE.inverse,
            "f has no inverse: it is not strictly monotone (its slopes run from -4.0 to 4.0)",
        ),
        (lambda: EDGE.simplified(-1), "tolerance must be at least 0, not -1.0"),
        (lambda: EDGE.simplified(None), "tolerance must be a number, not None"),
        (lambda: EDGE.distance(3), "g must be a PiecewiseLinear, not int"),
        (lambda: EDGE.distance(EDGE, "l1"), "norm must be one of 'max', 'l2', not 'l1'"),
        (
            lambda: EDGE.distance(LINE),
            "the left slopes differ, so the distance is infinite: give an interval (a, b)",
        ),
        (lambda: EDGE.distance(BEND), "the right slopes differ, so the distance is infinite"),
        (lambda: EDGE.distance(EDGE + 1, "l2"), "the functions differ by a constant far out"),
        (lambda: EDGE.distance(EDGE, interval=3), "interval must be a pair of numbers (a, b), not 3"),
        (lambda: LINE.distance(-LINE, interval=(-1e308, 1e308)), "the distance of the result is too large"),
    ],
)
def test_errors_are_one_sentence(call, sentence):
    with pytest.raises(InvalidInputError) as error:
        call()
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda: EDGE + "a",
        lambda: EDGE * EDGE,
        lambda: 1 / EDGE,
        lambda: np.array([1.0, 2.0]) * EDGE,
        lambda: EDGE + 1j,
        lambda: EDGE - None,
    ],
)
def test_what_has_no_meaning_is_a_type_error(call):
    with pytest.raises(TypeError):
        call()
