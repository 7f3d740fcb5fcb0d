"""How units and parameters of a network are addressed."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Unit:
    """A unit: hidden layer `layer` (from 0; its name is `network.layers[layer]`), flat index `index` in it.

    >>> from hinges import Line, Network, slice_along
    >>> net = Network.dense([[[1.0, 2.0]], [[3.0], [4.0]]], [[0.0, -1.0], [5.0]])
    >>> slice_along(net, Line.between([-1.0], [1.0])).owners
    ((Unit(layer=0, index=0),), (Unit(layer=0, index=1),))
    >>> slice_along(net, Line.between([-1.0], [1.0])).unit(Unit(layer=0, index=1))[0].slopes
    array([4., 4.])
    """

    layer: int
    index: int


@dataclass(frozen=True)
class Parameter:
    """One number of a dense network: the weight from `input` to `unit` of a layer, or that unit's bias (`kind`).

    Layers are counted from 0 and the output layer is the last. A bias has no input: `input` is None.

    >>> from hinges import Network
    >>> net = Network.dense([[[1.0, 2.0]], [[3.0], [4.0]]], [[0.0, 0.0], [5.0]])
    >>> net.parameters()[Parameter(0, "weight", 0, 1)], net.parameters()[Parameter(1, "bias", None, 0)]
    (2.0, 5.0)
    """

    layer: int
    kind: str
    input: int | None
    unit: int

    def __str__(self) -> str:
        source = "" if self.input is None else f"{self.input} -> "
        return f"{self.kind} of layer {self.layer}, {source}unit {self.unit}"
