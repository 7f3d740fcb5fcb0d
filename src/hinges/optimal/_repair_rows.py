"""Rows of a curve of any number, ready for a repair: all of them merged by x and scaled, and fewer for a search."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.errors import InvalidInputError

Bools = NDArray[np.bool_]

CHUNK = 2**22  # numbers of a block of columns in memory at once
DEPENDENT = 1e-12  # of the largest singular value: directions below it are rounding


@dataclass(frozen=True)
class CurveRows:
    """Rows of one input merged by x, in scaled units: the largest |u| and |v| are about 1.

    u (m,) increases, v is (m, outputs), w (m,) > 0. All outputs share one scale, so that sums of squares over
    them are those of the data but for a power of two.
    """

    u: Floats
    v: Floats
    w: Floats
    x_centre: float
    x_exponent: int
    y_centres: Floats
    y_exponent: int

    def to_u(self, x: Floats) -> Floats:
        """Give positions in x in scaled units."""
        return np.ldexp(x - self.x_centre, -self.x_exponent)

    def to_x(self, u: Floats) -> Floats:
        """Give scaled positions in the units of x, rounded to float64."""
        return np.ldexp(u, self.x_exponent) + self.x_centre

    def fewer(self, most: int) -> CurveRows:
        """Give rows of which neighbours are joined until there are at most so many; both ends stay."""
        m = self.u.size
        if m <= most:
            return self
        inner = np.linspace(1, m - 1, most - 1).astype(np.intp)
        first = np.unique(np.concatenate([[0], inner]))
        w = np.add.reduceat(self.w, first)
        u = np.add.reduceat(self.w * self.u, first) / w
        u[[0, -1]] = self.u[[0, -1]]  # single rows, to the last digit
        v = np.add.reduceat(self.w[:, None] * self.v, first, axis=0) / w[:, None]
        kept = np.concatenate([[True], np.diff(u) > 0])
        ends = (self.x_centre, self.x_exponent, self.y_centres, self.y_exponent)
        return CurveRows(u[kept], v[kept], w[kept], *ends)

    def solved(self, at: Floats, left: Bools, slopes: Floats) -> tuple[Floats, Floats, float]:
        """Give the least-squares output weights (units, outputs), bias (outputs,) and sum of squares, all scaled.

        The units are leaky rectifiers of slopes (units,), 0 for relu, with kinks `at`. Blocks of rows are turned
        into triangles, so that memory holds one block.
        """
        units, outputs = at.size, self.v.shape[1]
        step = max(units + outputs + 1, CHUNK // (units + outputs + 1))
        triangle = np.zeros((0, units + outputs + 1))
        for start in range(0, self.u.size, step):
            part = slice(start, start + step)
            columns = np.hstack([np.ones((self.u[part].size, 1)), unit_values(self.u[part], at, left, slopes)])
            block = np.hstack([columns, self.v[part]]) * np.sqrt(self.w[part])[:, None]
            triangle = cast("Floats", np.linalg.qr(np.vstack([triangle, block]), mode="r"))
        matrix, targets = triangle[:, : units + 1], triangle[:, units + 1 :]
        size = np.sqrt(np.einsum("ij,ij->j", matrix, matrix))
        size[size == 0] = 1.0
        solution = cast("Floats", np.linalg.lstsq(matrix / size, targets, rcond=DEPENDENT)[0])
        error = float(((targets - matrix / size @ solution) ** 2).sum())
        solution = solution / size[:, None]
        return solution[1:], solution[0], error


def unit_values(u: Floats, at: Floats, left: Bools, slopes: Floats) -> Floats:
    """Give the activations of units at scaled positions, (m, units)."""
    z = (u[:, None] - at) * np.where(left, -1.0, 1.0)
    return np.where(z > 0, z, slopes * z)


def curve_rows(x: Floats, y: Floats, weights: Floats | None) -> CurveRows:
    """Merge rows x (n,), y (n, outputs) with weights (n,) >= 0 by x, and scale them.

    Raises:
        InvalidInputError: the squared error overflows float64, or two x are closer together than float64 resolves.
    """
    counts = np.ones(x.size, bool) if weights is None else weights > 0
    share = np.ones(x.size) if weights is None else weights / weights.max()
    counts &= share > 0
    order = np.argsort(x[counts], kind="stable")
    x, y, share = x[counts][order] + 0.0, y[counts][order], share[counts][order]
    first = np.flatnonzero(np.concatenate([[True], x[1:] > x[:-1]]))
    low, high = x[0] / 2, x[-1] / 2
    y_low, y_high = y.min(axis=0) / 2, y.max(axis=0) / 2
    x_exponent, y_exponent = _exponent(float(high - low)), _exponent(float((y_high - y_low).max()))
    if 2 * y_exponent + x.size.bit_length() > 1020:
        raise InvalidInputError(
            f"y reaches from {y.min():g} to {y.max():g}: its squared error overflows float64, so rescale y"
        )
    centre, y_centres = float(low + high), y_low + y_high
    u = np.ldexp(x[first] - centre, -x_exponent)
    tied = np.flatnonzero(np.diff(u) <= 0)
    if tied.size:
        a, b = float(x[first][tied[0]]), float(x[first][tied[0] + 1])
        raise InvalidInputError(
            f"x holds {a!r} and {b!r}, closer together than float64 resolves over the span of x: merge them"
        )
    w = np.add.reduceat(share, first)
    v = np.add.reduceat(share[:, None] * np.ldexp(y - y_centres, -y_exponent), first, axis=0) / w[:, None]
    return CurveRows(u, v, w, centre, x_exponent, y_centres, y_exponent)


def _exponent(value: float) -> int:
    """Give the least e with ``value <= 2**e``, and 0 for a value of 0."""
    mantissa, exponent = math.frexp(value)
    return exponent - 1 if mantissa == 0.5 else exponent
