"""Pictures and tables of traces, sensitivities, fans and separations: they show the values' own numbers."""

import subprocess
import sys

import numpy as np
import pytest

from hinges import Network, Parameter, Unit, example, trace
from hinges.analysis import fan, sensitivity, separation
from hinges.draw import (
    EndLabel,
    Heat,
    Points,
    Polyline,
    Scene,
    plot,
    scene,
    sensitivity_table,
    separation_table,
    text_picture,
    trace_table,
)
from hinges.draw._notebook import _CARDS, register_with
from hinges.draw._tables import Table, column

MANUAL = Network.dense([[[1.0, 1.0, 1.0]], [[4.0], [-8.0], [5.0]]], [[1.0, 0.5, 0.0], [-1.0]])
RNG = np.random.default_rng(2)
SPIRAL = example("spiral")
DEEP = Network.dense(
    [RNG.normal(size=(2, 8)), RNG.normal(size=(8, 3)), RNG.normal(size=(3, 3))], [RNG.normal(size=8), *np.zeros((2, 3))]
)


def marks(panel, kind):
    return [mark for mark in panel.marks if isinstance(mark, kind)]


def test_a_point_shows_dot_z_and_a_of_every_unit():
    traced = trace(DEEP, [0.5, 1.0])
    picture = scene(traced)
    assert [panel.title for panel in picture.panels] == ["relu_0", "relu_1", "dense_2 (linear)"]
    dot, z, a = marks(picture.panels[0], Points)
    for mark, values in ((dot, traced.layers[0].dot), (z, traced.layers[0].z), (a, traced.layers[0].a)):
        np.testing.assert_array_equal(mark.y, values)
    assert len(marks(picture.panels[2], Points)) == 2  # no activation there


def test_many_points_show_every_z_with_zero_in_the_middle_of_the_scale():
    traced = trace(DEEP, SPIRAL.x)
    (heat,) = marks(scene(traced).panels[1], Heat)
    z = traced.layers[1].z
    assert heat.shades.shape == z.shape
    np.testing.assert_allclose((heat.shades - 0.5) * 2 * np.abs(z).max(), z, atol=1e-12)


def test_every_parameter_has_a_bar_where_the_function_changes():
    found = sensitivity(MANUAL, interval=(-1, 1))
    picture = scene(found)
    rows = picture.panels[1]
    assert [text for _, text in rows.y_ticks or ()] == [
        "v0", "b0", "w0", "v1", "b1", "w1", "v2", "b2", "w2", "output bias",
    ]  # fmt: skip
    bars = [mark for mark in marks(rows, Polyline) if mark.width == 3.0]
    assert [bar.x.tolist() for bar in bars] == [
        [-1, 1], [-1, 1], [-1, 1], [-0.5, 1], [-0.6, 1], [-0.5, 1], [0, 1], [-0.1, 1], [0, 1], [-1, 1],
    ]  # fmt: skip
    assert [label.text for label in marks(rows, EndLabel)][:3] == ["0.4", "0.4", "0.2"]


def test_of_many_parameters_those_with_the_largest_change_are_shown():
    network = Network.dense([RNG.normal(size=(1, 5)), RNG.normal(size=(5, 5)), RNG.normal(size=(5, 1))],
                            [RNG.normal(size=5), RNG.normal(size=5), np.zeros(1)])  # fmt: skip
    found = sensitivity(network, interval=(-1, 1))
    rows = scene(found).panels[1]
    assert rows.title == "The 24 of its 46 parameters with the largest change"
    assert len(marks(rows, EndLabel)) == 24
    table = sensitivity_table(found, parameters=6).splitlines()
    assert len(table) == 9
    assert table[-1] == "40 more with smaller changes"


def test_a_fan_shows_every_function_and_the_unchanged_one_on_top():
    found = fan(MANUAL, Unit(0, 2), interval=(-1, 1), count=7)
    (panel,) = scene(found).panels
    lines = marks(panel, Polyline)
    assert len(lines) == 8
    np.testing.assert_allclose(lines[-1].y, [-1, 1, -1, 0], atol=1e-15)
    assert panel.title == "7 random changes of v2, b2, w2"
    one = fan(MANUAL, Parameter(1, "bias", None, 0), interval=(-1, 1), count=2)
    assert scene(one).panels[0].title == "2 random changes of output bias"


