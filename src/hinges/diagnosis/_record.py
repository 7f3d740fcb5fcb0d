"""TrainingRecord: what a history tells about the training, whoever wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError
from hinges.fits import FitResult, History


@dataclass(frozen=True, eq=False)
class TrainingRecord:
    """Losses at T moments of a training, which may hold NaN or infinity at the end.

    Arguments:
        loss: (T,) on the training rows.
        validation_loss: (T,) on rows held out, or None.
        kinks: (T, units) where units bent along the one input, NaN where nowhere, or None.
    """

    loss: Floats
    validation_loss: Floats | None = None
    kinks: Floats | None = None


def record_of(history: Any) -> TrainingRecord | None:
    """Give the record of a `History`, a `FitResult`, a watcher, Keras's History, a dict of losses or the losses.

    Raises:
        InvalidInputError: it is none of those, or holds no loss.
    """
    if history is None or isinstance(history, TrainingRecord):
        return history
    if isinstance(history, FitResult):
        return record_of(history.history)
    if isinstance(history, History):
        return TrainingRecord(
            np.asarray(history.loss, float),
            history.validation_loss,
            np.asarray(history.kinks, float),
        )
    inner = getattr(history, "history", None)
    if isinstance(inner, (History, Mapping)):
        return record_of(inner)
    if isinstance(history, Mapping):
        if "loss" not in history:
            raise InvalidInputError(f"history has no 'loss', only {', '.join(map(repr, history))}")
        held = history.get("val_loss")
        return TrainingRecord(_losses(history["loss"], "loss"), None if held is None else _losses(held, "val_loss"))
    if isinstance(history, (list, tuple, np.ndarray)):
        return TrainingRecord(_losses(history, "history"))
    raise InvalidInputError(f"history must be a History, a dict with 'loss' or a list of losses, not {history!r:.60}")


def _losses(values: Any, name: str) -> Floats:
    found = _arrays.vector(values, name, finite=False)
    if not len(found):
        raise InvalidInputError(f"{name} is empty: a history holds at least one loss")
    return found
