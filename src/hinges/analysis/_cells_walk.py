"""The walk over the cells of a plane: depth first, a chunk of faces at a time, so that memory stays bounded.

A face is a polygon on which the steps so far are affine. A chunk of faces carries the forms of the values that later
steps still read. Its faces are split one after the other; as soon as enough pieces are there, they become the next
chunk, one step deeper.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._cells_exact import Exact
from hinges.analysis._cells_plan import Plan, padded
from hinges.analysis._cells_polygon import Polygon, whole
from hinges.analysis._cells_pool import PoolSplitter
from hinges.analysis._cells_split import Lines, Splitter, States, Task
from hinges.analysis._cells_switch import SwitchSplitter
from hinges.analysis._fused import Affine, Pool, Switch

MOST_FACES, LEAST_FACES = 512, 4
MEMORY = 2**27  # bytes that the forms of all chunks on the way take


@dataclass(frozen=True)
class Forms:
    """The forms of the live values on a chunk: (units, faces, 3), and bounds of their errors, (units,)."""

    values: dict[int, Floats]
    errors: dict[int, Floats]


@dataclass(frozen=True)
class Leaves:
    """Finished faces: polygons, states (faces, units), the output's forms (outputs, faces, 3) with a bound."""

    polygons: list[Polygon]
    states: States
    forms: Floats
    errors: Floats

    def first(self, count: int) -> "Leaves":
        """Give the first of them."""
        return Leaves(self.polygons[:count], self.states[:count], self.forms[:, :count], self.errors)


@dataclass(frozen=True)
class Unfinished:
    """Faces that were not split to the end: from which hidden step on, polygons, and states as compressed bytes."""

    place: int
    polygons: tuple[Polygon, ...]
    states: bytes


class Chunk:
    """A chunk at hidden step `place`: faces, states, forms; and how far its splitting has come."""

    def __init__(self, place: int, polygons: list[Polygon], states: States, forms: Forms) -> None:
        self.place, self.polygons, self.states, self.forms = place, polygons, states, forms
        self.next_face = 0
        self.parent = -1
        self.current: Splitter | None = None
        self.pieces: list[tuple[int, Polygon, States]] = []

    def pending(self, offset: int) -> Iterator[tuple[int, Polygon, States]]:
        """Give what is left: from which step, polygon and states."""
        for parent, polygon, own in self.pieces:
            states = self.states[parent].copy()
            states[offset : offset + len(own)] = own
            yield self.place + 1, polygon, states
        for polygon in self.current.pending() if self.current else ():
            yield self.place, polygon, self.states[self.parent]
        for i in range(self.next_face, len(self.polygons)):
            yield self.place, self.polygons[i], self.states[i]


