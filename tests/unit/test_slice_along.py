"""slice_along, Line, Slice and sweep_features on networks small enough to know, on larger ones against themselves."""

import gc
import itertools
import weakref
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from hinges import Activation, InvalidInputError, Linear, Max, Network, Unit, UnsupportedModelError
from hinges.analysis import _slice_errors, _slice_exact, _slice_pass
from hinges.analysis._line_segment import Line
from hinges.analysis._lowered import lowered
from hinges.analysis._slice import SampledSlice, Slice
from hinges.analysis._slice_along import slice_along
from hinges.analysis._slice_chain import begun, chain
from hinges.analysis._sweep_features import sweep_features


def dense(*sizes, seed=0, kind="relu"):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(a, b)) / np.sqrt(a) for a, b in itertools.pairwise(sizes)]
    return Network.dense(weights, [0.3 * rng.normal(size=b) for b in sizes[1:]], kind)


def clipped(network):
    """The network with a clip in place of every relu."""
    nodes = [replace(node, kind="clip") if isinstance(node, Activation) else node for node in network.nodes]
    return Network(tuple(nodes), network.inputs)


def hat(sign=1.0):
    """|x0 - x1| of two inputs, the second hinge times sign."""
    return Network.dense([[[1.0, -1.0], [-1.0, 1.0]], [[1.0], [sign]]], [[0.0, 0.0], [0.0]])


# --- lines ------------------------------------------------------------------------------------------------


def test_a_line_gives_its_ends_as_they_are():
    line = Line.between([0.1, 0.2], [0.3, 0.7])
    assert line.points([0.0, 1.0]).tolist() == [[0.1, 0.2], [0.3, 0.7]]
    assert line.coordinate([0.0, 0.5, 1.0]).tolist() == [0.0, 0.5, 1.0]
    image = Line.along_feature(np.zeros((2, 3)), 4, -1.0, 0.3)
    assert image.points([1.0])[0].tolist() == [0, 0, 0, 0, 0.3, 0]
    assert image.coordinate([0.0, 0.5, 1.0]).tolist() == [-1.0, -0.35, 0.3]
    assert image.reversed().coordinate([0.0]).tolist() == [0.3]
    with pytest.raises(ValueError, match="read-only"):
        line.start[0] = 1.0


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Line.between([0.0], [0.0]), "a and b are the same point, so there is no line between them"),
        (lambda: Line.between([0.0, 1.0], [0.0]), "a has 2 numbers and b has 1"),
        (lambda: Line.between([0.0, np.nan], [0.0, 1.0]), r"a\[1\] is nan: every entry must be a finite number"),
        (lambda: Line.between([-1.7e308], [1.7e308]), "start and end are too far apart for float64"),
        (lambda: Line.along_feature([0.0], 1), "feature must be at most 0, not 1"),
        (lambda: Line.along_feature([0.0], 0, 1.0, 1.0), "low = 1.0 must be less than high = 1.0"),
        (lambda: Line([0.0, 0.0], [1.0, 1.0], 0), r"feature is 0, but start and end differ in \[0, 1\]"),  # type: ignore[arg-type]
        (lambda: Line.between([], []), "a is empty: a point needs at least one number"),
        (lambda: slice_along(hat(), Line.between([0.0], [1.0])), "points of 1 numbers, and the network reads 2"),
        (lambda: sweep_features(hat(), [0.0, 0.0, 0.0]), "point has 3 numbers, and the network reads 2"),
        (
            lambda: sweep_features(hat(), [0.0, 0.0], low=[0.0, 2.0]),
            "low = 2.0 must be less than high = 1.0, at input 1",
        ),
        (lambda: sweep_features(hat(), [0.0, 0.0], high=[1.0]), "high has 1 numbers for 2 inputs"),
    ],
)
def test_what_is_no_line_is_refused(make, says):
    with pytest.raises(InvalidInputError, match=says):
        make()


# --- slices -----------------------------------------------------------------------------------------------


def test_one_kink_with_two_owners():
    found = slice_along(hat(), Line.along_feature([0.0, 0.25], 0))
    assert found.t.tolist() == [0.0, 0.25, 1.0]
    assert found.y[:, 0].tolist() == [0.25, 0.0, 0.75]
    assert found.owners == ((Unit(0, 0), Unit(0, 1)),)
    assert found.silent.tolist() == [False]
    assert (found.certificate.ambiguous, found.certificate.merged, found.certificate.certified) == (0, 1, True)
    assert found.exact
    assert found.deviation == 0.0


