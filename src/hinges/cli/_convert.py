"""`hinges convert`: a network from one file format to another."""

import os
from pathlib import Path
from typing import Annotated

import typer

from hinges.cli._json import hidden_units, print_json
from hinges.cli._models import ModelArgument, ShapeOption
from hinges.cli._networks import open_network
from hinges.cli._options import JsonOption
from hinges.cli._progress import working


def convert(
    model: ModelArgument,
    target: Annotated[Path, typer.Argument(help="The file to write, of another suffix.", show_default=False)],
    dtype: Annotated[str, typer.Option(help="float64, or float32 for .onnx.")] = "float64",
    input_shape: ShapeOption = None,
    json: JsonOption = False,
) -> None:
    """Convert a network between .onnx, .keras, .pt2, .npz and .json; weights stay equal to the last bit."""
    from hinges.interop import check_network_path, save

    os.environ.setdefault("KERAS_BACKEND", "numpy")  # the one that Keras always has; this process is ours
    check_network_path(target)
    with working("converting"):
        network = open_network(model, input_shape)
        saved = save(network, target, dtype=dtype)
    if dtype != "float64":  # the file tells by how much its output moves
        network = open_network(str(saved), input_shape)
    if json:
        sizes = {"inputs": network.inputs, "outputs": network.outputs, "units": hidden_units(network)}
        payload = {"schema": 1, "command": "convert", "status": "ok", **sizes}
        print_json({**payload, "notes": network.notes, "files": [str(saved)]})
        return
    print(f"inputs {network.inputs}, hidden units {hidden_units(network)}, outputs {network.outputs}")
    for note in network.notes:
        print(f"note: {note}")
    print(f"wrote {saved}")