class Walk:
    """All leaves, chunk by chunk; may be stopped between two chunks and told what is left."""

    def __init__(self, plan: Plan, exact: Exact, lines: Lines, unfinished: tuple[Unfinished, ...] | None) -> None:
        self.plan, self.exact, self.lines = plan, exact, lines
        self.chunks: list[Chunk] = []
        start = unfinished if unfinished is not None else (self._beginning(),)
        self.waiting = list(start)
        self.room = [self._faces(place) for place in range(len(plan.hidden) + 1)]

    def _beginning(self) -> Unfinished:
        return Unfinished(0, (whole(),), zlib.compress(np.zeros(int(self.plan.offsets[-1]), np.uint16).tobytes(), 1))

    def _faces(self, place: int) -> int:
        """Give how many faces a chunk may have at a hidden step (the last: the leaves)."""
        steps = self.plan.steps.steps
        first = steps.index(self.plan.hidden[place - 1]) if place else 0
        last = steps.index(self.plan.hidden[place]) if place < len(self.plan.hidden) else len(steps)
        most = live = self.plan.sizes[0] if not place else 0
        for i in range(first, last):
            step = steps[i]
            values = [s.value for s in steps[:i] if self.plan.last_use.get(s.value, -1) >= i]
            live = sum(self.plan.sizes[value] for value in values) + 2 * self.plan.sizes[step.value]
            most = max(most, live)
        share = MEMORY / (len(self.plan.hidden) + 1)
        return int(min(MOST_FACES, max(LEAST_FACES, share / (24 * max(most, 1)))))

    def leaves(self) -> Iterator[Leaves]:
        """Give the leaves, at most a chunk's worth at a time."""
        while self.chunks or self.waiting:
            if not self.chunks:
                self._take_up(self.waiting.pop())
            chunk = self.chunks[-1]
            if chunk.place == len(self.plan.hidden):
                self.chunks.pop()
                output = self.plan.steps.output
                yield Leaves(chunk.polygons, chunk.states, chunk.forms.values[output], chunk.forms.errors[output])
                continue
            self._fill(chunk)
            if chunk.pieces:
                pieces, chunk.pieces = chunk.pieces, []
                self.chunks.append(self._deeper(chunk, pieces))
            else:
                self.chunks.pop()

    def put_back(self, leaves: Leaves, count: int) -> None:
        """Take back all but the first leaves: they are to come again."""
        faces = list(zip(leaves.polygons[count:], leaves.states[count:], strict=True))
        self.waiting += self._packed(len(self.plan.hidden), faces)

    def unfinished(self) -> tuple[Unfinished, ...]:
        """Give what is left, the part to be done first last."""
        left = list(self.waiting)
        for chunk in self.chunks:
            groups: dict[int, list[tuple[Polygon, States]]] = {}
            for place, polygon, states in chunk.pending(self._offset(chunk.place)):
                groups.setdefault(place, []).append((polygon, states))
            for place, faces in groups.items():
                left += self._packed(place, faces)
        return tuple(left)

    def _offset(self, place: int) -> int:
        return int(self.plan.offsets[place])

    def _packed(self, place: int, faces: list[tuple[Polygon, States]]) -> Iterator[Unfinished]:
        for i in range(0, len(faces), self.room[place]):
            part = faces[i : i + self.room[place]]
            states = np.stack([own for _, own in part])
            states[1:] ^= states[:-1].copy()
            yield Unfinished(place, tuple(polygon for polygon, _ in part), zlib.compress(states.tobytes(), 1))

    def _take_up(self, unfinished: Unfinished) -> None:
        """Begin with faces whose states are known up to a step: their forms are computed from the input."""
        polygons = list(unfinished.polygons)
        states = np.frombuffer(zlib.decompress(unfinished.states), np.uint16).reshape(len(polygons), -1)
        states = np.bitwise_xor.accumulate(states, axis=0)
        form, error = self.plan.start
        forms = Forms({0: np.repeat(form[:, None, :], len(polygons), axis=1)}, {0: error})
        forms = self._affine(forms, -1)
        faces = np.arange(len(polygons))
        for place in range(unfinished.place):
            own = states[:, self._offset(place) : self._offset(place + 1)]
            forms = self._affine(_applied(self.plan, place, forms, faces, own), place)
        self.chunks.append(Chunk(unfinished.place, polygons, states, forms))

    def _fill(self, chunk: Chunk) -> None:
        """Split faces until a chunk's worth of pieces is there, or no face is left."""
        room = self.room[chunk.place + 1]
        source = self.plan.hidden[chunk.place].source
        while len(chunk.pieces) < room:
            if chunk.current is None:
                if chunk.next_face == len(chunk.polygons):
                    return
                face = chunk.parent = chunk.next_face
                chunk.next_face += 1
                chunk.current = self._splitter(chunk, face, source)
            piece = chunk.current.next()
            if piece is None:
                chunk.current = None
            else:
                chunk.pieces.append((chunk.parent, *piece))

    def _splitter(self, chunk: Chunk, face: int, source: int) -> Splitter:
        form = np.ascontiguousarray(chunk.forms.values[source][:, face])
        task = Task(
            self.plan,
            chunk.place,
            chunk.polygons[face],
            form,
            self._error(source, chunk, face),
            chunk.states[face],
            self.exact,
            self.lines,
        )
        return (SwitchSplitter if isinstance(self.plan.hidden[chunk.place], Switch) else PoolSplitter)(task)

    def _error(self, source: int, chunk: Chunk, face: int) -> Floats:
        """Give the error bound of a step's source on a face: what a ReLU has switched off is exactly zero."""
        error = chunk.forms.errors[source]
        place = self.plan.places.get(source)
        step = self.plan.hidden[place] if place is not None else None
        if place is None or not isinstance(step, Switch):
            return error
        off = chunk.states[face, self._offset(place) : self._offset(place + 1)] == 0
        return np.where(off & (step.below == 0.0), 0.0, error)

    def _deeper(self, chunk: Chunk, pieces: list[tuple[int, Polygon, States]]) -> Chunk:
        faces = np.array([parent for parent, _, _ in pieces])
        own = np.stack([states for _, _, states in pieces])
        states = chunk.states[faces]
        states[:, self._offset(chunk.place) : self._offset(chunk.place + 1)] = own
        forms = _applied(self.plan, chunk.place, chunk.forms, faces, own)
        return Chunk(chunk.place + 1, [p for _, p, _ in pieces], states, self._affine(forms, chunk.place))

    def _affine(self, forms: Forms, place: int) -> Forms:
        """Do the affine steps that follow a hidden step (-1: the first ones), and let go of what nobody reads."""
        steps = self.plan.steps.steps
        values, errors = dict(forms.values), dict(forms.errors)
        i = steps.index(self.plan.hidden[place]) + 1 if place >= 0 else 0
        while i < len(steps):
            step = steps[i]
            if not isinstance(step, Affine):
                break
            product = self.plan.products[step.value]
            sizes = [np.abs(values[source]).sum(2).max(1) for source in step.sources]
            errors[step.value] = product.errors([errors[source] for source in step.sources], sizes)
            values[step.value] = product.forms([values[source] for source in step.sources])
            for source in [value for value in values if self.plan.last_use.get(value, -1) <= i]:
                del values[source], errors[source]
            i += 1
        return Forms(values, errors)


