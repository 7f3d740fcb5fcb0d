"""Draw in a real browser: sliding N along the error, drawing, formulas, files, gradient descent, and the Python."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
from running_lab import Lab
from station_pages import address, hinders_nobody, never_scrolls_sideways, settle

from hinges import Best, Dataset, Network, best_error, fit

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.needs("playwright", "chromium")]


@pytest.fixture
def station(open_page: Callable[..., "Page"], site: str) -> Callable[..., "Page"]:
    def open_it(**options: object) -> "Page":
        page = open_page(address(site, "draw"), **options)
        page.get_by_role("heading", name="Draw", exact=True).wait_for()
        return page

    return open_it


def wait_for(page: "Page", pattern: str) -> str:
    """Wait until a visible line of the page matches, and give it."""
    line = page.locator(".k-status").filter(has_text=re.compile(pattern))
    line.first.wait_for()
    return line.first.inner_text().replace("\u2212", "-")


def found(page: "Page", units: int) -> tuple[float, float]:
    """Wait for so many units, and give the error and the bound of the table."""
    wait_for(page, rf"^With {units} units? ")
    cells = page.get_by_role("table", name="The best network and gradient descent").get_by_role("row")
    row = [cells.nth(k).get_by_role("cell").first.inner_text().replace("\u2212", "-") for k in (2, 1)]
    return float(row[0]), float(row[1])


def handle(page: "Page") -> "Locator":
    return page.locator("g[role=slider][aria-label='number of units N']")


def test_sliding_n_along_the_error_changes_network_and_bound(station: Callable[..., "Page"]) -> None:
    page = station()
    before = found(page, 4)
    assert before[1] <= before[0] * (1 + 1e-3)
    grip = handle(page)
    grip.focus()
    for units in (5, 6, 7):
        page.keyboard.press("ArrowRight")
        error, bound = found(page, units)
        assert bound <= error * (1 + 1e-3)  # of the digits shown
        assert error < before[0]
        assert bound < before[1]
        assert int(grip.get_attribute("aria-valuenow") or 0) == units
        rows = page.get_by_role("table", name="The best network's hinges").get_by_role("row")
        assert rows.count() <= units + 2
        before = (error, bound)
    page.keyboard.press("Home")
    assert found(page, 1)[0] > before[0]
    page.get_by_role("button", name="Undo").click()
    assert found(page, 7) == before


def test_the_handle_is_dragged(station: Callable[..., "Page"]) -> None:
    page = station()
    found(page, 4)
    grip, units = handle(page), 4
    for _ in range(5):  # the axis moves under the pointer while the curve is still being computed
        grip.hover()
        box = grip.bounding_box()
        assert box is not None
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2, steps=4)
        page.mouse.up()
        settle(page)
        units = int(grip.get_attribute("aria-valuenow") or 0)
        if units > 5:
            break
    assert units > 5
    found(page, units)


def test_a_curve_is_drawn_and_fitted(station: Callable[..., "Page"]) -> None:
    page = station()
    page.get_by_role("radio", name="draw").check()
    wait_for(page, "The board is empty")
    plot = page.locator(".k-plot svg").first
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 80, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 60, steps=6)
    page.mouse.move(box["x"] + 500, box["y"] + 220, steps=6)
    page.mouse.up()
    error, bound = found(page, 4)
    assert 0 < error < 0.01
    assert bound <= error * (1 + 1e-3)
    page.get_by_role("button", name="Wipe the board").click()
    wait_for(page, "The board is empty")


def test_what_cannot_be_read_is_a_sentence(station: Callable[..., "Page"]) -> None:
    page = station()
    page.get_by_role("radio", name="formula").check()
    field = page.get_by_role("textbox", name="y =")
    field.fill("sin(x")
    field.press("Enter")
    assert page.get_by_role("alert").filter(has_text="At character 6: a closing bracket is missing.").count() == 1
    field.fill("1/(x - x)")
    field.press("Enter")
    wait_for(page, "no finite value at x = 0")
    field.fill("abs(x - 5)")
    field.press("Enter")
    assert found(page, 4)[0] < 1e-4
    page.get_by_role("radio", name="table").check()
    rows = page.get_by_role("textbox", name="x and y")
    rows.fill("1,2\n2,three")
    rows.blur()
    assert page.get_by_role("alert").filter(has_text="Row 2, column 2: “three” is no number.").count() == 1
    rows.fill("3,1\n3,2")
    rows.blur()
    wait_for(page, "All points have x = 3")


def test_a_file_is_opened_and_a_long_one_is_thinned(station: Callable[..., "Page"], tmp_path: Path) -> None:
    page = station()
    page.get_by_role("radio", name="table").check()
    path = tmp_path / "long.csv"
    path.write_text("t,value\n" + "\n".join(f"{i},{abs(i - 500)}" for i in range(1001)), encoding="utf-8")
    page.locator("input[type=file][accept*=csv]").set_input_files(path)
    page.get_by_text("long.csv, 300 of 1,001 rows").wait_for()
    assert found(page, 4)[0] < 100
    path.write_text("t,value\n1,x\n", encoding="utf-8")
    page.locator("input[type=file][accept*=csv]").set_input_files(path)
    wait_for(page, "Row 2, column 2")


def test_gradient_descent_runs_stops_and_stays_above_the_bound(station: Callable[..., "Page"]) -> None:
    page = station()
    _, bound = found(page, 4)
    page.get_by_role("button", name="Train as usual").click()
    wait_for(page, r"step [1-9][\d,]* of 50,000")
    page.get_by_role("button", name="Stop").click()
    wait_for(page, r"^Stopped at step")
    row = page.get_by_role("row", name=re.compile("as usual"))
    error = float(row.get_by_role("cell").first.inner_text())
    assert error > bound
    page.get_by_role("button", name="Another seed").click()
    wait_for(page, "50,000 steps each, seed 2")
    assert float(row.get_by_role("cell").first.inner_text()) > bound


def test_the_python_gives_the_network_of_the_page(station: Callable[..., "Page"]) -> None:
    page = station()
    error, _ = found(page, 4)
    page.get_by_role("button", name="Python").click()
    source = page.get_by_role("dialog").locator("code").inner_text()
    space: dict[str, object] = {"__name__": "copied"}
    exec(source, space)  # noqa: S102 - what the reader would run
    assert space["error"] == pytest.approx(error, rel=1e-3)
    network = cast("Network", space["network"])
    kinks = -network.biases[0] / network.weights[0][0]
    shown = page.get_by_role("table", name="The best network's hinges", include_hidden=True).locator("tbody tr")
    for row, kink in enumerate(kinks):
        assert float(shown.nth(row).locator("td").first.inner_text()) == pytest.approx(kink, rel=1e-3)


def test_a_doodle_is_traced_with_shared_hinges(station: Callable[..., "Page"], audit: Callable[..., list[str]]) -> None:
    page = station()
    page.get_by_role("radio", name="doodle").check()

    def traced(units: int) -> tuple[float, float]:
        said = wait_for(page, rf"^{units} hinges trace it")
        error, bound = re.findall(r"(?:error of|below) ([\d.e-]+\d)", said)
        return float(error), float(bound)

    four = traced(4)
    hinges = page.get_by_role("table", name="The hinges of the trace").get_by_role("row")
    assert hinges.count() == 1 + 4 + 1
    grip = page.locator("g[role=slider][aria-label='number of units N']")
    grip.focus()
    page.keyboard.press("ArrowRight")
    five = traced(5)
    assert four[1] <= four[0]
    assert five[0] < four[0]
    assert hinges.count() == 1 + 5 + 1
    box = page.locator(".k-plot svg").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    for x, y in ((400, 100), (100, 300), (400, 300)):  # a Z, which is no function of x
        page.mouse.move(box["x"] + x, box["y"] + y, steps=12)
    page.mouse.up()
    page.get_by_role("slider", name="number of hinges").fill("3")
    assert traced(3)[0] < 1e-2
    hinders_nobody(page, audit)
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    assert traced(5) == five


PROGRAM = """
import { draw } from "./stations/draw/index.ts";
import { forward } from "./engine/index.ts";
import { SHAPES } from "./stations/draw/doodle.ts";
const formula = { kind: "formula", formula: "exp(-x) * sin(3 * x)", from: 0, to: 4 };
const doodle = { ...draw.initial(), target: SHAPES.heart() };
const states = [draw.initial(), { ...draw.initial(), target: formula, units: 7, loss: "max" }, doodle];
console.log(JSON.stringify(states.map((state) => {
  const x = Array.from({ length: 1000 }, (_, i) => -1 + i * 0.0123);
  return { source: draw.python(state), x, y: x.map((each) => forward(draw.network(state), [each])) };
})));
"""


def test_the_python_equals_the_plot_at_a_thousand_points(web: Path) -> None:
    build = [
        str(web / "node_modules" / ".bin" / "esbuild"),
        "--bundle",
        "--platform=node",
        "--format=esm",
        "--loader=ts",
    ]
    bundle = subprocess.run(build, input=PROGRAM, capture_output=True, text=True, check=True, cwd=web).stdout
    run = ["node", "--input-type=module"]
    answers = json.loads(subprocess.run(run, input=bundle, capture_output=True, text=True, check=True).stdout)
    for answer in answers:
        space: dict[str, object] = {"__name__": "copied"}
        exec(answer["source"], space)  # noqa: S102 - what the reader would run
        values = cast("Network", space["network"])(np.array(answer["x"])[:, None])
        np.testing.assert_allclose(values, answer["y"], rtol=0, atol=1e-12)
    data, error = cast("Dataset", space["data"]), cast("float", space["error"])  # of the doodle, which came last
    best = fit(data, Best(pieces=4))
    assert best.bounds is not None
    assert best.bounds.lower <= error <= best.loss * 1.001


def test_nobody_is_hindered_and_nothing_scrolls_sideways(
    station: Callable[..., "Page"], audit: Callable[..., list[str]]
) -> None:
    page = station()
    found(page, 4)
    page.get_by_role("button", name="Train by the recipe").click()
    wait_for(page, "step [1-9]")
    page.get_by_role("button", name="Stop").click()
    hinders_nobody(page, audit)
    for kind in ("formula", "table", "draw"):
        page.get_by_role("radio", name=kind).check()
        hinders_nobody(page, audit, "section[aria-label='Target']")
    never_scrolls_sideways(page)


@pytest.fixture
def served(open_page: Callable[..., "Page"], lab_server: Lab) -> "Page":
    page = open_page(f"{lab_server.url}#v1/draw")
    page.get_by_role("heading", name="Draw", exact=True).wait_for()
    return page


def test_python_certifies_all_rows_of_a_long_file(served: "Page", tmp_path: Path) -> None:
    x = np.arange(401.0)
    y = np.abs(x - 200) + 3 * (x % 7 == 0)  # the rows that are left out matter
    path = tmp_path / "long.csv"
    path.write_text("\n".join(f"{a:g},{b:g}" for a, b in zip(x, y, strict=True)), encoding="utf-8")
    served.get_by_role("radio", name="table").check()
    served.locator("input[type=file][accept*=csv]").set_input_files(path)
    served.get_by_text("300 of 401 rows in the page, all of them to certify").wait_for()
    found(served, 4)
    served.get_by_role("button", name="Certify in Python").click()
    said = wait_for(served, "^Certified in Python for all 401 rows")
    bounds = best_error((x, y), units=4)
    lower, upper = (float(each) for each in re.findall(r"(?:below|found) ([\d.e-]+\d)", said))
    assert lower == pytest.approx(bounds.lower, rel=1e-5)
    assert upper == pytest.approx(bounds.upper, rel=1e-5)


def test_a_lost_connection_is_a_note_and_the_page_goes_on(open_page: Callable[..., "Page"], lab_server: Lab) -> None:
    page = open_page("about:blank")
    page.route_web_socket(re.compile("/ask$"), lambda line: line.on_message(lambda _: line.close()))
    page.goto(f"{lab_server.url}#v1/draw")
    found(page, 4)
    page.get_by_role("button", name="Certify in Python").click()
    wait_for(page, "^Python gave no bound: The connection to Python is lost")
    page.get_by_role("region", name="Notes").get_by_text("goes on working").wait_for()
    handle(page).press("ArrowRight")
    found(page, 5)
