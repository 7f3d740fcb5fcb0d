"""Layout: where panels, legends and labels go, in px, for every backend alike and without its fonts.

Text widths are estimated generously from the shapes of letters, so a font somewhat wider or narrower fits too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hinges.draw._marks import EndLabel, Panel, Points, Polyline, Rug, Scene
from hinges.draw._ticks import Ticks, linear_ticks, log_ticks, pretty

TITLE, NOTE, LABEL, SMALL = 13.0, 11.0, 11.0, 10.0  # sizes of text, px
MARGIN = 14.0  # around the whole picture
GAP = 18.0  # between panels
SWATCH = 18.0  # of a legend entry
LEGEND_LINE = 18.0
SCENE_TITLE, SCENE_NOTE = 16.0, 12.0
TITLE_LINE, NOTE_LINE = 24.0, 18.0  # of a scene's title and note

_NARROW, _WIDE = set("ijlt.,:;|!'()[]f r\u22ee"), set("mwMW%@+=<>\u2212\u2265\u00d7")


@dataclass(frozen=True)
class Box:
    """A rectangle in px; x and y are its left and top edge, from the picture's left and top."""

    x: float
    y: float
    width: float
    height: float
    top: float = 0.0  # room above for the title, the note and the legend: the same for a whole row


@dataclass(frozen=True)
class LegendEntry:
    """One entry of a panel's legend: the mark it explains, its line, and px from the axes' left to its swatch."""

    mark: Polyline | Points | Rug
    x: float
    line: int = 0

    @property
    def role(self) -> str:
        """The role of the mark."""
        return self.mark.roles[0] if isinstance(self.mark, Rug) else self.mark.role


@dataclass(frozen=True)
class Sides:
    """How much room the labels of a panel need around its axes, px."""

    left: float
    right: float
    top: float
    bottom: float


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Give about how wide a text is, px."""
    ems = sum(0.36 if c in _NARROW else 0.92 if c in _WIDE else 0.70 if c.isupper() else 0.64 for c in text)
    return ems * size * (1.1 if bold else 1.0)


def wrapped(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """Give a text in lines no wider than `room` px, broken between words; one that fits is one line, "" none."""
    lines: list[str] = []
    for word in text.split(" ") if text else []:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) > room:
            lines.append(word)
        else:
            lines[-1:] = [longer]
    return lines


def headings(scene: Scene) -> list[tuple[str, float, bool, float]]:
    """Give the lines of a scene's title and of its note: text, size, whether it is the title, and px to the next."""
    room = scene.width - 2 * MARGIN
    title = wrapped(scene.title, SCENE_TITLE, room, bold=True)
    lines = [(text, SCENE_TITLE, True, TITLE_LINE) for text in title]
    return lines + [(text, SCENE_NOTE, False, NOTE_LINE) for text in wrapped(scene.note, SCENE_NOTE, room)]


def arranged(scene: Scene) -> list[Box]:
    """Give the axes of every panel, aligned in rows and columns."""
    sides = [sides_of(panel) for panel in scene.panels]
    heading = MARGIN + sum(line for *_, line in headings(scene)) + 2.0 * bool(scene.title) - 1.0 * bool(scene.note)
    columns = _tracks(
        [(p.column, p.column_span, s.left, s.right) for p, s in zip(scene.panels, sides, strict=True)],
        scene.column_weights or (1.0,) * scene.columns,
        (MARGIN, scene.width - MARGIN),
    )
    sides = [sides_of(p, columns[p.column + p.column_span - 1][1] - columns[p.column][0]) for p in scene.panels]
    rows = _tracks(
        [(p.row, p.row_span, s.top, s.bottom) for p, s in zip(scene.panels, sides, strict=True)],
        scene.row_weights or (1.0,) * scene.rows,
        (heading, scene.height - MARGIN),
    )
    boxes: list[Box] = []
    for panel in scene.panels:
        left, right = columns[panel.column][0], columns[panel.column + panel.column_span - 1][1]
        top, bottom = rows[panel.row][0], rows[panel.row + panel.row_span - 1][1]
        room = max(s.top for p, s in zip(scene.panels, sides, strict=True) if p.row == panel.row)
        boxes.append(Box(left, top, max(right - left, 8.0), max(bottom - top, 8.0), room))
    return boxes


