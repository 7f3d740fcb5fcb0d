"""Trials: what remedies do to the loss, each tried once and when a check asks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hinges.data import Dataset
from hinges.diagnosis._case import MOST_ROWS, Case
from hinges.diagnosis._descent import descended
from hinges.diagnosis._loss import Loss
from hinges.diagnosis._rows import thinned
from hinges.nets import Network

ITERATIONS = 300  # of going on by gradient
MOST_WORK = 3e9  # multiplications that one trial may take


@dataclass(frozen=True, eq=False)
class Trial:
    """A network that a remedy gave, and its loss on all rows."""

    network: Network
    loss: float


class Trials:
    """The remedies of one case.

    Arguments:
        case: the network and its rows.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self._moved: dict[tuple[int, ...], Trial] = {}

    @cached_property
    def trained_on(self) -> Trial:
        """What the gradient alone still finds, from where the network is."""
        case = self._case
        rows = thinned(case.data, MOST_ROWS)
        work = len(rows) * sum(node.units for node in case.network.nodes) * max(1, case.network.inputs) * 6
        iterations = int(np.clip(MOST_WORK / max(work, 1), 5, ITERATIONS))
        return self._of(descended(case.network, Loss(case.loss_name, rows), iterations=iterations))

    @cached_property
    def repaired(self) -> Trial:
        """What `repair` makes of it."""
        from hinges.diagnosis._repair import repair

        case = self._case
        return self._of(repair(case.network, case.data, loss=case.loss_name).network)

    def moved(self, units: Sequence[int]) -> Trial:
        """What it is worth to move these units of a curve's hidden layer."""
        from hinges.optimal._moved_units import moved_units

        key = tuple(sorted(units))
        if key not in self._moved:
            rows = self._curve_rows
            self._moved[key] = self._of(moved_units(self._case.network, rows, key))
        return self._moved[key]

    @cached_property
    def best(self) -> float:
        """The smallest loss that seems possible for such a network: of what was tried and is known; above rounding."""
        case = self._case
        known = [case.loss, self.repaired.loss, self.trained_on.loss]
        if case.floor is not None:
            known.append(case.floor.upper)
        return max(min(known), min(case.noise, case.loss), 1e-12 * case.constant_loss, 1e-300)

    def share(self, loss: float) -> float:
        """Give how much of the way from the present loss to the best one a loss goes, in orders of magnitude, 0..1."""
        whole = math.log(max(self._case.loss, 1e-300) / self.best)
        if whole <= 0:
            return 0.0
        return min(1.0, max(0.0, math.log(max(self._case.loss, 1e-300) / max(loss, self.best)) / whole))

    @cached_property
    def _curve_rows(self) -> Dataset:
        data = thinned(self._case.data, MOST_ROWS)
        return data

    def _of(self, network: Network) -> Trial:
        return Trial(network, self._case.judge.value(network(self._case.x)))
