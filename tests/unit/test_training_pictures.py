"""Pictures of trainings, classifiers and free runs: they show the values' own numbers."""

from dataclasses import replace

import numpy as np
import pytest

from hinges import Dataset, ErrorBounds, FitResult, InvalidInputError, Network, regions, to_function
from hinges.analysis import Plane, free_run
from hinges.draw import (
    Band,
    EndLabel,
    Heat,
    Points,
    Polygons,
    Polyline,
    Rule,
    Text,
    accuracy_panel,
    curves_panel,
    plot,
    scene,
    units_panel,
)
from hinges.fits import History

UP = Network.dense([[[1.0, 1.0]], [[1.0], [1.0]]], [[0.0, -1.0], [0.0]])  # slope 0, 1, then 2
DATA = Dataset([0.0, 1.0, 2.0], [0.0, 1.0, 3.0])
CORNERS = Dataset([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], [0, 1, 2, 0])
CLASSIFIER = Network.dense(
    [[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]], [[0.0, 0.0], [0.5, 0.0, 0.0]]
)


def history(loss=(1.0, 0.1, 0.01), held=None, **more):
    flags, kinks = np.zeros((len(loss), 2), bool), np.zeros((len(loss), 2))
    held = None if held is None else np.array(held)
    return History(
        np.arange(len(loss)) * 100, np.array(loss), held, kinks, kinks, flags, flags,
        **more,
    )  # fmt: skip


def result(network=UP, record=None, bounds=None):
    function = (
        to_function(network) if network.inputs == network.outputs == 1 and network.activations[0] == "relu" else None
    )
    return FitResult(network, function, 0.01, bounds, "converged", None, 0, record)


def of(panel, kind):
    return [mark for mark in panel.marks if isinstance(mark, kind)]


# --- learning curves ------------------------------------------------------------------------------


def test_the_loss_stands_beside_that_of_the_rows_held_out():
    panel = curves_panel(history(held=(2.0, 0.3, 0.4)))
    training, held = of(panel, Polyline)
    assert training.y.tolist() == [1.0, 0.1, 0.01]
    assert held.y.tolist() == [2.0, 0.3, 0.4]
    assert [mark.text for mark in of(panel, EndLabel)] == ["training: 0.0100", "validation: 0.400"]
    assert panel.note == "validation: lowest 0.3 after 100 steps"
    assert panel.log_y
    assert panel.y_range[0] < 0.01
    assert panel.y_range[1] > 2.0


def test_numbers_that_are_not_finite_are_left_out():
    panel = curves_panel(history(loss=(1.0, np.inf, 0.5), held=(np.nan, np.nan, np.nan)))
    assert [curve.x.tolist() for curve in of(panel, Polyline)] == [[0, 200]]
    with pytest.raises(InvalidInputError, match="no finite loss"):
        curves_panel(history(loss=(np.nan, np.inf)))


def test_classes_have_an_accuracy_and_no_rain():
    record = history(accuracy=np.array([0.3, 0.8, 1.0]), validation_accuracy=np.array([0.2, 0.7, 0.9]))
    record = replace(record, kinks=np.full((3, 2), np.nan))
    loss, share = scene(result(CLASSIFIER, record), "training").panels
    assert loss.log_y
    assert [curve.y.tolist() for curve in of(share, Polyline)] == [[0.3, 0.8, 1.0], [0.2, 0.7, 0.9]]
    assert [mark.text for mark in of(share, EndLabel)] == ["training: 100.0%", "validation: 90.0%"]
    with pytest.raises(InvalidInputError, match="no accuracy"):
        accuracy_panel(history())


def test_kinks_that_all_lie_at_one_place_are_drawn():
    rain, _ = scene(result(record=history()), "training").panels
    assert rain.x_range[0] < 0 < rain.x_range[1]


# --- races ----------------------------------------------------------------------------------------


