"""A chain of dense layers out of the nodes of an ONNX file."""

import math
from collections.abc import Callable

import numpy as np

from hinges._arrays import Floats
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._naming import shown
from hinges.interop._onnx_file import OnnxFile, Operation, Tensor
from hinges.nets import Activation, Linear, Network, Node

PRODUCER = "hinges"  # in whose files Identity is a layer with the activation `linear`
OLDEST_OPSET = 7  # before it, Gemm and Add broadcast by other rules
ACTIVATION_OPS = {"Relu": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "Softplus": "softplus"}
REUSED = 10**6  # weights that may come from tensors used more than twice: each use is a copy in memory
LEAKY_ALPHA = 0.01  # of LeakyRelu where the file gives none


def network_of(file: OnnxFile) -> Network:
    """Give the network of a file, or raise naming the node that is no dense layer."""
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
    ((name, shape),) = inputs.items()
    chain = _Chain(file, name, shape)
    for operation in file.operations:
        chain.add(operation)
    return chain.network(file.outputs[0])


class _Chain:
    """The layers found so far, and the names under which the file knows what the last one gives."""

    def __init__(self, file: OnnxFile, name: str, shape: tuple[int | None, ...] | None) -> None:
        self.file = file
        self.constants: dict[str, Tensor] = dict(file.constants)
        self.current = {name}
        self.earlier: set[str] = set()
        self.rank = None if shape is None else len(shape)
        declared = shape[1:] if shape is not None and len(shape) > 1 else shape
        known = declared is not None and None not in declared
        self.size = math.prod(size or 0 for size in declared) if declared and known else None
        self.inputs = self.size
        self.nodes: list[Node] = []
        self.names: set[str] = set()
        self.notes: list[str] = list(file.notes)
        self.room = 2 * sum(math.prod(tensor.shape) for tensor in file.constants.values()) + REUSED
        self.open_bias = False  # whether the last node is a MatMul, whose bias is still to come

    def network(self, output: str) -> Network:
        """Give the network that ends in the value named `output`."""
        if output not in self.current:
            raise UnsupportedModelError(f"its output {shown(output)} is not what the last node gives: export a chain")
        if not self.nodes or self.inputs is None:
            raise UnsupportedModelError("it holds no layer")
        return Network(tuple(self.nodes), self.inputs, tuple(self.notes))

    def add(self, operation: Operation) -> None:
        """Add one node of the file."""
        where = f"{shown(operation.name)} ({operation.op if operation.op in OPERATORS else shown(operation.op)})"
        if operation.domain not in ("", "ai.onnx"):
            raise UnsupportedModelError(f"{where} is an operator of {shown(operation.domain)}: {ADVICE}")
        if operation.op not in OPERATORS:
            raise UnsupportedModelError(f"{where} is no layer of a dense network: {ADVICE}")
        if len(operation.outputs) != 1:
            raise UnsupportedModelError(f"{where} has {len(operation.outputs)} outputs; one is expected")
        (output,) = operation.outputs
        if output in self.constants or output in self.current or output in self.earlier:
            raise InvalidInputError(f"{where} gives {shown(output)}, a name that is already in use")
        OPERATORS[operation.op](self, operation, where)

    # --- values -------------------------------------------------------------------------------------

    def constant(self, operation: Operation, index: int, where: str) -> Floats:
        """Give the constant that an input names."""
        name = self.input(operation, index, where)
        if name not in self.constants:
            raise UnsupportedModelError(f"{where} needs a constant as input {index}; {shown(name)} is none: {ADVICE}")
        return self.constants[name].values()

    def input(self, operation: Operation, index: int, where: str) -> str:
        """Give the name of an input."""
        if index >= len(operation.inputs):
            raise InvalidInputError(f"{where} has {len(operation.inputs)} inputs, and no input {index}")
        return operation.inputs[index]

    def follow(self, operation: Operation, where: str, index: int = 0) -> None:
        """Check that an input is what the last layer gives."""
        name = self.input(operation, index, where)
        if name in self.current:
            return
        if name in self.earlier:
            raise UnsupportedModelError(f"{where} reads {shown(name)}, which is used already, so it branches: {ADVICE}")
        if name in self.constants:
            raise UnsupportedModelError(f"{where} reads the constant {shown(name)} where a layer is expected: {ADVICE}")
        raise InvalidInputError(
            f"{where} reads {shown(name)}, which no node before it gives: the graph has a cycle or a gap"
        )

    def advance(self, operation: Operation) -> None:
        """Make the node's output what the last layer gives."""
        self.earlier |= self.current
        self.current = set(operation.outputs)
        self.open_bias = False

    def layer(self, node: Node, operation: Operation) -> None:
        """Add a layer that gives the node's output."""
        self.nodes.append(node)
        self.size = node.units
        self.advance(operation)

    def name(self, operation: Operation) -> str:
        """Give the node's name, or another where two nodes share it."""
        name = operation.name if operation.name not in self.names else f"{operation.name} ({len(self.nodes)})"
        self.names.add(name)
        return name

    # --- operators ----------------------------------------------------------------------------------

    def gemm(self, operation: Operation, where: str) -> None:
        """Add alpha * x @ B + beta * C."""
        self.follow(operation, where)
        if operation.numbers.get("transA", 0):
            raise UnsupportedModelError(f"{where} transposes its input: {ADVICE}")
        weights = self.constant(operation, 1, where)
        if weights.ndim == 2 and operation.numbers.get("transB", 0):
            weights = weights.T
        has_bias = len(operation.inputs) > 2 and operation.inputs[2] != ""
        bias = self.constant(operation, 2, where) if has_bias else np.zeros(1)
        weights = self.scaled(weights, "alpha", operation, where)
        self.linear(weights, self.scaled(bias, "beta", operation, where), operation, where)

    def scaled(self, values: Floats, key: str, operation: Operation, where: str) -> Floats:
        factor = operation.numbers.get(key, 1.0)
        if factor == 1:
            return values
        self.notes.append(f"{key} = {factor:g} of {where} is multiplied into its weights, rounded once")
        return values * factor

    def matmul(self, operation: Operation, where: str) -> None:
        """Add x @ W; a bias may follow."""
        self.follow(operation, where)
        self.linear(self.constant(operation, 1, where), np.zeros(1), operation, where)
        self.open_bias = True

    def linear(self, weights: Floats, bias: Floats, operation: Operation, where: str) -> None:
        if weights.ndim != 2 or 0 in weights.shape:
            raise UnsupportedModelError(f"{where} has weights of shape {weights.shape}, not (inputs, units)")
        if self.rank is not None and self.rank > 2 and not self.nodes:
            raise UnsupportedModelError(f"{where} reads an input of {self.rank} dimensions: put a Flatten before it")
        if self.size is not None and self.size != weights.shape[0]:
            raise InvalidInputError(f"{where} reads {weights.shape[0]} numbers where {self.size} come in")
        self.room -= weights.size
        if self.room < 0:
            raise InvalidInputError(f"{where} uses the same weights over and over: far more than the file holds")
        if self.inputs is None:
            self.inputs = weights.shape[0]
        bias = self.row(bias, weights.shape[1], where)
        self.layer(Linear((len(self.nodes),), (weights,), bias, self.name(operation)), operation)

    def row(self, values: Floats, units: int, where: str) -> Floats:
        """Give a bias as a vector, by ONNX's rules of broadcasting."""
        if values.size not in (1, units) or values.ndim > 2 or (values.ndim == 2 and values.shape[0] != 1):
            raise UnsupportedModelError(f"{where} adds numbers of shape {values.shape} to {units} units")
        return np.array(np.broadcast_to(values.reshape(-1), (units,)))

    def bias(self, operation: Operation, where: str) -> None:
        """Add a constant to the MatMul before it."""
        index = 0 if self.input(operation, 0, where) in self.constants else 1
        bias = self.constant(operation, index, where)
        self.follow(operation, where, 1 - index)
        last = self.nodes[-1] if self.nodes else None
        if not self.open_bias or not isinstance(last, Linear):
            raise UnsupportedModelError(f"{where} follows no MatMul whose bias it could be: {ADVICE}")
        self.nodes[-1] = Linear(last.sources, last.matrices, self.row(bias, last.units, where), last.name)
        self.advance(operation)

    def activation(self, operation: Operation, where: str) -> None:
        """Add Relu, Tanh, Sigmoid or Softplus."""
        self.activate(ACTIVATION_OPS[operation.op], 0.0, operation, where)

    def leaky(self, operation: Operation, where: str) -> None:
        """Add LeakyRelu."""
        self.activate("leaky_relu", operation.numbers.get("alpha", float(np.float32(LEAKY_ALPHA))), operation, where)

    def prelu(self, operation: Operation, where: str) -> None:
        """Add PRelu with one slope for all units."""
        slopes = self.constant(operation, 1, where)
        if slopes.size == 0 or (slopes != slopes.flat[0]).any():
            raise UnsupportedModelError(f"{where} has a slope for each unit; one for all is read: {ADVICE}")
        self.activate("leaky_relu", float(slopes.flat[0]), operation, where)

    def activate(self, kind: str, slope: float, operation: Operation, where: str) -> None:
        self.follow(operation, where)
        if self.size is None or self.inputs is None:
            raise UnsupportedModelError(f"{where} comes before any layer, and the input's shape is not given: {ADVICE}")
        node = Activation(len(self.nodes), kind, self.size, self.name(operation), slope)
        self.layer(node, operation)

    def identity(self, operation: Operation, where: str) -> None:
        """Give a constant or the last layer another name; in files of hinges it is a linear activation."""
        name = self.input(operation, 0, where)
        if name in self.constants:
            self.constants[operation.outputs[0]] = self.constants[name]
        elif self.file.producer == PRODUCER:
            self.activate("linear", 0.0, operation, where)
        else:
            self.follow(operation, where)
            self.current |= set(operation.outputs)

    def flatten(self, operation: Operation, where: str) -> None:
        """Pass over a Flatten that keeps rows apart: values are flat here anyway."""
        self.follow(operation, where)
        if operation.numbers.get("axis", 1) != 1 or (self.rank is not None and self.rank < 2):
            raise UnsupportedModelError(f"{where} does not keep rows apart: use axis 1 on an input of (rows, ...)")
        self.current |= set(operation.outputs)
        self.rank = 2

    def fixed(self, operation: Operation, where: str) -> None:
        """Keep the tensor of a Constant."""
        if "value" not in operation.tensors:
            raise UnsupportedModelError(f"{where} is no tensor: {ADVICE}")
        self.constants[operation.outputs[0]] = operation.tensors["value"]


OPERATORS: dict[str, Callable[[_Chain, Operation, str], None]] = {
    "Add": _Chain.bias,
    "Constant": _Chain.fixed,
    "Flatten": _Chain.flatten,
    "Gemm": _Chain.gemm,
    "Identity": _Chain.identity,
    "LeakyRelu": _Chain.leaky,
    "MatMul": _Chain.matmul,
    "PRelu": _Chain.prelu,
    **dict.fromkeys(ACTIVATION_OPS, _Chain.activation),
}
ADVICE = f"export the part of the model that is made of {', '.join(sorted(OPERATORS))}"
