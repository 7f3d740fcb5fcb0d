"""Rows beyond the last kink, where the network can only go straight on, and the data do not."""

import numpy as np
from numpy.typing import NDArray

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy
from hinges.diagnosis._words import of, short

FEWEST = 0.08  # of the rows beyond
WORSE = 30.0  # times the error of the rows between the kinks
GOOD = 0.03  # of the targets' variance: so well the rows between the kinks are fitted
MOST = 0.8  # of the rows


def check(case: Case) -> list[Finding]:
    """Find rows on the outermost straight pieces that carry the error, beside rows that are fitted well."""
    if case.network.inputs != 1 or not case.is_mse or not case.wrong:
        return []
    squares = (case.residual**2).mean(axis=1)
    for side, beyond, edge in _ends(case):
        count = int(beyond.sum())
        if not FEWEST * len(squares) <= count <= MOST * len(squares):
            continue
        inner, outer = float(squares[~beyond].mean()), float(squares[beyond].mean())
        if inner > GOOD * float(case.y[~beyond].var()) or outer < WORSE * inner:
            continue
        message = (
            f"{of(count, len(squares), 'row').capitalize()} lie {side} of x = {short(edge)}, beyond the last kink, "
            f"where the network goes straight on: the squared error is {short(outer)} there and {short(inner)} on the "
            "other rows. A network knows nothing outside of the rows it was trained on."
        )
        evidence = {"rows_beyond": count, "edge": edge, "side": side, "error_beyond": outer, "error_between": inner}
        after = case.trials.repaired.loss if case.tries else None
        remedy = Remedy(
            "Train on rows from there, too, or do not use the network there.",
            "repair(network, data).network",
            None if after is None else case.loss,
            after,
        )
        return [Finding("extrapolation", "cause", message, evidence, remedy, 1.0)]
    return []


def _ends(case: Case) -> list[tuple[str, NDArray[np.bool_], float]]:
    """Give the sides of the data that lie beyond where the network bends, with their rows and where they begin."""
    x = case.x[:, 0]
    bends = _bends(case)
    if not bends.size:
        return []
    return [("right", x > bends.max(), float(bends.max())), ("left", x < bends.min(), float(bends.min()))]


def _bends(case: Case) -> NDArray[np.float64]:
    """Give where the network bends inside the data: its kinks, or where a smooth one is clearly curved."""
    from hinges.convert import to_function
    from hinges.errors import UnsupportedModelError

    low, high = float(case.x.min()), float(case.x.max())
    try:
        function = to_function(case.network)
        weight = np.abs(function.slope_changes)
        kinks = function.breakpoints[weight > 1e-3 * weight.max(initial=0.0)]
    except UnsupportedModelError:
        at = np.linspace(low, high, 401)
        bend = np.abs(np.diff(case.network(at.reshape(-1, 1))[:, 0], 2))
        kinks = at[1:-1][bend > 1e-2 * bend.max(initial=0.0)]
    return kinks[(kinks > low) & (kinks < high)]
