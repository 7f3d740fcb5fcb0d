"""The terminal backend: pictures in braille dots or plain ASCII, and the table of hinges."""

import math
import re
import textwrap
from typing import Any

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats
from hinges.draw import _layout
from hinges.draw._clip import clipped
from hinges.draw._marks import Band, EndLabel, Panel, Points, Polyline, Rug, Rule
from hinges.draw._numbers import aligned
from hinges.draw._views import scene as scene_of
from hinges.errors import InvalidInputError
from hinges.nets import Network

_ACROSS, _UP = 7.0, 15.0  # px that a character stands for when ticks are chosen
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])  # of a braille character, (4, 2)
_PLAIN = str.maketrans({"\u2212": "-", "\u00d7": "x", "\u00b7": "*", "\u2032": "'", "\u2265": ">="})
_RAISED = "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
_LOWERED = str.maketrans(_RAISED, "-0123456789")
_RAY_WIDTH = 1.3  # thinner lines are hinges in the background: in one colour they would hide the curve


def text_picture(
    value: object, width: int = 76, height: int = 16, *, view: str | None = None, interval: Any = None,
    data: Any = None, encoding: str | None = "utf-8",
) -> str:  # fmt: skip
    r"""Give a picture made of characters: axes with labels, curves in braille dots, kinks as circles.

    Arguments:
        value: what `scene` takes.
        width: of the picture in characters, at least 30.
        height: of each panel's axes in lines, at least 4.
        view: as in `scene`.
        interval: as in `scene`.
        data: as in `scene`.
        encoding: of the terminal; one without braille dots, or None, gets plain ASCII.

    Raises:
        InvalidInputError: the value has no such view, or the view is a diagram, which has no text picture.

    >>> from hinges.pwl import PiecewiseLinear
    >>> print(text_picture(PiecewiseLinear([0, 1, 2], [0, 1, 0]), 34, 5, encoding="ascii"))
    The function
    1.0 +             _o_
        |           _/' '\_
    0.5 +          //     \\
        |        _/         \_
    0.0 +-------o'           'o-------
        +-----------------------------
        -1      0      1      2      3   x
    """
    width = _arrays.count(width, "width", minimum=30, maximum=1000)
    height = _arrays.count(height, "height", minimum=4, maximum=500)
    picture = scene_of(value, view, interval=interval, data=data)
    panels = [panel for panel in picture.panels if panel.axes]
    if not panels:
        raise InvalidInputError("a diagram has no text picture: use hinge_table(network), or save_picture")
    if picture.leading:
        panels = panels[:1]
    fancy = _writes_braille(encoding)
    parts = [textwrap.wrap(picture.title, width)] * bool(picture.title)
    parts += [_Sheet(panel, width, height, fancy=fancy).lines() for panel in panels]
    text = "\n\n".join("\n".join(lines) for lines in parts)
    return text if fancy else _plain(text)


