"""regions on small planes, where all is done in integers: what the result says of itself, and what is refused."""

from itertools import pairwise

import numpy as np
import pytest

from hinges import Activation, InvalidInputError, Linear, Max, Network, Unit, UnsupportedModelError
from hinges.analysis import Plane, _mesh_tile, count_regions, regions
from hinges.analysis._regions_chain import ChainSource

PLANE = Plane.inputs()


@pytest.fixture(autouse=True)
def _no_kernels(monkeypatch):
    """Keep to integers: what needs compiled loops is in tests/property/test_regions_laws.py."""
    monkeypatch.setattr(_mesh_tile, "PATIENCE", float("inf"))
    monkeypatch.setattr(_mesh_tile, "KERNELS", "not loaded")


def small(seed=0, sizes=(2, 6, 5, 1), activation="relu"):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=pair) for pair in pairwise(sizes)]
    return Network.dense(weights, [0.4 * rng.normal(size=n) for n in sizes[1:]], activation)


CROSS = Network.dense([[[1.0, 0.0], [0.0, 1.0]], [[1.0], [2.0]]], [[0.0, 0.0], [0.5]])


def test_two_units_cut_the_square_into_quarters():
    found = regions(CROSS, PLANE)
    assert len(found) == found.count() == found.count("linear") == 4
    assert found.vertices.shape == (9, 2)
    assert {tuple(row) for row in found.patterns.tolist()} == {(a, b) for a in (True, False) for b in (True, False)}
    assert found.areas.tolist() == [1.0] * 4
    assert found.sides.tolist() == [4] * 4
    assert found.units == (Unit(0, 0), Unit(0, 1))
    assert found.certificate.certified
    assert found.certificate.whole
    assert str(found.certificate) == "certified: all of it was computed in integers"


def test_polygons_are_counterclockwise_and_cover_the_bounds():
    found = regions(small(), PLANE, bounds=(-2.0, 1.0, 0.0, 3.0))
    assert (found.areas > 0).all()
    assert found.areas.sum() == pytest.approx(9.0, rel=1e-13)
    assert len(found.polygons) == len(found)
    assert [len(polygon) for polygon in found.polygons] == found.sides.tolist()
    assert found.polygons[-1].tolist() == found.polygons[len(found) - 1].tolist()
    assert found.polygon(0).tolist() == found.vertices[found.polygons[0]].tolist()


def test_affine_maps_give_the_outputs_in_both_spaces():
    network = small(1, (3, 6, 5, 2))
    plane = Plane([0.1, -0.2, 0.3], [1.0, 0.5, 0.0], [0.0, -1.0, 0.25])
    found = regions(network, plane)
    for i, inside in enumerate(found.interior):
        point = plane(inside)
        want = network(point[None])[0]
        matrix, offset = found.affine(i)
        assert matrix.shape == (2, 2)
        assert inside @ matrix + offset == pytest.approx(want, abs=1e-13)
        assert found.maps[i] == pytest.approx(np.vstack((offset, matrix)), abs=1e-14)
        matrix, offset = found.affine(i, space="inputs")
        assert matrix.shape == (3, 2)
        assert point @ matrix + offset == pytest.approx(want, abs=1e-13)


def test_owners_are_the_units_that_switch_at_a_side():
    found = regions(small(), PLANE)
    assert isinstance(found.source, ChainSource)
    across = found.source.tiling.sides.across
    for i in range(len(found)):
        sides = range(found.polygons.starts[i], found.polygons.starts[i + 1])
        for owners, corner in zip(found.owners(i), sides, strict=True):
            if across[corner] < 0:
                assert owners == ()
            else:
                differ = np.flatnonzero(found.patterns[i] != found.patterns[across[corner]])
                assert owners == tuple(found.units[j] for j in differ)
                assert owners


def test_duplicate_units_own_their_side_together():
    network = Network.dense([[[1.0, 2.0, 0.0], [0.0, 0.0, 1.0]], [[1.0]] * 3], [[0.0] * 3, [0.0]])
    found = regions(network, PLANE)
    assert len(found) == 4
    owners = {side for i in range(4) for side in found.owners(i)}
    assert owners == {(), (Unit(0, 0), Unit(0, 1)), (Unit(0, 2),)}


