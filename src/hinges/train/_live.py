"""Live: training that is watched, taken some steps at a time, at a rate that may change on the way."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.nets import Network
from hinges.train._batch import network_of
from hinges.train._engine import Descent, Engine, Record
from hinges.train._many import problem_of
from hinges.train._run import (
    RECORDS,
    RELOCATION_EVERY,
    RELOCATIONS_OVER,
    initial_parameters,
    model_of,
    rates,
    relocate_weak,
)
from hinges.train._status import BLOWN_UP
from hinges.train._training import Training

STRIDE = 128  # steps in a call for many seeds


class Live:
    """Some seeds trained side by side, at the same steps as `train_many` trains them.

    Arguments:
        data: the rows.
        training: the settings; without lbfgs and without a polish.
        seeds: of the networks.
    """

    def __init__(self, data: Dataset, training: Training, seeds: Sequence[int]) -> None:
        self.training = training
        self.problem = problem_of(data, training)
        self.model = model_of(self.problem, training)
        self.steps = training.total_steps(len(self.problem.x))
        stride = -(-self.steps // RECORDS)
        self._seeds = list(seeds)
        self._every = stride * max(1, round(RELOCATION_EVERY * self.steps / stride))
        self._moves_units = training.relocate and training.activation in {"relu", "leaky_relu"}
        batch = training.batch(len(self.problem.x))
        descent = Descent(training.loss, training.optimizer, training.l1, training.l2, batch)
        first = initial_parameters(self.problem, training, seeds, None)
        self._engine = Engine(self.problem, first, seeds, model=self.model, descent=descent, stride=STRIDE)
        self.record: Record = self._engine.record()
        self._most = BLOWN_UP * np.maximum(self.record.loss, self.problem.constant_loss)
        self._good = self.record.parameters.copy()

    @property
    def step(self) -> int:
        """How many steps have been taken."""
        return self._engine.step

    @property
    def rate(self) -> float:
        """The learning rate of the last step, or of the first one before it."""
        last = max(0, min(self.step, self.steps) - 1)
        return float(rates(self.training, last, last + 1, self.steps)[0])

    def change_rate(self, rate: float) -> None:
        """Go on at another learning rate; of a schedule that falls, the one at the first step."""
        self.training = replace(self.training, learning_rate=rate)

    def advance(self, steps: int) -> None:
        """Take so many steps, or those that are left."""
        last = min(self.step + steps, self.steps)
        while self.step < last:
            next_move = self.step + self._every - self.step % self._every
            settled = not self._moves_units or next_move > RELOCATIONS_OVER * self.steps
            stop = min(last if settled else min(last, next_move), self.step + self._engine.longest_run)
            self._engine.advance(rates(self.training, self.step, stop, self.steps))
            self.record = self._engine.record()
            if not settled and self.step == next_move:
                relocate_weak(self._engine, self.record, self.problem, self.training, self._seeds)
        fine = self.record.alive & (self.record.loss <= self._most)
        self._good[:, fine] = self.record.parameters[:, fine]

    def good_parameters(self, i: int) -> Floats:
        """Give the parameters of the i-th seed, (parameters,) in the units of the data, before its loss blew up."""
        return self.problem.to_original(self._good[:, i : i + 1], self.model)[:, 0]

    def network(self, i: int) -> Network:
        """Give the network of these parameters."""
        return network_of(self.model, self.good_parameters(i))
