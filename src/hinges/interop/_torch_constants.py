"""ATen operators on constants alone: worked out with NumPy in the type of numbers that torch would use."""

import contextlib
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hinges.errors import InvalidInputError
from hinges.interop._caps import MOST_UNITS
from hinges.interop._torch_arguments import Arguments, arrays_only
from hinges.interop._torch_program import DType
from hinges.interop._torch_values import Array, Value


def promoted(operate: Callable[..., Any], *arrays: Any) -> Array:
    """Give the result of an operation on constants, of the type that torch gives it.

    A number or an array of no dimensions does not widen the type of a real array of some.
    """
    given = [np.asarray(each) for each in arrays]
    _check_growth(given)
    with np.errstate(all="ignore"):
        result = np.asarray(operate(*arrays))
    real = [each.dtype for each in given if each.dtype.kind == "f" and each.ndim] or [
        each.dtype for each in given if each.dtype.kind == "f" and isinstance(each, np.ndarray)
    ]
    if result.dtype.kind == "f" and real:
        return result.astype(np.result_type(*real), copy=False)
    return result


def _check_growth(arrays: Sequence[Array]) -> None:
    """Refuse constants of which an operation, entry by entry or a matrix product, would make far more numbers."""
    first, *others = arrays
    lead = first.size // max(first.shape[-1], 1) if first.ndim else 1
    sizes = [lead * (each.size // max(min(each.shape[-2:]), 1)) for each in others if each.ndim]
    with contextlib.suppress(ValueError):  # shapes that only a matrix product can put together
        sizes.append(math.prod(np.broadcast_shapes(*(each.shape for each in arrays))))
    if max(sizes, default=0) > max(MOST_UNITS, 4 * max(each.size for each in arrays)):
        raise ValueError(f"constants of which {max(sizes)} numbers would be made")


def _norm(values: Array, axes: tuple[int, ...]) -> Array:
    return np.sqrt(np.square(values).sum(axes, keepdims=True))


def weight_norm(a: Arguments) -> Any:
    """Give v * g / |v|, the weights of a layer under weight norm."""
    v, g, dim = a.constant("v"), a.constant("g"), a.whole("dim", 0)
    axes = tuple(axis for axis in range(v.ndim) if axis != dim % v.ndim)
    return promoted(lambda p, q: p * (q / _norm(p, axes)), v, g)


def linear_algebra(a: Arguments) -> Any:
    """Give the product of two constants that are matrices or vectors."""
    x, y = (np.asarray(a.settled(each)) for each in list(a.given.values())[:2])
    if not arrays_only(*a.given.values()):
        raise a.refusal("multiplies what the network computes by what it computes, which is not piecewise linear")
    return promoted(np.matmul, x, y)


def unary(function: Callable[[Array], Array], word: str) -> Callable[[Arguments], Any]:
    """Give an operator that constants may go through and values may not."""

    def operate(a: Arguments) -> Any:
        x = a.first
        if isinstance(x, Value):
            raise a.refusal(f"takes {word} of what the network computes, which is not piecewise linear")
        if x.dtype.kind in "iub":
            x = x.astype(np.float32)
        with np.errstate(all="ignore"):
            return np.asarray(function(x))

    return operate


# --- constants out of nothing ---------------------------------------------------------------------------


def filled(number: float | None) -> Callable[[Arguments], Any]:
    """Give the operator of a constant tensor of given sizes, one number everywhere."""

    def operate(a: Arguments) -> Any:
        like = a.call.operator.endswith("_like")
        sizes = list(a.walker.shape(a.first)) if like else a.wholes("size")
        value = number if number is not None else a.number("fill_value")
        rows = a.walker.rows
        if rows is not None and sizes and sizes[0] == rows:
            _reserve(a, sizes[1:])
            return a.walker.known(np.full(sizes[1:], value), a.where)
        _reserve(a, sizes)
        return np.full(sizes, value, _type(a, "float32"))

    return operate


def _reserve(a: Arguments, sizes: list[int]) -> None:
    if min(sizes, default=0) < 0:
        raise InvalidInputError(f"{a.where} makes a tensor of sizes {tuple(sizes)}")
    a.graph.reserve(math.prod(sizes), a.name)


def _type(a: Arguments, default: str) -> str:
    kinds = [value.name for value in a.call.arguments.values() if isinstance(value, DType)]
    kind = kinds[0] if kinds else default
    if kind == "unknown":
        raise a.refusal("makes numbers of a type that is not read")
    return "float32" if kind == "bfloat16" else kind


def arange(a: Arguments) -> Any:
    """Give the numbers from start to end in steps."""
    start, end, step = a.number("start", 0.0), a.number("end"), a.number("step", 1.0)
    if step == 0:
        raise InvalidInputError(f"{a.where} has step = 0")
    _reserve(a, [max(math.ceil((end - start) / step), 0)])
    whole = all(isinstance(a.get(key, 0), int) for key in ("start", "end", "step"))
    return np.arange(start, end, step).astype(_type(a, "int64" if whole else "float32"))


def eye(a: Arguments) -> Any:
    """Give the identity matrix."""
    n = a.whole("n")
    m = a.whole("m", n)
    _reserve(a, [n, m])
    return np.eye(n, m, dtype=_type(a, "float32"))


def scalar(a: Arguments) -> Any:
    """Give a number as a tensor."""
    return np.asarray(a.number("s"), _type(a, "float32"))


# --- sizes ----------------------------------------------------------------------------------------------


def size_of(a: Arguments) -> Any:
    """Give the size of a dimension, or how many entries there are."""
    shape = a.walker.shape(a.first)
    if a.call.operator in ("numel", "sym_numel"):
        return math.prod(shape)
    dim = a.whole("dim")
    if not -len(shape) <= dim < len(shape):
        raise InvalidInputError(f"{a.where} asks for dimension {dim} of a tensor that has {len(shape)}")
    return shape[dim]


def nothing(a: Arguments) -> Any:
    """Pass over what only checks or hints."""


def item(a: Arguments) -> Any:
    """Give one of several results."""
    several, at = list(a.given.values())[:2]
    if not isinstance(several, (tuple, list)) or not isinstance(at, int) or not -len(several) <= at < len(several):
        raise InvalidInputError(f"{a.where} reads result {at} of a call that has fewer")
    return several[at]


def on_numbers(function: Callable[..., Any]) -> Callable[[Arguments], Any]:
    """Give an operator of Python on sizes."""

    def operate(a: Arguments) -> Any:
        numbers = list(a.given.values())
        if not all(isinstance(each, (int, float)) for each in numbers):
            raise a.refusal("works out a size from what the network computes")
        try:
            return function(*numbers)
        except (ZeroDivisionError, OverflowError, TypeError, ValueError):
            raise InvalidInputError(f"{a.where} cannot be worked out for {numbers}") from None

    return operate


OPERATORS: dict[str, Callable[[Arguments], Any]] = {
    "_weight_norm": weight_norm, "mv": linear_algebra, "dot": linear_algebra, "vdot": linear_algebra,
    "sqrt": unary(np.sqrt, "the root"), "rsqrt": unary(lambda x: 1 / np.sqrt(x), "the root"),
    "exp": unary(np.exp, "the exponential"), "log": unary(np.log, "the logarithm"),
    "reciprocal": unary(lambda x: 1 / x, "the reciprocal"), "square": unary(np.square, "the square"),
    "sin": unary(np.sin, "the sine"), "cos": unary(np.cos, "the cosine"),
    "zeros": filled(0.0), "zeros_like": filled(0.0), "new_zeros": filled(0.0),
    "ones": filled(1.0), "ones_like": filled(1.0), "new_ones": filled(1.0),
    "full": filled(None), "full_like": filled(None), "new_full": filled(None),
    "arange": arange, "eye": eye, "scalar_tensor": scalar,
    "sym_size": size_of, "size": size_of, "sym_numel": size_of, "numel": size_of,
    "_assert_tensor_metadata": nothing, "_assert_scalar": nothing, "_assert_async": nothing,
    "sym_constrain_range_for_size": nothing, "sym_constrain_range": nothing,
    "_operator.getitem": item, "_operator.add": on_numbers(operator.add),
    "_operator.sub": on_numbers(operator.sub), "_operator.mul": on_numbers(operator.mul),
    "_operator.floordiv": on_numbers(operator.floordiv), "_operator.mod": on_numbers(operator.mod),
    "_operator.neg": on_numbers(operator.neg), "_operator.eq": on_numbers(operator.eq),
    "_operator.ne": on_numbers(operator.ne), "_operator.ge": on_numbers(operator.ge),
    "_operator.gt": on_numbers(operator.gt), "_operator.le": on_numbers(operator.le),
    "_operator.lt": on_numbers(operator.lt),
}  # fmt: skip
