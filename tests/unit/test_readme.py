"""Every Python block of the README runs, in an empty folder, and every shell line is a command that exists."""

import re
import shlex
from pathlib import Path

import pytest

from hinges import Network, save
from hinges.cli import main

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
LINES = [
    line
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if "hinges" in line
]


@pytest.mark.needs("jax", "optax", "matplotlib")
@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0][:40])
def test_python_blocks_run(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "README.md", "exec"), {})  # noqa: S102 - our own page


@pytest.mark.needs("matplotlib", "onnx")
@pytest.mark.parametrize("line", [line for line in LINES if "demo" not in line and " lab" not in line])
def test_shell_lines_run(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text("".join(f"{i},{i * i % 17}\n" for i in range(40)))
    save(Network.dense([[[1.0, -1.0, 2.0]], [[1.0], [0.5], [-1.0]]], [[0.0, 0.0, -3.0], [0.1]]), "model.onnx")
    assert main(shlex.split(line, comments=True)[1:]) == 0, capsys.readouterr().err
