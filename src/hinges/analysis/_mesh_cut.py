"""cut: the mesh of a chain on a rectangle, layer by layer, with every sign inside its error bound decided exactly."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._exact_plane import ExactPlane, pack
from hinges.analysis._mesh import Mesh, rectangle
from hinges.analysis._mesh_chain import ROUNDING, Chain, Stage, TooManyRegionsError, total_norm
from hinges.errors import InvalidInputError

Bounds = tuple[float, float, float, float]
ROOM = 256  # vertices to begin with
EXACT_WORK = 2e8  # products of integers that may be spent on vertices whose signs are in doubt


@dataclass(eq=False)
class Cutter:
    """What the cutting of one plane shares: the chain, its integers, and counts for the certificate."""

    chain: Chain
    bounds: Bounds
    limit: int
    exact: ExactPlane = field(init=False)
    first: tuple[Floats, Floats, float] = field(init=False)
    steepness: list[float] = field(init=False)
    exact_vertices: int = 0
    unresolved: int = 0
    work: float = field(default_factory=lambda: EXACT_WORK)

    def __post_init__(self) -> None:
        self.exact = ExactPlane(self.chain, self.bounds)
        self.first = self._first_forms()
        self.steepness = self._steepness()

    def _first_forms(self) -> tuple[Floats, Floats, float]:
        """Give the forms of the first stage, (3, units), the scale of their rounding, (units,), and its rate."""
        layer, base = self.chain.stages[0], self.chain.base
        forms = base @ layer.weights
        forms[0] += layer.bias
        norms = np.sqrt(np.einsum("ij,ij->j", layer.weights, layer.weights))
        return forms, norms * self.reach + np.abs(layer.bias), layer.gamma + 32 * ROUNDING

    @property
    def reach(self) -> float:
        """Bound the norm of the inputs on the rectangle."""
        origin, u, v = total_norm(list(self.chain.base))
        s, t = max(map(abs, self.bounds[:2])), max(map(abs, self.bounds[2:]))
        return origin + s * u + t * v

    def _steepness(self) -> list[float]:
        """Bound how fast what each stage reads grows with (s, t), the first's over its reach, and the outputs."""
        _, u, v = total_norm(list(self.chain.base))
        slope, reach = float(np.hypot(u, v)), self.reach
        result = [slope / reach]
        for layer in self.chain.stages:
            slope *= layer.spectral * layer.steepest
            result.append(slope)
        return result

    # --- layers -------------------------------------------------------------------------------------

    def start(self) -> Mesh:
        """Give the rectangle."""
        return rectangle(self.bounds, self.chain.words[-1], ROOM)

    def first_offset(self, stage: int) -> int:
        """Give the number of the first unit of a stage, counted over all stages."""
        return sum(each.units for each in self.chain.stages[:stage])

    def advance(self, mesh: Mesh, stage: int, *, last: bool = False) -> None:
        """Cut by a stage; afterwards z holds what the stage hands on, unless it is the last."""
        kernels = load()
        self._pre_activations(mesh, stage)
        layer = self.chain.stages[stage]
        flagged = kernels.signs(mesh.bundle(), layer.bias.copy() if stage else np.zeros(layer.units))
        self._resolve(mesh, stage, flagged)
        if layer.switches:
            kernels.queue(mesh.bundle())
            self._cut(mesh, stage)
            kernels.face_bits(mesh.bundle(), self.chain.words[stage])
        if not last:
            self._activate(mesh, layer)

    def _cut(self, mesh: Mesh, stage: int) -> None:
        kernels = load()
        while True:
            status = kernels.cut(mesh.bundle(), self.limit)
            if status == kernels.GROW:
                mesh.grow_by_half()
            elif status == kernels.RESOLVE:
                self._resolve(mesh, stage, int(mesh.state[kernels.FLAGS]))
            elif status == kernels.FULL:
                raise TooManyRegionsError(mesh.faces, stage + 1, len(self.chain.stages))
            else:
                return

    def _pre_activations(self, mesh: Mesh, stage: int) -> None:
        layer, a, n = self.chain.stages[stage], mesh.arrays, mesh.vertices
        values, norms, errors = a["z"], a["error"][:n, 1].copy(), a["error"][:n, 2].copy()
        steepest = self.steepness[stage]
        limits = np.array([steepest, steepest * layer.spectral])
        if stage == 0:
            forms, scale, gamma = self.first
            limits[1] *= self.reach
            mesh.start_layer(scale, limits, _mask(layer), 0)
            np.matmul(np.column_stack((np.ones(n), a["xy"][:n])), forms, out=a["z"][:n])
            a["error"][:n, 1] = gamma
            a["error"][:n, 2] = gamma * total_norm([scale])[0]
            return
        mesh.start_layer(layer.scale, limits, _mask(layer), self.first_offset(stage))
        np.matmul(values[:n], layer.weights, out=a["z"][:n])
        live = norms > 0.0
        bias = total_norm([layer.bias])[0]
        a["error"][:n, 1] = np.where(live, errors + layer.gamma * (norms + 1.0), 0.0)
        a["error"][:n, 2] = np.where(
            live, errors * layer.spectral + layer.gamma * (norms * layer.frobenius + bias), 0.0
        )

    def _activate(self, mesh: Mesh, layer: Stage) -> None:
        """Apply the activation in place; r becomes the norm of each row, 0 only where the row is exactly zero."""
        kernels, a, n = load(), mesh.arrays, mesh.vertices
        norms = kernels.activate(a["z"], n, layer.slope.copy())
        if not np.isfinite(norms).all():
            raise InvalidInputError("the network's values on these bounds are too large for float64")
        a["error"][:n, 2] *= layer.steepest
        if not layer.slope.any():
            silent = kernels.silent_rows(a["pos"], n)
            norms[silent] = 0.0
            a["error"][:n, 2][silent] = 0.0
            a["error"][:n, 1] = np.where(silent, 0.0, np.maximum(norms, 1e-300))
        else:
            a["error"][:n, 1] = np.maximum(norms, 1e-300)

    # --- signs in doubt -----------------------------------------------------------------------------

    def _resolve(self, mesh: Mesh, stage: int, flagged: int) -> None:
        """Decide the signs at the flagged vertices in integers, while the budget lasts."""
        vertices = mesh.arrays["flags"][:flagged].tolist()
        cost = float(sum(each.weights.size for each in self.chain.stages[: stage + 1]) + 1000)
        for i, vertex in enumerate(vertices):
            if self.work < cost:
                self.unresolved += len(vertices) - i
                return
            self.work -= cost
            self.exact_vertices += 1
            self._decide(mesh, stage, vertex)

    def _decide(self, mesh: Mesh, stage: int, vertex: int) -> None:
        a, layer = mesh.arrays, self.chain.stages[stage]
        first, second = a["origin"][vertex].tolist()
        point = self.exact.meeting(first, second, a["path"][vertex])
        numerators, d, shift = self.exact.row(stage, point)
        above, below = (d << shift, 1) if shift >= 0 else (d, 1 << -shift)
        a["z"][vertex] = [n * below / above for n in numerators]
        a["xy"][vertex] = point[0] / d, point[1] / d
        a["error"][vertex, 0] = 4.0 * ROUNDING * float(np.abs(a["xy"][vertex]).sum())
        signs = np.array([(n > 0) - (n < 0) for n in numerators], np.int8)
        a["pos"][vertex] = pack(signs > 0) & a["mask"]
        a["neg"][vertex] = pack(signs < 0) & a["mask"]
        norm = float(np.abs(a["z"][vertex] * a["scale"][:, 1]).max(initial=0.0))
        slip, (each, every) = float(a["error"][vertex, 0]), a["limits"].tolist()
        a["error"][vertex, 1] = layer.gamma * (norm + 1.0) + each * slip
        a["error"][vertex, 2] = 2.0 * ROUNDING * total_norm([a["z"][vertex]])[0] + every * slip


def _mask(layer: Stage) -> NDArray[np.uint64]:
    return pack(layer.slope != 1.0)


def load() -> Any:
    """Give the compiled loops, importing them at their first use."""
    from hinges.analysis import _mesh_kernels

    return _mesh_kernels
