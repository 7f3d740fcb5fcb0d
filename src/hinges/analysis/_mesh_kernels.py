"""More compiled loops over meshes: whether the output bends at a side; a part of a mesh as a mesh of its own."""

import math

import numpy as np

from hinges.analysis._kernels import FAC, INSIDE, NXT, ORG, OUT, PRV, ROUNDING, njit


@njit
def _apex(xy, starts, corners, region, a, b):
    """Give the corner of a region that is farthest from the line through two others, and twice its area with them."""
    best, area = corners[starts[region]], 0.0
    for i in range(starts[region], starts[region + 1]):
        c = corners[i]
        cross = (xy[b, 0] - xy[a, 0]) * (xy[c, 1] - xy[a, 1]) - (xy[b, 1] - xy[a, 1]) * (xy[c, 0] - xy[a, 0])
        if abs(cross) > abs(area):
            best, area = c, cross
    return best, area


@njit
def _bend(xy, probe, a, b, c, d):
    """Tell whether the outputs at d are off the plane through those at a, b and c by more than they may be."""
    values, error, slip, steepness = probe
    x, y = xy[b, 0] - xy[a, 0], xy[b, 1] - xy[a, 1]
    p, q = xy[c, 0] - xy[a, 0], xy[c, 1] - xy[a, 1]
    u, v = xy[d, 0] - xy[a, 0], xy[d, 1] - xy[a, 1]
    area = x * q - y * p
    if area == 0.0:
        return False
    along, across = (u * q - v * p) / area, (x * v - y * u) / area
    size = 1.0 + abs(along) + abs(across)
    # Each output is right at its stored place; the extension from places to places costs the rounding of the two
    # weights, and a stored place beside its region costs at most what the function can do on the way.
    rounding = 16.0 * ROUNDING * (math.hypot(x, y) * math.hypot(p, q) / abs(area)) * size
    far = (slip[a] + slip[b] + slip[c] + slip[d]) * 2.0 * steepness
    bound = (error[a] + error[b] + error[c] + error[d] + far) * size
    for k in range(values.shape[1]):
        by, cy = values[b, k] - values[a, k], values[c, k] - values[a, k]
        miss = abs(values[d, k] - values[a, k] - along * by - across * cy)
        largest = abs(values[a, k]) + abs(values[d, k]) + abs(by) + abs(cy)
        if miss > bound + (rounding + 8.0 * ROUNDING * size) * largest:
            return True
    return False


@njit
def bends(polygons, sides, probe, found):
    """Set for each inner side whether the outputs at the vertices of its two regions prove that they bend there."""
    xy, starts, corners = polygons
    ends, regions = sides
    for i in range(len(found)):
        a, b = ends[i, 0], ends[i, 1]
        c, _ = _apex(xy, starts, corners, regions[i, 0], a, b)
        d, _ = _apex(xy, starts, corners, regions[i, 1], a, b)
        found[i] = _bend(xy, probe, a, b, c, d)


@njit
def _number(half, face, faces, edge_of, vertex_of):
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


@njit
def _outside(half, face_of, h):
    return half[h, FAC] < 0 or face_of[half[h, FAC]] < 0


@njit
def _after_outside(half, face_of, h):
    """Give the outer half-edge that follows one: the next round its end whose other side is inside."""
    x = half[h, NXT]
    while not (_outside(half, face_of, x) and not _outside(half, face_of, x ^ 1)):
        x = half[x ^ 1, NXT]
    return x


@njit
def part(half, face, faces):
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
