"""Panels that tell how a training went: where the kinks lie, how they moved, and the loss against the floor."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges import _arrays
from hinges._arrays import Floats
from hinges.draw._marks import Band, EndLabel, Mark, Panel, Points, Polyline, Rule, Text
from hinges.draw._numbers import short
from hinges.draw._theme import unit_role
from hinges.draw._window import Interval, padded
from hinges.errors import InvalidInputError
from hinges.nets import Hinge

_ROWS_LABELLED = 14  # units with a row and a label of their own


@dataclass(frozen=True, eq=False)
class LossCurve:
    """The loss over training: `step` (T,), `loss` (T,), what to call it and its role."""

    label: str
    step: Floats
    loss: Floats
    role: str = "fit"

    def __post_init__(self) -> None:
        for name in ("step", "loss"):
            object.__setattr__(self, name, _arrays.vector(getattr(self, name), name))
        if len(self.step) != len(self.loss):
            raise InvalidInputError(f"loss has {len(self.loss)} entries for {len(self.step)} steps")


def kink_panel(
    hinges: Sequence[Hinge], x: ArrayLike, *, title: str = "Where the kinks lie", reach: float = 0.22
) -> Panel:
    """Give one row a unit: a line where the unit is on, a dot at its kink, beside the strip where the data lies.

    Arguments:
        hinges: the units.
        x: (n,) the inputs of the data. A unit that is off on every row is dead, one on on every row always on.
        title: of the panel.
        reach: how far the picture goes beyond the data, in lengths of the data.
    """
    rows = _arrays.vector(x, "x")
    if len(rows) == 0 or len(hinges) == 0:
        raise InvalidInputError(f"{'x' if len(hinges) else 'hinges'} is empty: there is nothing to draw")
    low, high = float(rows.min()), float(rows.max())
    window = padded([[low, high]], reach)
    states = [_state(hinge, rows) for hinge in hinges]
    marks: list[Mark] = [Band(low, high, "x", "band", "the data")]
    for i, (hinge, state) in enumerate(zip(hinges, states, strict=True)):
        y, role = -float(i + 2), state if state in ("dead", "always on") else unit_role(i)
        marks += _unit_row(hinge, y, role, window)
        if len(hinges) <= _ROWS_LABELLED:
            marks.append(EndLabel(y, state, role))
    dead, on, inside = (states.count(state) for state in ("dead", "always on", "bends inside"))
    labelled = len(hinges) <= _ROWS_LABELLED
    ticks = tuple((-float(i + 2), str(i)) for i in range(len(hinges))) if labelled else ()
    note = f"{dead} dead, {on} always on, {inside} of {len(hinges)} bend inside the data"
    y_range = (-len(hinges) - 1.65, -0.75)
    return Panel(title, tuple(marks), window, y_range, "x", "unit", note, y_ticks=ticks)


def _state(hinge: Hinge, x: Floats) -> str:
    z = hinge.weight * x + hinge.bias
    if not np.any(z > 0):
        return "dead"
    return "always on" if np.all(z > 0) else "bends inside"


def _unit_row(hinge: Hinge, y: float, role: str, window: Interval) -> list[Mark]:
    low, high = window
    kink = hinge.kink
    if hinge.weight == 0:
        return [_level(low, high, y, role)] if hinge.bias > 0 else []
    start, stop = (max(low, kink), high) if hinge.weight > 0 else (low, min(high, kink))
    marks: list[Mark] = []
    if start < stop:
        marks.append(_level(start, stop, y, role))
    if low <= kink <= high:
        marks.append(Points([kink], [y], role, 8.0, hollow=True))  # pyright: ignore[reportArgumentType]
    else:
        left = kink < low
        text = f"\u25c2 {short(kink)}" if left else f"{short(kink)} \u25b8"
        at, align, shift = (low, "left", 2.0) if left else (high, "right", -2.0)
        marks.append(Text(at, y, text.replace("-", "\u2212"), role, 9.5, align=align, offset=(shift, 7.0)))
    return marks


def _level(start: float, stop: float, y: float, role: str) -> Polyline:
    return Polyline(np.array([start, stop]), np.array([y, y]), role, 2.4)


def rain_panel(
    step: ArrayLike, kinks: ArrayLike, *, interval: Interval, dead: ArrayLike | None = None,
    always_on: ArrayLike | None = None, title: str = "Kinks over training", reach: float = 0.22,
) -> Panel:  # fmt: skip
    """Give the trail of every unit's kink, training running downwards, beside the strip where the data lies.

    Arguments:
        step: (T,) gradient steps made.
        kinks: (T, units) where each unit bends, NaN where it never does.
        interval: (a, b), where the data lies.
        dead: (T, units) bool, drawn in the colour of dead units.
        always_on: (T, units) bool, drawn in the colour of units that are always on.
        title: of the panel.
        reach: how far the picture goes beyond the data, in lengths of the data.
    """
    steps, trails = _arrays.vector(step, "step"), _arrays.matrix(kinks, "kinks", finite=False)
    if len(steps) != len(trails) or len(steps) == 0:
        raise InvalidInputError(f"kinks has {len(trails)} rows for {len(steps)} steps")
    low, high = _arrays.interval(interval)
    states = _states(trails.shape, dead, always_on)
    marks: list[Mark] = [Band(low, high, "x", "band")]
    for unit in range(trails.shape[1]):
        marks += _trail(steps, trails[:, unit], states[:, unit], unit_role(unit))
    window = padded([[low, high]], reach)
    last = trails[-1]
    marks += [
        Points([last[unit]], [steps[-1]], _STATES[states[-1, unit]] or unit_role(unit), 7.0)  # pyright: ignore[reportArgumentType]
        for unit in range(trails.shape[1])
        if np.isfinite(last[unit])
    ]
    outside = int(np.sum(~((window[0] <= last) & (last <= window[1]))))
    note = (
        "shaded: where the data lies"
        + "; red: dead" * bool((states == 1).any())
        + "; amber: always on" * bool((states == 2).any())
    )
    note += f"; {outside} of {len(last)} ended outside" * bool(outside)
    ends = (float(steps.max()), float(steps.min())) if steps.max() > steps.min() else (steps[0] + 1.0, steps[0])
    return Panel(title, tuple(marks), window, ends, "x", "gradient steps", note)


_STATES = ("", "dead", "always on")


def _states(shape: tuple[int, ...], dead: ArrayLike | None, always_on: ArrayLike | None) -> NDArray[np.int8]:
    states = np.zeros(shape, dtype=np.int8)
    for value, (name, flags) in enumerate((("dead", dead), ("always_on", always_on)), start=1):
        if flags is None:
            continue
        array = np.asarray(flags, dtype=bool)
        if array.shape != shape:
            raise InvalidInputError(f"{name} has shape {array.shape} where kinks has {shape}")
        states[array] = value
    return states


def _trail(steps: Floats, kink: Floats, state: NDArray[np.int8], role: str) -> list[Mark]:
    """Give one unit's trail, broken where its kink is NaN and where its state changes."""
    breaks = [0, *(i for i in range(1, len(kink)) if _breaks(kink, state, i)), len(kink)]
    parts: list[Mark] = []
    for start, stop in pairwise(breaks):
        reach = stop + 1 if stop < len(kink) and np.isfinite(kink[stop - 1 : stop + 1]).all() else stop
        if np.isfinite(kink[start]) and reach - start > 1:
            own = _STATES[state[start]] or role
            parts.append(Polyline(kink[start:reach], steps[start:reach], own, 1.6))
    return parts


