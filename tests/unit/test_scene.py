"""Scenes: exact vertices in marks, sums that add up, diagrams that say what the weights are."""

from dataclasses import FrozenInstanceError
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from hinges.convert import to_function, to_network
from hinges.data import Dataset
from hinges.draw import (
    LIGHT,
    Band,
    Edge,
    EndLabel,
    LossCurve,
    Node,
    Panel,
    Points,
    Polyline,
    Rug,
    Rule,
    Scene,
    Text,
    activations_scene,
    function_panel,
    kink_panel,
    loss_panel,
    rain_panel,
    residual_panel,
    scene,
)
from hinges.draw._clip import clipped
from hinges.draw._layout import arranged, spread
from hinges.draw._numbers import aligned, short
from hinges.draw._ticks import linear_ticks, log_ticks, pretty
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.fits import Approximation, ErrorBounds, FitResult, History
from hinges.nets import Hinge, Linear, Network
from hinges.pwl import PiecewiseLinear

ZIGZAG = PiecewiseLinear([-1, -0.5, 0, 1], [-1, 1, -1, 0])
MANUAL = to_network(ZIGZAG, interval=(-1, 1))


def of(panel: Panel, kind: type, role: str | None = None) -> list[Any]:
    return [mark for mark in panel.marks if isinstance(mark, kind) and role in (None, getattr(mark, "role", None))]


def random_network(units, seed=0):
    rng = np.random.default_rng(seed)
    return Network.dense(
        [rng.normal(size=(1, units)), rng.normal(size=(units, 1))], [rng.normal(size=units), rng.normal(size=1)]
    )


# --- functions ------------------------------------------------------------------------------------


def test_a_function_is_drawn_through_its_own_vertices():
    panel = scene(ZIGZAG, interval=(-0.75, 2.0)).panels[0]
    (curve,) = of(panel, Polyline)
    assert curve.x.tolist() == [-0.75, -0.5, 0.0, 1.0, 2.0]
    assert curve.y.tolist() == [0.0, 1.0, -1.0, 0.0, 0.0]
    assert not curve.sampled
    (kinks,) = of(panel, Points)
    assert kinks.x.tolist() == [-0.5, 0.0, 1.0]


def test_each_hinge_has_its_own_colour_and_its_kink_is_marked():
    panel = scene(MANUAL, "function", interval=(-1, 1)).panels[0]
    for unit, (kink, end) in enumerate([(-1.0, 8.0), (-0.5, -12.0), (0.0, 5.0)]):
        (ray,) = of(panel, Polyline, f"unit {unit}")
        assert (ray.x.tolist(), ray.y.tolist()) == ([kink, 1.0], [0.0, end])
        (dot,) = of(panel, Points, f"unit {unit}")
        assert (dot.x[0], dot.y[0]) == (kink, ZIGZAG(kink))
    (rug,) = of(panel, Rug)
    assert rug.texts == ("0", "1", "2")
    assert len({LIGHT.colour(role) for role in rug.roles}) == 3


def test_data_decides_what_is_seen():
    data = Dataset([3.0, 5.0], [0.0, 10.0])
    panel = scene(MANUAL, data=data).panels[0]
    assert panel.x_range == (2.92, 5.08)
    assert of(panel, Points, "data")[0].x.tolist() == [3.0, 5.0]


def test_smooth_networks_say_that_they_are_sampled():
    network = Network.dense([[[1.0, 2.0]], [[1.0], [-1.0]]], [[0.0, 1.0], [0.0]], "tanh")
    panel = scene(network).panels[0]
    assert of(panel, Polyline)[0].sampled
    assert "points" in panel.note


def test_every_output_is_a_curve():
    network = Network.dense([[[1.0]], [[1.0, -2.0]]], [[0.0], [0.0, 1.0]])
    curves = of(scene(network).panels[0], Polyline)
    assert [curve.label for curve in curves] == ["output 0", "output 1"]


# --- build-up -------------------------------------------------------------------------------------


def rows(picture):
    found = {}
    for panel in picture.panels:
        found.setdefault(panel.row, []).append(panel)
    return [found[row] for row in sorted(found)]


