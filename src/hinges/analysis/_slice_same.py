"""Which units of a network surely compute the same function along given lines, told from its weights."""

from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.analysis._lowered import below
from hinges.nets import Activation, Linear, Max, Network


class Alike:
    """Compares units by structure: equal weights and biases on inputs that are themselves alike.

    It never says so wrongly, and may fail to say so. `rows` are the inputs at the ends of every line.
    """

    def __init__(self, network: Network, rows: Floats) -> None:
        self.network = network
        self.rows = rows
        self._known: dict[tuple[int, int, int, int], bool] = {}
        self._zero: dict[tuple[int, int], bool] = {}
        self._columns: dict[tuple[int, int], Any] = {}

    def crossing(self, value: int, a: int, b: int) -> bool:
        """Tell whether units a and b of a value are surely equal, or each the other's negative."""
        return self.equal(value, a, b) or self.equal(value, a, b, -1)

    def equal(self, value: int, a: int, b: int, sign: int = 1) -> bool:
        """Tell whether unit a of a value surely equals sign times unit b along the lines."""
        if a == b and sign == 1:
            return True
        key = (value, min(a, b), max(a, b), sign)
        if key not in self._known:
            self._known[key] = self._compared(value, a, b, sign)
        return self._known[key]

    def _compared(self, value: int, a: int, b: int, sign: int) -> bool:
        if value == 0:
            return bool((self.rows[:, a] == sign * self.rows[:, b]).all())
        node = self.network.nodes[value - 1]
        if isinstance(node, Linear):
            return self._linear(value - 1, node, (a, b), sign)
        if isinstance(node, Max):
            return sign == 1 and all(
                self.equal(node.source, i, j)
                for i, j in zip(node.groups[a].tolist(), node.groups[b].tolist(), strict=True)
            )
        return self._activation(node, (a, b), sign)

    def _activation(self, node: Activation, pair: tuple[int, int], sign: int) -> bool:
        a, b = pair
        slopes = below(node)
        odd = slopes[a] == slopes[b] == 1.0
        return bool(slopes[a] == slopes[b]) and (sign == 1 or odd) and self.equal(node.source, a, b, sign)

    def _linear(self, number: int, node: Linear, pair: tuple[int, int], sign: int) -> bool:
        a, b = pair
        if node.bias[a] != sign * node.bias[b]:
            return False
        for k, source in enumerate(node.sources):
            (rows_a, w_a), (rows_b, w_b) = self._heard(number, k, a), self._heard(number, k, b)
            if len(w_a) != len(w_b) or not np.array_equal(w_a, sign * w_b):
                return False
            if np.array_equal(rows_a, rows_b):
                continue
            if not all(self.equal(source, i, j) for i, j in zip(rows_a.tolist(), rows_b.tolist(), strict=True)):
                return False
        return True

    def _heard(self, number: int, k: int, unit: int) -> tuple[Any, Floats]:
        """Give those of its entries whose inputs are not surely zero: a border lacks what a flat background has."""
        rows, weights = self._column(number, k, unit)
        node = self.network.nodes[number]
        loud = np.array([not self.zero(node.sources[k], row) for row in rows.tolist()], np.bool_)
        return rows[loud], weights[loud]

    def zero(self, value: int, unit: int) -> bool:
        """Tell whether a unit of a value is surely zero all along the lines."""
        if (value, unit) not in self._zero:
            self._zero[value, unit] = self._silent(value, unit)
        return self._zero[value, unit]

    def _silent(self, value: int, unit: int) -> bool:
        if value == 0:
            return not self.rows[:, unit].any()
        node = self.network.nodes[value - 1]
        if isinstance(node, Activation):
            return self.zero(node.source, unit)
        if isinstance(node, Max):
            return all(self.zero(node.source, i) for i in node.groups[unit].tolist())
        return node.bias[unit] == 0.0 and all(
            len(self._heard(value - 1, k, unit)[0]) == 0 for k in range(len(node.sources))
        )

    def _column(self, number: int, k: int, unit: int) -> tuple[Any, Floats]:
        """Give the entries of one unit's weights that are not 0, and their rows."""
        node = self.network.nodes[number]
        assert isinstance(node, Linear)
        matrix = node.matrices[k]
        if not hasattr(matrix, "tocsr"):
            column = matrix[:, unit]
            rows = np.flatnonzero(column)
            return rows, column[rows]
        if (number, k) not in self._columns:
            columns = matrix.tocsc(copy=True)
            columns.sum_duplicates()
            self._columns[number, k] = columns
        columns = self._columns[number, k]
        part = slice(columns.indptr[unit], columns.indptr[unit + 1])
        return columns.indices[part], columns.data[part]
