"""The change of a function of one input when one parameter of its network moves, in integer arithmetic.

Up to the parameter's layer nothing changes; there, one unit does; after it, every unit that this one reaches. So of
each parameter only the changes are carried on, on the pieces of the interval that is looked at.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.convert._line import Forms, Integers, Line, advanced, integers, propagate
from hinges.nets import Activation, Linear, Network, Parameter

Ends = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Moved:
    """New function minus old one: one form a piece between the ends and the breakpoints between them."""

    ends: Ends
    line: Line

    @property
    def _forms(self) -> Forms:
        return self.line.values[-1]

    def vertices(self) -> tuple[Floats, Floats]:
        """Give the vertices at which it bends, and both ends: each number rounded once."""
        forms, t = self._forms, self.line.breakpoints
        slopes = forms.slopes[:, 0].tolist()
        kept = [i for i, (before, after) in enumerate(pairwise(slopes)) if before != after]
        points = [self.ends[0], *(t[i] for i in kept), self.ends[1]]
        pieces = [0, *(i + 1 for i in kept), len(slopes) - 1]
        x = np.array([float(point) for point in points])
        y = np.array([_value(forms, piece, point) for piece, point in zip(pieces, points, strict=True)])
        apart = np.append(True, np.diff(x) > 0)  # two breakpoints may have one float64 next to them
        return x[apart], y[apart]

    def intervals(self) -> tuple[tuple[float, float], ...]:
        """Give where it is not zero, up to single points."""
        points = [self.ends[0], *self.line.breakpoints, self.ends[1]]
        forms = self._forms
        moves = ((forms.slopes != 0) | (forms.intercepts != 0))[:, 0].tolist()
        found: list[tuple[Fraction, Fraction]] = []
        for (low, high), changes in zip(pairwise(points), moves, strict=True):
            if changes and found and found[-1][1] == low:
                found[-1] = (found[-1][0], high)
            elif changes:
                found.append((low, high))
        return tuple((float(low), float(high)) for low, high in found)


@dataclass(frozen=True)
class _Layer:
    """A dense layer on the line: its weights as integers over 2**shift, and the forms of what it computes."""

    weights: Integers
    shift: int
    activation: Activation | None
    inputs: Forms
    z: Forms
    a: Forms


@dataclass(frozen=True)
class Start:
    """A network of one input along an interval, from which single parameters are moved."""

    ends: Ends
    breakpoints: list[Fraction]
    layers: tuple[_Layer, ...]
    output: int

    @classmethod
    def of(cls, network: Network, interval: tuple[float, float], output: int) -> "Start":
        """Give a chain of dense layers along the interval."""
        ends = Fraction(interval[0]), Fraction(interval[1])
        line = _within(propagate(network), ends)
        nodes = network.nodes
        layers: list[_Layer] = []
        for i, node in enumerate(nodes):
            if isinstance(node, Linear):
                after = nodes[i + 1] if i + 1 < len(nodes) else None
                activation = after if isinstance(after, Activation) else None
                matrix = node.matrices[0]
                (weights,), shift = integers([matrix.toarray() if hasattr(matrix, "tocsr") else matrix])
                a = line.values[i + 2] if activation else line.values[i + 1]
                layers.append(_Layer(weights, shift, activation, line.values[i], line.values[i + 1], a))
        return cls(ends, line.breakpoints, tuple(layers), output)

    def moved(self, parameter: Parameter, by: Fraction) -> Moved:
        """Give what changes when one parameter is larger `by` a dyadic fraction."""
        line, unit = Line(self.breakpoints, [self._of_z(parameter, by)]), parameter.unit
        units = np.array([unit])
        last = len(self.layers) - 1
        if parameter.layer == last and unit != self.output:
            return Moved(self.ends, Line([], [_nothing(1)]))
        for i in range(parameter.layer, last + 1):
            if i > parameter.layer:
                units = np.arange(len(self.layers[i].weights[0])) if i < last else np.array([self.output])
            line = self._activated(line, i, units)
            change, *later = line.values
            if not (change.slopes.any() or change.intercepts.any()):
                return Moved(self.ends, Line([], [_nothing(1)]))
            if i < last:
                following = self.layers[i + 1]
                rows = following.weights[units if i == parameter.layer else slice(None)]
                columns = slice(None) if i + 1 < last else [self.output]
                line = Line(line.breakpoints, [_times(change, rows[:, columns], following.shift), *later])
        return Moved(self.ends, line)

    def _of_z(self, parameter: Parameter, by: Fraction) -> Forms:
        """Give the change of the parameter's own unit before its activation, (pieces, 1)."""
        shift = by.denominator.bit_length() - 1
        if parameter.input is None:
            still = _nothing(len(self.breakpoints) + 1)
            return Forms(still.slopes, still.intercepts + by.numerator, shift)
        read = self.layers[parameter.layer].inputs
        factor = np.array([[by.numerator]], dtype=object)
        return _times(_columns(read, [parameter.input]), factor, shift)

    def _activated(self, line: Line, i: int, units: NDArray[np.intp]) -> Line:
        """Give the line with the change of a in place of that of z in layer i, and the later layers behind it.

        The line comes in with the change of z, and from the second step on with z and a of layer i and later ones.
        """
        change, *rest = line.values
        if not rest:
            rest = self._forms_from(i, units)
        z, a, *later = rest
        activation = self.layers[i].activation
        if activation is None:
            return Line(line.breakpoints, [change, *later])
        slope = activation.slope if np.ndim(activation.slope) == 0 else activation.slope[units]
        here = replace(activation, source=0, units=len(units), slope=slope)
        line = _within(advanced(Line(line.breakpoints, [_sum(z, change), a, *later]), here), self.ends)
        _, a, *later, moved = line.values
        return Line(line.breakpoints, [_sum(moved, a, -1), *later])

    def _forms_from(self, first: int, units: NDArray[np.intp]) -> list[Forms]:
        """Give z and a of those units of one layer and of the later layers, whose last one is the output alone."""
        found: list[Forms] = []
        for i, layer in enumerate(self.layers[first:], first):
            columns = units if i == first else [self.output] if i == len(self.layers) - 1 else slice(None)
            found += [_columns(forms, columns) for forms in (layer.z, layer.a)]
        return found