def _applied(plan: Plan, place: int, forms: Forms, faces: NDArray[Any], states: States) -> Forms:
    """Give the forms after a hidden step, on the pieces of `faces` with the states of that step."""
    step = plan.hidden[place]
    at = plan.steps.steps.index(step)
    same = len(faces) == next(iter(forms.values.values())).shape[1] and (np.diff(faces) == 1).all()
    values = {
        value: form if same else form[:, faces]
        for value, form in forms.values.items()
        if plan.last_use.get(value, -1) > at
    }
    errors = {value: error for value, error in forms.errors.items() if value in values}
    if plan.last_use.get(step.value, -1) < 0:
        return Forms(values, errors)
    form, error = forms.values[step.source], forms.errors[step.source]
    if isinstance(step, Switch):
        factor = np.where(states.T, 1.0, step.below[:, None])
        values[step.value] = form[:, faces] * factor[:, :, None]
        errors[step.value] = error * np.abs(factor).max(1) * (1 + 1e-15) + _rounded(step, values[step.value])
    else:
        values[step.value] = _winners(step, padded(form), faces, states)
        wins = np.append(error, 0.0)[np.take_along_axis(step.groups, states.T.astype(np.intp), axis=1)]
        errors[step.value] = wins.max(1)
    return Forms(values, errors)


def _rounded(step: Switch, form: Floats) -> Any:
    """Give the rounding error of slopes that are no power of two."""
    plain = (step.below == 0.0) | (np.abs(step.below) == 1.0)
    return 0.0 if plain.all() else np.where(plain, 0.0, 2.3e-16 * np.abs(form).sum(2).max(1))


def _winners(step: Pool, form: Floats, faces: NDArray[Any], states: States) -> Floats:
    entries = np.take_along_axis(step.groups, states.T.astype(np.intp), axis=1)  # (units, faces)
    return form[entries, faces[None, :]]
