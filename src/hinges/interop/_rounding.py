"""What rounding a network's numbers to float32 does to its output."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError
from hinges.nets import Activation, Linear, Network, Node

ROWS = 256  # random inputs where none are given


@dataclass(frozen=True)
class Rounding:
    """How far a network moves when its numbers are rounded to float32, measured at some inputs (no bound).

    Attributes:
        output: the largest change of an output, with the rounded numbers used in float64.
        scale: the largest absolute output at the same inputs.
        weight: the largest relative change of a weight or bias.
        rows: at how many inputs it was measured.
    """

    output: float
    scale: float
    weight: float
    rows: int

    def __str__(self) -> str:
        return (
            f"its numbers are rounded to float32: at {self.rows} inputs the outputs, up to {self.scale:.3g} in size, "
            f"move by at most {self.output:.2g}"
        )


def rounding(network: Network, x: ArrayLike | None = None) -> Rounding:
    """Give how far a network moves when its numbers are rounded to float32.

    Approximate: it is measured, at the rows of x, or at 256 random ones between -1 and 1.

    Arguments:
        network: whose numbers are rounded.
        x: (n, inputs), where it is measured; the user's own data tells most.

    Raises:
        InvalidInputError: a number is too large for float32.

    >>> net = Network.dense([[[0.1]]], [[0.0]])
    >>> cost = rounding(net, [[1.0]])
    >>> cost.rows, 0 < cost.output < 1e-8
    (1, True)
    """
    network = _arrays.instance(network, Network, "network")
    points = np.random.default_rng(0).uniform(-1.0, 1.0, (ROWS, network.inputs)) if x is None else x
    rows = network.rows(_arrays.array(points, "x"))
    before, after = network(rows), rounded(network)(rows)
    output, scale = float(np.abs(after - before).max(initial=0.0)), float(np.abs(before).max(initial=0.0))
    return Rounding(output, scale, _largest_change(network), len(rows))


def rounded(network: Network) -> Network:
    """Give the network whose every number is the nearest float32."""
    nodes: list[Node] = []
    for node in network.nodes:
        if isinstance(node, Linear):
            matrices = tuple(_narrow(matrix, node.name) for matrix in node.matrices)
            nodes.append(replace(node, matrices=matrices, bias=_narrow(node.bias, node.name)))
        elif isinstance(node, Activation):
            slope = _narrow(np.asarray(node.slope), node.name)
            bounds = {key: float(_narrow(np.asarray(getattr(node, key)), node.name)) for key in ("low", "high")}
            nodes.append(replace(node, slope=slope if slope.ndim else float(slope), **bounds))
        else:
            nodes.append(node)
    return replace(network, nodes=tuple(nodes))


def _narrow(numbers: Any, name: str) -> Any:
    if hasattr(numbers, "tocsr"):
        result = numbers.tocsr(copy=True)
        result.data = _narrow(result.data, name)
        return result
    with np.errstate(over="ignore"):
        narrow = numbers.astype(np.float32).astype(np.float64)
    if not np.isfinite(narrow).all():
        raise InvalidInputError(f"{name} holds {np.abs(numbers).max():g}, which is too large for float32")
    return narrow


def _largest_change(network: Network) -> float:
    largest = 0.0
    for node in network.nodes:
        if isinstance(node, Linear):
            for numbers in (node.bias, *(m.tocsr().data if hasattr(m, "tocsr") else m for m in node.matrices)):
                largest = max(largest, _relative(np.asarray(numbers), node.name))
    return largest


def _relative(numbers: Floats, name: str) -> float:
    some = numbers[numbers != 0]
    return float((np.abs(_narrow(some, name) - some) / np.abs(some)).max(initial=0.0))
