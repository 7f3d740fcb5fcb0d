"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

UnitsOption = Annotated[int | None, typer.Option(help="ReLU units of the network.", show_default=False)]
PiecesOption = Annotated[int | None, typer.Option(help="Linear pieces of the function.", show_default=False)]
ToleranceOption = Annotated[
    float | None, typer.Option(help="As few pieces as keep the error within this.", show_default=False)
]
LossOption = Annotated[str, typer.Option(help="mse (mean squared error) or max (largest absolute error).")]
PlotOption = Annotated[Path | None, typer.Option(help="Write a picture: .png, .svg or .pdf.", show_default=False)]
SaveOption = Annotated[
    Path | None, typer.Option(help="Write the network: .onnx, .keras, .pt2, .npz or .json.", show_default=False)
]
SourceOption = Annotated[
    str | None, typer.Option(help="Print the network as python, c, latex or desmos.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