def test_the_buildup_ends_in_the_function_and_adds_the_output_bias_last():
    rays, scaled, sums = rows(scene(MANUAL, "buildup", interval=(-1, 1)))
    assert (len(rays), len(scaled), len(sums)) == (3, 4, 4)
    assert [panel.note for panel in sums] == ["unit 0", "+ unit 1", "+ unit 2", "+ output bias"]
    (level,) = of(scaled[-1], Polyline)
    assert level.y.tolist() == [-1.0, -1.0]
    total = of(sums[-1], Polyline, "fit")[0]
    assert (total.x.tolist(), total.y.tolist()) == ([-1.0, -0.5, 0.0, 1.0], [-1.0, 1.0, -1.0, 0.0])
    without_bias = of(sums[-2], Polyline, "fit")[0]
    assert without_bias.y.tolist() == [0.0, 2.0, 0.0, 1.0]


@pytest.mark.parametrize("units", [1, 7, 24, 30])
def test_partial_sums_are_the_exact_sums_rounded_once(units):
    network = random_network(units)
    interval = (-3.0, 2.0)
    panels = [panel for row in rows(scene(network, "buildup", interval=interval))[2::3] for panel in row]
    hinges, bias = network.hinges(), Fraction(float(network.biases[-1][0]))
    counts = [*range(1, min(units, 24) + 1), *([units] if units > 24 else [])]
    for panel, count in zip(panels, [*counts, None], strict=True):
        curve = of(panel, Polyline, "fit")[0]
        for x, y in ((curve.x[0], curve.y[0]), (curve.x[-1], curve.y[-1])):
            terms = [
                Fraction(h.coefficient) * max(Fraction(h.weight) * Fraction(x) + Fraction(h.bias), Fraction(0))
                for h in hinges[:count]
            ]
            assert y == float(sum(terms) + (bias if count is None else 0))
    last = of(panels[-1], Polyline, "fit")[0]
    whole = to_function(network).restricted(*interval)
    assert np.array_equal(last.x, whole.breakpoints)
    assert np.array_equal(last.y[1:-1], whole.values[1:-1])
    assert ("+ 6 more units" in [panel.note for panel in panels]) == (units == 30)


# --- diagrams -------------------------------------------------------------------------------------


def test_edges_tell_sign_and_size():
    (panel,) = scene(MANUAL, "diagram").panels
    into, out = (of(panel, Edge)[:3], of(panel, Edge)[3:])
    assert [edge.weight for edge in into] == [1.0, 1.0, 1.0]
    assert [(edge.weight, edge.role) for edge in out] == [(4.0, "positive"), (-8.0, "negative"), (5.0, "positive")]
    widths = [edge.width for edge in out]
    assert widths[1] > widths[2] > widths[0] > 0
    texts = [mark.text for mark in of(panel, Text)]
    assert "bias \u22121" in texts
    assert "1\u00b7x + 0.5" in texts


def test_hidden_nodes_show_their_own_curve():
    (panel,) = scene(MANUAL, "diagram", interval=(-1, 1)).panels
    nodes = [node for node in of(panel, Node) if node.curve is not None]
    assert [node.role for node in nodes] == ["unit 0", "unit 1", "unit 2", "fit"]
    assert nodes[1].curve.x.tolist() == [-1.0, -0.5, 1.0]
    assert nodes[1].curve.y.tolist() == [0.0, 0.0, 1.5]
    assert nodes[3].curve.y.tolist() == [-1.0, 1.0, -1.0, 0.0]


def test_a_weight_of_zero_is_no_positive_edge():
    network = Network.dense([[[0.0, 1.0]], [[1.0], [0.0]]], [[1.0, 0.0], [0.0]])
    (panel,) = scene(network, "diagram").panels
    assert [edge.role for edge in of(panel, Edge)] == ["zero", "positive", "positive", "zero"]


