# ruff: noqa: INP001, T201 - a script, not part of a package; it says what it does
"""Runs the studies and writes them as notebooks: studies/NAME.py becomes docs/studies/NAME.ipynb.

    python tools/studies.py                  # all of them
    python tools/studies.py by-hand          # some of them

A source is a Python file in percent format: `# %%` begins a cell of code and `# %% [markdown]` one of text, each line
of which is a comment. What stands before the first cell is for readers and checkers of the source alone. Every
notebook is executed from its first cell to its last; a cell that fails fails the run, and the old notebook stays.
Equal sources and equal outputs give equal files: there is no time, no path and no machine in them.
"""

import argparse
import io
import os
import re
import sys
import time
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parents[1]
SOURCES, NOTEBOOKS = ROOT / "studies", ROOT / "docs" / "studies"
CELL = re.compile(r"^# %%(?P<kind> \[markdown\])?\n", re.MULTILINE)
SECONDS = 600  # that one cell may take
COLOURS = 128  # of a picture in its palette


def names() -> list[str]:
    """Give the studies there are."""
    return sorted(path.stem for path in SOURCES.glob("*.py"))


def cells(source: str) -> list[tuple[str, str]]:
    """Give the cells of a source: ("code" or "markdown", text)."""
    marks = list(CELL.finditer(source))
    ends = [mark.start() for mark in marks[1:]] + [len(source)]
    found: list[tuple[str, str]] = []
    for mark, end in zip(marks, ends, strict=True):
        text = source[mark.end() : end].strip("\n")
        if mark["kind"]:
            found.append(("markdown", "\n".join(line.removeprefix("#").removeprefix(" ") for line in text.split("\n"))))
        else:
            found.append(("code", text))
    return found


def notebook(name: str) -> Any:
    """Give the notebook of a study, not yet executed."""
    made = nbformat.v4.new_notebook()
    made.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"file_extension": ".py", "name": "python"},
    }
    for i, (kind, text) in enumerate(cells((SOURCES / f"{name}.py").read_text(encoding="utf-8"))):
        new = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        made.cells.append(new(text, id=f"{name}-{i:02d}"))
    return made


def executed(name: str) -> Any:
    """Give the notebook of a study with its outputs."""
    made = notebook(name)
    metadata = dict(made.metadata)
    client = NotebookClient(
        made,
        timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(SOURCES)}},
        extra_arguments=["--matplotlib=inline", "--log-level=ERROR"],
    )
    client.execute()
    made.metadata = metadata
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.outputs = _tidied(cell.outputs)
    return made


def _tidied(outputs: list[Any]) -> list[Any]:
    """Give outputs that do not depend on when they came: printed text in one piece, pictures alone and small."""
    kept: list[Any] = []
    for output in outputs:
        if kept and output.output_type == kept[-1].output_type == "stream" and output.name == kept[-1].name:
            kept[-1].text += output.text
            continue
        if "image/png" in output.get("data", {}):
            output.data = {"image/png": _smaller(output.data["image/png"])}  # without "<Figure size ...>"
            output.metadata = {}
        kept.append(output)
    return kept


def _smaller(png: str) -> str:
    """Give a picture with a palette of its own and no metadata, where that is smaller."""
    from PIL import Image

    raw, buffer = b64decode(png), io.BytesIO()
    with Image.open(io.BytesIO(raw)) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(buffer, "png", optimize=True)
    return b64encode(min(raw, buffer.getvalue(), key=len)).decode("ascii")


def run(name: str) -> bool:
    """Execute a study and write its notebook; say how long it took, and whether it went well."""
    begun = time.perf_counter()
    print(f"{name} ...", end="", flush=True)
    try:
        made = executed(name)
    except CellExecutionError as error:
        print(f" failed\n{error}", file=sys.stderr)
        return False
    NOTEBOOKS.mkdir(parents=True, exist_ok=True)
    path = NOTEBOOKS / f"{name}.ipynb"
    path.write_text(nbformat.writes(made) + "\n", encoding="utf-8")
    print(f" {time.perf_counter() - begun:.0f} s, {path.stat().st_size / 1000:.0f} kB, {path.relative_to(ROOT)}")
    return True


def main() -> int:
    """Run the studies named on the command line, or all of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names())}; all of them without any")
    chosen = parser.parse_args().names or names()
    unknown = [name for name in chosen if name not in names()]
    if unknown:
        parser.error(f"there is no study {unknown[0]!r}: there are {', '.join(names())}")
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # else the debugger in the kernel prints a warning
    failed = [name for name in chosen if not run(name)]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
