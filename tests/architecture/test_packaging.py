"""What the package says of itself: one version, extras as documented, torch never dragged in."""

import tomllib
from importlib.metadata import entry_points, version
from pathlib import Path

import hinges
from hinges._version import __version__

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]


def test_the_version_has_one_place():
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert hinges.__version__ == __version__ == version("hinges")


def test_the_extras_are_the_documented_ones():
    assert set(EXTRAS) == {"plot", "train", "lab", "sklearn", "onnx", "torch", "keras", "cluster", "all"}


def test_all_is_everything_but_torch():
    (line,) = EXTRAS["all"]
    named = set(line.removeprefix("hinges[").removesuffix("]").split(","))
    assert named == set(EXTRAS) - {"all", "torch"}


def test_torch_is_in_no_other_list():
    others = [line for extra, lines in EXTRAS.items() if extra != "torch" for line in lines]
    others += PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    assert [line for line in others if line.startswith("torch")] == []


def test_the_command_is_installed():
    (script,) = (each for each in entry_points(group="console_scripts") if each.name == "hinges")
    assert script.value == "hinges.cli:main"


def test_the_readme_is_the_description():
    assert PROJECT["project"]["readme"] == "README.md"
    assert (ROOT / "README.md").is_file()


def test_types_are_shipped():
    assert (Path(hinges.__file__).parent / "py.typed").is_file()
