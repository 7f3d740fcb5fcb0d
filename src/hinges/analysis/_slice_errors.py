"""How far float64 can be off: a forward error bound carried through a network, value by value.

Every bound is in two norms: per unit, and of the whole error vector. They follow from the textbook bound of a
product's rounding error (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.5) with
Cauchy-Schwarz in place of |h| |W|, which would cost another product. How much a layer enlarges the errors that
reach it is bounded by its largest singular value, estimated from above with random probes (Halko, Martinsson and
Tropp, SIAM Review 53, 2011, lemma 4.1), which fails with probability below 1e-9.

The bounds hold all along the line, not at the vertices alone: an activation of what was computed is straight between
the vertices, since they are where what was computed crosses zero, and it is no further off than what it reads.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from hinges._arrays import Floats
from hinges.nets import Linear

UNIT = 2.0**-53
PROBES = 8
POWER = 12
FACTOR = 13.4 * (2.0 / np.pi) ** 0.5  # 13.4**-8 < 1e-9
SMALL = 32  # up to this size of a matrix its Frobenius norm is near enough


@dataclass(frozen=True, eq=False)
class Factor:
    """One matrix of a Linear node as products need it, and its norms.

    `matrix` is (inputs, units), or if `sparse` the transposed one in CSR form, (units, inputs); it is `full` if dense
    and without a zero.
    """

    matrix: Any
    sparse: bool
    full: bool
    columns: Floats
    frobenius: float
    spectral: float
    rounding: float

    def __call__(self, rows: Floats) -> Floats:
        """Give rows @ matrix as a new array in C order."""
        if not self.sparse:
            return rows @ self.matrix
        return np.ascontiguousarray((self.matrix @ np.ascontiguousarray(rows.T)).T)


def factor(matrix: Any) -> Factor:
    """Give one matrix with its norms."""
    sparse = hasattr(matrix, "tocsr")
    if sparse:
        matrix = matrix.T.tocsr()
        squares = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
        terms = int(np.diff(matrix.indptr).max(initial=0))
    else:
        squares = np.einsum("ij,ij->j", matrix, matrix)
        terms = matrix.shape[0]
    columns, frobenius = np.sqrt(squares), float(np.sqrt(squares.sum()))
    spectral = _spectral(matrix.T if sparse else matrix, frobenius)
    full = not sparse and bool(np.count_nonzero(matrix) == matrix.size)
    return Factor(matrix, sparse, full, columns, frobenius, spectral, (terms + 4) * UNIT)


def _spectral(matrix: Any, frobenius: float) -> float:
    """Give an upper bound of the largest singular value, from ||(A A^T)^POWER A g|| for normal vectors g."""
    if min(matrix.shape) <= SMALL or not np.isfinite(frobenius) or not frobenius:
        return frobenius
    rows = np.random.default_rng(0).standard_normal((PROBES, matrix.shape[0]))
    logarithm = 0.0
    for turn in range(2 * POWER + 1):
        rows = np.asarray(rows @ (matrix if turn % 2 == 0 else matrix.T)) / frobenius
        largest = float(np.sqrt(np.einsum("ij,ij->i", rows, rows).max()))
        rows /= largest or 1.0
        logarithm += float(np.log(largest)) if largest else -np.inf
    bound = float(np.exp((np.log(FACTOR) + logarithm) / (2 * POWER + 1)))
    return frobenius * min(1.0, 1.01 * bound)


_FACTORS: WeakKeyDictionary[Linear, tuple[Factor, ...]] = WeakKeyDictionary()  # what is known of a node's matrices


def factors(node: Linear) -> tuple[Factor, ...]:
    """Give the factors of a node, one a source; they are kept as long as the node is."""
    if node not in _FACTORS:
        _FACTORS[node] = tuple(factor(m) for m in node.matrices)
    return _FACTORS[node]


@dataclass(frozen=True, eq=False)
class Errors:
    """Bounds of a value's error: of each unit (units,), and of the whole vector's 2-norm.

    `speed` bounds the 2-norm of the value's derivative along the line.
    """

    unit: Floats
    total: float
    speed: float

    def enlarged(self, by: float) -> "Errors":
        """Give the bounds after every unit may be off by `by` more, and the whole vector too."""
        return Errors(self.unit + by, self.total + by, self.speed)

    def grown(self, by: float, times: float) -> "Errors":
        """Give the bounds of so many times the value after it may be off by `by` more."""
        if times == 1.0:
            return self.enlarged(by) if by else self
        return Errors(times * (self.unit + by), times * (self.total + by), times * self.speed)


def bias_errors(bias: Floats, sources: int) -> tuple[Floats, float]:
    """Give the bounds of what adding a bias to so many products rounds, by unit and of all."""
    unit = 2.0 * UNIT * (sources + 1) * np.abs(bias)
    return unit, sqrt(float(unit @ unit))


def mapped_errors(
    bias: tuple[Floats, float], factors: tuple[Factor, ...], sources: list[tuple[Errors, float]]
) -> Errors:
    """Give the bounds of an affine map of values whose bounds, and largest 2-norm over all rows, are `sources`."""
    unit, total = bias
    speed = 0.0
    for each, (errors, norm) in zip(factors, sources, strict=True):
        rounding = each.rounding + len(factors) * UNIT
        unit = unit + (errors.total + rounding * norm) * each.columns
        total += errors.total * each.spectral + rounding * norm * each.frobenius
        speed += errors.speed * each.spectral
    total = min(total, sqrt(float(unit @ unit)))
    return Errors(np.minimum(unit, total), total, speed)


def largest_norm(rows: Floats) -> float:
    """Give the largest 2-norm of a row."""
    return sqrt(np.einsum("ij,ij->i", rows, rows).max(initial=0.0))
