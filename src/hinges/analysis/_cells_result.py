"""Cells: the pieces of a plane as a list of separate polygons, whatever computed them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats


@dataclass(frozen=True, eq=False)
class Cells:
    """Convex polygons that tile a rectangle of a plane, one an activation region; vertices may be repeated.

    Coordinates are those (s, t) of the plane. A state is what a unit does in a cell: of a switch 1 where it is on,
    z > 0, else 0; of a unit that takes the largest of a group the place in it of the entry that wins; of a fused
    unit, the largest of a group and zero, -1 where zero wins ("dead").

    Attributes:
        vertices: (V, 2).
        starts: (R + 1,) where each polygon begins in `corners`.
        corners: (C,) indices of vertices, counterclockwise.
        interior: (R, 2) a point inside each cell.
        states: (R, hidden units) of the lowered network's hidden nodes, in order; None where they were not kept.
        linear: (R,) the linear region of each cell, counted from 0; None where it was not asked for.
        maps: (R, 3, outputs) the output's affine map of each cell: [1, s, t] @ maps[i]; None where not kept.
        unresolved: sign decisions inside their error bound that were not decided exactly.
        exact: decisions (or vertices) that were decided in exact arithmetic.
        complete: whether all of the rectangle was treated; where not, `resume` says what remains.
        resume: what `cells` needs to go on, where the cap of regions was reached.
        notes: sentences for the certificate.
    """

    vertices: Floats
    starts: NDArray[np.int64]
    corners: NDArray[np.int64]
    interior: Floats
    states: NDArray[np.int16] | None
    linear: NDArray[np.int64] | None
    maps: Floats | None
    unresolved: int
    exact: int
    complete: bool = True
    resume: object = None
    notes: tuple[str, ...] = field(default=())