def test_wide_and_deep_networks_are_shortened_and_say_so():
    rng = np.random.default_rng(1)
    sizes = [5, 20, 13, 2]
    network = Network.dense([rng.normal(size=shape) for shape in pairwise(sizes)],
                            [rng.normal(size=n) for n in sizes[1:]])  # fmt: skip
    (panel,) = scene(network).panels
    texts = [mark.text for mark in of(panel, Text)]
    assert sum("9 more" in text for text in texts) == 1
    assert sum("2 more" in text for text in texts) == 1
    assert len(of(panel, Node)) == 5 + 11 + 11 + 2
    shown = {edge.weight for edge in of(panel, Edge)}
    assert float(network.weights[0][0, 19]) in shown
    assert float(network.weights[0][0, 12]) not in shown


# --- results and data -----------------------------------------------------------------------------


def result(history=None):
    bounds = ErrorBounds(0.1, 0.1, MANUAL, ZIGZAG, certified=True)
    return FitResult(MANUAL, ZIGZAG, 0.25, bounds, "ended", None, None, history)


def test_a_fit_shows_data_residual_and_floor():
    data = Dataset([-1.0, -0.25, 0.5], [-1.0, 0.5, 0.0])
    picture = scene(result(), data=data)
    assert picture.stands_alone
    assert "0.1" in picture.panels[0].note
    residual = of(picture.panels[1], Points, "residual")[0]
    assert residual.y.tolist() == [0.0, 0.5, 0.5]
    assert scene(result()).panels[0].title == "3 units, error 0.25"
    assert scene(result(), "buildup").panels[0].title == "unit 0"
    assert len(scene(Approximation(ZIGZAG, MANUAL, 0.0, None, "made")).panels) == 1


def test_a_history_is_a_view():
    kinks = np.array([[0.0, 1.0], [0.5, np.nan]])
    flags = np.array([[False, True], [False, False]])
    history = History(np.array([0, 100]), np.array([1.0, 0.2]), None, kinks, np.ones((2, 2)), flags, ~flags)
    rain, loss = scene(result(history), "training").panels
    assert rain.y_range == (100.0, 0.0)
    assert of(loss, Rule, "floor")[0].at == 0.1
    with pytest.raises(InvalidInputError, match="view must be one of 'fit', 'function', 'diagram', 'buildup'"):
        scene(result(), "training")


def test_data_of_several_columns_are_small_multiples():
    picture = scene(Dataset(np.arange(8.0).reshape(4, 2), np.arange(4.0)))
    assert [(panel.x_label, panel.y_label) for panel in picture.panels] == [("x0", "y"), ("x1", "y")]


def test_what_cannot_be_drawn_is_said_in_a_sentence():
    with pytest.raises(InvalidInputError, match=r"view must be one of 'function', 'diagram', 'buildup' .*'plot'"):
        scene(MANUAL, "plot")
    with pytest.raises(InvalidInputError, match="view must be one of 'function' for this PiecewiseLinear"):
        scene(ZIGZAG, "buildup")
    with pytest.raises(InvalidInputError, match=r"value must be .* not dict"):
        scene({})
    with pytest.raises(InvalidInputError, match="interval"):
        scene(ZIGZAG, interval=(1, 1))
    assert scene(scene(ZIGZAG)).panels[0].title == "The function"


def test_a_network_without_a_picture_is_refused_by_name():
    one, both = Linear((0,), (np.eye(3),), np.zeros(3), "first"), (np.eye(3), np.eye(3))
    skip = Network((one, Linear((0, 1), both, np.zeros(3), "skip")), 3)
    with pytest.raises(UnsupportedModelError, match="first, skip"):
        scene(skip)


# --- panels of a training -------------------------------------------------------------------------


def test_kinks_outside_the_data_are_dead_or_always_on():
    hinges = [
        Hinge(1.0, 1.0, 1.0),
        Hinge(-1.0, -1.0, 1.0),
        Hinge(1.0, -5.0, 1.0),
        Hinge(0.0, 1.0, 1.0),
        Hinge(0.0, 0.0, 1.0),
    ]
    panel = kink_panel(hinges, [0.0, 10.0])
    assert panel.note == "2 dead, 2 always on, 1 of 5 bend inside the data"
    assert [label.text for label in of(panel, EndLabel)] == ["always on", "dead", "bends inside", "always on", "dead"]
    inside = of(panel, Polyline, "unit 2")[0]
    assert inside.x.tolist() == [5.0, panel.x_range[1]]
    assert of(panel, Band)[0].low == 0.0


