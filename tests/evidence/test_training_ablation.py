"""Why the forum's network fails: one setting changed at a time, with 95 % confidence intervals.

Everything is Training.forum() but for what its line says: x uniform on [0, 10], ten units, 50,000 steps on the
first 135 rows. 256 seeds of ReLU and 64 of other activations; of deep networks and of other optimizers and
penalties, which cost more or say less, fewer. The intervals are Wilson's.
"""

import math
from dataclasses import replace

import numpy as np
import pytest

from hinges import Dataset, Training, example
from hinges.train import train_many
from hinges.train._dense_model import DenseModel
from hinges.train._draws import drawn_layers

pytestmark = pytest.mark.needs("jax", "optax")

FORUM = Training.forum()
GOOD = 0.01


def interval(good, n):
    """Wilson's 95 % interval of a share."""
    z, p = 1.96, good / n
    centre, spread = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (centre - spread) / (1 + z * z / n), (centre + spread) / (1 + z * z / n)


def share(record, what, data, settings, seeds, bar, *, below=GOOD):
    """Record the share of seeds that end below a loss, with its interval in the claim."""
    losses = train_many(data, settings, range(seeds)).losses
    low, high = interval(int((losses < below).sum()), seeds)
    claim = (
        f"{what}: share below {below:g} of {seeds} seeds [{low:.0%}, {high:.0%}], median MSE {np.median(losses):.3g}"
    )
    record(claim, float(np.mean(losses < below)), bar)
    return losses


def moved(scale, offset=0.0):
    data = example("sine")
    return Dataset(scale * (data.x - offset), data.y)


RELU = {
    "literal": (example("sine"), FORUM, "<= 0.05"),
    "learning rate 1e-2": (example("sine"), replace(FORUM, learning_rate=1e-2), "<= 0.6"),
    "x and y standardised": (example("sine"), replace(FORUM, standardize=True), "<= 0.7"),
    "x moved to [-5, 5]": (moved(1.0, 5.0), FORUM, "<= 0.7"),
    "x moved to [-1, 1]": (moved(0.2, 5.0), FORUM, "<= 0.7"),
    "x moved to [-10, 10]": (moved(2.0, 5.0), FORUM, "<= 0.8"),
    "torch's start": (example("sine"), replace(FORUM, init="torch"), "<= 0.6"),
    "torch's start, standardised": (example("sine"), replace(FORUM, init="torch", standardize=True), ">= 0.5"),
    "kinks spread over the data, raw scale": (example("sine"), replace(FORUM, kinks="stratified"), ">= 0.75"),
    "RMSprop": (example("sine"), replace(FORUM, optimizer="rmsprop"), "<= 0.05"),
    "SGD": (example("sine"), replace(FORUM, optimizer="sgd", learning_rate=1e-2), "<= 0.05"),
    "L1 of 1e-3": (example("sine"), replace(FORUM, l1=1e-3), "<= 0.2"),
    "L2 of 1e-3": (example("sine"), replace(FORUM, l2=1e-3), "<= 0.2"),
}
FEWER = {"RMSprop", "SGD", "L1 of 1e-3", "L2 of 1e-3"}


@pytest.mark.parametrize("what", RELU)
def test_ten_relu_units(record, what):
    data, settings, bar = RELU[what]
    share(record, f"relu, {what}", data, settings, 64 if what in FEWER else 256, bar)


@pytest.mark.parametrize(
    ("activation", "bar"),
    [("tanh", ">= 0.75"), ("softplus", "<= 0.1"), ("leaky_relu", "<= 0.35"), ("sigmoid", "<= 0.25")],
)
def test_ten_units_of_other_activations(record, activation, bar):
    share(record, activation, example("sine"), replace(FORUM, activation=activation), 64, bar)


def test_softplus_needs_longer_and_fits(record):
    settings = replace(FORUM, activation="softplus", epochs=20_000)
    share(record, "softplus, twice as long", example("sine"), settings, 64, ">= 0.9")


@pytest.mark.parametrize(
    ("hidden", "seeds", "below", "bar"),
    [((10, 10), 16, GOOD, ">= 0"), ((10, 10, 10), 16, GOOD, ">= 0"), ((40, 20, 10), 24, 1e-3, ">= 0.95")],
)
def test_deeper_networks(record, hidden, seeds, below, bar):
    share(
        record,
        f"relu, {'-'.join(map(str, hidden))}",
        example("sine"),
        replace(FORUM, hidden=hidden),
        seeds,
        bar,
        below=below,
    )


def test_at_the_best_line_every_gradient_is_zero(record):
    data = example("sine")
    x, y = data.x[:135], data.y[:135]
    model, worst = DenseModel((1, 10, 1), "relu"), 0.0
    for seed in range(64):
        weights, biases = drawn_layers(np.random.default_rng([seed, 0]), model.sizes, init="keras", kinks="init", x=x)
        on = weights[0][0] > 0  # zero biases and x > 0: the others are dead
        if not on.any():
            continue
        slope, height = np.polyfit(x[:, 0], y[:, 0], 1)
        weights[1][:] = 0.0
        weights[1][on, 0] = slope / weights[0][0, on].sum()
        gradient = model.gradient(model.flat(weights, [biases[0], np.array([height])]), x, y, np.ones(135))
        worst = max(worst, float(np.abs(gradient).max()))
    record("relu, zero biases, output layer at the best line: largest entry of the gradient", worst, "<= 1e-12")
