"""What can be approximated, validated: a callable, a function or data, and the error measured against it."""

from collections.abc import Callable

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.pwl import PiecewiseLinear

Curve = Callable[[Floats], Floats]
Target = Dataset | PiecewiseLinear | Curve

SAMPLES = 4_096  # at least as many points, over the whole interval, at which an error is measured
SAMPLES_A_PIECE = 16
ZOOMS = 6  # each looks 16 times more closely around the worst point found


def checked_target(target: object, interval: tuple[float, float] | None) -> tuple[Target, tuple[float, float] | None]:
    """Give the target in one of its three forms, and its interval (None for data, which have all they need)."""
    limits = None if interval is None else _arrays.interval(interval)
    if isinstance(target, (Dataset, tuple)):
        return _rows_within(Dataset.of(target), limits), None
    if isinstance(target, PiecewiseLinear):
        if limits is None and len(target.breakpoints) == 1:
            raise InvalidInputError("interval is required for a function with a single breakpoint: give (a, b)")
        return target, limits or (float(target.breakpoints[0]), float(target.breakpoints[-1]))
    if not callable(target):
        raise InvalidInputError(
            f"target must be a callable, a PiecewiseLinear, a Dataset or a pair (x, y), not {type(target).__name__}"
        )
    if limits is None:
        raise InvalidInputError("interval is required for a callable: give (a, b)")
    return vectorised(target), limits


def _rows_within(data: Dataset, limits: tuple[float, float] | None) -> Dataset:
    """Give the rows that count: those of some weight, within the limits if there are any."""
    x, y, weights = data.curve()
    rows = np.ones(len(x), dtype=bool) if weights is None else weights > 0
    if limits is not None:
        rows &= (limits[0] <= x) & (x <= limits[1])
        if not rows.any():
            raise InvalidInputError(
                f"interval ({limits[0]:g}, {limits[1]:g}) holds no row: x runs from {x.min():g} to {x.max():g}"
            )
    return Dataset(x[rows], y[rows], None if weights is None else weights[rows], data.names)


def vectorised(function: Callable[..., object]) -> Curve:
    """Give the function on arrays (n,); one that takes numbers only is called point by point.

    The result raises `InvalidInputError` naming the first x at which the function fails or is not finite.
    """

    def curve(x: Floats) -> Floats:
        with np.errstate(all="ignore"):
            values = _all_at_once(function, x)
            if values is None:
                values = np.array([_at_one_point(function, float(point)) for point in x])
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            raise InvalidInputError(f"target({x[bad[0]]!s}) is {values[bad[0]]}: every value must be a finite number")
        return values

    return curve


def _all_at_once(function: Callable[..., object], x: Floats) -> Floats | None:
    try:
        raw = np.asarray(function(x.copy()))
    except Exception:  # noqa: BLE001 - whatever it is, the call with one number shows it again, with its x
        return None
    if raw.shape != x.shape or raw.dtype.kind not in "fiub":
        return None
    return raw.astype(np.float64)


def _at_one_point(function: Callable[..., object], x: float) -> float:
    try:
        raw = np.asarray(function(x))
    except Exception as error:
        raise InvalidInputError(f"target({x}) fails: {type(error).__name__}: {error}") from error
    if raw.size != 1:
        raise InvalidInputError(f"target({x}) must be one number, not an array of shape {raw.shape}")
    return float(_arrays.array(raw.reshape(()), f"target({x})", finite=False))


def measured_error(target: Target, interval: tuple[float, float] | None, function: PiecewiseLinear) -> float:
    """Give the largest |target - function|.

    Exact for a PiecewiseLinear target; over the rows for data; for a callable the largest found at samples on
    the interval and around the worst of them (approximate: the true maximum can be larger).
    """
    if isinstance(target, Dataset):
        x, y, _ = target.curve()
        return float(np.max(np.abs(y - function(x))))
    if interval is None:
        raise InvalidInputError("interval is required for a target that is not data")
    if isinstance(target, PiecewiseLinear):
        return target.distance(function, interval=interval)
    return _sampled_error(target, interval, function)


def _sampled_error(curve: Curve, interval: tuple[float, float], function: PiecewiseLinear) -> float:
    a, b = interval
    samples = max(SAMPLES, SAMPLES_A_PIECE * len(function.breakpoints)) + 1
    inside = function.breakpoints[(a < function.breakpoints) & (function.breakpoints < b)]
    between = inside[:-1] + np.diff(inside) / 2  # a jump of the target hides in a piece narrower than the samples
    x = np.unique(np.concatenate([spread(a, b, samples), inside, between]))
    largest = 0.0
    for _ in range(ZOOMS):
        errors = np.abs(curve(x) - function(x))
        worst = int(np.argmax(errors))
        largest = max(largest, float(errors[worst]))
        low, high = x[max(worst - 1, 0)], x[min(worst + 1, len(x) - 1)]
        x = np.unique(spread(low, high, 33))
        if len(x) < 3:
            break
    return largest


def spread(a: float, b: float, count: int) -> Floats:
    """Give `count` evenly spaced points from a to b, ends included, also where b - a exceeds float64."""
    if np.isfinite(b - a):
        return np.linspace(a, b, count)
    part = np.linspace(0.0, 1.0, count)
    return a * (1.0 - part) + b * part


def measured(loss: float, interval: tuple[float, float] | None) -> str:
    """Give the words for an error and where it was measured."""
    where = "over the rows" if interval is None else f"on [{interval[0]:g}, {interval[1]:g}]"
    return f"the largest error {where} is {loss:.3g}, as measured"
