"""Repair of any network: idle units moved, the output layer solved, and a short descent. Approximate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hinges.data import Dataset
from hinges.diagnosis._loss import Loss
from hinges.diagnosis._output_layer import with_solved_output
from hinges.diagnosis._parameters import Parameters
from hinges.diagnosis._repair_descent import descended
from hinges.diagnosis._repair_units import with_units_moved
from hinges.diagnosis._rows import thinned
from hinges.nets import Activation, Linear, Network

MOST_ROWS = 3_000  # that are read on the way; the comparison at the end is on all
MOST_SOLVED = 2**25  # numbers of the last hidden layer up to which its output layer is solved on all rows
MOST_WORK = 8e9  # multiplications of all descent together
ITERATIONS = 250  # of a descent at most
FEWEST, FEWEST_ROWS = 8, 2_000  # iterations, and rows that are read: of fewer a large network learns the rows by heart
ROUNDS = 2  # of moving units and descent


def repaired_networks(network: Network, loss: Loss, *, seed: int = 0) -> list[Network]:
    """Give networks of the same layers that are likely better, to be compared by their loss on all rows.

    Arguments:
        network: any network.
        loss: with all rows.
        seed: of the places that are tried for units.
    """
    parameters = max(1, Parameters(network).vector.size)
    each = MOST_WORK / (6.0 * parameters * (ROUNDS + 1))  # rows times iterations of one descent
    rows = Loss(loss.name, thinned(loss.data, int(np.clip(each / FEWEST, FEWEST_ROWS, MOST_ROWS))))
    iterations = int(np.clip(each / len(rows.data), FEWEST, ITERATIONS))
    current = descended(_solved(network, rows), rows, iterations=iterations)
    found = [current]
    for k in range(ROUNDS):
        moved, places = with_units_moved(current if k else network, rows, seed=seed + k)
        if k and not places:
            break
        found.append(descended(_solved(moved, rows), rows, iterations=iterations))
        current = min(found, key=lambda trial: loss_on_all(trial, rows))
    return [*found, _solved(current, rows), _solved(current, loss)]


def revived_output(network: Network, data: Dataset) -> Network:
    """Give the network whose last Linear says the targets themselves, where a rectifier at the output lets none pass.

    Where the output activation is relu or clip and is flat on every row, no gradient gets through it.
    """
    last = network.nodes[-1]
    if not isinstance(last, Activation) or last.kind not in ("relu", "clip") or last.source != len(network.nodes) - 1:
        return network
    z = network.values(data.x)[-2]
    if last.derivative(z).any(axis=0).all():
        return network
    before = replace(network, nodes=network.nodes[:-1])
    return replace(network, nodes=(*with_solved_output(before, data).nodes, last))


def _solved(network: Network, loss: Loss) -> Network:
    """Solve the output layer where that is linear least squares and not too large."""
    network = revived_output(network, loss.data) if loss.name == "mse" else network
    last = network.nodes[-1]
    if loss.name != "mse" or not isinstance(last, Linear):
        return network
    columns = sum(last.source_sizes())
    if columns > len(loss.data) and len(loss.data) > 50:  # it would learn the rows by heart
        return network
    if columns**2 * min(len(loss.data), MOST_ROWS) > MOST_WORK:
        return network
    rows = loss.data if columns * len(loss.data) <= MOST_SOLVED else thinned(loss.data, MOST_ROWS)
    better = with_solved_output(network, rows)
    return better if loss_on_all(better, loss) <= loss_on_all(network, loss) else network


def loss_on_all(network: Network, loss: Loss) -> float:
    """Give the loss on all its rows, infinite where float64 overflows."""
    values = network.evaluated(loss.data.x)
    found = loss.value(values) if np.isfinite(values).all() else np.inf
    return found if np.isfinite(found) else np.inf
