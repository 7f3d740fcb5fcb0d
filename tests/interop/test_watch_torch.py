"""watch around loops of torch: what it records, when it warns, and that the training stays the same to the last bit.

torch takes seconds to import: it is imported by a fixture. Networks and data are small, each loop is a second at most.
"""

import copy
import itertools
import sys
import warnings
from typing import Any

import numpy as np
import pytest

from hinges import InvalidInputError, UnsupportedModelError
from hinges.data import Dataset
from hinges.diagnosis._watch import watch
from hinges.diagnosis._watch_alarm import TrainingWarning
from hinges.fits import History

pytestmark = pytest.mark.needs("torch")

X = np.random.default_rng(0).uniform(0, 10, 150)[:135, None].astype(np.float32)
Y = np.sin(X)
STANDARD = (X - X.mean()) / X.std()


@pytest.fixture(scope="module")
def torch():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"torch\.")
        import torch
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # of networks as small as these, threads only wait for each other
    yield torch
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def nothing_stays_behind(torch):
    assert torch.nn
    yield
    assert not sys.modules["torch.optim.optimizer"]._global_optimizer_post_hooks


def dense(torch, sizes, *, zero_bias=False, seed=0):
    """A relu network with torch's own start, or with that of Keras: Glorot's weights and biases of 0."""
    torch.manual_seed(seed)
    layers = []
    for inputs, units in itertools.pairwise(sizes):
        layer = torch.nn.Linear(inputs, units)
        if zero_bias:
            torch.nn.init.xavier_uniform_(layer.weight)
            torch.nn.init.zeros_(layer.bias)
        layers += [layer, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def train(torch, model, x, y, steps, *, rate=1e-2, optimizer=None, after=None):
    """Mini-batches of 32 and Adam, as in any tutorial."""
    optimizer = optimizer or torch.optim.Adam(model.parameters(), lr=rate)
    x, y = torch.as_tensor(x), torch.as_tensor(y)
    order = torch.Generator().manual_seed(1)
    for _ in range(steps):
        rows = torch.randint(len(x), (32,), generator=order)
        optimizer.zero_grad()
        ((model(x[rows]) - y[rows]) ** 2).mean().backward()
        optimizer.step()
        if after:
            after()


def at_rest(torch, x: Any = X, y: Any = Y, **options):
    """A watcher whose network is not trained."""
    return watch(dense(torch, [1, 10, 1]), (x, y), **options)


def test_the_forums_network_is_warned_about_before_the_first_step(torch):
    for seed in range(3):
        model = dense(torch, [1, 10, 1], zero_bias=True, seed=seed)
        with pytest.warns(TrainingWarning, match="None of the 10 hidden units bends where the data lie") as told:
            watcher = watch(model, (X, Y))
        assert len(told) == 1
        (finding,) = watcher.findings
        assert finding.kind == "kinks-outside-data"
        assert finding.evidence["step"] == 0
        assert finding.evidence["dead"] + finding.evidence["always_on"] == 10
        assert watcher.history.kinks[0] == pytest.approx(np.zeros(10), abs=1e-12)


def test_what_the_warning_says_to_type_helps(torch):
    model = dense(torch, [1, 10, 1], zero_bias=True)
    with pytest.warns(TrainingWarning):
        watcher = watch(model, (X, Y), every=20)
    torch.manual_seed(3)
    exec(watcher.findings[0].remedy.python, {"model": model, "torch": torch})  # noqa: S102 - our own line
    with watcher:  # a second warning would be an error
        train(torch, model, X, Y, 600)
    assert ((X.min() < watcher.history.kinks[0]) & (watcher.history.kinks[0] < X.max())).all()
    assert watcher.history.loss[-1] < 0.5 * 0.3997


def test_healthy_trainings_are_not_warned_about(torch):
    for seed in range(2):
        for sizes, x, options in (
            ([1, 10, 1], STANDARD, {}),
            ([1, 10, 1], STANDARD, {"zero_bias": True}),
            ([1, 10, 1], X, {}),
            ([1, 40, 20, 10, 1], X, {"zero_bias": True}),  # straight at the start, but it learns
        ):
            model = dense(torch, sizes, seed=seed, **options)
            with watch(model, (x, Y), every=10) as watcher:
                train(torch, model, x, Y, 130)
            assert watcher.findings == []
            assert watcher.history.loss[-1] < watcher.history.loss[0]


def test_a_straight_line_that_is_all_there_is_to_learn_is_not_warned_about(torch):
    noisy = 2 * X + 1 + 0.3 * np.random.default_rng(1).normal(size=X.shape).astype(np.float32)
    model = dense(torch, [1, 10, 1], zero_bias=True)
    with watch(model, (X, noisy), every=5) as watcher:
        train(torch, model, X, noisy, 200)
    assert watcher.findings == []
    assert watcher.summary().endswith("Nothing broke.")


def test_the_training_is_the_same_to_the_last_bit(torch):
    torch.manual_seed(0)
    nn = torch.nn
    model = nn.Sequential(nn.Linear(1, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 1))
    other = copy.deepcopy(model)
    torch.manual_seed(5)
    train(torch, model, X, Y, 30)
    alone = torch.get_rng_state()
    torch.manual_seed(5)
    with watch(other, (X, Y)) as watcher:
        train(torch, other, X, Y, 30)
    assert torch.equal(torch.get_rng_state(), alone)
    for name, value in model.state_dict().items():
        assert torch.equal(value, other.state_dict()[name]), name
    assert other.training
    assert all(layer.training for layer in other)
    assert not any(p._post_accumulate_grad_hooks or p._backward_hooks for p in other.parameters())
    assert list(watcher.history.step) == list(range(31))
    rows = torch.as_tensor(X)
    assert watcher.network(X) == pytest.approx(copy.deepcopy(other).eval()(rows).detach().numpy(), abs=1e-5)
    assert watcher.history.loss[-1] == pytest.approx(np.mean((watcher.network(X) - Y) ** 2))


def test_the_record_holds_what_the_loop_did(torch):
    model = dense(torch, [1, 10, 1])
    seen = []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

    def look():
        seen.append(float(sum((p.grad**2).sum() for p in model.parameters())) ** 0.5)
        optimizer.param_groups[0]["lr"] *= 0.5

    with watch(model, Dataset(STANDARD, Y)) as watcher:
        train(torch, model, STANDARD, Y, 4, optimizer=optimizer, after=look)
    history = watcher.history
    assert isinstance(history, History)
    assert history.gradient_norm is not None
    assert history.learning_rate is not None
    assert list(history.step) == [0, 1, 2, 3, 4]
    assert history.gradient_norm[1:] == pytest.approx(seen, rel=1e-5)
    assert history.learning_rate[1:] == pytest.approx([0.05, 0.025, 0.0125, 0.00625])
    assert np.isnan(history.gradient_norm[0])
    first, last = (layer.detach().numpy() for layer in (model[0].weight, model[2].weight))
    bias = model[0].bias.detach().numpy()
    assert history.kinks[-1] == pytest.approx(-bias / first[:, 0], rel=1e-6)
    assert history.slope_changes[-1] == pytest.approx(last[0] * np.abs(first[:, 0]), rel=1e-6)
    z = STANDARD @ first.T + bias
    assert (history.dead[-1] == (z <= 0).all(axis=0)).all()
    assert (history.always_on[-1] == (z > 0).all(axis=0)).all()
    assert history.validation_loss is None
    assert "1: of 10 units" in watcher.summary()


def test_a_long_training_is_thinned(torch):
    watcher = at_rest(torch, moments=6)
    for _ in range(40):
        watcher.after_step()
    watcher.close()
    assert list(watcher.history.step) == [0, 8, 16, 24, 32, 40]
    watcher.close()
    assert watcher.history.step[-1] == 40


def test_a_loop_without_an_optimizer_says_when_it_has_stepped(torch):
    model = dense(torch, [1, 10, 1])
    watcher = watch(model, (STANDARD, Y))
    for _ in range(3):
        ((model(torch.as_tensor(STANDARD)) - torch.as_tensor(Y)) ** 2).mean().backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.sub_(0.01 * parameter.grad)
        watcher.after_step()
        model.zero_grad()
    assert list(watcher.history.step) == [0, 1, 2, 3]
    assert (watcher.history.gradient_norm[1:] > 0).all()
    with watch(model, (STANDARD, Y)) as both:
        train(torch, model, STANDARD, Y, 3, after=both.after_step)
    assert list(both.history.step) == [0, 1, 2, 3], "a step that was seen is not counted twice"


def test_two_optimizers_and_somebody_elses(torch):
    model, other = dense(torch, [1, 10, 1]), dense(torch, [1, 10, 1], seed=4)
    x, y = torch.as_tensor(STANDARD), torch.as_tensor(Y)
    parts = [torch.optim.SGD(layer.parameters(), lr=0.01) for layer in (model[0], model[2])]
    stranger = torch.optim.SGD(other.parameters(), lr=0.01)
    with watch(model, (X, Y)) as watcher, watch(other, (STANDARD, Y)) as second:
        for _ in range(3):
            for each in parts:
                each.zero_grad()
            ((model(x) - y) ** 2).mean().backward()
            for each in parts:
                each.step()
        for _ in range(2):
            stranger.zero_grad()
            ((other(x) - y) ** 2).mean().backward()
            stranger.step()
    assert list(watcher.history.step) == [0, 1, 2, 3]
    assert list(second.history.step) == [0, 1, 2]


def test_accumulated_gradients_count_once(torch):
    model = dense(torch, [1, 10, 1])
    x, y = torch.as_tensor(STANDARD), torch.as_tensor(Y)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    with watch(model, (STANDARD, Y)) as watcher:
        for i in range(8):
            loss = ((model(x[i::8]) - y[i::8]) ** 2).mean() / 4
            scaler.scale(loss).backward()
            if i % 4 == 3:
                total = float(sum((p.grad**2).sum() for p in model.parameters())) ** 0.5
                scaler.step(optimizer)
                scaler.update()
                optimizer.zero_grad()
    assert list(watcher.history.step) == [0, 1, 2]
    assert watcher.history.gradient_norm[-1] == pytest.approx(total, rel=1e-5)


def test_a_divergence_is_named_with_its_step_and_the_last_good_weights_are_kept(torch):
    for kind, steps in (("SGD", 5), ("Adam", 12)):
        model = dense(torch, [1, 10, 1])
        start = copy.deepcopy(model.state_dict())
        optimizer = getattr(torch.optim, kind)(model.parameters(), lr=1e6)
        with pytest.warns(TrainingWarning, match="by step 1 .*has diverged") as told, watch(model, (X, Y)) as watcher:
            train(torch, model, X, Y, steps, optimizer=optimizer)
        assert len(told) == 1
        (finding,) = watcher.findings
        assert finding.kind == "learning-rate"
        assert finding.evidence["step"] == 1
        assert finding.evidence["learning_rate"] == 1e6
        exec(finding.remedy.python, {"model": model, "watcher": watcher})  # noqa: S102 - our own line
        for name, value in model.state_dict().items():
            assert torch.equal(value, start[name])
        assert len(watcher.history.loss) == steps + 1


def test_weights_that_are_no_numbers_are_named_with_the_last_step_when_all_was_well(torch):
    model = dense(torch, [1, 10, 1])
    watcher = watch(model, (X, Y), every=2)
    watcher.after_step()
    watcher.after_step()
    with torch.no_grad():
        model[2].weight[0, 3] = float("nan")
    watcher.after_step()
    said = r"no longer finite numbers at step 4 \(at step 2 it was well\)"
    with pytest.warns(TrainingWarning, match=said):
        watcher.after_step()
    assert np.isnan(watcher.history.loss[-1])
    assert "nan now" in watcher.summary()
    with pytest.raises(InvalidInputError, match="last_good"):
        _ = watcher.network
    model.load_state_dict(watcher.last_good)
    assert np.isfinite(watcher.network(X)).all()


def test_an_error_in_the_loop_goes_through_and_no_hook_stays(torch):
    model = dense(torch, [1, 10, 1])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with pytest.raises(ZeroDivisionError), watch(model, (X, Y), every=2) as watcher:  # noqa: PT012 - the loop's error
        train(torch, model, X, Y, 3, optimizer=optimizer)
        raise ZeroDivisionError
    assert list(watcher.history.step) == [0, 2, 3]
    train(torch, model, X, Y, 2, optimizer=optimizer)
    assert watcher.history.step[-1] == 3
    with watcher:
        train(torch, model, X, Y, 1, optimizer=optimizer)
        with pytest.raises(InvalidInputError, match="in use"), watcher:
            pass  # pragma: no cover
    assert watcher.history.step[-1] == 4


def test_dead_layers_and_gradients_of_zero(torch):
    deep = dense(torch, [1, 8, 6, 1])
    with torch.no_grad():
        deep[2].bias.fill_(-100.0)
    with pytest.warns(TrainingWarning, match="The layer 3 is dead at the start: all 6 units give 0 on all 135 rows"):
        watcher = watch(deep, (STANDARD, Y))
    assert watcher.findings[0].kind == "dead-units"
    assert watcher.findings[0].evidence["dead_by_layer"][1] == ["3", 6, 6]

    shut = torch.nn.Sequential(dense(torch, [1, 10, 1]), torch.nn.ReLU())  # an output that cannot leave 0
    with torch.no_grad():
        shut[0][2].bias.fill_(-50.0)
    with pytest.warns(TrainingWarning, match="The gradient is zero after 1.. steps") as told, watch(shut, (X, Y)):
        train(torch, shut, X, Y, 120)
    assert len(told) == 1


def test_most_units_dead_is_warned_about_later(torch):
    model = dense(torch, [1, 10, 1])
    with torch.no_grad():
        model[0].bias[:8] = -100.0
    said = "of the 10 units of 1 are dead after 1.. steps"
    with pytest.warns(TrainingWarning, match=said), watch(model, (X, Y), every=5) as watcher:
        train(torch, model, X, Y, 110, rate=1e-3)
    assert len(watcher.findings) == 1


def test_classes_with_scores_with_a_softmax_and_with_one_sigmoid(torch):
    random = np.random.default_rng(0)
    x = random.normal(size=(60, 2)).astype(np.float32)
    labels = (x[:, 0] > 0).astype(np.int64)
    scores = dense(torch, [2, 6, 2])
    with_end = torch.nn.Sequential(scores, torch.nn.Softmax(-1))
    given = torch.nn.functional.cross_entropy(scores(torch.as_tensor(x)), torch.as_tensor(labels)).item()
    logs = torch.nn.Sequential(scores, torch.nn.LogSoftmax(-1))
    for model, y in ((scores, labels), (logs, labels), (with_end, np.eye(2)[labels])):
        watcher = watch(model, (x, y))
        assert watcher.history.loss[0] == pytest.approx(given, rel=1e-5)
        assert 0 <= watcher.history.accuracy[0] <= 1
        assert watcher.history.kinks.shape == (1, 6)
        assert np.isnan(watcher.history.kinks).all()
    logit = dense(torch, [2, 6, 1])
    one = torch.nn.Sequential(logit, torch.nn.Sigmoid())
    rows = torch.as_tensor(x)
    entropy = torch.nn.functional.binary_cross_entropy(one(rows)[:, 0], torch.as_tensor(labels).float()).item()
    assert watch(one, (x, labels)).history.loss[0] == pytest.approx(entropy, rel=1e-5)
    squared = ((one(rows)[:, 0] - torch.as_tensor(labels)) ** 2).mean().item()
    assert watch(one, (x, labels), loss="mse").history.loss[0] == pytest.approx(squared, rel=1e-5)
    with pytest.raises(InvalidInputError, match="softmax"):
        watch(with_end, (x, np.eye(2)[labels]), loss="mse")


def test_pictures_and_many_rows_are_read_in_part(torch):
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 8), nn.ReLU(), nn.Linear(8, 3)
    )
    x, y = torch.rand(300, 1, 8, 8, requires_grad=True), torch.arange(300) % 3
    watcher = watch(model, (x, y), rows=50)
    assert watcher.notes == ("read on 50 rows taken evenly from 300",)
    assert watcher.history.dead.shape == (1, 4 * 36 + 8)
    assert watcher.summary().count("units") == 2
    kept = np.linspace(0, 299, 50).round().astype(int)
    given = nn.functional.cross_entropy(model(x[kept]), y[kept]).item()
    assert watcher.history.loss[0] == pytest.approx(given, rel=1e-5)


