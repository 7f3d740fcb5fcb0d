"""One sweep on a Dask cluster: here one of two processes on this machine; give `Client` the address of a real one.

    pip install "hinges[train,cluster]"
    python examples/cluster.py

A worker that is lost is replaced, and what it was computing is computed again, to the same bits. Stop it with Ctrl-C
and start it again: it goes on from the folder where its results are kept.
"""

import joblib
from distributed import Client

from hinges import Training, example
from hinges.sweeps import sweep


def main() -> None:
    """Train 256 networks and print how good they are."""
    with Client(n_workers=2, threads_per_worker=1), joblib.parallel_config("dask"):
        found = sweep(
            example("sine"),
            Training(steps=2_000),
            activation=["relu", "tanh"],
            hidden=[6, 10],
            path="cluster-sweep",
            progress=lambda done, number: print(f"{done} of {number} batches"),
        )
    print(found.table(below=0.01))


if __name__ == "__main__":  # Dask's workers import this file as well
    main()
