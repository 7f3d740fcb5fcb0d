"""The built front end: small, self-contained, in the package, and what Python knows of it is what is in it."""

import gzip
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from hinges.lab._static import MEDIA_TYPES, static_files, stations

ROOT = Path(__file__).parents[2]
NAMES = {"file.html", "icon.svg", "index.html", "lab.css", "lab.js", "stations.json", "widget.js"}
PARTS = {name for name in static_files() if re.fullmatch(r"part-[A-Z0-9]{8}\.js", name)}  # of the page, by content
NAMES |= {"doctor-cases.json", "slices-digits.bin", "slices-many.bin"}
NAMES |= {f"regions-{each}.bin" for each in ("digits-features", "digits-samples", "digits-standardized-features")}
NAMES |= {f"regions-{each}.bin" for each in ("spiral-1", "spiral-deep-1", "spiral-deep-2")}
MOST = 150_000  # bytes of the page with any of its stations, packed
MOST_WHOLE = 180_000  # of a host that has all stations in one file


def packed(*names: str) -> int:
    return sum(len(gzip.compress(static_files()[name], 9, mtime=0)) for name in names)


def needed(name: str) -> set[str]:
    """Give a script and those that it imports at once."""
    text = static_files()[name].decode()
    found = {name}
    for part in re.findall(r'(?:import|from)"\./(part-[A-Z0-9]+\.js)"', text):
        found |= needed(part)
    return found


def test_the_package_has_every_file_and_no_other():
    assert set(static_files()) == NAMES | PARTS
    assert {Path(name).suffix for name in NAMES} == set(MEDIA_TYPES)


def test_the_page_is_small_with_any_of_its_stations():
    opened = re.findall(r'import\("\./(part-[A-Z0-9]+\.js)"\)', static_files()["lab.js"].decode())
    assert len(opened) == len(stations())
    assert set().union(*map(needed, ["lab.js", *opened])) == PARTS | {"lab.js"}
    for part in opened:
        assert packed("index.html", "lab.css", "icon.svg", *needed("lab.js"), *needed(part)) <= MOST


@pytest.mark.parametrize("names", [("widget.js", "lab.css"), ("file.html",)])
def test_a_host_with_all_stations_inside_is_small(names: tuple[str, ...]):
    assert packed(*names) <= MOST_WHOLE


@pytest.mark.parametrize("name", sorted(NAMES | PARTS))
def test_nothing_is_fetched_from_elsewhere(name: str):
    text = static_files()[name].decode(errors="replace")
    addresses = set(re.findall(r"""(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s"'`)]*""", text))
    names = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml", "http://www.w3.org/1999/xlink"}
    assert {address for address in addresses if address not in names and not address.startswith("//")} == set()
    assert "sourceMappingURL" not in text
    assert str(ROOT) not in text
    assert re.search(r"\beval\(|new Function\(", text) is None


def test_stations_have_names_for_links_and_plain_states():
    assert next(iter(stations())) == "match"
    for name, station in stations().items():
        assert re.fullmatch("[a-z][a-z0-9-]*", name)
        assert station["title"]
        assert station["state"]
        assert all(re.fullmatch("[A-Za-z][A-Za-z0-9]*", key) for key in station["state"])  # keywords in Python


@pytest.mark.needs("hatchling")
def test_the_wheel_carries_the_front_end(tmp_path: Path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        folder = "hinges/lab/static/"
        carried = {n.removeprefix(folder): archive.read(n) for n in archive.namelist() if n.startswith(folder)}
    assert carried == dict(static_files())
