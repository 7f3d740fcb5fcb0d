"""One line through a network in integer arithmetic, where float64 leaves a decision open.

On every piece each unit is an affine form of t, (slope t + intercept) / 2**shift. float64 weights are integers times
a power of two, so the forms stay integers: no division and no rounding, whatever the depth. Only breakpoints are
quotients, and none of them enters the forms.
"""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._lowered import Lowered, below
from hinges.analysis._slice_state import Bits
from hinges.convert._line import Forms, Integers, integers
from hinges.nets import Activation, Linear, Max, Unit

MOST_WORK = 4_000_000  # products of integers, some 100 ns each


@dataclass(frozen=True, eq=False)
class ExactLine:
    """A line with all breakpoints, in rational arithmetic.

    Arguments:
        t: the breakpoints, 0 and 1 among them.
        output: the outputs' forms on every piece.
        owners: the units that switch at each inner breakpoint.
    """

    t: list[Fraction]
    output: Forms
    owners: dict[Fraction, set[Unit]]

    def y(self) -> Floats:
        """Give the outputs at every breakpoint, (k, outputs), each rounded once."""
        forms = self.output.on(np.array([*range(len(self.t) - 1), len(self.t) - 2]))
        above, beneath = _points(self.t)
        values = (forms.slopes * above + forms.intercepts * beneath).tolist()
        scale = 2**forms.shift
        return np.array([[v / (t.denominator * scale) for v in row] for t, row in zip(self.t, values, strict=True)])

    def bends(self) -> Bits:
        """Give which outputs bend at every breakpoint, (k, outputs); none does at the ends."""
        result = np.zeros((len(self.t), self.output.slopes.shape[1]), np.bool_)
        result[1:-1] = (self.output.slopes[1:] != self.output.slopes[:-1]).astype(np.bool_)
        return result


def exact_line(lowered: Lowered, start: Floats, end: Floats) -> ExactLine | None:
    """Give the line from `start` to `end` (inputs,), or None where that takes more than MOST_WORK products."""
    (first, last), shift = integers([start[None], end[None]])
    march = _March(lowered, Forms(last - first, first, shift))
    for number in range(len(lowered.network.nodes)):
        if not march.step(number):
            return None
    owners = {t: march.owners[t] for t in march.t[1:-1]}
    return ExactLine(march.t, march.values[len(lowered.network.nodes)], owners)


def _points(t: list[Fraction]) -> tuple[Integers, Integers]:
    """Give numerators and denominators as columns."""
    return (
        np.array([x.numerator for x in t], dtype=object)[:, None],
        np.array([x.denominator for x in t], dtype=object)[:, None],
    )


