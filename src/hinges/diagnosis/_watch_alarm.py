"""What is reported while a training runs: the first thing that breaks, as a finding with its remedy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hinges.diagnosis._finding import Finding, Remedy
from hinges.diagnosis._layer_state import LayerState
from hinges.diagnosis._loss import Loss
from hinges.diagnosis._noise import curve_noise
from hinges.diagnosis._watch_moment import INNER, Moment

GRACE, GRACE_STEPS = 10, 100  # moments and steps that a training has to leave a bad start
GROWN = 1e3  # times the loss of the start, or of a constant: the training has blown up
LEFT_OVER = 0.02  # of a constant's loss: a straight line that leaves less is nearly right
AS_STRAIGHT = 0.98  # of a straight line's loss: a network above does no better than the line
MOSTLY_DEAD = 0.8  # share of a layer
FEWEST_UNITS = 4  # of a layer whose share of dead units says something
VANISHED = 1e-8  # of the largest gradient: none is left
WIDEST = 64  # inputs up to which the best straight map is computed


REVIVE = Remedy(
    "Start again with a smaller learning rate or with leaky_relu, or let hinges.repair move the units.",
    "hinges.repair(watcher.network, data).network",
)


class TrainingWarning(UserWarning):
    """Said once while a training is watched, when something breaks.

    >>> import warnings
    >>> issubclass(TrainingWarning, UserWarning)
    True
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", TrainingWarning)  # a training that breaks ends here
    """


@dataclass(frozen=True, eq=False)
class Ground:
    """What the data alone say, computed once.

    Arguments:
        constant: the loss of the best constant.
        straight: that of the best affine map; infinity where it is not computed.
        noise: an estimate of the loss that no sensible function goes below.
        low, high: the range of x, of one input.
        rows: how many rows are read, in words.
    """

    constant: float
    straight: float
    noise: float
    low: float
    high: float
    rows: str

    @property
    def curved(self) -> bool:
        """Whether a straight line leaves clearly more than the noise."""
        return np.isfinite(self.straight) and self.straight > max(4 * self.noise, LEFT_OVER * self.constant)

    def unfitted(self, loss: float) -> bool:
        """Whether a loss is far above what could be reached."""
        return loss > max(4 * self.noise, LEFT_OVER * self.constant)


def ground_of(loss: Loss, rows: str) -> Ground:
    """Give what the rows of a loss say."""
    x, y = loss.data.x, loss.data.y
    straight, noise = float("inf"), 0.0
    if loss.name == "mse":
        straight = loss.of_best_affine() if x.shape[1] <= WIDEST else straight
        if x.shape[1] == 1:
            noise = curve_noise(x[:, 0], y)
    return Ground(loss.of_best_constant(), straight, noise, float(x.min()), float(x.max()), rows)


@dataclass(frozen=True, eq=False)
class Scene:
    """The moments up to now, and what the framework is called upon for a remedy.

    Arguments:
        moments: the record; the last is now.
        ground: of the data.
        inputs: of the network.
        spread: gives what to type to spread the kinks of the first layer, "" where no line does.
        restore: what to type to go back to the last good weights.
    """

    moments: Sequence[Moment]
    ground: Ground
    inputs: int
    spread: Callable[[], str]
    restore: str

    @property
    def now(self) -> Moment:
        """The last moment."""
        return self.moments[-1]

    @property
    def rectifiers(self) -> list[LayerState]:
        """The hidden layers whose units are off or on."""
        return [state for state in self.now.states if state.kind == "relu"]

    @property
    def has_had_time(self) -> bool:
        """Whether the training could have left a bad start."""
        return len(self.moments) > GRACE and self.now.step >= GRACE_STEPS

    @property
    def all_rectifiers(self) -> bool:
        """Whether the network is straight where none of its units bends."""
        return bool(self.now.states) and all(state.is_rectifier for state in self.now.states)


def divergence(scene: Scene, reported: int | None) -> Finding | None:
    """Give the finding of a loss that is no number, or has grown beyond bounds.

    `reported` is the first step after which the loop's own loss was not finite, None while it was.
    """
    now, start = scene.now, scene.moments[0]
    limit = GROWN * max(start.loss, scene.ground.constant)
    rate = f" (learning rate {now.learning_rate:g})" if np.isfinite(now.learning_rate) else ""
    if reported is not None:
        said = f"The loss is no longer a finite number since step {reported:,}{rate}"
    elif np.isnan(now.loss):
        said = f"The weights are no longer finite numbers at step {now.step:,}{_before(scene)}{rate}"
    elif now.loss > limit:
        times = now.loss / max(start.loss, scene.ground.constant)
        said = f"The loss has grown {times:.2g} times by step {now.step:,}{_before(scene)}{rate}"
    else:
        return None
    advice = "Take a learning rate at most a tenth as large; the last good weights are kept in last_good."
    step = now.step if reported is None else reported
    evidence = {"step": step, "loss": _number(now.loss), "learning_rate": _number(now.learning_rate)}
    return Finding(
        "learning-rate", "cause", f"{said}: the training has diverged.", evidence, Remedy(advice, scene.restore)
    )


def _before(scene: Scene) -> str:
    """Give the last step at which all was well, where steps were left out since."""
    if len(scene.moments) < 2 or scene.now.step - scene.moments[-2].step <= 1:
        return ""
    return f" (at step {scene.moments[-2].step:,} it was well)"


def standstill(scene: Scene) -> Finding | None:
    """Give the first thing that keeps the network from learning, None where nothing does."""
    for look in (_dead_layer, _straight_from_the_start, _straight_for_long, _mostly_dead, _no_gradient):
        found = look(scene)
        if found is not None:
            return found
    return None


def _dead_layer(scene: Scene) -> Finding | None:
    dead = [state for state in scene.rectifiers if state.units and state.dead.all()]
    if not dead or not scene.ground.unfitted(scene.now.loss):
        return None
    state = dead[0]
    units = "its one unit" if state.units == 1 else f"all {state.units} units"
    return Finding(
        "dead-units", "cause",
        f"The layer {state.name} is dead {_when(scene)}: {units} give 0 on {scene.ground.rows}, so that nothing goes "
        "through it, forwards or backwards.",
        _evidence(scene), REVIVE,
    )  # fmt: skip


def _straight_from_the_start(scene: Scene) -> Finding | None:
    """Look at one input and one hidden layer alone: a deeper network gets out of a straight start by itself."""
    if len(scene.moments) > 1 or scene.inputs != 1 or len(scene.now.states) != 1:
        return None
    return _outside(scene) if scene.all_rectifiers and not scene.now.bending and scene.ground.curved else None


def _outside(scene: Scene) -> Finding:
    now, ground = scene.now, scene.ground
    where = f"where the data lie (x from {ground.low:.3g} to {ground.high:.3g})"
    return Finding(
        "kinks-outside-data", "cause",
        f"None of the {len(now.kinks)} hidden units bends {where} {_when(scene)}: {_split(now)}, so that the "
        "network is a straight line, which training seldom gets away from.",
        _evidence(scene), _spread(scene),
    )  # fmt: skip


def _straight_for_long(scene: Scene) -> Finding | None:
    if not scene.has_had_time or not scene.all_rectifiers or scene.now.bending or not scene.ground.curved:
        return None
    if scene.now.loss < AS_STRAIGHT * scene.ground.straight:
        return None
    if scene.inputs == 1:
        return _outside(scene)
    return Finding(
        "kinks-outside-data", "cause",
        f"None of the {len(scene.now.dead)} hidden units bends among the data {_when(scene)}: {_split(scene.now)}, so "
        "that the network is an affine map, which training seldom gets away from.",
        _evidence(scene), _spread(scene),
    )  # fmt: skip


def _mostly_dead(scene: Scene) -> Finding | None:
    if not scene.has_had_time or not scene.ground.unfitted(scene.now.loss):
        return None
    for state in scene.rectifiers:
        share = state.dead.mean() if state.units >= FEWEST_UNITS else 0.0
        if share >= MOSTLY_DEAD:
            return Finding(
                "dead-units", "cause",
                f"{state.dead.sum()} of the {state.units} units of {state.name} are dead {_when(scene)}: they give 0 "
                f"on {scene.ground.rows} and learn nothing any more.",
                _evidence(scene), REVIVE,
            )  # fmt: skip
    return None


def _no_gradient(scene: Scene) -> Finding | None:
    norms = np.array([moment.gradient_norm for moment in scene.moments])
    known = norms[np.isfinite(norms)]
    if not scene.has_had_time or len(known) < 3 or not scene.ground.unfitted(scene.now.loss):
        return None
    zero = not known[-3:].any()
    flat = bool((known[-3:] < VANISHED * known.max()).all())
    plain = scene.now.loss >= AS_STRAIGHT * min(scene.ground.straight, scene.ground.constant)
    if not (zero or (flat and plain)):
        return None
    return Finding(
        "plateau", "cause",
        f"The gradient is {'zero' if zero else f'{known[-1]:.2g}'} {_when(scene)} though the loss is still "
        f"{scene.now.loss:.3g}: the training stands still, and more steps change nothing.",
        _evidence(scene), REVIVE,
    )  # fmt: skip


# --- the words ------------------------------------------------------------------------------------------


def _when(scene: Scene) -> str:
    return f"after {scene.now.step:,} steps" if scene.now.step else "at the start"


def _split(moment: Moment) -> str:
    off = sum(int((state.on <= INNER).sum()) for state in moment.states)
    return f"{off} are off there and {len(moment.dead) - off} on"


def _evidence(scene: Scene) -> dict[str, Any]:
    now = scene.now
    return {
        "step": now.step, "loss": _number(now.loss), "units": len(now.dead), "dead": int(now.dead.sum()),
        "always_on": int(now.always_on.sum()), "bending": now.bending, "gradient_norm": _number(now.gradient_norm),
        "straight_line_loss": _number(scene.ground.straight),
        "dead_by_layer": [[state.name, int(state.dead.sum()), state.units] for state in now.states],
    }  # fmt: skip


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _spread(scene: Scene) -> Remedy:
    python = scene.spread()
    if python:
        return Remedy("Before training, put each unit's kink at a point among the data (and keep x as it is).", python)
    return Remedy(
        "Before training, subtract the mean of each input and divide by its standard deviation: that moves the data "
        "around the kinks.",
        "x = (x - x.mean(axis=0)) / x.std(axis=0)",
    )


def sentence(finding: Finding) -> str:
    """Give the text of the warning about a finding."""
    remedy = finding.remedy
    if remedy is None:
        return finding.message
    typed = f"\n    {remedy.python}" if remedy.python else ""
    return f"{finding.message} {remedy.advice}{typed}"
