"""Networks in and out: files, models of other libraries, and source text of other languages."""

import importlib
from typing import TYPE_CHECKING, Any

from hinges.interop._formats import check_network_path, load, save
from hinges.interop._rounding import Rounding, rounding
from hinges.interop._source import check_language, to_source

if TYPE_CHECKING:
    from hinges.interop.keras import to_keras
    from hinges.interop.torch import to_torch

__all__ = [
    "Rounding",
    "check_language",
    "check_network_path",
    "load",
    "rounding",
    "save",
    "to_keras",
    "to_source",
    "to_torch",
]
_HOME = {"to_keras": "keras", "to_torch": "torch"}  # loaded at their first use


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"hinges.interop.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