def test_find_gives_the_region_of_a_point_and_on_a_side_one_of_its_two():
    found = regions(small(3), PLANE)
    assert [found.find(point) for point in found.interior] == list(range(len(found)))
    cross = regions(CROSS, PLANE)
    assert cross.find([0.0, 0.5]) in {cross.find([-0.1, 0.5]), cross.find([0.1, 0.5])}
    assert cross.find([1.0, 1.0]) == cross.find([0.9, 0.9])


@pytest.mark.parametrize("point", [[1.1, 0.0], [0.0, -1.5]])
def test_a_point_outside_is_refused(point):
    with pytest.raises(InvalidInputError, match="outside the bounds"):
        regions(CROSS, PLANE).find(point)


def test_silent_sides_join_linear_regions():
    # The second unit is not heard at all, the third is heard through a unit that is always off.
    weights = [[[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]], [[1.0, 0.0], [0.0, 0.0], [0.0, -1.0]], [[1.0], [1.0]]]
    found = regions(Network.dense(weights, [[0.0] * 3, [0.0, -9.0], [0.0]]), PLANE)
    assert found.count("activation") == 6
    assert found.count("linear") == 2
    assert set(found.linear.labels.tolist()) == {0, 1}
    assert found.linear.unresolved == 0


def test_bends_that_cancel_are_found_in_integers():
    # relu(z) - relu(-z) = z: a unit and its negative bend against each other.
    found = regions(Network.dense([[[1.0, -1.0], [3.0, -3.0]], [[1.0], [-1.0]]], [[0.2, -0.2], [0.0]]), PLANE)
    assert found.count("activation") == 2
    assert found.count("linear") == 1


def test_leaky_units_and_absolute_values_switch_and_slope_one_does_not():
    w, b = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]), np.zeros(3)
    out = Linear((2,), (np.ones((3, 1)),), np.zeros(1), "out")
    first = Linear((0,), (w,), b, "first")
    slopes = Activation(1, "leaky_relu", 3, "slopes", slope=[0.3, -1.0, 1.0])
    found = regions(Network((first, slopes, out), 2), PLANE)
    assert found.count("activation") == found.count("linear") == 4
    assert found.patterns[:, 2].all()


def test_a_clip_has_two_switches_a_unit():
    nodes = (Linear((0,), (np.eye(2),), np.zeros(2), "first"), Activation(1, "clip", 2, "clip", low=-0.5, high=0.5))
    found = regions(Network(nodes, 2), PLANE)
    assert found.count("activation") == found.count("linear") == 9
    assert found.switch_units == (Unit(0, 0), Unit(0, 1), Unit(0, 0), Unit(0, 1))
    assert len(set(map(tuple, found.switches.tolist()))) == 9
    assert found.units == (Unit(0, 0), Unit(0, 1))
    inside = np.abs(found.interior) < 0.5
    np.testing.assert_array_equal(found.patterns, inside)
    assert {owner for i in range(9) for side in found.owners(i) for owner in side} == {Unit(0, 0), Unit(0, 1)}


def test_a_network_without_switches_has_one_region():
    found = regions(Network.dense([[[1.0], [2.0]]], [[0.5]]), PLANE)
    assert (found.count("activation"), found.count("linear")) == (1, 1)
    assert found.patterns.shape == (1, 0)
    assert found.find([0.3, 0.4]) == 0


def test_pooling_goes_cell_by_cell():
    nodes = (
        Linear((0,), (np.array([[1.0, 0.0, 1.0], [0.0, 1.0, -1.0]]),), np.zeros(3), "first"),
        Max(1, np.array([[0, 1, 2]]), 3, "pool"),
    )
    network = Network(nodes, 2)
    found = regions(network, PLANE)
    assert found.count("activation") == found.count("linear") == 3
    assert found.certificate.certified
    for i, inside in enumerate(found.interior):
        assert found.find(inside) == i
        for space, at in (("plane", inside), ("inputs", PLANE(inside))):
            matrix, offset = found.affine(i, space=space)
            assert at @ matrix + offset == pytest.approx(np.asarray(network(inside[None]))[0], abs=1e-14)
    count = count_regions(network, PLANE, linear=True)
    assert (count.activation, count.linear, count.complete) == (3, 3, True)


