"""Match and the shell around it in a real browser: solved by keyboard, dragged, undone, shared, saved."""

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from station_pages import hinders_nobody, never_scrolls_sideways, settle

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.needs("playwright", "chromium", "node")]

Open = Callable[..., "Page"]
STATIONS = ("Match", "Segments", "Draw", "Tents", "Trace")
EXACT = "Exact match: the sum of the three units is the target, everywhere from 0 to 3."
ANSWER = {"target": "original", "seed": 1, "units": [{"w": 1, "b": -1}, {"w": 2, "b": -4}], "activation": "relu"}


def hash_of(state: object, station: str = "match") -> str:
    letters = base64.urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("=")
    return f"#v1/{station}/{letters}"


@pytest.fixture
def match(open_page: Open, site: str) -> Open:
    def open_match(hash_: str = "", **options: Any) -> "Page":
        page = open_page(f"{site}/index.html{hash_}", **options)
        page.get_by_role("heading", level=1).wait_for()
        settle(page)
        return page

    return open_match


def slider(page: "Page", name: str) -> "Locator":
    return page.get_by_role("slider", name=name, exact=True)


def value(page: "Page", name: str) -> float:
    return float(slider(page, name).input_value())


def said(page: "Page", sentence: str) -> None:
    page.get_by_role("status").filter(has_text=sentence).wait_for(state="attached")


def tab_to(page: "Page", target: "Locator") -> None:
    for _ in range(80):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the tab key does not lead there")


def test_it_is_solved_by_keyboard_alone(match: Open) -> None:
    page = match()
    hinge = page.get_by_role("slider", name="hinge of unit 1")
    for name, keys in (
        ("weight of unit 1", ["ArrowRight"] * 5),
        ("weight of unit 2", ["Shift+ArrowRight"] * 2),
        ("bias of unit 2", ["Shift+ArrowLeft"] * 4),
    ):
        tab_to(page, slider(page, name))
        for key in keys:
            page.keyboard.press(key)
    settle(page)
    assert page.get_by_role("list", name="Largest error on each segment").inner_text().count("fits") == 3
    said(page, EXACT)
    # The same answer by a dot: one arrow to the right and back again.
    hinge.focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    assert value(page, "bias of unit 1") == pytest.approx(-1.1)
    page.keyboard.press("ArrowLeft")
    settle(page)
    assert [value(page, f"{key} of unit {i}") for i in (1, 2) for key in ("weight", "bias")] == [1, -1, 2, -4]


def test_the_dot_on_the_curve_is_dragged_and_the_slider_follows(match: Open) -> None:
    page = match()
    box = page.get_by_role("slider", name="hinge of unit 1").locator(".k-handle-shape").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 10, steps=4)
    page.mouse.move(x - 145, y, steps=4)
    page.mouse.up()
    settle(page)
    hinge = float(page.get_by_role("slider", name="hinge of unit 1").get_attribute("aria-valuenow") or "nan")
    assert 0.7 < hinge < 1.3
    assert value(page, "bias of unit 1") == pytest.approx(-0.5 * hinge)
    assert value(page, "weight of unit 1") == 0.5
    page.get_by_role("button", name="Undo (Ctrl+Z)").click()  # the whole drag is one step
    settle(page)
    assert value(page, "bias of unit 1") == -1.0
    assert page.get_by_role("button", name="Undo (Ctrl+Z)").is_disabled()


def test_linear_units_collapse_and_their_line_is_named(match: Open) -> None:
    page = match(hash_of(ANSWER))
    page.get_by_role("radio", name="linear").check()
    said(page, "three lines add up to one line, 1 x \u2212 3. No slider can bend it.")
    assert page.get_by_role("slider", name=re.compile("^hinge")).count() == 0
    page.get_by_role("button", name=re.compile("^sigmoid")).click()  # a panel chooses its activation too
    said(page, "their sum has no straight segment")
    page.get_by_role("radio", name="ReLU").check()
    said(page, EXACT)


