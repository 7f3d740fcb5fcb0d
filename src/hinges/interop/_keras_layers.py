"""Keras' layers with weights, and those that move, pool and merge values: one function a layer."""

from collections.abc import Callable, Sequence

import numpy as np

from hinges.errors import InvalidInputError
from hinges.interop import _keras_activations
from hinges.interop._graph_values import Symbol
from hinges.interop._keras_activations import named
from hinges.interop._keras_step import Step, product
from hinges.interop._windows import same_pads

EPSILON = 1e-7  # of keras.config.epsilon() unless somebody sets another
Handler = Callable[[Step, Symbol], Symbol]


# --- with weights ---------------------------------------------------------------------------------------


def dense(step: Step, x: Symbol) -> Symbol:
    """Add a Dense layer, over the last axis."""
    if not x.shape:
        raise step.wrong("it reads a single number without an axis")
    units = step.whole("units")
    kernel, bias = _kernel(step, (x.shape[-1], units), units)
    return _activated(step, step.graph.dense(x, kernel, bias, step.name))


def _kernel(step: Step, shape: tuple[int, ...], units: int) -> tuple[np.ndarray, np.ndarray | None]:
    wanted: list[tuple[str, tuple[int, ...]]] = [("kernel", shape)]
    if step.flag("use_bias", default=True):
        wanted.append(("bias", (units,)))
    found = step.variables(wanted)
    return found[0], found[1] if len(found) > 1 else None


def _activated(step: Step, x: Symbol) -> Symbol:
    activation = step.get("activation")
    word = activation if isinstance(activation, str) else "activation"
    return named(step, x, activation, f"{step.name} {word}")


