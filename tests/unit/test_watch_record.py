"""What every watcher keeps and says, on networks that are set by hand, and what it refuses."""

import warnings

import numpy as np
import pytest

from hinges import Dataset, InvalidInputError, Network
from hinges.diagnosis._watch import watch
from hinges.diagnosis._watch_alarm import GRACE, TrainingWarning, sentence
from hinges.diagnosis._watch_data import fitting_rows, judge_of, rows_of
from hinges.diagnosis._watch_moment import gradient_norm, measured
from hinges.diagnosis._watch_record import Watching

X = np.linspace(1.0, 9.0, 41)
Y = np.sin(X)


class ByHand(Watching):
    """A watcher whose network is set from outside."""

    def __init__(self, data, *, loss=None, every=1, moments=100, rows=1024):
        super().__init__(data, loss=loss, every=every, moments=moments, rows=rows)
        self.present: Network | None = None

    def _read(self):
        assert self.present is not None
        return self.present

    def _weights(self):
        return self.present, self.present is not None

    def _spread_line(self):
        return "spread()"

    def see(self, network, step, **seen):
        self.present = network
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self._take(step, step, **seen)
        assert all(each.category is TrainingWarning for each in caught)
        return [str(each.message) for each in caught]


def bends_at(kinks, scale=1.0):
    """A network of hinges that bend at these places, all facing right."""
    kinks = np.asarray(kinks, dtype=float)
    return Network.dense([np.ones((1, len(kinks))), np.full((len(kinks), 1), scale)], [-kinks, [0.0]])


def test_a_network_of_stranded_kinks_is_told_of_at_the_start_and_once():
    watcher = ByHand((X, Y))
    (said,) = watcher.see(bends_at([0, 0.5, -1, 12]), 0)
    assert said.startswith(
        "None of the 4 hidden units bends where the data lie (x from 1 to 9) at the start: 1 are off there and 3 on"
    )
    assert said.endswith("\n    spread()")
    assert all(watcher.see(bends_at([0, 0.5, -1, 12]), step) == [] for step in range(1, 200))
    (finding,) = watcher.findings
    assert finding.kind == "kinks-outside-data"
    assert finding.evidence["dead_by_layer"] == [["relu_0", 1, 4]]
    assert sentence(finding) == said
    assert said in watcher.summary()


def test_a_kink_at_the_edge_of_the_data_is_outside_and_one_well_inside_is_enough():
    edge = np.r_[X[0], np.linspace(1.0, 9.0, 400)]
    data = (edge, np.sin(edge))
    assert ByHand(data).see(bends_at([1.0, 1.0, 1.01]), 0) != []
    assert ByHand(data).see(bends_at([1.0, 1.0, 2.0]), 0) == []


def test_a_straight_network_is_only_told_of_later_where_it_may_bend_by_itself():
    deep = Network.dense([[[1.0, -1.0]], np.eye(2), [[1.0], [1.0]]], [[0.0, 0.0], [0.1, 0.1], [0.0]])
    plane = (np.column_stack([X, X**2 / 10]), np.sin(X))
    wide = Network.dense([np.ones((2, 3)), np.ones((3, 1))], [np.zeros(3), [0.0]])
    for data, network in (((X, Y), deep), (plane, wide)):
        watcher = ByHand(data)
        told = [watcher.see(network, 20 * i) for i in range(GRACE + 2)]
        assert [len(each) for each in told] == [0] * GRACE + [1, 0]
        assert watcher.findings[0].kind == "kinks-outside-data"
    assert "subtract the mean" in sentence(watcher.findings[0]) or "spread()" in sentence(watcher.findings[0])


def test_a_line_is_enough_where_the_data_lie_on_one():
    noisy = 3 * X + np.random.default_rng(0).normal(size=len(X))
    watcher = ByHand((X, noisy))
    assert all(watcher.see(bends_at([0.0, 0.0]), 20 * i) == [] for i in range(2 * GRACE))


def test_dead_units_are_told_of_at_once_where_all_are_and_later_where_most_are():
    (said,) = ByHand((X, Y)).see(bends_at([20.0, 30.0]), 0)
    assert said.startswith("The layer relu_0 is dead at the start: all 2 units give 0 on all 41 rows")
    watcher = ByHand((X, Y))
    told = [watcher.see(bends_at([5.0, 20, 20, 20, 20]), 20 * i) for i in range(GRACE + 2)]
    assert [len(each) for each in told] == [0] * GRACE + [1, 0]
    assert told[GRACE][0].startswith(f"4 of the 5 units of relu_0 are dead after {20 * GRACE} steps")
    good = bends_at([5.0, 20, 20, 20, 20])
    fitted = ByHand((X, good(X)))
    assert all(fitted.see(good, 20 * i) == [] for i in range(2 * GRACE)), "nothing is left to learn"


def test_a_gradient_of_zero_far_from_the_goal_is_told_of():
    watcher = ByHand((X, Y))
    told = [watcher.see(bends_at([3.0, 6.0]), 20 * i, gradient_norm=1.0 if i < 9 else 0.0) for i in range(GRACE + 4)]
    assert [len(each) for each in told].index(1) == 11
    assert told[11][0].startswith("The gradient is zero after 220 steps though the loss is still")


