"""The operators of ONNX that are layers: dense, convolution, pooling, normalisation, activations."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._graph_transposed import conv_transpose
from hinges.interop._graph_values import Symbol
from hinges.interop._onnx_file import Operation, Tensor
from hinges.interop._onnx_program import Array, Program, Value, label, where
from hinges.interop._windows import same_pads

LARGEST_FLOAT32 = float(np.finfo(np.float32).max)  # stands for infinity in old Clips
SELU = (1.6732631921768188, 1.0507010221481323)  # alpha and gamma, in float32
ACTIVATIONS = {
    "Abs": "abs",
    "Gelu": "gelu",
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Tanh": "tanh",
}


def number(o: Operation, key: str, default: float) -> float:
    """Give an attribute, or its default as the float32 that it is."""
    return float(o.numbers.get(key, float(np.float32(default))))


# --- dense ----------------------------------------------------------------------------------------------


def gemm(p: Program, o: Operation) -> Value:
    """Give alpha * A' @ B' + beta * C."""
    first, second = p.get(o, 0), p.get(o, 1)
    turn_a, turn_b = bool(o.numbers.get("transA", 0)), bool(o.numbers.get("transB", 0))
    added = p.constant(o, 2) if p.has(o, 2) else None
    alpha = float(o.numbers.get("alpha", 1.0))
    if isinstance(second, Symbol) and isinstance(first, np.ndarray):
        weights = scaled(p, first if turn_a else first.T, alpha, "alpha", o)
        x = second.with_index(second.index.T) if turn_b else second
        result = left(p, weights, x, o)
        return result if added is None else p.graph.affine(result, 1.0, _beta(p, added, o), label(o))
    weights = p.constant(o, 1)
    x = p.computed(o)
    if turn_a:
        p.axis(0, x.index.ndim, o)
        x = x.with_index(x.index.T)
    if len(x.shape) != 2:
        raise UnsupportedModelError(f"{where(o)} reads a tensor of {len(x.shape)} dimensions: put a Flatten before it")
    weights = scaled(p, weights.T if turn_b else weights, alpha, "alpha", o)
    added = None if added is None else _beta(p, added, o)
    units = weights.shape[-1] if weights.ndim else 0
    if added is None or (added.size in (1, units) and added.ndim <= 2 and added.shape[-1:] in ((), (1,), (units,))):
        return p.graph.dense(x, weights, None if added is None else added.ravel(), label(o))
    return p.graph.affine(p.graph.dense(x, weights, None, label(o)), 1.0, added, label(o))


def _beta(p: Program, added: Floats, o: Operation) -> Floats:
    return scaled(p, added, float(o.numbers.get("beta", 1.0)), "beta", o)


def scaled(p: Program, values: Floats, factor: float, key: str, o: Operation) -> Floats:
    """Give weights times a factor of Gemm."""
    if factor == 1:
        return values
    p.notes.append(f"{key} = {factor:g} of {where(o)} is multiplied into its weights, rounded once")
    return values * factor


def left(p: Program, weights: Floats, x: Symbol, o: Operation) -> Symbol:
    """Give weights @ x over the last axis but one."""
    if x.index.ndim == 1:
        return p.graph.dense(x, weights.T, None, label(o))
    p.axis(-2, x.index.ndim, o)
    turned = p.graph.dense(x.with_index(x.index.swapaxes(-1, -2)), weights.T, None, label(o))
    return turned.with_index(turned.index.swapaxes(-1, -2))


def matmul(p: Program, o: Operation) -> Value:
    """Give A @ B, one of them constant."""
    first, second = p.get(o, 0), p.get(o, 1)
    if isinstance(second, np.ndarray):
        x = p.computed(o)
        weights = _plain(second, o)
        if weights.ndim == 1:
            result = p.graph.dense(x, weights[:, None], None, label(o))
            return result.with_index(result.index[..., 0])
        return p.graph.dense(x, weights, None, label(o))
    if not isinstance(first, np.ndarray):
        raise UnsupportedModelError(f"{where(o)} multiplies two computed tensors, which is not piecewise linear")
    weights = _plain(first, o)
    if weights.ndim == 1:
        result = left(p, weights[None], p.computed(o, 1), o)
        return result.with_index(result.index[..., 0, :])
    return left(p, weights, p.computed(o, 1), o)


def _plain(weights: Array, o: Operation) -> Array:
    """Give weights without leading sizes of 1."""
    while weights.ndim > 2 and weights.shape[0] == 1:
        weights = weights[0]
    if weights.ndim not in (1, 2):
        raise UnsupportedModelError(f"{where(o)} has weights of shape {weights.shape}, not (inputs, units)")
    return weights


# --- convolution and pooling ----------------------------------------------------------------------------


def image(p: Program, o: Operation, index: int = 0) -> Symbol:
    """Give an input (1, channels, *sizes) without its rows."""
    x = p.computed(o, index)
    if x.index.ndim < 3 or x.shape[0] != 1:
        raise UnsupportedModelError(f"{where(o)} reads a tensor of shape {x.shape}, not one of (rows, channels, sizes)")
    return x.with_index(x.index[0])


def rows(x: Symbol) -> Symbol:
    """Give a tensor with its rows dimension again."""
    return x.with_index(x.index[None])


def sliding(p: Program, o: Operation, sizes: Sequence[int], kernel: Sequence[int]) -> dict[str, Any]:
    """Give the strides, pads and dilations of a node."""
    axes = len(kernel)
    strides = p.listed(o, "strides") or [1] * axes
    dilations = p.listed(o, "dilations") or [1] * axes
    pads = p.listed(o, "pads") or [0] * (2 * axes)
    auto = o.texts.get("auto_pad", "NOTSET")
    if not len(sizes) == axes == len(strides) == len(dilations) == len(pads) / 2:
        raise InvalidInputError(f"{where(o)} has a kernel, strides or pads that do not fit {len(sizes)} sizes")
    if min(*strides, *dilations, *kernel) < 1 or max(*strides, *dilations, *kernel, *pads) > 2**20:
        raise InvalidInputError(f"{where(o)} has a kernel, stride, pad or dilation that is no such thing")
    pairs: Sequence[tuple[int, int]] = list(zip(pads[:axes], pads[axes:], strict=True))
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        pairs = same_pads(sizes, kernel, strides, dilations, upper=auto == "SAME_UPPER")
    elif auto not in ("NOTSET", "VALID"):
        raise InvalidInputError(f"{where(o)} has the auto_pad {auto!r}")
    return {"strides": strides, "pads": pairs, "dilations": dilations}


def convolution(p: Program, o: Operation) -> Value:
    """Give a convolution with constant weights."""
    x, weights = image(p, o), p.constant(o, 1)
    bias = p.constant(o, 2) if p.has(o, 2) else None
    options = sliding(p, o, x.shape[1:], weights.shape[2:])
    groups = int(o.numbers.get("group", 1))
    return rows(p.graph.conv(x, weights, bias, groups=groups, name=label(o), **options))


def transposed(p: Program, o: Operation) -> Value:
    """Give a transposed convolution with constant weights."""
    x, weights = image(p, o), p.constant(o, 1)
    options = sliding(p, o, x.shape[1:], weights.shape[2:])
    strides, dilations, kernel = options["strides"], options["dilations"], weights.shape[2:]
    more = p.listed(o, "output_padding") or [0] * len(kernel)
    if o.texts.get("auto_pad", "NOTSET") not in ("NOTSET", "VALID") or o.lists.get("output_shape"):
        raise UnsupportedModelError(f"{where(o)} has pads that follow from its output: export it with pads")
    if len(more) != len(kernel) or not all(0 <= extra <= 2**20 for extra in more):
        raise InvalidInputError(f"{where(o)} has output_padding {more} for {len(kernel)} axes")
    crops = [(before, after - extra) for (before, after), extra in zip(options["pads"], more, strict=True)]
    bias = p.constant(o, 2) if p.has(o, 2) else None
    groups = int(o.numbers.get("group", 1))
    result = conv_transpose(
        p.graph, x, weights, bias, strides=strides, crops=crops, dilations=dilations, groups=groups, name=label(o)
    )
    return rows(result)


def max_pool(p: Program, o: Operation) -> Value:
    """Give the largest entries of windows."""
    x, kernel = image(p, o), p.listed(o, "kernel_shape") or []
    ceil = bool(o.numbers.get("ceil_mode", 0))
    options = sliding(p, o, x.shape[1:], kernel)
    return rows(p.graph.max_pool(x, kernel, ceil_mode=ceil, name=label(o), **options))


def average_pool(p: Program, o: Operation) -> Value:
    """Give the means of windows."""
    x, kernel = image(p, o), p.listed(o, "kernel_shape") or []
    options = sliding(p, o, x.shape[1:], kernel)
    options |= {"ceil_mode": bool(o.numbers.get("ceil_mode", 0))}
    options |= {"count_include_pad": bool(o.numbers.get("count_include_pad", 0))}
    return rows(p.graph.average_pool(x, kernel, name=label(o), **options))


def global_pool(p: Program, o: Operation) -> Value:
    """Give the mean or the largest entry of every channel."""
    x = image(p, o)
    pool = p.graph.max if o.op == "GlobalMaxPool" else p.graph.mean
    return rows(pool(x, range(1, x.index.ndim), keepdims=True, name=label(o)))


def reduction(p: Program, o: Operation) -> Value:
    """Give the mean, sum, largest or smallest entry over some axes."""
    x = p.computed(o)
    given = p.listed(o, "axes", 1)
    if not given:
        if o.numbers.get("noop_with_empty_axes", 0):
            return x
        given = list(range(x.index.ndim))
    axes = [p.axis(axis, x.index.ndim, o) for axis in given]
    keep, name = bool(o.numbers.get("keepdims", 1)), label(o)
    if o.op == "ReduceMin":
        negative = p.graph.max(p.graph.affine(x, -1.0, 0.0, f"{name} negated"), axes, keepdims=keep, name=name)
        return p.graph.affine(negative, -1.0, 0.0, f"{name} negated back")
    reduce = {"ReduceMean": p.graph.mean, "ReduceSum": p.graph.sum, "ReduceMax": p.graph.max}[o.op]
    return reduce(x, axes, keepdims=keep, name=name)


def batch_norm(p: Program, o: Operation) -> Value:
    """Give (x - mean) / sqrt(variance + epsilon) * scale + shift, with fixed mean and variance."""
    x = p.computed(o)
    if o.numbers.get("training_mode", 0) or len(o.outputs) > 1:
        raise UnsupportedModelError(f"{where(o)} is in training mode: export the model in evaluation mode")
    scale, shift, mean, variance = (p.constant(o, i) for i in (1, 2, 3, 4))
    spread = variance + number(o, "epsilon", 1e-5)
    if (spread <= 0).any():
        raise InvalidInputError(f"{where(o)} has a variance that is not positive")
    factor = scale / np.sqrt(spread)
    shape = (-1, *[1] * (x.index.ndim - 2))
    return p.graph.affine(x, factor.reshape(shape), (shift - mean * factor).reshape(shape), label(o))


# --- activations ----------------------------------------------------------------------------------------


def activation(p: Program, o: Operation) -> Value:
    """Give an elementwise activation without parameters."""
    kind = ACTIVATIONS[o.op]
    if o.op == "Gelu" and o.texts.get("approximate") == "tanh":
        kind = "gelu_tanh"
    return p.graph.activation(p.computed(o), kind, label(o))


def leaky(p: Program, o: Operation) -> Value:
    """Give LeakyRelu."""
    return p.graph.activation(p.computed(o), "leaky_relu", label(o), slope=number(o, "alpha", 0.01))


def prelu(p: Program, o: Operation) -> Value:
    """Give PRelu: one slope for all units, or one a unit or channel."""
    slope = p.constant(o, 1)
    slope = slope.ravel()[0] if slope.size == 1 else slope
    return p.graph.activation(p.computed(o), "leaky_relu", label(o), slope=slope)


def clip(p: Program, o: Operation) -> Value:
    """Give the tensor held between two numbers."""
    bounds: list[float] = []
    for index, key, open_end in ((1, "min", -math.inf), (2, "max", math.inf)):
        bound = float(o.numbers.get(key, open_end))
        if p.has(o, index):
            tensor = p.values.get(o.inputs[index])
            if isinstance(tensor, Tensor):
                tensor.bound = True
            bound = float(p.constant(o, index).ravel()[0])
        bounds.append(open_end if abs(bound) >= LARGEST_FLOAT32 and bound * open_end > 0 else bound)
    return p.graph.activation(p.computed(o), "clip", label(o), low=bounds[0], high=bounds[1])


def hard_sigmoid(p: Program, o: Operation) -> Value:
    """Give HardSigmoid."""
    alpha, beta = number(o, "alpha", 0.2), number(o, "beta", 0.5)
    return p.graph.hard_sigmoid(p.computed(o), label(o), alpha=alpha, beta=beta)


def elu(p: Program, o: Operation) -> Value:
    """Give Elu, Celu or Selu."""
    x, name, graph = p.computed(o), label(o), p.graph
    if o.op == "Elu":
        return graph.activation(x, "elu", name, slope=number(o, "alpha", 1.0))
    if o.op == "Selu":
        alpha, gamma = number(o, "alpha", SELU[0]), number(o, "gamma", SELU[1])
        if (alpha, gamma) == SELU:
            return graph.activation(x, "selu", name)
        return graph.affine(graph.activation(x, "elu", name, slope=alpha), gamma, 0.0, f"{name} scaled")
    alpha = number(o, "alpha", 1.0)
    if alpha <= 0:
        raise UnsupportedModelError(f"{where(o)} has alpha = {alpha:g}, which is not positive")
    inner = graph.activation(graph.affine(x, 1 / alpha, 0.0, f"{name} scaled"), "elu", name, slope=1.0)
    return graph.affine(inner, alpha, 0.0, f"{name} scaled back")


def thresholded(p: Program, o: Operation) -> Value:
    """Give ThresholdedRelu, which is 0 below its threshold."""
    return p.graph.threshold(p.computed(o), number(o, "alpha", 1.0), 0.0, label(o))


def shrink(p: Program, o: Operation) -> Value:
    """Give x moved towards zero by lambda, and zero nearer than that."""
    edge, bias = number(o, "lambd", 0.5), number(o, "bias", 0.0)
    if edge != bias or edge < 0:
        raise UnsupportedModelError(f"{where(o)} jumps at its threshold: one with bias = lambd is read")
    x, name = p.computed(o), label(o)
    return p.graph.add([(x, 1.0), (p.graph.activation(x, "clip", name, low=-edge, high=edge), -1.0)], f"{name} rest")


def softmax(p: Program, o: Operation) -> Value:
    """Pass over a softmax, which only the network's end may be."""
    x = p.computed(o)
    if x.index.ndim:
        p.axis(int(o.numbers.get("axis", 1 if p.file.opset < 13 else -1)), x.index.ndim, o)
    return p.graph.softmax(x, label(o), "softmax" if o.op == "Softmax" else "log-softmax")
