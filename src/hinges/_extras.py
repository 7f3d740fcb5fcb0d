"""Optional packages: imported when a verb needs them, or an error with the line to type."""

import importlib
from types import ModuleType

from hinges.errors import MissingExtraError


def require(module: str, *, extra: str) -> ModuleType:
    """Give the imported `module`, or raise `MissingExtraError` saying how to install `extra`."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        top = module.partition(".")[0]
        if error.name is not None and error.name.partition(".")[0] != top:
            raise  # the package is there, one of its own imports is not: not ours to explain away
        line = f'pip install "hinges[{extra}]"'
        raise MissingExtraError(f"this needs the package {top}; to install it, type: {line}") from None
