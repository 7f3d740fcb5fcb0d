"""The kit in a real browser: its gallery, under the lab's content policy, driven by mouse, touch and keyboard."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from station_pages import WIDTHS, centre, drag, handle, hinders_nobody, settle

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.needs("playwright", "chromium", "node")]

MINUS = "\u2212"


@pytest.fixture(scope="session")
def gallery_address(build_web: Callable[..., Path], serve: Callable[[Path], str]) -> str:
    return f"{serve(build_web('--gallery'))}/index.html"


@pytest.fixture
def gallery(open_page: Callable[..., "Page"], gallery_address: str) -> Callable[..., "Page"]:
    def open_gallery(**options: Any) -> "Page":
        page = open_page(gallery_address, **options)
        page.get_by_role("group", name="36 panels").wait_for()
        settle(page)
        return page

    return open_gallery


def now(locator: "Locator") -> float:
    return float(locator.get_attribute("aria-valuenow") or "nan")


def value_of(page: "Page", name: str) -> float:
    return float(page.get_by_role("slider", name=name).input_value())


def test_a_handle_is_dragged_by_the_mouse_and_the_sliders_follow(gallery: Callable[..., "Page"]) -> None:
    page = gallery()
    hinge = handle(page, "hinge of unit 1")
    before, bias = now(hinge), value_of(page, "bias of unit 1")
    drag(page, centre(hinge), (60, -40))
    assert now(hinge) > before + 0.2
    assert value_of(page, "bias of unit 1") == pytest.approx(-now(hinge))
    assert value_of(page, "bias of unit 1") < bias
    assert page.evaluate("document.documentElement.className") == ""  # text can be selected again


def test_nothing_is_selected_while_a_handle_is_held(gallery: Callable[..., "Page"]) -> None:
    page = gallery()
    page.mouse.move(*centre(handle(page, "hinge of unit 1")))
    page.mouse.down()
    page.mouse.move(20, 20)
    assert page.evaluate("getComputedStyle(document.body).userSelect") == "none"
    assert page.evaluate("getSelection().toString()") == ""
    page.keyboard.press("Escape")  # puts it back
    settle(page)
    assert now(handle(page, "hinge of unit 1")) == 1.0
    page.mouse.up()


def test_a_handle_is_dragged_by_a_finger(gallery: Callable[..., "Page"]) -> None:
    page = gallery(width=390, has_touch=True, is_mobile=True)
    hinge = handle(page, "hinge of unit 2")
    before = now(hinge)
    x, y = centre(hinge)
    session = page.context.new_cdp_session(page)
    # 15 px beside the hinge: the target is 44 px wide.
    for kind, at in (("touchStart", x + 15), ("touchMove", x + 45), ("touchMove", x + 75)):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": at, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settle(page)
    assert now(hinge) > before + 0.3
    assert page.evaluate("scrollY") == 0


def test_a_handle_is_moved_by_the_keyboard(gallery: Callable[..., "Page"]) -> None:
    page = gallery()
    hinge = handle(page, "hinge of unit 1")
    hinge.focus()
    for keys, expected in (
        ("ArrowRight", 1.05),
        ("Shift+ArrowRight", 1.55),
        ("ArrowLeft", 1.5),
        ("Home", 0.0),
        ("End", 3.0),
        ("PageDown", 2.5),
    ):
        page.keyboard.press(keys)
        settle(page)
        assert now(hinge) == pytest.approx(expected), keys
    assert hinge.get_attribute("aria-valuetext") == "x = 2.50"
    assert hinge.evaluate("(element) => element === document.activeElement")


def test_points_are_added_and_deleted_by_mouse_and_keyboard(gallery: Callable[..., "Page"]) -> None:
    page = gallery()
    points = page.get_by_role("slider", name=re.compile("^breakpoint"))
    assert points.count() == 7
    first, second = centre(points.nth(0)), centre(points.nth(1))
    page.mouse.click((first[0] + second[0]) / 2, (first[1] + second[1]) / 2)
    settle(page)
    assert points.count() == 8
    assert re.fullmatch(r"x = 0\.[78], y = [01]\.[019]", points.nth(1).get_attribute("aria-valuetext") or "")
    points.nth(1).focus()
    page.keyboard.press("Delete")
    settle(page)
    assert points.count() == 7
    points.nth(2).focus()
    page.keyboard.press("Insert")
    settle(page)
    assert points.count() == 8
    page.mouse.dblclick(*centre(points.nth(3)))
    settle(page)
    assert points.count() == 7


def test_a_neighbour_bounds_a_point(gallery: Callable[..., "Page"]) -> None:
    page = gallery()
    point = handle(page, "breakpoint 2")
    drag(page, centre(point), (900, 0))
    assert now(point) == now(handle(page, "breakpoint 3"))


def test_a_slider_is_moved_by_the_keyboard_and_its_number_is_typed(gallery: Callable[..., "Page"]) -> None:
    page = gallery()
    slider = page.get_by_role("slider", name="weight of unit 1")
    number = page.get_by_role("textbox", name="weight of unit 1").first
    slider.focus()
    for keys, expected in (("ArrowRight", 1.1), ("Shift+ArrowRight", 2.1), ("Home", -5.0), ("End", 5.0)):
        page.keyboard.press(keys)
        settle(page)
        assert float(slider.input_value()) == pytest.approx(expected)
    number.fill("-1/3")
    number.press("Enter")
    settle(page)
    assert float(slider.input_value()) == pytest.approx(-1 / 3)
    assert number.input_value() == f"{MINUS}0.3333"
    number.fill("seven")
    number.press("Enter")
    assert "“seven” is no number" in page.get_by_role("alert").filter(has_text="seven").inner_text()
    number.fill("7")
    number.press("Enter")
    assert page.get_by_text(f"weight of unit 1 goes from {MINUS}5 to 5.").is_visible()
    number.press("Escape")
    assert number.input_value() == f"{MINUS}0.3333"
    number.press("ArrowUp")
    settle(page)
    assert float(slider.input_value()) == pytest.approx(-0.2)


def test_tables_and_diagrams_edit_the_same_numbers(gallery: Callable[..., "Page"]) -> None:
    page = gallery()
    cell = page.get_by_role("textbox", name="bias of h2", exact=True).first
    cell.fill("-4")
    cell.press("Enter")
    settle(page)
    assert value_of(page, "bias of unit 2") == -4.0
    weight = page.get_by_role("textbox", name="weight w1", exact=True)
    weight.fill("2.5")
    weight.press("Enter")
    settle(page)
    assert value_of(page, "weight of unit 1") == 2.5
    page.get_by_role("textbox", name="weight of unit 2").fill("2")
    assert page.get_by_role("textbox", name="weight w2", exact=True).input_value() == "2.0"


def test_what_is_touched_glows(gallery: Callable[..., "Page"]) -> None:
    page = gallery()
    glow = page.locator(".k-curve-glow")
    assert glow.count() == 0
    page.get_by_role("rowheader", name="h2").hover()
    settle(page)
    assert glow.count() == 1
    assert page.locator(".k-node.k-lit").count() == 1
    page.mouse.move(2, 2)
    settle(page)
    assert glow.count() == 0


def test_a_change_keeps_every_element(gallery: Callable[..., "Page"]) -> None:
    page = gallery()
    page.get_by_role("slider", name="weight of unit 2").focus()
    settle(page)
    nodes = page.evaluate("document.querySelectorAll('*').length")
    page.evaluate(
        """() => {
          window.moved = 0;  // elements that come or go; the text of numbers may change
          const isElement = (node) => node.nodeType === Node.ELEMENT_NODE;
          new MutationObserver((all) => {
            window.moved += all.flatMap((each) => [...each.addedNodes, ...each.removedNodes]).filter(isElement).length;
          }).observe(document.body, { childList: true, subtree: true });
        }"""
    )
    for _ in range(5):
        page.keyboard.press("ArrowRight")
        settle(page)
    assert page.evaluate("document.querySelectorAll('*').length") == nodes
    assert page.evaluate("window.moved") == 0


def test_a_stroke_is_drawn_freehand(gallery: Callable[..., "Page"]) -> None:
    page = gallery()
    page.get_by_role("radio", name="draws").check()
    plot = page.get_by_role("group", name="Draw a curve here")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    drag(page, (box["x"] + 60, box["y"] + box["height"] - 50), (140, -30))
    assert re.search(r"A stroke of [23] points\.", page.get_by_role("region", name="Notes").inner_text())


def test_the_crosshair_reads_values_by_keyboard(gallery: Callable[..., "Page"]) -> None:
    page = gallery()
    cross = page.get_by_role("slider", name="Read the network's value")
    cross.focus()
    page.keyboard.press("Home")
    assert cross.get_attribute("aria-valuetext") == "x = 0, network 2"
    page.keyboard.press("Shift+ArrowRight")
    assert cross.get_attribute("aria-valuetext") == "x = 0.3, network 1.4"


def test_small_multiples_are_walked_by_keyboard(gallery: Callable[..., "Page"]) -> None:
    page = gallery()
    panels = page.get_by_role("img", name=re.compile(r"^pixel \d+: ten outputs"))
    assert panels.count() == 36
    panels.first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.panel") == "p1"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.panel") != "p1"
    assert page.locator("[data-panel][tabindex='0']").count() == 1


def test_one_unit_is_one_pixel_and_nothing_scrolls_sideways(gallery: Callable[..., "Page"]) -> None:
    page = gallery()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [width, width]
        assert page.evaluate(
            """() => [...document.querySelectorAll(".k-plot > svg, .k-diagram > svg")].every((svg) => {
              const box = svg.parentElement.getBoundingClientRect();
              return !svg.hasAttribute("viewBox") && Math.abs(svg.getAttribute("width") - box.width) <= 1
                && Math.abs(svg.getAttribute("height") - box.height) <= 1;
            })"""
        ), width


def test_the_page_follows_its_window(gallery: Callable[..., "Page"]) -> None:
    page = gallery(width=1280)
    point = handle(page, "breakpoint 7")
    right = centre(point)[0]
    page.set_viewport_size({"width": 768, "height": 900})
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 768
    assert centre(point)[0] != right
    drag(page, centre(point), (-30, 10))
    assert now(point) < 10


def test_the_cards_of_a_row_are_equally_high(gallery: Callable[..., "Page"]) -> None:
    page = gallery(width=1280)
    rows = page.evaluate(
        """() => {
          const rows = new Map();
          for (const card of document.querySelectorAll(".k-card")) {
            const box = card.getBoundingClientRect();
            rows.set(box.top, [...(rows.get(box.top) ?? []), Math.round(box.bottom)]);
          }
          return [...rows.values()];
        }"""
    )
    assert len(rows) == 5
    assert all(len(set(row)) == 1 for row in rows)


def test_nobody_is_hindered(gallery: Callable[..., "Page"], audit: Callable[..., list[str]]) -> None:
    page = gallery()
    page.get_by_role("button", name="Say").click()
    page.get_by_text("A hint").click()
    number = page.get_by_role("textbox", name="weight of unit 1").first
    number.fill("x")
    number.press("Enter")
    hinders_nobody(page, audit)
    page.get_by_role("button", name="About").click()
    hinders_nobody(page, audit, "dialog[open]")


def test_what_a_finger_touches_is_44_pixels(gallery: Callable[..., "Page"]) -> None:
    page = gallery(width=390, has_touch=True, is_mobile=True)
    small = page.evaluate(
        """() => [...document.querySelectorAll(
            "button, input[type=range], select, summary, .k-segments, .k-handle-target")]
          .map((each) => [each, each.getBoundingClientRect()])
          .filter(([, box]) => box.height > 0 && (box.height < 43.5 || box.width < 43.5))
          .map(([each, box]) => `${each.outerHTML.slice(0, 80)} ${box.width} ${box.height}`)"""
    )
    assert small == []


def test_the_reader_chooses_the_theme(gallery: Callable[..., "Page"]) -> None:
    page = gallery(theme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    pixels = "document.querySelector('.k-multiples canvas').toDataURL()"
    light, drawn = page.evaluate(ground), page.evaluate(pixels)
    page.get_by_role("radio", name="dark").check()
    settle(page)
    assert page.evaluate(ground) != light
    assert page.evaluate(pixels) != drawn
    page.get_by_role("radio", name="system").check()
    settle(page)
    assert page.evaluate(ground) == light
    page.emulate_media(color_scheme="dark")
    settle(page)
    assert page.evaluate(ground) != light


def test_a_dialog_takes_the_focus_and_gives_it_back(gallery: Callable[..., "Page"]) -> None:
    page = gallery()
    opener = page.get_by_role("button", name="About")
    opener.press("Enter")
    assert page.get_by_role("dialog", name="About the gallery").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()
    assert opener.evaluate("(element) => element === document.activeElement")


def test_an_error_stays_until_it_is_closed(gallery: Callable[..., "Page"]) -> None:
    page = gallery()
    page.get_by_role("button", name="Say").click()
    note = page.get_by_text("That file has no column y.")
    assert note.is_visible()
    page.get_by_role("button", name="Close this note").click()
    assert note.count() == 0


def test_pictures_are_saved_as_svg_and_png(gallery: Callable[..., "Page"], tmp_path: Path) -> None:
    page = gallery()
    with page.expect_download(lambda each: each.suggested_filename == "plot.png") as last:
        with page.expect_download(lambda each: each.suggested_filename == "plot.svg") as first:
            page.get_by_role("button", name="Save picture").click()
        first.value.save_as(tmp_path / "plot.svg")
    last.value.save_as(tmp_path / "plot.png")
    files = {name: tmp_path / name for name in ("plot.svg", "plot.png")}
    source = files["plot.svg"].read_text(encoding="utf-8")
    root = ET.fromstring(source)  # noqa: S314 - our own file
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert not re.search(r"var\(|class=|\sstyle=|aria-|tabindex", source)
    assert "network" in source
    header = files["plot.png"].read_bytes()[:24]
    assert header[:4] == b"\x89PNG"
    assert int.from_bytes(header[16:20], "big") == 2 * int(root.get("width") or 0)
