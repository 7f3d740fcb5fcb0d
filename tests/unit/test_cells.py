"""Cells of a plane: fusing, the cap and what goes on after it, bounded chunks, certificates, linear regions."""

import numpy as np
import pytest

from hinges.analysis import _cells, _cells_walk
from hinges.analysis._cells import cells
from hinges.analysis._fused import Pool, Switch, steps_of
from hinges.analysis._lowered import lowered
from hinges.interop._graph import Graph
from hinges.nets import Network

SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
BOUNDS = (-1.0, 1.0, -1.0, 1.0)


class Drawn(Graph):
    """A network on 2 x 8 x 8 inputs with seeded weights."""

    def __init__(self, seed=0):
        super().__init__((2, 8, 8))
        self.rng = np.random.default_rng(seed)

    def convolved(self, x, channels):
        shape = (channels, x.shape[0], 3, 3)
        weights = self.rng.normal(size=shape) / np.sqrt(9 * x.shape[0])
        return self.conv(x, weights, 0.1 * self.rng.normal(size=channels), pads=1, name="conv")

    def relu(self, x):
        return self.activation(x, "relu", "relu")

    def ended(self, x, outputs=3):
        x = x.with_index(x.index.reshape(-1))
        weights = self.rng.normal(size=(x.index.size, outputs)) / np.sqrt(x.index.size)
        return lowered(self.finish(self.dense(x, weights, self.rng.normal(size=outputs), "last"))).network


def pooled(*, skip=False):
    """Convolution, ReLU, pooling, twice; `skip` lets the end read the first ReLU too."""
    graph = Drawn()
    first = graph.relu(graph.convolved(graph.input, 3))
    x = graph.max_pool(first, (2, 2), strides=2, name="pool")
    x = graph.max_pool(graph.relu(graph.convolved(x, 4)), (2, 2), strides=2, name="pool")
    if skip:
        x = graph.concat([first.with_index(first.index.reshape(-1)), x.with_index(x.index.reshape(-1))], 0)
    return graph.ended(x)


def residual():
    graph = Drawn(1)
    x = graph.relu(graph.convolved(graph.input, 3))
    y = graph.convolved(graph.relu(graph.convolved(x, 3)), 3)
    return graph.ended(graph.relu(graph.add([(x, 1.0), (y, 1.0)], "add")))


def plane(network, half=0.2, seed=2):
    return np.random.default_rng(seed).normal(size=(3, network.inputs)), (-half, half, -half, half)


def kept(found):
    """Give the cells that were kept."""
    assert found.cells is not None
    return found.cells


def patterns(found):
    """Give the states of each cell as bytes."""
    states = kept(found).states
    assert states is not None
    return [bytes(row) for row in states]


def hat():
    """Zero, up, down, zero along the first input."""
    first = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    return Network.dense([first, [[1.0], [-2.0], [1.0]]], [[0.5, 0.0, -0.5], [0.0]])


# --- fusing -------------------------------------------------------------------------------------------


def kinds(steps):
    return [type(step).__name__ for step in steps.steps]


def test_relu_and_pooling_are_one_step():
    steps = steps_of(pooled())
    assert kinds(steps) == ["Affine", "Pool", "Affine", "Pool", "Affine"]
    first = steps.steps[1]
    assert isinstance(first, Pool)
    assert first.with_zero
    assert (first.before, first.hidden, first.after) == (0, 1, None)


def test_relu_after_a_pooling_is_taken_in():
    graph = Drawn()
    x = graph.max_pool(graph.convolved(graph.input, 3), (2, 2), strides=2, name="pool")
    steps = steps_of(graph.ended(graph.relu(x)))
    assert kinds(steps) == ["Affine", "Pool", "Affine"]
    pool = steps.steps[1]
    assert isinstance(pool, Pool)
    assert (pool.before, pool.hidden, pool.after) == (None, 0, 1)


def test_a_relu_that_others_read_stays():
    steps = steps_of(pooled(skip=True))
    assert kinds(steps) == ["Affine", "Switch", "Pool", "Affine", "Pool", "Affine"]
    pool = steps.steps[2]
    assert isinstance(pool, Pool)
    assert not pool.with_zero


def test_without_fusing_every_hidden_node_is_a_step():
    steps = steps_of(pooled(), fuse=False)
    assert [type(step) for step in steps.steps if isinstance(step, (Switch, Pool))] == [Switch, Pool] * 2


