"""The matplotlib backend: draws scenes, and the verbs `plot` and `save_picture`. Nothing global is touched."""

import io
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hinges._extras import require
from hinges._files import write_atomically
from hinges.draw import _layout
from hinges.draw._activations import activations_scene
from hinges.draw._marks import Scene
from hinges.draw._painter import FONT, PX, Painter, matplotlib_part
from hinges.draw._theme import LIGHT, Theme
from hinges.draw._views import scene as scene_of
from hinges.errors import InvalidInputError

SUFFIXES = (".png", ".svg", ".pdf")
PNG_SCALE = 2.0  # device pixels in a px


def plot(value: object, *, view: str | None = None, ax: Any = None, interval: Any = None, data: Any = None) -> Any:
    """Draw a value with matplotlib: give the Figure, or the `ax` that was drawn into.

    Arguments:
        value: a PiecewiseLinear, Network, Dataset, FitResult, Approximation or Scene.
        view: one of the value's views, as in `scene`; the first where none is given.
        ax: matplotlib Axes to draw the first panel into.
        interval: (a, b), what is seen of x.
        data: a Dataset or a pair (x, y) to show with a function or network.

    Raises:
        InvalidInputError: the value has no such view, or the view needs a figure of its own.
        MissingExtraError: matplotlib is not installed.

    >>> from hinges import PiecewiseLinear
    >>> len(plot(PiecewiseLinear([0, 1], [0, 1])).axes)
    1
    """
    picture = scene_of(value, view, interval=interval, data=data)
    if ax is None:
        return figure(picture)
    if not picture.stands_alone:
        raise InvalidInputError(
            f"this view has {len(picture.panels)} panels and needs a figure of its own: leave ax out"
        )
    panel = picture.panels[0]
    Painter(ax, panel if panel.title else replace(panel, title=picture.title), LIGHT).paint()
    return ax


def plot_activations(*, derivatives: bool = True, names: Sequence[str] | None = None) -> Any:
    """Draw the six activations side by side, with their derivatives below: give the Figure.

    Arguments:
        derivatives: whether to add the row of derivatives.
        names: which ones, in which order, for example ("linear", "relu", "sigmoid").

    Raises:
        InvalidInputError: a name is no activation.
        MissingExtraError: matplotlib is not installed.

    >>> len(plot_activations(names=("linear", "relu")).axes)
    4
    """
    return figure(activations_scene(derivatives=derivatives, names=names))


def save_picture(picture: object, path: str | os.PathLike[str]) -> Path:
    """Write a picture (a Scene, or a value that has one) as .png, .svg or .pdf, whole or not at all.

    Raises:
        InvalidInputError: another suffix, or the file cannot be written.
        MissingExtraError: matplotlib is not installed.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from hinges import PiecewiseLinear
    >>> with TemporaryDirectory() as folder:
    ...     path = save_picture(PiecewiseLinear([0, 1], [0, 1]), Path(folder, "line.svg"))
    ...     print(path.name, path.stat().st_size > 1000)
    line.svg True
    """
    suffix = check_picture_path(path)
    drawn = figure(picture if isinstance(picture, Scene) else scene_of(picture))
    buffer = io.BytesIO()
    metadata = {".png": None, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}[suffix]
    drawn.savefig(buffer, format=suffix[1:], dpi=96 * PNG_SCALE, metadata=metadata, facecolor=drawn.get_facecolor())
    return write_atomically(path, buffer.getvalue())


def check_picture_path(path: str | os.PathLike[str]) -> str:
    """Give the suffix of a picture's path if `save_picture` can write it: asked before the work is done.

    Raises:
        InvalidInputError: another suffix.
        MissingExtraError: matplotlib is not installed.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise InvalidInputError(f"path must end in {', '.join(SUFFIXES)}, not {str(path)!r}")
    require("matplotlib", extra="plot")
    return suffix


def figure(scene: Scene, *, theme: Theme = LIGHT) -> Any:
    """Give a matplotlib Figure of a scene, 96 px an inch."""
    made = _new_figure((scene.width / 96, scene.height / 96))
    made.set_facecolor(theme.colour("background"))
    _headings(made, scene, theme)
    for panel, box in zip(scene.panels, _layout.arranged(scene), strict=True):
        bottom = scene.height - box.y - box.height
        ax = made.add_axes(
            (box.x / scene.width, bottom / scene.height, box.width / scene.width, box.height / scene.height)
        )
        Painter(ax, panel, theme, box.top).paint()
    return made


def _new_figure(size: tuple[float, float]) -> Any:
    """Give a figure that pyplot knows of only where the user has opened a window system with it."""
    matplotlib = require("matplotlib", extra="plot")
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        registry = matplotlib_part("backends")
        windows = registry.backend_registry.list_builtin(registry.BackendFilter.INTERACTIVE)
        if matplotlib.get_backend().lower() in {name.lower() for name in windows}:
            return pyplot.figure(figsize=size, dpi=96)
    made = matplotlib_part("figure").Figure(figsize=size, dpi=96)
    matplotlib_part("backends.backend_agg").FigureCanvasAgg(made)
    return made


def _headings(made: Any, scene: Scene, theme: Theme) -> None:
    left, top = _layout.MARGIN / scene.width, _layout.MARGIN
    for text, size, bold, line in _layout.headings(scene):
        made.text(
            left, 1 - top / scene.height, text, fontsize=size * PX, fontweight="bold" if bold else "normal",
            family=FONT, color=theme.colour("text" if bold else "muted"), ha="left", va="top", parse_math=False,
        )  # fmt: skip
        top += line
