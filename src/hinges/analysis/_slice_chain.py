"""The plain beginning of one line: dense or sparse layers, one after the other, with nothing near a decision.

A chain of layers takes a line as far as every sign is clear of its error bound and every breakpoint of all others;
there each switch is one new vertex with one owner, and few array operations make a layer. The state it leaves is that
before the first layer which needs more, or the end. The bounds are those of the general pass.
"""

from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np

from hinges._arrays import Floats
from hinges.analysis._lowered import below
from hinges.analysis._slice_errors import UNIT, Errors, Factor, bias_errors, factors, largest_norm, mapped_errors
from hinges.analysis._slice_state import Indices, Owners, State, Value
from hinges.analysis._slice_switches import slopes
from hinges.nets import Activation, Linear, Network


@dataclass(frozen=True, eq=False)
class Layer:
    """A Linear node and the activation after it, or none after the last.

    Arguments:
        matrix: the matrix with its norms.
        bias: the bias.
        rounding: the bounds of the bias's own error, by unit and of all.
        below: the activation's slopes below zero (units,); none of them is 1.
        steepest: the largest slope's size.
        offset: how many hidden units are before its own.
    """

    matrix: Factor
    bias: Floats
    rounding: tuple[Floats, float]
    below: Floats | None
    steepest: float
    offset: int


def chain(network: Network) -> tuple[Layer, ...]:
    """Give the layers with which a lowered network begins, as far as each value is read by the next node alone."""
    uses = [0] * (len(network.nodes) + 1)
    for node in network.nodes:
        for source in node.sources:
            uses[source] += 1
    found: list[Layer] = []
    offset = 0
    for i in range(0, len(network.nodes), 2):
        node = network.nodes[i]
        after = network.nodes[i + 1] if i + 1 < len(network.nodes) else None
        if not isinstance(node, Linear) or node.sources != (i,) or uses[i] != 1:
            break
        if after is not None:
            if not isinstance(after, Activation) or after.source != i + 1 or uses[i + 1] != 1:
                break
            if (below(after) == 1.0).any():
                break
        steep = None if after is None else below(after)
        steepest = 1.0 if steep is None else max(1.0, float(np.abs(steep).max(initial=0.0)))
        with np.errstate(over="ignore", invalid="ignore"):
            rounding = bias_errors(node.bias, 1)
        found.append(Layer(factors(node)[0], node.bias, rounding, steep, steepest, offset))
        offset += node.units
    return tuple(found)


@dataclass(eq=False)
class _Front:
    """How far a line is: `known` holds t, the bound of its error and the owner's number of every vertex, (3, n)."""

    known: Floats
    rows: Floats
    errors: Errors


def begun(layers: tuple[Layer, ...], start: Floats, end: Floats, most: int) -> State:
    """Give the line from `start` to `end` (inputs,) after the layers that are plain and have at most `most` numbers."""
    rows = np.array([start, end])
    step = end - start
    errors = Errors(np.zeros(len(start)), 0.0, sqrt(float(step @ step)))
    front = _Front(np.array([[0.0, 1.0], [0.0, 0.0], [-1.0, -1.0]]), rows, errors)
    node = 0
    for layer in layers:
        if len(front.rows) * max(front.rows.shape[1], len(layer.bias)) > most:
            break
        z = layer.matrix(front.rows)
        z += layer.bias
        errors = mapped_errors(layer.rounding, (layer.matrix,), [(front.errors, largest_norm(front.rows))])
        if not isfinite(errors.total):
            break
        if layer.below is None:
            front.rows, front.errors = z, errors
            return _state(layers, front, node + 1, firm=False)
        if not _activated(front, layer, layer.below, z, errors):
            break
        node += 2
    return _state(layers, front, node, firm=True)


def _state(layers: tuple[Layer, ...], front: _Front, node: int, *, firm: bool) -> State:
    t, place, own = front.known
    number = own[1:-1].astype(np.intp)
    offsets = np.array([layer.offset for layer in layers[: (node + 1) // 2]], np.intp)
    layer = np.array(np.searchsorted(offsets[1:], number, side="right"), np.intp)
    unit = number - offsets[layer] if len(offsets) else number
    owners = Owners(np.arange(1, len(t) - 1), layer, unit)
    return State(
        node=node,
        line=np.zeros(len(t), np.intp),
        t=t,
        place=place,
        owners=owners,
        values={node: Value(front.rows, front.errors, firm=firm)},
    )


def _activated(front: _Front, layer: Layer, steep: Floats, z: Floats, errors: Errors) -> bool:
    """Take the line through an activation of z; False, and nothing done, where something is near a decision."""
    tolerance = errors.unit
    on = z > tolerance
    if np.count_nonzero(on) + np.count_nonzero(z < -tolerance) != z.size:
        return False
    at = (on[1:] != on[:-1]).ravel().nonzero()[0]
    if not len(at):
        front.rows = slopes(z, steep, spare=True)
        front.errors = errors.grown(0.0, layer.steepest)
        return True
    units = len(tolerance)
    piece, unit = np.divmod(at, units)
    flat = z.ravel()
    before = flat[at]
    fall = before - flat[at + units]
    part = before / fall
    found = _placed(front.known, (piece, part), tolerance[unit] / np.abs(fall), unit + layer.offset)
    if found is None:
        return False
    front.known, order = found
    where = (order >= len(z)).nonzero()[0]
    which = order[where] - len(z)
    piece = piece[which]
    order[where] = piece
    rows = z[order]  # of a new vertex the row of the vertex on its left
    base = z[piece]
    between = z[piece + 1]
    between -= base
    between *= part[which, None]
    between += base
    by = 4.0 * UNIT * (largest_norm(between) + errors.speed)
    own = np.arange(0, between.size, units) + unit[which]
    flat = between.ravel()
    moved = float(np.abs(flat[own]).max())
    flat[own] = 0.0
    rows[where] = between
    front.rows = slopes(rows, steep, spare=True)
    front.errors = errors.grown(by + moved, layer.steepest)
    return True


def _placed(known: Floats, at: tuple[Indices, Floats], reach: Floats, owners: Indices) -> tuple[Floats, Indices] | None:
    """Give all vertices in order, with the place of each among those known and the new ones after them.

    None where two cannot be told apart. A new one lies `at` a piece and a part of it, and may be off by `reach` of it.
    """
    piece, part = at
    left = known[0][piece]
    width = known[0][piece + 1] - left
    new = np.empty((3, len(piece)))
    np.add(left, part * width, out=new[0])
    np.add(reach * width, 2.0 * UNIT, out=new[1])
    new[2] = owners
    both = np.concatenate((known, new), axis=1)
    order = both[0].argsort(kind="stable")
    both = both[:, order]
    t, place = both[0], both[1]
    apart = t[1:] - t[:-1] > place[1:] + place[:-1]
    return (both, order) if np.count_nonzero(apart) == len(apart) else None
