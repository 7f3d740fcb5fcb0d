"""What holds of every repair: the layers stay, the loss does not rise, and of a curve the closed form is no better."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hinges import Best, Dataset, Network, fit
from hinges.diagnosis._repair import repair

ACTIVATIONS = ("relu", "leaky_relu", "tanh", "sigmoid", "softplus", "linear")


def loss_of(network, data):
    weights = np.ones(len(data)) if data.weights is None else data.weights
    return float(np.average(((network(data.x) - data.y) ** 2).mean(axis=1), weights=weights))


def drawn(rng, sizes, activation):
    """Weights of any size and sign, some of them 0, and biases that put some units out of the data."""
    weights = [
        rng.normal(size=(a, b)) * 10.0 ** rng.integers(-2, 3) * (rng.random((a, b)) < 0.9)
        for a, b in zip(sizes, sizes[1:], strict=False)  # noqa: RUF007
    ]
    return Network.dense(weights, [rng.normal(size=b) * 10.0 ** rng.integers(-2, 3) for b in sizes[1:]], activation)


@st.composite
def curves(draw):
    """A hinge sum and rows: whole numbers repeat x and make ties, weights may be 0."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, units = draw(st.integers(1, 25)), draw(st.integers(1, 5))
    x = rng.integers(-5, 6, n).astype(float) if draw(st.booleans()) else rng.normal(size=n)
    y = rng.integers(-3, 4, n).astype(float) if draw(st.booleans()) else np.sin(2 * x) + 0.3 * rng.normal(size=n)
    weights = rng.integers(0, 3, n) + (np.arange(n) == 0) if draw(st.booleans()) else None
    scale, offset = 10.0 ** draw(st.integers(-6, 6)), draw(st.sampled_from([0.0, 0.0, 1e3]))
    data = Dataset(scale * (x + offset), y * 10.0 ** draw(st.integers(-6, 6)), weights)
    return drawn(rng, (1, units, 1), "relu"), data


@settings(max_examples=25)
@given(curves())
def test_a_curve_is_never_worse_than_before_or_than_the_closed_form(case):
    network, data = case
    units = network.nodes[1].units
    result = repair(network, data)
    assert loss_of(result.network, data) <= loss_of(network, data)
    assert result.network.weights[0].shape == (1, units)
    assert result.network.activations == ("relu", "linear")
    counted = np.ones(len(data), bool) if data.weights is None else data.weights > 0
    closed = fit(data, Best(pieces=units))
    size = float(np.abs(data.y[counted]).max()) ** 2
    assert result.after <= closed.loss * (1 + 1e-6) + 1e-20 * size


@settings(max_examples=25)
@given(st.data())
def test_any_network_keeps_its_layers_and_gets_no_worse(data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    sizes = data.draw(st.lists(st.integers(1, 6), min_size=2, max_size=5))
    kinds = [data.draw(st.sampled_from(ACTIVATIONS)) for _ in sizes[2:]]
    kinds.append(data.draw(st.sampled_from(["linear", *ACTIVATIONS])))
    network = drawn(rng, sizes, kinds)
    rows = data.draw(st.integers(1, 40))
    x = rng.normal(size=(rows, sizes[0])) * 10.0 ** rng.integers(-4, 5, sizes[0])
    cross_entropy = data.draw(st.booleans())
    y = rng.integers(0, sizes[-1], rows).astype(float) if cross_entropy else rng.normal(size=(rows, sizes[-1]))
    result = repair(network, (x, y), loss="cross-entropy" if cross_entropy else "mse")
    assert result.after <= result.before
    assert [node.name for node in result.network.nodes] == [node.name for node in network.nodes]
    assert [w.shape for w in result.network.weights] == [w.shape for w in network.weights]
    assert result.network.activations == network.activations
    if not cross_entropy:
        assert result.after == pytest.approx(loss_of(result.network, Dataset(x, y)), rel=1e-6)
