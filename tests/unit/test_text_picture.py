"""Pictures for the terminal, and the table of hinges."""

import numpy as np
import pytest

from hinges.convert import to_network
from hinges.data import Dataset
from hinges.draw import LossCurve, Scene, hinge_table, kink_panel, loss_panel, scene, text_picture
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.nets import Hinge, Network
from hinges.pwl import PiecewiseLinear

ZIGZAG = PiecewiseLinear([-1, -0.5, 0, 1], [-1, 1, -1, 0])
MANUAL = to_network(ZIGZAG, interval=(-1, 1))


def body(picture):
    """The lines between the title and the x axis, from the y axis on."""
    return [
        line[line.index(wall) + 1 :] for line in picture.splitlines() for wall in "\u2502\u2524|+" if wall in line[:9]
    ]


def test_a_picture_fits_its_width_and_height():
    picture = text_picture(ZIGZAG, 50, 9)
    lines = picture.splitlines()
    assert lines[0] == "The function"
    assert len(lines) == 1 + 9 + 2
    assert max(map(len, lines)) <= 50 + 8
    assert sum("\u25cb" in line for line in lines) >= 3
    assert any("\u2800" < c <= "\u28ff" for c in picture)
    assert " 1.0 \u2524" in picture
    assert "\u22121.0 \u2524" in picture


def test_a_line_goes_from_corner_to_corner():
    rows = body(text_picture(Scene((loss_panel([LossCurve("", [0, 1], [1.0, 2.0])], floor=0.0),)), 40, 8))  # pyright: ignore[reportArgumentType]
    first = [len(row) - len(row.lstrip()) for row in rows if row.strip()]
    assert first == sorted(first, reverse=True), "a rising line is seen further left the lower it is"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "no such encoding", None])
def test_without_braille_there_is_plain_ascii(encoding):
    picture = text_picture(PiecewiseLinear([0, 1, 2], [0, 1e300, -1e300]), 50, 9, encoding=encoding)
    assert picture.isascii()
    assert "y (x 10^300)" in picture
    assert "-1.0 +" in picture
    assert "o" in picture
    assert "?" not in picture


def test_data_and_curve_are_told_apart():
    picture = text_picture(ZIGZAG, 60, 12, data=Dataset([-1.0, 1.0], [1.0, -1.0]), encoding="ascii")
    assert ". data   _/ function" in picture
    rows = body(picture)
    assert any(row.rstrip().startswith(" .") or row.rstrip().startswith(".") or ". " in row for row in rows[:2])


def test_kinks_stand_on_the_axis_of_the_data():
    panel = kink_panel([Hinge(1.0, -2.0, 1.0), Hinge(-1.0, -1.0, 1.0)], [0.0, 10.0])
    picture = text_picture(Scene((panel,)), 60, 8)
    assert "bends inside" in picture
    assert "dead" in picture
    axis = next(line for line in picture.splitlines() if "\u2514" in line)
    assert axis.count("\u2501") > 20


def test_a_panel_with_many_named_rows_has_a_line_for_each():
    panel = kink_panel([Hinge(1.0, -float(i), 1.0) for i in range(12)], [0.0, 20.0])
    picture = text_picture(Scene((panel,)), 60, 5)
    assert [line.split()[0] for line in picture.splitlines() if "\u2524" in line] == [str(i) for i in range(12)]


def test_the_floor_is_named():
    panel = loss_panel([LossCurve("stuck", [0, 9], [1.0, 0.4])], floor=1e-3, units=10)  # pyright: ignore[reportArgumentType]
    picture = text_picture(Scene((panel,)), 70, 10, encoding="ascii")
    assert "-- below 0.001: no network of 10 units can be here" in picture
    assert "stuck: 0.400" in picture


def test_panels_of_a_scene_stand_below_each_other():
    picture = text_picture(MANUAL, 50, 5, view="buildup")
    notes = ["\u00d7 \u22128", "+ unit 2", "bias \u22121", "+ output bias"]
    places = [picture.index(note) for note in notes]
    assert places == sorted(places)


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(InvalidInputError, match="no text picture"):
        text_picture(MANUAL, view="diagram")
    with pytest.raises(InvalidInputError, match="width must be at least 30"):
        text_picture(MANUAL, 10)
    with pytest.raises(InvalidInputError, match="height must be at least 4"):
        text_picture(MANUAL, 60, 1)


@pytest.mark.parametrize(
    "value",
    [
        PiecewiseLinear([0], [0]),
        PiecewiseLinear([1e9], [3], 1, -1),
        PiecewiseLinear(1e9 + np.array([0.0, 0.01]), [0, 1]),
        PiecewiseLinear([0.0, 1e-12], [0, 1e-12]),
        Network.dense([[[0, 0.0]], [[0.0], [0]]], [[0, -1], [0.0]]),
        Dataset([1.0], [2.0]),
    ],
    ids=["constant", "kink at 1e9", "near 1e9", "1e-12", "nothing", "one row"],
)
def test_degenerate_values_have_a_picture(value):
    for encoding in ("utf-8", "ascii"):
        assert len(text_picture(value, 40, 6, encoding=encoding).splitlines()) >= 8
    assert text_picture(scene(value), 40, 6) == text_picture(value, 40, 6)


# --- the table ------------------------------------------------------------------------------------


def test_the_table_adds_up_by_hand():
    assert hinge_table(MANUAL).splitlines() == [
        "unit  weight  bias  coefficient  kink  slope change",
        "   0       1   1.0            4  -1.0             4",
        "   1       1   0.5           -8  -0.5            -8",
        "   2       1   0.0            5   0.0             5",
        "output bias                  -1",
        "f(x) = sum of coefficient * relu(weight * x + bias), plus the output bias",
    ]


def test_the_numbers_of_a_table_give_the_function():
    rng = np.random.default_rng(2)
    network = Network.dense([rng.normal(size=(1, 8)), rng.normal(size=(8, 1))], [rng.normal(size=8), [0.7]])
    lines = hinge_table(network).splitlines()
    assert len({len(line) for line in lines[:9]}) == 1
    x = np.linspace(-2, 2, 9)
    total = np.full(9, float(lines[9].split()[-1]))
    for line in lines[1:9]:
        _, weight, bias, coefficient, kink, change = map(float, line.split())
        total += coefficient * np.maximum(weight * x + bias, 0.0)
        assert kink == pytest.approx(-bias / weight, abs=1e-3)
        assert change == pytest.approx(coefficient * abs(weight), abs=1e-4)
    assert total == pytest.approx(network(x), abs=1e-4)


def test_tables_of_units_without_a_kink_and_of_other_outputs():
    network = Network.dense([[[0.0, 1e-12]], [[1.0, 2.0], [3.0, 4e9]]], [[1.0, 0.0], [0.5, -0.5]])
    lines = hinge_table(network, output=1).splitlines()
    assert lines[1].split() == ["0", "0.00000e+00", "1", "2.00000e+00", "-", "0.000"]
    assert lines[2].split()[1] == "1.00000e-12"
    assert float(lines[3].split()[-1]) == -0.5


def test_a_table_needs_a_sum_of_hinges():
    with pytest.raises(UnsupportedModelError, match="hidden relu layer"):
        hinge_table(Network.dense([[[1.0]], [[1.0]]], [[0.0], [0.0]], "tanh"))
    with pytest.raises(InvalidInputError, match="network must be a Network, not PiecewiseLinear"):
        hinge_table(ZIGZAG)  # pyright: ignore[reportArgumentType]
