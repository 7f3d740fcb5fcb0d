"""diagnose: its verdicts on the forum's sine, its evidence, what it does without trials, and bad input."""

import json
import math

import numpy as np
import pytest

from hinges import (
    Best,
    Dataset,
    FitResult,
    InvalidInputError,
    Network,
    Remedy,
    Training,
    best_error,
    diagnose,
    example,
    fit,
    repair,
)
from hinges.diagnosis._finding import GROUPS, KINDS, SEVERITIES, Finding
from hinges.fits import History

CONTRACT = [
    "kinks-outside-data",
    "kinks-coincide",
    "dead-units",
    "surplus-always-on",
    "duplicate-units",
    "output-range",
    "scale",
    "plateau",
    "not-stationary",
    "too-few-units",
    "near-floor",
    "overparameterised",
    "noisy-repeats",
    "extrapolation",
    "learning-rate",
    "too-few-steps",
    "saturated",
    "missing-activation",
    "target-shape",
    "healthy",
]


@pytest.fixture(scope="module")
def trained_rows():
    sine = example("sine")
    return Dataset(sine.x[:135], sine.y[:135])


def glorot(units=10, seed=0):
    """What Keras starts with: glorot_uniform and zero biases."""
    rng = np.random.default_rng(seed)
    limit = math.sqrt(6 / (1 + units))
    weights = [rng.uniform(-limit, limit, (1, units)), rng.uniform(-limit, limit, (units, 1))]
    return Network.dense(weights, [np.zeros(units), np.zeros(1)])


def cause_of(found):
    assert found.cause is not None
    return found.cause


def straight_line(data, units=10):
    """The plateau: every kink at 0, left of the data, and the output layer at its least squares."""
    start = glorot(units)
    z = np.hstack([np.maximum(data.x * start.weights[0], 0), np.ones((len(data), 1))])
    solved = np.linalg.lstsq(z, data.y, rcond=None)[0]
    return Network.dense([start.weights[0], solved[:-1]], [np.zeros(units), solved[-1]])


def test_every_kind_of_the_contract_is_known():
    assert set(CONTRACT) <= set(KINDS)
    assert len(KINDS) == len(set(KINDS))


class TestTheForumsNetwork:
    def test_at_the_start_no_kink_is_inside(self, trained_rows):
        start = glorot()
        found = diagnose(start, trained_rows)
        cause = found.findings[0]
        assert (cause.kind, cause.severity) == ("kinks-outside-data", "cause")
        assert cause.evidence["kinks_inside"] == 0
        always_on = cause.evidence["surplus_always_on"] + 1  # one carries the line
        assert cause.evidence["dead"] + always_on == 10
        assert cause.evidence["dead"] == int((start.weights[0] < 0).sum())
        assert math.isclose(cause.evidence["loss_with_those"], 0.3997, rel_tol=1e-3)

    def test_on_the_plateau_the_cause_is_where_the_kinks_are(self, trained_rows):
        line = straight_line(trained_rows)
        found = diagnose(line, trained_rows)
        cause = cause_of(found)
        assert cause.kind == "kinks-outside-data"
        assert math.isclose(found.loss, 0.3997, rel_tol=1e-3)
        assert cause.evidence["gradient"] < 1e-12
        assert cause.evidence["floor"] == best_error(trained_rows, units=10).lower
        assert cause.remedy is not None
        assert cause.remedy.loss_before == found.loss
        assert cause.remedy.loss_after is not None
        assert cause.remedy.loss_after < 20 * cause.evidence["floor"]
        assert "plateau" in [finding.kind for finding in found.findings]
        assert not found.healthy

    def test_the_remedy_is_what_happens(self, trained_rows):
        line = straight_line(trained_rows)
        plateau = next(finding for finding in diagnose(line, trained_rows).findings if finding.kind == "plateau")
        assert plateau.remedy is not None
        assert repair(line, trained_rows).after == plateau.remedy.loss_after

    def test_it_is_told_what_ten_units_can_do(self, trained_rows):
        found = diagnose(straight_line(trained_rows), trained_rows)
        assert "10 units could reach 0.000124" in found.summary
        assert found.floor is not None
        assert found.floor.certified

    def test_a_history_tells_of_the_start(self, trained_rows):
        line = straight_line(trained_rows)
        kinks, flags = np.zeros((3, 10)), np.zeros((3, 10), bool)
        history = History(np.arange(3), np.array([0.9, 0.41, 0.3997]), None, kinks, kinks, flags, flags)
        cause = cause_of(diagnose(line, trained_rows, history=history))
        assert cause.evidence["kinks_inside_at_the_start"] == 0


def test_a_healthy_network_is_told_so_and_why():
    result = fit(example("sine"), Best(units=10))
    found = diagnose(result.network, example("sine"))
    assert found.healthy
    assert found.findings[0].kind == "healthy"
    assert "99.97 %" in found.findings[0].message
    assert not any(finding.blames for finding in found.findings)


