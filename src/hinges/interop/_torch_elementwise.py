"""ATen operators that work entry by entry: arithmetic with constants, sums and largest of values, activations."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from hinges.interop._torch_arguments import Arguments, arrays_only
from hinges.interop._torch_constants import promoted
from hinges.interop._torch_program import DType
from hinges.interop._torch_values import Value

NO_DIFFERENCE = 36.1  # from where on softplus is its input itself, to the last bit
NO_PRODUCT = "multiplies or divides what the network computes by what it computes, which is not piecewise linear"


def paired(a: Arguments, x: Value, y: Value) -> tuple[Value, Value]:
    """Give two values if their rows stand for the same inputs."""
    if a.walker.rows is not None:
        one, other = a.walker.shape(x), a.walker.shape(y)
        if len(one) != len(other) or x.joined != y.joined:
            raise a.refusal(f"puts rows of shapes {one[1:]} and {other[1:]} together as if they were not rows")
    return x, y


def scaled(a: Arguments, x: Value, scale: Any, shift: Any = 0.0) -> Value:
    """Give x * scale + shift for constants that broadcast as in torch."""
    factor, added = (a.walker.aligned(each, x, a.where) for each in (scale, shift))
    return Value(a.graph.affine(x.symbol, factor, added, a.name), x.joined)


# --- arithmetic -----------------------------------------------------------------------------------------


def add(a: Arguments) -> Any:
    """Give self + alpha * other."""
    return _sum(a, a.first, a.tensor("other"), a.number("alpha", 1.0))


def sub(a: Arguments) -> Any:
    """Give self - alpha * other."""
    return _sum(a, a.first, a.tensor("other"), -a.number("alpha", 1.0))


def rsub(a: Arguments) -> Any:
    """Give other - alpha * self."""
    return _sum(a, a.tensor("other"), a.first, -a.number("alpha", 1.0))


def _sum(a: Arguments, x: Any, y: Any, factor: float) -> Any:
    if arrays_only(x, y):
        return promoted(lambda p, q: p + q if factor == 1 else p - q if factor == -1 else p + factor * q, x, y)
    if not isinstance(y, Value):
        result = scaled(a, x, 1.0, y * factor)
        absolute = x.made and x.made[0] == "abs" and factor == 1 and np.ndim(y) == 0 and y == 1
        return Value(result.symbol, result.joined, made=("1 + abs", x.made[1])) if absolute else result
    if not isinstance(x, Value):
        return scaled(a, y, factor, x)
    paired(a, x, y)
    return Value(a.graph.add([(x.symbol, 1.0), (y.symbol, factor)], a.name), x.joined)


def mul(a: Arguments) -> Any:
    """Give self * other, one of which is constant."""
    x, y = a.first, a.tensor("other")
    if arrays_only(x, y):
        return promoted(np.multiply, x, y)
    if not isinstance(x, Value) or x.known is not None:
        x, y = y, x
    if not isinstance(x, Value):
        return scaled(a, y, x)
    if isinstance(y, Value):
        if y.known is None:
            raise a.refusal(NO_PRODUCT)
        paired(a, x, y)
        return Value(a.graph.affine(x.symbol, y.known, 0.0, a.name), x.joined)
    factor = a.walker.aligned(y, x, a.where)
    if factor.size > 1 and np.broadcast_shapes(factor.shape, x.symbol.shape) == x.symbol.shape:
        return Value(x.symbol, x.joined, scale=factor)  # a sum may follow
    return scaled(a, x, y)


def div(a: Arguments) -> Any:
    """Give self / other for a constant other; and the pattern of softsign, x / (1 + |x|)."""
    if a.get("rounding_mode", None) is not None:
        raise a.refusal("rounds what it divides: that jumps")
    x, y = a.first, a.tensor("other")
    if arrays_only(x, y):
        return promoted(np.true_divide, x, y)
    if isinstance(y, Value) and y.known is None:
        if isinstance(x, Value) and y.made and y.made[0] == "1 + abs" and y.made[1] is x.symbol:
            return Value(a.graph.activation(x.symbol, "softsign", a.name), x.joined)
        raise a.refusal(NO_PRODUCT)
    divisor = np.asarray(y.known if isinstance(y, Value) else y, np.float64)
    if (divisor == 0).any():
        raise a.refusal("divides by zero")
    if isinstance(y, Value):
        return Value(a.graph.affine(x.symbol, 1.0 / divisor, 0.0, a.name), x.joined)
    return scaled(a, x, 1.0 / divisor)


def neg(a: Arguments) -> Any:
    """Give -self."""
    x = a.first
    return scaled(a, x, -1.0) if isinstance(x, Value) else -x


def power(a: Arguments) -> Any:
    """Give self to a power; of a value only the first."""
    x, exponent = a.first, a.tensor("exponent")
    if arrays_only(x, exponent):
        return promoted(np.power, x, exponent)
    if isinstance(x, Value) and not isinstance(exponent, Value) and exponent.size == 1 and exponent.item() == 1:
        return x
    raise a.refusal("takes a power of what the network computes, which is not piecewise linear")


# --- the larger and the smaller -------------------------------------------------------------------------


def _bounded(a: Arguments, x: Any, y: Any, *, least: bool) -> Any:
    """Give the larger of two tensors, or the smaller."""
    if arrays_only(x, y):
        return promoted(np.minimum if least else np.maximum, x, y)
    if not isinstance(x, Value):
        x, y = y, x
    choose = a.graph.minimum if least else a.graph.maximum
    if isinstance(y, Value):
        paired(a, x, y)
        return Value(choose(x.symbol, y.symbol, a.name), x.joined)
    bound = a.walker.aligned(y, x, a.where)
    if bound.size == 1 and np.isinf(bound).all():
        if (bound > 0).all() == least:
            return x
        raise a.refusal(f"is {bound.item()} everywhere")
    return Value(choose(x.symbol, bound, a.name), x.joined)


def maximum(a: Arguments) -> Any:
    """Give the larger of two tensors, entry by entry."""
    return _bounded(a, a.first, a.tensor("other"), least=False)


def minimum(a: Arguments) -> Any:
    """Give the smaller of two tensors, entry by entry."""
    return _bounded(a, a.first, a.tensor("other"), least=True)


def clamp(a: Arguments) -> Any:
    """Give self held between bounds, of which one may be absent."""
    x, low, high = a.first, a.get("min", None), a.get("max", None)
    if isinstance(x, Value) and all(isinstance(each, (int, float)) for each in (low, high)):
        return _clip(a, x, float(low), float(high))
    if low is not None:
        x = _bounded(a, x, a.settled(low), least=False)
    return x if high is None else _bounded(a, x, a.settled(high), least=True)


def hardtanh(a: Arguments) -> Any:
    """Give self held between two numbers."""
    x, low, high = a.first, a.number("min_val", -1.0), a.number("max_val", 1.0)
    return _clip(a, x, low, high) if isinstance(x, Value) else np.clip(x, low, high)


def _clip(a: Arguments, x: Value, low: float, high: float) -> Value:
    if math.isnan(low) or math.isnan(high) or low > high:
        raise a.refusal(f"clamps between {low:g} and {high:g}: the first bound must be the smaller")
    return Value(a.graph.activation(x.symbol, "clip", a.name, low=low, high=high), x.joined)


# --- activations ----------------------------------------------------------------------------------------


def activation(kind: str, **options: float) -> Callable[[Arguments], Any]:
    """Give the operator of an elementwise activation."""

    def operate(a: Arguments) -> Any:
        return _activated(a, kind, **options)

    return operate


def _activated(a: Arguments, kind: str, **options: Any) -> Value:
    x = a.first
    if not isinstance(x, Value):
        x = a.walker.as_value(x, a.where)
    made = ("abs", x.symbol) if kind == "abs" else ()
    return Value(a.graph.activation(x.symbol, kind, a.name, **options), x.joined, made=made)


def leaky_relu(a: Arguments) -> Any:
    """Give self where it is positive and a fraction of it elsewhere."""
    return _activated(a, "leaky_relu", slope=a.number("negative_slope", 0.01))


def rrelu(a: Arguments) -> Any:
    """Give the leaky relu that a randomised one is in evaluation."""
    if a.flag("training", default=False):
        raise a.refusal("draws random slopes: export the model in evaluation mode, after model.eval()")
    return _activated(a, "leaky_relu", slope=(a.number("lower", 0.125) + a.number("upper", 1 / 3)) / 2)


def prelu(a: Arguments) -> Any:
    """Give a leaky relu with learned slopes, one for all or one a channel."""
    x, slope = a.first, np.asarray(a.constant("weight"), np.float64)
    if not isinstance(x, Value):
        x = a.walker.as_value(x, a.where)
    if slope.size == 1:
        return _activated(a, "leaky_relu", slope=slope.item())
    shape = [1] * len(x.symbol.shape)
    shape[a.walker.axis(x, 1, a.where)] = slope.size
    return _activated(a, "leaky_relu", slope=slope.reshape(shape))


def elu(a: Arguments) -> Any:
    """Give elu with its slope; scales other than 1 are multiplied in."""
    alpha, scale, inside = a.number("alpha", 1.0), a.number("scale", 1.0), a.number("input_scale", 1.0)
    if inside != 1:
        raise a.refusal("is an elu with a scale of its input")
    result = _activated(a, "elu", slope=alpha)
    return result if scale == 1 else scaled(a, result, scale)


def celu(a: Arguments) -> Any:
    """Give celu: alpha * elu(x / alpha)."""
    x, alpha = a.first, a.number("alpha", 1.0)
    if not isinstance(x, Value) or alpha <= 0:
        raise a.refusal(f"has alpha = {alpha:g}")
    inside = scaled(a, x, 1 / alpha)
    return scaled(a, Value(a.graph.activation(inside.symbol, "elu", a.name, slope=1.0), x.joined), alpha)


def gelu(a: Arguments) -> Any:
    """Give gelu, or the approximation of it by tanh."""
    return _activated(a, "gelu_tanh" if a.get("approximate", "none") == "tanh" else "gelu")


def softplus(a: Arguments) -> Any:
    """Give softplus of beta * x, divided by beta."""
    x, beta = a.first, a.number("beta", 1.0)
    if not isinstance(x, Value) or beta <= 0:
        raise a.refusal(f"has beta = {beta:g}")
    above = a.number("threshold", 20.0)
    if above < NO_DIFFERENCE:
        a.walker.notes.append(
            f"{a.where} gives in torch its input itself where that exceeds {above / beta:g}; here it is softplus "
            "there too"
        )
    if beta == 1:
        return _activated(a, "softplus")
    inside = scaled(a, x, beta)
    return scaled(a, Value(a.graph.activation(inside.symbol, "softplus", a.name), x.joined), 1 / beta)


def log_sigmoid(a: Arguments) -> Any:
    """Give log(sigmoid(x)) = -softplus(-x)."""
    x = a.first
    if not isinstance(x, Value):
        raise a.refusal("works on a constant")
    inside = scaled(a, x, -1.0)
    return scaled(a, Value(a.graph.activation(inside.symbol, "softplus", a.name), x.joined), -1.0)


def hardsigmoid(a: Arguments) -> Any:
    """Give min(max(x + 3, 0), 6) / 6."""
    x = a.first if isinstance(a.first, Value) else a.walker.as_value(a.first, a.where)
    return Value(a.graph.hard_sigmoid(x.symbol, a.name, alpha=1 / 6, beta=0.5), x.joined)


def softshrink(a: Arguments) -> Any:
    """Give x - clip(x, -lambda, lambda)."""
    x, bound = a.first, a.number("lambd", 0.5)
    if not isinstance(x, Value):
        raise a.refusal("works on a constant")
    clipped = _clip(a, x, -bound, bound)
    return Value(a.graph.add([(x.symbol, 1.0), (clipped.symbol, -1.0)], a.name), x.joined)


def threshold(a: Arguments) -> Any:
    """Give x above a threshold and a number below."""
    x = a.first
    if not isinstance(x, Value):
        raise a.refusal("works on a constant")
    return Value(a.graph.threshold(x.symbol, a.number("threshold"), a.number("value"), a.name), x.joined)


def softmax(kind: str) -> Callable[[Arguments], Any]:
    """Give the operator of a softmax, which is passed over at the end of a network."""

    def operate(a: Arguments) -> Any:
        x = a.first
        if not isinstance(x, Value):
            raise a.refusal("works on a constant")
        a.axis(x)
        return Value(a.graph.softmax(x.symbol, a.name, kind), x.joined)

    return operate


# --- the same again -------------------------------------------------------------------------------------


def same(a: Arguments) -> Any:
    """Give the tensor as it is."""
    return a.first


def dropout(a: Arguments) -> Any:
    """Give the tensor as it is: in evaluation nothing is dropped."""
    if a.flag("train", default=False) and a.number("p", 0.5) != 0:
        raise a.refusal("drops entries at random: export the model in evaluation mode, after model.eval()")
    return a.first


def native_dropout(a: Arguments) -> Any:
    """Give the tensor as it is, and no mask."""
    return dropout(a), None


def to(a: Arguments) -> Any:
    """Give the tensor in another type of numbers: of a value only to one of real numbers, as it is."""
    x = a.first
    kind = next((value.name for value in a.call.arguments.values() if isinstance(value, DType)), None)
    if kind is None or (isinstance(x, Value) and kind.startswith(("float", "bfloat"))):
        return x
    if isinstance(x, Value) and x.known is None:
        raise a.refusal(f"turns what the network computes into {kind}, which jumps")
    if kind == "unknown":
        raise a.refusal("turns numbers into a type that is not read")
    array = np.asarray(x.known if isinstance(x, Value) else x)
    return array.astype("float32" if kind == "bfloat16" else kind)


OPERATORS: dict[str, Callable[[Arguments], Any]] = {
    "add": add, "sub": sub, "subtract": sub, "rsub": rsub, "mul": mul, "multiply": mul, "div": div,
    "divide": div, "true_divide": div, "neg": neg, "negative": neg, "pow": power,
    "maximum": maximum, "minimum": minimum, "fmax": maximum, "fmin": minimum,
    "clamp": clamp, "clip": clamp, "clamp_min": clamp, "clamp_max": clamp, "hardtanh": hardtanh,
    "relu": activation("relu"), "relu6": activation("clip", low=0.0, high=6.0), "abs": activation("abs"),
    "absolute": activation("abs"), "leaky_relu": leaky_relu, "rrelu": rrelu, "prelu": prelu,
    "_prelu_kernel": prelu, "hardsigmoid": hardsigmoid, "softshrink": softshrink, "threshold": threshold,
    "tanh": activation("tanh"), "sigmoid": activation("sigmoid"), "selu": activation("selu"),
    "silu": activation("silu"), "elu": elu, "celu": celu, "gelu": gelu, "softplus": softplus,
    "log_sigmoid": log_sigmoid, "softmax": softmax("softmax"), "_softmax": softmax("softmax"),
    "log_softmax": softmax("log-softmax"), "_log_softmax": softmax("log-softmax"),
    "dropout": dropout, "feature_dropout": dropout, "alpha_dropout": dropout, "feature_alpha_dropout": dropout,
    "native_dropout": native_dropout, "to": to, "_to_copy": to, "type_as": same,
    "clone": same, "contiguous": same, "alias": same, "alias_copy": same, "detach": same, "detach_copy": same,
    "lift_fresh": same, "lift_fresh_copy": same, "identity": same, "requires_grad": same, "positive": same,
}  # fmt: skip
