"""Tables of named columns, as files give them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hinges import _files
from hinges._arrays import Floats
from hinges.data._csv import read_csv
from hinges.errors import InvalidInputError

Column = str | int


@dataclass(frozen=True)
class Table:
    """Columns by name. `rows` gives for each row where it stands in the file, for messages."""

    source: Path
    columns: dict[str, Floats]
    rows: Sequence[int] | None = None

    @property
    def names(self) -> list[str]:
        """The columns' names in order."""
        return list(self.columns)

    def name_of(self, column: Column) -> str:
        """Give the name of a column given by name or by position from 0."""
        if isinstance(column, str) and column in self.columns:
            return column
        if isinstance(column, int) and not isinstance(column, bool) and 0 <= column < len(self.columns):
            return self.names[column]
        raise InvalidInputError(f"{self.source} has no column {column!r}; it has {_listed(self.names)}")

    def column(self, name: str) -> Floats:
        """Give a column, (n,)."""
        return self.columns[name]

    def choose(
        self, x: Column | Sequence[Column] | None, y: Column | Sequence[Column] | None, weights: Column | None
    ) -> tuple[list[str], list[str]]:
        """Give the names of the input and output columns; what is not said follows where only one way is left."""
        inputs, outputs = self._named(x), self._named(y)
        taken = {*inputs, *outputs, *self._named(weights)}
        free = [name for name in self.names if name not in taken]
        if not outputs and x is None and len(free) <= 2:
            inputs, outputs = free[:-1], free[-1:]
        elif not outputs and len(free) == 1:
            outputs = free
        elif not inputs and len(free) <= 1:
            inputs = free
        alone = len(self.names) - len(self._named(weights)) == 1
        if not outputs or not (inputs or alone):
            raise InvalidInputError(
                f"{self.source} has the columns {_listed(self.names)}: say which is x and which is y"
            )
        return inputs, outputs

    def _named(self, columns: Column | Sequence[Column] | None) -> list[str]:
        if columns is None:
            return []
        return [self.name_of(c) for c in ([columns] if isinstance(columns, (str, int)) else columns)]

    def check_finite(self, names: Sequence[str]) -> None:
        """Raise naming the first row, and its column, that holds a missing or non-finite entry."""
        bad = [
            (int(np.flatnonzero(~np.isfinite(c))[0]), n) for n in names if not np.isfinite(c := self.columns[n]).all()
        ]
        if bad:
            row, name = min(bad)
            where = f"row {row if self.rows is None else self.rows[row]}, column {name!r}"
            value = self.columns[name][row]
            shown = "missing or not a number" if np.isnan(value) else str(value)
            raise InvalidInputError(f"{self.source} {where}: the entry is {shown} (drop leaves such rows out)")


def _listed(names: Sequence[str], limit: int = 12) -> str:
    shown = ", ".join(repr(name) for name in names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


def read_table(path: str | os.PathLike[str]) -> Table:
    """Read a CSV or .npz file as a table."""
    source = _files.existing_file(path)
    if source.suffix.lower() == ".npz":
        return Table(source, _npz_columns(source))
    columns, rows = read_csv(source)
    return Table(source, columns, rows)


def _npz_columns(source: Path) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}
    for name, values in _files.read_npz(source).items():
        if values.dtype.kind not in "fiub" or values.ndim not in (1, 2) or values.size == 0:
            raise InvalidInputError(
                f"{source}: {name} has shape {values.shape} of {values.dtype}; columns of numbers are needed"
            )
        table = values.astype(np.float64).reshape(len(values), -1)
        for i in range(table.shape[1]):
            columns[name if table.shape[1] == 1 else f"{name}{i}"] = table[:, i]
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        described = ", ".join(f"{name}: {len(column)}" for name, column in columns.items())
        raise InvalidInputError(f"{source} holds columns of different lengths ({described})")
    if not columns:
        raise InvalidInputError(f"{source} holds no arrays")
    return columns
