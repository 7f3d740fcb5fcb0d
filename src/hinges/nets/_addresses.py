"""How units and parameters of a network are addressed."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Unit:
    """A unit: hidden layer `layer` (from 0; its name is `network.layers[layer]`), flat index `index` in it."""

    layer: int
    index: int


@dataclass(frozen=True)
class Parameter:
    """One number of a dense network: the weight from `input` to `unit` of a layer, or that unit's bias.

    Layers are counted from 0 and the output layer is the last. A bias has no input: `input` is None.
    """

    layer: int
    kind: str
    input: int | None
    unit: int

    def __str__(self) -> str:
        source = "" if self.input is None else f"{self.input} -> "
        return f"{self.kind} of layer {self.layer}, {source}unit {self.unit}"