def test_undo_and_redo_by_keys_and_buttons(match: Open) -> None:
    page = match()
    weight = slider(page, "weight of unit 1")
    weight.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    settle(page)
    assert value(page, "weight of unit 1") == pytest.approx(1.6)
    page.keyboard.press("Control+z")
    settle(page)
    assert value(page, "weight of unit 1") == pytest.approx(0.6)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+Shift+Z")
    settle(page)
    assert value(page, "weight of unit 1") == pytest.approx(0.6)
    page.get_by_role("button", name="Reset").click()
    settle(page)
    assert value(page, "weight of unit 1") == 0.5
    page.get_by_role("button", name="Undo", exact=True).click()  # in the note
    settle(page)
    assert value(page, "weight of unit 1") == pytest.approx(0.6)


def test_a_shared_link_gives_the_state_back(match: Open, open_page: Open) -> None:
    page = match(hash_of(ANSWER))
    said(page, EXACT)
    slider(page, "weight of unit 2").focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Share").click()
    link = page.get_by_role("textbox", name="Link to this state").input_value()
    page.keyboard.press("Escape")
    other = open_page(link)
    other.get_by_role("heading", level=1).wait_for()
    settle(other)
    assert value(other, "weight of unit 2") == pytest.approx(1.9)
    page.wait_for_function("(link) => location.href === link", arg=link)  # the address follows by itself
    page.reload()
    assert value(page, "weight of unit 2") == pytest.approx(1.9)


def test_recorded_actions_are_a_link(match: Open) -> None:
    recorded = json.loads(Path("web/stations/match/recorded/solve.json").read_text(encoding="utf-8"))
    letters = hash_of(recorded["actions"]).rsplit("/", 1)[1]
    page = match(f"#v1/match/actions={letters}")
    said(page, EXACT)


@pytest.mark.parametrize(
    ("hash_", "sentence"),
    [
        ("#v9/match/e30", "version 9"),
        ("#v1/attic", "There is no station “attic” here."),
        ("#v1/match/damaged!", "This link is damaged"),
        (hash_of({"seed": -4}), "The seed is a whole number"),
    ],
)
def test_a_bad_link_is_a_sentence_and_the_lab_goes_on(match: Open, hash_: str, sentence: str) -> None:
    page = match(hash_)
    assert sentence in page.get_by_role("region", name="Notes").inner_text()
    assert page.get_by_role("heading", level=1).inner_text() == "Match"
    assert value(page, "weight of unit 1") == 0.5


def test_back_and_forward_and_a_title_a_station(match: Open) -> None:
    page = match()
    slider(page, "weight of unit 1").focus()
    page.keyboard.press("ArrowRight")
    for name in STATIONS[1:]:
        page.get_by_role("navigation", name="Stations").get_by_role("link", name=name).click()
        page.get_by_role("heading", name=name, level=1).wait_for()
        assert page.title() == f"{name} · hinges lab"
    for name in reversed(STATIONS[:-1]):
        page.go_back()
        page.get_by_role("heading", name=name, level=1).wait_for()
    assert value(page, "weight of unit 1") == pytest.approx(0.6)
    page.go_forward()
    page.get_by_role("heading", name="Segments", level=1).wait_for()


def test_another_target_can_be_asked_for(match: Open) -> None:
    page = match(hash_of(ANSWER))
    page.get_by_role("button", name="Another target").click()
    settle(page)
    assert page.get_by_role("combobox", name="Target").input_value() == "random"
    assert value(page, "weight of unit 1") == 0.5
    page.get_by_role("combobox", name="Target").select_option("plateau")
    settle(page)
    assert page.get_by_text("subtracted").count() == 1


def save(page: "Page", name: str, folder: Path) -> Path:
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    page.get_by_role("dialog").wait_for(state="hidden")
    return path


