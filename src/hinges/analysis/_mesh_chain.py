"""The chain of dense layers that a mesh is cut by, with the constants of its rounding-error bounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.analysis._lowered import Lowered, below
from hinges.nets import Activation, Linear

ROUNDING = 2.0**-53
DENSIFIED = 2**20  # entries up to which a sparse matrix is treated as a dense one


class TooManyRegionsError(Exception):
    """The mesh has more faces than were allowed; `layer` of `layers` was being cut."""

    def __init__(self, found: int, layer: int, layers: int) -> None:
        super().__init__(f"{found} faces in layer {layer} of {layers}")
        self.found, self.layer, self.layers = found, layer, layers


@dataclass(frozen=True, eq=False)
class Stage:
    """One layer: z = a @ weights + bias, then slope * z where z is below zero.

    A unit of slope 1 does not switch. `scale` bounds what a relative error of one costs a unit; `spectral` and
    `frobenius` bound the norm of the matrix.
    """

    weights: Floats
    bias: Floats
    slope: Floats
    hidden: int  # which hidden node of the lowered network, -1 for none
    scale: Floats
    spectral: float
    frobenius: float

    @property
    def units(self) -> int:
        """How many units it has."""
        return len(self.bias)

    @property
    def switches(self) -> bool:
        """Whether any of its units switches."""
        return bool((self.slope != 1.0).any())

    @property
    def steepest(self) -> float:
        """The steepest slope of its activation, at least 1."""
        return max(1.0, float(np.abs(self.slope).max(initial=0.0)))

    @property
    def gamma(self) -> float:
        """What a sum over its inputs and what is done with it rounds to, relatively."""
        return (max(self.weights.shape) + 32) * ROUNDING


@dataclass(frozen=True, eq=False)
class Chain:
    """The layers of a network on a plane; the first reads [1, s, t] through the rows of the plane."""

    stages: tuple[Stage, ...]
    base: Floats  # (3, inputs)

    @property
    def words(self) -> tuple[int, ...]:
        """Where each stage's bits start, in words of 64, and how many words there are, (stages + 1,)."""
        sizes = [(stage.units + 63) // 64 if stage.switches else 0 for stage in self.stages]
        return tuple(int(i) for i in np.cumsum([0, *sizes]))


@np.errstate(over="ignore", invalid="ignore")
def chain(lowered: Lowered, base: Floats) -> Chain | None:
    """Give the chain that a lowered network is, or None where it branches, pools, or is sparse and large."""
    stages: list[Stage] = []
    hidden = -1
    pending: tuple[Floats, Floats] | None = None
    for i, node in enumerate(lowered.network.nodes):
        if node.sources != (i,):
            return None
        if isinstance(node, Linear):
            weights = _dense(node.matrices[0])
            if weights is None:
                return None
            if pending is not None:
                stages.append(_stage(*pending, None, -1))
            pending = weights, node.bias
        elif isinstance(node, Activation):
            hidden += 1
            stages.append(_stage(*(pending or _identity(node.units)), below(node), hidden))
            pending = None
        else:
            return None
    if pending is not None:
        stages.append(_stage(*pending, None, -1))
    return Chain(tuple(stages), base)


def _dense(matrix: Any) -> Floats | None:
    if not hasattr(matrix, "tocsr"):
        return matrix
    return matrix.toarray() if matrix.shape[0] * matrix.shape[1] <= DENSIFIED else None


def _identity(units: int) -> tuple[Floats, Floats]:
    return np.eye(units), np.zeros(units)


def _stage(weights: Floats, bias: Floats, slope: Floats | None, hidden: int) -> Stage:
    norms = np.sqrt(np.einsum("ij,ij->j", weights, weights))
    frobenius = float(np.sqrt(norms @ norms))
    slopes = np.ones(len(bias)) if slope is None else np.array(slope)
    return Stage(weights, bias, slopes, hidden, np.maximum(norms, np.abs(bias)), _spectral(weights), frobenius)


def _spectral(weights: Floats) -> float:
    """Bound the largest singular value by that of the Gram matrix's fourth power, whose Frobenius norm is no less."""
    gram = weights.T @ weights if weights.shape[0] > weights.shape[1] else weights @ weights.T
    largest = float(np.abs(gram).max(initial=0.0))
    if not 0.0 < largest < np.inf:
        return largest
    gram = gram / largest
    gram = gram @ gram
    gram = gram @ gram
    return float(np.sqrt(largest) * np.sqrt(np.einsum("ij,ij->", gram, gram)) ** 0.125) * 1.001


def total_norm(rows: Sequence[Floats]) -> list[float]:
    """Give the norm of each row."""
    return [float(np.sqrt(row @ row)) for row in rows]
