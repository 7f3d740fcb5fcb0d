"""Splitting a face by the lines of its switches."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._cells_plan import EPS
from hinges.analysis._cells_polygon import Polygon, cut, line_of
from hinges.analysis._cells_split import Decider, States, Task
from hinges.analysis._fused import ZERO


class SwitchSplitter:
    """The pieces of a face on which no unit of a switching step changes its sign."""

    def __init__(self, task: Task) -> None:
        step: Any = task.plan.hidden[task.place]
        self.place, self.step = task.place, step
        self.decider = Decider(task.exact, task.states)
        self.number = task.lines.numbering()
        face, form, error = task.face, task.form, task.error
        self.leaders = task.plan.leaders[step.value]
        bends = step.below != 1.0
        size = np.abs(form).sum(1)
        self.centred: NDArray[np.bool_] = task.plan.centred[int(step.source)]
        heights = self._away(face, face.corners() @ form.T, self.centred)
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
            away = self._away(polygon, heights, self.centred[self.units[open_units]])
            low, high = away.min(0), away.max(0)
            states = states.copy()
            above, below = high > tolerance, low < -tolerance
            unsure = ~(np.abs(away) > tolerance).all(0)
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

    def _away(self, polygon: Polygon, heights: Floats, centred: NDArray[np.bool_]) -> Floats:
        """Give heights (corners, units) without those that are zero for sure: of units without bias at the centre."""
        corner = self.decider.centre(polygon)
        if corner is None:  # nearly always
            return heights
        heights = heights.copy()
        heights[corner, centred] = heights[corner - 1, centred]
        return heights

    def _all(self, states: States) -> States:
        """Give the states of all units of the step."""
        result = self.base.copy()
        result[self.units] = states
        return np.where(self.step.below != 1.0, result[self.leaders], np.uint16(1))
