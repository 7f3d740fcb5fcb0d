"""A network as a Python function that needs nothing but Python."""

from collections.abc import Sequence

from hinges.interop._source._layers import Layer, Style, header, is_sum, unit_terms

STYLE = Style(repr, " * ")
BODIES = {
    "relu": "max(0.0, z)",
    "linear": "z",
    "tanh": "math.tanh(z)",
    "sigmoid": "1.0 / (1.0 + math.exp(-z)) if z >= 0.0 else math.exp(z) / (1.0 + math.exp(z))",
    "softplus": "max(0.0, z) + math.log1p(math.exp(-abs(z)))",
}


def text(layers: Sequence[Layer], notes: Sequence[str]) -> str:
    """Give the text of a module with the function f."""
    simple = is_sum(layers)
    functions = {_name(layer): _body(layer) for layer in layers if not (simple and layer.kind in ("linear", "relu"))}
    lines = header(layers, notes, "#")
    if any("math." in body for body in functions.values()):
        lines += ["", "import math"]
    for name, body in functions.items():
        lines += ["", "", f"def {name}(z):", f"    return {body}"]
    lines += ["", "", *(_sum(layers) if simple else _loops(layers))]
    return "\n".join(lines) + "\n"


def _name(layer: Layer) -> str:
    if layer.kind != "leaky_relu":
        return layer.kind
    return "leaky_relu_" + repr(layer.slope).replace(".", "_").replace("-", "m").replace("+", "")


def _body(layer: Layer) -> str:
    return f"z if z > 0.0 else {layer.slope!r} * z" if layer.kind == "leaky_relu" else BODIES[layer.kind]


def _sum(layers: Sequence[Layer]) -> list[str]:
    terms = unit_terms(layers, STYLE, _activated)
    return ["def f(x):", "    return (", *(f"        {term}" for term in terms), "    )"]


def _activated(layer: Layer, z: str) -> str:
    if layer.kind == "relu":
        return f"max(0.0, {z})"
    return f"({z})" if layer.kind == "linear" else f"{_name(layer)}({z})"


def _loops(layers: Sequence[Layer]) -> list[str]:
    lines = ["# Of each layer its activation, and of each unit the weights of its inputs and its bias.", "LAYERS = ["]
    for layer in layers:
        lines += ["    (", f"        {_name(layer)},", "        ["]
        lines += [f"            ({row!r}, {bias!r})," for row, bias in zip(layer.weights, layer.bias, strict=True)]
        lines += ["        ],", "    ),"]
    one_in, one_out = layers[0].inputs == 1, layers[-1].units == 1
    takes = "a number" if one_in else f"a sequence of {layers[0].inputs} numbers"
    gives = "a number" if one_out else f"a list of {layers[-1].units} numbers"
    return [
        *lines,
        "]",
        "",
        "",
        "def f(x):",
        f'    """Give the output, {gives}, for x, {takes}."""',
        f"    values = {'[x]' if one_in else 'list(x)'}",
        "    for activation, units in LAYERS:",
        "        values = [",
        "            activation(sum(w * v for w, v in zip(weights, values, strict=True)) + bias)",
        "            for weights, bias in units",
        "        ]",
        f"    return values{'[0]' if one_out else ''}",
    ]