def hinge_table(network: Network, *, output: int = 0) -> str:
    """Give the hinges of a network as lines of text that add up: the output bias is the last one.

    Raises:
        UnsupportedModelError: the network is not one input, one hidden ReLU layer and a linear output.

    >>> from hinges.convert import to_network
    >>> from hinges.pwl import PiecewiseLinear
    >>> f = PiecewiseLinear([-1, -0.5, 0, 1], [-1, 1, -1, 0])
    >>> print(hinge_table(to_network(f, interval=(-1, 1))))
    unit  weight  bias  coefficient  kink  slope change
       0       1   1.0            4  -1.0             4
       1       1   0.5           -8  -0.5            -8
       2       1   0.0            5   0.0             5
    output bias                  -1
    f(x) = sum of coefficient * relu(weight * x + bias), plus the output bias
    """
    _arrays.instance(network, Network, "network")
    hinges = network.hinges(output=output)
    bias = float(network.biases[-1][output])
    coefficients = aligned([*(h.coefficient for h in hinges), bias])
    columns = {
        "unit": [str(i) for i in range(len(hinges))],
        "weight": aligned([h.weight for h in hinges]),
        "bias": aligned([h.bias for h in hinges]),
        "coefficient": coefficients[:-1],
        "kink": aligned([h.kink for h in hinges]),
        "slope change": aligned([h.slope_change for h in hinges]),
    }
    widths = {name: max([len(name), *map(len, texts)]) for name, texts in columns.items()}
    widths["coefficient"] = max(widths["coefficient"], len(coefficients[-1]))
    lines = ["  ".join(name.rjust(widths[name]) for name in columns)]
    for row in zip(*columns.values(), strict=True):
        lines.append("  ".join(text.rjust(w) for text, w in zip(row, widths.values(), strict=True)))
    reach = sum(widths[name] + 2 for name in ("unit", "weight", "bias", "coefficient")) - 2
    label = "output bias"
    lines.append(label + coefficients[-1].strip().rjust(reach - len(label)))
    lines.append("f(x) = sum of coefficient * relu(weight * x + bias), plus the output bias")
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Give a text in ASCII: real minus signs, powers of ten and times signs spelled out."""
    text = re.sub(f"([{_RAISED}]+)", lambda found: "^" + found[1].translate(_LOWERED), text)
    return text.translate(_PLAIN).encode("ascii", "replace").decode("ascii")


def _writes_braille(encoding: str | None) -> bool:
    if encoding is None:
        return False
    try:
        "\u28ff\u2500\u25cb".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


class _Sheet:
    """One panel in characters: a grid of cells with (4, 2) dots each, and what is written over them."""

    def __init__(self, panel: Panel, width: int, height: int, *, fancy: bool) -> None:
        named_rows = len(panel.y_ticks or ())
        height = named_rows + 1 if named_rows > 4 else height  # one line a row
        self.panel, self.rows, self.fancy = panel, height, fancy
        self.y_texts = self._tick_texts("y", height * _UP * 1.6)
        self.labels = [mark for mark in panel.marks if isinstance(mark, EndLabel)]
        self.left = max((len(text) for _, text in self.y_texts), default=0)
        right = max((len(mark.text) + 1 for mark in self.labels), default=0)
        self.columns = max(width - self.left - 2 - right, 10)
        self.dots = np.zeros((height * 4, self.columns * 2), dtype=bool)
        self.cells = np.full((height, self.columns), "", dtype="<U1")
        self.floor = ["\u2500" if fancy else "-"] * self.columns

    def lines(self) -> list[str]:
        """Give the panel's lines: title, note, legend, axes and labels."""
        for mark in self.panel.marks:
            self._draw(mark)
        y_label = _layout.axis_label(self.panel, "y", self.rows * _UP * 1.6)
        texts = (self.panel.title, self.panel.note, self._legend(), y_label if len(y_label) > 1 else "")
        head = [text for text in texts if text]
        return [*head, *self._body(), *self._x_axis()]

    # --- marks --------------------------------------------------------------------------------------

    def _draw(self, mark: object) -> None:
        if isinstance(mark, Polyline) and mark.width >= _RAY_WIDTH:
            for x, y in clipped(mark.x, mark.y, self.panel.x_range, self.panel.y_range):
                self._line(self._across(x) * (self.dots.shape[1] - 1), self._down(y) * (self.dots.shape[0] - 1))
        elif isinstance(mark, Points):
            sign = ("\u25cb" if self.fancy else "o") if mark.role != "data" else "\u00b7" if self.fancy else "."
            self._put(mark.x, mark.y, sign, over=mark.role != "data")
        elif isinstance(mark, Rug):
            for x in mark.x.tolist():
                self._mark_floor(x, x, "\u2534" if self.fancy else "+")
        elif isinstance(mark, Rule) and mark.axis == "y":
            self._put(
                np.linspace(*self.panel.x_range, self.columns),
                np.full(self.columns, mark.at),
                "\u2504" if self.fancy else "-",
            )
        elif isinstance(mark, Band) and mark.axis == "x":
            self._mark_floor(mark.low, mark.high, "\u2501" if self.fancy else "=")

    def _across(self, x: Floats) -> Floats:
        low, high = self.panel.x_range
        return (x / 2 - low / 2) / (high / 2 - low / 2)

    def _down(self, y: Floats) -> Floats:
        low, high = self.panel.y_range
        if self.panel.log_y:
            y, low, high = np.log10(y), math.log10(low), math.log10(high)
        return 1 - (y / 2 - low / 2) / (high / 2 - low / 2)

    def _line(self, x: Floats, y: Floats) -> None:
        """Set the dots along a polyline given in dots."""
        for i in range(len(x) - 1):
            steps = int(max(abs(x[i + 1] - x[i]), abs(y[i + 1] - y[i]))) + 2
            across, down = np.linspace(x[i], x[i + 1], steps), np.linspace(y[i], y[i + 1], steps)
            self.dots[np.rint(down).astype(int), np.rint(across).astype(int)] = True

    def _put(self, x: Floats, y: Floats, sign: str, *, over: bool = False) -> None:
        """Write a sign into the cells at these points; `over` also where a curve passes."""
        (x0, x1), (y0, y1) = sorted(self.panel.x_range), sorted(self.panel.y_range)
        seen = (x0 <= x) & (x <= x1) & (y0 <= y) & (y <= y1)
        columns = np.minimum((self._across(x[seen]) * self.columns).astype(int), self.columns - 1)
        rows = np.minimum((self._down(y[seen]) * self.rows).astype(int), self.rows - 1)
        for row, column in zip(rows, columns, strict=True):
            if over or not self.cells[row, column]:
                self.cells[row, column] = sign

    def _mark_floor(self, low: float, high: float, sign: str) -> None:
        """Write a sign into the x axis from `low` to `high`."""
        ends = sorted(self.panel.x_range)
        if high < ends[0] or low > ends[1]:
            return
        within = np.clip(np.array([low, high]), ends[0], ends[1])
        first, last = (min(int(at * self.columns), self.columns - 1) for at in self._across(within))
        self.floor[first : last + 1] = [sign] * (last + 1 - first)

    # --- lines of text ------------------------------------------------------------------------------

    def _legend(self) -> str:
        entries = [entry.mark for entry in _layout.legend_of(self.panel)]
        dot, line = ("\u00b7", "\u28c0\u28e0\u2814\u280a") if self.fancy else (".", "_/")
        tick = "\u2534" if self.fancy else "+"
        signs = [dot if isinstance(mark, Points) else tick if isinstance(mark, Rug) else line for mark in entries]
        texts = [f"{sign} {mark.label}" for sign, mark in zip(signs, entries, strict=True)]
        shades = {"x": "\u2501\u2501", "y": "\u2504\u2504"} if self.fancy else {"x": "==", "y": "--"}
        bands = [mark for mark in self.panel.marks if isinstance(mark, Band) and mark.label]
        texts += [f"{shades[band.axis]} {band.label}" for band in bands]
        return "   ".join(texts)

    def _body(self) -> list[str]:
        ticks = {min(int(self._down(np.array(at)) * self.rows), self.rows - 1): text for at, text in self.y_texts}
        ends = self._end_labels()
        rows: list[str] = []
        for row in range(self.rows):
            cells = "".join(self._cell(row, column) for column in range(self.columns))
            text = ticks.get(row, "")
            wall = ("\u2524" if text else "\u2502") if self.fancy else ("+" if text else "|")
            rows.append(f"{text.rjust(self.left)} {wall}{cells} {ends.get(row, '')}".rstrip())
        return rows

    def _cell(self, row: int, column: int) -> str:
        dots = self.dots[4 * row : 4 * row + 4, 2 * column : 2 * column + 2]
        sign = str(self.cells[row, column])
        if sign and not (dots.any() and sign in "\u00b7.\u2504-"):
            return sign
        if not dots.any():
            return " "
        return chr(0x2800 + int(_DOTS[dots].sum())) if self.fancy else _ascii(dots)

    def _end_labels(self) -> dict[int, str]:
        at = [float(self._down(np.array(mark.y))) * self.rows for mark in self.labels]
        placed = _layout.spread(at, [1.0] * len(at), 0.0, float(self.rows))
        return {min(int(y), self.rows - 1): mark.text for y, mark in zip(placed, self.labels, strict=True)}

    def _x_axis(self) -> list[str]:
        corner = "\u2514" if self.fancy else "+"
        lines = [f"{' ' * self.left} {corner}{''.join(self.floor)}"]
        texts = self._tick_texts("x", self.columns * _ACROSS)
        below = [" "] * (self.left + 2 + self.columns + 8)
        free = 0
        for at, text in texts:
            middle = self.left + 2 + min(int(float(self._across(np.array(at))) * self.columns), self.columns - 1)
            start = max(middle - len(text) // 2, 0)
            if start >= free and start + len(text) <= len(below):
                below[start : start + len(text)] = list(text)
                free = start + len(text) + 1
        label = _layout.axis_label(self.panel, "x", self.columns * _ACROSS)
        lines.append(f"{''.join(below).rstrip()}   {label}".rstrip())
        return lines

    def _tick_texts(self, axis: str, length: float) -> list[tuple[float, str]]:
        if self.fancy:
            return _layout.placed_ticks(self.panel, axis, length)[0]
        given = self.panel.x_ticks if axis == "x" else self.panel.y_ticks
        if given is not None:
            return list(given)
        ticks = _layout.round_ticks(self.panel, axis, length)
        return list(zip(ticks.positions, ticks.labels, strict=True))


def _ascii(dots: Any) -> str:
    """Give the character that looks most like a cell's (4, 2) dots."""
    heights = [np.flatnonzero(column).mean() if column.any() else None for column in dots.T]
    left, right = heights
    if left is None or right is None or abs(left - right) < 1.0:
        tall = max(int(column.sum()) for column in dots.T)
        middle = np.mean([height for height in heights if height is not None])
        return "|" if tall >= 3 else "_" if middle > 2 else "-" if middle >= 1 else "'"
    return "/" if left > right else "\\"