def test_a_kink_far_outside_is_written_at_the_edge():
    panel = kink_panel([Hinge(1.0, 500.0, 1.0)], [0.0, 10.0])
    assert [mark.text for mark in of(panel, Text)] == ["\u25c2 \u2212500"]


def test_trails_change_colour_where_a_unit_dies_and_break_at_nan():
    kinks = np.array([[1.0, np.nan], [2.0, 3.0], [3.0, 4.0], [4.0, np.nan]])
    dead = np.array([[0, 0], [0, 0], [1, 0], [1, 0]], dtype=bool)
    panel = rain_panel([0, 1, 2, 3], kinks, interval=(0, 5), dead=dead)
    assert of(panel, Polyline, "unit 0")[0].x.tolist() == [1.0, 2.0, 3.0]
    assert of(panel, Polyline, "dead")[0].x.tolist() == [3.0, 4.0]
    (second,) = of(panel, Polyline, "unit 1")
    assert second.x.tolist() == [3.0, 4.0]
    with pytest.raises(InvalidInputError, match="dead has shape"):
        rain_panel([0, 1, 2, 3], kinks, interval=(0, 5), dead=dead[:2])


def test_losses_stand_above_the_floor():
    curve = LossCurve("stuck", [0, 10], [1.0, 0.4], "dead")  # pyright: ignore[reportArgumentType]
    panel = loss_panel([curve], floor=1e-4, reached=1.5e-4, units=10)
    assert panel.log_y
    assert panel.y_range[0] < 1e-4
    assert of(panel, Rule, "floor")[0].at == 1e-4
    assert "no network of 10 units" in of(panel, Band)[0].label
    assert [label.text for label in of(panel, EndLabel)] == ["stuck: 0.400", "best found: 1.5e-4"]
    short_run = LossCurve("recipe", [0, 2], [1.0, 2e-4])  # pyright: ignore[reportArgumentType]
    early = of(loss_panel([curve, short_run], floor=1e-4), EndLabel)[1]
    assert (early.x, early.y, early.text) == (2.0, 2e-4, "recipe: 2.00e-4")
    zero = LossCurve("exact", [0, 10], [1.0, 0.0])  # pyright: ignore[reportArgumentType]
    assert of(loss_panel([zero], floor=0.0), Polyline)[0].y.tolist() == [1.0]
    with pytest.raises(InvalidInputError, match="no positive loss"):
        loss_panel([LossCurve("exact", [0], [0.0])], floor=0.0)  # pyright: ignore[reportArgumentType]


def test_panels_of_data_alone_and_of_residuals():
    panel = function_panel(None, data=([0.0, 1.0], [0.0, 2.0]))
    assert [type(mark) for mark in panel.marks] == [Points]
    assert residual_panel(ZIGZAG, ([0.0, 1.0], [0.0, 2.0]), window=(0, 1)).note == "largest 2, mean square 2.5"


# --- activations ----------------------------------------------------------------------------------


def test_activations_are_exact_where_they_are_piecewise_linear():
    picture = activations_scene(names=("linear", "relu", "sigmoid"))
    tops = [panel for panel in picture.panels if panel.row == 0]
    assert [panel.title for panel in tops] == ["linear", "relu", "sigmoid"]
    assert [of(panel, Polyline)[0].sampled for panel in tops] == [False, False, True]
    assert of(tops[1], Polyline)[0].y.tolist() == [0.0, 0.0, 4.0]
    slope = next(panel for panel in picture.panels if (panel.row, panel.column) == (1, 1))
    filled, hollow = of(slope, Points)
    assert (filled.y[0], filled.hollow, hollow.y[0], hollow.hollow) == (0.0, False, 1.0, True)
    assert len(activations_scene(derivatives=False).panels) == 6
    with pytest.raises(InvalidInputError, match=r"names\[1\]"):
        activations_scene(names=("relu", "swish"))
    with pytest.raises(InvalidInputError, match="names is empty"):
        activations_scene(names=())


