"""The matplotlib backend: what scenes say is what is drawn, and nothing global is touched."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from hinges.convert import to_network
from hinges.data import Dataset
from hinges.draw import (
    LIGHT,
    LossCurve,
    Scene,
    kink_panel,
    loss_panel,
    plot,
    plot_activations,
    rain_panel,
    save_picture,
    scene,
)
from hinges.draw._layout import text_width
from hinges.errors import InvalidInputError
from hinges.nets import Hinge, Network
from hinges.pwl import PiecewiseLinear

pytestmark = pytest.mark.needs("matplotlib")

ZIGZAG = PiecewiseLinear([-1, -0.5, 0, 1], [-1, 1, -1, 0])
MANUAL = to_network(ZIGZAG, interval=(-1, 1))
HINGES = [Hinge(1.0, 500.0, 1.0), Hinge(1.0, -3.0, 1.0), Hinge(0.0, 1.0, 1.0)]


def four_panels():
    kinks = np.array([[1.0, 2.0], [1.5, np.nan], [2.0, 3.0]])
    curve = LossCurve("stuck", [0, 10], [1.0, 0.4], "dead")  # pyright: ignore[reportArgumentType]
    panels = [
        scene(ZIGZAG, data=([0.0, 1.0], [0.0, 1.0])).panels[0],
        kink_panel(HINGES, [0.0, 10.0]),
        loss_panel([curve], floor=1e-4, reached=1e-4),
        rain_panel([0, 1, 2], kinks, interval=(0, 4)),
    ]
    return Scene.grid(panels, 2, title="Four", note="panels", width=900, height=700)


def tick_labels(ax: Any) -> list[Any]:
    return [*ax.get_xticklabels(), *ax.get_yticklabels()]


def drawn_lines(ax: Any) -> list[Any]:
    import matplotlib.lines

    return [each for each in ax.get_children() if isinstance(each, matplotlib.lines.Line2D)]


def test_curves_are_drawn_through_their_vertices():
    (ax,) = plot(ZIGZAG, interval=(-1, 1)).axes
    assert ax.get_xlim() == (-1, 1)
    (curve,) = [line for line in drawn_lines(ax) if line.get_color() == LIGHT.colour("fit")]
    assert curve.get_xdata().tolist() == [-1.0, -0.5, 0.0, 1.0]
    assert curve.get_ydata().tolist() == [-1.0, 1.0, -1.0, 0.0]


def test_curves_are_cut_at_the_edge_of_the_view():
    ax = plot(MANUAL, interval=(-1, 1)).axes[0]
    low, high = ax.get_ylim()
    ends = [line.get_ydata()[-1] for line in drawn_lines(ax) if line.get_color() == LIGHT.colour("unit 0")]
    assert high in ends, "the first hinge, which ends at 8, leaves through the top"
    for line in drawn_lines(ax):
        if line.get_transform() == ax.transData:
            assert np.all((low <= line.get_ydata()) & (line.get_ydata() <= high))


def test_the_first_panel_goes_into_given_axes():
    from matplotlib.figure import Figure

    ax = Figure().add_subplot()
    assert plot(MANUAL, ax=ax, interval=(-1, 1)) is ax
    assert ax.get_xlim() == (-1, 1)
    with pytest.raises(InvalidInputError, match="11 panels and needs a figure of its own"):
        plot(MANUAL, view="buildup", ax=ax)
    with pytest.raises(InvalidInputError, match="view must be one of"):
        plot(MANUAL, view="nothing")


def test_pyplot_and_its_settings_are_left_alone():
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    before = dict(mpl.rcParams)
    open_figures = plt.get_fignums()
    for value in (ZIGZAG, Dataset([0.0, 1.0], [0.0, 1.0])):
        plot(value)
    plot_activations()
    plot(MANUAL, view="diagram")
    assert plt.get_fignums() == open_figures
    assert dict(mpl.rcParams) == before


def test_matplotlib_is_loaded_by_drawing_and_pyplot_is_not():
    code = """
