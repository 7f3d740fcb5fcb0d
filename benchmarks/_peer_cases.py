"""The data on which hinges and its peers are compared, in parts that can be run one by one."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hinges import example

PARTS = ("noise-free", "noise-150", "noise-1000", "noise-10000", "walks", "real")


@dataclass(frozen=True)
class Case:
    """Data, a number of pieces, and how many seeds the peers get."""

    name: str
    data: tuple[np.ndarray, np.ndarray]
    pieces: int
    seeds: int
    thorough: bool  # peers that take minutes too


def cases(part: str, *, quick: bool) -> Iterator[Case]:
    """Give the cases of one part."""
    seeds = 3 if quick else 10
    if part == "noise-free":
        data = example("sine")
        sine = (data.x[:, 0].copy(), data.y[:, 0].copy())
        for pieces in (5, 10) if quick else (5, 10, 20):
            yield Case("sine, 150 points", sine, pieces, seeds, thorough=not quick)
    elif part.startswith("noise-"):
        n = int(part.removeprefix("noise-"))
        for pieces in (5, 10):
            yield Case(f"sine with noise 0.2, {n:,} points", noisy(n), pieces, seeds if n < 10_000 else 3, False)
    elif part == "walks":
        for n in (150, 1000):
            walk = np.random.default_rng(n).standard_normal(n).cumsum()
            for pieces in (5, 10):
                yield Case(f"random walk, {n:,} points", (np.arange(n, dtype=float), walk), pieces, seeds, False)
    else:
        for name, data in real().items():
            for pieces in (3, 6):
                yield Case(name, data, pieces, seeds, False)


def noisy(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Give points of a sine with normal noise of 0.2, seeded with their number."""
    random = np.random.default_rng(n)
    x = random.uniform(0, 10, n)
    return x, np.sin(x) + 0.2 * random.standard_normal(n)


def real() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Give measured columns: the Nile's flow and, where scikit-learn is installed, some of its data."""
    nile = example("nile")
    found = {"the Nile's flow, 100 years": (nile.x[:, 0].copy(), nile.y[:, 0].copy())}
    try:
        datasets = importlib.import_module("sklearn.datasets")
    except ImportError:
        return found
    patients, cells, wine = datasets.load_diabetes(), datasets.load_breast_cancer(), datasets.load_wine()
    found["diabetes: progress by body mass"] = (patients.data[:, 2].copy(), patients.target.astype(float))
    found["diabetes: progress by triglycerides"] = (patients.data[:, 8].copy(), patients.target.astype(float))
    found["cells: area by radius"] = (cells.data[:, 0].copy(), cells.data[:, 3].copy())
    found["cells: concavity by radius"] = (cells.data[:, 0].copy(), cells.data[:, 6].copy())
    found["wine: colour by flavanoids"] = (wine.data[:, 6].copy(), wine.data[:, 9].copy())
    return found
