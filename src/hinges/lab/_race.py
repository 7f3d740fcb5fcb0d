"""Race: networks trained side by side on the same clock, while a page watches."""

import secrets
import time
from collections import deque
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges.convert import to_function
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.lab import _materials
from hinges.lab.questions import Frame
from hinges.nets import ACTIVATIONS
from hinges.train import Training
from hinges.train._history import bends
from hinges.train._live import Live

TURN = 0.015  # seconds that a turn is meant to take, so that it is not 50 ms where it takes longer than it did
FIRST_STEPS = 8  # of the first turn, when it is not known
LARGEST_STEP = 1 << 22  # numbers in a step of all seeds of a run
LARGEST_MEASURE = 1 << 24  # numbers that measuring all rows takes
LOOKS = 60  # turns a second of what has a pace
SAMPLES = 257  # places of a curve that is not given by its breakpoints
DEEP_UNITS = 32  # hidden units of a deep network up to which its breakpoints are found for every frame
MOST_KEPT = 32  # trained networks that a process keeps as files
FLOAT32 = float(np.finfo(np.float32).max)

_kept: deque[Any] = deque()  # the files of this process, the oldest first


class Race:
    """Some runs of some seeds, all after equally many steps.

    Arguments:
        arguments: of the question `train`, checked.
    """

    def __init__(self, arguments: dict[str, Any]) -> None:
        self._arguments = arguments
        self._shown: int = arguments["shown"]
        self._paused: bool = arguments["paused"]
        self._until: int | None = None  # the step at which it pauses
        self._asked = False  # to end now
        self._chunk = float(FIRST_STEPS)
        self._set_pace(arguments["pace"])
        self._lives: list[Live] = []
        self._ends: list[dict[str, Any] | None] = []
        self.is_new = True  # whether there is something that no frame has shown

    def prepare(self) -> None:
        """Read the data, and compile.

        Raises:
            HingesError: the data or the networks do not suit the settings, or are too large to watch.
        """
        arguments = self._arguments
        data = _materials.data_of(arguments["data"])
        seeds = range(arguments["seed"], arguments["seed"] + arguments["seeds"])
        lives: list[Live] = []
        for i, settings in enumerate(arguments["runs"]):
            chosen = dict(settings)
            if "start" in chosen:
                chosen["start"] = _materials.network_of(chosen["start"])
            training = Training(**chosen)
            _check_size(data, training, len(seeds), f"runs[{i}]")
            lives.append(Live(data, training, seeds))
        self._ends = [None] * len(lives)
        self._low, self._high = float(data.x[:, 0].min()), float(data.x[:, 0].max())
        self._lives = lives
        self._set_pace(self._pace)  # time begins now

    @property
    def step(self) -> int:
        """How many steps have been taken."""
        return max(live.step for live in self._lives)

    @property
    def is_paused(self) -> bool:
        """Whether it goes on only when it is told to."""
        return self._paused

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self._asked or self.step >= self._lives[0].steps or all(self._ends)

    # ------------------------------------------------------------------------------------------------- going on

    def change(self, change: dict[str, Any]) -> None:
        """Go on otherwise."""
        self.is_new = True
        if "learning_rate" in change:
            rates = change["learning_rate"]
            for i, live in enumerate(self._lives):
                live.change_rate(rates[min(i, len(rates) - 1)])
        self._shown = min(change.get("shown", self._shown), self._arguments["seeds"] - 1)
        self._asked = change.get("finish", self._asked)
        if "paused" in change:
            self._paused, self._until = change["paused"], None
        if "advance" in change:
            self._paused, self._until = False, self.step + change["advance"]
        self._set_pace(change.get("pace", self._pace))

    def _set_pace(self, pace: float | None) -> None:
        self._pace = pace
        self._clock = (time.monotonic(), self.step if getattr(self, "_lives", None) else 0)

    def allowed(self) -> int:
        """Give how many steps may be taken now: none while it pauses, or while it is ahead of its pace."""
        if self._paused or self.is_over:
            return 0
        left = (self._lives[0].steps if self._until is None else self._until) - self.step
        if self._pace is None:
            return max(0, left)
        begin, first = self._clock
        behind = first + int(self._pace * (time.monotonic() - begin)) - self.step
        # A call costs as much as many steps: not more often than can be seen.
        return max(0, min(left, behind)) if behind >= min(left, self._pace / LOOKS) else 0

    def turn(self) -> None:
        """Take some steps in every run, as many as fit into a turn."""
        steps = min(self.allowed(), max(1, int(self._chunk)))
        if steps == 0:
            return
        begin, target = time.monotonic(), self.step + steps
        for i, live in enumerate(self._lives):
            if self._ends[i] is None:
                live.advance(target - live.step)
                self._ends[i] = _end_of(live)
        took = time.monotonic() - begin
        if steps >= int(self._chunk) or took > TURN:
            self._chunk *= min(2.0, max(0.25, TURN / max(took, 1e-6)))
        self.is_new = True
        if self._until is not None and self.step >= self._until:
            self._paused, self._until = True, None
        if self._pace is not None and self.allowed() > self._pace:  # more than a second behind: it cannot be kept
            self._set_pace(self._pace)

    # --------------------------------------------------------------------------------------------------- frames

    def frame(self, **more: Any) -> Frame:
        """Give what there is to see."""
        self.is_new = False
        runs: list[dict[str, Any]] = []
        arrays: list[NDArray[Any]] = []
        for live, end in zip(self._lives, self._ends, strict=True):
            parameters = live.good_parameters(self._shown)
            curve, exact = self._curve(live, parameters)
            runs.append(
                {
                    "sizes": list(live.model.sizes),
                    "activation": live.model.activation,
                    "learning_rate": live.rate,
                    "alive": int(live.record.alive.sum()),
                    "exact": exact,
                    "diverged": end,
                }
            )
            arrays += [_losses(live), _narrow(parameters), self._units(live), self._kinks(live, parameters), curve]
        header = {"step": self.step, "steps": self._lives[0].steps, "paused": self._paused, "runs": runs, **more}
        return Frame(header, tuple(arrays))

    def last_frame(self) -> Frame:
        """Give the last thing to see, with the networks as files."""
        step = self.step
        if all(self._ends):
            ended, sentence = "diverged", next(end["sentence"] for end in self._ends if end)
        elif step >= self._lives[0].steps:
            ended, sentence = "steps", f"All {step:,} steps are made."
        else:
            ended, sentence = "asked", f"Ended at step {step:,} of {self._lives[0].steps:,}."
        return self.frame(ended=ended, sentence=sentence, networks=[self._as_file(live) for live in self._lives])

    def _as_file(self, live: Live) -> dict[str, str] | None:
        """Keep the network that is shown where networks are that pages brought."""
        from hinges.interop import save

        folder = _materials.uploads()
        if folder is None:
            return None
        handle = secrets.token_hex(16)
        _kept.append(save(live.network(self._shown), folder / f"{handle}.npz"))
        if len(_kept) > MOST_KEPT:
            _kept.popleft().unlink(missing_ok=True)
        sizes = "-".join(map(str, live.model.sizes))
        return {"handle": handle, "name": f"{sizes} {live.model.activation}, step {live.step:,}"}

    def _units(self, live: Live) -> NDArray[np.uint8]:
        dead, on = live.record.dead[:, self._shown], live.record.always_on[:, self._shown]
        return (dead + 2 * (on & ~dead)).astype(np.uint8)

    def _kinks(self, live: Live, parameters: NDArray[np.float64]) -> NDArray[np.float32]:
        if live.model.sizes[0] != 1:
            return np.zeros(0, np.float32)
        kinks, _ = bends(live.model, parameters[:, None])
        return _narrow(kinks[: live.model.sizes[1], 0])

    def _curve(self, live: Live, parameters: NDArray[np.float64]) -> tuple[NDArray[np.float32], bool]:
        """Give x and the outputs, (1 + outputs, points), and whether they are at the function's breakpoints."""
        sizes = live.model.sizes
        if sizes[0] != 1:
            return np.zeros((1 + sizes[-1], 0), np.float32), False
        x = self._breakpoints(live, parameters)
        exact = x is not None
        if x is None:
            x = np.linspace(self._low, self._high, SAMPLES)
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = live.model.outputs(parameters, x[:, None])
        return _narrow(np.vstack([x, outputs.T])), exact

    def _breakpoints(self, live: Live, parameters: NDArray[np.float64]) -> NDArray[np.float64] | None:
        sizes = live.model.sizes
        if not ACTIVATIONS[live.model.activation].piecewise_linear:
            return None
        if len(sizes) == 3:
            kinks, _ = bends(live.model, parameters[:, None])
            found = kinks[:, 0]
        elif sum(sizes[1:-1]) <= DEEP_UNITS and sizes[-1] == 1:
            network = live.model.network(*live.model.layers(parameters))
            found = to_function(network).breakpoints
        else:
            return None
        inside = found[(found > self._low) & (found < self._high)]
        return np.unique(np.concatenate([inside, [self._low, self._high]]))


