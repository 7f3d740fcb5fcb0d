"""Slices against rational arithmetic: breakpoints, owners, bends and values, in every degenerate position.

The rational line here knows nothing of layers that insert breakpoints: it carries forms through the whole network at
one point, cuts the pieces where any unit on them changes sign inside, and begins again until nothing is cut.
"""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hinges.analysis import _slice_pass
from hinges.analysis._line_segment import Line
from hinges.analysis._slice_along import slice_along
from hinges.nets import Activation, Linear, Max, Network, Unit

QUARTERS = st.integers(-8, 8).map(lambda n: n / 4)
THIRDS = st.integers(-6, 6).map(lambda n: n / 3)
TINY = 60  # numbers in a part: lines are cut in many places


def added(forms, weights, bias):
    slope = sum((f[0] * w for f, w in zip(forms, weights, strict=True)), Fraction(0))
    return slope, sum((f[1] * w for f, w in zip(forms, weights, strict=True)), bias)


def at(form, t):
    return form[0] * t + form[1]


def along(network, line, t):
    """Give every value's forms beside t, the forms that switch a unit where they are 0, and each unit's state."""
    start, end = [[Fraction(x) for x in p.tolist()] for p in (line.start, line.end)]
    values = [[(b - a, a) for a, b in zip(start, end, strict=True)]]
    switches, states, layer = [], {}, 0
    for node in network.nodes:
        if isinstance(node, Linear):
            forms = [(Fraction(0), Fraction(b)) for b in node.bias.tolist()]
            for source, matrix in zip(node.sources, node.matrices, strict=True):
                columns = np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix).T.tolist()
                for j, column in enumerate(columns):
                    more = added(values[source], [Fraction(w) for w in column], Fraction(0))
                    forms[j] = (forms[j][0] + more[0], forms[j][1] + more[1])
        elif isinstance(node, Max):
            forms = []
            for j, group in enumerate(node.groups.tolist()):
                entries = [values[node.source][k] for k in group]
                best = max(at(e, t) for e in entries)
                winners = {k for k, e in zip(group, entries, strict=True) if at(e, t) == best}
                forms.append(next(e for e in entries if at(e, t) == best))
                switches += [(e[0] - forms[-1][0], e[1] - forms[-1][1]) for e in entries]
                states[layer, j] = winners
            layer += 1
        else:
            forms = []
            for j, z in enumerate(values[node.source]):
                form, own, state = activated(node, j, z, t)
                forms.append(form)
                switches += own
                if state is not None:
                    states[layer, j] = state
            layer += 1
        values.append(forms)
    return values, switches, states


def activated(node, j, z, t):
    zero = (Fraction(0), Fraction(0))
    if node.kind == "clip":
        low, high = Fraction(node.low), Fraction(node.high)
        state = (at(z, t) > low, at(z, t) > high)
        form = ((Fraction(0), low), z, None, (Fraction(0), high))[state[0] + 2 * state[1]]
        return form, [(z[0], z[1] - low), (z[0], z[1] - high)], state
    every = np.broadcast_to(node.slope if node.kind == "leaky_relu" else float(node.kind == "linear"), node.units)
    slope = Fraction(float(every[j]))
    if slope == 1:
        return z, [], None
    on = at(z, t) > 0
    return (z if on else (z[0] * slope, z[1] * slope) if slope else zero), [z], on


def differs(a, b):
    return not a & b if isinstance(a, set) else a != b


def rational(network, line):
    """Give the inner breakpoints, their owners, which outputs bend there, and y at all breakpoints."""
    cuts = [Fraction(0), Fraction(1)]
    while True:
        new = set()
        for a, b in pairwise(cuts):
            roots = (-c / s for s, c in along(network, line, (a + b) / 2)[1] if s)
            new |= {x for x in roots if a < x < b}
        if not new:
            break
        cuts = sorted(new.union(cuts))
    pieces = [along(network, line, (a + b) / 2) for a, b in pairwise(cuts)]
    found = []
    for i, (left, right) in enumerate(pairwise(pieces)):
        units = tuple(Unit(*key) for key in sorted(left[2]) if differs(left[2][key], right[2][key]))
        bends = [a[0] != b[0] for a, b in zip(left[0][-1], right[0][-1], strict=True)]
        if units:
            found.append((cuts[i + 1], units, bends, [at(f, cuts[i + 1]) for f in left[0][-1]]))
        else:
            assert not any(bends)
    return found


def agree(network, line, true=None):
    """Check a slice against the rational line, which is given back."""
    found, true = slice_along(network, line), true or rational(network, line)
    assert found.owners == tuple(units for _, units, _, _ in true)
    assert found.certificate.certified
    assert found.bends[1:-1].tolist() == [bends for _, _, bends, _ in true]
    assert found.silent.tolist() == [not any(bends) for _, _, bends, _ in true]
    assert found.t[0] == 0.0
    assert found.t[-1] == 1.0
    assert (np.diff(found.t) > 0).all()
    scale = max(np.abs(found.y).max(), 1e-300)
    for t, bound, y, (place, _, _, exact) in zip(
        found.t[1:-1], found.certificate.places[1:-1], found.y[1:-1], true, strict=True
    ):
        assert abs(Fraction(float(t)) - place) <= max(Fraction(64, 2**52), Fraction(float(bound)))
        assert all(abs(Fraction(float(a)) - b) <= 1e-13 * scale for a, b in zip(y, exact, strict=True))
    assert found.deviation <= 1e-13
    for output in range(network.outputs):
        assert len(found.function(output).kinks) == found.bends[:, output].sum()
    return true


