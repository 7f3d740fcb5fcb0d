"""What tests of the lab share: a headless Chromium, pages that must stay quiet, an audit, file servers, the lab."""

import functools
import http.server
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from running_lab import Lab, start_lab, stop_lab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

WEB = Path(__file__).resolve().parents[2] / "web"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
]
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def web() -> Path:
    """Give the folder web/ with its modules installed; where it has none, or there is no node, the test is skipped."""
    if not shutil.which("node"):
        pytest.skip("needs node")
    if not (WEB / "node_modules" / "esbuild").is_dir() or not AXE.exists():
        pytest.skip("needs web/node_modules (make web)")
    return WEB


@pytest.fixture(scope="session")
def run_node(web: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Give a function that runs a script of web/ with node."""

    def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [shutil.which("node") or "node", str(web / script), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip("needs chromium")
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield running
        running.close()


class Quiet:
    """What pages said that they should not have said, and what they asked for outside of this machine."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def watch(self, context: "BrowserContext") -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", lambda request: self._request(request.url))

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _request(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "blob:", "file:", "ws://127.0.0.1:")):
            self.complaints.append(f"asked for {url}")


class Pages:
    """Pages of one browser, used by test after test: opening one afresh costs more than most tests do in it."""

    def __init__(self, browser: "Browser") -> None:
        self._browser = browser
        self._free: list[Page] = []
        self.quiet = Quiet()

    def take(self, width: int, height: int, theme: Literal["light", "dark"], **options: Any) -> "Page":
        """Give an empty page with nothing kept; with options (of touch and the like) always a new one."""
        if options or not self._free:
            size: ViewportSize = {"width": width, "height": height}
            context = self._browser.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce", **options)
            self.quiet.watch(context)
            return context.new_page()
        page = self._free.pop()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        return page

    def give_back(self, page: "Page", *, again: bool) -> None:
        """Empty a page, for the next test if it is to be used again."""
        if again and not page.is_closed():
            page.mouse.move(0, 0)
            page.evaluate("try { localStorage.clear() } catch { /* a file or nothing has none */ }")
            page.goto("about:blank")
            self._free.append(page)
        else:
            page.context.close()


@pytest.fixture(scope="session")
def pages(browser: "Browser") -> Pages:
    return Pages(browser)


@pytest.fixture
def open_page(pages: Pages) -> Iterator[Callable[..., "Page"]]:
    """Give a function that opens an address; a complaint on the console or a foreign request fails the test."""
    pages.quiet.complaints.clear()
    opened: list[tuple[Page, bool]] = []

    def open_it(
        url: str, *, width: int = 1280, height: int = 900, theme: Literal["light", "dark"] = "light", **options: Any
    ) -> "Page":
        page = pages.take(width, height, theme, **options)
        opened.append((page, not options))
        page.goto(url)
        return page

    yield open_it
    for page, again in opened:
        pages.give_back(page, again=again)
    assert pages.quiet.complaints == []


@pytest.fixture
def audit() -> Callable[..., list[str]]:
    """Give a function that lists the accessibility violations of a page, or of the one element within it."""
    source = AXE.read_text(encoding="utf-8")

    def list_violations(page: "Page", within: str | None = None) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        found = page.evaluate(
            """(within) => axe.run(within ?? document, { resultTypes: ['violations'], preload: false })
                .then((all) => all.violations)""",
            within,
        )
        return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]

    return list_violations


class _Handler(http.server.SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", "default-src 'self'")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        """Say nothing."""


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Give a function that serves a folder on this machine under the lab's content policy, and gives its address."""
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(folder: Path) -> str:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, directory=str(folder)))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def build_web(
    tmp_path_factory: pytest.TempPathFactory, run_node: Callable[..., subprocess.CompletedProcess[str]]
) -> Callable[..., Path]:
    """Give a function that builds the front end with these options, and gives the folder it was built into."""

    def build(*options: str) -> Path:
        folder = tmp_path_factory.mktemp("web")
        done = run_node("build.mjs", "--quiet", "--out", str(folder), *options)
        assert done.returncode == 0, done.stderr
        return folder

    return build


@pytest.fixture(scope="session")
def site(build_web: Callable[..., Path], serve: Callable[[Path], str]) -> str:
    """Give the address of the lab as a static site, freshly built: `open_page(f"{site}/index.html#...")`."""
    return serve(build_web())


@pytest.fixture(scope="session")
def lab_server() -> Iterator[Lab]:
    """Give a real `hinges lab` on this machine; it ends with the tests."""
    pytest.importorskip("starlette", reason="needs the extra lab")
    lab = start_lab()
    yield lab
    stop_lab(lab)


@pytest.fixture
def page(open_page: Callable[..., "Page"]) -> "Page":
    """Give an empty page 1280 px wide that must stay quiet: `page.goto(...)`."""
    return open_page("about:blank")