def test_a_corner_more_than_the_units_is_too_few_units():
    x = np.linspace(0, 10, 200)
    wave = Dataset(x, np.sin(2 * x))
    found = diagnose(fit(wave, Best(units=3)).network, wave)
    assert cause_of(found).kind == "too-few-units"
    assert cause_of(found).evidence["floor"] > 100 * best_error(wave, units=20).upper


def test_the_same_answer_twice_and_nothing_is_changed(trained_rows):
    network = glorot(seed=4)
    before = [part.copy() for part in (*network.weights, *network.biases)]
    first, second = diagnose(network, trained_rows), diagnose(network, trained_rows)
    assert str(first) == str(second)
    for now, then in zip((*network.weights, *network.biases), before, strict=True):
        assert (now == then).all()


def test_evidence_is_json(trained_rows):
    for finding in diagnose(glorot(seed=1), trained_rows).findings:
        assert json.loads(json.dumps(finding.evidence, allow_nan=False)) == finding.evidence


class TestWithoutTrying:
    def test_nothing_is_tried(self, trained_rows):
        found = diagnose(straight_line(trained_rows), trained_rows, try_remedies=False)
        assert cause_of(found).kind == "kinks-outside-data"
        assert not any(finding.remedy is not None and finding.remedy.tried for finding in found.findings)

    def test_a_bad_fit_that_no_check_explains_is_not_called_healthy(self):
        x = np.linspace(0, 1, 60)
        network = Network.dense([[[1.0, -1.0, 2.0]], [[30.0], [2.0], [-9.0]]], [[-0.2, 0.5, -1.0], [7.0]])
        found = diagnose(network, (x, np.sin(6 * x)), try_remedies=False)
        assert not found.healthy
        assert cause_of(found).kind in {"plateau", "not-stationary"}

    def test_a_healthy_network_stays_healthy(self):
        network = fit(example("sine"), Best(units=10)).network
        assert diagnose(network, example("sine"), try_remedies=False).healthy


class TestScalesAndShiftsOfTheData:
    """What is found does not hang on the units of x and y, where the network is given in them."""

    @pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
    def test_of_y(self, trained_rows, scale):
        line = straight_line(trained_rows)
        scaled = Network.dense([line.weights[0], line.weights[1] * scale], [line.biases[0], line.biases[1] * scale])
        found = diagnose(scaled, Dataset(trained_rows.x, trained_rows.y * scale))
        assert cause_of(found).kind == "kinks-outside-data"
        assert math.isclose(found.loss, diagnose(line, trained_rows).loss * scale**2, rel_tol=1e-9)

    def test_far_from_zero(self, trained_rows):
        line = straight_line(trained_rows)
        moved = Network.dense(line.weights, [line.biases[0] - 1e6 * line.weights[0][0], line.biases[1]])
        found = diagnose(moved, Dataset(trained_rows.x + 1e6, trained_rows.y))
        assert cause_of(found).kind == "kinks-outside-data"


class TestHistories:
    def test_a_diverged_loss_is_a_learning_rate(self, trained_rows):
        history = {"loss": [1.0, 30.0, 1e4, 1e9, math.inf, math.nan]}
        found = diagnose(glorot(), trained_rows, history=history)
        rate = next(finding for finding in found.findings if finding.kind == "learning-rate")
        assert "too large" in rate.message
        assert json.loads(json.dumps(rate.evidence, allow_nan=False)) == rate.evidence

    def test_a_result_a_list_and_a_keras_history_are_histories(self, trained_rows):
        class KerasHistory:
            def __init__(self):
                self.history = {"loss": [1.0, 0.5, 0.4], "val_loss": [1.0, 0.6, 0.5]}

        result = fit(trained_rows, Best(units=2))
        for history in ([1.0, 0.5, 0.4], KerasHistory(), KerasHistory().history, result):
            assert diagnose(glorot(), trained_rows, history=history).cause is not None

    def test_a_held_out_loss_that_rises_is_overfitting(self, trained_rows):
        falling = np.geomspace(1, 1e-3, 40)
        rising = np.concatenate([np.geomspace(1, 0.2, 10), np.geomspace(0.2, 2.0, 30)])
        good = fit(trained_rows, Best(units=10)).network
        found = diagnose(good, trained_rows, history={"loss": falling, "val_loss": rising})
        assert cause_of(found).kind == "overparameterised"

    @pytest.mark.parametrize(
        ("history", "sentence"),
        [
            ({"accuracy": [1.0]}, "history has no 'loss', only 'accuracy'"),
            ([], "history is empty: a history holds at least one loss"),
            (7, "history must be a History, a dict with 'loss' or a list of losses, not 7"),
            ({"loss": ["a"]}, "loss"),
        ],
    )
    def test_what_is_none(self, trained_rows, history, sentence):
        with pytest.raises(InvalidInputError, match="^" + sentence[:40].replace("(", r"\(")):
            diagnose(glorot(), trained_rows, history=history)


