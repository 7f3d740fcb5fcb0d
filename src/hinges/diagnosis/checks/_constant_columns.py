"""Inputs that are the same in every row."""

import numpy as np

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy
from hinges.diagnosis._words import counted, short

LARGE = 20.0  # times the spread of the other columns: such a column drowns them


def check(case: Case) -> list[Finding]:
    """Find constant inputs; one that is large beside the others is to blame where the fit is bad."""
    spread = np.ptp(case.x, axis=0)
    constant = np.flatnonzero(spread == 0)
    if not constant.size or len(case.x) < 2:
        return []
    names = ", ".join(case.data.x_names[i] for i in constant[:5])
    values = case.x[0, constant]
    evidence = {"columns": constant.tolist(), "values": values.tolist()}
    others = case.x[:, spread > 0].std(axis=0)
    drowns = others.size > 0 and float(np.abs(values).max()) > LARGE * float(others.max())
    message = (
        f"{counted(len(constant), 'input')} ({names}) {'is' if len(constant) == 1 else 'are'} the same in all rows"
    )
    remedy = Remedy("Leave constant columns out.", "Dataset(x[:, x.std(axis=0) > 0], y)")
    if case.wrong and drowns:
        message += (
            f", and with {short(float(np.abs(values).max()))} large beside the spread of the others: "
            "it holds every unit on one side of its kink."
        )
        return [Finding("constant-columns", "cause", message, evidence, remedy, 1.0)]
    return [
        Finding("constant-columns", "note", f"{message}: they tell rows apart as little as a bias.", evidence, remedy)
    ]
