"""Pictures and reports of diagnoses and repairs: what is drawn and said is what was found."""

from dataclasses import replace

import numpy as np
import pytest

from hinges import Dataset, Network, best_error, to_network
from hinges.diagnosis import Diagnosis, Finding, Remedy, Repair
from hinges.draw import (
    Band,
    EndLabel,
    Points,
    Polyline,
    Rug,
    Text,
    diagnosis_report,
    plot,
    repair_report,
    save_picture,
    scene,
    text_picture,
)
from hinges.draw._diagnosis_report import diagnosis_html, finding_html, finding_report, repair_html
from hinges.draw._glossary import MEANINGS
from hinges.draw._layout import arranged, headings, legend_of, text_width, wrapped
from hinges.draw._notebook import register_with
from hinges.errors import InvalidInputError
from hinges.pwl import PiecewiseLinear

X = np.linspace(0.5, 9.5, 40)
DATA = Dataset(X, np.sin(X))
# Units 0 to 2 bend at 0, off on all rows; 3 and 4 there too, on on all; 5 at 3, 6 at -40, on, 7 at 90, off; 8 never.
STUCK = Network.dense(
    [[[-1.0, -2.0, -0.5, 1.0, 2.0, 1.0, 1.0, 1.0, 0.0]], np.linspace(-0.1, 0.1, 9)[:, None]],
    [[0.0, 0.0, 0.0, 0.0, 0.0, -3.0, 40.0, -90.0, -1.0], [0.2]],
)
MENDED = to_network(PiecewiseLinear(np.linspace(0.5, 9.5, 10), np.sin(np.linspace(0.5, 9.5, 10))), interval=(0.5, 9.5))
FLOOR = best_error(DATA, units=4)
LOSS = float(np.mean((STUCK(X) - np.sin(X)) ** 2))
OUTSIDE = Finding(
    "kinks-outside-data",
    "cause",
    "8 of 9 kinks are outside the data, <b>all</b> but one.",
    {"idle_units": [[0, i] for i in range(30)], "data_to": 9.5, "worst": float("inf"), "certified": True},
    Remedy("Put the kinks inside the data.", "repair(network, data).network", LOSS, LOSS / 400),
    0.9,
)
PLATEAU = Finding("plateau", "contributing", "The loss stands still.", {"gradient": 1e-17}, None, 0.8)
NOISE = Finding("noisy-repeats", "note", "Rows repeat.")


def diagnosis(*findings, network=STUCK, data=DATA, floor=None, loss="mse"):
    return Diagnosis(findings or (OUTSIDE, PLATEAU, NOISE), LOSS, loss, 0.5, floor, network, data)


def of(panel, kind):
    return [mark for mark in panel.marks if isinstance(mark, kind)]


def ticks(panel):
    return {
        (rug.roles[0], round(float(x), 6)): text
        for rug in of(panel, Rug)
        for x, text in zip(rug.x, rug.texts, strict=True)
    }


# --- the picture of one input -------------------------------------------------------------------------------


def test_every_kink_is_a_tick_or_counted_at_the_border():
    (panel,) = scene(diagnosis()).panels
    assert ticks(panel) == {("dead", 0.0): "3 dead", ("always on", 0.0): "2 always on", ("muted", 3.0): ""}
    arrows = of(panel, Text)
    assert [(mark.text, mark.role, mark.x) for mark in arrows] == [
        ("\u25c2 1 always on", "always on", panel.x_range[0]),
        ("1 dead \u25b8", "dead", panel.x_range[1]),
    ]
    assert {rug.roles[0]: rug.label for rug in of(panel, Rug)} == {
        "muted": "kinks that bend the curve: 1",
        "dead": "kinks of units that are dead: 4",
        "always on": "kinks of units that are always on: 3",
    }


def test_the_first_finding_is_the_title_and_the_data_lie_between_the_shades():
    picture = scene(diagnosis())
    assert picture.title == "Why it does not fit: kinks outside the data"
    assert picture.note == OUTSIDE.message
    left, right = of(picture.panels[0], Band)
    assert (left.high, right.low) == (0.5, 9.5)
    assert picture.panels[0].x_range[0] < left.high
    assert right.low < picture.panels[0].x_range[1]


