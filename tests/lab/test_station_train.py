"""Train in a real browser: the forum's run, normalising, going back, changing the rate, divergence, the Python."""

import base64
import contextlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from running_lab import Lab
from station_pages import WIDTHS, address, hinders_nobody, network_of, settle
from test_engine_golden import engine_in

from hinges import Dataset, example, fit
from hinges.nets import ACTIVATIONS

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

browsers = pytest.mark.needs("playwright", "chromium")
SHORT = {"kinks": "stratified", "standardize": True, "learningRate": 0.02, "schedule": "cosine", "steps": 1500}


@pytest.fixture
def station(open_page: Callable[..., "Page"], site: str) -> Callable[..., "Page"]:
    def open_it(state: dict[str, Any] | None = None, **options: object) -> "Page":
        page = open_page(address(site, "train", state), **options)
        page.get_by_role("heading", name="Train", exact=True).wait_for()
        settle(page)
        return page

    return open_it


def losses(page: "Page") -> dict[str, float]:
    """Give the loss that the table shows of each network."""
    rows = page.get_by_role("table", name="The losses now").evaluate(
        "(table) => [...table.tBodies[0].rows].map((row) => [...row.cells].map((c) => c.innerText.trim()))"
    )
    return {name: float(loss.replace("\u2212", "-").split()[0]) for name, loss, *_ in rows}


def doings(page: "Page") -> list[str]:
    """Give what the table says that each unit does."""
    return page.locator("table[aria-label='The units'] tr[data-row^=u] td:nth-child(2)").all_inner_texts()


def kinks(page: "Page") -> list[float]:
    words = page.locator("table[aria-label='The units'] tr[data-row^=u] td:nth-child(3)").all_inner_texts()
    return [float(word.replace("\u2212", "-")) for word in words]


def step(page: "Page") -> int:
    return int(slider(page).get_attribute("aria-valuetext") or -1)


def slider(page: "Page") -> "Locator":
    return page.get_by_role("slider", name="step", exact=True)


def play_to_the_end(page: "Page") -> None:
    page.get_by_text("The run is over.").wait_for(timeout=60_000)
    settle(page)


def wait_for_state(page: "Page", **wanted: object) -> None:
    """Wait until the address holds a state with these values."""

    def holds(url: str) -> bool:
        letters = url.partition("#v1/train/")[2]
        state = json.loads(base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))) if letters else {}
        return all(state.get(name) == value for name, value in wanted.items())

    page.wait_for_url(holds)


@browsers
def test_the_forums_network_ends_on_the_line_and_the_recipe_beside_it_learns(station: Callable[..., "Page"]) -> None:
    page = station({"settings": {"steps": 5000}})
    assert all(re.match("dead|always on", each) for each in doings(page))
    page.get_by_role("button", name="▶ Play").click()
    play_to_the_end(page)
    x, y = example("sine").x[:135, 0], example("sine").y[:135, 0]
    of_line = np.mean((np.polyval(np.polyfit(x, y, 1), x) - y) ** 2)
    assert losses(page)["the network"] == pytest.approx(of_line, rel=0.01)
    assert max(kinks(page)) < 0.5  # at the very edge of data that reach from 0 to 10
    done = doings(page)
    assert sum(each.startswith("dead") for each in done) >= 4
    assert sum(each.startswith("always on") for each in done) >= 1
    assert page.get_by_text(re.compile(r"\d dead \(off on every row\), \d always on")).first.is_visible()
    page.get_by_role("button", name="The recipe: ").click()
    page.get_by_role("button", name="Pause").wait_for()
    play_to_the_end(page)
    beside = losses(page)
    assert beside["these settings"] == pytest.approx(of_line, rel=0.01)
    assert 1e-4 < beside["best of 10 units"] < beside["the recipe"] < 0.01
    assert doings(page).count("bends here") >= 6
    page.get_by_role("button", name="Normalise: ").click()
    page.get_by_role("button", name="Pause").click()
    settle(page)
    assert set(losses(page)) == {"x, y as they are", "normalised", "best of 10 units"}


