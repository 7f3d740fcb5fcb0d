"""trace: points followed through a network, layer by layer, and the loss's gradients from back to front."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges import _arrays
from hinges._arrays import Floats
from hinges.analysis._trace_backward import backward, loss_and_gradient, weight_gradient
from hinges.errors import InvalidInputError
from hinges.nets import Activation, Linear, Max, Network

LARGEST = 2**28  # numbers that a trace may hold: 2 GiB


@dataclass(frozen=True, eq=False)
class LayerGradient:
    """The derivatives of the loss by what a layer computes and by its parameters.

    Arguments:
        a, z: (units,), or (points, units) for several points.
        weights: (inputs, units); where a matrix is sparse, a sparse matrix of the derivatives by the entries that
            it stores; None where the layer has no weights. Of several points the sum.
        bias: (units,) the derivative by the bias, or None. Of several points the sum.
    """

    a: Floats
    z: Floats
    weights: Any
    bias: Floats | None


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """What one layer computes at a point, or at several: then every array has one row a point.

    A layer is a linear map with the activation that reads it; a linear map that none reads; an activation of
    something else, which has no weights and no bias; or a Max, of which dot, z and a are the largest entries.

    Arguments:
        linear: the node of the linear map, if there is one.
        node: that of the activation or the Max, if there is one.
        input: (inputs,) what the layer reads; several sources side by side, in the order of its weights.
        dot: (units,) input @ weights, without the bias.
        z: (units,) dot + bias, the pre-activation.
        a: (units,) the activation of z.
        gradient: of the loss, if a target was given.
    """

    linear: Linear | None
    node: Activation | Max | None
    input: Floats
    dot: Floats
    z: Floats
    a: Floats
    gradient: LayerGradient | None = None

    @property
    def name(self) -> str:
        """The name of the activation or the Max, or of the linear map where it has none."""
        named = self.node or self.linear
        return named.name if named else ""

    @property
    def activation(self) -> str:
        """The activation's name, "linear" where there is none, "max" of a Max."""
        if isinstance(self.node, Max):
            return "max"
        return self.node.kind if self.node else "linear"

    @property
    def units(self) -> int:
        """How many units it has."""
        return self.a.shape[-1]

    @cached_property
    def bias(self) -> Floats:
        """The bias (units,), zeros where the layer has none."""
        return self.linear.bias if self.linear else _read_only(np.zeros(self.units))

    @cached_property
    def without_bias(self) -> Floats:
        """The activation of dot: what the layer would give if it had no bias itself."""
        return _read_only(self.node(self.dot)) if isinstance(self.node, Activation) else self.dot

    @cached_property
    def gate(self) -> Floats:
        """The activation's derivative at z; of relu 1 where z > 0, else 0."""
        if isinstance(self.node, Activation):
            return _read_only(np.array(np.broadcast_to(self.node.derivative(self.z), self.z.shape)))
        return _read_only(np.ones_like(self.z))

    @cached_property
    def on(self) -> NDArray[np.bool_]:
        """Which units are on: z > 0; of a clip, z strictly above its low end and not above its high one."""
        if isinstance(self.node, Activation) and self.node.kind == "clip":
            return _read_only((self.z > self.node.low) & (self.z <= self.node.high))
        return _read_only(self.z > 0)

    @cached_property
    def winners(self) -> NDArray[np.intp] | None:
        """Of a Max, the index in its input of each largest entry, the first of equal ones; else None."""
        if not isinstance(self.node, Max):
            return None
        groups = self.node.groups
        best = self.input[..., groups].argmax(axis=-1)
        return _read_only(groups[np.arange(len(groups)), best])


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """A point's way through a network, or that of several points.

    Arguments:
        point: (inputs,), or (points, inputs) if several were given: then every array has one row a point.
        layers: what each layer computes, in the order of their last nodes; that with the output is the last.
        loss: at the target, if one was given; of several points the mean.
        probabilities: (outputs,) the softmax of the output, with cross-entropy only.
        gradient: (inputs,) the derivative of the loss by the point, if a target was given.
    """

    point: Floats
    layers: tuple[LayerTrace, ...]
    loss: float | None = None
    probabilities: Floats | None = None
    gradient: Floats | None = None
    loss_name: str | None = field(default=None)

    def __repr__(self) -> str:
        points = "one point" if self.point.ndim == 1 else f"{len(self.point)} points"
        sizes = " -> ".join(str(size) for size in (self.point.shape[-1], *(layer.units for layer in self.layers)))
        loss = "" if self.loss is None else f", {self.loss_name} {self.loss:.6g}"
        return f"Trace({points} through {sizes}{loss})"

    @property
    def output(self) -> Floats:
        """What the network gives, (outputs,)."""
        return self.layers[-1].a

    def signature(self, layer: int | str) -> Floats:
        """Give the activations (units,) of a layer: the point's place in that layer's space.

        Arguments:
            layer: its position in `layers`, from 0, or its name.
        """
        if isinstance(layer, str):
            names = tuple(one.name for one in self.layers)
            return self.layers[names.index(_arrays.choice(layer, "layer", names))].a
        return self.layers[_arrays.count(layer, "layer", minimum=0, maximum=len(self.layers) - 1)].a

    @property
    def pattern(self) -> NDArray[np.bool_]:
        """The activation pattern: which units are on, hidden layer after hidden layer, (hidden units,).

        The hidden layers are those of a `Unit`: the activation and Max nodes. A Max unit is on where its largest
        entry is above zero.
        """
        bits = [layer.on for layer in self.layers if layer.node is not None]
        empty = np.zeros((*self.point.shape[:-1], 0), np.bool_)
        return _read_only(np.concatenate([empty, *bits], axis=-1))


