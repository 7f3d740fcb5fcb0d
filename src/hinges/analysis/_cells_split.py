"""Splitting one face at a step: by the lines of its switches, or into the cells of its windows' winners.

Every decision is a sign at a corner. Outside its error bound the float is right; inside, integers decide.
"""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._cells_exact import BORDER, Exact, Face, Label
from hinges.analysis._cells_plan import EPS, Plan, padded
from hinges.analysis._cells_polygon import Polygon, cut, line_of
from hinges.analysis._fused import ZERO, Pool, Switch

States = NDArray[np.uint16]
Pair = tuple[int, int, int]  # a value, and the entries i and j whose difference is meant


class Splitter(Protocol):
    """Gives the pieces of one face, one after the other, with the states of the step that splits it."""

    def next(self) -> tuple[Polygon, States] | None:
        """Give one piece more, or None at the end."""
        ...

    def pending(self) -> list[Polygon]:
        """Give what is left of the face: polygons that together cover the pieces not given yet."""
        ...


class Decider:
    """Signs on one face: of forms at corners, from floats where these are sure, else exactly."""

    def __init__(self, exact: Exact, states: NDArray[Any]) -> None:
        self.exact = exact
        self.states = states
        self._face: Face | None = None

    def signs(self, polygon: Polygon, heights: list[float], error: float, pair: Pair) -> list[int]:
        """Give the sign of a difference at every corner of a polygon."""
        result: list[int] = []
        for i, height in enumerate(heights):
            if height > error:
                result.append(1)
            elif height < -error:
                result.append(-1)
            else:
                result.append(self._decided(polygon.labels[i - 1], polygon.labels[i], pair))
        return result

    def _decided(self, before: Label, after: Label, pair: Pair) -> int:
        value, i, j = pair
        both = {self._origin(value, i), self._origin(value, j)}
        if len(both) == 1:
            return 0
        hidden = self.exact.plan.hidden
        for step, _, first, second, _ in (before, after):
            if step != BORDER:
                source = hidden[step].source
                if both == {self._origin(source, first), self._origin(source, second)}:
                    return 0  # the corner lies on this very line
        if self._face is None:
            self._face = self.exact.face(self.states)
        return self._face.sign(before, after, pair) or 0

    def _origin(self, value: int, entry: int) -> tuple[int, int]:
        """Give the value and the class of the form that an entry has handed on, through what is on or has won."""
        plan = self.exact.plan
        while entry != ZERO and value in plan.places:
            k = plan.places[value]
            step = plan.hidden[k]
            state = int(self.states[plan.offsets[k] + entry])
            if isinstance(step, Pool):
                value, entry = step.source, int(step.groups[entry, state])
            elif state or step.below[entry] == 0.0:
                value, entry = step.source, entry if state else ZERO
            else:
                break
        kind = plan.twin(value, entry)
        return (value, kind) if kind else (0, 0)


class Lines:
    """Numbers for the lines that cut: the same units cutting the same face at the same step have the same number.

    A number is 4 * count + 2 * axis + side: axis tells along which coordinate (0 x, 1 y) positions on the line are
    best told apart, side 1 that the face lies above the line.
    """

    def __init__(self) -> None:
        self.count = 0

    def numbering(self) -> Callable[[tuple[int, int, int], Floats], int]:
        """Give the numbering of the lines of one face, without the side."""
        known: dict[tuple[int, int, int], int] = {}

        def number(line: tuple[int, int, int], form: Floats) -> int:
            if line not in known:
                known[line] = 4 * self.count + 2 * int(abs(form[1]) > abs(form[2]))
                self.count += 1
            return known[line]

        return number


