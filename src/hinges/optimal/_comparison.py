"""compare: whether more pieces are worth it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import FitResult
from hinges.optimal._knot_search import Fitted, filled
from hinges.optimal._refits import Refits, drawn, prepared
from hinges.optimal._sample import Sample
from hinges.optimal._scipy import scipy
from hinges.optimal._squares import Squares

_PLACES = 12
_STEPS = 12


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two fits to the same rows, the second with more parameters.

    Arguments:
        statistic: ((SSE1 - SSE2) / (p2 - p1)) / (SSE2 / (n - p2)).
        p_value: how often so large a statistic comes about where the first fit is the truth: from the F distribution
            where `exact`, else from resampling (never below 1 / (resamples + 1)).
        exact: both fits have given breakpoints, those of the first among those of the second, and no other wishes.
        bic: the Bayesian information criterion of the two; the smaller is the better.
        status: a sentence.

    >>> from hinges import Best, compare, fit
    >>> rows = (np.arange(12.0), np.array([0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0]) + 0.1 * np.cos(9 * np.arange(12)))
    >>> both = compare(fit(rows, Best(breakpoints=[2])), fit(rows, Best(breakpoints=[2, 5.5])), rows)
    >>> isinstance(both, Comparison), both.exact, both.p_value < 0.01, both.bic[1] < both.bic[0]
    (True, True, True, True)
    """

    statistic: float
    p_value: float
    exact: bool
    bic: tuple[float, float]
    status: str

    def __str__(self) -> str:
        """Give the sentence."""
        return self.status


def compare(
    fewer: FitResult,
    more: FitResult,
    data: Dataset | tuple[ArrayLike, ArrayLike],
    *,
    resamples: int = 99,
    seed: int = 0,
) -> Comparison:
    """Tell whether a fit with more pieces is better than chance: both by squared error, to the same rows.

    For given, nested breakpoints this is the F test. Where breakpoints were found, the F distribution does not hold
    (they were chosen to make the error small), so the residuals of the first fit are resampled and both are fitted
    again, from where they are and with kinks added where they help: approximate.

    Arguments:
        fewer: the fit with fewer parameters.
        more: the other one.
        data: their rows, a Dataset or a pair (x, y).
        resamples: how many draws where the F distribution does not hold.
        seed: of the draws.

    Raises:
        InvalidInputError: the second fit has no more parameters than the first; or as `summary`.

    >>> from hinges import Best, fit
    >>> rows = (np.arange(12.0), np.array([0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0]) + 0.1 * np.cos(9 * np.arange(12)))
    >>> compare(fit(rows, Best(breakpoints=[2])), fit(rows, Best(breakpoints=[2, 5.5])), rows).p_value < 0.01
    True
    """
    rows = Dataset.of(data)
    one, two = prepared(fewer, rows), prepared(more, rows)
    if two.parameters <= one.parameters:
        raise InvalidInputError(
            f"more has {two.parameters} parameters where fewer has {one.parameters}: give the larger fit second"
        )
    n = len(one.sample.x)
    errors = _squares(one), _squares(two)
    statistic = _statistic(errors, (one.parameters, two.parameters), n)
    exact = one.exact and two.exact and set(one.start.kinks.tolist()) <= set(two.start.kinks.tolist())
    if exact:
        p = float(scipy("special").fdtrc(two.parameters - one.parameters, n - two.parameters, statistic))
        how = "F test"
    else:
        count = _arrays.count(resamples, "resamples", maximum=100_000)
        draw = np.random.default_rng(_arrays.count(seed, "seed", minimum=0, maximum=2**63 - 1))
        larger = sum(_drawn_statistic(one, two, drawn(one, draw)) >= statistic for _ in range(count))
        p = (1 + larger) / (count + 1)
        how = f"{count} resamples, because breakpoints were found and the F distribution does not hold"
    tiny = 1e-300
    bic = tuple(
        n * math.log(max(error, tiny) / n) + (each.parameters + 1) * math.log(n)
        for error, each in zip(errors, (one, two), strict=True)
    )
    better = "more" if bic[1] < bic[0] else "fewer"
    status = f"F = {statistic:.4g}, p = {p:.3g} ({how}); the information criterion speaks for {better} pieces"
    return Comparison(statistic, p, exact, (bic[0], bic[1]), status)


def _squares(fit: Refits) -> float:
    sample = fit.sample
    return float(sample.weights @ (sample.y[:, 0] - fit.function(sample.x)) ** 2)


def _statistic(errors: tuple[float, float], parameters: tuple[int, int], rows: int) -> float:
    gained = max(0.0, errors[0] - errors[1]) / (parameters[1] - parameters[0])
    left = errors[1] / (rows - parameters[1])
    return gained / left if left > 0 else math.inf


def _drawn_statistic(one: Refits, two: Refits, sample: Sample) -> float:
    first = _best(one, sample, [one.start])
    second = _best(two, sample, [two.start, first])
    return _statistic((first.error, second.error), (one.parameters, two.parameters), len(sample.x))


def _best(fit: Refits, sample: Sample, starts: list[Fitted]) -> Fitted:
    """Give the best fit near some kinks, filled up to as many as the fit has."""
    objective = Squares(sample, fit.wishes)
    if fit.exact:
        return objective.solve(fit.start.vertices)
    count = len(fit.start.kinks)
    trials = [objective.improved(filled(objective, start.kinks, count, _PLACES), _STEPS) for start in starts]
    return min(trials, key=lambda trial: trial.error)
