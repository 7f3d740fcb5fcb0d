"""Regions equal those of a rational oracle, compiled and in integers, in general and in degenerate position."""

import numpy as np
import pytest
from degenerate import FAMILIES
from plane_oracle import linear_count, pattern_set

from hinges import Activation, InvalidInputError, Linear, Network
from hinges.analysis import Plane, _mesh_count, _mesh_cut, _mesh_tile, count_regions, regions
from hinges.analysis._regions_chain import ChainSource

PLANE = Plane.inputs()
SQUARE = ([0.0, 0.0], [1.0, 0.0], [0.0, 1.0], (-1, 1, -1, 1))
WAYS = {"mesh": -1.0, "integers": float("inf")}


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """Compute by the compiled mesh, or in integers as before anything is compiled."""
    monkeypatch.setattr(_mesh_tile, "PATIENCE", WAYS[request.param])
    monkeypatch.setattr(_mesh_tile, "KERNELS", "not loaded")
    return request.param


@pytest.fixture
def mesh(monkeypatch):
    """Compute by the compiled mesh."""
    monkeypatch.setattr(_mesh_tile, "PATIENCE", -1.0)


def wide(seed, sizes, outputs=1):
    rng = np.random.default_rng(seed)
    pairs = list(zip(sizes, (*sizes[1:], outputs), strict=True))
    weights = [rng.uniform(-1.0, 1.0, pair) / np.sqrt(pair[0]) for pair in pairs]
    return Network.dense(weights, [rng.uniform(-1.0, 1.0, n) / np.sqrt(m) for m, n in pairs])


def patterns(found):
    return set(map(tuple, found.patterns.tolist()))


def holds(found):
    """What must be true of every result."""
    assert found.certificate.certified, str(found.certificate)
    assert len(patterns(found)) == len(found)
    assert found.linear.unresolved == 0
    assert (found.areas >= 0).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_patterns_and_linear_regions_equal_the_oracles_in_degenerate_position(family, way):
    for seed in (0, 1):
        network = FAMILIES[family](np.random.default_rng(seed))
        found = regions(network, PLANE)
        holds(found)
        assert found.certificate.whole == (way == "integers")
        assert patterns(found) == pattern_set(network, *SQUARE)
        assert found.count("linear") == linear_count(network, *SQUARE)


@pytest.mark.usefixtures("way")
def test_other_planes_and_bounds_equal_the_oracle():
    rng = np.random.default_rng(5)
    network = wide(7, (4, 8, 6), 3)
    plane = Plane(*rng.integers(-8, 9, (3, 4)) / 8)
    bounds = (-0.25, 1.5, 0.125, 2.0)
    found = regions(network, plane, bounds=bounds)
    holds(found)
    assert patterns(found) == pattern_set(network, plane.origin, plane.u, plane.v, bounds)
    assert found.count("linear") == linear_count(network, plane.origin, plane.u, plane.v, bounds)


@pytest.mark.usefixtures("way")
def test_slopes_below_zero_equal_the_oracle():
    rng = np.random.default_rng(3)
    nodes = (
        Linear((0,), (rng.normal(size=(2, 7)),), rng.normal(size=7) / 2, "first"),
        Activation(1, "leaky_relu", 7, "slopes", slope=rng.choice([-1.0, 0.25, 0.0], 7)),
        Linear((2,), (rng.integers(-2, 3, (7, 5)) / 2,), np.zeros(5), "second"),
        Activation(3, "relu", 5, "relu"),
        Linear((4,), (rng.normal(size=(5, 1)),), np.zeros(1), "out"),
    )
    network = Network(nodes, 2)
    found = regions(network, PLANE)
    holds(found)
    assert patterns(found) == pattern_set(network, *SQUARE)
    assert found.count("linear") == linear_count(network, *SQUARE)


def test_both_ways_give_the_same_regions(monkeypatch):
    network = wide(0, (2, 16, 16))
    results = []
    for patience in WAYS.values():
        monkeypatch.setattr(_mesh_tile, "PATIENCE", patience)
        monkeypatch.setattr(_mesh_tile, "KERNELS", "not loaded")
        results.append(regions(network, PLANE))
    first, second = results
    assert first.certificate.whole != second.certificate.whole
    assert patterns(first) == patterns(second)
    assert len(first.vertices) == len(second.vertices)
    gap = np.abs(first.vertices[:, None] - second.vertices[None]).max(axis=2).min(axis=1)
    assert gap.max() < 1e-13
    assert first.count("linear") == second.count("linear")