class TestSmall:
    def test_one_point(self):
        found = diagnose(to_network_of_one_unit(), ([1.0], [3.0]))
        assert found.findings
        assert found.cause is not None

    def test_one_unit(self):
        x = np.linspace(-1, 1, 50)
        found = diagnose(to_network_of_one_unit(), (x, np.abs(x)))
        assert found.cause is not None

    def test_constant_targets(self):
        network = Network.dense([[[1.0, -1.0]], [[0.0], [0.0]]], [[0.0, 0.0], [4.0]])
        assert diagnose(network, (np.arange(9.0), np.full(9, 4.0))).healthy

    def test_rows_of_weight_zero_do_not_count(self):
        x = np.linspace(0, 1, 20)
        line = Network.dense([[[1.0]], [[1.0]]], [[1.0], [-1.0]])
        y = np.where(np.arange(20) == 7, 50.0, x)
        assert not diagnose(line, Dataset(x, y)).healthy
        assert diagnose(line, Dataset(x, y, (np.arange(20) != 7).astype(float))).healthy

    def test_a_network_without_hidden_layer(self):
        x = np.linspace(-1, 1, 40)
        found = diagnose(Network.dense([[[0.5]]], [[0.1]]), (x, x**2))
        assert cause_of(found).kind == "missing-activation"
        assert diagnose(Network.dense([[[2.0]]], [[1.0]]), (x, 2 * x + 1)).healthy


def to_network_of_one_unit():
    return Network.dense([[[1.0]], [[1.0]]], [[0.0], [0.0]])


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            ({"data": (np.zeros((5, 2)), np.zeros(5))}, "data has 2 input columns where the network has 1 input"),
            ({"data": (np.zeros(5), np.zeros((5, 3)))}, "data has 3 target columns where the network has 1 output"),
            ({"data": ([], [])}, "x is empty: a dataset needs at least one row"),
            ({"data": ([0.0, math.nan], [0.0, 1.0])}, r"x\[1\]"),
            ({"loss": "mae"}, "loss must be one of"),
            ({"try_remedies": 1}, "try_remedies must be True or False, not 1"),
            ({"network": "model.onnx"}, "network must be a Network"),
            ({"loss": "cross-entropy", "data": ([0.0, 1.0], [0.0, 2.0])}, r"y\[1\] = 2: a class is a whole number"),
            ({"loss": "cross-entropy", "data": ([0.0, 1.0], [0.0, 0.5])}, r"y\[1\] = 0.5"),
        ],
    )
    def test_is_one_sentence(self, arguments, sentence):
        wanted = {"network": glorot(), "data": ([0.0, 1.0], [0.0, 1.0])} | arguments
        with pytest.raises(InvalidInputError, match="^" + sentence):
            diagnose(wanted.pop("network"), wanted.pop("data"), **wanted)

    def test_outputs_that_overflow(self):
        network = Network.dense([[[1e200]], [[1e200]]], [[0.0], [0.0]])
        with pytest.raises(InvalidInputError, match="too large for float64"):
            diagnose(network, ([1.0, 2.0], [1.0, 2.0]))

    def test_a_loss_that_overflows(self):
        network = Network.dense([[[1.0]], [[1e200]]], [[0.0], [0.0]])
        with pytest.raises(InvalidInputError, match="the loss of the network is too large for float64"):
            diagnose(network, ([1.0, 2.0], [1.0, 2.0]))


class TestRemedy:
    def test_effects_in_words(self):
        assert str(Remedy("Do it.")) == "Do it."
        assert str(Remedy("Do it.", "", 0.4, 0.1)) == "Do it (tried: the loss falls from 0.4 to 0.1, 4 times)."
        assert Remedy("Do it.", "", 0.4, 0.1).effect == "tried: the loss falls from 0.4 to 0.1, 4 times"
        assert Remedy("Do it.", "", 0.4, 0.0).effect == "tried: the loss falls from 0.4 to next to nothing"
        assert Remedy("Do it.", "", 0.4, 0.4).effect == "tried: the loss stays at 0.4"

    def test_findings_are_ordered_by_group(self):
        assert [kind for group in GROUPS for kind in group] == list(KINDS)
        assert Finding("scale", SEVERITIES[0], "x").blames


def test_the_record_of_a_training_serves(trained_rows):
    result = fit(trained_rows, Training(hidden=(4,), steps=50))
    assert isinstance(result, FitResult)
    assert diagnose(result.network, trained_rows, history=result).findings


def test_dim_pixels_are_no_matter_of_scale():
    digits = example("digits")
    rng = np.random.default_rng(0)
    untrained = Network.dense(
        [rng.uniform(-0.1, 0.1, (64, 16)), rng.uniform(-0.2, 0.2, (16, 10))], [np.zeros(16), np.zeros(10)]
    )
    found = diagnose(untrained, (digits.x[:200], digits.y[:200]), loss="cross-entropy")
    assert cause_of(found).kind == "not-stationary"
