"""hinges slice, regions and convert, as typed."""

import json

import numpy as np
import pytest

from hinges import Network, load, save
from hinges.cli import main


@pytest.fixture
def model(tmp_path):
    network = Network.dense([[[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]], [[1.0], [1.0], [0.0]]], [[0.0, 0.0, -0.5], [0.0]])
    return str(save(network, tmp_path / "net.json"))


def run(capsys, *words):
    status = main(list(words))
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_a_slice_along_a_feature(capsys, model):
    status, out, _ = run(capsys, "slice", model, "--feature", "0", "--point", "0,0.25", "--low", "-1", "--json")
    told = json.loads(out)
    assert status == 0
    assert told["coordinate"] == [-1.0, 0.0, 0.25, 1.0]
    assert told["owners"] == [[[0, 0]], [[0, 2]]]
    assert told["silent"] == [False, True]
    assert told["y"] == [[0.25], [0.25], [0.5], [1.25]]
    assert (told["schema"], told["command"], told["status"], told["certified"]) == (1, "slice", "ok", True)


def test_a_slice_for_a_person(capsys, model, tmp_path):
    picture = tmp_path / "slice.svg"
    status, out, _ = run(capsys, "slice", model, "--start", "-1,-1", "--end", "1,1", "--plot", str(picture))
    assert status == 0
    assert "2 kinks, 1 of them silent (no output bends); certified" in out
    assert "relu_0[0], relu_0[1]" in out
    assert picture.read_text().startswith("<?xml")


def test_rows_of_data_name_points(capsys, model):
    words = ("slice", model, "--feature", "0", "--data", "spiral", "--json")
    ys = [json.loads(run(capsys, *words, "--point", point)[1])["y"] for point in ("mean", "row:0", "row:299")]
    assert ys[0] != ys[1] != ys[2]


def test_a_network_of_one_input_needs_no_point(capsys):
    status, out, _ = run(capsys, "slice", "three-segments", "--low", "-2", "--high", "2", "--json")
    assert (status, json.loads(out)["coordinate"]) == (0, [-2.0, -1.0, -0.5, 0.0, 2.0])


def test_a_smooth_network_is_sampled_on_request(capsys, tmp_path):
    smooth = str(save(Network.dense([[[1.0]], [[1.0]]], [[0.0], [0.0]], "tanh"), tmp_path / "smooth.json"))
    status, _, err = run(capsys, "slice", smooth)
    assert (status, "tanh" in err) == (2, True)
    status, out, _ = run(capsys, "slice", smooth, "--samples", "5", "--json")
    told = json.loads(out)
    assert (status, len(told["t"]), told["owners"], told["certified"]) == (0, 5, None, False)


def test_regions_are_counted_and_drawn(capsys, model, tmp_path):
    status, out, _ = run(capsys, "regions", model, "--json")
    told = json.loads(out)
    assert status == 0
    assert told["counts"] == {"activation": 7, "linear": 4}
    assert told["certified"] is True
    for view in ("slope", "pattern", "linear", "output"):
        picture = tmp_path / f"{view}.png"
        status, out, _ = run(capsys, "regions", model, "--view", view, "--plot", str(picture))
        assert (status, picture.exists()) == (0, True)
    assert "7 activation regions, 4 linear regions; certified" in out


def test_a_plane_through_three_points(capsys, tmp_path):
    network = Network.dense([np.eye(3), np.ones((3, 1))], [np.zeros(3), [0.0]])
    model = str(save(network, tmp_path / "three.json"))
    words = ("regions", model, "--through", "0,0,0", "1,0,0", "0,1,1", "--json")
    status, out, _ = run(capsys, *words)
    assert (status, json.loads(out)["counts"]["activation"]) == (0, 4)
    status, _, err = run(capsys, *words, "--max-regions", "2")
    assert (status, "max_regions = 2 is not enough" in err) == (2, True)


def test_convert_keeps_every_bit(capsys, model, tmp_path):
    target = tmp_path / "net.npz"
    assert run(capsys, "convert", model, str(target))[0] == 0
    back = tmp_path / "back.json"
    status, out, _ = run(capsys, "convert", str(target), str(back), "--json")
    told = json.loads(out)
    assert (status, told["inputs"], told["units"], told["outputs"]) == (0, 2, 3, 1)
    for a, b in zip(load(model).weights, load(back).weights, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.needs("onnx")
def test_convert_says_what_rounding_does(capsys, tmp_path):
    thirds = str(save(Network.dense([[[1 / 3]], [[1.0]]], [[0.1], [0.0]]), tmp_path / "thirds.json"))
    status, out, _ = run(capsys, "convert", thirds, str(tmp_path / "thirds.onnx"), "--dtype", "float32")
    assert (status, "float32" in out) == (0, True)
    assert load(tmp_path / "thirds.onnx").weights[0][0, 0] == np.float32(1 / 3)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("slice", "MODEL"), "say which of the 2 inputs moves: --feature N, or --start and --end"),
        (("slice", "MODEL", "--feature", "0"), "say where the other inputs stay"),
        (("slice", "MODEL", "--feature", "2", "--point", "zeros"), "feature must be at most 1"),
        (("slice", "MODEL", "--feature", "0", "--point", "1"), "--point has 1 numbers: the network reads 2"),
        (("slice", "MODEL", "--feature", "0", "--point", "1,x"), "--point[1] is 'x', not a finite number"),
        (("slice", "MODEL", "--feature", "0", "--point", "mean"), "--point mean needs --data"),
        (("slice", "MODEL", "--start", "0,0"), "needs both --start and --end"),
        (("slice", "MODEL", "--start", "0,0", "--end", "1,1", "--feature", "0"), "not both"),
        (
            ("slice", "MODEL", "--feature", "0", "--point", "row:9", "--data", "spiral-not"),
            "there is no file spiral-not",
        ),
        (("slice", "MODEL", "--feature", "0", "--point", "row:999", "--data", "spiral"), "rows 0 to 299"),
        (("slice", "MODEL", "--feature", "0", "--point", "zeros", "--low", "2"), "low = 2"),
        (("slice", "nothing.json", "--feature", "0"), "there is no file nothing.json, and no example network"),
        (("regions", "three-segments"), "the network has 1 inputs: say the plane with --through A B C"),
        (("regions", "MODEL", "--bounds", "1", "1", "0", "1"), "bounds"),
        (("regions", "MODEL", "--through", "0,0", "1,1", "2,2"), "lie on one line"),
        (("convert", "MODEL", "net.docx"), "has the suffix .docx"),
        (("convert", "MODEL", "net.npz", "--dtype", "float32"), "is for .onnx files"),
        (("convert", "MODEL", "net.npz", "--input-shape", "2,a"), "--input-shape must be whole numbers"),
    ],
)
def test_bad_input_is_one_sentence(capsys, model, tmp_path, monkeypatch, words, sentence):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, *(model if word == "MODEL" else word for word in words))
    assert (status, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1
    assert not list(tmp_path.glob("net.npz"))
