"""Relocation of units that bend nothing."""

import numpy as np
import pytest

from hinges import Dataset, example
from hinges.train._dense_model import DenseModel
from hinges.train._history import bends
from hinges.train._problem import scaled_problem
from hinges.train._relocate import relocate, split, weak_units

DATA = example("sine")
X, Y = DATA.x[:, 0], DATA.y[:, 0]
PROBLEM = scaled_problem(DATA, standardize=False)


def relu(z):
    return np.maximum(z, 0.0)


def loss(parameters):
    w, b, c, d = split(parameters)
    outputs = (relu(X[:, None, None] * w + b) * c).sum(1) + d
    return ((outputs - Y[:, None]) ** 2).mean(0)


def interpolant(units):
    """Good hinges: one a segment of an interpolation of the sine, all facing right."""
    ends = np.linspace(0, 10, units + 1)
    slopes = np.diff(np.sin(ends)) / np.diff(ends)
    changes = np.diff(slopes, prepend=0.0)
    return np.concatenate([np.ones(units), -ends[:-1], changes, [0.0]])


@pytest.fixture
def batch():
    """Three seeds: one with a dead, an always-on and a faint unit, one without a weak unit, one dead all over."""
    spoiled, good, dead = interpolant(10), interpolant(10), interpolant(10)
    spoiled[[2, 12]] = -1.0, -1.0  # off everywhere
    spoiled[[5, 15]] = 1.0, 5.0  # on everywhere
    spoiled[27] = 1e-6  # bends next to nothing
    dead[:10], dead[10:20] = -1.0, -1.0
    return np.stack([spoiled, good, dead], axis=1)


def test_weak_units_are_the_dead_the_always_on_and_the_faint(batch):
    weak = weak_units(batch, PROBLEM, relu)
    assert {2, 5, 7} <= set(np.flatnonzero(weak[:, 0]))
    assert np.flatnonzero(weak[:, 1]).tolist() == [0], "the first hinge only tilts the data: it bends nothing"
    assert weak[:, 2].all()


def test_only_weak_units_move_and_the_error_falls(batch):
    weak = weak_units(batch, PROBLEM, relu)
    moved, changed = relocate(batch, PROBLEM, "relu")
    np.testing.assert_array_equal(changed[:30], np.tile(weak, (3, 1)))
    stays = ~np.tile(weak, (2, 1))
    np.testing.assert_array_equal(moved[:20][stays], batch[:20][stays])
    assert (moved[:20] != batch[:20])[~stays].any()
    assert (loss(moved) < loss(batch)).all()
    assert loss(moved)[2] < 0.01, "ten kinks placed one after the other already fit the sine"


def test_moved_units_bend_among_the_data(batch):
    moved, changed = relocate(batch, PROBLEM, "relu")
    kinks, _ = bends(DenseModel((1, 10, 1), "relu"), moved)
    inside = (kinks > X.min()) & (kinks < X.max())
    assert inside[changed[:10]].all()
    assert len(set(kinks[:, 2])) == 10


def test_a_seed_without_weak_units_stays_as_it_is():
    good = np.concatenate([[1.0, -1.0], [-3.0, 6.0], [0.2, 0.4], [0.5]])
    w, b, c, d = split(good)
    nearly = relu(X[:, None] * w + b) @ c + d + 0.01 * Y
    problem = scaled_problem(Dataset(X, nearly), standardize=False)
    weak = good.copy()
    weak[4] = 0.0
    batch = np.stack([good, weak], axis=1)
    moved, changed = relocate(batch, problem, "relu")
    np.testing.assert_array_equal(moved[:, 0], good)
    assert not changed[:, 0].any()
    assert changed[[0, 2, 4], 1].all()


def test_of_many_rows_a_sample_places_the_kinks_and_all_refit_the_output():
    x = np.random.default_rng(1).permutation(np.linspace(0, 10, 5000))
    problem = scaled_problem(Dataset(x, relu(x - 4.0)), standardize=False)
    dead = np.array([[-1.0], [-1.0], [1.0], [0.0]])
    moved, _ = relocate(dead, problem, "relu")
    w, b, c, d = split(moved[:, 0])
    activations = relu(x[:, None] * w + b)
    residual = activations @ c + d - problem.y[:, 0]
    assert -b / w == pytest.approx(4.0, abs=10 / 64), "the candidate next to the kink of the data"
    assert np.abs(residual @ activations).max() < 1e-9 * 5000, "least squares over every row"
    assert abs(residual.sum()) < 1e-9 * 5000
