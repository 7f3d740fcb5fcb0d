"""Descent on scaled layers: every layer reads columns of mean 0 and size 1, so that no scale slows it. Approximate."""

from __future__ import annotations

import numpy as np

from hinges._arrays import Floats
from hinges.diagnosis._descent import lowered
from hinges.diagnosis._loss import Loss
from hinges.diagnosis._parameters import Parameters
from hinges.nets import Linear, Network

SMALLEST = 0.03  # of the largest spread of what a layer behind the first reads: less counts as so much
MEMORY = 20  # pairs of steps and gradients that L-BFGS keeps


def descended(network: Network, loss: Loss, *, iterations: int) -> Network:
    """Give the network after so many iterations of L-BFGS on all rows of the loss, or as it was if none helped.

    Source: Byrd, Lu, Nocedal and Zhu (1995).
    """
    parameters, scale = Parameters(network), LayerScale(network, network.values(loss.data.x))
    start = parameters.vector
    first = parameters.value_and_gradient(start, loss)[0]
    if not start.size or not np.isfinite(first) or first <= 0:
        return network

    def both(scaled: Floats) -> tuple[float, Floats]:
        value, slope = parameters.value_and_gradient(scale.plain(scaled), loss)
        return value / first, scale.gradient(slope) / first

    start = scale.scaled(start)
    found, value = lowered(both, start, iterations=iterations, maxcor=MEMORY, ftol=1e-10, gtol=1e-13)
    return parameters.network(scale.plain(found)) if value < 1.0 else network


class LayerScale:
    """The numbers of `Parameters`, as weights and biases of standardised columns, and the way back.

    Arguments:
        network: the network.
        values: all its values on the rows, by which columns are standardised.
    """

    def __init__(self, network: Network, values: list[Floats]) -> None:
        self._layers = list[tuple[list[tuple[slice, Floats, Floats]], slice, int]]()
        at = 0
        for node in network.nodes:
            if not isinstance(node, Linear) or not node.is_dense:
                continue
            parts = list[tuple[slice, Floats, Floats]]()
            for source, matrix in zip(node.sources, node.matrices, strict=True):
                mean, spread = _mean_and_spread(values[source], first=source == 0)
                parts.append((slice(at, at + matrix.size), mean, spread))
                at += matrix.size
            self._layers.append((parts, slice(at, at + node.units), node.units))
            at += node.units

    def plain(self, scaled: Floats) -> Floats:
        """Give the numbers of the network from those on standardised columns."""
        vector = scaled.copy()
        for parts, bias, units in self._layers:
            for entries, mean, spread in parts:
                matrix = vector[entries].reshape(-1, units) / spread[:, None]
                vector[bias] -= mean @ matrix
                vector[entries] = matrix.ravel()
        return vector

    def scaled(self, vector: Floats) -> Floats:
        """Give the numbers on standardised columns from those of the network."""
        scaled = vector.copy()
        for parts, bias, units in self._layers:
            for entries, mean, spread in parts:
                matrix = vector[entries].reshape(-1, units)
                scaled[bias] += mean @ matrix
                scaled[entries] = (matrix * spread[:, None]).ravel()
        return scaled

    def gradient(self, gradient: Floats) -> Floats:
        """Give the derivatives by the scaled numbers from those by the network's."""
        found = gradient.copy()
        for parts, bias, units in self._layers:
            for entries, mean, spread in parts:
                matrix = gradient[entries].reshape(-1, units) - np.outer(mean, gradient[bias])
                found[entries] = (matrix / spread[:, None]).ravel()
        return found


def _mean_and_spread(value: Floats, *, first: bool) -> tuple[Floats, Floats]:
    """Give the mean and the spread of each column, 1 where it has none."""
    mean, spread = value.mean(axis=0), value.std(axis=0)
    spread[~(spread > 1e-13 * np.abs(mean))] = 0.0
    if not first:
        spread[spread > 0] = np.maximum(spread[spread > 0], SMALLEST * spread.max(initial=0.0))
    return mean, np.where(spread > 0, spread, 1.0)
