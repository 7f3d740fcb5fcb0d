"""Pictures of a function that jumps, and of a fit of one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from hinges.data import Dataset
from hinges.draw._fit import floor_note
from hinges.draw._function import curve_xy, data_points, residual_panel
from hinges.draw._marks import Mark, Panel, Points, Polyline, Scene
from hinges.draw._numbers import short
from hinges.draw._window import Interval, padded, seen
from hinges.optimal._jumps import JumpsFit, PiecewiseLinearWithJumps

View = Callable[[Any, Any], Scene]


def views(value: JumpsFit | PiecewiseLinearWithJumps) -> dict[str, View]:
    """Give the views: the pieces and, with data and a fit, what they leave."""
    if isinstance(value, PiecewiseLinearWithJumps):
        return {"function": lambda a, d: Scene((jumps_panel(value, interval=a, data=d),))}
    return {"fit": lambda a, d: jumps_fit_scene(value, interval=a, data=d)}


def jumps_panel(
    f: PiecewiseLinearWithJumps, *, interval: Any = None, data: Any = None, title: str = "", note: str = ""
) -> Panel:
    """Give a panel with the pieces, and data: a full dot is the value at a jump, a hollow one the limit from the left.

    Exact up to one rounding of each end of a piece.
    """
    rows = None if data is None else Dataset.of(data)
    xy = curve_xy(rows)
    window = seen(interval, xy[0] if xy else None, f.breakpoints)
    curves, dots = _pieces(f, window)
    inside = [] if xy is None else [xy[1][(window[0] <= xy[0]) & (xy[0] <= window[1])]]
    names = ("x", "y") if rows is None else (rows.x_names[0], rows.y_names[0])
    count = len(f.slopes)
    title = title or f"A function of {count} piece{'s' * (count != 1)}, with jumps"
    y_range = padded([*(curve.y for curve in curves), *inside])
    return Panel(title, (*data_points(xy), *curves, *dots), window, y_range, *names, note)


def _pieces(f: PiecewiseLinearWithJumps, window: Interval) -> tuple[list[Polyline], list[Mark]]:
    curves: list[Polyline] = []
    dots: list[Mark] = []
    shown = [k for k, piece in enumerate(f.pieces) if piece.start < window[1] and piece.stop > window[0]]
    for k in shown:
        piece = f.pieces[k]
        ends = np.array([max(piece.start, window[0]), min(piece.stop, window[1])])
        heights = f.heights[k] + f.slopes[k] * (ends - f.anchors[k])
        curves.append(Polyline(ends, heights, "fit", 2.2, label="" if curves else "function"))
        if piece.start > window[0]:
            dots.append(Points(ends[:1], heights[:1], "fit", 5.0))
        if piece.stop < window[1]:
            dots.append(Points(ends[1:], heights[1:], "fit", 7.0, hollow=True))
    return curves, dots


def jumps_fit_scene(value: JumpsFit, *, interval: Any = None, data: Any = None) -> Scene:
    """Give the pieces with the data, the residual below, and the floor of functions with as many."""
    count = len(value.function.slopes)
    title = f"{count} piece{'s' * (count != 1)} with jumps, error {short(value.loss)}"
    main = jumps_panel(value.function, interval=interval, data=data, title=title, note=floor_note(value.bounds))
    if data is None:
        return Scene((main,))
    below = replace(residual_panel(value.function, data, window=main.x_range), row=1)
    return Scene((main, below), width=760.0, height=640.0, row_weights=(2.2, 1.0), leading=True)
