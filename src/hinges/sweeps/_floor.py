"""The floor: below which loss no network of a cell's size can go."""

from collections.abc import Mapping
from typing import Any

from hinges.data import Dataset
from hinges.errors import HingesError
from hinges.sweeps._batches import training_part
from hinges.sweeps._cells import Cell

MOST_ROWS, MOST_UNITS = 2_000, 64  # beyond them, finding it takes longer than a table should


def floor_of(cell: Cell, data: Mapping[str, Dataset], known: dict[Any, float | None]) -> float | None:
    """Give a certified lower bound on the mean squared error over the rows fitted; None where none is known."""
    method, rows = cell.method, data[cell.data]
    activation = getattr(method, "activation", None)
    hidden: tuple[int, ...] = tuple(getattr(method, "hidden", ()))
    held = getattr(method, "validation", 0.0)
    simple = rows.x.shape[1] == rows.y.shape[1] == 1 and len(hidden) == 1 and getattr(method, "loss", "mse") == "mse"
    small = len(rows) <= MOST_ROWS and sum(hidden) <= MOST_UNITS
    if not simple or not small or activation not in ("relu", "leaky_relu"):
        return None
    key = (cell.data, activation, hidden, held)
    if key not in known:
        known[key] = _bound(training_part(rows, held), activation, sum(hidden))
    return known[key]


def _bound(rows: Dataset, activation: str, units: int) -> float | None:
    from hinges.optimal import best_error  # with SciPy, which workers have no need of

    leaky = activation == "leaky_relu"  # whose units bend once as well, but not from zero
    try:
        bounds = best_error(rows, pieces=units + 1) if leaky else best_error(rows, units=units)
    except HingesError:  # rows that the search does not take
        return None
    return bounds.lower if bounds.certified else None
