"""`hinges sweep`: a study in a file -> many networks, and a table of how good they are."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hinges.cli._json import print_json
from hinges.cli._options import JsonOption, PlotOption
from hinges.cli._outputs import Outputs

if TYPE_CHECKING:
    from hinges.sweeps import Sweep

INTERRUPTED = 130
HELP = """Fit many networks: every combination of settings and data sets of a study, from many seeds.

A study is a TOML file, such as examples/activations.toml:

\b
    data = "sine"         # an example or a file, a list of them, or a table of names: { noisy = "a.csv" }
    seeds = 64            # how many, or a list of them
    method = "training"   # or forum, best, levenberg-marquardt, random-search, variable-projection; or a list
    below = 0.01          # the loss below which a network counts as good
    path = "activations"  # a folder that keeps the results: a study that was stopped goes on there
    jobs = 2              # processes; without it one after the other
\b
    [settings]            # one value each
    epochs = 500
\b
    [grid]                # lists: every combination is tried
    activation = ["relu", "tanh"]
    hidden = [4, 10, [40, 20, 10]]

Files and folders are looked for beside the study.
"""


def sweep(
    study: Annotated[Path, typer.Argument(help="The study, a .toml file.", show_default=False)],
    jobs: Annotated[int | None, typer.Option(help="Processes, in place of the study's.", show_default=False)] = None,
    view: Annotated[str | None, typer.Option(help="Of the picture: losses, shares, race or units.")] = None,
    plot: PlotOption = None,
    json: JsonOption = False,
) -> None:
    """Fit many networks: every combination of settings and data sets of a study, from many seeds."""
    from hinges import sweeps
    from hinges.sweeps import read_study

    outputs = Outputs(plot, None, None)
    outputs.check()
    asked = read_study(study)
    with _progress() as progress:
        found = sweeps.sweep(**asked.arguments(jobs=jobs), progress=progress)
    if found.results:
        outputs.picture(found, view)
    if json:
        print_json(_payload(found, asked.below, asked.path, outputs.files))
    else:
        _print(found, asked.below, outputs)
    if not found.complete:
        raise typer.Exit(INTERRUPTED)


def _print(found: "Sweep", below: float, outputs: Outputs) -> None:
    print(found.status)
    if not found.results:
        return
    from hinges.draw import text_picture

    best = found.best
    print(f"best: {best.loss:.7g}, {best.method!r}\n")
    if len(found.cells) <= 40:
        print(text_picture(found, encoding=sys.stdout.encoding), end="\n\n")
    print(found.table(below))
    outputs.tell()


def _payload(found: "Sweep", below: float, path: Path | None, files: list[str]) -> dict[str, Any]:
    best = found.best if found.results else None
    return {
        "schema": 1,
        "command": "sweep",
        "status": "ok" if found.complete else "interrupted",
        "message": found.status,
        "runs": len(found.results),
        "table": list(found.table(below)),
        "best": None
        if best is None
        else {"data": best.data, "method": repr(best.method), "seed": best.seed, "loss": best.loss},
        "path": None if path is None else str(path),
        "files": files,
    }


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """Give what is told how far the sweep is: a bar on stderr, if a person watches the terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("batches"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("sweep", total=None)
        yield lambda done, number: bar.update(task, completed=done, total=number)
