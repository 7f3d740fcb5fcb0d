"""How training ends: polished, interrupted, diverged; what there is is kept."""

import numpy as np
import pytest

from hinges import Dataset, InvalidInputError, Training, best_error, example, fit, optimal
from hinges.train import _run, train_many

pytestmark = pytest.mark.needs("jax", "optax")

DATA = example("sine")
SHORT = Training(steps=300)


@pytest.mark.parametrize("polish", ["varpro", "repair"])
def test_polish_lowers_the_loss_of_the_training_rows_alone(polish):
    settings = Training(steps=300, validation=0.1)
    plain = train_many(DATA, settings, [0, 1])
    polished = train_many(DATA, Training(steps=300, validation=0.1, polish=polish), [0, 1])
    assert (polished.losses < 0.9 * plain.losses).all()
    np.testing.assert_array_equal(polished.loss_history, plain.loss_history)
    result = polished.result(1)
    x, y = DATA.x[:, 0], DATA.y[:, 0]
    errors = (result.network(x) - y) ** 2
    assert result.loss == pytest.approx(errors[:135].mean(), rel=1e-12)
    assert polished.validation_losses is not None
    assert polished.validation_losses[1] == pytest.approx(errors[135:].mean(), rel=1e-12)
    assert result.status.startswith(f"polished: {polish} took the loss from {plain.losses[1]:.3g} to ")
    assert result.loss >= best_error((x[:135], y[:135]), units=10).lower


def test_polish_counts_weights():
    weights = np.where(np.arange(150) % 3 == 0, 4.0, 1.0)
    weights[7] = 0.0
    data = Dataset(DATA.x, DATA.y, weights)
    result = fit(data, Training(steps=300, polish="varpro"))
    errors = (result.network(DATA.x) - DATA.y)[:, 0] ** 2
    assert result.loss == pytest.approx(np.average(errors, weights=weights), rel=1e-12)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ((np.ones((3, 2)), np.ones(3)), "polish = 'repair' needs one input and one output: data has 2 and 1"),
        ((np.arange(3), np.ones((3, 2))), "data has 1 and 2"),
        ((np.arange(5000), np.arange(5000)), "takes at most 4000 distinct x, not 5000"),
    ],
)
def test_what_cannot_be_polished_is_refused_before_it_is_trained(data, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        fit(data, Training(polish="repair"))


def interrupting(after):
    real = _run.records

    def records(*arguments):
        for i, record in enumerate(real(*arguments)):
            if i == after:
                raise KeyboardInterrupt
            yield record

    return records


def test_ctrl_c_gives_what_there_is(monkeypatch):
    whole = train_many(DATA, SHORT, [0, 1])
    monkeypatch.setattr(_run, "records", interrupting(50))
    part = train_many(DATA, SHORT, [0, 1])
    assert part.steps[-1] == whole.steps[49] < 300
    np.testing.assert_array_equal(part.loss_history, whole.loss_history[:50])
    assert part.losses[0] == whole.loss_history[49, 0]
    assert part.statuses[0].startswith(f"interrupted: after step {part.steps[-1]} of 300, at a loss of ")
    result = fit(DATA, Training(steps=300, polish="repair"))
    assert result.status.startswith("interrupted: "), "and does not begin to polish"


def test_ctrl_c_on_the_way_of_the_polish_is_a_status(monkeypatch):
    real, left = optimal.polish, [1]

    def polish(*arguments):
        if not left:
            raise KeyboardInterrupt
        left.pop()
        return real(*arguments)

    monkeypatch.setattr(optimal, "polish", polish)
    plain = train_many(DATA, SHORT, [0, 1, 2])
    part = train_many(DATA, Training(steps=300, polish="varpro"), [0, 1, 2])
    assert part.statuses[0].startswith("polished: varpro took the loss from ")
    assert part.statuses[1:] == tuple(f"interrupted: not polished by varpro; before: {s}" for s in plain.statuses[1:])
    np.testing.assert_array_equal(part.parameters[:, 1:], plain.parameters[:, 1:])


def test_ctrl_c_before_anything_is_there_is_ctrl_c(monkeypatch):
    monkeypatch.setattr(_run, "records", interrupting(0))
    with pytest.raises(KeyboardInterrupt):
        fit(DATA, SHORT)


def test_a_deep_network_that_diverges_says_so_and_keeps_finite_weights():
    settings = Training(hidden=(6, 3), steps=200, learning_rate=1e6, schedule="constant", optimizer="sgd")
    result = fit(DATA, settings)
    assert result.status.startswith("diverged: ")
    assert "Try a smaller learning_rate (now 1e+06)" in result.status
    assert all(np.isfinite(part).all() for part in (*result.network.weights, *result.network.biases))
    assert np.isfinite(result.loss)


def test_targets_that_are_nan_and_batches_larger_than_the_data():
    with pytest.raises(InvalidInputError, match=r"y\[1\] is nan"):
        fit(([0, 1], [0, float("nan")]), SHORT)
    assert Training(batch_size=1000).batch(2) == 2, "all of them"
