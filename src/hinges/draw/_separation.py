"""The picture of a separation: the classes in the space of every layer, and how much each unit tells."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis import LayerSeparation, Separation
from hinges.draw._marks import Mark, Panel, Points, Polyline, Rule, Scene, Text
from hinges.draw._tables import Table, column
from hinges.draw._theme import unit_role
from hinges.draw._window import padded

MOST_PANELS = 4
MOST_DOTS = 3000  # rows drawn of each layer
_DEPTHS = 12  # slices of a space from back to front
_AZIMUTH, _ELEVATION = np.radians(-58.0), np.radians(24.0)
_RIGHT = np.array([-np.sin(_AZIMUTH), np.cos(_AZIMUTH), 0.0])
_UP = np.array([-np.cos(_AZIMUTH) * np.sin(_ELEVATION), -np.sin(_AZIMUTH) * np.sin(_ELEVATION), np.cos(_ELEVATION)])
_NEAR = np.cross(_RIGHT, _UP)


def views(value: Separation) -> dict[str, Callable[[Any, Any], Scene]]:
    """Give the views of a separation."""
    return {"space": lambda _a, _d: separation_scene(value)}


def separation_scene(value: Separation) -> Scene:
    """Give the classes in the space of the input and the layers, and below how much each of their units tells."""
    every = list(value)
    shown = every if len(every) <= MOST_PANELS else [every[0], *every[1 - MOST_PANELS :]]
    panels: list[Panel] = []
    for i, layer in enumerate(shown):
        panels += [_space(layer, value, i), _units(layer, value, i)]
    note = (
        "below: shares of rows put right; dots: by one unit's threshold, line: by all units together, "
        "dashed: by always saying the largest class"
    )
    if len(shown) < len(every):
        note = f"the input and the last layers, {len(every) - len(shown)} between them left out; {note}"
    return Scene(
        tuple(panels), note=note, width=60.0 + 330.0 * len(shown), height=600.0, row_weights=(2.1, 1.0),
        title="How the layers tell the classes apart",
    )  # fmt: skip


def _space(layer: LayerSeparation, value: Separation, at: int) -> Panel:
    """Give every row's place in the layer's space, coloured by class."""
    step = -(-len(layer.labels) // MOST_DOTS)
    places, share = layer.places(3)
    places, labels = places[::step], layer.labels[::step]
    kind = "input" if layer.name == "input" else "unit"
    title = f"{layer.name}: {layer.units} {kind if kind == 'unit' else 'number'}{'s' * (layer.units != 1)}"
    note = f"linear {layer.linear:.3f}, nearest mean {layer.nearest_mean:.3f}"
    if places.shape[1] < layer.units:
        note += f"; {100 * share:.0f} % in view"
    names = [f"{name:g}" for name in value.classes] if at == 0 else [""] * len(value.classes)
    if places.shape[1] == 3:
        names_of_axes = [f"unit {i}" if layer.units <= 3 else f"component {i + 1}" for i in range(3)]
        return _solid(places, labels, names, (title, note), axes=names_of_axes, column=at)
    return _flat(places, labels, names, (title, note), kind=kind, column=at)


def _flat(
    places: Floats, labels: NDArray[np.intp], names: list[str], heading: tuple[str, str], *, kind: str, column: int
) -> Panel:
    """Give a plane, or of a single number the rows above their classes."""
    one = places.shape[1] == 1
    marks: list[Mark] = []
    for k, name in enumerate(names):
        x = places[labels == k, 0]
        y = np.full(len(x), float(k)) if one else places[labels == k, 1]
        marks.append(Points(x, y, unit_role(k), 4.0, label=name))
    reach = padded([places[:, 0]]), (-0.6, len(names) - 0.4) if one else padded([places[:, 1]])
    ticks = tuple((float(k), str(k)) for k in range(len(names))) if one else None
    return Panel(
        heading[0],
        tuple(marks),
        *reach,
        f"{kind} 0",
        "class" if one else f"{kind} 1",
        heading[1],
        y_ticks=ticks,
        column=column,
    )


def _solid(
    places: Floats,
    labels: NDArray[np.intp],
    names: list[str],
    heading: tuple[str, str],
    *,
    axes: list[str],
    column: int,
) -> Panel:
    """Give three numbers a row as a cube seen from one corner, nearer dots over farther ones."""
    low, high = places.min(axis=0), places.max(axis=0)
    half = np.where(high > low, (high - low) / 2, 1.0)
    cube = (places - (low + high) / 2) / half
    across, up, near = cube @ _RIGHT, cube @ _UP, cube @ _NEAR
    marks: list[Mark] = [*_box()]
    depth = np.minimum(((near + 2.0) / 4.0 * _DEPTHS).astype(np.intp), _DEPTHS - 1)
    for k, name in enumerate(names):  # one of each class first, so that the legend has them in order
        marks.append(Points(np.zeros(0), np.zeros(0), unit_role(k), 5.0, label=name))
    for level in range(_DEPTHS):
        for k in range(len(names)):
            here = (depth == level) & (labels == k)
            if here.any():
                marks.append(Points(across[here], up[here], unit_role(k), 3.4 + 1.8 * level / _DEPTHS))
    for axis, (name, middle) in enumerate(zip(axes, _middles(), strict=True)):
        align, vertical = [("right", "top"), ("left", "top"), ("left", "bottom")][axis]
        marks.append(
            Text(float(middle @ _RIGHT), float(middle @ _UP), name, "muted", 10.0, align=align, vertical=vertical)
        )
    return Panel(
        heading[0], tuple(marks), (-1.5, 1.5), (-1.65, 1.55), note=heading[1], axes=False, square=True, column=column
    )


def _corner() -> Floats:
    """Give the corner of the cube that is nearest to the viewer."""
    return np.sign(_NEAR)


def _box() -> list[Polyline]:
    """Give the nine edges of the cube behind the points."""
    near, edges = _corner(), []
    for axis in range(3):
        for other in np.ndindex(2, 2):
            start = np.insert(2.0 * np.array(other) - 1.0, axis, -1.0)
            stop = np.insert(2.0 * np.array(other) - 1.0, axis, 1.0)
            if not np.array_equal(np.delete(start, axis), np.delete(near, axis)):
                ends = np.stack([start, stop])
                edges.append(Polyline(ends @ _RIGHT, ends @ _UP, "axis", 1.0))
    return edges


def _middles() -> tuple[Floats, Floats, Floats]:
    """Give where the names of the three axes stand."""
    near = _corner()
    return (
        np.array([0.0, near[1], -1.0]) * np.array([1.0, 1.12, 1.12]),
        np.array([near[0], 0.0, -1.0]) * np.array([1.12, 1.0, 1.12]),
        np.array([-near[0], near[1], 1.06]),
    )


def _units(layer: LayerSeparation, value: Separation, at: int) -> Panel:
    """Give each unit's best share of rows right with one threshold, from best to worst, and the layer's own."""
    best = layer.threshold_accuracy[layer.best_units]
    marks: list[Mark] = [
        Rule(value.majority, "y", "muted", dashed=True),
        Rule(layer.linear, "y", "fit", 1.6),
        Points(np.arange(len(best), dtype=np.float64), best, "positive", 6.0 if len(best) <= 40 else 3.0),
    ]
    few = len(best) <= 16
    ticks = tuple((float(i), str(int(unit))) for i, unit in enumerate(layer.best_units)) if few else None
    label = "unit, the most telling first" if few else "rank of the unit"
    y_label = "rows put right" if at == 0 else ""
    return Panel(
        "" if at else "Its units",
        tuple(marks),
        (-0.7, len(best) - 0.3),
        (0.0, 1.08),
        label,
        y_label,
        x_ticks=ticks,
        row=1,
        column=at,
    )


def separation_table(value: Separation) -> str:
    """Give a separation as lines of text: of the input and every layer, how well they tell the classes apart.

    >>> from hinges.analysis import separation
    >>> from hinges.nets import Network
    >>> network = Network.dense([[[1.0, -1.0]], [[1.0], [1.0]]], [[0.0, 0.0], [0.0]])
    >>> print(separation_table(separation(network, ([-3.0, -2.0, -0.5, 0.5, 2.0, 3.0], [1, 1, 0, 0, 1, 1]))))
    6 rows of 2 classes, the largest with 0.667 of the rows
    ...
    """
    return _table(value).text()


def separation_html(value: Separation) -> str:
    """Give the same as HTML, for notebooks."""
    return _table(value).html()


def _table(value: Separation) -> Table:
    layers = list(value)
    columns = (
        ("layer", tuple(layer.name for layer in layers)),
        ("units", tuple(str(layer.units) for layer in layers)),
        ("linear", column([round(layer.linear, 4) for layer in layers])),
        ("nearest mean", column([round(layer.nearest_mean, 4) for layer in layers])),
        ("best unit", tuple(str(int(layer.best_units[0])) for layer in layers)),
        ("its threshold", column([float(layer.threshold[layer.best_units[0]]) for layer in layers])),
        ("right with it", column([round(float(layer.threshold_accuracy.max()), 4) for layer in layers])),
    )
    title = (
        f"{len(value.labels)} rows of {len(value.classes)} classes, the largest with {value.majority:.3g} of the rows"
    )
    below = ("shares of rows put into their class; a whole layer's judge each row by the others",)
    return Table(title, columns, below)