def test_a_race_draws_losses_and_floors():
    floor = ErrorBounds(0.004, 0.004, UP, None, certified=True)
    picture = scene({"relu": result(record=history()), "tanh": history((1.0, 0.5)), "floor": floor})
    (panel,) = picture.panels
    assert [(curve.role, curve.y.tolist()) for curve in of(panel, Polyline)] == [
        ("unit 0", [1.0, 0.1, 0.01]),
        ("unit 1", [1.0, 0.5]),
    ]
    assert [mark.text for mark in of(panel, EndLabel)] == ["relu  0.01", "tanh  0.5"]
    (rule,) = of(panel, Rule)
    assert (rule.at, rule.label) == (0.004, "floor of 2 ReLU units: 0.004")
    assert panel.x_range == (0.0, 200.0)


@pytest.mark.parametrize(
    ("runs", "sentence"),
    [
        ({"a": 3}, r"runs\['a'\] is a int"),
        ({"a": result()}, r"runs\['a'\] has no history"),
        ({"a": history((0.0, 0.0))}, "no positive loss"),
        ({"a": ErrorBounds(1.0, 1.0, None, None, certified=True)}, "no positive loss"),
        ({str(i): history() for i in range(21)}, "1 to 20 trainings, not 21"),
    ],
)
def test_what_cannot_race_is_said(runs, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        scene(runs, "race")


def test_the_units_that_an_error_takes():
    runs = [
        ("relu", 2, 0.1),
        ("relu", 2, 0.3),
        ("relu", 4, 0.02),
        ("relu", 4, 0.01),
        ("tanh", 2, 0.5),
        ("tanh", 4, 0.2),
    ]
    panel = units_panel(runs, of="best", error=0.05, floors=[(4, 0.001), (2, 0.05)])
    floor, relu, tanh = of(panel, Polyline)
    assert (floor.x.tolist(), floor.y.tolist()) == ([2, 4], [0.05, 0.001])
    assert (relu.x.tolist(), relu.y.tolist(), tanh.y.tolist()) == ([2, 4], [0.1, 0.01], [0.5, 0.2])
    assert panel.note == "units needed (best of the runs): relu 4, tanh more than 4"
    assert [mark.x.tolist() for mark in of(panel, Points) if mark.hollow] == [[4]]
    assert of(units_panel(runs), Polyline)[0].y.tolist() == [0.2, 0.015]
    for bad, sentence in (([], "runs is empty"), ([("relu", 2, 0.0)], "no positive finite loss")):
        with pytest.raises(InvalidInputError, match=sentence):
            units_panel(bad)


# --- beyond the data ------------------------------------------------------------------------------


def test_relu_goes_on_along_its_last_line_and_tanh_goes_flat():
    smooth = Network.dense([[[1.0]], [[2.0]]], [[0.0], [1.0]], "tanh")
    (panel,) = scene({"relu": result(), "tanh": smooth, "floor": ErrorBounds(1, 1, None, None, certified=True)},
                     "extrapolation", data=DATA).panels  # fmt: skip
    (band,) = of(panel, Band)
    assert (band.low, band.high) == (0.0, 2.0)
    assert panel.x_range == (-3.0, 5.0)
    relu, tanh = of(panel, Polyline)
    assert (relu.x.tolist(), relu.y.tolist()) == ([-3, 0, 1, 5], [0, 0, 1, 9])
    assert tanh.sampled
    assert [mark.text for mark in of(panel, EndLabel)] == ["relu goes on with slope 2", "tanh flattens out at 3"]
    assert panel.y_range[1] < 9.8  # at most twice the height of the data beyond it, and a margin


def test_extrapolation_needs_data_and_curves():
    with pytest.raises(InvalidInputError, match="'extrapolation' needs data"):
        scene(result(), "extrapolation")
    with pytest.raises(InvalidInputError, match=r"networks\['a'\] has 2 inputs and 3 outputs"):
        scene({"a": CLASSIFIER}, "extrapolation", data=DATA)
    assert scene(result(), "extrapolation", data=DATA, interval=(-10, 10)).panels[0].x_range == (-10, 10)


# --- classes --------------------------------------------------------------------------------------


def test_decision_regions_show_the_data_by_class_and_hollow_where_it_is_wrong():
    (panel,) = scene(CLASSIFIER, "decision", data=CORNERS).panels
    assert panel.title == "Decision regions, accuracy 75.0%"
    dots = of(panel, Points)
    assert [(dot.role, len(dot.x), dot.hollow) for dot in dots] == [
        ("unit 0", 1, False), ("unit 0", 1, True), ("unit 1", 1, False), ("unit 2", 1, False),
    ]  # fmt: skip
    assert dots[1].x.tolist() == dots[1].y.tolist() == [1.0]  # class 0 at (1, 1), where outputs 1 and 2 tie
    shades = {shade for mark in of(panel, Polygons) for shade in mark.shades.tolist()}
    assert shades == {0.5 / 12, 1.5 / 12, 2.5 / 12}  # the pale colours of units 0, 1 and 2
    plot(CLASSIFIER, view="decision", data=CORNERS)


def test_a_smooth_network_is_asked_on_a_grid():
    smooth = Network.dense(CLASSIFIER.weights, CLASSIFIER.biases, "tanh")
    (panel,) = scene(smooth, "decision", data=CORNERS).panels
    (heat,) = of(panel, Heat)
    left, right, bottom, top = heat.extent
    rows, columns = heat.shades.shape
    i, j = 17, 200  # row 17 from the top, column 200
    place = [left + (j + 0.5) / columns * (right - left), top - (i + 0.5) / rows * (top - bottom)]
    assert heat.shades[i, j] == (smooth([place]).argmax() + 0.5) / 12
    assert "asked at" in panel.note


def test_other_data_are_plain_dots_or_refused():
    panel = scene(CLASSIFIER, "decision", data=(CORNERS.x, [0.5, 1, 2, 3])).panels[0]
    assert [dot.role for dot in of(panel, Points)] == ["data"]
    assert scene(CLASSIFIER, "decision").panels[0].x_range == (-1, 1)
    with pytest.raises(InvalidInputError, match="data has 1 inputs"):
        scene(CLASSIFIER, "decision", data=DATA)
    tilted = regions(CLASSIFIER, Plane([0, 0], [1, 1], [0, 1]), bounds=(-1, 1, -1, 1))
    with pytest.raises(InvalidInputError, match="leave data out"):
        scene(tilted, "output", data=CORNERS)


def test_a_confusion_matrix_shows_its_counts():
    (panel,) = scene(result(CLASSIFIER), data=CORNERS).panels
    assert panel.title == "Accuracy 75.0%"
    assert panel.note == "1 of 4 rows are wrong"
    assert {(mark.y, mark.x): mark.text for mark in of(panel, Text)} == {
        (1, 1): "1", (1, 2): "1", (2, 2): "1", (3, 3): "1",
    }  # fmt: skip
    assert of(panel, Heat)[0].shades.shape == (3, 3)
    assert [text for _, text in panel.x_ticks] == ["0", "1", "2"]  # pyright: ignore[reportOptionalIterable]
    with pytest.raises(InvalidInputError, match="'confusion' needs data"):
        scene(CLASSIFIER, "confusion")


# --- free runs ------------------------------------------------------------------------------------


def test_a_free_run_shows_both_ends_and_the_error():
    truth = np.sin(0.1 * np.arange(402))
    turn = Network.dense([[[-1.0], [2 * np.cos(0.1)]]], [[0.0]])
    wild = Network.dense([[[0.0], [1e10]]], [[1.0]])
    run = free_run({"turn": turn, "wild": wild}, truth)
    first, last, errors = scene(run).panels
    assert [first.x_range, last.x_range] == [(1, 150), (251, 400)]
    shown = of(last, Polyline)
    np.testing.assert_array_equal(shown[0].y, truth[252:])
    np.testing.assert_array_equal(shown[1].y, run.predictions["turn"][250:])
    assert len(shown[2].y) == 0  # beyond float64 by then
    assert [mark.text for mark in of(errors, EndLabel)] == ["turn: holds all 400 steps", "wild: lost after 0 steps"]
    np.testing.assert_array_equal(of(errors, Polyline)[0].y, np.maximum(run.error("turn"), 1e-16))
    plot(run)
    assert len(scene(free_run({"turn": turn}, truth[:50])).panels) == 2