def test_a_function_has_the_kinks_at_which_its_output_bends():
    network = Network.dense([[[1.0, 1.0]], [[1.0, 1.0], [1.0, 0.0]]], [[0.0, -1.0], [0.0, 0.0]])
    found = slice_along(network, Line.along_feature([0.0], 0, -1.0, 2.0))
    both, one = found.function(0), found.function(1)
    assert both.kinks.tolist() == [0.0, 1.0]
    assert one.kinks.tolist() == [0.0]
    np.testing.assert_allclose(both([-1.0, 0.5, 2.0]), [0.0, 0.5, 3.0], rtol=0, atol=1e-15)
    assert found.bends.tolist() == [[False, False], [True, True], [True, False], [False, False]]
    assert slice_along(network, Line.along_feature([0.0], 0, -3.0, -2.0)).function().kinks.tolist() == []


def test_units_as_functions():
    network = dense(5, 8, 6, 2)
    line = Line.along_feature(np.zeros(5), 2, -3.0, 3.0)
    found = slice_along(network, line)
    values = network.values(line.points(found.t))
    for unit in (Unit(0, 3), Unit(1, 4)):
        z, a = found.unit(unit)
        np.testing.assert_allclose(z(found.coordinate), values[1 + 2 * unit.layer][:, unit.index], atol=1e-14)
        np.testing.assert_allclose(a(found.coordinate), values[2 + 2 * unit.layer][:, unit.index], atol=1e-14)
        owned = [x for x, owners in zip(found.coordinate[1:-1], found.owners, strict=True) if unit in owners]
        assert set(owned) <= set(a.kinks)
        assert all(z(x) == 0.0 for x in owned)
    with pytest.raises(InvalidInputError, match="layer relu_1 has no unit 6: it has 6"):
        found.unit(Unit(1, 6))
    with pytest.raises(InvalidInputError, match="the network has no hidden layer 2: it has 2"):
        found.unit(Unit(2, 0))


def test_a_max_unit_and_a_clip_own_their_kinks():
    nodes = (
        Linear((0,), ([[1.0, -1.0, 0.0]],), [0.0, 0.0, 0.5], "sides"),  # type: ignore[arg-type]
        Max(1, np.array([[0, 1, 2]]), 3, "largest"),
        Activation(2, "clip", 1, "clip", low=0.0, high=0.75),
    )
    found = slice_along(Network(nodes, 1), Line.along_feature([0.0], 0, -1.0, 1.0))
    assert found.coordinate.tolist() == [-1.0, -0.75, -0.5, 0.5, 0.75, 1.0]
    assert found.owners == ((Unit(1, 0),), (Unit(0, 0),), (Unit(0, 0),), (Unit(1, 0),))
    z, a = found.unit(Unit(0, 0))
    assert z == a
    assert z.kinks.tolist() == [-0.5, 0.5]
    z, a = found.unit(Unit(1, 0))
    assert a.kinks.tolist() == [-0.75, -0.5, 0.5, 0.75]
    assert z.kinks.tolist() == [-0.5, 0.5]


def test_a_unit_that_turns_back_at_zero_owns_nothing():
    # z = |x| - 0 of the second layer touches zero at 0, where the first layer's units switch
    network = Network.dense([[[1.0, -1.0]], [[1.0], [1.0]], [[1.0]]], [[0.0, 0.0], [0.0], [0.0]])
    found = slice_along(network, Line.along_feature([0.0], 0, -1.0, 1.0))
    assert found.owners == ((Unit(0, 0), Unit(0, 1)),)
    silent = Network.dense([[[1.0, -1.0]], [[1.0], [1.0]], [[1.0]]], [[0.0, 0.0], [-9.0], [0.0]])
    found = slice_along(silent, Line.along_feature([0.0], 0, -1.0, 1.0))
    assert found.silent.tolist() == [True]
    assert found.certificate.certified


def test_kinks_that_cancel_are_silent():
    found = slice_along(hat(-1.0), Line.along_feature([0.0, 0.25], 0))  # relu(z) - relu(-z) = z
    assert found.silent.tolist() == [True]
    assert found.certificate.exact
    assert found.certificate.certified
    assert found.function().kinks.tolist() == []


def test_too_large_for_integers_is_reported(monkeypatch):
    monkeypatch.setattr(_slice_exact, "MOST_WORK", 3)
    found = slice_along(hat(-1.0), Line.along_feature([0.0, 0.25], 0))
    assert not found.certificate.exact
    assert not found.certificate.certified
    assert found.certificate.unresolved == found.certificate.ambiguous == 1
    assert found.silent.tolist() == [True]


