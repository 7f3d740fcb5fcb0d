"""Mesh: a rectangle of a plane as half-edges, and the arrays of the layer by which it is being cut."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats

Arrays = dict[str, NDArray[Any]]

# What each array is long in, how many columns it has (0: none), and its type.
HALF_EDGES = {"half": (4, np.int64)}
EDGES = {"edge": (2, np.int64), "off": (0, np.float64)}
VERTICES = {
    "node": (2, np.int64),
    "xy": (2, np.float64),
    "error": (3, np.float64),
    "origin": (2, np.int64),
    "path": (1, np.uint64),
    "flags": (0, np.int64),
    "z": (1, np.float64),
    "pos": (1, np.uint64),
    "neg": (1, np.uint64),
}
FACES = {"face": (3, np.int64), "pairs": (2, np.int64), "bits": (1, np.uint64)}

FIELDS = (
    *("half", "edge", "node", "face", "bits", "xy", "error", "off", "origin", "path"),
    *("z", "pos", "neg", "flags", "pairs", "lists", "scale", "limits", "mask", "state"),
)
STATE = 11
V, E, F = 0, 1, 2  # places in the state
ORG, NXT, PRV, FAC = range(4)
BORDERS = ((0, 2), (1, 2), (1, 3), (0, 3))  # the two sides of the rectangle that meet in each corner


@dataclass
class Mesh:
    """The arrays by name; see `hinges.analysis._kernels` for how they hang together.

    half: origin, next, previous and face of each half-edge. edge: whose zero line it is part of (-1 to -4: the sides
    s = s0, s = s1, t = t0, t = t1). off: how far it may be from that line. node: a half-edge from each vertex. face:
    one of each face. bits: which units are on, (F, words). xy: (V, 2). error: how far xy may be from the vertex, and
    what z may be off by as a value at xy: each unit, times `scale`, and the row's norm. z: (V, units) of the layer at
    work. pos, neg: its signs. origin: of each vertex the owners of the two lines that meet there. path: the bits of
    a face beside it when it was made.
    """

    arrays: Arrays

    @property
    def state(self) -> NDArray[np.int64]:
        """The numbers of the state."""
        return self.arrays["state"]

    @property
    def vertices(self) -> int:
        """How many vertices there are."""
        return int(self.state[V])

    @property
    def edges(self) -> int:
        """How many edges there are."""
        return int(self.state[E])

    @property
    def faces(self) -> int:
        """How many faces there are, the outside not counted."""
        return int(self.state[F])

    def bundle(self) -> tuple[NDArray[Any], ...]:
        """Give the arrays in the order in which the kernels take them."""
        arrays = self.arrays
        return tuple([arrays[name] for name in FIELDS])

    def room(self) -> tuple[int, int, int]:
        """Give for how many vertices, edges and faces there is room."""
        return len(self.arrays["node"]), len(self.arrays["edge"]), len(self.arrays["face"])

    def grow(self, vertices: int, edges: int, faces: int) -> None:
        """Make room for at least so many of each."""
        for group, size, used in (
            (HALF_EDGES, 2 * edges, 2 * self.edges),
            (EDGES, edges, self.edges),
            (VERTICES, vertices, self.vertices),
            (FACES, faces, self.faces),
        ):
            for name in group:
                old = self.arrays[name]
                if len(old) < size:
                    new = np.empty((size, *old.shape[1:]), old.dtype)
                    new[:used] = old[:used]
                    self.arrays[name] = new

    def grow_by_half(self) -> None:
        """Make room where it has run out."""
        used = self.vertices, self.edges, self.faces
        self.grow(*(room + (room + n) // 2 for room, n in zip(self.room(), used, strict=True)))

    def start_layer(self, scale: Floats, limits: Floats, mask: NDArray[np.uint64], first: int) -> None:
        """Take the arrays of a layer; its pre-activations are filled in afterwards."""
        a, n, units = self.arrays, self.room()[0], len(scale)
        a["z"] = np.empty((n, units))
        a["pos"], a["neg"] = np.zeros((n, len(mask)), np.uint64), np.zeros((n, len(mask)), np.uint64)
        a["scale"], a["limits"], a["mask"] = np.zeros((units, 2)), limits, mask
        a["scale"][:, 0] = scale
        np.divide(1.0, scale, out=a["scale"][:, 1], where=scale > 0)
        a["lists"] = np.empty((units, 3), np.int64)
        self.state[3:6] = 0
        self.state[7] = first


def rectangle(bounds: tuple[float, float, float, float], words: int, room: int) -> Mesh:
    """Give the mesh of one face, with room for so many vertices."""
    s0, s1, t0, t1 = bounds
    a: Arrays = {}
    for group, size in ((HALF_EDGES, 4 * room), (EDGES, 2 * room), (VERTICES, room), (FACES, room)):
        for name, (columns, kind) in group.items():
            a[name] = np.zeros((size, columns) if columns else size, kind)
    a["bits"], a["path"] = np.zeros((room, words), np.uint64), np.zeros((room, words), np.uint64)
    a["state"] = np.zeros(STATE, np.int64)
    a["state"][:3] = 4, 4, 1
    a["xy"][:4] = [[s0, t0], [s1, t0], [s1, t1], [s0, t1]]
    half = a["half"]
    for i in range(4):  # inside half-edge 2i goes from corner i to the next, 2i + 1 back
        j, k = (i + 1) % 4, (i + 3) % 4
        half[2 * i] = i, 2 * j, 2 * k, 0
        half[2 * i + 1] = j, 2 * k + 1, 2 * j + 1, -1
        a["node"][i, 0] = 2 * i
        a["edge"][i, 0] = (-3, -2, -4, -1)[i]
        a["origin"][i] = (-1 - BORDERS[i][0], -1 - BORDERS[i][1])
    return Mesh(a)
