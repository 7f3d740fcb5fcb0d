"""Files of the lab: one station as one file, the lab as a folder; whole or not at all, and nothing else is touched."""

import functools
import json
import re
from pathlib import Path

import pytest

from hinges import export_station
from hinges.cli import main
from hinges.errors import InvalidInputError
from hinges.lab import _export, export_site
from hinges.lab._export import embedded_json
from hinges.lab._static import static_files, stations


def content_of(path: Path) -> dict[str, object]:
    found = re.search(
        r'<script type="application/json" id="hinges-station">(.*?)</script>', path.read_text("utf-8"), re.DOTALL
    )
    assert found is not None
    return json.loads(found[1])


def test_every_station_can_be_exported(tmp_path: Path):
    for name, station in stations().items():
        path = export_station(name, tmp_path / f"{name}.html")
        assert content_of(path) == {"station": name, "state": station["state"]}
        assert "{{" not in re.sub(r"<script>.*</script>", "", path.read_text("utf-8"), flags=re.DOTALL)


def test_the_state_given_takes_the_place_of_the_initial_one(tmp_path: Path):
    path = export_station("match", tmp_path / "a.html", activation="linear")
    assert content_of(path)["state"] == {**stations()["match"]["state"], "activation": "linear"}


NASTY = "</script><script>alert(1)</script><!-- & \u2028 \u2029 {{SCRIPT}} {{TITLE}} \\ \\1 \U0001f600 \ud800 '\""


def test_no_text_in_a_state_gets_out_of_its_script(tmp_path: Path):
    path = export_station("match", tmp_path / "a.html", activation=NASTY)
    state = content_of(path)["state"]
    assert isinstance(state, dict)
    assert state["activation"] == NASTY
    template = static_files()["file.html"].decode()
    assert path.read_text("utf-8").count("</script>") == template.count("</script>")
    assert not set("<>&\u2028\u2029") & set(embedded_json({NASTY: NASTY}))


@pytest.mark.parametrize(
    ("name", "state", "sentence"),
    [
        ("nothing", {}, "there is no station 'nothing': the stations are match"),
        ("Match", {}, "there is no station 'Match'"),
        ("", {}, "there is no station ''"),
        ("match", {"colour": 1}, "the station match has no colour: its state has target"),
        ("match", {"units": 3}, "units of the station match must be a list, not a number"),
        ("match", {"seed": "1"}, "seed of the station match must be a number, not a text"),
        ("match", {"seed": True}, "seed of the station match must be a number, not true or false"),
        ("match", {"seed": float("nan")}, "seed is nan"),
        ("match", {"seed": object()}, "seed cannot be written as JSON: it is a object"),
        ("match", {"units": [{"w": float("inf")}]}, "units[0].w is inf"),
        ("match", {"units": [{1: 2}]}, "units[0] has the key 1"),
        ("match", {"activation": "a" * 4_000_001}, "larger than 4 MB"),
    ],
)
def test_what_is_no_state_is_one_sentence_and_no_file(tmp_path: Path, name, state, sentence):
    with pytest.raises(InvalidInputError) as refused:
        export_station(name, tmp_path / "a.html", **state)
    assert sentence in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path):
    with pytest.raises(InvalidInputError, match="cannot write"):
        export_station("match", tmp_path / "nowhere" / "a.html")


# ---------------------------------------------------------------------------------------------------- a site


def test_a_site_is_the_front_end_with_relative_addresses(tmp_path: Path):
    site = export_site(tmp_path / "a" / "b")
    assert {each.name for each in site.iterdir()} == {*static_files(), "hinges-lab.json"}
    addresses = re.findall(r'(?:src|href)="([^"]+)"', (site / "index.html").read_text())
    assert set(addresses) == {"icon.svg", "lab.css", "lab.js"}
    assert (site / "lab.js").read_bytes() == static_files()["lab.js"]
    assert [each.name for each in (tmp_path / "a").iterdir()] == ["b"]


def test_an_empty_folder_and_an_earlier_export_are_replaced(tmp_path: Path):
    (tmp_path / "site").mkdir()
    export_site(tmp_path / "site")
    (tmp_path / "site" / "lab.js").write_text("older")
    assert main(["lab", "--export", str(tmp_path / "site")]) == 0
    assert (tmp_path / "site" / "lab.js").read_bytes() == static_files()["lab.js"]
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"thesis.tex": "years of work"}, "not empty, and not an earlier export"),
        ({"hinges-lab.json": "{}", "thesis.tex": ""}, "not empty, and not an earlier export"),
        ({"hinges-lab.json": '{"files": {"lab.js": ""}}', "lab.js": "", "CNAME": ""}, "holds CNAME"),
        ({"hinges-lab.json": '{"files": 3}'}, "not empty, and not an earlier export"),
        ({"hinges-lab.json": "\ud7ff["}, "not empty, and not an earlier export"),
    ],
)
def test_what_is_no_export_is_never_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str], files, sentence):
    site = tmp_path / "site"
    site.mkdir()
    for name, content in files.items():
        (site / name).write_text(content, "utf-8")
    assert main(["lab", "--export", str(site)]) == 2
    assert sentence in capsys.readouterr().err
    assert {each.name: each.read_text("utf-8") for each in site.iterdir()} == files
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


def test_a_file_or_a_link_is_never_replaced(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("file", "link"):
        with pytest.raises(InvalidInputError, match="is there, and is not a folder"):
            export_site(tmp_path / name)
    assert (tmp_path / "file").read_text() == "mine"


def test_when_the_new_site_cannot_be_put_in_place_the_old_one_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    site = export_site(tmp_path / "site")
    (site / "lab.js").write_text("older")
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if target == site and self.name.startswith(".site."):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(InvalidInputError, match="No space left on device"):
        export_site(site)
    assert (site / "lab.js").read_text() == "older"
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


def test_export_serves_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert main(["lab", "--export", str(tmp_path / "site"), "--port", "0"]) == 2
    assert "leave out --port" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_copy_without_its_front_end_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys):
    from hinges.lab import _static

    (tmp_path / "hinges" / "lab").mkdir(parents=True)
    monkeypatch.setattr(_static.resources, "files", lambda _: tmp_path)  # pyright: ignore[reportPrivateImportUsage]
    monkeypatch.setattr(_static, "static_files", functools.cache(_static.static_files.__wrapped__))
    monkeypatch.setattr(_export, "static_files", _static.static_files)
    monkeypatch.setattr(_export, "_site_files", _export._site_files.__wrapped__)
    assert main(["lab", "--export", str(tmp_path / "site")]) == 2
    assert "no built front end" in capsys.readouterr().err
