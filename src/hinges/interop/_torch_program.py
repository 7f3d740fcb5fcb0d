"""What torch.export says of a model: calls of ATen operators, whether it came from a live module or a file."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

CHANGING = re.compile("_(?=_[0-9]+$|$)")  # in relu_ and relu__1, the names of what is done in place


@dataclass(frozen=True)
class Ref:
    """An argument that is what the input or call of that name gives."""

    name: str


@dataclass(frozen=True)
class DType:
    """An argument that is a type of number: `float64`, `int64`, `bool`, ..."""

    name: str


@dataclass(frozen=True)
class Unread:
    """An argument of a kind that no operator read here needs, by what it is called in the file."""

    what: str


@dataclass(frozen=True)
class Call:
    """A call of an operator.

    Attributes:
        target: the operator and its overload, for example `aten.conv2d.default`.
        arguments: what it is called with, by the names of the operator's schema (or by number where there is none);
            those left out have its defaults.
        outputs: the name of what it gives; a tuple of them where it gives several.
        path: of the module in which the call stands, for example `features.0`; empty for the outermost.
        kind: the class of that module, with its module; empty where it is not known.
    """

    target: str
    arguments: dict[str, Any]
    outputs: Any
    path: str = ""
    kind: str = ""

    @property
    def operator(self) -> str:
        """The operator without namespace and overload: `conv2d`."""
        parts = self.target.split(".")
        return parts[1] if len(parts) > 1 else self.target

    @property
    def output(self) -> str:
        """The name of the first thing it gives."""
        first = self.outputs
        while isinstance(first, tuple):
            first = first[0] if first else ""
        return first

    @property
    def in_layer(self) -> bool:
        """Whether it stands in a layer of torch's own, such as Linear, and not in a module that calls layers."""
        known = self.kind.startswith(("torch.nn.modules.", "hinges.interop.torch."))
        return bool(self.path) and known and ".container." not in self.kind

    @property
    def layer(self) -> str:
        """The name that its layer has in the network."""
        if self.in_layer:
            return self.path
        output = CHANGING.sub("", self.output)
        return f"{self.path}.{output}" if self.path else output

    @property
    def where(self) -> str:
        """The layer with its class or operator, as it stands in a sentence."""
        return f"{self.layer} ({self.kind.rpartition('.')[2] if self.in_layer else self.target})"


@dataclass(frozen=True)
class Program:
    """Calls in order, with the names of what comes in and goes out."""

    inputs: tuple[str, ...]
    calls: tuple[Call, ...]
    outputs: tuple[Any, ...]


@dataclass(frozen=True)
class Model:
    """An exported model.

    Attributes:
        program: its calls.
        constants: for each input of the program that is a parameter, buffer or constant, what brings its array.
        inputs: for each of the other inputs its shape with the rows first, None for a size that may be any number.
        weights: how many numbers the constants hold.
        notes: what there is to say of the model.
        own: whether this package wrote it, so that it is given back as it was.
    """

    program: Program
    constants: dict[str, Callable[[], NDArray[Any]]]
    inputs: dict[str, tuple[int | None, ...]]
    weights: int
    notes: tuple[str, ...] = ()
    own: bool = False
