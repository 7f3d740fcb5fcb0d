"""The widget in a real JupyterLab: shown, moved by keyboard, and read and set from Python."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.needs("playwright", "chromium", "jupyterlab", "anywidget")]

WEIGHT = "weight of unit 1"
CELLS = (
    'from hinges import station\nw = station("match", units=[{"w": 1.5, "b": -1}, {"w": 0.5, "b": 0}])\nw',
    'print("weight", w.state["units"][0]["w"])',
    'w.state = {"units": [{"w": 3, "b": -1}, {"w": 0.5, "b": 0}]}',
)
# Without the grammar of internationalised addresses, which takes longer to load than all the rest of the server.
START = """
import sys
sys.modules["rfc3987_syntax"] = None
from jupyterlab.labapp import main
main()
"""
# What the notebook does not need: whatever asks for things outside of this machine, and much that only takes time.
OFF = (
    *("apputils-extension:announcements", "celltags-extension", "completer-extension", "console-extension"),
    *("csvviewer-extension", "debugger-extension", "documentsearch-extension", "extensionmanager-extension"),
    *("fileeditor-extension", "help-extension", "htmlviewer-extension", "hub-extension", "imageviewer-extension"),
    *("inspector-extension", "json-extension", "launcher-extension", "logconsole-extension", "lsp-extension"),
    *("markdownviewer-extension", "mathjax-extension", "mermaid-extension", "metadataform-extension"),
    *("pdf-extension", "pluginmanager-extension", "running-extension", "settingeditor-extension", "terminal-extension"),
    *("theme-dark-extension", "theme-dark-high-contrast-extension", "toc-extension", "tooltip-extension"),
    *("vega5-extension", "workspaces-extension"),
)


def notebook() -> str:
    cells = [
        {"cell_type": "code", "id": f"c{i}", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
        for i, source in enumerate(CELLS)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps({"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a notebook in a JupyterLab that ends with these tests."""
    home = tmp_path_factory.mktemp("jupyter")
    (home / "work").mkdir()
    (home / "work" / "lab.ipynb").write_text(notebook())
    (home / "config" / "labconfig").mkdir(parents=True)
    page = {"disabledExtensions": {f"@jupyterlab/{name}": True for name in OFF}}
    (home / "config" / "labconfig" / "page_config.json").write_text(json.dumps(page))
    settings = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}  # all cells are in the page
    (home / "config" / "labconfig" / "default_setting_overrides.json").write_text(json.dumps(settings))
    # Only the extension of the lab itself, and nothing that is asked of npm.
    other = ("jupyter_lsp", "jupyter_server_terminals", "notebook_shim", "nbclassic")
    off = {"ServerApp": {"jpserver_extensions": dict.fromkeys(other, False)}}
    (home / "config" / "jupyter_server_config.json").write_text(json.dumps(off))
    own = {"HOME": home, "IPYTHONDIR": home / "ipython", "JUPYTER_CONFIG_DIR": home / "config"}
    own |= {"JUPYTER_DATA_DIR": home / "data", "JUPYTER_RUNTIME_DIR": home / "runtime"}
    own |= {"PATH": Path(sys.executable).parent}  # it asks every node and npm there is for their settings
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0", "--ServerApp.port_retries=0"]
    options += ["--LabApp.extension_manager=readonly"]
    process = subprocess.Popen(
        [sys.executable, "-c", START, *options, f"--ServerApp.root_dir={home / 'work'}"],
        env={**os.environ, **{name: str(path) for name, path in own.items()}},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if found := re.search(r"(http://127\.0\.0\.1:\d+)/lab\?token=(\w+)", line):
            break
    else:
        raise AssertionError(said)
    yield f"{found[1]}/lab/tree/lab.ipynb?token={found[2]}"
    process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=20)
    finally:
        process.kill()


def run_cell(page: "Page", number: int) -> None:
    page.locator(".jp-Notebook .jp-CodeCell").nth(number).locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")


def test_the_widget_works_in_jupyterlab(browser: "Browser", jupyter: str):
    from playwright.sync_api import expect

    foreign: list[str] = []
    errors: list[str] = []

    def look(request: Any) -> None:
        if not request.url.startswith((jupyter.partition("/lab")[0], "data:", "blob:")):
            foreign.append(request.url)

    context = browser.new_context(viewport={"width": 1400, "height": 1400})
    context.on("request", look)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = context.new_page()
    page.goto(jupyter)
    output = page.locator(".jp-Notebook .jp-CodeCell").nth(0).locator(".jp-OutputArea")
    page.get_by_role("button", name=re.compile(r"\| Idle$")).wait_for(timeout=60_000)
    run_cell(page, 0)

    slider = output.get_by_role("slider", name=WEIGHT)
    expect(slider).to_have_value("1.5", timeout=60_000)  # the state given in Python is shown
    slider.press("ArrowRight")
    moved = float(slider.input_value())
    assert moved > 1.5
    run_cell(page, 1)
    expect(page.get_by_text(f"weight {moved:g}", exact=True)).to_be_visible(timeout=30_000)  # and comes back
    run_cell(page, 2)
    expect(slider).to_have_value("3", timeout=30_000)  # and what Python sets is shown
    context.close()
    assert foreign == []
    assert errors == []