def test_smooth_networks_are_sampled_on_request_alone():
    network = dense(2, 3, 1, kind="tanh")
    line = Line.between([0.0, 0.0], [1.0, 2.0])
    with pytest.raises(UnsupportedModelError, match="layer tanh_0 is tanh"):
        slice_along(network, line)
    found = slice_along(network, line, samples=11)
    assert isinstance(found, SampledSlice)
    assert not found.exact
    assert found.y.shape == (11, 1)
    np.testing.assert_array_equal(found.y, network(line.points(found.t)))
    with pytest.raises(InvalidInputError, match="samples must be at least 2, not 1"):
        slice_along(network, line, samples=1)


def test_values_past_float64_are_refused():
    network = Network.dense([[[1e200]], [[1e200]]], [[0.0], [0.0]])
    with pytest.raises(InvalidInputError, match="exceeds float64 on the line"):
        slice_along(network, Line.between([0.0], [1.0]))


# --- convolutions and memory ------------------------------------------------------------------------------


def convolution(rng, size=8, channels=4, inputs=2):
    """A 3 x 3 convolution of zero border as a sparse matrix, and its bias."""
    kernel = rng.normal(size=(channels, inputs, 3, 3)) / 4.0
    matrix = sparse.lil_array((inputs * size * size, channels * size * size))
    for (o, i, dy, dx), w in np.ndenumerate(kernel):
        for y in range(max(0, 1 - dy), min(size, size + 1 - dy)):
            for x in range(max(0, 1 - dx), min(size, size + 1 - dx)):
                matrix[(i * size + y + dy - 1) * size + x + dx - 1, (o * size + y) * size + x] = w
    return matrix.tocsr(), np.repeat(rng.normal(size=channels) / 4.0, size * size)


def residual(rng, bias=1.0):
    """Convolution, residual block, max pooling and a dense end; 2 x 8 x 8 inputs."""
    first, b = convolution(rng)
    second, c = convolution(rng, inputs=4)
    at = np.arange(256).reshape(4, 4, 2, 4, 2).transpose(0, 1, 3, 2, 4).reshape(-1, 4)
    nodes = (
        Linear((0,), (first,), bias * b, "first"),
        Activation(1, "relu", 256, "relu"),
        Linear((2, 2), (second, sparse.eye_array(256, format="csr")), bias * c, "residual"),
        Activation(3, "relu", 256, "relu again"),
        Max(4, at, 256, "pool"),
        Linear((5,), (rng.normal(size=(64, 3)) / 8.0,), np.zeros(3), "last"),
    )
    return Network(nodes, 128)


def test_a_residual_network_cut_into_many_parts(monkeypatch):
    rng = np.random.default_rng(1)
    network = residual(rng)
    line = Line.between(*rng.uniform(size=(2, 128)))
    whole = slice_along(network, line)
    monkeypatch.setattr(_slice_pass, "BLOCK", 20_000)
    cut = slice_along(network, line)
    assert whole.certificate.certified
    assert len(whole.owners) > 100
    assert cut.owners == whole.owners
    assert cut.silent.tolist() == whole.silent.tolist()
    np.testing.assert_allclose(cut.t, whole.t, rtol=0, atol=1e-14)
    assert max(whole.deviation, cut.deviation) <= 1e-13
    points = np.linspace(0, 1, 300)
    dense_y = network(line.points(points))
    for output in range(3):
        np.testing.assert_allclose(whole.function(output)(points), dense_y[:, output], atol=1e-13)


def test_a_flat_background_leaves_nothing_open():
    """Equal neighbourhoods make equal units, known from the weights; without a bias many are zero all along."""
    rng = np.random.default_rng(2)
    for bias in (1.0, 0.0):
        network = residual(rng, bias)
        start, end = np.zeros((2, 2, 8, 8))
        start[:, 2:5, 2:5], end[:, 3:6, 2:6] = rng.uniform(size=(2, 3, 3)), rng.uniform(size=(2, 3, 4))
        found = slice_along(network, Line.between(start, end))
        assert found.certificate.ambiguous == 0
        assert len(found.owners) > 20
        assert found.deviation <= 1e-13


