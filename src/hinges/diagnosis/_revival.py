"""Units of any rectifier layer placed anew, where the network errs, without changing what it says."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hinges._arrays import Floats
from hinges.diagnosis._loss import Loss
from hinges.nets import Activation, Linear, Network, Node

Place = tuple[int, int]  # layer and index, as of a Unit


def revived(network: Network, loss: Loss, units: Sequence[Place], *, seed: int = 0) -> Network:
    """Give the network in which these units bend among the rows, and send nothing on yet.

    Each gets a random direction in what its layer reads, of the size of the rows' spread, and a bias that puts its
    kink through a row drawn in proportion to how much the loss pulls at it; what reads it starts at 0, so that
    outputs change only by what the unit did before (nothing, of a dead one). Units that no dense Linear feeds,
    or that something else than a dense Linear reads, stay.
    """
    values = network.values(loss.data.x)
    pull = np.abs(loss.gradient(values[-1])).sum(axis=1) + 1e-300
    rng = np.random.default_rng(seed)
    nodes: list[Node] = list(network.nodes)
    for layer in sorted({layer for layer, _ in units}):
        at = network.nodes.index(network.hidden_nodes[layer])
        chosen = np.array([index for there, index in units if there == layer])
        activation = nodes[at]
        feeder = nodes[activation.sources[0] - 1] if activation.sources[0] else None
        readers = [i for i, node in enumerate(nodes) if at + 1 in node.sources]
        if not (isinstance(activation, Activation) and _is_dense(feeder) and isinstance(feeder, Linear)):
            continue
        if len(feeder.sources) != 1 or not all(_is_dense(nodes[i]) for i in readers):
            continue
        rows = rng.choice(len(pull), size=len(chosen), p=pull / pull.sum())
        nodes[activation.sources[0] - 1] = _aimed(feeder, values[feeder.sources[0]], chosen, rows, rng)
        for i in readers:
            nodes[i] = _silenced(nodes[i], at + 1, chosen)
    return replace(network, nodes=tuple(nodes))


def _is_dense(node: Node | None) -> bool:
    return isinstance(node, Linear) and node.is_dense


def _aimed(feeder: Linear, reads: Floats, chosen: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> Linear:
    """Give the layer with new directions for the chosen units, each with its kink through one of the rows."""
    spread = reads.std(axis=0)
    usable = spread > 1e-12 * (np.abs(reads).max(axis=0) + 1e-300)
    directions = rng.standard_normal((reads.shape[1], len(chosen)))
    directions = directions * (usable / np.where(usable, spread, 1.0))[:, None] / np.sqrt(max(1, usable.sum()))
    weights, bias = np.array(feeder.matrices[0]), np.array(feeder.bias)
    weights[:, chosen] = directions
    bias[chosen] = -np.einsum("ui,iu->u", reads[rows], directions)
    return replace(feeder, matrices=(weights,), bias=bias)


def _silenced(reader: Node, value: int, chosen: np.ndarray) -> Node:
    """Give the layer that takes nothing from the chosen units."""
    assert isinstance(reader, Linear)
    matrices = [np.array(matrix) for matrix in reader.matrices]
    for source, matrix in zip(reader.sources, matrices, strict=True):
        if source == value:
            matrix[chosen] = 0.0
    return replace(reader, matrices=tuple(matrices))
