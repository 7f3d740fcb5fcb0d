"""Functions of keras.ops in a Functional model, which `x + y` and `2 * x` put there: one function here for each."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats
from hinges.interop._graph_values import Symbol
from hinges.interop._keras_activations import PLAIN, named
from hinges.interop._keras_step import Step

Argument = Any  # a Symbol, a number or nested lists of numbers
NAMED = {"Relu": "relu", "Relu6": "relu6", "HardTanh": "hard_tanh", "HardSigmoid": "hard_sigmoid", "Selu": "selu"}
NAMED |= {"Silu": "silu", "Sigmoid": "sigmoid", "Softplus": "softplus", "Softsign": "softsign", "Tanh": "tanh"}
SLOPED = {"LeakyRelu": ("leaky_relu", "negative_slope", 0.2), "Elu": ("elu", "alpha", 1.0)}
assert set(NAMED.values()) - set(PLAIN) <= {"hard_sigmoid"}


def symbol(step: Step, arguments: Sequence[Argument], index: int = 0) -> Symbol:
    """Give an argument that the network computes."""
    if index >= len(arguments) or not isinstance(arguments[index], Symbol):
        raise step.wrong(f"its argument {index} is not a value of the model")
    return arguments[index]


def constant(step: Step, arguments: Sequence[Argument], index: int, like: Symbol) -> Floats:
    """Give an argument that is a number or an array, without the axis of the rows."""
    if index >= len(arguments):
        raise step.wrong(f"it has no argument {index}")
    array = _arrays.array(arguments[index], f"{step.layer}: argument {index}")
    if array.ndim == len(like.shape) + 1:
        if array.shape[0] != 1:
            raise step.refused(f"has a constant of shape {array.shape}, with numbers for each row")
        array = array[0]
    if array.ndim > len(like.shape):
        raise step.refused(f"has a constant of shape {array.shape} beside a value of shape {like.shape}")
    return array


def arithmetic(step: Step, arguments: Sequence[Argument]) -> Symbol:
    """Add, subtract, multiply or divide: two values, or a value and a constant."""
    if len(arguments) != 2:
        raise step.wrong(f"it has {len(arguments)} arguments, not 2")
    kind = step.layer.kind.removeprefix("ops.")
    product = kind in ("Multiply", "Divide", "TrueDivide")
    first, second = (isinstance(argument, Symbol) for argument in arguments)
    if first and second:
        if product:
            raise step.refused(
                f"{'multiplies' if kind == 'Multiply' else 'divides'} two values that the network computes, "
                "which is not piecewise linear: only a constant may stand there"
            )
        sign = 1.0 if kind == "Add" else -1.0
        return step.graph.add([(arguments[0], 1.0), (arguments[1], sign)], step.name)
    x = symbol(step, arguments, 0 if first else 1)
    number = constant(step, arguments, 1 if first else 0, x)
    if kind == "Multiply":
        return step.graph.affine(x, number, 0.0, step.name)
    if product:
        if not first:
            raise step.refused("divides by a value that the network computes, which is not piecewise linear")
        if not number.all():
            raise step.wrong("it divides by 0")
        return step.graph.affine(x, 1.0 / number, 0.0, step.name)
    if kind == "Add":
        return step.graph.affine(x, 1.0, number, step.name)
    return step.graph.affine(x, 1.0, -number, step.name) if first else step.graph.affine(x, -1.0, number, step.name)


def larger(step: Step, arguments: Sequence[Argument]) -> Symbol:
    """Give the larger or smaller of two values, or of a value and a constant."""
    pick = step.graph.maximum if step.layer.kind == "ops.Maximum" else step.graph.minimum
    first = 0 if arguments and isinstance(arguments[0], Symbol) else 1
    x = symbol(step, arguments, first)
    if len(arguments) != 2:
        raise step.wrong(f"it has {len(arguments)} arguments, not 2")
    other = arguments[1 - first]
    return pick(x, other if isinstance(other, Symbol) else constant(step, arguments, 1 - first, x), step.name)


def elementwise(step: Step, arguments: Sequence[Argument]) -> Symbol:
    """Add an activation."""
    x, kind = symbol(step, arguments), step.layer.kind.removeprefix("ops.")
    if kind in NAMED:
        return named(step, x, NAMED[kind], step.name)
    if kind in SLOPED:
        name, key, default = SLOPED[kind]
        return step.graph.activation(x, name, step.name, slope=step.number(key, default))
    if kind == "Gelu":
        exact = not step.flag("approximate", default=True)
        return step.graph.activation(x, "gelu" if exact else "gelu_tanh", step.name)
    if kind == "Negative":
        return step.graph.affine(x, -1.0, 0.0, step.name)
    return step.graph.activation(x, "abs", step.name)


def clip(step: Step, arguments: Sequence[Argument]) -> Symbol:
    """Hold a value between two numbers."""
    low, high = step.number("x_min", 0.0), step.number("x_max", 0.0)
    return step.graph.activation(symbol(step, arguments), "clip", step.name, low=low, high=high)


def take(step: Step, arguments: Sequence[Argument]) -> Symbol:
    """Give entries along an axis, by their numbers."""
    x = symbol(step, arguments)
    axis = step.axis(step.get("axis"), x)
    if len(arguments) != 2 or isinstance(arguments[1], Symbol):
        raise step.refused("takes entries by numbers that the network computes")
    at = _arrays.array(arguments[1], f"{step.layer}: indices")
    size = x.shape[axis]
    if not ((at >= -size) & (at < size) & (at == np.rint(at))).all():
        raise step.wrong(f"it takes entries that are not there among the {size}")
    step.graph.reserve(at.size * (x.index.size // size), step.name)
    return x.with_index(np.take(x.index, at.astype(np.intp), axis=axis))


OPS: dict[str, Callable[[Step, Sequence[Argument]], Symbol]] = {
    **dict.fromkeys(("ops.Add", "ops.Subtract", "ops.Multiply", "ops.Divide", "ops.TrueDivide"), arithmetic),
    **dict.fromkeys(("ops.Maximum", "ops.Minimum"), larger),
    **dict.fromkeys((f"ops.{kind}" for kind in (*NAMED, *SLOPED, "Gelu", "Negative", "Absolute", "Abs")), elementwise),
    "ops.Clip": clip,
    "ops.Take": take,
}