import sys
from typing import Any
import hinges.draw
from hinges.pwl import PiecewiseLinear
assert "matplotlib" not in sys.modules
hinges.draw.scene(PiecewiseLinear([0], [1]))
assert "matplotlib" not in sys.modules
hinges.draw.plot(PiecewiseLinear([0], [1]))
assert "matplotlib.pyplot" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_pictures_are_files(tmp_path, suffix, start):
    path = save_picture(four_panels(), tmp_path / f"picture{suffix}")
    assert path.read_bytes().startswith(start)
    assert [file.name for file in tmp_path.iterdir()] == [f"picture{suffix}"]


def test_a_value_can_be_saved_as_it_is(tmp_path):
    assert save_picture(MANUAL, str(tmp_path / "network.PNG")).stat().st_size > 10_000


def test_nothing_is_half_written(tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(b"old")
    with pytest.raises(InvalidInputError, match=r"path must end in \.png, \.svg, \.pdf, not '.*picture\.bmp'"):
        save_picture(ZIGZAG, tmp_path / "picture.bmp")
    with pytest.raises(InvalidInputError, match="cannot write"):
        save_picture(ZIGZAG, tmp_path / "no folder" / "picture.png")
    with pytest.raises(InvalidInputError, match="value must be"):
        save_picture({}, path)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["picture.png"]


def test_texts_stay_inside_the_picture_and_do_not_overlap():
    for picture in (four_panels(), scene(MANUAL), scene(MANUAL, "diagram"), scene(MANUAL, "buildup")):
        figure = plot(picture)
        figure.canvas.draw()
        renderer = figure.canvas.get_renderer()
        width, height = figure.canvas.get_width_height()
        boxes = []
        for ax in figure.axes:
            for text in [*ax.texts, *(tick_labels(ax) if ax.axison else [])]:
                if text.get_text() and text.get_visible():
                    boxes.append((text.get_text(), text.get_window_extent(renderer)))
        for text, box in boxes:
            assert box.x0 >= 0, text
            assert box.y0 >= 0, text
            assert box.x1 <= width, text
            assert box.y1 <= height, text
        for i, (text, box) in enumerate(boxes):
            for other, second in boxes[:i]:
                across = min(box.x1, second.x1) - max(box.x0, second.x0)
                up = min(box.y1, second.y1) - max(box.y0, second.y0)
                assert across < 1.0 or up < 2.5, f"{text!r} overlaps {other!r}"


def test_widths_of_texts_are_estimated_on_the_safe_side():
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(family="DejaVu Sans")
    for text in (
        "gradient steps",
        "always on",
        "\u22120.0025",
        "mean squared error 1.2368e-4",
        "WIDE \u2265 mm",
        "illicit",
    ):
        true = TextPath((0, 0), text, size=11, prop=font).get_extents().width
        assert true <= text_width(text, 11) <= 1.35 * true + 4


@pytest.mark.parametrize(
    "value",
    [
        PiecewiseLinear([0], [0]),
        PiecewiseLinear([0, 1, 2], [0, 1e300, -1e300]),
        PiecewiseLinear(1e9 + np.array([0, 0.003, 0.01]), [0, 1, 2]),
        PiecewiseLinear([0, 1e-12], [0, 1e-12]),
        Network.dense([[[0, 1.0]], [[0.0], [2.0]]], [[1.0, 0.0], [0.0]]),
        Network.dense([[[1e9, 2e9]], [[1e9], [-1e9]]], [[1e9, -1e9], [1e9]]),
    ],
    ids=["constant", "y of 1e300", "near 1e9", "1e-12", "weight 0", "weights of 1e9"],
)
def test_degenerate_values_are_drawn(value, tmp_path):
    assert save_picture(value, tmp_path / "picture.svg").stat().st_size > 4_000
