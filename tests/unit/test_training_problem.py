"""The rows in training scale, and the way back."""

import numpy as np
import pytest

from hinges import Dataset, InvalidInputError
from hinges.train._dense_model import DenseModel
from hinges.train._problem import scaled_problem
from hinges.train._relocate import split

RNG = np.random.default_rng(3)
X, Y = RNG.uniform(3, 9, 20), RNG.normal(size=20)
ONES = np.ones(20)
MODEL = DenseModel((1, 10, 1), "relu")


def scaled(x, y, weights, **settings):
    return scaled_problem(Dataset(x, y, weights), **settings)


def outputs(parameters, x):
    w, b, c, d = split(parameters)
    return np.maximum(x[:, None] * w + b, 0) @ c + d


def test_standardised_rows_have_mean_0_and_deviation_1():
    problem = scaled(X, Y, ONES, validation=0.0, standardize=True)
    for part in (problem.x, problem.y):
        assert part.mean() == pytest.approx(0, abs=1e-14)
        assert part.std() == pytest.approx(1, rel=1e-14)
    assert problem.constant_loss == pytest.approx(Y.var(), rel=1e-14)
    assert problem.rows.tolist() == [*range(20)]


def test_folding_back_gives_the_same_function_of_the_original_x():
    problem = scaled(X, Y, ONES, validation=0.0, standardize=True)
    parameters = RNG.normal(size=31)
    wanted = problem.scale.y_scale * outputs(parameters, problem.x[:, 0]) + problem.scale.y_offset
    np.testing.assert_allclose(outputs(problem.to_original(parameters, MODEL), X), wanted, rtol=0, atol=1e-14 * 50)


def test_without_standardising_nothing_changes():
    problem = scaled(X, Y, ONES, validation=0.0, standardize=False)
    np.testing.assert_array_equal(problem.x[:, 0], X)
    parameters = RNG.normal(size=(31, 2))
    np.testing.assert_array_equal(problem.to_original(parameters, MODEL), parameters)


def test_the_last_rows_are_held_out_and_do_not_scale():
    problem = scaled(X, Y, ONES, validation=0.1, standardize=True)
    assert (len(problem.x), len(problem.held_x)) == (18, 2)
    np.testing.assert_allclose(
        problem.held_x[:, 0] * problem.scale.x_scale + problem.scale.x_offset, X[18:], rtol=1e-14
    )
    assert problem.scale.x_offset == pytest.approx(X[:18].mean(), rel=1e-15)
    assert problem.rows.tolist() == [*range(18)]


def test_rows_of_weight_0_are_left_out():
    weights = np.where(np.arange(20) % 2, 3.0, 0.0)
    problem = scaled(X, Y, weights, validation=0.0, standardize=False)
    np.testing.assert_array_equal(problem.x[:, 0], X[1::2])
    np.testing.assert_array_equal(problem.weights, np.ones(10))


def test_equal_values_are_scaled_by_their_size():
    problem = scaled(np.full(20, 7.0), np.full(20, 1e-9), ONES, validation=0.0, standardize=True)
    assert (problem.scale.x_scale, problem.scale.y_scale) == (7.0, 1e-9)
    assert not problem.x.any()
    assert not problem.y.any()


def test_zeros_have_the_scale_1():
    problem = scaled(np.zeros(20), Y, ONES, validation=0.0, standardize=True)
    assert (problem.scale.x_offset, problem.scale.x_scale) == (0.0, 1.0)


def test_a_spread_whose_inverse_overflows_is_refused():
    with pytest.raises(InvalidInputError, match=r"x spans only 5\.2\d*e-310: rescale x"):
        scaled(X * 1e-310, Y, ONES, validation=0.0, standardize=True)


@pytest.mark.parametrize("name", ["x", "y"])
def test_numbers_whose_squares_overflow_are_refused(name):
    values = {"x": X, "y": Y, name: np.full(20, 1e300)}
    with pytest.raises(InvalidInputError, match=f"{name} has entries beyond 1e[+]150"):
        scaled(values["x"], values["y"], ONES, validation=0.0, standardize=True)


def test_at_least_one_row_has_to_be_left():
    with pytest.raises(InvalidInputError, match=r"validation = 0.99 leaves none of the 20 rows"):
        scaled(X, Y, ONES, validation=0.99, standardize=True)
