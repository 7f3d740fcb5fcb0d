"""Where the kinks of a network of one input lie: ticks, red at dead units, amber at those always on, arrows outside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.convert import to_function
from hinges.data import Dataset
from hinges.diagnosis._case import Case
from hinges.draw._function import SAMPLES, data_points, piecewise_linear
from hinges.draw._marks import Band, Mark, Polyline, Rug, Text
from hinges.draw._window import Interval, padded, visible
from hinges.fits import ErrorBounds
from hinges.nets import Network

REACH = 0.14  # how far the picture goes beyond the data, in lengths of the data
ROOM = 0.24  # of the height, at the bottom, for ticks and what they say
TOGETHER = 0.012  # of the window: kinks no further apart are one tick
CROWD = 3  # kinks of bending units in one place that are worth a word
MOST_SAID = 6  # ticks that tell their number; with more, colours and the legend tell
LIVE = "muted"
LONG, SHORT = 12.0, 6.0  # px: ticks in one place are seen beside each other


@dataclass(frozen=True, eq=False)
class Kinks:
    """The kinks of the first layer of a network on data.

    Arguments:
        at: (units,) where each bends, NaN for never.
        dead, always_on: (units,) what each does on the rows.
        leaky: whether a unit that is off still passes something on.
    """

    at: Floats
    dead: NDArray[np.bool_]
    always_on: NDArray[np.bool_]
    leaky: bool = False

    @property
    def idle(self) -> NDArray[np.bool_]:
        """Whether a unit bends nothing among the rows, (units,)."""
        return self.dead | self.always_on

    @cached_property
    def groups(self) -> tuple[tuple[str, str, str, NDArray[np.bool_]], ...]:
        """Give role, short word, words of the legend and units (units,) of each kind of unit that there is."""
        off = "always off" if self.leaky else "dead"
        kinds = (
            (LIVE, "together", "kinks that bend the curve", ~self.idle),
            ("dead", off, f"kinks of units that are {off}", self.dead),
            ("always on", "always on", "kinks of units that are always on", self.always_on),
        )
        return tuple(kind for kind in kinds if kind[3].any())

    def role(self, unit: int) -> str:
        """Give the role of a unit."""
        return next(role for role, _, _, units in self.groups if units[unit])


def kinks_of(network: Network, data: Dataset) -> Kinks | None:
    """Give the kinks of the first layer; None where it is not one of relu or leaky_relu on one input."""
    case = Case(network, data, "mse", tries=False)
    state = case.first_rectifiers
    if network.inputs != 1 or state is None:
        return None
    return Kinks(case.kinks, state.dead, state.always_on, state.kind == "leaky_relu")


def window_of(data: Dataset) -> Interval:
    """Give the interval that shows the data and something on both sides of them."""
    return padded([data.x[:, 0]], REACH)


def range_of(data: Dataset, curves: Sequence[Polyline]) -> Interval:
    """Give the range of y that shows the data, and the curves where data are, above the ticks."""
    x, y = data.x[:, 0], data.y[:, 0]
    seen = [curve.y[(curve.x >= x.min()) & (curve.x <= x.max())] for curve in curves]
    at_rows = [np.interp(np.sort(x), curve.x, curve.y) for curve in curves]
    low, high = padded([y, *seen, *at_rows])
    return low - ROOM * (high - low), high


def curve(network: Network, window: Interval, role: str, width: float, label: str) -> Polyline:
    """Give the curve of a network of one input: exact where it is piecewise linear."""
    if piecewise_linear(network):
        return Polyline(*visible(network, window), role, width, label=label)
    x = np.linspace(*window, SAMPLES)
    return Polyline(x, np.asarray(network(x)).reshape(-1), role, width, sampled=True, label=label)


def ghost(floor: ErrorBounds, window: Interval, label: str) -> list[Mark]:
    """Give the best curve that is known, broad and pale."""
    function = floor.function or (to_function(floor.network) if floor.network else None)
    return [] if function is None else [Polyline(*visible(function, window), "target", 6.0, label=label)]


def outside_bands(data: Dataset) -> list[Mark]:
    """Give the strips without data on both sides."""
    low, high = float(data.x.min()), float(data.x.max())
    return [Band(-np.inf, low, "x", "band"), Band(high, np.inf, "x", "band")] if low < high else []


def rows(data: Dataset) -> list[Mark]:
    """Give the data as dots."""
    x, y, _ = data.curve()
    return data_points((x, y))


def kink_marks(kinks: Kinks, window: Interval, bottom: float) -> list[Mark]:
    """Give a tick at each kink, and at either border an arrow with the number of those beyond it."""
    marks: list[Mark] = []
    left: list[Mark] = []
    right: list[Mark] = []
    low, high = window
    for role, word, label, units in kinks.groups:
        at = kinks.at[units]
        at = np.sort(at[np.isfinite(at)])
        inside = at[(low <= at) & (at <= high)]
        if len(inside):
            marks.append(_ticks(inside, role, word, f"{label}: {len(at)}", TOGETHER * (high - low)))
        said = "beyond" if role == LIVE else word
        if count := int((at < low).sum()):
            left.append(_arrow(f"\u25c2 {count} {said}", role, (low, bottom), len(left)))
        if count := int((at > high).sum()):
            right.append(_arrow(f"{count} {said} \u25b8", role, (high, bottom), len(right), align="right"))
    rugs = [mark for mark in marks if isinstance(mark, Rug)]
    if sum(bool(text) for rug in rugs for text in rug.texts) > MOST_SAID:
        marks = [replace(rug, texts=()) for rug in rugs]
    return [*marks, *left, *right]


def _ticks(at: Floats, role: str, word: str, label: str, apart: float) -> Rug:
    """Give ticks, those in one place as one with their number."""
    groups: list[list[float]] = []
    for value in at.tolist():
        if groups and value - groups[-1][0] <= apart:
            groups[-1].append(value)
        else:
            groups.append([value])
    texts = [f"{len(group)} {word}" if role != LIVE or len(group) >= CROWD else "" for group in groups]
    at = np.array([np.median(group) for group in groups])
    return Rug(at, (role,) * len(groups), tuple(texts), SHORT if role == "always on" else LONG, label)


def _arrow(text: str, role: str, corner: tuple[float, float], line: int, *, align: str = "left") -> Text:
    """Give a text at a border, above the ticks and the lines before it."""
    shift = (3.0 if align == "left" else -3.0, 27.0 + 14.0 * line)
    return Text(*corner, text, role, 10.5, bold=True, align=align, vertical="bottom", offset=shift)
