"""The pictures of a sensitivity, where each parameter moves the function, and of a fan of random changes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hinges.analysis import Fan, Influence, Sensitivity
from hinges.convert import to_function
from hinges.draw._marks import EndLabel, Mark, Panel, Polyline, Rule, Scene
from hinges.draw._numbers import short
from hinges.draw._tables import Table, column
from hinges.draw._theme import unit_role
from hinges.draw._window import padded, visible
from hinges.nets import Network, Parameter

MOST_ROWS = 24
_HALF = 0.44  # of a row, what its largest change takes
_HINGE_NOTE = "v into a unit, b its bias, w out of it"


def views(value: Sensitivity | Fan) -> dict[str, Callable[[Any, Any], Scene]]:
    """Give the views of a sensitivity or a fan."""
    if isinstance(value, Fan):
        return {"fan": lambda _a, _d: fan_scene(value)}
    return {"parameters": lambda _a, _d: sensitivity_scene(value)}


def label(network: Network, parameter: Parameter) -> str:
    """Give the short name of a parameter: of a sum of hinges v, b and w of a unit."""
    if network.is_hinge_sum and network.outputs == 1:
        if parameter.layer == 0:
            return f"{'b' if parameter.input is None else 'v'}{parameter.unit}"
        return "output bias" if parameter.input is None else f"w{parameter.input}"
    where = "bias" if parameter.input is None else f"{parameter.input} \u2192"
    return f"layer {parameter.layer}, {where} {parameter.unit}"


def _unit_of(network: Network, parameter: Parameter) -> int | None:
    """Give the hidden unit whose colour a parameter has; None for the output's own."""
    if parameter.layer < len(network.weights) - 1:
        return parameter.unit
    return parameter.input


def sensitivity_scene(value: Sensitivity) -> Scene:
    """Give the function, and one line a parameter: a bar where moving it changes the function, and the change."""
    network, window = value.network, value.interval
    f = to_function(network, output=value.output)
    curve = Polyline(*visible(f, window), "fit", 2.2)
    top = Panel("The function", (curve,), window, padded([curve.y]))
    rows = _rows(value)
    marks: list[Mark] = []
    ticks: list[tuple[float, str]] = []
    for i, influence in enumerate(rows):
        at = float(len(rows) - 1 - i)
        unit = _unit_of(network, influence.parameter)
        marks += _row(influence, at, "fit" if unit is None else unit_role(unit))
        ticks.append((at, label(network, influence.parameter)))
    note = (
        f"bar: where the function changes when it grows by {value.step:g}; line: how; at the right by how much at most"
    )
    title = "Its parameters"
    if len(rows) < len(value.influences):
        title = f"The {len(rows)} of its {len(value.influences)} parameters with the largest change"
    elif network.is_hinge_sum:
        title = f"Its parameters: {_HINGE_NOTE}"
    below = Panel(title, tuple(marks), window, (-0.7, len(rows) - 0.3), "x", "", note, y_ticks=tuple(ticks), row=1)
    height = 36.0 * len(rows) + 330.0
    return Scene((top, below), width=860.0, height=height, row_weights=(190.0, 36.0 * len(rows)))


def _rows(value: Sensitivity) -> Sequence[Influence]:
    """Give the parameters to show: all, unit by unit in a sum of hinges, or those with the largest change."""
    found = list(value.influences)
    if len(found) > MOST_ROWS:
        return sorted(found, key=lambda one: -one.largest)[:MOST_ROWS]
    if value.network.is_hinge_sum:
        order = ("weight", 0), ("bias", 0), ("weight", 1), ("bias", 1)

        def place(one: Influence) -> tuple[float, int]:
            p = one.parameter
            unit = _unit_of(value.network, p)
            return (np.inf if unit is None else unit, order.index((p.kind, p.layer)))

        found.sort(key=place)
    return found


def _row(influence: Influence, at: float, role: str) -> list[Mark]:
    """Give one line: bars where the function changes, the change on a scale of its own, its largest value."""
    marks: list[Mark] = [Rule(at, "y", "grid")]
    for low, high in influence.intervals:
        marks.append(Polyline(np.array([low, high]), np.array([at, at]), role, 3.0))
    if influence.intervals:
        moving = np.flatnonzero(influence.change)
        kept = slice(max(moving[0] - 1, 0), moving[-1] + 2)  # without the stretches of zeros at both ends
        heights = _HALF * influence.change[kept] / (influence.largest or 1.0)
        marks.append(Polyline(influence.x[kept], at + heights, role, 1.3))
    marks.append(EndLabel(at, short(influence.largest) if influence.intervals else "nothing", "muted"))
    return marks


def fan_scene(value: Fan) -> Scene:
    """Give the functions under random changes of some parameters, and the unchanged one over them."""
    marks: list[Mark] = [
        Polyline(*visible(f, value.interval), "positive", 0.9, label="changed at random") for f in value.functions
    ]
    marks.append(Polyline(*visible(value.function, value.interval), "fit", 2.6, label="the network's function"))
    names = [label(value.network, parameter) for parameter in value.parameters]
    listed = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    heights = [mark.y for mark in marks if isinstance(mark, Polyline)]
    title = f"{len(value.functions)} random changes of {listed}"
    panel = Panel(title, tuple(marks), value.interval, padded(heights), "x", "y", f"each by up to {value.reach:g}")
    return Scene((panel,), height=420.0)


def sensitivity_table(value: Sensitivity, *, parameters: int = 40) -> str:
    """Give a sensitivity as lines of text: of each parameter where the function changes, and by how much.

    Arguments:
        value: the sensitivity.
        parameters: how many are listed at most; of more those with the largest change.

    >>> from hinges.analysis import sensitivity
    >>> network = Network.dense([[[1.0, 1.0]], [[4.0], [-8.0]]], [[1.0, 0.5], [-1.0]])
    >>> print(sensitivity_table(sensitivity(network, interval=(-1, 1))))
    parameters moved by 0.1, x from -1 to 1
    ...
    weight of layer 0, 0 -> unit 1    1.0                [-0.5, 1]            0.80   0.485151
    ...
    """
    return _table(value, parameters).text()


def sensitivity_html(value: Sensitivity) -> str:
    """Give the same as HTML, for notebooks."""
    return _table(value, 40).html()


def _table(value: Sensitivity, most: int) -> Table:
    rows = list(value.influences)
    below: tuple[str, ...] = ()
    if len(rows) > most:
        below = (f"{len(rows) - most} more with smaller changes",)
        rows = sorted(rows, key=lambda one: -one.largest)[:most]
    a, b = value.interval
    where = [" and ".join(f"[{low:.6g}, {high:.6g}]" for low, high in one.intervals) or "nothing" for one in rows]
    columns = (
        ("parameter", tuple(str(one.parameter) for one in rows)),
        ("value", column([one.value for one in rows])),
        ("changes the function on", tuple(where)),
        ("largest change", column([one.largest for one in rows])),
        ("L2 change", column([one.l2 for one in rows])),
    )
    return Table(f"parameters moved by {value.step:g}, x from {a:g} to {b:g}", columns, below)