def test_a_healthy_network_is_told_so_without_saying_it_twice():
    good = Finding("healthy", "note", "Nothing is wrong with this network: it explains 99 % of the variance.")
    picture = scene(diagnosis(good))
    assert picture.title == "Nothing is wrong with this network"
    assert picture.note == "It explains 99 % of the variance."


def test_curves_are_exact_and_the_best_one_lies_under_the_rows():
    (panel,) = scene(diagnosis(floor=FLOOR)).panels
    best, own = of(panel, Polyline)
    assert (best.role, best.label) == ("target", "the best that 9 units can do")
    assert FLOOR.network is not None
    np.testing.assert_allclose(best.y, FLOOR.network(best.x), atol=1e-12)
    np.testing.assert_allclose(own.y, STUCK(own.x), atol=1e-12)
    assert panel.marks.index(best) < panel.marks.index(of(panel, Points)[0]) < panel.marks.index(own)


def test_rows_and_kinks_share_the_picture_without_meeting():
    (panel,) = scene(diagnosis(network=Network.dense([[[1.0]], [[1e-3]]], [[-5.0], [0.0]]))).panels
    low, high = panel.y_range
    assert low + 0.15 * (high - low) < float(DATA.y.min())


def test_a_smooth_network_has_a_sampled_curve_and_no_ticks():
    smooth = Network.dense([[[1.0, -1.0]], [[1.0], [0.5]]], [[0.0, 1.0], [0.0]], "tanh")
    (panel,) = scene(diagnosis(network=smooth)).panels
    assert [curve.sampled for curve in of(panel, Polyline)] == [True]
    assert of(panel, Rug) == []


def test_leaky_units_are_off_but_not_dead():
    leaky = Network.dense([[[-1.0, 1.0]], [[1.0], [0.5]]], [[0.0, -4.0], [0.0]], "leaky_relu")
    (panel,) = scene(diagnosis(network=leaky)).panels
    assert ticks(panel) == {("dead", 0.0): "1 always off", ("muted", 4.0): ""}


def test_kinks_of_bending_units_in_one_place_are_counted():
    crowd = Network.dense([np.ones((1, 5)), np.ones((5, 1))], [[-4.0, -4.0, -4.01, -4.0, -7.0], [0.0]])
    (panel,) = scene(diagnosis(network=crowd)).panels
    assert ticks(panel) == {("muted", 4.0): "4 together", ("muted", 7.0): ""}


def test_many_places_are_not_written_out():
    places = np.concatenate([np.linspace(-0.6, 0.4, 5), np.linspace(9.6, 10.6, 5)])  # beside the data
    many = Network.dense([np.ones((1, 10)), np.ones((10, 1))], [-places, [0.0]])
    (panel,) = scene(diagnosis(network=many)).panels
    assert len(ticks(panel)) == 10
    assert set(ticks(panel).values()) == {""}
    assert {rug.label for rug in of(panel, Rug)} == {
        "kinks of units that are dead: 5",
        "kinks of units that are always on: 5",
    }


def test_one_row_and_a_network_without_hidden_layers_have_pictures():
    one = Dataset([2.0], [1.0])
    assert scene(diagnosis(data=one)).panels[0].x_range[0] < 2.0
    line = Network.dense([[[2.0]]], [[1.0]])
    picture = scene(diagnosis(network=line))
    np.testing.assert_allclose(of(picture.panels[0], Polyline)[0].y, line(of(picture.panels[0], Polyline)[0].x))
    with pytest.raises(InvalidInputError, match="'kinks', 'fit'"):
        scene(diagnosis(network=line), "layers")


# --- several inputs -----------------------------------------------------------------------------------------

RNG = np.random.default_rng(3)
WIDE = RNG.normal(size=(50, 3))
DEEP = Network.dense(
    [np.hstack([np.eye(3), np.zeros((3, 2))]), RNG.normal(size=(5, 4)), np.ones((4, 1))],
    [[0.0, 0.0, 0.0, -1.0, 2.0], np.zeros(4), [0.0]],
    ["relu", "tanh", "linear"],
)
SEVERAL = diagnosis(network=DEEP, data=Dataset(WIDE, WIDE.sum(axis=1)))


