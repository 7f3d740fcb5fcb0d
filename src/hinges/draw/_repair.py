"""Views of a repair: the curve before and after, where every kink went, and the layers' units before and after."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.diagnosis import Repair
from hinges.diagnosis._case import Case
from hinges.draw._diagnosis import fit_scene, is_curve
from hinges.draw._kinks import Kinks, curve, kink_marks, kinks_of, outside_bands, range_of, rows, window_of
from hinges.draw._layers import height_of, layers_panel
from hinges.draw._marks import Mark, Panel, Points, Polyline, Scene
from hinges.draw._numbers import short
from hinges.draw._window import Interval

View = Callable[[Any, Any], Scene]

BORDER = 0.01  # of the window: kinks beyond it are drawn there
TOP, LOW = 1.0, 0.0  # of the lines from a kink's old place to its new one


def views(value: Repair) -> dict[str, View]:
    """Give the views of a repair, the one that shows most of it first."""
    found: dict[str, View] = {}
    if is_curve(value.network, value.data, value.loss):
        found["kinks"] = lambda *_: _kinks_scene(value)
    if Case(value.network, value.data, value.loss, tries=False).hidden:
        found["layers"] = lambda *_: _layers_scene(value)
    found["fit"] = lambda *_: fit_scene(value.network, value.data, value.loss, (_title(value), value.status))
    return found


def _title(value: Repair) -> str:
    if not value.improved:
        return "Nothing better was found"
    return f"Repaired: the loss falls from {short(value.before)} to {short(value.after)}"


def _kinks_scene(value: Repair) -> Scene:
    window = window_of(value.data)
    before = curve(value.original, window, "unit 1", 2.0, f"before: {short(value.before)}")
    after = curve(value.network, window, "fit", 2.4, f"after: {short(value.after)}")
    old, new = kinks_of(value.original, value.data), kinks_of(value.network, value.data)
    y_range = range_of(value.data, [before, after])
    ticks = [] if new is None else kink_marks(new, window, y_range[0])
    marks: tuple[Mark, ...] = (*outside_bands(value.data), *rows(value.data), replace(before, dashed=True), after)
    names = value.data.x_names[0], value.data.y_names[0]
    main = Panel("", (*marks, *ticks), window, y_range, *names)
    if old is None or new is None:
        return Scene((main,), _title(value), value.status, width=820.0, height=520.0)
    below = replace(_moves_panel(old, new, value, window), row=1)
    return Scene(
        (main, below), _title(value), value.status, width=820.0, height=700.0, row_weights=(2.2, 1.0), leading=True
    )


def _moves_panel(old: Kinks, new: Kinks, value: Repair, window: Interval) -> Panel:
    """Give a line for each unit from its old kink, on top, to its new one; those beyond the borders start there."""
    marks: list[Mark] = [*outside_bands(value.data)]
    inward = BORDER * (window[1] - window[0])
    borders = (window[0] + inward, window[1] - inward)
    for unit in range(len(old.at)):
        ends = np.clip(np.array([old.at[unit], new.at[unit]]), *borders)
        if np.isfinite(ends).all():
            role = old.role(unit)
            marks.append(Polyline(ends, np.array([TOP, LOW]), role, 1.6))
            marks += [_dot(ends[:1], TOP, role), _dot(ends[1:], LOW, new.role(unit))]
    beyond = int((~((window[0] <= old.at) & (old.at <= window[1])) & np.isfinite(old.at)).sum())
    note = "red: dead, amber: always on" + f"; {beyond} started beyond the borders" * bool(beyond)
    ticks = ((TOP, "before"), (LOW, "after"))
    return Panel(
        "Where the kinks went", tuple(marks), window, (-0.15, 1.15), value.data.x_names[0], "", note, y_ticks=ticks
    )


def _dot(x: Floats, y: float, role: str) -> Points:
    return Points(x, np.array([y]), role, 6.0)


def _layers_scene(value: Repair) -> Scene:
    cases = [Case(network, value.data, value.loss, tries=False) for network in (value.original, value.network)]
    titles = (f"Before: loss {short(value.before)}", f"After: loss {short(value.after)}")
    panels = [layers_panel(case.hidden, title) for case, title in zip(cases, titles, strict=True)]
    return Scene.grid(
        panels, 1, title=_title(value), note=value.status, width=820.0, height=2 * height_of(cases[0].hidden) + 70.0
    )