def _tracks(
    cells: list[tuple[int, int, float, float]], weights: Sequence[float], ends: tuple[float, float]
) -> list[tuple[float, float]]:
    """Give where the axes of each row or column start and stop."""
    count = len(weights)
    before = [max((b for at, _, b, _ in cells if at == i), default=0.0) for i in range(count)]
    after = [max((a for at, span, _, a in cells if at + span - 1 == i), default=0.0) for i in range(count)]
    free = ends[1] - ends[0] - sum(before) - sum(after) - GAP * (count - 1)
    tracks: list[tuple[float, float]] = []
    at = ends[0]
    for b, a, weight in zip(before, after, weights, strict=True):
        length = free * weight / sum(weights)
        tracks.append((at + b, at + b + length))
        at += b + length + a + GAP
    return tracks


def sides_of(panel: Panel, width: float = math.inf) -> Sides:
    """Give the room that a panel's own labels need, with axes `width` px wide."""
    legend = max((entry.line + 1 for entry in legend_of(panel, width)), default=0)
    top = 21.0 * bool(panel.title) + 16.0 * bool(panel.note) + LEGEND_LINE * legend
    ends = [text_width(mark.text, LABEL) for mark in panel.marks if isinstance(mark, EndLabel) and not mark.inside]
    right = max(ends) + 12.0 if ends else 4.0
    if not panel.axes:
        return Sides(0.0, right, top, 0.0)
    y_labels = [text for _, text in placed_ticks(panel, "y", 200.0)[0]]
    left = max((text_width(text, SMALL) for text in y_labels), default=0.0) + 8.0 * any(y_labels)
    x_labels = any(text for _, text in placed_ticks(panel, "x", 200.0)[0])
    bottom = 18.0 * x_labels + 16.0 * bool(axis_label(panel, "x", 200.0))
    return Sides(left + 17.0 * bool(axis_label(panel, "y", 200.0)), right, top, bottom)


def placed_ticks(panel: Panel, axis: str, length: float) -> tuple[list[tuple[float, str]], str]:
    """Give the ticks of one axis, `length` px long, as (position, text), and the suffix they share."""
    given = panel.x_ticks if axis == "x" else panel.y_ticks
    if given is not None:
        return list(given), ""
    ticks = round_ticks(panel, axis, length)
    return [(at, pretty(label)) for at, label in zip(ticks.positions, ticks.labels, strict=True)], ticks.suffix


def round_ticks(panel: Panel, axis: str, length: float) -> Ticks:
    """Give round numbers for an axis of `length` px, as many as fit."""
    if axis == "y":
        most = max(3, min(6, int(length / 30)))
        return (log_ticks if panel.log_y else linear_ticks)(*panel.y_range, most)
    for most in range(max(2, min(8, int(length / 42))), 1, -1):
        ticks = linear_ticks(*panel.x_range, most)
        widest = max((text_width(label, SMALL) for label in ticks.labels), default=0.0)
        if (widest + 10.0) * len(ticks.labels) <= length:
            return ticks
    return linear_ticks(*panel.x_range, 2)


def axis_label(panel: Panel, axis: str, length: float) -> str:
    """Give the label of an axis with what its ticks have in common."""
    label = panel.x_label if axis == "x" else panel.y_label
    suffix = placed_ticks(panel, axis, length)[1]
    if suffix.startswith("1e"):
        suffix = f"\u00d7 {pretty(suffix)}"
    return f"{label} ({suffix})" if suffix and label else label or suffix


