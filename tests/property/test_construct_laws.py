"""Bricks and constructions against rational arithmetic, for bricks and targets of every kind."""

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st
from rationals import EIGHTHS, FLOATS, forward, functions, laws, probes, value

from hinges import PiecewiseLinear, to_function
from hinges.construct import Interpolation, Tents, approximate, ramp, tent

LAYERS = st.sampled_from([1, 2])
WIDTHS = st.integers(-3, 4).map(lambda n: 2.0**n)  # so that slopes are dyadic numbers
HEIGHTS = st.integers(-20, 20).filter(bool).map(lambda n: n / 8)


@laws(EIGHTHS, WIDTHS, WIDTHS, HEIGHTS, LAYERS)
def test_a_tent_is_its_hat(left, up, down, height, layers):
    hat = PiecewiseLinear([left, left + up, left + up + down], [0, height, 0])
    network = tent(left, left + up, left + up + down, height, layers=layers)
    assert to_function(network) == hat
    for x in probes(hat):
        assert forward(network, x) == [value(hat, x)]


@laws(EIGHTHS, WIDTHS, HEIGHTS, LAYERS)
def test_a_ramp_is_its_ramp(left, width, height, layers):
    climb = PiecewiseLinear([left, left + width], [0, height])
    network = ramp(left, left + width, height, layers=layers)
    for x in probes(climb):
        assert forward(network, x) == [value(climb, x)]


@laws(st.lists(FLOATS, min_size=3, max_size=3, unique=True), st.floats(1e-3, 1e3))
def test_a_tent_of_two_layers_is_closed_whatever_the_rounding(points, height):
    left, apex, right = sorted(points)
    network = tent(left, apex, right, height, layers=2)
    reach = 1e-9 * (abs(left) + abs(right) + right - left)
    assert network(apex) == height
    assert network([left - reach, left - 1e7, right + reach, right + 1e7]).tolist() == [0, 0, 0, 0]


@laws(functions(most=8), st.integers(1, 12))
def test_the_error_against_a_function_is_exact(f, units):
    a, b = float(f.breakpoints[0]) - 1, float(f.breakpoints[-1]) + 1
    result = approximate(f, Interpolation(units=units), interval=(a, b))
    inside = [x for x in probes(f, result.function) if a <= x <= b]
    worst = max(abs(value(f, x) - value(result.function, x)) for x in inside)
    assert result.loss == float(worst)
    assert len(result.network.hinges()) <= units


@laws(st.lists(st.tuples(EIGHTHS, EIGHTHS), min_size=2, max_size=12), st.integers(2, 6), LAYERS)
def test_both_methods_pass_through_the_same_points_of_data(rows, apexes, layers):
    x, y = map(np.array, zip(*rows, strict=True))
    means = {t: np.mean(y[x == t]) for t in x.tolist()}
    line = approximate((x, y), Interpolation(units=apexes - 1)).function
    assert {line.breakpoints[0], line.breakpoints[-1]} == {x.min(), x.max()}
    for t, v in zip(line.breakpoints.tolist(), line.values.tolist(), strict=True):
        assert abs(Fraction(v) - Fraction(float(means[t]))) <= Fraction(1, 2**44)
    if len(means) > 1:
        tents = approximate((x, y), Tents(units=3 * apexes, layers=layers))
        inside = np.linspace(x.min(), x.max(), 17)
        np.testing.assert_allclose(tents.network(inside), line(inside), atol=1e-12)
        assert abs(tents.loss - np.abs(y - line(x)).max()) < 1e-12
