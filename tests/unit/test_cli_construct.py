"""`hinges construct`: points, formulas and data, with each method."""

import json
import math

import numpy as np
import pytest

from hinges.cli import main
from hinges.interop import load


def parsed(capsys, *arguments):
    status = main(["construct", *map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    assert status == 0, err
    return json.loads(out)


def test_the_manual_approximation_comes_out_exactly(capsys):
    result = parsed(capsys, "--points", "-1,-1 -0.5,1 0,-1 1,0")
    hinges = result["hinges"]
    assert [h["coefficient"] for h in hinges] == [4, -8, 5]
    assert [h["bias"] for h in hinges] == [1, 0.5, 0]
    assert [h["weight"] for h in hinges] == [1, 1, 1]
    assert [h["kink"] for h in hinges] == [-1, -0.5, 0]
    assert result["output_bias"] == -1
    assert (result["command"], result["schema"], result["error"], result["units"]) == ("construct", 1, 0, 3)
    assert (result["lower"], result["upper"], result["certified"], result["files"]) == (None, None, False, [])


@pytest.mark.parametrize(("text", "units"), [("1,2", 1), ("3,1 1,4", 1), ("0,0 1,1 2,2", 1), ("2,0 0,0 1,1", 2)])
def test_points_in_any_order_and_number(capsys, text, units):
    result = parsed(capsys, "--points", text)
    assert result["units"] == units
    for pair in text.split():
        x, y = map(float, pair.split(","))
        value = result["output_bias"] + sum(
            h["coefficient"] * max(h["weight"] * x + h["bias"], 0) for h in result["hinges"]
        )
        assert value == y


def test_interpolation_and_tents_of_a_formula(capsys):
    for method, units in (("interpolation", 12), ("tents", 36)):
        result = parsed(capsys, "--function", "sin(x)", "--interval", 0, 6, "--units", units, "--method", method)
        assert result["loss"] == "max"
        assert result["error"] < {"interpolation": 0.5**2 / 8, "tents": 0.6**2 / 8}[method] * 1.01


def test_the_best_of_a_formula_is_certified(capsys):
    result = parsed(capsys, "--function", "exp(x)", "--interval", 0, 3, "--pieces", 5)
    formula = (2 * (math.exp(1.5) - 1)) ** 2 / (16 * 25)
    assert result["certified"]
    assert result["error"] == pytest.approx(formula, rel=0.005)
    assert result["lower"] <= result["error"] <= 1.002 * result["lower"]


def test_a_mean_over_samples_is_not_called_certified(capsys):
    result = parsed(capsys, "--function", "x^2", "--interval", -1, 1, "--pieces", 4, "--loss", "mse")
    assert not result["certified"]
    assert result["loss"] == "mse"


def test_a_tolerance_is_kept(capsys):
    result = parsed(capsys, "--function", "sqrt(x)", "--interval", 0, 1, "--tolerance", 0.02)
    assert result["error"] <= 0.02


def test_an_example_and_a_file_can_be_targets(capsys, tmp_path):
    assert parsed(capsys, "relu-lab", "--units", 3, "--method", "interpolation")["error"] == 0
    path = tmp_path / "curve.csv"
    path.write_text("a,b\n0,2\n1,0\n2,1\n3,4\n")
    assert parsed(capsys, path, "--pieces", 3)["error"] < 1e-15


def test_files_are_written(capsys, tmp_path):
    picture, network = tmp_path / "f.png", tmp_path / "f.json"
    result = parsed(capsys, "--points", "0,0 1,2 2,0", "--plot", picture, "--save", network)
    assert result["files"] == [str(picture), str(network)]
    assert picture.read_bytes().startswith(b"\x89PNG")
    np.testing.assert_array_equal(load(network)([0.0, 1.0, 2.0]), [0, 2, 0])


@pytest.mark.parametrize(
    ("language", "word"), [("python", "def "), ("c", "double"), ("latex", "max"), ("desmos", "max")]
)
def test_source_is_printed(capsys, language, word):
    assert main(["construct", "--points", "0,0 1,2 2,0", "--source", language]) == 0
    assert word in capsys.readouterr().out
