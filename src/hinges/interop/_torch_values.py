"""What the names of an exported torch model stand for while it is read."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.errors import InvalidInputError
from hinges.interop._graph_values import Symbol

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Value:
    """A tensor that depends on the input, or is a constant that stands once for every row.

    Attributes:
        symbol: its entries in the network, without the rows.
        joined: whether its first axis is joined with the rows, as after x.view(-1, 4).
        known: its entries, where it is constant.
        scale: what its entries are still to be multiplied with, or None.
        made: what it was made of, for those activations that are several calls.
    """

    symbol: Symbol
    joined: bool = False
    known: Floats | None = None
    scale: Floats | None = None
    made: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Missing:
    """A result that no network holds, such as the positions of the largest entries."""

    what: str


def finite(values: Array, name: str) -> Array:
    """Give numbers if they are all finite."""
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        at = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
        index = "".join(f"[{i}]" for i in at)
        raise InvalidInputError(f"{name}{index} is {values[at]}: every weight must be a finite number")
    return values