def conv(step: Step, x: Symbol) -> Symbol:
    """Add a Conv1D, Conv2D or Conv3D layer."""
    axes = int(step.layer.kind[4])
    step.rank(x, axes + 1)
    kernel, filters, groups = step.sizes("kernel_size", axes), step.whole("filters"), step.whole("groups", 1)
    channels = x.shape[-1 if step.channels_last else 0]
    if channels % groups or filters % groups:
        raise step.wrong(f"its {channels} channels and {filters} filters do not fall into {groups} groups")
    weights, bias = _kernel(step, (*kernel, channels // groups, filters), filters)
    weights = np.moveaxis(weights, (-1, -2), (0, 1))
    x = _convolved(step, x, weights, bias, groups)
    return _activated(step, x)


def depthwise(step: Step, x: Symbol) -> Symbol:
    """Add a DepthwiseConv1D or DepthwiseConv2D layer."""
    axes = int(step.layer.kind[-2])
    step.rank(x, axes + 1)
    kernel, times = step.sizes("kernel_size", axes), step.whole("depth_multiplier", 1)
    channels = x.shape[-1 if step.channels_last else 0]
    weights, bias = _kernel(step, (*kernel, channels, times), channels * times)
    x = _convolved(step, x, _by_channel(weights), bias, channels)
    return _activated(step, x)


def separable(step: Step, x: Symbol) -> Symbol:
    """Add a SeparableConv1D or SeparableConv2D layer: channel by channel, then pointwise."""
    axes = int(step.layer.kind[-2])
    step.rank(x, axes + 1)
    kernel, times, filters = (
        step.sizes("kernel_size", axes),
        step.whole("depth_multiplier", 1),
        step.whole("filters"),
    )
    channels = x.shape[-1 if step.channels_last else 0]
    ones = (1,) * axes
    wanted = [
        ("depthwise kernel", (*kernel, channels, times)),
        ("pointwise kernel", (*ones, channels * times, filters)),
    ]
    if step.flag("use_bias", default=True):
        wanted.append(("bias", (filters,)))
    each, across, *rest = step.variables(wanted)
    x = _convolved(step.within(step.layer, f"{step.name} by channel"), x, _by_channel(each), None, channels)
    across = np.moveaxis(across, (-1, -2), (0, 1))
    bias = rest[0] if rest else None
    x = step.graph.conv(x, across, bias, channels_last=step.channels_last, name=step.name)
    return _activated(step, x)


def _by_channel(weights: np.ndarray) -> np.ndarray:
    """Give a kernel (*sizes, channels, times) as (channels * times, 1, *sizes)."""
    weights = np.moveaxis(weights, (-2, -1), (0, 1))
    return weights.reshape(-1, 1, *weights.shape[2:])


def _convolved(step: Step, x: Symbol, weights: np.ndarray, bias: np.ndarray | None, groups: int) -> Symbol:
    axes = weights.ndim - 2
    kernel, last = weights.shape[2:], step.channels_last
    strides, dilations = step.sizes("strides", axes, 1), step.sizes("dilation_rate", axes, 1)
    return step.graph.conv(
        x,
        weights,
        bias,
        strides=strides,
        pads=_pads(step, x, kernel, strides, dilations),
        dilations=dilations,
        groups=groups,
        channels_last=last,
        name=step.name,
    )


def _pads(
    step: Step, x: Symbol, kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> tuple[tuple[int, int], ...]:
    padding = step.choice("padding", "valid", ("valid", "same", "causal"))
    if padding == "causal":
        if len(kernel) != 1:
            raise step.wrong("padding=causal is for one axis alone")
        return ((dilations[0] * (kernel[0] - 1), 0),)
    if padding == "valid":
        return ((0, 0),) * len(kernel)
    sizes = x.shape[:-1] if step.channels_last else x.shape[1:]
    return same_pads(sizes, kernel, strides, dilations)


def batch_normalization(step: Step, x: Symbol) -> Symbol:
    """Add a BatchNormalization layer as it is used after training: scale and shift of each channel."""
    axis = step.axis(step.get("axis", -1), x)
    size = (x.shape[axis],)
    scaled, centred = step.flag("scale", default=True), step.flag("center", default=True)
    wanted = [("gamma", size)] * scaled + [("beta", size)] * centred
    # Further ones belong to training with renorm=True.
    found = step.variables([*wanted, ("moving_mean", size), ("moving_variance", size)], most=3)
    mean, variance = found[-2:]
    spread = variance + step.number("epsilon", 1e-3)
    if not (spread > 0).all():
        raise step.wrong("its moving_variance plus epsilon is not greater than 0")
    scale = (found[0] if scaled else 1.0) / np.sqrt(spread)
    shift = (found[int(scaled)] if centred else 0.0) - mean * scale
    shape = [1] * len(x.shape)
    shape[axis] = size[0]
    return step.graph.affine(x, scale.reshape(shape), shift.reshape(shape), step.name)


def normalization(step: Step, x: Symbol) -> Symbol:
    """Add a Normalization layer, whose mean and variance it was given or has learned."""
    value = step.get("axis", -1)
    axes = sorted({step.axis(each, x) for each in (value if isinstance(value, list) else [value])}) if value else []
    shape = [size if axis in axes else 1 for axis, size in enumerate(x.shape)]
    if step.get("mean") is None:
        kept = tuple(x.shape[axis] for axis in axes)
        mean, variance = step.variables([("mean", kept), ("variance", kept)], most=1)  # and how many rows it saw
    else:
        mean, variance = step.numbers("mean", 0.0), step.numbers("variance", 1.0)
    try:
        mean, variance = (_spread_out(each, axes, shape) for each in (mean, variance))
    except (ValueError, IndexError):
        raise step.wrong(f"its mean of shape {mean.shape} does not fit a value of shape {x.shape}") from None
    if (variance < 0).any():
        raise step.wrong("its variance is negative")
    deviation = np.maximum(np.sqrt(variance), EPSILON)
    if step.flag("invert", default=False):
        return step.graph.affine(x, deviation, mean, step.name)
    return step.graph.affine(x, 1.0 / deviation, -mean / deviation, step.name)


def _spread_out(values: np.ndarray, axes: Sequence[int], shape: Sequence[int]) -> np.ndarray:
    """Give values that stand along some axes with 1 in place of the others."""
    full = [1] * len(shape)
    for i in range(1, values.ndim + 1):
        full[axes[-i]] = values.shape[-i]
    return np.broadcast_to(values.reshape(full), shape)


def rescaling(step: Step, x: Symbol) -> Symbol:
    """Add a Rescaling layer."""
    return step.graph.affine(x, step.numbers("scale", 1.0), step.numbers("offset", 0.0), step.name)


# --- poolings -------------------------------------------------------------------------------------------


def pooling(step: Step, x: Symbol) -> Symbol:
    """Add a MaxPooling or AveragePooling layer."""
    axes = int(step.layer.kind[-2])
    step.rank(x, axes + 1)
    kernel = step.sizes("pool_size", axes)
    strides = kernel if step.get("strides") is None else step.sizes("strides", axes)
    pads = _pads(step, x, kernel, strides, (1,) * axes)
    pool = step.graph.max_pool if step.layer.kind.startswith("Max") else step.graph.average_pool
    return pool(x, kernel, strides=strides, pads=pads, channels_last=step.channels_last, name=step.name)


def global_pooling(step: Step, x: Symbol) -> Symbol:
    """Add a GlobalMaxPooling or GlobalAveragePooling layer."""
    axes = int(step.layer.kind[-2])
    step.rank(x, axes + 1)
    over = range(axes) if step.channels_last else range(1, axes + 1)
    keepdims = step.flag("keepdims", default=False)
    pool = step.graph.max if step.layer.kind.startswith("GlobalMax") else step.graph.mean
    return pool(x, list(over), keepdims=keepdims, name=step.name)


# --- shapes ---------------------------------------------------------------------------------------------


def same(step: Step, x: Symbol) -> Symbol:  # noqa: ARG001 - as of the other layers
    """Give the value as it is: after training the layer does nothing."""
    return x


def flatten(step: Step, x: Symbol) -> Symbol:
    """Flatten; channels that stand first are put last before, as Keras does."""
    index = x.index
    if not step.channels_last and index.ndim > 1:
        index = np.moveaxis(index, 0, -1)
    return x.with_index(index.reshape(-1))


def reshape(step: Step, x: Symbol) -> Symbol:
    """Give the value another shape."""
    target = step.get("target_shape")
    if not isinstance(target, list) or not all(type(size) is int for size in target):
        raise step.wrong(f"target_shape must be a list of whole numbers, not {target!r:.60}")
    try:
        return x.with_index(x.index.reshape(target))
    except ValueError:
        raise step.wrong(f"a value of shape {x.shape} cannot take the shape {tuple(target)}") from None


def permute(step: Step, x: Symbol) -> Symbol:
    """Put axes in another order."""
    dims = step.get("dims")
    whole = isinstance(dims, list) and all(type(dim) is int for dim in dims)
    if not whole or sorted(dims) != list(range(1, len(x.shape) + 1)):
        raise step.wrong(f"dims must name each of the {len(x.shape)} axes once")
    return x.with_index(x.index.transpose([dim - 1 for dim in dims]))


def repeat_vector(step: Step, x: Symbol) -> Symbol:
    """Repeat a vector along a new first axis."""
    step.rank(x, 1)
    times = step.whole("n")
    step.graph.reserve(times * product(x.shape), step.name)
    return x.with_index(np.repeat(x.index[np.newaxis], times, axis=0))


def border(step: Step, x: Symbol) -> Symbol:
    """Pad with zeros, or crop."""
    axes, pads = int(step.layer.kind[-2]), step.layer.kind.startswith("Zero")
    step.rank(x, axes + 1)
    widths = list(step.pairs("padding" if pads else "cropping", axes, 1))
    # The kinds for one axis have no data_format: the channels stand last.
    widths = [*widths, (0, 0)] if axes == 1 or step.channels_last else [(0, 0), *widths]
    if pads:
        return step.graph.pad(x, widths, name=step.name)
    if any(before + after >= size for size, (before, after) in zip(x.shape, widths, strict=True)):
        raise step.wrong(f"it crops all of a value of shape {x.shape}")
    return x.with_index(x.index[tuple(slice(a, size - b) for size, (a, b) in zip(x.shape, widths, strict=True))])


def upsampling(step: Step, x: Symbol) -> Symbol:
    """Repeat the entries along each axis."""
    axes = int(step.layer.kind[-2])
    step.rank(x, axes + 1)
    step.choice("interpolation", "nearest", ("nearest",))
    sizes = step.sizes("size", axes, 2)
    step.graph.reserve(product(x.shape) * product(sizes), step.name)
    index = x.index
    first = 0 if axes == 1 or step.channels_last else 1
    for axis, times in enumerate(sizes, first):
        index = np.repeat(index, times, axis=axis)
    return x.with_index(index)


# --- merging --------------------------------------------------------------------------------------------


def merged(step: Step, xs: Sequence[Symbol]) -> Symbol:
    """Add an Add, Subtract, Average, Maximum or Minimum layer."""
    kind, graph = step.layer.kind, step.graph
    if kind in ("Maximum", "Minimum"):
        result = xs[0]
        for x in xs[1:]:
            result = (graph.maximum if kind == "Maximum" else graph.minimum)(result, x, step.name)
        return result
    if kind == "Subtract" and len(xs) != 2:
        raise step.wrong(f"it subtracts one value from another, and has {len(xs)}")
    factors = {"Add": [1.0] * len(xs), "Average": [1.0 / len(xs)] * len(xs), "Subtract": [1.0, -1.0]}[kind]
    return graph.add(list(zip(xs, factors, strict=True)), step.name)


def concatenate(step: Step, xs: Sequence[Symbol]) -> Symbol:
    """Put values one after the other."""
    return step.graph.concat(xs, step.axis(step.get("axis", -1), xs[0]), step.name)


# --- all of them ----------------------------------------------------------------------------------------

MERGING: dict[str, Callable[[Step, Sequence[Symbol]], Symbol]] = {
    "Concatenate": concatenate,
    **dict.fromkeys(("Add", "Average", "Maximum", "Minimum", "Subtract"), merged),
}
LAYERS: dict[str, Handler] = {
    **_keras_activations.LAYERS,
    "BatchNormalization": batch_normalization,
    "Dense": dense,
    "Flatten": flatten,
    "Normalization": normalization,
    "Permute": permute,
    "RepeatVector": repeat_vector,
    "Rescaling": rescaling,
    "Reshape": reshape,
    **{f"Conv{n}D": conv for n in (1, 2, 3)},
    **{f"DepthwiseConv{n}D": depthwise for n in (1, 2)},
    **{f"SeparableConv{n}D": separable for n in (1, 2)},
    **{f"{kind}Pooling{n}D": pooling for kind in ("Max", "Average") for n in (1, 2, 3)},
    **{f"Global{kind}Pooling{n}D": global_pooling for kind in ("Max", "Average") for n in (1, 2, 3)},
    **{f"{kind}{n}D": border for kind in ("ZeroPadding", "Cropping") for n in (1, 2, 3)},
    **{f"UpSampling{n}D": upsampling for n in (1, 2, 3)},
    **{f"SpatialDropout{n}D": same for n in (1, 2, 3)},
    **dict.fromkeys(
        ("ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise", "Identity"), same
    ),
}


def merge(step: Step, xs: Sequence[Symbol]) -> Symbol:
    """Add a layer that reads several values."""
    if not xs:
        raise InvalidInputError(f"{step.layer}: it reads nothing")
    return MERGING[step.layer.kind](step, xs)
