"""Sums of hinges in rational arithmetic, and what is lost when they are rounded to float64.

A hinge sum is `bias + sum of coefficient * relu(weight * x + bias)` with weights of plus or minus one, so a
hinge is a kink, a facing and a coefficient.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise

import numpy as np

from hinges.errors import InvalidInputError
from hinges.nets import Network
from hinges.pwl._measures import largest
from hinges.pwl._vertices import Vertices, added, scaled

UNIT_ROUNDOFF = Fraction(1, 2**53)


@dataclass(frozen=True)
class Term:
    """coefficient * relu(x - kink), or coefficient * relu(kink - x) where it faces left."""

    kink: Fraction
    coefficient: Fraction
    left: bool = False


@dataclass(frozen=True)
class HingeSum:
    """An exact sum of hinges plus a constant."""

    terms: Sequence[Term]
    bias: Fraction

    def vertices(self) -> Vertices:
        """Give the sum as a function, with a vertex at every kink."""
        changes: defaultdict[Fraction, Fraction] = defaultdict(Fraction)
        for term in self.terms:
            changes[term.kink] += term.coefficient
        t = sorted(changes) or [Fraction(0)]
        left = -sum((term.coefficient for term in self.terms if term.left), Fraction(0))
        slopes = list(accumulate((changes[x] for x in t), initial=left))
        first = self.bias + sum((c.coefficient * (c.kink - t[0]) for c in self.terms if c.left), Fraction(0))
        steps = ((t1 - t0) * slope for (t0, t1), slope in zip(pairwise(t), slopes[1:-1], strict=True))
        return Vertices(t, list(accumulate(steps, initial=first)), slopes[0], slopes[-1])


def right_facing(f: Vertices, start: Fraction, stop: Fraction) -> HingeSum:
    """Give the sum equal to f on [start, stop]: one right-facing hinge for each piece of f there."""
    kinks = [start, *(t for t in f.t if start < t < stop)]
    slopes = [f.slopes[bisect_right(f.t, t)] for t in kinks]
    changes = [slopes[0], *(after - before for before, after in pairwise(slopes))]
    return HingeSum([Term(t, c) for t, c in zip(kinks, changes, strict=True)], f.at(start))


def facing_away(f: Vertices, anchor: int) -> HingeSum:
    """Give the sum equal to f on the whole line, of hinges that face away from f's vertex number `anchor`.

    Vertices left of the anchor face left and the others right. The anchor itself needs a hinge on a side
    only where f's slope next to it is not zero.
    """
    terms: list[Term] = []
    for i, (t, before, after) in enumerate(zip(f.t, f.slopes[:-1], f.slopes[1:], strict=True)):
        if i < anchor:
            terms.append(Term(t, after - before, left=True))
        elif i > anchor:
            terms.append(Term(t, after - before))
        else:
            terms += [Term(t, -before, left=True)] if before else []
            terms += [Term(t, after)] if after else []
    return HingeSum(terms, f.y[anchor])


def rounded_network(exact: HingeSum, function: Vertices, start: Fraction, stop: Fraction) -> Network:
    """Give the network of an exact sum, each weight rounded once, with a note of its error on [start, stop]."""
    terms = exact.terms or [Term(start, Fraction(0))]  # a constant keeps one idle unit: a layer needs one
    try:
        kinks = [float(term.kink) for term in terms]
        coefficients = [float(term.coefficient) for term in terms]
        bias = float(exact.bias)
    except OverflowError:
        raise InvalidInputError("a weight of the network is too large for float64: rescale the function") from None
    signs = [-1.0 if term.left else 1.0 for term in terms]
    rounded = HingeSum(
        [Term(Fraction(t), Fraction(c), term.left) for t, c, term in zip(kinks, coefficients, terms, strict=True)],
        Fraction(bias),
    )
    note = (
        f"as a sum of hinges in float64 it stays within {shown(_error_bound(rounded, function, start, stop))} "
        f"of the function on [{float(start):g}, {float(stop):g}]"
    )
    biases = [-sign * t + 0.0 for sign, t in zip(signs, kinks, strict=True)]  # + 0.0 turns -0.0 into 0.0
    weights = [np.array([signs]), np.array(coefficients).reshape(-1, 1)]
    return Network.dense(weights, [np.array(biases), np.array([bias])], notes=[note])


def _error_bound(rounded: HingeSum, function: Vertices, start: Fraction, stop: Fraction) -> Fraction:
    """Bound |float64 network - function| on [start, stop]: rounded weights, then rounded evaluation.

    The first is the largest difference of two piecewise-linear functions, found at their vertices. The second
    is gamma(n + 4) times the sum of the absolute terms (Higham, Accuracy and Stability of Numerical
    Algorithms, 2002, section 3.1), which is convex in x and so largest at an end.
    """
    difference = added(rounded.vertices(), scaled(function, Fraction(-1)))
    of_weights = abs(difference.at(start)) if start == stop else largest(difference, start, stop)
    absolute = HingeSum([Term(t.kink, abs(t.coefficient), t.left) for t in rounded.terms], abs(rounded.bias))
    steps = (len(rounded.terms) + 4) * UNIT_ROUNDOFF
    sizes = absolute.vertices()
    return of_weights + steps / (1 - steps) * max(sizes.at(start), sizes.at(stop))


def shown(bound: Fraction) -> str:
    """Give a bound with two digits, rounded up."""
    try:
        return f"{float(bound) * 1.05:.1e}" if bound else "0"
    except OverflowError:
        return "more than 1.8e308"
