"""A small plane wholly in integers: no rounding anywhere but in the coordinates handed out, and nothing to compile."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import frozen
from hinges.analysis._exact_plane import ExactPlane, Form, Point, meeting, pack
from hinges.analysis._mesh_chain import TooManyRegionsError
from hinges.analysis._mesh_tiling import Tiling, next_corners, polygon_areas

Integers = NDArray[Any]


@dataclass(frozen=True)
class Piece:
    """A convex polygon: its corners, the line of the side after each, and the units that are on."""

    corners: tuple[Point, ...]
    lines: tuple[Form, ...]
    bits: NDArray[np.uint64]


def exact_tiling(plane: ExactPlane, most: int) -> Tiling:
    """Give the regions of a chain on a rectangle, or raise TooManyRegionsError where there are more than `most`."""
    words = plane.chain.words
    empty = np.zeros(words[-1], np.uint64)
    # The sides in order: t = t0, s = s1, t = t1, s = s0; each corner where two of them meet.
    sides = tuple(plane.line(owner, empty) for owner in (-3, -2, -4, -1))
    corners = tuple(meeting(sides[i - 1], sides[i]) for i in range(4))
    pieces = [Piece(corners, sides, empty)]
    for i, stage in enumerate(plane.chain.stages):
        if not stage.switches:
            continue
        switches = stage.slope != 1.0
        done: list[Piece] = []
        for piece in pieces:
            done.extend(_cut(piece, plane.forms(i, piece.bits)[0], switches, words[i]))
            if len(done) > most:
                raise TooManyRegionsError(len(done), i + 1, len(plane.chain.stages))
        pieces = done
    return _tiling(pieces)


def _cut(piece: Piece, forms: Integers, switches: NDArray[np.bool_], word: int) -> list[Piece]:
    """Cut a piece by the zero lines of a layer's units, (3, units) forms."""
    signs = _signs(piece.corners, forms)
    crossing = np.flatnonzero((signs > 0).any(axis=0) & (signs < 0).any(axis=0) & switches)
    parts = [piece]
    for unit in crossing.tolist():
        c, a, b = forms[:, unit].tolist()
        parts = [half for part in parts for half in _halves(part, (c, a, b))]
    result: list[Piece] = []
    for part in parts:
        on = pack((_signs(part.corners, forms) > 0).any(axis=0) & switches)
        bits = part.bits.copy()
        bits[word : word + len(on)] = on
        result.append(Piece(part.corners, part.lines, bits))
    return result


def _signs(corners: tuple[Point, ...], forms: Integers) -> NDArray[np.int8]:
    points = np.array([(d, x, y) for x, y, d in corners], dtype=object)
    values = points @ forms
    return (values > 0).astype(np.int8) - (values < 0).astype(np.int8)


def _halves(piece: Piece, form: Form) -> list[Piece]:
    """Give the two parts of a piece on both sides of a line, or the piece where it does not cross it."""
    c, a, b = form
    values = [c * d + a * x + b * y for x, y, d in piece.corners]
    if not (any(v > 0 for v in values) and any(v < 0 for v in values)):
        return [piece]
    return [_half(piece, form, values, side) for side in (1, -1)]


def _half(piece: Piece, form: Form, values: list[int], side: int) -> Piece:
    """Give the part where side * value >= 0; its new side is the line itself."""
    corners: list[Point] = []
    lines: list[Form] = []
    n = len(values)
    for i, value in enumerate(values):
        here, after = side * value, side * values[(i + 1) % n]
        if here > 0 or (here == 0 and after > 0):
            corners.append(piece.corners[i])
            lines.append(piece.lines[i])
        elif here == 0:  # the last corner of the part
            corners.append(piece.corners[i])
            lines.append(form)
        if here * after < 0:
            corners.append(meeting(piece.lines[i], form))
            lines.append(form if here > 0 else piece.lines[i])
    return Piece(tuple(corners), tuple(lines), piece.bits)


def _tiling(pieces: list[Piece]) -> Tiling:
    places: dict[Point, int] = {}
    corners = [places.setdefault(point, len(places)) for piece in pieces for point in piece.corners]
    vertices = np.array([(x / d, y / d) for x, y, d in places])
    starts, indices = np.cumsum([0, *(len(piece.corners) for piece in pieces)]), np.array(corners, np.int64)
    ends = np.sort(np.column_stack((indices, next_corners(starts, indices))), axis=1)
    return Tiling(
        vertices=frozen(vertices),
        starts=frozen(starts),
        corners=frozen(indices),
        areas=polygon_areas(vertices, starts, indices),
        bits=np.array([piece.bits for piece in pieces]).reshape(len(pieces), -1),
        edges=len(np.unique(ends, axis=0)),
        probe=None,
        exact=len(vertices),
        unresolved=0,
        mixed=0,
        whole=True,
    )
