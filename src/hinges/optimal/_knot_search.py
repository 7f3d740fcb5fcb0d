"""A search over kinks for any error that can be minimised at given vertices: starts, steps, and kinks put elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Protocol

import numpy as np

from hinges._arrays import Floats
from hinges.optimal._sample import Sample
from hinges.optimal._wishes import Wishes

_SUBSETS = 400
_FOLLOWED = 3
_PAIRS = 24


@dataclass(frozen=True, eq=False)
class Fitted:
    """Vertices (k + 1,) and the best values there (k + 1, m), all scaled, with their error and multipliers."""

    vertices: Floats
    values: Floats
    error: float
    multipliers: Floats

    @property
    def kinks(self) -> Floats:
        """The vertices between the outer two."""
        return self.vertices[1:-1]


class Objective(Protocol):
    """An error that can be minimised where the vertices are known, and followed to a local best where not."""

    @property
    def sample(self) -> Sample:
        """The rows."""
        ...

    @property
    def wishes(self) -> Wishes:
        """What is wished, in scaled units."""
        ...

    def solve(self, vertices: Floats) -> Fitted:
        """Give the best values at vertices."""
        ...

    def improved(self, start: Fitted) -> Fitted:
        """Give a local best, never worse."""
        ...


def searched(
    objective: Objective,
    count: int,
    starts: Iterable[Floats],
    *,
    goal: float = 0.0,
    places: int = 14,
    sweeps: int = 3,
) -> Fitted:
    """Give the best function found with at most `count` kinks: approximate, ends early at an error of `goal`.

    Where there are few, all choices of `count` distinct u as kinks are tried too.

    Arguments:
        objective: what to minimise.
        count: the largest number of kinks.
        starts: kinks to start from, scaled; missing ones are added where they help most.
        goal: an error that is good enough.
        places: where a kink that is taken away may be put again.
        sweeps: how often all kinks are tried elsewhere.
    """
    seeds = [filled(objective, start, count, places) for start in starts]
    if goal > 0 and min(seed.error for seed in seeds) <= goal:
        return min(seeds, key=lambda one: one.error)
    seeds += _all_of_few(objective, count)  # few rows: what follows cannot miss the best choice of rows as kinks
    seeds.sort(key=lambda one: one.error)
    best: Fitted | None = None
    for seed in seeds[:_FOLLOWED]:
        found = objective.improved(seed)
        if best is None or found.error < best.error:
            best = found
        if best.error <= goal:
            return best
    assert best is not None
    for _ in range(sweeps):
        before = best.error
        best = relocated(objective, best, places)
        if best.error <= goal:
            break
        if best.error >= before * (1 - 1e-5):
            best = hopped(objective, best, places)
            if best.error >= before * (1 - 1e-5):
                break
    return best


def filled(objective: Objective, start: Floats, count: int, places: int) -> Fitted:
    """Give the best values for at most `count` of some kinks: those that help least go, missing ones are added."""
    first, last = objective.sample.ends
    found = solved_at(objective, np.unique(start[(start > first) & (start < last)]))
    while len(found.kinks) > count:
        fewer = [solved_at(objective, np.delete(found.kinks, k)) for k in range(len(found.kinks))]
        found = min(fewer, key=lambda one: one.error)
    while len(found.kinks) < count:
        trials = [
            solved_at(objective, np.append(found.kinks, place)) for place in _candidates(objective, found, places)
        ]
        best = min(trials, key=lambda one: one.error, default=found)
        if len(best.kinks) <= len(found.kinks) or not best.error < found.error:
            break
        found = best
    return found


def relocated(objective: Objective, best: Fitted, places: int) -> Fitted:
    """Take each kink away in turn and put it where it helps most; follow what gains."""
    at = 0
    while at < len(best.kinks):
        rest = np.delete(best.kinks, at)
        base = solved_at(objective, rest)
        trials = [solved_at(objective, np.append(rest, place)) for place in _candidates(objective, base, places)]
        trial = min(trials, key=lambda one: one.error, default=best)
        if trial.error < best.error * 1.05:
            trial = objective.improved(trial)
        if trial.error < best.error * (1 - 1e-9):
            best = trial
        at += 1
    return best


def hopped(objective: Objective, best: Fitted, places: int) -> Fitted:
    """Take pairs of kinks away, neighbours first, and put two in again one after the other; follow what gains."""
    pairs = sorted(combinations(range(len(best.kinks)), 2), key=lambda pair: (pair[1] - pair[0], pair))
    for pair in pairs[:_PAIRS]:
        if pair[1] >= len(best.kinks):
            continue
        trial = filled(objective, np.delete(best.kinks, pair), len(best.kinks), places)
        if trial.error < best.error * 1.1:
            trial = objective.improved(trial)
        if trial.error < best.error * (1 - 1e-9):
            best = trial
    return best


def solved_at(objective: Objective, kinks: Floats) -> Fitted:
    """Give the best values for kinks, moved apart where they are closer than wished."""
    first, last = objective.sample.ends
    return objective.solve(np.concatenate([[first], objective.wishes.spread(kinks, first, last), [last]]))


def _candidates(objective: Objective, found: Fitted, places: int) -> Floats:
    """Give places for a new kink: some of the rows, evenly, and the middle of every piece."""
    u = objective.sample.merged[0]
    chosen = (
        u[np.unique(np.linspace(1, len(u) - 2, min(places, max(1, len(u) - 2))).astype(int))] if len(u) > 2 else u[:0]
    )
    middles = (found.vertices[1:] + found.vertices[:-1]) / 2
    return np.setdiff1d(np.concatenate([chosen, middles]), found.vertices)


def _all_of_few(objective: Objective, count: int) -> list[Fitted]:
    inner = objective.sample.merged[0][1:-1]
    if not 0 < count <= len(inner) or comb(len(inner), count) > _SUBSETS:
        return []
    gap = objective.wishes.min_gap * (1 - 1e-12)
    choices = (np.array(choice) for choice in combinations(inner.tolist(), count))
    return [solved_at(objective, kinks) for kinks in choices if count == 1 or np.diff(kinks).min() >= gap]
