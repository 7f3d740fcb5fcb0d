"""What every language writes: layers, the sum of units where there is one, and text that is safe in a comment."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from hinges.errors import UnsupportedModelError
from hinges.nets import ACTIVATIONS, Activation, Linear, Network

MOST_WEIGHTS = 2**20  # of one layer, zeros included; each is some twenty characters of text
MOST_TERMS = 100  # of a sum of units in a programming language; past it loops are easier to read and to compile


@dataclass(frozen=True)
class Layer:
    """A dense layer in plain numbers: one row of weights for each unit."""

    weights: list[list[float]]
    bias: list[float]
    kind: str
    slope: float

    @property
    def inputs(self) -> int:
        """How many numbers it reads."""
        return len(self.weights[0])

    @property
    def units(self) -> int:
        """How many numbers it gives."""
        return len(self.bias)


def layers_of(network: Network) -> list[Layer]:
    """Give the layers of a dense network, or raise naming the node that does not fit."""
    _check(network)
    dense = network.dense_layers()
    slopes: list[float] = []
    for node in network.nodes:
        if isinstance(node, Activation):
            slopes[-1] = float(node.slope)
        else:
            slopes.append(0.0)
    return [
        Layer(layer.weights.T.tolist(), layer.bias.tolist(), layer.activation, slope)
        for layer, slope in zip(dense, slopes, strict=True)
    ]


def _check(network: Network) -> None:
    """Refuse, by its name, a node that no language here has words for."""
    for node in network.nodes:
        if isinstance(node, Activation) and (node.kind not in ACTIVATIONS or np.ndim(node.slope)):
            what = node.kind if node.kind not in ACTIVATIONS else f"{node.kind} with a slope for each unit"
            raise UnsupportedModelError(
                f"{node.name} is {what}, which is not written as source text: save the network as .onnx, .npz or .json"
            )
        if isinstance(node, Linear):
            weights = sum(math.prod(matrix.shape) for matrix in node.matrices)
            if weights > MOST_WEIGHTS:
                raise UnsupportedModelError(
                    f"{node.name} has {weights} weights, more than the {MOST_WEIGHTS} that are written as source text: "
                    "save the network as .onnx or .npz"
                )


def is_sum(layers: Sequence[Layer], most_terms: int | None = MOST_TERMS) -> bool:
    """Tell whether the network is a sum of units: one input, one hidden layer, one linear output."""
    if len(layers) != 2 or layers[0].inputs != 1 or layers[1].units != 1 or layers[1].kind != "linear":
        return False
    return most_terms is None or layers[0].units <= most_terms


def described(layers: Sequence[Layer]) -> str:
    """Give one line that says what the network is."""
    hidden = [f"{_counted(layer.units, f'{layer.kind} unit')}" for layer in layers[:-1]]
    last = layers[-1]
    output = _counted(last.units, "output" if last.kind == "linear" else f"{last.kind} output")
    return f"A network written by hinges: {', '.join([_counted(layers[0].inputs, 'input'), *hidden, output])}."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def safe(note: str) -> str:
    """Give a note as one line that ends no comment in any language."""
    return re.sub(r"[^A-Za-z0-9 .,;:()\[\]+<>=-]", "_", note)


def header(layers: Sequence[Layer], notes: Iterable[str], mark: str) -> list[str]:
    """Give the lines of comment that say what the network is, with its notes."""
    return [f"{mark} {described(layers)}", *(f"{mark} Note: {safe(note)}" for note in notes)]


@dataclass(frozen=True)
class Style:
    """How a language writes numbers that are not negative, and products."""

    number: Callable[[float], str]
    times: str
    spaced: bool = True

    def terms(self, parts: Iterable[tuple[float, str]], constant: float) -> list[str]:
        """Give the terms of a sum of coefficient times text, plus a constant, each with its sign."""
        texts: list[str] = []
        for coefficient, text in parts:
            size = abs(coefficient)
            texts.append(self._signed(text if size == 1 else self.number(size) + self.times + text, coefficient, texts))
        if constant or not texts:
            texts.append(self._signed(self.number(abs(constant)), constant, texts))
        return texts

    def affine(self, weights: Sequence[float], names: Sequence[str], bias: float) -> str:
        """Give weights times names plus bias on one line, without the terms whose weight is 0."""
        parts = [(weight, name) for weight, name in zip(weights, names, strict=True) if weight]
        return (" " if self.spaced else "").join(self.terms(parts, bias))

    def _signed(self, text: str, value: float, before: list[str]) -> str:
        if not before:
            return f"-{text}" if value < 0 else text
        space = " " if self.spaced else ""
        return f"{'-' if value < 0 else '+'}{space}{text}"


def unit_terms(layers: Sequence[Layer], style: Style, activate: Callable[[Layer, str], str]) -> list[str]:
    """Give the signed terms of a network that is a sum of units."""
    hidden, last = layers
    zs = [style.affine(row, ["x"], bias) for row, bias in zip(hidden.weights, hidden.bias, strict=True)]
    units = [activate(hidden, z) for z in zs]
    return style.terms(zip(last.weights[0], units, strict=True), last.bias[0])


def decimal(text: str, times: str) -> str:
    """Give Python's text of a number without e-notation and without a trailing `.0`."""
    mantissa, _, exponent = text.partition("e")
    mantissa = mantissa.removesuffix(".0")
    if not exponent:
        return mantissa
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else f"{mantissa}{times}{power}"
