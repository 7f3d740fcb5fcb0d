"""Networks as .onnx: written through the package onnx, read without it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hinges import _files
from hinges._extras import require
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._caps import LARGEST_ONNX
from hinges.interop._naming import about
from hinges.interop._onnx_file import NOTES_KEY, read_onnx_file
from hinges.interop._onnx_graph import network_of
from hinges.interop._onnx_program import PRODUCER
from hinges.nets import Activation, Linear, Network

# Of the versions tried, the one in which onnxruntime runs every operator used here in float64.
OPSET = 18
IR_VERSION = 9
ROOM = 2**20  # bytes for all but the weights
OPERATORS = {"linear": "Identity", "relu": "Relu", "tanh": "Tanh", "sigmoid": "Sigmoid", "softplus": "Softplus"}


def read(path: Path, input_shape: Sequence[int] | None = None) -> Network:
    """Give the network of a .onnx file, or raise naming the node that has no counterpart here."""
    source = _files.existing_file(path)
    with about(source):
        return network_of(read_onnx_file(source), input_shape)


def check_installed() -> None:
    """Raise unless the package onnx, through which files are written, is there."""
    require("onnx", extra="onnx")


def to_bytes(network: Network) -> bytes:
    """Give the .onnx file of a chain of dense layers, in float64: Gemm and activations.

    A leaky slope that float32 cannot hold is written as PRelu, because the attribute of LeakyRelu is float32.
    """
    _check_chain(network)
    helper = require("onnx.helper", extra="onnx")
    tensors: list[Any] = []
    operations = [_operation(node, i, tensors, helper) for i, node in enumerate(network.nodes)]
    last = f"v{len(network.nodes)}"
    graph = helper.make_graph(
        operations,
        "network",
        [helper.make_tensor_value_info("x", _double(helper), ["rows", network.inputs])],
        [helper.make_tensor_value_info(last, _double(helper), ["rows", network.outputs])],
        tensors,
    )
    model = helper.make_model(
        graph, producer_name=PRODUCER, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    helper.set_model_props(model, {NOTES_KEY: json.dumps(network.notes)})
    return model.SerializeToString()


def _check_chain(network: Network) -> None:
    size = 0
    for i, node in enumerate(network.nodes):
        if not isinstance(node, (Linear, Activation)) or node.sources != (i,):
            raise UnsupportedModelError(
                f"{node.name} is no layer of a chain of dense layers, which is all that is written as .onnx: "
                "save the network as .npz or .json"
            )
        if isinstance(node, Linear):
            size += 8 * (node.matrices[0].shape[0] + 1) * node.units
    if size > LARGEST_ONNX - ROOM:
        raise InvalidInputError(f"network needs {size} bytes, more than the format .onnx can hold: save it as .npz")


def _operation(node: Any, index: int, tensors: list[Any], helper: Any) -> Any:
    """Give the ONNX node of one node, and add its constants to `tensors`."""
    source, result = f"v{index}" if index else "x", f"v{index + 1}"
    if isinstance(node, Linear):
        matrix = node.matrices[0]
        matrix = matrix.toarray() if hasattr(matrix, "tocsr") else matrix
        tensors += [_tensor(f"W{index}", matrix, helper), _tensor(f"b{index}", node.bias, helper)]
        return helper.make_node("Gemm", [source, f"W{index}", f"b{index}"], [result], name=node.name)
    if node.kind != "leaky_relu":
        return helper.make_node(OPERATORS[node.kind], [source], [result], name=node.name)
    if float(np.float32(node.slope)) == node.slope:
        return helper.make_node("LeakyRelu", [source], [result], name=node.name, alpha=node.slope)
    tensors.append(_tensor(f"slope{index}", np.array([node.slope]), helper))
    return helper.make_node("PRelu", [source, f"slope{index}"], [result], name=node.name)


def _tensor(name: str, array: Any, helper: Any) -> Any:
    data = np.ascontiguousarray(array, dtype="<f8").tobytes()
    return helper.make_tensor(name, _double(helper), array.shape, data, raw=True)


def _double(helper: Any) -> int:
    return helper.np_dtype_to_tensor_dtype(np.dtype(np.float64))
