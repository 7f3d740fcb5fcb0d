"""Oracles in rational arithmetic, written from the definitions and sharing nothing with the product's own."""

from fractions import Fraction
from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import given, settings

from hinges import Network, PiecewiseLinear
from hinges.nets import Activation, Linear

EIGHTHS = st.integers(-64, 64).map(lambda n: n / 8)
SMALL = st.integers(-4, 4).map(lambda n: n / 2)
# none so small that a slope exceeds float64
FLOATS = st.floats(-1e6, 1e6).map(lambda x: x if abs(x) > 1e-100 else 0.0)


def laws(*strategies):
    """Give the decorator that tries a law on thirty draws: rational arithmetic is slow, and the cases are small."""
    return lambda law: settings(max_examples=30)(given(*strategies)(law))


@st.composite
def functions(draw, most=6, numbers=EIGHTHS, slopes=SMALL):
    """Functions with a few vertices; eighths collide and cancel often."""
    t = sorted(draw(st.lists(numbers, min_size=1, max_size=most, unique=True)))
    y = draw(st.lists(numbers, min_size=len(t), max_size=len(t)))
    return PiecewiseLinear(t, y, draw(slopes), draw(slopes))


@st.composite
def dyadic_functions(draw, most=6):
    """Functions whose slopes too are dyadic numbers, so that their networks are exact."""
    t = sorted(draw(st.lists(EIGHTHS, min_size=1, max_size=most, unique=True)))
    slopes = draw(st.lists(SMALL, min_size=len(t) + 1, max_size=len(t) + 1))
    y = [draw(EIGHTHS)]
    for i in range(1, len(t)):
        y.append(y[-1] + slopes[i] * (t[i] - t[i - 1]))
    return PiecewiseLinear(t, y, slopes[0], slopes[-1])


def value(f: PiecewiseLinear, x: Fraction) -> Fraction:
    """Give f(x) by the two-point formula."""
    t, y = [Fraction(v) for v in f.breakpoints.tolist()], [Fraction(v) for v in f.values.tolist()]
    if x <= t[0]:
        return y[0] + Fraction(f.left_slope) * (x - t[0])
    if x >= t[-1]:
        return y[-1] + Fraction(f.right_slope) * (x - t[-1])
    right = next(i for i, point in enumerate(t) if point >= x)
    t0, t1, y0, y1 = t[right - 1], t[right], y[right - 1], y[right]
    return (y0 * (t1 - x) + y1 * (x - t0)) / (t1 - t0)


def probes(*functions_of_x, also=()) -> list[Fraction]:
    """Give all vertices, points between them and points far outside."""
    t = {Fraction(v) for f in functions_of_x for v in f.breakpoints.tolist()} | {Fraction(v) for v in also}
    rising = sorted(t)
    inside = [a + (b - a) * part for a, b in pairwise(rising) for part in PARTS]
    return [rising[0] - 10**6, rising[0] - 1, *rising, *inside, rising[-1] + 1, rising[-1] + 10**6]


PARTS = (Fraction(1, 3), Fraction(1, 2), Fraction(6, 7))


def forward(network: Network, x: Fraction) -> list[Fraction]:
    """Give the network's outputs at one input, one multiplication after the other."""
    values = [[x]]
    for node in network.nodes:
        if isinstance(node, Linear):
            total = [Fraction(b) for b in node.bias.tolist()]
            for source, matrix in zip(node.sources, node.matrices, strict=True):
                for i, row in enumerate(matrix.tolist()):
                    total = [was + values[source][i] * Fraction(w) for was, w in zip(total, row, strict=True)]
            values.append(total)
        elif isinstance(node, Activation):
            values.append([activated(node, z) for z in values[node.source]])
        else:
            values.append([max(values[node.source][i] for i in group) for group in node.groups.tolist()])
    return values[-1]


def activated(node: Activation, z: Fraction) -> Fraction:
    if node.kind == "linear" or z > 0:
        return z
    return z * Fraction(node.slope) if node.kind == "leaky_relu" else Fraction(0)