def test_what_is_known_of_a_layer_goes_with_it():
    network = dense(3, 4, 1)
    slice_along(network, Line.between(np.zeros(3), np.ones(3)))
    node = weakref.ref(network.nodes[0])
    assert node() in _slice_errors._FACTORS
    del network
    assert node() is None


def test_what_is_known_of_a_network_goes_with_it():
    for network in (dense(3, 8, 8, 1), clipped(dense(3, 8, 8, 1))):
        slice_along(network, Line.between([-2.0] * 3, [2.0] * 3))
        gone = weakref.ref(network)
        del network
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(("kind", "plain"), [("relu", 9), ("leaky_relu", 9), ("tied", 4), ("clip", 0), ("block", 2)])
def test_the_plain_beginning_of_a_line_is_the_general_one(kind, plain):
    """A line that goes alone takes the short way as far as it can, two copies of it the general one."""
    network = dense(5, 30, 30, 30, 30, 1, kind="leaky_relu" if kind == "leaky_relu" else "relu")
    network = clipped(network) if kind == "clip" else network
    nodes = list(network.nodes)
    if kind == "tied":  # two units of the third layer switch together
        matrix = np.array(nodes[4].matrices[0])  # pyright: ignore[reportAttributeAccessIssue]
        matrix[:, 1] = matrix[:, 0]
        nodes[4] = replace(
            nodes[4],
            matrices=(matrix,),
            bias=np.where(np.arange(30) == 1, nodes[4].bias[0], nodes[4].bias),  # pyright: ignore[reportAttributeAccessIssue]
        )
    network = Network(tuple(nodes), 5)
    form = lowered(network).network
    start, end = np.full((2, 5), -2.0), np.tile([3.0, 1.0, 2.0, -1.0, 4.0], (2, 1))
    layers = chain(form)
    most = 200 if kind == "block" else _slice_pass.BLOCK
    assert begun(layers, start[0], end[0], most).node == plain
    alone, both = _slice_pass.Pass(form, layers)(start[:1], end[:1]), _slice_pass.Pass(form)(start, end)
    half = len(alone.t)
    np.testing.assert_allclose(alone.place, both.place[:half], rtol=1e-5)  # what rounding leaves at a zero is in it
    assert (np.abs(alone.t - both.t[:half]) <= alone.place).all()
    np.testing.assert_allclose(alone.errors, both.errors, rtol=1e-5)
    np.testing.assert_allclose(alone.y, both.y[:half], rtol=0, atol=alone.errors[0])
    mine, theirs = (
        sorted(zip(o.vertex.tolist(), o.layer.tolist(), o.unit.tolist(), strict=True))
        for o in (alone.owners, both.owners.chosen(both.owners.vertex < half))
    )
    assert mine == theirs
    assert len(mine) > 20


@pytest.mark.parametrize("shape", [(40, 60), (60, 40), (50, 50)])
def test_the_largest_singular_value_is_bounded(shape):
    matrix = np.random.default_rng(3).normal(size=shape)
    matrix[:, 0] *= 30.0
    true = np.linalg.norm(matrix, 2)
    for given in (matrix, sparse.csr_array(matrix)):
        found = _slice_errors.factor(given).spectral
        assert true <= found <= 1.3 * true


# --- every feature ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [2**22, 300])
def test_a_sweep_is_its_slices(monkeypatch, block):
    monkeypatch.setattr(_slice_pass, "BLOCK", block)
    network = dense(12, 16, 8, 3, seed=4)
    point = np.random.default_rng(5).uniform(size=12)
    found = sweep_features(network, point, low=-2.0, high=np.linspace(2, 4, 12))
    assert found.certified
    assert found.kinks.sum() > 50
    for i in range(12):
        one = found.slice(i)
        assert isinstance(one, Slice)
        assert one.line.feature == i
        assert (found.kinks[i], found.bending[i]) == (len(one.owners), (~one.silent).sum())
        chord = one.y[0] + one.t[:, None] * (one.y[-1] - one.y[0])
        np.testing.assert_allclose(found.bend[i], np.abs(one.y - chord).max(axis=0), atol=1e-14)
        np.testing.assert_allclose(found.move[i], np.ptp(one.y, axis=0), atol=1e-14)


def test_a_sweep_settles_what_is_open_line_by_line():
    network = hat(-1.0)  # both kinks of a feature coincide and cancel
    found = sweep_features(network, [0.5, 0.25])
    assert found.kinks.tolist() == [1, 1]
    assert found.bending.tolist() == [0, 0]
    assert found.bend.max() == 0.0
    assert found.certified
