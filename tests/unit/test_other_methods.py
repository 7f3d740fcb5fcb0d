"""The other ways to fit: damped least squares, projection, random search; the scale and the draws they share."""

import numpy as np
import pytest

from hinges import Dataset, InvalidInputError, best_error, example, fit
from hinges.nets import ACTIVATIONS
from hinges.train import LevenbergMarquardt, RandomSearch, VariableProjection
from hinges.train._dense_model import DenseModel
from hinges.train._draws import drawn_layers, starts
from hinges.train._scale import Scale

METHODS = (
    LevenbergMarquardt(hidden=(4,), evaluations=50),
    RandomSearch(hidden=(4,), trials=200),
    VariableProjection(units=4, starts=2),
)


def measured(network, data):
    return float(np.mean((network(data.x) - data.y) ** 2))


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_derivatives_are_those_of_the_outputs(activation):
    rng = np.random.default_rng(0)
    model = DenseModel((3, 5, 4, 2), activation)
    p, x, h = rng.normal(size=model.parameters), rng.normal(size=(6, 3)), 1e-6
    steps = h * np.eye(model.parameters)
    slopes = [(model.outputs(p + s, x) - model.outputs(p - s, x)) / (2 * h) for s in steps]
    np.testing.assert_allclose(model.jacobian(p, x), np.stack(slopes, axis=-1), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(model.network(*model.layers(p))(x), model.outputs(p, x), rtol=1e-13)


def test_folding_the_scale_leaves_the_function():
    rng = np.random.default_rng(0)
    x, y = 5 + 3 * rng.normal(size=(20, 2)), rng.normal(size=(20, 1)) - 7
    x[:, 1] = 4.0  # has no spread
    scale = Scale.of(x, y)
    np.testing.assert_allclose([scale.x(x).mean(0)[0], scale.x(x).std(0)[0]], [0, 1], atol=1e-14)
    assert not scale.x(x)[:, 1].any()
    model = DenseModel((2, 4, 1), "tanh")
    weights, biases = model.layers(rng.normal(size=model.parameters))
    inside = model.network(weights, biases)(scale.x(x)) * scale.y_scale + scale.y_offset
    np.testing.assert_allclose(model.network(*scale.folded(weights, biases))(x), inside, rtol=1e-13)


@pytest.mark.parametrize("init", ["keras", "torch"])
@pytest.mark.parametrize("kinks", ["init", "stratified"])
def test_draws_are_those_of_the_engine(init, kinks):
    x = example("sine").x
    weights, biases = drawn_layers(np.random.default_rng([3, 0]), (1, 10, 1), init=init, kinks=kinks, x=x)
    engine = starts([3], DenseModel((1, 10, 1), "relu"), init=init, kinks=kinks, x=x)[:, 0]
    np.testing.assert_array_equal(DenseModel((1, 10, 1), "relu").flat(weights, biases), engine)


def test_units_of_several_inputs_bend_inside_the_data():
    x = np.random.default_rng(1).normal(size=(200, 3)) + 9
    weights, biases = drawn_layers(np.random.default_rng(0), (3, 8, 1), init="keras", kinks="stratified", x=x)
    shares = (x @ weights[0] + biases[0] > 0).mean(axis=0)
    assert (np.abs(shares - 0.5) < 0.5).all()
    assert len(np.unique((8 * shares).astype(int))) >= 4


@pytest.mark.parametrize("method", METHODS, ids=lambda m: type(m).__name__)
class TestEveryMethod:
    def test_the_result_says_what_it_is(self, method):
        data = example("sine")
        result = fit(data, method)
        assert result.loss == pytest.approx(measured(result.network, data), rel=1e-12)
        assert result.function is not None
        np.testing.assert_allclose(result.function(data.x[:, 0]), result.network(data.x)[:, 0], atol=1e-10)
        assert result.loss < float(np.var(data.y))
        assert result.seed == method.seed

    def test_the_same_seed_gives_the_same_network(self, method):
        first, second = (fit(example("relu-lab"), method).network for _ in range(2))
        for a, b in zip(first.weights, second.weights, strict=True):
            np.testing.assert_array_equal(a, b)

    def test_weights_count_and_rows_without_any_do_not(self, method):
        weighted = Dataset([0, 1, 2, 3, 9], [2, 0, 1, 4, 1e6], [1, 1, 2, 1, 0])
        result = fit(weighted, method)
        assert result.loss < 10

    def test_data_too_large_to_square(self, method):
        with pytest.raises(InvalidInputError):
            fit(([0.0, 1.0], [1e200, 0.0]), method)


def test_several_inputs_and_outputs():
    x = np.random.default_rng(0).uniform(-1, 1, (80, 2))
    data = Dataset(x, np.column_stack([np.abs(x[:, 0]), x @ [1.0, 2.0]]))
    result = fit(data, LevenbergMarquardt(hidden=(6,), activation="relu", seed=1))
    assert result.loss < 1e-3
    assert fit(data, RandomSearch(hidden=(6,), trials=3000)).loss < 0.1


def test_repair_is_near_the_best_there_is():
    data = example("sine")
    repaired = fit(data, VariableProjection(units=10, starts=2, repair=True))
    assert repaired.loss < 1.3 * best_error(data, units=10).upper


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: LevenbergMarquardt(hidden=()), "hidden must be a tuple"),
        (lambda: LevenbergMarquardt(hidden=(3, 0)), r"hidden\[1\]"),
        (lambda: LevenbergMarquardt(activation="swish"), "activation must be one of"),
        (lambda: LevenbergMarquardt(evaluations=0), "evaluations"),
        (lambda: RandomSearch(trials=0), "trials"),
        (lambda: RandomSearch(step=0), "step"),
        (lambda: RandomSearch(seed=-1), "seed"),
        (lambda: VariableProjection(units=0), "units"),
        (lambda: VariableProjection(repair="yes"), "repair"),  # pyright: ignore[reportArgumentType]
    ],
)
def test_bad_settings(make, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        make()


def test_too_many_derivatives_are_refused_before_they_are_made():
    with pytest.raises(InvalidInputError, match="too many for a matrix of derivatives"):
        fit((np.arange(10_000.0), np.arange(10_000.0)), LevenbergMarquardt(hidden=(200, 200)))
