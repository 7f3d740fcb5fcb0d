"""Regions of networks that are no chain of dense layers, from their cells."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._cells import CellCount, cells
from hinges.analysis._cells_result import Cells
from hinges.analysis._certificate import Certificate
from hinges.analysis._lowered import Lowered, below
from hinges.analysis._mesh_linear import LinearRegions
from hinges.analysis._plane import Plane
from hinges.analysis._regions_result import Bounds, Polygons, Regions
from hinges.errors import InvalidInputError
from hinges.nets import Activation, Linear, Network, Unit


@dataclass(frozen=True, eq=False)
class CellSource:
    """The regions of any network, cell by cell."""

    lowered: Lowered
    plane: Plane
    found: CellCount
    cells: Cells

    def units(self) -> tuple[Unit, ...]:
        """Give whose bits the columns of the patterns are."""
        hidden = self.lowered.network.hidden_nodes
        owners = self.lowered.owners
        return tuple(owners[i].unit(j) for i, node in enumerate(hidden) for j in range(node.units))

    def patterns(self) -> NDArray[np.bool_]:
        """Give the units that are on: of a pooling those that are not dead."""
        assert self.found.packed is not None
        states = self.cells.states if self.cells.states is not None else self.found.packed.all()
        hidden = self.lowered.network.hidden_nodes
        least = np.concatenate([np.full(n.units, 1 if isinstance(n, Activation) else 0) for n in hidden])
        return states >= least

    def linear(self) -> LinearRegions:
        """Give the linear regions."""
        assert self.cells.linear is not None
        _, first, labels = np.unique(self.cells.linear, return_index=True, return_inverse=True)
        return LinearRegions(labels, len(first), np.zeros(0, np.bool_), self.cells.exact, self.cells.unresolved)

    def affine(self, region: int) -> Floats:
        """Give the rows by which [1, s, t] gives the outputs in a region."""
        assert self.cells.maps is not None
        return self.cells.maps[region]

    def maps(self) -> Floats:
        """Give those rows of every region."""
        assert self.cells.maps is not None
        return self.cells.maps

    def input_affine(self, region: int) -> tuple[Floats, Floats]:
        """Give matrix and offset in the input space, from the derivative at a point inside."""
        network = self.lowered.network
        point = self.plane(self.cells.interior[region])[None, :]
        values = network.values(point)
        slopes: list[Floats] = [np.zeros((node.units, network.outputs)) for node in network.nodes]
        slopes.insert(0, np.zeros((network.inputs, network.outputs)))
        slopes[-1] = np.eye(network.outputs)
        for i in range(len(network.nodes) - 1, -1, -1):
            node, behind = network.nodes[i], slopes[i + 1]
            if isinstance(node, Linear):
                for source, matrix in zip(node.sources, node.matrices, strict=True):
                    slopes[source] += np.asarray(matrix @ behind)
            elif isinstance(node, Activation):
                slopes[node.source] += np.where(values[node.source][0] > 0, 1.0, below(node))[:, None] * behind
            else:
                entries = values[node.source][0][node.groups]
                np.add.at(slopes[node.source], node.groups[np.arange(node.units), entries.argmax(axis=1)], behind)
        return slopes[0], values[-1][0] - point[0] @ slopes[0]

    def guess(self, point: Floats) -> int | None:  # noqa: ARG002
        """Give nothing: cells are found by their place."""
        return None

    def owners(self, corner: int) -> tuple[Unit, ...]:
        """Give the unit that switches at the side after a corner."""
        node, unit = (int(number) for number in self.found.owners[corner])
        return () if node < 0 else (self.lowered.owners[node].unit(unit),)


def cells_regions(network: Network, lowered: Lowered, plane: Plane, bounds: Bounds, most: int) -> Regions:
    """Give the regions of a network, cell by cell."""
    found = cells(lowered.network, plane.base, bounds, max_regions=most)
    if found.remaining is not None or found.cells is None:
        raise InvalidInputError(
            f"max_regions = {most} is not enough: {found.activation} regions fill {found.area:.3g} of the rectangle; "
            "raise it, take smaller bounds, or call count_regions, which keeps no geometry and can go on"
        )
    kept = found.cells
    return Regions(
        network=network,
        plane=plane,
        bounds=bounds,
        vertices=kept.vertices,
        polygons=Polygons(kept.starts, kept.corners),
        certificate=cells_certificate(found),
        source=CellSource(lowered, plane, found, kept),
    )


def cells_certificate(found: CellCount) -> Certificate:
    """Give the certificate of cells."""
    off = 0.0 if found.remaining is not None else abs(found.area - 1.0)
    return Certificate(found.unresolved, found.exact, whole=False, distinct=None, euler=None, area_error=off)
