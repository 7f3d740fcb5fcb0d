"""More compiled loops over meshes, and the way to those that cut them: activations, faces, sides, parts."""

import math
from typing import Any

import numpy as np

from hinges.analysis import _kernels
from hinges.analysis._kernels import (
    FAC,
    FACES,
    FLAGS,
    INSIDE,
    MIXED,
    NXT,
    ORG,
    OUT,
    PRV,
    ROUNDING,
    ROW,
    SLIP,
    VERTICES,
    Arrays,
    fast,
    inner,
    njit,
)

GROW, RESOLVE, FULL = _kernels.GROW, _kernels.RESOLVE, _kernels.FULL
cut, queue = _kernels.cut, _kernels.queue
_ONE, _ZERO = np.uint64(1), np.uint64(0)


@inner
def _set_signs(m: Arrays, v: int, bias: Any) -> None:
    """Add the biases to the row of a vertex and set its signs; flag it where one is inside its error bound."""
    flagged = False
    n = m.z.shape[1]
    error = m.error[v, ROW]
    if error > 0.0:
        error += m.limits[0] * m.error[v, SLIP]
    for i in range(m.mask.shape[0]):
        above, below, low = _ZERO, _ZERO, i << 6
        for k in range(low, min(low + 64, n)):
            z = m.z[v, k] + bias[k]
            m.z[v, k] = z
            bound = error * m.scale[k, 0]
            bit = _ONE << np.uint64(k - low)
            if z > bound:
                above |= bit
            elif z < -bound:
                below |= bit
            elif bound != 0.0 and m.mask[i] & bit:
                flagged = True
        m.pos[v, i] = above & m.mask[i]
        m.neg[v, i] = below & m.mask[i]
    if flagged:
        m.flags[m.state[FLAGS]] = v
        m.state[FLAGS] += 1


@njit
def signs(arrays: Any, bias: Any) -> int:
    """Finish the pre-activations of a layer at all vertices and give how many vertices are flagged."""
    m = Arrays(*arrays)
    m.state[FLAGS] = 0
    for v in range(m.state[VERTICES]):
        _set_signs(m, v, bias)
    return m.state[FLAGS]


@njit
def face_bits(arrays: Any, word: int) -> None:
    """Write the units of the layer that are above zero on each face into its bits, from that word on."""
    m = Arrays(*arrays)
    for f in range(m.state[FACES]):
        for i in range(m.mask.shape[0]):
            above, below = _ZERO, _ZERO
            h = m.face[f, INSIDE]
            while True:
                above |= m.pos[m.half[h, ORG], i]
                below |= m.neg[m.half[h, ORG], i]
                h = m.half[h, NXT]
                if h == m.face[f, INSIDE]:
                    break
            m.bits[f, word + i] = above
            if above & below:
                m.state[MIXED] += 1


@fast
def activate(z: Any, rows: int, slope: Any) -> Any:
    """Apply the activation to rows of pre-activations in place and give the norm of each."""
    norms = np.empty(rows)
    for v in range(rows):
        total = 0.0
        for k in range(z.shape[1]):
            a = z[v, k]
            a = a if a > 0.0 else slope[k] * a
            z[v, k] = a
            total += a * a
        norms[v] = math.sqrt(total)
    return norms


@njit
def silent_rows(pos: Any, rows: int) -> Any:
    """Tell for each vertex whether no unit is above zero there."""
    silent = np.ones(rows, np.bool_)
    for v in range(rows):
        for i in range(pos.shape[1]):
            if pos[v, i] != _ZERO:
                silent[v] = False
    return silent


@inner
def _area(xy: Any, corners: Any, start: int, end: int) -> float:
    """Give the area of a polygon; relative to its first corner, so that a small one far away stays exact."""
    x, y = xy[corners[start], 0], xy[corners[start], 1]
    twice = 0.0
    for i in range(start + 1, end - 1):
        b, c = corners[i], corners[i + 1]
        twice += (xy[b, 0] - x) * (xy[c, 1] - y) - (xy[b, 1] - y) * (xy[c, 0] - x)
    return 0.5 * twice


@njit
def polygons(half: Any, face: Any, xy: Any, faces: int) -> tuple[Any, Any, Any]:
    """Give where each face's corners start, the corners, counterclockwise, and the areas."""
    starts = np.zeros(faces + 1, np.int64)
    for f in range(faces):
        first = face[f, INSIDE]
        h, count = half[first, NXT], 1
        while h != first:
            h, count = half[h, NXT], count + 1
        starts[f + 1] = starts[f] + count
    corners, areas = np.empty(starts[faces], np.int64), np.empty(faces)
    for f in range(faces):
        h = face[f, INSIDE]
        for i in range(starts[f], starts[f + 1]):
            corners[i] = half[h, ORG]
            h = half[h, NXT]
        areas[f] = _area(xy, corners, starts[f], starts[f + 1])
    return starts, corners, areas


@inner
def _apex(xy: Any, starts: Any, corners: Any, region: int, a: int, b: int) -> tuple[int, float]:  # noqa: PLR0917
    """Give the corner of a region that is farthest from the line through two others, and twice its area with them."""
    best, area = corners[starts[region]], 0.0
    for i in range(starts[region], starts[region + 1]):
        c = corners[i]
        cross = (xy[b, 0] - xy[a, 0]) * (xy[c, 1] - xy[a, 1]) - (xy[b, 1] - xy[a, 1]) * (xy[c, 0] - xy[a, 0])
        if abs(cross) > abs(area):
            best, area = c, cross
    return best, area


