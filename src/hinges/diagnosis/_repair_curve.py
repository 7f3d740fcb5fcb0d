"""The curve in a network: one input, one hidden layer of rectifiers; what a repair of it gives. Approximate."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.nets import Activation, Linear, Network
from hinges.nets._activations import ELEMENTWISE
from hinges.optimal import best_error
from hinges.optimal._repair_curve import CurveLayers, repaired_curve
from hinges.optimal._repair_rows import Bools

INVERTIBLE = frozenset({"sigmoid", "tanh", "softplus", "leaky_relu", "elu", "softsign"})
SEARCH = np.linspace(-30.0, 30.0, 6001)  # pre-activations among which a target's is sought
FLATTEST = 1e-3  # share of an output activation's largest slope that weighs a row


@dataclass(frozen=True, eq=False)
class Curve:
    """The place of a curve in a network: the feeder of its hidden layer, that layer, and what reads it.

    `feeder`, `hidden` and `reader` are numbers of nodes; before the feeder there are only affine maps of one number,
    and after the reader at most an activation.
    """

    network: Network
    feeder: int
    hidden: int
    reader: int

    @property
    def output_activation(self) -> Activation | None:
        """The activation at the output, if there is one."""
        last = self.network.nodes[-1]
        return last if isinstance(last, Activation) and self.reader < len(self.network.nodes) - 1 else None

    @property
    def slopes(self) -> Floats:
        """The slopes of the units below 0, (units,)."""
        node = self._hidden_node
        return np.zeros(node.units) if node.kind == "relu" else np.broadcast_to(node.slope, (node.units,)).astype(float)

    @property
    def plain(self) -> bool:
        """Whether it is one of relu with one linear output."""
        return not self.slopes.any() and self.output_activation is None and self.network.outputs == 1

    @property
    def _hidden_node(self) -> Activation:
        node = self.network.nodes[self.hidden]
        assert isinstance(node, Activation)
        return node

    def layers(self) -> tuple[Linear, Linear]:
        """Give the layer before the hidden units and the one after."""
        feeder, reader = self.network.nodes[self.feeder], self.network.nodes[self.reader]
        assert isinstance(feeder, Linear)
        assert isinstance(reader, Linear)
        return feeder, reader

    def positions(self, x: Floats) -> Floats:
        """Give what the feeder reads for rows x (n, 1), (n,)."""
        for node in self.network.nodes[: self.feeder]:
            x = np.asarray(node(x))
        return x[:, 0]

    def start(self) -> tuple[Floats, Bools]:
        """Give the kinks of the units, NaN for none, and which of them face left."""
        feeder = self.layers()[0]
        weights = np.asarray(feeder.matrices[0])[0]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return -feeder.bias / weights, weights < 0

    def with_layers(self, layers: CurveLayers) -> Network:
        """Give the network with other numbers in the two layers."""
        feeder, reader = self.layers()
        nodes = list(self.network.nodes)
        nodes[self.feeder] = replace(feeder, matrices=(layers.weights[None, :],), bias=layers.biases)
        nodes[self.reader] = replace(reader, matrices=(layers.coefficients,), bias=layers.bias)
        return replace(self.network, nodes=tuple(nodes))


def curve_of(network: Network) -> Curve | None:
    """Give the curve in a network of one input and one hidden layer of relu or leaky_relu, else None."""
    nodes = network.nodes
    bends = [i for i, node in enumerate(nodes) if not isinstance(node, Linear)]
    if network.inputs != 1 or not bends or any(node.sources != (i,) for i, node in enumerate(nodes)):
        return None
    hidden = bends[0]
    node = nodes[hidden]
    after = len(nodes) - hidden - 1  # a reader, and perhaps an activation
    if not isinstance(node, Activation) or node.kind not in ("relu", "leaky_relu") or hidden == 0:
        return None
    if (
        after not in (1, 2)
        or bends[1:] != [hidden + 2] * (after - 1)
        or not _dense(nodes[hidden - 1], nodes[hidden + 1])
    ):
        return None
    if nodes[hidden - 1].source_sizes() != (1,) or (after == 2 and not isinstance(nodes[-1], Activation)):
        return None
    curve = Curve(network, hidden - 1, hidden, hidden + 1)
    return None if (curve.slopes == 1).any() else curve


def _dense(*nodes: object) -> bool:
    return all(isinstance(node, Linear) and node.is_dense for node in nodes)


def repaired_curves(curve: Curve, data: Dataset, *, best: bool) -> list[Network]:
    """Give networks with the repaired curve, to be compared by their loss; none where float64 cannot hold them."""
    x, found = curve.positions(data.x), list[Network]()
    weights = data.weights
    if not np.isfinite(x).all():
        return found
    for targets, pull in _wanted(curve, data):
        rows = weights if pull is None else (pull if weights is None else weights * pull)
        try:
            layers = repaired_curve(x, targets, rows, start=curve.start(), slopes=curve.slopes)
        except InvalidInputError:
            if curve.output_activation is None:
                raise
            continue  # targets far outside what the output reaches
        found.append(curve.with_layers(layers))
    if best:
        found.append(_best(curve, Dataset(x, data.y, weights)))
    return found


def _wanted(curve: Curve, data: Dataset) -> list[tuple[Floats, Floats | None]]:
    """Give what the reader should say, (n, outputs), and how much each row counts there: one or two ways.

    Behind an activation it is where the activation comes closest to the target, counted by its slope there; of relu
    and clip also the target itself, since what they cut off costs nothing.
    """
    node = curve.output_activation
    if node is None:
        return [(data.y, None)]
    if node.kind not in INVERTIBLE:
        low = 0.0 if node.kind == "relu" else node.low
        high = node.high if node.kind == "clip" else np.inf
        return [(data.y, None), (np.clip(data.y, low, high), None)]
    sought = np.column_stack([_inverse(node, data.y[:, k], k) for k in range(data.y.shape[1])])
    slope = np.abs(node.derivative(sought)).mean(axis=1)
    largest = float(slope.max())
    return [(sought, np.maximum(slope, FLATTEST * largest) ** 2 if largest > 0 else None)]


def _inverse(node: Activation, y: Floats, unit: int) -> Floats:
    """Give the pre-activation whose value is nearest to y, by table and straight lines between its entries."""
    slope = node.slope if np.ndim(node.slope) == 0 else np.asarray(node.slope)[unit]
    reach = max(1.0, float(np.abs(y).max()))
    z = SEARCH * (reach if node.kind in ("softplus", "leaky_relu", "elu") else 1.0)
    value = ELEMENTWISE[node.kind].value(z, slope)
    span = np.flatnonzero(np.diff(value) > 0)
    if not span.size:
        return np.zeros(y.size)
    inside = slice(int(span[0]), int(span[-1]) + 2)
    return np.interp(y, value[inside], z[inside])


def _best(curve: Curve, data: Dataset) -> Network:
    """Give the best network of as many units, the ones it does not need idle between the rows."""
    found = best_error(data, units=curve.layers()[0].units).network
    assert found is not None
    (weights, coefficients), (biases, bias) = found.weights, found.biases
    spare = curve.layers()[0].units - weights.shape[1]
    middles = np.quantile(data.x[:, 0], (np.arange(spare) + 0.5) / max(spare, 1))
    return curve.with_layers(
        CurveLayers(
            np.concatenate([weights[0], np.ones(spare)]),
            np.concatenate([biases, -middles]),
            np.concatenate([coefficients, np.zeros((spare, 1))]),
            bias,
        )
    )
