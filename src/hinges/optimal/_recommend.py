"""recommend: how many units an error curve speaks for, by an information criterion and by its elbow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import LOSSES, ErrorBounds

_ROUNDING = 1e-28  # of the mean square of y: a loss below is zero but for rounding


@dataclass(frozen=True, eq=False)
class Recommendation:
    """How many units an error curve speaks for: two answers, which need not agree.

    Arguments:
        criterion: the number with the smallest Bayesian information criterion; None for the max loss, where there
            is no such criterion.
        elbow: the number at which the curve, in logarithms, bends most: more units bring less from there on.
        criteria: (N,) the criterion for 1, 2, ..., N units; NaN where there is none.
        losses: (N,) the loss reached.
        status: a sentence.

    >>> from hinges import error_curve, recommend
    >>> rows = (np.arange(12.0), np.array([0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0]) + 0.1 * np.cos(9 * np.arange(12)))
    >>> advice = recommend(error_curve(rows, 2), rows)
    >>> isinstance(advice, Recommendation), advice.units, advice.losses.shape
    (True, 2, (2,))
    """

    criterion: int | None
    elbow: int
    criteria: Floats
    losses: Floats
    status: str

    @property
    def units(self) -> int:
        """The criterion's number, or the elbow where there is no criterion."""
        return self.elbow if self.criterion is None else self.criterion

    def __str__(self) -> str:
        """Give a table with both choices marked."""
        lines = [f"{'units':>6}{'loss':>14}{'BIC':>14}"]
        for n, (loss, bic) in enumerate(zip(self.losses.tolist(), self.criteria.tolist(), strict=True), start=1):
            marks = [name for name, at in (("criterion", self.criterion), ("elbow", self.elbow)) if at == n]
            shown = "" if math.isnan(bic) else f"{bic:.2f}"
            lines.append(f"{n:>6}{loss:>14.6g}{shown:>14}  {', '.join(marks)}".rstrip())
        return "\n".join([*lines, self.status])


def recommend(
    curve: Sequence[ErrorBounds], data: Dataset | tuple[ArrayLike, ArrayLike], *, loss: str = "mse"
) -> Recommendation:
    """Give how many units a curve from `error_curve` speaks for.

    The criterion is BIC = n log(mse) + p log(n) over n rows, with p = 2 N + 2 for N units: a kink and a slope each,
    a level and the noise. It supposes independent noise of one size; kinks make its theory approximate. Without
    noise it goes on falling, and the answer is where the curve ends or reaches zero. The elbow is the point farthest
    below the chord of the curve of log loss, from its first to its last point.

    Arguments:
        curve: bounds for 1, 2, ... units.
        data: the data they belong to, a Dataset or a pair (x, y).
        loss: what they are bounds of.

    Raises:
        InvalidInputError: the curve is empty.

    >>> from hinges import error_curve
    >>> x = np.linspace(0, 10, 100)
    >>> data = (x, np.interp(x, [0, 3, 7, 10], [0, 2, -1, 1]) + 0.1 * np.random.default_rng(0).normal(size=100))
    >>> advice = recommend(error_curve(data, 6), data)
    >>> advice.criterion, advice.elbow
    (3, 3)
    """
    _arrays.choice(loss, "loss", LOSSES)
    bounds = [_arrays.instance(entry, ErrorBounds, f"curve[{i}]") for i, entry in enumerate(curve)]
    if not bounds:
        raise InvalidInputError("curve is empty: give the bounds of at least one number of units")
    rows = Dataset.of(data)
    losses = np.array([entry.upper for entry in bounds])
    scale = float(np.abs(rows.y - rows.y.mean(axis=0)).max())
    zero = _ROUNDING * scale**2 if loss == "mse" else math.sqrt(_ROUNDING) * scale
    exact = np.flatnonzero(losses <= zero)
    elbow = _elbow(np.log(np.maximum(losses, zero or 1e-300)))
    nothing = np.full(len(losses), np.nan)
    if loss == "max":
        status = f"the curve bends most at {elbow} units; the max loss has no information criterion"
        return Recommendation(None, elbow, nothing, losses, status)
    counted = len(rows) if rows.weights is None else int((rows.weights > 0).sum())
    criteria = _criteria(np.maximum(losses, zero or 1e-300), counted)
    best = int(exact[0]) + 1 if len(exact) else int(criteria.argmin()) + 1
    said = f"the criterion speaks for {best} units, the curve bends most at {elbow}"
    if len(exact):
        said = f"{best} units leave no error, the curve bends most at {elbow}"
    elif best == len(losses) > 1:
        said += "; the criterion still falls at the curve's end, so more units may be better, or there is no noise"
    return Recommendation(best, elbow, criteria, losses, said)


def _criteria(losses: Floats, rows: int) -> Floats:
    units = np.arange(1, len(losses) + 1)
    return np.asarray(rows * np.log(losses) + (2 * units + 2) * math.log(rows), np.float64)


def _elbow(logs: Floats) -> int:
    """Give the number of units, from 1, at which a falling curve lies farthest below its chord."""
    if len(logs) < 3 or logs[0] == logs[-1]:
        return 1
    along = np.linspace(0.0, 1.0, len(logs))
    below = logs[0] + along * (logs[-1] - logs[0]) - logs
    return int(np.argmax(below)) + 1