def legend_of(panel: Panel, width: float = math.inf) -> list[LegendEntry]:
    """Give the legend: one entry for each different label, in the order of the marks, in lines over `width` px."""
    entries: list[LegendEntry] = []
    seen: set[str] = set()
    x, line = 0.0, 0
    for mark in panel.marks:
        if isinstance(mark, (Polyline, Points, Rug)) and mark.label and mark.label not in seen:
            seen.add(mark.label)
            size = SWATCH + 5.0 + text_width(mark.label, LABEL)
            if x and x + size > width:
                x, line = 0.0, line + 1
            entries.append(LegendEntry(mark, x, line))
            x += size + 14.0
    return entries


def fraction(value: float, ends: tuple[float, float], *, log: bool = False) -> float:
    """Give where a value lies between the two ends of a range, 0 to 1."""
    low, high = ends
    if log:
        value, low, high = math.log10(value), math.log10(low), math.log10(high)
    return (value / 2 - low / 2) / (high / 2 - low / 2)  # halves: no overflow


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Give centres near the `wanted` ones such that labels of these sizes do not overlap, within [low, high].

    Least squares with gaps fixed: labels that touch form a group, which stands around its own mean.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups: list[list[int]] = []
    for i in order:
        groups.append([i])
        while len(groups) > 1 and _stop(groups[-2], wanted, sizes) > _start(groups[-1], wanted, sizes):
            groups[-2:] = [groups[-2] + groups[-1]]
    centres = [0.0] * len(wanted)
    for group in groups:
        at = _start(group, wanted, sizes)
        for i in group:
            centres[i] = at + sizes[i] / 2
            at += sizes[i]
    return _inside(centres, sizes, order, (low, high))


def spread_rugs(panel: Panel, width: float) -> list[tuple[Rug, int, float, float]]:
    """Give each tick in sight with its rug, its place and the middle of its text, px from the left of the axes."""
    low, high = sorted(panel.x_range)
    rugs = [mark for mark in panel.marks if isinstance(mark, Rug)]
    seen = [(rug, i) for rug in rugs for i, x in enumerate(rug.x.tolist()) if low <= x <= high]
    at = [fraction(float(rug.x[i]), panel.x_range) * width for rug, i in seen]
    texts = [rug.texts[i] for rug, i in seen]
    sizes = [text_width(text, SMALL, bold=True) + 3.0 * bool(text) for text in texts]
    centres = spread(at, sizes, -8.0, width + 8.0)
    return [(rug, i, x, centre) for (rug, i), x, centre in zip(seen, at, centres, strict=True)]


def spread_end_labels(panel: Panel, height: float) -> list[tuple[EndLabel, float]]:
    """Give each label at the right edge with the height of its middle, px from the bottom of the axes."""
    marks = [mark for mark in panel.marks if isinstance(mark, EndLabel) and mark.x is None]
    at = [fraction(mark.y, panel.y_range, log=panel.log_y) * height + 10.0 * mark.inside for mark in marks]
    sizes = [LABEL * 1.25 * (1 + mark.text.count("\n")) for mark in marks]
    return list(zip(marks, spread(at, sizes, -6.0, height + 6.0), strict=True))


def _start(group: list[int], wanted: Sequence[float], sizes: Sequence[float]) -> float:
    starts: list[float] = []
    before = 0.0
    for i in group:
        starts.append(wanted[i] - sizes[i] / 2 - before)
        before += sizes[i]
    return sum(starts) / len(starts)


def _stop(group: list[int], wanted: Sequence[float], sizes: Sequence[float]) -> float:
    return _start(group, wanted, sizes) + sum(sizes[i] for i in group)


def _inside(centres: list[float], sizes: Sequence[float], order: list[int], ends: tuple[float, float]) -> list[float]:
    at = ends[1]
    for i in reversed(order):
        centres[i] = min(centres[i], at - sizes[i] / 2)
        at = centres[i] - sizes[i] / 2
    at = ends[0]
    for i in order:
        centres[i] = max(centres[i], at + sizes[i] / 2)
        at = centres[i] + sizes[i] / 2
    return centres