def dense(rng, sizes=(2, 6, 6, 2), kind="relu", scale=1.0):
    weights = [rng.normal(size=pair) for pair in pairwise(sizes)]
    return Network.dense(weights, [scale * rng.normal(size=n) for n in sizes[1:]], kind)


def family(name, rng):
    """A network and a line in one degenerate position."""
    network = dense(rng)
    w, b = [m.copy() for m in network.weights], [v.copy() for v in network.biases]
    start, end = rng.normal(size=(2, 2)) * 2
    if name == "border":  # grid numbers, so that kinks lie on t = 0 and t = 1 exactly
        w[0], start, end = np.round(w[0] * 4) / 4, np.round(start * 4) / 4, np.round(end * 4) / 4 + 1
        b[0][:3], b[0][3:] = -(start @ w[0])[:3], -(end @ w[0])[3:]
    elif name == "corner":  # of a second-layer unit whose kink is that of a first-layer unit
        w, b = [np.round(m) for m in w], [np.round(v) for v in b]
        start, end = np.array([-2.0, -2.0]), np.array([2.0, 2.0])
    elif name == "zero bias":
        b, end = [np.zeros_like(v) for v in b], -start
    elif name in ("duplicate", "antiparallel"):
        sign = 1 if name == "duplicate" else -1
        for m, v in zip(w[:2], b[:2], strict=True):
            m[:, 1], v[1] = sign * m[:, 0], sign * v[0]
    elif name in ("quarters", "thirds"):
        k = 4 if name == "quarters" else 3
        w, b = [np.round(m * k) / k for m in w], [np.round(v * k) / k for v in b]
        start, end = np.round(start * k) / k, np.round(end * k) / k + 1
    elif name == "dead":
        b[0][:3], b[1][:2], w[2][4] = -50.0, -1.0, 0.0
        w[1][:3] = -np.abs(w[1][:3])
    else:  # constant along the line, some of them zero
        w[0][:, :3], b[0][1], w[1][:, 0], b[1][0], w[0][1, 3] = 0.0, 0.0, 0.0, 0.0, 0.0
        end[0] = start[0]
    return Network.dense(w, b), Line.between(start, end)


FAMILIES = ["border", "corner", "zero bias", "duplicate", "antiparallel", "quarters", "thirds", "dead", "constant"]


@pytest.mark.parametrize("name", FAMILIES)
def test_every_degenerate_family(name, monkeypatch):
    rng = np.random.default_rng(FAMILIES.index(name))
    for _ in range(3):
        network, line = family(name, rng)
        true = agree(network, line)
        with monkeypatch.context() as patch:
            patch.setattr(_slice_pass, "BLOCK", TINY)
            agree(network, line, true)


def graph(rng, numbers=None, slope=0.25):
    """A residual network with every kind of switch: relu, a slope a unit, clip, and max over overlapping groups."""

    def array(*shape):
        values = rng.normal(size=shape)
        return np.round(values * numbers) / numbers if numbers else values

    sparse = pytest.importorskip("scipy.sparse")
    skip = sparse.random_array((6, 6), density=0.4, rng=rng, format="csr")
    skip.data[:] = array(skip.nnz)
    nodes = (
        Linear((0,), (array(3, 6),), array(6), "first"),
        Activation(1, "relu", 6, "relu"),
        Linear((2, 1), (array(6, 6), skip), array(6), "residual"),
        Max(3, np.array([[0, 1, 2], [2, 3, 3], [3, 4, 5], [5, 0, 1]]), 6, "pool"),
        Activation(4, "leaky_relu", 4, "prelu", np.array([slope, -1.0, 1.0, 0.0])),
        Linear((5, 0), (array(4, 4), array(3, 4)), array(4), "again"),
        Activation(6, "clip", 4, "clip", low=-1.0, high=1.0),
        Max(2, np.array([[0, 1, 2], [1, 2, 3], [3, 4, 5]]), 6, "pool of relu"),
        Linear((7, 8), (array(4, 2), array(3, 2)), array(2), "out"),
    )
    return Network(nodes, 3)


@pytest.mark.parametrize("numbers", [None, 4, 3, 1])
def test_residual_pooled_and_clipped_networks(numbers, monkeypatch):
    rng = np.random.default_rng(7)
    for _ in range(2):
        network = graph(rng, numbers)
        start, end = np.round(rng.normal(size=(2, 3)) * 4) / 2
        line = Line.between(start, end + 0.5)
        true = agree(network, line)
        with monkeypatch.context() as patch:
            patch.setattr(_slice_pass, "BLOCK", TINY)
            agree(network, line, true)


@settings(max_examples=15)
@given(st.data(), st.sampled_from([QUARTERS, THIRDS]))
def test_small_networks_of_grid_numbers(data, numbers):
    def array(*shape):
        size = int(np.prod(shape))
        return np.array(data.draw(st.lists(numbers, min_size=size, max_size=size))).reshape(shape)

    network = Network.dense([array(2, 3), array(3, 3), array(3, 1)], [array(3), array(3), array(1)])
    start, end = array(2), array(2)
    if not np.array_equal(start, end):
        agree(network, Line.between(start, end))


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_the_way_back_is_the_same_line(seed):
    rng = np.random.default_rng(seed)
    network, line = dense(rng, (3, 5, 4, 2)), Line.between(*rng.normal(size=(2, 3)))
    there, back = slice_along(network, line), slice_along(network, line.reversed())
    assert there.owners == back.owners[::-1]
    np.testing.assert_allclose(there.t, 1 - back.t[::-1], atol=1e-13)
    np.testing.assert_allclose(there.y, back.y[::-1], atol=1e-13 * np.abs(there.y).max())
