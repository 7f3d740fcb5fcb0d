"""tile: the regions of a chain on a rectangle, by the mesh, or in integers while nothing is compiled yet."""

import sys
import time

import numpy as np

from hinges._arrays import Floats, frozen
from hinges.analysis._exact_plane import ExactPlane
from hinges.analysis._exact_tiling import exact_tiling
from hinges.analysis._mesh import Mesh
from hinges.analysis._mesh_chain import Chain, TooManyRegionsError
from hinges.analysis._mesh_cut import Bounds, Cutter, load
from hinges.analysis._mesh_tiling import Probe, Tiling

SMALL = 300  # regions up to which a plane is done in integers while the kernels are not loaded
WIDE = 20_000  # weights up to which that is quick
PATIENCE = 1.0  # seconds of integers in one process after which loading the kernels pays
PROBES = 8
KERNELS = "hinges.analysis._kernels"

_spent = [0.0]


@np.errstate(over="ignore", invalid="ignore")
def tile(chain: Chain, bounds: Bounds, most: int) -> Tiling:
    """Give the regions.

    Raises:
        TooManyRegionsError: there are more than `most`.
    """
    if _kernels_wait(chain):
        begin = time.perf_counter()
        try:
            return exact_tiling(ExactPlane(chain, bounds), min(SMALL, most))
        except TooManyRegionsError:
            if most <= SMALL:
                raise
        finally:
            _spent[0] += time.perf_counter() - begin
    cutter = Cutter(chain, bounds, most)
    mesh = cutter.start()
    switching = [i for i, stage in enumerate(chain.stages) if stage.switches]
    for i in range(switching[-1] + 1 if switching else 0):
        cutter.advance(mesh, i)
    return tiling(cutter, mesh, probe(cutter, mesh, switching[-1]) if switching else None)


def _kernels_wait(chain: Chain) -> bool:
    """Tell whether loading or compiling the kernels would take longer than doing without them."""
    if KERNELS in sys.modules or _spent[0] > PATIENCE:
        return False
    return sum(stage.weights.size for stage in chain.stages) <= WIDE


def tiling(cutter: Cutter, mesh: Mesh, found: Probe | None) -> Tiling:
    """Give what a mesh has come to."""
    a = mesh.arrays
    starts, corners, areas = load().polygons(a["half"], a["face"], a["xy"], mesh.faces)
    return Tiling(
        vertices=frozen(a["xy"][: mesh.vertices]),
        starts=frozen(starts),
        corners=frozen(corners),
        areas=frozen(areas),
        bits=frozen(a["bits"][: mesh.faces]),
        edges=mesh.edges,
        probe=found,
        exact=cutter.exact_vertices,
        unresolved=cutter.unresolved,
        mixed=int(mesh.state[load().MIXED]),
        whole=False,
    )


def probe(cutter: Cutter, mesh: Mesh, stage: int) -> Probe:
    """Give the outputs at the vertices of a mesh that has been cut by the last switching stage, or sums of them."""
    a, n, stages = mesh.arrays, mesh.vertices, cutter.chain.stages
    weights, bias = np.eye(stages[stage].units), np.zeros(stages[stage].units)
    for each in stages[stage + 1 :]:
        weights, bias = weights @ each.weights, bias @ each.weights + each.bias
    if weights.shape[1] > PROBES:
        mix = np.random.default_rng(0).choice([-1.0, 1.0], (weights.shape[1], PROBES))
        weights, bias = weights @ mix, bias @ mix
    norm = float(np.sqrt(np.einsum("ij,ij->", weights, weights)))
    gamma = sum(each.gamma for each in stages[stage:]) + len(bias) * 2.0**-52
    rows: Floats = a["z"][:n]
    error = a["error"][:n, 2] * norm + gamma * (a["error"][:n, 1] * norm + float(np.sqrt(bias @ bias)))
    return Probe(rows @ weights + bias, error)
