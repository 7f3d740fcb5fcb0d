"""The blocks of docs/training.md run in order, and what its sentences say of them is so."""

import re
from pathlib import Path

import pytest

from hinges.analysis import accuracy

PAGE = (Path(__file__).parents[2] / "docs" / "training.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.needs("jax", "optax", "matplotlib")
def test_the_page_runs_and_says_what_is_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in BLOCKS:
        exec(compile(block, "docs/training.md", "exec"), names)  # noqa: S102 - our own page
    assert (names["stuck"].history.kinks[0] == 0).all()
    assert names["works"].loss < 0.01 < names["stuck"].loss
    assert names["onward"].history.loss[0] == pytest.approx(names["works"].loss, rel=1e-9)
    assert names["onward"].loss < 0.01 < names["stuck"].loss
    assert (tmp_path / "sine.gif").stat().st_size > 0
    assert min(loss for kind, units, loss in names["fits"] if (kind, units) == ("tanh", 4)) < 3e-7
    assert round(accuracy(names["sorted_out"].network, names["spiral"]), 2) == 0.97
    assert names["run"].valid_steps("linear") == 2000 > 2 * names["run"].valid_steps("relu")
    assert names["run"].one_step_error("relu") < 1e-3
