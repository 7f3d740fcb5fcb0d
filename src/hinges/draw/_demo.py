"""The picture of `hinges demo`: a network that fails, why, how good any could be, and one that is."""

from dataclasses import replace

import numpy as np

from hinges.data import Dataset
from hinges.draw._function import function_panel
from hinges.draw._marks import Panel, Scene
from hinges.draw._numbers import short
from hinges.draw._training import LossCurve, kink_panel, loss_panel
from hinges.fits import ErrorBounds, FitResult
from hinges.nets import Network


def demo_scene(
    data: Dataset,
    floor: ErrorBounds,
    best: FitResult,
    *,
    start: Network | None = None,
    stuck: FitResult | None = None,
    recipe: FitResult | None = None,
) -> Scene:
    """Give the four panels; without trainings (None) the two that need none.

    Arguments:
        data: one input, one output.
        floor: how good a network of that size can be.
        best: the network that is.
        start: where the training that fails begins.
        stuck: where it ends, with its history.
        recipe: a training that works, with its history.
    """
    units = best.network.hidden_nodes[0].units
    last = function_panel(
        best.function,
        network=best.network,
        data=data,
        title=f"{4 if stuck else 2}. {units} units that reach the floor",
        note=f"mean squared error {short(best.loss, 7)}",
    )
    if start is None or stuck is None or recipe is None:
        panel = function_panel(None, data=data, title="1. The question", note=f"can {units} ReLU units fit this?")
        return Scene.grid([panel, last], 2, width=1180.0, height=430.0)
    why = kink_panel(start.hinges(), data.x[:, 0], title="2. Why: its kinks start outside the data")
    panels = [_stuck(stuck, data), why, _floor(stuck, recipe, floor, units), last]
    return Scene.grid(panels, 2, title="Why can ReLU not fit my sine?", width=1180.0, height=860.0)


def _stuck(stuck: FitResult, data: Dataset) -> Panel:
    steps = 0 if stuck.history is None else int(stuck.history.step[-1])
    return function_panel(
        stuck.function,
        network=stuck.network,
        data=data,
        interval=(float(data.x.min()), float(data.x.max())),
        title="1. Trained as usual, it gets stuck",
        note=f"mean squared error {short(stuck.loss, 4)} after {steps:,} steps",
        kinks=False,
    )


def _floor(stuck: FitResult, recipe: FitResult, floor: ErrorBounds, units: int) -> Panel:
    curves = [_curve("as usual", stuck, "dead"), _curve("hinges' recipe", recipe, "unit 0")]
    panel = loss_panel(curves, floor=floor.lower, reached=floor.upper, units=units, title="3. How good can it be?")
    return replace(panel, note="a proven floor, not a guess")


def _curve(label: str, result: FitResult, role: str) -> LossCurve:
    history = result.history
    assert history is not None
    return LossCurve(label, np.asarray(history.step, dtype=np.float64), history.loss, role)
