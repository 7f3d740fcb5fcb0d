"""free_run: networks that predict the next value, left to themselves beside the truth."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges import _arrays
from hinges._arrays import Floats, frozen
from hinges.analysis._rollout import predictions
from hinges.errors import InvalidInputError
from hinges.nets import Network

MOST_NETWORKS = 100
TOLERANCE = 0.4  # of the spread of the truth: the usual bar for "lost" among forecasters


@dataclass(frozen=True, eq=False)
class FreeRun:
    """Rollouts of networks beside the series that they should continue.

    Arguments:
        networks: by name.
        start: how many of the first values were given.
        truth: (start + steps,) the whole series.
        predictions: by name, (steps,) what each network says, NaN from where float64 could not hold it.
    """

    networks: Mapping[str, Network]
    start: int
    truth: Floats
    predictions: Mapping[str, Floats]

    @property
    def steps(self) -> int:
        """How many values were predicted."""
        return len(self.truth) - self.start

    def error(self, name: str) -> Floats:
        """Give the absolute error of each prediction of a network, (steps,)."""
        return frozen(np.abs(self._chosen(name) - self.truth[self.start :]))

    def one_step_error(self, name: str) -> float:
        """Give a network's mean squared error where it always sees the true values before."""
        network = self.networks[_arrays.choice(name, "name", tuple(self.networks))]
        moments = network.inputs
        windows = np.lib.stride_tricks.sliding_window_view(self.truth[self.start - moments : -1], moments)
        return float(np.mean((network(windows)[:, 0] - self.truth[self.start :]) ** 2))

    def valid_steps(self, name: str, *, tolerance: float = TOLERANCE) -> int:
        """Give the valid prediction time: how many steps pass before the error exceeds the tolerance.

        Arguments:
            name: of a network.
            tolerance: in standard deviations of the truth.
        """
        bar = _arrays.number(tolerance, "tolerance", above=0.0) * float(self.truth.std())
        lost = np.flatnonzero(~(self.error(name) <= bar))
        return int(lost[0]) if len(lost) else self.steps

    def _chosen(self, name: str) -> Floats:
        return self.predictions[_arrays.choice(name, "name", tuple(self.predictions))]


def free_run(networks: Mapping[str, Network], truth: ArrayLike) -> FreeRun:
    """Roll networks out beside the truth: the test of a network that learned `Dataset.windows(n)`.

    Each one sees the first values only, as many as the largest of them reads, and then its own predictions.

    Arguments:
        networks: one or more by name, each with one output.
        truth: (n,) the series, evenly spaced: the given values and those to be predicted.

    Raises:
        InvalidInputError: a network has several outputs, or the series is not longer than what it reads.

    >>> turn = Network.dense([[[-1.0], [1.0]]], [[0.0]])  # x[t] = x[t - 1] - x[t - 2]
    >>> run = free_run({"a turn": turn}, [0.0, 1.0, 1.0, 0.0, -1.0, -1.0, 0.0])
    >>> run.error("a turn").max(), run.valid_steps("a turn")
    (np.float64(0.0), 5)
    """
    named = _checked(networks)
    series = _arrays.vector(truth, "truth")
    start = max(network.inputs for network in named.values())
    steps = len(series) - start
    if steps < 1:
        raise InvalidInputError(f"truth has {len(series)} values: more than the {start} that the networks read")
    found = {name: _padded(network, series[:start], steps) for name, network in named.items()}
    return FreeRun(named, start, series, found)


def _checked(networks: Mapping[str, Network]) -> dict[str, Network]:
    given: Any = networks
    _arrays.instance(given, Mapping, "networks")
    if not 0 < len(given) <= MOST_NETWORKS:
        raise InvalidInputError(f"networks must hold 1 to {MOST_NETWORKS} of them, not {len(given)}")
    named: dict[str, Network] = {}
    for name, network in given.items():
        named[str(name)] = _arrays.instance(network, Network, f"networks[{name!r}]")
        if network.outputs != 1:
            raise InvalidInputError(f"networks[{name!r}] has {network.outputs} outputs: one next value is expected")
    return named


def _padded(network: Network, start: Floats, steps: int) -> NDArray[np.float64]:
    made = predictions(network, start[len(start) - network.inputs :, None], steps)[:, 0]
    return frozen(np.concatenate([made, np.full(steps - len(made), np.nan)]))
