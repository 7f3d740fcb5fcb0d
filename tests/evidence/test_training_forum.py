"""256 seeds of the forum's settings and of the recipe, on the forum's draw of the data and on others."""

import numpy as np
import pytest

from hinges import Training, best_error, example
from hinges.train import train_many

pytestmark = pytest.mark.needs("jax", "optax")


def sine(draw):
    x = np.random.default_rng(draw).uniform(0, 10, 150)
    return x, np.sin(x)


def test_the_forum_settings_fail(record):
    batch = train_many(example("sine"), Training.forum(), range(256))
    record("forum settings, 256 seeds: share below .01", np.mean(batch.losses < 0.01), "<= 0.05")
    record("forum settings: |median MSE - .3994|", abs(np.median(batch.losses) - 0.3994), "<= 0.001")
    x = example("sine").x[:135, 0]
    inside = (batch.kinks[0] > x.min()) & (batch.kinks[0] < x.max())
    record("forum settings: kinks among the data at the start", inside.sum(), "== 0")
    # Each unit is dead or always on with probability 1/2: four standard errors of the mean of 256 seeds are 0.4.
    record("forum settings: |dead units at the start - 5|", abs(batch.dead[0].sum(0).mean() - 5), "<= 0.4")
    record("forum settings: |always-on units at the start - 5|", abs(batch.always_on[0].sum(0).mean() - 5), "<= 0.4")


@pytest.mark.parametrize("draw", range(5))
def test_the_recipe_works(record, draw):
    data = sine(draw)
    floor = best_error(data, pieces=11).lower
    batch = train_many(data, Training(), range(256))
    record(f"recipe, draw {draw}, 256 seeds: share below .01", np.mean(batch.losses < 0.01), ">= 0.99")
    record(f"recipe, draw {draw}: median MSE over the floor", np.median(batch.losses) / floor, "<= 4")
    record(f"recipe, draw {draw}: smallest MSE over the floor", batch.losses.min() / floor, ">= 1")
