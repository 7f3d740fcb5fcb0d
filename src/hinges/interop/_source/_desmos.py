"""A network as expressions of the Desmos calculator, one a line, in the LaTeX that it takes from the clipboard."""

from collections.abc import Sequence

from hinges.errors import UnsupportedModelError
from hinges.interop._source._layers import Layer, Style, decimal, is_sum, unit_terms

STYLE = Style(lambda number: decimal(repr(number), r"\cdot"), "", spaced=False)
DEFINITIONS = {
    "sigmoid": r"s_{igmoid}(z)=\frac{1}{1+e^{-z}}",
    "softplus": r"s_{oftplus}(z)=\max(0,z)+\ln(1+e^{-\left|z\right|})",
}
NAMES = {"sigmoid": "s_{igmoid}", "softplus": "s_{oftplus}", "tanh": r"\tanh"}


def text(layers: Sequence[Layer], notes: Sequence[str]) -> str:  # noqa: ARG001 - a calculator has no comments
    """Give the lines to paste."""
    if layers[0].inputs > 2:
        raise UnsupportedModelError(
            f"the network has {layers[0].inputs} inputs, and Desmos draws functions of one or two: use "
            "language 'python' or 'c'"
        )
    kinds = dict.fromkeys(layer.kind for layer in layers)
    lines = [DEFINITIONS[kind] for kind in kinds if kind in DEFINITIONS]
    if is_sum(layers, None):
        return "\n".join([*lines, "f(x)=" + "".join(unit_terms(layers, STYLE, _activated))])
    return "\n".join([*lines, *_units(layers)])


def _activated(layer: Layer, z: str) -> str:
    if layer.kind == "relu":
        return rf"\max(0,{z})"
    if layer.kind == "leaky_relu":
        parts = [(1.0, rf"\max(0,{z})"), (layer.slope, rf"\min(0,{z})")]
        return f"({''.join(STYLE.terms(parts, 0.0))})"
    return f"({z})" if layer.kind == "linear" else f"{NAMES[layer.kind]}({z})"


def _units(layers: Sequence[Layer]) -> list[str]:
    """Give one function for each unit: a_{0u2} is unit 2 of hidden layer 0."""
    names = ["x", "y"][: layers[0].inputs]
    arguments = ",".join(names)
    lines: list[str] = []
    for i, layer in enumerate(layers):
        last = i == len(layers) - 1
        outputs = ["f"] if layer.units == 1 else [f"f_{{{j}}}" for j in range(layer.units)]
        titles = outputs if last else [f"a_{{{i}u{j}}}" for j in range(layer.units)]
        for title, row, bias in zip(titles, layer.weights, layer.bias, strict=True):
            z = STYLE.affine(row, names, bias)
            lines.append(f"{title}({arguments})={z if layer.kind == 'linear' else _activated(layer, z)}")
        names = [f"{title}({arguments})" for title in titles]
    return lines
