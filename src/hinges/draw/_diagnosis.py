"""Views of a diagnosis: the curve with every unit's kink, the layers' units as bars, predictions beside targets."""

from collections.abc import Callable
from typing import Any

import numpy as np

from hinges.data import Dataset
from hinges.diagnosis import Diagnosis, Finding
from hinges.diagnosis._case import Case
from hinges.draw._classes import class_scene
from hinges.draw._diagnosis_words import explanation, headline
from hinges.draw._kinks import curve, ghost, kink_marks, kinks_of, outside_bands, range_of, rows, window_of
from hinges.draw._layers import height_of, layers_panel
from hinges.draw._marks import Mark, Panel, Points, Polyline, Scene
from hinges.draw._window import padded
from hinges.nets import Network

View = Callable[[Any, Any], Scene]

MOST_OUTPUTS = 6  # in one picture of predictions


def views(value: Diagnosis) -> dict[str, View]:
    """Give the views of a diagnosis, the one that shows most of it first."""
    network, data = value.network, value.data
    found: dict[str, View] = {}
    if is_curve(network, data, value.loss_name):
        found["kinks"] = lambda *_: _kinks_scene(value)
    if Case(network, data, value.loss_name, tries=False).hidden:
        found["layers"] = lambda *_: _layers_scene(value)
    found["fit"] = lambda *_: fit_scene(network, data, value.loss_name, heading_of(value.findings[0]))
    return found


def is_curve(network: Network, data: Dataset, loss: str) -> bool:
    """Tell whether a network and its data are one curve: one input, one output, squared error."""
    return network.inputs == 1 and network.outputs == 1 and data.y.shape[1] == 1 and loss == "mse"


def heading_of(finding: Finding) -> tuple[str, str]:
    """Give what a picture says of a finding: its title and its note."""
    return headline(finding), explanation(finding)


def _kinks_scene(value: Diagnosis) -> Scene:
    window = window_of(value.data)
    kinks = kinks_of(value.network, value.data)
    best = [] if value.floor is None else ghost(value.floor, window, f"the best that {_units(value)} can do")
    own = curve(value.network, window, "fit", 2.4, "this network")
    curves = [mark for mark in (own, *best) if isinstance(mark, Polyline)]
    y_range = range_of(value.data, curves)
    ticks = [] if kinks is None else kink_marks(kinks, window, y_range[0])
    marks: tuple[Mark, ...] = (*outside_bands(value.data), *best, *rows(value.data), own, *ticks)
    title, note = heading_of(value.findings[0])
    panel = Panel("", marks, window, y_range, value.data.x_names[0], value.data.y_names[0])
    return Scene((panel,), title, note, width=820.0, height=520.0)


def _units(value: Diagnosis) -> str:
    units = value.network.hidden_nodes[0].units
    return f"{units} unit{'s' * (units != 1)}"


def _layers_scene(value: Diagnosis) -> Scene:
    states = Case(value.network, value.data, value.loss_name, tries=False).hidden
    title, note = heading_of(value.findings[0])
    return Scene((layers_panel(states, ""),), title, note, width=820.0, height=height_of(states) + 60.0)


def fit_scene(network: Network, data: Dataset, loss: str, heading: tuple[str, str]) -> Scene:
    """Give predicted against given numbers, or of classes which are taken for which."""
    title, note = heading
    if loss != "mse":
        (panel,) = class_scene(network, data=data).panels
        return Scene((panel,), title, note, width=660.0, height=700.0)
    predicted = np.asarray(network(data.x)).reshape(len(data), -1)
    ends = padded([data.y, predicted])
    several = data.y.shape[1] > 1
    marks: list[Mark] = [Polyline(np.array(ends), np.array(ends), "zero", 1.2, label="where all dots should be")]
    marks += [
        Points(data.y[:, i], predicted[:, i], f"unit {i}", 4.0, label=name if several else "")
        for i, name in enumerate(data.y_names[:MOST_OUTPUTS])
    ]
    panel = Panel("", tuple(marks), ends, ends, "given", "predicted")
    return Scene((panel,), title, note, width=620.0, height=640.0)
