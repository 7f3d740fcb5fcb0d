"""Training of deep networks, of several inputs and outputs, and of classes, by every optimizer."""

import numpy as np
import pytest

from hinges import Dataset, InvalidInputError, Training, example, fit, steps
from hinges.nets import ACTIVATIONS
from hinges.train import train_many
from hinges.train._dense_model import DenseModel
from hinges.train._draws import starts
from hinges.train._engine import Descent, Engine
from hinges.train._objective import ERRORS, float64, forward
from hinges.train._problem import scaled_problem
from hinges.train._program import program

pytestmark = pytest.mark.needs("jax", "optax")

RNG = np.random.default_rng(4)
X, Y, WEIGHTS = RNG.normal(size=(12, 2)), RNG.normal(size=(12, 2)), RNG.uniform(0.5, 2, 12)
CLASSES = Dataset(X, np.arange(12) % 3, WEIGHTS)
DEEP = DenseModel((2, 3, 5, 2), "tanh")
SHORT = Training(hidden=(3, 5), activation="tanh", steps=20, batch_size=None)


def mean_loss(model, parameters, x, y, weights, loss):
    outputs = model.outputs(parameters, x)
    if loss == "mse":
        return np.average(((outputs - y) ** 2).mean(axis=1), weights=weights)
    right = np.log(np.exp(outputs).sum(axis=1)) - (outputs * y).sum(axis=1)
    return np.average(right, weights=weights)


