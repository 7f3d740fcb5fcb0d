"""The picture of a trace: what each layer makes of a point, or of many points."""

from collections.abc import Callable
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.analysis import LayerTrace, Trace
from hinges.draw._fills import Heat
from hinges.draw._marks import Mark, Panel, Points, Polyline, Rule, Scene, Text
from hinges.draw._numbers import short
from hinges.draw._window import padded

MOST_LAYERS = 6
MOST_WRITTEN = 12  # units whose z is written beside them
MOST_NUMBERED = 32  # units with a tick each
MOST_DOTS = 300  # units with a stem each
MOST_ROWS = 2000  # points of a heat map


def views(value: Trace) -> dict[str, Callable[[Any, Any], Scene]]:
    """Give the views of a trace."""
    return {"layers": lambda _a, _d: trace_scene(value)}


def trace_scene(value: Trace) -> Scene:
    """Give one panel a layer: of one point dot product, z and activation of every unit, of many points all z."""
    shown = value.layers if len(value.layers) <= MOST_LAYERS else value.layers[: MOST_LAYERS - 1] + value.layers[-1:]
    several = value.point.ndim == 2
    panels = [_heat(layer) if several else _stems(layer, first=i == 0) for i, layer in enumerate(shown)]
    note = "" if len(shown) == len(value.layers) else f"the first {MOST_LAYERS - 1} layers and the last"
    if value.loss is not None:
        note = f"{value.loss_name} loss {short(value.loss)}{'; ' if note else ''}{note}"
    title = f"{len(value.point)} points through the network" if several else "A point through the network"
    columns = 1 if len(panels) <= 3 and not several else 2 if len(panels) <= 4 else 3
    rows = -(-len(panels) // columns)
    return Scene.grid(
        panels, columns, title=title, note=note, width=120.0 + 440.0 * columns, height=70.0 + 230.0 * rows
    )


def _heading(layer: LayerTrace) -> str:
    on = int(np.count_nonzero(layer.on))
    units = f"{layer.units} unit{'s' * (layer.units != 1)}"
    return units if layer.node is None or layer.input.ndim == 2 else f"{units}, {on} on"


def _ticks(units: int) -> tuple[tuple[float, str], ...] | None:
    return tuple((float(i), str(i)) for i in range(units)) if units <= MOST_NUMBERED else None


def _stems(layer: LayerTrace, *, first: bool) -> Panel:
    """Give for every unit where the bias moves it, from dot product to z, and what its activation is."""
    at = np.arange(layer.units, dtype=np.float64)
    size = 8.0 if layer.units <= MOST_NUMBERED else 4.0 if layer.units <= MOST_DOTS else 3.0
    marks: list[Mark] = [Rule(0.0, "y", "axis")]
    moves = layer.linear is not None
    if moves and layer.units <= MOST_DOTS:
        marks += [
            Polyline(np.array([i, i]), np.array([low, high]), "zero", 2.0)
            for i, low, high in zip(at.tolist(), layer.dot.tolist(), layer.z.tolist(), strict=True)
        ]

    def label(text: str) -> str:
        return text if first else ""

    if moves:
        marks.append(Points(at, layer.dot, "data", size * 0.75, label=label("x W, without the bias")))
    marks.append(Points(at, layer.z, "fit", size, hollow=True, label=label("z, with the bias")))
    if layer.node is not None:
        marks.append(Points(at, layer.a, "negative", size * 0.55, label=label("a, the activation")))
    if layer.units <= MOST_WRITTEN:
        marks += [
            Text(i, z, _number(z), "fit", 10.0, align="left", offset=(9.0, 0.0))
            for i, z in zip(at.tolist(), layer.z.tolist(), strict=True)
        ]
    heights: list[Floats] = [layer.dot, layer.z, layer.a, np.zeros(1)]
    name = layer.name if layer.activation in layer.name else f"{layer.name} ({layer.activation})"
    reach = (-0.6, layer.units - (0.1 if layer.units <= MOST_WRITTEN else 0.4))  # with room for the last number
    return Panel(name, tuple(marks), reach, padded(heights), "unit", "", _heading(layer), x_ticks=_ticks(layer.units))


def _number(value: float) -> str:
    return short(value).replace("-", "\u2212")


def _heat(layer: LayerTrace) -> Panel:
    """Give z of every unit (across) at every point (down), orange above zero and blue below."""
    step = -(-len(layer.z) // MOST_ROWS)
    z = layer.z[::step]
    largest = float(np.abs(z).max(initial=0.0)) or 1.0
    marks: tuple[Mark, ...] = (Heat(0.5 + z / largest / 2, (-0.5, layer.units - 0.5, len(layer.z), 0.0), "diverging"),)
    ends = f"z from {_number(float(z.min()))} to {_number(float(z.max()))}"
    note = f"{_heading(layer)}; {ends}: blue below zero, orange above"
    reach, rows = (-0.5, layer.units - 0.5), (float(len(layer.z)), 0.0)
    return Panel(layer.name, marks, reach, rows, "unit", "point", note, x_ticks=_ticks(layer.units))
