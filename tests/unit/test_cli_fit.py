"""`hinges fit`: what a person sees, the JSON a script reads, files and exit statuses."""

import json

import numpy as np
import pytest

from hinges import example, load
from hinges.cli import main

FIELDS = {
    "schema", "command", "status", "message", "loss", "error", "units", "lower", "upper", "certified", "hinges",
    "output_bias", "breakpoints", "values", "left_slope", "right_slope", "files",
}  # fmt: skip


def run(capsys, *arguments):
    status = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert status == 0, err
    assert err == ""
    return out


def parsed(capsys, *arguments):
    return json.loads(run(capsys, *arguments, "--json"))


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("time;height;label\n3;7;a\n0;1;b\n1;0;c\n2;2;d\n")
    return path


def test_the_json_of_a_fit_has_the_fields_of_the_contract(capsys):
    result = parsed(capsys, "fit", "relu-lab", "--units", 3)
    assert set(result) == FIELDS
    assert (result["schema"], result["command"], result["status"]) == (1, "fit", "ok")
    assert (result["loss"], result["units"], result["certified"], result["files"]) == ("mse", 3, True, [])
    assert all(set(h) == {"weight", "bias", "coefficient", "kink", "slope_change"} for h in result["hinges"])
    assert 0 <= result["lower"] <= result["upper"] < 1e-20
    outputs = (
        sum(h["coefficient"] * np.maximum(h["weight"] * np.arange(4) + h["bias"], 0) for h in result["hinges"])
        + result["output_bias"]
    )
    np.testing.assert_allclose(outputs, [2, 0, 1, 4], atol=1e-12)
    assert len(result["breakpoints"]) == len(result["values"])
    np.testing.assert_allclose(
        np.interp(np.arange(4), [0, *result["breakpoints"], 3], [2, *result["values"], 4]), outputs
    )


def test_the_sine_reaches_its_floor(capsys):
    result = parsed(capsys, "fit", "sine", "--units", 10, "--loss", "max")
    assert result["lower"] == pytest.approx(0.0230082828625, abs=1e-13)
    assert result["error"] <= result["lower"] * (1 + 1e-8)
    assert result["loss"] == "max"
    assert len(result["hinges"]) == result["units"] == 10


def test_columns_are_chosen_by_name_whatever_their_order(capsys, table):
    result = parsed(capsys, "fit", table, "--pieces", 3, "--x", "time", "--y", "height")
    assert result["error"] < 1e-20
    assert "Dataset(4 rows, time -> height)" in run(capsys, "fit", table, "--pieces", 3, "--x", "time", "--y", "height")


def test_a_tolerance_gives_the_fewest_pieces_that_keep_it(capsys):
    result = parsed(capsys, "fit", "sine", "--tolerance", 0.05, "--loss", "max")
    assert result["error"] <= 0.05
    assert "fewer cannot" in result["message"]


def test_rows_with_missing_entries_are_left_out_on_request(capsys, tmp_path):
    path = tmp_path / "gaps.csv"
    path.write_text("x,y\n0,1\n1,\n2,3\n3,inf\n4,5\n")
    assert "Dataset(3 rows, x -> y)" in run(capsys, "fit", path, "--units", 1, "--drop")


def test_fewer_points_than_pieces_are_interpolated_and_that_is_said(capsys, table):
    out = run(capsys, "fit", table, "--units", 9, "--x", "time", "--y", "height")
    assert "3 of 9 units are enough to interpolate" in out
    out = run(capsys, "fit", table, "--pieces", 9, "--x", "time", "--y", "height")
    assert "3 of 9 pieces are enough to interpolate" in out


@pytest.mark.parametrize("loss", ["mse", "max"])
def test_one_distinct_x_has_one_best_value(capsys, tmp_path, loss):
    path = tmp_path / "one.csv"
    path.write_text("2,1\n2,3\n2,8\n")
    result = parsed(capsys, "fit", path, "--units", 4, "--loss", loss)
    assert result["error"] == pytest.approx({"mse": 26 / 3, "max": 3.5}[loss])
    assert "interpolate" not in result["message"]


@pytest.mark.parametrize("loss", ["mse", "max"])
@pytest.mark.parametrize(("shift", "span", "height"), [(1e9, 1e-2, 1.0), (0.0, 1e-12, 1.0), (0.0, 1.0, 1e300)])
def test_scales_are_answered_or_refused_in_a_sentence(capsys, tmp_path, loss, shift, span, height):
    t = np.linspace(0, 1, 40)
    x, y = shift + span * t, height * np.sin(6 * t)
    path = tmp_path / "scales.csv"
    path.write_text("".join(f"{a!r},{b!r}\n" for a, b in zip(x.tolist(), y.tolist(), strict=True)))
    status = main(["fit", str(path), "--units", "8", "--loss", loss, "--json"])
    out, err = capsys.readouterr()
    result = json.loads(out)
    if height > 1e150 and loss == "mse":
        assert status == 2
        assert "squared error overflows float64" in err
        assert err.count("\n") == 1
        return
    assert status == 0
    hinges = result["hinges"]
    at = np.array([h["kink"] for h in hinges])
    assert (np.array([h["coefficient"] for h in hinges])[(at < x[0]) | (at > x[-1])] == 0).all() or len(at) == 8
    worst = {"mse": 2e-4, "max": 0.03 * height}[loss]
    assert result["lower"] <= result["error"] <= min(worst, 1.1 * result["lower"])


def test_files_and_source_are_written(capsys, tmp_path):
    picture, network = tmp_path / "fit.svg", tmp_path / "net.npz"
    result = parsed(capsys, "fit", "relu-lab", "--units", 3, "--plot", picture, "--save", network)
    assert result["files"] == [str(picture), str(network)]
    assert picture.read_bytes().startswith(b"<?xml")
    np.testing.assert_allclose(load(network)([0.0, 1.0, 2.0, 3.0]), [2, 0, 1, 4], atol=1e-12)
    out = run(capsys, "fit", "relu-lab", "--units", 3, "--source", "c", "--save", network)
    assert "double" in out
    assert f"wrote {network}" in out


def test_a_person_sees_the_error_beside_its_bound(capsys):
    out = run(capsys, "fit", "nile", "--units", 2)
    assert "Dataset(100 rows, year -> flow)" in out
    assert "2 ReLU units, mean squared error" in out
    assert "(proven)" in out


@pytest.mark.needs("jax", "optax")
def test_training_comes_with_the_bound_that_it_did_not_reach(capsys):
    result = parsed(capsys, "fit", "relu-lab", "--units", 1, "--method", "training", "--seed", 3)
    assert result["units"] == 1
    assert 0 <= result["lower"] <= result["upper"] <= result["error"]
    assert "history" not in result
    assert result["certified"]


def test_the_shell_s_data_and_the_library_s_are_the_same(capsys, tmp_path):
    data = example("nile")
    path = tmp_path / "nile.npz"
    np.savez(path, year=data.x[:, 0], flow=data.y[:, 0])
    by_name = parsed(capsys, "fit", "nile", "--pieces", 2)
    assert parsed(capsys, "fit", path, "--pieces", 2)["error"] == by_name["error"]
