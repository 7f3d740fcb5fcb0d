"""The site builds without a warning and without a network; its links lead somewhere; what it says of itself is so."""

import concurrent.futures
import functools
import http.server
import importlib.util
import re
import shutil
import threading
import tomllib
from pathlib import Path

import pytest

from hinges._version import __version__

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def tool(name):
    """A script of tools/, as a module."""
    spec = importlib.util.spec_from_file_location(f"tools_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):  # noqa: A002 - the name is the library's
        pass


@pytest.mark.needs("mkdocs", "material", "mkdocstrings", "mkdocs_jupyter", "anywidget", "playwright", "chromium")
def test_the_site_builds_and_is_whole_and_fetches_nothing_from_elsewhere(tmp_path):
    build_site = tool("build_site")
    site = tmp_path / "site"
    build_site.build(site)  # strict: a warning is an error
    assert list(build_site.faults(site)) == []
    assert {"index.html", "tutorial.html", "theory.html", "lab"} <= {path.name for path in site.iterdir()}
    assert (site / "lab" / "index.html").stat().st_size > 0
    listed = {path.stem for path in (ROOT / "docs" / "decisions").glob("0*.md")}
    assert all(f'href="{name}.html"' in (site / "decisions" / "index.html").read_text() for name in listed)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        pages = ["index.html", "tutorial.html", "reference/best.html", "lab/index.html", "changes.html"]
        pages += [path.relative_to(site).as_posix() for path in sorted((site / "studies").glob("*.html"))[:1]]
        asked, said = opened(f"http://127.0.0.1:{server.server_port}", pages)
    finally:
        server.shutdown()
        server.server_close()
    assert {address for address in asked if not address.startswith(("http://127.0.0.1", "data:", "blob:"))} == set()
    assert said == []


def opened(address, pages):
    """What a browser asks for and complains about; in a thread, as other tests have a browser in this one."""
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        return thread.submit(looked_at, address, pages).result()


def looked_at(address, pages):
    """Open pages, and search on one."""
    from playwright.sync_api import sync_playwright

    asked, said = [], []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=next(filter(None, map(shutil.which, BROWSERS))))
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        for name in pages:
            page.goto(f"{address}/{name}", wait_until="networkidle")
        page.goto(f"{address}/index.html")
        page.fill("input[data-md-component=search-query]", "kink")
        page.wait_for_selector("a.md-search-result__link", state="attached")
        browser.close()
    return asked, said


FAULTY = {
    "index.html": '<a href="a.html#here">x</a> <a href="a.html#there">x</a> <a href="b.html">x</a>'
    '<img src="//elsewhere.org/a.png">',
    "a.html": '<h1 id="here">A</h1><script src="https://elsewhere.org/a.js"></script>'
    '<a href="https://elsewhere.org">x</a>',
    "s.css": "@import 'https://elsewhere.org/font.css';",
}


def test_the_check_finds_what_is_wrong(tmp_path):
    for name, text in FAULTY.items():
        (tmp_path / name).write_text(text)
    assert sorted(tool("build_site").faults(tmp_path)) == [
        "a.html fetches https://elsewhere.org/a.js",
        "index.html fetches //elsewhere.org/a.png",
        "index.html links to a.html#there: there is no such place on the page",
        "index.html links to b.html: there is no such file",
        "s.css fetches from elsewhere",
    ]


def test_the_picture_of_the_first_page_is_the_one_that_the_library_gives():
    assert (ROOT / "docs" / "images" / "idea.html").read_text(encoding="utf-8") == tool("site_picture").picture()


@pytest.mark.needs("griffe")
def test_examples_become_examples_and_powers_no_bold_type():
    prepared = tool("site_docstrings").prepared
    text = "It has 2**n teeth, `2**n` of them, or 3**n.\n\n>>> a = 1\n>>> a\n1\n"
    assert prepared(text) == (
        "It has 2\\*\\*n teeth, `2**n` of them, or 3\\*\\*n.\n\nExamples:\n    >>> a = 1\n    >>> a\n    1"
    )
    assert prepared("Nothing.") == "Nothing."


def test_the_citation_agrees_with_the_package():
    said = dict(re.findall(r"^([a-z-]+): (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE))
    assert said["version"] == __version__
    assert said["cff-version"] == "1.2.0"
    assert said["license"] == "MIT"
    headline = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[0]
    assert said["title"].strip('"') == headline.removeprefix("# ")


def test_the_changelog_begins_with_this_version():
    versions = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert versions[0] == __version__


def test_every_extra_has_a_call_in_the_release_check():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(tool("release_check").EXTRAS) == set(extras)
