"""The nodes of a network as nodes of an ONNX graph.

A dense matrix becomes a Gemm. A sparse one becomes one too, or where that is smaller the entries that each unit
reads (Gather), times their weights, summed. What is read back from that is bit-equal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._caps import LARGEST_ONNX
from hinges.nets import Activation, Linear, Max, Network

ROOM = 2**20  # bytes for all but the weights
INT64 = 7
OPERATORS = {
    "linear": "Identity",
    "relu": "Relu",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "softplus": "Softplus",
    "selu": "Selu",
    "softsign": "Softsign",
    "gelu": "Gelu",
    "gelu_tanh": "Gelu",
}


@dataclass
class Writer:
    """The nodes and tensors so far.

    Attributes:
        helper: the module onnx.helper.
        kind: the layout of numbers, "<f8" or "<f4".
    """

    helper: Any
    kind: str
    nodes: list[Any] = field(default_factory=list)
    tensors: list[Any] = field(default_factory=list)

    @property
    def element_type(self) -> int:
        """The number by which ONNX knows the type of the weights."""
        return self.helper.np_dtype_to_tensor_dtype(np.dtype(self.kind))

    def node(self, op: str, inputs: Sequence[str], output: str, name: str, **attributes: Any) -> str:
        """Add a node and give the name of its output."""
        self.nodes.append(self.helper.make_node(op, list(inputs), [output], name=name, **attributes))
        return output

    def tensor(self, name: str, array: Any) -> str:
        """Add numbers and give their name."""
        data = np.ascontiguousarray(array, dtype=self.kind)
        self.tensors.append(self.helper.make_tensor(name, self.element_type, data.shape, data.tobytes(), raw=True))
        return name

    def indices(self, name: str, array: Any) -> str:
        """Add whole numbers and give their name."""
        data = np.ascontiguousarray(array, dtype="<i8")
        self.tensors.append(self.helper.make_tensor(name, INT64, data.shape, data.tobytes(), raw=True))
        return name


def write(network: Network, writer: Writer) -> str:
    """Add all nodes of a network to the writer and give the name of the output."""
    _check_size(network, np.dtype(writer.kind).itemsize)
    for i, node in enumerate(network.nodes):
        sources, result = [f"v{source}" if source else "x" for source in node.sources], f"v{i + 1}"
        if isinstance(node, Linear):
            _linear(writer, node, sources, result)
        elif isinstance(node, Max):
            read = writer.node(
                "Gather", [sources[0], writer.indices(f"groups{i}", node.groups)], f"g{i}", f"{node.name} reads", axis=1
            )
            writer.node("ReduceMax", [read, _last_axis(writer)], result, node.name, keepdims=0)
        else:
            _activation(writer, node, sources[0], result)
    return f"v{len(network.nodes)}"


def newest_operators(network: Network) -> bool:
    """Tell whether a node needs a newer opset than the others do."""
    return any(isinstance(node, Activation) and node.kind in ("gelu", "gelu_tanh") for node in network.nodes)


def _last_axis(writer: Writer) -> str:
    if not any(tensor.name == "last axis" for tensor in writer.tensors):
        writer.indices("last axis", [2])
    return "last axis"


# --- linear ---------------------------------------------------------------------------------------------


def _linear(writer: Writer, node: Linear, sources: Sequence[str], result: str) -> None:
    (first, *others) = node.matrices
    index = result[1:]
    if not others and not _gathered(first):
        tensors = [writer.tensor(f"W{index}", _full(first)), writer.tensor(f"b{index}", node.bias)]
        writer.node("Gemm", [sources[0], *tensors], result, node.name)
        return
    if not others and not node.bias.any():
        _entries(writer, first, sources[0], f"{index}_0", node.name, result, node.name)
        return
    terms = [
        _term(writer, matrix, source, f"{index}_{i}", node.name, shared=bool(others))
        for i, (matrix, source) in enumerate(zip(node.matrices, sources, strict=True))
    ]
    writer.node("Sum", [*terms, writer.tensor(f"b{index}", node.bias)], result, node.name)


def _term(writer: Writer, matrix: Any, source: str, key: str, name: str, *, shared: bool) -> str:
    """Give the name of source @ matrix."""
    if shared and _is_identity(matrix):
        return source
    if not _gathered(matrix):
        return writer.node("Gemm", [source, writer.tensor(f"W{key}", _full(matrix))], f"t{key}", f"{name} term {key}")
    return _entries(writer, matrix, source, key, name, f"t{key}", f"{name} term {key}")


def _entries(writer: Writer, matrix: Any, source: str, key: str, name: str, result: str, title: str) -> str:  # noqa: PLR0917
    rows, data = _padded(matrix)
    read = writer.node("Gather", [source, writer.indices(f"i{key}", rows)], f"r{key}", f"{name} reads {key}", axis=1)
    times = writer.node("Mul", [read, writer.tensor(f"W{key}", data)], f"m{key}", f"{name} entries {key}")
    return writer.node("ReduceSum", [times, _last_axis(writer)], result, title, keepdims=0)


def _full(matrix: Any) -> Floats:
    return matrix.toarray() if hasattr(matrix, "tocsr") else matrix


def _is_identity(matrix: Any) -> bool:
    if not hasattr(matrix, "tocsr") or matrix.shape[0] != matrix.shape[1] or matrix.nnz != matrix.shape[0]:
        return False
    rows = matrix.tocsr()
    straight = np.array_equal(rows.indices, np.arange(rows.shape[0])) and (np.diff(rows.indptr) == 1).all()
    return bool(straight and (rows.data == 1).all())


def _longest(matrix: Any) -> int:
    """Give how many entries the unit with the most of them reads."""
    return int(np.diff(matrix.tocsc().indptr).max(initial=1)) if matrix.nnz else 1


def _gathered(matrix: Any) -> bool:
    """Tell whether a sparse matrix is smaller as entries with their indices."""
    return hasattr(matrix, "tocsr") and 2 * _longest(matrix) < matrix.shape[0]


def _padded(matrix: Any) -> tuple[Any, Floats]:
    """Give the rows and weights that each unit reads, (units, entries); what is missing is 0 times the first row."""
    columns = matrix.tocsc(copy=True)
    columns.sum_duplicates()
    counts = np.diff(columns.indptr)
    width = int(counts.max(initial=1)) if columns.nnz else 1
    rows, data = np.zeros((len(counts), width), np.int64), np.zeros((len(counts), width))
    filled = np.arange(width) < counts[:, None]
    rows[filled], data[filled] = columns.indices, columns.data
    return rows, data


def _check_size(network: Network, item: int) -> None:
    size = 0
    for node in network.nodes:
        if isinstance(node, Max):
            size += 8 * node.groups.size
        if isinstance(node, Linear):
            for matrix in node.matrices:
                sparse = _gathered(matrix)
                size += node.units * ((item + 8) * _longest(matrix) if sparse else item * matrix.shape[0])
            size += item * node.units
        if size > LARGEST_ONNX - ROOM:
            raise InvalidInputError(
                f"network needs {size} bytes up to {node.name}, more than the format .onnx can hold: save it as .npz"
            )


# --- activations ----------------------------------------------------------------------------------------


def _activation(writer: Writer, node: Activation, source: str, result: str) -> None:
    index = result[1:]
    if node.kind in OPERATORS:
        options = {"approximate": "tanh"} if node.kind == "gelu_tanh" else {}
        writer.node(OPERATORS[node.kind], [source], result, node.name, **options)
    elif node.kind == "clip":
        bounds = [writer.tensor(f"low{index}", node.low), writer.tensor(f"high{index}", node.high)]
        writer.node("Clip", [source, *bounds], result, node.name)
    elif node.kind == "silu":
        gate = writer.node("Sigmoid", [source], f"gate{index}", f"{node.name} gate")
        writer.node("Mul", [source, gate], result, node.name)
    elif node.kind == "leaky_relu":
        _leaky(writer, node, source, result)
    elif node.kind == "elu":
        if np.ndim(node.slope) or (float(np.float32(node.slope)) != node.slope and writer.kind == "<f8"):
            raise UnsupportedModelError(
                f"{node.name} is an elu whose slope ONNX cannot hold, since it has one float32 for all units: "
                "save the network as .npz"
            )
        writer.node("Elu", [source], result, node.name, alpha=float(node.slope))
    else:
        raise UnsupportedModelError(f"{node.name} is {node.kind}, which is not written as .onnx: save it as .npz")


def _leaky(writer: Writer, node: Activation, source: str, result: str) -> None:
    """Write a leaky_relu; the attribute of LeakyRelu is one float32, so other slopes are written as PRelu."""
    if np.ndim(node.slope) == 0 and (float(np.float32(node.slope)) == node.slope or writer.kind == "<f4"):
        writer.node("LeakyRelu", [source], result, node.name, alpha=float(node.slope))
        return
    slope = writer.tensor(f"slope{result[1:]}", np.atleast_1d(node.slope))
    writer.node("PRelu", [source, slope], result, node.name)
