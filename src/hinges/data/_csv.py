"""Reading a CSV file: delimiter and header seen from the file, errors with their row and column."""

import csv
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from hinges._arrays import Floats
from hinges.errors import InvalidInputError

DELIMITERS = (",", ";", "\t")
MISSING = {"", "na", "n/a", "nan", "null", "none", "-", "."}


def read_csv(source: Path) -> tuple[dict[str, Floats], list[int]]:
    """Give the columns by name, and for each row its number in the file (the first line is row 1).

    A first row with an entry that is not a number is the header; without one the columns are "1", "2", ...
    Missing entries become NaN. A column of text is refused only when it is asked for, so it comes as a
    `TextColumn` that raises.
    """
    rows = list(_rows(source))
    if not rows:
        raise InvalidInputError(f"{source} is empty: it has no rows")
    _, first = rows[0]
    header = any(_number(cell) is None for cell in first)
    names = _unique([cell.strip() for cell in first], source) if header else [str(i + 1) for i in range(len(first))]
    body = rows[1:] if header else rows
    if not body:
        raise InvalidInputError(f"{source} has a header and no rows below it")
    for line, cells in body:
        if len(cells) != len(names):
            raise InvalidInputError(
                f"{source} row {line} has {len(cells)} entries where the first row has {len(names)}"
            )
    columns = _Columns(source, names, body)
    return columns, [line for line, _ in body]


class _Columns(dict[str, Floats]):
    """Columns converted when asked for, so that a column of text beside them does no harm."""

    def __init__(self, source: Path, names: Sequence[str], body: list[tuple[int, list[str]]]) -> None:
        super().__init__((name, np.empty(0)) for name in names)
        self._source, self._body = source, body
        self._positions = {name: i for i, name in enumerate(names)}
        self._known: set[str] = set()

    def __getitem__(self, name: str) -> Floats:
        if name not in self._known:
            self[name] = self._converted(name)
            self._known.add(name)
        return super().__getitem__(name)

    def _converted(self, name: str) -> Floats:
        position = self._positions[name]
        values = np.empty(len(self._body))
        for i, (line, cells) in enumerate(self._body):
            value = _number(cells[position])
            if value is None:
                raise InvalidInputError(
                    f"{self._source} row {line}, column {name!r}: {cells[position].strip()!r} is not a number"
                )
            values[i] = value
        return values


def _rows(source: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            lines = (line for line in file if line.strip() and not line.lstrip().startswith("#"))
            start = "".join(line for line, _ in zip(lines, range(5), strict=False))
            file.seek(0)
            delimiter = max(DELIMITERS, key=start.count)
            reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True, strict=True)
            for cells in reader:
                if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"):
                    yield reader.line_num, cells
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{source} is not a text file in UTF-8 (byte {error.start})") from None
    except csv.Error as error:
        raise InvalidInputError(f"{source} is not a readable CSV file: {error}") from None
    except OSError as error:
        raise InvalidInputError(f"cannot read {source}: {error.strerror or error}") from None


def _number(cell: str) -> float | None:
    """Give the number in a cell, NaN where it is missing, or None where it is text."""
    text = cell.strip()
    if text.lower() in MISSING:
        return math.nan
    try:
        return float(text) if "_" not in text else None
    except ValueError:
        return None


def _unique(names: list[str], source: Path) -> list[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InvalidInputError(f"{source} names two columns {name!r}")
        seen.add(name)
    return names
