"""At which breakpoints each output really bends.

Most bends are plain from the vertices: the middle one of three lies off the chord by more than the error bound.
Where it does not, the slopes on both sides are carried through the network as the left one and the change, so that
a change that later units or zero weights cut off is exactly 0.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hinges._arrays import Floats
from hinges.analysis._lowered import below
from hinges.analysis._slice_errors import UNIT, Factor, factors
from hinges.analysis._slice_pass import BLOCK, Passed
from hinges.analysis._slice_state import Bits, Indices
from hinges.nets import Activation, Linear, Max, Network


@dataclass(frozen=True, eq=False)
class Bends:
    """Where the outputs of a lowered network bend on lines from `starts` to `ends`.

    Arguments:
        network: the lowered network.
        passed: the lines.
        starts, ends: (lines, inputs).
        plain: (k, outputs) which bends are beyond doubt.
        any: (k,) whether an output bends at the vertex; none does at an end.
        unsure: the vertices at which float64 does not tell that.
    """

    network: Network
    passed: Passed
    starts: Floats
    ends: Floats
    plain: Bits
    any: Bits
    unsure: Indices

    @cached_property
    def where(self) -> Bits:
        """Whether output j bends at vertex i, (k, outputs)."""
        where = self.plain.copy()
        open_ = np.flatnonzero(self.any & ~self.plain.all(axis=1))
        for at in _blocks(self.network, open_):
            where[at] |= _Slopes(self.network, self.passed, at, (self.starts, self.ends)).changes()[0]
        return where


def bends(network: Network, passed: Passed, starts: Floats, ends: Floats) -> Bends:
    """Give where the outputs of lines through a lowered network bend."""
    plain = np.zeros(passed.y.shape, np.bool_)
    same = passed.line[1:] == passed.line[:-1]
    inner = same[1:] & same[:-1]
    y, steps = passed.y, (passed.t[1:] - passed.t[:-1])[:, None]
    before, after = steps[:-1], steps[1:]
    with np.errstate(divide="ignore", invalid="ignore"):  # from one line to the next
        chord = (y[:-2] * after + y[2:] * before) / (before + after)
        plain[1:-1] = (np.abs(y[1:-1] - chord) > 4.0 * passed.errors) & inner[:, None]
    some: Bits = np.logical_or.reduce(plain, axis=1)
    unsure = [np.zeros(0, np.intp)]
    for at in _blocks(network, (inner & ~some[1:-1]).nonzero()[0] + 1):
        found, reach = _Slopes(network, passed, at, (starts, ends), reach=True).changes()
        some[at] = found.any(axis=1)
        unsure.append(at[~some[at] & (reach > 0).any(axis=1)])
    return Bends(network, passed, starts, ends, plain, some, np.concatenate(unsure))


def _blocks(network: Network, at: Indices) -> Iterator[Indices]:
    step = max(1, BLOCK // (4 * max(network.inputs, *(node.units for node in network.nodes))))
    for i in range(0, len(at), step):
        yield at[i : i + step]


@dataclass(frozen=True, eq=False)
class _Beside:
    """A value near some vertices (c, units): in the middle of the longer piece, its slope on the left, the change.

    `reach` is 0 where the change is 0 whatever the numbers, and None if nobody asks; the errors bound those of slope
    and change, row by row.
    """

    middle: Floats
    slope: Floats
    change: Floats
    reach: Floats | None
    slope_error: Floats
    change_error: Floats


class _Slopes:
    """Carries the slopes beside some vertices through a network."""

    def __init__(
        self, network: Network, passed: Passed, at: Indices, line: tuple[Floats, Floats], *, reach: bool = False
    ) -> None:
        self.network = network
        self.at = at
        number = np.full(len(passed.t), -1)
        number[at] = np.arange(len(at))
        mine = number[passed.owners.vertex]
        self.owners = passed.owners.at(mine).chosen(mine >= 0)
        starts, ends = line
        start, step = starts[passed.line[at]], (ends - starts)[passed.line[at]]
        t = passed.t
        self.widths: Floats = np.array([t[at] - t[at - 1], t[at + 1] - t[at]], np.float64) / 2.0
        self.right: Bits = self.widths[1] > self.widths[0]
        step_to = np.array(np.where(self.right, self.widths[1], -self.widths[0]), np.float64)
        none = np.zeros_like(step)
        self.value = _Beside(
            middle=start + (t[at] + step_to)[:, None] * step,
            slope=step,
            change=none,
            reach=none if reach else None,
            slope_error=2.0 * UNIT * _norm(step),
            change_error=np.zeros(len(at)),
        )

    def changes(self) -> tuple[Bits, Floats]:
        """Give which outputs surely bend at the vertices, and for which one may; (c, outputs) each."""
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
                values[i + 1] = (
                    self._max(node, source, owns) if isinstance(node, Max) else _activation(node, source, owns)
                )
                bound = values[i + 1].change_error[:, None]
            for source in set(node.sources):
                if last_use[source] == i:
                    del values[source]
        result = values[len(self.network.nodes)]
        return np.abs(result.change) > bound, np.abs(result.change) if result.reach is None else result.reach

    def _owns(self, layer: int, units: int) -> Bits:
        mine = self.owners.chosen(self.owners.layer == layer)
        owns = np.zeros((len(self.at), units), np.bool_)
        owns[mine.vertex, mine.unit] = True
        return owns

    def _max(self, node: Max, z: _Beside, owns: Bits) -> _Beside:
        rows = np.arange(len(owns))[:, None]
        units = np.arange(node.units)
        before, after = self._sides(z)
        left, right = before[:, node.groups], after[:, node.groups]
        both = (left + right).argmax(axis=2)
        first = node.groups[units, np.where(owns, left.argmax(axis=2), both)]
        second = node.groups[units, np.where(owns, right.argmax(axis=2), both)]
        slope = z.slope[rows, first]
        change = np.where(owns, z.slope[rows, second] + z.change[rows, second] - slope, z.change[rows, second])
        reach = None if z.reach is None else np.where(owns, 1.0, z.reach[rows, second])
        overlap = float(np.bincount(node.groups.ravel()).max(initial=1)) ** 0.5
        more = np.where(owns.any(axis=1), 2.0 * (z.slope_error + UNIT * _norm(z.slope)), 0.0)
        return _Beside(
            z.middle[:, node.groups].max(axis=2),
            slope,
            change,
            reach,
            overlap * z.slope_error,
            overlap * (z.change_error + more),
        )

    def _sides(self, z: _Beside) -> tuple[Floats, Floats]:
        """Give the value in the middle of the pieces on the left and on the right."""
        before: Floats = self.widths[0][:, None]
        after: Floats = self.widths[1][:, None]
        right = self.right[:, None]
        at: Floats = np.where(right, z.middle - after * (z.slope + z.change), z.middle + before * z.slope)
        return (
            np.where(right, at - before * z.slope, z.middle),
            np.where(right, z.middle, at + after * (z.slope + z.change)),
        )


def _norm(rows: Floats) -> Floats:
    return np.sqrt(np.einsum("ij,ij->i", rows, rows))


def _linear(node: Linear, sources: list[_Beside]) -> tuple[_Beside, Floats]:
    """Give the value of an affine map, and the bound of each unit's change (c, units)."""
    shape = (len(sources[0].middle), node.units)
    middle, slope, change = np.tile(node.bias, (shape[0], 1)), np.zeros(shape), np.zeros(shape)
    reach = None if sources[0].reach is None else np.zeros(shape)
    slope_error, change_error = np.zeros(shape[0]), np.zeros(shape[0])
    bound = np.zeros(shape)
    for by, source in zip(factors(node), sources, strict=True):
        moved = np.flatnonzero(source.change_error)
        n = shape[0]
        product = by(np.concatenate((source.middle, source.slope, source.change[moved])))
        middle += product[:n]
        slope += product[n : 2 * n]
        change[moved] += product[2 * n :]
        size = 2.0 * by.rounding * _norm(source.change)
        slope_error += by.spectral * source.slope_error + by.rounding * by.frobenius * _norm(source.slope)
        change_error += by.spectral * source.change_error + size * by.frobenius
        bound += (source.change_error + size)[:, None] * by.columns
        if reach is not None and source.reach is not None:
            reach += _absolute(by, source.reach)
    return _Beside(middle, slope, change, reach, slope_error, change_error), bound


