"""`hinges trace`: the source document's example line by line, files and examples, JSON, and sentences for bad input."""

# Gradients are there because a target is.
# pyright: reportOptionalMemberAccess=false

import json

import numpy as np
import pytest

from hinges import Network, example, save, trace
from hinges.cli import main
from hinges.nets import Linear, Max

RNG = np.random.default_rng(6)


def run(capsys, *arguments):
    status = main(["trace", *map(str, arguments)])
    out, err = capsys.readouterr()
    return status, out, err


def parsed(capsys, *arguments):
    status, out, err = run(capsys, *arguments, "--json")
    assert status == 0, err
    return json.loads(out)


def test_the_source_document_line_by_line(capsys):
    status, out, _ = run(capsys, "three-units", "--point", "0.5,1.0")
    lines = out.splitlines()
    assert status == 0
    assert lines[0] == "point (0.5, 1)"
    assert [line.split() for line in lines[4:7]] == [
        ["0", "-0.80", "2.0", "1.20", "1.20", "0.00"],
        ["1", "0.60", "3.0", "3.60", "3.60", "0.60"],
        ["2", "0.15", "0.5", "0.65", "0.65", "0.15"],
    ]
    assert lines[7:10] == [
        "unit 0: 0.5 * 0.2 + 1 * -0.9 = 0.1 - 0.9 = -0.8; -0.8 + 2 = 1.2; relu(1.2) = 1.2; no bias: relu(-0.8) = 0",
        "unit 1: 0.5 * 0.8 + 1 * 0.2 = 0.4 + 0.2 = 0.6; 0.6 + 3 = 3.6; relu(3.6) = 3.6; no bias: relu(0.6) = 0.6",
        "unit 2: 0.5 * -0.5 + 1 * 0.4 = -0.25 + 0.4 = 0.15; 0.15 + 0.5 = 0.65; relu(0.65) = 0.65; no bias: relu(0.15) = 0.15",  # noqa: E501
    ]
    assert lines[-1] == "output (1.2, 3.6, 0.65)"


def test_json_holds_the_trace_of_a_file_to_the_last_bit(tmp_path, capsys):
    network = Network.dense([RNG.normal(size=(2, 4)), RNG.normal(size=(4, 3))], [RNG.normal(size=4), np.zeros(3)])
    path = save(network, tmp_path / "net.npz")
    found = parsed(capsys, path, "--point", "-0.3,1e-1", "--target", "2")
    wanted = trace(network, [-0.3, 0.1], 2)
    assert (found["schema"], found["command"], found["status"]) == (1, "trace", "ok")
    assert (found["loss"], found["error"], found["files"]) == ("cross-entropy", wanted.loss, [])
    assert found["gradient"] == wanted.gradient.tolist()
    assert found["pattern"] == wanted.pattern.tolist()
    assert found["probabilities"] == wanted.probabilities.tolist()
    for mine, layer in zip(found["layers"], wanted.layers, strict=True):
        for name in ("name", "activation"):
            assert mine[name] == getattr(layer, name)
        for name in ("dot", "bias", "z", "a", "without_bias", "gate"):
            assert mine[name] == getattr(layer, name).tolist()
        for name in ("a", "z", "weights", "bias"):
            assert mine["gradient"][name] == getattr(layer.gradient, name).tolist()


def test_several_points_and_a_max(tmp_path, capsys):
    nodes = (Linear((0,), (np.eye(3),), np.arange(3.0), "in"), Max(1, np.array([[0, 1], [1, 2]]), 3, "pool"))
    path = save(Network(nodes, 3), tmp_path / "net.npz")
    found = parsed(capsys, path, "--point", "5,1,1", "--point", "1,0,-7")
    row = parsed(capsys, "three-units", "--point", "row:7", "--data", "spiral")
    assert row["point"] == example("spiral").x[7].tolist()
    assert found["output"] == [[5.0, 3.0], [1.0, 1.0]]
    assert found["layers"][1]["winners"] == [[0, 2], [0, 1]]
    assert found["layers"][1]["bias"] is None
    assert found["loss"] is None
    status, out, _ = run(capsys, path, "--point", "5,1,1")
    assert status == 0
    assert out.splitlines()[-5:-2] == [
        "unit  largest is  a = max",
        "   0           0        5",
        "   1           2        3",
    ]


def test_of_many_points_the_units_are_summed_up(capsys):
    points = [word for i in range(5) for word in ("--point", f"{i},-1")]
    status, out, _ = run(capsys, "three-units", *points, "--units", 2)
    assert status == 0
    assert out.splitlines()[0] == "5 points of 2 numbers"
    assert "on of 5" in out
    assert "1 more unit" in out


@pytest.mark.needs("matplotlib")
def test_the_picture_is_written(tmp_path, capsys):
    status, out, _ = run(capsys, "three-segments", "--point", 0.25, "--target", 1, "--plot", tmp_path / "trace.png")
    assert status == 0
    assert out.splitlines()[-1] == f"wrote {tmp_path / 'trace.png'}"
    assert (tmp_path / "trace.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing", "--point", "1"], "there is no file nothing, and no example network of that name"),
        (["three-units"], '--point is missing: give 2 numbers such as --point "0.5,0.5"'),
        (["three-units", "--point", "1"], "--point has 1 numbers: the network reads 2"),
        (["three-units", "--point", "1,2", "--point", "1"], "--point has 1 numbers: the network reads 2"),
        (["three-units", "--point", "1,two"], "--point[1] is 'two', not a finite number"),
        (["three-units", "--point", "1,nan"], "--point[1] is 'nan', not a finite number"),
        (["three-units", "--point", " "], "--point[0] is '', not a finite number"),
        (["three-units", "--point", "row:3"], "--point row:3 needs --data"),
        (["three-units", "--point", "1,2", "--target", "1,x,2"], "--target[1] is 'x', not a finite number"),
        (["three-units", "--point", "1,2", "--target", "1,2"], "--target has 2 numbers: the network has 3 outputs"),
        (
            ["three-units", "--point", "1,2", "--point", "1,2", "--target", "1", "--target", "1,2,3"],
            "--target must be a class for every point, or numbers for every point",
        ),
        (["three-units", "--point", "1,2", "--target", "7"], "target must be at most 2, not 7"),
        (
            ["three-units", "--point", "1,2", "--target", "1", "--target", "1"],
            "--target was given 2 times for 1 points",
        ),
        (["three-units", "--point", "1,2", "--loss", "mse"], "loss = 'mse' needs a target"),
        (["three-units", "--point", "1,2", "--target", "1", "--loss", "max"], "loss must be one of"),
        (["three-units", "--point", "1,2", "--units", "0"], "--units must be at least 1, not 0"),
        (["three-units", "--point", "1,2", "--plot", "trace.txt"], "path must end in"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(capsys, arguments, sentence):
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith(f"hinges: {sentence}")
    assert err.count("\n") == 1
