"""Hops: take a hinge away and put it where it helps most, over the whole line at once.

With noise the sum of squares has many local optima, which small steps do not leave. Adding the one best hinge
to a fixed set is a problem that can be solved exactly, for every place of its kink (on and between the rows)
and both facings, in one pass of prefix sums; hops chain such steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hinges.optimal._varpro import Kinks, Problem, Projection, project, train_kinks

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_DEPENDENT = 1e-9  # of a column's own square: less is left of it than rounding after projection
_PROGRESS = 1e-9  # relative gain worth a hop


@dataclass(frozen=True)
class NewHinge:
    """The best hinge to add: its kink, its facing, and how much the sum of squares falls."""

    at: float
    left: bool
    gain: float


def best_new_hinge(problem: Problem, fitted: Projection) -> NewHinge:
    """Give the hinge that lowers the projected error most, exact up to rounding over all kinks in the data.

    Between two rows a hinge is a combination of the two columns ``u`` and ``1`` on the rows beyond; the
    best combination is the best kink if it lies between them, and otherwise the best kink is one of the two.
    """
    at, gain = _best_right(problem.u, problem.root, fitted.basis, fitted.residual, edge=not problem.skip)
    if problem.skip:
        return NewHinge(at, left=False, gain=gain)
    mirrored = _best_right(-problem.u[::-1], problem.root[::-1], fitted.basis[::-1], fitted.residual[::-1], edge=True)
    if mirrored[1] > gain:
        return NewHinge(-mirrored[0], left=True, gain=mirrored[1])
    return NewHinge(at, left=False, gain=gain)


def relocate(problem: Problem, kinks: Kinks, *, sweeps: int = 20) -> Kinks:
    """Re-place one hinge after the other at its best place until none gains: never worse, approximate."""
    for _ in range(sweeps):
        before = kinks.error
        for k in range(kinks.at.size):
            kinks = _better(kinks, _refilled(problem, kinks, [k]))
        if kinks.error >= before * (1.0 - _PROGRESS):
            break
    return kinks


def settle(problem: Problem, kinks: Kinks, *, rounds: int = 6) -> Kinks:
    """Alternate small steps and single hops until neither gains: never worse, approximate."""
    for _ in range(rounds):
        before = kinks.error
        trained = train_kinks(problem, kinks.at, kinks.left)
        kinks = relocate(problem, _better(kinks, trained))
        if kinks.error >= before * (1.0 - 1e-7):
            break
    return kinks


def hop(problem: Problem, kinks: Kinks, *, trials: int, target: float = 0.0) -> Kinks:
    """Take away pairs of hinges, put two in again one after the other, and settle; keep what gains.

    Ends after `trials` pairs, when every pair has been tried in vain, or at an error of `target`.
    """
    failures = 0
    pairs: Iterator[tuple[int, int]] = iter(())
    for _ in range(trials):
        pair = next(pairs, None)
        if pair is None:
            pairs = iter(_pairs(kinks))
            pair = next(pairs, None)
        if pair is None or failures > kinks.at.size * (kinks.at.size - 1) // 2 or kinks.error <= target:
            break
        trial = _refilled(problem, kinks, list(pair))
        if trial.error < kinks.error * 1.1:
            trial = settle(problem, trial, rounds=2)
        failures += 1
        if trial.error < kinks.error * (1.0 - 1e-7):
            kinks, failures, pairs = trial, 0, iter(())
    return kinks


def _pairs(kinks: Kinks) -> list[tuple[int, int]]:
    """Give all pairs of hinges, neighbours first: those trade places most often."""
    order = np.argsort(kinks.at, kind="stable")
    pairs = sorted(combinations(range(order.size), 2), key=lambda pair: (pair[1] - pair[0], pair[0]))
    return [(int(order[a]), int(order[b])) for a, b in pairs]


def _refilled(problem: Problem, kinks: Kinks, dropped: list[int]) -> Kinks:
    """Take hinges away and add as many, each the best one for the others."""
    at, left = np.delete(kinks.at, dropped), np.delete(kinks.left, dropped)
    error = kinks.error
    for _ in dropped:
        fitted = project(problem, at, left)
        new = best_new_hinge(problem, fitted)
        at, left = np.append(at, new.at), np.append(left, new.left)
        error = fitted.error - new.gain
    if error >= kinks.error * 1.1:  # hopeless, and the prediction is good enough to know
        return Kinks(at, left, error)
    return Kinks(at, left, project(problem, at, left).error)


def _better(kinks: Kinks, other: Kinks) -> Kinks:
    return other if other.error < kinks.error else kinks


def _best_right(u: Floats, root: Floats, basis: Floats, residual: Floats, *, edge: bool) -> tuple[float, float]:
    """Give the kink and gain of the best right-facing hinge; `edge` also tries one that is on everywhere."""
    heads = _beyond(root[:, None] * basis)  # basis against the column of ones beyond each row
    arms = _beyond((root * u)[:, None] * basis) - u[:, None] * heads
    weight, first = _beyond(root * root), _beyond(root * root * u)
    raw_uu = _beyond(root * root * u * u) - 2 * u * first + u * u * weight
    uu = raw_uu - (arms * arms).sum(axis=1)
    uv = first - u * weight - (arms * heads).sum(axis=1)
    vv = weight - (heads * heads).sum(axis=1)
    to_ones = _beyond(root * residual)
    to_u = _beyond(root * u * residual) - u * to_ones
    # Entry j of the sums is over rows i >= j, with the hinge's kink on row j or before it, after row j - 1.
    on_row = np.where(uu > _DEPENDENT * raw_uu, to_u**2 / np.where(uu > 0, uu, 1.0), 0.0)
    on_row[0] = on_row[0] if edge else 0.0
    determinant = uu * vv - uv * uv
    usable = determinant > _DEPENDENT * raw_uu * weight
    divisor = np.where(usable, determinant, 1.0)
    slope, jump = (to_u * vv - to_ones * uv) / divisor, (to_ones * uu - to_u * uv) / divisor
    usable &= slope != 0
    at = u - jump / np.where(usable, slope, 1.0)
    inside = usable & (at < u) & (at > np.concatenate([[np.inf], u[:-1]]))
    between = np.where(inside, to_u * slope + to_ones * jump, 0.0)
    j, k = int(on_row.argmax()), int(between.argmax())
    if between[k] > on_row[j]:
        return float(at[k]), float(between[k])
    return float(u[j]), float(on_row[j])


def _beyond(values: Floats) -> Floats:
    """Give ``sum over i >= j`` for each j along the first axis."""
    return np.cumsum(values[::-1], axis=0)[::-1]
