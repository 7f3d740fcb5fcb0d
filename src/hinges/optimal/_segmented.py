"""The best function with jumps: so many lines on as many runs of rows, exact, with its certificate."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.errors import InvalidInputError
from hinges.optimal._jumps import PiecewiseLinearWithJumps
from hinges.optimal._one_sided import Tube, best_gated, bisected
from hinges.optimal._rows import merge_rows
from hinges.optimal._segments import certified_errors, certified_table, segment, segment_errors
from hinges.optimal._tube import reaches

_MANY = 1500


@dataclass(frozen=True, eq=False)
class JumpsFound:
    """A function with jumps, its loss as measured, and a certified lower bound for as many pieces."""

    function: PiecewiseLinearWithJumps
    loss: float
    lower: float


def best_squares(x: Floats, y: Floats, weights: Floats | None, pieces: int) -> JumpsFound:
    """Give the function of at most `pieces` lines with the least weighted mean squared error: exact, certified."""
    return _squares(x, y, weights, lambda errors: min(pieces, len(errors) - 1))


def fewest_squares(x: Floats, y: Floats, weights: Floats | None, tolerance: float) -> tuple[JumpsFound, bool]:
    """Give the best function with the fewest lines within a mean squared error, and whether fewer are excluded.

    Raises:
        InvalidInputError: rows with equal x make every function err by more.
    """
    total = float(len(x) if weights is None else weights.sum())
    rows = merge_rows(x, y, weights)
    enough = -(-len(rows.u) // 2)

    def chosen(errors: Floats) -> int:
        good = np.flatnonzero(errors <= math.ldexp(tolerance * total, -2 * rows.y_exponent - rows.w_exponent))
        return int(good[0]) if len(good) else len(errors) - 1

    found = _squares(x, y, weights, chosen, enough)
    if found.loss > tolerance * (1 + 1e-12):
        raise InvalidInputError(
            f"tolerance = {tolerance:g} is out of reach: rows with equal x make every function err by {found.loss:g}"
        )
    pieces = len(found.function.slopes)
    excluded = pieces == 1 or best_squares(x, y, weights, pieces - 1).lower > tolerance
    return found, excluded


def _squares(
    x: Floats, y: Floats, weights: Floats | None, choose: Callable[[Floats], int], most: int | None = None
) -> JumpsFound:
    rows = merge_rows(x, y, weights)
    limit = -(-len(rows.u) // 2)  # two distinct x a run leave nothing over
    table = segment_errors(rows)
    found = segment(table, limit if most is None else min(limit, most))
    pieces = max(1, choose(found.errors[:, -1]))
    starts = found.runs(pieces)
    function = _with_lines(rows.x, rows.y, rows.weights, rows.first[starts])
    errors = (function(x) - y) ** 2
    loss = float(np.average(errors, weights=weights))
    total = float(rows.weights.sum())
    ceiling = math.ldexp(loss * total, -2 * rows.y_exponent - rows.w_exponent)
    lower = certified_errors(certified_table(rows, table, ceiling), pieces)[pieces]
    return JumpsFound(function, loss, min(rows.to_error(float(lower)) / total, loss))


def best_largest(tube: Tube, pieces: int) -> JumpsFound:
    """Give the function of at most `pieces` lines with the least largest error: certified, bracket 1e-12."""
    if len(tube.distinct) <= _MANY:
        return _best_largest(tube, pieces)
    return _largest_of_many(tube, pieces)


def fewest_largest(tube: Tube, tolerance: float) -> JumpsFound:
    """Give the best function with the fewest lines whose largest error can be at most `tolerance`.

    Raises:
        InvalidInputError: rows with equal x make every function err by more.
    """
    starts = _float_runs([tube], tolerance, len(tube.x))
    if starts is None:
        raise InvalidInputError(
            f"tolerance = {tolerance:g} is out of reach: rows with equal x make every function err by more"
        )
    pieces = len(starts)
    while pieces > 1 and _exact_runs([tube], tolerance, pieces - 1, outward=False) is not None:
        pieces -= 1
    return best_largest(tube, pieces)


def runs_bound(tubes: Sequence[Tube], pieces: int) -> float:
    """Give a certified lower bound on the error of functions with at most `pieces` pieces that break together."""
    return _bracket(tubes, pieces)[0]


def _best_largest(tube: Tube, pieces: int) -> JumpsFound:
    lower, upper = _bracket([tube], pieces)
    starts = _float_runs([tube], upper, pieces)
    while starts is None:
        upper *= 1 + 1e-12
        starts = _float_runs([tube], upper + 5e-324, pieces)
    first = np.flatnonzero(np.concatenate([[True], tube.x[1:] > tube.x[:-1]]))[starts]
    stops = np.append(first[1:], len(tube.x))
    lines: list[tuple[float, float, float]] = []
    for a, b in zip(first.tolist(), stops.tolist(), strict=True):
        chosen = np.zeros(len(tube.x), dtype=np.bool_)
        chosen[a:b] = True
        line = best_gated(tube.part(chosen), 1).function
        middle = float(tube.x[a]) / 2 + float(tube.x[b - 1]) / 2
        lines.append((line.left_slope, middle, line(middle)))
    function = _of_lines(tube.x, first, lines)
    loss = float(tube.needed(function).max())
    return JumpsFound(function, max(loss, lower), lower)


def _largest_of_many(tube: Tube, pieces: int) -> JumpsFound:
    """Solve for some rows and add those that err more: what is proven for some rows holds for all."""
    n = len(tube.x)
    chosen = np.zeros(n, dtype=np.bool_)
    chosen[np.unique(np.linspace(0, n - 1, 400).astype(int))] = True
    while True:
        found = _best_largest(tube.part(chosen), pieces)
        function = _moved(found.function, tube)
        errors = tube.needed(function)
        over = (errors > found.loss * (1 + 1e-9)) & ~chosen
        if not over.any():
            loss = max(float(errors.max()), found.lower)
            return JumpsFound(function, loss, found.lower)
        places = np.flatnonzero(over)
        for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
            chosen[run[np.argmax(errors[run])]] = True


def _moved(function: PiecewiseLinearWithJumps, tube: Tube) -> PiecewiseLinearWithJumps:
    """Move every breakpoint to where the lines beside it serve the rows between best."""
    breaks = function.breakpoints.copy()
    for i, t in enumerate(function.breakpoints.tolist()):
        low = -np.inf if i == 0 else breaks[i - 1]
        high = np.inf if i == len(breaks) - 1 else function.breakpoints[i + 1]
        near = np.flatnonzero((tube.x > low) & (tube.x < high))
        if len(near) < 2:
            continue
        sides = [
            PiecewiseLinearWithJumps(
                [], function.slopes[k : k + 1], function.anchors[k : k + 1], function.heights[k : k + 1]
            )
            for k in (i, i + 1)
        ]
        part = tube.part(np.isin(np.arange(len(tube.x)), near))
        before = np.maximum.accumulate(part.needed(sides[0]))
        after = np.maximum.accumulate(part.needed(sides[1])[::-1])[::-1]
        worst = np.maximum(np.append(0.0, before), np.append(after, 0.0))
        rises = np.append(True, np.append(np.diff(part.x) > 0, True))
        best: list[int] = np.flatnonzero(rises & (worst == worst[rises].min())).tolist()
        now = int((part.x < t).sum())
        place = min(best, key=lambda k, now=now: abs(k - now))
        if 0 < place < len(near):
            breaks[i] = part.x[place - 1] / 2 + part.x[place] / 2
    return PiecewiseLinearWithJumps(breaks, function.slopes, function.anchors, function.heights)


def _bracket(tubes: Sequence[Tube], pieces: int) -> tuple[float, float]:
    """Give errors that are proven too small, and found to be enough."""
    if _exact_runs(tubes, 0.0, pieces, outward=True) is not None:
        return 0.0, 0.0
    start = max(tube.enough for tube in tubes)
    low, high = bisected(lambda error: _float_runs(tubes, error, pieces) is not None, 0.0, start)
    pad = 1e-14
    lower = low
    while lower > 0 and _exact_runs(tubes, lower, pieces, outward=True) is not None:
        lower = max(0.0, lower * (1 - pad) - 1e-16 * pad * start)
        pad = min(1.0, pad * 8)
    return lower, high


def _float_runs(tubes: Sequence[Tube], error: float, limit: int) -> NDArray[np.intp] | None:
    gates = [tube.ends(error) for tube in tubes]
    lists = [(low.tolist(), high.tolist()) for low, high in gates]
    return _runs(tubes[0].distinct, lists, limit)


def _exact_runs(tubes: Sequence[Tube], error: float, limit: int, *, outward: bool) -> NDArray[np.intp] | None:
    x = [Fraction(t) for t in tubes[0].x[np.flatnonzero(np.append(True, np.diff(tubes[0].x) > 0))].tolist()]
    return _runs(x, [tube.exact_ends(error, outward=outward) for tube in tubes], limit)


def _runs(x: list[Any], gates: list[tuple[list[Any], list[Any]]], limit: int) -> NDArray[np.intp] | None:
    """Give where the fewest runs start that one line each (and output) passes; None if more than `limit`."""
    starts: list[int] = []
    at = 0
    while at < len(x):
        if len(starts) == limit:
            return None
        stop = _stop(x, gates, at)
        if stop == at:
            return None
        starts.append(at)
        at = stop
    return np.array(starts, dtype=np.intp)


def _stop(x: list[Any], gates: list[tuple[list[Any], list[Any]]], start: int) -> int:
    """Give how far lines reach from a row, by doubling and halving."""

    def passes(stop: int) -> bool:
        part = slice(start, stop)
        return all(reaches(x[part], low[part], high[part], 1) is not None for low, high in gates)

    if not passes(start + 1):
        return start
    good, step = start + 1, 1
    while good < len(x):
        trial = min(len(x), good + step)
        if not passes(trial):
            bad = trial
            break
        good, step = trial, 2 * step
    else:
        return good
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if passes(middle) else (good, middle)
    return good


def _with_lines(x: Floats, y: Floats, weights: Floats, first: NDArray[np.intp]) -> PiecewiseLinearWithJumps:
    """Give the best line of each run of sorted rows, which start at `first`."""
    lines: list[tuple[float, float, float]] = []
    for a, b in zip(first.tolist(), [*first[1:].tolist(), len(x)], strict=True):
        w, t, v = weights[a:b], x[a:b], y[a:b]
        origin, level = float(t[0]), float(v[0])  # far from zero the differences keep their digits
        mean = float(np.average(t - origin, weights=w))
        height = float(np.average(v - level, weights=w))
        arm = t - origin - mean
        spread = float(w @ arm**2)
        slope = float(w @ (arm * (v - level - height))) / spread if spread > 0 else 0.0
        lines.append((slope, origin + mean, level + height))
    return _of_lines(x, first, lines)


def _of_lines(x: Floats, first: NDArray[np.intp], lines: list[tuple[float, float, float]]) -> PiecewiseLinearWithJumps:
    breaks = x[first[1:] - 1] / 2 + x[first[1:]] / 2
    breaks = np.maximum(breaks, np.nextafter(x[first[1:] - 1], np.inf))
    slopes, anchors, heights = (np.array(part) for part in zip(*lines, strict=True))
    return PiecewiseLinearWithJumps(breaks, slopes, anchors, heights)
