"""TrainingRecord: what a history tells about the training, whoever wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
        dead: (T,) share of the hidden units that were dead, or None.
        rate: the learning rate, where it is known and the same all the time.
        kinks: (T, units) where units bent along the one input, NaN where nowhere, or None.
    """

    loss: Floats
    validation_loss: Floats | None = None
    dead: Floats | None = None
    rate: float | None = None
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
            _dead_share(history.dead),
            _rate(history),
            np.asarray(history.kinks, float),
        )
    inner = getattr(history, "history", None)
    if isinstance(inner, (History, Mapping)):
        return record_of(inner)
    if isinstance(history, Mapping):
        if "loss" not in history:
            raise InvalidInputError(f"history has no 'loss', only {', '.join(map(repr, history))}")
        held = history.get("val_loss")
        rates = history.get("learning_rate", history.get("lr"))
        constant = None if rates is None else np.unique(np.asarray(rates, float))
        return TrainingRecord(
            _losses(history["loss"], "loss"),
            None if held is None else _losses(held, "val_loss"),
            rate=float(constant[0]) if constant is not None and constant.size == 1 else None,
        )
    if isinstance(history, (list, tuple, np.ndarray)):
        return TrainingRecord(_losses(history, "history"))
    raise InvalidInputError(f"history must be a History, a dict with 'loss' or a list of losses, not {history!r:.60}")


def _losses(values: Any, name: str) -> Floats:
    found = _arrays.vector(values, name, finite=False)
    if not len(found):
        raise InvalidInputError(f"{name} is empty: a history holds at least one loss")
    return found


def _dead_share(dead: NDArray[Any]) -> Floats | None:
    return np.asarray(dead, float).mean(axis=1) if np.ndim(dead) == 2 and np.shape(dead)[1] else None


def _rate(history: History) -> float | None:
    rate = getattr(history, "learning_rate", None)
    found = np.unique(np.asarray(rate, float)) if rate is not None else np.zeros(0)
    return float(found[0]) if found.size == 1 else None