def test_a_vanished_gradient_counts_where_the_network_is_no_better_than_a_line():
    kinks = np.array([0.0, 5.0])
    columns = np.column_stack([np.maximum(X[:, None] - kinks, 0), np.ones(len(X))])
    bent = np.linalg.lstsq(columns, Y)[0]
    line = np.linalg.lstsq(columns[:, [0, 2]], Y)[0]
    for weights, bias, told in (([line[0], 0.0], line[1], 1), (bent[:2], bent[2], 0)):
        network = Network.dense([[[1.0, 1.0]], np.reshape(weights, (2, 1))], [-kinks, [bias]])
        watcher = ByHand((X, Y))
        for i in range(GRACE + 5):
            watcher.see(network, 20 * i, gradient_norm=1.0 if i < 5 else 1e-12)
        assert [each.kind for each in watcher.findings] == ["plateau"] * told


def test_a_divergence_is_told_of_after_a_standstill_too():
    watcher = ByHand((X, Y))
    start = bends_at([0.0, 0.0])
    assert len(watcher.see(start, 0, learning_rate=0.5)) == 1
    (said,) = watcher.see(bends_at([0.0, 0.0], scale=1e6), 7, learning_rate=0.5)
    assert "times by step 7 (at step 0 it was well) (learning rate 0.5): the training has diverged" in said
    assert watcher.see(None, 8) == []
    assert [each.kind for each in watcher.findings] == ["kinks-outside-data", "learning-rate"]
    assert watcher.last_good is start
    assert np.isnan(watcher.history.loss[-1])
    assert watcher.history.learning_rate is not None
    with pytest.raises(InvalidInputError, match="last_good"):
        _ = watcher.network


def test_a_loss_that_the_loop_reports_as_not_finite_is_a_divergence():
    watcher = ByHand((X, Y))
    watcher.see(bends_at([4.0]), 0)
    (said,) = watcher.see(bends_at([4.0]), 10, reported=6)
    assert said.startswith("The loss is no longer a finite number since step 6: the training has diverged")
    assert watcher.findings[0].evidence["step"] == 6


def test_an_overflow_is_an_infinite_loss():
    watcher = ByHand((X, Y))
    watcher.see(bends_at([4.0]), 0)
    assert len(watcher.see(bends_at([4.0], scale=1e308), 1)) == 1
    assert watcher.history.loss[-1] == np.inf


def test_the_gradients_length_is_the_derivatives():
    random = np.random.default_rng(2)
    labels = np.arange(20) % 3
    x = random.normal(size=(20, 2))
    cases = [
        (Network.dense([random.normal(size=(2, 5)), random.normal(size=(5, 1))], [random.normal(size=5), [0.3]]),
         random.normal(size=20), None),
        (Network.dense([random.normal(size=(2, 5)), random.normal(size=(5, 3))], [random.normal(size=5), np.zeros(3)]),
         labels, None),
        (Network.dense([random.normal(size=(2, 4)), random.normal(size=(4, 1))], [random.normal(size=4), [0.1]]),
         labels % 2, "cross-entropy"),
    ]  # fmt: skip
    for network, y, loss in cases:
        judge = judge_of(network, Dataset(x, y), loss)

        def value(network, judge=judge):
            return measured(network, judge, tick=0, step=0).loss

        slopes = [
            (value(network.with_parameter(p, v + 1e-6)) - value(network.with_parameter(p, v - 1e-6))) / 2e-6
            for p, v in network.parameters().items()
        ]
        count = len(slopes)
        assert gradient_norm(network, judge, count) == pytest.approx(float(np.linalg.norm(slopes)), rel=1e-6)
        assert np.isnan(gradient_norm(network, judge, count + 1)), "numbers that are not the model's own"


def test_rows_are_taken_evenly_and_counted_in_words():
    rows = rows_of((np.arange(1000.0), np.zeros((1000, 1))), 11)
    assert rows.phrase == "11 rows taken evenly from 1,000"
    assert rows.data.x[:, 0].tolist() == pytest.approx(np.linspace(0, 999, 11).round())
    weighted = rows_of(Dataset(X, Y, np.arange(41.0)), 1024)
    assert weighted.phrase == "all 40 rows", "a row without weight is none"
    wide = Network.dense([np.zeros((1, 500_000)), np.zeros((500_000, 1))], [np.zeros(500_000), [0.0]])
    assert len(fitting_rows(rows_of((X, Y), 1024), wide).data) == 16


def test_what_is_no_data_or_no_model_is_refused():
    for data, said in ((X, "pair"), ((X, Y[1:]), "as many rows"), ((X, Y * np.nan), r"y\[0\] is nan"), ((), "pair")):
        with pytest.raises(InvalidInputError, match=said):
            rows_of(data, 10)
    for model in (None, Network.dense([[[1.0]]], [[0.0]]), "model.keras"):
        with pytest.raises(InvalidInputError, match="model must be a Keras model or a torch module"):
            watch(model, (X, Y))
    with pytest.raises(InvalidInputError, match="recorded"):
        _ = ByHand((X, Y)).history
    assert ByHand((X, Y)).summary() == "Nothing was recorded yet."
    with pytest.raises(InvalidInputError, match="before training"):
        ByHand((X, Y)).see(None, 0)
