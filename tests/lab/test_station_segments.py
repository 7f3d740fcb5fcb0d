"""Segments in a real browser: numbers glow, points and numbers follow each other, and its Python gives its plot."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from station_pages import (
    PLACES,
    address,
    centre,
    drag,
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

STRETCHES = {
    "weight of 1": (-1.0, 1.0),
    "bias of 1": (-1.0, 1.0),
    "output weight of 1": (-1.0, 1.0),
    "weight of 2": (-0.5, 1.0),
    "bias of 2": (-0.6, 1.0),
    "output weight of 2": (-0.5, 1.0),
    "weight of 3": (0.0, 1.0),
    "bias of 3": (-0.1, 1.0),
    "output weight of 3": (0.0, 1.0),
    "bias of b0": (-1.0, 1.0),
}


@pytest.fixture
def segments(open_page: Callable[..., "Page"], site: str) -> Callable[..., "Page"]:
    def open_segments(state: dict | None = None, **options: object) -> "Page":
        page = open_page(address(site, "segments", state), **options)
        handle(page, "point 1").wait_for()
        settle(page)
        return page

    return open_segments


def cell(page: "Page", name: str):
    return page.get_by_role("table", name="Numbers of the network").get_by_role("textbox", name=name, exact=True)


def glow(page: "Page") -> tuple[float, float]:
    """Give the stretch of x that glows, from the path that is drawn."""
    path = page.locator("[aria-label='The curve and its points'] .k-curve-glow").get_attribute("d") or ""
    pixels = [float(x) for x in re.findall(r"[ML](-?[\d.]+)", path)]
    ends = [handle(page, f"point {i}").get_attribute("transform") or "" for i in (1, 4)]
    left, right = (float(re.findall(r"[\d.]+", each)[0]) for each in ends)
    low, high = (-1 + 2 * (x - left) / (right - left) for x in (min(pixels), max(pixels)))
    return low, high


def test_touching_a_number_makes_its_stretch_glow(segments: Callable[..., "Page"]) -> None:
    page = segments()
    words = page.get_by_role("region", name="The curve")
    for name, stretch in STRETCHES.items():
        cell(page, name).hover()
        settle(page)
        assert glow(page) == pytest.approx(stretch, abs=2e-3), name
        where = "everywhere" if stretch == (-1.0, 1.0) else f"[{stretch[0]:g}, {stretch[1]:g}]".replace("-", "\u2212")
        assert where in words.inner_text()
    page.mouse.move(2, 2)
    settle(page)
    assert page.locator(".k-curve-glow").count() == 0
    cell(page, "output weight of 3").focus()
    settle(page)
    assert glow(page) == pytest.approx((0, 1), abs=2e-3)


def test_the_diagram_glows_too(segments: Callable[..., "Page"]) -> None:
    page = segments()
    page.get_by_role("group", name="The network").get_by_role("textbox", name="w3", exact=True).focus()
    settle(page)
    assert glow(page) == pytest.approx((0, 1), abs=2e-3)
    lit = page.locator(".k-diagram .k-lit").evaluate_all("all => all.map((each) => each.dataset.part)")
    assert sorted(lit) == ["h3", "w3", "y"]


def test_numbers_and_points_follow_each_other_and_undo_goes_back(segments: Callable[..., "Page"]) -> None:
    page = segments()
    cell(page, "output weight of 3").fill("7")
    cell(page, "output weight of 3").press("Enter")
    settle(page)
    assert page.get_by_role("radio", name="by numbers").is_checked()
    assert "y = 2" in (handle(page, "point 4").get_attribute("aria-valuetext") or "")
    drag(page, centre(handle(page, "point 2")), (0, 60))
    assert page.get_by_role("radio", name="by points").is_checked()
    assert float(cell(page, "output weight of 1").input_value()) < 4
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    settle(page)
    assert cell(page, "output weight of 3").input_value() == "5.0"


def test_points_are_added_moved_and_taken_away_by_keyboard(segments: Callable[..., "Page"]) -> None:
    page = segments()
    handle(page, "point 2").press("Insert")
    settle(page)
    assert handle(page, "point 5").count() == 1
    handle(page, "point 3").press("ArrowUp")
    settle(page)
    assert page.get_by_role("table", name="Numbers of the network").locator("tbody tr").count() == 6
    handle(page, "point 3").press("Delete")
    settle(page)
    assert handle(page, "point 5").count() == 0


def test_the_parts_add_up(segments: Callable[..., "Page"]) -> None:
    page = segments()
    handle(page, "where the table adds up").press("ArrowLeft")
    settle(page)
    parts = page.locator("table[aria-label='Numbers of the network'] tbody td:last-child").all_inner_texts()
    values = [float(each.replace("\u2212", "-")) for each in parts]
    assert len(values) == 5
    assert sum(values[:-1]) == pytest.approx(values[-1])
    assert values[-1] == pytest.approx(-1 + 0.45)


def test_the_build_up_ends_at_the_curve_and_the_fan_is_shaken(segments: Callable[..., "Page"]) -> None:
    page = segments()
    card = page.get_by_role("region", name="Build-up")
    for _ in range(5):
        card.get_by_role("button", name="Next").click()
    settle(page)
    assert "5 of 5: The output bias" in card.inner_text()
    card.get_by_role("button", name="Start over").click()
    settle(page)
    assert "0 of 5: The rays" in card.inner_text()
    card = page.get_by_role("region", name="Random changes")
    assert "only" in card.inner_text()
    before = card.locator("[data-layer='fan0']").first.get_attribute("d")
    card.get_by_role("button", name="Shake again").click()
    settle(page)
    assert card.locator("[data-layer='fan0']").first.get_attribute("d") != before


def test_nobody_is_hindered_and_nothing_scrolls_sideways(segments: Callable[..., "Page"], audit: Audit) -> None:
    page = segments()
    cell(page, "bias of 3").focus()
    hinders_nobody(page, audit)
    never_scrolls_sideways(page)


def test_the_copied_python_gives_the_plot(web: Path, tmp_path: Path) -> None:
    units = [{"v": -0.7, "b": 0.3, "w": 2.5}, {"v": 1 / 3, "b": 0.1, "w": -8}, {"v": 0, "b": 2, "w": 0.1}]
    states = [
        {},
        {"shape": {"kind": "points", "points": [[-1, 0.1], [-0.3, 0.7], [0.25, -1.9], [1, 1 / 7]]}},
        {"shape": {"kind": "numbers", "units": units, "b0": -0.25}},
    ]
    x = np.linspace(-1, 1, PLACES)
    for made in sources(web, tmp_path, "segments", states, x):
        assert network_of(made["source"])(x) == pytest.approx(made["y"], abs=1e-12)


def test_the_page_copies_python_that_runs(segments: Callable[..., "Page"]) -> None:
    page = segments()
    page.get_by_role("button", name="Copy as Python").click()
    source = page.get_by_role("region", name="Python source").inner_text()
    assert network_of(source)(np.array([-1, -0.5, 0, 1])).tolist() == [-1, 1, -1, 0]
