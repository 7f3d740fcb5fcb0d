"""The blocks of docs/best.md run in order, and what its sentences say of them is so."""

import itertools
import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "best.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_runs_and_says_what_is_so(capsys):
    names = {}
    for block in BLOCKS:
        exec(compile(block, "docs/best.md", "exec"), names)  # noqa: S102 - our own page
    x, y = names["nile"].x[:, 0], names["nile"].y[:, 0]
    assert names["result"].bounds.lower <= names["result"].loss
    assert (names["falling"].function.slopes <= 0).all()
    assert abs(names["gentle"].function.slopes).max() <= 5
    assert (names["convex"].function.slope_changes >= 0).all()
    kinks = names["apart"].function.kinks
    assert all(b - a >= 15 for a, b in itertools.pairwise(kinks))
    assert names["known"].bounds.gap < 1e-10
    assert (names["above"].function(x) >= y).all()
    assert names["dam"].function.breakpoints.tolist() == [1898.5]
    assert names["shared"].network(names["t"]).shape == (60, 2)
    assert names["exact"].exact
    assert not names["table"].exact
    printed = capsys.readouterr().out
    assert "criterion" in printed
    assert "R^2" in printed
    assert "the F distribution does not hold" in printed
