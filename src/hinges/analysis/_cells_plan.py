"""What the cells of a plane are computed from: the steps of a network, scaled to the rectangle, with error bounds."""

import importlib
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.analysis._cells_twins import classes
from hinges.analysis._fused import ZERO, Affine, Pool, Steps, Switch, steps_of
from hinges.nets import Network

EPS = float(np.finfo(np.float64).eps)
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Plan:
    """A network on a rectangle of a plane.

    Inside, the rectangle is [-1, 1] x [-1, 1]: s = (s0 + s1) / 2 + x (s1 - s0) / 2, and the same for t and y.

    Attributes:
        network: the lowered network.
        base: (3, inputs) origin, u and v: the input at (s, t) is [1, s, t] @ base.
        bounds: s0, s1, t0, t1.
        steps: what is done, in order.
        hidden: the steps that cut, in order.
        offsets: (hidden steps + 1,) where the state of each begins among those of a face.
        sizes: how many numbers each value has.
        last_use: the last step that reads each value.
        twins: for each value the class of every entry: equal classes are equal forms on the whole plane; 0 is zero.
    """

    network: Network
    base: Floats
    bounds: Bounds
    steps: Steps
    hidden: tuple[Switch | Pool, ...]
    offsets: NDArray[np.int64]
    sizes: tuple[int, ...]
    last_use: dict[int, int]
    twins: tuple[NDArray[np.int64], ...]

    @cached_property
    def window(self) -> tuple[float, float, float, float]:
        """The middle of the rectangle and half its sides, (s, t, half, half)."""
        s0, s1, t0, t1 = self.bounds
        return (s0 + s1) / 2, (t0 + t1) / 2, (s1 - s0) / 2, (t1 - t0) / 2

    @cached_property
    def start(self) -> tuple[Floats, Floats]:
        """The input's form in x and y, (inputs, 3), and a bound on the sum of its three errors, (inputs,)."""
        s, t, a, b = self.window
        origin, u, v = self.base
        form = np.stack((origin + s * u + t * v, a * u, b * v), axis=1)
        added = np.abs(s * u) + np.abs(t * v)
        moved = np.where(added == 0, 0.0, added + np.abs(origin))
        return form, 4 * EPS * (moved + np.abs(form[:, 1:]).sum(1))

    @cached_property
    def products(self) -> dict[int, "Product"]:
        """How to multiply by the matrices of each affine step, by its value."""
        return {step.value: Product(step) for step in self.steps.steps if isinstance(step, Affine)}

    @cached_property
    def places(self) -> dict[int, int]:
        """Which hidden step makes a value."""
        return {step.value: k for k, step in enumerate(self.hidden)}

    @cached_property
    def centred(self) -> tuple[NDArray[np.bool_], ...]:
        """For each value which entries are zero at s = t = 0 because no bias and no origin goes into them."""
        found: dict[int, Any] = {0: self.base[0] == 0}
        for step in self.steps.steps:
            if isinstance(step, Affine):
                product = self.products[step.value]
                weights = zip(step.sources, product.absolute, strict=True)
                moved = sum(matrix.T @ (~found[source]).astype(np.float64) for source, matrix in weights)
                found[step.value] = (moved == 0) & (step.bias == 0)
            elif isinstance(step, Switch):
                found[step.value] = found[step.source]
            else:
                found[step.value] = np.append(found[step.source], True)[step.groups].all(1)
        return tuple(found[value] for value in range(len(found)))

    @cached_property
    def has_centre(self) -> bool:
        """Whether any unit's line passes through s = t = 0 for that reason, inside the rectangle."""
        s0, s1, t0, t1 = self.bounds
        return s0 <= 0 <= s1 and t0 <= 0 <= t1 and any(self.centred[step.source].any() for step in self.hidden)

    def is_centred(self, value: int, entry: int) -> bool:
        """Whether an entry is one of those; `ZERO` is."""
        return entry == ZERO or bool(self.centred[value][entry])

    @cached_property
    def leaders(self) -> dict[int, NDArray[np.intp]]:
        """For each switching step, by its value, the first unit that reads the same form as unit j."""
        return {step.value: self._leaders(step) for step in self.hidden if isinstance(step, Switch)}

    def _leaders(self, step: Switch) -> NDArray[np.intp]:
        alike = 2 * self.twins[step.source] + (step.below != 1.0)
        _, first, inverse = np.unique(alike, return_index=True, return_inverse=True)
        return first[inverse]

    @cached_property
    def distinct(self) -> dict[int, NDArray[np.bool_]]:
        """For each pooling step, by its value, which entries of a group equal none before them, (units, size)."""
        return {step.value: self._distinct(step) for step in self.hidden if isinstance(step, Pool)}

    def _distinct(self, step: Pool) -> NDArray[np.bool_]:
        twins = np.append(self.twins[step.source], 0)[step.groups]  # ZERO is the last
        order = np.argsort(twins, axis=1, kind="stable")
        ranked = np.take_along_axis(twins, order, axis=1)
        new = np.ones(twins.shape, dtype=bool)
        new[:, 1:] = ranked[:, 1:] != ranked[:, :-1]
        result = np.empty_like(new)
        np.put_along_axis(result, order, new, axis=1)
        return result

    def twin(self, value: int, entry: int) -> int:
        """Give the class of an entry; that of `ZERO` is 0."""
        return 0 if entry == ZERO else int(self.twins[value][entry])

    def to_plane(self, points: Floats) -> Floats:
        """Give points (x, y) as (s, t)."""
        s, t, a, b = self.window
        s0, s1, t0, t1 = self.bounds
        moved = points * (a, b) + (s, t)
        moved[:, 0] = np.where(points[:, 0] == -1, s0, np.where(points[:, 0] == 1, s1, moved[:, 0]))
        moved[:, 1] = np.where(points[:, 1] == -1, t0, np.where(points[:, 1] == 1, t1, moved[:, 1]))
        return moved