class _March:
    """The line so far: its breakpoints, the forms of every live value, and who owns which breakpoint."""

    def __init__(self, lowered: Lowered, start: Forms) -> None:
        self.nodes = lowered.network.nodes
        self.holders = list(lowered.owners)
        self.t = [Fraction(0), Fraction(1)]
        self.values = {0: start}
        self.owners: defaultdict[Fraction, set[Unit]] = defaultdict(set)
        self.layer = 0
        self.work = 0
        self._last_use = {s: i for i, node in enumerate(self.nodes) for s in node.sources}

    def step(self, number: int) -> bool:
        """Compute one node; False where there is too much to do."""
        node = self.nodes[number]
        if isinstance(node, Linear):
            sizes = [m.nnz if hasattr(m, "tocsr") else m.size for m in node.matrices]
            self.work += 2 * (len(self.t) - 1) * sum(sizes) + 4 * sum(sizes)
            if self.work > MOST_WORK:
                return False
            self.values[number + 1] = self._linear(node)
        else:
            if isinstance(node, Max):
                self.values[number + 1] = self._max(node)
            else:
                self.values[number + 1] = self._activation(node)
            self.layer += 1
        for source in set(node.sources):
            if self._last_use[source] == number:
                del self.values[source]
        return True

    def _linear(self, node: Linear) -> Forms:
        sources = [self.values[source] for source in node.sources]
        parts = [m.tocsc().data if hasattr(m, "tocsr") else m for m in node.matrices]
        (*weights, bias), shift = integers([*parts, node.bias])
        common = max(forms.shift for forms in sources)
        slopes: Any = 0
        intercepts: Any = np.broadcast_to(bias * 2**common, (len(self.t) - 1, node.units))
        for forms, matrix, given in zip(sources, weights, node.matrices, strict=True):
            up = 2 ** (common - forms.shift)
            slopes = slopes + _product(forms.slopes, matrix, given) * up
            intercepts = intercepts + _product(forms.intercepts, matrix, given) * up
        return Forms(slopes, intercepts, common + shift)

    def _ends(self, forms: Forms) -> tuple[Integers, Integers]:
        """Give the forms at both ends of every piece, times something positive that is the same for every unit."""
        above, beneath = _points(self.t)
        left = forms.slopes * above[:-1] + forms.intercepts * beneath[:-1]
        return left, forms.slopes * above[1:] + forms.intercepts * beneath[1:]

    def _insert(self, found: dict[int, set[Fraction]]) -> None:
        """Insert breakpoints into pieces."""
        if not found:
            return
        t: list[Fraction] = []
        pieces: list[int] = []
        for i in range(len(self.t) - 1):
            inside = sorted(found.get(i, ()))
            t += [self.t[i], *inside]
            pieces += [i] * (1 + len(inside))
        self.t = [*t, self.t[-1]]
        which = np.array(pieces, np.intp)
        self.values = {i: forms.on(which) for i, forms in self.values.items()}

    def _own(self, changes: NDArray[Any]) -> None:
        """Note the units of this layer that switch at inner breakpoints, (pieces - 1, units)."""
        holder = self.holders[self.layer]
        for i, unit in np.argwhere(changes).tolist():
            self.owners[self.t[i + 1]].add(holder.unit(unit))

    def _activation(self, node: Activation) -> Forms:
        steep = below(node)
        if (steep == 1.0).all():
            return self.values[node.source]
        z = self.values[node.source]
        left, right = self._ends(z)
        crosses = (((left > 0) & (right < 0)) | ((left < 0) & (right > 0))).astype(np.bool_) & (steep != 1.0)
        found: dict[int, set[Fraction]] = defaultdict(set)
        for piece, unit in np.argwhere(crosses).tolist():
            found[piece].add(Fraction(-z.intercepts[piece, unit], z.slopes[piece, unit]))
        self._insert(found)
        z = self.values[node.source]
        left, right = self._ends(z)
        on = ((left > 0) | (right > 0)).astype(np.bool_)
        self._own((on[1:] != on[:-1]) & (steep != 1.0))
        (slopes,), shift = integers([steep])
        factor = np.where(on, np.full(node.units, 2**shift, dtype=object), slopes)
        return Forms(z.slopes * factor, z.intercepts * factor, z.shift + shift)

    def _max(self, node: Max) -> Forms:
        groups = node.groups
        z = self.values[node.source]
        wins = self._winners(z, groups)
        kept = (wins[0] & wins[1]).any(axis=2)
        found: dict[int, set[Fraction]] = defaultdict(set)
        for piece, unit in np.argwhere(~kept).tolist():
            slopes, intercepts = z.slopes[piece, groups[unit]], z.intercepts[piece, groups[unit]]
            found[piece] |= _envelope(slopes.tolist(), intercepts.tolist(), wins[:, piece, unit])
        self._insert(found)
        z = self.values[node.source]
        wins = self._winners(z, groups)
        both = wins[0] & wins[1]
        self._own(~(both[1:] & both[:-1]).any(axis=2))
        best = groups[np.arange(node.units), both.argmax(axis=2)]
        rows = np.arange(len(best))[:, None]
        return Forms(z.slopes[rows, best], z.intercepts[rows, best], z.shift)

    def _winners(self, z: Forms, groups: NDArray[np.intp]) -> Bits:
        """Give which entries are the largest at the left and at the right end, (2, pieces, units, size)."""
        ends = [end[:, groups] for end in self._ends(z)]
        return np.array([(end == end.max(axis=2)[:, :, None]).astype(np.bool_) for end in ends])


def _product(rows: Integers, matrix: Integers, given: Any) -> Integers:
    """Give rows @ matrix; of a sparse one `matrix` holds the entries column by column."""
    if not hasattr(given, "tocsr"):
        return rows @ matrix
    columns = given.tocsc()
    result = np.zeros((len(rows), given.shape[1]), dtype=object)
    some = np.flatnonzero(np.diff(columns.indptr))
    if len(some):
        result[:, some] = np.add.reduceat(rows[:, columns.indices] * matrix, columns.indptr[some], axis=1)
    return result


def _envelope(slopes: list[int], intercepts: list[int], wins: Bits) -> set[Fraction]:
    """Give where the largest of some forms changes between the ends, at which `wins` (2, size) are the largest."""
    current = max(np.flatnonzero(wins[0]).tolist(), key=lambda k: slopes[k])
    found: set[Fraction] = set()
    while not wins[1, current]:
        steeper = [k for k in range(len(slopes)) if slopes[k] > slopes[current]]
        at = {k: Fraction(intercepts[current] - intercepts[k], slopes[k] - slopes[current]) for k in steeper}
        current = min(steeper, key=lambda k: (at[k], -slopes[k]))
        found.add(at[current])
    return found
