"""Pictures of several functions that share their breakpoints: one panel an output, and two outputs as a curve."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.draw._diagram import diagram_scene
from hinges.draw._fit import floor_note
from hinges.draw._function import data_points, function_scene
from hinges.draw._marks import Panel, Points, Polyline, Rug, Scene
from hinges.draw._numbers import short
from hinges.draw._theme import unit_role
from hinges.draw._window import Interval, padded, seen, visible
from hinges.optimal._shared_knots import SharedFit

View = Callable[[Any, Any], Scene]
_MOST = 6  # outputs that are drawn


def views(value: SharedFit) -> dict[str, View]:
    """Give the views: a panel an output; with two outputs also the curve in the plane; and those of the network."""
    found: dict[str, View] = {"fit": lambda a, d: shared_scene(value, interval=a, data=d)}
    if len(value.functions) == 2:
        found["plane"] = lambda a, d: plane_scene(value, interval=a, data=d)
    found["function"] = lambda a, d: function_scene(value.network, interval=a, data=d)
    found["diagram"] = lambda a, d: diagram_scene(value.network, interval=a, data=d)
    return found


def shared_scene(value: SharedFit, *, interval: Any = None, data: Any = None) -> Scene:
    """Give each output's function with its data, one under the other, and the shared breakpoints below."""
    rows = None if data is None else Dataset.of(data)
    kinks = _kinks(value)
    window = seen(interval, None if rows is None else rows.x[:, 0], kinks)
    shown = min(len(value.functions), _MOST)
    panels = [replace(_output_panel(value, j, window, rows), row=j) for j in range(shown)]
    pieces = len(kinks) + 1
    title = f"{pieces} piece{'s' * (pieces != 1)} for {len(value.functions)} outputs, error {short(value.loss)}"
    note = floor_note(value.bounds)
    if shown < len(value.functions):
        note = f"the first {shown} of {len(value.functions)} outputs" + (f"; {note}" if note else "")
    panels[0] = replace(panels[0], title=title, note=note)
    return Scene(tuple(panels), width=760.0, height=120.0 + 220.0 * shown, leading=True)


def _output_panel(value: SharedFit, j: int, window: Interval, rows: Dataset | None) -> Panel:
    f = value.functions[j]
    curve = Polyline(*visible(f, window), unit_role(j), 2.2)
    kinks = _kinks(value)
    kinks = kinks[(window[0] <= kinks) & (kinks <= window[1])]
    dots = Points(kinks, np.asarray(f(kinks)), unit_role(j), 7.0, hollow=True)
    rug = Rug(kinks, ("muted",) * len(kinks))
    xy = None if rows is None else (rows.x[:, 0], rows.y[:, j])
    inside = [] if xy is None else [xy[1][(window[0] <= xy[0]) & (xy[0] <= window[1])]]
    names = ("x", f"output {j}") if rows is None else (rows.x_names[0], rows.y_names[j])
    return Panel("", (*data_points(xy, ""), curve, dots, rug), window, padded([curve.y, *inside]), *names)


def plane_scene(value: SharedFit, *, interval: Any = None, data: Any = None) -> Scene:
    """Give two outputs as a curve in the plane, with its corners: exact, because both bend together."""
    rows = None if data is None else Dataset.of(data)
    kinks = _kinks(value)
    low, high = seen(interval, None, kinks)
    if interval is None and rows is not None:
        low, high = float(rows.x.min()), float(rows.x.max())
    kinks = kinks[(low < kinks) & (kinks < high)]
    places = np.concatenate([[low], kinks, [high]])
    one, other = (np.asarray(f(places)) for f in value.functions)
    curve, corners = Polyline(one, other, "fit", 2.2), Points(one[1:-1], other[1:-1], "fit", 7.0, hollow=True)
    xy = None if rows is None else (rows.y[:, 0], rows.y[:, 1])
    across, up = (padded([part, *([] if xy is None else [xy[i]])]) for i, part in enumerate((one, other)))
    names = ("output 0", "output 1") if rows is None else (rows.y_names[0], rows.y_names[1])
    pieces = len(kinks) + 1
    title = f"A curve of {pieces} straight piece{'s' * (pieces != 1)}"
    marks = (*data_points(xy), curve, corners)
    return Scene((Panel(title, marks, across, up, *names, floor_note(value.bounds)),), height=560.0)


def _kinks(value: SharedFit) -> Floats:
    return np.unique(np.concatenate([f.kinks for f in value.functions]))
