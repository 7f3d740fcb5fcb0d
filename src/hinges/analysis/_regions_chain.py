"""What a chain of dense layers knows of its regions: patterns, maps, neighbours."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._exact_plane import ExactPlane, pack, unpack
from hinges.analysis._lowered import Lowered
from hinges.analysis._mesh_chain import Chain, Stage
from hinges.analysis._mesh_linear import BLOCK, LinearRegions, affine_maps, linear_regions
from hinges.analysis._mesh_tiling import Tiling
from hinges.nets import Unit


@dataclass(frozen=True, eq=False)
class ChainSource:
    """The regions of a chain, whose patterns are packed bits."""

    lowered: Lowered
    chain: Chain
    tiling: Tiling
    bounds: tuple[float, float, float, float]

    def units(self) -> tuple[Unit, ...]:
        """Give whose bits the columns of the patterns are."""
        stages = [stage for stage in self.chain.stages if stage.hidden >= 0]
        return tuple(self.lowered.owners[stage.hidden].unit(j) for stage in stages for j in range(stage.units))

    def patterns(self) -> NDArray[np.bool_]:
        """Give the units that are on in each region."""
        hidden = [i for i, stage in enumerate(self.chain.stages) if stage.hidden >= 0]
        parts = [unpack(self.tiling.bits, self.chain, i) for i in hidden]
        return np.concatenate(parts, axis=1) if parts else np.zeros((self.tiling.regions, 0), np.bool_)

    def linear(self) -> LinearRegions:
        """Give the linear regions."""
        return linear_regions(self.chain, ExactPlane(self.chain, self.bounds), self.tiling)

    def affine(self, region: int) -> Floats:
        """Give the rows by which [1, s, t] gives the outputs in a region."""
        rows = self.chain.base.copy()
        return self._through(rows, region)

    def maps(self) -> Floats:
        """Give those rows of every region."""
        widest = max(max(stage.weights.shape) for stage in self.chain.stages)
        step = max(1, BLOCK // (6 * widest))
        bits = self.tiling.bits
        return np.concatenate([affine_maps(self.chain, bits[i : i + step])[0] for i in range(0, len(bits), step)])

    def input_affine(self, region: int) -> tuple[Floats, Floats]:
        """Give matrix and offset of a region in the input space."""
        inputs = self.chain.base.shape[1]
        rows = self._through(np.vstack((np.zeros((1, inputs)), np.eye(inputs))), region)
        return rows[1:], rows[0]

    def _through(self, rows: Floats, region: int) -> Floats:
        for i, stage in enumerate(self.chain.stages):
            rows = rows @ stage.weights
            rows[0] += stage.bias
            rows *= np.where(unpack(self.tiling.bits[region], self.chain, i), 1.0, stage.slope)
        return rows

    def guess(self, point: Floats) -> int | None:
        """Give the region whose pattern a forward pass gives at a point."""
        row = np.concatenate(([1.0], point)) @ self.chain.base
        words: list[NDArray[np.uint64]] = []
        for stage in self.chain.stages:
            z = row @ stage.weights + stage.bias
            if stage.switches:
                words.append(pack(_on(z, stage)))
            row = np.where(z > 0, z, stage.slope * z)
        return self._places.get(np.concatenate([*words, np.zeros(0, np.uint64)]).tobytes())

    @cached_property
    def _places(self) -> dict[bytes, int]:
        return {row.tobytes(): i for i, row in enumerate(self.tiling.bits)}

    def owners(self, corner: int) -> tuple[Unit, ...]:
        """Give the units that switch at the side after a corner."""
        region = int(np.searchsorted(self.tiling.starts, corner, side="right")) - 1
        other = int(self.tiling.sides.across[corner])
        if other < 0:
            return ()
        differ = self.tiling.bits[region] ^ self.tiling.bits[other]
        found: list[Unit] = []
        for i, stage in enumerate(self.chain.stages):
            if stage.switches:
                changed = np.flatnonzero(unpack(differ, self.chain, i) & (stage.slope != 1.0))
                found.extend(self.lowered.owners[stage.hidden].unit(int(j)) for j in changed)
        return tuple(found)


def _on(z: Floats, stage: Stage) -> NDArray[np.bool_]:
    return (z > 0) & (stage.slope != 1.0)
