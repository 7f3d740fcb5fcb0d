"""Slice: what a network does along a line, exactly; SampledSlice: at some points of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays
from hinges._arrays import Floats, frozen
from hinges.analysis._line_segment import Line
from hinges.errors import InvalidInputError
from hinges.nets import Activation, Max, Network, Unit
from hinges.pwl import PiecewiseLinear

NOISE = 1e-12  # of a unit's size on the line: a bend smaller than this is left out of its function


@dataclass(frozen=True, eq=False)
class SliceCertificate:
    """How sure a slice is.

    Arguments:
        ambiguous: decisions (on which side of zero a unit is, which of two kinks comes first, whether an output
            bends) that lay inside float64's forward error bound.
        unresolved: those of them that were not settled in integer arithmetic.
        merged: switches that were put at one breakpoint because their places cannot be told apart.
        exact: whether the whole line was computed in integer arithmetic, so that every number is rounded once.
        places: (k,) how far each t may be from the true one.
        errors: (outputs,) how far y may be off.
    """

    ambiguous: int
    unresolved: int
    merged: int
    exact: bool
    places: Floats
    errors: Floats

    @property
    def certified(self) -> bool:
        """Whether no decision is left open: kinks, owners and bends are those of the network."""
        return self.unresolved == 0


@dataclass(frozen=True, eq=False, repr=False)
class Slice:
    """A network along a line: exact, each number a rounded one.

    Arguments:
        network: the network.
        line: the line.
        t: (k,) all breakpoints, from 0 to 1, both ends included.
        coordinate: (k,) the feature's own values there, or t on a line between two points.
        y: (k, outputs) what the network gives there; straight between them.
        owners: for each inner breakpoint the units that switch there, in order.
        silent: of each inner breakpoint whether units switch and yet no output bends, (k - 2,).
        certificate: how sure this is.
        find_bends: gives `bends`, (k, outputs), which are found when asked for.

    >>> from hinges import Network, slice_along
    >>> net = Network.dense([[[1.0, 1.0]], [[1.0], [-2.0]]], [[0.0, -1.0], [0.0]])
    >>> line = slice_along(net, Line.along_feature([0.0], 0, -1.0, 2.0))
    >>> isinstance(line, Slice), line.coordinate, line.y.shape, line.bends.shape
    (True, array([-1.,  0.,  1.,  2.]), (4, 1), (4, 1))
    >>> line.function().slopes, line.unit(line.owners[1][0])[1].kinks, line.deviation < 1e-12
    (array([ 0.,  1., -1.]), array([1.]), True)
    """

    network: Network
    line: Line
    t: Floats
    coordinate: Floats
    y: Floats
    owners: tuple[tuple[Unit, ...], ...]
    silent: NDArray[np.bool_]
    certificate: SliceCertificate
    find_bends: Callable[[], NDArray[np.bool_]]

    exact = True

    def __repr__(self) -> str:
        sure = "certified" if self.certificate.certified else f"{self.certificate.unresolved} decisions left open"
        return f"Slice({self.network!r} along a line: {len(self.owners)} breakpoints inside, {sure})"

    @cached_property
    def bends(self) -> NDArray[np.bool_]:
        """Whether each output bends at each breakpoint, (k, outputs); no end is a bend."""
        return frozen(self.find_bends())

    @cached_property
    def deviation(self) -> float:
        """The largest difference to a forward pass at breakpoints and midpoints, in parts of the largest |y|."""
        t = np.concatenate((self.t, (self.t[1:] + self.t[:-1]) / 2.0))
        y = np.concatenate((self.y, (self.y[1:] + self.y[:-1]) / 2.0))
        step = max(1, 2**22 // self.network.inputs)
        largest = 0.0
        for i in range(0, len(t), step):
            given = self.network(self.line.points(t[i : i + step]).reshape(-1, self.network.inputs))
            largest = max(largest, float(np.abs(given - y[i : i + step]).max()))
        scale = float(np.abs(self.y).max())
        return largest / scale if scale else largest

    def function(self, output: int = 0) -> PiecewiseLinear:
        """Give one output as a function of the coordinate; beyond the line's ends its end pieces go on.

        Its breakpoints are those at which this output bends.
        """
        output = _arrays.count(output, "output", minimum=0, maximum=self.y.shape[1] - 1)
        return _function(self.coordinate, self.y[:, output], self.bends[:, output])

    def unit(self, unit: Unit) -> tuple[PiecewiseLinear, PiecewiseLinear]:
        """Give pre-activation z and activation a of a hidden unit as functions of the coordinate.

        They are computed when asked for, by a forward pass at the breakpoints as far as that unit: approximate to
        rounding, and bends below 1e-12 of their size are left out. A Max unit has no pre-activation: z is a.

        Raises:
            InvalidInputError: the network has no such unit.
        """
        unit = _arrays.instance(unit, Unit, "unit")
        node, number = self._hidden(unit)
        own = np.array([False, *(unit in owners for owners in self.owners), False])
        source = number if isinstance(node, Max) else node.source
        z = _values(self.network, self.line.points(self.t), source, unit.index)
        if isinstance(node, Max):
            return (a := _function(self.coordinate, z, own | _visible(self.t, z))), a
        if node.kind in ("relu", "leaky_relu"):
            z[own] = 0.0
        index = unit.index
        a = _through(node, z, index)
        return (
            _function(self.coordinate, z, _visible(self.t, z)),
            _function(self.coordinate, a, own | _visible(self.t, a)),
        )

    def _hidden(self, unit: Unit) -> tuple[Activation | Max, int]:
        """Give the node a unit belongs to, and the number of its value."""
        hidden = [(node, i + 1) for i, node in enumerate(self.network.nodes) if isinstance(node, (Activation, Max))]
        if not 0 <= unit.layer < len(hidden):
            raise InvalidInputError(f"the network has no hidden layer {unit.layer}: it has {len(hidden)}")
        node, value = hidden[unit.layer]
        if not 0 <= unit.index < node.units:
            raise InvalidInputError(f"layer {node.name} has no unit {unit.index}: it has {node.units}")
        return node, value


@dataclass(frozen=True, eq=False)
class SampledSlice:
    """A network at equally spaced points of a line: not exact, what happens between them is not known.

    Arguments:
        network: the network, smooth or not.
        line: the line.
        t: (samples,) from 0 to 1.
        coordinate: (samples,) the feature's own values there, or t on a line between two points.
        y: (samples, outputs).
    """

    network: Network
    line: Line
    t: Floats
    coordinate: Floats
    y: Floats

    exact = False


def _function(coordinate: Floats, values: Floats, bends: NDArray[np.bool_]) -> PiecewiseLinear:
    """Give the function with breakpoints where it bends, its end pieces going on past the ends."""
    rises = np.concatenate(([True], np.diff(np.maximum.accumulate(coordinate)) > 0))
    keep = bends & rises & (coordinate < coordinate[-1])
    keep[0] = keep[-1] = True
    x, y = coordinate[keep], values[keep]
    slopes = np.diff(y) / np.diff(x)
    if len(x) == 2:
        return PiecewiseLinear(x[:1], y[:1], slopes[0], slopes[0])
    return PiecewiseLinear(x[1:-1], y[1:-1], slopes[0], slopes[-1])


def _visible(t: Floats, values: Floats) -> NDArray[np.bool_]:
    """Give where the middle of three vertices lies off the chord."""
    result = np.zeros(len(t), np.bool_)
    before, after = np.diff(t)[:-1], np.diff(t)[1:]
    chord = (values[:-2] * after + values[2:] * before) / (before + after)
    result[1:-1] = np.abs(values[1:-1] - chord) > NOISE * np.abs(values).max()
    return result


def _through(node: Activation, z: Floats, unit: int) -> Floats:
    """Give the activation of one unit's pre-activations."""
    rows = np.zeros((1, node.units))
    result = np.empty_like(z)
    for i, value in enumerate(z.tolist()):
        rows[0, unit] = value
        result[i] = node(rows)[0, unit]
    return result


def _values(network: Network, points: Floats, value: int, unit: int) -> Floats:
    """Give one unit of one value at points (k, inputs), in blocks of them."""
    widest = max(network.inputs, *(node.units for node in network.nodes))
    step = max(1, 2**22 // widest)
    last_use = {s: i for i, node in enumerate(network.nodes[:value]) for s in node.sources}
    parts: list[Floats] = []
    for start in range(0, len(points), step):
        values = {0: points[start : start + step]}
        for i, node in enumerate(network.nodes[:value]):
            values[i + 1] = node(*(values[s] for s in node.sources))
            for s in set(node.sources):
                if last_use[s] == i:
                    del values[s]
        parts.append(values[value][:, unit].copy())
    return np.concatenate(parts)
