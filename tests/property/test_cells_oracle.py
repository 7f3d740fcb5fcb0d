"""Cells of small networks against rational arithmetic, in general position and in degenerate."""

import graph_plane
import numpy as np
import pytest
from small_graphs import MAKERS, STYLES, small_graph

from hinges.analysis._cells import cells
from hinges.analysis._lowered import lowered
from hinges.nets import Activation, Linear, Max, Network

# Every structure in two styles, every style in two structures; the larger ones in a smaller window.
CASES = [(maker, STYLES[(i + k) % len(STYLES)]) for i, maker in enumerate(MAKERS) for k in (1, 4)]
HALF = {"residual": 0.15, "pool_in_the_middle": 0.25, "relu_then_pool": 0.3}
# Which hidden nodes become one with a pooling: a ReLU before it is not looked at, and a pooling may be dead.
BEFORE = {"relu_then_pool": 0, "pool_in_the_middle": 0}
DEADLY = {"relu_then_pool": 1, "pool_in_the_middle": 1, "pool_then_relu": 0}


def states_at(network, base, point, before=None, deadly=None):
    """Give what the units do at a point, from a forward pass in rational numbers."""
    values = graph_plane.values_at(network, base, point)
    found, hidden = [], -1
    for node in network.nodes:
        if isinstance(node, Linear):
            continue
        hidden += 1
        z = values[node.source]
        if isinstance(node, Activation):
            found += [None if hidden == before else int(number > 0) for number in z]
            continue
        for group in node.groups.tolist():
            entries = [z[e] for e in group]
            dead = hidden == deadly and max(entries) <= 0
            found.append(-1 if dead else entries.index(max(entries)))
    return tuple(found)


def without(states, network, before):
    """Give rows of states with those of one hidden node left out."""
    hidden = network.hidden_nodes
    starts = np.cumsum([0, *(node.units for node in hidden)])
    rows = states.astype(object)
    if before is not None:
        rows[:, starts[before] : starts[before + 1]] = None
    return [tuple(row) for row in rows.tolist()]


@pytest.mark.parametrize(("maker", "style"), CASES)
def test_states_and_linear_regions_are_those_of_rational_arithmetic(maker, style):
    network, base = small_graph(maker, style, seed=0)
    low, half = lowered(network).network, HALF.get(maker, 0.4)
    bounds = (-half, half, -half, half)
    oracle = graph_plane.cells(low, base, bounds)
    before, deadly = BEFORE.get(maker), DEADLY.get(maker)
    expected = {states_at(low, base, graph_plane.middle(p), before, deadly) for p, _ in oracle}
    found = cells(low, base, bounds)
    assert found.cells is not None
    assert found.cells.states is not None
    rows = without(found.cells.states, low, before)
    assert len(set(rows)) == len(rows) == found.activation
    assert set(rows) == expected
    assert found.linear == graph_plane.linear_count(oracle)
    assert found.unresolved == 0
    assert found.area == pytest.approx(1.0, abs=1e-12)
    apart = cells(low, base, bounds, fuse=False, keep_geometry=False)
    assert (apart.activation, apart.linear) == (len(oracle), found.linear)


def saddle():
    """max(0, min(x, y)) + min(0, max(x, y)): zero on two quadrants that touch in one point."""
    both = np.array([[1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 0.0, -1.0]])
    nodes = (
        Linear((0,), (both,), np.zeros(4), "both"),
        Max(1, np.array([[0, 1], [2, 3]]), 4, "max"),  # max(x, y) and -min(x, y)
        Linear((2,), (-np.eye(2),), np.zeros(2), "minus"),
        Activation(3, "relu", 2, "relu"),  # -min(0, max(x, y)) and max(0, min(x, y))
        Linear((4,), (np.array([[-1.0], [1.0]]),), np.zeros(1), "sum"),
    )
    return Network(nodes, 2)


@pytest.mark.parametrize("bounds", [(-1, 1, -1, 1), (-0.3, 1.7, -1.1, 0.1)])
def test_regions_that_touch_in_a_point_are_two(bounds):
    base = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    oracle = graph_plane.cells(saddle(), base, bounds)
    found = cells(saddle(), base, bounds)
    assert found.linear == graph_plane.linear_count(oracle) == 6
    assert found.unresolved == 0
