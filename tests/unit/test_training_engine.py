"""The compiled loop, against the same steps written out in NumPy."""

import numpy as np
import pytest

from hinges import Dataset
from hinges.nets import ACTIVATIONS
from hinges.train._dense_model import DenseModel
from hinges.train._draws import starts
from hinges.train._engine import Descent, Engine, _length_of_calls, kind_of
from hinges.train._order import Order
from hinges.train._padding import padded_model, padded_seeds
from hinges.train._problem import scaled_problem
from hinges.train._program import program

pytestmark = pytest.mark.needs("jax", "optax")

RNG = np.random.default_rng(8)
X, Y, WEIGHTS = RNG.uniform(-2, 2, 11), RNG.normal(size=11), RNG.uniform(0.5, 2, 11)
SLOPE = 0.3


MODEL = DenseModel((1, 3, 1), "relu")


def problem(rows=11):
    data = Dataset(X[:rows], Y[:rows], WEIGHTS[:rows])
    return scaled_problem(data, validation=0.2, standardize=False)


def start(seeds, model=MODEL):
    return starts(seeds, model, init="torch", kinks="init", x=problem().x)


def engine(seeds, *, activation="relu", batch=4, rows=11):
    model = DenseModel((1, 3, 1), activation)
    return Engine(problem(rows), start(seeds), seeds, model=model, descent=Descent(batch=batch), stride=8)


def gradient(parameters, x, y, weights, activation):
    """The gradient of the mean weighted squared error of a batch, by the chain rule."""
    function = ACTIVATIONS[activation]
    w, b, c = parameters[:3], parameters[3:6], parameters[6:9]
    z = x[:, None] * w + b
    a = function.value(z, SLOPE)
    residual = 2 * weights * (a @ c + parameters[9] - y) / len(x)
    through = residual[:, None] * c * function.derivative(z, SLOPE)
    return np.concatenate([x @ through, through.sum(0), residual @ a, [residual.sum()]])


def adam(parameters, batches, rates, activation):
    """Kingma and Ba 2015, algorithm 1."""
    rows, first, second = problem(), 0.0, 0.0
    for t, (batch, rate) in enumerate(zip(batches, rates, strict=True), start=1):
        g = gradient(parameters, rows.x[batch, 0], rows.y[batch, 0], rows.weights[batch], activation)
        first, second = 0.9 * first + 0.1 * g, 0.999 * second + 0.001 * g**2
        corrected = np.sqrt(second / (1 - 0.999**t)) + 1e-7
        parameters = parameters - rate * first / (1 - 0.9**t) / corrected
    return parameters


def test_steps_equal_adam_by_hand_with_short_batches_and_two_seeds():
    trained, rates = engine([4, 9]), np.linspace(0.05, 0.01, 7)
    trained.advance(rates[:3])
    trained.advance(rates[3:])
    for column, seed in enumerate([4, 9]):
        order = Order([seed], 1, rows=8, batch=4, window=7).window()[:, :, 0]
        batches = [batch[batch < 8] for batch in order]
        initial = start([seed])[:, 0]
        expected = adam(initial, batches, rates, "relu")
        np.testing.assert_allclose(trained.record().parameters[:, column], expected, rtol=0, atol=1e-12)


