"""Sweeps: the same bits alone, in processes, on a cluster that loses a worker, and after the sweep was killed."""

import logging
import os
import signal
import subprocess
import sys
import textwrap
import time
from typing import Any

import numpy as np
import pytest

from hinges import Training, example
from hinges.sweeps import sweep
from hinges.train import train_many

pytestmark = pytest.mark.needs("jax", "optax", "joblib", "distributed")

CURVE: dict[str, Any] = {
    "data": example("sine"),
    "method": Training(steps=2_000),
    "hidden": [10, (8, 8)],
    "activation": ["relu", "tanh"],
}
CLASSES: dict[str, Any] = {
    "data": example("spiral"),
    "method": Training(hidden=(64,), steps=200, loss="cross-entropy", kinks="init", batch_size=None),
    "optimizer": ["adam", "rmsprop"],
}
MANY: dict[str, Any] = {"seeds": range(64), "together": 16}


QUIET: dict[str, Any] = {"dashboard_address": None, "silence_logs": logging.CRITICAL}


def workers(client: Any) -> list[int]:
    """The processes of a cluster."""
    return list(client.run(os.getpid).values())


def bits(found):
    return {
        (number, i, name): array.tobytes()
        for i, (number, batch) in enumerate(found.batches)
        for name, array in batch.arrays.items()
        if name != "seconds"
    }


def share_equal(left, right):
    left, right = bits(left), bits(right)
    assert left.keys() == right.keys()
    return np.mean([left[key] == right[key] for key in left])


@pytest.mark.parametrize("words", [CURVE, CLASSES], ids=["curve", "classes"])
def test_the_same_bits_wherever_it_runs(record, tmp_path, words):
    import joblib
    from distributed import Client, LocalCluster

    name = "2-64-3 on spiral" if words is CLASSES else "four kinds of network on sine"
    alone = sweep(**words, **MANY)
    record(f"sweep of {name}: finite losses", np.isfinite(alone.losses).mean(), "== 1")
    record(
        f"sweep of {name}: arrays bit-equal in two processes",
        share_equal(alone, sweep(**words, **MANY, jobs=2)),
        "== 1",
    )
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, local_directory=str(tmp_path), **QUIET) as cluster,
        Client(cluster) as client,
        joblib.parallel_config("dask"),
    ):
        victim = workers(client)[0]
        found = sweep(**words, **MANY, progress=lambda done, _: done != 2 or os.kill(victim, signal.SIGKILL))
        record(f"sweep of {name}: killed worker's process still there", victim in workers(client), "== 0")
    record(
        f"sweep of {name}: arrays bit-equal on Dask with one of two workers killed", share_equal(alone, found), "== 1"
    )


def test_a_killed_sweep_loses_the_batch_in_flight(record, tmp_path):
    folder = tmp_path / "kept"
    script = f"""
        from hinges import Training, example
        from hinges.sweeps import sweep
        sweep(example("sine"), Training(steps=2_000), seeds=range(64), together=16, path={str(folder)!r},
              learning_rate=[0.01, 0.02])
    """
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)])
    while child.poll() is None and len(list(folder.glob("batch-*.npz"))) < 3:
        time.sleep(0.01)
    child.kill()
    child.wait()
    there = len(list(folder.glob("batch-*.npz")))
    counts = []
    words: dict[str, Any] = {"seeds": range(64), "together": 16, "learning_rate": [0.01, 0.02]}
    found = sweep(
        example("sine"), Training(steps=2_000), path=folder, progress=lambda done, _: counts.append(done), **words
    )
    record("killed sweep: batches of 8 on disk when it was killed", there, ">= 3")
    record("killed sweep: batches computed again", counts[-1] - counts[0] - (8 - there), "== 0")
    whole = sweep(example("sine"), Training(steps=2_000), **words)
    record("killed sweep, continued: arrays bit-equal to one that ran through", share_equal(whole, found), "== 1")


def test_alone_and_among_256(record):
    for steps in (200, 10_000):
        training = Training(steps=steps)
        together = train_many(example("sine"), training, range(256))
        alone = [train_many(example("sine"), training, [seed]).losses[0] for seed in range(0, 256, 32)]
        apart = np.abs(np.array(alone) / together.losses[::32] - 1)
        record(
            f"loss after {steps} steps, alone against among 256 seeds: largest relative difference",
            apart.max(),
            "<= 1e-9",
        )
