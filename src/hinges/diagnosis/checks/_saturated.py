"""Sigmoid and tanh units so far out that their slope is next to nothing on almost every row."""

import numpy as np

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy, severity_of
from hinges.diagnosis._revival import Place
from hinges.diagnosis._words import of

ROWS = 0.8  # share of the rows on which a saturated unit is flat
MANY = 0.4  # of the units
GAIN = 0.15


def check(case: Case) -> list[Finding]:
    """Find saturated units, and tell what placing them anew is worth."""
    units: list[Place] = [
        (state.index, int(i)) for state in case.hidden for i in np.flatnonzero(state.flat >= ROWS)
    ]  # fmt: skip
    if not units or len(units) < MANY * case.units or not case.wrong:
        return []
    share, before, after = 1.0, None, None
    if case.tries:
        before, after = case.loss, case.trials.moved(units).loss
        share = case.trials.share(after)
        gain = share - case.trials.share(case.trials.trained_on.loss)
        if gain < GAIN:
            return []
    message = (
        f"{of(len(units), case.units, 'unit').capitalize()} {'is' if len(units) == 1 else 'are'} saturated: "
        "pre-activations so large that the unit hardly changes from row to row, and hardly any gradient passes."
    )
    largest = max(float(max(abs(state.low).max(), abs(state.high).max())) for state in case.hidden)
    evidence = {"saturated": [list(unit) for unit in units], "units": case.units, "largest_pre_activation": largest}
    advice = "Scale the inputs to mean 0 and spread 1, and start with smaller weights."
    remedy = Remedy(advice, "Training(standardize=True)", before, after)
    return [Finding("saturated", severity_of(share), message, evidence, remedy, share)]
