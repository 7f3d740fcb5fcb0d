"""Approximation by fitting: a fit method, such as `Best`, on samples of the target, more until its error is steady."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from hinges._arrays import Floats
from hinges.construct._target import Target, measured, measured_error, spread
from hinges.data import Dataset
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.fits import Approximation, ErrorBounds, FitMethod, FitResult
from hinges.optimal import Best
from hinges.optimal._best import openness
from hinges.pwl import PiecewiseLinear

STEADY = 1e-3  # relative difference of the error at the samples and between them, below which they are enough
MEAN_SAMPLES = (257, 513, 1_025)
SAMPLES_A_PIECE = 300  # then the largest error between samples is some per cent above that at them
FEWEST, MOST = 2_049, 20_001
COARSE = 129
TELLING = 0.997  # of the largest error: samples that decide
ROUNDS = 4
TIGHTER = 3  # times a tolerance is lowered at the samples where it is not kept between them
WORTH_A_LOOK = 0.01
PARTS = np.arange(1, 8) / 8  # of a gap between samples

Searcher = Callable[[Target, FitMethod, tuple[float, float]], tuple[FitResult, float, str]]


def fitted(target: Target, method: FitMethod, interval: tuple[float, float] | None) -> Approximation:
    """Give what a fit method makes of data, or of samples of a function on the interval.

    For the largest error a bound for the samples is one for the function, since they are among its values. A
    mean over samples bounds nothing, so that one is not called certified.
    """
    if isinstance(target, Dataset) or interval is None:
        assert isinstance(target, Dataset)
        result = method.fit(target)
        return Approximation(_function(result), result.network, result.loss, result.bounds, result.status)
    largest = getattr(method, "loss", "mse") == "max"
    by = _by_largest_error if largest else _by_mean
    if isinstance(method, Best) and method.tolerance is not None:
        result, loss, how = _within(target, method, method.tolerance, interval, by)
    else:
        result, loss, how = by(target, method, interval)
    bounds = result.bounds
    if bounds is not None:
        lower, certified = min(bounds.lower, loss), bounds.certified and largest
        bounds = ErrorBounds(lower, loss, bounds.network, bounds.function, certified=certified)
    return Approximation(_function(result), result.network, loss, bounds, f"{result.status}, at samples; {how}")


def _within(
    target: Target, method: Best, tolerance: float, interval: tuple[float, float], by: Searcher
) -> tuple[FitResult, float, str]:
    """Keep the error between the samples within the tolerance too: where it is not, ask for less at the samples.

    Fewer pieces are still impossible where the first answer had as many, since its samples are of the target.
    """
    first = result = by(target, method, interval)
    asked = tolerance
    for _ in range(TIGHTER):
        if result[1] <= tolerance:
            break
        asked *= min(tolerance / result[1], 1.0 - STEADY)
        result = by(target, replace(method, tolerance=asked), interval)
    found, loss, how = result
    if loss > tolerance:
        raise InvalidInputError(
            f"tolerance = {tolerance:g} was not met: between samples the error is {loss:.3g}, "
            "for the target jumps or bends too sharply there"
        )
    if len(_function(found).breakpoints) > len(_function(first[0]).breakpoints):
        found = replace(found, status=found.status.replace("fewer cannot", "fewer were not found to"))
    return found, loss, how


def _by_mean(target: Target, method: FitMethod, interval: tuple[float, float]) -> tuple[FitResult, float, str]:
    """Fit evenly spaced samples, and more of them until the mean error between them is that at them."""
    *first, last = MEAN_SAMPLES
    for count in first:
        result = method.fit(_samples(target, spread(*interval, count)))
        loss = _mean_squared_error(target, interval, result, 4 * count)
        if abs(loss - result.loss) <= STEADY * loss:
            break
    else:
        result = method.fit(_samples(target, spread(*interval, last)))
        loss = _mean_squared_error(target, interval, result, 4 * last)
    return result, loss, f"the mean squared error over [{interval[0]:g}, {interval[1]:g}] is {loss:.3g}, as measured"


def _mean_squared_error(target: Target, interval: tuple[float, float], result: FitResult, count: int) -> float:
    x = spread(*interval, count + 1)
    return float(np.mean((_values(target, x) - _function(result)(x)) ** 2))


def _by_largest_error(target: Target, method: FitMethod, interval: tuple[float, float]) -> tuple[FitResult, float, str]:
    """Fit many samples, and more where a kink between two of them hides an error from both.

    The search for the best units is far slower than that for pieces. It gets few samples: some everywhere and
    those at which the best pieces, found on all of them, err most.
    """
    size = (method.units + 1 if method.units else method.pieces) if isinstance(method, Best) else None
    count = min(max(SAMPLES_A_PIECE * (size or 0), FEWEST), MOST)
    x = _with_vertices(target, interval, spread(*interval, count))
    if not isinstance(method, Best) or method.units is None:
        result, loss, _ = _rounds(target, method, interval, x, _inside_gaps)
        return result, loss, measured(loss, interval)
    result, loss = _best_units(target, method, method.units, interval, x)
    return result, loss, measured(loss, interval)


def _best_units(
    target: Target, method: Best, units: int, interval: tuple[float, float], x: Floats
) -> tuple[FitResult, float]:
    bound, least, x = _rounds(target, Best(pieces=units + 1, loss="max"), interval, x, _inside_gaps)
    coarse = _with_vertices(target, interval, spread(*interval, COARSE))
    chosen = np.union1d(coarse, _peaks(target, _function(bound), x))
    result, loss, _ = _rounds(
        target, method, interval, chosen, lambda t, f, _, reached: _peaks(t, f, x, reached), rounds=2
    )
    if loss > (1 + WORTH_A_LOOK) * least:  # as many pieces are as many units, each facing right
        closed, closed_loss, _ = _rounds(target, Best(pieces=units, loss="max"), interval, x, _inside_gaps)
        result, loss = min((result, loss), (closed, closed_loss), key=lambda one: one[1])
    assert result.bounds is not None
    assert bound.bounds is not None
    lower = max(result.bounds.lower if result.method is method else 0.0, bound.bounds.lower)
    bounds = ErrorBounds(min(lower, loss), loss, result.network, result.function, certified=True)
    return replace(result, bounds=bounds, method=method, status=openness(bounds)), loss


def _rounds(
    target: Target,
    method: FitMethod,
    interval: tuple[float, float],
    x: Floats,
    more: Callable[[Target, PiecewiseLinear, Floats, float], Floats],
    *,
    rounds: int = ROUNDS,
) -> tuple[FitResult, float, Floats]:
    """Give the best of several fits, its largest error, and the last samples: each round adds some at its peaks."""
    found: list[tuple[FitResult, float]] = []
    lower = 0.0
    for _ in range(rounds):
        result = method.fit(_samples(target, x))
        loss = measured_error(target, interval, _function(result))
        found.append((result, loss))
        lower = max(lower, result.bounds.lower if result.bounds else 0.0)
        if loss <= (1 + STEADY) * result.loss:
            break
        x = np.union1d(x, more(target, _function(result), x, result.loss))
    result, loss = min(found, key=lambda one: one[1])
    if result.bounds is not None:
        result = replace(result, bounds=replace(result.bounds, lower=lower))
    return result, loss, x


def _inside_gaps(target: Target, function: PiecewiseLinear, x: Floats, reached: float) -> Floats:
    """Give points inside the gaps between samples in which the error exceeds `reached`, and beside them."""
    inside = x[:-1, None] + PARTS * np.diff(x)[:, None]
    kinks = function.kinks[(x[0] < function.kinks) & (function.kinks < x[-1])]
    points = np.append(inside.ravel(), kinks)
    over = points[np.abs(_values(target, points) - function(points)) > reached]
    gaps = np.searchsorted(x, over) - 1
    gaps = np.unique(np.clip(np.concatenate([gaps - 1, gaps, gaps + 1]), 0, len(x) - 2))
    return inside[gaps].ravel()


def _peaks(target: Target, function: PiecewiseLinear, x: Floats, reached: float | None = None) -> Floats:
    """Give the samples where the error is at least `reached`, or nearly the largest, and those around every kink."""
    errors = np.abs(_values(target, x) - function(x))
    high = np.flatnonzero(errors >= (TELLING * errors.max() if reached is None else reached))
    after = np.searchsorted(x, function.kinks)
    around = np.clip((after[:, None] + np.arange(-2, 2)).ravel(), 0, len(x) - 1)
    return x[np.union1d(high, around)]


def _with_vertices(target: Target, interval: tuple[float, float], x: Floats) -> Floats:
    if isinstance(target, PiecewiseLinear):
        inside = (interval[0] < target.breakpoints) & (target.breakpoints < interval[1])
        return np.union1d(x, target.breakpoints[inside])
    return x


def _samples(target: Target, x: Floats) -> Dataset:
    return Dataset(x, _values(target, x))


def _values(target: Target, x: Floats) -> Floats:
    assert not isinstance(target, Dataset)
    return np.asarray(target(x))


def _function(result: FitResult) -> PiecewiseLinear:
    if result.function is None:
        names = ", ".join(result.network.layers)
        raise UnsupportedModelError(f"the network's layers {names} are not all piecewise linear: use fit() instead")
    return result.function