@inner
def _bend(xy: Any, probe: Any, a: int, b: int, c: int, d: int) -> bool:  # noqa: PLR0917
    """Tell whether the outputs at d are off the plane through those at a, b and c by more than they may be."""
    values, error = probe
    x, y = xy[b, 0] - xy[a, 0], xy[b, 1] - xy[a, 1]
    p, q = xy[c, 0] - xy[a, 0], xy[c, 1] - xy[a, 1]
    u, v = xy[d, 0] - xy[a, 0], xy[d, 1] - xy[a, 1]
    area = x * q - y * p
    if area == 0.0:
        return False
    along, across = (u * q - v * p) / area, (x * v - y * u) / area
    size = 1.0 + abs(along) + abs(across)
    # Each output is right, up to its error, at its stored place for the maps of all regions round the vertex; the
    # extension from three places to the fourth costs the rounding of its weights.
    rounding = 16.0 * ROUNDING * (math.hypot(x, y) * math.hypot(p, q) / abs(area)) * size
    bound = (error[a] + error[b] + error[c] + error[d]) * size
    for k in range(values.shape[1]):
        by, cy = values[b, k] - values[a, k], values[c, k] - values[a, k]
        miss = abs(values[d, k] - values[a, k] - along * by - across * cy)
        largest = abs(values[a, k]) + abs(values[d, k]) + abs(by) + abs(cy)
        if miss > bound + (rounding + 8.0 * ROUNDING * size) * largest:
            return True
    return False


@njit
def bends(polygons: Any, sides: Any, probe: Any, found: Any) -> None:
    """Set for each inner side whether the outputs at the vertices of its two regions prove that they bend there."""
    xy, starts, corners = polygons
    ends, regions = sides
    for i in range(len(found)):
        a, b = ends[i, 0], ends[i, 1]
        c, _ = _apex(xy, starts, corners, regions[i, 0], a, b)
        d, _ = _apex(xy, starts, corners, regions[i, 1], a, b)
        found[i] = _bend(xy, probe, a, b, c, d)


@inner
def _number(half: Any, face: Any, faces: Any, edge_of: Any, vertex_of: Any) -> tuple[int, int]:
    """Number the edges and vertices of some faces in the order in which they are met."""
    edges = vertices = 0
    for f in faces:
        first = face[f, INSIDE]
        h = first
        while True:
            if edge_of[h >> 1] < 0:
                edge_of[h >> 1] = edges
                edges += 1
            if vertex_of[half[h, ORG]] < 0:
                vertex_of[half[h, ORG]] = vertices
                vertices += 1
            h = half[h, NXT]
            if h == first:
                break
    return edges, vertices


@inner
def _outside(half: Any, face_of: Any, h: int) -> bool:
    return half[h, FAC] < 0 or face_of[half[h, FAC]] < 0


@inner
def _after_outside(half: Any, face_of: Any, h: int) -> int:
    """Give the outer half-edge that follows one: the next round its end whose other side is inside."""
    x = half[h, NXT]
    while not (_outside(half, face_of, x) and not _outside(half, face_of, x ^ 1)):
        x = half[x ^ 1, NXT]
    return x


@njit
def part(half: Any, face: Any, faces: Any) -> tuple[Any, Any, Any, Any, Any]:
    """Give some faces of a mesh as a mesh of their own: half-edges, faces, a half-edge of each vertex, old numbers."""
    edge_of, vertex_of = np.full(half.shape[0] // 2, -1, np.int64), np.full(half.shape[0], -1, np.int64)
    face_of = np.full(face.shape[0], -1, np.int64)
    for i in range(len(faces)):
        face_of[faces[i]] = i
    edges, vertices = _number(half, face, faces, edge_of, vertex_of)
    new_half, new_face = np.empty((2 * edges, 4), np.int64), np.zeros((len(faces), 3), np.int64)
    new_node = np.zeros((vertices, 2), np.int64)
    old_edge, old_vertex = np.empty(edges, np.int64), np.empty(vertices, np.int64)
    for h in range(half.shape[0]):
        if edge_of[h >> 1] < 0:
            continue
        g = 2 * edge_of[h >> 1] + (h & 1)
        old_edge[g >> 1] = h >> 1
        v = vertex_of[half[h, ORG]]
        old_vertex[v], new_node[v, OUT] = half[h, ORG], g
        outside = _outside(half, face_of, h)
        n = _after_outside(half, face_of, h) if outside else half[h, NXT]
        n = 2 * edge_of[n >> 1] + (n & 1)
        new_half[g, ORG], new_half[g, NXT], new_half[n, PRV] = v, n, g
        new_half[g, FAC] = -1 if outside else face_of[half[h, FAC]]
    for i in range(len(faces)):
        h = face[faces[i], INSIDE]
        new_face[i, INSIDE] = 2 * edge_of[h >> 1] + (h & 1)
    return new_half, new_face, new_node, old_edge, old_vertex
