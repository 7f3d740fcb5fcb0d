"""The best affine map, and networks left to themselves beside it."""

import math

import numpy as np
import pytest

from hinges import Dataset, FitResult, InvalidInputError, Network, PiecewiseLinear, fit, rollout
from hinges.analysis import free_run
from hinges.train import LeastSquares

SERIES = np.sin(0.1 * np.arange(2_300))


def test_it_is_the_line_of_the_normal_equations():
    rng = np.random.default_rng(1)
    x, y, weights = rng.normal(size=(30, 3)), rng.normal(size=(30, 2)), rng.uniform(0, 2, 30)
    found = fit(Dataset(x, y, weights), LeastSquares())
    ones = np.column_stack([x, np.ones(30)])
    expected = np.linalg.solve(ones.T @ (weights[:, None] * ones), ones.T @ (weights[:, None] * y))
    np.testing.assert_allclose(found.network.weights[0], expected[:3], atol=1e-12)
    np.testing.assert_allclose(found.network.biases[0], expected[3], atol=1e-12)
    residual = (found.network(x) - y) ** 2
    assert found.loss == pytest.approx(np.average(residual.mean(axis=1), weights=weights), rel=1e-12)


def test_a_line_is_found_and_is_a_function():
    found = fit(([1e6, 1e6 + 1, 1e6 + 2], [5.0, 7.0, 9.0]), LeastSquares())
    assert isinstance(found, FitResult)
    assert isinstance(found.function, PiecewiseLinear)
    assert found.seed is None
    np.testing.assert_allclose(found.network([1e6, 1e6 + 4]), [5, 13], rtol=1e-9)


def test_inputs_that_depend_on_each_other_are_no_trouble():
    x = np.arange(6.0)
    found = fit((np.column_stack([x, 2 * x, np.ones(6)]), 3 * x + 1), LeastSquares())
    assert found.loss < 1e-24


def test_a_sine_rolls_out_for_two_thousand_steps():
    data = Dataset(np.arange(300), SERIES[:300]).windows(5)
    network = fit(data, LeastSquares()).network
    assert np.abs(rollout(network, SERIES[:5], 2_000) - SERIES[5:2005]).max() < 1e-10


def test_a_free_run_sees_its_first_values_only():
    turn = Network.dense([[[-1.0], [2 * math.cos(0.1)]]], [[0.0]])
    off = Network.dense([[[-1.0], [2 * math.cos(0.11)]]], [[0.0]])  # a little too fast
    run = free_run({"right": turn, "fast": off}, SERIES[:1002])
    assert (run.start, run.steps) == (2, 1000)
    assert run.error("right").max() < 1e-10
    assert run.valid_steps("right") == 1000
    assert run.one_step_error("fast") < 1e-5
    lost = run.valid_steps("fast")
    assert run.error("fast")[lost] > 0.4 * SERIES[:1002].std() >= run.error("fast")[:lost].max()
    assert run.valid_steps("fast", tolerance=0.01) < lost < 100
    np.testing.assert_array_equal(run.predictions["fast"], rollout(off, SERIES[:2], 1000))


def test_networks_of_different_memories_start_together():
    last = Network.dense([[[1.0]]], [[0.0]])
    mean = Network.dense([[[0.5], [0.0], [0.5]]], [[0.0]])
    run = free_run({"last": last, "mean": mean}, [1.0, 2.0, 3.0, 4.0])
    assert (run.predictions["last"].tolist(), run.predictions["mean"].tolist()) == ([3.0], [2.0])


def test_a_run_that_diverges_ends_in_nan():
    run = free_run({"cube": Network.dense([[[1e100]]], [[0.0]])}, np.ones(8))
    assert np.isfinite(run.predictions["cube"]).sum() == 3
    assert run.valid_steps("cube") == 0


@pytest.mark.parametrize(
    ("networks", "truth", "sentence"),
    [
        ({}, [1.0, 2.0], "networks must hold 1 to"),
        ([Network.dense([[[1.0]]], [[0.0]])], [1.0, 2.0], "networks must be a"),
        ({"a": 3}, [1.0, 2.0], r"networks\['a'\]"),
        ({"a": Network.dense([[[1.0, 2.0]]], [[0.0, 0.0]])}, [1.0, 2.0], r"networks\['a'\] has 2 outputs"),
        ({"a": Network.dense([[[1.0]]], [[0.0]])}, [1.0], "truth has 1 values: more than the 1"),
    ],
)
def test_what_cannot_run_free_is_said(networks, truth, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        free_run(networks, truth)


def test_names_are_checked():
    run = free_run({"a": Network.dense([[[1.0]]], [[0.0]])}, [1.0, 2.0])
    with pytest.raises(InvalidInputError, match="name must be"):
        run.error("b")
    with pytest.raises(InvalidInputError, match="name must be"):
        run.one_step_error("b")
