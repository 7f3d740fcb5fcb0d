"""Cells: the settings and data sets that a sweep tries, one cell for each combination."""

import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import FitMethod

MOST_CELLS = 100_000
AXES = (list, range, np.ndarray)  # what holds several values of a setting; a tuple is one value: hidden=(40, 20)


@dataclass(frozen=True, eq=False)
class Cell:
    """One combination: a data set, a method with its settings, and which of the settings the sweep set.

    Arguments:
        data: the name of the data set, "data" where there is only one without a name.
        method: what is fitted, for any seed.
        name: of the method.
        settings: the fields that the sweep set, by name.
    """

    data: str
    method: Any
    name: str
    settings: Mapping[str, Any]

    def __str__(self) -> str:
        said = [f"{field}={value!r}" for field, value in self.settings.items()]
        return f"{self.name}({', '.join(said)}) on {self.data}"

    @property
    def labels(self) -> dict[str, Any]:
        """Everything that tells this cell from others: data, method and settings."""
        return {"data": self.data, "method": self.name, **self.settings}


def named_data(data: Any) -> dict[str, Dataset]:
    """Give the data sets by name: of a dictionary, or one alone."""
    if not isinstance(data, Mapping):
        return {"data": Dataset.of(data)}
    if not data:
        raise InvalidInputError("data is empty: give at least one data set")
    found: dict[str, Dataset] = {}
    for name, value in data.items():
        if not isinstance(name, str):
            raise InvalidInputError(f"data must be named by words, not {name!r}")
        try:
            found[name] = Dataset.of(value)
        except InvalidInputError as error:
            raise InvalidInputError(f"data[{name!r}]: {error}") from None
    return found


def named_methods(method: Any) -> dict[str, Any]:
    """Give the methods by name: of a dictionary, or one alone, named by its class."""
    methods = dict(method) if isinstance(method, Mapping) else {type(method).__name__: method}
    if not methods:
        raise InvalidInputError("method is empty: give at least one")
    for name, value in methods.items():
        if not isinstance(value, FitMethod) or isinstance(value, type):
            which = f"method[{name!r}]" if isinstance(method, Mapping) else "method"
            raise InvalidInputError(f"{which} must be a fit method such as Training(), not {value!r}")
        if not dataclasses.is_dataclass(value):
            raise InvalidInputError(f"{type(value).__name__} is no dataclass: a sweep reads settings from its fields")
    return {str(name): value for name, value in methods.items()}


def cells_of(data: Mapping[str, Dataset], methods: Mapping[str, Any], grid: Mapping[str, Any]) -> tuple[Cell, ...]:
    """Give every combination of a data set, a method and one value of each setting; each is checked here."""
    if "start" in grid:
        raise InvalidInputError("start is a network and no setting to sweep: give it in the method, once for all")
    axes = {name: _values(name, value) for name, value in grid.items()}
    for name, method in methods.items():
        _check_fields(name, method, axes)
    number = len(data) * len(methods) * math.prod(map(len, axes.values()))
    if number > MOST_CELLS:
        raise InvalidInputError(f"the settings make {number} combinations; at most {MOST_CELLS} are swept")
    return tuple(
        Cell(source, _with(method, settings), name, settings)
        for source in data
        for name, method in methods.items()
        for settings in _combinations(axes)
    )


def _combinations(axes: Mapping[str, tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    for values in product(*axes.values()):
        yield dict(zip(axes, values, strict=True))


def _values(name: str, value: Any) -> tuple[Any, ...]:
    """Give the values of one setting."""
    values = [_value(name, each) for each in value] if isinstance(value, AXES) else [_value(name, value)]
    if not values:
        raise InvalidInputError(f"{name} is empty: give at least one value")
    seen: set[str] = set()
    for i, each in enumerate(values):
        if repr(each) in seen:
            hint = "; one deep network is hidden=[(10, 10)]" if name == "hidden" else ""
            raise InvalidInputError(f"{name}[{i}] = {each!r} stands there twice{hint}")
        seen.add(repr(each))
    return tuple(values)


def _value(name: str, value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    if name == "hidden":  # a width alone is one layer
        if isinstance(value, int) and not isinstance(value, bool):
            return (value,)
        return tuple(value) if isinstance(value, (list, np.ndarray)) else value
    return value


def _check_fields(name: str, method: Any, axes: Mapping[str, Any]) -> None:
    fields = [field.name for field in dataclasses.fields(method) if field.init and field.name != "seed"]
    for axis in axes:
        if axis == "seed":
            raise InvalidInputError("seed is set by seeds=..., for every setting alike")
        if axis not in fields:
            raise InvalidInputError(f"{axis} is no setting of {name}; it has {', '.join(fields)}")


def _with(method: Any, settings: Mapping[str, Any]) -> Any:
    return dataclasses.replace(method, **settings) if settings else method
