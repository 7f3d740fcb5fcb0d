"""How quickly the lab answers: a slider's step drawn in the page, and a question answered by Python.

    python benchmarks/lab_latency.py

Bars, on an idle machine: a step of a slider is drawn within 16 ms (95 % of them), Python answers new data within 2 s
and the way there and back within 50 ms, the first page is there within 2 s, and a tenth page's questions,
while nine others keep Python busy, take at most three times as long as alone. Where other work wants the
processors, waiting for one is in every time of the clock; what the page's own thread takes of a processor is not.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

FRAME = 16
STEPS = 200
QUESTIONS = 20
OTHERS = 9
SHORT = {"question": "best", "pieces": 1, "x": [0, 1], "y": [0, 1]}
SLIDER = "weight of unit 1"
# What is moved in each station, by keys as a person would.
HANDLES = {
    "match": "hinge of unit 1",
    "segments": "point 2",
    "draw": "number of units",
    "train": "step",
    "doctor": "from before to after the repair",
    "tents": "apex of tent 1",
    "trace": "the point",
    "slices": "place between the images",
    "regions": "crosshair",
}
GRID = "Curves of each feature"  # of Slices: 36 panels of ten curves on one canvas, under a pointer
# What is pressed first, and how long until nothing moves any more, in ms.
PREPARED: dict[str, tuple[tuple[str, ...], int]] = {
    "draw": ((), 5000),  # N slides along a curve that is there
    "train": (("\u25b6 Play",), 15000),  # the step is scrubbed over a run that has ended
    "doctor": (("Repair",), 5000),
    "slices": ((), 3000),
    "regions": ((), 5000),
}
# Steps inside the page, as a pointer or as keys make them. The work of a step is its script and that of the frame
# that draws it: animation callbacks, style, layout and paint; until it is drawn, the wait for the screen's next frame
# comes on top. "dragged" and "key" leave a frame between two steps, "quick" makes one in every frame: then each frame
# measured also draws its share of the cards that follow. "settled" is when the last of them is drawn.
PRESS = """async ([count, mode, name]) => {
    const drawn = () => new Promise((done) => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now());
        channel.port2.postMessage(0);  // arrives after this frame
    }));
    const times = [];
    for (let i = 0; i < count; i += 1) {
        if (mode !== "quick") await drawn();
        performance.mark("step");
        const control = document.querySelector(`[aria-label="${name}"]`);
        let frame = 0;
        requestAnimationFrame(() => { frame = performance.now(); });  // the first of the frame's callbacks
        const start = performance.now();
        const key = i % 16 < 8 ? "ArrowRight" : "ArrowLeft";
        if (control.matches(".k-multiples")) {
            const box = control.getBoundingClientRect();
            const clientX = box.x + 8 + (box.width * ((i * 7) % 97)) / 100;
            const clientY = box.y + 8 + (box.height * ((i * 3) % 89)) / 100;
            const pointer = { clientX, clientY, bubbles: true, pointerType: "mouse" };
            document.elementFromPoint(clientX, clientY)?.dispatchEvent(new PointerEvent("pointermove", pointer));
        } else if (control.matches("input") && mode !== "key") {
            const [low, high] = [Number(control.min), Number(control.max)];
            control.value = String(low + (high - low) * ((i * 7) % 100) / 100);  // what a pointer does to a range input
            control.dispatchEvent(new Event("input", { bubbles: true }));
        } else control.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        const script = performance.now() - start;
        const end = await drawn();
        let settled = end;
        while (mode === "settled" && document.querySelector("[aria-busy]")) settled = await drawn();
        const value = control.getAttribute("aria-valuetext") ?? control.closest("section")?.textContent;
        times.push([script + end - frame, end - start, settled - start, value]);
    }
    return times;
}"""
EMPTY = f"""<input type=range min=-6 max=6 step=any aria-label="{SLIDER}" aria-valuetext=0>"""
MARKS = "blink.user_timing"


def percentiles(values: list[float]) -> str:
    """Give the median and the 95th percentile as text, in ms."""
    return f"p50 {np.percentile(values, 50):7.1f} ms   p95 {np.percentile(values, 95):7.1f} ms"


def verdict(value: float, bar: float) -> str:
    """Give a bar, a value's ratio to it, and whether it is met."""
    return f"bar {bar:4g} ms: {value / bar:5.2f} of it{'' if value <= bar else '   MISSED'}"


