"""Bad input on the command line: status 2, one sentence that names what is wrong, nothing half-written."""

import json

import numpy as np
import pytest

from hinges.cli import main

FILES = {
    "empty.csv": "",
    "blank.csv": "\n \n\n",
    "header.csv": "a,b\n",
    "text.csv": "a,b\n1,2\n2,three\n",
    "gap.csv": "a,b\n1,2\n# a comment\n2,\n",
    "nan.csv": "a,b\n1,2\n\n2,nan\n",
    "inf.csv": "a,b\n-inf,2\n2,3\n",
    "large.csv": "a,b\n1,2\n2,1e400\n",
    "three.csv": "a,b,c\n1,2,3\n",
    "dates.csv": "day,b\n2020-01-01,2\n",
    "complex.csv": "a,b\n1,2\n2,1+2j\n",
    "ragged.csv": "a,b\n1,2\n2,3,4\n",
    "twice.csv": "a,a\n1,2\n",
    "quote.csv": 'a,b\n1,"2\n',
    "long.csv": "a,b\n1," + "9" * 200_000 + "\n",
    "nul.csv": "a,b\n1,\x002\n",
    "fake.npz": "not a zip file",
    "good.csv": "a,b\n1,2\n2,3\n3,1\n",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "latin.csv").write_bytes("größe,b\n1,2\n".encode("latin-1"))
    (tmp_path / "folder.csv").mkdir()
    x = np.arange(3.0)
    np.savez(tmp_path / "complex.npz", x=x, y=1j * x)
    np.savez(tmp_path / "dates.npz", x=np.arange(3).astype("M8[D]"), y=x)
    np.savez(tmp_path / "objects.npz", x=np.array([1, None]), y=x)
    np.savez(tmp_path / "lengths.npz", x=x, y=x[1:])
    np.savez(tmp_path / "cube.npz", x=np.zeros((2, 2, 2)), y=x)
    np.savez(tmp_path / "none.npz", x=x[:0], y=x[:0])
    np.savez(tmp_path / "nan.npz", x=x, y=[0, np.nan, 1])
    monkeypatch.chdir(tmp_path)
    return tmp_path


