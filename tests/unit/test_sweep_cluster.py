"""The same sweep alone, in processes and on a Dask cluster: the same bits, also when workers are killed."""

import logging
import os
import signal
import subprocess
import sys
import textwrap
from typing import Any

import pytest

from hinges import HingesError, InvalidInputError, RandomSearch, Training, example
from hinges.sweeps import sweep

LAB = example("relu-lab")
TRAINING = Training(hidden=(2,), steps=20, batch_size=4)
WORDS: dict[str, Any] = {"seeds": range(6), "together": 2, "learning_rate": [0.01, 0.02]}


# No dashboard, no messages about the worker that is killed, and no file outside the test's folder.
QUIET: dict[str, Any] = {"dashboard_address": None, "silence_logs": logging.CRITICAL}


def workers(client: Any) -> list[int]:
    """The processes of a cluster."""
    return list(client.run(os.getpid).values())


def told(found):
    """Everything a sweep found, but for the time it took."""
    return [
        (number, {name: array.tobytes() for name, array in batch.arrays.items() if name != "seconds"})
        for number, batch in found.batches
    ]


class DiesOnce(RandomSearch):
    """A method whose process is killed at one seed, the first time."""

    def fit(self, data):
        if self.seed == 9 and not os.path.exists(os.environ["HINGES_TEST_DIED"]):  # noqa: PTH110
            with open(os.environ["HINGES_TEST_DIED"], "w"):  # noqa: PTH123
                os.kill(os.getpid(), signal.SIGKILL)
        return super().fit(data)


@pytest.mark.needs("joblib")
def test_processes_give_the_same_bits_and_a_killed_one_is_replaced(tmp_path, monkeypatch):
    monkeypatch.setenv("HINGES_TEST_DIED", str(tmp_path / "died"))
    method = DiesOnce(hidden=(2,), trials=20)
    found = sweep(LAB, method, seeds=range(32), jobs=2, path=tmp_path / "kept")
    assert (tmp_path / "died").exists()
    assert found.complete
    assert told(found) == told(sweep(LAB, method, seeds=range(32)))


@pytest.mark.needs("joblib")
def test_forks_are_refused():
    import joblib

    with joblib.parallel_config("multiprocessing"), pytest.raises(InvalidInputError, match="choose its backend loky"):
        sweep(LAB, RandomSearch(trials=5), seeds=[0], jobs=2)


@pytest.mark.needs("jax", "optax", "distributed")
def test_a_cluster_gives_the_same_bits_when_a_worker_is_killed(tmp_path):
    import joblib
    from distributed import Client, LocalCluster

    alone = sweep(LAB, TRAINING, **WORDS)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, local_directory=str(tmp_path), **QUIET) as cluster,
        Client(cluster) as client,
        joblib.parallel_config("dask"),
    ):
        pids = workers(client)

        def kill(done, _):
            if done == 1:
                os.kill(pids[0], signal.SIGKILL)

        found = sweep(LAB, TRAINING, path=tmp_path / "kept", progress=kill, **WORDS)
        assert pids[0] not in workers(client)
    assert found.complete
    assert told(found) == told(alone)
    assert told(sweep(LAB, TRAINING, path=tmp_path / "kept", **WORDS)) == told(alone)


def test_a_killed_sweep_goes_on(tmp_path):
    script = f"""
        import os, signal
        from hinges import RandomSearch, example
        from hinges.sweeps import sweep
        sweep(example("relu-lab"), RandomSearch(trials=20), seeds=range(24), path={str(tmp_path / "kept")!r},
              progress=lambda done, _: done < 2 or os.kill(os.getpid(), signal.SIGKILL))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL
    assert len(list((tmp_path / "kept").glob("batch-*.npz"))) == 2
    counts = []
    words: dict[str, Any] = {"seeds": range(24)}
    method = RandomSearch(trials=20)
    found = sweep(LAB, method, path=tmp_path / "kept", progress=lambda done, _: counts.append(done), **words)
    assert counts == [2, 3]
    assert told(found) == told(sweep(LAB, method, **words))


@pytest.mark.needs("joblib")
def test_what_a_process_refuses_is_said_here():
    with pytest.raises(HingesError, match=r"RandomSearch\(\) on data: x has entries beyond"):
        sweep(([0, 1e200], [0, 1]), RandomSearch(), jobs=2, seeds=range(2))