def test_the_space_of_a_layer_holds_every_row_in_the_colour_of_its_class():
    apart = separation(DEEP, SPIRAL)
    picture = scene(apart)
    assert picture.columns == 4
    for panel in picture.panels[::2]:
        dots = marks(panel, Points)
        for k in range(3):
            assert sum(len(mark.x) for mark in dots if mark.role == f"unit {k}") == 100
    units = picture.panels[3]
    np.testing.assert_array_equal(marks(units, Points)[0].y, np.sort(apart.layers[0].threshold_accuracy)[::-1])


def test_a_cube_is_seen_from_one_corner_without_the_edges_before_it():
    apart = separation(DEEP, SPIRAL)
    cube = scene(apart).panels[4]
    edges = marks(cube, Polyline)
    assert len(edges) == 9
    reach = max(np.abs(edge.x).max() for edge in edges)
    assert all(np.abs(mark.x).max(initial=0.0) <= reach for mark in marks(cube, Points))


@pytest.mark.needs("matplotlib")
def test_all_are_drawn_and_some_in_characters():
    values = [
        trace(DEEP, [0.5, 1.0]),
        trace(DEEP, SPIRAL.x),
        sensitivity(MANUAL, interval=(-1, 1)),
        fan(MANUAL, Unit(0, 0), interval=(-1, 1), count=3),
        separation(DEEP, SPIRAL),
        separation(Network.dense([[[1.0], [0.5]]], [[0.0]]), SPIRAL),
    ]
    for value in values:
        assert len(plot(value).axes) == len(scene(value).panels)
        assert isinstance(scene(value), Scene)
    assert "random changes" in text_picture(values[3])


def test_tables_line_up_and_escape():
    assert column([1.5, -0.25, 10.0]) == (" 1.50", "-0.25", "10.00")
    assert column([3.0, 12.0]) == (" 3", "12")
    assert column([]) == ()
    table = Table("a < b", (("x", ("1",)),), ("below & more",))
    assert table.text() == "a < b\nx\n1\nbelow & more"
    assert "a &lt; b" in table.html()
    assert "below &amp; more" in table.html()


def test_a_table_of_layers_and_of_a_summed_up_trace():
    lines = separation_table(separation(DEEP, SPIRAL)).splitlines()
    assert [line.split()[:2] for line in lines[2:6]] == [
        ["input", "2"],
        ["relu_0", "8"],
        ["relu_1", "3"],
        ["dense_2", "3"],
    ]
    traced = trace(DEEP, SPIRAL.x)
    line = trace_table(traced).splitlines()[4]
    assert line.split()[:2] == ["0", str(np.count_nonzero(traced.layers[0].z[:, 0] > 0))]


@pytest.mark.needs("IPython")
def test_ipython_shows_tables():
    """In a process of its own: importing IPython would leave its traces in this one."""
    program = """
from IPython.core.formatters import DisplayFormatter
import hinges
from hinges import Network, trace
from hinges.analysis import sensitivity, separation
from hinges.draw import trace_table
from hinges.draw._notebook import register, register_with
assert not register()
display = DisplayFormatter()
register_with(display)
network = Network.dense([[[2.0]]], [[1.0]], ["relu"])
traced = trace(network, 3.0)
shown, _ = display.format(traced)
assert shown["text/plain"] == trace_table(traced)
assert "<td" in shown["text/html"]
assert display.format(hinges.plot(network))[0]["image/png"].startswith(b"\\x89PNG")
assert "<td" in display.format(sensitivity(network, interval=(0, 1)))[0]["text/html"]
assert "<td" in display.format(separation(network, ([0.0, 1.0, 2.0], [0, 0, 1])))[0]["text/html"]
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_registering_needs_no_import_of_the_values():
    class Formatter(dict):
        def for_type_by_name(self, module, name, show):
            self[module, name] = show

    class Display:
        formatters = {"text/plain": Formatter(), "text/html": Formatter(), "image/png": Formatter()}  # noqa: RUF012

    register_with(Display)
    assert set(Display.formatters["text/html"]) == {
        ("hinges.analysis._trace", "Trace"),
        ("hinges.analysis._sensitivity", "Sensitivity"),
        ("hinges.analysis._separation", "Separation"),
        ("hinges.diagnosis._diagnosis", "Diagnosis"),
        ("hinges.diagnosis._finding", "Finding"),
        ("hinges.diagnosis._repair", "Repair"),
        *_CARDS,
    }
    traced = trace(MANUAL, 0.5)
    for module, name in Display.formatters["text/html"]:
        assert name in dir(__import__(module, fromlist=[name]))
    assert Display.formatters["text/html"]["hinges.analysis._trace", "Trace"](traced).count("<table>") == 2
