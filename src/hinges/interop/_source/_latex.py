"""A network as a LaTeX display formula, with numbers for reading."""

from collections.abc import Sequence

from hinges.interop._source._layers import Layer, Style, decimal, header, is_sum, unit_terms

DIGITS = 6


def text(layers: Sequence[Layer], notes: Sequence[str]) -> str:
    """Give a comment and a display formula."""
    lines = header(layers, notes, "%")
    numbers = [x for layer in layers for row in [*layer.weights, layer.bias] for x in row]
    if any(float(f"{x:.{DIGITS}g}") != x for x in numbers):
        lines.append(f"% Numbers are rounded to {DIGITS} digits.")
    body = _sum(layers) if is_sum(layers, None) else _matrices(layers)
    definitions = [f"& {_defined(layer)}" for layer in _first_of_each(layers) if _defined(layer)]
    rows = " \\\\\n".join(f"  {row}" for row in [*body, *definitions])
    return "\n".join([*lines, "\\[", "\\begin{aligned}", rows, "\\end{aligned}", "\\]"]) + "\n"


def _number(value: float) -> str:
    return decimal(f"{value:.{DIGITS}g}", r" \cdot ")


STYLE = Style(_number, r" \, ")


def _sum(layers: Sequence[Layer]) -> list[str]:
    first, *others = unit_terms(layers, STYLE, _activated)
    return [f"f(x) = {{}} & {first}", *(f"& {{}} {term}" for term in others)]


def _matrices(layers: Sequence[Layer]) -> list[str]:
    """Give one row of the formula for each layer, then the numbers: rows are inputs, columns are units."""
    rows: list[str] = []
    source = "x"
    for i, layer in enumerate(layers, 1):
        result = "f(x)" if i == len(layers) else f"a_{{{i}}}"
        z = rf"{source} W_{{{i}}} + b_{{{i}}}"
        rows.append(f"{result} = {{}} & {z if layer.kind == 'linear' else _activated(layer, z)}")
        source = result
    for i, layer in enumerate(layers, 1):
        columns = [list(column) for column in zip(*layer.weights, strict=True)]
        rows.append(f"W_{{{i}}} = {{}} & {_matrix(columns)}")
        rows.append(f"b_{{{i}}} = {{}} & {_matrix([layer.bias])}")
    return rows


def _matrix(rows: list[list[float]]) -> str:
    """Give a matrix; unlike pmatrix, array may have more than ten columns."""
    lines = r" \\ ".join(" & ".join(_signed(x) for x in row) for row in rows)
    return rf"\left( \begin{{array}}{{{'r' * len(rows[0])}}} {lines} \end{{array}} \right)"


def _signed(value: float) -> str:
    return STYLE.affine([], [], value)


def _activated(layer: Layer, z: str) -> str:
    if layer.kind == "relu":
        return rf"\max(0, {z})"
    if layer.kind == "linear":
        return f"({z})"
    return {"tanh": r"\tanh", "sigmoid": r"\sigma", "softplus": r"\operatorname{softplus}"}.get(
        layer.kind, _leaky(layer)
    ) + f"({z})"


def _leaky(layer: Layer) -> str:
    return rf"\operatorname{{leaky}}_{{{_signed(layer.slope)}}}"


def _defined(layer: Layer) -> str:
    """Give the definition of an activation whose name not everybody knows."""
    if layer.kind == "leaky_relu":
        parts = [(1.0, r"\max(0, z)"), (layer.slope, r"\min(0, z)")]
        return f"{_leaky(layer)}(z) = {' '.join(STYLE.terms(parts, 0.0))}"
    known = {
        "sigmoid": r"\sigma(z) = \frac{1}{1 + e^{-z}}",
        "softplus": r"\operatorname{softplus}(z) = \ln(1 + e^{z})",
    }
    return known.get(layer.kind, "")


def _first_of_each(layers: Sequence[Layer]) -> list[Layer]:
    return list({(layer.kind, layer.slope): layer for layer in layers}.values())
