"""A chain of layers on a plane in integers: its affine forms, the points where two lines meet, the signs there.

float64 numbers are integers times a power of two, so that everything stays whole: a form is three integers over a
power of two, a point is (X, Y, D) for (X/D, Y/D), and no division is ever made.
"""

from dataclasses import dataclass, field
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._mesh_chain import Chain, Stage

Integers = NDArray[Any]  # of Python ints, which do not overflow
Point = tuple[int, int, int]
Form = tuple[int, int, int]


def integers(values: Floats) -> tuple[Integers, int]:
    """Give floats as integers over 2**shift; the shift may be negative."""
    mantissa, exponent = np.frexp(values)
    whole = (mantissa * 2.0**53).astype(np.int64)
    exponent = exponent.astype(np.int64) - 53
    nonzero = whole != 0
    if not nonzero.any():
        return whole.astype(object), 0
    low = np.where(nonzero, whole & -whole, 1)
    zeros = np.log2(low.astype(np.float64)).astype(np.int64)  # of a power of two: exact
    whole, exponent = whole >> zeros, exponent + zeros
    least = int(exponent[nonzero].min())
    powers = np.array([2 ** max(int(e) - least, 0) for e in exponent.ravel()], dtype=object)
    return whole.astype(object) * powers.reshape(values.shape), -least


@dataclass(frozen=True, eq=False)
class ExactStage:
    """A stage's numbers as integers: weights over 2**shift, bias over 2**bias_shift, slopes over 2**slope_shift."""

    weights: Integers
    shift: int
    bias: Integers
    bias_shift: int
    slope: Integers
    slope_shift: int

    @classmethod
    def of(cls, stage: Stage) -> "ExactStage":
        """Give the stage in integers."""
        return cls(*integers(stage.weights), *integers(stage.bias), *integers(stage.slope))

    def affine(self, rows: Integers, shift: int, one: Integers) -> tuple[Integers, int]:
        """Give rows over 2**shift times the weights plus the bias times `one`, (rows,), and the new shift."""
        used = np.flatnonzero((rows != 0).any(axis=0))
        z = rows[:, used] @ self.weights[used] if len(used) else np.zeros((len(rows), len(self.bias)), dtype=object)
        common = max(shift + self.shift, self.bias_shift)
        bias = one[:, None] * self.bias[None, :]
        return z * 2 ** (common - shift - self.shift) + bias * 2 ** (common - self.bias_shift), common

    def activated(self, z: Integers, shift: int, on: NDArray[np.bool_]) -> tuple[Integers, int]:
        """Give z where a unit is on and slope * z elsewhere; `on` is (units,)."""
        if self.slope_shift == 0 and not any(s not in (0, 1) for s in self.slope):
            return np.where(on | (self.slope == 1), z, 0), shift
        return z * np.where(on, 2**self.slope_shift if self.slope_shift > 0 else 1, self._slopes()), shift + max(
            self.slope_shift, 0
        )

    def _slopes(self) -> Integers:
        return self.slope * 2 ** max(-self.slope_shift, 0)


@dataclass(eq=False)
class ExactPlane:
    """The chain on the plane; forms are remembered by the units that are on, up to a number of them."""

    chain: Chain
    bounds: tuple[float, float, float, float]
    remember: int = 512
    _stages: list[ExactStage] = field(default_factory=list)
    _base: tuple[Integers, int] | None = None
    _forms: dict[tuple[int, bytes], tuple[Integers, int]] = field(default_factory=dict)

    def stage(self, i: int) -> ExactStage:
        """Give a stage in integers."""
        while len(self._stages) <= i:
            self._stages.append(ExactStage.of(self.chain.stages[len(self._stages)]))
        return self._stages[i]

    def first(self) -> tuple[Integers, int]:
        """Give the forms of the inputs, (3, inputs), over a power of two."""
        if self._base is None:
            self._base = integers(self.chain.base)
        return self._base

    def forms(self, stage: int, bits: NDArray[np.uint64]) -> tuple[Integers, int]:
        """Give the pre-activations of a stage where the units before it are as in `bits`: (3, units), and the shift."""
        words = self.chain.words
        key = stage, bits[: words[stage]].tobytes()
        found = self._forms.get(key)
        if found is None:
            one = np.array([1, 0, 0], dtype=object)
            rows, shift = self.first() if stage == 0 else self.active(stage - 1, bits)
            found = self.stage(stage).affine(rows, shift, one * 1)
            if len(self._forms) >= self.remember:
                self._forms.clear()
            self._forms[key] = found
        return found

    def active(self, stage: int, bits: NDArray[np.uint64]) -> tuple[Integers, int]:
        """Give the forms of what a stage hands on."""
        z, shift = self.forms(stage, bits)
        return self.stage(stage).activated(z, shift, unpack(bits, self.chain, stage))

    def line(self, owner: int, bits: NDArray[np.uint64]) -> Form:
        """Give (C, A, B) with C + A s + B t = 0 on a unit's zero line, or on the side -1 - owner of the rectangle."""
        if owner < 0:
            p, q = self.bounds[-1 - owner].as_integer_ratio()
            return (-p, q, 0) if owner >= -2 else (-p, 0, q)
        stage = 0
        while owner >= self.chain.stages[stage].units:
            owner -= self.chain.stages[stage].units
            stage += 1
        c, a, b = self.forms(stage, bits)[0][:, owner].tolist()
        return c, a, b

    def meeting(self, first: int, second: int, bits: NDArray[np.uint64]) -> Point:
        """Give the point where two lines meet, D > 0."""
        return meeting(self.line(first, bits), self.line(second, bits))

    def row(self, stage: int, point: Point) -> tuple[list[int], int, int]:
        """Give numerators of the stage's pre-activations at a point, D, and the shift: z = n / (D * 2**shift)."""
        x, y, d = point
        rows, shift = self.first()
        rows = np.array([d, x, y], dtype=object)[None, :] @ rows
        one = np.array([d], dtype=object)
        for i in range(stage):
            z, shift = self.stage(i).affine(rows, shift, one)
            rows, shift = self.stage(i).activated(z, shift, (z[0] > 0).astype(np.bool_))
        z, shift = self.stage(stage).affine(rows, shift, one)
        return z[0].tolist(), d, shift


def meeting(first: Form, second: Form) -> Point:
    """Give the point (X, Y, D), D > 0, where two lines C + A s + B t = 0 meet."""
    (c, a, b), (f, d, e) = first, second
    x, y, w = b * f - e * c, c * d - f * a, a * e - d * b
    common = gcd(x, y, w) * (-1 if w < 0 else 1)
    return x // common, y // common, w // common


def unpack(bits: NDArray[np.uint64], chain: Chain, stage: int) -> NDArray[np.bool_]:
    """Give which units of a stage are on, (..., units); those that do not switch are."""
    at, units = chain.words, chain.stages[stage]
    if at[stage] == at[stage + 1]:
        return np.ones((*bits.shape[:-1], units.units), np.bool_)
    words = np.ascontiguousarray(bits[..., at[stage] : at[stage + 1]]).astype("<u8", copy=False)
    on = np.unpackbits(words.view(np.uint8), axis=-1, bitorder="little")[..., : units.units].astype(np.bool_)
    return on | (units.slope == 1.0)


def pack(on: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Give bits (n,) in words of 64."""
    words = np.zeros((len(on) + 63) // 64 * 8, np.uint8)
    packed = np.packbits(on, bitorder="little")
    words[: len(packed)] = packed
    return words.view("<u8").astype(np.uint64)
