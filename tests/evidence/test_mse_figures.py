"""The figures promised for squared error, over many noise seeds and at the largest everyday size."""

import time

import numpy as np
import pytest

from hinges.optimal._hops import settle
from hinges.optimal._mse_pieces import best_pieces
from hinges.optimal._mse_units import best_units
from hinges.optimal._rows import merge_rows
from hinges.optimal._varpro import Kinks, Problem, project

X = np.random.default_rng(0).uniform(0, 10, 150)


def test_gaps_with_noise(record):
    gaps, times = [], []
    for seed in range(30):
        y = np.sin(X) + 0.2 * np.random.default_rng(100 + seed).standard_normal(150)
        start = time.process_time()
        fit = best_pieces(X, y, 11)
        times.append(time.process_time() - start)
        gaps.append((fit.polygon.error - fit.lower) / fit.polygon.error)
    record(
        "sine with noise 0.2, 11 pieces, 30 seeds: median gap (upper - lower) / upper",
        float(np.median(gaps)),
        "<= 0.08",
    )
    record("the same, largest gap", max(gaps), "<= 0.12")
    record("the same, median processor seconds a fit with the pair bound", float(np.median(times)), "< 3")


@pytest.mark.parametrize("noise", [0.0, 0.2])
@pytest.mark.parametrize(("n", "units"), [(300, 10), (1000, 10), (1000, 30)])
def test_everyday_sizes(record, n, units, noise):
    random = np.random.default_rng(n)
    x = random.uniform(0, 10, n)
    y = np.sin(x) + noise * random.standard_normal(n)
    start = time.process_time()
    fit = best_units(x, y, units)
    seconds = time.process_time() - start
    what = f"sine with noise {noise}, {n} rows, {units} units"
    record(f"{what}: MSE over its lower bound", fit.network.error / fit.lower, "<= 1.3" if noise else "<= 1.001")
    record(f"{what}: processor seconds", seconds, "< 60")


@pytest.mark.parametrize("target", ["exp(x / 3)", "sin(x) with noise 0.2", "cos(1.3 x) / (1 + x)"])
@pytest.mark.parametrize("units", [3, 4, 5, 8])
def test_units_against_many_starts(record, units, target):
    random = np.random.default_rng(units)
    y = {
        "exp(x / 3)": np.exp(X / 3),
        "sin(x) with noise 0.2": np.sin(X) + 0.2 * random.standard_normal(150),
        "cos(1.3 x) / (1 + x)": np.cos(1.3 * X) / (1 + X),
    }[target]
    rows = merge_rows(X, y)
    problem = Problem(rows.u, rows.v, rows.w, skip=False)
    best = np.inf
    for _ in range(40):
        at, left = random.uniform(-1, 1, units), random.random(units) < 0.5
        best = min(best, settle(problem, Kinks(at, left, project(problem, at, left).error)).error)
    ratio = best_units(X, y, units, pair=False).network.error / rows.to_error(best)
    record(f"{target}, {units} units: MSE over the best of 40 random starts", ratio, "<= 1.02")
