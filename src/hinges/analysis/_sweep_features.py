"""sweep_features: every input of a network moved by itself, exactly."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges import _arrays
from hinges._arrays import Floats, frozen
from hinges.analysis._line_segment import Line
from hinges.analysis._lowered import Lowered, lowered
from hinges.analysis._slice import Slice
from hinges.analysis._slice_along import slice_along
from hinges.analysis._slice_bends import bends
from hinges.analysis._slice_exact import exact_line
from hinges.analysis._slice_pass import BLOCK, Pass, Passed
from hinges.errors import InvalidInputError
from hinges.nets import Network


@dataclass(frozen=True, eq=False)
class FeatureSweep:
    """What a network does while one input after the other goes from its low to its high value: exact.

    Arguments:
        network: the network.
        point: (inputs,) where the other inputs stay.
        low, high: (inputs,) between which each input moves.
        kinks: (inputs,) at how many places some unit switches.
        bending: (inputs,) at how many of them an output bends.
        bend: (inputs, outputs) how far the output leaves the straight line between its two ends, at most.
        move: (inputs, outputs) the output's largest value less its smallest.
        unresolved: (inputs,) how many decisions float64 left open, and integers too.
    """

    network: Network
    point: Floats
    low: Floats
    high: Floats
    kinks: NDArray[np.int64]
    bending: NDArray[np.int64]
    bend: Floats
    move: Floats
    unresolved: NDArray[np.int64]

    @property
    def certified(self) -> bool:
        """Whether no decision is left open."""
        return not self.unresolved.any()

    def line(self, feature: int) -> Line:
        """Give the line along one input."""
        feature = _arrays.count(feature, "feature", minimum=0, maximum=len(self.point) - 1)
        return Line.along_feature(self.point, feature, float(self.low[feature]), float(self.high[feature]))

    def slice(self, feature: int) -> Slice:
        """Give all that there is along one input."""
        return slice_along(self.network, self.line(feature))


def sweep_features(network: Network, point: ArrayLike, *, low: ArrayLike = 0.0, high: ArrayLike = 1.0) -> FeatureSweep:
    """Give, for every input, where units switch and outputs bend while it alone moves: the map of what is of interest.

    Exact in the way `slice_along` is: all lines go through the network together, and a line on which float64 leaves
    something open goes through it once more in integers.

    Arguments:
        network: any network of piecewise-linear nodes.
        point: the inputs' values while they stay, an array of any shape, read in C order.
        low: where each input starts: a number, or as many as inputs.
        high: where it ends.

    Raises:
        InvalidInputError: the point does not fit the network, a low is not below its high, or a value exceeds float64.
        UnsupportedModelError: an activation is not piecewise linear; the layer is named.

    >>> network = Network.dense([[[1.0, 0.0], [0.0, 1.0]], [[1.0], [1.0]]], [[-0.5, 1.0], [0.0]])
    >>> found = sweep_features(network, [0.0, 0.0])
    >>> found.kinks.tolist(), found.bend[:, 0].tolist(), found.move[:, 0].tolist()
    ([1, 0], [0.25, 0.0], [0.5, 1.0])
    """
    network = _arrays.instance(network, Network, "network")
    base = _arrays.array(point, "point").reshape(-1)
    if len(base) != network.inputs:
        raise InvalidInputError(f"point has {len(base)} numbers, and the network reads {network.inputs}")
    bottom, top = _each(low, "low", network.inputs), _each(high, "high", network.inputs)
    wrong = np.flatnonzero(~(bottom < top))
    if len(wrong):
        i = int(wrong[0])
        raise InvalidInputError(f"low = {bottom[i]} must be less than high = {top[i]}, at input {i}")
    form = lowered(network)
    through = Pass(form.network)
    step = max(1, BLOCK // (4 * network.inputs))
    parts = [
        _part(form, through, base, (bottom, top, np.arange(i, min(i + step, network.inputs))))
        for i in range(0, network.inputs, step)
    ]
    kinks, bending, bend, move, unresolved = (np.concatenate(part) for part in zip(*parts, strict=True))
    counts = [frozen(a.astype(np.int64)) for a in (kinks, bending, unresolved)]
    return FeatureSweep(network, frozen(base), bottom, top, counts[0], counts[1], frozen(bend), frozen(move), counts[2])


def _each(value: ArrayLike, name: str, inputs: int) -> Floats:
    """Give one number an input."""
    numbers = _arrays.array(value, name)
    if numbers.ndim == 0:
        return frozen(np.full(inputs, float(numbers)))
    numbers = numbers.reshape(-1)
    if len(numbers) != inputs:
        raise InvalidInputError(f"{name} has {len(numbers)} numbers for {inputs} inputs")
    return frozen(numbers)


def _part(
    form: Lowered, through: Pass, base: Floats, moved: tuple[Floats, Floats, NDArray[np.intp]]
) -> tuple[NDArray[np.generic], ...]:
    """Give kinks, bending, bend, move and unresolved decisions of some inputs."""
    low, high, features = moved
    starts, ends = np.tile(base, (len(features), 1)), np.tile(base, (len(features), 1))
    rows = np.arange(len(features))
    starts[rows, features], ends[rows, features] = low[features], high[features]
    passed = through(starts, ends)
    bent = bends(form.network, passed, starts, ends)
    first = np.searchsorted(passed.line, rows)
    kinks = np.bincount(passed.line, minlength=len(rows)) - 2
    bending = np.bincount(passed.line, bent.any, minlength=len(rows)).astype(np.int64)
    bend, move = _size(passed, first)
    open_ = np.concatenate((passed.doubts.lines, passed.line[bent.unsure]))
    unresolved = np.bincount(open_, minlength=len(rows))
    for i in np.flatnonzero(unresolved).tolist():
        exact = exact_line(form, starts[i], ends[i])
        if exact is not None:
            kinks[i], unresolved[i] = len(exact.t) - 2, 0
            bending[i] = np.count_nonzero(exact.bends().any(axis=1))
    return kinks, bending, bend, move, unresolved


def _size(passed: Passed, first: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Give the largest distance from the chord between the ends of each line, and the range of y, by output."""
    last = np.concatenate((first[1:], [len(passed.t)])) - 1
    start, end = passed.y[first][passed.line], passed.y[last][passed.line]
    chord = start + passed.t[:, None] * (end - start)
    bend = np.maximum.reduceat(np.abs(passed.y - chord), first, axis=0)
    inner = np.diff(first, append=len(passed.t)) > 2
    bend[~inner] = 0.0
    move = np.maximum.reduceat(passed.y, first, axis=0) - np.minimum.reduceat(passed.y, first, axis=0)
    return bend, move