@browsers
def test_a_run_is_paused_scrubbed_and_changed_on_the_way(station: Callable[..., "Page"]) -> None:
    page = station({"settings": SHORT})
    page.get_by_role("radio", name="slow").check()
    page.get_by_role("button", name="▶ Play").click()
    page.get_by_text(re.compile(r"^Step (?:[2-9]\d|\d{3}) of")).wait_for()
    page.get_by_role("button", name="Pause").click()
    settle(page)
    here = step(page)
    assert 20 < here < 1500
    page.get_by_role("button", name="One step").click()
    settle(page)
    assert step(page) == here + 1
    page.get_by_role("textbox", name="step", exact=True).fill("900")
    page.get_by_role("textbox", name="step", exact=True).press("Enter")
    settle(page)
    late = losses(page)["the network"]
    now = page.locator("g[role=slider][aria-label='the step shown']")
    now.focus()
    page.keyboard.press("Shift+ArrowLeft")
    settle(page)
    early = step(page)
    assert early < 900
    assert losses(page)["the network"] != late
    rate = page.get_by_role("textbox", name="learning rate")
    rate.fill("0.0001")
    rate.press("Enter")
    page.get_by_text(f"Changed on the way: at {early} rate 0.0001.").first.wait_for()
    assert page.locator("path[data-layer=changes]").count() == 2  # on the losses' axis and in the rain
    wait_for_state(page, step=early, changes=[{"at": early, "to": {"learningRate": 0.0001}}])
    slider(page).focus()
    page.keyboard.press("End")
    page.get_by_text("The run is over.").wait_for()
    changed = losses(page)["the network"]
    for _ in range(3):
        page.get_by_role("button", name="Undo").click()
    settle(page)
    assert (step(page), losses(page)["the network"]) == (900, late)
    slider(page).focus()
    page.keyboard.press("End")
    page.get_by_text("The run is over.").wait_for()
    assert losses(page)["the network"] != changed


@browsers
def test_a_link_leads_to_the_same_step_bit_for_bit(station: Callable[..., "Page"], site: str) -> None:
    changes = [{"at": 400, "to": {"optimizer": "rmsprop", "learningRate": 0.001}}]
    page = station({"settings": {**SHORT, "seed": 5}, "changes": changes, "step": 777})
    page.get_by_text("Step 777 of 1,500").wait_for()
    copied = python_of(page)
    shown = (losses(page)["the network"], doings(page))
    page.get_by_role("button", name="▶ Play").click()
    play_to_the_end(page)
    page.goto("about:blank")
    page.goto(address(site, "train", {"settings": {**SHORT, "seed": 5}, "changes": changes, "step": 777}))
    page.get_by_text("Step 777 of 1,500").wait_for()
    settle(page)
    assert (losses(page)["the network"], doings(page)) == shown
    assert python_of(page) == copied


def python_of(page: "Page") -> str:
    page.get_by_role("button", name="Python").click()
    source = page.get_by_role("dialog").locator("code").inner_text()
    page.keyboard.press("Escape")
    return source


@browsers
def test_divergence_is_frozen_with_its_reason_and_a_way_on(station: Callable[..., "Page"]) -> None:
    page = station({"settings": SHORT, "step": 300})
    good = losses(page)["the network"]
    rate = page.get_by_role("textbox", name="learning rate")
    rate.fill("1e6")
    rate.press("Enter")
    page.get_by_role("button", name="▶ Play").click()
    page.get_by_text("Diverged: after step 300 the loss left everything behind").wait_for()
    assert losses(page)["the network"] == good
    assert step(page) == 300
    page.get_by_role("button", name="Go on from here at a usual rate").click()
    play_to_the_end(page)
    assert losses(page)["the network"] < good
    assert page.get_by_text("Diverged").first.is_hidden()


@browsers
def test_activations_race_and_seeds_tell_luck(station: Callable[..., "Page"]) -> None:
    page = station({"settings": {**SHORT, "steps": 300}})
    page.get_by_role("combobox", name="Side by side").select_option("activations")
    page.get_by_role("button", name="▶ Play").or_(page.get_by_role("button", name="Pause")).first.wait_for()
    play_to_the_end(page)
    race = losses(page)
    assert len({race[name] for name in ("ReLU", "leaky ReLU", "tanh", "sigmoid", "softplus")}) == 5
    page.get_by_role("group", name="The networks side by side").get_by_role("button", name=re.compile("^tanh")).click()
    page.get_by_text(re.compile("10 units that bend smoothly")).first.wait_for()
    page.get_by_role("combobox", name="Side by side").select_option("none")
    page.get_by_role("combobox", name="How many").select_option("16")
    page.get_by_text("Every dot is a seed, from 6 on").wait_for(timeout=60_000)
    cells = page.get_by_role("table", name="The seeds").get_by_role("cell").all_inner_texts()
    assert cells[0] == "16"
    good = int(cells[1].split()[0])
    low, high = (int(each) for each in re.findall(r"(\d+) %", cells[2]))
    assert low <= 100 * good / 16 <= high
    assert high - low > 15


@browsers
def test_hostile_links_and_empty_boards_are_a_sentence(station: Callable[..., "Page"]) -> None:
    page = station({"settings": {"units": 10**9}})
    page.get_by_text("units must be a whole number from 1 to 64").wait_for()
    page.get_by_role("radio", name="draw").check()
    page.get_by_text("The board is empty").first.wait_for()
    assert page.get_by_role("button", name="▶ Play").is_disabled()


@browsers
def test_nobody_is_hindered_and_nothing_scrolls_sideways(
    station: Callable[..., "Page"], audit: Callable[..., list[str]]
) -> None:
    page = station({"settings": {**SHORT, "steps": 200}, "compare": "recipe", "step": 200})
    page.get_by_text("The run is over.").wait_for()
    hinders_nobody(page, audit)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [width, width]


