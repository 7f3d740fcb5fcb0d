"""SweepTable: one row a cell, as dictionaries and as lines of text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.draw._tables import Table
from hinges.sweeps._batches import Batch
from hinges.sweeps._cells import Cell
from hinges.sweeps._floor import floor_of
from hinges.sweeps._wilson import wilson
from hinges.train import Training

QUANTILES = {"least": 0.0, "lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "largest": 1.0}


@dataclass(frozen=True, eq=False)
class SweepTable(Sequence[dict[str, Any]]):
    """One dictionary a cell, and the same as text with `str()`.

    A row has `data`, `method` and the settings; `runs`; `share`, `low` and `high` of the runs with a loss less than
    `below`, with Wilson's 95 % interval; `least`, `lower_quartile`, `median`, `upper_quartile` and `largest` loss;
    `epochs_to`, the median of the passes through the rows until the loss was below (infinite where most runs never
    got there, as seen at the moments recorded); `floor`, which no network of the size can go below, `ratio` of the
    median to it and `least_ratio`; `validation_loss`, `accuracy` and `validation_accuracy`, medians; `milliseconds`
    an epoch and network trained by gradient (one fit of other methods), compiling included. What does not apply is
    None.
    """

    rows: tuple[dict[str, Any], ...]
    axes: tuple[str, ...]
    below: float

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return self.text().text()

    def text(self) -> Table:
        """Give the table's columns of texts; settings that all cells share are left out."""
        columns = [(name, tuple(shown(row.get(name)) for row in self.rows)) for name in self.axes]
        columns.append(("runs", tuple(str(row["runs"]) for row in self.rows)))
        columns.append((f"< {self.below:g}", tuple(_percent(row["share"]) for row in self.rows)))
        columns.append(("95 %", tuple(_interval(row) for row in self.rows)))
        for name, title, digits in (
            ("epochs_to", f"epochs to {self.below:g}", 4), ("least", "least", 3), ("median", "median", 3),
            ("largest", "largest", 3), ("validation_loss", "held out", 3), ("accuracy", "accuracy", 3),
            ("validation_accuracy", "held out right", 3), ("floor", "floor", 3),
            ("least_ratio", "least/floor", 3), ("ratio", "median/floor", 3), ("milliseconds", "ms", 3),
        ):  # fmt: skip
            if any(row[name] is not None for row in self.rows):
                columns.append((title, tuple(_never(name, _number(row[name], digits)) for row in self.rows)))
        return Table("", tuple(columns))


def table_of(
    groups: Sequence[tuple[Cell, list[Batch]]], data: Mapping[str, Dataset], axes: tuple[str, ...], below: float,
    floors: dict[Any, float | None],
) -> SweepTable:  # fmt: skip
    """Give the table of cells with their batches; `floors` keeps those that have been computed."""
    rows = tuple(_row(cell, batches, below, floor_of(cell, data, floors)) for cell, batches in groups)
    return SweepTable(rows, axes, below)


def _row(cell: Cell, batches: list[Batch], below: float, floor: float | None) -> dict[str, Any]:
    losses = _joined(batches, "losses")
    worst = np.where(np.isnan(losses), np.inf, losses)
    share = wilson(int((losses < below).sum()), len(losses))
    quantiles = {name: _quantile(worst, q) for name, q in QUANTILES.items()}
    if floor is None and len(batches) == 1 and len(losses) == 1 and np.isfinite(batches[0].arrays["lower"][0]):
        floor = float(batches[0].arrays["lower"][0])
    return {
        **cell.labels,
        "runs": len(losses),
        "below": below,
        "share": share.share if share.runs else None,
        "low": share.low,
        "high": share.high,
        **quantiles,
        "epochs_to": _epochs_to(batches, below),
        "floor": floor,
        "ratio": _ratio(quantiles["median"], floor),
        "least_ratio": _ratio(quantiles["least"], floor),
        "validation_loss": _median(batches, "validation_losses"),
        "accuracy": _median(batches, "accuracies"),
        "validation_accuracy": _median(batches, "validation_accuracies"),
        "milliseconds": _milliseconds(batches),
        "milliseconds_of": "epoch" if isinstance(cell.method, Training) else "fit",
    }


def _joined(batches: list[Batch], name: str) -> Floats:
    return np.concatenate([np.zeros(0), *(batch.arrays[name] for batch in batches)])


def _quantile(values: Floats, q: float) -> float | None:
    """Give a quantile that is one of the values, or the mean of the two in the middle; infinite ones may be there."""
    if not len(values):
        return None
    if q == 0.5:
        ordered = np.sort(values)
        low, high = ordered[(len(values) - 1) // 2], ordered[len(values) // 2]
        return float(low + (high - low) / 2) if np.isfinite(high) else float(high)
    return float(np.quantile(values, q, method="nearest"))


def _median(batches: list[Batch], name: str) -> float | None:
    values = _joined(batches, name)
    return _quantile(values, 0.5) if len(values) and not np.isnan(values).any() else None


def _epochs_to(batches: list[Batch], below: float) -> float | None:
    """Give the median number of epochs until the loss was below; infinite where most runs never got there."""
    found: list[float] = []
    for batch in batches:
        steps, history = batch.arrays["steps"], batch.arrays["loss_history"]
        if not len(steps) or steps[-1] == 0:
            return None
        reached = history < below
        first = np.where(reached.any(axis=0), steps[reached.argmax(axis=0)], np.inf)
        found += (first * float(batch.arrays["epochs"]) / steps[-1]).tolist()
    return _quantile(np.array(found), 0.5)


def _ratio(loss: float | None, floor: float | None) -> float | None:
    return None if loss is None or not floor else loss / floor


def _milliseconds(batches: list[Batch]) -> float | None:
    """Give the time of an epoch of one network, in the batch that was quickest: the first one compiles."""
    times = [float(b.arrays["seconds"]) / (float(b.arrays["epochs"]) * len(b)) for b in batches]
    return 1000.0 * min(times) if times else None


def shown(value: Any) -> str:
    """Give a setting's value as a table shows it: 40-20-10 for layers, numbers short."""
    if isinstance(value, tuple):
        return "-".join(shown(each) for each in value)
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value is None else str(value)


def _number(value: float | None, digits: int) -> str:
    if value is None:
        return "-"
    return f"{value:.{digits}g}"


def _never(name: str, text: str) -> str:
    return "never" if name == "epochs_to" and text == "inf" else text


def _interval(row: Mapping[str, Any]) -> str:
    return f"{100 * row['low']:.0f}-{100 * row['high']:.0f} %" if row["runs"] else "-"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"
