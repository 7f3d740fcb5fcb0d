"""A stretch of the input without rows: what the network says there is nobody's word but its own."""

import numpy as np

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding
from hinges.diagnosis._words import short

WIDE = 0.12  # of the span
USUAL = 12.0  # times the median distance of neighbours
FEWEST = 10


def check(case: Case) -> list[Finding]:
    """Find the widest gap in one input, where it is wide."""
    if case.network.inputs != 1:
        return []
    x = np.unique(case.x)
    if len(x) < FEWEST:
        return []
    steps = np.diff(x)
    at = int(steps.argmax())
    if steps[at] < WIDE * (x[-1] - x[0]) or steps[at] < USUAL * float(np.median(steps)):
        return []
    message = f"No row lies between x = {short(x[at])} and x = {short(x[at + 1])}: the fit there is a guess."
    return [Finding("gaps", "note", message, {"gap_from": float(x[at]), "gap_to": float(x[at + 1])})]