@browsers
@pytest.mark.needs("jax", "optax")
def test_the_python_trains_from_the_same_network_to_the_same_losses(station: Callable[..., "Page"]) -> None:
    settings = {**SHORT, "steps": 40, "batch": 0, "units": 4, "activation": "tanh", "validation": 0.1, "l2": 0.001}
    page = station({"settings": settings, "step": 40})
    page.get_by_text("Step 40 of 40").wait_for()
    names: dict[str, Any] = {"__name__": "__main__"}
    source = python_of(page)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(compile(source, "copied.py", "exec"), names)  # noqa: S102 - what the reader would run
    assert said.getvalue().startswith("loss ")
    x = np.linspace(0, 10, 1000)
    np.testing.assert_allclose(names["result"].network(x), network_of(source)(x), rtol=0, atol=1e-9)
    data: Dataset = names["data"]
    assert fit(data, names["training"]).loss == pytest.approx(losses(page)["the network"], rel=1e-3)


@browsers
@pytest.mark.needs("starlette", "uvicorn", "jax", "optax")
def test_python_streams_what_it_trains(open_page: Callable[..., "Page"], lab_server: Lab) -> None:
    state = {"settings": {**SHORT, "steps": 4000}, "larger": {"hidden": [6, 4], "data": "rows", "seeds": 8}}
    page = open_page(address(lab_server.url.rstrip("/"), "train", state).replace("/index.html", "/"))
    page.get_by_role("button", name="▶ Train in Python").click()
    page.get_by_text(re.compile(r"median loss .* of 8 seeds below \.01 \(95 % interval")).first.wait_for(timeout=60_000)
    assert page.get_by_text("1-6-4-1").first.is_visible()
    drawn = page.get_by_role("img", name="The network that Python trains").locator("path[data-layer='curve 0']")
    assert (drawn.get_attribute("d") or "").count("L") >= 3
    page.get_by_text("All 4,000 steps are made.").first.wait_for(timeout=60_000)
    line = page.get_by_text(re.compile("^Step 4,000 of 4,000. median loss")).first.inner_text()
    assert float(re.findall(r"median loss (\S+),", line)[0]) < 0.05
    page.get_by_role("combobox", name="Data").select_option("spiral")
    steps = page.get_by_role("textbox", name="steps")
    steps.fill("100000")  # long enough to be stopped
    steps.press("Enter")
    page.get_by_role("button", name="▶ Train in Python").click()
    page.get_by_text("2-6-4-3").first.wait_for(timeout=60_000)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="▶ Train in Python").wait_for()


@browsers
def test_the_doctor_is_asked_about_the_network_shown(station: Callable[..., "Page"]) -> None:
    page = station({"settings": SHORT, "step": 200})
    loss = losses(page)["the network"]
    page.get_by_role("button", name="Ask the doctor").click()
    page.get_by_role("heading", name="Doctor", exact=True).wait_for()
    page.get_by_text(re.compile(rf"Mean squared error {str(loss)[:5]}\d* on 135 rows")).first.wait_for()


@pytest.mark.needs("node", "jax", "optax")
def test_steps_of_every_optimizer_and_activation_equal_the_librarys(tmp_path: Path, web: Path) -> None:
    from hinges.train._dense_model import DenseModel
    from hinges.train._draws import starts
    from hinges.train._engine import Descent, Engine
    from hinges.train._problem import scaled_problem

    problem = scaled_problem(example("sine"), validation=0.1, standardize=True)
    steps, jobs, expected = 300, [], []
    optimizers = ("adam", "sgd", "rmsprop")
    for k, activation in enumerate(ACTIVATIONS):
        optimizer = optimizers[k % 3]
        penalty = {"l1": 1e-3, "l2": 1e-2} if k < 3 else {"l1": 0.0, "l2": 0.0}
        model = DenseModel((1, 4, 1), activation)
        start = starts([k], model, init="torch", kinks="stratified", x=problem.x)
        descent = Descent(optimizer=optimizer, batch=135, l1=penalty["l1"], l2=penalty["l2"])
        engine = Engine(problem, start, [k], model=model, descent=descent, stride=steps)
        rates = np.full(steps, 1e-4 if optimizer == "rmsprop" else 2e-3)  # beyond, rmsprop swings, and rounding grows
        while engine.step < steps:
            engine.advance(rates[engine.step : engine.step + engine.longest_run])
        job = {"x": problem.x[:, 0].tolist(), "y": problem.y[:, 0].tolist(), "start": start[:, 0].tolist()}
        descending = {"optimizer": optimizer, **penalty}
        jobs.append({**job, "activation": activation, "slope": 0.3, "rates": rates.tolist(), "batches": None})
        jobs[-1]["descending"] = descending
        expected.append(engine.record())
    answers = engine_in(tmp_path, web)(json.loads(json.dumps({"training": jobs})))["training"]
    for mine, record in zip(answers, expected, strict=True):
        np.testing.assert_allclose(mine["parameters"], record.parameters[:, 0], rtol=0, atol=1e-9)
