"""Parts of SciPy, each imported when it is first used: together they take half a second, which most searches save."""

from functools import cache
from importlib import import_module
from typing import Any


@cache
def scipy(part: str) -> Any:
    """Give a module of SciPy, which ships no types, by its name behind `scipy.`; cheap after the first time."""
    return import_module(f"scipy.{part}")
