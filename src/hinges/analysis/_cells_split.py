"""What splitting a face at a step needs: signs at corners, and numbers for the lines that cut.

Every decision is a sign at a corner. Outside its error bound the float is right; inside, integers decide.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._cells_exact import BORDER, Exact, Face, Label
from hinges.analysis._cells_plan import Plan
from hinges.analysis._cells_polygon import Polygon
from hinges.analysis._fused import ZERO, Pool

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
        plan = self.exact.plan
        zero_there = plan.has_centre and plan.is_centred(value, i) and plan.is_centred(value, j)
        if zero_there and self._through_centre(before) and self._through_centre(after):
            return 0
        if self._face is None:
            self._face = self.exact.face(self.states)
        return self._face.sign(before, after, pair) or 0

    def _through_centre(self, label: Label) -> bool:
        """Whether an edge's line passes through s = t = 0 because no bias goes into it."""
        step, side, i, j, _ = label
        plan = self.exact.plan
        if step == BORDER:
            s0, s1, t0, t1 = plan.bounds
            return (t0, s1, t1, s0)[side] == 0
        value = plan.hidden[step].source
        return plan.is_centred(value, i) and plan.is_centred(value, j)

    def centre(self, polygon: Polygon) -> int | None:
        """Give the corner that is s = t = 0 for that reason: there every entry without bias is zero."""
        if self.exact.plan.has_centre:
            through = [self._through_centre(label) for label in polygon.labels]
            for corner, after in enumerate(through):
                if after and through[corner - 1]:
                    return corner
        return None

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


@dataclass(frozen=True, eq=False)
class Task:
    """A face to be split at a hidden step.

    Attributes:
        plan: the network on the plane.
        place: which hidden step.
        face: the polygon.
        form: (units, 3) of the step's source on the face.
        error: (units,) the bound on its error.
        states: of the steps before.
        exact: exact forms.
        lines: numbers of lines.
    """

    plan: Plan
    place: int
    face: Polygon
    form: Floats
    error: Floats
    states: States
    exact: Exact
    lines: Lines
