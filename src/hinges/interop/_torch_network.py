"""Networks out of exported torch models, live ones and those of files."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from hinges import _arrays
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop import _torch_constants, _torch_elementwise, _torch_joins, _torch_layers, _torch_shapes
from hinges.interop._graph import Graph
from hinges.interop._torch_arguments import Arguments
from hinges.interop._torch_program import Model
from hinges.interop._torch_values import Missing, Value
from hinges.interop._torch_walk import ANY_NUMBER, Walker
from hinges.nets import Network

REUSED = 10**6  # weights that may come from tensors used more than twice


def refused(a: Arguments) -> Any:
    """Refuse an operator, saying what could be done."""
    operator = a.call.operator.strip("_")
    for words, why in REASONS:
        if operator in words or any(word in operator for word in words if word not in EXACT):
            raise a.refusal(why)
    raise a.refusal(f"calls {a.call.target}, which is not read: {ADVICE}")


ADVICE = (
    "write it with linear layers, convolutions, average or max pooling, additions, and activations made of straight "
    "lines such as relu, or export the part of the model before it"
)
REASONS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("layer_norm", "group_norm", "rms_norm", "local_response"),
        "divides by the spread of what it is given, which is not piecewise linear: batch norm in evaluation is",
    ),
    (("attention", "bilinear"), "multiplies what the network computes by what it computes: it is not piecewise linear"),
    (("lstm", "gru", "rnn"), f"is recurrent: {ADVICE}"),
    (
        ("glu", "mish", "hardswish"),
        "is a product of what the network computes, not piecewise linear: use relu or leaky_relu",
    ),
    (
        ("hardshrink", "sign", "heaviside", "round", "floor", "ceil", "trunc", "frac"),
        "jumps, so it is no sum of hinges",
    ),
    (
        ("where", "masked", "gt", "lt", "ge", "le", "eq", "ne", "logical", "bitwise"),
        "compares or chooses by what the network computes: write it with relu, leaky_relu, maximum or minimum",
    ),
    (("sort", "topk", "argmax", "argmin", "kthvalue", "median", "cummax"), "orders what the network computes"),
    (("embedding",), "looks up whole numbers, which is no function of real ones: read the part behind it"),
    (("norm", "var", "std", "prod", "logsumexp", "cosine", "dist"), "is not piecewise linear"),
    (("rand", "bernoulli", "normal", "multinomial"), "draws random numbers"),
    (("copy", "index_put", "fill", "scatter"), "writes into part of a tensor: put the parts together with cat"),
)
# Comparisons match by their whole name: "le" also stands in "scale".
EXACT = {"gt", "lt", "ge", "le", "eq", "ne", "sign", "where", "std", "var", "prod", "fill", "copy"}


OPERATORS: dict[str, Callable[[Arguments], Any]] = {
    **_torch_constants.OPERATORS,
    **_torch_shapes.OPERATORS,
    **_torch_joins.OPERATORS,
    **_torch_elementwise.OPERATORS,
    **_torch_layers.OPERATORS,
    "": refused,
}


def network_of(model: Model, input_shape: Sequence[int] | None = None, *, room: int | None = None) -> Network:
    """Give the network of an exported model, or raise naming the layer that has no counterpart here.

    Arguments:
        model: what torch.export said.
        input_shape: of one input without the rows; only checked.
        room: how many weights dense layers may use.
    """
    if len(model.inputs) != 1:
        raise UnsupportedModelError(
            f"it takes {len(model.inputs)} inputs ({', '.join(model.inputs) or 'none'}); networks of one are read: "
            "put them together into one before exporting"
        )
    ((_, shape),) = model.inputs.items()
    rows, sizes = _rows(shape, input_shape)
    room = 2 * model.weights + REUSED if room is None else room
    walker = Walker(model, OPERATORS, rows, Graph(sizes, room=room))
    walker.run(model.program, Arguments)
    return walker.graph.finish(_output(walker, model).symbol, walker.notes, own=model.own)


def _output(walker: Walker, model: Model) -> Value:
    outputs = [each for each in model.program.outputs if each is not None]
    if len(outputs) != 1:
        raise UnsupportedModelError(
            f"it gives {len(outputs)} outputs; networks of one are read: return the one that matters"
        )
    result = walker.resolved(outputs[0], "its output")
    if isinstance(result, Missing):
        raise UnsupportedModelError(f"its output is {result.what}, which no network holds")
    if not isinstance(result, Value):
        raise UnsupportedModelError("its output is constant: it does not depend on the input")
    if result.joined:
        raise UnsupportedModelError("its output joins rows with what belongs to one of them: reshape it to (rows, ...)")
    return (
        Value(walker.graph.affine(result.symbol, result.scale, 0.0, "output")) if result.scale is not None else result
    )


def _rows(shape: tuple[int | None, ...], wanted: Sequence[int] | None) -> tuple[int | None, tuple[int, ...]]:
    """Give the number of rows, None where all dimensions belong to one input, and the shape to build with."""
    shape = tuple(shape)
    asked = None if wanted is None else tuple(_arrays.count(n, f"input_shape[{i}]") for i, n in enumerate(wanted))
    open_sizes = any(n is None for n in shape[1:])
    if open_sizes:
        if asked is None or len(asked) != len(shape) - 1:
            raise InvalidInputError(
                f"it was exported for inputs of open size, {_words(shape)}: give input_shape, without the rows"
            )
        shape = (shape[0], *(n if n is not None else given for n, given in zip(shape[1:], asked, strict=True)))
    sizes = tuple(n for n in shape[1:] if n is not None)
    single = len(shape) < 2 and shape and shape[0] is not None
    if asked is not None and not single and asked != sizes and asked == shape:
        single = True
    whole = tuple(n for n in shape if n is not None)
    if asked is not None and math.prod(asked) != math.prod(whole if single else sizes):
        raise InvalidInputError(f"input_shape {asked} does not fit: it takes inputs of shape {_words(shape)}")
    if single or shape[:1] == (1,):
        return None, whole
    return (ANY_NUMBER if not shape or shape[0] is None else shape[0]), sizes


def _words(shape: Sequence[int | None]) -> str:
    return f"({', '.join('any' if n is None else str(n) for n in shape)})"