# --- degenerate and extreme -----------------------------------------------------------------------

FUNCTIONS = {
    "zero": PiecewiseLinear([0], [0]),
    "constant": PiecewiseLinear([0], [3]),
    "one kink": PiecewiseLinear([2], [1], -1, 1),
    "one kink at 1e9": PiecewiseLinear([1e9], [1], -1, 1),
    "near 1e9": PiecewiseLinear(1e9 + np.array([0, 0.003, 0.007, 0.01]), [0, 1, -1, 2]),
    "x of 1e-12": PiecewiseLinear(1e-12 * np.array([0, 0.3, 0.7, 1]), [0, 1, -1, 2]),
    "y of 1e300": PiecewiseLinear([0, 1, 2], [0, 1e300, -1e300]),
    "y near 1e6": PiecewiseLinear([0, 1, 2], [1e6, 1e6 + 1e-3, 1e6]),
}
NETWORKS = {
    "weight 0": Network.dense([[[0, 1.0, -2]], [[1.0], [2], [0]]], [[1, -1, 2], [0.5]]),
    "nothing": Network.dense([[[0, 0.0]], [[0.0], [0]]], [[0, -1], [0.0]]),
    "one place": Network.dense([[[1.0] * 12], [[1.0]] * 12], [[-1.0] * 12, [0.0]]),
    "1e-12": Network.dense([[[1e-12, 2e-12]], [[1e-12], [-1e-12]]], [[1e-12, -1e-12], [1e-12]]),
    "1e9": Network.dense([[[1e9, 2e9]], [[1e9], [-1e9]]], [[1e9, -1e9], [1e9]]),
    "no hidden layer": Network.dense([[[2.0]]], [[1.0]]),
}


@pytest.mark.parametrize("f", FUNCTIONS.values(), ids=FUNCTIONS)
def test_every_function_has_a_picture(f):
    panel = scene(f).panels[0]
    (curve,) = of(panel, Polyline)
    (x0, x1), (y0, y1) = panel.x_range, panel.y_range
    assert x0 <= f.breakpoints[0] <= f.breakpoints[-1] <= x1
    assert y0 < curve.y.min() <= curve.y.max() < y1
    for axis in (panel.x_range, panel.y_range):
        ticks = linear_ticks(*axis)
        assert 2 <= len(ticks.positions) <= 12
        assert max(map(len, ticks.labels)) <= 8
        assert len(set(ticks.labels)) == len(ticks.labels)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("view", ["function", "diagram", "buildup"])
def test_every_network_has_its_pictures(network, view):
    if view == "buildup" and len(network.biases) == 1:
        with pytest.raises(InvalidInputError, match="'function', 'diagram'"):
            scene(network, view)
        return
    boxes = arranged(scene(network, view))
    assert all(box.width >= 20 and box.height >= 20 for box in boxes)


def test_dead_units_draw_no_ray():
    network = Network.dense([[[1.0, 1.0]], [[1.0], [1.0]]], [[-100.0, -200.0], [0.0]])
    panel = scene(network, data=([0.0, 1.0], [0.0, 0.0])).panels[0]
    assert [mark.role for mark in of(panel, Polyline)] == ["fit"]


# --- scenes themselves ----------------------------------------------------------------------------


def test_scenes_are_data_and_roles_have_colours():
    picture = scene(MANUAL, "buildup")
    marks: list[Any] = [mark for panel in picture.panels for mark in panel.marks]
    assert all(LIGHT.colour(mark.role).startswith("#") for mark in marks)
    with pytest.raises(FrozenInstanceError):
        marks[0].role = "fit"
    with pytest.raises(ValueError, match="read-only"):
        marks[0].x[0] = 1.0
    with pytest.raises(InvalidInputError, match="role 'pink'"):
        LIGHT.colour("pink")
    with pytest.raises(InvalidInputError, match="panels is empty"):
        Scene(())
    with pytest.raises(InvalidInputError, match="x_range is empty"):
        Panel("", (), (1.0, 1.0), (0.0, 1.0))
    with pytest.raises(InvalidInputError, match="different lengths"):
        Polyline([0.0, 1.0], [0.0], "fit")  # pyright: ignore[reportArgumentType]


