"""The lab: pages on which ReLU networks are built and bent by hand, served here, in a notebook or as files."""

import importlib
from typing import TYPE_CHECKING, Any

from hinges.lab._export import export_site, export_station
from hinges.lab._widget import station

if TYPE_CHECKING:
    from hinges.lab._serve import serve

__all__ = ["export_site", "export_station", "serve", "station"]


def __getattr__(name: str) -> Any:
    if name != "serve":  # the only part that needs a server's packages
        raise AttributeError(f"module 'hinges.lab' has no attribute {name!r}")
    return importlib.import_module("hinges.lab._serve").serve


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
