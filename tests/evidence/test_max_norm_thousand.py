"""A thousand tiny cases against brute force, and the figures of the sine and of exp in max norm."""

import importlib.util
import time
from pathlib import Path

import numpy as np
import pytest

from hinges.optimal._gates import Gates
from hinges.optimal._max_norm import best_max
from hinges.optimal._max_units import best_max_units

CASES = 1000


def oracle():
    path = Path(__file__).parents[1] / "property" / "test_max_norm_oracle.py"
    spec = importlib.util.spec_from_file_location("max_norm_oracle", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("check", ["check_fewest_pieces", "check_best_max_error"])
def test_brute_force(record, check):
    run = getattr(oracle(), check)
    wrong = 0
    for case in range(CASES):
        try:
            run(case)
        except AssertionError:
            wrong += 1
    record(f"{check}, {CASES} tiny cases against brute force: wrong", wrong, "== 0")


def quickest(job, times=5):
    """Give a job's result and its least processor time in seconds: other work on the machine is not ours."""
    took = []
    for _ in range(times):
        start = time.process_time()
        result = job()
        took.append(time.process_time() - start)
    return result, min(took)


def test_the_sine_in_ten_units(record):
    x = np.random.default_rng(0).uniform(0, 10, 150)
    y = np.sin(x)
    network, took = quickest(lambda: best_max_units(x, y, 10))
    proved, proof = quickest(lambda: Gates.of(x, y).proves_more(network.lower, 11))
    record(
        "sine, ten units: |certified lower bound - 0.0230082828625|", abs(network.lower - 0.0230082828625), "<= 1e-13"
    )
    record("sine, ten units: the bound decided again in rationals (1 = yes)", float(proved), "== 1")
    record("sine, ten units: max error over the lower bound", network.error / network.lower, "<= 1.00000001")
    record("sine, ten units: everything, processor seconds", took, "< 0.5")
    record("sine, eleven pieces: the proof alone, processor seconds", proof, "< 0.2")


# A kink may hide between samples, so a hundred pieces want more of them.
@pytest.mark.parametrize(("pieces", "samples"), [(5, 20_001), (10, 20_001), (20, 20_001), (50, 20_001), (100, 28_001)])
def test_exp_against_the_asymptotic_formula(record, pieces, samples):
    x = np.linspace(0, 3, samples)
    error = best_max(x, np.exp(x), pieces).upper
    formula = (2 * (np.exp(1.5) - 1)) ** 2 / (16 * pieces**2)
    record(f"exp on [0, 3], {pieces} pieces: |max error / asymptotic - 1|", abs(error / formula - 1), "<= 0.005")
