"""`hinges diagnose`: why a network does not fit its data, and what to do about it."""

import json as reader
import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from hinges._files import existing_file
from hinges.cli._json import print_json
from hinges.cli._models import ShapeOption
from hinges.cli._networks import open_network
from hinges.cli._options import JsonOption, PlotOption
from hinges.cli._outputs import Outputs
from hinges.cli._progress import working
from hinges.data import open_data
from hinges.errors import InvalidInputError

JudgedModelArgument = Annotated[
    str, typer.Argument(help="A .onnx, .keras, .pt2, .npz or .json file.", show_default=False)
]
RowsArgument = Annotated[
    str, typer.Argument(help="The rows it was trained on: a CSV or .npz file, or an example.", show_default=False)
]
InputsOption = Annotated[
    str | None, typer.Option("--x", help="Input columns, several with commas between.", show_default=False)
]
TargetsOption = Annotated[
    str | None, typer.Option("--y", help="Output columns, several with commas between.", show_default=False)
]
JudgeOption = Annotated[str, typer.Option(help="mse, or cross-entropy for classes.")]
LARGEST_HISTORY = 2**26  # bytes
WIDEST, NARROWEST = 96, 40  # characters of a line


def diagnose(
    model: JudgedModelArgument,
    data: RowsArgument,
    x: InputsOption = None,
    y: TargetsOption = None,
    loss: JudgeOption = "mse",
    history: Annotated[
        Path | None,
        typer.Option(help='Losses of its training: JSON, a list or {"loss": [...]}.', show_default=False),
    ] = None,
    remedies: Annotated[bool, typer.Option("--remedies/--no-remedies", help="Try what to do about it.")] = True,
    verbose: Annotated[bool, typer.Option("--verbose", help="Tell all numbers.")] = False,
    input_shape: ShapeOption = None,
    plot: PlotOption = None,
    json: JsonOption = False,
) -> None:
    """Say why a network does not fit its data: what was found, in order of how much it explains, and what to do."""
    from hinges import diagnosis

    outputs = Outputs(plot, None, None)
    outputs.check()
    record = None if history is None else _record(history)
    network = open_network(model, input_shape)
    rows = open_data(data, x=columns(x), y=columns(y))
    with working("looking for what is wrong"):
        found = diagnosis.diagnose(network, rows, loss=loss, history=record, try_remedies=remedies)
    outputs.picture(found, None)
    if json:
        print_json({**payload(found), "files": outputs.files})
        return
    from hinges.draw import diagnosis_report

    print(diagnosis_report(found, verbose=verbose, width=line_width()))
    if any(finding.remedy is not None and "repair(" in finding.remedy.python for finding in found.findings):
        print(f"to repair it: {_line(model, data, x, y, loss)}")
    for note in network.notes:
        print(f"note: {note}")
    outputs.tell()


def _line(model: str, data: str, x: str | None, y: str | None, loss: str) -> str:
    """Give what to type to repair the network."""
    options = {"--x": x, "--y": y, "--loss": None if loss == "mse" else loss, "--save": "repaired.onnx"}
    words = [word for option, said in options.items() if said is not None for word in (option, said)]
    return shlex.join(["hinges", "repair", model, data, *words])


def payload(found: Any) -> dict[str, Any]:
    """Give the fields of a diagnosis."""
    floor = found.floor
    return {
        "schema": 1,
        "command": "diagnose",
        "status": "ok",
        "healthy": found.healthy,
        "summary": found.summary,
        "loss": found.loss_name,
        "error": found.loss,
        "constant_error": found.constant_loss,
        "lower": None if floor is None else floor.lower,
        "upper": None if floor is None else floor.upper,
        "certified": floor is not None and floor.certified,
        "findings": [
            {
                "kind": finding.kind,
                "severity": finding.severity,
                "message": finding.message,
                "evidence": dict(finding.evidence),
                "remedy": None if finding.remedy is None else _remedy(finding.remedy),
                "share": finding.share,
            }
            for finding in found.findings
        ],
    }


def _remedy(remedy: Any) -> dict[str, Any]:
    return {
        "advice": remedy.advice,
        "python": remedy.python,
        "loss_before": remedy.loss_before,
        "loss_after": remedy.loss_after,
    }


def columns(text: str | None) -> list[str] | None:
    """Give the names of columns with commas between."""
    return None if text is None else [name.strip() for name in text.split(",")]


def line_width() -> int:
    """Give how long lines of text may be: as wide as the terminal, within reason."""
    wide = shutil.get_terminal_size((WIDEST, 24)).columns if sys.stdout.isatty() else WIDEST
    return min(max(wide, NARROWEST), WIDEST)


def _record(path: Path) -> Any:
    """Give the losses in a JSON file: a list, or an object with "loss"."""
    size = existing_file(path).stat().st_size
    if size > LARGEST_HISTORY:
        raise InvalidInputError(f"--history {path} has {size:,} bytes: at most {LARGEST_HISTORY:,} are read")
    try:
        found = reader.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInputError(f"--history {path} cannot be read as JSON: {error}") from None
    if isinstance(found, dict) and "history" in found:
        found = found["history"]
    if not isinstance(found, (dict, list)):
        raise InvalidInputError(f'--history {path} must hold a list of losses or {{"loss": [...]}}')
    return found
