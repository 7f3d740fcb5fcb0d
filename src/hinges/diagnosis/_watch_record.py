"""Watching: what every watcher keeps of a training, whatever the framework."""

import warnings
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from hinges import _arrays
from hinges.diagnosis._finding import Finding
from hinges.diagnosis._watch_alarm import Ground, Scene, TrainingWarning, divergence, ground_of, sentence, standstill
from hinges.diagnosis._watch_data import Judge, fitting_rows, judge_of, rows_of
from hinges.diagnosis._watch_moment import Moment, gradient_norm, lost, measured
from hinges.errors import InvalidInputError
from hinges.fits import History
from hinges.nets import Network

LARGEST_RECORD = 2**25  # units times moments
FEWEST_MOMENTS = 16
STILL_GOOD = 10.0  # times the loss of the start, or of a constant: up to there weights are kept as good ones


class Watching:
    """The record of a training that goes on elsewhere.

    Arguments:
        data: the rows, a Dataset or a pair (x, y).
        loss: "mse", "cross-entropy", or None for what network and targets suggest.
        every: how many ticks (steps, or epochs) from one moment to the next, at first.
        moments: how many are kept; when there are more, every second one goes and `every` doubles.
        rows: how many rows are read at each.

    Attributes:
        findings: what broke, in order; each was warned about once.
        last_good: the weights at the last moment when all was well, in the framework's own form.
        notes: what the record leaves out, one sentence each.
    """

    def __init__(self, data: Any, *, loss: str | None, every: int, moments: int, rows: int) -> None:
        self._rows = rows_of(data, _arrays.count(rows, "rows"))
        self._asked = None if loss is None else _arrays.choice(loss, "loss", ("mse", "cross-entropy"))
        self._every = _arrays.count(every, "every")
        self._most = _arrays.count(moments, "moments", minimum=2)
        self._moments: list[Moment] = []
        self._judge: Judge | None = None
        self._ground: Ground | None = None
        self._warned: set[bool] = set()
        self._inputs = 0
        self.findings: list[Finding] = []
        self.last_good: Any = None
        self.notes: tuple[str, ...] = ()

    # --- what a framework tells -------------------------------------------------------------------------

    @abstractmethod
    def _read(self) -> Network:
        """Give the network with its present weights."""

    @abstractmethod
    def _weights(self) -> tuple[Any, bool]:
        """Give a copy of the weights in the framework's form, and whether all are finite."""

    @abstractmethod
    def _spread_line(self) -> str:
        """Give what to type to spread the kinks of the first layer over the data, "" where no line does."""

    _restore_line = ""

    # --- the record -------------------------------------------------------------------------------------

    def _open(self, network: Network) -> Judge:
        """Decide how this network is judged, once."""
        if self._judge is None:
            rows = fitting_rows(self._rows, network)
            self._judge = judge_of(network, rows.data, self._asked)
            self._ground = ground_of(self._judge.loss, rows.phrase)
            self._inputs = network.inputs
            units = sum(node.units for node in network.hidden_nodes)
            self._most = min(self._most, max(FEWEST_MOMENTS, LARGEST_RECORD // max(units, 1)))
            if len(rows.data) < rows.total:
                self.notes += (f"read on {rows.phrase}",)
        return self._judge

    def _is_due(self, tick: int) -> bool:
        return tick % self._every == 0

    def _take(
        self, tick: int, step: int, *, trainable: int | None = None, reported: int | None = None, **seen: float
    ) -> None:
        """Measure the present network, keep the moment, and warn where something has just broken.

        `trainable` is how many numbers the model learns, where the gradient is to be computed here; `reported` the
        step after which the loop's own loss was no longer finite; `seen` are fields of the moment.
        """
        weights, finite = self._weights()
        if finite:
            network = self._read()
            judge = self._open(network)
            moment = measured(network, judge, tick=tick, step=step)
            if trainable is not None:
                seen["gradient_norm"] = gradient_norm(network, judge, trainable)
        elif self._moments:
            moment = lost(self._moments[0], tick=tick, step=step)
        else:
            raise InvalidInputError("the weights of the model are not finite numbers before training has begun")
        self._keep(replace(moment, **seen))
        ground, first = self._ground, self._moments[0]
        assert ground is not None
        if finite and reported is None and moment.loss <= STILL_GOOD * max(first.loss, ground.constant):
            self.last_good = weights
        self._look(ground, reported)

    def _keep(self, moment: Moment) -> None:
        if self._moments:  # only the last moment needs what every layer does
            self._moments[-1] = replace(self._moments[-1], states=())
            if self._moments[-1].tick == moment.tick:
                self._moments.pop()
        self._moments.append(moment)
        if len(self._moments) > self._most:
            self._every *= 2
            self._moments = [each for each in self._moments if each.tick % self._every == 0 or each is moment]

    def _look(self, ground: Ground, reported: int | None) -> None:
        """Warn about what has broken: of a standstill once, and of a divergence once."""
        scene = Scene(self._moments, ground, self._inputs, self._spread_line, self._restore_line)
        found = None if True in self._warned else divergence(scene, reported)
        if found is not None:
            self._warned.add(True)
        elif not self._warned and scene.now.states:
            found = standstill(scene)
            if found is not None:
                self._warned.add(False)
        if found is not None:
            self.findings.append(found)
            warnings.warn(sentence(found), TrainingWarning, stacklevel=2)

    # --- what is told -----------------------------------------------------------------------------------

    @property
    def network(self) -> Network:
        """The network as it is now.

        Raises:
            InvalidInputError: its weights are not finite; `last_good` holds the last that were.
        """
        if not self._weights()[1]:
            raise InvalidInputError(
                "the weights of the model are not finite numbers: last_good holds the last that were"
            )
        return self._read()

    @property
    def history(self) -> History:
        """The record up to now; units are those of the hidden activations, layer after layer.

        Raises:
            InvalidInputError: nothing was recorded yet.
        """
        if not self._moments:
            raise InvalidInputError("nothing was recorded yet: train with this watcher first")

        def column(get: Callable[[Moment], Any]) -> Any:
            return _arrays.frozen(np.array([get(moment) for moment in self._moments]))

        def known(get: Callable[[Moment], float]) -> Any:
            values = column(get)
            return None if np.isnan(values).all() else values

        return History(
            column(lambda m: m.step), column(lambda m: m.loss), known(lambda m: m.validation_loss),
            column(lambda m: m.kinks), column(lambda m: m.slope_changes), column(lambda m: m.dead),
            column(lambda m: m.always_on), known(lambda m: m.accuracy),
            gradient_norm=known(lambda m: m.gradient_norm), learning_rate=known(lambda m: m.learning_rate),
        )  # fmt: skip

    def summary(self) -> str:
        """Give in a few lines how the training went, each layer's units, and what broke."""
        if not self._moments:
            return "Nothing was recorded yet."
        first, now = self._moments[0], self._moments[-1]
        steps = f"{now.step:,} step{'s' * (now.step != 1)}" if now.step else "No step was seen yet"
        lines = [f"{steps}, loss {first.loss:.3g} at the start, {now.loss:.3g} now"]
        if np.isfinite(now.gradient_norm):
            lines[0] += f", gradient {now.gradient_norm:.2g}"
        for state in now.states:
            lines.append(
                f"{state.name}: of {state.units} units {state.dead.sum()} are dead, {state.always_on.sum()} always on, "
                f"{state.bends.sum()} bend among the data"
            )
        lines += [sentence(finding) for finding in self.findings] or ["Nothing broke."]
        lines += [note[0].upper() + note[1:] + "." for note in self.notes]
        return "\n".join(lines)
