"""Checks that questions share: what comes from a page is plain JSON, and may be anything."""

import math
from collections.abc import Iterable
from typing import Any

from hinges import _arrays
from hinges.errors import InvalidInputError

MAX_ROWS = 100_000
MAX_SIZE = 100  # units or pieces of what is best


def known_only(given: dict[str, Any], what: str, names: Iterable[str]) -> None:
    """Refuse fields that `what`, such as "the question best", does not have."""
    allowed = set(names)
    for name in given:
        if name not in allowed:
            raise InvalidInputError(f"{what} has no {name[:40]!r}")


def shown(value: Any) -> Any:
    """Give a value as it may stand in a sentence."""
    return value if not isinstance(value, (str, list, dict)) else str(value)[:40] if isinstance(value, str) else "..."


def choice(value: Any, name: str, options: tuple[str, ...]) -> str:
    """Give `value` if it is one of `options`."""
    return _arrays.choice(shown(value), name, options)


def whole(value: Any, name: str, *, least: int = 0, most: int) -> int:
    """Give `value` if it is a whole number from `least` to `most`."""
    return _arrays.count(shown(value), name, minimum=least, maximum=most)


def flag(value: Any, name: str) -> bool:
    """Give `value` if it is true or false."""
    if not isinstance(value, bool):
        raise InvalidInputError(f"{name} must be true or false")
    return value


def number(value: Any, name: str) -> float:
    """Give `value` as a finite float."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidInputError(f"{name} is no number")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise InvalidInputError(f"{name} is too large for float64")
    return result


def within(value: Any, name: str, least: float, most: float) -> float:
    """Give `value` as a float from `least` to `most`."""
    result = number(value, name)
    if not least <= result <= most:
        raise InvalidInputError(f"{name} must be from {least:g} to {most:g}, not {result:g}")
    return result


def numbers(value: Any, name: str, *, most: int = MAX_ROWS) -> list[float]:
    """Give a list of finite floats, at most so many."""
    if not isinstance(value, list):
        raise InvalidInputError(f"{name} must be a list of numbers")
    if len(value) > most:
        raise InvalidInputError(f"{name} has {len(value)} rows; at most {most} are taken")
    return [number(each, f"{name}[{i}]") for i, each in enumerate(value)]


def rows(value: Any, name: str, *, most: int = MAX_ROWS, widest: int = 10_000) -> list[list[float]]:
    """Give a list of equally long lists of finite floats."""
    if not isinstance(value, list):
        raise InvalidInputError(f"{name} must be a list of rows of numbers")
    if len(value) > most:
        raise InvalidInputError(f"{name} has {len(value)} rows; at most {most} are taken")
    found = [numbers(row, f"{name}[{i}]", most=widest) for i, row in enumerate(value)]
    for i, row in enumerate(found):
        if len(row) != len(found[0]):
            raise InvalidInputError(f"{name}[{i}] has {len(row)} numbers where {name}[0] has {len(found[0])}")
    return found
