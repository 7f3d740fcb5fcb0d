"""Cells of any piecewise-linear network on a rectangle of a plane, in rational arithmetic and node by node.

Every node of the network as it stands is a layer of its own here: nothing is fused. Every cell gets a point inside,
at which the network is evaluated one number after the other; states are read off there.
"""

from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from hinges.nets import Activation, Linear


def cells(network, base, bounds):
    """Give (polygon, output map) of every cell; a map is a tuple of rows (level, along s, along t)."""
    s0, s1, t0, t1 = (Fraction(float(b)) for b in bounds)
    inputs = [tuple(Fraction(float(row[i])) for row in base) for i in range(network.inputs)]
    nodes = [_exact(node) for node in network.nodes]
    done = []

    def go(polygon, values):
        i = len(values) - 1
        if i == len(nodes):
            done.append((polygon, tuple(values[-1])))
            return
        kind, node, numbers = nodes[i]
        if kind == "linear":
            go(polygon, [*values, _affine(numbers, [values[s] for s in node.sources])])
            return
        z = values[node.source]
        parts = [(polygon, [])]
        for unit in range(node.units):
            rivals = [z[e] for e in node.groups[unit].tolist()] if kind == "max" else [z[unit], numbers[unit]]
            parts = [(p, [*chosen, c]) for old, chosen in parts for p, c in _choices(kind, rivals, old)]
        for part, chosen in parts:
            go(part, [*values, chosen])

    go([(s0, t0), (s1, t0), (s1, t1), (s0, t1)], [inputs])
    assert sum(area(polygon) for polygon, _ in done) == (s1 - s0) * (t1 - t0)
    return done


@cache
def _exact(node) -> Any:
    if isinstance(node, Linear):
        matrices = [m.toarray() if hasattr(m, "tocsr") else m for m in node.matrices]
        rows = [[[(i, Fraction(w)) for i, w in enumerate(column) if w] for column in m.T.tolist()] for m in matrices]
        return "linear", node, (rows, [Fraction(b) for b in node.bias.tolist()])
    if isinstance(node, Activation):
        slope: Any = {"linear": 1.0, "relu": 0.0}.get(node.kind, node.slope)
        slopes = np.broadcast_to(slope, node.units).tolist()
        return "switch", node, [Fraction(s) for s in slopes]
    return "max", node, None


def _affine(numbers, sources):
    matrices, bias = numbers
    result = []
    for unit, b in enumerate(bias):
        level, s, t = b, Fraction(0), Fraction(0)
        for columns, source in zip(matrices, sources, strict=True):
            for i, w in columns[unit]:
                level, s, t = level + w * source[i][0], s + w * source[i][1], t + w * source[i][2]
        result.append((level, s, t))
    return result


def _choices(kind, rivals, polygon):
    """Give the parts of a polygon, each with the form that a unit has there."""
    if kind == "switch":
        z, slope = rivals
        if not any(z) or slope == 1:
            return [(polygon, z)]
        heights = _heights(z, polygon)
        below = tuple(slope * number for number in z)
        parts = [(half(polygon, heights), z), (half(polygon, [-h for h in heights]), below)]
        return [(part, form) for part, form in parts if part]
    found = []
    different = list(dict.fromkeys(rivals))
    heights = [_heights(form, polygon) for form in different]
    for i, form in enumerate(different):
        part = polygon
        for j, other in enumerate(different):
            if part and i != j:
                same = part is polygon
                ahead = [a - b for a, b in zip(heights[i], heights[j], strict=True)] if same else None
                difference = tuple(a - b for a, b in zip(form, other, strict=True))
                part = half(part, ahead or _heights(difference, part))
        if part:
            found.append((part, form))
    return found


def _heights(form, polygon):
    return [form[0] + form[1] * s + form[2] * t for s, t in polygon]


def half(polygon, heights):
    """Give the part of a polygon where a form, of which the heights at the corners are given, is at least 0."""
    if all(h >= 0 for h in heights):
        return polygon if any(heights) else None
    if not any(h > 0 for h in heights):
        return None
    kept = []
    for i, (p, h) in enumerate(zip(polygon, heights, strict=True)):
        q, g = polygon[i - 1], heights[i - 1]
        if g * h < 0:
            part = g / (g - h)
            kept.append((q[0] + part * (p[0] - q[0]), q[1] + part * (p[1] - q[1])))
        if h >= 0:
            kept.append(p)
    return kept


def area(polygon):
    """Give the area of a polygon, counterclockwise."""
    return sum(p[0] * q[1] - q[0] * p[1] for p, q in zip(polygon, polygon[1:] + polygon[:1], strict=True)) / 2


def middle(polygon):
    """Give a point inside a convex polygon."""
    return tuple(sum(p[k] for p in polygon) / len(polygon) for k in range(2))


def values_at(network, base, point):
    """Give every value of the network at a point (s, t) of the plane, in rational numbers."""
    s, t = point
    rows = [[Fraction(float(x)) for x in row] for row in base]
    values = [[o + s * u + t * v for o, u, v in zip(*rows, strict=True)]]
    for node in network.nodes:
        kind, node, numbers = _exact(node)  # noqa: PLW2901
        if kind == "linear":
            matrices, bias = numbers
            total = []
            for unit, b in enumerate(bias):
                total.append(
                    b
                    + sum(
                        w * values[source][i]
                        for columns, source in zip(matrices, node.sources, strict=True)
                        for i, w in columns[unit]
                    )
                )
            values.append(total)
        elif kind == "switch":
            values.append([z if z > 0 else slope * z for z, slope in zip(values[node.source], numbers, strict=True)])
        else:
            values.append([max(values[node.source][e] for e in group) for group in node.groups.tolist()])
    return values


def linear_count(found):
    """Give how many sets of cells, joined across stretches of their sides, have one map each."""
    parent = list(range(len(found)))

    def root(i):
        while parent[i] != i:
            i = parent[i]
        return i

    by_map = {}
    for i, (_, form) in enumerate(found):
        by_map.setdefault(form, []).append(i)
    for same in by_map.values():
        for a in same:
            for b in same:
                if b < a and root(a) != root(b) and _share_a_side(found[a][0], found[b][0]):
                    parent[root(a)] = root(b)
    return len({root(i) for i in range(len(found))})


def _share_a_side(one, two):
    for a, b in zip(one, one[1:] + one[:1], strict=True):
        for c, d in zip(two, two[1:] + two[:1], strict=True):
            along = (b[0] - a[0], b[1] - a[1])
            if any(along[0] * (p[1] - a[1]) != along[1] * (p[0] - a[0]) for p in (c, d)):
                continue
            at = sorted(along[0] * (p[0] - a[0]) + along[1] * (p[1] - a[1]) for p in (c, d))
            if max(at[0], 0) < min(at[1], along[0] ** 2 + along[1] ** 2):
                return True
    return False