def _absolute(by: Factor, rows: Floats) -> Floats:
    """Give rows @ |matrix|, for numbers that tell 0 from more alone."""
    if by.full:
        return np.where(np.logical_or.reduce(rows > 0, axis=1, keepdims=True), 1.0, 0.0)
    pattern = abs(by.matrix) if by.sparse else (by.matrix != 0).astype(np.float64)
    return replace(by, matrix=pattern)((rows > 0).astype(np.float64))


def _activation(node: Activation, z: _Beside, owns: Bits) -> _Beside:
    """Give an activation's value: a unit that owns the vertex changes its gate, by the way it moves there."""
    steep = below(node)
    gate = np.where(z.middle > 0, 1.0, steep)
    slope, change = gate * z.slope, gate * z.change
    reach = None if z.reach is None else np.where(gate != 0, z.reach, 0.0)
    row, unit = np.nonzero(owns)
    largest = max(1.0, float(np.abs(steep).max(initial=0.0)))
    error = z.change_error.copy()
    if len(row):
        before, after = z.slope[row, unit], z.slope[row, unit] + z.change[row, unit]
        rising = before + after > 0
        slope[row, unit] = before * np.where(rising, steep[unit], 1.0)
        change[row, unit] = after * np.where(rising, 1.0, steep[unit]) - slope[row, unit]
        if reach is not None:
            reach[row, unit] = 1.0
        own = np.unique(row)
        error[own] += 2.0 * (z.slope_error[own] + UNIT * _norm(z.slope[own]))
    middle = gate * z.middle
    return _Beside(middle, slope, change, reach, largest * z.slope_error, largest * error)