def test_the_units_of_every_layer_are_bars_that_fill_the_width():
    (panel,) = scene(SEVERAL).panels
    assert panel.y_ticks == ((-0.0, "relu_0 (5)"), (-1.0, "tanh_1 (4)"))
    bars = [(bar.role, bar.x.tolist(), float(bar.y[0])) for bar in of(panel, Polyline)]
    assert bars == [
        ("target", [0.0, 60.0], 0.0),
        ("always on", [60.0, 80.0], 0.0),
        ("dead", [80.0, 100.0], 0.0),
        ("target", [0.0, 100.0], -1.0),
    ]
    assert [label.text for label in of(panel, EndLabel)] == ["1 always on, 1 dead", "no kinks"]


def test_predictions_lie_beside_targets():
    (panel,) = scene(SEVERAL, "fit").panels
    (dots,) = of(panel, Points)
    np.testing.assert_array_equal(dots.x, WIDE.sum(axis=1))
    np.testing.assert_allclose(dots.y, DEEP(WIDE)[:, 0])


def test_classes_are_counted():
    labels = np.arange(50) % 3
    network = Network.dense([np.eye(3), np.eye(3)], [np.zeros(3), np.zeros(3)])
    (panel,) = scene(diagnosis(network=network, data=Dataset(WIDE, labels), loss="cross-entropy"), "fit").panels
    right = float((network(WIDE).argmax(axis=1) == labels).mean())
    assert f"{right:.1%}" in panel.title


# --- repairs ------------------------------------------------------------------------------------------------


def repaired(before=STUCK, after=MENDED, data=DATA):
    status = "The mean squared error falls from 0.5 to 0.01, 50 times. Addressed: dead-units."
    return Repair(after, 0.5, 0.01, ("dead-units",), status, "mse", before, data)


def test_a_repair_shows_both_curves_and_where_every_kink_went():
    after = Network.dense([STUCK.weights[0] * 0 + 1.0, STUCK.weights[1]], [-np.linspace(1.0, 9.0, 9), [0.0]])
    picture = scene(repaired(after=after))
    assert picture.title == "Repaired: the loss falls from 0.5 to 0.01"
    before, now = of(picture.panels[0], Polyline)
    assert (before.dashed, before.label, now.label) == (True, "before: 0.5", "after: 0.01")
    np.testing.assert_allclose(before.y, STUCK(before.x), atol=1e-12)
    np.testing.assert_allclose(now.y, after(now.x), atol=1e-12)
    assert ticks(picture.panels[0]) == {("muted", float(k)): "" for k in range(1, 10)}
    moves = of(picture.panels[1], Polyline)
    assert [move.role for move in moves] == ["dead"] * 3 + ["always on"] * 2 + ["muted", "always on", "dead"]
    assert [move.x[1] for move in moves] == pytest.approx([1, 2, 3, 4, 5, 6, 7, 8])
    assert moves[6].x[0] > picture.panels[1].x_range[0]  # at the border, and whole
    assert "2 started beyond the borders" in picture.panels[1].note


def test_a_repair_of_many_inputs_shows_the_layers_before_and_after():
    mended = Network.dense([np.eye(3, 5), *DEEP.weights[1:]], DEEP.biases, ["relu", "tanh", "linear"])
    picture = scene(repaired(DEEP, mended, SEVERAL.data))
    assert [panel.title for panel in picture.panels] == ["Before: loss 0.5", "After: loss 0.01"]
    nothing = Repair(DEEP, 0.5, 0.5, (), "Nothing better was found.", "mse", DEEP, SEVERAL.data)
    assert scene(nothing).title == "Nothing better was found"


# --- layout -------------------------------------------------------------------------------------------------


def test_long_texts_are_wrapped_and_the_axes_start_below_them():
    lines = wrapped("one two three four " * 12, 12.0, 200.0)
    assert " ".join(lines) == ("one two three four " * 12).rstrip() + " "
    assert max(text_width(line, 12.0) for line in lines[:-1]) <= 200.0
    assert wrapped("", 12.0, 10.0) == []
    assert wrapped("indivisible", 12.0, 10.0) == ["indivisible"]


@pytest.mark.parametrize("width", [380.0, 520.0, 820.0])
def test_nothing_overlaps_at_any_width(width):
    picture = replace(scene(diagnosis(floor=FLOOR)), width=width)
    (box,) = arranged(picture)
    lines = headings(picture)
    assert " ".join(text for text, *_ in lines) == f"{picture.title} {picture.note}"
    assert max(text_width(text, size, bold=bold) for text, size, bold, _ in lines) <= width - 28.0
    entries = legend_of(picture.panels[0], box.width)
    ends = [entry.x + 23.0 + text_width(entry.mark.label, 11.0) for entry in entries]
    assert max(ends) <= box.width
    assert box.y >= 14.0 + sum(line for *_, line in lines) + 18.0 * (1 + max(entry.line for entry in entries))
    assert box.y + box.height <= picture.height


