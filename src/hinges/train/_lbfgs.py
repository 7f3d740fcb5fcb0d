"""L-BFGS: every seed by itself, on all rows, with SciPy's line search; the loss and its gradient are compiled."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.train._dense_model import DenseModel
from hinges.train._engine import Descent, Engine, Record, device_rows, kind_of
from hinges.train._objective import float64, on_device
from hinges.train._padding import padded_model, places
from hinges.train._problem import Problem
from hinges.train._program import objective

STALE = 1e-15  # a relative fall of the loss below this ends it


@dataclass(frozen=True)
class Iterations:
    """How many iterations: `steps` in all, a record every `stride`, and units moved every `moving` up to `settled`.

    `moved` gives parameters (parameters, 1) with their weak units moved; None moves nothing.
    """

    steps: int
    stride: int
    moving: int
    settled: float
    moved: Callable[[Floats], Floats] | None


def lbfgs_records(
    problem: Problem, start: Floats, seeds: Sequence[int], *, model: DenseModel, descent: Descent, plan: Iterations
) -> Iterator[Record]:
    """Give the state of all seeds at the start, then every so many iterations, and at the end.

    A seed that has stopped early stays as it is. Ctrl-C ends the seed that is being trained and leaves the rest.

    Source: Byrd, Lu, Nocedal and Zhu (1995), as `scipy.optimize.minimize` has it.
    """
    interrupted: KeyboardInterrupt | None = None
    trails = [_Trail(column, plan.stride) for column in start.T]
    try:
        for trail in trails:
            _follow(trail, problem, model, descent, plan)
    except KeyboardInterrupt as pressed:
        interrupted = pressed
    engine = Engine(problem, start, seeds, model=model, descent=descent, stride=1)
    yield engine.record()
    last = max(trail.step for trail in trails)
    for step in [*range(plan.stride, last, plan.stride), last] if last else []:
        moment = np.stack([trail.at(step) for trail in trails], axis=1)
        engine.replace(moment, np.zeros(moment.shape, bool))
        engine.step = step
        yield engine.record()
    if interrupted is not None:
        raise interrupted


class _Trail:
    """The parameters of one seed, every `stride` iterations and the last ones."""

    def __init__(self, start: Floats, stride: int) -> None:
        self.step, self.last = 0, start
        self._stride, self._kept = stride, [start]

    def append(self, parameters: Floats) -> None:
        self.step, self.last = self.step + 1, parameters
        if self.step % self._stride == 0:
            self._kept.append(parameters)

    def at(self, step: int) -> Floats:
        return self.last if step >= self.step else self._kept[step // self._stride]


def _follow(trail: _Trail, problem: Problem, model: DenseModel, descent: Descent, plan: Iterations) -> None:
    """Append the parameters after every iteration of one seed to its trail."""
    from scipy.optimize import minimize

    wide = padded_model(model)
    where = places(model, wide)
    compiled = objective(kind_of(model, descent, full=True))
    with float64():
        data = on_device(device_rows(problem, model, descent))
    padded = np.zeros(wide.parameters)

    def cost(parameters: Floats) -> tuple[float, Floats]:
        padded[where] = parameters
        with float64():
            loss, slope = compiled(padded, data)
        return float(loss), np.asarray(slope)[where]

    def keep(intermediate_result: Any) -> None:
        trail.append(intermediate_result.x.copy())

    while trail.step < plan.steps:
        moves = plan.moved is not None and trail.step + plan.moving <= plan.settled * plan.steps
        first, stop = trail.step, trail.step + plan.moving if moves else plan.steps
        options = {"maxiter": stop - first, "maxfun": 20 * (stop - first), "ftol": STALE, "gtol": 0.0}
        minimize(cost, trail.last, jac=True, method="L-BFGS-B", callback=keep, options=options)
        if not moves:
            return
        assert plan.moved is not None
        moved = plan.moved(trail.last[:, None])[:, 0]
        if trail.step == first and (moved == trail.last).all():
            return  # neither the gradient nor a move has anything left to do
        trail.append(moved)
