"""What repair makes of 256 networks that failed as in the forum's post, of a wide sine, and of other networks."""

import time

import numpy as np
import pytest

from hinges import Best, Dataset, Network, Training, best_error, example, fit
from hinges.diagnosis._repair import repair


def repaired(network, data, **how):
    """Give the repair and the processor time that it took, all threads."""
    start = time.process_time()
    result = repair(network, data, **how)
    return result, time.process_time() - start


@pytest.mark.needs("jax", "optax")
def test_the_forum_networks(record):
    from hinges.train import train_many

    data = example("sine")
    batch = train_many(data, Training.forum(), range(256))
    rows = Dataset(data.x[:135], data.y[:135])
    floor = best_error(rows, units=10).lower
    repair(batch.network(0), rows)  # what is loaded once
    found = [repaired(batch.network(seed), rows) for seed in range(256)]
    ratios = np.array([result.after for result, _ in found]) / floor
    record("forum settings, 256 seeds, 135 rows: median MSE before repair", np.median(batch.losses), ">= 0.39")
    record("after repair: largest MSE over the floor of ten units", ratios.max(), "<= 4")
    record("after repair: median MSE over the floor", np.median(ratios), "<= 1.5")
    record("repair of one: largest processor seconds", max(took for _, took in found), "<= 0.5")
    same = [result.network.weights[0].shape == (1, 10) for result, _ in found]
    record("repaired networks of the same layers", np.mean(same), "== 1")


@pytest.mark.parametrize("n", [200, 300, 400, 1000, 4000])
def test_a_wide_sine_with_64_units(record, n):
    x = np.random.default_rng(0).uniform(-20, 20, n)
    start = Network.dense([np.ones((1, 64)), np.zeros((64, 1))], [np.zeros(64), [0.0]])
    result, took = repaired(start, (x, np.sin(x)))
    floor = best_error((x, np.sin(x)), pieces=65).lower
    record(f"sine on [-20, 20], {n} points, 64 units: MSE over the bound", result.after / floor, "<= 2")
    record(f"sine on [-20, 20], {n} points, 64 units: processor seconds", took, "<= 10")


@pytest.mark.parametrize("units", [3, 5, 10])
@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_no_worse_than_the_closed_form(record, units, noise):
    x = example("sine").x[:, 0]
    worst = 0.0
    for draw in range(6):
        y = np.sin(x) + noise * np.random.default_rng(draw).normal(size=len(x))
        result = repair(Network.dense([np.ones((1, units)), np.ones((units, 1))], [np.zeros(units), [0.0]]), (x, y))
        worst = max(worst, result.after / fit((x, y), Best(pieces=units)).loss)
    record(f"noise {noise}: repair of {units} units over the closed form of {units} pieces", worst, "<= 1.000001")


def test_many_noisy_rows(record):
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 10, 100_000)
    y = np.sin(x) + 0.2 * rng.normal(size=len(x))
    start = Network.dense([np.ones((1, 10)), np.ones((10, 1))], [np.zeros(10), [0.0]])
    result, _ = repaired(start, (x, y))
    record(
        "100,000 noisy rows: MSE over the closed form's", result.after / fit((x, y), Best(pieces=10)).loss, "<= 1.00001"
    )


def deep(sizes, seed):
    """He's weights, and biases so low that most units are dead."""
    rng = np.random.default_rng(seed)
    pairs = list(zip(sizes, sizes[1:], strict=False))  # noqa: RUF007
    weights = [rng.normal(size=(a, b)) * np.sqrt(2 / a) for a, b in pairs]
    return Network.dense(weights, [np.full(b, -3.0) for b in sizes[1:]])


@pytest.mark.parametrize("sizes", [(1, 10, 10, 1), (1, 20, 20, 20, 1)])
def test_deep_networks_of_dead_units(record, sizes):
    data = example("sine")
    found = [repaired(deep(sizes, seed), data) for seed in range(16)]
    after = np.array([result.after for result, _ in found])
    record(
        f"sine, {sizes[1:-1]} mostly dead, 16 seeds: median MSE before",
        np.median([r.before for r, _ in found]),
        ">= 0.4",
    )
    record(f"sine, {sizes[1:-1]} mostly dead, repaired: median MSE", np.median(after), "<= 0.01")
    record(f"sine, {sizes[1:-1]} mostly dead, repaired: largest MSE", after.max(), "<= 0.1")
    record(f"sine, {sizes[1:-1]}: largest processor seconds", max(took for _, took in found), "<= 2")


def test_digits(record):
    data = example("digits")
    network = deep((64, 32, 10), 0)
    result, took = repaired(network, data, loss="cross-entropy")
    right = (result.network(data.x).argmax(axis=1) == data.y[:, 0]).mean()
    record("digits, 64-32-10, dead at the start: cross-entropy before", result.before, ">= 1")
    record("digits, 64-32-10, repaired: share of the rows given their class", right, ">= 0.98")
    record("digits, 64-32-10: processor seconds", took, "<= 15")
