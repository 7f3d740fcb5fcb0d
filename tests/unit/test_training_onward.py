"""Training that goes on from networks that are there already."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from hinges import Dataset, InvalidInputError, Network, Training, example, fit, steps
from hinges.train import train_many

pytestmark = pytest.mark.needs("jax", "optax")

DATA = example("sine")
SHORT = Training(steps=300)


def network(hidden=(10,), *, inputs=1, outputs=1, activation="relu", last="linear", seed=3, slope=0.3):
    rng, sizes = np.random.default_rng(seed), (inputs, *hidden, outputs)
    weights = [rng.normal(size=shape) for shape in pairwise(sizes)]
    names = [*(activation for _ in hidden), last]
    return Network.dense(weights, [rng.normal(size=n) for n in sizes[1:]], names, negative_slope=slope)


def parameters(of):
    return np.concatenate([part.ravel() for pair in zip(of.weights, of.biases, strict=True) for part in pair])


@pytest.mark.parametrize("standardize", [True, False])
def test_the_first_record_is_the_network(standardize):
    begun = network()
    settings = replace(SHORT, start=begun, standardize=standardize, relocate=False)
    first = next(iter(steps(DATA, settings)))
    np.testing.assert_allclose(parameters(first.network), parameters(begun), rtol=1e-13, atol=1e-13)
    assert first.loss == pytest.approx(np.mean((begun(DATA.x) - DATA.y) ** 2), rel=1e-12)


def test_training_goes_on_from_where_it_stopped():
    stopped = fit(DATA, SHORT)
    onward = fit(DATA, replace(SHORT, start=stopped.network, learning_rate=1e-3))
    assert onward.history is not None
    assert onward.history.loss[0] == pytest.approx(stopped.loss, rel=1e-9)
    assert onward.loss < stopped.loss
    assert onward.method.start is stopped.network
    again = fit(DATA, onward.method)
    np.testing.assert_array_equal(parameters(again.network), parameters(onward.network))


def test_a_start_for_every_seed_is_that_of_the_seed_alone():
    networks = [network(seed=seed) for seed in range(2)]
    settings = replace(SHORT, relocate=False, standardize=False, learning_rate=1e-3)
    batch = train_many(DATA, settings, [5, 6], starts=networks)
    np.testing.assert_array_equal(batch.start_parameters.T, [parameters(each) for each in networks])
    result = batch.result(1)
    assert (result.method.start, result.method.seed) == (networks[1], 6)
    alone = fit(DATA, result.method)
    np.testing.assert_allclose(parameters(alone.network), parameters(result.network), rtol=0, atol=1e-12)
    shared = train_many(DATA, replace(settings, start=networks[0]), [5, 6])
    np.testing.assert_array_equal(shared.parameters[:, 0], batch.parameters[:, 0])
    assert (shared.start_parameters[:, 0] == shared.start_parameters[:, 1]).all()
    assert (shared.parameters[:, 0] != shared.parameters[:, 1]).any(), "the order of the rows is the seed's"


def test_deep_networks_and_classes_go_on_too():
    spiral = example("spiral")
    sorts = Training(hidden=(6, 4), activation="tanh", loss="cross-entropy", steps=20, optimizer="lbfgs")
    begun = network((6, 4), inputs=2, outputs=3, activation="tanh")
    first = next(iter(steps(spiral, replace(sorts, start=begun))))
    np.testing.assert_allclose(parameters(first.network), parameters(begun), rtol=1e-12, atol=1e-13)
    assert fit(spiral, replace(sorts, start=begun)).loss < first.loss


@pytest.mark.parametrize(
    ("settings", "start", "sentence"),
    [
        ({}, "net.npz", "start must be a Network, not str"),
        ({}, network((9,)), r"start has the hidden layers \(9,\), the settings hidden = \(10,\): make them alike"),
        ({}, network((10, 10)), r"start has the hidden layers \(10, 10\)"),
        ({"activation": "tanh"}, network(), "start has relu in hidden layer 0, the settings activation = 'tanh'"),
        ({"activation": "leaky_relu"}, network(activation="leaky_relu", slope=0.01), "another slope below zero than 0"),
        ({}, network(last="tanh"), "start has tanh at its outputs: training leaves them linear"),
    ],
)
def test_a_start_that_does_not_suit_the_settings_is_refused(settings, start, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        Training(**settings, start=start)


def test_a_start_that_does_not_suit_the_data_is_refused():
    with pytest.raises(InvalidInputError, match="has 2 inputs and 1 outputs, the data ask for 1 and 1"):
        fit(DATA, replace(SHORT, start=network(inputs=2)))


def test_starts_are_one_a_seed():
    with pytest.raises(InvalidInputError, match="starts has 1 networks for 2 seeds: give one a seed"):
        train_many(DATA, SHORT, [0, 1], starts=[network()])
    with pytest.raises(InvalidInputError, match=r"starts\[1\] has the hidden layers \(4,\)"):
        train_many(DATA, SHORT, [0, 1], starts=[network(), network((4,))])
    with pytest.raises(InvalidInputError, match="give starts, one a seed, or the setting start"):
        train_many(DATA, replace(SHORT, start=network()), [0], starts=[network()])


def test_the_text_of_settings_tells_starts_apart():
    one, same, other = (repr(Training(start=network(seed=seed))) for seed in (1, 1, 2))
    assert one == same != other
    assert "start=<network 1-10-1, " in one
    assert "start" not in repr(Training())


def test_a_start_with_one_row_that_weighs_nothing():
    weights = np.ones(150)
    weights[3] = 0.0
    begun = network()
    first = next(iter(steps(Dataset(DATA.x, DATA.y, weights), replace(SHORT, start=begun, relocate=False))))
    expected = np.average((begun(DATA.x) - DATA.y)[:, 0] ** 2, weights=weights)
    assert first.loss == pytest.approx(expected, rel=1e-12)
