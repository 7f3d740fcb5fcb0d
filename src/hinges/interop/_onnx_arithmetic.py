"""The operators of ONNX that are arithmetic: on constants it is done, on computed tensors it makes layers."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from hinges import _arrays
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._graph_values import Symbol
from hinges.interop._onnx_file import Operation
from hinges.interop._onnx_program import Array, Pending, Program, Value, label, where

ON_CONSTANTS: dict[str, Callable[..., Any]] = {
    "Abs": np.abs,
    "Add": np.add,
    "Ceil": np.ceil,
    "Equal": np.equal,
    "Exp": np.exp,
    "Floor": np.floor,
    "Greater": np.greater,
    "Less": np.less,
    "Max": lambda *each: np.maximum.reduce(np.broadcast_arrays(*each)),
    "Min": lambda *each: np.minimum.reduce(np.broadcast_arrays(*each)),
    "Mod": np.mod,
    "Mul": np.multiply,
    "Neg": np.negative,
    "Not": np.logical_not,
    "Pow": np.power,
    "Reciprocal": lambda x: 1.0 / x,
    "Relu": lambda x: np.maximum(x, 0),
    "Sqrt": np.sqrt,
    "Sub": np.subtract,
    "Sum": lambda *each: np.sum(np.broadcast_arrays(*each), axis=0),
    "Where": np.where,
}
TYPES = {1: np.float32, 6: np.int64, 7: np.int64, 9: np.bool_, 10: np.float16, 11: np.float64}
WHOLE = (6, 7, 9)


def on_constants(p: Program, o: Operation) -> Array | None:
    """Give the result of a node all of whose inputs are constant, or None where one is not."""
    if o.op not in (*ON_CONSTANTS, "Div", "ReduceProd"):
        return None
    values = [p.get(o, i) for i in range(len(o.inputs)) if o.inputs[i]]
    arrays = [value for value in values if isinstance(value, np.ndarray)]
    if len(arrays) != len(values) or not arrays:
        return None
    try:
        p.reserve(np.broadcast_shapes(*(array.shape for array in arrays)), o)
        with np.errstate(all="ignore"):
            result = np.asarray(calculated(o, arrays))
    except (ValueError, TypeError):
        raise InvalidInputError(f"{where(o)} has constants that do not fit together") from None
    return _arrays.array(result, f"the result of {label(o)}") if result.dtype.kind == "f" else result


def calculated(o: Operation, arrays: list[Array]) -> Any:
    """Give the result of a node on constants."""
    if o.op == "ReduceProd":
        return np.prod(arrays[0], keepdims=bool(o.numbers.get("keepdims", 1)))
    return divided(*arrays) if o.op == "Div" else ON_CONSTANTS[o.op](*arrays)


def divided(a: Array, b: Array) -> Array:
    """Give a / b; of whole numbers, rounded towards zero."""
    if a.dtype.kind == "f" or b.dtype.kind == "f":
        return a / b
    if (b == 0).any():
        raise ValueError(b)
    return np.sign(a) * np.sign(b) * (np.abs(a) // np.abs(b))


def cast(p: Program, o: Operation) -> Value:
    """Give the tensor in another type: numbers are kept in float64, and whole ones as such."""
    value, kind = p.get(o, 0), int(o.numbers.get("to", 1))
    if o.op == "CastLike":
        kind = 1
    if kind not in TYPES or (kind in WHOLE and not isinstance(value, np.ndarray)):
        raise UnsupportedModelError(f"{where(o)} rounds to another type (number {kind}): export it without this Cast")
    if isinstance(value, np.ndarray):
        narrow = value.astype(TYPES[kind])
        return narrow.astype(np.float64) if narrow.dtype.kind == "f" else narrow
    return value


# --- sums and multiples ---------------------------------------------------------------------------------


def add(p: Program, o: Operation) -> Value:
    """Give a sum or a difference; constants make an affine layer, which goes into the one before."""
    sign = -1.0 if o.op == "Sub" else 1.0
    values = [p.get(o, i) for i in range(max(len(o.inputs), 1))]
    pending = shifted(values)
    if pending is not None:
        return pending
    symbols = [
        (p.symbol(o, i), 1.0 if i == 0 else sign) for i, value in enumerate(values) if not isinstance(value, np.ndarray)
    ]
    constant: Array | float = 0.0
    for i, value in enumerate(values):
        if isinstance(value, np.ndarray):
            constant = constant + (value if i == 0 else sign * value)
    if len(symbols) == 1:
        return p.graph.affine(symbols[0][0], symbols[0][1], constant, label(o))
    return p.graph.add(_aligned(p, symbols, o), label(o), constant)


def _aligned(p: Program, symbols: list[tuple[Symbol, float]], o: Operation) -> list[tuple[Symbol, float]]:
    """Check that the rows of all terms are on the same axis."""
    dimensions = {x.index.ndim for x, _ in symbols}
    if p.guarded and len(dimensions) > 1:
        raise UnsupportedModelError(f"{where(o)} adds tensors of {sorted(dimensions)} dimensions, which mixes rows")
    return symbols


def multiply(p: Program, o: Operation) -> Value:
    """Give a constant multiple; two computed tensors have a product only where they make a SiLU or a GELU."""
    values = [p.get(o, 0), p.get(o, 1)]
    for i in (0, 1):
        factor, other = values[i], values[1 - i]
        if isinstance(factor, np.ndarray):
            if isinstance(other, Pending):
                factor = other.factor * single(factor, o)
                return other.gelu if factor == 1 and other.gelu is not None else replace(other, factor=factor)
            return p.graph.affine(p.computed(o, 1 - i), factor, 0.0, label(o))
        if isinstance(other, Pending) and other.gelu is None and isinstance(factor, Symbol):
            return gelu(p, o, o.inputs[i], other)
    return silu(p, o)


def divide(p: Program, o: Operation) -> Value:
    """Give the tensor divided by a constant, or x / (1 + |x|)."""
    bottom = p.get(o, 1)
    if isinstance(bottom, np.ndarray):
        if (bottom == 0).any():
            raise InvalidInputError(f"{where(o)} divides by zero")
        return p.graph.affine(p.computed(o), 1.0 / bottom, 0.0, label(o))
    raise UnsupportedModelError(f"{where(o)} divides by a computed tensor, which is not piecewise linear")


def negate(p: Program, o: Operation) -> Value:
    """Give the tensor times -1."""
    return p.graph.affine(p.computed(o), -1.0, 0.0, label(o))


def extremum(p: Program, o: Operation) -> Value:
    """Give the largest or smallest of several tensors, entry by entry."""
    values = [p.get(o, i) for i in range(max(len(o.inputs), 1))]
    arrays = [value for value in values if isinstance(value, np.ndarray)]
    symbols = [p.symbol(o, i) for i, value in enumerate(values) if not isinstance(value, np.ndarray)]
    pick, choose = (p.graph.maximum, np.maximum) if o.op == "Max" else (p.graph.minimum, np.minimum)
    _aligned(p, [(x, 1.0) for x in symbols], o)
    result = symbols[0]
    for x in symbols[1:]:
        result = pick(result, x, label(o))
    bound: Array | None = None
    for array in arrays:
        bound = array if bound is None else choose(bound, array)
    return result if bound is None else pick(result, bound, label(o))


# --- SiLU and GELU, as exporters write them out ---------------------------------------------------------


def silu(p: Program, o: Operation) -> Value:
    """Give x * sigmoid(x)."""
    for i in (0, 1):
        made = p.made.get(o.inputs[i])
        if made is not None and made.op == "Sigmoid" and made.inputs[0] == o.inputs[1 - i]:
            return p.graph.activation(p.computed(o, 1 - i), "silu", label(o))
    raise UnsupportedModelError(f"{where(o)} multiplies two computed tensors, which is not piecewise linear")


def error_function(p: Program, o: Operation) -> Value:
    """Keep an error function in mind: it is read as a part of a GELU."""
    p.computed(o)
    return Pending(o.inputs[0])


def shifted(values: list[Value]) -> Pending | None:
    """Give 1 + erf(...) where that is what is added."""
    if len(values) != 2:
        return None
    for pending, one in (values, values[::-1]):
        if not isinstance(pending, Pending) or not isinstance(one, np.ndarray) or not (one == 1).all():
            continue
        if pending.gelu is None and not pending.shifted and pending.factor == 1:
            return replace(pending, shifted=True)
    return None


def gelu(p: Program, o: Operation, name: str, pending: Pending) -> Value:
    """Give factor * x * (1 + erf(x / sqrt(2))), where `name` is x or a multiple of it."""
    x, inner = _multiple(p, pending.base)
    again, outer = _multiple(p, name)
    if name == x:
        again, outer = name, 1.0
    if again != x or not pending.shifted or abs(inner * math.sqrt(2.0) - 1.0) > 1e-6:
        raise UnsupportedModelError(f"{where(o)} multiplies by an error function that makes no GELU")
    value = p.values[x]
    assert isinstance(value, Symbol)
    result = p.graph.activation(value, "gelu", label(o))
    factor = 2.0 * pending.factor * outer
    return result if factor == 1 else replace(pending, factor=factor, gelu=result)


def _multiple(p: Program, name: str) -> tuple[str, float]:
    """Give the tensor of which this is a constant multiple, and the number."""
    made = p.made.get(name)
    if made is None or made.op not in ("Mul", "Div"):
        return name, 1.0
    values = [p.get(made, 0), p.get(made, 1)]
    for i in (0, 1) if made.op == "Mul" else (1,):
        constant = values[i]
        if isinstance(constant, np.ndarray) and constant.size == 1:
            number = float(constant.ravel()[0])
            return made.inputs[1 - i], number if made.op == "Mul" else 1.0 / number
    return name, 1.0


def single(values: Array, o: Operation) -> float:
    """Give the one number of a constant."""
    if values.size != 1:
        raise UnsupportedModelError(f"{where(o)} multiplies an error function by {values.size} numbers")
    return float(values.ravel()[0])
