"""Study: everything that decides what a sweep computes, cut into tasks that are the same wherever they run."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from hinges import _arrays
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.sweeps._batches import ALONE, NO_SEED, Task
from hinges.sweeps._cells import Cell
from hinges.train import Training

MOST_SEED = 2**63 - 1


@dataclass(frozen=True, eq=False)
class Study:
    """The data sets by name, the cells, the seeds, and how many of them are trained side by side."""

    data: Mapping[str, Dataset]
    cells: tuple[Cell, ...]
    seeds: tuple[int, ...]
    together: int

    def tasks(self) -> list[tuple[int, Task]]:
        """Give (cell, task) in a fixed order: which seeds share a batch depends on nothing but the study."""
        found: list[tuple[int, Task]] = []
        for number, cell in enumerate(self.cells):
            for seeds in self._batches(cell.method):
                task = Task(len(found), str(cell), cell.method, self.data[cell.data], seeds)
                found.append((number, task))
        return found

    def _batches(self, method: Any) -> Iterator[tuple[int, ...]]:
        if not has_seed(method):
            yield (NO_SEED,)
            return
        size = self.together if isinstance(method, Training) else min(ALONE, self.together)
        for first in range(0, len(self.seeds), size):
            yield self.seeds[first : first + size]

    def description(self) -> dict[str, Any]:
        """Give what must be equal for results on disk to belong to this study, as JSON knows it."""
        return {
            "data": {name: digest(data) for name, data in self.data.items()},
            "cells": [{"data": cell.data, "name": cell.name, "method": repr(cell.method)} for cell in self.cells],
            "seeds": list(self.seeds),
            "together": self.together,
        }


def has_seed(method: Any) -> bool:
    """Whether a method has randomness, which its field `seed` drives."""
    return any(field.name == "seed" for field in fields(method))


def checked_seeds(seeds: Sequence[int]) -> tuple[int, ...]:
    """Give the seeds, each of which must be a whole number that stands there once."""
    found = tuple(
        _arrays.count(seed, f"seeds[{i}]", minimum=0, maximum=MOST_SEED)
        for i, seed in enumerate(_arrays.sequence(seeds, "seeds"))
    )
    if not found:
        raise InvalidInputError("seeds is empty: give at least one")
    if len(set(found)) < len(found):
        again = next(i for i, seed in enumerate(found) if seed in found[:i])
        raise InvalidInputError(f"seeds[{again}] = {found[again]} stands there twice")
    return found


def digest(data: Dataset) -> str:
    """Give a fingerprint of the rows."""
    parts = [data.x, data.y] if data.weights is None else [data.x, data.y, data.weights]
    found = hashlib.sha256()
    for part in parts:
        found.update(repr(part.shape).encode())
        found.update(part.tobytes())
    return found.hexdigest()
