"""The output layer solved: the least squared error that the hidden layers, as they are, allow."""

from dataclasses import replace

import numpy as np

from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.nets import Linear, Network

RANK = 1e-12  # of the largest singular value of the scaled columns


def with_solved_output(network: Network, data: Dataset) -> Network:
    """Give the network with the last layer's weights and bias of least squares; as it is where the last is none.

    The last node must be a Linear with dense matrices. Rows whose hidden values are not finite leave it as it is.
    """
    last = network.nodes[-1]
    if not isinstance(last, Linear) or not last.is_dense:
        return network
    values = network.values(data.x)
    found = solved(np.hstack([values[source] for source in last.sources]), data)
    if found is None:
        return network
    weights, bias = found
    cuts = np.cumsum([matrix.shape[0] for matrix in last.matrices])[:-1]
    better = replace(last, matrices=tuple(np.split(weights, cuts)), bias=bias)
    return replace(network, nodes=(*network.nodes[:-1], better))


def solved(columns: Floats, data: Dataset) -> tuple[Floats, Floats] | None:
    """Give weights (k, outputs) and bias (outputs,) of the least-squares map from columns (n, k) to the targets."""
    if not np.isfinite(columns).all():
        return None
    share = np.ones(len(data)) if data.weights is None else data.weights
    share = share / share.sum()
    centre, target = share @ columns, share @ data.y
    spread = np.sqrt(share @ (columns - centre) ** 2)
    spread[~(spread > 1e-13 * (1e-300 + np.abs(columns).max(axis=0, initial=0.0)))] = np.inf  # constant columns
    root = np.sqrt(share)[:, None]
    weights = np.linalg.lstsq(root * ((columns - centre) / spread), root * (data.y - target), rcond=RANK)[0]
    weights /= spread[:, None]
    return weights, target - centre @ weights
