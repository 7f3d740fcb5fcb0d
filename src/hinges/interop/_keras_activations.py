"""Keras' activations: by name, as layers, and as functions of keras.ops."""

from collections.abc import Callable
from typing import Any

from hinges.errors import UnsupportedModelError
from hinges.interop._graph_values import Symbol
from hinges.interop._keras_config import CODE, Layer
from hinges.interop._keras_step import Step
from hinges.interop._naming import shown

# Keras' name -> kind and options of `Graph.activation`.
PLAIN: dict[str, tuple[str, dict[str, float]]] = {
    "relu": ("relu", {}),
    "relu6": ("clip", {"low": 0.0, "high": 6.0}),
    "hard_tanh": ("clip", {"low": -1.0, "high": 1.0}),
    "leaky_relu": ("leaky_relu", {"slope": 0.2}),
    "elu": ("elu", {"slope": 1.0}),
    "celu": ("elu", {"slope": 1.0}),
    "selu": ("selu", {}),
    "gelu": ("gelu", {}),
    "silu": ("silu", {}),
    "swish": ("silu", {}),
    "sigmoid": ("sigmoid", {}),
    "softplus": ("softplus", {}),
    "softsign": ("softsign", {}),
    "tanh": ("tanh", {}),
}
ENDS = {"softmax": "softmax", "log_softmax": "log-softmax"}
SHRINK = 0.5  # where soft_shrink begins
ADVICE = f"put one of {', '.join(PLAIN)}, hard_sigmoid, soft_shrink in its place"


def named(step: Step, x: Symbol, activation: Any, name: str) -> Symbol:
    """Give an activation as a layer's argument says it: a name, or a layer."""
    if activation is None:
        return x
    if isinstance(activation, dict):
        return _layer_as_argument(step, x, activation, name)
    if not isinstance(activation, str):
        raise step.wrong(f"activation must be a name, not {shown(activation)}")
    graph = step.graph
    if activation == "linear":
        return graph.activation(x, "linear", name) if step.own and step.layer.kind == "Activation" else x
    if activation in PLAIN:
        kind, options = PLAIN[activation]
        return graph.activation(x, kind, name, **options)
    if activation in ENDS:
        return graph.softmax(x, step.name, ENDS[activation])
    if activation == "hard_sigmoid":
        return graph.hard_sigmoid(x, name, alpha=1.0 / 6.0, beta=0.5)
    if activation == "soft_shrink":
        inside = graph.activation(x, "clip", name, low=-SHRINK, high=SHRINK)
        return graph.add([(x, 1.0), (inside, -1.0)], f"{name} shrunk")
    raise step.refused(f"has the activation {shown(activation)}, which has no counterpart here: {ADVICE}")


def check(layer: Layer) -> None:
    """Refuse a layer whose activation is a function or class of its own; only the configuration is looked at."""
    described = layer.config.get("activation")
    if isinstance(described, dict):
        kind, module = described.get("class_name"), str(described.get("module")).partition(".")[0]
        if kind in CODE or kind not in LAYERS or module != "keras":
            raise UnsupportedModelError(
                f"{layer} has an activation of its own ({shown(kind)}), whose code is never run: {ADVICE}"
            )


def _layer_as_argument(step: Step, x: Symbol, described: dict[str, Any], name: str) -> Symbol:
    check(step.layer)
    kind, config = str(described.get("class_name")), described.get("config")
    if not isinstance(config, dict):
        raise step.wrong("its activation has no config")
    layer = Layer(kind, step.layer.name, config, f"{step.layer.path}/activation")
    return LAYERS[kind](step.within(layer, name), x)


# --- layers ---------------------------------------------------------------------------------------------


def activation(step: Step, x: Symbol) -> Symbol:
    """Add an Activation layer."""
    return named(step, x, step.get("activation"), step.name)


def relu(step: Step, x: Symbol) -> Symbol:
    """Add a ReLU layer: a slope below zero, a threshold and a largest value."""
    slope, threshold = step.number("negative_slope", 0.0), step.number("threshold", 0.0)
    if threshold:
        raise step.refused(f"jumps at its threshold {threshold:g}: only a continuous one (threshold=0) can be read")
    if step.get("max_value") is None:
        return _leaky(step, x, slope)
    largest = step.number("max_value", 0.0)
    if not slope and largest >= 0:
        return step.graph.activation(x, "clip", step.name, low=0.0, high=largest)
    return step.graph.minimum(_leaky(step, x, slope), largest, f"{step.name} at its max_value")


def _leaky(step: Step, x: Symbol, slope: float) -> Symbol:
    if not slope:
        return step.graph.activation(x, "relu", step.name)
    return step.graph.activation(x, "leaky_relu", step.name, slope=slope)


def leaky_relu(step: Step, x: Symbol) -> Symbol:
    """Add a LeakyReLU layer."""
    key = "negative_slope" if "negative_slope" in step.layer.config else "alpha"  # as older versions call it
    return step.graph.activation(x, "leaky_relu", step.name, slope=step.number(key, 0.3))


def prelu(step: Step, x: Symbol) -> Symbol:
    """Add a PReLU layer: one slope a unit, or one for all along the shared axes."""
    shape = list(x.shape)
    shared = step.get("shared_axes") or []
    for value in shared if isinstance(shared, list) else [shared]:
        shape[step.axis(value, x, "shared_axes")] = 1
    (slope,) = step.variables([("alpha", tuple(shape))])
    return step.graph.activation(x, "leaky_relu", step.name, slope=slope)


def elu(step: Step, x: Symbol) -> Symbol:
    """Add an ELU layer."""
    return step.graph.activation(x, "elu", step.name, slope=step.number("alpha", 1.0))


def softmax(step: Step, x: Symbol) -> Symbol:
    """Pass over a Softmax layer, which only the end may be."""
    return step.graph.softmax(x, step.name)


LAYERS: dict[str, Callable[[Step, Symbol], Symbol]] = {
    "Activation": activation,
    "ELU": elu,
    "LeakyReLU": leaky_relu,
    "PReLU": prelu,
    "ReLU": relu,
    "Softmax": softmax,
}
