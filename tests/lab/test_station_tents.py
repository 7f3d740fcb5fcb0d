"""Tents in a real browser: an apex is pulled, its units light up, a sine is built, a line folded, and Python agrees."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from station_pages import (
    PLACES,
    address,
    centre,
    handle,
    hinders_nobody,
    network_of,
    never_scrolls_sideways,
    settle,
    sources,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

Audit = Callable[..., list[str]]

pytestmark = [pytest.mark.needs("playwright", "chromium", "node")]

CHAPTERS = ("neuron", "tents", "sine", "fold")


@pytest.fixture
def tents(open_page: Callable[..., "Page"], site: str) -> Callable[..., "Page"]:
    def open_tents(state: dict | None = None, **options: object) -> "Page":
        page = open_page(address(site, "tents", state), **options)
        page.get_by_role("radiogroup", name="Chapter").wait_for()
        settle(page)
        return page

    return open_tents


def lit(page: "Page") -> list[str]:
    return sorted(page.locator(".k-diagram .k-node.k-lit").evaluate_all("all => all.map((each) => each.dataset.part)"))


def bias(page: "Page", unit: str) -> float:
    name = page.get_by_role("group", name="The network of the tents").get_by_role("img", name=f"bias of {unit}:")
    return float((name.get_attribute("aria-label") or "").split(": ")[1].replace("\u2212", "-"))


def test_a_tent_is_pulled_by_its_apex_and_its_units_light_up_in_both_layers(tents: Callable[..., "Page"]) -> None:
    page = tents()
    apex = handle(page, "apex of tent 1")
    assert lit(page) == []
    assert (bias(page, "h1"), bias(page, "g1")) == (-0.25, 1.0)
    x, y = centre(apex)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 20)
    page.mouse.move(x + 40, y + 40)
    settle(page)
    assert lit(page) == ["g_1:0", "h_1:0", "h_2:0"]
    page.mouse.up()
    settle(page)
    moved = float(apex.get_attribute("aria-valuenow") or "nan")
    assert moved > 0.27
    assert bias(page, "h1") == -bias(page, "h2") == pytest.approx(-moved)
    assert bias(page, "g1") < 0.95
    assert (bias(page, "h3"), bias(page, "g2")) == (-0.75, 1.0)


def test_a_tent_is_pulled_by_keyboard_and_undo_goes_back(tents: Callable[..., "Page"]) -> None:
    page = tents()
    apex = handle(page, "apex of tent 2")
    apex.focus()
    settle(page)
    assert lit(page) == ["g_2:1", "h_3:1", "h_4:1"]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    settle(page)
    assert apex.get_attribute("aria-valuetext") == "x = 0.76, height \u22120.9"
    assert bias(page, "h3") == -0.76
    handle(page, "left foot of tent 2").press("ArrowLeft")
    settle(page)
    assert handle(page, "left foot of tent 2").get_attribute("aria-valuenow") == "0.49"
    page.keyboard.press("Control+z")
    settle(page)
    assert handle(page, "left foot of tent 2").get_attribute("aria-valuenow") == "0.5"


def test_one_hidden_layer_gives_the_same_curve(tents: Callable[..., "Page"]) -> None:
    page = tents()
    curve = page.locator("[aria-label='The tents and their sum'] [data-layer='sum']")

    def across() -> list[float]:
        path = (curve.get_attribute("d") or "").replace("M", " ").replace("L", " ").split()
        return [float(each) for each in path[::2]]

    before = across()
    page.get_by_role("radio", name="one", exact=True).check(force=True)
    settle(page)
    assert page.locator(".k-diagram .k-node").count() == 8
    assert across() == pytest.approx(before)  # the same vertices; node's tests compare the functions


def test_tents_are_added_and_taken_away(tents: Callable[..., "Page"]) -> None:
    page = tents()
    page.get_by_role("button", name="Add a tent").click()
    settle(page)
    assert handle(page, "apex of tent 3").count() == 1
    assert page.get_by_role("button", name="Add a tent").is_disabled()
    page.get_by_role("button", name="Take the last away").click()
    settle(page)
    assert handle(page, "apex of tent 3").count() == 0


def test_the_neuron_and_the_pair(tents: Callable[..., "Page"]) -> None:
    page = tents({"chapter": "neuron"})
    card = page.get_by_role("region", name="One neuron")
    handle(page, "where the gate opens").press("Shift+ArrowRight")
    settle(page)
    assert "right of x = 1," in card.inner_text()
    card.get_by_role("button", name="output \u22121").click()
    settle(page)
    assert "upside down" in card.inner_text()
    pair = page.get_by_role("region", name="Two neurons")
    assert "on below 0.8" in pair.inner_text()
    page.get_by_role("radio", name="as described").check(force=True)
    settle(page)
    assert "a ramp" in pair.inner_text()


def test_the_sine_is_built_step_by_step(tents: Callable[..., "Page"]) -> None:
    page = tents({"chapter": "sine"})
    card = page.get_by_role("region", name="A sine by hand")
    rows = page.get_by_role("table", name="The pairs so far").locator("tbody tr")
    for step in range(2, 9):
        card.get_by_role("button", name="Next pair").click()
        settle(page)
        assert rows.count() == step
    assert "never farther than 0.0060" in card.inner_text()
    card.get_by_role("button", name="Back").click()
    settle(page)
    assert rows.count() == 7


def test_each_fold_doubles_the_teeth(tents: Callable[..., "Page"]) -> None:
    page = tents({"chapter": "fold", "depth": 1})
    card = page.get_by_role("region", name="Teeth")
    for depth in range(2, 5):
        card.get_by_role("button", name="Fold once more").click()
        settle(page)
        assert f"{2 ** (depth - 1)} teeth" in card.inner_text()
        assert card.locator("[data-layer^='tooth']").count() == 2 ** (depth - 1)


def test_nobody_is_hindered_and_nothing_scrolls_sideways(tents: Callable[..., "Page"], audit: Audit) -> None:
    page = tents()
    for name in ("One neuron", "Tents", "A sine by hand", "Folding"):
        page.get_by_role("radio", name=name).check(force=True)
        hinders_nobody(page, audit, None if name == "Tents" else ".s-view")
        never_scrolls_sideways(page)


def test_the_copied_python_gives_the_plot(web: Path, tmp_path: Path) -> None:
    odd = [
        {"left": 0.1, "apex": 1 / 3, "right": 0.9, "height": -1.7},
        {"left": 0, "apex": 0.7, "right": 1, "height": 0.3},
    ]
    neuron = {"w": -1.3, "b": 0.7, "c": 1.1}
    states = [{"chapter": chapter, "step": 5, "depth": 8, "neuron": neuron} for chapter in CHAPTERS]
    states += [{"chapter": "tents", "tents": odd[:count], "layers": layers} for count in (1, 2) for layers in (1, 2)]
    x = np.linspace(0, 1, PLACES)
    for made in sources(web, tmp_path, "tents", states, x):
        assert network_of(made["source"])(x) == pytest.approx(made["y"], abs=1e-12)