@pytest.mark.parametrize("loss", ["mse", "cross-entropy"])
def test_the_gradient_by_the_chain_rule_is_that_of_the_loss(loss):
    model, y = DEEP, np.eye(2)[np.arange(12) % 2] if loss == "cross-entropy" else Y
    p, h = RNG.normal(size=model.parameters), 1e-6
    slopes = [
        (mean_loss(model, p + s, X, y, WEIGHTS, loss) - mean_loss(model, p - s, X, y, WEIGHTS, loss)) / (2 * h)
        for s in h * np.eye(model.parameters)
    ]
    np.testing.assert_allclose(model.gradient(p, X, y, WEIGHTS, loss=loss), slopes, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_outputs_in_jax_are_those_in_numpy(activation):
    model = DenseModel((2, 3, 5, 2), activation)
    parameters = RNG.normal(size=(model.parameters, 2))
    with float64():
        outputs, _ = forward(model)(parameters, X[:, :, None])
    for seed in range(2):
        expected = model.outputs(parameters[:, seed], X)
        np.testing.assert_allclose(np.asarray(outputs)[..., seed], expected, rtol=1e-12, atol=1e-13)


def engine(problem, model, seeds=(4, 9), **descent):
    start = starts(seeds, model, init="torch", kinks="init", x=problem.x)
    return start, Engine(problem, start, seeds, model=model, descent=Descent(batch=100, **descent), stride=8)


def test_padded_steps_with_penalties_are_those_of_the_network_itself():
    problem = scaled_problem(Dataset(X, Y, WEIGHTS))
    start, trained = engine(problem, DEEP, optimizer="sgd", l1=0.02, l2=0.03)
    rates = np.array([0.5, 0.2, 0.1])
    trained.advance(rates)
    weights, biases = DEEP.layers(np.ones(DEEP.parameters))
    kernel = DEEP.flat(weights, [0.0 * part for part in biases])
    for column, initial in enumerate(start.T):
        p = initial
        for rate in rates:
            slope = DEEP.gradient(p, problem.x, problem.y, problem.weights)
            p = p - rate * (slope + kernel * (0.02 * np.sign(p) + 0.06 * p))
        np.testing.assert_allclose(trained.record().parameters[:, column], p, rtol=0, atol=1e-13)
        errors = DEEP.outputs(p, problem.x) - problem.y
        loss = np.average((errors**2 * problem.scale.y_scale**2).mean(axis=1), weights=problem.weights)
        assert trained.record().loss[column] == pytest.approx(loss, rel=1e-12), "in the units of the data"


def test_steps_of_rmsprop_on_classes_are_those_by_hand():
    problem, model = scaled_problem(CLASSES, loss="cross-entropy"), DenseModel((2, 3, 3), "relu")
    start, trained = engine(problem, model, optimizer="rmsprop", loss="cross-entropy")
    trained.advance(np.full(4, 0.01))
    record = trained.record()
    for column, initial in enumerate(start.T):
        p, mean_square = initial, 0.0
        for _ in range(4):
            slope = model.gradient(p, problem.x, problem.y, problem.weights, loss="cross-entropy")
            mean_square = 0.9 * mean_square + 0.1 * slope**2
            p = p - 0.01 * slope / np.sqrt(mean_square + 1e-7)
        np.testing.assert_allclose(record.parameters[:, column], p, rtol=0, atol=1e-12)
        right = model.outputs(p, problem.x).argmax(axis=1) == problem.y.argmax(axis=1)
        assert record.accuracy[column] == pytest.approx(np.average(right, weights=problem.weights), rel=1e-12)
        weights, biases = model.layers(p)
        z = problem.x @ weights[0] + biases[0]
        np.testing.assert_array_equal(record.dead[:, column], (z <= 0).all(axis=0))
        np.testing.assert_array_equal(record.always_on[:, column], (z > 0).all(axis=0))


def test_cross_entropy_of_outputs_beyond_exp():
    with float64():
        lost = ERRORS["cross-entropy"](np.array([[[1e5], [0.0]]]), np.array([[[0.0], [1.0]]]), 1.0)
    assert float(lost[0, 0]) == 1e5


def test_widths_of_one_power_of_two_seeds_rates_and_rows_share_a_compilation():
    few, fewer = (scaled_problem(Dataset(X[:n], Y[:n])) for n in (12, 10))
    program.cache_clear()
    compilations = []
    for hidden, problem, seeds in (((5, 9), few, (1, 2)), ((8, 16), fewer, (3, 4)), ((6, 12), few, (5, 6))):
        _, trained = engine(problem, DenseModel((2, *hidden, 2), "tanh"), seeds)
        trained.advance(np.full(seeds[0], 0.1))
        compilations.append((program.cache_info().currsize, program(trained._kind)._cache_size()))
    assert compilations[0][0] == 1
    assert len(set(compilations)) == 1


def test_several_inputs_and_outputs_in_the_units_of_the_data():
    x = np.random.default_rng(0).uniform(3, 5, (80, 2))
    y = np.column_stack([1e3 * np.abs(x[:, 0] - 4), x @ [1.0, -2.0]])
    result = fit((x, y), Training(hidden=(8, 4), steps=1500))
    assert result.loss == pytest.approx(np.mean((result.network(x) - y) ** 2), rel=1e-9)
    assert result.loss < 0.01 * y.var(axis=0).mean()
    assert result.function is None
    history = result.history
    assert history is not None
    assert history.kinks.shape == history.dead.shape == (len(history.step), 12)
    assert np.isnan(history.kinks).all()


def test_a_deep_network_of_one_input_gives_its_function_and_watches():
    settings = Training(hidden=(6, 3), steps=200, validation=0.2)
    result = fit(example("sine"), settings)
    x = example("sine").x[:, 0]
    assert result.function is not None
    np.testing.assert_allclose(result.function(x), result.network(x), atol=1e-12)
    assert result.history is not None
    assert np.isfinite(result.history.kinks[:, :6]).all()
    seen = list(steps(example("sine"), settings))
    np.testing.assert_array_equal([one.loss for one in seen], result.history.loss)


class TestClasses:
    def test_arms_of_a_spiral_are_told_apart(self):
        data = example("spiral")
        settings = Training(hidden=(16,), loss="cross-entropy", steps=600, validation=0.1, learning_rate=0.05)
        batch = train_many(data, settings, [0, 1])
        result = batch.result(0)
        right = result.network(data.x).argmax(axis=1) == data.y[:, 0]
        history = result.history
        assert history is not None
        assert history.accuracy is not None
        assert history.validation_accuracy is not None
        assert history.accuracy[-1] == pytest.approx(right[:270].mean(), rel=1e-12)
        assert history.validation_accuracy[-1] == pytest.approx(right[270:].mean(), rel=1e-12)
        assert history.accuracy[-1] > 0.6 > history.accuracy[0]

    @pytest.mark.parametrize(
        ("y", "sentence"),
        [
            ([0, 1, 2.5], r"y\[2\] = 2.5: loss='cross-entropy' needs labels 0, 1, 2"),
            ([0, -1, 2], r"y\[1\] = -1: "),
            ([0, 1, 1e9], r"y\[2\] = 1e\+09: .* below 10000"),
            (np.eye(3), "one column of labels in y, not 3"),
        ],
    )
    def test_labels_that_are_none(self, y, sentence):
        with pytest.raises(InvalidInputError, match=sentence) as caught:
            fit(([0, 1, 2], y), Training(loss="cross-entropy"))
        assert "\n" not in str(caught.value)


class TestLbfgs:
    def test_it_finds_the_minimum_of_a_convex_problem(self):
        data = Dataset(X, Y, WEIGHTS)
        result = fit(data, Training(hidden=(2,), activation="linear", optimizer="lbfgs", steps=60))
        rows, root = np.column_stack([X, np.ones(12)]), np.sqrt(WEIGHTS)[:, None]
        best = rows @ np.linalg.lstsq(root * rows, root * Y, rcond=None)[0]
        assert result.loss == pytest.approx(np.average(((best - Y) ** 2).mean(1), weights=WEIGHTS), rel=1e-6)

    def test_seeds_are_the_same_bits_alone_and_the_record_falls(self):
        settings = Training(**{**vars(SHORT), "optimizer": "lbfgs"})
        batch = train_many((X, Y), settings, [3, 4])
        alone = train_many((X, Y), settings, [4])
        np.testing.assert_array_equal(batch.parameters[:, 1], alone.parameters[:, 0])
        assert (batch.steps[0], batch.steps[-1]) == (0, 20)
        assert (batch.losses < 0.5 * batch.loss_history[0]).all()

    def test_it_moves_weak_units_as_the_others_do(self):
        lazy = Training(optimizer="lbfgs", kinks="init", standardize=False, steps=40)
        assert (
            fit(example("sine"), lazy).loss
            < 0.01
            < fit(example("sine"), Training(**{**vars(lazy), "relocate": False})).loss
        )


def test_dead_units_of_a_deep_network_start_again_and_change_nothing_at_first():
    from hinges.train._revive import revive

    model, problem = DenseModel((2, 4, 3, 1), "relu"), scaled_problem(Dataset(X, Y[:, 0]))
    start, trained = engine(problem, model)
    weights, biases = model.layers(start)
    weights[0][:, 1] = 0.0
    biases[0][1] = -1.0
    start = model.flat(weights, biases)
    trained.replace(start, np.ones(start.shape, bool))
    record = trained.record()
    moved, changed = revive(record, [4, 9], problem, model, loss="mse")
    outputs = [model.outputs(p[:, 0], problem.x) for p in (start, moved)]
    np.testing.assert_allclose(outputs[1], outputs[0], atol=1e-14)
    new, (w, b) = model.layers(changed[:, 0]), model.layers(moved[:, 0])
    assert new[0][0][:, 1].all()
    assert not new[0][0][:, ~record.dead[:4, 0]].any()
    z = problem.x @ w[0][:, 1] + b[0][1]
    assert np.abs(z).min() < 1e-14, "its kink runs through a row"
    assert (z > 0).any()
    trained.replace(moved, changed)
    trained.advance(np.full(8, 0.01))
    grown = model.layers(trained.record().parameters[:, 0])[0][1][1]
    assert grown.any(), "the gradient has found work for it"
