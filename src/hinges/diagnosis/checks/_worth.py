"""What it is worth to move units, beyond what is gained without."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import STRONG
from hinges.diagnosis._revival import Place

GAIN = 0.2  # of what could be gained, by which moving units must beat doing without


@dataclass(frozen=True)
class Worth:
    """The share of what could be gained, and the losses before and after; None where it was not tried."""

    share: float
    before: float | None
    after: float | None


def worth_of_moving(case: Case, units: Sequence[Place], without: Callable[[], float]) -> Worth | None:
    """Give what moving these units is worth, None where it is next to nothing beyond the loss `without`.

    Where most of the gain would come without, only the rest counts. Untried it counts in full.
    """
    if not case.tries:
        return Worth(1.0, None, None)
    after = case.trials.moved(units).loss
    share = case.trials.share(after)
    gain = share - case.trials.share(without())
    if gain < GAIN:
        return None
    return Worth(share if gain >= STRONG * share else gain, case.loss, after)
