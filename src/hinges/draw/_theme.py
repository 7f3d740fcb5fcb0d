"""The theme: which colour a role has. One table; Okabe and Ito's palette, darkened where text would not be read."""

from dataclasses import dataclass

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


LIGHT = Theme("light", tuple(_ROLES.items()), _UNITS)


def unit_role(index: int) -> str:
    """Give the role of a unit."""
    return f"unit {index}"
