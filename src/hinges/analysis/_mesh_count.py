"""count: the regions of a chain counted part by part, so that memory stays bounded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges.analysis._certificate import Certificate
from hinges.analysis._exact_plane import ExactPlane
from hinges.analysis._mesh import EDGES, VERTICES, Mesh
from hinges.analysis._mesh_chain import Chain
from hinges.analysis._mesh_cut import Bounds, Cutter, load
from hinges.analysis._mesh_linear import linear_regions
from hinges.analysis._mesh_tile import tile, tiling

PART = 2000  # faces that go on together
NUMBERS = 2**22  # pre-activations to begin with in one part
UNLIMITED = 2**62


@dataclass(frozen=True, eq=False)
class Count:
    """What was counted: `area` is the share of the rectangle that is done, `remaining` goes on with the rest."""

    activation: int
    linear: int | None
    area: float
    certificate: Certificate
    remaining: "Counter | None"


def count_chain(chain: Chain, bounds: Bounds, most: int, *, linear: bool) -> Count:
    """Count activation regions and, if asked for, linear regions, up to `most` or somewhat more.

    After any layer the faces are independent: they go on in parts, depth first, and what is done is forgotten.
    Linear regions reach from part to part: for them the whole mesh is kept, though not what was computed on it.

    Raises:
        TooManyRegionsError: linear regions are asked for and there are more activation regions than `most`.
    """
    if not linear:
        return Counter(chain, bounds).run(most)
    found = tile(chain, bounds, most)
    joined = linear_regions(chain, ExactPlane(chain, bounds), found)
    numbers = found.unresolved + joined.unresolved, found.exact + joined.exact, found.mixed
    off = abs(float(np.sum(found.areas)) / _area(bounds) - 1.0)
    return Count(found.regions, joined.count, 1.0, _certificate(off, numbers, whole=found.whole), None)


def _area(bounds: Bounds) -> float:
    return (bounds[1] - bounds[0]) * (bounds[3] - bounds[2])


def _certificate(off: float, numbers: tuple[int, int, int], *, whole: bool) -> Certificate:
    unresolved, exact, mixed = numbers
    return Certificate(unresolved, exact, whole, None, None, off, mixed)


class Counter:
    """A stack of meshes that wait to be cut further, and what was counted so far."""

    def __init__(self, chain: Chain, bounds: Bounds) -> None:
        self.cutter = Cutter(chain, bounds, UNLIMITED)
        self.count = self.mixed = 0
        self.area = 0.0
        switching = [i for i, stage in enumerate(chain.stages) if stage.switches]
        self.last = switching[-1] if switching else -1
        self.part = max(16, min(PART, NUMBERS // max(stage.units for stage in chain.stages)))
        self.waiting: list[tuple[Mesh, int, list[NDArray[np.int64]]]] = [
            (self.cutter.start(), 0, [np.zeros(1, np.int64)])
        ]

    @np.errstate(over="ignore", invalid="ignore")
    def run(self, most: int) -> Count:
        """Count until all is done, or at least `most` more regions."""
        least = self.count + most
        while self.waiting and self.count < least:
            mesh, stage, parts = self.waiting[-1]
            if parts:
                self._go_on(extract(mesh, parts.pop()), stage)
            else:
                self.waiting.pop()
        while self.waiting and not self.waiting[-1][2]:
            self.waiting.pop()
        share = self.area / _area(self.cutter.bounds)
        numbers = self.cutter.unresolved, self.cutter.exact_vertices, self.mixed
        remaining = self if self.waiting else None
        certificate = _certificate(0.0 if remaining else abs(share - 1.0), numbers, whole=False)
        return Count(self.count, None, share if remaining else 1.0, certificate, remaining)

    def _go_on(self, mesh: Mesh, stage: int) -> None:
        """Cut a mesh layer by layer until it is done or too large to go on in one."""
        while stage <= self.last:
            self.cutter.advance(mesh, stage, last=stage == self.last)
            stage += 1
            if mesh.faces > 2 * self.part and stage <= self.last:
                self.waiting.append((mesh, stage, parts_of(mesh, self.part)))
                return
        self.count += mesh.faces
        found = tiling(self.cutter, mesh, None)
        self.mixed += found.mixed
        self.area += float(np.sum(found.areas))


def parts_of(mesh: Mesh, size: int) -> list[NDArray[np.int64]]:
    """Give the faces in compact groups of at most `size`: strips across, each in pieces."""
    a = mesh.arrays
    starts, corners, _ = load().polygons(a["half"], a["face"], a["xy"], mesh.faces)
    places = a["xy"][corners]
    middle = np.add.reduceat(places, starts[:-1]) / np.diff(starts)[:, None]
    groups = -(-mesh.faces // size)
    strips = max(1, round(groups**0.5))
    result: list[NDArray[np.int64]] = []
    for strip in np.array_split(np.argsort(middle[:, 0], kind="stable"), strips):
        order = strip[np.argsort(middle[strip, 1], kind="stable")]
        result.extend(np.array_split(order, max(1, -(-len(order) // size))))
    return result


def extract(mesh: Mesh, faces: NDArray[np.int64]) -> Mesh:
    """Give some faces as a mesh of their own."""
    from hinges.analysis import _mesh_kernels as kernels

    a = mesh.arrays
    half, face, node, edges, vertices = kernels.part(a["half"][: 2 * mesh.edges], a["face"][: mesh.faces], faces)
    new = {"half": half, "face": face, "node": node, "bits": a["bits"][faces]}
    new["pairs"] = np.empty((len(faces), 2), np.int64)
    new.update({name: a[name][edges] for name in EDGES})
    new.update({name: a[name][vertices] for name in VERTICES if name != "node"})
    new["state"] = a["state"].copy()
    new["state"][:3] = len(vertices), len(edges), len(faces)
    new["state"][8] = 0
    new.update({name: a[name] for name in ("lists", "scale", "limits", "mask") if name in a})
    return Mesh(new)