def _check_size(data: Dataset, training: Training, seeds: int, name: str) -> None:
    """Refuse what would not be watched but waited for."""
    outputs = data.y.shape[1] if training.loss == "mse" else max(2, min(10_000, int(data.y.max()) + 1))
    sizes = (data.x.shape[1], *training.hidden, outputs)
    parameters = sum((inputs + 1) * units for inputs, units in pairwise(sizes))
    step = seeds * (parameters + training.batch(len(data)) * sum(sizes))
    if step > LARGEST_STEP or seeds * len(data) * sum(sizes) > LARGEST_MEASURE:
        raise InvalidInputError(
            f"{name} is too large to be watched with {len(data)} rows and {seeds} seeds: "
            "take fewer rows, seeds or units, or train it with fit()"
        )


def _end_of(live: Live) -> dict[str, Any] | None:
    """Give why a run goes on no further."""
    if live.record.alive.any():
        return None
    sentence = (
        f"Numbers overflowed by step {live.step:,}; this is the last good state. "
        f"Try a smaller learning rate (now {live.training.learning_rate:g})."
    )
    return {"step": live.step, "sentence": sentence}


def _losses(live: Live) -> NDArray[np.float32]:
    record = live.record
    held = record.held_loss if len(live.problem.held_x) else np.full_like(record.loss, np.nan)
    return _narrow(np.stack([record.loss, held, record.alive.astype(np.float64)]))


def _narrow(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Give float32; what is too large for it as the largest there is."""
    return np.clip(values, -FLOAT32, FLOAT32).astype(np.float32)
