"""Networks from lists of matrices."""

import numpy as np
import pytest

from hinges import InvalidInputError
from hinges.interop import load
from hinges.interop._plain import from_pairs

RANDOM = np.random.default_rng(0)
W, B, V, C = RANDOM.normal(size=(2, 3)), RANDOM.normal(size=3), RANDOM.normal(size=(3, 1)), RANDOM.normal(size=1)


def test_pairs_are_layers():
    x = RANDOM.normal(size=(7, 2))
    for network in (load([(W, B), (V, C)]), from_pairs(iter([(W, B), (V, C)]))):
        assert network(x) == pytest.approx(np.maximum(x @ W + B, 0.0) @ V + C, rel=1e-15)
        assert np.array_equal(network.weights[0], W)
    assert from_pairs([(W, B), (V, C)], "tanh")(x) == pytest.approx(np.tanh(x @ W + B) @ V + C, rel=1e-15)


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([], "pairs is empty"),
        ([1], r"pairs\[0\] must be a pair"),
        ([(W, B), V], r"pairs\[1\] must be a pair"),
        ([(W.T, B), (V, C)], r"pairs\[0\]\[0\] has shape \(3, 2\) .* \(inputs, 3\) is needed: transpose it"),
        ([(W, B), (V.T, C)], r"pairs\[1\]\[0\] has shape \(1, 3\) .* \(3, 1\) is needed: transpose it"),
        ([(W, B), (W, B)], r"pairs\[1\]\[0\] has shape \(2, 3\) .* \(3, 3\) is needed$"),
        ([(W, [0.0, np.nan, 0.0])], r"pairs\[0\]\[1\]\[1\] is nan"),
        ("ab", "pairs must be a sequence"),
    ],
)
def test_wrong_pairs_are_named(pairs, message):
    with pytest.raises(InvalidInputError, match=message):
        from_pairs(pairs)
