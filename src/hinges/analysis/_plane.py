"""Plane: a plane in the space of a network's inputs, with coordinates (s, t)."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges._arrays import Floats, frozen
from hinges.errors import InvalidInputError
from hinges.nets import Network


@dataclass(frozen=True, eq=False, init=False)
class Plane:
    """The points origin + s * u + t * v; each of the three has one number an input.

    Raises:
        InvalidInputError: the three differ in length, or u and v are parallel.

    >>> Plane.through([0.0, 0.0, 1.0], [1.0, 0.0, 1.0], [0.0, 1.0, 1.0])([0.5, 2.0]).tolist()
    [0.5, 2.0, 1.0]
    >>> plane = Plane.inputs()
    >>> plane.base.tolist()
    [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    >>> from hinges import Network
    >>> plane.check(Network.dense([[[1.0], [2.0]]], [[0.0]]))  # nothing: it lies in the input space
    """

    origin: Floats
    u: Floats
    v: Floats

    def __init__(self, origin: ArrayLike, u: ArrayLike, v: ArrayLike) -> None:
        for name, given in (("origin", origin), ("u", u), ("v", v)):
            object.__setattr__(self, name, _arrays.vector(given, name))
        for name in ("u", "v"):
            if len(getattr(self, name)) != len(self.origin):
                raise InvalidInputError(f"{name} has {len(getattr(self, name))} numbers, origin {len(self.origin)}")
        if _parallel(self.u, self.v):
            raise InvalidInputError("u and v are parallel, or one of them is zero: they span no plane")

    @classmethod
    def through(cls, a: ArrayLike, b: ArrayLike, c: ArrayLike) -> Self:
        """Give the plane with a at (0, 0), b at (1, 0) and c at (0, 1), up to one rounding of each number."""
        a, b, c = (_arrays.vector(point, name) for point, name in ((a, "a"), (b, "b"), (c, "c")))
        for name, point in (("b", b), ("c", c)):
            if len(point) != len(a):
                raise InvalidInputError(f"{name} has {len(point)} numbers, a {len(a)}")
        with np.errstate(over="ignore"):
            u, v = b - a, c - a
        if _parallel(u, v):
            raise InvalidInputError("a, b and c lie on one line: they span no plane")
        return cls(a, u, v)

    @classmethod
    def inputs(cls) -> Self:
        """Give the plane of a network with two inputs: s is the first, t the second."""
        return cls([0.0, 0.0], [1.0, 0.0], [0.0, 1.0])

    @property
    def base(self) -> Floats:
        """The rows origin, u, v, (3, inputs): a point is [1, s, t] @ base."""
        return frozen(np.array([self.origin, self.u, self.v]))

    def __call__(self, points: ArrayLike) -> Floats:
        """Give the inputs (n, inputs) of points (n, 2), or (inputs,) of one."""
        st = _arrays.array(points, "points")
        if st.ndim not in (1, 2) or st.shape[-1] != 2:
            raise InvalidInputError(f"points must have shape (n, 2) or (2,), not {st.shape}")
        return self.origin + st[..., :1] * self.u + st[..., 1:] * self.v

    def check(self, network: Network) -> None:
        """Raise where the plane does not lie in the network's input space."""
        if len(self.origin) != network.inputs:
            raise InvalidInputError(f"plane has {len(self.origin)} coordinates: the network reads {network.inputs}")


def _parallel(u: Floats, v: Floats) -> bool:
    """Tell whether two directions are parallel to the last digit; decided without squares that overflow."""
    largest = float(np.abs(u).max(initial=0.0)), float(np.abs(v).max(initial=0.0))
    if not (min(largest) > 0.0 and np.isfinite(largest).all()):
        return True
    k = int(np.abs(u).argmax())
    a, b = u / largest[0], v / largest[1]
    return not (a[k] * b != b[k] * a).any()
