"""Doctor in a real browser and behind it: causes in words and ticks, the repair that moves, files, Python's answers."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from running_lab import Lab
from station_pages import address, hinders_nobody, never_scrolls_sideways, settle, sources

from hinges import Dataset, Network, PiecewiseLinear, diagnose, example, load, save
from hinges.errors import InvalidInputError
from hinges.lab.questions import _diagnose, _repair
from hinges.lab.questions._findings import diagnosis_payload, network_payload

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "web" / "stations" / "doctor"
MADE: dict[str, Any] = {
    "forum": json.loads((FOLDER / "forum.json").read_text()),
    **json.loads((FOLDER / "examples" / "cases.json").read_text()),
}
needs_browser = pytest.mark.needs("playwright", "chromium")
EXACT = 1e-12


def state(name: str, **more: Any) -> dict[str, Any]:
    return {"network": {"example": name}, "data": {"example": name}, **more}


def dense(described: dict[str, Any]) -> Network:
    return Network.dense(*(described["dense"][key] for key in ("weights", "biases", "activations")))


def mark(page: "Page", name: str) -> "Locator":
    return page.locator(f"path[data-layer='{name}']").first


def strokes(page: "Page", name: str) -> int:
    """Give how many pieces the path of a layer has."""
    return (mark(page, name).get_attribute("d") or "").count("M")


# --------------------------------------------------------------------------------------------------- the page


@pytest.fixture
def station(open_page: Callable[..., "Page"], site: str) -> Callable[..., "Page"]:
    def open_it(given: dict[str, Any] | None = None, **options: Any) -> "Page":
        page = open_page(address(site, "doctor", given), **options)
        page.get_by_role("heading", name="Doctor", exact=True).wait_for()
        if given is None or "example" in given["network"]:
            page.get_by_role("list", name="Findings").locator(":scope > li").first.wait_for()
        settle(page)
        return page

    return open_it


@needs_browser
def test_the_forums_network_tells_its_cause_in_words_and_ticks(station: Callable[..., "Page"]) -> None:
    page = station()
    assert page.get_by_role("heading", name="Why it does not fit: kinks outside the data").is_visible()
    findings = page.get_by_role("list", name="Findings").locator(":scope > li")
    assert findings.count() == 2
    assert findings.nth(0).locator(".s-severity").inner_text() == "cause"
    assert "8 of 10 kinks are outside the data" in findings.nth(0).inner_text()
    assert "692 times" in findings.nth(0).inner_text()
    assert (strokes(page, "dead"), strokes(page, "always on"), strokes(page, "bends ticks")) == (10, 4, 1)  # a cross: 2
    assert page.get_by_text("7 together").count() == 1
    assert page.get_by_text("floor, certified").first.is_visible()
    findings.nth(0).locator("summary").click()
    assert re.search(r"kinks inside\s+1\b", findings.nth(0).inner_text())


@needs_browser
def test_findings_and_units_mark_each_other_by_mouse_and_keyboard(station: Callable[..., "Page"]) -> None:
    page = station()
    findings = page.get_by_role("list", name="Findings").locator(":scope > li")
    assert mark(page, "held").get_attribute("d") == ""
    findings.nth(0).hover()
    settle(page)
    assert strokes(page, "held") == 8
    page.mouse.move(0, 0)
    findings.nth(0).get_by_role("button").focus()
    settle(page)
    assert strokes(page, "held") == 8
    page.keyboard.press("Enter")
    page.get_by_role("slider", name="Read values and units at x").focus()  # in the middle, where no kink is
    settle(page)
    assert page.get_by_role("button", name="1. Kinks outside the data").get_attribute("aria-pressed") == "true"
    assert strokes(page, "held") == 8
    page.keyboard.press("Home")
    settle(page)
    assert strokes(page, "held") == 2  # those at the left border
    assert findings.nth(0).get_attribute("data-active") is not None
    assert findings.nth(1).get_attribute("data-active") is None


@needs_browser
def test_repair_moves_the_curve_and_can_be_played_again(station: Callable[..., "Page"]) -> None:
    page = station()
    page.emulate_media(reduced_motion="no-preference")
    curve = mark(page, "network")
    before = curve.get_attribute("d")
    page.evaluate(
        """() => {
          window.seen = new Set();
          const curve = document.querySelector("path[data-layer='network']");
          new MutationObserver(() => window.seen.add(curve.getAttribute("d"))).observe(curve, { attributes: true });
        }"""
    )
    page.get_by_role("button", name="Repair").click()
    page.get_by_role("slider", name="from before to after the repair").and_(page.locator("[value='1']")).or_(
        page.get_by_role("row", name=re.compile(r"in the picture 0\.0001237"))
    ).first.wait_for()
    settle(page)
    after = curve.get_attribute("d")
    seen = page.evaluate("[...window.seen]")
    assert len(seen) > 3
    assert seen[-1] == after != before
    said = page.get_by_text(re.compile("falls from 0.2655 to 0.0001237, 2,147 times")).first
    assert said.is_visible()
    for row in ("before 0.2655", "after 0.0001237", "floor, certified 0.0001237"):
        assert page.get_by_role("row", name=row).is_visible()
    assert (strokes(page, "dead"), strokes(page, "always on"), strokes(page, "bends ticks")) == (0, 0, 10)
    slide = page.get_by_role("slider", name="from before to after the repair")
    slide.focus()
    page.keyboard.press("Home")
    settle(page)
    assert curve.get_attribute("d") == before
    page.keyboard.press("Shift+ArrowRight")
    settle(page)
    assert curve.get_attribute("d") not in {before, after}
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("window.seen.clear()")
    page.get_by_role("button", name="Play again").click()
    settle(page)
    assert page.evaluate("[...window.seen]") == [after]  # at once, for those who ask for no motion
    page.get_by_role("button", name="Undo").click()
    settle(page)
    assert curve.get_attribute("d") != after


@needs_browser
def test_a_link_opens_to_what_it_held(station: Callable[..., "Page"]) -> None:
    page = station(state("together", finding=0, repair=1))
    assert page.get_by_role("combobox", name="Network").input_value() == "together"
    assert page.get_by_role("button", name="1. Kinks all in one place").get_attribute("aria-pressed") == "true"
    assert strokes(page, "held") == 12
    assert page.get_by_role("row", name=re.compile("^in the picture 8.8")).is_visible()
    page.get_by_role("combobox", name="Network").select_option("spiral")
    page.get_by_role("table", name="The layers").wait_for()
    settle(page)
    row = page.get_by_role("table", name="The layers").get_by_role("row", name=re.compile("^relu_0"))
    assert row.inner_text().split() == ["relu_0", "relu", "16", "2", "0", "14", "\u2013", "1", "%"]
    assert not mark(page, "network").is_visible()
    page.get_by_role("slider", name="Read units").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    settle(page)
    assert page.get_by_role("slider", name="Read units").get_attribute("aria-valuetext") == "x = 2, on 0"
    assert page.get_by_role("list", name="Findings").locator(":scope > li[data-active]").count() == 1


@needs_browser
def test_without_python_a_network_is_drawn_and_what_is_missing_is_said(station: Callable[..., "Page"]) -> None:
    own = MADE["dead"]["diagnosis"]["network"]["dense"]
    page = station({"network": own, "data": {"x": [0, 5, 10], "y": [0, 1, 0]}})
    assert page.get_by_text("Mean squared error 0.24 on 3 rows. The findings come from Python").first.is_visible()
    assert strokes(page, "dead") == 20
    assert page.get_by_text('pip install "hinges[lab]"').is_visible()
    assert page.get_by_role("button", name="Repair").is_disabled()


@needs_browser
def test_nobody_is_hindered_and_nothing_scrolls_sideways(
    station: Callable[..., "Page"], audit: Callable[..., list[str]]
) -> None:
    page = station(state("forum", finding=0, repair=0.5))
    hinders_nobody(page, audit)
    page.get_by_role("combobox", name="Network").select_option("spiral")
    page.get_by_role("table", name="The layers").wait_for()
    never_scrolls_sideways(page)
    assert audit(page, "main") == []


# ------------------------------------------------------------------------------------------------ with Python


@needs_browser
@pytest.mark.needs("starlette", "onnx")
def test_files_are_diagnosed_repaired_and_refused(
    open_page: Callable[..., "Page"], lab_server: Lab, tmp_path: Path
) -> None:
    network = dense(MADE["dead"]["diagnosis"]["network"])
    data = example("sine")
    table = "a,b\n" + "\n".join(
        f"{x!r},{y!r}" for x, y in zip(data.x[:, 0].tolist(), data.y[:, 0].tolist(), strict=True)
    )
    (tmp_path / "rows.csv").write_text(table)
    (tmp_path / "wide.csv").write_text("a,b,c\n1,2,3\n2,3,4\n3,4,7\n")
    save(network, tmp_path / "net.onnx")
    save(network, tmp_path / "net.npz")
    (tmp_path / "bad.npz").write_bytes((tmp_path / "net.npz").read_bytes()[:-40])
    page = open_page(f"{lab_server.url}#v1/doctor")
    model, rows = (page.get_by_label(name).and_(page.locator("input")) for name in ("Open a model", "Open its data"))
    model.set_input_files(tmp_path / "net.onnx")
    page.get_by_role("heading", name="Why it does not fit: dead units").wait_for()  # on the forum's rows
    rows.set_input_files(tmp_path / "rows.csv")
    page.get_by_role("option", name="net.onnx on rows.csv").wait_for(state="attached")
    page.get_by_role("heading", name="Why it does not fit: dead units").wait_for()
    settle(page)
    assert strokes(page, "dead") == 20
    page.get_by_role("button", name="Repair").click()
    page.get_by_role("row", name=re.compile(r"^after 0\.0001237")).wait_for()
    page.get_by_role("button", name="Copy as Python").click()
    source = page.get_by_role("dialog").locator("code").inner_text()
    assert 'hinges.load("net.onnx")' in source
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert "0.0001237" in done.stdout
    page.keyboard.press("Escape")
    rows.set_input_files(tmp_path / "wide.csv")
    page.get_by_text("Data has 2 input columns where the network has 1 input").first.wait_for()
    with pytest.raises(InvalidInputError) as refused:
        load(tmp_path / "bad.npz")
    model.set_input_files(tmp_path / "bad.npz")
    page.get_by_text(str(refused.value).rsplit("bad.npz", 1)[-1].strip(" :")).first.wait_for()


@needs_browser
@pytest.mark.needs("starlette")
def test_a_lost_connection_is_said_and_asked_again(open_page: Callable[..., "Page"], lab_server: Lab) -> None:
    page = open_page("about:blank")
    page.route_web_socket(re.compile("/ask$"), lambda socket: socket.close())
    page.goto(f"{lab_server.url}#v1/doctor")
    page.get_by_role("heading", name="Doctor", exact=True).wait_for()
    own = MADE["dead"]["diagnosis"]["network"]["dense"]
    page.goto(f"{address(lab_server.url.rstrip('/'), 'doctor', {'network': own}).replace('/index.html', '/')}")
    page.get_by_text("The connection to Python is lost").first.wait_for()
    assert page.get_by_role("button", name="Ask again").is_visible()
    assert strokes(page, "dead") == 20  # what the page knows by itself stays


# -------------------------------------------------------------------------------------------- what Python answers


def asked(module: Any, network: Network, x: Any, y: Any, **more: Any) -> dict[str, Any]:
    """Give the answer to a question with explicit numbers, through JSON."""
    numbers = {
        "weights": [each.tolist() for each in network.weights],
        "biases": [each.tolist() for each in network.biases],
        "activations": list(network.activations),
    }
    given = {"network": numbers, "data": {"x": x, "y": y}, **more}
    return json.loads(json.dumps(module.answer(module.check(given)), allow_nan=False))


def value_at(curve: dict[str, Any], x: np.ndarray) -> np.ndarray:
    return PiecewiseLinear(curve["x"], curve["y"], curve["left"], curve["right"])(x)


def test_the_examples_are_what_python_answers_now() -> None:
    made = MADE["together"]
    network, rows = dense(made["diagnosis"]["network"]), made["data"]
    found = asked(_diagnose, network, rows["x"], rows["y"])
    for each, old in zip(found["findings"], made["diagnosis"]["findings"], strict=True):
        assert (each["kind"], each["severity"], each["units"]) == (old["kind"], old["severity"], old["units"])
    assert found["loss"] == pytest.approx(made["diagnosis"]["loss"], rel=1e-12)
    assert found["floor"] == pytest.approx(made["diagnosis"]["floor"], rel=1e-6)
    assert asked(_repair, network, rows["x"], rows["y"])["after"] == pytest.approx(made["repair"]["after"], rel=1e-6)


def test_curves_are_breakpoints_and_equal_the_network() -> None:
    rng = np.random.default_rng(5)
    network = Network.dense(
        [rng.normal(size=(1, 6)), rng.normal(size=(6, 4)), rng.normal(size=(4, 1))],
        [*map(rng.normal, ([0] * 6, [0] * 4, [0]))],
    )
    x = np.linspace(-2, 2, 30)
    found = network_payload(network, Dataset(x, np.sin(x)), "mse")
    places = np.linspace(-3, 3, 1000)
    assert found["curve"]["exact"]
    np.testing.assert_allclose(value_at(found["curve"], places), network(places), atol=EXACT, rtol=EXACT)
    assert len(found["kinks"]) == 6
    smooth = network_payload(Network.dense(network.weights, network.biases, "tanh"), Dataset(x, x), "mse")
    assert not smooth["curve"]["exact"]
    assert smooth["kinks"] is None
    assert smooth["layers"][0]["dead"] is None


def test_classes_are_told_from_numbers_and_findings_name_their_units() -> None:
    made = MADE["spiral"]["diagnosis"]
    network, data = dense(made["network"]), example("spiral")
    arguments = _diagnose.check({"network": made["network"]["dense"], "data": {"example": "spiral"}})
    assert _diagnose.materials_of(arguments)[2] == "cross-entropy" == _diagnose.loss_of(network, data)
    assert _diagnose.loss_of(network, Dataset(data.x, data.y + 0.5)) == "mse"
    assert _diagnose.loss_of(network, Dataset(data.x, np.eye(3)[data.y[:, 0].astype(int)])) == "mse"
    found = diagnosis_payload(diagnose(network, data, loss="cross-entropy", try_remedies=False))
    assert found["network"]["curve"] is None
    assert found["network"]["layers"][0]["dead"] == 14 == len(found["findings"][0]["units"])
    shares = found["network"]["layers"][0]["shares"]
    assert [shares[index] for _, index in found["findings"][0]["units"]] == [0.0] * 14
    assert "x" not in found["data"]


def test_places_on_the_curve() -> None:
    x = np.concatenate([np.linspace(0, 3, 40), np.linspace(7, 10, 40)])
    y = np.abs(x - 5)
    network = Network.dense([[[1.0, 1.0]], [[-1.0], [2.0]]], [[0.0, -5.0], [5.0]])
    strange = y.copy()
    strange[10] += 8
    outlier = diagnosis_payload(diagnose(network, (x, strange), try_remedies=False))
    (place,) = next(each for each in outlier["findings"] if each["kind"] == "outliers")["places"]
    assert place == pytest.approx([x[10], x[10]])
    gap = diagnosis_payload(diagnose(network, (x, y), try_remedies=False))
    assert [each["places"] for each in gap["findings"] if each["kind"] == "gaps"] == [[[3.0, 7.0]]]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "network must be an object"),
        ({"network": {"example": "digits"}}, "data must be an object"),
        ({"network": {"example": "digits"}, "data": {"example": "sine"}, "loss": "max"}, "loss must be one of"),
        ({"network": {"example": "digits"}, "data": {"example": "sine"}, "seed": 1}, "has no 'seed'"),
        ({"network": {"upload": "/etc/passwd"}, "data": {"example": "sine"}}, "is no handle of a file"),
    ],
)
def test_nonsense_is_refused_before_anything_is_computed(given: dict[str, Any], sentence: str) -> None:
    for module in (_diagnose, _repair):
        with pytest.raises(InvalidInputError, match=sentence):
            module.check(given)


def test_columns_that_do_not_suit_are_a_sentence() -> None:
    arguments = _diagnose.check({"network": {"example": "spiral"}, "data": {"example": "sine"}})
    with pytest.raises(InvalidInputError, match="1 input column where the network has 2 inputs"):
        _diagnose.answer(arguments)


def test_the_python_equals_the_plot(web: Path, tmp_path: Path) -> None:
    x = np.linspace(-1, 11, 1000)
    names = ("forum", "together")
    for name, found in zip(
        names, sources(web, tmp_path, "doctor", [state(n, repair=1) for n in names], x), strict=True
    ):
        space: dict[str, Any] = {"__name__": "copied"}
        exec(found["source"], space)  # noqa: S102 - what the reader would run
        np.testing.assert_allclose(space["network"](x), found["y"], atol=EXACT, rtol=EXACT)
        repaired = dense(MADE[name]["repair"]["network"])
        np.testing.assert_allclose(space["repair"].network(x), repaired(x), atol=1e-6)  # another machine's rounding
        assert space["diagnosis"].cause.kind == MADE[name]["diagnosis"]["findings"][0]["kind"]


def test_the_floor_of_the_examples_is_certified_and_met_by_the_repair() -> None:
    for name in ("forum", "dead", "together"):
        floor = MADE[name]["diagnosis"]["floor"]
        assert floor["certified"]
        assert floor["lower"] <= MADE[name]["repair"]["after"] <= 1.01 * floor["lower"]
        network, rows = dense(MADE[name]["repair"]["network"]), MADE[name]["data"]
        data = example("sine") if "example" in rows else Dataset(rows["x"], rows["y"])
        assert np.mean((network(data.x) - data.y) ** 2) == pytest.approx(MADE[name]["repair"]["after"], rel=1e-9)