CASES = [
    ("fit empty.csv --units 3", "empty.csv is empty: it has no rows"),
    ("fit blank.csv --units 3", "blank.csv is empty: it has no rows"),
    ("fit header.csv --units 3", "header.csv has a header and no rows below it"),
    ("fit text.csv --units 3", "text.csv row 3, column 'b': 'three' is not a number"),
    ("fit gap.csv --units 3", "gap.csv row 4, column 'b': the entry is missing"),
    ("fit nan.csv --units 3", "nan.csv row 4, column 'b': the entry is missing or not a number (drop"),
    ("fit inf.csv --units 3", "inf.csv row 2, column 'a': the entry is -inf"),
    ("fit large.csv --units 3", "large.csv row 3, column 'b': the entry is inf"),
    ("fit three.csv --units 3", "three.csv has the columns 'a', 'b', 'c': say which is x and which is y"),
    ("fit three.csv --units 3 --x a --y z", "three.csv has no column 'z'; it has 'a', 'b', 'c'"),
    ("fit dates.csv --units 3", "dates.csv row 2, column 'day': '2020-01-01' is not a number"),
    ("fit complex.csv --units 3", "complex.csv row 3, column 'b': '1+2j' is not a number"),
    ("fit ragged.csv --units 3", "ragged.csv row 3 has 3 entries where the first row has 2"),
    ("fit twice.csv --units 3", "twice.csv names two columns 'a'"),
    ("fit quote.csv --units 3", "quote.csv is not a readable CSV file: unexpected end of data"),
    ("fit long.csv --units 3", "long.csv is not a readable CSV file: field larger"),
    ("fit nul.csv --units 3", "nul.csv"),
    ("fit latin.csv --units 3", "latin.csv is not a text file in UTF-8"),
    ("fit folder.csv --units 3", "folder.csv is a folder, not a file"),
    ("fit absent.csv --units 3", "there is no file absent.csv, and no example of that name (examples: sine,"),
    ("fit fake.npz --units 3", "fake.npz is not a readable .npz file"),
    ("fit complex.npz --units 3", "complex.npz: y has shape (3,) of complex128"),
    ("fit dates.npz --units 3", "dates.npz: x has shape (3,) of datetime64[D]"),
    ("fit objects.npz --units 3", "objects.npz: x holds pickled objects"),
    ("fit lengths.npz --units 3", "lengths.npz holds columns of different lengths (x: 3, y: 2)"),
    ("fit cube.npz --units 3", "cube.npz: x has shape (2, 2, 2)"),
    ("fit none.npz --units 3", "none.npz: x has shape (0,)"),
    ("fit nan.npz --units 3", "nan.npz row 1, column 'y'"),
    ("fit spiral --units 3", "data has 2 inputs: this needs exactly one"),
    ("fit sine", "give exactly one of units, pieces and tolerance: none of them was given"),
    ("fit sine --units 3 --pieces 3", "units and pieces were given"),
    ("fit sine --units 0", "units must be at least 1, not 0"),
    ("fit sine --pieces -4", "pieces must be at least 1, not -4"),
    ("fit sine --units 1000000000", "units must be at most 1000000, not 1000000000"),
    ("fit sine --pieces 1000000000", "pieces must be at most 1000000, not 1000000000"),
    ("fit sine --units 2.5", "--units"),
    ("fit sine --tolerance -1", "tolerance must be at least 0, not -1.0"),
    ("fit sine --tolerance nan", "tolerance must be a finite number, not nan"),
    ("fit sine --units 3 --loss l3", "loss must be one of 'mse', 'max', not 'l3'"),
    ("fit sine --units 3 --method guess", "--method must be one of best, training, not 'guess'"),
    ("fit sine --pieces 3 --method training", "--method training needs --units N"),
    ("fit sine --units 3 --method training --loss max", "--loss max needs --method best"),
    ("fit sine --units 3 --save net.txt", "net.txt has the suffix .txt"),
    ("fit sine --units 3 --save absent/net.json", "there is no folder"),
    ("fit sine --units 3 --plot fit.bmp", "must end in .png, .svg, .pdf"),
    ("fit sine --units 3 --source rust", "language must be one of 'python'"),
    ("fit sine --units 3 --nonsense", "No such option: --nonsense"),
    ("fit", "Missing argument"),
    ("nonsense", "No such command 'nonsense'"),
    ("construct", "say one of TARGET, --function and --points: nothing was given"),
    ("construct good.csv --function x", "TARGET and --function were given"),
    ("construct --function sin(x) --units 3", "--function needs --interval A B"),
    ("construct --function sin(x) --interval 1 1 --units 3", "interval[0] = 1.0 must be less than interval[1] = 1.0"),
    ("construct --function sin(x) --interval 0 inf --units 3", "interval[1] must be a finite number, not inf"),
    ("construct --function log(x) --interval -1 1 --units 3", "target(-1.0) is nan"),
    ("construct --function open(x) --interval 0 1 --units 3", "the formula calls 'open'"),
    ("construct --function x.real --interval 0 1 --units 3", "'x.real', which is not arithmetic on x"),
    ("construct --points 1", "--points[0] is '1', not a pair"),
    ("construct --points 1,nan", "--points[0] is '1,nan', not a pair of finite numbers"),
    ("construct --points 1,2 --units 3", "leave out --units"),
    ("construct sine --units 3 --method tents", "units must be at least 6, not 3"),
    ("construct sine --pieces 3 --method interpolation", "needs --units N"),
    ("construct sine --units 9 --method tents --loss mse", "--loss mse needs --method best"),
    ("construct sine --units 1000000000 --method interpolation", "units must be at most 20000"),
]


@pytest.mark.parametrize(("line", "sentence"), CASES)
def test_one_sentence_and_status_2(folder, capsys, line, sentence):
    before = sorted(folder.iterdir())
    assert main(line.split(" ")) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("hinges: ")
    assert sentence in err
    assert err.count("\n") == 1, err
    assert "Traceback" not in err
    assert sorted(folder.iterdir()) == before


@pytest.mark.usefixtures("folder")
def test_with_json_the_sentence_is_there_too(capsys):
    assert main(["fit", "text.csv", "--units", "3", "--json"]) == 2
    out, err = capsys.readouterr()
    payload = json.loads(out)
    assert (payload["schema"], payload["command"], payload["status"]) == (1, "fit", "error")
    assert payload["message"] in err


def test_two_points_with_one_x(capsys):
    assert main(["construct", "--points", "1,2 1,3"]) == 2
    assert "--points[1] has x = 1 like --points[0]" in capsys.readouterr().err


def test_a_file_that_was_there_stays_where_writing_fails(folder, capsys, monkeypatch):
    target = folder / "net.json"
    target.write_text("mine")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    monkeypatch.setattr("pathlib.Path.replace", full)
    assert main(["fit", "relu-lab", "--units", "3", "--save", str(target)]) == 2
    assert "No space left" in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert [path.name for path in folder.iterdir() if "net" in path.name] == ["net.json"]


def test_an_interrupt_stops_with_130(capsys, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("hinges.fits.fit", interrupted)
    assert main(["fit", "sine", "--units", "3"]) == 130
    assert capsys.readouterr().err == "hinges: stopped\n"
