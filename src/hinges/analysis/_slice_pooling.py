"""Where the largest entry of a group changes along lines.

A Max unit owns an inner vertex if no single entry of its group is the largest on both pieces there. Ties that last,
such as those of units that are off, so own nothing.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._slice_errors import UNIT, Errors
from hinges.analysis._slice_state import Bits, Doubts, Indices, Owners, State, Value
from hinges.analysis._slice_switches import Crossings, Same, advanced, placed
from hinges.nets import Max


def pooled(state: State, node: int, layer: int, pool: Max, *, same: tuple[Same, Same, Same]) -> State:
    """Give the state with a Max node computed and the places inserted where another entry becomes the largest.

    `same` tells whether two entries of its source are surely equal everywhere, at the starts, and at the ends.
    """
    source = state.values[pool.source]
    errors = source.errors.unit[pool.groups].max(axis=1)
    best, wins = _winners(source.rows, pool.groups, 2.0 * errors)
    kept = (wins[:, 1:] & wins[:, :-1]).any(axis=0)
    found, pairs = _crossings(
        state, source.rows, pool.groups, (wins, errors), np.argwhere(~kept & state.pieces[:, None])
    )

    alike = same[0]

    def coincide(a: int, b: int) -> bool:
        (a0, a1), (b0, b1) = pairs[a].tolist(), pairs[b].tolist()
        return (alike(a0, b0) and alike(a1, b1)) or (alike(a0, b1) and alike(a1, b0))

    merged = placed(state, found, coincide)
    unsure, (vertex, unit) = _tied(state, source, pool.groups, (wins, errors), same)
    owners = _owners(state, layer, np.concatenate((vertex, merged.old)), np.concatenate((unit, merged.old_unit)))
    first, last = dict(state.first), dict(state.last)
    if state.shared[0]:
        first[layer] = _just(source.rows[1], wins[:, 0], pool.groups, errors)
    if state.shared[1]:
        last[layer] = _just(source.rows[-2], wins[:, -1], pool.groups, errors)
    after = advanced(state, merged, owners, layer, without=-1)
    between = after.values[pool.source].rows[merged.new.where]
    largest = np.empty((len(between), pool.units))
    for i, row in enumerate(between):
        largest[i] = row[pool.groups].max(axis=1)
    doubts = len(unsure) > 0 or merged.doubts.any
    bounds = _errors(after.values[pool.source].errors, pool, doubts=doubts)
    firm = source.firm and not doubts
    value = Value(merged.new.merged(best, largest), bounds, firm)
    return replace(
        after,
        values={**after.values, node + 1: value},
        doubts=after.doubts + Doubts(state.line[unsure]),
        first=first,
        last=last,
    )


def _winners(rows: Floats, groups: NDArray[np.intp], tolerance: Floats) -> tuple[Floats, Bits]:
    """Give the largest entry of every group (n, units), and which entries may be it (size, n, units)."""
    best = rows[:, groups[:, 0]]
    for column in groups.T[1:]:
        np.maximum(best, rows[:, column], out=best)
    low = best - tolerance
    wins = np.empty((groups.shape[1], *best.shape), np.bool_)
    for k, column in enumerate(groups.T):
        np.greater_equal(rows[:, column], low, out=wins[k])
    return best, wins


def _crossings(
    state: State, rows: Floats, groups: NDArray[np.intp], known: tuple[Bits, Floats], where: NDArray[np.intp]
) -> tuple[Crossings, NDArray[np.intp]]:
    """Give where the upper envelope of a group's entries bends inside a piece, and which entry follows which.

    `where` are (piece, unit) pairs. Each envelope is followed from the left: the next bend is the nearest crossing
    with a steeper entry.
    """
    wins, errors = known
    piece, unit = where[:, 0], where[:, 1]
    left, right = rows[piece[:, None], groups[unit]], rows[piece[:, None] + 1, groups[unit]]
    slopes = right - left
    every = np.arange(len(where))
    current = np.where(wins[:, piece, unit].T, slopes, -np.inf).argmax(axis=1)
    goal = wins[:, piece + 1, unit].T
    open_ = every[~goal[every, current]]
    width = state.t[piece + 1] - state.t[piece]
    parts: list[tuple[Indices, Floats, Floats, Indices, Indices]] = []
    for _ in range(groups.shape[1]):
        if not len(open_):
            break
        now = current[open_]
        gain = slopes[open_] - slopes[open_, now][:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            at = np.where(gain > 0, (left[open_, now][:, None] - left[open_]) / gain, np.inf)
        following = np.where(at <= at.min(axis=1)[:, None], gain, -np.inf).argmax(axis=1)
        chosen = np.arange(len(open_))
        parts.append((open_, np.clip(at[chosen, following], 0.0, 1.0), gain[chosen, following], now, following))
        current[open_] = following
        open_ = open_[~goal[open_, following]]
    if not parts:
        nothing, none = np.zeros(0, np.intp), np.zeros(0)
        return Crossings(nothing, nothing, none, none, none, nothing), np.zeros((0, 2), np.intp)
    pair, part, gain, before, after = (np.concatenate(column) for column in zip(*parts, strict=True))
    pieces, units = piece[pair], unit[pair]
    place = 2.0 * errors[units] * width[pair] / gain + 2.0 * UNIT
    t = state.t[pieces] + part * width[pair]
    entries = np.stack((groups[units, before], groups[units, after]), axis=1)
    return Crossings(pieces, units, part, t, place, np.arange(len(pair))), entries


def _tied(
    state: State, source: Value, groups: NDArray[np.intp], known: tuple[Bits, Floats], same: tuple[Same, Same, Same]
) -> tuple[Indices, tuple[Indices, Indices]]:
    """Give the vertices of ties that are not sure, and (vertex, unit) of those where the largest entry changes."""
    wins, errors = known
    ties = wins.sum(axis=0) > 1
    vertex, unit = np.nonzero(ties)
    mask = wins[:, vertex, unit].T
    entries = groups[unit]
    values = source.rows[vertex[:, None], entries]
    end = np.where(state.t[vertex] == 0.0, 1, np.where(state.t[vertex] == 1.0, 2, 0))
    parts: list[Indices] = []
    for kind, alike in enumerate(same):
        mine = np.flatnonzero(end == kind)
        open_ = _unsure(values[mine], mask[mine], entries[mine], alike, firm=source.firm)
        parts.append(vertex[mine[open_]])
    unsure = np.concatenate(parts)
    pieces = state.pieces
    inner = np.concatenate(([False], pieces[:-1] & pieces[1:], [False])) if len(pieces) else np.zeros(1, np.bool_)
    lasting = np.zeros(ties.shape, np.bool_)
    lasting[1:-1] = (wins[:, :-2] & wins[:, 1:-1] & wins[:, 2:]).any(axis=0)
    changing = inner[vertex] & ~lasting[vertex, unit]
    vertex, unit, mask, entries = vertex[changing], unit[changing], mask[changing], entries[changing]
    sides = [_largest(source.rows[(vertex + side)[:, None], entries], mask, errors[unit][:, None]) for side in (-1, 1)]
    changes = ~(sides[0] & sides[1]).any(axis=1)
    return unsure, (vertex[changes], unit[changes])


def _unsure(values: Floats, mask: Bits, entries: NDArray[np.intp], same: Same, *, firm: bool) -> Indices:
    """Give which of the ties (c, size) might be none: their entries are not surely equal."""
    winner = entries[np.arange(len(mask)), mask.argmax(axis=1)] if len(mask) else entries[:, 0]
    others = mask & (entries != winner[:, None])
    if firm:
        others &= ~(np.where(mask, values, 0.0) == 0.0).all(axis=1)[:, None]
    tie, column = np.nonzero(others)
    pairs = np.stack((winner[tie], entries[tie, column]), axis=1)
    kinds, of = np.unique(pairs, axis=0, return_inverse=True)
    differ = np.array([not same(int(a), int(b)) for a, b in kinds.tolist()], np.bool_)
    return np.unique(tie[differ[of.ravel()]]) if len(kinds) else tie


def _largest(values: Floats, mask: Bits, error: Floats) -> Bits:
    """Give which of the entries in the mask are the largest of them, within the error bound."""
    among = np.where(mask, values, -np.inf)
    return mask & (among >= among.max(axis=1, initial=-np.inf)[:, None] - 2.0 * error)


def _just(row: Floats, wins: Bits, groups: NDArray[np.intp], errors: Floats) -> Bits:
    """Give which entries of every group (units, size) are the largest beside a vertex, on the side of `row`."""
    return _largest(row[groups], wins.T, errors[:, None])


def _owners(state: State, layer: int, vertex: Indices, unit: Indices) -> Owners:
    pieces = state.pieces
    inner = (np.concatenate(([False], pieces)) & np.concatenate((pieces, [False])))[vertex]
    return Owners.of_layer(layer, vertex[inner], unit[inner])


def _errors(source: Errors, pool: Max, *, doubts: bool) -> Errors:
    overlap = float(np.bincount(pool.groups.ravel()).max(initial=1)) ** 0.5
    if doubts:
        source = source.enlarged(4.0 * float(np.sqrt(np.square(source.unit).sum())))
    return Errors(source.unit[pool.groups].max(axis=1), overlap * source.total, overlap * source.speed)
