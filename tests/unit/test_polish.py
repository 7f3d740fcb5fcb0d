"""Polish makes no network worse, and takes up units that do nothing."""

import numpy as np
import pytest

from hinges import Dataset, InvalidInputError, Network, UnsupportedModelError, best_error, example
from hinges.optimal import polish


def error(network, data):
    weights = np.ones(len(data)) if data.weights is None else data.weights
    return float(np.average((network(data.x)[:, 0] - data.y[:, 0]) ** 2, weights=weights))


def drawn(seed, units=6):
    rng = np.random.default_rng(seed)
    return Network.dense(
        [rng.normal(size=(1, units)), rng.normal(size=(units, 1))], [3 * rng.normal(size=units), rng.normal(size=1)]
    )


@pytest.mark.parametrize("how", ["varpro", "repair"])
def test_never_worse_and_of_the_same_size(how):
    data = example("sine")
    for seed in range(3):
        network = drawn(seed)
        better = polish(network, data, how)
        assert error(better, data) < error(network, data)
        assert better.weights[0].shape == network.weights[0].shape


def test_repair_puts_dead_units_to_work():
    data = example("sine")
    dead = Network.dense([-np.ones((1, 10)), np.ones((10, 1))], [-np.ones(10), [0.0]])
    assert error(polish(dead, data, "varpro"), data) > 0.3  # nothing bends, so there is nothing to train
    floor = best_error(data, units=10)
    assert error(polish(dead, data, "repair"), data) < 2 * floor.upper


def test_the_best_network_stays():
    data = example("sine")
    best = best_error(data, units=4).network
    assert best is not None
    assert error(polish(best, data, "repair"), data) <= error(best, data)


@pytest.mark.parametrize("how", ["varpro", "repair"])
@pytest.mark.parametrize(
    ("x", "y", "weights"),
    [
        ([1.0], [2.0], None),  # one row
        ([0.0, 1.0, 2.0], [3.0, 3.0, 3.0], None),  # a constant
        ([0.0, 0.0, 1.0], [1.0, 2.0, 3.0], None),  # equal x
        ([0.0, 1.0, 2.0, 3.0], [0.0, 9.0, 1.0, 0.0], [1.0, 0.0, 1.0, 2.0]),  # a row that does not count
    ],
)
def test_degenerate_data(how, x, y, weights):
    data = Dataset(x, y, weights)
    network = Network.dense([[[0.0, 1.0, 1.0, -1.0]], np.ones((4, 1))], [[1.0, 0.0, 0.0, 0.5], [0.0]])
    assert error(polish(network, data, how), data) <= error(network, data)


def test_what_cannot_be_polished():
    data = example("sine")
    deep = Network.dense([np.ones((1, 2)), np.ones((2, 2)), np.ones((2, 1))], [np.zeros(2), np.zeros(2), [0.0]])
    with pytest.raises(UnsupportedModelError, match="only a network of one input, one hidden relu layer"):
        polish(deep, data, "varpro")
    with pytest.raises(InvalidInputError, match="polish must be one of 'varpro', 'repair'"):
        polish(drawn(0), data, "rub")
