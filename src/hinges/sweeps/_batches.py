"""Batches: some seeds of one cell, fitted in one go, and what is kept of them."""

import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges._extras import require
from hinges.data import Dataset
from hinges.errors import HingesError, InvalidInputError
from hinges.fits import FitResult
from hinges.sweeps._networks import check, packed
from hinges.train import Training

NO_SEED = -1  # in the place of a seed where the method has no randomness
ALONE = 8  # fits in a batch of a method that fits one network at a time
RUN_FIELDS = ("losses", "validation_losses", "accuracies", "validation_accuracies", "lower", "upper")  # numbers a run
KINDS = {"seeds": "i", "statuses": "U", "steps": "i", "loss_history": "f", "seconds": "f", "epochs": "f"}


@dataclass(frozen=True, eq=False)
class Task:
    """What one worker is asked for: seeds of one method on one data set."""

    place: int
    label: str
    method: Any
    data: Dataset
    seeds: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Batch:
    """What is kept of some runs: arrays by name, as they stand in a file.

    `seeds`, `statuses` and the numbers of RUN_FIELDS (NaN where there is none) hold one entry a run; `steps` (T,) and
    `loss_history` (T, runs) are empty without gradient; `seconds` is the time all runs together took, and `epochs`
    the passes through the rows; the rest are the networks.
    """

    arrays: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.arrays["seeds"])

    def checked(self, seeds: Sequence[int]) -> "Batch":
        """Give it, or raise if its arrays, which may come from a file, do not belong together or to these seeds."""
        runs = len(seeds)
        shapes: dict[str, tuple[int, ...]] = dict.fromkeys((*RUN_FIELDS, "seeds", "statuses"), (runs,))
        shapes |= {"steps": (-1,), "loss_history": (-1, runs), "seconds": (), "epochs": ()}
        kinds = dict.fromkeys(RUN_FIELDS, "f") | KINDS
        for name in ("depths", "sizes", "activations", "slopes", "parameters", *shapes):
            if name not in self.arrays:
                raise InvalidInputError(f"it has no array {name}")
        rows = len(np.atleast_1d(self.arrays["steps"]))
        for name, shape in shapes.items():
            wanted = tuple(rows if size < 0 else size for size in shape)
            if self.arrays[name].shape != wanted or self.arrays[name].dtype.kind != kinds[name]:
                raise InvalidInputError(
                    f"its array {name} has shape {self.arrays[name].shape}, not {wanted} as expected"
                )
        if self.arrays["seeds"].tolist() != list(seeds):
            raise InvalidInputError("its seeds are others")
        check(self.arrays, runs)
        return self


def run(task: Task) -> tuple[int, Batch | None]:
    """Give the place of a task and its batch; None if it was interrupted on the way."""
    fitted = _trained if isinstance(task.method, Training) else _fitted
    with one_thread(), _interruptions() as pressed:
        try:
            batch = fitted(task.data, task.method, task.seeds)
        except KeyboardInterrupt:
            return task.place, None
        except HingesError as error:
            raise type(error)(f"{task.label}: {error}") from None
    return task.place, None if pressed else batch  # a method may have given what it had when Ctrl-C came


@contextmanager
def _interruptions() -> Iterator[list[int]]:
    """Note every Ctrl-C while the body runs, also one that the body takes for itself."""
    pressed: list[int] = []
    usual = signal.getsignal(signal.SIGINT)
    if not callable(usual) or threading.current_thread() is not threading.main_thread():
        yield pressed
        return

    def note(number: int, frame: FrameType | None) -> None:
        pressed.append(number)
        usual(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, usual)


@contextmanager
def one_thread() -> Iterator[None]:
    """Let linear algebra use one thread: workers do not compete, and sums are rounded alike in every worker."""
    with require("threadpoolctl", extra="train").threadpool_limits(1):
        yield


def _trained(data: Dataset, training: Training, seeds: Sequence[int]) -> Batch:
    """Train the seeds side by side."""
    from hinges.train import train_many

    started = time.perf_counter()
    batch = train_many(data, training, seeds)
    seconds = time.perf_counter() - started
    rows = _training_rows(data, training)
    steps = training.total_steps(rows)
    numbers = {
        "losses": batch.losses,
        "validation_losses": batch.validation_losses,
        "accuracies": _last(batch.accuracy_history),
        "validation_accuracies": _last(batch.validation_accuracy_history),
    }
    return Batch(
        {
            **_arrays(batch.seeds.tolist(), batch.statuses, seconds, steps / -(-rows // training.batch(rows))),
            **_numbers(len(batch), numbers),
            "steps": np.asarray(batch.steps, np.int64),
            "loss_history": np.array(batch.loss_history),
            **packed([batch.network(i) for i in range(len(batch))]),
        }
    )


def _fitted(data: Dataset, method: Any, seeds: Sequence[int]) -> Batch:
    """Fit one seed after the other."""
    started = time.perf_counter()
    results: list[FitResult] = []
    for seed in seeds:
        results.append((method if seed == NO_SEED else replace(method, seed=seed)).fit(data))
    seconds = time.perf_counter() - started
    bounds = [result.bounds for result in results]
    numbers = {
        "losses": [result.loss for result in results],
        "lower": [np.nan if each is None or not each.certified else each.lower for each in bounds],
        "upper": [np.nan if each is None else each.upper for each in bounds],
    }
    return Batch(
        {
            **_arrays(seeds, [result.status for result in results], seconds, 1.0),
            **_numbers(len(seeds), numbers),
            "steps": np.zeros(0, np.int64),
            "loss_history": np.zeros((0, len(seeds))),
            **packed([result.network for result in results]),
        }
    )


def _arrays(seeds: Sequence[int], statuses: Sequence[str], seconds: float, epochs: float) -> dict[str, NDArray[Any]]:
    return {
        "seeds": np.array(seeds, np.int64),
        "statuses": np.array(statuses, np.str_),
        "seconds": np.array(seconds),
        "epochs": np.array(epochs),
    }


def _numbers(runs: int, given: Mapping[str, Any]) -> dict[str, Floats]:
    found = {name: given.get(name) for name in RUN_FIELDS}
    return {
        name: np.full(runs, np.nan) if values is None else np.array(values, np.float64)
        for name, values in found.items()
    }


def _last(history: Floats | None) -> Floats | None:
    return None if history is None else history[-1]


def _training_rows(data: Dataset, training: Training) -> int:
    """Give how many rows a step can draw from: those not held out that count."""
    return len(training_part(data, training.validation))


def training_part(data: Dataset, validation: float) -> Dataset:
    """Give the rows that are not held out and count."""
    split = int(len(data) * (1.0 - validation))
    weights = None if data.weights is None else data.weights[:split]
    part = Dataset(data.x[:split], data.y[:split], weights, data.names)
    if weights is None or (weights > 0).all():
        return part
    return Dataset(part.x[weights > 0], part.y[weights > 0], weights[weights > 0], data.names)
