"""How quickly the station Regions paints very many regions, and reads the one under the pointer.

    python benchmarks/lab_regions.py [--units 256] [--reach 1.2] [--painter canvas|webgl2]

A deep random network is cut by Python, and its answer is given to a page in a real browser. Bars, on an idle machine
without a graphics card: 100,000 regions are painted for the first time within 1.5 s of their arrival, and the region
under the pointer (formula, pattern, class and outline) is there within 5 ms.
"""

import argparse
import contextlib
import functools
import http.server
import itertools
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hinges.lab.questions import _regions

if TYPE_CHECKING:
    from playwright.sync_api import Page

WEB = Path(__file__).resolve().parents[1] / "web"
FILE = "regions-spiral-deep-2.bin"  # in whose place the page gets the large answer
MOVES = 300
PAINTED = 1.5  # s
READ = 5.0  # ms
# Which of the two painters the page takes: a name of a graphics card, or none.
FORCE = {
    "canvas": "HTMLCanvasElement.prototype.getContext = ((get) => function (kind, ...rest) "
    "{ return kind === 'webgl2' ? null : get.call(this, kind, ...rest); })(HTMLCanvasElement.prototype.getContext);",
    "webgl2": "WebGL2RenderingContext.prototype.getParameter = ((get) => function (name) "
    "{ return name === 37446 ? 'a card' : get.call(this, name); })(WebGL2RenderingContext.prototype.getParameter);",
    "": "",
}
# From the arrival of the answer until every polygon is in the picture and a frame has shown it.
PAINT = """(polygons) => new Promise((done) => {
    const look = () => {
        const canvas = document.querySelector(".k-tiles-canvas");
        if (Number(canvas?.dataset.drawn) < polygons || !canvas?.dataset.drawn) return void requestAnimationFrame(look);
        requestAnimationFrame(() => requestAnimationFrame(() => {
            const answer = performance.getEntriesByType("resource").find((each) => each.name.endsWith(".bin"));
            done([canvas.dataset.painter, Number(canvas.dataset.drawn), performance.now() - answer.responseEnd]);
        }));
    };
    look();
})"""
# The page's own thread from a move of the pointer until everything is in the page that follows from it: the event's own
# work, and that of the next frame's callbacks, between one that is asked for before the move and one after it.
MOVE = """(moves) => new Promise((done) => {
    const svg = document.querySelector(".s-tiling svg");
    const box = svg.getBoundingClientRect();
    const times = [];
    const step = (i) => {
        if (i === moves) return done(times);
        let begin = 0;
        let asked = 0;
        requestAnimationFrame(() => { begin = performance.now(); });
        const start = performance.now();
        const [across, up] = [0.2 + 0.6 * ((i * 0.618) % 1), 0.2 + 0.6 * ((i * 0.382) % 1)];
        const place = { clientX: box.left + box.width * across, clientY: box.top + box.height * up, bubbles: true };
        svg.dispatchEvent(new PointerEvent("pointermove", place));
        asked = performance.now() - start;
        requestAnimationFrame(() => {
            times.push(asked + performance.now() - begin);
            step(i + 1);
        });
    };
    step(0);
})"""


def question(units: int, reach: float) -> dict[str, Any]:
    """Give the question about a network 2-units-units-units-3 with random weights."""
    rng = np.random.default_rng(0)
    sizes = [2, units, units, units, 3]
    weights = [rng.uniform(-1.7, 1.7, (a, b)) / np.sqrt(a) for a, b in itertools.pairwise(sizes)]
    biases = [rng.uniform(-0.7, 0.7, units) for units in sizes[1:]]
    network = {"weights": [w.tolist() for w in weights], "biases": [b.tolist() for b in biases], "activations": "relu"}
    return {"network": network, "plane": {"kind": "inputs"}, "bounds": [-reach, reach, -reach, reach]}


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        """Say nothing."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextlib.contextmanager
def page(painter: str) -> Iterator["Page"]:
    """Give a page of a browser without a graphics card."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        fresh = browser.new_page(viewport={"width": 1280, "height": 900})
        if FORCE[painter]:
            fresh.add_init_script(FORCE[painter])
        yield fresh
        browser.close()


def main() -> None:
    """Cut, paint, read, and print what it took against the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--units", type=int, default=256)
    parser.add_argument("--reach", type=float, default=1.2)
    parser.add_argument("--painter", choices=[name for name in FORCE if name], default="")
    options = parser.parse_args()
    arguments = _regions.check(question(options.units, options.reach))
    begin = time.perf_counter()
    frame = _regions.answer(arguments)
    cut, message = time.perf_counter() - begin, frame.encoded({})
    count = frame.header["counts"]["activation"]
    sys.stdout.write(f"{count:,} regions cut in {cut:.1f} s (kernels compiled or not), {len(message) / 1e6:.1f} MB\n")
    with tempfile.TemporaryDirectory() as folder:
        command = [shutil.which("node") or "node", str(WEB / "build.mjs"), "--quiet", "--out", folder]
        subprocess.run(command, check=True)  # noqa: S603 - our own build
        (Path(folder) / FILE).write_bytes(message)
        with served(Path(folder)) as address, page(options.painter) as shown:
            shown.goto(f"{address}/index.html#v1/regions")
            painter, drawn, painted = shown.evaluate(PAINT, count)
            times = sorted(shown.evaluate(MOVE, MOVES))
    sys.stdout.write(
        f"{drawn:,} polygons painted by {painter} {painted / 1000:.2f} s after they arrived (bar {PAINTED} s)\n"
        f"the region under the pointer: median {statistics.median(times):.2f} ms, "
        f"95 % within {times[int(0.95 * len(times))]:.2f} ms (bar {READ} ms)\n"
    )


if __name__ == "__main__":
    main()
