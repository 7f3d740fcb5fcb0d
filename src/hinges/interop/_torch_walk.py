"""The walk over an exported torch model: every call of an ATen operator becomes a step of the graph builder."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges._files import short
from hinges.errors import HingesError, InvalidInputError, UnsupportedModelError
from hinges.interop._graph import Graph
from hinges.interop._naming import shown
from hinges.interop._torch_program import Call, Model, Program, Ref
from hinges.interop._torch_values import Array, Value, finite

ANY_NUMBER = 2**89 - 1  # of rows, where it is left open: a prime, so that no other size divides it by chance
INLINED = ("higher_order.wrap_with_set_grad_enabled", "higher_order.tag_activation_checkpoint")
# Operators whose result is the same tensor again, and those whose result may lie in the same memory.
SAME_MEMORY = {"alias", "detach", "dropout", "feature_dropout", "alpha_dropout", "lift_fresh", "identity"}
MAY_SHARE = {
    "view", "reshape", "flatten", "unflatten", "view_as", "transpose", "permute", "t", "numpy_T", "mT", "swapaxes",
    "swapdims", "movedim", "squeeze", "unsqueeze", "slice", "select", "narrow", "chunk", "split", "split_with_sizes",
    "unbind", "expand", "expand_as", "contiguous", "to", "type_as", "getitem",
}  # fmt: skip

Operator = Callable[[Any], Any]


class Walker:
    """The names that the program has given so far, and what they stand for.

    Arguments:
        model: what is read.
        operators: what to do for each operator.
        rows: the number of rows; None where all axes belong to one input (a model exported for one row).
        graph: the network under construction.
    """

    def __init__(self, model: Model, operators: Mapping[str, Operator], rows: int | None, graph: Graph) -> None:
        self.model, self.operators, self.rows, self.graph = model, operators, rows, graph
        self.notes: list[str] = list(model.notes)
        self.names: dict[str, Any] = dict.fromkeys(model.inputs, Value(graph.input))
        self.storages: dict[str, str] = {}  # name -> what lies in the same memory has the same storage
        self.twins: dict[str, str] = {}  # name -> what is the same tensor has the same twin
        self.changed: dict[str, str] = {}  # name -> the call that changed it in place behind its back

    # --- names --------------------------------------------------------------------------------------

    def read(self, name: str, where: str) -> Any:
        """Give what a name stands for."""
        if name in self.changed:
            raise UnsupportedModelError(
                f"{self.changed[name]} changes a tensor in place of which a view is read later: write it so that it "
                "gives a new tensor"
            )
        if name not in self.names:
            if name not in self.model.constants:
                raise InvalidInputError(
                    f"{where} reads {shown(name)}, which nothing before it gives: the graph has a cycle or a gap"
                )
            self.names[name] = finite(self.model.constants[name](), name)
        return self.names[name]

    def resolved(self, argument: Any, where: str) -> Any:
        """Give an argument with its names replaced by what they stand for."""
        if isinstance(argument, Ref):
            return self.read(argument.name, where)
        if isinstance(argument, list):
            return [self.resolved(each, where) for each in argument]
        return argument

    def bind(self, outputs: Any, result: Any, call: Call) -> None:
        """Give names to results."""
        if isinstance(outputs, str):
            if outputs in self.names or outputs in self.model.constants:
                raise InvalidInputError(f"{call.where} gives {shown(outputs)}, a name that is already in use")
            if outputs:
                self.names[outputs] = result
            return
        several = result if isinstance(result, (tuple, list)) else (result,)
        if len(several) < len(outputs):
            raise InvalidInputError(f"{call.where} has {len(outputs)} results where the operator gives {len(several)}")
        for name, each in zip(outputs, several, strict=False):
            self.bind(name, each, call)

    # --- calls --------------------------------------------------------------------------------------

    def run(self, program: Program, arguments: Callable[["Walker", Call], Any]) -> None:
        """Walk over all calls; `arguments` makes of each what the operators take."""
        for call in program.calls:
            if call.target in INLINED:
                self.bind(call.outputs, self.inlined(call, arguments), call)
                continue
            operate, in_place = self.operator(call)
            self.bind(call.outputs, worked_out(operate, lambda call=call: arguments(self, call), call), call)
            self.follow(call, in_place=in_place)

    def operator(self, call: Call) -> tuple[Operator, bool]:
        """Give what to do for a call, and whether it changes its first argument in place."""
        if not call.target.startswith("aten."):
            return self.operators.get(call.target, self.operators[""]), False
        if call.operator in self.operators:
            return self.operators[call.operator], False
        if call.operator.endswith("_") and call.operator[:-1] in self.operators:
            return self.operators[call.operator[:-1]], True
        return self.operators[""], False

    def inlined(self, call: Call, arguments: Callable[["Walker", Call], Any]) -> tuple[Any, ...]:
        """Walk over the graph inside a call, such as the part of a model that stands under torch.no_grad()."""
        values = list(call.arguments.values())
        at = next((i for i, value in enumerate(values) if isinstance(value, Program)), None)
        inner = None if at is None else values[at]
        operands = [] if at is None else [self.resolved(value, call.where) for value in values[at + 1 :]]
        if not isinstance(inner, Program) or len(inner.inputs) != len(operands):
            raise InvalidInputError(f"{call.where} does not fit the graph inside it")
        outside = self.names, self.storages, self.twins, self.changed
        self.names = dict(zip(inner.inputs, operands, strict=True))
        self.storages, self.twins, self.changed = {}, {}, {}
        self.run(inner, arguments)
        results = tuple(self.resolved(output, call.where) for output in inner.outputs)
        self.names, self.storages, self.twins, self.changed = outside
        return results

    def follow(self, call: Call, *, in_place: bool) -> None:
        """Keep account of which names share memory, so that a change in place is seen through all of them."""
        first = next(iter(call.arguments.values()), None)
        operator = call.operator[:-1] if in_place else call.operator
        same = in_place or operator in SAME_MEMORY
        if not isinstance(first, Ref) or not (same or operator in MAY_SHARE):
            return
        storage = self.storages.setdefault(first.name, first.name)
        twin = self.twins.setdefault(first.name, first.name)
        if in_place and operator not in SAME_MEMORY:
            for name in [name for name, each in self.storages.items() if each == storage]:
                if self.twins.get(name) == twin:
                    self.names[name] = self.names[call.output]
                else:
                    self.changed[name] = call.where
        for name in _flat(call.outputs):
            self.storages[name] = storage
            self.twins[name] = twin if same else name

    # --- shapes -------------------------------------------------------------------------------------

    def shape(self, x: Any) -> tuple[int, ...]:
        """Give the shape that a tensor has in torch."""
        if not isinstance(x, Value):
            return np.shape(x)
        shape = x.symbol.shape
        if self.rows is None:
            return shape
        return (self.rows * shape[0], *shape[1:]) if x.joined else (self.rows, *shape)

    def lead(self, x: Any) -> int:
        """Give how many dimensions in torch come before the axes of the index: 1 for the rows, else 0."""
        return int(isinstance(x, Value) and self.rows is not None and not x.joined)

    def axis(self, x: Any, dim: Any, where: str) -> int:
        """Give the axis of the index, or of a constant, that a dimension in torch is; across rows none is."""
        size = len(self.shape(x))
        if isinstance(dim, bool) or not isinstance(dim, int) or not -max(size, 1) <= dim < max(size, 1):
            raise InvalidInputError(f"{where} names dimension {shown(dim)} of a tensor that has {size}")
        dim = dim % size if size else 0
        if dim == 0 and isinstance(x, Value) and self.rows is not None:
            raise UnsupportedModelError(
                f"{where} works across the rows of its input, so that no row has an output of its own: leave "
                "dimension 0 alone"
            )
        return dim - self.lead(x)

    def as_value(self, array: Array, where: str) -> Value:
        """Give a constant as a value; it must be the same for each row."""
        values = np.asarray(array, np.float64)
        if self.rows is not None:
            if values.ndim == 0 or len(values) not in (1, self.rows) or (values != values[:1]).any():
                raise UnsupportedModelError(f"{where} puts a constant of shape {values.shape} in the place of rows")
            values = values[0]
        return self.known(values, where)

    def known(self, array: Any, where: str) -> Value:
        """Give a constant that stands once for every row as a value."""
        values = np.asarray(array, np.float64)
        return Value(self.graph.constant(values, where), known=values)

    def aligned(self, array: Any, x: Value, where: str) -> Floats:
        """Give a constant as it broadcasts against the index of a value, without the dimension of the rows."""
        values = np.asarray(array, np.float64)
        size = len(self.shape(x))
        if self.rows is None or values.ndim < size:
            return values
        if values.ndim == size and len(values) in (1, self.rows) and (values == values[:1]).all():
            return values[:1] if x.joined else values[0]
        raise UnsupportedModelError(
            f"{where} puts a constant of shape {values.shape} together with rows of shape {self.shape(x)[1:]}"
        )


def worked_out(operate: Operator, arguments: Callable[[], Any], call: Call) -> Any:
    """Give what an operator gives; arguments that torch would not take, as a file may hold, are named as such."""
    try:
        return operate(arguments())
    except HingesError:
        raise
    except (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError) as error:
        raise InvalidInputError(f"{call.where} has arguments that do not fit: {short(str(error))}") from None


def _flat(outputs: Any) -> Iterator[str]:
    if isinstance(outputs, str):
        yield outputs
    else:
        for each in outputs:
            yield from _flat(each)
