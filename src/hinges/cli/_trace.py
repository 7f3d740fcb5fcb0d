"""`hinges trace`: a point through a network, layer by layer, and with a target the way back."""

from typing import Annotated, Any

import typer

from hinges._arrays import Floats
from hinges.cli._json import print_json
from hinges.cli._models import POINT_HELP, DataOption, ShapeOption, numbers, open_rows, point_of
from hinges.cli._networks import open_network
from hinges.cli._options import JsonOption, PlotOption
from hinges.cli._outputs import Outputs
from hinges.errors import InvalidInputError
from hinges.nets import Network


def trace(
    model: Annotated[
        str, typer.Argument(help="A model file, or three-units, three-segments, sine-by-hand.", show_default=False)
    ],
    point: Annotated[
        list[str] | None,
        typer.Option(help=f"{POINT_HELP} Once for each point.", show_default=False),
    ] = None,
    data: DataOption = None,
    target: Annotated[
        list[str] | None,
        typer.Option(help="A class such as 2, or the outputs wanted; once for each point.", show_default=False),
    ] = None,
    loss: Annotated[str | None, typer.Option(help="mse or cross-entropy.", show_default=False)] = None,
    input_shape: ShapeOption = None,
    units: Annotated[int, typer.Option(help="Units listed of each layer.")] = 12,
    plot: PlotOption = None,
    json: JsonOption = False,
) -> None:
    """Trace a point: each layer's dot product, bias, z and activation, and with a target the gradients."""
    outputs = Outputs(plot, None, None)
    outputs.check()
    if units < 1:
        raise InvalidInputError(f"--units must be at least 1, not {units}")
    network = open_network(model, input_shape)
    if not point:
        few = ",".join(["0.5"] * min(network.inputs, 3)) + ",..." * (network.inputs > 3)
        raise InvalidInputError(f'--point is missing: give {network.inputs} numbers such as --point "{few}"')
    rows = open_rows(data)
    points = [point_of(text, "--point", network, rows) for text in point]
    targets = [_target(text, network) for text in target] if target else None
    if targets is not None and len(targets) != len(points):
        raise InvalidInputError(f"--target was given {len(targets)} times for {len(points)} points")
    if targets is not None and len({isinstance(one, int) for one in targets}) > 1:
        raise InvalidInputError("--target must be a class for every point, or numbers for every point")
    from hinges import analysis

    one = len(points) == 1
    wanted: Any = None if targets is None else targets[0] if one else targets
    traced = analysis.trace(network, points[0] if one else points, wanted, loss=loss)
    outputs.write(traced, network, None)
    if json:
        print_json({**payload(traced), "files": outputs.files})
        return
    from hinges.draw import trace_table

    print(trace_table(traced, units=units))
    for note in network.notes:
        print(f"note: {note}")
    outputs.tell()


def payload(traced: Any) -> dict[str, Any]:
    """Give the fields of a trace; of several points every list has one entry a point."""
    layers = [
        {
            "name": layer.name,
            "activation": layer.activation,
            "dot": layer.dot,
            "bias": None if layer.linear is None else layer.bias,
            "z": layer.z,
            "a": layer.a,
            "without_bias": layer.without_bias,
            "gate": layer.gate,
            "on": layer.on,
            "winners": layer.winners,
            "gradient": None if layer.gradient is None else _gradient(layer.gradient),
        }
        for layer in traced.layers
    ]
    return {
        "schema": 1,
        "command": "trace",
        "status": "ok",
        "point": traced.point,
        "layers": layers,
        "output": traced.output,
        "pattern": traced.pattern,
        "loss": traced.loss_name,
        "error": traced.loss,
        "probabilities": traced.probabilities,
        "gradient": traced.gradient,
    }


def _gradient(gradient: Any) -> dict[str, Any]:
    """Give a layer's derivatives; of a sparse matrix, rows, columns and values of the entries stored."""
    weights = gradient.weights
    if hasattr(weights, "tocoo"):
        stored = weights.tocoo()
        weights = {"rows": stored.row, "columns": stored.col, "values": stored.data, "shape": list(stored.shape)}
    return {"a": gradient.a, "z": gradient.z, "weights": weights, "bias": gradient.bias}


def _target(text: str, network: Network) -> int | Floats:
    """Give a class, a whole number without a point, or the outputs wanted."""
    try:
        return int(text)
    except ValueError:
        outputs = numbers(text, "--target")
        if len(outputs) == network.outputs:
            return outputs
    raise InvalidInputError(f"--target has {len(outputs)} numbers: the network has {network.outputs} outputs")
