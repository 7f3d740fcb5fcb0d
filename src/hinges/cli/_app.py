"""The application: its commands, and every error turned into one sentence and an exit status."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from hinges import __version__
from hinges.cli._construct import construct
from hinges.cli._convert import convert
from hinges.cli._demo import demo
from hinges.cli._diagnose import diagnose
from hinges.cli._fit import fit
from hinges.cli._json import print_json
from hinges.cli._lab import lab
from hinges.cli._regions import regions
from hinges.cli._repair import repair
from hinges.cli._slice import slice_
from hinges.cli._sweep import HELP as SWEEP_HELP
from hinges.cli._sweep import sweep
from hinges.cli._trace import trace
from hinges.errors import HingesError

BAD_INPUT = 2
INTERRUPTED = 130

app = typer.Typer(
    name="hinges",
    help="Build, see and repair ReLU networks.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command()(fit)
app.command()(construct)
app.command()(trace)
app.command("slice")(slice_)
app.command()(regions)
app.command()(diagnose)
app.command()(repair)
app.command(help=SWEEP_HELP)(sweep)
app.command()(convert)
app.command()(lab)


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    if version:
        print(__version__)
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit status: 0, or 2 after one sentence about what is wrong."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    command = typer.main.get_command(app)
    try:
        status = command(args=arguments, prog_name="hinges", standalone_mode=False) or 0
        sys.stdout.flush()
    except HingesError as error:
        return _refused(arguments, str(error))
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    except (BrokenPipeError, SystemExit):  # the parser's word for it: the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to flush at the end
        return 0
    except Exception as error:
        if not hasattr(error, "format_message"):  # what the parser raises for wrong words has one
            raise
        message = error.format_message()  # pyright: ignore[reportAttributeAccessIssue]
        return _refused(arguments, message or "say what to do: hinges --help lists the commands")
    if status == INTERRUPTED:  # which the parser makes of Ctrl-C
        print("hinges: stopped", file=sys.stderr)
    return status


def _refused(arguments: Sequence[str], message: str) -> int:
    if "--json" in arguments:
        name = next((word for word in arguments if not word.startswith("-")), None)
        print_json({"schema": 1, "command": name, "status": "error", "message": message})
    print(f"hinges: {message}", file=sys.stderr)
    return BAD_INPUT
