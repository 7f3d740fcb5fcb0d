"""Views of what a fit gives, and of data."""

from dataclasses import replace
from typing import Any

import numpy as np

from hinges.data import Dataset
from hinges.draw._classes import class_scene
from hinges.draw._curves import accuracy_panel, curves_panel, loss_name
from hinges.draw._function import data_points, function_panel, function_scene, residual_panel
from hinges.draw._marks import Mark, Panel, Points, Scene
from hinges.draw._numbers import short
from hinges.draw._training import rain_panel
from hinges.draw._window import padded
from hinges.errors import InvalidInputError
from hinges.fits import Approximation, ErrorBounds, FitResult, History
from hinges.nets import Network

_MOST_PLOTS = 6  # inputs or outputs of a dataset side by side


def fit_scene(value: FitResult | Approximation, *, interval: Any = None, data: Any = None) -> Scene:
    """Give the function with its hinges and the data, the residual below, and the floor where it is known.

    A result does not keep its data: give it with `data` to see the points and the residual.
    """
    if value.network.inputs != 1:
        return _wide_result(value, data)
    title = (
        f"{value.network.hidden_nodes[0].units if value.network.hidden_nodes else 0} units, error {short(value.loss)}"
    )
    main = function_panel(
        value.function, network=value.network, data=data, interval=interval, title=title, note=floor_note(value.bounds)
    )
    if data is None or value.function is None:
        return Scene((main,))
    window = main.x_range
    below = residual_panel(value.function, data, window=window)
    return Scene((main, replace(below, row=1)), width=760.0, height=640.0, row_weights=(2.2, 1.0), leading=True)


def _wide_result(value: FitResult | Approximation, data: Any) -> Scene:
    """Give predicted against given outputs, for several inputs."""
    if data is None:
        raise InvalidInputError(
            f"the network has {value.network.inputs} inputs, so the view 'fit' needs data=...; view='diagram' does not"
        )
    rows = Dataset.of(data)
    if value.network.outputs != rows.y.shape[1]:
        return class_scene(value.network, data=rows)
    predicted = np.asarray(value.network(rows.x)).reshape(len(rows), -1)
    ends = padded([rows.y, predicted])
    marks: list[Mark] = [
        Points(rows.y[:, i], predicted[:, i], f"unit {i}", 4.0, label=name if rows.y.shape[1] > 1 else "")
        for i, name in enumerate(rows.y_names[:_MOST_PLOTS])
    ]
    panel = Panel(
        f"Error {short(value.loss)}", tuple(marks), ends, ends, "given", "predicted", floor_note(value.bounds)
    )
    return Scene((panel,), width=560.0, height=540.0)


def floor_note(bounds: ErrorBounds | None) -> str:
    """Give the floor in words."""
    if bounds is None:
        return ""
    if bounds.gap <= 1e-6:
        return f"no other of its size can do better than {short(bounds.lower, 6)}"
    return f"no other of its size can do better than {short(bounds.lower, 4)} (best found {short(bounds.upper, 4)})"


def training_scene(value: FitResult, *, interval: Any = None, data: Any = None) -> Scene:
    """Give how a training went: kinks falling through time, and the loss."""
    history = value.history
    if history is None:
        raise InvalidInputError(
            "the result has no history, so there is no view 'training': train with a method that keeps one"
        )
    floor = value.bounds.lower if value.bounds else 0.0
    panels = [curves_panel(history, floor=floor, name=loss_name(value))]
    if history.accuracy is not None:
        panels.append(accuracy_panel(history))
    if np.isfinite(history.kinks).any():
        seen = _where_kinks_matter(history, interval, data)
        panels.insert(
            0,
            rain_panel(history.step, history.kinks, interval=seen, dead=history.dead, always_on=history.always_on),
        )
    return Scene.grid(panels, len(panels), width=60.0 + 470.0 * len(panels), height=460.0)


def _where_kinks_matter(history: History, interval: Any, data: Any) -> tuple[float, float]:
    """Give the interval of the data, where it is known, else that of most kinks."""
    if interval is not None:
        return interval
    if data is not None:
        x = Dataset.of(data).x[:, 0]
        return float(x.min()), float(x.max())
    finite = history.kinks[np.isfinite(history.kinks)]
    low, high = (float(np.quantile(finite, share)) for share in (0.05, 0.95))
    return (low, high) if low < high else padded([finite])


def data_scene(data: Dataset, *, interval: Any = None) -> Scene:
    """Give every output against every input, at most _MOST_PLOTS of each."""
    inputs, outputs = (min(names, _MOST_PLOTS) for names in (data.x.shape[1], data.y.shape[1]))
    panels: list[Panel] = []
    for j in range(outputs):
        for i in range(inputs):
            x, y = data.x[:, i], data.y[:, j]
            window = tuple(interval) if interval is not None else padded([x], 0.04)
            marks = data_points((x, y), "")
            names = (data.x_names[i], data.y_names[j])
            panels.append(Panel("", tuple(marks), window, padded([y]), *names))
    left_out = (inputs, outputs) != (data.x.shape[1], data.y.shape[1])
    note = (
        f"the first {inputs} of {data.x.shape[1]} inputs and {outputs} of {data.y.shape[1]} outputs" if left_out else ""
    )
    title = f"{len(data)} rows"
    if len(panels) == 1:
        return Scene((replace(panels[0], title=title),))
    return Scene.grid(
        panels, inputs, title=title, note=note, width=80.0 + 220.0 * inputs, height=70.0 + 210.0 * outputs
    )


def bounds_scene(value: ErrorBounds, *, interval: Any = None, data: Any = None) -> Scene:
    """Give the network or function that reaches the upper bound, with both bounds in words."""
    best: Network | Any = value.network if value.network is not None else value.function
    if best is None:
        raise InvalidInputError("these bounds hold no network and no function, so there is nothing to draw")
    drawn = function_scene(best, interval=interval, data=data)
    first = replace(drawn.panels[0], note=f"error between {short(value.lower, 6)} and {short(value.upper, 6)} at best")
    return replace(drawn, panels=(first, *drawn.panels[1:]))
