"""Training whole networks: one seed, many seeds, and their record."""

import numpy as np
import pytest

from hinges import InvalidInputError, Training, example, fit, steps
from hinges.train import _engine, train_batch, train_many

pytestmark = pytest.mark.needs("jax", "optax")

DATA = example("sine")
X, Y = DATA.x[:, 0], DATA.y[:, 0]
SHORT = Training(steps=300)
FORUM = Training(kinks="init", standardize=False, learning_rate=1e-3, schedule="constant", steps=300,
                 validation=0.1, relocate=False)  # fmt: skip


@pytest.fixture(scope="module")
def batch():
    return train_many(DATA, SHORT, [0, 1, 2, 3])


def mean_squared(network, x=X, y=Y):
    return np.mean((network(x) - y) ** 2)


def test_the_same_seed_gives_the_same_bits(batch):
    again = train_many((X, Y), SHORT, [0, 1, 2, 3])
    np.testing.assert_array_equal(again.parameters, batch.parameters)
    np.testing.assert_array_equal(again.kinks, batch.kinks)
    np.testing.assert_array_equal(again.losses, batch.losses)


def test_a_seed_alone_equals_itself_in_company():
    forum = train_many(DATA, FORUM, [5, 6, 7])
    alone = fit(DATA, Training(**{**vars(FORUM), "seed": 6}))
    np.testing.assert_allclose(alone.network.weights[0][0], forum.parameters[:10, 1], rtol=0, atol=1e-12)
    assert alone.loss == pytest.approx(forum.losses[1], rel=1e-12)
    assert alone.seed == 6


def test_seeds_differ(batch):
    assert len(set(batch.losses)) == 4
    assert batch.best == np.argmin(batch.losses)


def test_how_many_steps_a_call_takes_changes_nothing(monkeypatch):
    settings = Training(steps=1000)  # 5 steps between two records, 50 between two moves of units
    whole = train_many(DATA, settings, [0])
    monkeypatch.setattr(_engine, "LIGHT_RUN", 3)
    parts = train_many(DATA, settings, [0])
    np.testing.assert_array_equal(parts.steps, whole.steps)
    np.testing.assert_array_equal(parts.parameters, whole.parameters)
    np.testing.assert_array_equal(parts.loss_history, whole.loss_history)


def test_the_loss_is_that_of_the_network_in_the_units_of_the_data(batch):
    for i in range(4):
        assert batch.losses[i] == pytest.approx(mean_squared(batch.network(i)), rel=1e-9)
    result = batch.result(2)
    assert result.loss == batch.losses[2]
    assert result.method == Training(steps=300, seed=2)
    np.testing.assert_allclose(result.function(X), result.network(X), rtol=0, atol=1e-13)


def test_with_rows_held_out_the_loss_is_that_of_the_others():
    batch = train_many(DATA, FORUM, [0])
    result, history = batch.result(0), batch.history(0)
    assert result.loss == pytest.approx(mean_squared(result.network, X[:135], Y[:135]), rel=1e-12)
    held = mean_squared(result.network, X[135:], Y[135:])
    assert history.validation_loss is not None
    assert history.validation_loss[-1] == pytest.approx(held, rel=1e-12)
    assert batch.validation_losses == pytest.approx([held], rel=1e-12)


def test_the_history_begins_at_the_start_and_ends_with_the_result(batch):
    result, history = batch.result(1), batch.history(1)
    assert (history.step[0], history.step[-1]) == (0, 300)
    assert len(history.step) <= 201
    assert history.loss[-1] == result.loss < history.loss[0]
    assert history.validation_loss is None
    assert history.kinks.shape == history.dead.shape == history.slope_changes.shape == (len(history.step), 10)
    hinges = result.network.hinges()
    np.testing.assert_allclose(history.kinks[-1], [hinge.kink for hinge in hinges], rtol=1e-12)
    np.testing.assert_allclose(history.slope_changes[-1], [hinge.slope_change for hinge in hinges], rtol=1e-12)
    z = X[:, None] * result.network.weights[0] + result.network.biases[0]
    np.testing.assert_array_equal(history.dead[-1], (z <= 0).all(0))
    np.testing.assert_array_equal(history.always_on[-1], (z > 0).all(0))


def test_the_forum_record_starts_with_no_kink_among_the_data():
    history = train_many(DATA, FORUM, [0]).history(0)
    assert (history.dead[0] | history.always_on[0]).all()
    assert not history.kinks[0].any(), "zero biases put every kink at x = 0"


def test_snapshots_are_the_record_while_it_is_made():
    seen = list(steps(DATA, SHORT))
    result = fit(DATA, SHORT)
    assert result.history is not None
    assert [snapshot.step for snapshot in seen] == result.history.step.tolist()
    np.testing.assert_array_equal([snapshot.loss for snapshot in seen], result.history.loss)
    np.testing.assert_array_equal(seen[-1].network.weights[0], result.network.weights[0])


def test_row_weights_count_rows_as_often():
    x, y = X[:6], Y[:6]
    settings = Training(steps=40, hidden=(3,), batch_size=None, kinks="init", standardize=False, relocate=False)
    weighted = train_batch(x, y, settings, [3], weights=np.array([2.0, 1, 1, 0, 1, 1]))
    rows = [0, 0, 1, 2, 4, 5]
    repeated = train_batch(x[rows], y[rows], settings, [3])
    np.testing.assert_allclose(weighted.parameters, repeated.parameters, rtol=0, atol=1e-12)
    assert weighted.losses[0] == pytest.approx(repeated.losses[0], rel=1e-12)


@pytest.mark.parametrize("rate", [1e6, 1e300])
def test_a_rate_that_diverges_is_a_status_with_advice(rate):
    result = fit(DATA, Training(steps=300, learning_rate=rate, schedule="constant", relocate=False))
    assert result.status.startswith("diverged: ")
    assert f"Try a smaller learning_rate (now {rate:g})" in result.status
    assert np.isfinite(result.loss)
    assert np.isfinite(result.network.weights[0]).all()


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (1e9 + 1e-3 * X, Y),
        (1e-12 * X, Y),
        (X, 1e100 * Y),
        (X, np.full(150, 1e-9)),
        (np.full(150, 7.0), Y),
    ],
    ids=["far away", "tiny x", "huge y", "constant y", "one distinct x"],
)
def test_extreme_data_are_fitted(x, y):
    result = fit((x, y), SHORT)
    best_without_x = np.var(y) if np.ptp(x) == 0 else 0.05 * np.var(y)
    assert result.loss <= max(best_without_x * 1.01, 1e-20)
    assert np.mean((result.network(x) - y) ** 2) <= max(best_without_x * 1.02, 1e-20)


def test_one_row_is_fitted():
    result = fit(([2.0], [5.0]), Training(steps=300))
    assert result.network(2.0) == pytest.approx(5.0, abs=1e-2)


def test_bad_seeds_are_refused():
    with pytest.raises(InvalidInputError, match="seeds is empty"):
        train_many(DATA, SHORT, [])
    with pytest.raises(InvalidInputError, match=r"seeds\[1\] must be at least 0"):
        train_many(DATA, SHORT, [1, -2])


def test_nothing_global_is_left_switched(batch):
    import jax

    assert len(batch) == 4
    assert jax.numpy.asarray(1.0).dtype == "float32", "jax outside of hinges is as its user left it"