def test_what_leaves_the_page_is_what_it_shows(match: Open, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnxruntime")
    page = match(hash_of(ANSWER))
    x = np.linspace(0, 3, 1000)
    expected = np.maximum(0, -2 * x + 2) + np.maximum(0, x - 1) + np.maximum(0, 2 * x - 4)
    page.get_by_role("button", name="Copy as Python").click()
    source = page.get_by_role("region", name="Python source").inner_text()
    page.keyboard.press("Escape")
    space: dict[str, Any] = {"__name__": "copied"}
    exec(source, space)  # noqa: S102 - what a person would paste and run
    assert np.max(np.abs([space["f"](float(each)) for each in x] - expected)) <= 1e-12
    session = onnx.InferenceSession(save(page, "ONNX", tmp_path).read_bytes())
    (answer,) = session.run(None, {"x": x[:, None]})
    assert np.max(np.abs(answer[:, 0] - expected)) <= 1e-12
    assert save(page, "PNG", tmp_path).read_bytes()[:4] == b"\x89PNG"
    assert "</svg>" in save(page, "SVG", tmp_path).read_text(encoding="utf-8")


def test_a_saved_file_is_opened_again(match: Open, tmp_path: Path) -> None:
    page = match(hash_of(ANSWER))
    page.get_by_role("button", name="Share").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    path = tmp_path / "match.hinges.json"
    download.value.save_as(path)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Reset").click()
    page.get_by_role("button", name="Share").click()
    page.get_by_label("Open a file").last.set_input_files(path)
    said(page, EXACT)


def test_one_file_works_from_disk(match: Open, open_page: Open, tmp_path: Path) -> None:
    path = save(match(hash_of(ANSWER)), "HTML", tmp_path)
    page = open_page(path.as_uri())
    said(page, EXACT)
    slider(page, "weight of unit 2").focus()
    page.keyboard.press("ArrowLeft")
    settle(page)
    assert value(page, "weight of unit 2") == pytest.approx(1.9)
    assert page.title() == "Match · hinges lab"


def test_nobody_is_hindered_and_nothing_scrolls_sideways(match: Open, audit: Callable[..., list[str]]) -> None:
    page = match("#v1/match")
    page.get_by_text("Hint 1").click()
    hinders_nobody(page, audit)
    for name in ("Share", "Export", "Copy as Python"):
        page.get_by_role("button", name=name).click()
        hinders_nobody(page, audit, "dialog[open]")
        page.keyboard.press("Escape")
    never_scrolls_sideways(page)


def test_the_lab_is_presented_and_left_by_keyboard(match: Open, audit: Callable[..., list[str]]) -> None:
    page = match("#v1/match")
    button = page.get_by_role("button", name="Present")
    words = page.get_by_role("region", name="What to see here")
    plot = page.locator(".k-plot").first
    title = page.get_by_role("heading", name="Match the target")
    size = "(element) => [parseFloat(getComputedStyle(element).fontSize), element.getBoundingClientRect().height]"
    before = [*title.evaluate(size)[:1], *plot.evaluate(size)[1:]]
    slider(page, "weight of unit 1").press("p")  # a letter alone starts nothing
    assert button.get_attribute("aria-pressed") == "false"
    slider(page, "weight of unit 1").press("Alt+p")
    settle(page)
    assert button.get_attribute("aria-pressed") == "true"
    assert not words.is_visible()
    during = [*title.evaluate(size)[:1], *plot.evaluate(size)[1:]]
    assert during[0] > 1.2 * before[0]
    assert during[1] > 1.2 * before[1]
    held = value(page, "weight of unit 1")
    slider(page, "weight of unit 1").press("ArrowRight")
    assert value(page, "weight of unit 1") > held
    address = page.url
    assert audit(page) == []  # a telephone has no room for it, and the colours are those of always
    page.get_by_role("button", name="Share").press("Enter")
    page.keyboard.press("Escape")  # closes the dialog and nothing else
    assert button.get_attribute("aria-pressed") == "true"
    number = page.get_by_role("textbox", name="weight of unit 1").first
    number.focus()
    page.keyboard.press("Alt+p")  # the field's own
    page.keyboard.press("Escape")  # puts the number back
    assert button.get_attribute("aria-pressed") == "true"
    slider(page, "weight of unit 1").press("Escape")
    assert button.get_attribute("aria-pressed") == "false"
    assert words.is_visible()
    assert "present" not in address  # the view's own, not the station's
    assert page.get_by_role("button", name="Undo (Ctrl+Z)").is_enabled()  # of the step alone
    button.press("Enter")
    page.get_by_role("link", name="Tents").click()
    assert not words.is_visible()  # it holds for the next station
    never_scrolls_sideways(page)


def test_the_theme_is_chosen_and_kept(match: Open) -> None:
    page = match(theme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("radio", name="Dark").check()
    assert page.evaluate(ground) != light
    page.reload()
    assert page.evaluate(ground) != light
    page.get_by_role("radio", name="System").check()
    assert page.evaluate(ground) == light
