"""The exact function along a line by walking it, in rational arithmetic.

At a place t the walker knows every pre-activation and its derivative to the right; the piece ends where the next
pre-activation reaches zero. No layer is propagated over the whole line, as the product does.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hinges.nets import Activation, Linear


@dataclass(frozen=True)
class Walk:
    """Where the pattern changes along the line: places in (0, 1), whose bits change there, outputs at all vertices."""

    places: list[Fraction]
    owners: list[set]  # of (layer, index)
    bends: list[bool]  # whether an output's slope changes there
    patterns: list[tuple]  # on each piece


def fractions(matrix):
    matrix = matrix.toarray() if hasattr(matrix, "toarray") else np.asarray(matrix)
    return [[Fraction(float(x)) for x in row] for row in np.atleast_2d(matrix)]


class Program:
    """A network of Linear nodes and relu, leaky_relu or linear activations, in fractions."""

    def __init__(self, network):
        self.nodes = []
        for node in network.nodes:
            if isinstance(node, Linear):
                matrices = [fractions(m) for m in node.matrices]
                self.nodes.append(("linear", node.sources, matrices, fractions(node.bias)[0]))
            else:
                assert isinstance(node, Activation)
                slope = {"relu": 0.0, "linear": 1.0}.get(node.kind, node.slope)
                slopes = [Fraction(float(s)) for s in np.broadcast_to(slope, (node.units,))]  # pyright: ignore[reportArgumentType, reportCallIssue]
                self.nodes.append(("switch", node.source, slopes))

    def sided(self, x, dx, side):
        """Give pre-activations, their derivatives and the outputs at x, moving by side * dx."""
        values, moves, bits, switches = [x], [[side * d for d in dx]], [], []
        for node in self.nodes:
            if node[0] == "linear":
                _, sources, matrices, bias = node
                z, dz = list(bias), [Fraction(0)] * len(bias)
                for source, matrix in zip(sources, matrices, strict=True):
                    for v, d, row in zip(values[source], moves[source], matrix, strict=True):
                        for j, w in enumerate(row):
                            if w:
                                z[j] += v * w
                                dz[j] += d * w
                values.append(z)
                moves.append(dz)
            else:
                z, dz = values[node[1]], moves[node[1]]
                on = [v > 0 or (v == 0 and d > 0) for v, d in zip(z, dz, strict=True)]
                bits.append(on)
                switches.append((z, dz))
                values.append([v if o else s * v for v, o, s in zip(z, on, node[2], strict=True)])
                moves.append([d if o else s * d for d, o, s in zip(dz, on, node[2], strict=True)])
        return bits, switches, values[-1], moves[-1]


def walk(network, start, end):
    """Give the walk from `start` to `end`."""
    program = Program(network)
    a = [Fraction(float(v)) for v in start]
    d = [Fraction(float(v)) - u for u, v in zip(a, end, strict=True)]

    def at(t):
        return [u + t * v for u, v in zip(a, d, strict=True)]

    t = Fraction(0)
    places, owners, bends = [], [], []
    bits, switches, _, slope = program.sided(at(t), d, 1)
    patterns = [bits]
    while True:
        events = [-z / dz for group in switches for z, dz in zip(*group, strict=True) if dz]
        ahead = [e for e in events if e > 0]
        t = min([t + e for e in ahead], default=Fraction(1))
        if t >= 1:
            break
        left, _, _, back = program.sided(at(t), d, -1)
        bits, switches, _, slope = program.sided(at(t), d, 1)
        changed = {
            (layer, i)
            for layer, (old, new) in enumerate(zip(left, bits, strict=True))
            for i, (o, n) in enumerate(zip(old, new, strict=True))
            if o != n
        }
        if changed:
            places.append(t)
            owners.append(changed)
            bends.append(any(r != -b for r, b in zip(slope, back, strict=True)))
            patterns.append(bits)
    flat = [tuple(b for layer in bits for b in layer) for bits in patterns]
    return Walk(places, owners, bends, flat)


def output_at(network, start, end, t):
    """Give the outputs at place t, exactly."""
    x = [Fraction(float(u)) + t * (Fraction(float(v)) - Fraction(float(u))) for u, v in zip(start, end, strict=True)]
    return Program(network).sided(x, [Fraction(0)] * len(x), 1)[2]
