"""save_animation: a training run as an animated picture."""

import io
import math
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays
from hinges._arrays import Floats
from hinges._extras import require
from hinges._files import write_atomically
from hinges.data import Dataset
from hinges.draw._classes import sampled_panel
from hinges.draw._function import function_panel
from hinges.draw._marks import Mark, Panel, Points, Polyline, Scene
from hinges.draw._numbers import short
from hinges.draw._window import Interval, padded
from hinges.draw.matplotlib import figure
from hinges.errors import InvalidInputError
from hinges.fits import Snapshot
from hinges.nets import Network

MOST_FRAMES = 400
SHORTEST = 0.02  # seconds of one frame: viewers show shorter ones slowly
HELD = 1.5  # seconds that the last frame stays
COLOURS = 255
EARLY = 1.6  # power by which frames lie closer together at the start, where most happens
ROOM = 0.35  # heights of the data seen above and below it
GRID = 150  # places a side where a network of two inputs is asked for its class


def save_animation(
    snapshots: Iterable[Snapshot], path: str | os.PathLike[str], *, data: Any = None, frames: int = 60,
    seconds: float = 6.0, width: float = 840.0,
) -> Path:  # fmt: skip
    """Write a training run as a .gif, whole or not at all: the function with its kinks on the data, and the loss.

    Of a network with two inputs it shows the classes in the plane. Snapshots are thinned to `frames`, the first and
    the last among them, as they come: a run of any length takes the memory of a few.

    Arguments:
        snapshots: one or more, as `steps(data, Training(...))` gives them.
        path: ends in .gif.
        data: a Dataset or a pair (x, y) to show with the function.
        frames: how many pictures at most.
        seconds: how long it takes, besides the last picture, which stays for a moment.
        width: of the picture, px.

    Raises:
        InvalidInputError: no snapshot, another suffix, networks of more inputs, or the file cannot be written.
        MissingExtraError: matplotlib, or Pillow, which comes with it, is not installed.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from hinges import Training, example, steps
    >>> with TemporaryDirectory() as folder:
    ...     run = steps(example("relu-lab"), Training(hidden=(3,), steps=20))
    ...     print(save_animation(run, Path(folder, "run.gif"), frames=2, width=200).name)
    run.gif
    """
    frames = _arrays.count(frames, "frames", minimum=2, maximum=MOST_FRAMES)
    seconds = _arrays.number(seconds, "seconds", above=0.0)
    width = min(_arrays.number(width, "width", least=200.0), 4000.0)
    if Path(path).suffix.lower() != ".gif":
        raise InvalidInputError(f"path must end in .gif, not {str(path)!r}")
    image = require("PIL.Image", extra="plot")
    kept, loss = _thinned(snapshots, frames)
    rows = None if data is None else Dataset.of(data)
    scenes = _scenes(kept, loss, rows, width)
    pictures = [image.fromarray(_pixels(scene)) for scene in scenes]
    last = pictures[-1].quantize(COLOURS, dither=image.Dither.NONE)  # one table of colours: nothing flickers
    indexed = [picture.quantize(palette=last, dither=image.Dither.NONE) for picture in pictures]
    each = max(SHORTEST, seconds / len(indexed))
    durations = [round(1000 * each)] * (len(indexed) - 1) + [round(1000 * (each + HELD))]
    buffer = io.BytesIO()
    indexed[0].save(buffer, "GIF", save_all=True, append_images=indexed[1:], duration=durations, loop=0, optimize=False)
    return write_atomically(path, buffer.getvalue())


def _thinned(snapshots: Iterable[Snapshot], frames: int) -> tuple[list[Snapshot], tuple[Floats, Floats]]:
    """Give at most `frames` snapshots, both ends among them, closer together early, and steps and losses of all."""
    kept: list[Snapshot] = []
    steps: list[float] = []
    losses: list[float] = []
    every = 1
    last = None
    for i, each in enumerate(snapshots):
        last = _arrays.instance(each, Snapshot, f"snapshots[{i}]")
        steps.append(float(last.step))
        losses.append(last.loss)
        if i % every == 0:
            kept.append(last)
        if len(kept) > 4 * frames:
            kept, every = kept[::2], 2 * every
    if last is None:
        raise InvalidInputError("snapshots is empty: give what steps(data, Training(...)) yields")
    if kept[-1] is not last:
        kept.append(last)
    places = np.linspace(0.0, 1.0, min(frames, len(kept))) ** EARLY
    chosen = np.unique((places * (len(kept) - 1)).round().astype(int))
    return [kept[i] for i in chosen], (np.array(steps), np.array(losses))


