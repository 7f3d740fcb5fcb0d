"""Training by gradient and by other methods; many seeds at once. jax is imported when training starts."""

import importlib
from typing import TYPE_CHECKING, Any

from hinges.train._training import Training

if TYPE_CHECKING:
    from hinges.train._batch import TrainedBatch
    from hinges.train._least_squares import LeastSquares
    from hinges.train._levenberg import LevenbergMarquardt
    from hinges.train._many import train_batch, train_many
    from hinges.train._projection import VariableProjection
    from hinges.train._random_search import RandomSearch

__all__ = [
    "LeastSquares",
    "LevenbergMarquardt",
    "RandomSearch",
    "TrainedBatch",
    "Training",
    "VariableProjection",
    "train_batch",
    "train_many",
]
_HOME = {
    "LeastSquares": "_least_squares",
    "LevenbergMarquardt": "_levenberg",
    "RandomSearch": "_random_search",
    "TrainedBatch": "_batch",
    "VariableProjection": "_projection",
    "train_batch": "_many",
    "train_many": "_many",
}


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module(f"hinges.train.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
