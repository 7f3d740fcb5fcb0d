"""One pass of any number of lines through a network in float64: every breakpoint, with its owners.

All vertices go through the network together, layer by layer: one product a layer, crossings between neighbours
inserted, every live value interpolated there (each is linear between neighbours). Parts of lines are independent
after any layer, so a state that grows past a block of memory is cut in two, and the parts go on one after the other.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from hinges._arrays import Floats
from hinges.analysis._lowered import below
from hinges.analysis._slice_chain import Layer, begun
from hinges.analysis._slice_errors import UNIT, Errors, bias_errors, factors, largest_norm, mapped_errors
from hinges.analysis._slice_pooling import pooled
from hinges.analysis._slice_same import Alike
from hinges.analysis._slice_state import Bits, Doubts, Indices, Owners, State, Value
from hinges.analysis._slice_switches import Same, switched
from hinges.errors import InvalidInputError
from hinges.nets import Activation, Linear, Max, Network

BLOCK = 2**22  # numbers in the live values of one part of the lines


@dataclass(frozen=True, eq=False)
class Passed:
    """Lines with all breakpoints.

    Arguments:
        line: (k,) which line each vertex is on, rising.
        t: (k,) where on it, from 0 to 1.
        place: (k,) how far t may be from the true kink.
        y: (k, outputs).
        errors: (outputs,) how far y may be off.
        owners: which unit of which hidden layer of the lowered network switches at which vertex.
        doubts: what float64 left open.
    """

    line: Indices
    t: Floats
    place: Floats
    y: Floats
    errors: Floats
    owners: Owners
    doubts: Doubts


class Pass:
    """Takes lines through one lowered network.

    Arguments:
        network: the network.
        layers: those of its `chain` if it has been made; a single line goes through them faster.
    """

    def __init__(self, network: Network, layers: tuple[Layer, ...] = ()) -> None:
        self.network = network
        self._layers = layers

    def __call__(self, starts: Floats, ends: Floats) -> Passed:
        """Take the lines from `starts` to `ends` (lines, inputs) through the network."""
        with np.errstate(over="ignore", invalid="ignore"):
            state = begun(self._layers, starts[0], ends[0], BLOCK) if len(starts) == 1 else _beginning(starts, ends)
            if state.node == len(self.network.nodes):
                return _whole(state)
            return self._rest(state, starts, ends)

    def _rest(self, state: State, starts: Floats, ends: Floats) -> Passed:
        """Take the lines on, part by part where they grow past a block."""
        self._last_use = {s: i for i, node in enumerate(self.network.nodes) for s in node.sources}
        hidden = (i for i, node in enumerate(self.network.nodes) if not isinstance(node, Linear))
        self._layer = {node: layer for layer, node in enumerate(hidden)}
        self._alike = [Alike(self.network, points) for points in (np.concatenate((starts, ends)), starts, ends)]
        done: list[State] = []
        waiting = [state]
        while waiting:
            state = waiting.pop()
            while state.node < len(self.network.nodes):
                halves = state.split() if state.numbers > BLOCK else None
                if halves is not None:
                    state, later = halves
                    waiting.append(later)
                    continue
                state = self._advanced(state)
            done.append(state)
        return _joined(done, len(self.network.nodes))

    def _advanced(self, state: State) -> State:
        number = state.node
        node = self.network.nodes[number]
        if isinstance(node, Linear):
            state = replace(state, values={**state.values, number + 1: self._linear(state, node)})
        elif isinstance(node, Max):
            state = pooled(state, number, self._layer[number], node, same=self._same(node.source))
        else:
            state = self._activation(state, number, node)
        dead = {s for s in node.sources if self._last_use[s] == number}
        return replace(state, node=number + 1, values={i: v for i, v in state.values.items() if i not in dead})

    def _same(self, value: int) -> tuple[Same, Same, Same]:
        """Tell whether two units of a value are surely equal along the lines, at their starts, and at their ends."""
        whole, start, end = (partial(alike.equal, value) for alike in self._alike)
        return whole, start, end

    def _linear(self, state: State, node: Linear) -> Value:
        matrices = factors(node)
        sources = [state.values[source] for source in node.sources]
        norms = [largest_norm(source.rows) for source in sources]
        z = matrices[0](sources[0].rows)
        for each, source in zip(matrices[1:], sources[1:], strict=True):
            z += each(source.rows)
        z += node.bias
        known = [(s.errors, n) for s, n in zip(sources, norms, strict=True)]
        errors = mapped_errors(bias_errors(node.bias, len(matrices)), matrices, known)
        if not np.isfinite(errors.total):
            raise InvalidInputError(f"layer {node.name} exceeds float64 on the line")
        firm = all(source.firm for source in sources)
        return Value(z, errors, firm=False, zeros=self._zeros(z, node, sources) if firm else None)

    def _zeros(self, z: Floats, node: Linear, sources: list[Value]) -> Bits | None:
        """Give which entries are sums of nothing but known zeros."""
        plain = node.bias == 0.0
        if not plain.any():
            return None
        zeros = (z == 0.0) & plain
        if not zeros.any():
            return None
        for each, source in zip(factors(node), sources, strict=True):
            pattern = abs(each.matrix).sign() if each.sparse else np.sign(np.abs(each.matrix))
            zeros &= replace(each, matrix=pattern)((source.rows != 0.0).astype(np.float64)) == 0.0
        return zeros

    def _activation(self, state: State, number: int, node: Activation) -> State:
        if node.kind == "linear":
            value = state.values[node.source]
            value = replace(value, rows=value.rows.copy())  # an activation may take its place later
            return replace(state, values={**state.values, number + 1: value})
        return switched(
            state,
            number,
            self._layer[number],
            (node.source, below(node)),
            dead=self._last_use[node.source] == number,
            same=lambda a, b: self._alike[0].crossing(node.source, a, b),
        )


def _beginning(starts: Floats, ends: Floats) -> State:
    """Give the lines before the first node."""
    lines = len(starts)
    rows = np.stack((starts, ends), axis=1).reshape(2 * lines, -1)
    speed = float(np.sqrt(np.square(ends - starts).sum(axis=1).max(initial=0.0)))
    return State(
        node=0,
        line=np.repeat(np.arange(lines), 2),
        t=np.tile([0.0, 1.0], lines),
        place=np.zeros(2 * lines),
        owners=Owners.none(),
        values={0: Value(rows, Errors(np.zeros(rows.shape[1]), 0.0, speed), firm=True)},
    )


def _whole(state: State) -> Passed:
    """Give what was found by a state that was never cut."""
    value = state.values[state.node]
    errors = value.errors.unit + UNIT * np.abs(value.rows).max(axis=0, initial=0.0)
    return Passed(state.line, state.t, state.place, value.rows, errors, state.owners, state.doubts)


def _joined(parts: list[State], output: int) -> Passed:
    """Put the parts together; a vertex that two share gets the owners that switch between them."""
    owners: list[Owners] = []
    pieces: list[slice] = []
    at = 0
    for before, part in zip([None, *parts[:-1]], parts, strict=True):
        shares = part.shared[0]
        at -= shares
        owners.append(part.owners.at(part.owners.vertex + at))
        if shares and before is not None:
            owners.append(_at_border(before, part, at))
        pieces.append(slice(int(shares), None))
        at += len(part.t)
    values = [part.values[output] for part in parts]

    def put(arrays: list[Floats]) -> Floats:
        return np.concatenate([a[piece] for a, piece in zip(arrays, pieces, strict=True)])

    doubts = sum((part.doubts for part in parts), Doubts())
    y = put([value.rows for value in values])
    errors = np.max([value.errors.unit for value in values], axis=0)
    scale = np.abs(y).max(axis=0, initial=0.0)
    return Passed(
        line=np.concatenate([part.line[piece] for part, piece in zip(parts, pieces, strict=True)]),
        t=put([part.t for part in parts]),
        place=put([part.place for part in parts]),
        y=y,
        errors=errors + UNIT * scale,
        owners=Owners.joined(owners),
        doubts=doubts,
    )


def _at_border(before: State, part: State, vertex: int) -> Owners:
    """Give the owners of the vertex that two parts share, in the layers which each passed by itself."""
    found: list[Owners] = [Owners.none()]
    for layer in before.last.keys() & part.first.keys():
        left, right = before.last[layer], part.first[layer]
        units = np.flatnonzero(left != right if left.ndim == 1 else ~(left & right).any(axis=1))
        found.append(Owners.of_layer(layer, np.full(len(units), vertex), units))
    return Owners.joined(found)