def contrast_with_white(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


@pytest.mark.parametrize(
    "role", [*(f"unit {i}" for i in range(10)), "text", "muted", "fit", "dead", "floor", "positive", "negative"]
)
def test_texts_can_be_read(role):
    assert contrast_with_white(LIGHT.colour(role)) >= 4.5


def test_panels_of_a_grid_line_up_and_stay_inside():
    panels = [scene(ZIGZAG).panels[0], *(scene(f).panels[0] for f in FUNCTIONS.values())]
    picture = Scene.grid(panels, 3, title="Nine", width=900.0, height=700.0)
    boxes = arranged(picture)
    for column in range(3):
        assert len({(box.x, box.width) for box in boxes[column::3]}) == 1
    for row in range(3):
        assert len({(box.y, box.height, box.top) for box in boxes[3 * row : 3 * row + 3]}) == 1
    for box in boxes:
        assert box.x > 0
        assert box.y > 20
        assert box.x + box.width < 900
        assert box.y + box.height < 700


def test_clipping_keeps_vertices_and_cuts_exactly_at_the_edge():
    x, y = np.array([-2.0, 0.0, 2.0, 4.0]), np.array([0.0, 8.0, 0.0, 0.5])
    first, second = clipped(x, y, (-1.5, 4.0), (0.0, 4.0))
    assert (first[0].tolist(), first[1].tolist()) == ([-1.5, -1.0], [2.0, 4.0])
    assert (second[0].tolist(), second[1].tolist()) == ([1.0, 2.0, 4.0], [4.0, 0.0, 0.5])
    assert clipped(np.array([0.0, 1.0]), np.array([9.0, 9.0]), (0, 1), (0, 4)) == []
    ((xs, ys),) = clipped(np.array([0.0, 1.0]), np.array([-1.7e308, 1.7e308]), (0, 1), (-1.0, 1.0))
    assert xs == pytest.approx([0.5, 0.5])
    assert ys == pytest.approx([-1.0, 1.0])


def test_labels_are_moved_apart_and_stay_inside():
    centres = spread([5.0, 5.0, 5.0, 90.0], [10.0, 10.0, 10.0, 10.0], 0.0, 92.0)
    assert centres == [5.0, 15.0, 25.0, 87.0]
    assert spread([50.0, 40.0], [10.0, 10.0], 0.0, 100.0) == [50.0, 40.0]


def test_ticks_and_numbers():
    assert linear_ticks(0.0, 10.0).labels == ("0", "2", "4", "6", "8", "10")
    assert linear_ticks(1e9, 1e9 + 0.01, 5).suffix == "+ 1,000,000,000"
    assert linear_ticks(0.0, 1e-12, 5).suffix == "1e-12"
    assert linear_ticks(3.0, -1.0, 4).positions == (-1.0, 0.0, 1.0, 2.0, 3.0)
    assert log_ticks(1e-3, 10.0).labels == ("0.001", "0.01", "0.1", "1", "10")
    assert log_ticks(1e-9, 1.0).labels[0] == "1e-9"
    assert [pretty(text) for text in ("-1", "1e-4", "2e6", "10000")] == [
        "\u22121",
        "10\u207b\u2074",
        "2\u00b710\u2076",
        "10,000",
    ]
    assert aligned([4, -8, 0.5]) == [" 4.0", "-8.0", " 0.5"]
    assert aligned([1e-9, 1.0]) == ["1.00000e-09", "1.00000e+00"]
    assert aligned([float("nan"), 2.0]) == ["-", "2"]
    assert [short(v) for v in (0.0, 0.39971, 1.2368e-4, 12345.0, -0.5)] == ["0", "0.4", "1.24e-4", "12345", "-0.5"]
    assert short(0.39971, zeros=True) == "0.400"
