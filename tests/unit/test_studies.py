"""The studies: each notebook is what its source says, executed from its first cell to its last without an error."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "studies.py"
NAMES = ("boring-curves", "bricks-and-paths", "by-hand", "relu-and-sine", "three-segments")
PLACES = re.compile(r"(?<![\w.:/])(?:/(?:home|root|tmp|work|usr|opt|Users|var|mnt)/|[A-Z]:\\)")
LARGEST, LARGEST_PICTURE = 1_500_000, 100_000  # bytes


@pytest.fixture(scope="module")
def tool():
    pytest.importorskip("nbformat")
    pytest.importorskip("nbclient")
    spec = importlib.util.spec_from_file_location("hinges_studies", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def source(name):
    return (ROOT / "studies" / f"{name}.py").read_text(encoding="utf-8")


def notebook(name):
    return json.loads((ROOT / "docs" / "studies" / f"{name}.ipynb").read_text(encoding="utf-8"))


def outputs(name):
    return [output for cell in notebook(name)["cells"] for output in cell.get("outputs", ())]


def test_every_source_has_its_notebook_and_none_is_left_over():
    assert tuple(sorted(path.stem for path in (ROOT / "studies").glob("*.py"))) == NAMES
    assert tuple(sorted(path.stem for path in (ROOT / "docs" / "studies").glob("*.ipynb"))) == NAMES


def test_a_source_becomes_cells(tool):
    text = "# a line for readers\n# %% [markdown]\n# # A title\n#\n# Text.\n\n# %%\nx = 1\n\n# %%\n# a comment\nx\n"
    assert tool.cells(text) == [("markdown", "# A title\n\nText."), ("code", "x = 1"), ("code", "# a comment\nx")]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_its_source_executed_in_order(tool, name):
    cells = notebook(name)["cells"]
    assert [(cell["cell_type"], "".join(cell["source"])) for cell in cells] == tool.cells(source(name))
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert {output["output_type"] for output in outputs(name)} <= {"stream", "display_data", "execute_result"}
    assert not any(output.get("name") == "stderr" for output in outputs(name)), "a warning is no answer"


@pytest.mark.parametrize("name", NAMES)
def test_a_study_names_no_place_of_a_machine(name):
    assert not PLACES.search(source(name))
    written = [json.dumps({**output, "data": {**output.get("data", {}), "image/png": ""}}) for output in outputs(name)]
    assert not [text for text in written if PLACES.search(text)]


@pytest.mark.parametrize("name", NAMES)
def test_a_study_ends_in_an_answer_whose_figures_it_asserts(name):
    cells = notebook(name)["cells"]
    titles = [line for cell in cells if cell["cell_type"] == "markdown" for line in cell["source"]]
    assert [line.strip() for line in titles if line.startswith("## ")][-1] == "## Answer"
    table, last = cells[-2], "".join(cells[-1]["source"])
    assert "verdict" in "".join(table["outputs"][-1]["data"]["text/markdown"]).splitlines()[0]
    assert last.count("assert ") >= 8


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_light_and_shows_pictures(name):
    pictures = [output["data"]["image/png"] for output in outputs(name) if "image/png" in output.get("data", {})]
    assert len(pictures) >= 4
    assert max(len(picture) * 3 / 4 for picture in pictures) < LARGEST_PICTURE
    assert (ROOT / "docs" / "studies" / f"{name}.ipynb").stat().st_size < LARGEST
    assert not any("<Figure" in str(output.get("data", {}).get("text/plain")) for output in outputs(name))
