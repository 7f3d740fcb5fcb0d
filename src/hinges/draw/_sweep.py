"""Views of a sweep: the losses of every cell, the share below a loss, units needed for an error, and the race."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.draw._marks import EndLabel, Mark, Panel, Points, Polyline, Scene
from hinges.draw._numbers import short
from hinges.draw._theme import unit_role
from hinges.draw._ticks import log_ticks, pretty
from hinges.draw._window import padded
from hinges.errors import InvalidInputError

View = Callable[[Any, Any], Scene]

MOST_ROWS, MOST_CURVES = 60, 12  # cells in one picture
SMALLEST = 1e-300  # in place of a loss of 0 on a logarithmic axis


def views(value: Any) -> dict[str, View]:
    """Give the views of a sweep; a race needs losses over steps, and units several widths of one hidden layer."""
    found: dict[str, View] = {
        "losses": lambda *_: _losses_scene(value),
        "shares": lambda *_: _shares_scene(value),
    }
    if any(len(run.curve[0]) for run in value.results):
        found["race"] = lambda *_: _race_scene(value)
    if "hidden" in value.axes and all(len(hidden) == 1 for hidden in value.axes["hidden"]):
        found["units"] = lambda *_: _units_scene(value)
    return found


def _cells(value: Any, most: int) -> list[tuple[int, str, Floats]]:
    """Give the cells that have runs: place, name and finite losses (runs,) in rising order."""
    losses: dict[int, list[float]] = {i: [] for i in range(len(value.cells))}
    places = {id(cell): i for i, cell in enumerate(value.cells)}
    for run in value.results:
        losses[places[id(run.cell)]].append(run.loss)
    found = [(i, value.names[i], np.sort(_finite(losses[i]))) for i in losses if len(_finite(losses[i]))]
    if not found:
        raise InvalidInputError("the sweep holds no finite loss yet, so there is nothing to draw")
    if len(found) > most:
        raise InvalidInputError(f"{len(found)} combinations are more than a picture has room for: take where(...)")
    return found


def _finite(losses: Sequence[float]) -> Floats:
    array = np.array(losses, np.float64)
    return np.maximum(array[np.isfinite(array)], SMALLEST)


# --- the losses of every cell -----------------------------------------------------------------------------


def _losses_scene(value: Any) -> Scene:
    """Give one row a cell: a dot a run, a stroke at the median, and one at the floor where it is known."""
    cells = _cells(value, MOST_ROWS)
    floors = [row["floor"] for row in value.table()]
    marks: list[Mark] = []
    seen: list[Floats] = []
    for line, (place, _, losses) in enumerate(cells):
        x, y = np.log10(losses), -float(line)
        scatter = 0.22 * (((np.arange(len(x), dtype=np.float64) * 0.618033988749895) % 1.0) * 2 - 1)
        marks.append(Points(x, y + scatter, unit_role(line), 4.0))
        marks.append(_stroke(float(np.median(x)), y, "text", 2.4, "median"))
        seen.append(x)
        if floors[place]:
            at = math.log10(floors[place])
            marks.append(_stroke(at, y, "floor", 2.4, "no network of this size can do better"))
            seen.append(np.array([at]))
        marks.append(EndLabel(y, short(float(np.median(losses)))))
    names = tuple((-float(line), name) for line, (_, name, _) in enumerate(cells))
    x_range = padded(seen, 0.05)
    note = f"a dot a network; {value.status}"
    panel = Panel(
        "Losses", tuple(marks), x_range, (-len(cells) - 0.5, 0.5), "loss (right: the median)", "", note,
        x_ticks=_powers(x_range), y_ticks=names,
    )  # fmt: skip
    return Scene((panel,), width=860.0, height=150.0 + 34.0 * len(cells))


def _stroke(x: float, y: float, role: str, width: float, label: str) -> Polyline:
    return Polyline(np.array([x, x]), np.array([y - 0.36, y + 0.36]), role, width, label=label)


def _powers(x_range: tuple[float, float]) -> tuple[tuple[float, str], ...]:
    """Give the ticks of an axis of logarithms."""
    ticks = log_ticks(10.0 ** max(x_range[0], -300.0), 10.0 ** min(x_range[1], 300.0))
    return tuple(
        (math.log10(at), pretty(text)) for at, text in zip(ticks.positions, ticks.labels, strict=True) if at > 0
    )


# --- share of runs below a loss ---------------------------------------------------------------------------


def _shares_scene(value: Any) -> Scene:
    """Give for every cell the share of its runs with at most a given loss."""
    cells = _cells(value, MOST_CURVES)
    marks: list[Mark] = []
    x_range = padded([np.log10(losses) for _, _, losses in cells], 0.05)
    for line, (_, name, losses) in enumerate(cells):
        share = np.arange(1, len(losses) + 1) / len(losses)
        x = np.concatenate([[x_range[0]], np.repeat(np.log10(losses), 2), [x_range[1]]])
        y = np.concatenate([[0.0], np.column_stack([np.concatenate([[0.0], share[:-1]]), share]).ravel(), [1.0]])
        marks.append(Polyline(x, y, unit_role(line), 1.8, label=name))
    panel = Panel(
        "Share of networks with at most this loss", tuple(marks), x_range, (0.0, 1.02), "loss", "share", value.status,
        x_ticks=_powers(x_range),
    )  # fmt: skip
    return Scene((panel,), width=860.0)


# --- the race ---------------------------------------------------------------------------------------------


def _race_scene(value: Any) -> Scene:
    """Give the median loss of every cell over the steps."""
    marks: list[Mark] = []
    drawn: list[Floats] = []
    last = 1.0
    for line, (place, name, _) in enumerate(_cells(value, MOST_CURVES)):
        curves = [run.curve for run in value.results if run.cell is value.cells[place] and len(run.curve[0])]
        if not curves:
            continue
        rows = min(len(step) for step, _ in curves)
        step, loss = curves[0][0][:rows], np.array([loss[:rows] for _, loss in curves])
        median = np.maximum(np.median(np.where(np.isfinite(loss), loss, np.inf), axis=0), SMALLEST)
        seen = np.isfinite(median)
        marks.append(Polyline(step[seen], median[seen], unit_role(line), 1.8))
        marks.append(EndLabel(float(median[seen][-1]), f"{name}: {short(float(median[seen][-1]))}", unit_role(line)))
        drawn.append(median[seen])
        last = max(last, float(step[-1]))
    together = np.concatenate(drawn)
    y_range = (float(together.min()) / 1.5, float(together.max()) * 1.5)
    panel = Panel(
        "The race", tuple(marks), (0.0, last), y_range, "gradient steps", "median loss", value.status, log_y=True
    )
    return Scene((panel,), width=900.0)


# --- units needed for an error ----------------------------------------------------------------------------


def _units_scene(value: Any) -> Scene:
    """Give the loss against the units of the hidden layer: the median solid, the smallest dashed."""
    others = [name for name in value.axes if name != "hidden"]
    lines: dict[str, list[tuple[int, float, float]]] = {}
    for place, _, losses in _cells(value, MOST_ROWS):
        cell = value.cells[place]
        name = ", ".join(str(cell.labels[each]) for each in others) or "loss"
        lines.setdefault(name, []).append((cell.labels["hidden"][0], float(np.median(losses)), float(losses[0])))
    marks: list[Mark] = []
    for line, (name, points) in enumerate(lines.items()):
        units, median, least = np.array(sorted(points)).T
        marks += [
            Polyline(units, least, unit_role(line), 1.4, dashed=True),
            Polyline(units, median, unit_role(line), 1.8, label=name if others else ""),
            Points(units, median, unit_role(line), 5.0),
        ]
    every = np.array([point for points in lines.values() for point in points])
    y_range = (float(every[:, 2].min()) / 2, float(every[:, 1].max()) * 2)
    panel = Panel(
        "Units needed for an error", tuple(marks), padded([every[:, 0]], 0.05), y_range, "units", "loss",
        "solid: the median, dashed: the smallest", log_y=True,
    )  # fmt: skip
    return Scene((panel,), width=780.0)