def trace(network: Network, point: ArrayLike, target: ArrayLike | None = None, *, loss: str | None = None) -> Trace:
    """Give each layer's dot product, pre-activation and activation at a point, and with a target the gradients.

    The values are those of `network(point)`, in float64. A bias moves a unit's hinge away from the origin; what
    each layer would give without its own is there to compare.

    Arguments:
        network: any network.
        point: (inputs,), or a number for a network with one input; (points, inputs) for several points at once.
        target: (outputs,) numbers, or a class from 0: its loss is taken, and its gradients from back to front. Of
            several points one row or one class each, and the loss is the mean over the points.
        loss: "mse", the mean over the outputs of the squared error, or "cross-entropy" of the outputs' softmax with
            the class; without it whole numbers, one a point, are classes where there are several outputs.

    Raises:
        InvalidInputError: the point or the target does not fit the network, or a value exceeds float64.

    >>> network = Network.dense([[[0.2, 0.8, -0.5], [-0.9, 0.2, 0.4]]], [[2.0, 3.0, 0.5]], ["relu"])
    >>> layer = trace(network, [0.5, 1.0]).layers[0]
    >>> layer.dot.round(12).tolist(), layer.a.round(12).tolist(), layer.without_bias.round(12).tolist()
    ([-0.8, 0.6, 0.15], [1.2, 3.6, 0.65], [0.0, 0.6, 0.15])
    """
    network = _arrays.instance(network, Network, "network")
    rows, one = _points(network, point)
    if target is None and loss is not None:
        raise InvalidInputError(f"loss = {loss!r} needs a target")
    values, dots = _forward(network, rows)
    found, by_value = None, None
    if target is not None:
        found = loss_and_gradient(values[-1], target, loss, one=one)
        by_value = backward(network, values, found.gradient)
    layers: list[LayerTrace] = []
    for linear, activation in _pairs(network):
        layers.append(_layer(network, (linear, activation), (values, dots, by_value), one=one))
    if found is None or by_value is None:
        return Trace(_shaped(rows, one=one), tuple(layers))
    return Trace(
        _shaped(rows, one=one),
        tuple(layers),
        found.value,
        None if found.probabilities is None else _shaped(found.probabilities, one=one),
        _shaped(by_value[0], one=one),
        found.name,
    )


