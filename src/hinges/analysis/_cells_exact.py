"""Exact forms of units on a face, and exact signs at its corners, in integers: float weights are dyadic numbers.

A form is f0 + f1 s + f2 t in the coordinates (s, t) of the plane. All forms of one value are integers over the same
power of two, and a corner is the intersection of two lines, so that its sign needs no division. Only what a decision
asks for is computed: a unit's form from those that it reads and that are not off.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges.analysis._cells_plan import Plan
from hinges.analysis._fused import ZERO, Affine, Pool, Switch

Form = tuple[int, int, int]
Label = tuple[int, int, int, int, int]  # step that cut, unit, entries i and j of its source, number of the line
BORDER = -1  # the step of a side of the rectangle
NOTHING: Form = (0, 0, 0)
KEPT = 400_000  # forms, and weights, kept at once


def dyadic(numbers: Any, shift: int) -> list[int]:
    """Give floats as integers over 2**shift."""
    result: list[int] = []
    for number in numbers:
        above, below = float(number).as_integer_ratio()
        result.append(above * ((1 << shift) // below))
    return result


def shift_of(*arrays: Any) -> int:
    """Give the least power of two over which all the floats are integers."""
    most = 0
    for array in arrays:
        numbers = np.asarray(array, np.float64).ravel()
        mantissas, exponents = np.frexp(numbers[numbers != 0])
        if len(mantissas):
            whole = np.ldexp(mantissas, 53).astype(np.int64)
            zeros = np.log2((whole & -whole).astype(np.float64)).astype(np.int64)  # factors of two
            most = max(most, int((53 - exponents - zeros).max()))
    return most


class Exact:
    """The exact forms of a plan, face by face; `work` counts the products, of which at most `limit` are made."""

    def __init__(self, plan: Plan, limit: int) -> None:
        self.plan = plan
        self.limit = limit
        self.work = 0
        self.decisions = 0
        self.unresolved = 0
        self._tables: OrderedDict[tuple[int, bytes], dict[int, Form]] = OrderedDict()
        self._prepared = False
        self._room = max(2 * len(plan.sizes), KEPT // max(plan.sizes))  # tables

    def _prepare(self) -> None:
        """Compute the powers of two once, when something is first asked for."""
        plan = self.plan
        self.makers = {step.value: step for step in plan.steps.steps}
        self.place = {step.value: k for k, step in enumerate(plan.hidden)}
        self.depth = {0: 0}  # how many hidden steps a value depends on
        self.shifts = {0: shift_of(plan.base)}
        self.own: dict[int, int] = {}
        self._columns: dict[tuple[int, int], list[list[tuple[int, int]]]] = {}
        self._weights = 0
        self._by_column: dict[int, list[Any]] = {}
        done = 0
        for step in plan.steps.steps:
            if isinstance(step, Affine):
                self.own[step.value] = shift_of(*(getattr(m, "data", m) if _sparse(m) else m for m in step.matrices))
                common = max(self.shifts[source] for source in step.sources) + self.own[step.value]
                self.shifts[step.value] = max(common, shift_of(step.bias))
            elif isinstance(step, Switch):
                self.own[step.value] = shift_of(step.below)
                self.shifts[step.value] = self.shifts[step.source] + self.own[step.value]
            else:
                self.shifts[step.value] = self.shifts[step.source]
            done += not isinstance(step, Affine)
            self.depth[step.value] = done
        s0, s1, t0, t1 = plan.bounds
        k = shift_of(plan.bounds)
        low_s, high_s, low_t, high_t = dyadic((s0, s1, t0, t1), k)
        one = 1 << k
        self.sides: tuple[Form, ...] = ((-low_t, 0, one), (-high_s, one, 0), (-high_t, 0, one), (-low_s, one, 0))
        self._prepared = True

    def face(self, states: NDArray[Any]) -> "Face":
        """Give the forms on a face where the hidden steps before have these states."""
        if not self._prepared:
            self._prepare()
        return Face(self, states)

    def table(self, value: int, states: NDArray[Any]) -> dict[int, Form]:
        """Give the forms known of a value where the steps before it have these states."""
        key = (value, states[: self.plan.offsets[self.depth[value]]].tobytes())
        table = self._tables.get(key)
        if table is None:
            table = self._tables[key] = {}
            if len(self._tables) > self._room:
                self._tables.popitem(last=False)
        else:
            self._tables.move_to_end(key)
        return table

    def column(self, step: Affine, unit: int) -> list[list[tuple[int, int]]]:
        """Give what a unit reads from each source: pairs of an entry and its weight over 2**own."""
        key = (step.value, unit)
        if key not in self._columns:
            if step.value not in self._by_column:
                self._by_column[step.value] = [m.tocsc() if _sparse(m) else m for m in step.matrices]
            found: list[list[tuple[int, int]]] = []
            for matrix in self._by_column[step.value]:
                if _sparse(matrix):
                    part = slice(matrix.indptr[unit], matrix.indptr[unit + 1])
                    entries, weights = matrix.indices[part], matrix.data[part]
                else:
                    entries = np.flatnonzero(matrix[:, unit])
                    weights = matrix[entries, unit]
                found.append(list(zip(entries.tolist(), dyadic(weights, self.own[step.value]), strict=True)))
            self._weights += sum(map(len, found))
            if self._weights > KEPT:
                self._columns, self._weights = {}, 0
            self._columns[key] = found
            return found
        return self._columns[key]


def _sparse(matrix: Any) -> bool:
    return hasattr(matrix, "tocsr")


class OverLimitError(Exception):
    """More exact products would be needed than are allowed."""


class Face:
    """Exact forms on one face of the plane, given the states of the steps before."""

    def __init__(self, exact: Exact, states: NDArray[Any]) -> None:
        self.exact = exact
        self.states = states
        self._tables: dict[int, dict[int, Form]] = {}
        self._signs: dict[tuple[Any, ...], int] = {}

    def form(self, value: int, unit: int) -> Form:
        """Give the form of a unit, over 2**shifts[value]; `ZERO` is a zero."""
        if unit == ZERO:
            return NOTHING
        table = self._tables.get(value)
        if table is None:
            table = self._tables[value] = self.exact.table(value, self.states)
        known = table.get(unit)
        if known is None:
            known = table[unit] = self._computed(value, unit)
        return known

    def _computed(self, value: int, unit: int) -> Form:
        exact = self.exact
        if value == 0:
            a, b, c = dyadic(exact.plan.base[:, unit], exact.shifts[0])
            return a, b, c
        step = exact.makers[value]
        if isinstance(step, Affine):
            return self._affine(step, unit)
        state = int(self.states[exact.plan.offsets[exact.place[value]] + unit])
        if isinstance(step, Pool):
            return self.form(step.source, int(step.groups[unit, state]))
        (slope,) = dyadic([1.0 if state else float(step.below[unit])], exact.own[value])
        if slope == 0:
            return NOTHING
        a, b, c = self.form(step.source, unit)
        return a * slope, b * slope, c * slope

    def _affine(self, step: Affine, unit: int) -> Form:
        exact = self.exact
        shift = exact.shifts[step.value]
        (a,) = dyadic([step.bias[unit]], shift)
        b = c = 0
        for source, entries in zip(step.sources, exact.column(step, unit), strict=True):
            exact.work += len(entries)
            if exact.work > exact.limit:
                raise OverLimitError
            up = shift - exact.own[step.value] - exact.shifts[source]
            x = y = z = 0
            for entry, weight in entries:
                p, q, r = self.form(source, entry)
                x += weight * p
                y += weight * q
                z += weight * r
            a, b, c = a + (x << up), b + (y << up), c + (z << up)
        return a, b, c

    def difference(self, value: int, i: int, j: int) -> Form:
        """Give the form of entry i minus entry j of a value."""
        a, b = self.form(value, i), self.form(value, j)
        return a[0] - b[0], a[1] - b[1], a[2] - b[2]

    def line(self, label: Label) -> Form:
        """Give the line of an edge."""
        step, unit, i, j, _ = label
        if step == BORDER:
            return self.exact.sides[unit]
        return self.difference(self.exact.plan.hidden[step].source, i, j)

    def corner(self, before: Label, after: Label) -> Form:
        """Give the corner between two edges as (W, X, Y): s = X / W, t = Y / W."""
        a, b = self.line(before), self.line(after)
        return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]

    def sign(self, before: Label, after: Label, difference: tuple[int, int, int]) -> int | None:
        """Give the sign of (value, i, j), entry i minus entry j, at the corner of two edges; None over the limit."""
        key = (before[:4], after[:4], difference)
        if key not in self._signs:
            self.exact.decisions += 1

            def decided() -> int:
                w, x, y = self.corner(before, after)
                f = self.difference(*difference)
                at = f[0] * w + f[1] * x + f[2] * y
                return ((at > 0) - (at < 0)) * (1 if w > 0 else -1)

            sign = self.within(decided)
            if sign is None:
                self.exact.unresolved += 1
                return None
            self._signs[key] = sign
        return self._signs[key]

    def within(self, work: Callable[[], Any]) -> Any:
        """Give what exact work gives, or None where it would need more than is allowed, or the network is too deep."""
        try:
            return work()
        except (OverLimitError, RecursionError):
            return None
