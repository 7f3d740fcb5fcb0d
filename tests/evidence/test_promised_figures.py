"""The figures that the README and the demo stand on, out of the public verbs."""

import time

import numpy as np
import pytest

from hinges import Best, PiecewiseLinear, best_error, example, fit, to_network
from hinges.nets._rewrite import with_unit_coefficients
from hinges.optimal._mse_units import best_units

X = np.random.default_rng(0).uniform(0, 10, 150)


def seconds(job, times=3):
    """Give a job's result and its least processor time, all threads: other work on the machine is not ours."""
    took = []
    for _ in range(times):
        start = time.process_time()
        result = job()
        took.append(time.process_time() - start)
    return result, min(took)


def test_ten_units_in_squared_error(record):
    result, took = seconds(lambda: fit(example("sine"), Best(units=10)))
    assert result.bounds is not None
    record(
        "sine, ten units: |certified MSE bound / 1.236769e-4 - 1|",
        abs(result.bounds.lower / 1.236769e-4 - 1),
        "<= 1e-6",
    )
    record("sine, ten units: MSE over its bound", result.loss / result.bounds.lower, "<= 1.00001")
    record("sine, ten units, noise-free MSE, certified: processor seconds", took, "< 0.5")


@pytest.mark.parametrize("pieces", [5, 10, 20])
def test_pieces_without_noise(record, pieces):
    bounds, took = seconds(lambda: best_error((X, np.sin(X)), pieces=pieces))
    record(f"sine, {pieces} pieces: SSR over its bound, less 1", bounds.upper / bounds.lower - 1, "<= 1e-9")
    record(f"sine, {pieces} pieces: processor seconds", took, "< 0.5")


@pytest.mark.parametrize("rows", [150, 300])
def test_times_with_noise(record, rows):
    random = np.random.default_rng(rows)
    x = random.uniform(0, 10, rows)
    y = np.sin(x) + 0.2 * random.standard_normal(rows)
    for pair, bar in ((False, "< 1"), (True, "< 3")):
        _, took = seconds(lambda pair=pair: best_units(x, y, 10, pair=pair))
        record(f"sine with noise 0.2, {rows} rows, ten units, pair bound {pair}: processor seconds", took, bar)
    bounds, took = seconds(lambda: best_error((x, y), pieces=11, loss="max"))
    record("the same rows, max norm, 11 pieces: upper / lower - 1", bounds.upper / bounds.lower - 1, "<= 1e-9")
    record("the same rows, max norm, 11 pieces: processor seconds", took, "< 0.5")


def test_the_manual_approximation(record):
    network = to_network(PiecewiseLinear([-1, -0.5, 0, 1], [-1, 1, -1, 0]), interval=(-1, 1))
    got = [(h.weight, h.bias, h.coefficient) for h in network.hinges()]
    wrong = np.abs(np.array(got) - [(1, 1, 4), (1, 0.5, -8), (1, 0, 5)]).max()
    record("manual approximation: weights 1, biases 1 .5 0, coefficients 4 -8 5: largest difference", wrong, "<= 1e-12")
    record("manual approximation: |output bias + 1|", abs(network.biases[-1][0] + 1), "<= 1e-12")


def test_the_relu_lab(record):
    corner = PiecewiseLinear([1, 2], [0, 1], -2, 3)
    wrong = np.abs(corner(example("relu-lab").x[:, 0]) - example("relu-lab").y[:, 0]).max()
    record("ReLU lab: -2x + 2 | x - 1 | 3x - 5 meets its four points: largest difference", wrong, "<= 1e-12")
    result = fit(example("relu-lab"), Best(units=3))
    record("ReLU lab, three units: MSE", result.loss, "<= 1e-24")
    got = [(h.weight, h.bias, h.coefficient) for h in with_unit_coefficients(to_network(corner)).hinges()]
    off = np.abs(np.array(got) - [(-2, 2, 1), (1, -1, 1), (2, -4, 1)]).max()
    record("ReLU lab as hinges (w -2, 1, 2; b 2, -1, -4; output weights 1): largest difference", off, "<= 1e-12")
