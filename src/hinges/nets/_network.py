"""Network: a feed-forward network as a list of nodes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Self, overload

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.nets._activations import LEAKY_SLOPE
from hinges.nets._addresses import Parameter
from hinges.nets._dense import DenseLayer, dense_layers, dense_nodes
from hinges.nets._hinge import Hinge
from hinges.nets._nodes import Activation, Linear, Max, Node

BLOCK = 2**23  # numbers of one value in memory at once when only the output is asked for


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """A feed-forward network: nodes in topological order, the last of which gives the output.

    Arguments:
        nodes: `Linear`, `Activation` and `Max` nodes; a node reads value 0 (the input) or i + 1 (of node i).
        inputs: how many numbers the input has.
        notes: what a reader or a conversion has to say, one sentence each.

    Raises:
        InvalidInputError: a node reads a value that is not there yet or has another size.

    >>> network = Network.dense([[[1.0, 1.0, 1.0]], [[4.0], [-8.0], [5.0]]], [[1.0, 0.5, 0.0], [-1.0]])
    >>> network([-1.0, -0.5, 0.0, 1.0])
    array([-1.,  1., -1.,  0.])
    >>> network.hinges()[1].kink
    -0.5
    >>> net = Network.dense([[[1.0, 2.0]], [[3.0], [4.0]]], [[0.0, -1.0], [5.0]])
    >>> net.outputs, net.layers, net.activations, net.is_hinge_sum
    (1, ('relu_0',), ('relu', 'linear'), True)
    >>> net.weights[0].tolist(), net.biases[1].tolist(), len(net.hidden_nodes), net.dense_layers()[0].activation
    ([[1.0, 2.0]], [5.0], 1, 'relu')
    >>> rows = net.rows(np.array([0.0, 3.0]))  # (n, inputs), as `evaluated` and `values` take them
    >>> net.evaluated(rows).shape, [value.shape for value in net.values(rows)]
    ((2, 1), [(2, 1), (2, 2), (2, 2), (2, 1)])
    >>> parameter, value = next(iter(net.parameters().items()))
    >>> net.with_parameter(parameter, value + 1.0).parameters()[parameter] == value + 1.0
    True
    """

    nodes: tuple[Node, ...]
    inputs: int
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", _arrays.sequence(self.nodes, "nodes"))
        object.__setattr__(self, "notes", _arrays.sequence(self.notes, "notes"))
        object.__setattr__(self, "inputs", _arrays.count(self.inputs, "inputs", maximum=2**40))
        if not self.nodes:
            raise InvalidInputError("nodes is empty: a network needs at least one node")
        sizes = [self.inputs]
        for i, node in enumerate(self.nodes):
            if not isinstance(node, Node):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidInputError(f"nodes[{i}] must be a Linear, an Activation or a Max, not {node!r}")
            for source, size in zip(node.sources, node.source_sizes(), strict=True):
                if not 0 <= source < len(sizes):
                    raise InvalidInputError(f"{node.name} reads value {source}, which is not computed before it")
                if sizes[source] != size:
                    raise InvalidInputError(
                        f"{node.name} reads {size} numbers where value {source} has {sizes[source]}"
                    )
            sizes.append(node.units)

    @classmethod
    def dense(
        cls,
        weights: Sequence[ArrayLike],
        biases: Sequence[ArrayLike],
        activation: str | Sequence[str] = "relu",
        *,
        negative_slope: float = LEAKY_SLOPE,
        notes: Sequence[str] = (),
    ) -> Self:
        """Give the network of dense layers `activation(x @ weights[i] + biases[i])`.

        Arguments:
            weights: one (inputs, units) matrix a layer.
            biases: one (units,) vector a layer.
            activation: one name for all hidden layers, or one a layer; the last layer is linear unless named.
            negative_slope: of leaky_relu below zero.
            notes: sentences to keep with the network.
        """
        nodes = dense_nodes(weights, biases, activation, negative_slope)
        return cls(tuple(nodes), nodes[0].source_sizes()[0], _arrays.sequence(notes, "notes"))

    def __repr__(self) -> str:
        hidden = self.hidden_nodes
        if len(hidden) > 4:
            return f"Network({self.inputs} -> {len(hidden)} hidden layers -> {self.outputs})"
        middle = "".join(f"{node.units} {getattr(node, 'kind', 'max')} -> " for node in hidden)
        return f"Network({self.inputs} -> {middle}{self.outputs})"

    # --- shape --------------------------------------------------------------------------------------

    @property
    def outputs(self) -> int:
        """How many numbers the output has."""
        return self.nodes[-1].units

    @property
    def hidden_nodes(self) -> tuple[Activation | Max, ...]:
        """The activation and max nodes in order: hidden layer i of a `Unit` is the i-th of them."""
        return tuple(node for node in self.nodes if isinstance(node, (Activation, Max)))

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the activation and max nodes, in the order in which `Unit.layer` counts them."""
        return tuple(node.name for node in self.hidden_nodes)

    def dense_layers(self) -> list[DenseLayer]:
        """Give weights, bias and activation of every layer of a dense network; others are refused by name."""
        return dense_layers(self.nodes)

    @property
    def weights(self) -> tuple[Floats, ...]:
        """The (inputs, units) weight matrix of every layer of a dense network."""
        return tuple(layer.weights for layer in self.dense_layers())

    @property
    def biases(self) -> tuple[Floats, ...]:
        """The (units,) bias of every layer of a dense network."""
        return tuple(layer.bias for layer in self.dense_layers())

    @property
    def activations(self) -> tuple[str, ...]:
        """The activation's name of every layer of a dense network."""
        return tuple(layer.activation for layer in self.dense_layers())

    # --- evaluation ---------------------------------------------------------------------------------

    @overload
    def __call__(self, x: float) -> Floats | float: ...  # pyright: ignore[reportOverlappingOverload]
    @overload
    def __call__(self, x: ArrayLike) -> Floats: ...
    def __call__(self, x: ArrayLike) -> Floats | float:
        """Give the output for rows of inputs, (n, inputs) -> (n, outputs).

        A network with one input also takes (n,) or a number; with one output too, it gives the same shape back.
        """
        points = _arrays.array(x, "x")
        result = self.evaluated(self.rows(points))
        bad = np.argwhere(~np.isfinite(result))
        if len(bad):
            raise InvalidInputError(f"network(x) is too large for float64 at row {bad[0][0]}")
        if points.ndim == 2:
            return result
        flat = result[:, 0] if self.outputs == 1 else result
        if points.ndim == 1:
            return flat
        return float(flat[0]) if self.outputs == 1 else flat[0]

    def rows(self, points: Floats) -> Floats:
        """Give points as rows (n, inputs), or raise saying which shape is expected."""
        if self.inputs == 1 and points.ndim < 2:
            return points.reshape(-1, 1)
        if points.ndim != 2 or points.shape[1] != self.inputs:
            raise InvalidInputError(f"x must have shape (n, {self.inputs}), not {points.shape}")
        return points

    def evaluated(self, rows: Floats) -> Floats:
        """Give the output for rows (n, inputs), in blocks of them; infinities and NaN where float64 overflows.

        Every value is let go of after its last use.
        """
        widest = max(self.inputs, *(node.units for node in self.nodes), 1)
        step = max(1, BLOCK // widest)
        if len(rows) <= step:
            return self._block(rows)
        return np.concatenate([self._block(rows[i : i + step]) for i in range(0, len(rows), step)])

    def _block(self, rows: Floats) -> Floats:
        last_use = {source: i for i, node in enumerate(self.nodes) for source in node.sources}
        values = {0: rows}
        with np.errstate(over="ignore", invalid="ignore"):
            for i, node in enumerate(self.nodes):
                values[i + 1] = node(*(values[source] for source in node.sources))
                for source in set(node.sources):
                    if last_use[source] == i:
                        del values[source]
        return values[len(self.nodes)]

    def values(self, rows: Floats) -> list[Floats]:
        """Give every value for rows (n, inputs): the input, then what each node computes, (n, units) each."""
        values = [rows]
        with np.errstate(over="ignore", invalid="ignore"):
            for node in self.nodes:
                values.append(node(*(values[source] for source in node.sources)))
        return values

    # --- parameters ---------------------------------------------------------------------------------

    def parameters(self) -> dict[Parameter, float]:
        """Give the address and value of every weight and bias of a dense network, layer by layer."""
        found: dict[Parameter, float] = {}
        for i, layer in enumerate(self.dense_layers()):
            for (source, unit), value in np.ndenumerate(layer.weights):
                found[Parameter(i, "weight", source, unit)] = float(value)
            for unit, value in enumerate(layer.bias.tolist()):
                found[Parameter(i, "bias", None, unit)] = value
        return found

    def with_parameter(self, parameter: Parameter, value: float) -> "Network":
        """Give the dense network in which one weight or bias is `value`."""
        value = _arrays.number(value, "value")
        parameter = _arrays.instance(parameter, Parameter, "parameter")
        weights = [w.copy() for w in self.weights]
        biases = [b.copy() for b in self.biases]
        if parameter.kind == "weight":
            group, at = weights, (parameter.input, parameter.unit)
        else:
            group, at = biases, (parameter.unit,)
        known = parameter.kind == "weight" or (parameter.kind == "bias" and parameter.input is None)
        if not (known and _points_into((parameter.layer,), (len(group),))):
            raise InvalidInputError(f"the network has no {parameter}")
        target = group[parameter.layer]
        if not _points_into(at, target.shape):
            raise InvalidInputError(f"the network has no {parameter}")
        target[at] = value
        linear = iter(zip(weights, biases, strict=True))
        nodes: list[Node] = []
        for node in self.nodes:
            if isinstance(node, Linear):
                w, b = next(linear)
                nodes.append(replace(node, matrices=(w,), bias=b))
            else:
                nodes.append(node)
        return replace(self, nodes=tuple(nodes))

    @property
    def is_hinge_sum(self) -> bool:
        """Whether it has one input, one hidden ReLU layer and a linear output, so that `hinges` gives it all."""
        try:
            layers = self.dense_layers()
        except UnsupportedModelError:
            return False
        return self.inputs == 1 and [layer.activation for layer in layers] == ["relu", "linear"]

    def hinges(self, *, output: int = 0) -> tuple[Hinge, ...]:
        """Give the hinges whose sum, plus the output bias, is a network of one input and one ReLU layer."""
        if not self.is_hinge_sum:
            raise UnsupportedModelError(
                "only a network of one input, one hidden relu layer and a linear output is a sum of hinges; "
                f"this one has {self.inputs} input(s) and the layers {', '.join(node.name for node in self.nodes)}"
            )
        output = _arrays.count(output, "output", minimum=0, maximum=self.outputs - 1)
        hidden, last = self.dense_layers()
        columns = zip(hidden.weights[0].tolist(), hidden.bias.tolist(), last.weights[:, output].tolist(), strict=True)
        return tuple(Hinge(weight, bias, coefficient) for weight, bias, coefficient in columns)


def _points_into(index: tuple[object, ...], shape: tuple[int, ...]) -> bool:
    """Tell whether `index` is that of an entry of an array of that shape, counted from 0."""
    return all(isinstance(i, Integral) and 0 <= int(i) < size for i, size in zip(index, shape, strict=True))
