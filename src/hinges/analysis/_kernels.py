"""The compiled loops over a mesh of half-edges: a rectangle of a plane cut by the zero lines of layer after layer.

Half-edges 2e and 2e + 1 are the two sides of edge e; `nxt` and `prv` go round a face counterclockwise and `fac` is
the face, -1 outside. The sign of unit k at a vertex is bit k of `pos` or of `neg`, and zero where neither is set.
An edge waits in the list of the next unit whose sign differs between its ends, a vertex in that of the next unit
which is zero there, so that the work is proportional to what is cut.
"""

import importlib
import math
from typing import Any, NamedTuple

import numpy as np

numba: Any = importlib.import_module("numba")


def cached(**options: Any) -> Any:
    """Give the decorator that compiles, and keeps the result on disk where there is a place for it."""

    def decorate(function: Any) -> Any:
        try:
            return numba.njit(cache=True, nogil=True, **options)(function)
        except RuntimeError:  # neither the package's directory nor the user's cache can be written to
            return numba.njit(nogil=True, **options)(function)

    return decorate


njit = cached()
inner = numba.njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)  # called by the others alone
FAST = {"reassoc", "nnan", "nsz", "contract"}
fast = cached(fastmath=FAST)

# The numbers of the state: how many vertices, edges and faces, the unit at work and its phase, flagged vertices,
# the last stamp, the first global number of the layer's units, faces that took both signs, the first new vertex,
# faces to be cut.
VERTICES, EDGES, FACES, UNIT, PHASE, FLAGS, STAMP, FIRST, MIXED, NEW, PAIRS = range(11)
DONE, GROW, RESOLVE, FULL = range(4)
# The columns of the arrays.
ORG, NXT, PRV, FAC = range(4)
OWN, WAITS = range(2)
OUT, TOUCHES = range(2)
INSIDE, STAMPED, MARK = range(3)
SLIP, ROW, ALL = range(3)
FIRST_EDGE, WAITING, FIRST_VERTEX = range(3)
ROUNDING = 2.0**-53

_ONE, _ZERO, _ALL = np.uint64(1), np.uint64(0), np.uint64(2**64 - 1)
_DEBRUIJN, _TOP = np.uint64(0x03F79D71B4CB0A89), np.uint64(58)
_PLACE = np.zeros(64, np.int64)
for _i in range(64):
    _PLACE[((0x03F79D71B4CB0A89 << _i) & (2**64 - 1)) >> 58] = _i


class Arrays(NamedTuple):
    """The arrays of a mesh and of the layer at work; `hinges.analysis._mesh` says what each holds."""

    half: Any
    edge: Any
    node: Any
    face: Any
    bits: Any
    xy: Any
    error: Any
    off: Any
    origin: Any
    path: Any
    z: Any
    pos: Any
    neg: Any
    flags: Any
    pairs: Any
    lists: Any
    scale: Any
    limits: Any
    mask: Any
    state: Any


@inner
def _lowest(word: Any) -> Any:
    return _PLACE[((word & (~word + _ONE)) * _DEBRUIJN) >> _TOP]


@inner
def _cross(m: Arrays, a: int, b: int, i: int) -> Any:
    return (m.pos[a, i] & m.neg[b, i]) | (m.neg[a, i] & m.pos[b, i])


@inner
def _next_crossing(m: Arrays, a: int, b: int, start: int) -> int:
    """Give the first unit from `start` whose sign differs between two vertices, or -1."""
    i, words = start >> 6, m.mask.shape[0]
    if i >= words:
        return -1
    word = _cross(m, a, b, i) & (_ALL << np.uint64(start & 63))
    while word == _ZERO:
        i += 1
        if i == words:
            return -1
        word = _cross(m, a, b, i)
    return (i << 6) + _lowest(word)


@inner
def _next_zero(m: Arrays, v: int, start: int) -> int:
    """Give the first switch from `start` that is zero at a vertex, or -1."""
    i, words = start >> 6, m.mask.shape[0]
    if i >= words:
        return -1
    word = ~(m.pos[v, i] | m.neg[v, i]) & m.mask[i] & (_ALL << np.uint64(start & 63))
    while word == _ZERO:
        i += 1
        if i == words:
            return -1
        word = ~(m.pos[v, i] | m.neg[v, i]) & m.mask[i]
    return (i << 6) + _lowest(word)


