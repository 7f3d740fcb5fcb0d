"""At which breakpoints each output really bends.

Most bends are plain from the vertices: the middle one of three lies off the chord by more than the error bound.
Where it does not, the slopes on both sides are carried through the network as the left one and the change, so that
a change that later units or zero weights cut off is exactly 0.
"""

from dataclasses import dataclass

import numpy as np

from hinges._arrays import Floats
from hinges.analysis._lowered import below
from hinges.analysis._slice_errors import UNIT, Factor, factors
from hinges.analysis._slice_pass import BLOCK, Passed
from hinges.analysis._slice_state import Bits, Indices, Owners
from hinges.nets import Activation, Linear, Max, Network


@dataclass(frozen=True, eq=False)
class Bends:
    """Whether output j bends at vertex i, (k, outputs); and at how many vertices that is not sure."""

    where: Bits
    unsure: int


def bends(network: Network, passed: Passed, starts: Floats, ends: Floats) -> Bends:
    """Give where the outputs of lowered lines bend; the ends of a line are no bends."""
    where = np.zeros(passed.y.shape, np.bool_)
    same = passed.line[1:] == passed.line[:-1]
    inner = np.flatnonzero(np.concatenate(([False], same)) & np.concatenate((same, [False])))
    if not len(inner):
        return Bends(where, 0)
    y, t = passed.y, passed.t[:, None]
    before, after = t[inner] - t[inner - 1], t[inner + 1] - t[inner]
    chord = (y[inner - 1] * after + y[inner + 1] * before) / (before + after)
    plain = np.abs(y[inner] - chord) > 4.0 * passed.errors
    where[inner] = plain
    left = inner[~plain.all(axis=1)]
    unsure = 0
    step = max(1, BLOCK // (4 * max(network.inputs, *(node.units for node in network.nodes))))
    for i in range(0, len(left), step):
        at = left[i : i + step]
        found, doubtful = _Slopes(network, passed, at, starts, ends).changes()
        where[at] |= found
        unsure += int(np.count_nonzero((doubtful & ~where[at]).any(axis=1)))
    return Bends(where, unsure)


@dataclass(frozen=True, eq=False)
class _Two:
    """A value beside some vertices (c, units): just left and right of them, its slope on the left, and the change.

    `reach` is 0 where the change is 0 whatever the numbers; the errors bound those of slope and change, row by row.
    """

    left: Floats
    right: Floats
    slope: Floats
    change: Floats
    reach: Floats
    slope_error: Floats
    change_error: Floats


class _Slopes:
    """Carries the slopes beside some vertices through a network."""

    def __init__(self, network: Network, passed: Passed, at: Indices, starts: Floats, ends: Floats) -> None:
        self.network = network
        self.at = at
        order = np.argsort(passed.owners.vertex, kind="stable")
        low, high = np.searchsorted(passed.owners.vertex[order], [at, at + 1])
        self.owners = Owners.joined(
            [Owners.none()]
            + [
                passed.owners.chosen(order[a:b]).at(np.full(b - a, i))
                for i, (a, b) in enumerate(zip(low.tolist(), high.tolist(), strict=True))
            ]
        )
        start, step = starts[passed.line[at]], (ends - starts)[passed.line[at]]
        t = passed.t
        left, right = (t[at - 1] + t[at]) / 2.0, (t[at] + t[at + 1]) / 2.0
        none = np.zeros_like(step)
        size = 2.0 * UNIT * np.sqrt(np.square(step).sum(axis=1))
        self.value = _Two(
            start + left[:, None] * step, start + right[:, None] * step, step, none, none, size, np.zeros(len(at))
        )

    def changes(self) -> tuple[Bits, Bits]:
        """Give which outputs bend at the vertices (c, outputs), and for which of the others that is not sure."""
        last_use = {source: i for i, node in enumerate(self.network.nodes) for source in node.sources}
        values = {0: self.value}
        bound = np.zeros((len(self.at), 1))
        layer = 0
        for i, node in enumerate(self.network.nodes):
            if isinstance(node, Linear):
                values[i + 1], bound = _linear(node, [values[s] for s in node.sources])
            else:
                owns = self._owns(layer, node.units)
                layer += 1
                source = values[node.source]
                values[i + 1] = _max(node, source, owns) if isinstance(node, Max) else _activation(node, source, owns)
                bound = values[i + 1].change_error[:, None]
            for source in set(node.sources):
                if last_use[source] == i:
                    del values[source]
        result = values[len(self.network.nodes)]
        found = np.abs(result.change) > bound
        return found, ~found & (result.reach > 0)

    def _owns(self, layer: int, units: int) -> Bits:
        mine = self.owners.chosen(self.owners.layer == layer)
        owns = np.zeros((len(self.at), units), np.bool_)
        owns[mine.vertex, mine.unit] = True
        return owns


def _norm(rows: Floats) -> Floats:
    return np.sqrt(np.einsum("ij,ij->i", rows, rows))


def _linear(node: Linear, sources: list[_Two]) -> tuple[_Two, Floats]:
    """Give the value of an affine map, and the bound of each unit's change (c, units)."""
    each = list(zip(factors(node), sources, strict=True))
    left, right, slope, change, reach = (
        sum(by(getattr(source, name)) for by, source in each) for name in ("left", "right", "slope", "change", "reach")
    )
    reach = sum(_absolute(by, source.reach) for by, source in each)
    slope_error = sum(by.spectral * s.slope_error + by.rounding * by.frobenius * _norm(s.slope) for by, s in each)
    local = [s.change_error + 2.0 * by.rounding * _norm(s.change) for by, s in each]
    change_error = sum(
        by.spectral * s.change_error + 2.0 * by.rounding * by.frobenius * _norm(s.change) for by, s in each
    )
    bound = sum(error[:, None] * by.columns for error, (by, _) in zip(local, each, strict=True))
    return _Two(left + node.bias, right + node.bias, slope, change, reach, slope_error, change_error), bound


def _absolute(by: Factor, rows: Floats) -> Floats:
    """Give rows @ |matrix|, for numbers that tell 0 from more alone."""
    some = (rows > 0).astype(np.float64)
    if not by.sparse:
        return some @ (by.matrix != 0).astype(np.float64)
    return np.ascontiguousarray((abs(by.matrix) @ np.ascontiguousarray(some.T)).T)


def _activation(node: Activation, z: _Two, owns: Bits) -> _Two:
    steep = below(node)
    after = z.slope + z.change
    on = np.where(owns, z.slope + after > 0, z.left + z.right > 0)  # of an owner: whether on the right
    gate_right = np.where(on, 1.0, steep)
    gate_left = np.where(on ^ owns, 1.0, steep)
    change = np.where(owns, gate_right * after - gate_left * z.slope, gate_right * z.change)
    reach = np.where(owns, 1.0, np.where(gate_right != 0, z.reach, 0.0))
    largest = max(1.0, float(np.abs(steep).max(initial=0.0)))
    more = np.where(owns.any(axis=1), 2.0 * (z.slope_error + UNIT * _norm(z.slope)), 0.0)
    return _Two(
        np.where(z.left > 0, z.left, steep * z.left),
        np.where(z.right > 0, z.right, steep * z.right),
        gate_left * z.slope,
        change,
        reach,
        largest * z.slope_error,
        largest * (z.change_error + more),
    )


def _max(node: Max, z: _Two, owns: Bits) -> _Two:
    rows = np.arange(len(owns))[:, None]
    left, right = z.left[:, node.groups], z.right[:, node.groups]
    both = (left + right).argmax(axis=2)
    units = np.arange(node.units)
    first = node.groups[units, np.where(owns, left.argmax(axis=2), both)]
    second = node.groups[units, np.where(owns, right.argmax(axis=2), both)]
    slope = z.slope[rows, first]
    change = np.where(owns, z.slope[rows, second] + z.change[rows, second] - slope, z.change[rows, second])
    reach = np.where(owns, 1.0, z.reach[rows, second])
    overlap = float(np.bincount(node.groups.ravel()).max(initial=1)) ** 0.5
    more = np.where(owns.any(axis=1), 2.0 * (z.slope_error + UNIT * _norm(z.slope)), 0.0)
    return _Two(
        left.max(axis=2),
        right.max(axis=2),
        slope,
        change,
        reach,
        overlap * z.slope_error,
        overlap * (z.change_error + more),
    )
