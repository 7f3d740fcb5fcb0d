"""The units of every layer as bars: how many are dead, always on, saturated, and how many bend among the data."""

import numpy as np

from hinges.diagnosis._layer_state import LayerState
from hinges.draw._marks import EndLabel, Mark, Panel, Polyline

MOST_LAYERS = 24
THICK = 15.0  # px
FLAT = 0.8  # share of the rows on which a saturated unit hardly changes
_LEGEND = {
    "target": "bend among the data",
    "dead": "dead",
    "always on": "always on",
    "residual": "saturated",
}


def layer_counts(state: LayerState) -> dict[str, int]:
    """Give how many units of a layer are of each kind, by the role in which they are drawn."""
    if state.is_rectifier:
        return {
            "target": int(state.bends.sum()),
            "always on": int(state.always_on.sum()),
            "dead": int(state.dead.sum()),
        }
    saturated = int((state.flat >= FLAT).sum())
    return {"target": state.units - saturated, "residual": saturated}


def layers_panel(states: tuple[LayerState, ...], title: str) -> Panel:
    """Give a bar for each layer, the first on top."""
    shown = states[:MOST_LAYERS]
    marks: list[Mark] = []
    for line, state in enumerate(shown):
        marks += _bar(state, -float(line))
    ticks = tuple((-float(line), f"{state.name} ({state.units:,})") for line, state in enumerate(shown))
    note = f"the first {len(shown)} of {len(states)} layers" if len(shown) < len(states) else ""
    return Panel(
        title, tuple(marks), (0.0, 100.0), (-len(shown) + 0.4, 0.6), "% of the layer's units", "", note, y_ticks=ticks
    )


def height_of(states: tuple[LayerState, ...]) -> float:
    """Give how high such a panel is, px."""
    return 110.0 + 30.0 * min(len(states), MOST_LAYERS)


def _bar(state: LayerState, y: float) -> list[Mark]:
    marks: list[Mark] = []
    counts = {role: count for role, count in layer_counts(state).items() if count}
    start = 0.0
    for role, count in counts.items():
        stop = start + 100.0 * count / state.units
        marks.append(Polyline(np.array([start, stop]), np.array([y, y]), role, THICK, label=_LEGEND[role]))
        start = stop
    bad = [f"{count:,} {_LEGEND[role]}" for role, count in counts.items() if role != "target"]
    said = ", ".join(bad) or ("all bend" if state.is_rectifier else "no kinks")
    role = next((role for role in ("dead", "residual", "always on") if role in counts), "muted")
    return [*marks, EndLabel(y, said, role)]
