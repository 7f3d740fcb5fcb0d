"""hinges sweep, as typed."""

import json
from pathlib import Path

import pytest

from hinges.cli import main
from hinges.sweeps import read_study

EXAMPLES = Path(__file__).parents[2] / "examples"
STUDY = """
data = "relu-lab"
seeds = 4
method = "random-search"
below = 0.3
path = "kept"

[settings]
trials = 20

[grid]
hidden = [2, [2, 2]]
activation = ["sigmoid", "tanh"]
"""


@pytest.fixture
def study(tmp_path):
    file = tmp_path / "study.toml"
    file.write_text(STUDY)
    return file


def run(capsys, *words):
    status = main(["sweep", *map(str, words)])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_a_study_for_a_person(capsys, study, tmp_path):
    picture = tmp_path / "losses.svg"
    status, out, err = run(capsys, study, "--plot", picture)
    assert (status, err) == (0, "")
    assert "16 networks for 4 combinations of settings and data" in out
    assert "hidden  activation  runs  < 0.3" in out
    assert "2-2        tanh     4" in out
    assert picture.read_text().startswith("<?xml")
    assert (tmp_path / "kept" / "sweep.json").exists()


def test_a_study_for_a_program(capsys, study):
    status, out, _ = run(capsys, study, "--json")
    told = json.loads(out)
    assert status == 0
    assert (told["schema"], told["command"], told["status"], told["runs"]) == (1, "sweep", "ok", 16)
    assert [row["hidden"] for row in told["table"]] == [[2], [2], [2, 2], [2, 2]]
    assert told["table"][0]["below"] == 0.3
    assert told["best"]["loss"] == min(row["least"] for row in told["table"])
    assert Path(told["path"]).name == "kept"


def test_jobs_come_from_the_study_or_the_line(study):
    assert read_study(study).arguments()["jobs"] is None
    assert read_study(study).arguments(jobs=3)["jobs"] == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("data = 'relu-lab'\nsedes = 3", "sedes is not known in a study, which may have data, seeds, method"),
        ("seeds = 3", "data is missing"),
        ("data = 3", "data must be a list"),
        ("data = 'moon'", "there is no file moon, and no example of that name"),
        ("data = ['sine', 'sine']", "data names two sets alike"),
        ("data = ", "it is not TOML"),
        ("data = 'sine'\nmethod = 'magic'", "method must be one of 'training'"),
        ("data = 'sine'\nseeds = 0", "seeds must be at least 1"),
        ("data = 'sine'\nseeds = [1, 1]", "seeds[1] = 1 stands there twice"),
        ("data = 'sine'\nbelow = 'x'", "below must be a number"),
        ("data = 'sine'\npath = 3", "path must be a text"),
        ("data = 'sine'\nsettings = 3", "settings must be a table"),
        ("data = 'sine'\n[grid]\nhidden = 3", "grid.hidden must be a list"),
        ("data = 'sine'\n[grid]\nwidth = [3]", "width is no setting of training"),
        ("data = 'sine'\n[grid]\npath = ['a']", "path is no setting of a method"),
        ("data = 'sine'\n[settings]\nhidden = [3]\n[grid]\nhidden = [3]", "hidden stands in [settings] and in [grid]"),
        ("data = 'sine'\nmethod = 'best'", 'method = "best" needs units, pieces or tolerance'),
        ("data = 'sine'\n[grid]\nactivation = ['rellu']", "activation must be one of"),
    ],
)
def test_bad_studies_get_one_sentence(capsys, tmp_path, text, message):
    file = tmp_path / "bad.toml"
    file.write_text(text)
    status, out, err = run(capsys, file)
    assert (status, out) == (2, "")
    assert err.startswith("hinges: ")
    assert err.count("\n") == 1
    assert message in err


def test_a_study_that_is_not_there(capsys, tmp_path):
    status, _, err = run(capsys, tmp_path / "none.toml")
    assert (status, err) == (2, f"hinges: there is no file {tmp_path / 'none.toml'}\n")


def test_best_as_a_method(capsys, tmp_path):
    file = tmp_path / "best.toml"
    file.write_text("data = { lab = 'relu-lab' }\nmethod = 'best'\n[grid]\npieces = [1, 2]")
    status, out, _ = run(capsys, file, "--json")
    assert (status, [row["runs"] for row in json.loads(out)["table"]]) == (0, [1, 1])


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.toml")), ids=lambda file: file.stem)
def test_the_examples_are_studies(file):
    from hinges.sweeps._cells import cells_of

    asked = read_study(file)
    assert len(cells_of(asked.data, asked.methods, asked.settings)) > 1