def plan_of(network: Network, base: Floats, bounds: Bounds, *, fuse: bool = True) -> Plan:
    """Give the plan of a lowered network on the plane whose rows are origin, u and v."""
    steps = steps_of(network, fuse=fuse)
    sizes = {0: network.inputs}
    last_use = {steps.output: len(steps.steps)}
    for i, step in enumerate(steps.steps):
        sizes[step.value] = len(step.bias) if isinstance(step, Affine) else step.units
        for source in step.sources if isinstance(step, Affine) else (step.source,):
            last_use[source] = max(last_use.get(source, 0), i)
    hidden = tuple(step for step in steps.steps if not isinstance(step, Affine))
    offsets = np.cumsum([0, *(step.units for step in hidden)])
    ordered = tuple(sizes[value] for value in range(len(sizes)))
    return Plan(network, base, bounds, steps, hidden, offsets, ordered, last_use, classes(steps, base))


class Product:
    """Multiplication by an affine step's matrices, from the left and with their absolute values."""

    def __init__(self, step: Affine) -> None:
        sparse: Any = importlib.import_module("scipy.sparse")
        self.matrices: list[Any] = []
        self.absolute: list[Any] = []
        terms = np.zeros(len(step.bias))
        for matrix in step.matrices:
            csr = hasattr(matrix, "tocsr")
            if not csr and np.count_nonzero(matrix) < 0.1 * matrix.size:
                matrix, csr = sparse.csr_array(matrix), True  # noqa: PLW2901  a dense matrix of zeros
            if csr:
                matrix = matrix.tocsr(copy=True)  # noqa: PLW2901
                matrix.eliminate_zeros()
                terms += np.bincount(matrix.indices, minlength=len(step.bias))
            else:
                terms += np.count_nonzero(matrix, axis=0)
            self.matrices.append(matrix)
            self.absolute.append(abs(matrix))
        self.bias = step.bias
        self.sources = step.sources
        self.rounding = EPS * (terms + 2.0 + len(self.matrices))

    def forms(self, sources: list[Any]) -> Any:
        """Give the forms (units, faces, 3) from those of the sources."""
        faces = sources[0].shape[1]
        total: Any = None
        for matrix, form in zip(self.matrices, sources, strict=True):
            columns = form.reshape(form.shape[0], -1)
            if hasattr(matrix, "tocsr"):
                alive = np.flatnonzero(columns.any(1))
                part = matrix[alive].T @ columns[alive] if len(alive) < 0.8 * len(columns) else matrix.T @ columns
            else:
                part = matrix.T @ columns
            total = part if total is None else np.add(total, part, out=total)
        result = np.ascontiguousarray(total).reshape(len(self.bias), faces, 3)
        result[:, :, 0] += self.bias[:, None]
        return result

    def errors(self, errors: list[Any], sizes: list[Any]) -> Floats:
        """Give a bound on the error of the forms, (units,), from those of the sources and their sizes."""
        inherited: Any = 0.0
        size: Any = 0.0
        for matrix, error, largest in zip(self.absolute, errors, sizes, strict=True):
            inherited = inherited + matrix.T @ error
            size = size + matrix.T @ largest
        exact = size + inherited == 0  # the bias alone
        return np.where(exact, 0.0, 1.001 * inherited + self.rounding * (size + np.abs(self.bias)))


def padded(form: Floats) -> Floats:
    """Give a value's forms with that of `ZERO` appended along the first axis."""
    return np.concatenate((form, np.zeros_like(form[:1])), axis=0) if len(form) else np.zeros((1, *form.shape[1:]))


def exact_base(plan: Plan) -> list[tuple[Fraction, Fraction, Fraction]]:
    """Give the forms in s and t of the inputs, as they were given."""
    return [(Fraction(o), Fraction(u), Fraction(v)) for o, u, v in plan.base.T.tolist()]


assert ZERO == -1  # so that an index takes the last entry of a padded array
