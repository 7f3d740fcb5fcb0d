"""Sweep: the runs there are, those of some settings, and how many of them are good."""

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats
from hinges.convert import to_function
from hinges.errors import InvalidInputError
from hinges.fits import ErrorBounds, History
from hinges.nets import ACTIVATIONS, Network
from hinges.pwl import PiecewiseLinear
from hinges.sweeps._batches import NO_SEED, Batch
from hinges.sweeps._cells import Cell
from hinges.sweeps._networks import unpacked
from hinges.sweeps._study import Study
from hinges.sweeps._table import SweepTable, shown, table_of
from hinges.sweeps._wilson import Share, wilson


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """One network of a sweep: what `fit` gives, without the record of its units, and which of the cells it is of.

    Arguments:
        cell: the data set, the method and the settings.
        batch: where its numbers are kept.
        place: which of the batch's runs it is.
    """

    cell: Cell
    batch: Batch
    place: int

    def __repr__(self) -> str:
        return f"Run({self.cell}, seed {self.seed}, loss {self.loss:.6g})"

    @property
    def data(self) -> str:
        """The name of the data set."""
        return self.cell.data

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that the sweep set."""
        return dict(self.cell.settings)

    @property
    def seed(self) -> int | None:
        """Of its randomness, None where there was none."""
        seed = int(self.batch.arrays["seeds"][self.place])
        return None if seed == NO_SEED else seed

    @property
    def method(self) -> Any:
        """The method with its seed: `fit(data, run.method)` gives this network once more, to rounding."""
        return self.cell.method if self.seed is None else replace(self.cell.method, seed=self.seed)

    @property
    def loss(self) -> float:
        """On the rows fitted, as measured in float64."""
        return float(self.batch.arrays["losses"][self.place])

    @property
    def validation_loss(self) -> float | None:
        """On the rows held out, or None without any."""
        return self._number("validation_losses")

    @property
    def accuracy(self) -> float | None:
        """Share of the rows fitted whose class is right, or None unless classes are learned."""
        return self._number("accuracies")

    @property
    def validation_accuracy(self) -> float | None:
        """Share of the rows held out whose class is right, or None."""
        return self._number("validation_accuracies")

    @property
    def status(self) -> str:
        """How the fit ended, and what to try if it did not go well."""
        return str(self.batch.arrays["statuses"][self.place])

    @cached_property
    def network(self) -> Network:
        """The network."""
        return unpacked(self.batch.arrays, self.place)

    @cached_property
    def function(self) -> PiecewiseLinear | None:
        """Its function where it has one input, one output and piecewise-linear activations, else None."""
        network = self.network
        exact = all(ACTIVATIONS[name].piecewise_linear for name in network.activations)
        return to_function(network) if exact and network.inputs == network.outputs == 1 else None

    @property
    def bounds(self) -> ErrorBounds | None:
        """How small the loss can be, where the method computed that."""
        upper, lower = self._number("upper"), self._number("lower")
        if upper is None:
            return None
        return ErrorBounds(lower or 0.0, upper, self.network, self.function, certified=lower is not None)

    @property
    def history(self) -> History | None:
        """None: a sweep keeps no record of units; `fit(data, run.method)` makes one."""
        return None

    @property
    def curve(self) -> tuple[Floats, Floats]:
        """The steps (T,) at which the loss was recorded, and the loss (T,) there; both empty without gradient."""
        return self.batch.arrays["steps"].astype(np.float64), self.batch.arrays["loss_history"][:, self.place]

    def _number(self, name: str) -> float | None:
        value = float(self.batch.arrays[name][self.place])
        return None if math.isnan(value) else value


@dataclass(frozen=True, eq=False, repr=False)
class Sweep:
    """What a sweep has found so far.

    Arguments:
        study: the data sets, the cells and the seeds.
        batches: (cell, batch) for every batch that is there, in the order of cells and seeds.
        complete: whether all of them are there; the same call with the same `path` goes on where it ended.
        floors: the proven floors that a table has asked for.

    >>> from hinges import RandomSearch, example, sweep
    >>> found = sweep(example("relu-lab"), RandomSearch(trials=50), seeds=range(3), hidden=[2, 4])
    >>> isinstance(found, Sweep), found.status, found.names, found.axes
    (True, '6 networks for 2 combinations of settings and data', ('2', '4'), {'hidden': ((2,), (4,))})
    >>> len(found.cells), len(found.results), found.losses.shape, bool(found.best.loss == found.losses.min())
    (2, 6, (6,), True)
    >>> found.where(hidden=4).share(below=1e9).share, len(found.table(below=0.01))
    (1.0, 2)
    """

    study: Study
    batches: tuple[tuple[int, Batch], ...]
    complete: bool
    floors: dict[Any, float | None] = field(default_factory=dict)  # computed when a table asks for them

    def __repr__(self) -> str:
        return f"Sweep({self.status})"

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every combination of data set, method and settings."""
        return self.study.cells

    @property
    def status(self) -> str:
        """How much of it there is."""
        cells, there = len(self.cells), len(self.results)
        what = f"networks for {cells} combination{'s' * (cells != 1)} of settings and data"
        if self.complete:
            return f"{there} {what}"
        wanted = sum(len(task.seeds) for _, task in self.study.tasks())
        return f"{there} of {wanted} {what}; stopped early: with a path, the same sweep goes on from here"

    @cached_property
    def results(self) -> tuple[Run, ...]:
        """Every run, in the order of cells and seeds."""
        return tuple(
            Run(self.cells[number], batch, place) for number, batch in self.batches for place in range(len(batch))
        )

    @property
    def axes(self) -> dict[str, tuple[Any, ...]]:
        """What differs between cells: "data", "method" or a setting, with its values."""
        found: dict[str, list[Any]] = {}
        for cell in self.cells:
            for name, value in cell.labels.items():
                values = found.setdefault(name, [])
                if value not in values:
                    values.append(value)
        return {name: tuple(values) for name, values in found.items() if len(values) > 1}

    @property
    def names(self) -> tuple[str, ...]:
        """A short name for every cell, of what tells it from the others."""
        axes = self.axes
        return tuple(
            ", ".join(shown(cell.labels[name]) for name in axes if name in cell.labels) or cell.name
            for cell in self.cells
        )

    @property
    def losses(self) -> Floats:
        """(runs,) in the order of `results`."""
        return np.concatenate([np.zeros(0), *(batch.arrays["losses"] for _, batch in self.batches)])

    @property
    def best(self) -> Run:
        """The run with the smallest loss.

        Raises:
            InvalidInputError: there is none yet.
        """
        if not self.results:
            raise InvalidInputError("the sweep ended before its first batch of networks was ready")
        losses = self.losses
        return self.results[int(np.argmin(np.where(np.isnan(losses), np.inf, losses)))]

    def where(self, **labels: Any) -> "Sweep":
        """Give the part of the sweep with these settings, such as `activation="tanh"`, `data="sine"`.

        Raises:
            InvalidInputError: no cell has them.
        """
        wanted = {name: _label(name, value) for name, value in labels.items()}
        kept = [
            i for i, cell in enumerate(self.cells)
            if all(name in cell.labels and cell.labels[name] == value for name, value in wanted.items())
        ]  # fmt: skip
        if not kept:
            axes = "; ".join(f"{name}: {', '.join(map(repr, values))}" for name, values in self.axes.items())
            said = ", ".join(f"{name}={value!r}" for name, value in labels.items())
            raise InvalidInputError(f"no cell has {said}; there are {axes or 'no axes'}")
        study = replace(self.study, cells=tuple(self.cells[i] for i in kept))
        batches = tuple((kept.index(number), batch) for number, batch in self.batches if number in kept)
        return Sweep(study, batches, self.complete, self.floors)

    def share(self, *, below: float, **labels: Any) -> Share:
        """Give the share of runs with a loss less than `below`, with Wilson's 95 % interval."""
        below = _arrays.number(below, "below")
        losses = (self.where(**labels) if labels else self).losses
        return wilson(int((losses < below).sum()), len(losses))

    def table(self, below: float = 0.01) -> SweepTable:
        """Give one row a cell: share of runs with a loss less than `below`, quantiles, ratio to the floor, time.

        The floor is certified: no network of that size can do better. It is there for data of one input and one
        output and networks of ReLU or leaky ReLU units with one hidden layer, and computed when first asked for.
        """
        below = _arrays.number(below, "below")
        batches: list[list[Batch]] = [[] for _ in self.cells]
        for number, batch in self.batches:
            batches[number].append(batch)
        groups = list(zip(self.cells, batches, strict=True))
        return table_of(groups, self.study.data, tuple(self.axes), below, self.floors)


def _label(name: str, value: Any) -> Any:
    if name == "hidden" and isinstance(value, int):
        return (value,)
    return tuple(value) if isinstance(value, list) else value
