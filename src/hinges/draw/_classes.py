"""Views of a classifier: its decision regions with the data, and which classes it confuses.

`hinges.analysis` computes them; it is loaded with the first such picture.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays
from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.draw._fills import Heat
from hinges.draw._function import piecewise_linear
from hinges.draw._marks import Mark, Panel, Points, Scene, Text
from hinges.draw._numbers import short
from hinges.draw._theme import unit_role
from hinges.draw._window import Interval, padded
from hinges.errors import InvalidInputError
from hinges.nets import Network

CATEGORIES = 12  # pale colours of the theme; the first ten are those of the units
NAMED = 10  # classes in a legend
DARKEST = 0.45  # shade of a cell that holds a whole class: a number is still read on it
MOST_CELLS = 30  # classes of a confusion matrix with numbers in it
GRID = 240  # places a side where a smooth network is asked for its class


def shade_of(classes: "NDArray[np.int64] | int") -> Floats:
    """Give the shades of classes on the scale of categories: pale versions of their dots' colours."""
    return (np.asarray(classes) % CATEGORIES + 0.5) / CATEGORIES


def class_scene(network: Network, *, data: Any = None) -> Scene:
    """Give the confusion matrix of a classifier on data, with its accuracy."""
    return Scene((confusion_panel(network, data),), width=600.0, height=600.0)


def confusion_panel(network: Network, data: Any, *, title: str = "") -> Panel:
    """Give the confusion matrix as a table of counts: what is on the diagonal is right.

    Cells are shaded by their share of the given class.
    """
    from hinges.analysis import accuracy, confusion_matrix

    if data is None:
        raise InvalidInputError("the view 'confusion' needs data=...: the rows whose classes are known")
    rows = Dataset.of(data)
    matrix = confusion_matrix(network, rows)
    classes = len(matrix)
    totals = matrix.sum(axis=1, keepdims=True)
    shares = np.divide(matrix, totals, out=np.zeros_like(matrix), where=totals > 0)
    first, last = 0.5, classes + 0.5  # cells are numbered from 1 on the axes, and from 0 in words: no axis runs there
    marks: list[Mark] = [Heat(DARKEST * np.sqrt(shares), (first, last, last, first))]
    if classes <= MOST_CELLS:
        size = 12.0 if classes <= 12 else 8.0
        marks += [
            Text(j + 1.0, i + 1.0, _count(matrix[i, j]), "text", size, bold=i == j)
            for i in range(classes)
            for j in range(classes)
            if matrix[i, j]
        ]
    ticks = tuple((i + 1.0, str(i)) for i in range(0, classes, max(1, classes // 20)))
    share = accuracy(network, rows)
    wrong = int(matrix.sum() - np.trace(matrix)) if rows.weights is None else None
    note = "" if wrong is None else f"{wrong} of {len(rows)} rows are wrong"
    return Panel(
        title or f"Accuracy {share:.1%}", tuple(marks), (first, last), (last, first),
        "class that the network says", "class in the data", note, x_ticks=ticks, y_ticks=ticks, square=True,
    )  # fmt: skip


def _count(value: float) -> str:
    return str(int(value)) if value == int(value) else short(value, 2)


# --- the plane ------------------------------------------------------------------------------------------


def decision_scene(network: Network, *, interval: Any = None, data: Any = None) -> Scene:
    """Give the decision regions of a network with two inputs, with the data by class.

    Exact for piecewise-linear networks: the lines are where two outputs tie. Others are asked on a grid.

    Arguments:
        network: of two inputs.
        interval: (a, b), what is seen of both inputs; else where the data lie, else -1 to 1.
        data: a Dataset or a pair (x, y), y classes or numbers.
    """
    from hinges.analysis import Plane, regions
    from hinges.draw._regions import decided

    rows = plane_rows(data)
    window = _window(interval, rows)
    if piecewise_linear(network):
        (s0, s1), (t0, t1) = window
        return decided(regions(network, Plane.inputs(), bounds=(s0, s1, t0, t1)), rows)
    return Scene((sampled_panel(network, window, rows),), width=620.0, height=640.0)


def sampled_panel(
    network: Network, window: tuple[Interval, Interval], rows: Dataset | None, *, grid: int = GRID
) -> Panel:
    """Give the class that a network of two inputs says at the places of a grid, with the data. Approximate."""
    from hinges.analysis import predicted_classes

    (s0, s1), (t0, t1) = window
    s, t = (low + (np.arange(grid) + 0.5) / grid * (high - low) for low, high in window)
    places = np.stack(np.meshgrid(s, t[::-1]), axis=2).reshape(-1, 2)
    shades = shade_of(predicted_classes(network, places)).reshape(grid, grid)
    marks: list[Mark] = [Heat(shades, (s0, s1, t0, t1), "categories"), *class_points(network, rows)]
    across, up = ("input 0", "input 1") if rows is None else rows.x_names
    note = f"asked at {grid} x {grid} places"
    return Panel(heading(network, rows), tuple(marks), (s0, s1), (t0, t1), across, up, note, square=True)


def plane_rows(data: Any) -> Dataset | None:
    """Give data of two inputs, or None where none is given."""
    rows = None if data is None else Dataset.of(data)
    if rows is not None and rows.x.shape[1] != 2:
        raise InvalidInputError(f"data has {rows.x.shape[1]} inputs where the picture has two")
    return rows


def _window(interval: Any, rows: Dataset | None) -> tuple[Interval, Interval]:
    if interval is not None:
        both = _arrays.interval(interval)
        return both, both
    if rows is None:
        return (-1.0, 1.0), (-1.0, 1.0)
    return padded([rows.x[:, 0]], 0.06), padded([rows.x[:, 1]], 0.06)


def heading(network: Network, rows: Dataset | None) -> str:
    """Give the accuracy in words, where the data are classes of the network's."""
    from hinges.analysis import accuracy

    if rows is None or not are_classes(network, rows):
        return "Decision regions"
    return f"Decision regions, accuracy {accuracy(network, rows):.1%}"


def are_classes(network: Network, rows: Dataset) -> bool:
    """Tell whether y is one column of classes that the network has outputs for."""
    labels = rows.y[:, 0]
    return bool(
        rows.y.shape[1] == 1 and (labels == np.floor(labels)).all() and labels.min() >= 0
        and labels.max() < max(network.outputs, 2)
    )  # fmt: skip


def class_points(network: Network, rows: Dataset | None) -> Sequence[Mark]:
    """Give data as dots in the colours of their classes, hollow where the network says another class."""
    from hinges.analysis import predicted_classes

    if rows is None:
        return []
    size = 5.0 if len(rows) <= 600 else 3.0
    if not are_classes(network, rows):
        return [Points(rows.x[:, 0], rows.x[:, 1], "data", size)]
    labels, said = rows.y[:, 0].astype(np.int64), predicted_classes(network, rows.x)
    marks: list[Mark] = []
    for each in np.unique(labels).tolist():
        for right, hollow in ((True, False), (False, True)):
            chosen = rows.x[(labels == each) & ((said == labels) == right)]
            label = f"class {each}" if right and each < NAMED else ""
            if len(chosen) or label:
                marks.append(Points(chosen[:, 0], chosen[:, 1], unit_role(each), size + hollow, hollow, label))
    return marks
