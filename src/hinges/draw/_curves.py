"""Learning curves: loss and accuracy over training, on the training rows and on those held out."""

from dataclasses import replace

import numpy as np

from hinges._arrays import Floats
from hinges.draw._marks import EndLabel, Mark, Panel, Polyline
from hinges.draw._numbers import short
from hinges.draw._training import LossCurve, loss_panel
from hinges.errors import InvalidInputError
from hinges.fits import FitResult, History

TRAINING_ROLE, HELD_ROLE = "fit", "unit 1"
LOSS_NAMES = {"mse": "mean squared error", "cross-entropy": "cross-entropy", "max": "largest error"}


def loss_name(result: FitResult) -> str:
    """Give what the loss of a result is called on an axis."""
    return LOSS_NAMES.get(getattr(result.method, "loss", "mse"), "loss")


def loss_curves(history: History) -> list[LossCurve]:
    """Give the loss on the training rows, and on the rows held out where there are such; finite numbers only."""
    named = [("training", history.loss, TRAINING_ROLE), ("validation", history.validation_loss, HELD_ROLE)]
    curves: list[LossCurve] = []
    for label, loss, role in named:
        if loss is not None and (finite := np.isfinite(loss)).any():
            curves.append(LossCurve(label, np.asarray(history.step, dtype=np.float64)[finite], loss[finite], role))
    return curves


def curves_panel(history: History, *, floor: float = 0.0, title: str = "Loss", name: str = "") -> Panel:
    """Give the loss over training beside that on the rows held out, above the floor where it is known."""
    curves = loss_curves(history)
    if not curves:
        raise InvalidInputError("the history holds no finite loss, so there is nothing to draw")
    note = ""
    held = history.validation_loss
    if held is not None and len(curves) > 1 and np.isfinite(held).any():
        best = int(np.nanargmin(held))
        note = f"validation: lowest {short(float(held[best]))} after {int(history.step[best]):,} steps"
    panel = loss_panel(curves, floor=floor, title=title, note=note, y_label=name or LOSS_NAMES["mse"])
    beside = [replace(mark, inside=False) if isinstance(mark, EndLabel) else mark for mark in panel.marks]
    if floor > 0:
        return replace(panel, marks=tuple(beside))
    least = min(float(curve.loss[curve.loss > 0].min(initial=np.inf)) for curve in curves)
    return replace(panel, marks=tuple(beside), y_range=(least / 1.6, panel.y_range[1]))


def accuracy_panel(history: History, *, title: str = "Accuracy") -> Panel:
    """Give the share of rows whose class is right over training, on the training rows and on those held out."""
    if history.accuracy is None:
        raise InvalidInputError("the history has no accuracy: no classes were learned")
    steps = np.asarray(history.step, dtype=np.float64)
    marks: list[Mark] = []
    lowest = 1.0
    for label, share, role in (
        ("training", history.accuracy, TRAINING_ROLE),
        ("validation", history.validation_accuracy, HELD_ROLE),
    ):
        if share is not None:
            marks += [Polyline(steps, share, role, 1.8), _end(label, share, role)]
            lowest = min(lowest, float(share.min()))
    ends = (0.0, float(steps.max()) or 1.0)
    y_range = (max(0.0, lowest - 0.05), 1.02)
    return Panel(title, tuple(marks), ends, y_range, "gradient steps", "share of rows that are right")


def _end(label: str, share: Floats, role: str) -> EndLabel:
    return EndLabel(float(share[-1]), f"{label}: {share[-1]:.1%}", role)
