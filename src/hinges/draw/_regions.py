"""Views of the regions of a plane: by slope, by pattern, by linear region, by output, and where decisions change."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.analysis import Regions
from hinges.data import Dataset
from hinges.draw._classes import class_points, heading, plane_rows, shade_of
from hinges.draw._fills import Polygons
from hinges.draw._marks import Mark, Panel, Polyline, Scene, Text
from hinges.draw._numbers import short
from hinges.errors import InvalidInputError

View = Callable[[Any, Any], Scene]

MOST_DRAWN = 60_000  # regions in one picture: more than it has room for
_THIN = 3_000  # from so many regions on, their outlines are left out
_SIDE = 560.0  # px of the map


def views(value: Regions) -> dict[str, View]:
    """Give the views of regions."""
    return {name: _view(value, name) for name in ("slope", "pattern", "linear", "output")}


def _view(value: Regions, name: str) -> View:
    return lambda _, data: _scene(value, name, plane_rows(data))


def decided(value: Regions, rows: Dataset | None) -> Scene:
    """Give the view "output", headed by what the network decides and not by how many regions there are."""
    scene = _scene(value, "output", rows)
    note = f"{scene.panels[0].title}; lines: where two classes tie"
    marks = tuple(replace(m, outline="") if isinstance(m, Polygons) else m for m in scene.panels[0].marks)
    panel = replace(scene.panels[0], marks=marks, title=heading(value.network, rows), note=note)
    return replace(scene, panels=(panel,))


def _scene(value: Regions, name: str, rows: Dataset | None = None) -> Scene:
    if len(value) > MOST_DRAWN:
        raise InvalidInputError(f"{len(value)} regions are more than a picture has room for: take smaller bounds")
    shades, scale, note = _SHADES[name](value)
    corners = value.vertices[value.polygons.corners]
    outline = "background" if len(value) <= _THIN else ""
    marks: list[Mark] = [Polygons(corners[:, 0], corners[:, 1], value.polygons.starts, shades, scale, outline)]
    if name == "output" and value.network.outputs > 1:
        marks += [_divided(value), *_winners(value)]
    if name == "output" or value.network.outputs > 1:
        marks += [Polyline(line[:, 0], line[:, 1], "text", 1.6) for line in value.decision_boundaries().segments]
    inputs = value.network.inputs == 2 and bool((value.plane.base == [[0, 0], [1, 0], [0, 1]]).all())
    if rows is not None and not inputs:
        raise InvalidInputError("data can be drawn over regions of the plane of two inputs only: leave data out")
    marks += class_points(value.network, rows)
    s0, s1, t0, t1 = value.bounds
    sure = "certified" if value.certificate.certified else "not certified"
    title = f"{value.count('activation')} activation regions, {value.count('linear')} linear regions ({sure})"
    names = ("input 0", "input 1") if inputs else ("s", "t")
    panel = Panel(title, tuple(marks), (s0, s1), (t0, t1), *names, note, square=_alike(s1 - s0, t1 - t0))
    return Scene((panel,), width=_SIDE + 60.0, height=_SIDE + 100.0)


def _alike(width: float, height: float) -> bool:
    return 0.4 < width / height < 2.5


# --- shades ---------------------------------------------------------------------------------------------


def _ranked(numbers: Floats) -> Floats:
    """Give shades from 0 to 1 by rank, equal numbers alike: a few extreme ones leave room for the others."""
    levels, place = np.unique(numbers, return_inverse=True)
    return place / max(len(levels) - 1, 1)


def _by_slope(value: Regions) -> tuple[Floats, str, str]:
    steepness: Floats = np.array([float(np.abs(value.affine(i)[0]).max()) for i in range(len(value))])
    note = f"darker: steeper; slopes from {short(steepness.min())} to {short(steepness.max())}, shaded by rank"
    return _ranked(np.round(steepness, 12)), "sequential", note


def _by_pattern(value: Regions) -> tuple[Floats, str, str]:
    share = value.patterns.mean(axis=1) if value.patterns.shape[1] else np.zeros(len(value))
    low, high = float(share.min()), float(share.max())
    note = f"darker: more units on, {low:.0%} to {high:.0%}"
    return (share - low) / (high - low) if high > low else share * 0.0, "sequential", note


def _by_linear(value: Regions) -> tuple[Floats, str, str]:
    labels = value.linear.labels.astype(np.float64)
    return (labels * 0.618033988749895) % 1.0, "categories", "one colour for each linear region; colours repeat"


def _by_output(value: Regions) -> tuple[Floats, str, str]:
    outputs = np.asarray(value.network(value.plane(value.interior)))
    if outputs.shape[1] > 1:
        classes = outputs.argmax(axis=1)
        return shade_of(classes), "categories", "the largest output; lines where two of them tie"
    largest = float(np.abs(outputs).max()) or 1.0
    note = f"output from {short(float(outputs.min()))} (blue) to {short(float(outputs.max()))} (orange); line: zero"
    return outputs[:, 0] / largest / 2.0 + 0.5, "diverging", note


def _divided(value: Regions) -> Polygons:
    """Give the parts, one a class, of the regions that decision boundaries divide."""
    outputs = np.asarray(value.network(value.plane(value.vertices)))
    winner = outputs.argmax(axis=1)
    x, starts, shades = [np.zeros((0, 2))], [0], list[float]()
    for corners in value.polygons:
        if (winner[corners] == winner[corners[0]]).all():  # then it wins everywhere between them
            continue
        for each in range(outputs.shape[1]):
            part = np.column_stack([value.vertices[corners], outputs[corners, each, None] - outputs[corners]])
            for other in range(outputs.shape[1]):
                part = _where_positive(part, 2 + other)
            if len(part) > 2:
                x.append(part[:, :2])
                starts.append(starts[-1] + len(part))
                shades.append(float(shade_of(each)))
    places = np.concatenate(x)
    return Polygons(places[:, 0], places[:, 1], np.array(starts), np.array(shades), "categories", "")


def _winners(value: Regions) -> list[Text]:
    """Give the number of every output that is the largest somewhere, in the largest region where it is."""
    winner = np.asarray(value.network(value.plane(value.interior))).argmax(axis=1)
    places = {int(each): value.interior[np.where(winner == each, value.areas, -1.0).argmax()] for each in set(winner)}
    return [Text(float(s), float(t), str(each), bold=True, size=13.0) for each, (s, t) in sorted(places.items())]


def _where_positive(polygon: Floats, column: int) -> Floats:
    """Give the part of a convex polygon (k, columns) where an affine column is not negative."""
    z = polygon[:, column]
    if (z >= 0).all():
        return polygon
    kept: list[Floats] = []
    for i in range(len(polygon)):
        if z[i - 1] * z[i] < 0:
            share = z[i - 1] / (z[i - 1] - z[i])
            kept.append(polygon[i - 1] + share * (polygon[i] - polygon[i - 1]))
        if z[i] >= 0:
            kept.append(polygon[i])
    return np.array(kept).reshape(-1, polygon.shape[1])


_SHADES = {"slope": _by_slope, "pattern": _by_pattern, "linear": _by_linear, "output": _by_output}
