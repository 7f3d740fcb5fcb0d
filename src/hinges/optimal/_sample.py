"""A sample: rows of one input and any number of outputs, sorted, scaled by powers of two, and its moments."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.errors import InvalidInputError

_FEW = 4000


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows sorted by x, those of weight zero left out, as given and in units near 1.

    x (n,), y (n, m) and weights (n,) are as given; u (n,), v (n, m) and w (n,) are scaled by powers of two (all
    outputs alike, each about its own centre). `first` (d,) is the first row of each distinct x.
    """

    x: Floats
    y: Floats
    weights: Floats
    u: Floats
    v: Floats
    w: Floats
    first: NDArray[np.intp]
    x_centre: float
    y_centre: Floats
    x_exponent: int
    y_exponent: int
    w_exponent: int

    @classmethod
    def of(cls, data: Dataset) -> Sample:
        """Prepare data of one input.

        Raises:
            InvalidInputError: several inputs, or numbers too far apart for float64.
        """
        if data.x.shape[1] != 1:
            raise InvalidInputError(f"data has {data.x.shape[1]} inputs: this needs exactly one")
        x, y = data.x[:, 0], data.y
        weights = np.ones(len(x)) if data.weights is None else data.weights
        counts = weights > 0
        order = np.flatnonzero(counts)[np.argsort(x[counts], kind="stable")]
        return cls.of_sorted(x[order] + 0.0, y[order], weights[order])

    @classmethod
    def of_sorted(cls, x: Floats, y: Floats, weights: Floats) -> Sample:
        """Prepare rows sorted by x, y (n, m), with positive weights."""
        first = np.flatnonzero(np.concatenate([[True], x[1:] > x[:-1]]))
        x_centre, x_exponent = _centre_and_exponent(x[:, None])
        y_centre, y_exponent = _centre_and_exponent(y)
        w_exponent = _exponent(float(weights.max()))
        if 2 * y_exponent + w_exponent + _exponent(float(x.size)) > 1023:
            raise InvalidInputError("y is so large that its squared error overflows float64: rescale y")
        u = np.ldexp(x - x_centre[0], -x_exponent)
        if (np.diff(u[first]) <= 0).any():
            raise InvalidInputError("x holds values closer together than float64 resolves over its span: merge them")
        v, w = np.ldexp(y - y_centre, -y_exponent), np.ldexp(weights, -w_exponent)
        return cls(x, y, weights, u, v, w, first, float(x_centre[0]), y_centre, x_exponent, y_exponent, w_exponent)

    @property
    def outputs(self) -> int:
        """The number of outputs."""
        return self.y.shape[1]

    @property
    def distinct(self) -> Floats:
        """The distinct x, rising, (d,)."""
        return self.x[self.first]

    @property
    def ends(self) -> tuple[float, float]:
        """The first and the last x, scaled."""
        return float(self.u[0]), float(self.u[-1])

    def output(self, j: int) -> Sample:
        """Give the sample of one output alone."""
        return Sample.of_sorted(self.x, self.y[:, j : j + 1], self.weights)

    def to_x(self, u: Floats) -> Floats:
        """Give scaled positions in the units of x, rounded to float64."""
        return np.ldexp(u, self.x_exponent) + self.x_centre

    def to_u(self, x: Floats) -> Floats:
        """Give positions in x in scaled units."""
        return np.ldexp(x - self.x_centre, -self.x_exponent)

    def to_y(self, values: Floats) -> Floats:
        """Give scaled values, (k, m), in the units of y."""
        return np.ldexp(values, self.y_exponent) + self.y_centre

    def to_mean(self, squares: float) -> float:
        """Give a scaled sum of squares as the mean over rows and outputs, in the units of y."""
        return math.ldexp(squares / (float(self.w.sum()) * self.outputs), 2 * self.y_exponent)

    def from_mean(self, mean: float) -> float:
        """Give a mean squared error as a scaled sum of squares."""
        return math.ldexp(mean, -2 * self.y_exponent) * float(self.w.sum()) * self.outputs

    # --- rows with equal x as one ---------------------------------------------------------------------

    @cached_property
    def merged(self) -> tuple[Floats, Floats, Floats, float]:
        """Distinct u (d,), mean v there (d, m), weight (d,), and the sum of squares that no function can avoid."""
        w = np.add.reduceat(self.w, self.first)
        v = np.add.reduceat(self.w[:, None] * self.v, self.first) / w[:, None]
        rest = self.v - np.repeat(v, np.diff(np.append(self.first, len(self.x))), axis=0)
        return self.u[self.first], v, w, float((self.w[:, None] * rest**2).sum())

    @cached_property
    def _sums(self) -> Floats:
        u, v, w, _ = self.merged
        terms = np.concatenate([np.stack([w, w * u, w * u * u]), (w[:, None] * v).T, ((w * u)[:, None] * v).T])
        return np.concatenate([np.zeros((len(terms), 1)), np.cumsum(terms, axis=1)], axis=1)

    @cached_property
    def squares(self) -> float:
        """The sum of squares of the merged values about their centre, scaled."""
        _, v, w, _ = self.merged
        return float((w[:, None] * v**2).sum())

    def moments(self, vertices: Floats) -> Moments:
        """Give the moments of the merged rows in the hats of vertices from first to last u: O(pieces log n).

        Of many rows from prefix sums, so with fewer digits than `exact_moments` where pieces are short.
        """
        u = self.merged[0]
        if len(u) <= _FEW:
            return self.exact_moments(vertices, np.zeros((len(vertices), self.outputs)))
        stops = np.concatenate([[0], np.searchsorted(u, vertices[1:-1], side="left"), [len(u)]])
        parts = self._sums[:, stops[1:]] - self._sums[:, stops[:-1]]
        (w0, w1, w2), m = parts[:3], self.outputs
        y0, y1 = parts[3 : 3 + m], parts[3 + m :]
        start, width = vertices[:-1], np.diff(vertices)
        s = (w1 - start * w0) / width
        ss = (w2 - 2 * start * w1 + start * start * w0) / (width * width)
        late = ((y1 - start * y0) / width).T
        both, ends = np.maximum(ss, 0.0), np.maximum(w0 - 2 * s + ss, 0.0)
        mixed = np.clip(s - ss, 0.0, np.sqrt(both * ends))
        return Moments(ends, mixed, both, y0.T - late, late)

    def exact_moments(self, vertices: Floats, values: Floats) -> Moments:
        """Give the moments of what `values` (k + 1, m) leave over at the merged rows, row by row: O(n)."""
        u, v, w, _ = self.merged
        piece, share = located(vertices, u)
        rest = w[:, None] * (v - (1 - share)[:, None] * values[piece] - share[:, None] * values[piece + 1])
        terms = [w * (1 - share) ** 2, w * share * (1 - share), w * share**2]
        count = len(vertices) - 1
        early, mixed, late = (np.bincount(piece, term, count).astype(np.float64) for term in terms)
        both = [
            np.stack([np.bincount(piece, f * rest[:, j], count) for j in range(self.outputs)], axis=1, dtype=np.float64)
            for f in (1 - share, share)
        ]
        return Moments(early, mixed, late, both[0], both[1])

    def squared_error(self, vertices: Floats, values: Floats) -> float:
        """Give the scaled sum of squares of the function through vertices over all rows, repeats included: O(n)."""
        u, v, w, within = self.merged
        piece, share = located(vertices, u)
        rest = v - (1 - share)[:, None] * values[piece] - share[:, None] * values[piece + 1]
        return float((w[:, None] * rest**2).sum()) + within


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over the rows of each piece, (k,) and (k, m), with s running from 0 at its start to 1 at its end.

    Of w (1 - s)^2, w s (1 - s), w s^2, w (1 - s) v and w s v.
    """

    early: Floats
    mixed: Floats
    late: Floats
    v_early: Floats
    v_late: Floats

    @property
    def gram(self) -> Floats:
        """The products of the hats of the vertices, (k + 1, k + 1): tridiagonal."""
        k = len(self.early)
        at, result = np.arange(k), np.zeros((k + 1, k + 1))
        result[at, at] += self.early
        result[at + 1, at + 1] += self.late
        result[at, at + 1] = result[at + 1, at] = self.mixed
        return result

    @property
    def pull(self) -> Floats:
        """The products of hats and values, (k + 1, m)."""
        result = np.zeros((len(self.early) + 1, self.v_early.shape[1]))
        result[:-1] += self.v_early
        result[1:] += self.v_late
        return result


def located(vertices: Floats, u: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Give the piece of each u and where in it u lies, from 0 to 1."""
    piece = np.clip(np.searchsorted(vertices, u, side="right") - 1, 0, len(vertices) - 2)
    return piece, (u - vertices[piece]) / (vertices[piece + 1] - vertices[piece])


def _centre_and_exponent(values: Floats) -> tuple[Floats, int]:
    low, high = values.min(axis=0), values.max(axis=0)
    return low / 2 + high / 2, _exponent(float((high / 2 - low / 2).max()))


def _exponent(value: float) -> int:
    """Give the least e with ``value <= 2**e``, and 0 for a value of 0."""
    mantissa, exponent = math.frexp(value)
    return exponent - 1 if mantissa == 0.5 else exponent