def _nothing(pieces: int) -> Forms:
    zeros = np.full((pieces, 1), 0, dtype=object)
    return Forms(zeros, zeros, 0)


def _columns(forms: Forms, columns: Any) -> Forms:
    return Forms(forms.slopes[:, columns], forms.intercepts[:, columns], forms.shift)


def _times(forms: Forms, matrix: Integers, shift: int) -> Forms:
    """Give forms @ matrix / 2**shift."""
    return Forms(forms.slopes @ matrix, forms.intercepts @ matrix, forms.shift + shift)


def _sum(f: Forms, g: Forms, sign: int = 1) -> Forms:
    """Give f + sign * g."""
    shift = max(f.shift, g.shift)
    up, down = 2 ** (shift - f.shift), sign * 2 ** (shift - g.shift)
    return Forms(f.slopes * up + g.slopes * down, f.intercepts * up + g.intercepts * down, shift)


def _within(line: Line, ends: Ends) -> Line:
    """Give the line without the breakpoints that are not between the ends; its outer pieces hold up to these."""
    first, last = bisect_right(line.breakpoints, ends[0]), bisect_left(line.breakpoints, ends[1])
    if (first, last) == (0, len(line.breakpoints)):
        return line
    last = max(first, last)
    pieces = np.arange(first, last + 1)
    return Line(line.breakpoints[first:last], [forms.on(pieces) for forms in line.values])


def _value(forms: Forms, piece: int, at: Fraction) -> float:
    """Give the value of the first form at a point; the quotient of two ints is rounded once."""
    above = int(forms.slopes[piece, 0]) * at.numerator + int(forms.intercepts[piece, 0]) * at.denominator
    try:
        return above / (at.denominator << forms.shift)
    except OverflowError:
        return np.inf
