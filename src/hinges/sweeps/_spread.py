"""Spreading tasks over processes or a cluster through joblib, or one after the other without it."""

import sys
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any

from hinges._extras import require
from hinges.errors import HingesError, InvalidInputError
from hinges.sweeps._batches import Batch, Task, run

MOST_RESTARTS = 3  # of processes that were killed, before a task is taken for the cause


def spread(tasks: Sequence[Task], jobs: int | None) -> Generator[tuple[int, Batch | None], None, None]:
    """Give the place and the batch of every task as they come, in any order.

    Without `jobs` the tasks run here one after the other, or where an active `joblib.parallel_config` says. With
    it, in so many processes of their own. Processes are never forked, because JAX's threads do not survive that.

    Raises:
        InvalidInputError: joblib has been told to fork.
        HingesError: processes end again and again.
    """
    if jobs in (None, 1) and "joblib" not in sys.modules:  # nobody can have chosen a backend
        yield from map(run, tasks)
        return
    joblib = require("joblib", extra="train")
    _refuse_forks()
    left = {task.place: task for task in tasks}
    for _ in range(MOST_RESTARTS):
        try:
            with closing(_parallel(joblib, list(left.values()), jobs)) as batches:
                for place, batch in batches:
                    left.pop(place)
                    yield place, batch
        except _broken():
            continue
        return
    label = next(iter(left.values())).label
    raise HingesError(
        f"processes were killed {MOST_RESTARTS} times, perhaps for want of memory, at {label}: "
        "try fewer jobs or fewer seeds together"
    )


def _parallel(joblib: Any, tasks: list[Task], jobs: int | None) -> Generator[tuple[int, Batch | None], None, None]:
    # One task a message: what has come is kept, whatever happens to the next.
    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)
    return parallel(joblib.delayed(run)(task) for task in tasks)


def _refuse_forks() -> None:
    from joblib.parallel import get_active_backend

    backend: Any = get_active_backend()[0]
    if type(backend).__name__ == "MultiprocessingBackend":
        raise InvalidInputError("joblib is told to fork processes, in which JAX hangs: choose its backend loky or dask")


def _broken() -> type[BaseException]:
    from concurrent.futures.process import BrokenProcessPool

    return BrokenProcessPool
