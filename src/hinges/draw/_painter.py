"""The painter: draws one panel of a scene into Axes of matplotlib."""

import importlib
from itertools import pairwise
from typing import Any

from hinges._extras import require
from hinges.draw import _layout
from hinges.draw._clip import clipped
from hinges.draw._fills import Heat, Polygons
from hinges.draw._marks import Band, Edge, EndLabel, Mark, Node, Panel, Points, Polyline, Rug, Rule, Text
from hinges.draw._theme import Theme

PX = 72.0 / 96.0  # points in a px
FONT = "DejaVu Sans"  # comes with matplotlib, so a picture looks alike everywhere
TICK = 1.6  # px wide, on the bottom edge
BAR = 9.0  # px: wider lines are bars, with square ends

# Order of drawing: shades, grid, curves, dots, text.
_BELOW, _FILLS, _GRID, _LINES, _DOTS, _LABELS = 0.5, 0.7, 0.8, 2.0, 3.0, 4.0


def matplotlib_part(name: str) -> Any:
    """Give a module of matplotlib, or raise saying how to install it."""
    matplotlib = require("matplotlib", extra="plot")
    return importlib.import_module(f"{matplotlib.__name__}.{name}")


class Painter:
    """Draws one panel into one Axes."""

    def __init__(self, ax: Any, panel: Panel, theme: Theme, top: float = 0.0) -> None:
        self.ax, self.panel, self.theme = ax, panel, theme
        self.effects = matplotlib_part("patheffects")
        self.patches = matplotlib_part("patches")
        box = ax.get_window_extent()
        self.width, self.height = (side * 96 / ax.figure.dpi for side in (box.width, box.height))
        self.top = top or _layout.sides_of(panel, self.width).top

    def paint(self) -> None:
        """Draw axes, marks, title and legend."""
        self._axes()
        for mark in self.panel.marks:
            self._mark(mark)
        self._rugs()
        self._end_labels()
        self._heading()

    # --- axes ---------------------------------------------------------------------------------------

    def _axes(self) -> None:
        ax, panel = self.ax, self.panel
        ax.set_facecolor(self.theme.colour("background"))
        ax.set_axisbelow(True)
        if panel.log_y:
            ax.set_yscale("log")
            ax.minorticks_off()
        ax.set_autoscale_on(False)
        ax.set_xlim(*panel.x_range)
        ax.set_ylim(*panel.y_range)
        if panel.square:
            ax.set_aspect("equal", anchor="NW")
        if not panel.axes:
            ax.set_axis_off()
            return
        for name, axis, length in (("x", ax.xaxis, self.width), ("y", ax.yaxis, self.height)):
            ticks, _ = _layout.placed_ticks(panel, name, length)
            axis.set_ticks([at for at, _ in ticks], labels=[text for _, text in ticks], family=FONT)
            axis.set_tick_params(
                length=0, pad=5 * PX, labelsize=_layout.SMALL * PX, labelcolor=self.theme.colour("muted")
            )
            axis.grid(visible=True, color=self.theme.colour("grid"), linewidth=1 * PX, linestyle="-")
            axis.offsetText.set_visible(False)
            label = _layout.axis_label(panel, name, length)
            place: dict[str, Any] = {
                "xy": (0.5, 0),
                "xytext": (0, -20 * PX if ticks else -5 * PX),
                "va": "top",
                "ha": "center",
            }
            if name == "y":
                left = max((_layout.text_width(text, _layout.SMALL) for _, text in ticks), default=0.0) + 10.0
                place = {"xy": (0, 0.5), "xytext": (-left * PX, 0), "va": "center", "ha": "right", "rotation": 90}
            self._annotate(label, color="muted", size=_layout.LABEL, xycoords="axes fraction", **place)
        for spine in ax.spines.values():
            spine.set_visible(False)
        if not panel.log_y and min(panel.y_range) <= 0 <= max(panel.y_range):
            ax.axhline(0, color=self.theme.colour("axis"), linewidth=1 * PX, zorder=_GRID)

    def _annotate(self, text: str, *, color: str, size: float, bold: bool = False, **place: Any) -> None:
        if text:
            halo = self.effects.withStroke(linewidth=3.0 * PX, foreground=self.theme.colour("background"))
            self.ax.annotate(
                text, textcoords="offset points", annotation_clip=False, color=self.theme.colour(color),
                fontsize=size * PX, fontweight="bold" if bold else "normal", family=FONT, parse_math=False,
                zorder=_LABELS, path_effects=[halo], **place,
            )  # fmt: skip

    def _heading(self) -> None:
        at = self.top
        for text, size, bold, role in (
            (self.panel.title, _layout.TITLE, True, "text"),
            (self.panel.note, _layout.NOTE, False, "muted"),
        ):
            self._annotate(
                text, color=role, size=size, bold=bold, xy=(0, 1), xycoords="axes fraction", va="top",
                ha="left", xytext=(0, at * PX),
            )  # fmt: skip
            at -= size * 1.45 * bool(text)
        for entry in _layout.legend_of(self.panel, self.width):
            self._swatch(entry, at - 7.0 - _layout.LEGEND_LINE * entry.line)

    def _swatch(self, entry: _layout.LegendEntry, height: float) -> None:
        """Draw a legend entry above the axes: a piece of the mark and its label."""
        mark, colour = entry.mark, self.theme.colour(entry.role)
        lift = self._shift(entry.x, height)
        style: dict[str, Any] = {"color": colour, "clip_on": False, "zorder": _LABELS}
        if isinstance(mark, Polyline):
            self._line([0, _layout.SWATCH * PX], [0, 0], mark, transform=lift, **style)
        elif isinstance(mark, Rug):
            middle, half = _layout.SWATCH / 2 * PX, mark.length / 2 * PX
            tick = Polyline(mark.x, mark.x, entry.role, TICK)
            self._line([middle, middle], [-half, half], tick, transform=lift, **style)
        else:
            self._dots([_layout.SWATCH / 2 * PX], [0], mark, transform=lift, **style)
        self._annotate(
            mark.label, color="muted", size=_layout.LABEL, xy=(0, 1), xycoords="axes fraction", va="center",
            ha="left", xytext=((entry.x + _layout.SWATCH + 5) * PX, height * PX),
        )  # fmt: skip

    def _shift(self, x: float, y: float) -> Any:
        """Give the transform of points (1/72 inch) around the place x, y px right of and above the top left."""
        transforms = matplotlib_part("transforms")
        points = self.ax.figure.dpi_scale_trans
        corner = transforms.ScaledTranslation(0, 1, self.ax.transAxes)
        return transforms.Affine2D().translate(x * PX, y * PX).scale(1 / 72) + points + corner

    # --- marks --------------------------------------------------------------------------------------

    def _mark(self, mark: Mark) -> None:
        paint = {
            Polyline: self._polyline, Points: self._points, Rule: self._rule, Band: self._band, Text: self._text,
            Node: self._node, Edge: self._edge, Polygons: self._polygons, Heat: self._heat,
        }.get(type(mark))  # fmt: skip
        if paint is not None:  # ticks, and end labels at the edge, are placed together, later
            paint(mark)
        elif isinstance(mark, EndLabel) and mark.x is not None:
            self._text(Text(mark.x, mark.y, mark.text, mark.role, _layout.LABEL, align="left", offset=(7.0, 0.0)))

    def _line(self, x: Any, y: Any, mark: Polyline, **style: Any) -> None:
        dashes = (0, (4, 2.5)) if mark.dashed else "-"
        line = matplotlib_part("lines").Line2D(
            x, y, linewidth=mark.width * PX, linestyle=dashes, solid_joinstyle="round",
            solid_capstyle="butt" if mark.width >= BAR else "round", **style,
        )  # fmt: skip
        self.ax.add_artist(line)

    def _polyline(self, mark: Polyline) -> None:
        for x, y in clipped(mark.x, mark.y, self.panel.x_range, self.panel.y_range):
            below = 0.6 * (mark.role == "target")  # what is to be reached lies under the data
            self._line(x, y, mark, color=self.theme.colour(mark.role), zorder=_LINES - below)

    def _dots(self, x: Any, y: Any, mark: Points, **style: Any) -> None:
        colour = style.pop("color")
        face = self.theme.colour("background") if mark.hollow else colour
        line = matplotlib_part("lines").Line2D(
            x, y, linestyle="none", marker="o", markersize=mark.size * PX, markerfacecolor=face,
            markeredgecolor=colour, markeredgewidth=1.7 * PX if mark.hollow else 0, **style,
        )  # fmt: skip
        self.ax.add_artist(line)

    def _points(self, mark: Points) -> None:
        (x0, x1), (y0, y1) = sorted(self.panel.x_range), sorted(self.panel.y_range)
        seen = (x0 <= mark.x) & (mark.x <= x1) & (y0 <= mark.y) & (mark.y <= y1)
        style = {"color": self.theme.colour(mark.role), "clip_on": False}
        self._dots(mark.x[seen], mark.y[seen], mark, zorder=_DOTS if mark.role != "data" else _LINES - 0.5, **style)

    def _polygons(self, mark: Polygons) -> None:
        corners = [
            list(zip(mark.x[start:stop].tolist(), mark.y[start:stop].tolist(), strict=True))
            for start, stop in pairwise(mark.starts.tolist())
        ]
        colours = self.theme.shades(mark.scale, mark.shades)
        filled = matplotlib_part("collections").PolyCollection(
            corners, facecolors=colours, linewidths=mark.width * PX, zorder=_FILLS,
            edgecolors=self.theme.colour(mark.outline) if mark.outline else colours,
        )  # fmt: skip
        self.ax.add_collection(filled, autolim=False)

    def _heat(self, mark: Heat) -> None:
        colours = self.theme.shades(mark.scale, mark.shades.ravel()).reshape(*mark.shades.shape, 3)
        limits = (self.ax.get_xlim(), self.ax.get_ylim())
        self.ax.imshow(
            colours, extent=mark.extent, origin="upper", aspect="auto", interpolation="nearest", zorder=_FILLS
        )
        self.ax.set_xlim(*limits[0])
        self.ax.set_ylim(*limits[1])
        if self.panel.square:
            self.ax.set_aspect("equal", anchor="NW")

    def _rugs(self) -> None:
        """Draw the ticks of all rugs, their texts moved apart."""
        tallest = max((mark.length for mark in self.panel.marks if isinstance(mark, Rug)), default=0.0)
        for rug, i, x, centre in _layout.spread_rugs(self.panel, self.width):
            place = {"xycoords": "axes fraction", "xy": (x / self.width, 0), "va": "bottom", "ha": "center"}
            self.ax.axvline(
                float(rug.x[i]), ymax=rug.length / self.height, color=self.theme.colour(rug.roles[i]),
                linewidth=TICK * PX, zorder=_DOTS,
            )  # fmt: skip
            shift = ((centre - x) * PX, (tallest + 1.0) * PX)
            self._annotate(rug.texts[i], color=rug.roles[i], size=_layout.SMALL, bold=True, xytext=shift, **place)

    def _rule(self, mark: Rule) -> None:
        style = {"color": self.theme.colour(mark.role), "linewidth": mark.width * PX, "zorder": _LINES - 0.2}
        draw = self.ax.axvline if mark.axis == "x" else self.ax.axhline
        draw(mark.at, linestyle=(0, (4, 2.5)) if mark.dashed else "-", **style)
        place: dict[str, Any] = {"xy": (0, mark.at), "xytext": (4 * PX, 3 * PX), "va": "bottom"}
        coords: Any = ("axes fraction", "data")
        if mark.axis == "x":
            place, coords = {"xy": (mark.at, 1), "xytext": (4 * PX, -3 * PX), "va": "top"}, ("data", "axes fraction")
        self._annotate(mark.label, color=mark.role, size=_layout.LABEL, ha="left", xycoords=coords, **place)

    def _band(self, mark: Band) -> None:
        low, high = sorted(self.panel.x_range if mark.axis == "x" else self.panel.y_range)
        low, high = max(low, mark.low), min(high, mark.high)
        if low >= high:
            return
        draw = self.ax.axvspan if mark.axis == "x" else self.ax.axhspan
        draw(low, high, facecolor=self.theme.colour(mark.role), edgecolor="none", zorder=_BELOW)
        middle = low / 2 + high / 2
        place: dict[str, Any] = {"xy": (middle, 1), "va": "top", "xytext": (0, -4 * PX)}
        coords: Any = ("data", "axes fraction")
        if mark.axis == "y":
            place, coords = {"xy": (0.5, low), "va": "bottom", "xytext": (0, 4 * PX)}, ("axes fraction", "data")
        self._annotate(mark.label, color="muted", size=_layout.LABEL, ha="center", xycoords=coords, **place)

    def _text(self, mark: Text) -> None:
        plate = {"facecolor": self.theme.colour("background"), "edgecolor": "none", "pad": 1.5}
        vertical = {"middle": "center"}.get(mark.vertical, mark.vertical)
        self._annotate(
            mark.text, color=mark.role, size=mark.size, bold=mark.bold, xy=(mark.x, mark.y), xycoords="data",
            ha=mark.align, va=vertical, xytext=(mark.offset[0] * PX, mark.offset[1] * PX),
            bbox=plate if mark.plate else None,
        )  # fmt: skip

    def _end_labels(self) -> None:
        for mark, y in _layout.spread_end_labels(self.panel, self.height):
            self._annotate(
                mark.text, color=mark.role, size=_layout.LABEL, xy=(1, y / self.height), xycoords="axes fraction",
                ha="right" if mark.inside else "left", va="center", xytext=((-4 if mark.inside else 7) * PX, 0),
            )  # fmt: skip

    def _edge(self, mark: Edge) -> None:
        line = Polyline([mark.x0, mark.x1], [mark.y0, mark.y1], mark.role, width=mark.width, dashed=mark.weight == 0)  # pyright: ignore[reportArgumentType]
        self._line(line.x, line.y, line, color=self.theme.colour(mark.role), zorder=_LINES)

    def _node(self, mark: Node) -> None:
        offsets = matplotlib_part("offsetbox")
        side = mark.size * PX
        area = offsets.DrawingArea(side, side, 0, 0, clip=False)
        area.add_artist(
            self.patches.FancyBboxPatch(
                (1, 1), side - 2, side - 2, boxstyle=f"round,pad=0,rounding_size={5 * PX}", linewidth=1.4 * PX,
                facecolor=self.theme.colour("background"), edgecolor=self.theme.colour(mark.role),
            )
        )  # fmt: skip
        if mark.curve is not None:
            x0, x1, y0, y1 = mark.view
            for x, y in clipped(mark.curve.x, mark.curve.y, (x0, x1), (y0, y1)):
                inner = [
                    [side * (0.16 + 0.68 * _layout.fraction(value, ends)) for value in values.tolist()]
                    for values, ends in ((x, (x0, x1)), (y, (y0, y1)))
                ]
                line = matplotlib_part("lines").Line2D
                area.add_artist(line(*inner, color=self.theme.colour(mark.role), linewidth=mark.curve.width * PX))
        box = offsets.AnnotationBbox(area, (mark.x, mark.y), frameon=False, pad=0, annotation_clip=False)
        box.set_zorder(_DOTS)
        self.ax.add_artist(box)
        if mark.curve is None:
            name = Text(mark.x, mark.y, mark.name, "text", 12.0, True)
            self._text(name)
