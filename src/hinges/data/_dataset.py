"""Dataset: rows of inputs and outputs."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError

Column = str | int


@dataclass(frozen=True, eq=False, init=False)
class Dataset:
    """Rows of inputs and outputs, in the order given.

    Arguments:
        x: (n, inputs), or (n,) for one input.
        y: (n, outputs), or (n,) for one output.
        weights: (n,) row weights, none negative; None weighs all rows alike.
        names: what the columns are called, inputs first.
        drop: leave out the rows that hold a NaN or an infinity, instead of refusing them.

    Raises:
        InvalidInputError: an entry is not a finite number, lengths differ, or there is no row.

    >>> data = Dataset([0, 1, 2], [0.0, 1.0, 4.0])
    >>> data.x.shape, data.y.shape
    ((3, 1), (3, 1))
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "river.csv")
    ...     with path.open("w") as file:
    ...         for line in ("year,flow", "1871,1120", "1872,1160"):
    ...             print(line, file=file)
    ...     river = Dataset.read(path)
    >>> river.x_names, river.y_names, river.curve()[1]
    (('year',), ('flow',), array([1120., 1160.]))
    >>> Dataset.of(([1, 2], [3, 4])).x.shape
    (2, 1)
    """

    x: Floats
    y: Floats
    weights: Floats | None
    names: tuple[str, ...]

    def __init__(
        self,
        x: ArrayLike,
        y: ArrayLike,
        weights: ArrayLike | None = None,
        names: Sequence[str] = (),
        *,
        drop: bool = False,
    ) -> None:
        x, y = _columns("x", x), _columns("y", y)
        weights = None if weights is None else _arrays.vector(weights, "weights", finite=False)
        for name, values in (("y", y), ("weights", weights)):
            if values is not None and len(values) != len(x):
                raise InvalidInputError(f"{name} has {len(values)} rows where x has {len(x)}")
        if drop:
            x, y, weights = _finite_rows(x, y, weights)
        if len(x) == 0:
            raise InvalidInputError("x is empty: a dataset needs at least one row" + " of finite numbers" * drop)
        _check_finite("x", x)
        _check_finite("y", y)
        if weights is not None:
            _check_weights(weights)
        names = tuple(names) or _default_names(x.shape[1], y.shape[1])
        if len(names) != x.shape[1] + y.shape[1]:
            raise InvalidInputError(f"names has {len(names)} entries for {x.shape[1] + y.shape[1]} columns")
        frozen_weights = None if weights is None else _arrays.frozen(weights)
        fields = {"x": _arrays.frozen(x), "y": _arrays.frozen(y), "weights": frozen_weights, "names": names}
        for field, value in fields.items():
            object.__setattr__(self, field, value)

    def __len__(self) -> int:
        return len(self.x)

    def __repr__(self) -> str:
        weighted = "" if self.weights is None else ", weighted"
        return f"Dataset({len(self)} rows, {', '.join(self.x_names)} -> {', '.join(self.y_names)}{weighted})"

    @property
    def x_names(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return self.names[: self.x.shape[1]]

    @property
    def y_names(self) -> tuple[str, ...]:
        """The names of the outputs."""
        return self.names[self.x.shape[1] :]

    @classmethod
    def read(
        cls,
        path: str | os.PathLike[str],
        *,
        x: Column | Sequence[Column] | None = None,
        y: Column | Sequence[Column] | None = None,
        weights: Column | None = None,
        drop: bool = False,
    ) -> Self:
        """Read a CSV or an .npz file.

        Arguments:
            path: the file. The delimiter of a CSV (comma, semicolon, tab) and whether it has a header are seen
                from its first rows; `#` starts a comment line.
            x: the column or columns of the input, by name or by position from 0.
            y: those of the output. Of two columns the first is x and the second y; one column alone is y, and
                x its row number from 0.
            weights: the column of row weights, if there is one.
            drop: leave out rows with a missing or non-finite entry.

        Raises:
            InvalidInputError: no such file or column, or an entry that is not a number, with its row and column.
        """
        from hinges.data._tables import read_table  # the readers are loaded only where a file is read

        table = read_table(path)
        inputs, outputs = table.choose(x, y, weights)
        columns = [table.column(name) for name in (*inputs, *outputs)]
        if not inputs:
            columns, inputs = [np.arange(len(columns[0]), dtype=np.float64), *columns], ["row"]
        if not drop:
            table.check_finite([*outputs, *(name for name in inputs if name in table.names)])
        return cls(
            np.column_stack(columns[: len(inputs)]),
            np.column_stack(columns[len(inputs) :]),
            None if weights is None else table.column(table.name_of(weights)),
            (*inputs, *outputs),
            drop=drop,
        )

    @classmethod
    def of(cls, data: "Dataset | tuple[ArrayLike, ArrayLike]") -> "Dataset":
        """Give a dataset from a dataset or an (x, y) pair: what every verb that takes data does first."""
        if isinstance(data, tuple):
            if len(data) == 2:
                return cls(*data)
            raise InvalidInputError(f"data must be a Dataset or a pair (x, y), not {len(data)} values")
        return _arrays.instance(data, Dataset, "data")

    def windows(self, n: int) -> "Dataset":
        """Give the data on which a network learns to predict the next value: n values in a row, and the one after.

        The series is y, in the order of the rows. Window i holds y[i], ..., y[i + n - 1], the oldest first, and its
        target is y[i + n]. With several outputs the values of one moment stand side by side. A window's weight is
        that of its target's row.

        Raises:
            InvalidInputError: there are not more than n rows.

        >>> series = Dataset([0, 1, 2, 3], [5.0, 6.0, 7.0, 8.0]).windows(2)
        >>> series.x.tolist(), series.y.tolist()
        ([[5.0, 6.0], [6.0, 7.0]], [[7.0], [8.0]])
        """
        n = _arrays.count(n, "n")
        if n >= len(self):
            raise InvalidInputError(f"n = {n} leaves no value to predict: the data has {len(self)} rows")
        last = len(self) - n
        x = np.stack([self.y[i : i + last] for i in range(n)], axis=1).reshape(last, -1)
        names = tuple(f"{name}[-{n - i}]" for i in range(n) for name in self.y_names)
        weights = None if self.weights is None else self.weights[n:]
        return Dataset(x, self.y[n:], weights, (*names, *self.y_names))

    def curve(self) -> tuple[Floats, Floats, Floats | None]:
        """Give x (n,), y (n,) and weights of data with one input and one output; others are refused."""
        for name, values in (("input", self.x), ("output", self.y)):
            if values.shape[1] != 1:
                raise InvalidInputError(f"data has {values.shape[1]} {name}s: this needs exactly one")
        return self.x[:, 0], self.y[:, 0], self.weights


def _columns(name: str, values: ArrayLike) -> Floats:
    result = _arrays.array(values, name, finite=False)
    if result.ndim not in {1, 2}:
        raise InvalidInputError(f"{name} must have shape (n,) or (n, columns), not {result.shape}")
    if result.ndim == 2 and result.shape[1] == 0:
        raise InvalidInputError(f"{name} has no columns")
    return result if result.ndim == 2 else result.reshape(-1, 1)


def _finite_rows(x: Floats, y: Floats, weights: Floats | None) -> tuple[Floats, Floats, Floats | None]:
    keep = np.isfinite(x).all(axis=1) & np.isfinite(y).all(axis=1)
    if weights is not None:
        keep &= np.isfinite(weights)
        weights = weights[keep]
    return x[keep], y[keep], weights


def _check_finite(name: str, values: Floats) -> None:
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        row, *column = bad[0].tolist()
        where = f"{name}[{row}]" if not column or values.shape[1] == 1 else f"{name}[{row}][{column[0]}]"
        value = values[tuple(bad[0])]
        raise InvalidInputError(
            f"{where} is {value}: every entry must be a finite number (drop=True leaves such rows out)"
        )


def _check_weights(weights: Floats) -> None:
    _check_finite("weights", weights)
    negative = np.flatnonzero(weights < 0)
    if len(negative):
        raise InvalidInputError(f"weights[{negative[0]}] = {weights[negative[0]]} is negative")
    if not weights.any():
        raise InvalidInputError("weights are all zero: at least one row must count")


def _default_names(inputs: int, outputs: int) -> tuple[str, ...]:
    def numbered(letter: str, count: int) -> list[str]:
        return [letter] if count == 1 else [f"{letter}{i}" for i in range(count)]

    return (*numbered("x", inputs), *numbered("y", outputs))
