"""Marks: the things a picture is made of, in data coordinates, with roles instead of colours.

A role is a word of the theme: target, data, fit, unit 0, unit 1 ..., residual, dead, always on, floor, positive,
negative, muted, text. Numbers called px are pixels of 1/96 inch.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hinges import _arrays
from hinges._arrays import Floats
from hinges.draw._fills import Heat, Polygons
from hinges.errors import InvalidInputError


def _set_vectors(mark: object, *names: str) -> None:
    """Replace the named fields of a mark by read-only float64 vectors of one length."""
    lengths: set[int] = set()
    for name in names:
        value = _arrays.vector(getattr(mark, name), name)
        object.__setattr__(mark, name, value)
        lengths.add(len(value))
    if len(lengths) > 1:
        raise InvalidInputError(f"{' and '.join(names)} of a {type(mark).__name__} have different lengths")


@dataclass(frozen=True, eq=False)
class Polyline:
    """A polyline through exact vertices x (n,), y (n,); `sampled` says that it stands for a smooth curve."""

    x: Floats
    y: Floats
    role: str
    width: float = 1.6  # px
    dashed: bool = False
    sampled: bool = False
    label: str = ""  # in the panel's legend

    def __post_init__(self) -> None:
        _set_vectors(self, "x", "y")


@dataclass(frozen=True, eq=False)
class Points:
    """Dots at x (n,), y (n,); hollow ones are filled with the background."""

    x: Floats
    y: Floats
    role: str
    size: float = 5.0  # diameter in px
    hollow: bool = False
    label: str = ""

    def __post_init__(self) -> None:
        _set_vectors(self, "x", "y")


@dataclass(frozen=True, eq=False)
class Rug:
    """Short ticks at x (n,) on the bottom edge of a panel, each with its role and its text ("" for none)."""

    x: Floats
    roles: tuple[str, ...]
    texts: tuple[str, ...] = ()
    length: float = 8.0  # px
    label: str = ""  # in the panel's legend, in the first tick's colour

    def __post_init__(self) -> None:
        _set_vectors(self, "x")
        object.__setattr__(self, "roles", tuple(self.roles))
        object.__setattr__(self, "texts", tuple(self.texts) or ("",) * len(self.x))
        if not len(self.x) == len(self.roles) == len(self.texts):
            raise InvalidInputError("x, roles and texts of a Rug have different lengths")


@dataclass(frozen=True)
class Rule:
    """A straight line across the panel: at x = `at` (axis "x") or at y = `at` (axis "y")."""

    at: float
    axis: str
    role: str
    width: float = 1.0  # px
    dashed: bool = False
    label: str = ""


@dataclass(frozen=True)
class Band:
    """A shaded strip `low <= x <= high` (axis "x") or `low <= y <= high` (axis "y"); infinite ends are cut."""

    low: float
    high: float
    axis: str
    role: str
    label: str = ""


@dataclass(frozen=True)
class Text:
    """A text at (x, y), moved by `offset` px (right, up); `align` and `vertical` say which of its points is there."""

    x: float
    y: float
    text: str
    role: str = "text"
    size: float = 11.0  # px
    bold: bool = False
    align: str = "center"  # left, center, right
    vertical: str = "middle"  # top, middle, bottom
    offset: tuple[float, float] = (0.0, 0.0)
    plate: bool = False  # on a plate of the background's colour, over lines


@dataclass(frozen=True)
class EndLabel:
    """A text at height y outside the right edge, or `inside` it, above y; such labels are moved apart.

    With `x` it stands right of (x, y), where a curve ends early.
    """

    y: float
    text: str
    role: str = "text"
    inside: bool = False
    x: float | None = None


@dataclass(frozen=True, eq=False)
class Node:
    """A node of a diagram at (x, y): a box of `size` px with a small picture of what the node computes.

    The picture is `curve`, a polyline in its own coordinates, seen through `view` = (left, right, bottom, top).
    """

    x: float
    y: float
    role: str
    name: str
    size: float = 40.0  # px
    curve: Polyline | None = None
    view: tuple[float, float, float, float] = (0.0, 1.0, 0.0, 1.0)


@dataclass(frozen=True)
class Edge:
    """A connection from (x0, y0) to (x1, y1) that multiplies by `weight`, drawn `width` px wide."""

    x0: float
    y0: float
    x1: float
    y1: float
    role: str  # positive, negative or muted (weight 0)
    weight: float
    width: float


Mark = Polyline | Points | Rug | Rule | Band | Text | EndLabel | Node | Edge | Polygons | Heat


@dataclass(frozen=True)
class Panel:
    """One set of axes: title, ranges, labels and marks, and the cell of the scene's grid it fills.

    Arguments:
        title: what the panel shows.
        marks: drawn in this order.
        x_range, y_range: what is seen, (from, to); y may run downwards.
        note: a second, quiet line under the title.
        log_y: a logarithmic y axis (y_range positive).
        axes: whether there are axes at all (a diagram has none).
        x_ticks, y_ticks: (position, text) pairs in place of round numbers; () for none.
        square: whether a step in x is as long as one in y.
        row, column, row_span, column_span: the cells of the grid.
    """

    title: str
    marks: tuple[Mark, ...]
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    x_label: str = ""
    y_label: str = ""
    note: str = ""
    log_y: bool = False
    axes: bool = True
    x_ticks: tuple[tuple[float, str], ...] | None = None
    y_ticks: tuple[tuple[float, str], ...] | None = None
    square: bool = False
    row: int = 0
    column: int = 0
    row_span: int = 1
    column_span: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "marks", tuple(self.marks))
        for name in ("x_range", "y_range"):
            low, high = (_arrays.number(end, name) for end in getattr(self, name))
            if low == high:
                raise InvalidInputError(f"{name} is empty: both its ends are {low}")
            object.__setattr__(self, name, (low, high))
        if self.log_y and min(self.y_range) <= 0:
            raise InvalidInputError(f"y_range[0] = {self.y_range[0]} must be positive on a logarithmic axis")


@dataclass(frozen=True)
class Scene:
    """A picture as data: panels in a grid, with no toolkit. `save_picture` and `text_picture` draw it.

    Arguments:
        panels: the panels, each with its cell.
        title: over everything, "" for none.
        note: a quiet line under the title, "" for none.
        width, height: of the whole picture in px.
        row_weights, column_weights: shares of the height and width; () for equal ones.
        leading: whether the first panel says enough to be drawn without the others.

    >>> from hinges import PiecewiseLinear, scene
    >>> picture = scene(PiecewiseLinear([0, 1], [0, 1]))
    >>> isinstance(picture, Scene), picture.stands_alone, picture.rows, picture.columns
    (True, True, 1, 1)
    >>> Scene.grid(picture.panels * 2, columns=2).columns
    2
    """

    panels: tuple[Panel, ...]
    title: str = ""
    note: str = ""
    width: float = 720.0
    height: float = 460.0
    row_weights: tuple[float, ...] = field(default=())
    column_weights: tuple[float, ...] = field(default=())
    leading: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "panels", tuple(self.panels))
        if not self.panels:
            raise InvalidInputError("panels is empty: a scene needs at least one panel")

    @classmethod
    def grid(
        cls, panels: Sequence[Panel], columns: int = 1, *, title: str = "", note: str = "",
        width: float = 720.0, height: float = 460.0,
    ) -> "Scene":  # fmt: skip
        """Give a scene of panels set line by line into `columns` columns."""
        placed = tuple(
            replace(panel, row=i // columns, column=i % columns, row_span=1, column_span=1)
            for i, panel in enumerate(panels)
        )
        return cls(placed, title, note, width, height)

    @property
    def stands_alone(self) -> bool:
        """Whether its first panel can be drawn on its own."""
        return self.leading or len(self.panels) == 1

    @property
    def rows(self) -> int:
        """How many rows its grid has."""
        return max(panel.row + panel.row_span for panel in self.panels)

    @property
    def columns(self) -> int:
        """How many columns its grid has."""
        return max(panel.column + panel.column_span for panel in self.panels)
