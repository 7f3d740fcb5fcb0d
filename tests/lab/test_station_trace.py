"""Trace in a real browser: the point is dragged and the arithmetic adds up, the bias, the hidden space, the Python."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from station_pages import address, hinders_nobody, never_scrolls_sideways, settle

from hinges import Network, example
from hinges.analysis import Trace, separation

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

WEB = Path(__file__).resolve().parents[2] / "web"
pytestmark = [pytest.mark.needs("playwright", "chromium")]


@pytest.fixture
def station(open_page: Callable[..., "Page"], site: str) -> Callable[..., "Page"]:
    def open_it(**options: object) -> "Page":
        page = open_page(address(site, "trace"), **options)
        page.get_by_role("heading", name="Trace", exact=True).wait_for()
        return page

    return open_it


def line(page: "Page", name: str) -> list[float]:
    """Give the numbers of a line of the arithmetic; of a product, what stands after its equals sign."""
    return lines(page)[name]


def lines(page: "Page") -> dict[str, list[float]]:
    """Give the numbers of all lines that are there, by their names."""
    table = page.get_by_role("table", name=re.compile("^Arithmetic of layer"))
    rows = table.evaluate(
        "(table) => [...table.tBodies[0].rows].map((row) => [...row.cells].map((c) => c.innerText.trim()))"
    )
    return {
        name: [float(each.split("=")[-1].replace("\u2212", "-")) for each in texts]
        for name, *texts in rows
        if "·" not in texts
    }


def adds_up(page: "Page") -> list[float]:
    shown = lines(page)
    first, second, dot, bias, z, a = (
        np.array(shown[n]) for n in ("x · w", "y · w", "sum v·W", "+ b", "= z", "ReLU(z)")
    )
    np.testing.assert_allclose(first + second, dot, atol=1.6e-3)  # three decimals are shown
    np.testing.assert_allclose(dot + bias, z, atol=1.6e-3)
    np.testing.assert_allclose(np.maximum(0, z), a, atol=1e-9)
    np.testing.assert_allclose(np.maximum(0, dot), shown["without b"], atol=1e-9)
    return z.tolist()


def point(page: "Page") -> "Locator":
    return page.locator("g.k-handle")


def test_the_table_of_the_source_point(station: Callable[..., "Page"]) -> None:
    page = station()
    assert line(page, "sum v·W") == [-0.8, 0.6, 0.15]
    assert line(page, "= z") == line(page, "ReLU(z)") == [1.2, 3.6, 0.65]
    assert line(page, "without b") == [0, 0.6, 0.15]
    page.get_by_role("button", name="with bias").click()
    settle(page)
    assert line(page, "+ b") == [0, 0, 0]
    assert line(page, "= z") == [-0.8, 0.6, 0.15]
    assert line(page, "ReLU(z)") == [0, 0.6, 0.15]


def test_dragging_the_point_rolls_the_arithmetic(station: Callable[..., "Page"]) -> None:
    page = station()
    seen = [adds_up(page)]
    box = point(page).first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(1, 5):
        page.mouse.move(x - 30 * k, y + 35 * k)
        settle(page)
        seen.append(adds_up(page))
    page.mouse.up()
    assert len({tuple(each) for each in seen}) == 5
    page.get_by_role("button", name="Undo").click()
    settle(page)
    assert adds_up(page) == seen[0]


def test_the_point_moves_by_keyboard(station: Callable[..., "Page"]) -> None:
    page = station()
    before = adds_up(page)
    page.locator("g.k-handle [tabindex='0'], g.k-handle[tabindex='0']").first.focus()
    page.keyboard.press("Shift+ArrowRight")
    settle(page)
    after = adds_up(page)
    np.testing.assert_allclose(np.subtract(after, before), [0.02, 0.08, -0.05], atol=1.5e-3)


def test_the_lines_come_one_by_one(station: Callable[..., "Page"]) -> None:
    page = station()
    table = page.get_by_role("table", name="Arithmetic of layer 1")
    full = table.inner_text()
    for hidden in (2, 4, 5):
        page.get_by_role("button", name="Back").click()
        settle(page)
        assert (
            len([each for each in table.locator("tbody tr").all() if "·" in each.locator("td").first.inner_text()])
            == hidden
        )
    assert page.get_by_role("button", name="Back").is_disabled()
    for _ in range(3):
        page.get_by_role("button", name="Next").click()
    settle(page)
    assert table.inner_text() == full


def test_a_weight_is_changed_by_hand(station: Callable[..., "Page"]) -> None:
    page = station()
    cell = page.get_by_role("table", name="Weights and biases of layer 1").get_by_role("textbox").first
    cell.fill("1.2")
    cell.press("Enter")
    settle(page)
    assert adds_up(page)[0] == 1.7
    assert page.get_by_role("combobox", name="Network").input_value() == "own"


def test_hidden_space_turns_by_keyboard_and_mouse_and_says_where_the_point_is(station: Callable[..., "Page"]) -> None:
    page = station()
    page.get_by_role("combobox", name="Network").select_option("spiral-8")
    settle(page)
    pad = page.get_by_role("slider", name="Hidden space of three units: turn")
    canvas = page.get_by_label("Hidden space of three units", exact=True).locator("canvas")
    picture = "(element) => element.toDataURL()"
    first, where = canvas.evaluate(picture), pad.get_attribute("aria-valuetext")
    pad.focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    second = canvas.evaluate(picture)
    assert second != first
    assert pad.get_attribute("aria-valuetext") != where
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 120)
    page.mouse.up()
    settle(page)
    assert canvas.evaluate(picture) not in {first, second}
    assert page.locator(".s-feature").count() == 8
    assert page.get_by_text(re.compile(r"It puts 6\d % of the points into their class")).first.is_visible()
    words = page.locator(".s-verdict").all_inner_texts()
    values = [float(each) for each in page.locator(".s-value").all_inner_texts()]
    assert [word == "OFF" for word in words] == [value == 0 for value in values]


def test_the_python_traces_the_same_point(station: Callable[..., "Page"]) -> None:
    page = station()
    page.get_by_role("combobox", name="Network").select_option("spiral-8")
    page.get_by_role("button", name="Back").click()
    settle(page)
    shown = line(page, "= z")
    page.get_by_role("button", name="Python").click()
    space: dict[str, object] = {"__name__": "copied"}
    exec(page.get_by_role("dialog").locator("code").inner_text(), space)  # noqa: S102 - what the reader would run
    layers = cast("Trace", space["trace"]).layers
    network = cast("Network", space["network"])
    np.testing.assert_allclose(layers[-1].z, shown, atol=5.1e-4)
    np.testing.assert_array_equal(network(np.array([space["point"]]))[0], layers[-1].a)


def test_nobody_is_hindered_and_nothing_scrolls_sideways(
    station: Callable[..., "Page"], audit: Callable[..., list[str]]
) -> None:
    page = station()
    assert audit(page) == []
    page.get_by_role("combobox", name="Network").select_option("spiral-24")
    for _ in range(4):
        page.get_by_role("button", name="Back").click()
    hinders_nobody(page, audit)
    never_scrolls_sideways(page)


def test_more_than_three_units_are_seen_by_principal_components(station: Callable[..., "Page"]) -> None:
    page = station()
    page.get_by_label("Network").select_option("spiral-24")
    choice = page.get_by_role("button", name="principal components")
    choice.click()
    page.get_by_label("upright axis").wait_for(state="hidden")
    assert choice.get_attribute("aria-pressed") == "true"
    for place in ("Hidden space of three units", "Hidden space before training"):
        assert "of the spread" in (page.get_by_label(place, exact=True).locator("p").text_content() or "")
    page.get_by_label("Network").select_option("source")
    choice.wait_for(state="hidden")


def shares(page: "Page") -> dict[str, list[float]]:
    """Give the table of how well the classes are apart, in per cent."""
    table = page.get_by_role("table", name="How well the classes are apart")
    rows = table.evaluate(
        "(one) => [...one.tBodies[0].rows].map((row) => [...row.cells].map((c) => c.innerText.trim()))"
    )
    return {name: [float(each.removesuffix("%")) for each in given] for name, *given in rows}


@pytest.mark.parametrize("name", ["spiral-3", "spiral-64"])
def test_hidden_space_before_and_after_training(station: Callable[..., "Page"], name: str) -> None:
    page = station()
    page.get_by_role("combobox", name="Network").select_option(name)
    settle(page)
    trained = json.loads((WEB / "stations" / "trace" / "trained.json").read_text())[name]
    data = example("spiral")

    def of(given: dict[str, Any]) -> list[float]:
        layer = separation(Network.dense(given["weights"], given["biases"]), data).layer(0)
        return [round(100 * layer.nearest_mean, 1), round(100 * layer.linear, 1)]

    plane = separation(Network.dense(trained["weights"], trained["biases"]), data).input
    expected = {
        "the points themselves": [round(100 * plane.nearest_mean, 1), round(100 * plane.linear, 1)],
        "before training": of(trained["start"]),
        "after training": of(trained),
    }
    assert shares(page) == expected
    assert expected["after training"] != expected["before training"]
    says = [
        page.get_by_label(f"Hidden space {which}", exact=True).locator("p")
        for which in ("before training", "of three units")
    ]
    first = [each.text_content() for each in says]
    page.get_by_role("slider", name="the point").focus()
    page.keyboard.press("Shift+ArrowLeft")
    settle(page)
    assert all(each.text_content() != before for each, before in zip(says, first, strict=True))
    page.get_by_role("button", name="with bias").click()
    settle(page)
    assert shares(page)["after training"] != expected["after training"]
    page.get_by_role("button", name="before training beside it").click()
    settle(page)
    assert set(shares(page)) == {"the points themselves", "the hidden space"}
    assert not page.get_by_label("Hidden space before training", exact=True).is_visible()