@inner
def _sign(m: Arrays, v: int, k: int) -> int:
    i, bit = k >> 6, _ONE << np.uint64(k & 63)
    if m.pos[v, i] & bit:
        return 1
    return -1 if m.neg[v, i] & bit else 0


@inner
def _edge_waits(m: Arrays, edge: int, start: int) -> None:
    k = _next_crossing(m, m.half[2 * edge, ORG], m.half[2 * edge + 1, ORG], start)
    if k >= 0:
        m.edge[edge, WAITS] = m.lists[k, FIRST_EDGE]
        m.lists[k, FIRST_EDGE] = edge
        m.lists[k, WAITING] += 1


@inner
def _vertex_waits(m: Arrays, v: int, start: int) -> None:
    k = _next_zero(m, v, start)
    if k >= 0:
        m.node[v, TOUCHES] = m.lists[k, FIRST_VERTEX]
        m.lists[k, FIRST_VERTEX] = v


@njit
def queue(arrays: Any) -> None:
    """Let every edge and every vertex wait for the first unit that concerns it."""
    m = Arrays(*arrays)
    for k in range(m.lists.shape[0]):
        m.lists[k, FIRST_EDGE] = m.lists[k, FIRST_VERTEX] = -1
        m.lists[k, WAITING] = 0
    for edge in range(m.state[EDGES]):
        _edge_waits(m, edge, m.state[UNIT])
    for v in range(m.state[VERTICES]):
        _vertex_waits(m, v, m.state[UNIT])


@fast
def _between(z: Any, a: int, b: int, w: int, t: float) -> None:
    """Fill row w between two others."""
    for k in range(z.shape[1]):
        z[w, k] = z[a, k] + t * (z[b, k] - z[a, k])


@inner
def _new_vertex(m: Arrays, a: int, b: int, w: int, k: int, off: float) -> float:  # noqa: PLR0917
    """Put vertex w where unit k is zero between a and b; give by how much of the edge it may be off along it.

    A row and its place (s, t) are mixed with the same weights, and what is mixed is affine: so the error of a row as
    a value at its stored place does not grow when vertices are put between vertices. The stored place is off by what
    the edge is off across, and by that error over the unit's growth along.
    """
    za, zb = m.z[a, k], m.z[b, k]
    t = za / (za - zb) if za != zb else 0.5
    t = min(max(t, 0.0), 1.0)
    _between(m.z, a, b, w, t)
    m.xy[w, 0] = m.xy[a, 0] + t * (m.xy[b, 0] - m.xy[a, 0])
    m.xy[w, 1] = m.xy[a, 1] + t * (m.xy[b, 1] - m.xy[a, 1])
    tiny = 4.0 * ROUNDING * (abs(m.xy[w, 0]) + abs(m.xy[w, 1]))
    grow = 1.0 + 4.0 / (m.z.shape[1] + 32.0)  # the row's own rounding, against that which is in its bound already
    m.error[w, ROW] = grow * ((1.0 - t) * m.error[a, ROW] + t * m.error[b, ROW]) + m.limits[0] * tiny
    m.error[w, ALL] = grow * ((1.0 - t) * m.error[a, ALL] + t * m.error[b, ALL]) + m.limits[1] * tiny
    across = (m.error[w, ROW] + m.limits[0] * off) * m.scale[k, 0]
    along = across / abs(za - zb) if across < abs(za - zb) else 1.0
    m.error[w, SLIP] = along * math.hypot(m.xy[b, 0] - m.xy[a, 0], m.xy[b, 1] - m.xy[a, 1]) + off + tiny
    return along