def test_decision_boundaries_of_two_outputs_and_of_a_level():
    network = Network.dense([np.eye(2), np.eye(2)], [[0.0, 0.0], [0.0, 0.0]])
    tie = regions(network, PLANE).decision_boundaries()
    assert [[0.0, 0.0], [1.0, 1.0]] in [sorted(segment) for segment in tie.segments.tolist()]
    assert (network(tie.segments.reshape(-1, 2)) @ [1.0, -1.0] == 0.0).all()
    assert set(map(tuple, tie.outputs.tolist())) == {(0, 1)}
    level = regions(CROSS, PLANE).decision_boundaries(level=1.0)
    ends = level.segments.reshape(-1, 2)
    assert np.asarray(CROSS(ends))[:, 0] == pytest.approx(np.ones(len(ends)), abs=1e-14)
    lengths = np.linalg.norm(level.segments[:, 0] - level.segments[:, 1], axis=1)
    assert lengths.sum() == pytest.approx(np.hypot(0.5, 0.25) + 1.0 + 1.0, rel=1e-14)


def test_ties_are_where_the_largest_two_of_many_meet():
    found = regions(small(5, (2, 6, 4)), PLANE)
    boundaries = found.decision_boundaries()
    assert len(boundaries)
    values = np.sort(found.network(boundaries.segments.reshape(-1, 2)), axis=1)
    assert values[:, -1] - values[:, -2] == pytest.approx(0.0, abs=1e-13)
    x = np.linspace(-1.0, 1.0, 201)
    best = found.network(np.column_stack((x, np.full(201, 0.3)))).argmax(axis=1)
    crossing = (boundaries.segments[:, 0, 1] - 0.3) * (boundaries.segments[:, 1, 1] - 0.3) < 0
    assert crossing.sum() == (best[1:] != best[:-1]).sum()


def test_too_many_regions_are_refused_with_advice():
    with pytest.raises(InvalidInputError, match=r"max_regions = 3 .*(raise it|there are 4)"):
        regions(CROSS, PLANE, max_regions=3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"bounds": (0.0, 1.0, 2.0)}, "four numbers"),
        ({"bounds": (0.0, 1.0, 2.0, 2.0)}, r"bounds\[2\] = 2.0 must be less"),
        ({"max_regions": 0}, "max_regions must be at least 1"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        regions(CROSS, PLANE, **arguments)


def test_smooth_networks_are_refused_by_layer():
    with pytest.raises(UnsupportedModelError, match="tanh"):
        regions(small(activation="tanh"), PLANE)


# --- planes ---------------------------------------------------------------------------------------------


def test_a_plane_through_three_points_meets_them():
    a, b, c = np.random.default_rng(0).integers(-9, 9, (3, 5)).astype(float)
    plane = Plane.through(a, b, c)
    assert plane([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]).tolist() == [a.tolist(), b.tolist(), c.tolist()]
    assert plane([0.5, 0.5]).tolist() == ((b + c) / 2).tolist()


@pytest.mark.parametrize(
    ("u", "v"), [([1.0, 2.0], [2.0, 4.0]), ([0.0, 0.0], [1.0, 0.0]), ([1e300, 1e300], [-1e300, -1e300])]
)
def test_parallel_directions_span_no_plane(u, v):
    with pytest.raises(InvalidInputError, match="span no plane"):
        Plane([0.0, 0.0], u, v)


def test_planes_that_do_not_fit_are_refused():
    with pytest.raises(InvalidInputError, match="v has 3 numbers, origin 2"):
        Plane([0.0, 0.0], [1.0, 0.0], [0.0, 1.0, 0.0])
    with pytest.raises(InvalidInputError, match="one line"):
        Plane.through([0.0, 0.0], [1.0, 1.0], [2.0, 2.0])
    with pytest.raises(InvalidInputError, match="plane has 3 coordinates: the network reads 2"):
        regions(CROSS, Plane(np.zeros(3), [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]))