def test_the_ends_of_many_rows_are_among_those_read(torch):
    x = np.random.default_rng(1).normal(size=5000)
    watcher = at_rest(torch, x, np.abs(x), rows=100)
    rows = watcher._judge.loss.data.x
    assert (rows.min(), rows.max()) == (x.min(), x.max())
    assert 100 <= len(rows) <= 102


def test_what_cannot_be_watched_is_said_at_once(torch):
    class Odd(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first = torch.nn.Linear(1, 4)

        def forward(self, x):
            return torch.sin(self.first(x))

    with pytest.raises(UnsupportedModelError, match="sin"):
        watch(Odd(), (X, Y))
    model = dense(torch, [2, 4, 1])
    for data, said in (
        ((X, Y), "x has 1 entries in a row where the network has 2 inputs"),
        ((np.hstack([X, X]), np.hstack([Y, Y])), "2 target columns"),
        ((np.hstack([X, X]), Y[1:]), "as many rows of x as of y"),
        (X, "pair"),
        ((np.hstack([X, X * np.nan]), Y), "nan"),
    ):
        with pytest.raises(InvalidInputError, match=said):
            watch(model, data)
    options: Any
    for options in ({"every": 0}, {"moments": 1}, {"rows": 0}, {"loss": "mae"}):
        with pytest.raises(InvalidInputError, match=next(iter(options))):
            watch(model, (np.hstack([X, X]), Y), **options)
    with torch.no_grad():
        model[0].weight[0, 0] = float("inf")
    with pytest.raises(InvalidInputError, match="finite"):
        watch(model, (np.hstack([X, X]), Y))
