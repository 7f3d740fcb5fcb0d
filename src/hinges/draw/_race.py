"""A race: the losses of several trainings of one problem, and the units that each activation needs."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats
from hinges.draw._curves import loss_name
from hinges.draw._marks import EndLabel, Mark, Panel, Points, Polyline, Rule, Scene
from hinges.draw._numbers import short
from hinges.draw._theme import unit_role
from hinges.errors import InvalidInputError
from hinges.fits import ErrorBounds, FitResult, History

MOST_RUNS = 20


def race_scene(runs: Mapping[str, Any]) -> Scene:
    """Give the race of `race_panel` as a picture."""
    return Scene((race_panel(runs),), width=860.0, height=480.0)


def race_panel(runs: Mapping[str, Any], *, title: str = "Loss over training", note: str = "") -> Panel:
    """Give the losses of several trainings over their steps, and the floors of networks where they are known.

    Arguments:
        runs: by name, a FitResult or History for a curve, or ErrorBounds for a floor: a line at their lower bound.
        title: of the panel.
        note: a quiet line under the title.

    Raises:
        InvalidInputError: nothing but floors, a result without history, or no positive loss.
    """
    if not 0 < len(runs) <= MOST_RUNS:
        raise InvalidInputError(f"runs must hold 1 to {MOST_RUNS} trainings, not {len(runs)}")
    histories = {name: _history(name, run) for name, run in runs.items() if not isinstance(run, ErrorBounds)}
    floors = {name: run for name, run in runs.items() if isinstance(run, ErrorBounds) and run.lower > 0}
    curves = {name: _positive(history) for name, history in histories.items()}
    losses = [loss for _, loss in curves.values()] + [np.array([bounds.lower]) for bounds in floors.values()]
    together = np.concatenate([np.zeros(0), *losses])
    if not curves or not len(together):
        raise InvalidInputError("runs holds no positive loss, so there is nothing to draw on a logarithmic axis")
    marks: list[Mark] = [
        Rule(bounds.lower, "y", "text", 1.2, dashed=True, label=_floor(name, bounds)) for name, bounds in floors.items()
    ]
    for i, (name, (step, loss)) in enumerate(curves.items()):
        if len(loss):
            marks += [
                Polyline(step, loss, unit_role(i), 1.8),
                EndLabel(float(loss[-1]), _end(name, loss), unit_role(i)),
            ]
    last = max((float(history.step[-1]) for history in histories.values()), default=0.0) or 1.0
    y_range = (float(together.min()) / 2, float(together.max()) * 2)
    names = {loss_name(run) for run in runs.values() if isinstance(run, FitResult)}
    y_label = names.pop() if len(names) == 1 else "loss"
    return Panel(title, tuple(marks), (0.0, last), y_range, "gradient steps", y_label, note, log_y=True)


def _history(name: str, run: Any) -> History:
    history = run.history if isinstance(run, FitResult) else run
    if not isinstance(history, History):
        reason = "has no history" if isinstance(run, FitResult) else f"is a {type(run).__name__}"
        raise InvalidInputError(f"runs[{name!r}] {reason}: a race needs FitResults with a history, or ErrorBounds")
    return history


def _positive(history: History) -> tuple[Floats, Floats]:
    shown = np.isfinite(history.loss) & (history.loss > 0)
    return np.asarray(history.step, dtype=np.float64)[shown], history.loss[shown]


def _end(name: str, loss: Floats) -> str:
    return f"{name}  {short(float(loss[-1]), 2)}"


def _floor(name: str, bounds: ErrorBounds) -> str:
    units = "" if bounds.network is None else f" of {bounds.network.hidden_nodes[0].units} ReLU units"
    return f"{name}{units}: {short(bounds.lower)}"


def units_panel(
    runs: Iterable[tuple[str, int, float]], *, of: str = "median", error: float | None = None,
    floors: Iterable[tuple[int, float]] = (),
    title: str = "How many units does it take?", y_label: str = "mean squared error",
) -> Panel:  # fmt: skip
    """Give the loss over the number of units, a curve for each kind of network.

    Arguments:
        runs: (kind, units, loss) of each training, the kind for example its activation.
        of: what of the runs of one kind and size is drawn: their "median", or the "best".
        error: a loss to reach: a line there, and a dot and a word where each kind first does.
        floors: (units, lower bound) pairs: what no ReLU network of so many units can go below.
        title: of the panel.
        y_label: what the loss is.
    """
    chosen = _by_kind(runs, np.median if _arrays.choice(of, "of", ("median", "best")) == "median" else np.min)
    bounds = sorted((int(units), float(lower)) for units, lower in floors if lower > 0)
    values = np.concatenate([*(losses[losses > 0] for _, losses in chosen.values()), [low for _, low in bounds]])
    if not len(values):
        raise InvalidInputError("runs holds no positive finite loss, so there is nothing to draw")
    reached = [] if error is None else [_arrays.number(error, "error", above=0.0)]
    marks: list[Mark] = [Rule(at, "y", "muted", 1.2, dashed=True, label=f"{short(at)}") for at in reached]
    if bounds:
        x, y = np.array(bounds, dtype=np.float64).T
        marks.append(Polyline(x, y, "floor", 1.4, dashed=True, label="floor: no ReLU network can be below"))
    needed: list[str] = []
    for i, (kind, (units, losses)) in enumerate(chosen.items()):
        marks += _kind(kind, units, losses, unit_role(i))
        if reached:
            enough = units[losses <= reached[0]]
            needed.append(f"{kind} {int(enough[0])}" if len(enough) else f"{kind} more than {int(units[-1])}")
            if len(enough):
                marks.append(Points(enough[:1], losses[units == enough[0]], unit_role(i), 11.0, hollow=True))
    note = f"units needed ({of} of the runs): {', '.join(needed)}" if needed else f"{of} of the runs"
    everything = np.concatenate([units for units, _ in chosen.values()])
    x_range = (float(everything.min()) - 0.5, float(everything.max()) + 0.5)
    y_range = (float(min([*values, *reached])) / 2, float(max([*values, *reached])) * 2)
    return Panel(title, tuple(marks), x_range, y_range, "units", y_label, note, log_y=True)


def _by_kind(
    runs: Iterable[tuple[str, int, float]], statistic: Callable[[Any], Any]
) -> dict[str, tuple[Floats, Floats]]:
    """Give for each kind its numbers of units, rising, and a statistic of the losses at each."""
    grouped: dict[str, dict[int, list[float]]] = {}
    for kind, units, loss in runs:
        grouped.setdefault(str(kind), {}).setdefault(int(units), []).append(float(loss))
    chosen: dict[str, tuple[Floats, Floats]] = {}
    for kind, by_units in grouped.items():
        sizes = sorted(by_units)
        middle = np.array([float(statistic(by_units[size])) for size in sizes])
        finite = np.isfinite(middle)
        chosen[kind] = np.array(sizes, dtype=np.float64)[finite], middle[finite]
    if not any(len(units) for units, _ in chosen.values()):
        raise InvalidInputError("runs is empty: give (kind, units, loss) of at least one training")
    return {kind: pair for kind, pair in chosen.items() if len(pair[0])}


def _kind(kind: str, units: Floats, losses: Floats, role: str) -> list[Mark]:
    shown = losses > 0
    return [
        Polyline(units[shown], losses[shown], role, 1.8),
        Points(units[shown], losses[shown], role, 5.0),
        EndLabel(float(losses[shown][-1]) if shown.any() else float("nan"), kind, role),
    ]
