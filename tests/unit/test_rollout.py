"""A rollout is what a network says when it hears itself."""

import math

import numpy as np
import pytest

from hinges import Dataset, InvalidInputError, Network
from hinges.analysis import rollout


def test_a_sine_is_a_linear_recurrence():
    step = 0.1
    series = np.sin(step * np.arange(200))
    turn = Network.dense([[[-1.0], [2 * math.cos(step)]]], [[0.0]])
    np.testing.assert_allclose(rollout(turn, series[:2], 198), series[2:], rtol=0, atol=1e-12)


def test_least_squares_on_windows_gives_that_recurrence():
    data = Dataset(np.arange(100), np.sin(0.3 * np.arange(100))).windows(2)
    weights = np.linalg.lstsq(data.x, data.y, rcond=None)[0]
    np.testing.assert_allclose(weights[:, 0], [-1, 2 * math.cos(0.3)], atol=1e-12)


def test_several_outputs():
    network = Network.dense([[[0, 1, 0], [0, 0, 1], [1, 0, 0]]], [[0, 0, 0.5]])  # a turn of three values
    out = rollout(network, [[1, 2, 3]], 2)
    assert out.tolist() == [[3, 1, 2.5], [2.5, 3, 1.5]]


@pytest.mark.parametrize(
    ("shape", "start", "steps", "sentence"),
    [
        ((3, 2), [[1, 2]], 1, "a whole number of moments"),
        ((2, 3), [[1, 2, 3]], 1, "a whole number of moments"),
        ((2, 1), [1], 1, r"start has shape \(1,\): \(2,\) is expected"),
        ((2, 1), [1, math.nan], 1, r"start\[1\]"),
        ((2, 1), [1, 2], 0, "steps must be at least 1"),
        ((2, 1), [1, 2], 10**12, "steps"),
    ],
)
def test_what_does_not_fit(shape, start, steps, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        rollout(Network.dense([np.ones(shape)], [np.zeros(shape[1])]), start, steps)


def test_divergence_names_the_step():
    with pytest.raises(InvalidInputError, match="prediction 3 exceeds float64: the rollout diverges; ask for 3 steps"):
        rollout(Network.dense([[[1e100]]], [[0.0]]), [1.0], 9)
