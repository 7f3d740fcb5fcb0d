"""Polish: what gradient training leaves unfinished in a network of one input and one hidden ReLU layer.

Two passes over a network that is there. "varpro" moves its kinks to a local optimum while least squares keeps the
output layer best. "repair" also takes up units that do little, dead and surplus always-on ones first, and puts each
where it lowers the error most, over the whole line and both facings. Approximate, and never worse.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays
from hinges.data import Dataset
from hinges.errors import UnsupportedModelError
from hinges.nets import Network
from hinges.optimal._hops import hop, relocate, settle
from hinges.optimal._mse_units import HingeSum, hinge_sum
from hinges.optimal._rows import Rows, merge_rows
from hinges.optimal._signs import rank_patterns
from hinges.optimal._varpro import Kinks, Problem, project, train_kinks

Floats = NDArray[np.float64]

POLISHES = ("varpro", "repair")
_PATTERNS, _FINISHED = 24, 2  # patterns of facings tried with a few steps, and followed further
_TRIALS = 24  # pairs of units that are taken away and put elsewhere


def polish(network: Network, data: Dataset, how: str) -> Network:
    """Give a network of the same size with a mean squared error on the data that is no larger: approximate.

    Arguments:
        network: of one input, one hidden relu layer and one linear output.
        data: one input and one output, at most 4,000 distinct x.
        how: "varpro" trains the kinks where they are; "repair" also moves units to where the error is.

    Raises:
        UnsupportedModelError: the network is of another kind.
        InvalidInputError: the data are.

    Source: Golub and Pereyra (1973) for the projection; the moves are orthogonal least squares, one hinge at a time.
    """
    _arrays.choice(how, "polish", POLISHES)
    if not network.is_hinge_sum or network.outputs != 1:
        raise UnsupportedModelError(
            "only a network of one input, one hidden relu layer and one linear output can be polished: "
            f"this one has {network.inputs} input(s), {network.outputs} output(s) and the layers "
            f"{', '.join(node.name for node in network.nodes[:8])}"
        )
    x, y, weights = data.curve()
    counts = np.ones(len(x), bool) if weights is None else weights > 0
    rows = merge_rows(x[counts], y[counts], None if weights is None else weights[counts])
    problem = Problem(rows.u, rows.v, rows.w, skip=False)
    kinks = kinks_of(network, rows, problem)
    kinks = train_kinks(problem, kinks.at, kinks.left) if how == "varpro" else _repaired(problem, kinks)
    better = network_of(hinge_sum(rows, kinks), network.notes)
    return better if _error(better, data) < _error(network, data) else network


def kinks_of(network: Network, rows: Rows, problem: Problem) -> Kinks:
    """Give the kinks of a network's units; what lies outside the data stands at its nearer end.

    A unit without a kink is dead or always on: at the end where it is the same.
    """
    hinges = network.hinges()
    first, last = float(rows.distinct[0]), float(rows.distinct[-1])
    places = [hinge.kink if hinge.weight else (first if hinge.bias > 0 else last) for hinge in hinges]
    at = rows.to_u(np.clip(places, first, last))
    left = np.array([hinge.weight < 0 for hinge in hinges])
    return Kinks(at, left, project(problem, at, left).error)


def _repaired(problem: Problem, kinks: Kinks) -> Kinks:
    kinks = relocate(problem, kinks, sweeps=2)  # idle units find work first: where they are there is nothing to train
    kinks = _refaced(problem, settle(problem, kinks))
    return hop(problem, kinks, trials=_TRIALS)


def _refaced(problem: Problem, kinks: Kinks) -> Kinks:
    """Turn units round: train the kinks with a free slope, and take the facings that leave least of it."""
    free = Problem(problem.u, problem.v, problem.w, skip=True)
    at = np.sort(train_kinks(free, kinks.at, np.zeros(kinks.at.size, np.bool_)).at)
    fitted = project(free, at, np.zeros(at.size, np.bool_)).coefficients
    trials = [
        train_kinks(problem, at, left, steps=8) for left in rank_patterns(float(fitted[1]), fitted[2:], _PATTERNS)
    ]
    trials = sorted(trials, key=lambda trial: trial.error)[:_FINISHED]
    return min([kinks, *(settle(problem, trial, rounds=2) for trial in trials)], key=lambda found: found.error)


def network_of(found: HingeSum, notes: tuple[str, ...]) -> Network:
    hidden, output = found.weights[None, :], found.coefficients[:, None]
    return Network.dense([hidden, output], [found.biases, [found.output_bias]], notes=notes)


def _error(network: Network, data: Dataset) -> float:
    weights = np.ones(len(data)) if data.weights is None else data.weights
    residual = network(data.x)[:, 0] - data.y[:, 0]
    return float(weights @ residual**2 / weights.sum())
