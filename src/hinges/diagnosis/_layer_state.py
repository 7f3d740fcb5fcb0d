"""LayerState: what every unit of a hidden layer does on the rows of the data."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.nets import Activation, Network

BLOCK = 2**22  # numbers in memory at once
FLAT = 1e-3  # of its largest slope: a smooth unit is saturated on a row where its slope is less
STEEPEST = {"sigmoid": 0.25, "tanh": 1.0}  # those that saturate on both sides
TWO_SIDED = frozenset(STEEPEST)
RECTIFIERS = frozenset({"relu", "leaky_relu"})


@dataclass(frozen=True, eq=False)
class LayerState:
    """The units of one hidden layer on every row.

    Arguments:
        index: the layer, counted as `Unit.layer`.
        name: what the layer is called.
        kind: its activation.
        on: (units,) share of the rows on which the pre-activation is > 0.
        low, high: (units,) smallest and largest pre-activation.
        flat: (units,) share of the rows on which a sigmoid or tanh has next to no slope; 0 of other kinds.
    """

    index: int
    name: str
    kind: str
    on: Floats
    low: Floats
    high: Floats
    flat: Floats

    @property
    def units(self) -> int:
        """How many units the layer has."""
        return len(self.on)

    @property
    def is_rectifier(self) -> bool:
        """Whether its units have one kink, at z = 0."""
        return self.kind in RECTIFIERS

    @property
    def dead(self) -> NDArray[np.bool_]:
        """Whether a unit's pre-activation is <= 0 on every row, (units,)."""
        return self.high <= 0

    @property
    def always_on(self) -> NDArray[np.bool_]:
        """Whether it is > 0 on every row, (units,)."""
        return self.low > 0

    @property
    def bends(self) -> NDArray[np.bool_]:
        """Whether rows lie on both sides of the unit's kink, (units,)."""
        return ~(self.dead | self.always_on)


def layer_states(network: Network, x: Floats) -> tuple[LayerState, ...]:
    """Give the state of every activation layer over rows x (n, inputs), in blocks of rows.

    Output activations are among them: the caller knows which is the last node.
    """
    nodes = [(i, node) for i, node in enumerate(network.nodes) if isinstance(node, Activation)]
    widest = sum(node.units for node in network.nodes) + network.inputs
    step = max(1, BLOCK // max(1, widest))
    counts = [np.zeros(node.units) for _, node in nodes]
    flats = [np.zeros(node.units) for _, node in nodes]
    lows = [np.full(node.units, np.inf) for _, node in nodes]
    highs = [np.full(node.units, -np.inf) for _, node in nodes]
    for start in range(0, len(x), step):
        values = network.values(x[start : start + step])
        for k, (_, node) in enumerate(nodes):
            z = values[node.source]
            counts[k] += (z > 0).sum(axis=0)
            lows[k], highs[k] = np.minimum(lows[k], z.min(axis=0)), np.maximum(highs[k], z.max(axis=0))
            if node.kind in STEEPEST:
                flats[k] += (node.derivative(z) < FLAT * STEEPEST[node.kind]).sum(axis=0)
    order = {id(node): index for index, node in enumerate(network.hidden_nodes)}
    return tuple(
        LayerState(order[id(node)], node.name, node.kind, counts[k] / len(x), lows[k], highs[k], flats[k] / len(x))
        for k, (_, node) in enumerate(nodes)
    )
