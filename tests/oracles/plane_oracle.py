"""The activation regions of a network on a rectangle of a plane, by cutting polygons in rational arithmetic."""

from fractions import Fraction

import numpy as np
from line_oracle import Program


def _cut(polygon, z):
    """Give the parts of a convex polygon where the affine z is >= 0 and <= 0, each None where it has no area."""
    if all(v >= 0 for v in z):
        return (polygon if any(v > 0 for v in z) else None), (None if any(v > 0 for v in z) else polygon)
    if all(v <= 0 for v in z):
        return None, polygon
    above, below = [], []
    for i, (p, v) in enumerate(zip(polygon, z, strict=True)):
        q, w = polygon[i - 1], z[i - 1]
        if v * w < 0:
            s = v / (v - w)
            crossing = tuple(a + s * (b - a) for a, b in zip(p, q, strict=True))
            above.append(crossing)
            below.append(crossing)
        if v >= 0:
            above.append(p)
        if v <= 0:
            below.append(p)
    return above, below


def _area(polygon):
    return abs(sum(p[0] * q[1] - p[1] * q[0] for p, q in zip(polygon, polygon[1:] + polygon[:1], strict=True))) / 2


def cells(network, origin, u, v, bounds):
    """Give (pattern, polygon, output form (s, t, 1) -> outputs) of every activation region.

    A form holds three rows: how a value grows with s and with t, and what it is at the plane's origin.
    """
    program = Program(network)
    rows = [[Fraction(float(x)) for x in row] for row in (u, v, origin)]
    u0, u1, v0, v1 = (Fraction(float(b)) for b in bounds)
    square = [(u0, v0), (u1, v0), (u1, v1), (u0, v1)]
    done = []
    stack = [(square, [rows], 0, ())]
    while stack:
        polygon, values, at, pattern = stack.pop()
        if at == len(program.nodes):
            done.append((pattern, polygon, values[-1]))
            continue
        node = program.nodes[at]
        if node[0] == "linear":
            _, sources, matrices, bias = node
            form = [[Fraction(0)] * len(bias), [Fraction(0)] * len(bias), list(bias)]
            for source, matrix in zip(sources, matrices, strict=True):
                for k in range(3):
                    for x, row in zip(values[source][k], matrix, strict=True):
                        if x:
                            form[k] = [f + x * w for f, w in zip(form[k], row, strict=True)]
            stack.append((polygon, [*values, form], at + 1, pattern))
            continue
        z = values[node[1]]
        parts = [(polygon, ())]
        for s, t, c in zip(*z, strict=True):
            parts = [
                (part, (*bits, bit))
                for old, bits in parts
                for part, bit in zip(_cut(old, [s * x + t * y + c for x, y in old]), (True, False), strict=True)
                if part is not None
            ]
        for part, bits in parts:
            form = [
                [value if bit else slope * value for value, bit, slope in zip(row, bits, node[2], strict=True)]
                for row in z
            ]
            stack.append((part, [*values, form], at + 1, (*pattern, *bits)))  # pyright: ignore[reportArgumentType]
    total = sum(_area(polygon) for _, polygon, _ in done)
    assert total == (u1 - u0) * (v1 - v0)
    return done


def pattern_set(network, origin, u, v, bounds):
    """Give the set of activation patterns, each a tuple of bits, hidden layer after hidden layer."""
    found = [pattern for pattern, _, _ in cells(network, origin, u, v, bounds)]
    assert len(set(found)) == len(found)  # each is an intersection of half planes: convex, so connected
    return set(found)


def linear_count(network, origin, u, v, bounds):
    """Give the number of maximal connected sets with one affine map: regions joined across shared sides."""
    found = cells(network, origin, u, v, bounds)
    maps = [tuple(map(tuple, form)) for _, _, form in found]
    boxes = [np.array(polygon) for _, polygon, _ in found]
    parent = list(range(len(found)))

    def root(i):
        while parent[i] != i:
            i = parent[i]
        return i

    for i in range(len(found)):
        for j in range(i):
            if maps[i] == maps[j] and root(i) != root(j) and _touch(boxes[i], boxes[j]):
                parent[root(i)] = root(j)
    return len({root(i) for i in range(len(found))})


def _touch(p, q):
    """Tell whether two convex polygons that do not overlap share a stretch of a side."""
    for a, b in zip(p, np.roll(p, -1, axis=0), strict=True):
        d = b - a
        for c, e in zip(q, np.roll(q, -1, axis=0), strict=True):
            if d[0] * (c - a)[1] == d[1] * (c - a)[0] and d[0] * (e - a)[1] == d[1] * (e - a)[0]:
                at = sorted((d @ (c - a), d @ (e - a)))
                if max(at[0], 0) < min(at[1], d @ d):
                    return True
    return False
