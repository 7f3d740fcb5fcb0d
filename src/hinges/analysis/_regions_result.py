"""Regions: a rectangle of a plane cut into the regions on which a network is affine."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges import _arrays
from hinges._arrays import Floats, frozen
from hinges.analysis._boundaries import Boundaries, level_lines, ties
from hinges.analysis._certificate import Certificate
from hinges.analysis._mesh_linear import LinearRegions
from hinges.analysis._mesh_tiling import next_corners, polygon_areas
from hinges.analysis._plane import Plane
from hinges.errors import InvalidInputError
from hinges.nets import Network, Unit

KINDS = ("activation", "linear")
Bounds = tuple[float, float, float, float]


class Source(Protocol):
    """What a way of computing regions knows of them besides their polygons."""

    def units(self) -> tuple[Unit, ...]:
        """Give whose bits the columns of the patterns are."""
        ...

    def patterns(self) -> NDArray[np.bool_]:
        """Give the units that are on in each region, (R, switches)."""
        ...

    def linear(self) -> LinearRegions:
        """Give the linear regions."""
        ...

    def affine(self, region: int) -> Floats:
        """Give the rows (3, outputs) by which [1, s, t] gives the outputs in a region."""
        ...

    def maps(self) -> Floats:
        """Give those rows of every region, (R, 3, outputs)."""
        ...

    def input_affine(self, region: int) -> tuple[Floats, Floats]:
        """Give matrix (inputs, outputs) and offset (outputs,) of a region."""
        ...

    def guess(self, point: Floats) -> int | None:
        """Give the region of a point by one forward pass, or None."""
        ...

    def owners(self, corner: int) -> tuple[Unit, ...]:
        """Give the units that switch at the side after a corner; none on the border."""
        ...


@dataclass(frozen=True, eq=False)
class Polygons(Sequence[NDArray[np.int64]]):
    """The polygons as arrays of indices of vertices, counterclockwise; made as they are asked for."""

    starts: NDArray[np.int64]
    corners: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, index: int) -> NDArray[np.int64]: ...
    @overload
    def __getitem__(self, index: slice) -> list[NDArray[np.int64]]: ...
    def __getitem__(self, index: int | slice) -> NDArray[np.int64] | list[NDArray[np.int64]]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        i = range(len(self))[index]
        return self.corners[self.starts[i] : self.starts[i + 1]]

    def __iter__(self) -> Iterator[NDArray[np.int64]]:
        return (self[i] for i in range(len(self)))


@dataclass(frozen=True, eq=False, repr=False)
class Regions:
    """The activation regions of a network on a rectangle of a plane, and the linear regions that they form.

    An activation region is where no hidden unit changes between on (z > 0) and off; a linear region is a largest
    connected set on which the outputs are one affine map. Counts and patterns are exact where the certificate says
    so; places and maps are rounded to float64.

    Attributes:
        network, plane, bounds: what was asked for; bounds (s0, s1, t0, t1) in the plane's coordinates.
        vertices: (V, 2) places (s, t). Regions of a chain of dense layers share them, others repeat them.
        polygons: for each region indices of vertices, counterclockwise.
        certificate: what vouches for it.
        source: gives what is computed when asked for.

    >>> from hinges import Network, Plane, regions
    >>> net = Network.dense([[[1, 0], [0, 1]], [[1], [1]]], [[0, 0], [0]])
    >>> found = regions(net, Plane.inputs(), bounds=(-1, 1, -1, 1))
    >>> isinstance(found, Regions), found.count("activation"), found.count("linear"), found.linear.count
    (True, 4, 4, 4)
    >>> found.patterns.shape, found.switches.shape, found.units == found.switch_units, found.maps.shape
    ((4, 2), (4, 2), True, (4, 3, 1))
    >>> i = found.find([0.5, 0.5])
    >>> found.affine(i)[0].tolist(), found.polygon(i).shape, len(found.owners(i))
    ([[1.0], [1.0]], (4, 2), 4)
    >>> float(found.areas[i]), int(found.sides[i])
    (1.0, 4)
    >>> found.interior[i].tolist(), len(found.decision_boundaries(output=0, level=0.5).segments)
    ([0.5, 0.5], 3)
    """

    network: Network
    plane: Plane
    bounds: Bounds
    vertices: Floats
    polygons: Polygons
    certificate: Certificate
    source: Source

    def __repr__(self) -> str:
        return f"Regions({self.network!r} on a rectangle: {len(self)} activation regions)"

    def __len__(self) -> int:
        return len(self.polygons)

    def count(self, kind: str = "activation") -> int:
        """Give how many "activation" or "linear" regions there are."""
        _arrays.choice(kind, "kind", KINDS)
        return len(self) if kind == "activation" else self.linear.count

    # --- what the regions are -----------------------------------------------------------------------

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """Whose bits the columns of `patterns` are, layer after layer."""
        return tuple(dict.fromkeys(self.switch_units))

    @cached_property
    def patterns(self) -> NDArray[np.bool_]:
        """Which hidden units are on (z > 0) in each region, (R, hidden units), layer after layer.

        A unit that does not switch counts as on, a clip as on between its bounds: what tells its two sides apart is
        in `switches`. Of a pooling it is whether any entry of its window is above zero where that matters to it, else
        True.
        """
        if len(self.units) == len(self.switch_units):
            return self.switches
        columns: dict[Unit, list[int]] = {}
        for column, unit in enumerate(self.switch_units):
            columns.setdefault(unit, []).append(column)
        none = np.zeros((len(self), 1), np.bool_)  # the second switch of a unit that has one
        switches = np.concatenate([self.switches, none], axis=1)
        first = switches[:, [each[0] for each in columns.values()]]
        second = switches[:, [each[1] if len(each) > 1 else -1 for each in columns.values()]]
        return frozen(first & ~second)

    @cached_property
    def switch_units(self) -> tuple[Unit, ...]:
        """Whose switches the columns of `switches` are: a clip has two, one at each bound."""
        return self.source.units()

    @cached_property
    def switches(self) -> NDArray[np.bool_]:
        """On which side of every switch each region lies, (R, switches): what makes an activation region."""
        return frozen(self.source.patterns())

    @cached_property
    def linear(self) -> LinearRegions:
        """The linear regions: their labels (R,) and number, and how that was decided."""
        return self.source.linear()

    def affine(self, region: int, *, space: str = "plane") -> tuple[Floats, Floats]:
        """Give the outputs' affine map in a region: matrix and offset, (s, t) @ matrix + offset.

        The matrix is (2, outputs) in the plane's coordinates, and (inputs, outputs) with space="inputs".
        """
        region = self._region(region)
        if _arrays.choice(space, "space", ("plane", "inputs")) == "inputs":
            matrix, offset = self.source.input_affine(region)
        else:
            rows = self.source.affine(region)
            matrix, offset = rows[1:], rows[0]
        return frozen(matrix), frozen(offset)

    @cached_property
    def maps(self) -> Floats:
        """The outputs' affine maps of all regions, (R, 3, outputs): [1, s, t] @ maps[i]."""
        return frozen(self.source.maps())

    def owners(self, region: int) -> tuple[tuple[Unit, ...], ...]:
        """Give for each side of a region, from corner to corner, the units that switch there; none on the border."""
        region = self._region(region)
        starts = self.polygons.starts
        return tuple(self.source.owners(corner) for corner in range(int(starts[region]), int(starts[region + 1])))

    # --- statistics ---------------------------------------------------------------------------------

    @cached_property
    def areas(self) -> Floats:
        """The area of each region in the plane's coordinates, (R,)."""
        return polygon_areas(self.vertices, self.polygons.starts, self.polygons.corners)

    @property
    def sides(self) -> NDArray[np.int64]:
        """How many sides each region has, (R,)."""
        return frozen(np.diff(self.polygons.starts))

    @cached_property
    def interior(self) -> Floats:
        """A point inside each region, the mean of its corners, (R, 2)."""
        starts = self.polygons.starts
        return frozen(np.add.reduceat(self.vertices[self.polygons.corners], starts[:-1]) / np.diff(starts)[:, None])

    def polygon(self, region: int) -> Floats:
        """Give the corners of a region, (k, 2), counterclockwise."""
        return frozen(self.vertices[self.polygons[self._region(region)]])

    def find(self, point: ArrayLike) -> int:
        """Give the region of a point (s, t): that of its pattern; on a side one of its two, by place.

        Raises:
            InvalidInputError: the point lies outside the bounds.
        """
        place = _arrays.vector(point, "point")
        if len(place) != 2:
            raise InvalidInputError(f"point must be a pair (s, t), not {len(place)} numbers")
        s0, s1, t0, t1 = self.bounds
        if not (s0 <= place[0] <= s1 and t0 <= place[1] <= t1):
            raise InvalidInputError(f"point {place.tolist()} lies outside the bounds {self.bounds}")
        found = self.source.guess(place)
        return self._nearest(place) if found is None else found

    def _nearest(self, place: Floats) -> int:
        starts, corners = self.polygons.starts, self.polygons.corners
        here = self.vertices[corners]
        step = self.vertices[next_corners(starts, corners)] - here
        cross = step[:, 0] * (place[1] - here[:, 1]) - step[:, 1] * (place[0] - here[:, 0])
        length = np.hypot(step[:, 0], step[:, 1])
        inside = np.minimum.reduceat(cross / np.where(length > 0, length, 1.0), starts[:-1])
        return int(inside.argmax())

    # --- decisions ----------------------------------------------------------------------------------

    def decision_boundaries(self, *, output: int | None = None, level: float = 0.0) -> Boundaries:
        """Give where two outputs tie for the largest, or, with `output`, where that output crosses a level.

        A network with one output has no ties: its level is meant without naming it.
        """
        starts, corners = self.polygons.starts, self.polygons.corners
        values = np.asarray(self.network(self.plane(self.vertices)))[corners]
        places = self.vertices[corners]
        if output is None and values.shape[1] > 1:
            return ties(places, values, starts)
        which = _arrays.count(output or 0, "output", minimum=0, maximum=values.shape[1] - 1)
        return level_lines(places, values[:, which] - _arrays.number(level, "level"), starts, which)

    def _region(self, region: int) -> int:
        return _arrays.count(region, "region", minimum=0, maximum=len(self) - 1)
