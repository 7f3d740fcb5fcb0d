"""The arguments of a call, as the operators ask for them."""

from typing import Any

import numpy as np

from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._naming import shown
from hinges.interop._torch_modules import own_name
from hinges.interop._torch_program import Call
from hinges.interop._torch_values import Missing, Value
from hinges.interop._torch_walk import Walker

NEEDED = object()


class Arguments:
    """A call with its arguments resolved.

    Attributes:
        walker: what the names stand for.
        graph: the network under construction.
        call: the call.
        name: the name of its layer in the network.
        where: its layer with class or operator, for sentences.
    """

    def __init__(self, walker: Walker, call: Call) -> None:
        self.walker, self.graph, self.call = walker, walker.graph, call
        self.where, self.name = call.where, call.layer
        if walker.model.own:
            self.name = own_name(call.layer, call.operator, call.kind)
        self.given: dict[str, Any] = {key: walker.resolved(value, call.where) for key, value in call.arguments.items()}

    def get(self, name: str, default: Any = NEEDED) -> Any:
        """Give an argument as it is."""
        value = self.given.get(name, default)
        if value is NEEDED:
            raise InvalidInputError(f"{self.where} has no argument {name!r}")
        if isinstance(value, Missing):
            raise UnsupportedModelError(f"{self.where} reads {value.what}, which no network holds")
        return value

    @property
    def first(self) -> Any:
        """The first argument, which most operators work on: a value or a constant."""
        if not self.given:
            raise InvalidInputError(f"{self.where} has no arguments")
        return self.tensor(next(iter(self.given)))

    def tensor(self, name: str) -> Any:
        """Give an argument that is a value or a constant."""
        return self.settled(self.get(name))

    def settled(self, given: Any) -> Any:
        """Give a value with what it is still to be multiplied with, or a constant as an array."""
        if isinstance(given, Value):
            if given.scale is None:
                return given
            return Value(self.graph.affine(given.symbol, given.scale, 0.0, self.name), given.joined)
        if isinstance(given, (bool, int, float, np.ndarray, np.generic)):
            return np.asarray(given)
        raise InvalidInputError(f"{self.where} works on {shown(given)}, which is no tensor")

    def constant(self, name: str, default: Any = NEEDED) -> Any:
        """Give an argument that is a constant, or None where that is the default."""
        given = self.get(name, default)
        if given is None:
            return None
        if isinstance(given, Value):
            if given.known is not None:
                return given.known
            raise UnsupportedModelError(
                f"{self.where} multiplies or divides what the network computes by what it computes: that is no "
                "piecewise-linear function"
                if name in ("other", "weight", "mat2", "self")
                else f"{self.where} needs a constant {name}, and here the network computes it"
            )
        return self.settled(given)

    def number(self, name: str, default: Any = NEEDED) -> Any:
        """Give an argument that is a number, or None where that is the default."""
        given = self.get(name, default)
        if given is None:
            return None
        array = self.constant(name) if isinstance(given, (Value, np.ndarray)) else given
        if isinstance(array, np.ndarray) and array.size == 1:
            array = array.item()
        if isinstance(array, bool) or not isinstance(array, (int, float)):
            raise InvalidInputError(f"{self.where} has {name} = {shown(array)}, not a number")
        return float(array)

    def whole(self, name: str, default: Any = NEEDED) -> int:
        """Give an argument that is a whole number."""
        return self._whole(self.get(name, default), name)

    def wholes(self, name: str, default: Any = NEEDED) -> list[int]:
        """Give an argument that is a list of whole numbers; one alone is a list of one."""
        given = self.get(name, default)
        return [self._whole(each, name) for each in (given if isinstance(given, (list, tuple)) else [given])]

    def _whole(self, given: Any, name: str) -> int:
        if isinstance(given, np.ndarray) and given.size == 1 and given.dtype.kind in "iu":
            given = given.item()
        if isinstance(given, bool) or not isinstance(given, int):
            raise InvalidInputError(f"{self.where} has {name} = {shown(given)}, not a whole number")
        return given

    def flag(self, name: str, *, default: bool) -> bool:
        """Give an argument that is true or false."""
        return bool(self.get(name, default))

    def axis(self, x: Any, name: str = "dim", default: Any = NEEDED) -> int:
        """Give the axis of the index, or of a constant, that a dimension names."""
        return self.walker.axis(x, self.get(name, default), self.where)

    def refusal(self, why: str) -> UnsupportedModelError:
        """Give the error that names the layer."""
        return UnsupportedModelError(f"{self.where} {why}")


def arrays_only(*tensors: Any) -> bool:
    """Tell whether all are constants."""
    return not any(isinstance(each, Value) for each in tensors)
