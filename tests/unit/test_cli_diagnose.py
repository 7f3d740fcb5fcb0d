"""hinges diagnose and hinges repair, as typed."""

import json

import numpy as np
import pytest

from hinges import Network, load, save
from hinges.cli import main

RNG = np.random.default_rng(5)
X = np.sort(RNG.uniform(1.0, 9.0, 40))
LINE = Network.dense(
    [[[1.0, -1.0, 0.5, -0.3, 0.8]], [[0.1], [0.2], [-0.1], [0.3], [0.05]]], [np.zeros(5), [0.0]]
)  # every kink at x = 0
STARTED = "kinks-outside-data"


@pytest.fixture
def model(tmp_path):
    return str(save(LINE, tmp_path / "net.json"))


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "rows.csv"
    rows = "".join(f"{x},{np.cos(x)},{np.sin(x)}\n" for x in X)
    path.write_text("time,cosine,sine\n" + rows)
    return str(path)


def run(capsys, *words):
    status = main([str(word) for word in words])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_a_diagnosis_as_json(capsys, model, table):
    words = ("diagnose", model, table, "--x", "time", "--y", "sine", "--no-remedies", "--json")
    status, out, _ = run(capsys, *words)
    told = json.loads(out)
    assert (status, told["schema"], told["command"], told["status"]) == (0, 1, "diagnose", "ok")
    assert told["error"] == pytest.approx(np.mean((LINE(X) - np.sin(X)) ** 2))
    assert (told["loss"], told["healthy"], told["certified"], told["files"]) == ("mse", False, True, [])
    assert 0 < told["lower"] <= told["upper"] < told["error"]
    first = told["findings"][0]
    assert (first["kind"], first["severity"]) == (STARTED, "cause")
    assert {"kind", "severity", "message", "evidence", "remedy"} <= set(first)
    assert set(first["remedy"]) == {"advice", "python", "loss_before", "loss_after"}
    assert first["remedy"]["loss_after"] is None  # not tried
    assert "NaN" not in out


@pytest.mark.needs("matplotlib")
def test_a_diagnosis_for_a_person(capsys, model, table, tmp_path):
    picture = tmp_path / "why.png"
    words = ("diagnose", model, table, "--x", "time", "--y", "sine", "--no-remedies")
    status, out, _ = run(capsys, *words)
    assert status == 0
    assert out.startswith("5 hidden units on 40 rows: mean squared error")
    assert "1. cause: kinks outside the data" in out
    assert f"to repair it: hinges repair {model} {table} --x time --y sine --save repaired.onnx" in out
    assert "words: see docs/glossary.md#kink" in out
    assert "idle_units" not in out
    assert max(map(len, (line for line in out.splitlines() if str(tmp_path) not in line))) <= 96
    status, told, _ = run(capsys, *words, "--verbose", "--plot", picture)
    assert (status, picture.read_bytes()[:4]) == (0, b"\x89PNG")
    assert "idle_units: [[0, " in told
    assert f"wrote {picture}" in told


def test_remedies_are_tried_and_their_effect_is_told(capsys, tmp_path, table):
    small = save(Network.dense([[[1.0, -1.0]], [[0.1], [0.2]]], [np.zeros(2), [0.0]]), tmp_path / "small.json")
    words = ("diagnose", small, table, "--x", "time", "--y", "cosine", "--json")
    status, out, _ = run(capsys, *words)
    tried = [f["remedy"] for f in json.loads(out)["findings"] if f["remedy"] and f["remedy"]["loss_after"] is not None]
    assert status == 0
    assert tried
    assert all(remedy["loss_after"] < remedy["loss_before"] for remedy in tried)


def test_a_history_that_broke_down_is_read(capsys, model, table, tmp_path):
    record = tmp_path / "history.json"
    words = ("diagnose", model, table, "--x", "time", "--y", "sine", "--no-remedies", "--json", "--history", record)
    for text in ('{"loss": [1.0, 2.0, 8.0, 90.0, NaN, NaN]}', '{"history": {"loss": [1, 2, 8, 90, NaN, NaN]}}'):
        record.write_text(text)
        status, out, _ = run(capsys, *words)
        assert status == 0
        assert "learning-rate" in [finding["kind"] for finding in json.loads(out)["findings"]]
    for text, said in (("3", "a list of losses"), ("[1,", "cannot be read as JSON"), ("{}", "no 'loss'")):
        record.write_text(text)
        status, _, err = run(capsys, *words)
        assert (status, said in err, err.count("\n")) == (2, True, 1)
    status, _, err = run(capsys, *words[:-1], tmp_path / "none.json")
    assert (status, "there is no file" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no.onnx", "sine"), "there is no file no.onnx"),
        (("MODEL", "no.csv"), "there is no file no.csv"),
        (("MODEL", "spiral"), "2 input columns where the network has 1 input"),
        (("MODEL", "sine", "--loss", "mae"), "loss must be one of"),
        (("MODEL", "sine", "--plot", "why.txt"), "path must end in"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(capsys, model, words, said):
    for command in ("diagnose", "repair"):
        status, _, err = run(capsys, command, *(model if word == "MODEL" else word for word in words))
        assert (status, said in err, err.count("\n")) == (2, True, 1), err


def test_a_repair_is_written_and_told(capsys, model, table, tmp_path):
    path = tmp_path / "mended.json"
    words = ("repair", model, table, "--x", "time", "--y", "sine", "--save", path)
    status, out, _ = run(capsys, *words, "--json")
    told = json.loads(out)
    assert (status, told["command"], told["status"], told["files"]) == (0, "repair", "ok", [str(path)])
    assert told["after"] < told["before"] / 10
    assert told["after"] == pytest.approx(np.mean((load(path)(X) - np.sin(X)) ** 2))
    assert STARTED in told["addressed"]
    path.unlink()
    status, out, _ = run(capsys, *words)
    assert (status, path.exists()) == (0, True)
    assert out.startswith(told["message"][:40])
    assert f"wrote {path}" in out
    status, out, _ = run(capsys, *words[:-2])
    assert "--save" in out


def test_a_repair_that_cannot_be_kept_is_not_begun(capsys, tmp_path):
    for target, said in (("net.txt", "has the suffix .txt"), ("nowhere/net.npz", "there is no folder")):
        status, _, err = run(capsys, "repair", "no-such-model.onnx", "sine", "--save", tmp_path / target)
        assert (status, said in err) == (2, True)
    assert list(tmp_path.iterdir()) == []
