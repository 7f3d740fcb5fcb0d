"""`hinges fit` under wishes: bounded slopes, gaps, a shape, one side."""

import json

import pytest

from hinges import example
from hinges.cli import main


def parsed(capsys, *arguments):
    assert main([str(argument) for argument in (*arguments, "--json")]) == 0
    return json.loads(capsys.readouterr().out)


def test_slopes_are_bounded(capsys):
    result = parsed(capsys, "fit", "nile", "--pieces", 3, "--slope-bounds", "-inf", 0)
    assert max(result["left_slope"], result["right_slope"]) <= 0
    assert all(a >= b for a, b in zip(result["values"][:-1], result["values"][1:], strict=True))
    assert result["lower"] <= result["error"]
    assert "floor" in result["message"] or "the best possible" in result["message"]


def test_one_side(capsys):
    result = parsed(capsys, "fit", "nile", "--pieces", 2, "--loss", "max", "--side", "above")
    free = parsed(capsys, "fit", "nile", "--pieces", 2, "--loss", "max")
    assert result["error"] == pytest.approx(2 * free["error"], rel=1e-9)
    assert len(example("nile")) == 100


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--pieces", "2", "--slope-bounds", "1", "0"], "slope_bounds[0] = 1 must be at most slope_bounds[1] = 0"),
        (["--pieces", "2", "--side", "above"], "side='above' need loss='max'"),
        (["--units", "2", "--method", "training", "--shape", "convex"], "wishes for --method best"),
    ],
)
def test_errors(arguments, sentence, capsys):
    assert main(["fit", "nile", *arguments]) == 2
    assert sentence in capsys.readouterr().err.replace("\n", " ")