def _breaks(kink: Floats, state: NDArray[np.int8], i: int) -> bool:
    return bool(state[i] != state[i - 1] or np.isfinite(kink[i]) != np.isfinite(kink[i - 1]))


def loss_panel(
    curves: Sequence[LossCurve], *, floor: float, reached: float | None = None, reached_label: str = "best found",
    units: Any = None, title: str = "The floor", note: str = "", y_label: str = "mean squared error",
) -> Panel:  # fmt: skip
    """Give the loss over training, on a logarithmic axis, above the floor that no such network can go below.

    Arguments:
        curves: one or more losses over training.
        floor: a lower bound on the loss of every network of that size.
        reached: the loss of the best network found, drawn where it is given.
        reached_label: what that network is called.
        units: how many units the floor is for, named in the picture.
        title: of the panel.
        note: a quiet line under the title.
        y_label: what the loss is.
    """
    _arrays.number(floor, "floor", least=0.0)
    if not curves:
        raise InvalidInputError("curves is empty: there is no loss to draw")
    losses = [curve.loss[curve.loss > 0] for curve in curves]
    ends = [*losses, np.array([value for value in (floor, reached) if value])]
    together = np.concatenate(ends)
    if len(together) == 0:
        raise InvalidInputError("curves holds no positive loss, so there is nothing to draw on a logarithmic axis")
    y_range = (float(together.min()) / 6, float(together.max()) * 2)
    last = max(float(curve.step.max()) for curve in curves)
    steps = (0.0, last or 1.0)
    who = f"network of {units} units" if units else "network of this size"
    marks: list[Mark] = []
    if floor > 0:
        marks += [
            Band(-np.inf, floor, "y", "impossible", f"below {short(floor, 4)}: no {who} can be here"),
            Rule(floor, "y", "floor", 1.4),
        ]
    for curve in curves:
        shown = curve.loss > 0
        marks.append(Polyline(curve.step[shown], curve.loss[shown], curve.role, 1.8))
        marks.append(_end_label(curve, y_range[0], steps[1]))
    if reached:
        marks += [
            Points([steps[1]], [reached], "fit", 8.0),  # pyright: ignore[reportArgumentType]
            EndLabel(reached, f"{reached_label}: {short(reached, 4)}", "fit", True),
        ]
    return Panel(title, tuple(marks), steps, y_range, "gradient steps", y_label, note, log_y=True)


def _end_label(curve: LossCurve, lowest: float, last_step: float) -> EndLabel:
    """Give the name and the last loss of a curve, at its end where that is well inside the panel."""
    loss = float(curve.loss[-1])
    ended = float(curve.step[-1])
    text = f"{curve.label}: {short(loss, zeros=True)}"
    early = ended if ended < 0.6 * last_step else None
    return EndLabel(max(loss, lowest), text, curve.role, inside=True, x=early)