@inner
def _inherit_signs(m: Arrays, a: int, b: int, w: int, k: int, along: float, off: float) -> bool:  # noqa: PLR0917
    """Set the signs of a new vertex on unit k's line: only units that differ between its ends need a decision."""
    flagged = False
    for i in range(m.mask.shape[0]):
        cross = _cross(m, a, b, i)
        above = (m.pos[a, i] | m.pos[b, i]) & ~cross
        below = (m.neg[a, i] | m.neg[b, i]) & ~cross
        if i == k >> 6:
            cross &= ~(_ONE << np.uint64(k & 63))
        while cross != _ZERO:
            place = _lowest(cross)
            bit = _ONE << np.uint64(place)
            cross &= ~bit
            j = (i << 6) + place
            bound = (m.error[w, ROW] + m.limits[0] * off) * m.scale[j, 0] + along * abs(m.z[b, j] - m.z[a, j])
            if m.z[w, j] > bound:
                above |= bit
            elif m.z[w, j] < -bound:
                below |= bit
            else:
                flagged = True
        m.pos[w, i] = above
        m.neg[w, i] = below
    m.z[w, k] = 0.0
    return flagged


@inner
def _split(m: Arrays, edge: int, w: int, new: int) -> None:
    """Put vertex w on an edge, which becomes edge and `new`."""
    h, t = 2 * edge, 2 * edge + 1
    g, u = 2 * new, 2 * new + 1
    b = m.half[t, ORG]
    m.half[g, ORG], m.half[u, ORG], m.half[t, ORG] = w, b, w
    after, before = m.half[h, NXT], m.half[t, PRV]
    m.half[h, NXT], m.half[g, PRV], m.half[g, NXT], m.half[after, PRV] = g, h, after, g
    m.half[before, NXT], m.half[u, PRV], m.half[u, NXT], m.half[t, PRV] = u, before, t, u
    m.half[g, FAC], m.half[u, FAC], m.edge[new, OWN] = m.half[h, FAC], m.half[t, FAC], m.edge[edge, OWN]
    m.off[new] = m.off[edge]
    m.node[w, OUT] = g
    if m.node[b, OUT] == t:
        m.node[b, OUT] = u


@inner
def _cross_edges(m: Arrays, k: int) -> None:
    """Put a vertex on every edge that unit k crosses."""
    s = m.state
    s[NEW], s[FLAGS] = s[VERTICES], 0
    edge = m.lists[k, FIRST_EDGE]
    while edge >= 0:
        following = m.edge[edge, WAITS]
        a, b, w = m.half[2 * edge, ORG], m.half[2 * edge + 1, ORG], s[VERTICES]
        along = _new_vertex(m, a, b, w, k, m.off[edge])
        if _inherit_signs(m, a, b, w, k, along, m.off[edge]):
            m.flags[s[FLAGS]] = w
            s[FLAGS] += 1
        face = m.half[2 * edge, FAC]
        m.origin[w, 0], m.origin[w, 1] = m.edge[edge, OWN], s[FIRST] + k
        face = face if face >= 0 else m.half[2 * edge + 1, FAC]
        for i in range(m.path.shape[1]):
            m.path[w, i] = m.bits[face, i]
        _split(m, edge, w, s[EDGES])
        s[VERTICES] += 1
        s[EDGES] += 1
        edge = following


@inner
def _visit(m: Arrays, v: int, k: int) -> None:
    """Look at the faces round a vertex where unit k is zero; note those whose second such vertex it is."""
    first = m.node[v, OUT]
    h = first
    while True:
        f = m.half[h, FAC]
        if f >= 0:
            if m.face[f, STAMPED] != m.state[STAMP]:
                m.face[f, STAMPED], m.face[f, MARK] = m.state[STAMP], h
            elif _sign(m, m.half[h ^ 1, ORG], k) * _sign(m, m.half[m.face[f, MARK] ^ 1, ORG], k) < 0:
                m.pairs[m.state[PAIRS], 0], m.pairs[m.state[PAIRS], 1] = m.face[f, MARK], h
                m.state[PAIRS] += 1
        h = m.half[h ^ 1, NXT]
        if h == first:
            break


@inner
def _pairs(m: Arrays, k: int) -> int:
    """Find the faces that unit k cuts, and between which of their half-edges."""
    m.state[STAMP] += 1
    m.state[PAIRS] = 0
    v = m.lists[k, FIRST_VERTEX]
    while v >= 0:
        _visit(m, v, k)
        v = m.node[v, TOUCHES]
    for v in range(m.state[NEW], m.state[VERTICES]):
        _visit(m, v, k)
    return m.state[PAIRS]


