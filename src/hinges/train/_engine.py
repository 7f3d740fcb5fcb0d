"""Engine: many seeds trained side by side, some steps at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.train._order import Order
from hinges.train._problem import Problem
from hinges.train._program import Data, Plan, begin, float64, program, replaced

LONGEST_RUN = 256  # steps in one call of the compiled loop
LARGEST_ORDER = 16_000_000  # row numbers in one call, which bounds its memory

ROW_BUCKET = 64  # the compiled loop sees a multiple of so many rows, the additional ones with weight 0
FEW_SEEDS = 32  # up to here a longer window of steps costs less than compiling for a shorter one


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
    """Trains a batch of seeds by gradient; computes while the caller goes on, until it asks for a record.

    Arguments:
        problem: the rows.
        start: (3 * units + 1, seeds) initial parameters.
        seeds: which drive the order of the rows.
        activation: of the hidden layer.
        slope: of leaky_relu below zero.
        batch: rows in a step.
        stride: how many steps the caller means to take at a time.
    """

    def __init__(
        self,
        problem: Problem,
        start: Floats,
        seeds: Sequence[int],
        *,
        activation: str,
        slope: float,
        batch: int,
        stride: int,
    ) -> None:
        self.step = 0
        self._seeds, self._columns = len(seeds), padded(len(seeds))
        self._rows = len(problem.x)
        full = batch >= self._rows
        window = LONGEST_RUN if self._columns <= FEW_SEEDS else min(LONGEST_RUN, _power_of_two(stride))
        self.longest_run = window if full else max(1, min(window, LARGEST_ORDER // (batch * self._columns)))
        self._order = (
            None if full else Order(seeds, self._columns, rows=self._rows, batch=batch, window=self.longest_run)
        )
        self._program = program(activation, slope, full=full)
        self._data = _device_rows(problem)
        with float64():
            self._state = begin(self._widened(start))
        self.advance(np.zeros(0))  # measures the losses at the start

    def advance(self, rates: Floats) -> None:
        """Take `len(rates)` steps, at most `longest_run`, with these learning rates."""
        steps = len(rates)
        if self._order is None:
            rows, sizes = np.zeros(0, np.int32), np.full(self.longest_run, float(self._rows))
        else:
            rows, sizes = self._order.window(), self._order.sizes(self.step)
        plan = Plan(rows, sizes, np.pad(rates, (0, self.longest_run - steps)), steps)
        with float64():
            self._state = self._program(self._state, self._data, plan)
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
        self._state = replaced(self._state, self._widened(parameters), self._widened(changed))
        self.advance(np.zeros(0))  # measures the losses anew

    def _widened(self, array: NDArray[Any]) -> NDArray[Any]:
        return np.pad(array, ((0, 0), (0, self._columns - self._seeds)), mode="edge")

    def _narrowed(self, array: Any) -> NDArray[Any]:
        return np.asarray(array)[..., : self._seeds]


def padded(seeds: int) -> int:
    """Give the number of columns computed for `seeds`: few different ones, so that few shapes compile."""
    return _power_of_two(seeds) if seeds <= 64 else -(-seeds // 64) * 64


def _power_of_two(number: int) -> int:
    """Give the smallest power of two that is at least `number`."""
    return 1 << (number - 1).bit_length()


def _device_rows(problem: Problem) -> Data:
    """Give the rows followed by rows of weight 0, the first of which stands in the free places of a batch.

    There are enough of them to make numbers of rows that are alike the same, so that they share a compilation.
    """
    training = (problem.x, problem.y, problem.weights)
    held = (problem.held_x, problem.held_y, problem.held_weights)
    return Data(*(_with_empty_rows(part) for part in (*training, *held)))


def _with_empty_rows(part: Floats) -> Floats:
    rows = (len(part) // ROW_BUCKET + 1) * ROW_BUCKET
    return np.pad(part, (0, rows - len(part)))[:, None]
