"""Views of slices: outputs, units or the sum of a layer along a line, one panel or a grid of many; interest maps."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.analysis import FeatureSweep, SampledSlice, Slice
from hinges.draw._fills import Heat
from hinges.draw._marks import EndLabel, Mark, Panel, Polyline, Rug, Scene
from hinges.draw._numbers import short
from hinges.draw._theme import unit_role
from hinges.draw._window import padded
from hinges.errors import InvalidInputError
from hinges.nets import Network

_LEGEND = 10  # outputs that are named
_NAMED = 10  # kinks whose owner is written
_MOST_CURVES = 256  # units in one panel
_COLUMNS = 6  # of a grid
_MOST_PANELS = 100
_CELL = (150.0, 118.0)  # px of one panel of a grid
_SAMPLED = "sampled: what happens between the points is not known"

Line = Slice | SampledSlice
View = Callable[[Any, Any], Scene]


def views(value: Any) -> dict[str, View]:
    """Give the views of a slice, of a sequence of slices, or of a sweep over the features."""
    if isinstance(value, FeatureSweep):
        return {"kinks": lambda *_: _interest(value, "kinks"), "bend": lambda *_: _interest(value, "bend")}
    if isinstance(value, (Slice, SampledSlice)):
        return {name: _of_one(value, name) for name in _CURVES if name == "outputs" or value.network.hidden_nodes}
    slices = list(value)
    if not all(isinstance(each, (Slice, SampledSlice)) for each in slices):
        raise InvalidInputError("a sequence to draw must hold slices only, as slice_along gives them")
    if not 0 < len(slices) <= _MOST_PANELS:
        raise InvalidInputError(f"a grid has between 1 and {_MOST_PANELS} slices, not {len(slices)}")
    return {name: _of_many(slices, name) for name in _CURVES}


def _of_one(value: Line, name: str) -> View:
    return lambda interval, _: Scene((_panel(value, name, interval, alone=True),), width=760.0, height=440.0)


def _of_many(slices: Sequence[Line], name: str) -> View:
    return lambda interval, _: _grid(slices, name, interval)


# --- one panel ------------------------------------------------------------------------------------------


def _outputs(value: Line) -> Floats:
    return value.y


def _units(value: Line) -> Floats:
    return _first_layer(value)[:, :_MOST_CURVES]


def _sum(value: Line) -> Floats:
    return _first_layer(value).sum(axis=1, keepdims=True)


_CURVES = {"outputs": _outputs, "units": _units, "sum": _sum}


def _first_layer(value: Line) -> Floats:
    """Give the activations of the first hidden layer at the line's vertices, (k, units)."""
    network = value.network
    last = next(i for i, node in enumerate(network.nodes) if node in network.hidden_nodes)
    part = Network(network.nodes[: last + 1], network.inputs)
    return part(value.line.points(value.t))


def _panel(value: Line, name: str, interval: Any, *, alone: bool) -> Panel:
    curves = _CURVES[name](value)
    sampled = isinstance(value, SampledSlice)
    x = value.coordinate
    window = (float(x[0]), float(x[-1])) if interval is None else tuple(interval)
    few = alone and name == "outputs" and 1 < curves.shape[1] <= _LEGEND
    marks: list[Mark] = [] if sampled else _kinks(value, window, named=alone)
    marks += [
        Polyline(
            x, curves[:, i], unit_role(i) if curves.shape[1] > 1 else "fit", 1.8 if alone else 0.9,
            sampled=sampled,
        )
        for i in range(curves.shape[1])
    ]  # fmt: skip
    if few:
        marks += [EndLabel(float(curves[-1, i]), f"output {i}", unit_role(i)) for i in range(curves.shape[1])]
    feature = value.line.feature
    axis = "from start (0) to end (1)" if feature is None else f"input {feature}"
    title = {"outputs": "Outputs", "units": "Units of the first layer", "sum": "Sum of the first layer"}[name]
    note = _SAMPLED if sampled else _found(value, short_form=not alone)
    if not alone:
        title = f"input {feature}" if feature is not None else ""
        return Panel(title, tuple(marks), window, padded([curves]), note=note, x_ticks=(), y_ticks=())
    return Panel(f"{title} along the line", tuple(marks), window, padded([curves]), axis, "", note)


def _found(value: Slice, *, short_form: bool) -> str:
    kinks, silent = len(value.silent), int(value.silent.sum())
    if short_form:
        return f"{kinks} kink{'s' * (kinks != 1)}"
    sure = "certified" if value.certificate.certified else f"{value.certificate.unresolved} decisions left open"
    return f"{kinks} kink{'s' * (kinks != 1)}, {silent} of them silent (no output bends); {sure}"


def _kinks(value: Slice, window: tuple[float, float], *, named: bool) -> list[Mark]:
    """Give ticks where units switch, in the colour of the owner's layer; silent ones are short and grey."""
    x = value.coordinate[1:-1]
    inside = (window[0] <= x) & (x <= window[1])
    loud = np.flatnonzero(inside & ~value.silent)
    quiet = np.flatnonzero(inside & value.silent)
    names = named and len(loud) <= _NAMED
    texts = tuple(_owner(value, int(i)) if names else "" for i in loud)
    return [
        Rug(x[quiet], ("muted",) * len(quiet), length=5.0),
        Rug(x[loud], tuple(unit_role(value.owners[i][0].layer) for i in loud), texts, length=9.0),
    ]


def _owner(value: Slice, i: int) -> str:
    first, *more = value.owners[i]
    return f"{first.layer}.{first.index}" + f" +{len(more)}" * bool(more)


# --- grids ----------------------------------------------------------------------------------------------


def _grid(slices: Sequence[Line], name: str, interval: Any) -> Scene:
    columns = min(_COLUMNS, len(slices))
    rows = -(-len(slices) // columns)
    what = {"outputs": "Outputs", "units": "Units of the first layer", "sum": "Sum of the first layer"}[name]
    kinks = [len(each.silent) for each in slices if isinstance(each, Slice)]
    note = f"{sum(kinks) / len(kinks):.1f} kinks on average, at most {max(kinks)}" if kinks else _SAMPLED
    panels = [_panel(each, name, interval, alone=False) for each in slices]
    return Scene.grid(
        panels, columns, title=f"{what} along {len(slices)} lines", note=note,
        width=60.0 + columns * _CELL[0], height=80.0 + rows * _CELL[1],
    )  # fmt: skip


def _interest(value: FeatureSweep, what: str) -> Scene:
    """Give a map of the features: how many kinks their sweeps have, or how far the outputs bend."""
    numbers = np.asarray(value.kinks if what == "kinks" else value.bend.max(axis=1), dtype=np.float64)
    side = round(len(numbers) ** 0.5)
    shape = (side, side) if side * side == len(numbers) else (1, len(numbers))
    largest = float(numbers.max())
    heat = Heat((numbers / largest if largest else numbers).reshape(shape), (0.0, shape[1], 0.0, shape[0]))
    title = {"kinks": "Kinks of each input's sweep", "bend": "How far the outputs bend in each input's sweep"}[what]
    note = f"from {short(float(numbers.min()))} to {short(largest)}, mean {short(float(numbers.mean()))}"
    panel = Panel(
        title, (heat,), (0.0, float(shape[1])), (0.0, float(shape[0])), note=note, x_ticks=(), y_ticks=(), square=True
    )
    return Scene((panel,), width=460.0, height=500.0 if shape[0] > 1 else 160.0)
