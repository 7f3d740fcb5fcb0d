"""Classes learned by gradient, sequences left to themselves, and what lies beyond the data."""

import time
from dataclasses import replace

import numpy as np
import pytest

from hinges import Dataset, LevenbergMarquardt, Training, best_error, example, fit
from hinges.analysis import accuracy, free_run
from hinges.train import LeastSquares, train_many

pytestmark = pytest.mark.needs("jax", "optax")

CLASSES = Training(loss="cross-entropy")
STEP = 0.1
SERIES = np.sin(STEP * np.arange(2_600))


def test_a_spiral_takes_more_than_three_detectors(record):
    data = example("spiral")
    settings = replace(CLASSES, batch_size=None, learning_rate=0.05, steps=2_000)
    for units, bars in ((64, ("min", ">= 0.93")), (3, ("max", "<= 0.6"))):
        batch = train_many(data, replace(settings, hidden=(units,)), range(8))
        shares = [accuracy(batch.network(i), data) for i in range(8)]
        which, bar = bars
        record(f"spiral, 2-{units}-3, 8 seeds: {which} accuracy", {"min": min, "max": max}[which](shares), bar)


@pytest.mark.needs("sklearn")
@pytest.mark.parametrize("split", range(3))
def test_digits(record, split):
    data = example("digits")
    order = np.random.default_rng(split).permutation(len(data))
    train, test = (Dataset(data.x[rows], data.y[rows]) for rows in (order[:1437], order[1437:]))
    before = time.process_time()
    result = fit(train, replace(CLASSES, hidden=(128,), learning_rate=3e-3, epochs=30, seed=split))
    spent = time.process_time() - before
    record(
        f"digits, 64-128-10, split {split}: accuracy on 360 images held out", accuracy(result.network, test), ">= 0.96"
    )
    record(f"digits, split {split}: processor seconds, compiling included", spent, "<= 30")


def test_a_sine_is_a_linear_task(record):
    data = Dataset(np.arange(500), SERIES[:500]).windows(20)
    linear = {"linear": fit(data, LeastSquares()).network}
    run = free_run(linear, SERIES[:2_020])
    record("free run of a sine, least squares: largest error of 2,000 steps", run.error("linear").max(), "<= 1e-10")
    usual = replace(Training.forum(), hidden=(10,), epochs=None, steps=4_000, validation=0.0)
    for activation in ("relu", "tanh"):
        batch = train_many(data, replace(usual, activation=activation), range(16))
        run = free_run({str(i): batch.network(i) for i in range(16)}, SERIES[:2_020])
        single = np.median([run.one_step_error(name) for name in run.networks])
        valid = np.array([run.valid_steps(name) for name in run.networks])
        record(f"free run, {activation} as usual, 16 seeds: median squared error of one step", single, "<= 1e-3")
        record(f"free run, {activation}: share that is lost within 2,000 steps", np.mean(valid < 2_000), ">= 0.5")
        record(f"free run, {activation}: median steps until it is lost", np.median(valid), "<= 1999")


def test_beyond_the_data_relu_goes_on_and_tanh_goes_flat(record):
    data = example("sine")
    for activation, bar in (("relu", ">= 5"), ("tanh", "<= 5")):
        batch = train_many(data, Training(activation=activation, relocate=activation == "relu"), range(32))
        far = np.array([batch.network(i)([40.0, 1e6, 2e6]) for i in range(32)])
        record(f"{activation}, 32 seeds: median |network(40)| of a sine on [0, 10]", np.median(np.abs(far[:, 0])), bar)
        slope = np.median(np.abs(far[:, 2] - far[:, 1])) / 1e6
        record(f"{activation}: median slope far out", slope, ">= 0.1" if activation == "relu" else "<= 1e-6")


def test_four_tanh_units_beat_any_ten_relu_units(record):
    data = example("sine")
    losses = [fit(data, LevenbergMarquardt(hidden=(4,), activation="tanh", seed=seed)).loss for seed in range(20)]
    floor = best_error(data, units=10).lower
    record("sine: best of 20 fits of four tanh units over the floor of ten ReLU units", min(losses) / floor, "<= 0.1")
