"""A network out of the nodes of an ONNX file."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop import _onnx_arithmetic as arithmetic
from hinges.interop import _onnx_layers as layers
from hinges.interop import _onnx_shapes as shapes
from hinges.interop._caps import MOST_DIMENSIONS
from hinges.interop._graph_values import Symbol
from hinges.interop._naming import shown
from hinges.interop._onnx_file import OnnxFile, Operation
from hinges.interop._onnx_program import Program, Value, label, where
from hinges.nets import Network

OLDEST_OPSET = 7  # before it, Gemm and Add broadcast by other rules


def network_of(file: OnnxFile, input_shape: Sequence[int] | None) -> Network:
    """Give the network of a file, or raise naming the node that has no counterpart."""
    if 0 < file.opset < OLDEST_OPSET:
        raise UnsupportedModelError(
            f"it is written in opset {file.opset}; {OLDEST_OPSET} and later are read: convert it with "
            "onnx.version_converter"
        )
    inputs = {name: shape for name, shape in file.inputs.items() if name not in file.constants}
    if len(inputs) != 1 or len(file.outputs) != 1:
        raise UnsupportedModelError(
            f"it has {len(inputs)} inputs and {len(file.outputs)} outputs; networks of one of each are read: "
            "export the part between two of them"
        )
    ((name, declared),) = inputs.items()
    shape, rows = input_sizes(file, name, declared, input_shape)
    try:
        return walked(file, name, shape, rows)
    except (UnsupportedModelError, InvalidInputError):
        if rows in (None, 1) or input_shape is not None:
            raise
        try:  # the first size need not be that of rows: a column (784, 1) has none
            return walked(file, name, (rows, *shape[1:]), 1)
        except (UnsupportedModelError, InvalidInputError):
            pass
        raise


def walked(file: OnnxFile, name: str, shape: tuple[int, ...], rows: int | None) -> Network:
    """Give the network of a file whose input has this shape for one row."""
    program = Program(file, name, shape, rows)
    for operation in file.operations:
        add(program, operation)
    output = file.outputs[0]
    if output not in program.values:
        raise InvalidInputError(f"its output {shown(output)} is what no node gives")
    last = Operation(op="output", name="the output", inputs=[output])
    return program.graph.finish(program.computed(last), program.notes, own=program.own)


def input_sizes(
    file: OnnxFile, name: str, declared: tuple[int | None, ...] | None, given: Sequence[int] | None
) -> tuple[tuple[int, ...], int | None]:
    """Give the shape of the input for one row, in the file's terms, and how many rows the file declares.

    An input of one dimension has none for rows. What the file leaves open is `given`, or is what the first dense
    layer reads.
    """
    if declared is not None and len(declared) > MOST_DIMENSIONS:
        raise InvalidInputError(f"its input has {len(declared)} dimensions; at most {MOST_DIMENSIONS} are read")
    if given is not None:
        return _given(declared, tuple(given))
    if declared is not None and len(declared) == 1 and declared[0] is not None:
        return (declared[0],), 1
    sizes = declared[1:] if declared else (None,)
    rows = declared[0] if declared else None
    if None in sizes:
        read = first_dense(file, name) if len(sizes) == 1 else None
        if read is None:
            raise InvalidInputError(
                f"the file leaves the shape of its input {shown(name)} open: give input_shape, the sizes of one input "
                "without the rows"
            )
        sizes = (read,)
    return (1, *(size or 0 for size in sizes)), rows


def _given(declared: tuple[int | None, ...] | None, given: tuple[int, ...]) -> tuple[tuple[int, ...], int | None]:
    """Put an input shape that the user gave into the file's terms."""
    if declared is None:
        return (1, *given), None
    for shape, rows in ((declared[1:], declared[0]), (declared, 1)):
        if len(shape) == len(given) and all(size in (None, each) for size, each in zip(shape, given, strict=True)):
            return (given, 1) if shape is declared else ((1, *given), rows)
    known = [size for size in declared[1:] if size is not None]
    if len(declared) > 1 and len(known) == len(declared) - 1 and math.prod(known) == math.prod(given):
        return (1, *known), declared[0]
    one = ", ".join("any" if size is None else str(size) for size in declared[1:])
    raise InvalidInputError(f"input_shape {given} does not fit: one input of the file has shape ({one})")


def first_dense(file: OnnxFile, name: str) -> int | None:
    """Give how many numbers the dense layers that read the input take, if one does."""
    names = {name}
    for operation in file.operations:
        if not operation.inputs or operation.inputs[0] not in names:
            continue
        if operation.op in ("Flatten", "Identity", "Dropout", "Cast"):
            names.update(operation.outputs)
        elif operation.op in ("Gemm", "MatMul") and len(operation.inputs) > 1:
            tensor = file.constants.get(operation.inputs[1])
            if tensor is not None and len(tensor.shape) == 2:
                return tensor.shape[1 if operation.numbers.get("transB", 0) else 0]
    return None


