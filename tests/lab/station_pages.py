"""What tests of single stations share: opening one with a state, drags, and its Python source against its plot."""

import base64
import contextlib
import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PLACES = 1000
WIDTHS = (390, 768, 1280, 1920)
LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1280), ("dark", 390))


def address(site: str, station: str, state: dict[str, Any] | None = None) -> str:
    """Give the address of a station, in this state."""
    written = base64.urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("=") if state else ""
    return f"{site}/index.html#v1/{station}{'/' + written if written else ''}"


def settle(page: "Page") -> None:
    """Wait until what was asked for is drawn: two animation frames, and as many as the cards that follow take."""
    page.evaluate(
        """() => new Promise((done) => {
          let frames = 0;
          const look = () => {
            frames += 1;
            if (frames > 2 && !document.querySelector("[aria-busy]")) done();
            else requestAnimationFrame(look);
          };
          look();
        })"""
    )


def never_scrolls_sideways(page: "Page") -> None:
    """Check that the page is as wide as its window, from a telephone's to a large screen's."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [width, width]


def hinders_nobody(page: "Page", audit: Callable[..., list[str]], within: str | None = None) -> None:
    """Check that nothing of the page, or of one element, hinders access: wide and light, narrow and dark."""
    for theme, width in LOOKS:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        assert audit(page, within) == [], theme


def handle(page: "Page", name: str) -> "Locator":
    return page.get_by_role("slider", name=name, exact=True)


def centre(locator: "Locator") -> tuple[float, float]:
    """Give where the middle of a handle is in the window."""
    locator.scroll_into_view_if_needed()
    box = locator.locator(".k-handle-shape").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: "Page", start: tuple[float, float], by: tuple[float, float]) -> None:
    """Press at a place, move, and let go."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + by[0] / 2, start[1] + by[1] / 2)
    page.mouse.move(start[0] + by[0], start[1] + by[1])
    settle(page)
    page.mouse.up()
    settle(page)


def sources(web: Path, folder: Path, station: str, states: list[dict[str, Any]], x: np.ndarray) -> list[dict[str, Any]]:
    """Give of each state the Python source, and what the plot shows at x."""
    program, asked, answer = folder / "sources.mjs", folder / "asked.json", folder / "answer.json"
    asked.write_text(json.dumps({"station": station, "states": states, "x": x.tolist()}))
    esbuild = [
        str(web / "node_modules" / ".bin" / "esbuild"),
        str(web / "tests" / "stations" / "sources.ts"),
        "--bundle",
    ]
    for command in (
        [*esbuild, "--platform=node", "--format=esm", "--log-level=warning", f"--outfile={program}"],
        ["node", str(program), str(asked), str(answer)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return json.loads(answer.read_text())


def network_of(source: str) -> Callable[[np.ndarray], np.ndarray]:
    """Run Python source that was copied from the page, and give the network that it makes."""
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(source, "copied.py", "exec"), names)  # noqa: S102 - our own source
    return names["network"]
