"""The verb `sweep`: one method, many settings, data sets and seeds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from hinges import _arrays
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import FitMethod
from hinges.sweeps._batches import Batch, Task
from hinges.sweeps._cells import cells_of, named_data, named_methods
from hinges.sweeps._result import Sweep
from hinges.sweeps._spread import spread
from hinges.sweeps._store import Store
from hinges.sweeps._study import Study, checked_seeds

TOGETHER = 64  # seeds trained side by side
MOST_JOBS = 10_000


def sweep(
    data: Dataset | tuple[Any, Any] | Mapping[str, Any],
    method: FitMethod | Mapping[str, FitMethod],
    *,
    seeds: Sequence[int] = range(64),
    path: str | Path | None = None,
    jobs: int | None = None,
    together: int = TOGETHER,
    progress: Callable[[int, int], object] | None = None,
    **settings: Any,
) -> Sweep:
    """Fit a method to data from many seeds, for every combination of settings that are given as lists.

    A setting is a field of the method: `activation=["relu", "tanh"]`, `hidden=[4, 10, (40, 20, 10)]`. A list holds
    several values; a tuple or anything else is one. The same call runs here, in processes of its own (`jobs`), or
    on a cluster (`with joblib.parallel_config("dask"):`), and gives the same numbers to the last bit on machines
    of one kind. Ctrl-C gives what there is.

    Arguments:
        data: a Dataset, a pair (x, y), or a dictionary of several with their names.
        method: Training() or another fit method, or a dictionary of several with their names. One without
            randomness, such as Best, is fitted once.
        seeds: those of every combination.
        path: a folder of its own in which every batch of results is kept as it comes; a sweep that ended early goes
            on there with the same call.
        jobs: processes, -1 for as many as there are cores; None for none beside this one, or for what an active
            `joblib.parallel_config` says.
        together: how many seeds of one combination are trained side by side, which is one batch.
        progress: called with the number of batches that are done and of all.
        settings: fields of the method, each one value or a list of them.

    Raises:
        InvalidInputError: a setting is not one of the method, a value is bad, or `path` holds something else.
        MissingExtraError: what the method needs is not installed.

    >>> from hinges import RandomSearch, example
    >>> found = sweep(example("relu-lab"), RandomSearch(trials=300), seeds=range(3), hidden=[2, 4])
    >>> len(found.results), [row["hidden"] for row in found.table()]
    (6, [(2,), (4,)])
    """
    datasets = named_data(data)
    study = Study(
        datasets,
        cells_of(datasets, named_methods(method), settings),
        checked_seeds(seeds),
        _arrays.count(together, "together"),
    )
    jobs = _checked_jobs(jobs)
    store = None if path is None else Store(path, study)
    found: dict[int, Batch] = {}
    tasks = study.tasks()
    for _, task in tasks:
        batch = None if store is None else store.read(task.place, task.seeds)
        if batch is not None:
            found[task.place] = batch
    left = [task for _, task in tasks if task.place not in found]
    complete = True
    try:
        if progress is not None:
            progress(len(found), len(tasks))
        for place, batch in _computed(left, jobs, store):
            found[place] = batch
            if progress is not None:
                progress(len(found), len(tasks))
    except KeyboardInterrupt:
        complete = False
    return Sweep(study, tuple((number, found[t.place]) for number, t in tasks if t.place in found), complete)


def _computed(tasks: list[Task], jobs: int | None, store: Store | None) -> Iterator[tuple[int, Batch]]:
    """Give the batches of tasks as they come, after they have been kept."""
    with closing(spread(tasks, jobs)) as batches:
        for place, batch in batches:
            if batch is None:  # Ctrl-C reached the process that computed it
                raise KeyboardInterrupt
            if store is not None:
                store.write(place, batch)
            yield place, batch


def _checked_jobs(jobs: int | None) -> int | None:
    if jobs is None or jobs == -1:
        return jobs
    if isinstance(jobs, int) and jobs < 1:
        raise InvalidInputError(f"jobs must be at least 1, or -1 for as many as there are cores, not {jobs}")
    return _arrays.count(jobs, "jobs", maximum=MOST_JOBS)
