"""The view of a free run: predictions beside the truth at its beginning and its end, and how the errors grow."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.analysis import FreeRun
from hinges.draw._marks import EndLabel, Mark, Panel, Polyline, Rule, Scene
from hinges.draw._numbers import short
from hinges.draw._theme import unit_role
from hinges.draw._window import padded

SHOWN = 150  # steps at the beginning and at the end
LEAST = 1e-16  # errors below it, zeros too, are drawn there
TALLEST = 0.5  # heights of the truth seen above and below it


def views(value: FreeRun) -> dict[str, Callable[[Any, Any], Scene]]:
    """Give the views of a free run."""
    return {"rollout": lambda *_: _scene(value)}


def _scene(value: FreeRun) -> Scene:
    count = min(SHOWN, value.steps)
    first = _beside(value, 0, count, f"The first {count} of {value.steps:,} steps")
    below = replace(_errors(value), row=1, column_span=2)
    if value.steps <= count:
        return Scene((replace(first, column_span=2), below), width=1000.0, height=620.0)
    last = replace(_beside(value, value.steps - count, value.steps, f"The last {count} steps"), column=1)
    return Scene((first, last, below), width=1000.0, height=620.0)


def _beside(value: FreeRun, start: int, stop: int, title: str) -> Panel:
    truth = value.truth[value.start :]
    x = np.arange(start + 1, stop + 1, dtype=np.float64)
    marks: list[Mark] = [Polyline(x, truth[start:stop], "target", 5.0, label="truth")]
    for i, (name, predicted) in enumerate(value.predictions.items()):
        part = predicted[start:stop]
        kept = np.isfinite(part)
        marks.append(Polyline(x[kept], part[kept], unit_role(i), 1.6, label=name))
    return Panel(title, tuple(marks), (float(x[0]), float(x[-1])), padded([truth], TALLEST), "steps predicted", "value")


def _errors(value: FreeRun) -> Panel:
    marks: list[Mark] = []
    bar = 0.4 * float(value.truth.std())
    if bar > 0:
        marks.append(Rule(bar, "y", "muted", 1.0, dashed=True, label="lost: 0.4 standard deviations of the truth"))
    x = np.arange(1, value.steps + 1, dtype=np.float64)
    drawn: list[Floats] = [np.array([bar])] if bar > 0 else []
    for i, name in enumerate(value.predictions):
        error = np.maximum(value.error(name), LEAST)
        kept = np.isfinite(error)
        if not kept.any():
            continue
        ceiling = 100 * max(bar, LEAST)
        drawn.append(np.minimum(error[kept], ceiling))
        valid = value.valid_steps(name)
        after = f"holds all {valid:,} steps" if valid == value.steps else f"lost after {valid:,} steps"
        marks += [
            Polyline(x[kept], error[kept], unit_role(i), 1.2),
            EndLabel(float(min(error[kept][-1], ceiling)), f"{name}: {after}", unit_role(i)),
        ]
    together = np.concatenate(drawn) if drawn else np.array([1.0])
    low, high = float(together.min()) / 3, float(together.max()) * 3
    y_range = (low, high * (high / low) ** 0.1)  # room for the words on the line
    steps = ", ".join(f"{name} {short(value.one_step_error(name), 2)}" for name in value.predictions)
    note = f"mean squared error of a single step: {steps}"
    ends = (1.0, float(max(value.steps, 2)))
    return Panel("Error of the free run", tuple(marks), ends, y_range, "steps predicted", "|error|", note, log_y=True)
