"""summary: standard errors of slopes and breakpoints, intervals, and R squared of a fit by squared error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import FitResult
from hinges.optimal._knot_search import Fitted
from hinges.optimal._refits import Refits, refitted
from hinges.optimal._scipy import scipy
from hinges.pwl import PiecewiseLinear


@dataclass(frozen=True, eq=False)
class Summary:
    """What a regression table says of a piecewise-linear fit; `str()` gives the table.

    Where the breakpoints were given, and nothing else is wished, all numbers are exact for independent normal noise
    (variance sigma**2 / weight). Where they were found, errors and intervals are from refits to resampled residuals:
    approximate, and for breakpoints in gaps or with little bend only a hint.

    Arguments:
        function: the fit.
        breakpoints, breakpoint_errors: (k,) the kinks in the data and their standard errors (0 where given).
        slopes, slope_errors: (k + 1,) of the pieces, and their standard errors.
        r_squared, adjusted: the share of the weighted variance explained, and adjusted for the parameters.
        sigma: the noise of a row of weight 1.
        rows, parameters: how many there are.
        exact: whether errors are exact (given breakpoints) and not from resampling.

    >>> from hinges import Best, fit, summary
    >>> rows = (np.arange(12.0), np.array([0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0]) + 0.1 * np.cos(9 * np.arange(12)))
    >>> table = summary(fit(rows, Best(breakpoints=[5.5])), rows)
    >>> isinstance(table, Summary), table.exact, table.slopes.round(1)
    (True, True, array([ 1., -1.]))
    >>> low, high = table.interval([2.5])
    >>> bool(low[0] < 2.5 < high[0])
    True
    """

    function: PiecewiseLinear
    breakpoints: Floats
    breakpoint_errors: Floats
    slopes: Floats
    slope_errors: Floats
    r_squared: float
    adjusted: float
    sigma: float
    rows: int
    parameters: int
    exact: bool
    _refits: Refits

    def interval(self, x: ArrayLike, *, confidence: float = 0.95, kind: str = "prediction") -> tuple[Floats, Floats]:
        """Give the lower and upper ends (n,) of intervals at x (n,): of a new row of weight 1, or of the mean there.

        Arguments:
            x: where.
            confidence: the share of such intervals that hold what they are for.
            kind: "prediction" or "mean".
        """
        points = _arrays.vector(x, "x")
        level = _arrays.number(confidence, "confidence", above=0.0)
        if level >= 1:
            raise InvalidInputError(f"confidence must be less than 1, not {level:g}")
        kind = _arrays.choice(kind, "kind", ("prediction", "mean"))
        if self.exact:
            spread = self._refits.exact_spread(points)
            total = np.sqrt(spread**2 + (self.sigma**2 if kind == "prediction" else 0.0))
            reach = float(scipy("special").stdtrit(self.rows - self.parameters, (1 + level) / 2)) * total
            centre = self.function(points)
            return centre - reach, centre + reach
        low, high = self._refits.quantiles(points, (1 - level) / 2, noise=kind == "prediction")
        return low, high

    def __str__(self) -> str:
        """Give the table."""
        how = (
            "exact, breakpoints given" if self.exact else f"from {len(self._refits.fits)} resamples, breakpoints found"
        )
        lines = [
            f"{len(self.slopes)} pieces, {self.rows} rows, {self.parameters} parameters",
            f"R^2 {self.r_squared:.6g}, adjusted {self.adjusted:.6g}, sigma {self.sigma:.6g}",
            f"standard errors: {how}",
            f"{'':<14}{'estimate':>14}{'std error':>14}{'t':>10}",
        ]
        for i, (value, error) in enumerate(zip(self.slopes.tolist(), self.slope_errors.tolist(), strict=True)):
            lines.append(_row(f"slope {i}", value, error, ratio=True))
        for i, (value, error) in enumerate(
            zip(self.breakpoints.tolist(), self.breakpoint_errors.tolist(), strict=True)
        ):
            lines.append(_row(f"breakpoint {i}", value, error, ratio=False))
        return "\n".join(lines)


def summary(
    result: FitResult,
    data: Dataset | tuple[ArrayLike, ArrayLike],
    *,
    resamples: int = 200,
    seed: int = 0,
) -> Summary:
    """Give standard errors of slopes and breakpoints, R squared and intervals of a fit by squared error.

    For given breakpoints, `Best(breakpoints=...)` without other wishes, they are exact least-squares results. Else
    residuals are resampled `resamples` times, with a generator of its own from `seed`, and kinks and values fitted
    again from where they are (nearby: a refit does not search afresh, so errors are those of this solution).

    Arguments:
        result: a fit of one output.
        data: the rows it was fitted to, a Dataset or a pair (x, y).
        resamples: how often residuals are drawn again, where breakpoints were found.
        seed: of the draws.

    Raises:
        InvalidInputError: the fit is not by squared error or has several outputs, or no rows are left for the noise.

    >>> from hinges import Best, fit
    >>> x = np.linspace(0, 10, 60)
    >>> data = (x, np.interp(x, [0, 4, 10], [0, 2, -1]) + 0.1 * np.random.default_rng(0).normal(size=60))
    >>> table = summary(fit(data, Best(breakpoints=[4])), data)
    >>> table.slopes.round(2), table.slope_errors.round(3)
    (array([ 0.5 , -0.49]), array([0.012, 0.007]))
    """
    rows = Dataset.of(data)
    refits = refitted(result, rows, _arrays.count(resamples, "resamples", minimum=2, maximum=100_000), seed)
    sample, function = refits.sample, refits.function
    kinks = sample.to_x(refits.start.kinks)
    rest = sample.y[:, 0] - function(sample.x)
    squares = float(sample.weights @ rest**2)
    mean = float(np.average(sample.y[:, 0], weights=sample.weights))
    total = float(sample.weights @ (sample.y[:, 0] - mean) ** 2)
    n, p = len(sample.x), refits.parameters
    explained = 1 - squares / total if total > 0 else 1.0
    return Summary(
        function,
        _arrays.frozen(kinks),
        _arrays.frozen(refits.kink_errors()),
        _arrays.frozen(_slopes(refits.start, refits)),
        _arrays.frozen(refits.slope_errors()),
        explained,
        1 - (1 - explained) * (n - 1) / (n - p),
        refits.sigma,
        n,
        p,
        refits.exact,
        refits,
    )


def _slopes(fitted: Fitted, refits: Refits) -> Floats:
    return refits.slopes_of(fitted)


def _row(name: str, value: float, error: float, *, ratio: bool) -> str:
    shown = f"{value / error:>10.2f}" if ratio and error > 0 else ""
    return f"{name:<14}{value:>14.6g}{error:>14.6g}{shown}"