def in_page(url: str) -> None:
    """Measure the steps of sliders and handles in a headless Chromium."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None:
        print("in the page: not measured, for want of Chromium and Playwright")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_content(EMPTY)
        page.evaluate(PRESS, [40, "dragged", SLIDER])
        work = [step[0] for step in page.evaluate(PRESS, [STEPS, "dragged", SLIDER])]
        print(f"{'an empty page: a frame':28} {percentiles(work)}   (what this machine takes for nothing)")
        start = time.perf_counter()
        page.goto(url)
        page.get_by_role("slider", name=SLIDER).wait_for()
        print(f"{'first slider':28} {1000 * (time.perf_counter() - start):7.0f} ms after the address was typed")
        for mode in ("dragged", "key", "quick", "settled"):
            steps_of(page, mode, SLIDER, f"Match's slider, {mode}")
        for station, name in HANDLES.items():
            page.goto("about:blank")
            page.goto(f"{url}#v1/{station}")
            page.get_by_role("heading", level=1).wait_for()
            presses, pause = PREPARED.get(station, ((), 0))
            for button in presses:
                page.get_by_role("button", name=button, exact=True).click()
            page.wait_for_timeout(pause)
            for mode in ("dragged" if station in {"train", "doctor"} else "key", "quick"):
                steps_of(page, mode, name, f"{station.capitalize()}, {mode}")
            if station == "slices":
                page.locator(f'[aria-label="{GRID}"]').scroll_into_view_if_needed()
                steps_of(page, "key", GRID, "Slices' grid, hovered")
        browser.close()


def steps_of(page: Any, mode: str, name: str, title: str) -> None:
    """Measure one way of moving one control, and print its work against the bar."""
    page.evaluate(PRESS, [40, mode, name])
    steps = page.evaluate(PRESS, [STEPS, mode, name])
    assert len({step[3] for step in steps}) > 5, f"{name} did not move"
    work, drawn, settled = ([step[k] for step in steps] for k in range(3))
    if mode == "settled":
        print(f"{title:28} {percentiles(settled)}   (every card, with the waits for frames)")
        return
    print(f"{title:28} {percentiles(work)}   {verdict(float(np.percentile(work, 95)), FRAME)}")
    if mode == "quick":  # each step's time ends with the next step, and that is one frame later
        taken = processor_times(page, mode, name)
        print(f"{'    of a processor':28} {percentiles(taken)}   {verdict(float(np.percentile(taken, 95)), FRAME)}")
    print(f"{'    until drawn':28} {percentiles(drawn)}   (with the wait for the next frame)")


def processor_times(page: Any, mode: str, name: str) -> list[float]:
    """Give what each step takes of the processor on the page's own thread, up to the next step, in ms."""
    browser = page.context.browser
    browser.start_tracing(page=page, categories=["toplevel", MARKS])
    page.evaluate(PRESS, [STEPS, mode, name])
    events = json.loads(browser.stop_tracing())["traceEvents"]
    steps = [event for event in events if event["name"] == "step" and MARKS in event["cat"]]
    thread = {(step["pid"], step["tid"]) for step in steps}
    starts = sorted(step["ts"] for step in steps)
    taken = np.zeros(len(starts))
    for event in events:
        if event["ph"] == "X" and event["name"].endswith("RunTask") and (event["pid"], event["tid"]) in thread:
            # the task that makes a step ends after its mark
            step = int(np.searchsorted(starts, event["ts"] + event["dur"])) - 1
            if step >= 0:
                taken[step] += event.get("tdur", 0) / 1000
    assert taken.min() > 0, "the browser told of no processor times"
    return taken.tolist()


@contextlib.contextmanager
def asking(url: str) -> Iterator[Callable[[dict[str, Any]], float]]:
    """Open a connection, and give the function that asks a question and gives the ms until the answer."""
    from websockets.sync.client import connect

    origin: Any = "/".join(url.split("/")[:3])
    with connect(f"{url.replace('http', 'ws')}ask", origin=origin, max_size=None) as socket:

        def ask(question: dict[str, Any]) -> float:
            start = time.perf_counter()
            socket.send(json.dumps({"id": 1, **question}))
            reply = json.loads(socket.recv())
            assert "answer" in reply, reply
            return 1000 * (time.perf_counter() - start)

        yield ask


def noisy(seed: int, rows: int = 500) -> dict[str, Any]:
    """Give new data: a sine with noise."""
    x = np.linspace(0, 6, rows)
    y = np.sin(x) + np.random.default_rng(seed).normal(0, 0.1, rows)
    return {"question": "best", "pieces": 6, "loss": "max", "x": x.tolist(), "y": y.tolist()}


def of_python(url: str) -> None:
    """Measure questions to Python: the first, the way there and back, new data, and beside nine others."""
    with asking(url) as ask:
        print(f"first question of a server   {ask(noisy(0)):7.0f} ms (a process starts)")
        print(f"first short question         {ask(SHORT):7.0f} ms (the process for short ones starts)")
        way = [ask(SHORT) for _ in range(5 * QUESTIONS)]
        print(f"way to Python and back       {percentiles(way)}   {verdict(float(np.percentile(way, 95)), 50)}")
        alone = [ask(noisy(seed)) for seed in range(QUESTIONS)]
        print(f"new data, 500 rows, 6 pieces {percentiles(alone)}   {verdict(float(np.percentile(alone, 95)), 2000)}")
        beside = beside_others(url, ask)
    ratio = float(np.percentile(beside, 95) / np.percentile(way, 95))
    met = "" if ratio <= 3 else "   MISSED"
    print(f"the way beside nine others   {percentiles(beside)}   bar 3 times alone: {ratio:.2f} times{met}")


def beside_others(url: str, ask: Callable[[dict[str, Any]], float]) -> list[float]:
    """Give the times of short questions while other pages keep Python busy without a pause."""
    stop = threading.Event()

    def keep_busy(seed: int) -> None:
        with asking(url) as other:
            while not stop.is_set():
                other(noisy(seed))

    threads = [threading.Thread(target=keep_busy, args=(seed,)) for seed in range(OTHERS)]
    for thread in threads:
        thread.start()
    time.sleep(5)  # until all of them have their process
    times = [ask(SHORT) for _ in range(QUESTIONS)]
    stop.set()
    for thread in threads:
        thread.join()
    return times


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
        up = 1000 * (time.perf_counter() - start)
        print(f"{'hinges lab to its address':28} {up:7.0f} ms   {verdict(up, 2000)}")
        in_page(found[0])
        of_python(found[0])
    finally:
        process.send_signal(signal.SIGINT)
        start = time.perf_counter()
        process.wait(timeout=20)
        print(f"Ctrl-C to its end            {1000 * (time.perf_counter() - start):7.0f} ms")


if __name__ == "__main__":
    main()
