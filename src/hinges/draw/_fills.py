"""Marks that fill areas: polygons and grids of numbers, in the shades of a scale of the theme."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError


def _shades(values: object, name: str) -> Floats:
    shades = _arrays.vector(values, name)  # pyright: ignore[reportArgumentType]
    for i in np.flatnonzero((shades < 0) | (shades > 1))[:1]:
        raise InvalidInputError(f"{name}[{i}] = {shades[i]:g} is no shade from 0 to 1")
    return shades


@dataclass(frozen=True, eq=False)
class Polygons:
    """Filled polygons: polygon i has the corners x, y from `starts[i]` to `starts[i + 1]`.

    Arguments:
        x, y: (corners,) of all polygons, one after another.
        starts: (polygons + 1,) whole numbers.
        shades: (polygons,) from 0 to 1, where each lies on the scale.
        scale: of the theme: sequential, diverging or categories.
        outline: the role of the lines around them, "" for none.
        width: of those lines, px.
    """

    x: Floats
    y: Floats
    starts: NDArray[np.intp]
    shades: Floats
    scale: str = "sequential"
    outline: str = "background"
    width: float = 0.6

    def __post_init__(self) -> None:
        for name in ("x", "y"):
            object.__setattr__(self, name, _arrays.vector(getattr(self, name), name))
        object.__setattr__(self, "shades", _shades(self.shades, "shades"))
        object.__setattr__(self, "starts", np.asarray(self.starts, dtype=np.intp))
        if len(self.x) != len(self.y) or len(self.starts) != len(self.shades) + 1 or self.starts[-1] != len(self.x):
            raise InvalidInputError("x, y, starts and shades of Polygons do not fit each other")


@dataclass(frozen=True, eq=False)
class Heat:
    """A grid of numbers as an image: `shades` (rows, columns) from 0 to 1, row 0 on top, filling `extent`.

    Arguments:
        shades: (rows, columns) from 0 to 1, where each lies on the scale.
        extent: (left, right, bottom, top) in data coordinates.
        scale: of the theme: sequential, diverging or categories.
    """

    shades: Floats
    extent: tuple[float, float, float, float]
    scale: str = "sequential"

    def __post_init__(self) -> None:
        shades = _arrays.matrix(self.shades, "shades")
        _shades(shades.ravel(), "shades")
        object.__setattr__(self, "shades", shades)
