"""Columns of inputs or targets on a scale that neither start nor learning rate expects."""

from typing import Any

import numpy as np

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy, severity_of
from hinges.diagnosis._layer_state import TWO_SIDED
from hinges.diagnosis._words import short

OFF_CENTRE = 4.0  # spreads between 0 and the mean of an input
LARGE, SMALL = 30.0, 0.03  # of a spread, or of a target's size
LARGE_FOR_SIGMOIDS = 8.0  # of a spread, to units that are flat a few units away from their middle
UNLIKE = 30.0  # between the sizes of two columns
DROWNS = 10.0  # of the size of the largest input: below it, small ones of many (dim pixels) do no harm
FEW = 8  # inputs
UNTRIED = 0.45  # of what could be gained, where it was not tried
WORTH = 0.3  # of what could be gained, with scaled columns


def check(case: Case) -> list[Finding]:
    """Find inputs far from 0, or of sizes far from 1 or from each other, and large or offset targets."""
    if not case.wrong:
        return []
    reasons, evidence = _inputs(case)
    more, numbers = _targets(case) if case.is_mse else ([], {})
    reasons, evidence = reasons + more, evidence | numbers
    if not reasons:
        return []
    after = case.trials.like_this() if case.tries else None
    share = UNTRIED if after is None else case.trials.share(after)
    if share < WORTH:
        return []
    said = "; ".join(reasons)
    message = (
        f"{said[0].upper()}{said[1:]}: starts and learning rates are made for columns about 0 with a spread of about 1."
    )
    advice = "Scale every column of x and y to mean 0 and spread 1 (and fold it back into the weights)."
    remedy = Remedy(advice, "fit(data, Training(standardize=True))", None if after is None else case.loss, after)
    return [Finding("scale", severity_of(share), message, evidence, remedy, share)]


def _inputs(case: Case) -> tuple[list[str], dict[str, Any]]:
    names, x = case.data.x_names, case.x
    mean, spread = x.mean(axis=0), x.std(axis=0)
    live = spread > 0
    reasons: list[str] = []
    evidence: dict[str, Any] = {"x_mean": mean.tolist(), "x_spread": spread.tolist()}
    if not live.any():
        return [], evidence
    far = np.flatnonzero(live & (np.abs(mean) > OFF_CENTRE * spread))
    if far.size:
        at = far[int((np.abs(mean) / np.where(live, spread, np.inf))[far].argmax())]
        reasons.append(f"input {names[at]} lies about {short(mean[at])} with a spread of only {short(spread[at])}")
    size = np.sqrt(mean**2 + spread**2)[live]
    drowned = size.max() > UNLIKE * size.min() and (size.max() > DROWNS or size.size <= FEW)
    if drowned:
        reasons.append(f"the inputs have sizes from {short(size.min())} to {short(size.max())}")
    elif spread[live].max() < SMALL or spread[live].min() > _large(case):
        reasons.append(f"the inputs have a spread of {short(spread[live].max())}")
    return reasons, evidence


def targets_off_scale(case: Case) -> bool:
    """Whether the targets are so large or small that their size alone holds training up."""
    return case.is_mse and bool(_targets(case)[0])


def _large(case: Case) -> float:
    return LARGE_FOR_SIGMOIDS if any(state.kind in TWO_SIDED for state in case.hidden) else LARGE


def _targets(case: Case) -> tuple[list[str], dict[str, Any]]:
    mean, spread = case.y.mean(axis=0), case.y.std(axis=0)
    size = np.sqrt(mean**2 + spread**2)
    evidence: dict[str, Any] = {"y_mean": mean.tolist(), "y_spread": spread.tolist()}
    reasons: list[str] = []
    if size.max() > LARGE or 0 < size.max() < SMALL:
        reasons.append(f"the targets have a size of {short(size.max())}")
    if len(size) > 1 and size.max() > UNLIKE * size.min() > 0:
        reasons.append(f"and differ between {short(size.min())} and {short(size.max())}")
    return reasons, evidence
