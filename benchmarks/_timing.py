"""Timing for the benchmarks: the least of several runs, and one line a ratio."""

import time
from collections.abc import Callable


def best_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Give the least time that one call took, in seconds, after a first one that is not counted."""
    work()
    times: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def row(what: str, ratio: float, unit: str = "x") -> None:
    """Print one ratio."""
    print(f"{what:<86} {ratio:10.3g} {unit}")
