"""The steps of a network for cells of a plane: ReLU around a pooling is fused with it into one largest-of-all.

ReLU after Max, and ReLU before Max where nothing but poolings reads it, both give the largest entry of each window
and zero. As two layers they would cut the plane also where the function does not bend (a unit that switches while
another wins, or windows that change their winner below zero). As one step they do not.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._lowered import below
from hinges.nets import Activation, Linear, Network

ZERO = -1  # the index of an entry that is zero


@dataclass(frozen=True, eq=False)
class Affine:
    """Gives `value` = sum of value[source] @ matrix, plus bias."""

    value: int
    sources: tuple[int, ...]
    matrices: tuple[Any, ...]
    bias: Floats


@dataclass(frozen=True, eq=False)
class Switch:
    """Gives `value` = z where z > 0, else `below` * z; `hidden` counts the hidden nodes of the lowered network."""

    value: int
    source: int
    below: Floats
    hidden: int

    @property
    def units(self) -> int:
        """How many units it has."""
        return len(self.below)


@dataclass(frozen=True, eq=False)
class Pool:
    """Gives `value` = the largest entry of each group; index `ZERO`, in the first column alone, is a zero.

    Attributes:
        hidden: the Max node among the hidden nodes of the lowered network.
        before: the hidden ReLU node that it has taken in and whose units its groups count, or None.
        after: the hidden ReLU node that it has taken in and whose units are its own, or None.
    """

    value: int
    source: int
    groups: NDArray[np.intp]
    hidden: int
    before: int | None = None
    after: int | None = None

    @property
    def units(self) -> int:
        """How many units it has."""
        return len(self.groups)

    @property
    def with_zero(self) -> bool:
        """Whether a zero is among the entries."""
        return bool(self.groups.size) and bool(self.groups[0, 0] == ZERO)


Step = Affine | Switch | Pool


@dataclass(frozen=True, eq=False)
class Steps:
    """The steps in order, and which value is the output; value 0 is the input."""

    steps: tuple[Step, ...]
    output: int


def steps_of(network: Network, *, fuse: bool = True) -> Steps:
    """Give the steps of a lowered network; `fuse=False` keeps every hidden node a step of its own."""
    return _Builder(network, fuse=fuse).built()


class _Builder:
    """Walks over the nodes once and keeps, for each value of the network, which value of the steps equals it."""

    def __init__(self, network: Network, *, fuse: bool) -> None:
        self.network = network
        self.fuse = fuse
        self.readers: list[list[int]] = [[] for _ in range(len(network.nodes) + 1)]
        for i, node in enumerate(network.nodes):
            for source in set(node.sources):
                self.readers[source].append(i)
        self.readers[-1].append(-1)  # whoever asked for the output
        self.values: list[int] = [0]
        self.steps: list[Step] = []
        hidden = [i for i, node in enumerate(network.nodes) if not isinstance(node, Linear)]
        self.hidden = {node: count for count, node in enumerate(hidden)}
        self.gates: dict[int, tuple[int, int]] = {}  # value after a ReLU that poolings take in: (its source, hidden)

    def built(self) -> Steps:
        """Give the steps."""
        for i, node in enumerate(self.network.nodes):
            if isinstance(node, Linear):
                sources = tuple(self.values[source] for source in node.sources)
                value = self._new()
                self.steps.append(Affine(value, sources, node.matrices, node.bias))
            else:
                value = self._activation(i, node) if isinstance(node, Activation) else self._pool(i)
            self.values.append(value)
        return Steps(tuple(self.steps), self.values[-1])

    def _new(self) -> int:
        return 1 + max((step.value for step in self.steps), default=0)

    def _activation(self, i: int, node: Activation) -> int:
        source = self.values[node.source]
        if self._only_pools_read(i):
            self.gates[i + 1] = (source, self.hidden[i])
            return source
        if node.kind == "relu" and self._taken_in_by(node.source) == i:
            return source
        step = Switch(self._new(), source, below(node), self.hidden[i])
        if (step.below == 1.0).all():
            return source
        self.steps.append(step)
        return step.value

    def _is(self, i: int, kind: str) -> bool:
        node = self.network.nodes[i]
        return isinstance(node, Activation) and node.kind == kind

    def _only_pools_read(self, i: int) -> bool:
        readers = self.readers[i + 1]
        pools = all(r >= 0 and not isinstance(self.network.nodes[r], (Linear, Activation)) for r in readers)
        return self.fuse and self._is(i, "relu") and bool(readers) and pools

    def _taken_in_by(self, value: int) -> int | None:
        """Give the ReLU node that a Max node's value goes into, where it is its only reader."""
        readers = self.readers[value]
        made_by_max = value > 0 and not isinstance(self.network.nodes[value - 1], (Linear, Activation))
        if self.fuse and made_by_max and len(readers) == 1 and readers[0] >= 0 and self._is(readers[0], "relu"):
            return readers[0]
        return None

    def _pool(self, i: int) -> int:
        node: Any = self.network.nodes[i]
        source = self.values[int(node.source)]
        before: int | None = None
        if node.source in self.gates:
            source, before = self.gates[int(node.source)]
        after = self._taken_in_by(i + 1)
        groups: NDArray[np.intp] = node.groups
        if before is not None or after is not None:
            zeros = np.full((len(groups), 1), ZERO, dtype=np.intp)
            groups = np.concatenate((zeros, groups), axis=1)
        taken = None if after is None else self.hidden[after]
        step = Pool(self._new(), source, groups, self.hidden[i], before, taken)
        self.steps.append(step)
        return step.value