# --- frames ---------------------------------------------------------------------------------------------


def _scenes(kept: list[Snapshot], loss: tuple[Floats, Floats], rows: Dataset | None, width: float) -> list[Scene]:
    first = kept[0].network
    if first.inputs > 2 or (first.inputs == 1 and first.outputs > 1):
        raise InvalidInputError(
            f"the network has {first.inputs} inputs and {first.outputs} outputs: an animation shows one of each, "
            "or two inputs"
        )
    if first.inputs == 2 and rows is None:
        raise InvalidInputError("give data=...: of a network with two inputs the animation shows where the data lie")
    if rows is not None and rows.x.shape[1] != first.inputs:
        raise InvalidInputError(f"data has {rows.x.shape[1]} inputs where the network has {first.inputs}")
    view = _seen(kept, rows)
    return [
        Scene(
            (replace(_main(each, rows, view), row=0), replace(_loss(loss, each), column=1)),
            width=width, height=round(0.48 * width) if first.inputs == 1 else round(0.56 * width),
            column_weights=(1.6, 1.0),
        )
        for each in kept
    ]  # fmt: skip


def _seen(kept: list[Snapshot], rows: Dataset | None) -> tuple[Interval, Interval]:
    """Give what all frames show of both axes."""
    if rows is not None and rows.x.shape[1] == 2:
        return padded([rows.x[:, 0]], 0.06), padded([rows.x[:, 1]], 0.06)
    if rows is not None:
        return padded([rows.x], 0.04), padded([rows.y], ROOM)
    last = function_panel(None, network=kept[-1].network)
    return last.x_range, padded([last.y_range], ROOM / 2)


def _main(each: Snapshot, rows: Dataset | None, view: tuple[Interval, Interval]) -> Panel:
    title = f"After {each.step:,} steps"
    if each.network.inputs == 2:
        panel = sampled_panel(each.network, view, rows, grid=GRID)
        share = panel.title.rpartition("accuracy ")[2] if "accuracy" in panel.title else ""
        return replace(panel, title=title, note=f"accuracy {share}" if share else "")
    panel = function_panel(None, network=each.network, data=rows, interval=view[0], title=title)
    marks = [replace(mark, label="") if isinstance(mark, (Points, Polyline)) else mark for mark in panel.marks]
    return replace(panel, marks=tuple(marks), y_range=view[1], note=_kinks(each.network, view[0]))


def _kinks(network: Network, window: Interval) -> str:
    """Say how many units bend where the picture is."""
    if not network.is_hinge_sum:
        return ""
    hinges = network.hinges()
    inside = sum(window[0] <= hinge.kink <= window[1] for hinge in hinges)
    return f"{inside} of {len(hinges)} units bend in this picture"


def _loss(loss: tuple[Floats, Floats], each: Snapshot) -> Panel:
    """Give the loss so far, on axes that hold all of it."""
    steps, losses = loss
    shown = np.isfinite(losses) & (losses > 0)
    if not shown.any():
        raise InvalidInputError("snapshots holds no positive finite loss, so there is nothing to draw")
    steps, losses = steps[shown], losses[shown]
    past = steps <= each.step
    marks: list[Mark] = [Polyline(steps[past], losses[past], "fit", 1.8)]
    if math.isfinite(each.loss) and each.loss > 0:
        marks.append(Points([each.step], [each.loss], "fit", 7.0))  # pyright: ignore[reportArgumentType]
    low, high = float(losses.min()), float(losses.max())
    start, end = float(loss[0][0]), float(loss[0][-1])
    return Panel(
        f"Loss {short(each.loss, 3, zeros=True)}", tuple(marks), (start, end if start < end else start + 1.0),
        (low / 1.5, high * 1.5), "gradient steps", "", log_y=True,
    )  # fmt: skip


def _pixels(scene: Scene) -> NDArray[np.uint8]:
    """Give the pixels of a picture, (height, width, 3)."""
    drawn = figure(scene)
    drawn.canvas.draw()
    return np.ascontiguousarray(np.asarray(drawn.canvas.buffer_rgba())[:, :, :3])
