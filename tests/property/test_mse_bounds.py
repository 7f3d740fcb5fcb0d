"""No continuous function, however it is made, has a smaller squared error than the certified bounds say."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hinges.optimal._mse_pieces import best_pieces

QUARTERS = st.integers(-40, 40).map(lambda k: k / 4)
ROWS = st.lists(st.tuples(QUARTERS, QUARTERS, st.sampled_from([0.5, 1.0, 3.0])), min_size=1, max_size=12)


def rational_value(vertices, t):
    """The value at t of the polygon through vertices, straight on beyond both ends, in rationals."""
    if len(vertices) == 1:
        return vertices[0][1]
    k = min(max(sum(a <= t for a, _ in vertices) - 1, 0), len(vertices) - 2)
    (a, p), (b, q) = vertices[k], vertices[k + 1]
    return p + (q - p) * (t - a) / (b - a)


def rational_error(rows, function):
    return sum(Fraction(w) * (Fraction(y) - function(Fraction(x))) ** 2 for x, y, w in rows)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, vertices=st.dictionaries(QUARTERS, QUARTERS, min_size=1, max_size=5))
def test_no_polygon_beats_the_bound_for_its_pieces(rows, vertices):
    x, y, w = map(np.array, zip(*rows, strict=True))
    polygon = [(Fraction(a), Fraction(vertices[a])) for a in sorted(vertices)]
    fit = best_pieces(x, y, max(1, len(polygon) - 1), w)
    assert Fraction(fit.lower) <= rational_error(rows, lambda t: rational_value(polygon, t))
    assert fit.lower <= fit.polygon.error


@settings(max_examples=25, deadline=None)
@given(rows=ROWS, pieces=st.integers(1, 5))
def test_the_function_found_cannot_beat_its_own_bound_in_rationals(rows, pieces):
    x, y, w = map(np.array, zip(*rows, strict=True))
    fit = best_pieces(x, y, pieces, w)
    p = fit.polygon
    vertices = [(Fraction(a), Fraction(b)) for a, b in zip(p.breakpoints.tolist(), p.values.tolist(), strict=True)]
    exact = rational_error(rows, lambda t: rational_value(vertices, t))
    assert p.pieces <= pieces
    assert Fraction(fit.lower) <= exact * (1 + Fraction(1, 10**12)) + Fraction(1, 10**24)
    assert abs(float(exact) - p.error) <= 1e-12 * float(exact) + 1e-24


@settings(max_examples=25, deadline=None)
@given(
    rows=ROWS,
    bias=QUARTERS,
    units=st.lists(st.tuples(QUARTERS, QUARTERS, st.sampled_from([-1.0, 1.0])), min_size=1, max_size=4),
)
def test_no_network_beats_the_bound_for_its_units(rows, bias, units):
    x, y, w = map(np.array, zip(*rows, strict=True))
    fit = best_pieces(x, y, len(units) + 1, w)

    def network(t):
        hinges = (Fraction(v) * max(Fraction(s) * (t - Fraction(k)), Fraction(0)) for k, v, s in units)
        return Fraction(bias) + sum(hinges)

    assert Fraction(fit.lower) <= rational_error(rows, network)