@pytest.mark.needs("matplotlib")
def test_pictures_are_drawn_by_every_backend(tmp_path):
    figure = plot(diagnosis(floor=FLOOR))
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert {"3 dead", "2 always on", "\u25c2 1 always on", "1 dead \u25b8"} <= texts
    figure = plot(diagnosis())
    ax = plot(diagnosis(), ax=figure.axes[0])
    assert "Why it does not fit: kinks outside the data" in {text.get_text() for text in ax.texts}
    for value, view in ((SEVERAL, "layers"), (SEVERAL, "fit"), (repaired(), "kinks"), (repaired(), "layers")):
        path = tmp_path / f"{type(value).__name__}-{view}.svg"
        assert save_picture(scene(value, view), path).stat().st_size > 4_000
    lines = text_picture(diagnosis(), 60).splitlines()
    assert lines[0] == "Why it does not fit: kinks outside the data"
    assert max(map(len, lines)) < 140
    assert "kinks of units that are dead" in text_picture(diagnosis(), 60, encoding="ascii")


# --- reports ------------------------------------------------------------------------------------------------


def test_a_report_says_everything_once():
    value = diagnosis()
    told = " ".join(diagnosis_report(value).split())
    assert told.startswith(f"9 hidden units on 40 rows: mean squared error {LOSS:.4g}; always saying the mean has 0.5.")
    for part in (value.summary, PLATEAU.message[1:], NOISE.message, "400 times", "repair(network, data).network"):
        assert told.count(part) == 1, part
    assert "1. cause: kinks outside the data" in told
    assert "2. contributes: training stands still on a plateau" in told
    assert told.index("1. cause") < told.index("2. contributes") < told.index("3. note")
    assert f"kink: {MEANINGS['kink']}" in told
    assert told.endswith("words: see docs/glossary.md#kink")
    assert "idle_units" not in told


def test_an_expert_gets_all_numbers():
    told = diagnosis_report(diagnosis(floor=FLOOR), verbose=True)
    assert "idle_units: [[0, 0], [0, 1]" in told
    assert "and 18 more" in told
    for part in ("worst: inf", "certified: true", "gradient: 1e-17", "share of what could be gained: 90 %"):
        assert part in told
    assert f"loss over floor: {LOSS / FLOOR.lower:,.4g}" in told
    assert "kinks: [-40, 0, 0, 0, 0, 0, 3, 90, nan]" in told
    row = next(line.split() for line in told.splitlines() if line.split()[:1] == ["relu_0"])
    assert row == ["relu_0", "relu", "9", "1", "3", "5"]


@pytest.mark.parametrize("width", [30, 60, 96])
def test_lines_keep_to_the_width(width):
    for verbose in (False, True):
        lines = diagnosis_report(diagnosis(), width=width, verbose=verbose).splitlines()
        long = [line for line in lines if len(line) > width]
        # the line to type and the rows of a table stay whole
        assert all(line.split()[0] in ("repair(network,", "layer", "relu_0") for line in long), long


def test_html_is_escaped_and_explains_each_word_once():
    told = diagnosis_html(diagnosis())
    assert "&lt;b&gt;all&lt;/b&gt;" in told
    assert "<b>all" not in told
    assert told.count('<abbr title="The place where a unit switches') == 1
    assert "color:" not in told.replace("border-color:", "")  # that of the notebook's theme
    assert told.count("<div") == told.count("</div>")
    assert "idle_units" in finding_html(OUTSIDE)
    assert "idle_units" in finding_report(OUTSIDE)
    assert "falls from 0.5" in repair_html(repaired())
    assert repair_report(repaired()).startswith("The mean squared error falls from 0.5 to 0.01, 50 times.")


def test_a_notebook_shows_them():
    formatters = pytest.importorskip("IPython.core.formatters", reason="needs IPython")
    display = formatters.DisplayFormatter()
    register_with(display)
    for value, part in ((diagnosis(), "kinks outside the data"), (OUTSIDE, "8 of 9"), (repaired(), "50 times")):
        shown, _ = display.format(value)
        assert part in shown["text/html"]
        assert part in shown["text/plain"]
