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
from hinges.optimal._varpro import Problem, project, train_kinks

STEPS = 30  # of all kinks after the moves


def moved_units(network: Network, data: Dataset, units: Sequence[int]) -> Network:
    """Give the network after `units` are put, one after the other, where they lower the squared error most.

    Then all kinks go on by variable projection for a while, as they would in training. Approximate. With no units
    at all it is what a better output layer and more training do.

    Arguments:
        network: of one input, one hidden relu layer and one linear output.
        data: one input and one output, at most 4,000 distinct x, with weights above 0.
        units: indices of hidden units.
    """
    rows = merge_rows(*data.curve())
    problem = Problem(rows.u, rows.v, rows.w, skip=False)
    kinks = kinks_of(network, rows, problem)
    at, left = np.delete(kinks.at, units), np.delete(kinks.left, units)
    for _ in units:
        new = best_new_hinge(problem, project(problem, at, left))
        at, left = np.append(at, new.at), np.append(left, new.left)
    kinks = train_kinks(problem, at, left, steps=STEPS)
    return network_of(hinge_sum(rows, kinks), network.notes)
