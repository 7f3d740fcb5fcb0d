"""Functions into networks and back, and networks of any depth into functions: equal in rational arithmetic."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import example
from hypothesis import strategies as st
from rationals import EIGHTHS, FLOATS, SMALL, dyadic_functions, forward, functions, laws, probes, value

from hinges import Activation, Linear, Max, Network, PiecewiseLinear, to_function, to_network
from hinges.convert._hinge_sum import facing_away, right_facing
from hinges.convert._to_function import exact_function
from hinges.convert._to_network import _anchor
from hinges.pwl._vertices import without_flat_vertices

FACINGS = st.sampled_from(["right", "both"])
ROUGH = functions(numbers=FLOATS, slopes=FLOATS)


def pieces(f, a, b):
    """How many different straight pieces f has on [a, b]."""
    points = [a, *(t for t in f.kinks.tolist() if a < t < b), b]
    return len(points) - 1


# --- from functions ---------------------------------------------------------------------------------------


@laws(dyadic_functions(), FACINGS)
def test_the_round_trip_on_the_whole_line_is_exact(f, facing):
    network = to_network(f, facing=facing)
    assert to_function(network) == f.simplified()
    for x in probes(f):
        assert forward(network, x) == [value(f, x)]


@laws(dyadic_functions(), FACINGS, EIGHTHS, st.integers(1, 64))
def test_the_round_trip_on_an_interval_is_exact_there(f, facing, a, width):
    b = a + width / 8
    network = to_network(f, interval=(a, b), facing=facing)
    exact = exact_function(network)
    for x in probes(f, also=(a, b)):
        if a <= x <= b:
            assert exact.at(x) == value(f, x)


@laws(dyadic_functions(), EIGHTHS, st.integers(1, 64))
def test_on_an_interval_there_is_one_right_facing_hinge_a_piece(f, a, width):
    b = a + width / 8
    hinges = to_network(f, interval=(a, b)).hinges()
    assert [h.weight for h in hinges] == [1.0] * pieces(f, a, b)
    assert [h.kink for h in hinges] == [a, *(t for t in f.kinks.tolist() if a < t < b)]


@laws(dyadic_functions(), EIGHTHS, st.integers(1, 64))
def test_facing_both_ways_on_an_interval_takes_no_more_than_one_hinge_more(f, a, width):
    b = a + width / 8
    hinges = to_network(f, interval=(a, b), facing="both").hinges()
    assert len(hinges) <= pieces(f, a, b)
    assert {abs(h.weight) for h in hinges} == {1.0}


@laws(dyadic_functions())
def test_units_on_the_whole_line(f):
    hinges = to_network(f).hinges()
    slopes = f.simplified().slopes.tolist()
    kinks = len(f.kinks)
    if kinks == 0:
        assert len(hinges) == (2 if slopes[0] else 1)  # a constant keeps an idle unit
    else:
        both_sides = slopes[0] != 0 and slopes[1] != 0
        assert len(hinges) == kinks + both_sides
        assert [h.kink for h in hinges] == [f.kinks[0]] * both_sides + f.kinks.tolist()
        assert sum(h.weight < 0 for h in hinges) == (slopes[0] != 0)
    facing_both = to_network(f, facing="both").hinges()
    if kinks:
        assert len(facing_both) == kinks + (0.0 not in slopes)


@laws(ROUGH, FACINGS)
def test_the_exact_sum_of_hinges_is_the_function(f, facing):
    exact = without_flat_vertices(f.vertices())
    total = facing_away(exact, 0 if facing == "right" else _anchor(exact))
    for x in probes(f):
        hinges = (term.coefficient * max(term.kink - x if term.left else x - term.kink, 0) for term in total.terms)
        assert total.bias + sum(hinges) == value(f, x)
        assert total.vertices().at(x) == value(f, x)


@laws(ROUGH)
def test_the_exact_right_facing_sum_is_the_function_on_its_interval(f):
    start, stop = Fraction(f.breakpoints[0]) - 1, Fraction(f.breakpoints[-1]) + 1
    total = right_facing(without_flat_vertices(f.vertices()), start, stop)
    for x in probes(f):
        if start <= x <= stop:
            assert total.bias + sum(t.coefficient * max(x - t.kink, 0) for t in total.terms) == value(f, x)


@laws(ROUGH, FACINGS, st.booleans())
def test_the_note_bounds_the_error_of_the_float64_network(f, facing, on_interval):
    a, b = float(f.breakpoints[0]), float(f.breakpoints[-1])
    network = to_network(f, facing=facing, interval=(a, b) if on_interval and a < b else None)
    bound = float(network.notes[0].split("stays within ")[1].split()[0])
    x = np.linspace(a, b, 23)
    x = np.concatenate([np.clip(x, a, b), f.breakpoints])
    for point, got in zip(x.tolist(), network(x).tolist(), strict=True):
        assert abs(Fraction(got) - value(f, Fraction(point))) <= Fraction(bound)


# --- from networks ----------------------------------------------------------------------------------------

WEIGHTS = st.one_of(
    SMALL, SMALL, st.floats(-3, 3).map(lambda x: x if abs(x) > 1e-9 else 0.0)
)  # halves coincide and cancel often
KINDS = st.sampled_from(["relu", "relu", "leaky_relu", "linear"])


def matrices(draw, rows, columns):
    numbers = st.lists(WEIGHTS, min_size=columns, max_size=columns)
    return np.array(draw(st.lists(numbers, min_size=rows, max_size=rows)))


@st.composite
def dense_networks(draw):
    sizes = [1, *draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)), draw(st.integers(1, 2))]
    weights = [matrices(draw, a, b) for a, b in pairwise(sizes)]
    biases = [matrices(draw, 1, b)[0] for b in sizes[1:]]
    kinds = draw(st.lists(KINDS, min_size=len(sizes) - 1, max_size=len(sizes) - 1))
    return Network.dense(weights, biases, kinds, negative_slope=draw(st.sampled_from([0.3, 0.25, -0.5, 1.0])))


@st.composite
def graphs(draw):
    """Networks that branch, skip layers and take maxima."""
    nodes, sizes = [], [1]
    for i in range(draw(st.integers(2, 5))):
        kind = draw(st.sampled_from(["linear", "linear", "relu", "max"]))
        if kind == "linear":
            sources = draw(st.lists(st.integers(0, i), min_size=1, max_size=2))
            units = draw(st.integers(1, 3))
            parts = [matrices(draw, sizes[source], units) for source in sources]
            nodes.append(Linear(tuple(sources), tuple(parts), matrices(draw, 1, units)[0], f"linear_{i}"))
        elif kind == "relu":
            source = draw(st.integers(0, i))
            nodes.append(Activation(source, draw(KINDS), sizes[source], f"relu_{i}"))
        else:
            source = draw(st.integers(0, i))
            index = st.integers(0, sizes[source] - 1)
            groups = draw(st.lists(st.lists(index, min_size=3, max_size=3), min_size=1, max_size=3))
            nodes.append(Max(source, np.array(groups), sizes[source], f"max_{i}"))
        sizes.append(nodes[-1].units)
    return Network(tuple(nodes), 1)


def check(network):
    for output in range(network.outputs):
        exact = exact_function(network, output=output)
        slopes = exact.slopes
        assert all(before != after for before, after in pairwise(slopes)) or len(exact.t) == 1
        inside = [a + (b - a) * part for a, b in pairwise(exact.t) for part in (Fraction(1, 3), Fraction(5, 7))]
        outside = [exact.t[0] - 10**9, exact.t[0] - Fraction(1, 3), exact.t[-1] + Fraction(2, 7), exact.t[-1] + 10**9]
        for x in [*exact.t, *inside, *outside, *(Fraction(i, 4) for i in range(-12, 13))]:
            assert exact.at(x) == forward(network, x)[output]
        f = to_function(network, output=output)
        assert f.breakpoints.tolist() == sorted({float(t) for t in exact.t})
        assert (f.left_slope, f.right_slope) == (float(exact.left), float(exact.right))


@laws(dense_networks())
@example(Network.dense([np.ones((1, 3)), [[1.0], [1.0], [-2.0]]], [[0, 0, 0], [5]]))  # units that cancel
@example(Network.dense([[[1.0, -1.0]], [[1.0], [-1.0]]], [[0.0, 0.0], [0.0]]))  # antiparallel: a line
@example(Network.dense([[[0.0]], [[0.0]]], [[0.0], [1.0]]))
def test_dense_networks_become_their_function(network):
    check(network)


@laws(graphs())
def test_graphs_become_their_function(network):
    check(network)


@laws(dense_networks())
def test_the_way_there_and_back_again(network):
    f = to_function(network)
    exact = exact_function(network)
    total = facing_away(exact, _anchor(exact)).vertices()
    for x in [*exact.t, exact.t[0] - 7, exact.t[-1] + 7]:
        assert total.at(x) == exact.at(x)
    x = np.linspace(-3, 3, 13)
    expected = network(x) if network.outputs == 1 else network(x)[:, 0]
    np.testing.assert_allclose(f(x), expected, rtol=1e-12, atol=1e-12)


def test_a_deep_network_with_many_kinks():
    rng = np.random.default_rng(5)
    sizes = [1, 9, 8, 7, 1]
    weights = [rng.normal(size=(a, b)) for a, b in pairwise(sizes)]
    network = Network.dense(weights, [rng.normal(size=b) for b in sizes[1:]])
    exact = exact_function(network)
    assert len(exact.t) > 12
    x = np.unique(np.concatenate([np.linspace(-6, 6, 241), [float(t) for t in exact.t]]))
    for point in x.tolist():
        assert exact.at(Fraction(point)) == forward(network, Fraction(point))[0]
    f = to_function(network)
    np.testing.assert_allclose(f(x), network(x), rtol=1e-13, atol=1e-13)


@laws(st.lists(st.tuples(SMALL, SMALL), min_size=2, max_size=6, unique_by=lambda p: p[0]))
def test_every_set_of_points_becomes_a_network_through_them(points):
    x, y = zip(*sorted(points), strict=True)
    f = PiecewiseLinear(x, y)
    network = to_network(f, interval=(x[0], x[-1]))
    np.testing.assert_allclose(network(x), y, rtol=1e-13, atol=1e-13)
