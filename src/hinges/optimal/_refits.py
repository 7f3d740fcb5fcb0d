"""A fit again and again: the residuals of a fit drawn anew, and its kinks and values fitted to each draw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import FitResult
from hinges.optimal._finish import rounded_vertices
from hinges.optimal._knot_search import Fitted
from hinges.optimal._sample import Sample, located
from hinges.optimal._squares import Squares
from hinges.optimal._wishes import Wishes
from hinges.pwl import PiecewiseLinear

_STEPS = 8


@dataclass(frozen=True, eq=False)
class Refits:
    """A fit by squared error in scaled units, and fits to resampled residuals (none where it is exact).

    `start` is the fit, `fits` are the refits, `rest` (n,) the residuals of rows of weight 1 that are drawn.
    """

    sample: Sample
    function: PiecewiseLinear
    wishes: Wishes
    start: Fitted
    fits: tuple[Fitted, ...]
    rest: Floats
    parameters: int
    seed: int
    exact: bool

    @property
    def sigma(self) -> float:
        """The standard deviation of the noise of a row of weight 1, in units of y."""
        squares = float(self.sample.weights @ (self.sample.y[:, 0] - self.function(self.sample.x)) ** 2)
        return float(np.sqrt(squares / (len(self.sample.x) - self.parameters)))

    @property
    def slope_unit(self) -> float:
        """What a scaled slope of 1 is in units of y over x."""
        return float(np.ldexp(1.0, self.sample.y_exponent - self.sample.x_exponent))

    def slopes_of(self, fitted: Fitted) -> Floats:
        """Give slopes in units of the data."""
        return np.diff(fitted.values[:, 0]) / np.diff(fitted.vertices) * self.slope_unit

    def slope_errors(self) -> Floats:
        """Give standard errors of the slopes, (k + 1,)."""
        if self.exact:
            widths = np.diff(self.start.vertices) * float(np.ldexp(1.0, self.sample.x_exponent))
            c = self._covariance
            variance = np.diagonal(c)[1:] + np.diagonal(c)[:-1] - 2 * np.diagonal(c, 1)
            return np.sqrt(np.maximum(variance, 0.0)) / widths
        return np.std([self.slopes_of(fitted) for fitted in self.fits], axis=0, ddof=1)

    def kink_errors(self) -> Floats:
        """Give standard errors of the kinks, (k,)."""
        if self.exact:
            return np.zeros(len(self.start.kinks))
        unit = float(np.ldexp(1.0, self.sample.x_exponent))
        return np.std([fitted.kinks for fitted in self.fits], axis=0, ddof=1) * unit

    @cached_property
    def _covariance(self) -> Floats:
        """The covariance of the values at the vertices, in units of y."""
        _, share_rows = self._hats(self.sample.u)
        gram = share_rows.T @ (self.sample.weights[:, None] * share_rows)
        return np.asarray(np.linalg.pinv(gram, hermitian=True) * self.sigma**2, np.float64)

    def _hats(self, u: Floats) -> tuple[Floats, Floats]:
        """Give u, and the values there of the hats of the vertices, straight on outside, (n, k + 2)."""
        piece, share = located(self.start.vertices, u)
        columns = np.zeros((len(u), len(self.start.vertices)))
        at = np.arange(len(u))
        columns[at, piece], columns[at, piece + 1] = 1 - share, share
        return u, columns

    def exact_spread(self, x: Floats) -> Floats:
        """Give the standard error of the function at x."""
        _, columns = self._hats(self.sample.to_u(x))
        return np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", columns, self._covariance, columns), 0.0))

    def quantiles(self, x: Floats, tail: float, *, noise: bool) -> tuple[Floats, Floats]:
        """Give the quantiles of the refits at x, with drawn residuals added where `noise` is asked for."""
        u = self.sample.to_u(x)
        curves = np.array([self._values(fitted, u) for fitted in self.fits])
        centre = self.function(x)
        if not noise:
            low, high = np.quantile(curves, [tail, 1 - tail], axis=0)
            return low, high
        drawn = np.random.default_rng([self.seed, 1]).choice(self.rest, size=(8, *curves.shape))
        spread = (curves - centre)[None] + drawn
        low, high = np.quantile(spread.reshape(-1, len(x)), [tail, 1 - tail], axis=0)
        return centre + low, centre + high

    def _values(self, fitted: Fitted, u: Floats) -> Floats:
        piece, share = located(fitted.vertices, u)
        values = fitted.values[:, 0]
        return np.ldexp((1 - share) * values[piece] + share * values[piece + 1], self.sample.y_exponent) + float(
            self.sample.y_centre[0]
        )


def refitted(result: FitResult, data: Dataset, resamples: int, seed: int) -> Refits:
    """Give a fit and its refits; exact, and so without any, where breakpoints were given and nothing is wished."""
    start = prepared(result, data)
    seed = _arrays.count(seed, "seed", minimum=0, maximum=2**63 - 1)
    start = replace(start, seed=seed)
    if start.exact:
        return start
    draw = np.random.default_rng([seed, 0])
    fixed = getattr(result.method, "breakpoints", None) is not None
    fits = tuple(_again(start, drawn(start, draw), fixed=fixed) for _ in range(resamples))
    alike = tuple(fitted for fitted in fits if len(fitted.vertices) == len(start.start.vertices))
    return replace(start, fits=alike)


def prepared(result: FitResult, data: Dataset) -> Refits:
    """Give a fit in scaled units, with the residuals that may be drawn.

    Raises:
        InvalidInputError: the fit is not by squared error or has several outputs, or no rows are left for the noise.
    """
    _arrays.instance(result, FitResult, "result")
    function, method = result.function, result.method
    if not isinstance(function, PiecewiseLinear):
        raise InvalidInputError("result must have one continuous piecewise-linear function of one input")
    if getattr(method, "loss", "mse") != "mse":
        raise InvalidInputError(f"result was fitted with loss={method.loss!r}: these statistics are of squared error")
    data.curve()
    sample = Sample.of(data)
    if len(sample.first) < 2:
        raise InvalidInputError("data has one distinct x: there is no slope")
    given = getattr(method, "breakpoints", None)
    wishes = Wishes.of(
        getattr(method, "slope_bounds", None), getattr(method, "min_gap", 0.0), getattr(method, "shape", None)
    )
    kinks = function.simplified().kinks if given is None else np.array(given)
    inside = kinks[(kinks > sample.x[0]) & (kinks < sample.x[-1])]
    vertices, u = rounded_vertices(sample, sample.to_u(inside))
    pieces = len(u) - 1
    parameters = pieces + 1 + (0 if given is not None else pieces - 1)
    if len(sample.x) <= parameters:
        raise InvalidInputError(
            f"{len(sample.x)} rows for {parameters} parameters leave none to tell how large the noise is"
        )
    values = np.ldexp(function(vertices) - sample.y_centre[0], -sample.y_exponent)[:, None]
    scaled = wishes.scaled(sample.x_exponent, sample.y_exponent)
    multipliers = np.zeros((len(scaled.inequalities(u)[1]), 1))
    fitted = Fitted(u, values, 0.0, multipliers)
    rest = (sample.y[:, 0] - function(sample.x)) * np.sqrt(sample.weights)
    rest = (rest - rest.mean()) * np.sqrt(len(rest) / (len(rest) - parameters))
    return Refits(sample, function, scaled, fitted, (), rest, parameters, 0, given is not None and wishes.none)


def drawn(refits: Refits, draw: np.random.Generator) -> Sample:
    """Give the sample with residuals drawn anew about the fit."""
    sample = refits.sample
    noise = draw.choice(refits.rest, size=len(refits.rest)) / np.sqrt(sample.weights)
    y = refits.function(sample.x) + noise
    v = np.ldexp(y - sample.y_centre[0], -sample.y_exponent)
    return replace(sample, y=y[:, None], v=v[:, None])


def _again(refits: Refits, sample: Sample, *, fixed: bool) -> Fitted:
    objective = Squares(sample, refits.wishes)
    fitted = objective.solve(refits.start.vertices)
    return fitted if fixed else objective.improved(fitted, _STEPS)
