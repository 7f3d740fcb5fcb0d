"""Where training starts."""

import numpy as np
import pytest

from hinges import example
from hinges.train._history import unit_states
from hinges.train._start import start

X = example("sine").x[:135, 0]
SPAN = (X.min(), X.max())


def test_keras_draws_glorot_uniform_and_no_bias():
    drawn = start(range(400), 10, init="keras", kinks="init", x=X)
    limit = np.sqrt(6 / 11)
    weights, coefficients = drawn[:10], drawn[20:30]
    for part in (weights, coefficients):
        assert np.abs(part).max() <= limit
        assert np.abs(part).max() > 0.99 * limit
        assert abs(part.mean()) < 0.05 * limit
    assert not drawn[10:20].any()
    assert not drawn[30].any()


def test_torch_draws_biases_too():
    drawn = start(range(400), 16, init="torch", kinks="init", x=X)
    for part, limit in ((drawn[:16], 1), (drawn[16:32], 1), (drawn[32:48], 0.25), (drawn[48], 0.25)):
        assert 0.98 * limit < np.abs(part).max() <= limit


def test_the_forum_starts_without_a_kink_among_the_data():
    states = unit_states(start(range(256), 10, init="keras", kinks="init", x=X), "relu", SPAN)
    assert not ((states.kinks > SPAN[0]) & (states.kinks < SPAN[1])).any()
    assert (states.dead | states.always_on).all()
    assert states.dead.sum(0).mean() == pytest.approx(5, abs=0.3)
    assert states.always_on.sum(0).mean() == pytest.approx(5, abs=0.3)


def test_stratified_kinks_lie_one_in_each_tenth_of_the_data_and_face_both_ways():
    drawn = start(range(64), 10, init="keras", kinks="stratified", x=X)
    states = unit_states(drawn, "relu", SPAN)
    edges = np.quantile(X, np.arange(11) / 10)[:, None]
    slack = 1e-12
    assert (states.kinks >= edges[:-1] - slack).all()
    assert (states.kinks <= edges[1:] + slack).all()
    assert 0.4 < (drawn[:10] > 0).mean() < 0.6


@pytest.mark.parametrize("kinks", ["init", "stratified"])
@pytest.mark.parametrize("init", ["keras", "torch"])
def test_a_seed_starts_the_same_alone_and_in_company(init, kinks):
    alone = start([3], 10, init=init, kinks=kinks, x=X)
    np.testing.assert_array_equal(start([1, 3], 10, init=init, kinks=kinks, x=X)[:, 1:], alone)
