"""Units that add nothing on the rows, in any layer: what they say goes to the others, and they bend elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._trace_backward import backward
from hinges.diagnosis._loss import Loss
from hinges.errors import InvalidInputError
from hinges.nets import Activation, Linear, Network, Node

REDUNDANT = 1e-7  # of a column's own size: less of it is outside the span of the others
CANDIDATES = 24  # places that are tried for each unit
SMALL = 0.1  # of a unit's usual size, where what it says cannot start at 0
MOST_UNITS = 512  # of a layer in which redundant units are sought; dead ones are found in any
Ints = NDArray[np.intp]


def with_units_moved(network: Network, loss: Loss, *, seed: int = 0) -> tuple[Network, list[tuple[int, int]]]:
    """Give the network in which units that add nothing bend where the loss pulls most, and which (node, unit) they are.

    A unit adds nothing where its activations on the rows are a combination of those of others and a constant: it is
    dead, a duplicate, or one always-on unit too many. Its part goes over to the others, so that the outputs stay but
    for rounding; it gets the best of some random directions and a kink through a row, and what reads it starts at 0.
    Where something without weights of its own reads a layer, only its dead units are moved, and start small.
    Layers are done one after the other from the input on. Units that no dense Linear feeds stay. Approximate.
    """
    rng = np.random.default_rng(seed)
    moved = list[tuple[int, int]]()
    for at, node in enumerate(network.nodes):
        if not isinstance(node, Activation) or not movable(network, at):
            continue
        values = network.values(loss.data.x)
        if not all(np.isfinite(value).all() for value in values):
            break
        kept, dropped = _split(values[at + 1], alone=weighed(network, at))
        if dropped.size:
            network = _Layer(network, at, values).moved(kept, dropped, _pulls(network, values, loss), rng)
            moved += [(at, unit) for unit in dropped.tolist()]
    return network, moved


def movable(network: Network, at: int) -> bool:
    """Tell whether the activation node `at` is a hidden one whose units have weights of their own."""
    node = network.nodes[at]
    if not isinstance(node, Activation) or node.source == 0 or at == len(network.nodes) - 1:
        return False
    alone = sum(node.source in other.sources for other in network.nodes) == 1
    return alone and _own_weights(network.nodes[node.source - 1])


def weighed(network: Network, at: int) -> bool:
    """Tell whether all that reads node `at` has weights of its own, which can be set to 0."""
    readers = [other for other in network.nodes if at + 1 in other.sources]
    return bool(readers) and all(_own_weights(reader) for reader in readers)


def _own_weights(node: Node) -> bool:
    return isinstance(node, Linear) and len(node.sources) == 1 and node.is_dense


def _split(activations: Floats, *, alone: bool) -> tuple[Ints, Ints]:
    """Give the units whose activations and a constant span those of all, and the rest of them.

    Without `alone` only units that are 0 on every row are in the rest: what reads them takes them as they are.
    """
    from scipy.linalg import qr  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    rows, units = activations.shape
    dead = (activations == 0).all(axis=0)
    if not alone:
        return np.flatnonzero(~dead), np.flatnonzero(dead)
    centred = activations - activations.mean(axis=0)
    size = np.sqrt(np.einsum("ij,ij->j", centred, centred))
    largest = np.sqrt(np.einsum("ij,ij->j", activations, activations))
    constant = size <= REDUNDANT * largest
    if units > MOST_UNITS or rows <= units + 1:  # so few rows are spanned by any units
        return np.flatnonzero(~dead), np.flatnonzero(dead)
    alive = np.flatnonzero(~constant)
    if not alive.size:
        return alive, np.arange(units)
    found: Any = cast(Any, qr)(centred[:, alive] / size[alive], mode="r", pivoting=True)
    diagonal = np.abs(np.diagonal(found[0]))
    rank = int((diagonal > REDUNDANT).sum())
    kept = np.sort(alive[found[1][:rank]])
    return kept, np.setdiff1d(np.arange(units), kept)


def _pulls(network: Network, values: list[Floats], loss: Loss) -> list[Floats]:
    """Give the derivatives of the loss by all values, zeros where they overflow."""
    try:
        return backward(network, values, loss.gradient(values[-1]))
    except InvalidInputError:
        return [np.zeros_like(value) for value in values]


@dataclass(frozen=True, eq=False)
class _Layer:
    """The activation node `at` of a network, and all values of the network on the rows."""

    network: Network
    at: int
    values: list[Floats]

    @property
    def node(self) -> Activation:
        node = self.network.nodes[self.at]
        assert isinstance(node, Activation)
        return node

    def moved(self, kept: Ints, dropped: Ints, pulls: list[Floats], rng: np.random.Generator) -> Network:
        """Give the network in which the kept units say what the dropped ones did, and those bend elsewhere."""
        nodes, activations = list(self.network.nodes), self.values[self.at + 1]
        columns = np.hstack([np.ones((len(activations), 1)), activations[:, kept]])
        share = np.linalg.lstsq(columns, activations[:, dropped], rcond=1e-12)[0]
        pull = list[Floats]()
        for i, reader in enumerate(self.network.nodes):
            if self.at + 1 not in reader.sources:
                continue
            if not _own_weights(reader):
                pull.append(pulls[self.at + 1])
                continue
            assert isinstance(reader, Linear)
            matrix = np.array(reader.matrices[0])
            gone = matrix[dropped]
            matrix[kept] += share[1:] @ gone
            matrix[dropped] = 0.0
            nodes[i] = replace(reader, matrices=(matrix,), bias=reader.bias + share[0] @ gone)
            pull.append(pulls[i + 1])
        feeder = nodes[self.node.source - 1]
        assert isinstance(feeder, Linear)
        directions, offsets = self._aimed(dropped, self.values[feeder.sources[0]], np.hstack(pull), rng)
        tried = _activations(self.node, self.values[feeder.sources[0]] @ directions + offsets, dropped)
        best = _most_pulled(tried, columns, np.hstack(pull), dropped.size)
        if not weighed(self.network, self.at):  # what a unit says goes on at once
            directions, offsets = SMALL * directions, SMALL * offsets
        matrix, bias = np.array(feeder.matrices[0]), np.array(feeder.bias)
        matrix[:, dropped], bias[dropped] = directions[:, best], offsets[best]
        nodes[self.node.source - 1] = replace(feeder, matrices=(matrix,), bias=bias)
        return replace(self.network, nodes=tuple(nodes))

    def _aimed(self, units: Ints, reads: Floats, pull: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Give weights (inputs, tries) and biases (tries,) of the places that are tried, CANDIDATES for each unit.

        A place is a direction in what the layer reads, of the size of the rows' spread, and a row where it is 0,
        drawn in proportion to how much the loss pulls there. Every other direction lies between two rows.
        """
        spread = reads.std(axis=0)
        usable = spread > 1e-12 * (np.abs(reads).max(axis=0) + 1e-300)
        scale = usable / np.where(usable, spread, 1.0)
        tries = CANDIDATES * units.size
        weight = np.abs(pull).sum(axis=1) + 1e-300
        rows = rng.choice(len(reads), size=tries, p=weight / weight.sum())
        directions = rng.standard_normal((reads.shape[1], tries)) * scale[:, None] / np.sqrt(max(1, usable.sum()))
        others = rng.integers(len(reads), size=tries)
        between = ((reads[others] - reads[rows]) * scale**2).T
        length = np.sqrt((between**2 * np.where(usable, spread, 0.0)[:, None] ** 2).sum(axis=0))
        useful = (np.arange(tries) % 2 == 1) & (length > 0)
        directions[:, useful] = between[:, useful] / length[useful]
        return directions, -np.einsum("ui,iu->u", reads[rows], directions)


def _most_pulled(tried: Floats, kept: Floats, pull: Floats, units: int) -> Ints:
    """Give for each unit the number of the place that the loss pulls at most, outside the span of what is kept."""
    basis = np.linalg.qr(kept)[0]
    outside = tried - basis @ (basis.T @ tried)
    size = np.sqrt((outside**2).sum(axis=0))
    gain = np.sqrt(((outside.T @ pull) ** 2).sum(axis=1)) / np.where(size > 0, size, np.inf)
    return gain.reshape(units, CANDIDATES).argmax(axis=1) + CANDIDATES * np.arange(units)


def _activations(node: Activation, z: Floats, units: Ints) -> Floats:
    """Give the activations of candidates (n, units x CANDIDATES), each with the slope of the unit it is for."""
    if np.ndim(node.slope) == 0:
        wide = replace(node, units=z.shape[1])
    else:
        wide = replace(node, units=z.shape[1], slope=np.repeat(np.asarray(node.slope)[units], CANDIDATES))
    return wide(z)
