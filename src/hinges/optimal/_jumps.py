"""PiecewiseLinearWithJumps: straight pieces that need not meet, and what a fit of them gives."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn, overload

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.fits import ErrorBounds, FitResult


class Piece(NamedTuple):
    """One straight piece: ``intercept + slope * x`` for start <= x < stop; the outer two reach to infinity."""

    start: float
    stop: float
    slope: float
    intercept: float


@dataclass(frozen=True, eq=False, init=False)
class PiecewiseLinearWithJumps:
    """A function of straight pieces that may jump where they meet: no sum of hinges, and so no ReLU network.

    Arguments:
        breakpoints: (k,) rising inputs; a breakpoint belongs to the piece on its right.
        slopes: (k + 1,) of the pieces from left to right.
        anchors: (k + 1,) an input for each piece.
        heights: (k + 1,) the value there of the piece's line.

    Raises:
        InvalidInputError: an entry is not finite, breakpoints do not rise, or lengths differ.

    >>> f = PiecewiseLinearWithJumps([1.0], [0.0, 2.0], [0.0, 1.0], [5.0, 7.0])
    >>> f([0.0, 1.0, 2.0]), f.jumps
    (array([5., 7., 9.]), array([2.]))
    >>> f.pieces
    (Piece(start=-inf, stop=1.0, slope=0.0, intercept=5.0), Piece(start=1.0, stop=inf, slope=2.0, intercept=5.0))
    """

    breakpoints: Floats
    slopes: Floats
    anchors: Floats
    heights: Floats

    def __init__(self, breakpoints: ArrayLike, slopes: ArrayLike, anchors: ArrayLike, heights: ArrayLike) -> None:
        given = {"breakpoints": breakpoints, "slopes": slopes, "anchors": anchors, "heights": heights}
        for name, values in given.items():
            checked = _arrays.vector(values, name)
            object.__setattr__(self, name, checked)
            if name != "breakpoints" and len(checked) != len(self.breakpoints) + 1:
                raise InvalidInputError(f"{name} has {len(checked)} entries for {len(self.breakpoints)} breakpoints")
        falls = np.flatnonzero(np.diff(self.breakpoints) <= 0)
        if len(falls):
            i = int(falls[0])
            raise InvalidInputError(
                f"breakpoints[{i}] = {self.breakpoints[i]} is followed by {self.breakpoints[i + 1]}: they must rise"
            )

    @overload
    def __call__(self, x: float) -> float: ...  # pyright: ignore[reportOverlappingOverload]
    @overload
    def __call__(self, x: ArrayLike) -> Floats: ...
    def __call__(self, x: ArrayLike) -> Floats | float:
        """Give f(x) for a number or an array of any shape."""
        points = _arrays.array(x, "x")
        piece = np.searchsorted(self.breakpoints, points, side="right")
        values = self.heights[piece] + self.slopes[piece] * (points - self.anchors[piece])
        return float(values) if points.ndim == 0 else values

    @property
    def jumps(self) -> Floats:
        """By how much the function jumps at each breakpoint, (k,): the value there less the limit from the left."""
        t = self.breakpoints
        left = self.heights[:-1] + self.slopes[:-1] * (t - self.anchors[:-1])
        return self.heights[1:] + self.slopes[1:] * (t - self.anchors[1:]) - left

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The pieces from left to right."""
        ends = [-math.inf, *self.breakpoints.tolist(), math.inf]
        intercepts = (self.heights - self.slopes * self.anchors).tolist()
        return tuple(map(Piece, ends[:-1], ends[1:], self.slopes.tolist(), intercepts))

    def __eq__(self, other: object) -> bool:
        """Tell whether both store the same numbers."""
        if not isinstance(other, PiecewiseLinearWithJumps):
            return NotImplemented
        return all(np.array_equal(a, b) for a, b in zip(self._stored, other._stored, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(tuple(part.tolist()) for part in self._stored))

    @property
    def _stored(self) -> tuple[Floats, Floats, Floats, Floats]:
        return self.breakpoints, self.slopes, self.anchors, self.heights


class JumpsFit(FitResult):
    """A fit with jumps: `function`, `loss`, `bounds`, `status` and `method`, and no network, because there is none.

    Arguments:
        function: the function.
        loss: its loss on the data, as measured in float64.
        bounds: how small the loss can be for as many pieces with jumps; they hold no continuous function.
        status: a sentence.
        method: what was asked for.

    >>> from hinges import Best, HingesError, fit
    >>> dam = fit(([0, 1, 2, 3], [0, 0, 5, 5]), Best(pieces=2, continuous=False))
    >>> isinstance(dam, JumpsFit), dam.function.jumps, dam.status
    (True, array([5.]), 'the best possible')
    >>> try:
    ...     dam.network
    ... except HingesError as error:
    ...     print(error)
    this function jumps, and a ReLU network is continuous, so there is no network that equals it
    """

    function: PiecewiseLinearWithJumps  # pyright: ignore[reportIncompatibleVariableOverride]
    bounds: ErrorBounds

    def __init__(
        self, *, function: PiecewiseLinearWithJumps, loss: float, bounds: ErrorBounds, status: str, method: Any
    ) -> None:
        fields = {"function": function, "loss": loss, "bounds": bounds, "status": status, "method": method}
        for name, value in {**fields, "seed": None, "history": None}.items():
            object.__setattr__(self, name, value)

    @property
    def network(self) -> NoReturn:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Raises: a ReLU network is continuous."""
        raise UnsupportedModelError(
            "this function jumps, and a ReLU network is continuous, so there is no network that equals it"
        )

    def __repr__(self) -> str:
        return f"JumpsFit(loss={self.loss:g}, {len(self.function.slopes)} pieces, status={self.status!r})"
