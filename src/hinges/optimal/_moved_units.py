"""Some units of a network moved to where they help most, and the others left where they are: what moving is worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hinges.data import Dataset
from hinges.nets import Network
from hinges.optimal._hops import best_new_hinge
from hinges.optimal._mse_units import hinge_sum
from hinges.optimal._polish import kinks_of, network_of
from hinges.optimal._rows import merge_rows
from hinges.optimal._varpro import Kinks, Problem, project, train_kinks


def moved_units(network: Network, data: Dataset, units: Sequence[int], *, steps: int = 30) -> Network:
    """Give the network after `units` are put, one after the other, where they lower the squared error most.

    Then all kinks go on for `steps` steps of variable projection, as they would in training. Approximate. With no
    units at all it is what a better output layer and more training do.

    Arguments:
        network: of one input, one hidden relu layer and one linear output.
        data: one input and one output, at most 4,000 distinct x, with weights above 0.
        units: indices of hidden units.
        steps: of the kinks, 0 for none.
    """
    rows = merge_rows(*data.curve())
    problem = Problem(rows.u, rows.v, rows.w, skip=False)
    kinks = kinks_of(network, rows, problem)
    at, left = np.delete(kinks.at, units), np.delete(kinks.left, units)
    for _ in units:
        new = best_new_hinge(problem, project(problem, at, left))
        at, left = np.append(at, new.at), np.append(left, new.left)
    if steps:
        kinks = train_kinks(problem, at, left, steps=steps)
    else:
        kinks = Kinks(at, left, project(problem, at, left).error)
    return network_of(hinge_sum(rows, kinks), network.notes)
