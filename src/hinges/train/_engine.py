"""Engine: many seeds trained side by side, some steps at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.train._order import Order
from hinges.train._problem import Problem
from hinges.train._program import Data, State, float64, program

LONGEST_RUN = 250  # steps in one call of the compiled loop
LARGEST_ORDER = 16_000_000  # row numbers in one call, which bounds its memory


@dataclass(frozen=True)
class Record:
    """Every seed after `step` steps, in training scale: parameters (3 * units + 1, seeds), losses (seeds,).

    A seed that met a number that is not finite is no longer alive: it keeps its last finite state.
    """

    step: int
    parameters: Floats
    loss: Floats
    held_loss: Floats
    alive: NDArray[np.bool_]


class Engine:
    """Trains a batch of seeds by gradient; computes while the caller goes on, until it asks for a record."""

    def __init__(
        self, problem: Problem, start: Floats, seeds: Sequence[int], *, activation: str, slope: float, batch: int
    ) -> None:
        self.step = 0
        self._seeds, self._columns = len(seeds), padded(len(seeds))
        rows = len(problem.x)
        full = batch >= rows
        self.longest_run = LONGEST_RUN
        if full:
            self._order, self._all_sizes = None, np.full(self.longest_run, float(rows))
        else:
            self.longest_run = max(1, min(LONGEST_RUN, LARGEST_ORDER // (batch * self._columns)))
            self._order = Order(seeds, self._columns, rows=rows, batch=batch, window=self.longest_run)
        self._program = program(activation, slope, full=full)
        with float64():
            self._data = _with_free_row(problem)
            self._state: State = self._program.begin(self._widened(start), self._data)

    def advance(self, rates: Floats) -> None:
        """Take `len(rates)` steps, at most `longest_run`, with these learning rates."""
        steps = len(rates)
        order = np.zeros(0, np.int32) if self._order is None else self._order.window()
        sizes = self._all_sizes if self._order is None else self._order.sizes(self.step)
        rates = np.pad(rates, (0, self.longest_run - steps))
        with float64():
            self._state = self._program.advance(self._state, self._data, order, sizes, rates, steps)
        self.step += steps
        if self._order is not None:
            self._order.skip(steps)
            self._order.draw_ahead()  # the steps just begun are being computed meanwhile

    def record(self) -> Record:
        """Give the present state of every seed; waits for the computation."""
        return Record(
            step=self.step,
            parameters=self._narrowed(self._state.parameters),
            loss=self._narrowed(self._state.loss),
            held_loss=self._narrowed(self._state.held_loss),
            alive=self._narrowed(self._state.alive),
        )

    def replace(self, parameters: Floats, changed: NDArray[np.bool_]) -> None:
        """Go on from `parameters`, with Adam's memory emptied where `changed`, both (3 * units + 1, seeds)."""
        with float64():
            parameters, changed = self._widened(parameters), self._widened(changed)
            self._state = self._program.replace(self._state, self._data, parameters, changed)

    def _widened(self, array: NDArray[Any]) -> NDArray[Any]:
        return np.pad(array, ((0, 0), (0, self._columns - self._seeds)), mode="edge")

    def _narrowed(self, array: Any) -> NDArray[Any]:
        return np.asarray(array)[..., : self._seeds]


def padded(seeds: int) -> int:
    """Give the number of columns computed for `seeds`: few different ones, so that few shapes compile."""
    return 1 << (seeds - 1).bit_length() if seeds <= 64 else -(-seeds // 64) * 64


def _with_free_row(problem: Problem) -> Data:
    """Give the rows with one more of weight 0, which stands in the free places of a short batch."""
    training = (np.append(part, 0.0) for part in (problem.x, problem.y, problem.weights))
    held = (problem.held_x, problem.held_y, problem.held_weights)
    return Data(*(part[:, None] for part in (*training, *held)))
