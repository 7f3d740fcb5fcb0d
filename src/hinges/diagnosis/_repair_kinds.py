"""Which findings a repair addressed: what was wrong with the units before, and is less so after."""

from __future__ import annotations

import numpy as np

from hinges._arrays import Floats
from hinges.diagnosis._layer_state import layer_states
from hinges.diagnosis._loss import Loss
from hinges.diagnosis._parameters import Parameters
from hinges.diagnosis._repair_descent import descended
from hinges.diagnosis._repair_network import loss_on_all
from hinges.diagnosis._rows import thinned
from hinges.nets import Activation, Linear, Max, Network

KINDS = (
    "output-range",
    "kinks-outside-data",
    "dead-units",
    "surplus-always-on",
    "kinks-coincide",
    "duplicate-units",
)
TOGETHER = 0.05  # of the span of x: kinks no further apart are in one place
MANY = 0.4  # of the units in one place
STILL = 0.25  # of the way down, in orders of magnitude, that the gradient leads a network that stands still
ITERATIONS = 60  # of going on by gradient, to see that
MOST_WORK = 1e9  # multiplications of it
RESOLUTION = 1e-12  # of the loss of a constant: losses below it are rounding
ALIKE = 1e-6  # of the size of two units' outputs: they are the same unit twice
MOST_ROWS = 1_000
LESS = 0.95  # of a loss, that is worth calling a standstill ended


def addressed_kinds(before: Network, after: Network, loss: Loss) -> tuple[str, ...]:
    """Give the kinds of findings of which there is less after than before.

    Whether the network stood still is tried: "plateau" says that its gradient alone led nowhere, "not-stationary"
    that it led a good part of the way.
    """
    old, new = symptoms(before, loss), symptoms(after, loss)
    kinds = [kind for kind, count in old.items() if new[kind] < count]
    rows = Loss(loss.name, thinned(loss.data, MOST_ROWS))
    start, end = loss_on_all(before, rows), loss_on_all(after, rows)
    if np.isfinite(start) and end < LESS * start:
        work = 6.0 * len(rows.data) * max(1, Parameters(before).vector.size)
        there = loss_on_all(descended(before, rows, iterations=int(np.clip(MOST_WORK / work, 5, ITERATIONS))), rows)
        tiny = RESOLUTION * rows.of_best_constant() + 1e-300
        way = np.log(start / max(there, tiny)) / np.log(start / min(max(end, tiny), LESS * start))
        kinds.append("plateau" if way <= STILL else "not-stationary")
    return tuple(kinds)


def symptoms(network: Network, loss: Loss) -> dict[str, int]:
    """Give how many units are idle, kinks are out of the data or in one place, and units are there twice."""
    x = loss.data.x
    found: dict[str, int] = dict.fromkeys(KINDS, 0)
    last = network.nodes[-1]
    for state in layer_states(network, x):
        node = network.hidden_nodes[state.index]
        if node is last:
            if state.kind in ("relu", "clip"):
                found["output-range"] += int(state.dead.sum())
            continue
        if not state.is_rectifier:
            continue
        first = _reads_input(network, node)
        spare = int(state.always_on.sum()) - (network.inputs if first else state.units - 1)
        found["surplus-always-on"] += max(0, spare)
        found["dead-units"] += int(state.dead.sum()) if state.kind == "relu" else 0
        found["duplicate-units"] += _duplicates(network, node, state.bends)
        if first and network.inputs == 1 and isinstance(node, Activation):
            outside, together = _along_x(network, node, x[:, 0])
            found["kinks-outside-data"] += outside if outside >= state.units - 1 > 0 or outside > 1 else 0
            found["kinks-coincide"] += together
    return found


def _reads_input(network: Network, node: Activation | Max) -> bool:
    feeder = network.nodes[node.source - 1] if node.source else None
    return isinstance(feeder, Linear) and feeder.sources == (0,) and feeder.is_dense


def _along_x(network: Network, node: Activation, x: Floats) -> tuple[int, int]:
    """Give how many kinks are not between the rows, and how many, if they are many, are in one place there."""
    feeder = network.nodes[node.source - 1]
    assert isinstance(feeder, Linear)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        kinks = -feeder.bias / np.asarray(feeder.matrices[0])[0]
    low, high = float(x.min()), float(x.max())
    inside = kinks[(kinks > low) & (kinks < high)]
    window = TOGETHER * (high - low)
    together = max((int(((inside >= at) & (inside <= at + window)).sum()) for at in inside), default=0)
    return kinks.size - inside.size, together if together > max(2, MANY * kinks.size) else 0


def _duplicates(network: Network, node: Activation | Max, bends: np.ndarray) -> int:
    """Give how many units that bend repeat an earlier one, up to a factor."""
    at = network.nodes.index(node)
    feeder = network.nodes[network.nodes[at].sources[0] - 1] if network.nodes[at].sources[0] else None
    if not isinstance(feeder, Linear) or len(feeder.sources) != 1 or not feeder.is_dense:
        return 0
    if feeder.units > 1_000:
        return 0
    full = np.vstack([np.asarray(feeder.matrices[0]), feeder.bias])[:, bends]
    size = np.linalg.norm(full, axis=0)
    full = full[:, size > 0] / size[size > 0]
    alike = np.abs(full.T @ full - 1.0) <= ALIKE**2 + 1e-15
    return int(np.triu(alike, 1).any(axis=0).sum())
