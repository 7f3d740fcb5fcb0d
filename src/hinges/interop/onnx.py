"""Networks as .onnx: written through the package onnx, read without it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hinges import _files
from hinges._extras import require
from hinges.interop._naming import about
from hinges.interop._onnx_file import NOTES_KEY, read_onnx_bytes, read_onnx_file
from hinges.interop._onnx_graph import network_of
from hinges.interop._onnx_program import PRODUCER
from hinges.interop._onnx_writer import Writer, newest_operators, write
from hinges.interop._rounding import rounded, rounding
from hinges.nets import Network

# Of the versions tried, the one in which onnxruntime runs nearly every operator used here in float64.
OPSET = 18
OPSET_OF_GELU = 20  # with which it runs the exact GELU in float32 alone
IR_VERSION = 9


def read(path: Path, input_shape: Sequence[int] | None = None) -> Network:
    """Give the network of a .onnx file, or raise naming the node that has no counterpart here."""
    source = _files.existing_file(path)
    with about(source):
        return network_of(read_onnx_file(source), input_shape)


def from_model(model: Any, input_shape: Sequence[int] | None = None) -> Network:
    """Give the network of an onnx.ModelProto in memory."""
    return network_of(read_onnx_bytes(model.SerializeToString()), input_shape)


def check_installed() -> None:
    """Raise unless the package onnx, through which files are written, is there."""
    require("onnx", extra="onnx")


def to_bytes(network: Network, dtype: str = "float64") -> bytes:
    """Give the .onnx file of a network; in float32 the last note says how far the output moves by the rounding."""
    helper = require("onnx.helper", extra="onnx")
    notes = network.notes
    if dtype == "float32":
        notes, network = (*notes, str(rounding(network))), rounded(network)
    writer = Writer(helper, "<f4" if dtype == "float32" else "<f8")
    last = write(network, writer)
    kind = writer.element_type
    graph = helper.make_graph(
        writer.nodes,
        "network",
        [helper.make_tensor_value_info("x", kind, ["rows", network.inputs])],
        [helper.make_tensor_value_info(last, kind, ["rows", network.outputs])],
        writer.tensors,
    )
    opset = OPSET_OF_GELU if newest_operators(network) else OPSET
    model = helper.make_model(
        graph, producer_name=PRODUCER, opset_imports=[helper.make_opsetid("", opset)], ir_version=IR_VERSION
    )
    helper.set_model_props(model, {NOTES_KEY: json.dumps(notes)})
    return model.SerializeToString()
