"""The status of a training run: how it ended, and what to try if it did not go well."""

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.nets import ACTIVATIONS
from hinges.train._history import Run
from hinges.train._problem import Problem
from hinges.train._run import model_of
from hinges.train._training import Training

TENTH = 0.1  # the share of the run whose fall of the loss is looked at
STILL_FALLING = 0.05  # a relative fall over the last tenth beyond which more steps would help
BLOWN_UP = 10.0  # a final loss of so many times that of the best constant is no fit


def statuses(run: Run, problem: Problem, training: Training) -> list[str]:
    """Give a sentence for each seed of a run."""
    model, moments = model_of(problem, training), run.moments
    total = training.total_steps(len(problem.x))
    straight = moments["always_on"][-1].sum(axis=0) if len(model.sizes) == 3 and model.sizes[0] == 1 else 0
    unused = moments["dead"][-1].sum(axis=0) + np.maximum(straight - 1, 0)  # one always-on unit carries a slope
    slopes = [
        np.abs(model.gradient(column, problem.x, problem.y, problem.weights, loss=training.loss)).max()
        if alive
        else np.inf
        for column, alive in zip(run.scaled.T, moments["alive"][-1], strict=True)
    ]
    return [
        interrupted(run.steps[-1], total, moments["loss"][-1, i])
        if run.interrupted
        else status(
            run.steps,
            moments["loss"][:, i],
            moments["alive"][:, i],
            unused=int(unused[i]),
            slope=slopes[i],
            constant_loss=problem.constant_loss,
            training=training,
        )
        for i in range(run.parameters.shape[1])
    ]


def interrupted(step: int, steps: int, loss: float) -> str:
    """Give the status of a run that Ctrl-C ended."""
    return f"interrupted: after step {step} of {steps}, at a loss of {loss:.3g}. These are the weights so far"


def status(  # what a sentence about a run needs to know
    steps: NDArray[np.int64],
    losses: Floats,
    alive: NDArray[np.bool_],
    *,
    unused: int,
    slope: float,
    constant_loss: float,
    training: Training,
) -> str:
    """Give "converged", or "diverged: ...", "unfinished: ..." or "plateau: ..." with what to try.

    Arguments:
        steps: (T,) of the records.
        losses: (T,) of one seed; the last finite ones.
        alive: (T,) whether all numbers were still finite.
        unused: how many units have no kink among the training rows, one always-on unit excepted.
        slope: the largest entry of the gradient over all training rows, in training scale.
        constant_loss: loss of the best constant.
        training: the settings.
    """
    rate, loss = f"learning_rate (now {training.learning_rate:g})", f"{losses[-1]:.3g}"
    if not alive[-1]:
        moment = int(steps[np.flatnonzero(~alive)[0]])
        return (
            f"diverged: numbers overflowed by step {moment} of {steps[-1]}; "
            f"these are the last finite weights. Try a smaller {rate}"
        )
    if losses[-1] > BLOWN_UP * constant_loss and losses[-1] > losses[0]:
        return f"diverged: the loss grew to {loss}. Try a smaller {rate}"
    fall = _fall_over_the_last_tenth(losses)
    if fall > STILL_FALLING:
        return f"unfinished: the loss, {loss}, still fell by {fall:.0%} over the last tenth. Try more steps"
    if unused and ACTIVATIONS[training.activation].piecewise_linear and training.activation != "linear":
        at = f"{loss}, where the gradient is {slope:.0e},"
        return f"plateau: the loss stopped falling at {at} while {_idle(unused, training)}"
    return "converged"


def _fall_over_the_last_tenth(losses: Floats) -> float:
    """Give the relative fall between the last tenth of the records and the tenth before it."""
    window = max(1, round(TENTH * len(losses)))
    before, after = np.median(losses[-2 * window : -window]), np.median(losses[-window:])
    return float((before - after) / before) if before > 0 else 0.0


def _idle(unused: int, training: Training) -> str:
    clause = f"{unused} of {sum(training.hidden)} units have no kink among the data"
    if training.kinks == "stratified" and training.relocate:
        return f"{clause}. Try another seed or more steps"
    return f'{clause}. Try kinks="stratified" and relocate=True, as Training() does'
