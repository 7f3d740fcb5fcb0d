"""How steadily the lab shows a training, and whether other pages feel it.

    python benchmarks/lab_stream.py

Bars, on an idle machine: a real page draws at least 29 of 30 frames a second for ten seconds while 64 units are
trained; a tenth page's short questions, while nine others are trained, take at most three times as long as alone (95 %
of them); the first page is there within 2 s of the command, with nothing loaded in the server that trains. Where
other work wants the processors, waiting for one is in every time of the clock.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from lab_latency import SHORT, asking, percentiles

SECONDS = 10
UNITS = 64
OTHERS = 9
QUESTIONS = 100
HEAVY = ("jaxlib", "/torch/", "/scipy/", "/matplotlib/")
# In a page of the lab: asks for the training as a station does, reads every frame, and draws the newest one, curve and
# kinks, on a canvas in the next animation frame.
WATCH = """([question, seconds]) => new Promise((done) => {
    const address = new URL(document.querySelector('meta[name="hinges-ask"]').content, document.baseURI);
    address.protocol = "ws:";
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    const canvas = document.body.appendChild(document.createElement("canvas"));
    canvas.width = 1200; canvas.height = 600;
    const paper = canvas.getContext("2d");
    const seen = { drawn: [], came: 0, bytes: 0, steps: 0, first: 0 };
    let newest;
    const draw = () => {
        requestAnimationFrame(draw);
        if (!newest) return;
        const [kinks, [x, y]] = newest;
        newest = undefined;
        seen.drawn.push(performance.now());
        paper.clearRect(0, 0, 1200, 600);
        paper.beginPath();
        for (let i = 0; i < x.length; i += 1) paper.lineTo(120 * x[i], 300 - 200 * y[i]);
        paper.stroke();
        for (const kink of kinks) paper.fillRect(120 * kink, 580, 1, 20);
    };
    draw();
    const asked = performance.now();
    socket.onopen = () => socket.send(JSON.stringify({ id: 1, question: "train", ...question }));
    socket.onmessage = ({ data }) => {
        if (!(data instanceof ArrayBuffer)) return done({ error: String(data) });
        const length = new DataView(data).getUint32(0, true);
        const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
        const arrays = [];
        let at = 4 + length;
        for (const { type, shape } of header.arrays) {
            const size = shape.reduce((a, b) => a * b, 1);
            const kind = type === "uint8" ? Uint8Array : Float32Array;
            arrays.push(new kind(data, at, size));
            at += Math.ceil(size * kind.BYTES_PER_ELEMENT / 8) * 8;
        }
        const points = arrays[4].length / 2;
        newest = [arrays[3], [arrays[4].subarray(0, points), arrays[4].subarray(points)]];
        if (seen.came === 0) {
            seen.first = performance.now() - asked;
            // The first second is for the loop to find its pace.
            setTimeout(() => { seen.from = performance.now(); }, 1000);
            setTimeout(() => { socket.close(); done(seen); }, 1000 * (seconds + 1));
        }
        seen.came += 1;
        seen.bytes += data.byteLength;
        seen.steps = header.answer.step;
        if (header.more) socket.send(JSON.stringify({ id: 1, question: "more" }));
    };
})"""


def question(pace: float | None = 2000.0, units: int = UNITS) -> dict[str, Any]:
    """Give a training that does not end by itself."""
    settings = {"hidden": [units], "schedule": "constant", "learning_rate": 1e-3}
    return {"data": {"example": "sine"}, "runs": [settings], "steps": 10_000_000, "pace": pace}


def in_page(url: str, begin: float, server: int) -> None:
    """Measure the first page, and the frames that a page draws."""
    from playwright.sync_api import sync_playwright

    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        start = time.perf_counter()
        page.goto(url)
        page.get_by_role("heading", level=1).wait_for()
        opened = time.perf_counter() - start
        total = begin + opened
        print(f"hinges lab to the first page     {1000 * total:6.0f} ms   {verdict(total, 2.0, most=True)}")
        print(f"    of that the server's own work {1000 * processor_time(server):6.0f} ms of a processor")
        for pace, named in ((2000.0, "2,000 steps a second"), (None, "as fast as can be")):
            seen = page.evaluate(WATCH, [question(pace), SECONDS])
            assert "error" not in seen, seen
            drawn = np.array([each for each in seen["drawn"] if each >= seen["from"]])
            rate = len(drawn) / SECONDS
            gaps = np.diff(drawn)
            size = seen["bytes"] / seen["came"]
            print(f"{UNITS} units, {named}: {rate:5.2f} frames a second drawn   {verdict(rate, 29.0, most=False)}")
            print(f"    between frames {percentiles(gaps.tolist())}; {size:,.0f} bytes each, {seen['steps']:,} steps;")
            print(f"    the first one {seen['first']:,.0f} ms after it was asked for")
        browser.close()


def processor_time(number: int) -> float:
    """Give how many seconds of a processor a process has had, or NaN where the system does not tell."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def verdict(value: float, bar: float, *, most: bool) -> str:
    """Give a bar and whether it is met."""
    met = value <= bar if most else value >= bar
    return f"bar {bar:g}: {'met' if met else 'MISSED'}"


