"""Where the units of one layer switch along lines: signs, crossings, and the merging of those that coincide.

A sign is -, 0 or +; 0 means within the error bound. A unit is on along a piece if it is positive at one of its ends,
and it owns an inner vertex if it is on along one of the two pieces there and off along the other. So a unit that
touches 0 and turns back owns nothing, and one that is 0 along whole pieces switches where it becomes positive or
stops being so.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from hinges._arrays import Floats
from hinges.analysis._slice_errors import UNIT, Errors, largest_norm
from hinges.analysis._slice_state import Bits, Doubts, Indices, Insertion, Owners, State, Value

Same = Callable[[int, int], bool]  # whether the crossings of two keys surely lie at the same place


@dataclass(frozen=True, eq=False)
class Crossings:
    """Where units cross (c,): the piece, the unit, how far along the piece, t, the bound of t's error, and a key."""

    piece: Indices
    unit: Indices
    part: Floats
    t: Floats
    place: Floats
    key: Indices

    def chosen(self, which: Indices | Bits) -> "Crossings":
        """Give some of them."""
        return Crossings(
            self.piece[which], self.unit[which], self.part[which], self.t[which], self.place[which], self.key[which]
        )


@dataclass(frozen=True, eq=False)
class Placed:
    """Crossings after merging.

    Arguments:
        new: one vertex for each place that had none.
        vertex, unit: (c,) the place, counted in `new`, and the unit of every crossing that lies at a new vertex.
        old, old_unit: vertices there were at which a crossing lies within the error bound, and its unit.
        doubts: the decisions that the bounds leave open.
    """

    new: Insertion
    vertex: Indices
    unit: Indices
    old: Indices
    old_unit: Indices
    doubts: Doubts


def placed(state: State, found: Crossings, same: Same) -> Placed:
    """Give crossings in order, merged with each other and with vertices where their places cannot be told apart."""
    found = found.chosen(np.lexsort((found.t, found.piece)))
    left, right = found.piece, found.piece + 1
    near_left = found.t - state.t[left] <= found.place + state.place[left]
    near_right = state.t[right] - found.t <= found.place + state.place[right]
    apart = np.ones(len(found.t), np.bool_)
    apart[1:] = (np.diff(found.piece) != 0) | (np.diff(found.t) > found.place[1:] + found.place[:-1])
    if apart.all() and not near_left.any() and not near_right.any():
        new = Insertion(found.piece, found.part, found.t, found.place)
        nothing = np.zeros(0, np.intp)
        return Placed(new, np.arange(len(found.t)), found.unit, nothing, nothing, Doubts())
    return _merged(state, found, apart, (near_left, near_right), same=same)


def _merged(state: State, found: Crossings, apart: Bits, near: tuple[Bits, Bits], *, same: Same) -> Placed:
    starts = np.flatnonzero(apart)
    group = np.cumsum(apart) - 1
    at_left = np.logical_or.reduceat(near[0], starts)
    at_right = np.logical_or.reduceat(near[1], starts) & ~at_left
    fresh = ~(at_left | at_right)
    heads = starts.copy()
    sizes = np.diff([*starts.tolist(), len(group)])
    unsure: list[int] = []
    merged = 0
    for i in np.flatnonzero((sizes > 1) & fresh):
        members = range(int(starts[i]), int(starts[i] + sizes[i]))
        heads[i] = members[int(np.argmin(found.place[members.start : members.stop]))]
        merged += len(members) - 1
        others = [m for m in members if m != heads[i]]
        unsure += [m for m in others if not same(int(found.key[heads[i]]), int(found.key[m]))]
    lies = found.chosen(heads[fresh])
    new = Insertion(lies.piece, lies.part, lies.t, lies.place)
    inside = fresh[group]
    old = np.where(at_left[group], found.piece, found.piece + 1)[~inside]
    open_ = np.concatenate((np.array(unsure, np.intp), np.flatnonzero(~inside)))
    doubts = Doubts(state.line[found.piece[open_]], merged + len(old))
    numbers = np.cumsum(fresh) - 1
    return Placed(new, numbers[group[inside]], found.unit[inside], old, found.unit[~inside], doubts)


def switched(state: State, node: int, layer: int, reads: tuple[int, Floats], *, dead: bool, same: Same) -> State:
    """Give the state with an activation computed and its switches inserted.

    Arguments:
        state: the lines so far.
        node: its number.
        layer: the number of the hidden layer.
        reads: the value it reads, and its slope below zero (units,); a slope of 1 switches nothing.
        dead: whether nothing later reads that value.
        same: whether two of its units surely cross at the same places.
    """
    source, below = reads
    z = state.values[source]
    tolerance = z.errors.unit
    on, off = z.rows > tolerance, z.rows < -tolerance
    clear = np.count_nonzero(on) + np.count_nonzero(off) == on.size
    crosses = on[1:] != on[:-1] if clear else (on[1:] & off[:-1]) | (on[:-1] & off[1:])
    if state.line[0] != state.line[-1]:
        crosses &= state.pieces[:, None]
    still = below == 1.0
    if still.any():
        crosses &= ~still
    found = _crossings(state, z, crosses)
    merged = placed(state, found, same)
    vertex, unit, unsure = _at_zero(state, z, on, off, still) if not clear else (merged.old[:0],) * 3
    owners = _owners(state, layer, np.concatenate((vertex, merged.old)), np.concatenate((unit, merged.old_unit)))
    first, last = _ends(state, layer, (on, off), merged)
    between = z.between(merged.new) if len(found.t) else z.rows[:0]
    moved = _moved(z, between, merged, unsure=len(unsure) > 0)
    between[merged.vertex, merged.unit] = 0.0
    bounds = _rounded(z, between)
    kept = {} if dead else {source: Value(merged.new.merged(z.rows, between), bounds, z.firm)}
    activated = merged.new.merged(slopes(z.rows, below, spare=dead), slopes(between, below, spare=dead))
    firm = not (len(unsure) or merged.doubts.any or still.any())
    after = advanced(state, merged, owners, layer, without=source)
    return replace(
        after,
        values={**after.values, **kept, node + 1: Value(activated, _errors(bounds, below, moved), firm)},
        doubts=after.doubts + Doubts(state.line[unsure]),
        first=first,
        last=last,
    )


