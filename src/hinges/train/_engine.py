"""Engine: many seeds trained side by side by gradient steps, some at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.train._dense_model import DenseModel
from hinges.train._objective import float64, on_device
from hinges.train._order import Order
from hinges.train._padding import is_weight, padded_model, padded_rows, padded_seeds, places, power_of_two, unit_places
from hinges.train._problem import Problem
from hinges.train._program import Data, Kind, Plan, begin, program, replaced

LONGEST_RUN = 256  # steps in one call of the compiled loop, which can be interrupted only after it ...
LIGHT_RUN = 4096  # ... and of a few small networks, whose steps cost less than a call
LIGHT_WORK = 1 << 22  # numbers that the steps of such a call compute
MOST_MOMENTS = 16  # at which a call measures, of a few small networks
LARGEST_MOMENTS = 1 << 18  # parameters that they hold
LARGEST_ORDER = 16_000_000  # row numbers in one call, which bounds its memory
NO_ROWS = np.zeros(0, np.int32)  # of a loop that takes all rows
FEW_SEEDS = 32  # up to here a longer window of steps costs less than compiling for a shorter one


@dataclass(frozen=True)
class Record:
    """Every seed after `step` steps: parameters (parameters, seeds) in training scale, and what was measured.

    Losses are in the units of the data, without penalties, and accuracies shares of rows, (seeds,) each; dead
    and always-on units are (hidden units, seeds). A seed that met a number that is not finite is no longer alive:
    it keeps its last finite state.
    """

    step: int
    parameters: Floats
    loss: Floats
    held_loss: Floats
    accuracy: Floats
    held_accuracy: Floats
    dead: NDArray[np.bool_]
    always_on: NDArray[np.bool_]
    alive: NDArray[np.bool_]


@dataclass(frozen=True)
class Descent:
    """How an engine goes down: its loss, its optimizer, the penalties on weights, and the rows in a step."""

    loss: str = "mse"
    optimizer: str = "adam"
    l1: float = 0.0
    l2: float = 0.0
    batch: int = 32


class Engine:
    """Trains a batch of seeds by gradient; computes while the caller goes on, until it asks for a record.

    Hidden layers, seeds and rows are padded, so that alike ones share a compilation; padding stays zero.

    Arguments:
        problem: the rows.
        start: (parameters, seeds) initial parameters.
        seeds: which drive the order of the rows.
        model: the networks.
        descent: how.
        stride: how many steps the caller means to take at a time.
    """

    def __init__(
        self, problem: Problem, start: Floats, seeds: Sequence[int], *, model: DenseModel, descent: Descent, stride: int
    ) -> None:
        self.step = 0
        self._seeds, self._columns = len(seeds), padded_seeds(len(seeds))
        self._rows = len(problem.x)
        full = descent.batch >= self._rows
        wide = padded_model(model)
        batch = padded_rows(self._rows) if full else descent.batch
        window, self.most_moments = _length_of_calls(wide, self._columns, batch, stride)
        self.longest_run = window if full else max(1, min(window, LARGEST_ORDER // (descent.batch * self._columns)))
        self._order = (
            None if full else Order(seeds, self._columns, rows=self._rows, batch=descent.batch, window=self.longest_run)
        )
        self._wide, self._places = wide.parameters, places(model, wide)
        self._units = unit_places(model.sizes[1:-1], wide.sizes[1:-1])
        self._kind = kind_of(model, descent, full=full)
        self._program = program(self._kind)
        with float64():
            self._data = on_device(device_rows(problem, model, descent))
            self._state = begin(self._widened(start), self._kind)
        self.advance(np.zeros(0))  # measures the start

    def advance(self, rates: Floats, every: int | None = None) -> None:
        """Take `len(rates)` steps, at most `longest_run`, with these learning rates.

        The state is recorded `every` so many steps, at most `most_moments` times, and at the end.
        """
        steps = len(rates)
        if self._order is None:
            rows, sizes = NO_ROWS, np.full(self.longest_run, float(self._rows))
        else:
            rows, sizes = self._order.window(), self._order.sizes(self.step)
        padded_rates = np.zeros(self.longest_run)
        padded_rates[:steps] = rates
        stops = [*range(every or steps, steps, every or steps), steps] if steps else [0]
        padded_stops = np.zeros(self.most_moments, np.int64)
        padded_stops[: len(stops)] = stops
        plan = Plan(rows, sizes, padded_rates, padded_stops, len(stops))
        with float64():
            self._state, self._moments = self._program(self._state, self._data, plan)
        self._stops = [stop - steps for stop in stops]  # before the present step
        self.step += steps
        if self._order is not None:
            self._order.skip(steps)
            self._order.draw_ahead()  # the steps just begun are being computed meanwhile

    def records(self) -> list[Record]:
        """Give the state of every seed at the moments of the last call; waits for the computation."""
        parameters, measures, alive = self._moments
        parts = {
            "parameters": self._narrowed(parameters)[:, self._places],
            "loss": self._narrowed(measures.loss),
            "held_loss": self._narrowed(measures.held_loss),
            "accuracy": self._narrowed(measures.accuracy),
            "held_accuracy": self._narrowed(measures.held_accuracy),
            "dead": self._narrowed(measures.dead)[:, self._units],
            "always_on": self._narrowed(measures.always_on)[:, self._units],
            "alive": self._narrowed(alive),
        }
        return [
            Record(step=self.step + stop, **{name: part[k] for name, part in parts.items()})
            for k, stop in enumerate(self._stops)
        ]

    def record(self) -> Record:
        """Give the present state of every seed; waits for the computation."""
        return self.records()[-1]

    def replace(self, parameters: Floats, changed: NDArray[np.bool_]) -> None:
        """Go on from `parameters`, with the optimizer's memory emptied where `changed`, both (parameters, seeds)."""
        with float64():
            self._state = replaced(self._state, self._widened(parameters), self._widened(changed))
        self.advance(np.zeros(0))  # measures anew

    def _widened(self, array: NDArray[Any]) -> NDArray[Any]:
        wide = np.zeros((self._wide, self._columns), array.dtype)
        wide[self._places] = np.pad(array, ((0, 0), (0, self._columns - self._seeds)), mode="edge")
        return wide

    def _narrowed(self, array: Any) -> NDArray[Any]:
        return np.asarray(array)[..., : self._seeds]