@pytest.mark.parametrize("skip", [False, True])
def test_fused_or_not_the_function_is_the_same(skip):
    network = pooled(skip=skip)
    base, bounds = plane(network, 0.05)
    fused = cells(network, base, bounds, keep_geometry=False)
    apart = cells(network, base, bounds, keep_geometry=False, fuse=False)
    assert fused.linear == apart.linear
    assert fused.activation < apart.activation
    assert fused.unresolved == apart.unresolved == 0


# --- what is found ------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [pooled, residual])
def test_maps_and_polygons_fit_the_network(make):
    network = make()
    base, bounds = plane(network, 0.05)
    found = kept(cells(network, base, bounds))
    assert found.maps is not None
    assert found.states is not None
    places = np.concatenate([np.ones((len(found.vertices), 1)), found.vertices], axis=1)
    cell = np.repeat(np.arange(len(found.interior)), np.diff(found.starts))
    outputs = network(places @ base)
    assert np.abs(np.einsum("vk,vkm->vm", places, found.maps[cell]) - outputs).max() < 1e-13 * np.abs(outputs).max()
    inside = np.concatenate([np.ones((len(found.interior), 1)), found.interior], axis=1)
    values = network.values(inside @ base)
    pattern = [values[node.source] > 0 for node in network.hidden_nodes if not hasattr(node, "groups")]
    if make is residual:
        assert np.array_equal(np.concatenate(pattern, axis=1), found.states > 0)


def test_edges_name_the_unit_that_switches():
    network = pooled()
    base, bounds = plane(network, 0.1)
    found = cells(network, base, bounds)
    inner = found.owners[:, 0] >= 0
    assert set(found.owners[inner, 0].tolist()) <= {1, 3}  # the poolings
    assert (found.owners[~inner, 0] == -1).all()
    following = np.arange(len(inner)) + 1
    following[kept(found).starts[1:] - 1] = kept(found).starts[:-1]
    middle = (kept(found).vertices + kept(found).vertices[following]) / 2
    values = network.values(np.concatenate([np.ones((len(middle), 1)), middle], axis=1) @ base)
    for corner in np.flatnonzero(inner)[:200].tolist():
        hidden, unit = found.owners[corner].tolist()
        node = network.hidden_nodes[hidden]
        entries = np.sort(values[node.source][corner][node.groups[unit]])
        assert entries[-1] - entries[-2] < 1e-12  # two win, or none is above zero


def test_a_network_without_hidden_units_is_one_cell():
    network = Network.dense([[[1.0], [2.0]]], [[0.5]])
    found = cells(network, SQUARE, BOUNDS)
    assert (found.activation, found.linear, found.area) == (1, 1, 1.0)
    maps = kept(found).maps
    assert maps is not None
    assert np.allclose(maps[0, :, 0], [0.5, 1.0, 2.0])


def test_units_that_cannot_reach_the_output_cut_no_linear_region():
    first = np.array([[1.0, 0.3, 0.2], [0.2, 1.0, -1.0]])
    network = Network.dense([first, [[1.0], [0.0], [0.0]]], [[0.1, 0.2, 0.3], [0.0]])
    found = cells(network, SQUARE, BOUNDS)
    assert (found.activation, found.linear) == (6, 2)


def test_units_that_cancel_are_found_out_in_integers():
    first = np.array([[1.0, 0.25, 0.25], [0.25, 1.0, 1.0]])
    network = Network.dense([first, [[1.0], [3.0], [-3.0]]], [[0.1, 0.2, 0.2], [0.0]])
    found = cells(network, SQUARE, BOUNDS)
    assert (found.activation, found.linear) == (4, 2)
    assert found.exact > 0


def test_one_map_in_two_places_is_two_regions():
    found = cells(hat(), SQUARE, BOUNDS)
    assert (found.activation, found.linear) == (4, 4)
    maps = kept(found).maps
    assert maps is not None
    assert len(np.unique(maps.round(12), axis=0)) == 3


def test_equal_entries_leave_it_to_the_first():
    graph = Graph((2, 2, 2))
    kernel = np.zeros((2, 2, 1, 1))
    kernel[:, 0] = 1.0  # both channels are the first of the input
    x = graph.conv(graph.input, kernel, np.zeros(2), name="conv")
    x = graph.max(x, (0,), name="over channels")
    network = graph.finish(x.with_index(x.index.reshape(-1)))
    base = np.random.default_rng(0).normal(size=(3, 8))
    found = cells(network, base, BOUNDS)
    assert found.activation == found.linear == 1
    assert found.packed is not None
    assert found.packed.all().tolist() == [[0, 0, 0, 0]]
    assert found.exact == 0  # the same numbers make them: nothing is left to decide


