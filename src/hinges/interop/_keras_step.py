"""One call of one layer of a Keras model: its arguments checked, its variables with their shapes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._graph import Graph
from hinges.interop._graph_values import Symbol
from hinges.interop._keras_config import Layer
from hinges.interop._naming import shown

UNROUNDED = "read the model as it was before quantize()"
LARGEST_SIZE = 2**23  # of a kernel, a stride, a border


class Weights(Protocol):
    """Where variables come from: a file or a live model."""

    def of(self, path: str) -> list[NDArray[Any]]:
        """Give the variables of the layer at a path, in Keras' order."""
        ...


@dataclass(frozen=True)
class Step:
    """One call of a layer.

    Attributes:
        graph: what is being built.
        layer: the layer and its arguments.
        weights: where its variables are.
        name: what the layer is called in the network.
        own: whether hinges wrote the model, so that nothing is left out.
    """

    graph: Graph
    layer: Layer
    weights: Weights
    name: str
    own: bool = False

    def within(self, layer: Layer, name: str) -> "Step":
        """Give the step of a layer that belongs to this one."""
        return replace(self, layer=layer, name=name)

    # --- refusals -----------------------------------------------------------------------------------

    def wrong(self, what: str) -> InvalidInputError:
        """Give the error that says what is wrong with the layer."""
        return InvalidInputError(f"{self.layer}: {what}")

    def refused(self, why: str) -> UnsupportedModelError:
        """Give the error that says why the layer has no counterpart."""
        return UnsupportedModelError(f"{self.layer} {why}")

    # --- arguments ----------------------------------------------------------------------------------

    def get(self, key: str, default: Any = None) -> Any:
        """Give an argument as it stands."""
        return self.layer.config.get(key, default)

    def flag(self, key: str, *, default: bool) -> bool:
        """Give an argument that is true or false."""
        value = self.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(f"{key} must be true or false, not {shown(value)}")
        return value

    def number(self, key: str, default: float) -> float:
        """Give an argument that is a number; NumPy's own stand as a small object in some files."""
        value = plain(self.get(key, default))
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self.wrong(f"{key} must be a finite number, not {shown(value)}")
        return float(value)

    def numbers(self, key: str, default: Any) -> Floats:
        """Give an argument that is a number or nested lists of numbers."""
        return _arrays.array(plain(self.get(key, default)), f"{self.layer}: {key}")

    def whole(self, key: str, default: int | None = None, *, least: int = 1) -> int:
        """Give an argument that is a whole number."""
        return self._whole(self.get(key, default), key, least)

    def _whole(self, value: object, key: str, least: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= LARGEST_SIZE:
            raise self.wrong(f"{key} must be a whole number from {least} to {LARGEST_SIZE}, not {shown(value)}")
        return value

    def sizes(self, key: str, axes: int, default: int | None = None, *, least: int = 1) -> tuple[int, ...]:
        """Give an argument with one whole number an axis, or one for all."""
        value = self.get(key, default)
        if isinstance(value, list):
            if len(value) != axes:
                raise self.wrong(f"{key} must have {axes} entries, not {len(value)}")
            return tuple(self._whole(each, f"{key}[{i}]", least) for i, each in enumerate(value))
        return (self._whole(value, key, least),) * axes

    def pairs(self, key: str, axes: int, default: int) -> tuple[tuple[int, int], ...]:
        """Give an argument with (before, after) for each axis."""
        value = self.get(key, default)
        if axes == 1 and isinstance(value, list) and all(isinstance(each, int) for each in value):
            value = [value]
        each = value if isinstance(value, list) else [value] * axes
        if len(each) != axes:
            raise self.wrong(f"{key} must have {axes} entries, not {len(each)}")
        result: list[tuple[int, int]] = []
        for i, entry in enumerate(each):
            pair = entry if isinstance(entry, list) else [entry, entry]
            if len(pair) != 2:
                raise self.wrong(f"{key}[{i}] must be a pair, not {shown(pair)}")
            before, after = (self._whole(size, f"{key}[{i}]", 0) for size in pair)
            result.append((before, after))
        return tuple(result)

    def choice(self, key: str, default: str, options: Sequence[str]) -> str:
        """Give an argument that is one of some words."""
        value = self.get(key, default)
        if not isinstance(value, str) or value.lower() not in options:
            raise self.refused(f"has {key}={shown(value)}: {' or '.join(options)} can be read")
        return value.lower()

    @property
    def channels_last(self) -> bool:
        """Whether the channels stand last."""
        return self.choice("data_format", "channels_last", ("channels_last", "channels_first")) == "channels_last"

    # --- values -------------------------------------------------------------------------------------

    def axis(self, value: object, x: Symbol, key: str = "axis") -> int:
        """Give an axis of a tensor without rows, counted from 0, from Keras' number, which counts the rows as 0."""
        ndim = len(x.shape)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, bool) or not isinstance(value, int) or not -ndim <= value <= ndim or value == 0:
            raise self.wrong(f"{key} must be an axis of a value of shape {x.shape} after the rows, not {shown(value)}")
        return value - 1 if value > 0 else ndim + value

    def rank(self, x: Symbol, axes: int) -> None:
        """Refuse a tensor that has not so many axes."""
        if len(x.shape) != axes:
            raise self.wrong(f"it reads a value of shape {x.shape}, not one of {axes} axes beside the rows")

    # --- variables ----------------------------------------------------------------------------------

    def variables(self, wanted: Sequence[tuple[str, tuple[int, ...]]], *, most: int = 0) -> list[Floats]:
        """Give the variables, each of which must have its shape; up to `most` more may follow.

        A NaN among them is named.
        """
        found = self.weights.of(self.layer.path)
        if not len(wanted) <= len(found) <= len(wanted) + most:
            names = " and ".join(name for name, _ in wanted) or "none"
            advice = "" if found else " (was the model built, by a call or an Input, before it was kept?)"
            raise self.wrong(f"it has {len(found)} variables where {names} are needed{advice}")
        result: list[Floats] = []
        for (name, shape), array in zip(wanted, found, strict=False):
            if array.shape != shape:
                raise self.wrong(f"its {name} has the shape {array.shape} where {shape} is needed")
            if array.dtype.kind != "f":
                raise self.refused(f"has a {name} of type {array.dtype}, so its weights are rounded: {UNROUNDED}")
            result.append(_arrays.array(array, f"{self.layer}: {name}"))
        return result


def plain(value: Any) -> Any:
    """Give the number or lists that an object of a configuration holds."""
    if isinstance(value, dict) and value.get("class_name") in ("__numpy__", "__tensor__"):
        config = value.get("config")
        return config.get("value") if isinstance(config, dict) else None
    return value


def product(shape: Sequence[int]) -> int:
    """Give how many entries a shape has."""
    return int(np.prod(np.asarray(shape, dtype=object))) if shape else 1
