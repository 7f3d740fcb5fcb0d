"""What a function is wished to be besides close to the data: its slopes, its shape, the gaps between its kinks."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError

LEAST_GAP = 1e-6  # of the span: a steeper piece is a jump, and its hinges would lose the digits of the rest
SHAPES = ("convex", "concave")


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """Bounds on all slopes, a shape, and the least gap between kinks, in the units of the data.

    Everything but the gap is linear in the values at given vertices.
    """

    low: float = -math.inf
    high: float = math.inf
    min_gap: float = 0.0
    shape: str | None = None

    @classmethod
    def of(cls, slope_bounds: object, min_gap: object, shape: object) -> Wishes:
        """Check what a caller gives: bounds (low, high), either None; a gap; a shape or None."""
        low, high = _slope_bounds(slope_bounds)
        if shape is not None:
            shape = _arrays.choice(shape, "shape", SHAPES)
        return cls(low=low, high=high, min_gap=_arrays.number(min_gap, "min_gap", least=0.0), shape=shape)

    @property
    def bounded(self) -> bool:
        """Whether slopes are bounded."""
        return math.isfinite(self.low) or math.isfinite(self.high)

    @property
    def of_values(self) -> bool:
        """Whether something is wished of the values at given vertices."""
        return self.bounded or self.shape is not None

    @property
    def none(self) -> bool:
        """Whether nothing is wished."""
        return not self.of_values and self.min_gap == 0.0

    def scaled(self, x_exponent: int, y_exponent: int) -> Wishes:
        """Give the same wishes for x divided by 2**x_exponent and y by 2**y_exponent."""
        low, high = (_ldexp(bound, x_exponent - y_exponent) for bound in (self.low, self.high))
        return replace(self, low=low, high=high, min_gap=_ldexp(self.min_gap, -x_exponent))

    def inequalities(self, vertices: Floats) -> tuple[Floats, Floats]:
        """Give matrix and right side of ``matrix @ values >= right`` for the values at rising vertices (k + 1,)."""
        widths = np.diff(vertices)
        pieces = len(widths)
        rise = np.zeros((pieces, pieces + 1))
        at = np.arange(pieces)
        rise[at, at], rise[at, at + 1] = -1.0, 1.0
        matrices, rights = [np.zeros((0, pieces + 1))], [np.zeros(0)]
        if math.isfinite(self.low):
            matrices.append(rise)
            rights.append(self.low * widths)
        if math.isfinite(self.high):
            matrices.append(-rise)
            rights.append(-self.high * widths)
        if self.shape is not None and pieces > 1:
            sign = 1.0 if self.shape == "convex" else -1.0
            change = rise[1:] / widths[1:, None] - rise[:-1] / widths[:-1, None]
            matrices.append(sign * change * np.minimum(widths[1:], widths[:-1])[:, None])
            rights.append(np.zeros(pieces - 1))
        return np.concatenate(matrices), np.concatenate(rights)

    def spread(self, kinks: Floats, first: float, last: float, least: float = LEAST_GAP) -> Floats:
        """Give kinks (rising, inside (first, last)) moved as little as keeps them `min_gap` and `least` apart.

        As many as do not fit are left out.
        """
        gap = max(self.min_gap, least * (last - first))
        low, high = first + least * (last - first), last - least * (last - first)
        room = max(0, 1 + math.floor((high - low) / gap * (1 + 1e-12))) if high > low else 0
        kinks = np.sort(kinks)
        while len(kinks) > room:
            kinks = np.delete(kinks, int(np.argmin(np.diff(kinks))) if len(kinks) > 1 else 0)
        steps = gap * np.arange(len(kinks))
        eased = np.sort(kinks - steps)
        return np.clip(eased, low, max(low, high - (steps[-1] if len(steps) else 0.0))) + steps

    def kept(self, slopes: Floats, kinks: Floats, slack: float = 0.0) -> bool:
        """Say whether slopes (k + 1,) and the gaps of kinks (k,) are as wished, up to `slack` in the slopes."""
        if (slopes < self.low - slack).any() or (slopes > self.high + slack).any():
            return False
        if len(kinks) > 1 and float(np.diff(kinks).min()) < self.min_gap:
            return False
        changes = np.diff(slopes)
        if self.shape == "convex":
            return bool((changes >= -slack).all())
        return self.shape is None or bool((changes <= slack).all())

    def __str__(self) -> str:
        """Say what is wished."""
        said: list[str] = []
        if self.bounded:
            low = "" if self.low == -math.inf else f"at least {self.low:g}"
            high = "" if self.high == math.inf else f"at most {self.high:g}"
            said.append(f"slopes {' and '.join(part for part in (low, high) if part)}")
        if self.shape is not None:
            said.append(self.shape)
        if self.min_gap > 0:
            said.append(f"kinks at least {self.min_gap:g} apart")
        return ", ".join(said)


def _slope_bounds(given: object) -> tuple[float, float]:
    if given is None:
        return -math.inf, math.inf
    pair = _arrays.sequence(given, "slope_bounds")
    if len(pair) != 2:
        raise InvalidInputError(f"slope_bounds must be a pair (low, high), not {len(pair)} values")
    low, high = (_bound(value, i) for i, value in enumerate(pair))
    if low > high:
        raise InvalidInputError(f"slope_bounds[0] = {low:g} must be at most slope_bounds[1] = {high:g}")
    return low, high


def _bound(value: object, i: int) -> float:
    infinite = -math.inf if i == 0 else math.inf
    if value is None or (isinstance(value, float) and value == infinite):
        return infinite
    return _arrays.number(value, f"slope_bounds[{i}]")


def _ldexp(value: float, exponent: int) -> float:
    try:
        return math.ldexp(value, exponent)
    except OverflowError:
        return math.copysign(math.inf, value)
