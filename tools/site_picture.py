# ruff: noqa: INP001 - a script, not part of a package
"""Write docs/images/idea.html, the picture of the first page: one curve as points, as hinges, and as a network.

Its numbers are those that `to_network` gives. It stands in the page itself, so that it takes the theme's colours.
"""

from pathlib import Path

from hinges import Hinge, Network, PiecewiseLinear, to_network

TARGET = Path(__file__).parents[1] / "docs" / "images" / "idea.html"
WIDTH, HEIGHT = 320, 250
LOW, HIGH = -1.0, 1.0
LEFT, RIGHT = 24, 296  # px where LOW and HIGH are
BASES = (50, 118, 205)  # px where each hinge is zero


def across(x: float) -> float:
    """Give the px of an input."""
    return LEFT + (x - LOW) / (HIGH - LOW) * (RIGHT - LEFT)


def number(value: float) -> str:
    """Give a number with a true minus sign."""
    return f"{value:g}".replace("-", "\u2212")


def line(points: list[tuple[float, float]], kind: str) -> str:
    """Give a line through points in px."""
    return f'<polyline class="{kind}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'


def text(x: float, y: float, content: str, kind: str = "", anchor: str = "middle") -> str:
    """Give one line of text."""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{content}</text>'


def figure(name: str, described: str, parts: list[str]) -> str:
    """Give one of the three drawings with its line of text."""
    body = "\n".join(parts)
    return (
        f'<figure><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{described}">\n{body}\n</svg>\n'
        f"<figcaption>{name}</figcaption></figure>"
    )


def curve_drawing(f: PiecewiseLinear) -> str:
    """Give the curve with its kinks in the colours of the hinges."""
    points = [(across(x), 125 - 82 * y) for x, y in zip(f.breakpoints, f.values, strict=True)]
    dots = [f'<circle class="dot end" cx="{x:.1f}" cy="{y:.1f}" r="5"/>' for x, y in points[3:]]
    dots += [f'<circle class="dot unit-{i}" cx="{x:.1f}" cy="{y:.1f}" r="7"/>' for i, (x, y) in enumerate(points[:3])]
    return figure(
        "a <strong>curve of straight pieces</strong>",
        "A curve of three straight pieces; each place where it bends has a colour of its own.",
        [line([(LEFT, 125), (RIGHT, 125)], "axis"), line(points, "curve"), *dots],
    )


def hinge_drawing(hinges: tuple[Hinge, ...], last: float) -> str:
    """Give the hinges, each flat up to its kink and a ray from there."""
    parts: list[str] = []
    for i, hinge in enumerate(hinges):
        assert hinge.kink is not None
        base = BASES[i]
        rise = -4.4 * hinge.coefficient * (hinge.weight * HIGH + hinge.bias)
        parts += [
            line([(LEFT, base), (across(hinge.kink), base), (RIGHT, base + rise)], f"ray unit-{i}"),
            f'<circle class="dot unit-{i}" cx="{across(hinge.kink):.1f}" cy="{base}" r="6"/>',
        ]
        sign = "+" if hinge.bias > 0 else "\u2212"
        bias = f" {sign} {abs(hinge.bias):g}" if hinge.bias else ""
        side = 18 if hinge.coefficient > 0 else -9
        label = f"{number(hinge.coefficient)} \u00b7 relu(x{bias})"
        parts.append(text(LEFT, base + side, label, f"label unit-{i}", "start"))
    parts.append(text(LEFT, 244, f"and {number(last)}", "label", "start"))
    return figure(
        "a <strong>sum of hinges</strong>",
        "Three hinges, each flat up to one of the bends and a ray from there, in the same three colours.",
        parts,
    )


def network_drawing(network: Network) -> str:
    """Give the network: one unit a hinge, its numbers on the edges."""
    hinges = network.hinges()
    parts: list[str] = []
    for i, hinge in enumerate(hinges):
        y = 45 + 80 * i
        parts += [
            line([(42, 125), (142, y)], "edge"),
            line([(178, y), (278, 125)], f"ray unit-{i}"),
            text(92, (125 + y) / 2 + (18 if i == 2 else -8), number(hinge.weight), "small"),
            text(228, (125 + y) / 2 + (18 if i == 2 else -9), number(hinge.coefficient), f"small unit-{i}"),
            f'<circle class="node unit-{i}" cx="160" cy="{y}" r="22"/>',
            line([(150, y + 5), (160, y + 5), (170, y - 7)], "gate"),
            text(160, y + 36, f"bias {number(hinge.bias)}", "small"),
        ]
    parts += [
        '<circle class="node" cx="28" cy="125" r="18"/>',
        text(28, 130, "x"),
        '<circle class="node" cx="292" cy="125" r="18"/>',
        text(292, 130, "y"),
        text(292, 160, f"bias {number(network.biases[-1][0])}", "small"),
    ]
    return figure(
        "a <strong>ReLU network</strong>",
        "A network of one input, three units in the same three colours, and one output, with all its numbers.",
        parts,
    )


def picture() -> str:
    """Give the whole picture as HTML."""
    f = PiecewiseLinear([-1, -0.5, 0, 1], [-1, 1, -1, 0])
    network = to_network(f, interval=(LOW, HIGH))
    equal = '<div class="equals" aria-label="is">=</div>'
    drawings = [
        curve_drawing(f),
        hinge_drawing(network.hinges(), float(network.biases[-1][0])),
        network_drawing(network),
    ]
    return '<div class="idea">\n' + f"\n{equal}\n".join(drawings) + "\n</div>\n"


if __name__ == "__main__":
    TARGET.write_text(picture(), encoding="utf-8")
