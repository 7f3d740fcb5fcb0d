"""Rows beyond those that the network was trained on: it fits the others, and is worse than nothing there."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy
from hinges.diagnosis._words import of, short

SHARES = np.linspace(0.06, 0.75, 24)  # of the rows that may lie beyond
GOOD = 0.03  # of the variance of the targets between: so well the others are fitted
WORSE = 1.1  # times the variance of the targets beyond, and no less than that of all: a constant would be better
APART = 20.0  # times the error of the others
FEWEST = 12  # rows


def check(case: Case) -> list[Finding]:
    """Find rows at the border of the data that carry the error, where those within are fitted well."""
    if not case.is_mse or not case.wrong or len(case.x) < FEWEST:
        return []
    found = max(_candidates(case), key=lambda one: int(one[1].sum()), default=None)
    if found is None:
        return []
    where, within, outer, inner = found
    count = int((~within).sum())
    message = (
        f"{of(count, len(case.x), 'row').capitalize()} lie {where}: the squared error is {short(outer)} there, "
        f"worse than that of a constant, and {short(inner)} on the others. A network knows nothing outside of the "
        "rows it was trained on: a ReLU network goes straight on, and these rows seem to lie there."
    )
    evidence = {"rows_beyond": count, "where": where, "error_beyond": outer, "error_between": inner}
    after = case.trials.repaired.loss if case.tries else None
    advice = "Train on rows from there, too, or do not use the network there."
    remedy = Remedy(advice, "repair(network, data).network", None if after is None else case.loss, after)
    return [Finding("extrapolation", "cause", message, evidence, remedy, 1.0)]


def _candidates(case: Case) -> Iterator[tuple[str, NDArray[np.bool_], float, float]]:
    """Give ways to part rows beyond from rows within where the error jumps: where, the rows within, both errors."""
    squares = ((case.residual**2) / _variance(case.y)).sum(axis=1)
    for name, distance in _distances(case, squares):
        for share in SHARES:
            edge = float(np.quantile(distance, 1 - share))
            within = distance <= edge
            if within.all() or within.sum() < 4 or (~within).sum() < 3:
                continue
            inner, outer = float(squares[within].mean()), float(squares[~within].mean())
            spread = (case.y[within].var(axis=0) / _variance(case.y)).sum()
            beyond = max((case.y[~within].var(axis=0) / _variance(case.y)).sum() * WORSE, case.y.shape[1])
            if inner <= GOOD * spread and outer >= max(beyond, APART * inner):
                raw = (case.residual**2).mean(axis=1)
                yield name(edge), within, float(raw[~within].mean()), float(raw[within].mean())


def _distances(
    case: Case, squares: NDArray[np.float64]
) -> Iterator[tuple[Callable[[float], str], NDArray[np.float64]]]:
    """Give how far out each row is, with words for it: along each input, and from the middle of what is fitted."""
    for name, column in zip(case.data.x_names, case.x.T, strict=True):
        if np.ptp(column) > 0:
            yield partial("at {0} > {1:.3g}".format, name), column
            yield _negated(partial("at {0} < {1:.3g}".format, name)), -column
    good = case.x[squares <= np.median(squares)]
    scale = np.ptp(case.x, axis=0)
    apart = np.abs(case.x - np.median(good, axis=0)) / np.where(scale > 0, scale, 1.0)
    yield "more than {0:.2g} of the data's width from the middle of the others".format, apart.max(axis=1)


def _negated(words: Callable[[float], str]) -> Callable[[float], str]:
    return lambda edge: words(-edge)


def _variance(y: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = y.var(axis=0)
    return np.where(spread > 0, spread, 1.0)
