"""Propagation of a whole line through a network in integer arithmetic.

Between breakpoints every value of a network is an affine form `slope * x + intercept`. float64 weights are
integers times a power of two, so with one common power for each value the forms stay integers: no division and
no rounding, whatever the depth. Only breakpoints are quotients, and none of them enters the forms.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.errors import UnsupportedModelError
from hinges.nets import Activation, Linear, Max, Network, Node
from hinges.pwl._vertices import Vertices

Integers = NDArray[Any]  # of Python ints, which do not overflow


@dataclass(frozen=True)
class Forms:
    """The affine forms of one value on every piece: (slopes * x + intercepts) / 2**shift, (pieces, units) each."""

    slopes: Integers
    intercepts: Integers
    shift: int

    def on(self, pieces: NDArray[np.intp]) -> "Forms":
        """Give the forms on those pieces."""
        return Forms(self.slopes[pieces], self.intercepts[pieces], self.shift)

    def signs(self, points: list[Fraction]) -> NDArray[np.int8]:
        """Give the sign of every unit at one point inside each piece, (pieces, units)."""
        above = np.array([p.numerator for p in points], dtype=object)[:, None]
        below = np.array([p.denominator for p in points], dtype=object)[:, None]
        at = self.slopes * above + self.intercepts * below
        return (at > 0).astype(np.int8) - (at < 0).astype(np.int8)


@dataclass(frozen=True)
class Line:
    """All values of a network along the line: rising breakpoints and the forms of every value between them."""

    breakpoints: list[Fraction]
    values: list[Forms]

    def interior(self) -> list[Fraction]:
        """Give a point inside every piece."""
        t = self.breakpoints
        if not t:
            return [Fraction(0)]
        return [t[0] - 1, *((a + b) / 2 for a, b in pairwise(t)), t[-1] + 1]

    def refined(self, points: set[Fraction]) -> "Line":
        """Give the same line with breakpoints at `points` too."""
        t = sorted(points.union(self.breakpoints))
        old = np.searchsorted(np.array(self.breakpoints, dtype=object), np.array(t, dtype=object), side="right")
        pieces = np.concatenate(([0], old)).astype(np.intp)
        return Line(t, [forms.on(pieces) for forms in self.values])

    def with_value(self, forms: Forms) -> "Line":
        """Give the line with one value more."""
        return Line(self.breakpoints, [*self.values, forms])

    def function(self, value: int, unit: int) -> Vertices:
        """Give one unit of one value as a function."""
        forms = self.values[value]
        scale = Fraction(1, 2**forms.shift)
        slopes = [scale * a for a in forms.slopes[:, unit]]
        intercepts = [scale * b for b in forms.intercepts[:, unit]]
        t = self.breakpoints or [Fraction(0)]
        if not self.breakpoints:
            slopes, intercepts = slopes * 2, intercepts * 2
        y = [a * x + b for x, a, b in zip(t, slopes, intercepts, strict=False)]
        return Vertices(t, y, slopes[0], slopes[-1])


def propagate(network: Network) -> Line:
    """Give every value of a network of one input along the whole line."""
    one = np.array([[1]], dtype=object)
    line = Line([], [Forms(one, one * 0, 0)])
    for node in network.nodes:
        line = advanced(line, node)
    return line


def advanced(line: Line, node: Node) -> Line:
    """Give the line with the value of one node more, which reads values of the line."""
    if isinstance(node, Linear):
        return line.with_value(_linear(node, line))
    if isinstance(node, Max):
        return _max(node, line)
    return _activation(node, line)


def _linear(node: Linear, line: Line) -> Forms:
    weights, shift = integers([*(_dense(m) for m in node.matrices), node.bias])
    *matrices, bias = weights
    sources = [line.values[source] for source in node.sources]
    common = max(forms.shift for forms in sources)
    slopes, intercepts = 0, np.broadcast_to(bias * 2**common, (len(line.breakpoints) + 1, node.units))
    for forms, matrix in zip(sources, matrices, strict=True):
        up = 2 ** (common - forms.shift)
        slopes = slopes + forms.slopes @ matrix * up
        intercepts = intercepts + forms.intercepts @ matrix * up
    return Forms(slopes, intercepts, common + shift)  # pyright: ignore[reportArgumentType]


def _dense(matrix: Any) -> Floats:
    return matrix.toarray() if hasattr(matrix, "tocsr") else matrix


def integers(arrays: list[Floats]) -> tuple[list[Integers], int]:
    """Give arrays of floats as integers over one power of two."""
    denominators = [max((x.as_integer_ratio()[1] for x in a.ravel().tolist()), default=1) for a in arrays]
    shift = max(denominators).bit_length() - 1

    def scaled(x: float) -> int:
        numerator, denominator = x.as_integer_ratio()
        return numerator * (2**shift // denominator)

    def of(a: Floats) -> Integers:
        result = np.empty(a.shape, dtype=object)
        result.ravel()[:] = [scaled(x) for x in a.ravel().tolist()]
        return result

    return [of(a) for a in arrays], shift


def _crossings(slopes: Integers, intercepts: Integers, line: Line) -> set[Fraction]:
    """Give where affine forms, (pieces, forms), change sign strictly inside their piece."""
    t = line.breakpoints
    found: set[Fraction] = set()
    for piece, unit in np.argwhere(slopes != 0).tolist():
        x = Fraction(-intercepts[piece, unit], slopes[piece, unit])
        if (piece == 0 or t[piece - 1] < x) and (piece == len(t) or x < t[piece]):
            found.add(x)
    return found


def _activation(node: Activation, line: Line) -> Line:
    if not node.piecewise_linear:
        raise UnsupportedModelError(
            f"layer {node.name} is {node.kind}, which is not piecewise linear, so there is no exact function; "
            "evaluate the network at points of your choice instead"
        )
    if node.kind == "linear":
        return line.with_value(line.values[node.source])
    if node.kind == "clip":
        return _clip(node, line)
    z = line.values[node.source]
    line = line.refined(_crossings(z.slopes, z.intercepts, line))
    z = line.values[node.source]
    on = z.signs(line.interior()) > 0
    below = np.broadcast_to(node.slope if node.kind == "leaky_relu" else 0.0, (node.units,)).astype(np.float64)
    (slopes,), shift = integers([below])
    factor = np.where(on, np.full(node.units, 2**shift, dtype=object), slopes)
    return line.with_value(Forms(z.slopes * factor, z.intercepts * factor, z.shift + shift))


def _clip(node: Activation, line: Line) -> Line:
    z = line.values[node.source]
    (bounds,), own = integers([np.array([node.low, node.high])])
    shift = max(z.shift, own)
    low, high = (int(bound) * 2 ** (shift - own) for bound in bounds)
    up = 2 ** (shift - z.shift)
    line = line.with_value(Forms(z.slopes * up, z.intercepts * up, shift))
    z = line.values[-1]
    line = line.refined(
        _crossings(z.slopes, z.intercepts - low, line) | _crossings(z.slopes, z.intercepts - high, line)
    )
    z, interior = line.values[-1], line.interior()
    above_low = Forms(z.slopes, z.intercepts - low, shift).signs(interior) > 0
    above_high = Forms(z.slopes, z.intercepts - high, shift).signs(interior) > 0
    middle = above_low & ~above_high
    slopes = np.where(middle, z.slopes, 0)
    ends: Integers = np.where(above_low, np.array(high, dtype=object), np.array(low, dtype=object))
    intercepts = np.where(middle, z.intercepts, ends)
    return Line(line.breakpoints, [*line.values[:-1], Forms(slopes, intercepts, shift)])


def _max(node: Max, line: Line) -> Line:
    groups = node.groups
    points: set[Fraction] = set()
    z = line.values[node.source]
    for i in range(groups.shape[1]):
        for j in range(i):
            a, b = groups[:, i], groups[:, j]
            points |= _crossings(z.slopes[:, a] - z.slopes[:, b], z.intercepts[:, a] - z.intercepts[:, b], line)
    line = line.refined(points)
    z = line.values[node.source]
    best = z.on(np.arange(len(line.breakpoints) + 1))
    best = Forms(best.slopes[:, groups[:, 0]], best.intercepts[:, groups[:, 0]], z.shift)
    interior = line.interior()
    for i in range(1, groups.shape[1]):
        slopes, intercepts = z.slopes[:, groups[:, i]], z.intercepts[:, groups[:, i]]
        above = Forms(slopes - best.slopes, intercepts - best.intercepts, z.shift).signs(interior) > 0
        best = Forms(np.where(above, slopes, best.slopes), np.where(above, intercepts, best.intercepts), z.shift)
    return line.with_value(best)
