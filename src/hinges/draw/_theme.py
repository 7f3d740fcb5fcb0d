"""The theme: which colour a role has. One table; Okabe and Ito's palette, darkened where text would not be read."""

from dataclasses import dataclass

import numpy as np

from hinges._arrays import Floats
from hinges.errors import InvalidInputError

# Every unit colour has a contrast of at least 4.5 on white, so that a number may be written in it.
# (Okabe-Ito's orange #e69f00 and green #009e73 do not: #b84f00 and #007a59 stand in for them.)
_UNITS = ("#0072b2", "#b84f00", "#007a59", "#a8387c", "#6b6100", "#2b7a99", "#8a3ffc", "#9a5b00", "#3d6b21", "#5c5c8a")

_ROLES = {
    "background": "#ffffff",
    "text": "#1b1b1b",
    "muted": "#6b6b6b",
    "grid": "#ececea",
    "axis": "#b9b9b5",
    "target": "#d3d3cf",
    "data": "#8f8f8a",
    "fit": "#5b2d90",
    "residual": "#6b6b6b",
    "dead": "#c4122f",
    "always on": "#a86500",
    "floor": "#007a59",
    "impossible": "#e9f1ee",
    "band": "#f0eef5",
    "positive": "#0072b2",
    "negative": "#b84f00",
    "zero": "#b9b9b5",
    "input": "#1b1b1b",
}

# Anchors of scales, of rising lightness or away from a light middle; categories are pale, so that lines show on them.
_SCALES = {
    "sequential": ("#f4f1fa", "#cfc3e6", "#a78fd0", "#7e5cb3", "#5b2d90", "#33135c"),
    "diverging": ("#00527f", "#5f9fca", "#cfe1ee", "#f7f6f4", "#f3d9c6", "#dd9464", "#8f3d00"),
    "categories": (
        "#cfe3f1", "#f3d6bf", "#c8e6da", "#ecd0e0", "#e6e0b8", "#c9e0ea", "#ddd0f2", "#f2e0b0", "#d5e3c8", "#d9d9e8",
        "#f5c9c9", "#bfe6e6",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Theme:
    """Colours by role; `unit 0`, `unit 1` ... take the unit colours in turn."""

    name: str
    roles: tuple[tuple[str, str], ...]
    units: tuple[str, ...]

    def colour(self, role: str) -> str:
        """Give the colour of a role as #rrggbb."""
        kind, _, index = role.rpartition(" ")
        if kind == "unit" and index.isdecimal():
            return self.units[int(index) % len(self.units)]
        found = dict(self.roles).get(role)
        if found is None:
            raise InvalidInputError(
                f"role {role!r} is not in the theme; it has {', '.join(dict(self.roles))}, unit 0 ..."
            )
        return found

    def shades(self, scale: str, at: Floats) -> Floats:
        """Give the colours (n, 3), each 0 to 1, at places `at` (n,) from 0 to 1 on a scale."""
        if scale not in _SCALES:
            raise InvalidInputError(f"scale {scale!r} is not in the theme; it has {', '.join(_SCALES)}")
        anchors = np.array([[int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)] for colour in _SCALES[scale]])
        if scale == "categories":
            return anchors[np.minimum((at * len(anchors)).astype(np.intp), len(anchors) - 1)]
        places = np.linspace(0.0, 1.0, len(anchors))
        return np.stack([np.interp(at, places, anchors[:, channel]) for channel in range(3)], axis=1)


LIGHT = Theme("light", tuple(_ROLES.items()), _UNITS)


def unit_role(index: int) -> str:
    """Give the role of a unit."""
    return f"unit {index}"