# --- decisions ----------------------------------------------------------------------------------------


def test_what_is_too_much_exact_work_is_said(monkeypatch):
    monkeypatch.setattr(_cells, "EXACT_PRODUCTS", 0)
    network = Network.dense([[[1.0, 1.0, 2.0], [0.0, 1.0, -1.0]], [[1.0], [1.0], [1.0]]], [[0.0] * 3, [0.0]])
    assert cells(network, SQUARE, BOUNDS).unresolved > 0


def test_three_lines_through_a_point():
    network = Network.dense([[[1.0, 1.0, 2.0], [0.0, 1.0, -1.0]], [[1.0], [1.0], [1.0]]], [[0.0] * 3, [0.0]])
    found = cells(network, SQUARE, BOUNDS)
    assert (found.activation, found.linear, found.unresolved) == (6, 6, 0)
    assert found.exact > 0


def test_a_network_without_biases_leaves_nothing_to_decide_at_zero():
    first = np.array([[1.0, 1.0, 2.0, -0.5], [0.3, 0.9, -1.5, 0.7]])
    network = Network.dense([first, [[1.0], [2.0], [1.0], [1.0]]], [[0.0] * 4, [0.0]])
    found = cells(network, SQUARE, BOUNDS)
    assert (found.activation, found.linear, found.exact, found.unresolved) == (8, 8, 0, 0)


def test_a_black_background_leaves_nothing_to_decide():
    network = pooled()
    base, bounds = plane(network, 0.3)
    base[:, 30:] = 0.0  # most windows hold equal entries
    found = cells(network, base, bounds, keep_geometry=False)
    assert found.activation > 10
    assert (found.exact, found.unresolved) == (0, 0)


# --- memory and the cap -------------------------------------------------------------------------------


def test_small_chunks_give_the_same(monkeypatch):
    network = residual()
    base, bounds = plane(network, 0.05)
    whole = cells(network, base, bounds)
    monkeypatch.setattr(_cells_walk, "MOST_FACES", 3)
    monkeypatch.setattr(_cells_walk, "LEAST_FACES", 3)
    small = cells(network, base, bounds)
    assert (small.activation, small.linear) == (whole.activation, whole.linear)
    assert set(patterns(small)) == set(patterns(whole))


def test_chunks_are_smaller_where_values_are_larger(monkeypatch):
    network = pooled()
    base, bounds = plane(network)
    monkeypatch.setattr(_cells_walk, "MEMORY", 2**20)
    plan = _cells.plan_of(network, base, bounds)  # pyright: ignore[reportPrivateImportUsage]
    walk = _cells_walk.Walk(plan, _cells.Exact(plan, 0), _cells.Lines(), None)  # pyright: ignore[reportPrivateImportUsage]
    # a third of the memory for each of three chunks: three floats for every number of the values alive at once, of
    # which the largest are 2 x 8 x 8 and 3 x 8 x 8 at first, 3 x 4 x 4 and 4 x 4 x 4 then
    share = 2**20 / 3
    assert walk.room[0] * 24 * (128 + 192) <= share
    assert walk.room[1] * 24 * (48 + 64) <= share
    assert walk.room[0] < walk.room[1] < walk.room[2]


@pytest.mark.parametrize("make", [pooled, residual])
def test_after_the_cap_it_goes_on(make):
    network = make()
    base, bounds = plane(network, 0.05)
    whole = cells(network, base, bounds)
    assert whole.remaining is None
    step, rows, found = whole.activation // 3, [], None
    for _ in range(4):
        found = cells(network, base, bounds, max_regions=step, resume=found.remaining if found else None)
        rows += patterns(found)
        assert found.activation == len(rows)
        if found.remaining is None:
            break
        assert len(kept(found).interior) == step
        assert not kept(found).complete
        assert 0 < found.area < 1
        assert sum(len(part.states) for part in found.remaining.unfinished) < 100_000
    assert found is not None
    assert found.remaining is None
    assert (found.activation, found.linear) == (whole.activation, whole.linear)
    assert found.area == pytest.approx(1.0, abs=1e-12)
    assert set(rows) == set(patterns(whole))
    assert len(set(rows)) == len(rows)


def test_the_cap_is_met_exactly_at_the_end():
    network = hat()
    found = cells(network, SQUARE, BOUNDS, max_regions=4)
    assert found.remaining is None
    assert kept(found).complete
