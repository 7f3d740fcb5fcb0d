"""Cells of a plane for any piecewise-linear network: convolutions, residual connections, poolings."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hinges._arrays import Floats, frozen
from hinges.analysis._cells_exact import Exact
from hinges.analysis._cells_linear import LinearRegions
from hinges.analysis._cells_plan import Bounds, Plan, plan_of
from hinges.analysis._cells_result import Cells
from hinges.analysis._cells_split import Lines
from hinges.analysis._cells_store import Packed, Store
from hinges.analysis._cells_walk import Unfinished, Walk
from hinges.nets import Network

EXACT_PRODUCTS = 20_000_000  # some ten seconds of integer arithmetic
MOST_STATES = 2**25  # numbers of `Cells.states`; more stay packed


@dataclass(frozen=True, eq=False)
class Remaining:
    """What is left of a rectangle when the cap of regions was reached: give it to `cells(..., resume=)`.

    Attributes:
        plan: the network on the plane; what is left belongs to it.
        unfinished: faces with the states they have so far; small beside the cells.
        activation: how many activation regions were found so far.
        area: which part of the rectangle they cover.
        tools: what goes on: exact forms, numbers of lines, open edges of linear regions.
    """

    plan: Plan
    unfinished: tuple[Unfinished, ...]
    activation: int
    area: float
    tools: tuple[Exact, Lines, LinearRegions | None]


@dataclass(frozen=True, eq=False)
class CellCount:
    """How many regions a rectangle of a plane has, from `cells`.

    Attributes:
        activation: activation regions found so far, with those before a `resume`.
        linear: linear regions among them; None where it was not asked for.
        area: which part of the rectangle they cover: 1 at the end, up to rounding.
        cells: the cells of this call, with linear regions numbered among those of all calls so far; None where no
            geometry was kept.
        owners: (C, 2) for each corner of `cells` the owner of the edge to the next: a hidden node of the lowered
            network and its unit; -1 and a number of the side for the rectangle's own.
        packed: the states of the cells, also where there are too many for `cells.states`.
        remaining: what is left, or None at the end.
        exact: decisions that were made in exact arithmetic.
        unresolved: decisions inside their error bound that would have needed more exact work than is allowed.
    """

    activation: int
    linear: int | None
    area: float
    cells: Cells | None
    owners: Any
    packed: Packed | None
    remaining: Remaining | None
    exact: int
    unresolved: int


def cells(
    network: Network,
    base: Floats,
    bounds: Bounds,
    *,
    max_regions: int = 1_000_000,
    keep_geometry: bool = True,
    linear: bool = True,
    resume: Remaining | None = None,
    fuse: bool = True,
) -> CellCount:
    """Give the cells of a lowered network on a rectangle of a plane, in bounded memory, and count them.

    Exact: a sign inside its error bound is decided in integers. A cell is a polygon on which no unit changes its
    state. The state of a switch is whether it is on, z > 0. Of a pooling it is which entry of its window wins
    (among entries that are equal on the whole cell the first), or that none is above zero, where ReLU stands before
    or after it ("dead"). A linear region is made of cells with one affine map that are neighbours across an edge.

    Arguments:
        network: a lowered network.
        base: (3, inputs) origin, u and v of the plane: the input at (s, t) is [1, s, t] @ base.
        bounds: s0, s1, t0, t1 of the rectangle.
        max_regions: where to stop; `remaining` then says what is left.
        keep_geometry: whether to keep polygons, states and maps.
        linear: whether to count linear regions too.
        resume: what a call before left over; it brings its own network and plane.
        fuse: whether ReLU around a pooling is one step with it; without, there are more cells of the same function.
    """
    if resume is not None:
        plan, (exact, lines, merged) = resume.plan, resume.tools
        done, area, unfinished = resume.activation, resume.area, resume.unfinished
    else:
        plan = plan_of(network, base, bounds, fuse=fuse)
        exact, lines, done, area, unfinished = Exact(plan, EXACT_PRODUCTS), Lines(), 0, 0.0, None
        merged = LinearRegions(plan, exact) if linear else None
    walk = Walk(plan, exact, lines, unfinished)
    store = Store(plan, geometry=keep_geometry)
    first = len(merged.parents) if merged else 0
    for leaves in walk.leaves():
        room = max_regions - store.count
        if len(leaves.polygons) > room:
            walk.put_back(leaves, room)
            leaves = leaves.first(room)  # noqa: PLW2901
        if leaves.polygons:
            store.add(leaves)
            if merged is not None:
                merged.add(leaves)
        if store.count >= max_regions:
            break
    if merged is not None:
        merged.settle()
    left = walk.unfinished()
    activation, area = done + store.count, area + store.area / 4
    remaining = Remaining(plan, left, activation, area, (exact, lines, merged)) if left else None
    arrays = store.arrays() if keep_geometry else None
    return CellCount(
        activation=activation,
        linear=merged.count if merged else None,
        area=area,
        cells=_kept(store, arrays, merged.labels()[first:] if merged else None, remaining, exact) if arrays else None,
        owners=frozen(arrays["owners"]) if arrays else None,
        packed=store.states if keep_geometry else None,
        remaining=remaining,
        exact=exact.decisions - exact.unresolved,
        unresolved=exact.unresolved,
    )


def _kept(store: Store, arrays: dict[str, Any], linear: Any, remaining: Remaining | None, exact: Exact) -> Cells:
    units = sum(node.units for node in store.plan.network.hidden_nodes)
    return Cells(
        vertices=frozen(arrays["vertices"]),
        starts=frozen(arrays["starts"]),
        corners=frozen(np.arange(len(arrays["vertices"]))),
        interior=frozen(arrays["interior"]),
        states=frozen(store.states.all()) if store.count and store.count * units <= MOST_STATES else None,
        linear=None if linear is None else frozen(linear),
        maps=frozen(arrays["maps"]),
        unresolved=exact.unresolved,
        exact=exact.decisions - exact.unresolved,
        complete=remaining is None,
        resume=remaining,
    )
