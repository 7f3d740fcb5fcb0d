"""The three kinds of node of which every network is a list.

Every value in a network is a flat vector. Value 0 is the input and value i + 1 is what node i computes.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError
from hinges.nets._activations import ELEMENTWISE, LEAKY_SLOPE


@dataclass(frozen=True, eq=False)
class Linear:
    """The affine map: sum of `value[source] @ matrix` over its sources, plus `bias`.

    Arguments:
        sources: the values it reads.
        matrices: one (source units, units) matrix a source, dense float64 or SciPy sparse.
        bias: (units,).
        name: what the layer is called in messages.

    >>> layer = Linear(sources=(0,), matrices=(np.ones((1, 3)),), bias=np.zeros(3), name="dense_0")
    >>> layer.units, layer.is_dense, layer.source_sizes()
    (3, True, (1,))
    """

    sources: tuple[int, ...]
    matrices: tuple[Any, ...]
    bias: Floats
    name: str

    def __post_init__(self) -> None:
        matrices = tuple(
            m if hasattr(m, "tocsr") else _arrays.matrix(m, f"{self.name}: matrices[{i}]")
            for i, m in enumerate(self.matrices)
        )
        sources = _arrays.sequence(self.sources, f"{self.name}: sources")
        for i, source in enumerate(sources):
            _arrays.count(source, f"{self.name}: sources[{i}]", minimum=0)
        object.__setattr__(self, "sources", sources)
        object.__setattr__(self, "matrices", matrices)
        object.__setattr__(self, "bias", _arrays.vector(self.bias, f"{self.name}: bias"))
        if not matrices or len(matrices) != len(self.sources):
            raise InvalidInputError(f"{self.name}: {len(self.sources)} sources need as many matrices")
        for i, m in enumerate(matrices):
            if m.shape[1] != self.units:
                raise InvalidInputError(f"{self.name}: matrices[{i}] gives {m.shape[1]} units, bias {self.units}")

    @property
    def units(self) -> int:
        """How many numbers it gives."""
        return len(self.bias)

    @property
    def is_dense(self) -> bool:
        """Whether all its matrices are arrays, none sparse."""
        return not any(hasattr(m, "tocsr") for m in self.matrices)

    def source_sizes(self) -> tuple[int, ...]:
        """Give the size that each source must have."""
        return tuple(m.shape[0] for m in self.matrices)

    def __call__(self, *sources: Floats) -> Floats:
        """Give the node's value for rows of source values, (n, units)."""
        total = sum(np.asarray(value @ m) for value, m in zip(sources, self.matrices, strict=True))
        return total + self.bias


@dataclass(frozen=True, eq=False)
class Activation:
    """An elementwise activation of one value.

    Arguments:
        source: the value it reads.
        kind: a name of `ELEMENTWISE`, which are those of `ACTIVATIONS`, clip and some smooth ones.
        units: how many units it has.
        name: what the layer is called in messages.
        slope: of leaky_relu and elu below zero: a number, or (units,) with one a unit.
        low, high: between which clip holds its units.

    >>> relu = Activation(source=1, kind="relu", units=2, name="relu_0")
    >>> relu.piecewise_linear, relu.sources, relu.source_sizes()
    (True, (1,), (2,))
    >>> relu.derivative(np.array([[-1.0, 2.0]])).tolist()
    [[0.0, 1.0]]
    """

    source: int
    kind: str
    units: int
    name: str
    slope: Any = LEAKY_SLOPE
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        _arrays.choice(self.kind, f"{self.name}: kind", tuple(ELEMENTWISE))
        _arrays.count(self.source, f"{self.name}: source", minimum=0)
        _arrays.count(self.units, f"{self.name}: units", minimum=0, maximum=2**40)
        object.__setattr__(self, "slope", _slope(self.slope, self.units, f"{self.name}: slope"))
        low, high = _arrays.number(self.low, f"{self.name}: low"), _arrays.number(self.high, f"{self.name}: high")
        if low > high:
            raise InvalidInputError(f"{self.name}: low = {low:g} is above high = {high:g}")
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    @property
    def sources(self) -> tuple[int, ...]:
        """The one value it reads, as a tuple."""
        return (self.source,)

    def source_sizes(self) -> tuple[int, ...]:
        """Give the size that its source must have."""
        return (self.units,)

    @property
    def piecewise_linear(self) -> bool:
        """Whether it is made of straight lines."""
        return ELEMENTWISE[self.kind].piecewise_linear

    def __call__(self, z: Floats) -> Floats:
        """Give the activation of pre-activations (..., units)."""
        return ELEMENTWISE[self.kind].value(z, self._parameter)

    def derivative(self, z: Floats) -> Floats:
        """Give its derivative at pre-activations (..., units); at a kink the one from the left."""
        return ELEMENTWISE[self.kind].derivative(z, self._parameter)

    @property
    def _parameter(self) -> Any:
        return (self.low, self.high) if self.kind == "clip" else self.slope


def _slope(slope: Any, units: int, name: str) -> float | Floats:
    """Give one number, or one a unit where they differ."""
    if np.ndim(slope) == 0:
        return _arrays.number(slope, name)
    each = _arrays.vector(slope, name)
    if len(each) != units:
        raise InvalidInputError(f"{name} has {len(each)} entries for {units} units")
    return float(each[0]) if units and (each == each[0]).all() else each


@dataclass(frozen=True, eq=False)
class Max:
    """The largest entry of each group of entries of one value.

    Arguments:
        source: the value it reads.
        groups: (units, size) indices into the source; a short group repeats one of its indices.
        source_units: how many entries the source has.
        name: what the layer is called in messages.

    >>> pool = Max(source=1, groups=np.array([[0, 1], [2, 3]]), source_units=4, name="pool")
    >>> pool.units, pool.sources, pool.source_sizes()
    (2, (1,), (4,))
    """

    source: int
    groups: NDArray[np.intp]
    source_units: int
    name: str

    def __post_init__(self) -> None:
        _arrays.count(self.source, f"{self.name}: source", minimum=0)
        _arrays.count(self.source_units, f"{self.name}: source_units", minimum=0, maximum=2**40)
        given = _arrays.array(self.groups, f"{self.name}: groups")
        if (given != np.rint(given)).any() or (np.abs(given) > 2**40).any():
            raise InvalidInputError(f"{self.name}: groups must hold whole numbers, indices into the source")
        groups = given.astype(np.intp)
        if groups.ndim != 2 or groups.shape[1] == 0:
            raise InvalidInputError(f"{self.name}: groups must have shape (units, size), not {groups.shape}")
        if groups.size and not (groups.min() >= 0 and groups.max() < self.source_units):
            raise InvalidInputError(f"{self.name}: groups point outside the {self.source_units} source entries")
        groups.setflags(write=False)
        object.__setattr__(self, "groups", groups)

    @property
    def units(self) -> int:
        """How many numbers it gives."""
        return len(self.groups)

    @property
    def sources(self) -> tuple[int, ...]:
        """The one value it reads, as a tuple."""
        return (self.source,)

    def source_sizes(self) -> tuple[int, ...]:
        """Give the size that its source must have."""
        return (self.source_units,)

    def __call__(self, value: Floats) -> Floats:
        """Give the largest entry of each group for rows of source values, (n, units)."""
        return value[..., self.groups].max(axis=-1)


Node = Linear | Activation | Max
