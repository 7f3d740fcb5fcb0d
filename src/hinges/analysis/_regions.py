"""regions and count_regions: how a network cuts a rectangle of a plane of its inputs."""

from dataclasses import dataclass

import numpy as np

from hinges import _arrays
from hinges.analysis._cells import Remaining, cells
from hinges.analysis._certificate import Certificate
from hinges.analysis._lowered import Lowered, lowered
from hinges.analysis._mesh_chain import Chain, TooManyRegionsError, chain
from hinges.analysis._mesh_count import Counter, count_chain
from hinges.analysis._mesh_tile import tile
from hinges.analysis._mesh_tiling import Tiling
from hinges.analysis._plane import Plane
from hinges.analysis._regions_cells import cells_certificate, cells_regions
from hinges.analysis._regions_chain import ChainSource
from hinges.analysis._regions_result import Bounds, Polygons, Regions
from hinges.errors import InvalidInputError
from hinges.nets import Network

MOST_REGIONS = 500_000  # with geometry
MOST_COUNTED = 100_000_000
LARGEST = 10**12


@dataclass(frozen=True, eq=False)
class RegionCount:
    """How many regions a network has on a rectangle of a plane, and what vouches for it.

    Attributes:
        activation: activation regions.
        linear: linear regions; None where they were not asked for.
        area: the share of the rectangle in which they were counted; 1 when all is done.
        certificate: what vouches for the counts.
        remaining: None, or where the cap was reached what `count_regions(..., resume=)` needs to go on.
    """

    activation: int
    linear: int | None
    area: float
    certificate: Certificate
    remaining: Counter | Remaining | None

    @property
    def complete(self) -> bool:
        """Whether all of the rectangle was treated."""
        return self.remaining is None


def regions(
    network: Network,
    plane: Plane,
    *,
    bounds: Bounds = (-1.0, 1.0, -1.0, 1.0),
    max_regions: int = MOST_REGIONS,
) -> Regions:
    """Give the regions of a network on a rectangle of a plane, each with its polygon, its pattern and its affine map.

    Exact: a sign that lies inside its bound of rounding error is decided in integers, so that networks in degenerate
    position are no special case; the certificate tells. Chains of dense layers are cut as one mesh, others cell by
    cell.

    Arguments:
        network: any whose activations are piecewise linear.
        plane: in the space of its inputs; `Plane.inputs()` for a network with two.
        bounds: s0, s1, t0, t1 in the plane's coordinates.
        max_regions: more than so many activation regions are refused.

    Raises:
        InvalidInputError: the plane does not fit, the bounds are empty, or there are too many regions.
        UnsupportedModelError: an activation is not piecewise linear; the layer is named.

    >>> network = Network.dense([[[1.0, 0.0], [0.0, 1.0]], [[1.0], [1.0]]], [[0.0, 0.0], [0.0]])
    >>> found = regions(network, Plane.inputs())
    >>> found.count("activation"), found.count("linear"), found.certificate.certified
    (4, 4, True)
    >>> found.patterns[found.find([0.5, -0.5])].tolist()
    [True, False]
    """
    form, line, bounds = _checked(network, plane, bounds)
    most = _arrays.count(max_regions, "max_regions", maximum=LARGEST)
    if line is None:
        return cells_regions(network, form, plane, bounds, most)
    try:
        found = tile(line, bounds, most)
    except TooManyRegionsError as error:
        advice = "raise it, take smaller bounds, or call count_regions, which keeps no geometry and can go on"
        raise InvalidInputError(_too_many(most, error) + advice) from None
    source = ChainSource(form, line, found, bounds)
    polygons = Polygons(found.starts, found.corners)
    return Regions(network, plane, bounds, found.vertices, polygons, _certificate(found, bounds), source)


def count_regions(
    network: Network,
    plane: Plane,
    *,
    bounds: Bounds = (-1.0, 1.0, -1.0, 1.0),
    linear: bool = False,
    max_regions: int = MOST_COUNTED,
    resume: RegionCount | None = None,
) -> RegionCount:
    """Count the regions of a network on a rectangle of a plane without keeping their geometry, in bounded memory.

    Exact as `regions`. Where the cap is reached, the count says in which share of the area it holds, and can go on.

    Arguments:
        network: as for `regions`.
        plane: as for `regions`.
        bounds: as for `regions`.
        linear: whether to count linear regions too; of a chain of dense layers these need the whole mesh in memory.
        max_regions: count about so many activation regions, then stop.
        resume: what an earlier call of the same network, plane and bounds gave: go on from there.

    Raises:
        InvalidInputError: the plane does not fit, the bounds are empty, or, with `linear` for a chain of dense
            layers, there are too many regions.
        UnsupportedModelError: an activation is not piecewise linear; the layer is named.

    >>> network = Network.dense([[[1.0, 0.0], [0.0, 1.0]], [[1.0], [1.0]]], [[0.0, 0.0], [0.0]])
    >>> count_regions(network, Plane.inputs(), linear=True).linear
    4
    """
    form, line, bounds = _checked(network, plane, bounds)
    most = _arrays.count(max_regions, "max_regions", maximum=LARGEST)
    remaining = None if resume is None else _arrays.instance(resume, RegionCount, "resume").remaining
    if resume is not None and remaining is None:
        return resume
    if line is None:
        found = cells(
            *(form.network, plane.base, bounds),
            max_regions=most,
            keep_geometry=False,
            linear=linear,
            resume=remaining if isinstance(remaining, Remaining) else None,
        )
        return RegionCount(found.activation, found.linear, found.area, cells_certificate(found), found.remaining)
    try:
        count = (
            remaining.run(most) if isinstance(remaining, Counter) else count_chain(line, bounds, most, linear=linear)
        )
    except TooManyRegionsError as error:
        raise InvalidInputError(_too_many(most, error) + "raise it, take smaller bounds, or leave linear out") from None
    return RegionCount(count.activation, count.linear, count.area, count.certificate, count.remaining)


def _too_many(most: int, error: TooManyRegionsError) -> str:
    return (
        f"max_regions = {most} is not enough: {error.found} regions were found when layer {error.layer} of "
        f"{error.layers} was cut; "
    )


def _checked(network: Network, plane: Plane, bounds: Bounds) -> tuple[Lowered, Chain | None, Bounds]:
    network = _arrays.instance(network, Network, "network")
    plane = _arrays.instance(plane, Plane, "plane")
    plane.check(network)
    numbers = _arrays.sequence(bounds, "bounds")
    if len(numbers) != 4:
        raise InvalidInputError(f"bounds must be four numbers (s0, s1, t0, t1), not {len(numbers)}")
    s0, s1 = _arrays.interval(numbers[:2], "bounds", ends=("bounds[0]", "bounds[1]"))
    t0, t1 = _arrays.interval(numbers[2:], "bounds", ends=("bounds[2]", "bounds[3]"))
    form = lowered(network)
    return form, chain(form, plane.base), (s0, s1, t0, t1)


def _certificate(found: Tiling, bounds: Bounds) -> Certificate:
    whole = (bounds[1] - bounds[0]) * (bounds[3] - bounds[2])
    return Certificate(
        unresolved=found.unresolved,
        exact=found.exact,
        whole=found.whole,
        distinct=found.distinct,
        euler=found.euler,
        area_error=float(abs(np.sum(found.areas) - whole) / whole) if whole else 0.0,
        contradictions=found.mixed,
    )