def _length_of_calls(wide: DenseModel, columns: int, batch: int, stride: int) -> tuple[int, int]:
    """Give how many steps a call takes at most, and how many moments it measures.

    Both depend on sizes that are padded, and for a few networks on nothing else, so that calls share compilations.
    """
    if columns > FEW_SEEDS:
        return min(LONGEST_RUN, power_of_two(stride)), 1
    numbers = columns * (wide.parameters + batch * sum(wide.sizes))
    steps = min(LIGHT_RUN, max(LONGEST_RUN, power_of_two(LIGHT_WORK // numbers + 1) // 2))
    return steps, min(MOST_MOMENTS, max(1, power_of_two(LARGEST_MOMENTS // (columns * wide.parameters) + 1) // 2))


def kind_of(model: DenseModel, descent: Descent, *, full: bool) -> Kind:
    """Give what has to be compiled."""
    penalised = descent.l1 > 0 or descent.l2 > 0
    return Kind(padded_model(model), descent.loss, descent.optimizer, full, penalised)


def device_rows(problem: Problem, model: DenseModel, descent: Descent) -> Data:
    """Give the training rows and those held out, both followed by rows of weight 0, and what belongs to parameters."""
    wide = padded_model(model)
    free = np.zeros((wide.parameters, 1))
    free[places(model, wide)] = 1.0
    weight = is_weight(wide)[:, None].astype(np.float64)
    weights = _with_empty_rows(problem.weights)
    return Data(
        x=np.concatenate([_with_empty_rows(problem.x), _with_empty_rows(problem.held_x)]),
        y=np.concatenate([_with_empty_rows(problem.y), _with_empty_rows(problem.held_y)]),
        weights=weights,
        shares=_shares(weights, _with_empty_rows(problem.held_weights)),
        free=free,
        l1=descent.l1 * weight,
        l2=descent.l2 * weight,
        y_squares=problem.scale.y_scale[:, None] ** 2,
    )


def _shares(weights: Floats, held_weights: Floats) -> Floats:
    """Give what every row counts in the mean of the training rows and of those held out, (rows, 2)."""
    shares = np.zeros((len(weights) + len(held_weights), 2))
    shares[: len(weights), 0] = weights / weights.sum()
    shares[len(weights) :, 1] = held_weights / (held_weights.sum() or 1.0)
    return shares


def _with_empty_rows(part: Floats) -> Floats:
    return np.pad(part, ((0, padded_rows(len(part)) - len(part)), *((0, 0),) * (part.ndim - 1)))