class SwitchSplitter:
    """The pieces of a face on which no unit of a switching step changes its sign."""

    def __init__(self, plan: Plan, place: int, face: Polygon, form: Floats, error: Floats, tools: Any) -> None:
        step: Any = plan.hidden[place]
        self.place, self.step = place, step
        self.exact, lines, states = tools
        self.decider = Decider(self.exact, states)
        self.number = lines.numbering()
        self.leaders = plan.leaders[step.value]
        bends = step.below != 1.0
        size = np.abs(form).sum(1)
        heights = face.corners() @ form.T
        tolerance = error + (8 * EPS + max(face.errors)) * size
        low, high = heights.min(0), heights.max(0)
        self.base = ((high > tolerance) | ~bends).astype(np.uint16)
        open_units = ~((low > tolerance) | (high < -tolerance)) & bends & (self.leaders == np.arange(len(form)))
        self.units = np.flatnonzero(open_units & ((size > 0) | (error > 0)))
        self.form, self.size, self.error = (
            form[self.units],
            size[self.units],
            error[self.units] + 8 * EPS * size[self.units],
        )
        start = np.arange(len(self.units))
        self.stack: list[tuple[Polygon, NDArray[np.intp], States]] = [(face, start, self.base[self.units])]

    def pending(self) -> list[Polygon]:
        """Give what is left of the face."""
        return [polygon for polygon, _, _ in self.stack]

    def next(self) -> tuple[Polygon, States] | None:
        """Give one piece more, or None at the end."""
        while self.stack:
            piece = self._visit(*self.stack.pop())
            if piece is not None:
                return piece
        return None

    def _visit(self, polygon: Polygon, open_units: NDArray[np.intp], states: States) -> tuple[Polygon, States] | None:
        """Give the polygon if no open unit cuts it; else cut it and put both parts on the stack."""
        if len(open_units):
            heights = polygon.corners() @ self.form[open_units].T
            tolerance = self.error[open_units] + max(polygon.errors) * self.size[open_units]
            low, high = heights.min(0), heights.max(0)
            states = states.copy()
            above, below = high > tolerance, low < -tolerance
            unsure = ~(np.abs(heights) > tolerance).all(0)
            states[open_units] = above
            sure = np.flatnonzero(above & below & ~unsure)
            left = (above & below) | unsure
            order = sure[len(sure) // 2 :][:1] if len(sure) else np.flatnonzero(left)
            for k in order.tolist():
                j = int(open_units[k])
                unit = int(self.units[j])
                column: list[float] = heights[:, k].tolist()
                signs = self.decider.signs(polygon, column, float(tolerance[k]), (self.step.source, unit, ZERO))
                left[k] = False
                if max(signs) > 0 > min(signs):
                    number = self.number((unit, unit, ZERO), self.form[j])
                    label = (self.place, unit, unit, ZERO, number)
                    labels = ((*label[:4], number + 1), label)
                    parts = cut(polygon, signs, column, line_of(self.form[j], float(self.error[j])), labels)
                    for part, on in zip(parts, (1, 0), strict=True):
                        own = states.copy()
                        own[j] = on
                        self.stack.append((part, open_units[left], own))
                    return None
                states[j] = max(signs) > 0
        return polygon, self._all(states)

    def _all(self, states: States) -> States:
        """Give the states of all units of the step."""
        result = self.base.copy()
        result[self.units] = states
        return np.where(self.step.below != 1.0, result[self.leaders], np.uint16(1))


class PoolSplitter:
    """The pieces of a face on which every window of a pooling step has one winner."""

    def __init__(self, plan: Plan, place: int, face: Polygon, form: Floats, error: Floats, tools: Any) -> None:
        step: Any = plan.hidden[place]
        self.place, self.step = place, step
        self.exact, lines, states = tools
        self.decider = Decider(self.exact, states)
        self.number = lines.numbering()
        self.form, error = padded(form), np.append(error, 0.0)
        self.size = np.abs(self.form).sum(1)
        zero = ((self.size == 0) & (error == 0))[step.groups]  # of several that are zero the first stays
        self.distinct = plan.distinct[step.value] & (~zero | (zero.cumsum(1) == 1))
        self.error = error + 8 * EPS * self.size
        self.base, unsure = self._winners(face, np.arange(step.units))
        self.stack: list[tuple[Polygon, NDArray[np.intp], dict[int, int]]] = [(face, np.flatnonzero(unsure), {})]

    def pending(self) -> list[Polygon]:
        """Give what is left of the face."""
        return [polygon for polygon, _, _ in self.stack]

    def next(self) -> tuple[Polygon, States] | None:
        """Give one piece more, or None at the end."""
        while self.stack:
            piece = self._visit(*self.stack.pop())
            if piece is not None:
                return piece
        return None

    def _winners(self, polygon: Polygon, units: NDArray[np.intp]) -> tuple[States, NDArray[np.bool_]]:
        """Give the winner of each window in the middle of a polygon, and where another may win or draw somewhere."""
        if not len(units):
            return np.empty(0, np.uint16), np.empty(0, bool)
        groups, distinct = self.step.groups[units], self.distinct[units]
        entries = self.form[groups] @ polygon.corners().T  # (units, size, corners)
        tolerance = self.error[groups] + max(polygon.errors) * self.size[groups]
        best = np.where(distinct, entries.sum(2), -np.inf).argmax(1)
        rows = np.arange(len(units))
        lead = (entries[rows, best][:, None, :] - entries).min(2)
        rival = ~(lead > tolerance + tolerance[rows, best][:, None]) & distinct
        rival[rows, best] = False
        return best.astype(np.uint16), rival.any(1)

    def _visit(
        self, polygon: Polygon, windows: NDArray[np.intp], states: dict[int, int]
    ) -> tuple[Polygon, States] | None:
        """Give the polygon if every open window has one winner on it; else put its cells on the stack."""
        best, unsure = self._winners(polygon, windows)
        states = {**states, **dict(zip(windows.tolist(), best.tolist(), strict=True))}
        left = windows[unsure]
        for count, window in enumerate(left.tolist()):
            cells = self._cells(polygon, window)
            if len(cells) == 1:
                states[window] = cells[0][1]
                continue
            for part, winner in cells:
                self.stack.append((part, left[count + 1 :], {**states, window: winner}))
            return None
        result = self.base.copy()
        result[list(states)] = list(states.values())
        return polygon, result

    def _difference(self, polygon: Polygon, i: int, j: int) -> tuple[list[float], float]:
        """Give entry i minus entry j at the corners, and its error bound."""
        heights: list[float] = (polygon.corners() @ (self.form[i] - self.form[j])).tolist()
        error = self.error[i] + self.error[j] + (max(polygon.errors) + EPS) * (self.size[i] + self.size[j])
        return heights, float(error)

    def _signs(self, polygon: Polygon, i: int, j: int) -> tuple[list[int], list[float], float]:
        heights, error = self._difference(polygon, i, j)
        return self.decider.signs(polygon, heights, error, (self.step.source, i, j)), heights, error

    def _rivals(self, polygon: Polygon, window: int) -> list[int]:
        """Give the places in a window of the entries that no other surely beats everywhere."""
        places = np.flatnonzero(self.distinct[window])
        entries = self.step.groups[window][places]
        heights = polygon.corners() @ self.form[entries].T
        tolerance = self.error[entries] + max(polygon.errors) * self.size[entries]
        beaten = (heights[:, :, None] - heights[:, None, :] > tolerance[:, None] + tolerance).all(0).any(0)
        return places[~beaten].tolist()

    def _cells(self, polygon: Polygon, window: int) -> list[tuple[Polygon, int]]:
        """Give the parts of a polygon on which each entry of a window wins; equal entries leave it to the first."""
        group = self.step.groups[window].tolist()
        rivals: list[int] = []
        for place in self._rivals(polygon, window):  # none of those kept equals another on the whole polygon
            if not any(not any(self._signs(polygon, group[place], group[other])[0]) for other in rivals):
                rivals.append(place)
        found: list[tuple[Polygon, int]] = []
        for place in rivals:
            part = self._cell(polygon, window, place, rivals)
            if part is not None:
                found.append((part if len(rivals) < 3 else self._named(part, window, rivals), place))
        return found or [(polygon, rivals[0])]  # none: only where a decision stayed open

    def _cell(self, polygon: Polygon, window: int, place: int, rivals: list[int]) -> Polygon | None:
        group = self.step.groups[window].tolist()
        for other in rivals:
            if other == place:
                continue
            signs, heights, _ = self._signs(polygon, group[place], group[other])
            if max(signs) <= 0:
                return None
            if min(signs) < 0:
                label = self._label(window, place, other, above=place < other)
                i, j = group[place], group[other]
                line = line_of(self.form[i] - self.form[j], float(self.error[i] + self.error[j]))
                polygon = cut(polygon, signs, heights, line, (label, label))[0]
        return polygon

    def _label(self, window: int, place: int, other: int, *, above: bool) -> Label:
        """Give the label of the line where two entries are equal, on its side where the one named first is larger."""
        a, b = sorted((place, other))
        i, j = int(self.step.groups[window, a]), int(self.step.groups[window, b])
        return self.place, window, i, j, self.number((window, a, b), self.form[i] - self.form[j]) + above

    def _named(self, polygon: Polygon, window: int, rivals: list[int]) -> Polygon:
        """Give a cell with edges named after the first two of all entries that are largest there, as its neighbour has."""
        group = self.step.groups[window].tolist()
        labels = list(polygon.labels)
        for edge, label in enumerate(labels):
            if label[0] != self.place or label[1] != window:
                continue
            first, second = label[2], label[3]
            ends = Polygon(
                (polygon.points[edge], polygon.points[(edge + 1) % len(labels)]),
                (polygon.errors[edge], polygon.errors[(edge + 1) % len(labels)]),
                (polygon.labels[edge], polygon.labels[(edge + 1) % len(labels)]),
                (polygon.lines[edge], polygon.lines[(edge + 1) % len(labels)]),
            )
            ties = [
                place
                for place in rivals
                if group[place] in (first, second) or self._both_zero(polygon, edge, ends, group[place], first)
            ]
            if len(ties) > 2:
                above = max(self._signs(polygon, group[ties[0]], group[ties[1]])[0]) > 0
                labels[edge] = self._label(window, ties[0], ties[1], above=above)
        return Polygon(polygon.points, polygon.errors, tuple(labels), polygon.lines)

    def _both_zero(self, polygon: Polygon, edge: int, ends: Polygon, entry: int, first: int) -> bool:
        """Whether an entry equals the largest at both ends of an edge."""
        heights, error = self._difference(ends, entry, first)
        if max(abs(height) for height in heights) > error:
            return False
        signs = self.decider.signs(
            polygon, self._difference(polygon, entry, first)[0], error, (self.step.source, entry, first)
        )
        return signs[edge] == 0 and signs[(edge + 1) % len(signs)] == 0


def splitter(plan: Plan, place: int, face: Polygon, form: Floats, error: Floats, tools: Any) -> Splitter:
    """Give the splitter of a face at a hidden step.

    Arguments:
        plan: the network on the plane.
        place: which hidden step.
        face: the polygon.
        form: (units, 3) of the step's source on the face.
        error: (units,) the bound on its error.
        tools: the exact forms, the numbers of the lines and the states of the face.
    """
    kind = SwitchSplitter if isinstance(plan.hidden[place], Switch) else PoolSplitter
    return kind(plan, place, face, form, error, tools)


__all__ = ["Lines", "Pool", "Splitter", "States", "splitter"]