def _points(network: Network, point: ArrayLike) -> tuple[Floats, bool]:
    """Give the points as rows, and whether it is one point."""
    x = _arrays.array(point, "point")
    if x.ndim > 2:
        raise InvalidInputError(f"point must have shape ({network.inputs},) or (n, {network.inputs}), not {x.shape}")
    one = x.ndim < 2
    rows = x.reshape(1, -1) if one else x
    if rows.shape[1] != network.inputs:
        raise InvalidInputError(f"point has {rows.shape[1]} numbers: the network reads {network.inputs}")
    size = 3 * sum(node.units for node in network.nodes)
    if len(rows) > 1 and len(rows) * size > LARGEST:
        raise InvalidInputError(f"point has {len(rows)} rows: trace at most {max(LARGEST // size, 1)} of them at once")
    return rows, one


def _forward(network: Network, rows: Floats) -> tuple[list[Floats], dict[int, Floats]]:
    """Give every value, and of every linear node what it gives before its bias."""
    values: list[Floats] = [rows]
    dots: dict[int, Floats] = {}
    with np.errstate(over="ignore", invalid="ignore"):
        for i, node in enumerate(network.nodes):
            sources = [values[source] for source in node.sources]
            if isinstance(node, Linear):
                products = [np.asarray(value @ m) for value, m in zip(sources, node.matrices, strict=True)]
                dots[i] = 0.0 + products[0]
                for product in products[1:]:  # in this order, so that it is rounded as in network(x)
                    dots[i] += product
                values.append(dots[i] + node.bias)
            else:
                values.append(node(*sources))
    bad = np.argwhere(~np.isfinite(values[-1]))
    if len(bad):
        raise InvalidInputError(f"network(x) is too large for float64 at row {bad[0][0]}")
    return values, dots


def _pairs(network: Network) -> list[tuple[int | None, int | None]]:
    """Give the linear node and the other node of every layer, in the order of their last nodes."""
    nodes = network.nodes
    reader: dict[int, int] = {}  # of a linear node, the first activation that reads it
    for i, node in enumerate(nodes):
        if isinstance(node, Activation) and node.source > 0 and isinstance(nodes[node.source - 1], Linear):
            reader.setdefault(node.source - 1, i)
    pairs: list[tuple[int | None, int | None]] = []
    for i, node in enumerate(nodes):
        if isinstance(node, Linear):
            if i not in reader:
                pairs.append((i, None))
        else:
            before = node.source - 1
            pairs.append((before if reader.get(before) == i else None, i))
    return pairs


def _layer(
    network: Network, pair: tuple[int | None, int | None],
    found: tuple[list[Floats], dict[int, Floats], list[Floats] | None], *, one: bool,
) -> LayerTrace:  # fmt: skip
    """Give what one layer computes, and its gradient if those by every value are there."""
    (first, second), (values, dots, by_value) = pair, found
    linear = None if first is None else network.nodes[first]
    node = None if second is None else network.nodes[second]
    assert not isinstance(node, Linear)
    last = second if second is not None else first
    assert last is not None
    if first is not None and isinstance(linear, Linear):
        sources = [values[source] for source in linear.sources]
        inputs = sources[0] if len(sources) == 1 else np.concatenate(sources, axis=1)
        dot, z, z_value = dots[first], values[first + 1], first + 1
    else:
        linear, z_value = None, network.nodes[last].sources[0]
        inputs = z = values[z_value]
        if isinstance(node, Max):
            z, z_value = values[last + 1], last + 1
        dot = z
    gradient = None
    if by_value is not None:
        by_z = by_value[z_value]
        gradient = LayerGradient(
            _shaped(by_value[last + 1], one=one),
            _shaped(by_z, one=one),
            None if linear is None else weight_gradient(linear, values, by_z),
            None if linear is None else _read_only(by_z.sum(axis=0)),
        )
    inputs, dot, z, a = (_shaped(array, one=one) for array in (inputs, dot, z, values[last + 1]))
    return LayerTrace(linear, node, inputs, dot, z, a, gradient)


def _shaped(rows: Floats, *, one: bool) -> Floats:
    rows = _read_only(rows)
    return rows[0] if one else rows


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)  # of arrays made here, which nobody else holds
    return array