@pytest.mark.usefixtures("mesh")
def test_a_large_plane_agrees_with_the_forward_pass():
    network = wide(1, (2, 48, 48, 48), 3)
    found = regions(network, PLANE)
    holds(found)
    assert len(found) > 2000
    big = np.flatnonzero(found.areas > 1e-12)
    values = network.values(np.array(found.interior[big]))
    on = np.concatenate([values[i] > 0 for i in (1, 3, 5)], axis=1)
    assert (on == found.patterns[big]).all()
    scale = np.abs(values[-1]).max()
    outputs = np.array([found.interior[i] @ found.affine(i)[0] + found.affine(i)[1] for i in big[::50]])
    assert np.abs(outputs - network(found.interior[big[::50]])).max() <= 1e-13 * scale
    assert isinstance(found.source, ChainSource)
    ends = found.source.tiling.sides
    inner = ends.regions[:, 1] >= 0
    a, b = (found.affine(int(i)) for i in ends.regions[inner][17])
    for vertex in found.vertices[ends.ends[inner][17]]:
        assert vertex @ a[0] + a[1] == pytest.approx(vertex @ b[0] + b[1], abs=1e-13 * scale)


@pytest.mark.usefixtures("mesh")
def test_counting_in_parts_gives_the_same_number(monkeypatch):
    network = wide(2, (2, 24, 24, 24))
    found = regions(network, PLANE)
    monkeypatch.setattr(_mesh_count, "PART", 40)
    count = count_regions(network, PLANE)
    assert count.activation == len(found)
    assert count.certificate.certified
    assert count_regions(network, PLANE, linear=True).linear == found.count("linear")
    count, calls = count_regions(network, PLANE, max_regions=100), 1
    shares = [count.area]
    while not count.complete:
        count, calls = count_regions(network, PLANE, max_regions=100, resume=count), calls + 1
        shares.append(count.area)
    assert count.activation == len(found)
    assert calls > 3
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.usefixtures("mesh")
@pytest.mark.parametrize("family", ["grid", "zero_bias", "thirds"])
def test_parts_in_degenerate_position_give_the_same_number(family, monkeypatch):
    monkeypatch.setattr(_mesh_count, "PART", 4)
    network = FAMILIES[family](np.random.default_rng(11))
    count = count_regions(network, PLANE)
    assert count.activation == len(pattern_set(network, *SQUARE))
    assert count.certificate.certified


@pytest.mark.usefixtures("mesh")
def test_without_a_budget_the_certificate_says_what_is_open(monkeypatch):
    monkeypatch.setattr(_mesh_cut, "EXACT_WORK", 0.0)
    network = FAMILIES["thirds"](np.random.default_rng(0))
    certificate = regions(network, PLANE).certificate
    assert certificate.unresolved > 0
    assert not certificate.certified
    assert "not certified" in str(certificate)


@pytest.mark.usefixtures("mesh")
def test_the_cap_says_how_many_were_found():
    with pytest.raises(InvalidInputError, match=r"max_regions = 400 is not enough: \d+ regions were found .* raise it"):
        regions(wide(1, (2, 48, 48)), PLANE, max_regions=400)


@pytest.mark.usefixtures("mesh")
def test_find_and_areas_on_a_mesh():
    found = regions(wide(4, (2, 32, 32)), PLANE)
    big = np.flatnonzero(found.areas > 1e-10)
    assert all(found.find(found.interior[i]) == i for i in big)
    assert found.areas.sum() == pytest.approx(4.0, rel=1e-12)
    assert found.certificate.euler == 1


@pytest.mark.usefixtures("mesh")
def test_values_past_float64_are_refused():
    network = wide(0, (2, 8, 8))
    large = Network.dense([1e160 * w for w in network.weights], network.biases)
    with pytest.raises(InvalidInputError, match="too large for float64"):
        regions(large, PLANE)
