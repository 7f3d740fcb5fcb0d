"""Sliced: a network with data, and what the question `slices` may ask of them."""

import json
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis import FeatureSweep, Line, slice_along, sweep_features
from hinges.analysis._lowered import lowered
from hinges.analysis._slice_bends import bends
from hinges.analysis._slice_pass import Pass
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.lab import _materials
from hinges.lab.questions._frame import Frame
from hinges.lab.questions._slices import PANELS
from hinges.nets import Activation, Linear, Max, Network

MOST_INPUTS = 4096
MOST_ROWS = 2000  # over which the outputs' spread is measured
MOST_WEIGHTS = 4_000_000  # of the first layer that are looked at, as many inputs as that leaves
IMAGE_SIDE = 4  # pixels of the smallest square image

Show = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Sliced:
    """A network and rows of its inputs.

    Arguments:
        network: the network.
        x: (rows, inputs).
        labels: a text for each row, or none at all.
        names: of the inputs.
        low, high: (inputs,) between which each input is moved.
    """

    network: Network
    x: Floats
    labels: tuple[str, ...]
    names: tuple[str, ...]
    low: Floats
    high: Floats

    @staticmethod
    def of(network: dict[str, Any], data: dict[str, Any]) -> "Sliced":
        """Give what two checked references name; the last few are kept."""
        return _sliced(json.dumps(network, sort_keys=True), json.dumps(data, sort_keys=True))

    # ------------------------------------------------------------------------------------------------ answers

    def about(self) -> Frame:
        """Give sizes, ranges and names."""
        header = {
            "inputs": self.network.inputs,
            "outputs": self.network.outputs,
            "layers": [node.units for node in self.network.hidden_nodes],
            "rows": len(self.x),
            "shape": self._shape,
            "names": [name[:40] for name in self.names],
        }
        return Frame(header, (self.low, self.high))

    def samples(self, first: int, count: int) -> Frame:
        """Give rows."""
        some = slice(first, first + count)
        return Frame({"labels": list(self.labels[some])}, (np.ascontiguousarray(self.x[some]),))

    def look(self, base: int | None, show: Show, sort: str, page: int) -> Frame:
        """Give the measures of every input, and one page of curves."""
        found = self._sweep(base)
        bend, swing = self._measures(base, show)
        measured = {"kinks": found.kinks, "bend": bend, "swing": swing}.get(sort, np.zeros(len(bend)))
        order = np.argsort(-measured, kind="stable")
        last = (len(order) - 1) // PANELS
        features = order[min(page, last) * PANELS :][:PANELS]
        values = self._shown(found.point[None], show)[0]
        header = {"features": features.tolist(), "unresolved": int(found.unresolved.sum())}
        arrays = (found.point, values, found.kinks.astype(np.int32), bend, swing)
        return Frame(header, (*arrays, *self._curves(base, show, features)))

    def panels(self, base: int | None, show: Show, features: list[int]) -> Frame:
        """Give the curves of some inputs."""
        if max(features) >= self.network.inputs:
            raise InvalidInputError(f"the network reads {self.network.inputs} numbers, and has no {max(features)}")
        return Frame({"features": features}, self._curves(base, show, np.array(features)))

    def line(self, rows: list[int], show: Show) -> Frame:
        """Give the curves between two rows: vertices, and of each inner one the units that switch there."""
        a, b = (self._point(row) for row in rows)
        if np.array_equal(a, b):
            raise InvalidInputError("both rows hold the same numbers, so there is no line between them")
        found = slice_along(self.network, Line.between(a, b))
        y = self._shown(found.line.points(found.t), show) if show["kind"] == "unit" else found.y
        counts = np.array([len(units) for units in found.owners], np.int32)
        layers = np.array([unit.layer for units in found.owners for unit in units], np.int32)
        units = np.array([unit.index for units in found.owners for unit in units], np.int32)
        header = {"certified": found.certificate.certified}
        return Frame(header, (found.t, self._columns(y, show), counts, layers, units, found.silent.astype(np.uint8)))

    def why(self, base: int | None) -> Frame:
        """Give why the curves are straight."""
        found = self._sweep(base)
        z, w = self._first_layer(found.point)
        with np.errstate(divide="ignore"):
            ways = np.sort((np.abs(z) / np.abs(w)).ravel())
        finite = np.where(np.isfinite(ways), ways, np.finfo(np.float64).max)
        header = {
            "units": len(z),
            "on": int((z > 0).sum()),
            "z": float(np.median(np.abs(z))),
            "w": float(np.median(np.abs(w))),
            "way": float(np.median(finite)),
            "range": float(np.median(self.high - self.low)),
            "kinks": float(found.kinks.mean()),
            "most": int(found.kinks.max()),
            "bend": float((found.bend / self._spread).mean()),
            "swing": float((found.move / self._spread).mean()),
        }
        return Frame(header, (finite[np.round(np.linspace(0, len(finite) - 1, 101)).astype(np.intp)],))

    # ---------------------------------------------------------------------------------------------- what they need

    @property
    def _shape(self) -> list[int] | None:
        """Rows and columns of a square image, or None."""
        side = round(self.network.inputs**0.5)
        is_image = side >= IMAGE_SIDE and side * side == self.network.inputs
        return [side, side] if is_image and bool((self.low == 0).all() and (self.high == 1).all()) else None

    @cached_property
    def _spread(self) -> Floats:
        """Standard deviation of each output over the rows; 1 where it never changes."""
        spread = self.network(self.x[:: -(-len(self.x) // MOST_ROWS)]).std(axis=0)
        return np.where(spread > 0, spread, 1.0)

    @cached_property
    def _kept(self) -> dict[Any, FeatureSweep]:
        return {}

    def _point(self, row: int | None) -> Floats:
        if row is None:
            return self.x.mean(axis=0)
        if row >= len(self.x):
            raise InvalidInputError(f"the data have {len(self.x)} rows, and none with the number {row}")
        return self.x[row]

    def _sweep(self, base: int | None) -> FeatureSweep:
        if base not in self._kept:
            while len(self._kept) >= 8:
                self._kept.pop(next(iter(self._kept)))
            self._kept[base] = sweep_features(self.network, self._point(base), low=self.low, high=self.high)
        return self._kept[base]

    def _measures(self, base: int | None, show: Show) -> tuple[Floats, Floats]:
        """Give the bend and the swing of what is shown, the largest of several curves."""
        found = self._sweep(base)
        if show["kind"] == "unit":
            part = self._unit_alone(show["layer"], show["index"])
            found = sweep_features(part, found.point, low=self.low, high=self.high)
            return found.bend[:, 0], found.move[:, 0]
        bend, move = (self._columns(each, show) for each in (found.bend, found.move))
        return bend.max(axis=1), move.max(axis=1)

    def _columns(self, y: Floats, show: Show) -> Floats:
        if show["kind"] != "output":
            return y
        index = show["index"]
        if index >= self.network.outputs:
            raise InvalidInputError(f"the network has {self.network.outputs} outputs, and none with the number {index}")
        return np.ascontiguousarray(y[:, index : index + 1])

    def _unit_alone(self, layer: int, index: int) -> Network:
        """Give the network whose one output is a unit's activation; of its own layer nothing else is left."""
        hidden, nodes = self.network.hidden_nodes, self.network.nodes
        if layer >= len(hidden):
            raise InvalidInputError(f"the network has {len(hidden)} hidden layers, and none with the number {layer}")
        node = hidden[layer]
        if index >= node.units:
            raise InvalidInputError(f"layer {layer} has {node.units} units, and none with the number {index}")
        pick = np.zeros((node.units, 1))
        pick[index] = 1.0
        last = node.source if isinstance(node, Activation) else 1 + next(i for i, n in enumerate(nodes) if n is node)
        kept = (*nodes[:last], Linear((last,), (pick,), np.zeros(1), "the unit shown"))
        if isinstance(node, Activation):
            slope = node.slope if np.ndim(node.slope) == 0 else node.slope[index : index + 1]
            kept = (*kept, replace(node, source=len(kept), units=1, slope=slope))
        return Network(kept, self.network.inputs)

    def _shown(self, points: Floats, show: Show) -> Floats:
        """Give what is shown at points, (points, curves)."""
        if show["kind"] == "unit":
            return self._unit_alone(show["layer"], show["index"])(points).reshape(len(points), 1)
        return self._columns(self.network(points).reshape(len(points), -1), show)

    def _curves(
        self, base: int | None, show: Show, features: NDArray[np.intp]
    ) -> tuple[NDArray[np.int32], Floats, Floats]:
        """Give how many vertices each line has, then t and y of all of them."""
        point = self._point(base)
        starts, ends = np.tile(point, (len(features), 1)), np.tile(point, (len(features), 1))
        rows = np.arange(len(features))
        starts[rows, features], ends[rows, features] = self.low[features], self.high[features]
        form = lowered(self.network)
        passed = Pass(form.network)(starts, ends)
        bent = bends(form.network, passed, starts, ends)
        open_ = set(np.concatenate((passed.doubts.lines, passed.line[bent.unsure])).tolist())
        parts: list[tuple[Floats, Floats]] = []
        for i in range(len(features)):
            mine = passed.line == i
            t, y = passed.t[mine], passed.y[mine]
            if i in open_:
                found = slice_along(self.network, Line(starts[i], ends[i]))
                t, y = found.t, found.y
            parts.append((t, y))
        counts = np.array([len(t) for t, _ in parts], np.int32)
        t, y = (np.concatenate(each) for each in zip(*parts, strict=True))
        if show["kind"] == "unit":
            line = np.repeat(rows, counts)
            return counts, t, self._shown(starts[line] + t[:, None] * (ends - starts)[line], show)
        return counts, t, self._columns(y, show)

    def _first_layer(self, point: Floats) -> tuple[Floats, Floats]:
        """Give the first layer's pre-activations at a point, and its weights (inputs, units); of many inputs some."""
        nodes = self.network.nodes
        first = next((i for i, node in enumerate(nodes) if isinstance(node, (Activation, Max))), len(nodes))
        node = nodes[first] if first < len(nodes) else None
        if not isinstance(node, Activation) or node.source == 0:
            raise InvalidInputError(
                "the network's first layer is none of units with weights, so nothing is said of z and w"
            )
        part = Network(nodes[: node.source], self.network.inputs)
        z = part(point[None])[0]
        some = np.arange(0, self.network.inputs, max(1, -(-self.network.inputs * len(z) // MOST_WEIGHTS)))
        moved = np.tile(point, (len(some), 1))
        moved[np.arange(len(some)), some] += self.high[some] - self.low[some]
        weights = (part(moved) - z) / (self.high[some] - self.low[some])[:, None]
        return z, weights


@lru_cache(maxsize=3)
def _sliced(network_text: str, data_text: str) -> Sliced:
    network, data = _materials.network_of(json.loads(network_text)), _materials.data_of(json.loads(data_text))
    if network.inputs > MOST_INPUTS:
        raise InvalidInputError(
            f"the network reads {network.inputs} numbers; at most {MOST_INPUTS} are moved one by one"
        )
    x, names, labels = _rows(network, data)
    low, high = _ranges(x)
    return Sliced(network, x, labels, names, low, high)


def _rows(network: Network, data: Dataset) -> tuple[Floats, tuple[str, ...], tuple[str, ...]]:
    """Give the rows that the network reads; where all columns together are as many as it reads, they are all inputs."""
    if data.x.shape[1] == network.inputs:
        whole = data.y.shape[1] == 1 and bool((data.y == np.round(data.y)).all())
        return data.x, data.x_names, tuple(str(int(each)) for each in data.y[:, 0]) if whole else ()
    if data.x.shape[1] + data.y.shape[1] == network.inputs:
        return np.hstack((data.x, data.y)), (*data.x_names, *data.y_names), ()
    raise InvalidInputError(f"the network reads {network.inputs} numbers, and a row of the data has {data.x.shape[1]}")


def _ranges(x: Floats) -> tuple[Floats, Floats]:
    """Give 0 and 1 where all numbers lie there, as pixels do; else each input's own least and largest."""
    if x.min() >= 0 and x.max() <= 1:
        return np.zeros(x.shape[1]), np.ones(x.shape[1])
    low, high = x.min(axis=0), x.max(axis=0)
    still = low == high
    return np.where(still, low - 0.5, low), np.where(still, high + 0.5, high)