def watching(url: str, stop: threading.Event, counts: list[int], place: int) -> None:
    """Be a page that is trained for until it is told to stop, and count its frames."""
    from websockets.sync.client import connect

    origin: Any = "/".join(url.split("/")[:3])
    with connect(f"{url.replace('http', 'ws')}ask", origin=origin, max_size=None) as socket:
        socket.send(json.dumps({"id": 1, "question": "train", **question(None, 10)}))
        while not stop.is_set():
            message = socket.recv()
            assert isinstance(message, bytes), message
            counts[place] += 1
            socket.send(json.dumps({"id": 1, "question": "more"}))


def beside_trainings(url: str) -> None:
    """Measure short questions alone, and while nine other pages are trained for."""
    with asking(url) as ask:
        ask(SHORT)
        alone = [ask(SHORT) for _ in range(QUESTIONS)]
        stop, counts = threading.Event(), [0] * OTHERS
        threads = [threading.Thread(target=watching, args=(url, stop, counts, i)) for i in range(OTHERS)]
        for thread in threads:
            thread.start()
        end = time.perf_counter() + 120
        while min(counts) < 3:  # until all of them are trained
            time.sleep(0.1)
            assert time.perf_counter() < end, "the trainings did not begin"
        before, start = list(counts), time.perf_counter()
        beside: list[float] = []
        while time.perf_counter() < start + SECONDS:
            beside.append(ask(SHORT))
            time.sleep(0.05)
        stop.set()
        frames = [(now - then) / SECONDS for now, then in zip(counts, before, strict=True)]
        for thread in threads:
            thread.join()
        alone += [ask(SHORT) for _ in range(QUESTIONS)]  # other work on this machine comes and goes
    ratio = float(np.percentile(beside, 95) / np.percentile(alone, 95))
    print(f"a short question alone       {percentiles(alone)}   (before and after)")
    print(f"beside {OTHERS} trainings           {percentiles(beside)}")
    print(f"    95 % of them: {ratio:.2f} times as long   {verdict(ratio, 3, most=True)}")
    print(f"    the trainings got {min(frames):.1f} to {max(frames):.1f} frames a second")


def main() -> None:
    """Start a lab, measure, and end it."""
    print(f"{os.cpu_count()} processors, of which {os.getloadavg()[0]:.1f} were wanted in the last minute")
    start = time.perf_counter()
    command = [sys.executable, "-u", "-m", "hinges", "lab", "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    assert process.stdout is not None
    try:
        found = re.search(r"http://\S+/", process.stdout.readline())
        assert found is not None, "the lab did not start"
        begin = time.perf_counter() - start
        in_page(found[0], begin, process.pid)
        beside_trainings(found[0])
        maps = Path(f"/proc/{process.pid}/maps")
        if maps.exists():
            loaded = [heavy for heavy in HEAVY if heavy in maps.read_text()]
            print(f"loaded in the server of what trains or draws: {', '.join(loaded) or 'nothing'}")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


if __name__ == "__main__":
    main()
