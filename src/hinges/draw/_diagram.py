"""The view "diagram": nodes with what they compute, edges by sign and size, biases."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.convert import to_function
from hinges.data import Dataset
from hinges.draw._function import SAMPLES, is_hinge_sum, piecewise_linear
from hinges.draw._marks import Edge, Mark, Node, Panel, Polyline, Scene, Text
from hinges.draw._numbers import aligned, short
from hinges.draw._theme import unit_role
from hinges.draw._window import Interval, hinge_kinks, padded, seen
from hinges.nets import ACTIVATIONS, Network

MOST_SHOWN = 12  # units of a layer
_WIDEST = 4.5  # px, the edge of the largest weight of its layer
_THINNEST = 0.5
_NODE = 36.0  # px
_KEY = "blue: positive weight, orange: negative; the wider, the larger in its layer; numbers under nodes are biases"


@dataclass(frozen=True)
class _Layer:
    """One column of the diagram: which units are shown, and at what height each stands (1 apart)."""

    size: int
    shown: tuple[int, ...]
    heights: tuple[float, ...]

    @property
    def hidden(self) -> int:
        """How many units are left out."""
        return self.size - len(self.shown)


def diagram_scene(network: Network, *, interval: Any = None, data: Any = None) -> Scene:
    """Give the diagram of a dense network: each hidden unit with its own curve, edges by sign and size, biases.

    Of a layer of more than MOST_SHOWN units the first and last are shown; the picture says how many are not.
    """
    sizes = [network.inputs, *(len(bias) for bias in network.biases)]
    layers = [_layer(size) for size in sizes]
    window = _window(network, interval, data)
    width = max(270.0 * len(sizes), 640.0)
    half = 0.5 * _NODE / (width - 28.0) * (len(sizes) - 0.1)  # of a node, in layers
    marks: list[Mark] = []
    for i, weights in enumerate(network.weights):
        marks += _edges(weights, i, (layers[i], layers[i + 1]), half)
    curves = _curves(network, window, layers)
    for i, layer in enumerate(layers):
        marks += _nodes(network, i, layer, curves[i], window)
    marks += _numbers(network, layers)
    tallest = max(len(layer.shown) + (layer.hidden > 0) for layer in layers)
    panel = Panel(
        "The network", tuple(marks), (-0.45, len(sizes) - 0.55), (-tallest / 2 - 0.3, tallest / 2 + 0.3),
        note=_KEY, axes=False,
    )  # fmt: skip
    return Scene((panel,), width=width, height=90.0 + 58.0 * max(tallest, 4))


def _window(network: Network, interval: Any, data: Any) -> Interval:
    x = None if data is None or network.inputs != 1 else Dataset.of(data).x[:, 0]
    if is_hinge_sum(network):
        return seen(interval, x, hinge_kinks(network.hinges()))
    if network.inputs == 1 and piecewise_linear(network):
        return seen(interval, x, to_function(network).kinks)
    return seen(interval, x, [])


def _layer(size: int) -> _Layer:
    if size <= MOST_SHOWN:
        shown = tuple(range(size))
        return _Layer(size, shown, tuple((size - 1) / 2 - i for i in shown))
    head = MOST_SHOWN - 2  # one place for the ellipsis, one for the last unit
    shown = (*range(head), size - 1)
    places = (*range(head), head + 1)
    return _Layer(size, shown, tuple((MOST_SHOWN - 1) / 2 - place for place in places))


def _edges(weights: Floats, column: int, layers: tuple[_Layer, _Layer], half: float) -> list[Mark]:
    """Give the edges between two layers, from the right side of one node to the left side of the other."""
    left, right = layers
    largest = float(np.abs(weights).max())
    edges: list[Mark] = []
    for i, y0 in zip(left.shown, left.heights, strict=True):
        for j, y1 in zip(right.shown, right.heights, strict=True):
            weight = float(weights[i, j])
            role = "positive" if weight > 0 else "negative" if weight < 0 else "zero"
            width = _THINNEST + (_WIDEST - _THINNEST) * abs(weight) / largest if weight else _THINNEST
            edges.append(Edge(column + half, y0, column + 1 - half, y1, role, weight, width))
    return edges


def _curves(network: Network, window: Interval, layers: Sequence[_Layer]) -> list[list[Polyline | None]]:
    """Give the picture inside every node shown: its activation along the input, or the activation itself."""
    curves: list[list[Polyline | None]] = [[None] * len(layers[0].shown)]
    for i, kind in enumerate(network.activations):
        last = i == len(layers) - 2
        made: list[Polyline | None] = []
        for unit in layers[i + 1].shown:
            role = "fit" if last else unit_role(unit)
            curve = _along_input(network, i, unit, window, role) if network.inputs == 1 else _activation(kind, role)
            made.append(curve)
        curves.append(made)
    return curves


def _along_input(network: Network, layer: int, unit: int, window: Interval, role: str) -> Polyline:
    """Give a(x) of one unit: exact vertices where it is piecewise linear."""
    weights = [*network.weights[:layer], network.weights[layer][:, [unit]]]
    biases = [*network.biases[:layer], network.biases[layer][[unit]]]
    slope = next((node.slope for node in network.nodes if getattr(node, "kind", "") == "leaky_relu"), 0.3)  # pyright: ignore[reportAttributeAccessIssue]
    part = Network.dense(weights, biases, network.activations[: layer + 1], negative_slope=slope)
    if piecewise_linear(part):
        f = to_function(part).restricted(*window)
        return Polyline(f.breakpoints, f.values, role)
    x = np.linspace(*window, SAMPLES // 5)
    return Polyline(x, np.asarray(part(x)), role, sampled=True)


def _activation(kind: str, role: str) -> Polyline:
    function = ACTIVATIONS[kind]
    z = np.array([-2.0, 0.0, 2.0]) if function.piecewise_linear else np.linspace(-4.0, 4.0, 81)
    return Polyline(z, function.value(z, 0.3), role, sampled=not function.piecewise_linear)


def _nodes(
    network: Network, column: int, layer: _Layer, curves: Sequence[Polyline | None], window: Interval
) -> list[Mark]:
    nodes: list[Mark] = []
    for k, (unit, y) in enumerate(zip(layer.shown, layer.heights, strict=True)):
        curve = curves[k]
        name = ("x" if network.inputs == 1 else f"x{unit}") if column == 0 else str(unit)
        role = "input" if column == 0 else curve.role if curve else "text"
        ends = window if network.inputs == 1 or curve is None else (float(curve.x[0]), float(curve.x[-1]))
        view = (*ends, *padded([[0.0], curve.y] if curve else [[0.0, 1.0]], 0.0))
        nodes.append(Node(float(column), y, role, name, _NODE, curve, view))
    if layer.hidden:
        y = (layer.heights[-2] + layer.heights[-1]) / 2
        nodes.append(Text(float(column), y, f"\u22ee {layer.hidden} more \u22ee", "muted", plate=True))
    return nodes


def _numbers(network: Network, layers: Sequence[_Layer]) -> list[Mark]:
    """Give biases at the nodes; of a sum of hinges also every weight, so that it can be checked by hand."""
    marks: list[Mark] = []
    if is_hinge_sum(network):
        return _hinge_numbers(network, layers)
    for i, bias in enumerate(network.biases):
        layer = layers[i + 1]
        if len(layer.shown) > 16:
            continue
        texts = [short(float(bias[unit])) for unit in layer.shown]
        for text, y in zip(texts, layer.heights, strict=True):
            marks.append(
                Text(
                    i + 1.0,
                    y,
                    _signed(text),
                    "muted",
                    9.5,
                    align="center",
                    vertical="top",
                    offset=(0.0, -20.0),
                    plate=True,
                )
            )
    return marks


def _hinge_numbers(network: Network, layers: Sequence[_Layer]) -> list[Mark]:
    """Give "w x + b" left of every hidden unit and "times c" right of it, and the output bias."""
    layer = layers[1]
    hinges = [network.hinges()[unit] for unit in layer.shown]
    weights, biases = aligned([h.weight for h in hinges], 4), aligned([abs(h.bias) for h in hinges], 4)
    coefficients = aligned([h.coefficient for h in hinges], 4)
    marks: list[Mark] = []
    for k, (hinge, y) in enumerate(zip(hinges, layer.heights, strict=True)):
        sign = "\u2212" if hinge.bias < 0 else "+"
        left = f"{_signed(weights[k])}\u00b7x {sign} {biases[k].strip()}"
        role = unit_role(layer.shown[k])
        away = 11.0 if y >= 0 else -11.0  # from the edges, which come from the middle
        marks += [
            Text(1.0, y, left, role, 10.5, align="right", offset=(-24.0, away), plate=True),
            Text(
                1.0, y, f"\u00d7 {_signed(coefficients[k])}", role, 10.5, align="left", offset=(24.0, away), plate=True
            ),
        ]
    bias = float(network.biases[-1][0])
    marks.append(Text(2.0, 0.0, f"bias {_signed(short(bias, 5))}", "fit", 10.5, vertical="top", offset=(0.0, -24.0)))
    return marks


def _signed(text: str) -> str:
    return text.strip().replace("-", "\u2212")
