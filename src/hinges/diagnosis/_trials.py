"""Trials: what remedies do to the loss, each tried once and when a check asks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hinges.diagnosis._descent import descended
from hinges.diagnosis._loss import Loss
from hinges.diagnosis._output_layer import with_solved_output
from hinges.diagnosis._parameters import Parameters
from hinges.diagnosis._restart import restarted
from hinges.diagnosis._revival import Place, revived
from hinges.diagnosis._rows import part, thinned
from hinges.nets import Network

if TYPE_CHECKING:
    from hinges.diagnosis._case import Case

ITERATIONS = 300  # of going on by gradient
STARTS = 2  # of a fresh start
FEW_ITERATIONS = 60  # of classes, whose cross-entropy on other rows soon rises again
MOST_ROWS = 2_000  # that are read where something is tried
MOST_WORK = 3e9  # multiplications that one trial may take
GOOD = {"mse": 1e-4, "cross-entropy": 0.05}  # of the loss of a constant: below it a fit is as good as any
TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Trial:
    """A network that a remedy gave, and its loss on all rows."""

    network: Network
    loss: float


@dataclass(frozen=True)
class Fresh:
    """What the best of a few fresh starts without every fifth row does.

    Arguments:
        loss: on all rows.
        unseen: on the rows left out, None where there are too few to leave any out.
        better: whether it gives more of those their class than the network does; of classes only.
    """

    loss: float
    unseen: float | None
    better: bool


class Trials:
    """The remedies of one case.

    Arguments:
        case: the network and its rows.
    """

    def __init__(self, case: "Case") -> None:
        self._case = case
        self._moved: dict[tuple[Place, ...], Trial] = {}
        self._fresh: dict[tuple[tuple[int, ...] | None, str | None, str | None], Fresh | None] = {}

    @cached_property
    def trained_on(self) -> Trial:
        """What the gradient alone still finds, from where the network is."""
        return self._of(self.descended(self._case.network))

    @cached_property
    def repaired(self) -> Trial:
        """What `repair` makes of it."""
        from hinges.diagnosis._repair import repair

        case = self._case
        found = repair(case.network, case.data, loss=case.loss_name)
        return Trial(found.network, found.after)

    @cached_property
    def solved(self) -> Trial:
        """What the best output layer on the hidden layers as they are is worth; squared error only."""
        case = self._case
        return self._of(with_solved_output(case.network, case.data) if case.is_mse else case.network)

    def moved(self, units: Sequence[Place]) -> Trial:
        """What it is worth to place these units anew, and to go on by gradient or variable projection.

        With no units it tells what going on alone is worth. Of a curve every unit goes where it helps most.
        """
        key = tuple(sorted(units))
        if key not in self._moved:
            self._moved[key] = self._of(self._with_moved(key))
        return self._moved[key]

    def like_this(
        self, *, widths: tuple[int, ...] | None = None, hidden: str | None = None, output: str | None = None
    ) -> float | None:
        """What a fresh start of such a network reaches on scaled columns, or of one changed in one thing.

        It is trained without every fifth row, and the larger of its losses on those and on all rows counts, so
        that nothing is promised that was learned by heart. None where the network is not a chain of dense layers.
        """
        found = self._started(widths, hidden, output)
        if found is None:
            return None
        if found.unseen is None or (not self._case.is_mse and found.better):
            return found.loss
        return max(found.loss, found.unseen if self._case.is_mse else self._case.loss)

    @cached_property
    def best(self) -> float:
        """The smallest loss that seems possible for such a network, of what was tried and is known, or a good one."""
        case = self._case
        known = [case.loss]
        if case.tries:
            known += [self.repaired.loss, self.trained_on.loss]
            fresh = self.like_this() if case.floor is None else None
            known += [] if fresh is None else [fresh]
        if case.floor is not None:
            known.append(case.floor.upper)
        return max(min(known), min(case.noise, case.loss), GOOD[case.loss_name] * case.constant_loss, TINY)

    def share(self, loss: float) -> float:
        """Give how much of the way from the present loss to the best one a loss goes, in orders of magnitude, 0..1."""
        whole = math.log(max(self._case.loss, TINY) / self.best)
        if whole <= 0:
            return 0.0
        return min(1.0, max(0.0, math.log(max(self._case.loss, TINY) / max(loss, self.best)) / whole))

    @cached_property
    def rows(self) -> Loss:
        """The loss on as many rows as trials use."""
        return Loss(self._case.loss_name, thinned(self._case.data, MOST_ROWS))

    def descended(self, network: Network) -> Network:
        """Give the network after going on by gradient for a while."""
        return descended(network, self.rows, iterations=self._iterations(network, ITERATIONS))

    def _iterations(self, network: Network, most: int) -> int:
        """Give how many iterations of a network a trial may take."""
        work = 6.0 * len(self.rows.data) * max(1, Parameters(network).vector.size)
        return int(np.clip(MOST_WORK / work, 5, most))

    @property
    def by_heart(self) -> tuple[float, float] | None:
        """What a fresh start without every fifth row reaches on all rows, and on those it did not see."""
        found = self._started(None, None, None)
        return None if found is None or found.unseen is None else (found.loss, found.unseen)

    def _started(self, widths: tuple[int, ...] | None, hidden: str | None, output: str | None) -> Fresh | None:
        key = (widths, hidden, output)
        if key not in self._fresh:
            self._fresh[key] = self._best_start(*key)
        return self._fresh[key]

    def _best_start(self, widths: tuple[int, ...] | None, hidden: str | None, output: str | None) -> Fresh | None:
        """Give what the best of a few fresh starts does."""
        case, data = self._case, self.rows.data
        kept = np.arange(len(data)) % 5 != 2 if len(data) >= 20 else np.ones(len(data), bool)
        seen = Loss(case.loss_name, part(data, kept))
        most = ITERATIONS if case.is_mse else FEW_ITERATIONS
        iterations = self._iterations(case.network, most)
        networks = [
            restarted(case.network, seen, iterations=iterations, widths=widths, hidden=hidden, output=output, seed=seed)
            for seed in range(STARTS if iterations == most else 1)
        ]
        found = [network for network in networks if network is not None]
        if not found:
            return None
        best = min(found, key=lambda network: seen.value(network(seen.data.x)))
        value = case.judge.value(best(case.x))
        if kept.all():
            return Fresh(value, None, better=False)
        unseen = Loss(case.loss_name, part(data, ~kept))
        there = best(unseen.data.x)
        better = not case.is_mse and unseen.right(there) > unseen.right(case.network(unseen.data.x))
        return Fresh(value, unseen.value(there), better=better)

    def _with_moved(self, units: Sequence[Place]) -> Network:
        case = self._case
        if case.is_curve:
            from hinges.optimal._moved_units import moved_units

            return moved_units(case.network, self.rows.data, [index for _, index in units])
        better = self.descended(revived(case.network, self.rows, units))
        return with_solved_output(better, self.rows.data) if case.is_mse else better

    def _of(self, network: Network) -> Trial:
        return Trial(network, self._case.judge.value(network(self._case.x)))
