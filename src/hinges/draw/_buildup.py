"""The view "buildup": a sum of hinges put together one unit at a time, the output bias last."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hinges.convert import to_function
from hinges.data import Dataset
from hinges.draw._function import hinge_network
from hinges.draw._marks import Panel, Points, Polyline, Scene
from hinges.draw._numbers import short
from hinges.draw._theme import unit_role
from hinges.draw._ticks import linear_ticks, pretty
from hinges.draw._window import Interval, hinge_kinks, padded, seen, visible
from hinges.nets import Hinge, Network

MOST_UNITS = 24  # one column each; the rest is added in one step
MOST_COLUMNS = 8  # then the next lines begin
_ROWS = ("unit rays", "scaled", "added up")


def partial_sums(network: Network, shown: int) -> list[Network]:
    """Give the first hinge, the first two ... (`shown` of them), then all, then all plus the output bias."""
    (hidden, last), bias = network.weights, network.biases[0]
    counts = [*range(1, shown + 1), *([hidden.shape[1]] if hidden.shape[1] > shown else [])]
    sums = [Network.dense([hidden[:, :k], last[:k]], [bias[:k], np.zeros(1)]) for k in counts]
    return [*sums, network]


def buildup_scene(network: Network, *, interval: Any = None, data: Any = None) -> Scene:
    """Give unit rays relu(w x + b), scaled rays c relu(w x + b), and partial sums, unit by unit, in three rows.

    Exact. Units beyond MOST_UNITS are added in one step, and the picture says so.
    """
    hinges = network.hinges()
    xy = None if data is None else Dataset.of(data).curve()
    window = seen(interval, None if xy is None else xy[0], hinge_kinks(hinges))
    shown = min(len(hinges), MOST_UNITS)
    bias = float(network.biases[-1][0])
    rows = [
        _ray_row(hinges[:shown], window, len(hinges) - shown),
        _scaled_row(hinges[:shown], window, len(hinges) - shown, bias),
        _sum_row(partial_sums(network, shown), hinges[:shown], window, len(hinges) - shown),
    ]
    if xy is not None and rows[2][-1] is not None:
        rows[2][-1] = replace(rows[2][-1], marks=(Points(xy[0], xy[1], "data", 2.5), *rows[2][-1].marks))
    return _set_in_lines(rows)


def _ray_row(hinges: Sequence[Hinge], window: Interval, more: int) -> list[Panel | None]:
    curves = [
        Polyline(*visible(hinge_network(hinge, scaled=False), window), unit_role(i)) for i, hinge in enumerate(hinges)
    ]
    panels = _row([_ray(hinge) for hinge in hinges], curves, window)
    titled = [replace(panel, title=f"unit {i}") for i, panel in enumerate(panels)]
    return [*titled, *[None] * (1 + bool(more))]


def _scaled_row(hinges: Sequence[Hinge], window: Interval, more: int, bias: float) -> list[Panel | None]:
    curves = [Polyline(*visible(hinge_network(hinge), window), unit_role(i)) for i, hinge in enumerate(hinges)]
    level = Polyline(np.array(window), np.full(2, bias), "text")
    titles = [*(f"\u00d7 {short(hinge.coefficient)}" for hinge in hinges), f"bias {short(bias)}"]
    panels = _row(titles, [*curves, level], window)
    return [*panels[:-1], *[None] * bool(more), panels[-1]]


def _sum_row(sums: Sequence[Network], hinges: Sequence[Hinge], window: Interval, more: int) -> list[Panel | None]:
    """Give the partial sums, each over the one before it in grey, with a dot where the new unit bends it."""
    units = len(sums) - 1 - bool(more)
    titles = ["unit 0", *(f"+ unit {i}" for i in range(1, units))]
    titles += [*[f"+ {more} more units"] * bool(more), "+ output bias"]
    curves = [Polyline(*visible(f, window), "fit", 2.0) for f in sums]
    panels = _row(titles, curves, window)
    for i, before in enumerate(curves[:-1], start=1):
        ghost = Polyline(before.x, before.y, "target", 2.5)
        panels[i] = replace(panels[i], marks=(ghost, *panels[i].marks))
    for i, hinge in enumerate(hinges):
        if window[0] <= hinge.kink <= window[1]:
            dot = Points([hinge.kink], [to_function(sums[i])(hinge.kink)], unit_role(i), 6.5, hollow=True)  # pyright: ignore[reportArgumentType]
            panels[i] = replace(panels[i], marks=(*panels[i].marks, dot))
    return [*panels]


def _ray(hinge: Hinge) -> str:
    sign = "\u2212" if hinge.bias < 0 else "+"
    factor = {1.0: "", -1.0: "\u2212"}.get(hinge.weight, short(hinge.weight))
    return f"relu({factor}x {sign} {short(abs(hinge.bias))})"


def _row(titles: Sequence[str], curves: Sequence[Polyline], window: Interval) -> list[Panel]:
    """Give one panel a curve, all on one range of y."""
    y_range = padded([[0.0], *(curve.y for curve in curves)])
    titles = [title.replace("-", "\u2212") for title in titles]
    return [Panel("", (curve,), window, y_range, note=title) for title, curve in zip(titles, curves, strict=True)]


def _set_in_lines(rows: list[list[Panel | None]]) -> Scene:
    """Break the three rows into lines of at most MOST_COLUMNS columns, with tick labels on the outside only."""
    count = len(rows[0])
    lines = -(-count // MOST_COLUMNS)
    wide = -(-count // lines)
    placed: list[Panel] = []
    for i in range(count):
        line, column = divmod(i, wide)
        for r, (name, row) in enumerate(zip(_ROWS, rows, strict=True)):
            panel = row[i]
            if panel is not None:
                panel = replace(panel, row=3 * line + r, column=column, y_label=name if column == 0 else "")
                placed.append(_quiet(panel, x=r == 2, y=column == 0))
    width, height = max(118.0 * wide + 80.0, 480.0), 50.0 + 400.0 * lines
    return Scene(tuple(placed), "One unit at a time", width=width, height=height)


def _quiet(panel: Panel, *, x: bool, y: bool) -> Panel:
    """Give the panel with the same grid as its neighbours, and tick labels only on the axes asked for."""
    across, up = linear_ticks(*panel.x_range, 3), linear_ticks(*panel.y_range, 4)
    if not x:
        panel = replace(panel, x_ticks=tuple((at, "") for at in across.positions))
    if not y:
        panel = replace(panel, y_ticks=tuple((at, "") for at in up.positions))
    elif not up.suffix:
        labels = zip(up.positions, up.labels, strict=True)
        panel = replace(panel, y_ticks=tuple((at, pretty(label)) for at, label in labels))
    return panel
