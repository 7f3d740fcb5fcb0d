"""A network as a C99 file with the function f."""

from collections.abc import Sequence

from hinges.interop._source._layers import Layer, Style, header, is_sum, unit_terms

STYLE = Style(repr, " * ")  # Python's shortest text of a float reads back bit-equal in C too
BODIES = {
    "relu": "fmax(0.0, z)",
    "linear": "z",
    "tanh": "tanh(z)",
    "sigmoid": "z >= 0.0 ? 1.0 / (1.0 + exp(-z)) : exp(z) / (1.0 + exp(z))",
    "softplus": "fmax(0.0, z) + log1p(exp(-fabs(z)))",
}


def text(layers: Sequence[Layer], notes: Sequence[str]) -> str:
    """Give the text of a C99 file with the function f."""
    lines = [*header(layers, notes, "//"), "#include <math.h>", ""]
    if is_sum(layers):
        if layers[0].kind not in ("relu", "linear", "tanh"):
            lines += [*_activation(layers[0], 0), ""]
        return "\n".join([*lines, *_sum(layers)]) + "\n"
    for i, layer in enumerate(layers):
        lines += [*_activation(layer, i), *_arrays(layer, i), ""]
    return "\n".join([*lines, *_loops(layers)]) + "\n"


def _activation(layer: Layer, index: int) -> list[str]:
    body = f"z > 0.0 ? z : {layer.slope!r} * z" if layer.kind == "leaky_relu" else BODIES[layer.kind]
    return [f"static double act{index}(double z) {{ return {body}; }}"]


def _sum(layers: Sequence[Layer]) -> list[str]:
    terms = unit_terms(layers, STYLE, _activated)
    return ["double f(double x)", "{", "    return " + "\n         ".join(terms) + ";", "}"]


def _activated(layer: Layer, z: str) -> str:
    known = {"relu": f"fmax(0.0, {z})", "linear": f"({z})", "tanh": f"tanh({z})"}
    return known.get(layer.kind, f"act0({z})")


def _arrays(layer: Layer, index: int) -> list[str]:
    rows = ",\n".join("    {" + ", ".join(map(repr, row)) + "}" for row in layer.weights)
    return [
        f"static const double W{index}[{layer.units}][{layer.inputs}] = {{  // a row holds the weights of one unit",
        rows,
        "};",
        f"static const double b{index}[{layer.units}] = {{{', '.join(map(repr, layer.bias))}}};",
    ]


def _loops(layers: Sequence[Layer]) -> list[str]:
    inputs, outputs = layers[0].inputs, layers[-1].units
    argument = "double x" if inputs == 1 else f"const double x[{inputs}]"
    value = "double f" if outputs == 1 else "void f"
    lines = [f"{value}({argument}{'' if outputs == 1 else f', double y[{outputs}]'})", "{"]
    source = "(&x)" if inputs == 1 else "x"
    for i, layer in enumerate(layers):
        last = i == len(layers) - 1
        target = "y" if last and outputs > 1 else f"a{i}"
        lines += [] if target == "y" else [f"    double {target}[{layer.units}];"]
        lines += [
            f"    for (int j = 0; j < {layer.units}; j++) {{",
            "        double z = 0.0;",
            f"        for (int i = 0; i < {layer.inputs}; i++) z += W{i}[j][i] * {source}[i];",
            f"        {target}[j] = act{i}(z + b{i}[j]);",
            "    }",
        ]
        source = target
    return [*lines, *([f"    return {source}[0];"] if outputs == 1 else []), "}"]