def test_the_last_batch_of_an_epoch_is_short():
    trained, rates = engine([4], batch=3), np.full(6, 0.05)
    trained.advance(rates)
    order = Order([4], 1, rows=8, batch=3, window=6).window()[:, :, 0]
    batches = [batch[batch < 8] for batch in order]
    assert [len(batch) for batch in batches] == [3, 3, 2, 3, 3, 2]
    initial = start([4])[:, 0]
    expected = adam(initial, batches, rates, "relu")
    np.testing.assert_allclose(trained.record().parameters[:, 0], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_full_batches_of_every_activation_equal_adam_by_hand(activation):
    trained, rates = engine([4], activation=activation, batch=100), np.full(5, 0.03)
    trained.advance(rates)
    initial = start([4])[:, 0]
    expected = adam(initial, [np.arange(8)] * 5, rates, activation)
    np.testing.assert_allclose(trained.record().parameters[:, 0], expected, rtol=0, atol=1e-12)


def test_losses_are_measured_at_the_start_and_on_the_held_rows():
    rows, record = problem(), engine([4]).record()
    p = record.parameters[:, 0]

    def mean_squared(x, y, weights):
        outputs = np.maximum(x * p[:3] + p[3:6], 0) @ p[6:9] + p[9]
        return np.average((outputs - y[:, 0]) ** 2, weights=weights)

    assert record.step == 0
    assert record.loss[0] == pytest.approx(mean_squared(rows.x, rows.y, rows.weights), rel=1e-13)
    held = mean_squared(rows.held_x, rows.held_y, rows.held_weights)
    assert record.held_loss[0] == pytest.approx(held, rel=1e-13)


def test_a_seed_that_overflows_keeps_its_last_finite_state():
    trained = engine([4])
    trained.advance(np.full(3, 0.01))
    before = trained.record()
    trained.advance(np.full(3, 1e300))
    after = trained.record()
    assert before.alive.all()
    assert not after.alive.any()
    np.testing.assert_array_equal(after.parameters, before.parameters)
    np.testing.assert_array_equal(after.loss, before.loss)


def test_a_call_records_moments_on_its_way_and_its_end():
    rates, one, several = np.linspace(0.05, 0.01, 7), engine([4, 9]), engine([4, 9])
    one.advance(rates, every=3)
    assert [record.step for record in one.records()] == [3, 6, 7]
    for first, last, record in zip([0, 3, 6], [3, 6, 7], one.records(), strict=True):
        several.advance(rates[first:last])
        alone = several.record()
        np.testing.assert_array_equal(record.parameters, alone.parameters)
        np.testing.assert_array_equal(record.loss, alone.loss)
        np.testing.assert_array_equal(record.dead, alone.dead)
    assert (one.step, one.record().step) == (7, 7)


def test_moments_after_an_overflow_are_the_last_finite_one():
    trained = engine([4])
    trained.advance(np.repeat([0.01, 1e300], 3), every=3)
    before, after = trained.records()
    assert before.alive.all()
    assert not after.alive.any()
    np.testing.assert_array_equal(after.parameters, before.parameters)


def test_of_a_few_networks_how_long_a_call_is_depends_on_padded_sizes_alone():
    few = {(1, 5, 4, 8), (1, 8, 4, 999)}
    assert len({lengths(*each) for each in few}) == 1
    steps, moments = lengths(1, 10, 32, 250)
    assert 250 * moments <= steps, "so that a call holds all the moments that it can"
    assert lengths(1, 5_000, 1_000, 250) == (256, 8)
    assert lengths(256, 10, 32, 250) == (256, 1)


def lengths(seeds, units, batch, stride):
    return _length_of_calls(padded_model(DenseModel((1, units, 1), "relu")), padded_seeds(seeds), batch, stride)


def test_replacing_parameters_empties_adams_memory_of_them_and_measures_again():
    trained = engine([4])
    trained.advance(np.full(6, 0.05))
    parameters = trained.record().parameters + 0.5
    changed = np.zeros(parameters.shape, bool)
    changed[1] = True
    trained.replace(parameters, changed)
    np.testing.assert_array_equal(trained.record().parameters, parameters)
    fresh = Engine(problem(), parameters, [4], model=MODEL, descent=Descent(batch=4), stride=8)
    assert trained.record().loss == fresh.record().loss
    assert [np.asarray(part)[1, 0] for part in trained._state.memory[1:]] == [0.0, 0.0]
    assert np.asarray(trained._state.memory[2])[0, 0] > 0


def test_other_seeds_rates_and_alike_data_do_not_compile_again():
    compiled = program(kind_of(MODEL, Descent(), full=False))
    engine([4, 5, 6]).advance(np.full(3, 0.01))
    size = compiled._cache_size()
    engine([1, 2, 3, 4]).advance(np.full(5, 0.2))
    engine([7, 8, 9], rows=9).advance(np.full(8, 1.0))
    assert compiled._cache_size() == size


@pytest.mark.parametrize(("seeds", "columns"), [(1, 1), (2, 2), (3, 4), (33, 64), (64, 64), (65, 128), (256, 256)])
def test_seeds_are_padded_to_few_sizes(seeds, columns):
    assert padded_seeds(seeds) == columns
