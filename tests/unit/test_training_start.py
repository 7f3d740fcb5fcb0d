"""Where training starts."""

import numpy as np
import pytest

from hinges import example
from hinges.train._dense_model import DenseModel
from hinges.train._draws import starts
from hinges.train._history import bends

X = example("sine").x[:135]
SPAN = (X.min(), X.max())


def start(seeds, units, *, init, kinks):
    return starts(seeds, DenseModel((1, units, 1), "relu"), init=init, kinks=kinks, x=X)


def kinks_of(parameters):
    return bends(DenseModel((1, 10, 1), "relu"), parameters)[0]


def test_keras_draws_glorot_uniform_and_no_bias():
    drawn = start(range(400), 10, init="keras", kinks="init")
    limit = np.sqrt(6 / 11)
    weights, coefficients = drawn[:10], drawn[20:30]
    for part in (weights, coefficients):
        assert np.abs(part).max() <= limit
        assert np.abs(part).max() > 0.99 * limit
        assert abs(part.mean()) < 0.05 * limit
    assert not drawn[10:20].any()
    assert not drawn[30].any()


def test_torch_draws_biases_too():
    drawn = start(range(400), 16, init="torch", kinks="init")
    for part, limit in ((drawn[:16], 1), (drawn[16:32], 1), (drawn[32:48], 0.25), (drawn[48], 0.25)):
        assert 0.98 * limit < np.abs(part).max() <= limit


def test_the_forum_starts_without_a_kink_among_the_data():
    drawn = start(range(256), 10, init="keras", kinks="init")
    kinks = kinks_of(drawn)
    assert not ((kinks > SPAN[0]) & (kinks < SPAN[1])).any()
    z = drawn[:10] * SPAN[1] + drawn[10:20]  # x > 0: the last row tells
    assert (z > 0).sum(0).mean() == pytest.approx(5, abs=0.3)


def test_stratified_kinks_lie_one_in_each_tenth_of_the_data_and_face_both_ways():
    drawn = start(range(64), 10, init="keras", kinks="stratified")
    kinks = kinks_of(drawn)
    edges = np.quantile(X, np.arange(11) / 10)[:, None]
    slack = 1e-12
    assert (kinks >= edges[:-1] - slack).all()
    assert (kinks <= edges[1:] + slack).all()
    assert 0.4 < (drawn[:10] > 0).mean() < 0.6


@pytest.mark.parametrize("kinks", ["init", "stratified"])
@pytest.mark.parametrize("init", ["keras", "torch"])
def test_a_seed_starts_the_same_alone_and_in_company(init, kinks):
    alone = start([3], 10, init=init, kinks=kinks)
    np.testing.assert_array_equal(start([1, 3], 10, init=init, kinks=kinks)[:, 1:], alone)
