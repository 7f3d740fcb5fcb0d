"""Every code block of the pages runs, in order, and prints what stands below it; every shell line is a command."""

import doctest
import re
import shlex
from pathlib import Path

import pytest

from hinges import Network, save
from hinges.cli import main

DOCS = Path(__file__).parents[2] / "docs"
# Pages whose blocks have a test of their own, which also says what must come out of them.
ELSEWHERE = {"best.md", "training.md", "watch.md"}
PAGES = {
    path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
    for folder in (DOCS, DOCS / "how-to", DOCS / "reference")
    for path in sorted(folder.glob("*.md"))
    if path.name not in ELSEWHERE
}
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", re.DOTALL | re.MULTILINE)
SHELL = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
TEACHING = {"demo", "lab"}  # their own tests run them
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def lines_of(page):
    """The hinges commands of a page, without those that serve or take long."""
    lines = [line for block in SHELL.findall(page) for line in block.splitlines() if line.startswith("hinges ")]
    return [line for line in lines if line.split()[1] not in TEACHING]


def test_there_are_pages_and_blocks():
    assert sum(len(BLOCK.findall(page)) for page in PAGES.values()) >= 40
    assert sum(len(lines_of(page)) for page in PAGES.values()) >= 15


@pytest.mark.needs("jax", "optax", "matplotlib", "sklearn", "onnx", "distributed")
@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if BLOCK.search(page)])
def test_the_blocks_of_a_page_run(name, tmp_path, monkeypatch, capsys):
    import matplotlib.pyplot as plt

    monkeypatch.chdir(tmp_path)
    names = {"__name__": "__main__"}
    for code, expected in BLOCK.findall(PAGES[name]):
        exec(compile(code, name, "exec"), names)  # noqa: S102 - our own pages
        printed = capsys.readouterr().out
        if expected:
            assert doctest.OutputChecker().check_output(expected, printed, OPTIONS), f"{code}\nprints\n{printed}"
    plt.close("all")


@pytest.mark.needs("jax", "optax", "matplotlib", "onnx")
@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if lines_of(page)])
def test_the_shell_lines_of_a_page_run(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text("year,flow\n" + "".join(f"{i},{i * i % 17}\n" for i in range(40)))
    Path("study.toml").write_text(
        'data = "relu-lab"\nseeds = 2\nmethod = "random-search"\npath = "study"\n\n'
        "[settings]\ntrials = 100\n\n[grid]\nhidden = [2, 4]\n"
    )
    save(Network.dense([[[1.0, -1.0, 2.0]], [[1.0], [0.5], [-1.0]]], [[0.0, 0.0, -3.0], [0.1]]), "model.onnx")
    for line in lines_of(PAGES[name]):
        assert main(shlex.split(line, comments=True)[1:]) == 0, f"{line}\n{capsys.readouterr().err}"
