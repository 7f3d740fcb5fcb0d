"""The network stands still at the best that as few kinks as it uses can do."""

import numpy as np

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy, severity_of
from hinges.diagnosis._floor import best_with_kinks
from hinges.diagnosis._words import counted, short

STILL = 0.25  # of what could be gained, at most, by going on
ZERO = 1e-6  # of a gradient, relative to the loss
NEAR = 1.3  # times the plateau's own best loss


def check(case: Case) -> list[Finding]:
    """Find a standstill far above what is possible, with the number of kinks in use and what so many can do."""
    if not case.wrong or not case.tries or case.trials.share(case.trials.trained_on.loss) > STILL:
        return []
    fresh = case.trials.like_this() if case.floor is None else None
    after = min(case.trials.repaired.loss, case.loss if fresh is None else fresh)
    share = case.trials.share(after)
    if share < 0.2:
        return []
    evidence = {"loss": case.loss, "gradient": case.gradient, "loss_after_going_on": case.trials.trained_on.loss}
    why = "its gradient is zero" if case.gradient < ZERO else "its gradient leads nowhere"
    message = f"The loss stands still at {short(case.loss)}: {why}, and more steps hardly help."
    pieces = _pieces(case)
    if pieces is not None:
        count, best = pieces
        evidence |= {"kinks_in_use": count - 1, "plateau_loss": best}
        if case.loss <= NEAR * best:
            message = (
                f"The network uses {counted(count - 1, 'kink')} inside the data and has found the best that so many "
                f"can do, {short(best)}: there every gradient vanishes, and more steps do not help."
            )
    remedy = Remedy(
        "Move units to where the error is, or start anew.", "repair(network, data).network", case.loss, after
    )
    return [Finding("plateau", severity_of(share), message, evidence, remedy, share)]


def _pieces(case: Case) -> tuple[int, float] | None:
    """Give how many pieces the network makes of the data, and the best loss of so many; of a curve only."""
    if not case.is_curve or case.first_rectifiers is None or case.floor is None:
        return None
    kinks = case.kinks[case.first_rectifiers.bends]
    span = float(np.ptp(case.x[:, 0])) or 1.0
    distinct = 1 + len(np.unique(np.round(kinks / (1e-3 * span)))) if kinks.size else 1
    best = best_with_kinks(case.data, distinct - 1)
    return None if best is None else (distinct, best)
