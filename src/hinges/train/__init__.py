"""Training by gradient: the method `Training`, and many seeds at once. jax is imported when training starts."""

import importlib
from typing import TYPE_CHECKING, Any

from hinges.train._training import Training

if TYPE_CHECKING:
    from hinges.train._batch import TrainedBatch, train_batch, train_many

__all__ = ["TrainedBatch", "Training", "train_batch", "train_many"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("hinges.train._batch"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
