"""ATen operators that are layers: matrix products, convolutions, norms in evaluation, pooling and sums."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.errors import InvalidInputError
from hinges.interop._graph_values import Symbol
from hinges.interop._torch_arguments import Arguments, arrays_only
from hinges.interop._torch_constants import promoted
from hinges.interop._torch_elementwise import NO_PRODUCT, maximum, minimum, scaled
from hinges.interop._torch_shapes import rearranged
from hinges.interop._torch_values import Missing, Value
from hinges.interop._windows import same_pads

# --- matrix products ------------------------------------------------------------------------------------


def dense(a: Arguments, x: Value, weights: Floats, bias: Any = None) -> Value:
    """Give `x @ weights + bias` over the last dimension."""
    if not x.symbol.shape and a.walker.rows is not None:
        raise a.refusal("multiplies the rows of its input together")
    return Value(a.graph.dense(x.symbol, weights, bias, a.name), x.joined)


def linear(a: Arguments) -> Any:
    """Give `input @ weight.T + bias`."""
    x, weight, bias = a.first, a.constant("weight"), a.constant("bias", None)
    if not isinstance(x, Value):
        return promoted(lambda p, q: p @ q.T + (0 if bias is None else bias), x, weight)
    if weight.ndim == 1:
        return _without_last(a, dense(a, x, weight[:, None], bias))
    return dense(a, x, weight.T, bias)


def _without_last(a: Arguments, x: Value) -> Value:
    return rearranged(a, x, lambda index: index[..., 0])


def matmul(a: Arguments) -> Any:
    """Give the product of two tensors, one of which is constant, as torch.matmul does."""
    x, y = (a.tensor(name) for name in list(a.call.arguments)[:2])
    if arrays_only(x, y):
        return promoted(np.matmul, x, y)
    return product(a, x, y)


def product(a: Arguments, x: Any, y: Any) -> Value:
    """Give x @ y where one of them is constant."""
    known = [each.known if isinstance(each, Value) else np.asarray(each, np.float64) for each in (x, y)]
    if isinstance(x, Value) and known[1] is not None:
        right = _matrix(a, known[1])
        result = dense(a, x, right[:, None] if right.ndim == 1 else right)
        return _without_last(a, result) if right.ndim == 1 else result
    if isinstance(y, Value) and known[0] is not None:
        left, size = _matrix(a, known[0]), len(a.walker.shape(y))
        if size == 1 and a.walker.rows is None:
            return dense(a, y, left.T if left.ndim > 1 else left[:, None])
        if size < 2 or a.walker.axis(y, -2, a.where) < 0:
            raise a.refusal("multiplies the rows of its input together")
        turned = rearranged(a, y, lambda index: np.swapaxes(index, -1, -2))
        if left.ndim == 1:
            return _without_last(a, dense(a, turned, left[:, None]))
        return rearranged(a, dense(a, turned, left.T), lambda index: np.swapaxes(index, -1, -2))
    raise a.refusal(NO_PRODUCT)


def _matrix(a: Arguments, array: Floats) -> Floats:
    """Give a matrix, or a vector, that may be repeated along dimensions before it."""
    while array.ndim > 2:
        if len(array) == 0 or (array != array[:1]).any():
            raise a.refusal("multiplies each part of its input by a matrix of its own: that is not read")
        array = array[0]
    return array


def addmm(a: Arguments) -> Any:
    """Give beta * self + alpha * (mat1 @ mat2)."""
    names = list(a.call.arguments)[:3]
    added, x, y = (a.tensor(name) for name in names)
    beta, alpha = a.number("beta", 1.0), a.number("alpha", 1.0)
    if arrays_only(added, x, y):
        return promoted(lambda p, q, r: beta * p + alpha * (q @ r), added, x, y)
    if isinstance(x, Value) and not isinstance(y, Value) and y.ndim == 2 and not isinstance(added, Value):
        bias = a.walker.aligned(added, x, a.where).reshape(-1)
        if bias.size in (1, y.shape[1]):
            return dense(a, x, alpha * np.asarray(y, np.float64), beta * bias)
    result = promoted(np.matmul, x, y) * alpha if arrays_only(x, y) else scaled(a, product(a, x, y), alpha)
    return _added(a, added, result, beta)


def _added(a: Arguments, added: Any, result: Any, beta: float) -> Value:
    if not isinstance(added, Value):
        return scaled(a, result, 1.0, beta * added)
    if not isinstance(result, Value):
        return scaled(a, added, beta, result)
    return Value(a.graph.add([(added.symbol, beta), (result.symbol, 1.0)], a.name), result.joined)


def einsum(a: Arguments) -> Any:
    """Give an Einstein sum of one value and one constant that is a matrix product with dimensions in any order."""
    equation, tensors = a.get("equation"), [a.settled(each) for each in a.get("tensors")]
    inputs, _, output = equation.replace(" ", "").partition("->")
    letters = inputs.split(",")
    values = [isinstance(each, Value) for each in tensors]
    if arrays_only(*tensors):
        return promoted(lambda *arrays: np.einsum(equation, *arrays), *tensors)
    if len(tensors) != 2 or sum(values) != 1 or "." in equation or not output:
        raise a.refusal(f"is an Einstein sum {equation!r}; those of one computed tensor and one constant are read")
    at = values.index(True)
    x, c, mine, other = tensors[at], tensors[1 - at], letters[at], letters[1 - at]
    rows = mine[: a.walker.lead(x)]
    shared = [letter for letter in mine if letter in other]
    kept, new = [each for each in mine if each not in other], [each for each in other if each not in mine]
    readable = {*output} == {*kept, *new} and len(output) == len(kept) + len(new) and output.startswith(rows)
    if not readable or len({*mine}) < len(mine) or len({*other}) < len(other) or (rows and rows in other) or x.joined:
        raise a.refusal(f"is an Einstein sum {equation!r} that is no matrix product: that is not read")
    axes = [mine.index(letter) - len(rows) for letter in (*kept[len(rows) :], *shared)]
    lead = x.symbol.index.transpose(axes)
    shape = lead.shape[: len(kept) - len(rows)]
    matrix = np.asarray(c, np.float64).transpose([other.index(letter) for letter in (*shared, *new)])
    sizes = matrix.shape[len(shared) :]
    flat = Value(Symbol(lead.reshape(*shape, -1), x.symbol.final))
    result = dense(a, flat, matrix.reshape(lead[(0,) * len(shape)].size if shared else 1, -1))
    order = [[*kept, *new].index(letter) - len(rows) for letter in output[len(rows) :]]
    return rearranged(a, result, lambda index: index.reshape(*shape, *sizes).transpose(order))


# --- convolutions and pools -----------------------------------------------------------------------------


def spatial(a: Arguments, x: Any, axes: int, layer: Callable[[Symbol], Symbol]) -> Value:
    """Give what a layer on (channels, *sizes) makes of a tensor that may have an axis of size 1 before them."""
    if not isinstance(x, Value):
        x = a.walker.as_value(x, a.where)
    shape = x.symbol.shape
    if x.joined:
        raise a.refusal("works on channels joined with the rows: reshape them apart first")
    if len(shape) == axes + 2 and shape[0] == 1:
        result = layer(x.symbol.with_index(x.symbol.index[0]))
        return Value(result.with_index(result.index[None]))
    if len(shape) != axes + 1:
        raise InvalidInputError(f"{a.where} reads {axes + 1} dimensions where {len(shape)} come in")
    return Value(layer(x.symbol))


def each(numbers: Sequence[int], axes: int, default: Sequence[int] | None = None) -> list[int]:
    """Give one number an axis out of one for all, or as many as there are axes."""
    if not numbers and default is not None:
        return list(default)
    return list(numbers) * axes if len(numbers) == 1 else list(numbers)


def conv(a: Arguments) -> Any:
    """Give a convolution along one, two or three axes, or a transposed one."""
    weight, bias = np.asarray(a.constant("weight"), np.float64), a.constant("bias", None)
    axes = weight.ndim - 2
    strides, dilations = (each(a.wholes(key, 1), axes) for key in ("stride", "dilation"))
    padding, groups = a.get("padding", 0), a.whole("groups", 1)
    turned = "transpose" in a.call.operator or a.flag("transposed", default=False)

    def layer(x: Symbol) -> Symbol:
        if turned:
            return _transposed(a, x, weight, bias, (strides, each(a.wholes("padding", 0), axes), dilations, groups))
        if isinstance(padding, str):
            pads: Any = 0
            if padding == "same":  # where one more is needed, it goes to the end
                pads = same_pads(x.shape[1:], weight.shape[2:], [1] * axes, dilations)
        else:
            pads = each(a.wholes("padding", 0), axes)
        return a.graph.conv(
            x, weight, bias, strides=strides, pads=pads, dilations=dilations, groups=groups, name=a.name
        )

    return spatial(a, a.first, axes, layer)


def _transposed(a: Arguments, x: Symbol, weight: Floats, bias: Any, how: tuple[Any, ...]) -> Symbol:
    """Give a transposed convolution: a plain one, with the kernel turned, of the input with zeros in between."""
    strides, pads, dilations, groups = how
    axes = len(strides)
    more = each(a.wholes("output_padding", 0), axes)
    sizes = [(n - 1) * step + 1 for n, step in zip(x.shape[1:], strides, strict=True)]
    a.graph.reserve(x.shape[0] * math.prod(sizes), a.name)
    zero = int(a.graph.constant(0.0, a.name).index)
    index = np.full((x.shape[0], *sizes), zero)
    index[(slice(None), *(slice(None, None, step) for step in strides))] = x.index
    widths = [(0, 0)]
    for size, gap, pad, extra in zip(weight.shape[2:], dilations, pads, more, strict=True):
        widths.append((gap * (size - 1) - pad, gap * (size - 1) - pad + extra))
    padded = a.graph.pad(x.with_index(index), widths, name=a.name)
    per_group = weight.reshape(groups, weight.shape[0] // groups, *weight.shape[1:]).swapaxes(1, 2)
    kernel = np.flip(per_group, tuple(range(3, 3 + axes))).reshape(-1, *per_group.shape[2:])
    return a.graph.conv(padded, kernel, bias, dilations=dilations, groups=groups, name=a.name)


def average_pool(a: Arguments) -> Any:
    """Give means over windows."""
    axes = int(_digit(a))
    kernel = each(a.wholes("kernel_size"), axes)
    divisor = a.get("divisor_override", None)

    def layer(x: Symbol) -> Symbol:
        return a.graph.average_pool(
            x,
            kernel,
            strides=each(a.wholes("stride", ()), axes, kernel),
            pads=each(a.wholes("padding", 0), axes),
            ceil_mode=a.flag("ceil_mode", default=False),
            count_include_pad=a.flag("count_include_pad", default=True),
            divisor=None if divisor is None else a.whole("divisor_override"),
            name=a.name,
        )

    return spatial(a, a.first, axes, layer)


def _digit(a: Arguments) -> str:
    """Give the number in avg_pool2d or max_pool1d_with_indices."""
    return next(letter for letter in a.call.operator if letter.isdigit())


def max_pool(a: Arguments) -> Any:
    """Give the largest entries of windows."""
    axes = int(_digit(a))
    kernel = each(a.wholes("kernel_size"), axes)

    def layer(x: Symbol) -> Symbol:
        return a.graph.max_pool(
            x,
            kernel,
            strides=each(a.wholes("stride", ()), axes, kernel),
            pads=each(a.wholes("padding", 0), axes),
            dilations=each(a.wholes("dilation", 1), axes),
            ceil_mode=a.flag("ceil_mode", default=False),
            name=a.name,
        )

    result = spatial(a, a.first, axes, layer)
    return (result, Missing("the positions of the largest entries")) if "with_indices" in a.call.operator else result


def adaptive_pool(a: Arguments) -> Any:
    """Give means, or largest entries, over windows of equal size, as many as asked for."""
    axes, largest = int(_digit(a)), "max" in a.call.operator
    wanted = each(a.wholes("output_size"), axes)

    def layer(x: Symbol) -> Symbol:
        sizes = x.shape[1:]
        if any(n < 1 or size % n for size, n in zip(sizes, wanted, strict=True)):
            raise a.refusal(
                f"pools sizes {tuple(sizes)} to {tuple(wanted)}, so that windows differ in size: only sizes that "
                "divide those of the input are read"
            )
        kernel = [size // n for size, n in zip(sizes, wanted, strict=True)]
        pool = a.graph.max_pool if largest else a.graph.average_pool
        return pool(x, kernel, strides=kernel, name=a.name)

    result = spatial(a, a.first, axes, layer)
    return (result, Missing("the positions of the largest entries")) if largest else result


# --- norms ----------------------------------------------------------------------------------------------


def batch_norm(a: Arguments) -> Any:
    """Give a batch norm in evaluation, which is a scale and a shift for each channel."""
    x = a.first
    mean, variance = a.constant("running_mean", None), a.constant("running_var", None)
    instance = a.call.operator == "instance_norm"
    training = a.flag("use_input_stats", default=True) if instance else a.flag("training", default=False)
    if training or mean is None or variance is None:
        raise a.refusal(
            f"takes mean and spread over the {'image' if instance else 'batch'} it is given, which is not piecewise "
            "linear: export the model in evaluation mode with running statistics"
        )
    if not isinstance(x, Value):
        x = a.walker.as_value(x, a.where)
    mean, variance = np.asarray(mean, np.float64), np.asarray(variance, np.float64)
    weight, bias = (np.asarray(a.constant(key, None) if a.get(key, None) is not None else n) for key, n in AFFINE)
    spread = variance + a.number("eps", 1e-5)
    if (spread <= 0).any():
        raise InvalidInputError(f"{a.where} has a variance below 0")
    factor = np.asarray(weight, np.float64) / np.sqrt(spread)
    shift = np.asarray(bias, np.float64) - mean * factor
    shape = [1] * len(x.symbol.shape)
    shape[a.walker.axis(x, 1, a.where)] = -1
    result = a.graph.affine(x.symbol, factor.reshape(shape), shift.reshape(shape), a.name)
    value = Value(result, x.joined)
    statistics = Missing("the statistics of the batch")
    return value if a.call.operator in ("batch_norm", "instance_norm") else (value, statistics, statistics)


AFFINE = (("weight", 1.0), ("bias", 0.0))


# --- sums and largest over dimensions -------------------------------------------------------------------


def _dims(a: Arguments, x: Any) -> list[int]:
    dims = a.get("dim", None)
    named = a.wholes("dim") if dims not in (None, []) else list(range(len(a.walker.shape(x))))
    return [a.walker.axis(x, dim, a.where) for dim in named]


def total(*, mean: bool) -> Callable[[Arguments], Any]:
    """Give the operator of a sum, or of a mean, over dimensions."""

    def operate(a: Arguments) -> Any:
        given = a.get(next(iter(a.given)))
        keep = a.flag("keepdim", default=False)
        axes = _dims(a, given)
        if not isinstance(given, Value):
            x = np.asarray(given)
            return promoted((np.mean if mean else np.sum), x) if not axes else _reduced(x, axes, keep=keep, mean=mean)
        if given.scale is not None and not mean:
            symbol = a.graph.weighted_sum(given.symbol, given.scale, axes, keepdims=keep, name=a.name)
            return Value(symbol, given.joined)
        x = a.settled(given)
        return Value(a.graph.sum(x.symbol, axes, keepdims=keep, mean=mean, name=a.name), x.joined)

    return operate


def _reduced(x: Any, axes: list[int], *, keep: bool, mean: bool) -> Any:
    result = (np.mean if mean else np.sum)(x, axis=tuple(axes), keepdims=keep)
    return np.asarray(result).astype(x.dtype) if x.dtype.kind == "f" else np.asarray(result)


def largest(*, least: bool, with_positions: bool) -> Callable[[Arguments], Any]:
    """Give the operator of the largest, or the least, entry over dimensions or of two tensors."""

    def operate(a: Arguments) -> Any:
        if "other" in a.call.arguments:
            return (minimum if least else maximum)(a)
        x = a.first
        keep = a.flag("keepdim", default=False)
        axes = _dims(a, x)
        if not isinstance(x, Value):
            result: Any = np.asarray((np.min if least else np.max)(x, axis=tuple(axes), keepdims=keep))
        else:
            symbol = a.graph.affine(x.symbol, -1.0, 0.0, a.name) if least else x.symbol
            symbol = a.graph.max(symbol, axes, keepdims=keep, name=a.name)
            result = Value(a.graph.affine(symbol, -1.0, 0.0, a.name) if least else symbol, x.joined)
        positions = with_positions and "dim" in a.call.arguments
        return (result, Missing("the positions of the largest entries")) if positions else result

    return operate


OPERATORS: dict[str, Callable[[Arguments], Any]] = {
    "linear": linear, "matmul": matmul, "mm": matmul, "bmm": matmul, "addmm": addmm, "baddbmm": addmm,
    "mv": matmul, "dot": matmul, "vdot": matmul, "inner": matmul, "einsum": einsum,
    "conv1d": conv, "conv2d": conv, "conv3d": conv, "convolution": conv, "_convolution": conv,
    "conv_transpose1d": conv, "conv_transpose2d": conv, "conv_transpose3d": conv,
    "avg_pool1d": average_pool, "avg_pool2d": average_pool, "avg_pool3d": average_pool,
    "max_pool1d": max_pool, "max_pool2d": max_pool, "max_pool3d": max_pool,
    "max_pool1d_with_indices": max_pool, "max_pool2d_with_indices": max_pool, "max_pool3d_with_indices": max_pool,
    "adaptive_avg_pool1d": adaptive_pool, "adaptive_avg_pool2d": adaptive_pool, "adaptive_avg_pool3d": adaptive_pool,
    "_adaptive_avg_pool2d": adaptive_pool, "_adaptive_avg_pool3d": adaptive_pool,
    "adaptive_max_pool1d": adaptive_pool, "adaptive_max_pool2d": adaptive_pool, "adaptive_max_pool3d": adaptive_pool,
    "batch_norm": batch_norm, "instance_norm": batch_norm, "native_batch_norm": batch_norm,
    "_native_batch_norm_legit_no_training": batch_norm, "cudnn_batch_norm": batch_norm,
    "sum": total(mean=False), "mean": total(mean=True),
    "amax": largest(least=False, with_positions=False), "amin": largest(least=True, with_positions=False),
    "max": largest(least=False, with_positions=True), "min": largest(least=True, with_positions=True),
}  # fmt: skip