def add(program: Program, operation: Operation) -> None:
    """Add one node of the file."""
    if operation.domain not in ("", "ai.onnx"):
        raise UnsupportedModelError(f"{where(operation)} is an operator of {shown(operation.domain)}: {ADVICE}")
    if operation.op not in OPERATORS:
        raise UnsupportedModelError(f"{where(operation)} {REFUSED.get(operation.op, 'is not read')}: {ADVICE}")
    names = [name for name in operation.outputs if name]
    for name in names:
        if name in program.values:
            raise InvalidInputError(f"{where(operation)} gives {shown(name)}, a name that is already in use")
    if not names:
        raise InvalidInputError(f"{where(operation)} gives nothing")
    result: Value | tuple[Value, ...] | None = arithmetic.on_constants(program, operation)
    if result is None:
        result = OPERATORS[operation.op](program, operation)
    for name, value in zip(operation.outputs, result if isinstance(result, tuple) else (result,), strict=False):
        if name:
            program.values[name] = program.apart(value, operation)
            program.made[name] = operation


# --- the rest of the operators --------------------------------------------------------------------------


def identity(program: Program, operation: Operation) -> Value:
    """Give a tensor another name; in files of hinges it is a linear activation."""
    value = program.get(operation, 0)
    if isinstance(value, Symbol) and program.own and operation.op == "Identity":
        return program.graph.activation(value, "linear", label(operation))
    return value


def dropout(program: Program, operation: Operation) -> Value:
    """Pass over a Dropout, which does nothing in evaluation mode."""
    if program.has(operation, 2) and program.constant(operation, 2).any():
        raise UnsupportedModelError(f"{where(operation)} is in training mode: export the model in evaluation mode")
    return program.get(operation, 0)


def fixed(program: Program, operation: Operation) -> Value:  # noqa: ARG001 - as all operators
    """Keep the tensor or number of a Constant."""
    if "value" in operation.tensors:
        return operation.tensors["value"].values()
    for key, kind in (("value_float", np.float64), ("value_int", np.int64)):
        if key in operation.numbers:
            return np.array(operation.numbers[key], kind)
    for key, kind in (("value_floats", np.float64), ("value_ints", np.int64)):
        if operation.lists.get(key):
            return np.array(operation.lists[key], kind)
    raise UnsupportedModelError(f"{where(operation)} is no tensor: {ADVICE}")


def refuse(program: Program, operation: Operation) -> Value:  # noqa: ARG001 - as all operators
    """Refuse what is read on constants alone."""
    raise UnsupportedModelError(f"{where(operation)} of a computed tensor is not read: {ADVICE}")


OPERATORS: dict[str, Callable[[Program, Operation], Value | tuple[Value, ...]]] = {
    **dict.fromkeys((*arithmetic.ON_CONSTANTS, "ReduceProd"), refuse),
    **dict.fromkeys(layers.ACTIVATIONS, layers.activation),
    **dict.fromkeys(("Add", "Sub", "Sum"), arithmetic.add),
    **dict.fromkeys(("Cast", "CastLike"), arithmetic.cast),
    **dict.fromkeys(("Elu", "Celu", "Selu"), layers.elu),
    **dict.fromkeys(("GlobalAveragePool", "GlobalMaxPool"), layers.global_pool),
    **dict.fromkeys(("Max", "Min"), arithmetic.extremum),
    **dict.fromkeys(("ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum"), layers.reduction),
    **dict.fromkeys(("Softmax", "LogSoftmax"), layers.softmax),
    "AveragePool": layers.average_pool,
    "BatchNormalization": layers.batch_norm,
    "Clip": layers.clip,
    "Concat": shapes.concat,
    "Constant": fixed,
    "ConstantOfShape": shapes.constant_of_shape,
    "Conv": layers.convolution,
    "ConvTranspose": layers.transposed,
    "DepthToSpace": shapes.depth_to_space,
    "Div": arithmetic.divide,
    "Dropout": dropout,
    "Erf": arithmetic.error_function,
    "Expand": shapes.expand,
    "Flatten": shapes.flatten,
    "Gather": shapes.gather,
    "Gemm": layers.gemm,
    "HardSigmoid": layers.hard_sigmoid,
    "Identity": identity,
    "LeakyRelu": layers.leaky,
    "MatMul": layers.matmul,
    "MaxPool": layers.max_pool,
    "Mul": arithmetic.multiply,
    "Neg": arithmetic.negate,
    "PRelu": layers.prelu,
    "Pad": shapes.pad,
    "Reshape": shapes.reshape,
    "Shape": shapes.shape_of,
    "Shrink": layers.shrink,
    "Size": shapes.size_of,
    "Slice": shapes.cut,
    "Split": shapes.split,
    "Squeeze": shapes.squeeze,
    "ThresholdedRelu": layers.thresholded,
    "Tile": shapes.tile,
    "Transpose": shapes.transpose,
    "Unsqueeze": shapes.unsqueeze,
}
NORMALISES = "divides by what it computes, which is not piecewise linear"
REFUSED = {
    "HardSwish": "multiplies two computed tensors, which is not piecewise linear",
    "Mish": "is neither piecewise linear nor one of the smooth activations that are read",
    **dict.fromkeys(("GroupNormalization", "InstanceNormalization", "LayerNormalization", "LRN"), NORMALISES),
    **dict.fromkeys(("GRU", "LSTM", "RNN", "If", "Loop", "Scan"), "is not a feed-forward layer"),
}
ADVICE = "export the part of the model before or after it, or put another layer in its place"
