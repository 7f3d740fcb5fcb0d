"""Sentences about files: every one begins with the file's name and shows strangers' text safely."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from hinges.errors import InvalidInputError, UnsupportedModelError

LONGEST_SHOWN = 60


@contextmanager
def about(path: str | os.PathLike[str]) -> Iterator[None]:
    """Put the file's name before whatever is raised about its content."""
    try:
        yield
    except InvalidInputError as error:
        raise InvalidInputError(f"{os.fspath(path)}: {error}") from None
    except UnsupportedModelError as error:
        raise UnsupportedModelError(f"{os.fspath(path)}: {error}") from None


def shown(value: object) -> str:
    """Give a value as it is quoted in a sentence: in JSON's words, on one line and not too long."""
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and abs(value) > 10**LONGEST_SHOWN:
        return f"an integer of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "..."