@inner
def _off(m: Arrays, first: int, second: int, k: int) -> float:
    """Give how far unit k's zero line may be from the chord: the error at its ends over the unit's growth."""
    v, w = m.half[first, ORG], m.half[second, ORG]
    error = max(m.error[v, ROW], m.error[w, ROW]) * m.scale[k, 0]
    growth = 0.0
    h = m.half[first, NXT]
    while h != first:
        c = m.half[h, ORG]
        far = math.hypot(m.xy[c, 0] - m.xy[v, 0], m.xy[c, 1] - m.xy[v, 1])
        growth = max(growth, (abs(m.z[c, k]) - error) / far if far > 0.0 else 0.0)
        h = m.half[h, NXT]
    return error / growth if growth > 0.0 else error


@inner
def _chord(m: Arrays, first: int, second: int, k: int) -> None:
    """Cut the face between the origins of two of its half-edges."""
    s = m.state
    new, face, other = s[EDGES], m.half[first, FAC], s[FACES]
    c, d = 2 * new, 2 * new + 1
    off = _off(m, first, second, k)
    before, behind = m.half[first, PRV], m.half[second, PRV]
    m.half[c, ORG], m.half[d, ORG] = m.half[second, ORG], m.half[first, ORG]
    m.half[behind, NXT], m.half[c, PRV], m.half[c, NXT], m.half[first, PRV] = c, behind, first, c
    m.half[before, NXT], m.half[d, PRV], m.half[d, NXT], m.half[second, PRV] = d, before, second, d
    m.half[c, FAC], m.face[face, INSIDE], m.face[other, INSIDE] = face, c, d
    h = d
    while True:
        m.half[h, FAC] = other
        h = m.half[h, NXT]
        if h == d:
            break
    for i in range(m.bits.shape[1]):
        m.bits[other, i] = m.bits[face, i]
    m.face[other, STAMPED] = 0
    m.edge[new, OWN] = s[FIRST] + k
    m.off[new] = off
    s[EDGES] += 1
    s[FACES] += 1


@inner
def _finish_unit(m: Arrays, k: int, count: int, first_edge: int) -> None:
    """Cut the faces, and let what is new wait for the units to come."""
    s = m.state
    for i in range(count):
        _chord(m, m.pairs[i, 0], m.pairs[i, 1], k)
    edge = m.lists[k, FIRST_EDGE]
    while edge >= 0:
        following = m.edge[edge, WAITS]
        _edge_waits(m, edge, k + 1)
        edge = following
    for new in range(first_edge, s[EDGES]):
        _edge_waits(m, new, k + 1)
    v = m.lists[k, FIRST_VERTEX]
    while v >= 0:
        following = m.node[v, TOUCHES]
        _vertex_waits(m, v, k + 1)
        v = following
    for v in range(s[NEW], s[VERTICES]):
        _vertex_waits(m, v, k + 1)


@njit
def cut(arrays: Any, limit: int) -> int:
    """Cut the mesh by the units of the layer from state[UNIT] on, until all are done or somebody has to help.

    GROW: the arrays are full. RESOLVE: the signs of the flagged vertices have to be decided. FULL: more than
    `limit` faces.
    """
    m = Arrays(*arrays)
    s = m.state
    while s[UNIT] < m.z.shape[1]:
        k = s[UNIT]
        if s[PHASE] == 0:
            need = m.lists[k, WAITING]
            if s[VERTICES] + need > m.z.shape[0] or s[EDGES] + need > m.edge.shape[0]:
                return GROW
            _cross_edges(m, k)
            s[PHASE] = 1
            if s[FLAGS]:
                return RESOLVE
        count = _pairs(m, k)
        if s[FACES] + count > m.face.shape[0] or s[EDGES] + count > m.edge.shape[0]:
            return GROW
        _finish_unit(m, k, count, s[EDGES] - m.lists[k, WAITING])
        s[UNIT] += 1
        s[PHASE] = 0
        if s[FACES] > limit:
            return FULL
    return DONE
