"""Splitting a face into the cells on which each window of a pooling has one winner."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges.analysis._cells_exact import Label
from hinges.analysis._cells_plan import EPS, padded
from hinges.analysis._cells_polygon import Polygon, cut, line_of
from hinges.analysis._cells_split import Decider, States, Task


class PoolSplitter:
    """The pieces of a face on which every window of a pooling step has one winner."""

    def __init__(self, task: Task) -> None:
        step: Any = task.plan.hidden[task.place]
        self.place, self.step = task.place, step
        self.decider = Decider(task.exact, task.states)
        self.number = task.lines.numbering()
        face = task.face
        self.form, error = padded(task.form), np.append(task.error, 0.0)
        self.size = np.abs(self.form).sum(1)
        zero = ((self.size == 0) & (error == 0))[step.groups]  # of several that are zero the first stays
        self.distinct = task.plan.distinct[step.value] & (~zero | (zero.cumsum(1) == 1))
        self.error = error + 8 * EPS * self.size
        self.centred: NDArray[np.bool_] | None = None
        if task.plan.has_centre:
            centred: Any = np.append(task.plan.centred[int(step.source)], True)
            self.centred = centred[step.groups].all(1)
        self.base, unsure = self._winners(face, np.arange(len(step.groups), dtype=np.intp))
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
        corner = self.decider.centre(polygon)
        if corner is not None and self.centred is not None:  # there all of these are zero
            entries[self.centred[units], :, corner] = entries[self.centred[units], :, corner - 1]
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
        """Give a cell with edges named after the first two of all entries that win there, as its neighbour has."""
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
