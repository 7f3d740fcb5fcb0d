"""`hinges repair`: the same layers with better numbers in them."""

from typing import Annotated

import typer

from hinges.cli._diagnose import InputsOption, JudgedModelArgument, JudgeOption, RowsArgument, TargetsOption, columns
from hinges.cli._diagnose import line_width as width
from hinges.cli._json import print_json
from hinges.cli._models import ShapeOption
from hinges.cli._networks import open_network
from hinges.cli._options import JsonOption, PlotOption, SaveOption
from hinges.cli._outputs import Outputs
from hinges.cli._progress import working
from hinges.data import open_data


def repair(
    model: JudgedModelArgument,
    data: RowsArgument,
    save: SaveOption = None,
    x: InputsOption = None,
    y: TargetsOption = None,
    loss: JudgeOption = "mse",
    best: Annotated[bool, typer.Option("--best", help="The best possible: one input, one hidden layer.")] = False,
    seed: Annotated[int, typer.Option(help="Of the places that are tried for units.")] = 0,
    input_shape: ShapeOption = None,
    plot: PlotOption = None,
    json: JsonOption = False,
) -> None:
    """Repair a network: the same layers with a smaller loss on the data, or as it is if there is nothing better."""
    from hinges import diagnosis

    outputs = Outputs(plot, save, None)
    outputs.check()
    network = open_network(model, input_shape)
    rows = open_data(data, x=columns(x), y=columns(y))
    with working("repairing"):
        made = diagnosis.repair(network, rows, loss=loss, best=best, seed=seed)
    outputs.write(made, made.network, None)
    if json:
        print_json(
            {
                "schema": 1,
                "command": "repair",
                "status": "ok",
                "message": made.status,
                "loss": loss,
                "before": made.before,
                "after": made.after,
                "addressed": made.addressed,
                "untouched": made.untouched,
                "files": outputs.files,
            }
        )
        return
    from hinges.draw import repair_report

    print(repair_report(made, width=width()))
    if save is None:
        print("\nnothing was written: --save net.onnx keeps the repaired network")
    outputs.tell()