def advanced(state: State, merged: Placed, owners: Owners, layer: int, *, without: int) -> State:
    """Give the state with the new vertices, their owners and those of old ones; value `without` is left out."""
    inserted = Owners.of_layer(layer, merged.new.where[merged.vertex], merged.unit)
    moved = owners.at(merged.new.moved(len(state.t))[owners.vertex])
    after = state.refined(merged.new, without=without)
    return replace(after, owners=Owners.joined([after.owners, moved, inserted]), doubts=state.doubts + merged.doubts)


def _crossings(state: State, z: Value, crosses: Bits) -> Crossings:
    piece, unit = np.divmod(np.flatnonzero(crosses), crosses.shape[1])
    before, after = z.rows[piece, unit], z.rows[piece + 1, unit]
    part = before / (before - after)
    width = state.t[piece + 1] - state.t[piece]
    t = state.t[piece] + part * width
    place = z.errors.unit[unit] * width / np.abs(after - before) + 2.0 * UNIT
    return Crossings(piece, unit, part, t, place, unit)


def _at_zero(state: State, z: Value, on: Bits, off: Bits, still: Bits) -> tuple[Indices, Indices, Indices]:
    """Give (vertex, unit) of those that switch at a vertex where they are 0, and the vertex of every unsure zero."""
    vertex, unit = np.nonzero(~(on | off))
    moving = ~still[unit]
    vertex, unit = vertex[moving], unit[moving]
    sure = (z.rows[vertex, unit] == 0.0) & (z.errors.unit[unit] == 0.0)
    if z.zeros is not None:
        sure |= z.zeros[vertex, unit]
    unsure = vertex[~sure]
    same = state.pieces
    inner = np.concatenate(([False], same[:-1] & same[1:], [False]))[vertex]
    vertex, unit = vertex[inner], unit[inner]
    switches = on[vertex - 1, unit] != on[vertex + 1, unit]
    return vertex[switches], unit[switches], unsure


def _owners(state: State, layer: int, vertex: Indices, unit: Indices) -> Owners:
    """Give the owners of vertices there were; one that crosses on both sides of a vertex does not switch there."""
    same = state.pieces
    inner = np.concatenate(([False], same)) & np.concatenate((same, [False]))
    mine = inner[vertex]
    vertex, unit = vertex[mine], unit[mine]
    if len(vertex):
        pairs, counts = np.unique(np.stack((vertex, unit)), axis=1, return_counts=True)
        vertex, unit = pairs[:, counts % 2 == 1]
    return Owners.of_layer(layer, vertex, unit)


def _ends(
    state: State, layer: int, signs: tuple[Bits, Bits], merged: Placed
) -> tuple[dict[int, Bits], dict[int, Bits]]:
    """Give which units are on just after the first and just before the last vertex, where those are shared."""
    on, off = signs
    first, last = state.first, state.last
    if state.shared[0]:
        first = {**first, layer: on[0] | (on[1] & ~off[0])}
        first[layer][merged.old_unit[merged.old == 0]] ^= True
    if state.shared[1]:
        end = len(state.t) - 1
        last = {**last, layer: on[end] | (on[end - 1] & ~off[end])}
        last[layer][merged.old_unit[merged.old == end]] ^= True
    return first, last


def slopes(rows: Floats, below: Floats, *, spare: bool) -> Floats:
    """Give the activation of rows, in their own place if nobody needs them any more."""
    if not below.any():
        return np.maximum(rows, 0.0, out=rows if spare else None)
    return np.where(rows > 0.0, rows, below * rows)


def _rounded(z: Value, between: Floats) -> Errors:
    """Give the bounds of z with its new vertices."""
    if not len(between):
        return z.errors
    return z.errors.enlarged(4.0 * UNIT * (largest_norm(between) + z.errors.speed))


def _errors(bounds: Errors, below: Floats, moved: float) -> Errors:
    """Give the activation's bounds, where units within their bounds of zero were moved there by up to `moved`."""
    steepest = max(1.0, float(np.abs(below).max(initial=0.0)))
    bounds = bounds.enlarged(moved)
    return Errors(steepest * bounds.unit, steepest * bounds.total, steepest * bounds.speed)


def _moved(z: Value, between: Floats, merged: Placed, *, unsure: bool) -> float:
    """Give the largest 2-norm of what is taken for zero at a vertex."""
    at_new = np.bincount(merged.vertex, between[merged.vertex, merged.unit] ** 2).max(initial=0.0)
    at_old = (z.rows[merged.old, merged.old_unit] ** 2).sum()
    near = float(np.square(z.errors.unit).sum()) if unsure else 0.0
    return float(np.sqrt(at_new + at_old + near))
