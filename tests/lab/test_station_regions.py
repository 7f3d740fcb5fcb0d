"""Regions: what Python answers, and the station in a real browser, with Python and without."""

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from running_lab import Lab
from station_pages import address, hinders_nobody, never_scrolls_sideways, settle

from hinges import Network, Plane, Regions, example, load, regions
from hinges.errors import InvalidInputError
from hinges.interop import save
from hinges.lab import _materials
from hinges.lab.questions import _regions
from hinges.nets import Activation, Linear, Max

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

in_browser = pytest.mark.needs("playwright", "chromium")
with_python = pytest.mark.needs("playwright", "chromium", "starlette", "uvicorn", "websockets")

SHOWN = "(n) => document.querySelector('.s-tiling-counts b').textContent"  # how many regions there are
SQUARE = (-1.25, 1.25, -1.25, 1.25)
ABS = {"weights": [[[1.0, -1.0], [0.5, 2.0]], [[1.0], [1.0]]], "biases": [[0.25, 0.0], [-0.5]], "activations": "relu"}


# ------------------------------------------------------------------------------------------------- what Python says


def asked(**given: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Ask, and give the header and the arrays by their names."""
    frame = _regions.answer(_regions.check(given))
    return dict(frame.header), dict(zip(frame.header["parts"], frame.arrays, strict=True))


def built_in(name: str, depth: int | None = None) -> Network:
    network = _materials.network_of({"example": name})
    return network if depth is None else _regions.shortened(network, depth)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "network must be an object"),
        ({"network": ABS}, "plane must be an object"),
        ({"network": ABS, "plane": {"kind": "moon"}}, "plane.kind"),
        ({"network": ABS, "plane": {"kind": "inputs", "rows": [1]}}, "has no 'rows'"),
        ({"network": ABS, "plane": {"kind": "samples", "rows": [0, 1]}}, "3 whole numbers"),
        ({"network": ABS, "plane": {"kind": "samples", "rows": [0, 7, 7]}}, "names 7 twice"),
        ({"network": ABS, "plane": {"kind": "features", "features": [0, -1]}}, "plane.features"),
        ({"network": ABS, "plane": {"kind": "features", "features": [0, 1], "row": 0.5}}, "plane.row"),
        ({"network": ABS, "plane": {"kind": "inputs"}, "bounds": [0, 1, 0]}, "four numbers"),
        ({"network": ABS, "plane": {"kind": "inputs"}, "bounds": [0, 1, 1, 1]}, "must rise"),
        ({"network": ABS, "plane": {"kind": "inputs"}, "bounds": [0, 1e300, 0, 1]}, "bounds"),
        ({"network": ABS, "plane": {"kind": "inputs"}, "depth": 0}, "depth"),
        ({"network": ABS, "plane": {"kind": "inputs"}, "wide": 1}, "has no 'wide'"),
    ],
)
def test_bad_questions_are_refused_before_anything_is_computed(given: dict[str, Any], sentence: str):
    with pytest.raises(InvalidInputError, match=re.escape(sentence)):
        _regions.check(given)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"plane": {"kind": "samples", "rows": [0, 1, 2]}}, "needs data"),
        (
            {"plane": {"kind": "samples", "rows": [0, 1, 9]}, "data": {"x": [[0, 0], [1, 2]], "y": [0, 1]}},
            "row 9 is none",
        ),
        ({"plane": {"kind": "features", "features": [0, 2]}}, "feature 2 is none of the 2"),
        ({"plane": {"kind": "inputs"}, "data": {"x": [1, 2], "y": [0, 1]}}, "1 columns where the network reads 2"),
    ],
)
def test_planes_that_are_none_are_a_sentence(given: dict[str, Any], sentence: str):
    with pytest.raises(InvalidInputError, match=re.escape(sentence)):
        asked(network=ABS, **given)


def test_an_answer_holds_the_librarys_regions():
    header, arrays = asked(
        network={"example": "spiral-deep"}, data={"example": "spiral"}, plane={"kind": "inputs"}, bounds=list(SQUARE)
    )
    found = regions(built_in("spiral-deep"), Plane.inputs(), bounds=SQUARE)
    assert header["counts"] == {"activation": found.count("activation"), "linear": found.count("linear")}
    assert header["certified"] is True
    np.testing.assert_allclose(arrays["vertices"] * 2.5 - 1.25, found.vertices, atol=3e-7)
    np.testing.assert_array_equal(arrays["corners"], found.polygons.corners)
    np.testing.assert_array_equal(arrays["starts"], found.polygons.starts)
    np.testing.assert_array_equal(arrays["linear"], found.linear.labels)
    np.testing.assert_allclose(
        arrays["ties"].reshape(-1, 2, 2) * 2.5 - 1.25, found.decision_boundaries().segments, atol=3e-7
    )
    said = built_in("spiral-deep")(found.interior).argmax(axis=1)
    whole = arrays["classes"] != _regions.DIVIDED
    np.testing.assert_array_equal(arrays["classes"][whole], said[whole])
    assert 0 < np.count_nonzero(~whole) < len(found)
    assert len(arrays["points"]) == len(arrays["labels"]) == 300


@pytest.mark.parametrize("name", ["digits", "digits-standardized"])
@pytest.mark.parametrize(
    "plane", [{"kind": "samples", "rows": [3, 14, 15]}, {"kind": "features", "features": [20, 43], "row": 5}]
)
def test_the_layers_that_are_sent_are_the_network_on_the_plane(name: str, plane: dict[str, Any]):
    network, rows = built_in(name), example("digits").x
    made = _regions.plane_of(plane, network, example("digits"))
    layers = _regions.plane_layers(network, made)
    places = np.random.default_rng(0).uniform(-0.5, 1.5, (200, 2))
    hidden = np.maximum(0, places @ layers["weights0"] + layers["bias0"])
    np.testing.assert_allclose(hidden @ layers["weights1"] + layers["bias1"], network(made(places)), rtol=0, atol=1e-11)
    if plane["kind"] == "samples":
        np.testing.assert_allclose(made([[0, 0], [1, 0], [0, 1]]), rows[plane["rows"]], atol=1e-15)
    else:
        np.testing.assert_array_equal(made([0.25, 0.75])[[20, 43]], [0.25, 0.75])
        others = np.delete(np.arange(64), [20, 43])
        np.testing.assert_array_equal(made([0.25, 0.75])[others], rows[5, others])


def test_fewer_layers_are_the_library_on_the_shortened_network():
    header, arrays = asked(network={"example": "spiral-deep"}, plane={"kind": "inputs"}, bounds=list(SQUARE), depth=1)
    found = regions(built_in("spiral-deep", 1), Plane.inputs(), bounds=SQUARE)
    assert (
        header["counts"]["activation"]
        == found.count()
        < len(regions(built_in("spiral-deep"), Plane.inputs(), bounds=SQUARE))
    )
    assert (header["depth"], header["formulas"], header["hidden"]) == (1, 8, [8, 8])
    assert "classes" not in arrays  # a later layer decides
    assert len(arrays["ties"])
    again, _ = asked(network={"example": "spiral-deep"}, plane={"kind": "inputs"}, bounds=list(SQUARE), depth=7)
    assert again["depth"] == 2


def test_without_bounds_one_looks_where_the_data_lie():
    header, _ = asked(network=ABS, data={"x": [[0, 0], [4, 1], [2, 3]], "y": [0, 1, 0]}, plane={"kind": "inputs"})
    np.testing.assert_allclose(header["bounds"], [-0.4, 4.4, -0.9, 3.9])
    header, _ = asked(
        network=ABS, data={"x": [[0, 7], [4, 7]], "y": [0, 1]}, plane={"kind": "features", "features": [0, 1]}
    )
    np.testing.assert_allclose(header["bounds"], [-0.4, 4.4, 6.5, 7.5])


def test_formulas_are_sent_where_layers_cannot_be(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_regions, "MOST_NUMBERS", 0)
    _, arrays = asked(network={"example": "spiral-deep"}, plane={"kind": "inputs"}, bounds=list(SQUARE))
    found = regions(built_in("spiral-deep"), Plane.inputs(), bounds=SQUARE)
    assert "weights0" not in arrays
    np.testing.assert_array_equal(arrays["maps"], found.maps)
    bits = np.unpackbits(arrays["bits"], axis=1, bitorder="little")[:, : found.patterns.shape[1]]
    np.testing.assert_array_equal(bits.astype(bool), found.patterns)
    monkeypatch.setattr(_regions, "MOST_MAPPED", 10)
    _, arrays = asked(network={"example": "spiral-deep"}, plane={"kind": "inputs"}, bounds=list(SQUARE))
    assert "maps" not in arrays


def test_too_many_regions_are_a_sentence_with_a_way_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_regions, "MOST_REGIONS", 40)
    given = {"network": {"example": "spiral-deep"}, "plane": {"kind": "inputs"}, "bounds": list(SQUARE)}
    with pytest.raises(InvalidInputError, match=r"more than 40 regions .*: zoom in, or show fewer layers$"):
        asked(**given)
    header, arrays = asked(**given, depth=1)  # the boundary of all layers would need more
    assert header["bent"] is False
    assert len(arrays["ties"]) == 0


def test_pooling_and_branches_have_formulas_of_their_own(monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(0)
    nodes = (
        Linear((0,), (rng.normal(size=(2, 6)),), rng.normal(size=6), "first"),
        Activation(1, "relu", 6, "on"),
        Max(2, np.array([[0, 1, 2], [3, 4, 5]]), 6, "pool"),
        Linear((3, 0), (rng.normal(size=(2, 2)), rng.normal(size=(2, 2))), np.zeros(2), "out"),
    )
    own = Network(nodes, 2)
    monkeypatch.setattr(_materials, "network_of", lambda _: own)
    header, arrays = asked(network=ABS, plane={"kind": "inputs"})
    found = regions(own, Plane.inputs())
    assert header["counts"] == {"activation": found.count("activation"), "linear": found.count("linear")}
    assert (header["hidden"], len(header["units"]), header["activations"]) == ([6, 2], 8, [])
    np.testing.assert_array_equal(arrays["maps"], found.maps)
    header, arrays = asked(network=ABS, plane={"kind": "inputs"}, depth=1)
    assert (header["formulas"], arrays["maps"].shape[2]) == (6, 6)


def test_the_slope_of_leaky_units_is_sent_where_it_is_one(monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(0)
    weights, biases = [rng.normal(size=(2, 5)), rng.normal(size=(5, 2))], [rng.normal(size=5), np.zeros(2)]
    own = Network.dense(weights, biases, "leaky_relu", negative_slope=0.07)
    monkeypatch.setattr(_materials, "network_of", lambda _: own)
    header, arrays = asked(network=ABS, plane={"kind": "inputs"})
    assert (header["slope"], header["activations"]) == (0.07, ["leaky_relu", "linear"])
    each = dataclasses.replace(own.nodes[1], slope=np.linspace(0, 0.4, 5))
    own = Network((own.nodes[0], each, own.nodes[2]), 2)
    header, arrays = asked(network=ABS, plane={"kind": "inputs"})
    np.testing.assert_array_equal(arrays["maps"], regions(own, Plane.inputs()).maps)


def test_one_output_has_the_classes_above_and_below_zero():
    header, arrays = asked(network=ABS, plane={"kind": "inputs"})
    found = regions(_materials.network_of(ABS), Plane.inputs())
    assert header["counts"]["activation"] == len(found) == len(arrays["classes"])
    assert set(arrays["classes"].tolist()) <= {0, 1, _regions.DIVIDED}
    np.testing.assert_allclose(
        arrays["ties"].reshape(-1, 2, 2) * 2 - 1, found.decision_boundaries().segments, atol=3e-7
    )


# --------------------------------------------------------------------------------------------------- without Python


@pytest.fixture
def station(open_page: Callable[..., "Page"], site: str) -> Callable[..., "Page"]:
    def open_it(state: dict[str, Any] | None = None, **options: object) -> "Page":
        page = open_page(address(site, "regions", state), **options)
        there(page)
        return page

    return open_it


def there(page: "Page") -> None:
    """Wait until the regions asked for are there and painted."""
    page.locator(".s-view:not([aria-busy])").wait_for()
    page.get_by_text(re.compile("^(Certified|Not certified)")).first.wait_for()
    settle(page)


def counts(page: "Page") -> list[int]:
    return [int(each.replace(",", "")) for each in page.locator(".s-tiling-counts b").all_inner_texts()]


def map_of(page: "Page") -> "Locator":
    return page.locator(".s-tiling > svg")


def hover(page: "Page", across: float, up: float) -> None:
    """Move the pointer to a share of the map."""
    box = map_of(page).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60 + across * (box["width"] - 90), box["y"] + 40 + up * (box["height"] - 100))
    settle(page)


def formulas(page: "Page") -> dict[str, Any]:
    """Give what the page says of the region in full: s, t, the affine map and the pattern."""
    opened = page.locator("details", has_text="In full, to copy").first
    if opened.get_attribute("open") is None:
        opened.locator("summary").click()
    space: dict[str, Any] = {}
    exec(opened.locator("code").inner_text(), space)  # noqa: S102 - what the reader would copy
    return space


def agrees(page: "Page", found: Regions) -> int:
    """Check that the region shown is the library's at this place: formula and pattern; give its number."""
    shown = formulas(page)
    region = found.find([shown["s"], shown["t"]])
    matrix, offset = found.affine(region)
    np.testing.assert_allclose(shown["affine"], np.vstack([offset, matrix]), rtol=0, atol=1e-9)
    assert "".join(shown["pattern"]) == "".join(str(int(bit)) for bit in found.patterns[region])
    words = page.locator("section[aria-label='The region'] .k-status").inner_text()
    assert f" of {len(found):,};" in words
    return region


@in_browser
def test_hovering_reads_the_librarys_formula(station: Callable[..., "Page"]) -> None:
    page = station()
    found = regions(built_in("spiral-deep"), Plane.inputs(), bounds=SQUARE)
    assert counts(page) == [found.count("activation"), found.count("linear")]
    formulas(page)
    seen: set[int] = set()
    for across, up in [(0.2, 0.3), (0.7, 0.35), (0.5, 0.62), (0.33, 0.81)]:
        hover(page, across, up)
        seen.add(agrees(page, found))
    assert len(seen) == 4
    assert page.locator(".k-tiling-ring").get_attribute("d")
    page.mouse.move(0, 0)
    settle(page)
    assert formulas(page)["s"] == 0.3  # the crosshair's own place again


@in_browser
def test_depth_changes_the_counts_to_those_of_python(station: Callable[..., "Page"]) -> None:
    page = station()
    before = counts(page)
    page.get_by_role("slider", name="hidden layers that cut").focus()
    page.keyboard.press("ArrowLeft")
    there(page)
    found = regions(built_in("spiral-deep", 1), Plane.inputs(), bounds=SQUARE)
    page.wait_for_function(SHOWN + " === n", arg=f"{len(found):,}")
    assert counts(page) == [found.count("activation"), found.count("linear")] != before
    agrees(page, found)
    page.get_by_role("button", name="Undo").click()
    there(page)
    assert counts(page) == before


@in_browser
def test_the_crosshair_goes_by_keyboard_and_says_where_it_is(station: Callable[..., "Page"]) -> None:
    page = station()
    cross = page.get_by_role("slider", name="crosshair")
    said = cross.get_attribute("aria-valuetext") or ""
    assert re.match(r"s = 0.3, t = 0.4; region \d+ of \d+; class \d; y0 = .* s .* t; y1 = ", said)
    assert "units of layer 2 on" in said
    cross.focus()
    for key in ("Shift+ArrowLeft", "Shift+ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
    settle(page)
    moved = cross.get_attribute("aria-valuetext") or ""
    assert moved.startswith("s = 0.1, t = 0.39;")
    found = regions(built_in("spiral-deep"), Plane.inputs(), bounds=SQUARE)
    agrees(page, found)
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")  # beyond the edge: the view goes along
    settle(page)
    page.keyboard.press("Tab")
    assert page.evaluate("decodeURIComponent(location.hash).length") > 20


@in_browser
def test_zoom_drag_and_the_whole(station: Callable[..., "Page"]) -> None:
    page = station()
    box = map_of(page).bounding_box()
    assert box is not None

    def numbers() -> list[str]:
        return map_of(page).locator(".k-numbers text").all_inner_texts()

    first = numbers()
    page.get_by_role("button", name="Zoom in", exact=True).first.click()
    settle(page)
    closer = numbers()
    assert closer != first
    page.mouse.move(box["x"] + 150, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 250, box["y"] + 240, steps=3)
    page.mouse.up()
    settle(page)
    assert numbers() != closer
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.keyboard.down("Control")
    page.mouse.wheel(0, 200)
    page.keyboard.up("Control")
    settle(page)
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Whole: back to the first view").click()
    there(page)
    canvas = page.locator(".k-tiles-canvas")
    assert int(canvas.get_attribute("data-drawn") or 0) >= counts(page)[0]


@in_browser
def test_colours_by_region_class_and_unit(station: Callable[..., "Page"]) -> None:
    page = station()
    canvas = page.locator(".k-tiles-canvas")

    def painted() -> str:
        there(page)
        page.wait_for_timeout(0)
        return canvas.evaluate("(element) => element.toDataURL()")

    seen = {painted()}
    for choice, words in (("region", "a tint for each linear region"), ("a unit's z", "z of unit 0 in layer 1")):
        page.get_by_role("radio", name=choice).check(force=True)
        page.get_by_text(words).first.wait_for()
        seen.add(painted())
    unit = page.get_by_role("textbox", name="unit", exact=True)
    unit.fill("5")
    unit.press("Enter")
    page.get_by_text("z of unit 5 in layer 1").first.wait_for()
    seen.add(painted())
    assert len(seen) == 4


@in_browser
def test_digits_show_the_image_under_the_crosshair(station: Callable[..., "Page"]) -> None:
    page = station()
    page.get_by_label("Network").select_option("digits")
    there(page)
    rows = example("digits").x
    found = regions(built_in("digits"), Plane.through(*rows[:3]), bounds=(-0.5, 1.5, -0.5, 1.5))
    assert counts(page) == [found.count("activation"), found.count("linear")]
    hover(page, 0.4, 0.3)
    agrees(page, found)
    assert page.locator(".s-tiling-image canvas").is_visible()
    page.get_by_role("combobox", name="Plane").select_option("features")
    there(page)
    pixels = counts(page)[0]
    page.get_by_label("Network").select_option("digits-standardized")
    there(page)
    assert counts(page)[0] > 100 * pixels  # the remedy
    field = page.get_by_role("textbox", name="input along s")
    field.fill("3")
    field.press("Enter")
    page.get_by_text("The installed lab cuts any plane of any network").first.wait_for()


@in_browser
@pytest.mark.parametrize("state", [{}, {"depth": 1, "point": [0.1, -0.2]}, {"network": {"example": "digits"}}])
def test_the_python_finds_the_same_regions(station: Callable[..., "Page"], state: dict[str, Any]) -> None:
    page = station(state)
    shown, drawn = formulas(page), counts(page)
    page.get_by_role("button", name="Python").click()
    space: dict[str, Any] = {"__name__": "copied"}
    exec(page.get_by_role("dialog").locator("code").inner_text(), space)  # noqa: S102 - what the reader would run
    found = space["found"]
    assert [found.count("activation"), found.count("linear")] == drawn
    matrix, offset = found.affine(found.find(space["point"]))
    scale = np.abs(matrix).max()
    np.testing.assert_allclose(shown["affine"], np.vstack([offset, matrix]), rtol=0, atol=1e-12 * scale)


@in_browser
def test_pictures_for_files(station: Callable[..., "Page"]) -> None:
    page = station({"colour": "region"})
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="SVG").click()
    svg = Path(waiting.value.path()).read_text()
    assert (
        len(
            set(re.findall(r'<path d="M[^"]*Z"[^>]*fill="(rgb[^"]*)"', svg))
            | set(re.findall(r'fill="(rgb[^"]*)"', svg))
        )
        > 20
    )
    assert svg.count("Z") > counts(page)[0]
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="PNG").click()
    assert Path(waiting.value.path()).stat().st_size > 20_000


@in_browser
def test_nobody_is_hindered_on_the_map(station: Callable[..., "Page"], audit: Callable[..., list[str]]) -> None:
    page = station()
    hinders_nobody(page, audit)
    page.get_by_label("Network").select_option("digits")
    there(page)
    hinders_nobody(page, audit)
    never_scrolls_sideways(page)


@in_browser
def test_a_card_paints_the_same_polygons(browser: "Browser", site: str) -> None:
    """Where the browser has WebGL2 of its own (here it is told so), that paints, and a lost card is made good."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        page.add_init_script(
            "const gl = WebGL2RenderingContext.prototype; gl.getParameter = ((get) => function (name) "
            "{ return name === 37446 ? 'a card' : get.call(this, name); })(gl.getParameter)"
        )
        page.goto(address(site, "regions"))
        there(page)
        canvas = page.locator(".k-tiles-canvas")
        if canvas.get_attribute("data-painter") != "webgl2":
            pytest.skip("this browser has no WebGL2")
        drawn = canvas.get_attribute("data-drawn")
        assert int(drawn or 0) >= counts(page)[0]
        canvas.evaluate("(element) => element.getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()")
        page.locator(".k-tiles-canvas[data-painter=canvas][data-drawn]").wait_for()
        assert page.locator(".k-tiles-canvas").get_attribute("data-drawn") == drawn
    finally:
        context.close()


# ------------------------------------------------------------------------------------------------------ with Python


@pytest.fixture
def live(open_page: Callable[..., "Page"], lab_server: Lab) -> Callable[..., "Page"]:
    def open_it(state: dict[str, Any]) -> "Page":
        page = open_page(address(lab_server.url.rstrip("/"), "regions", state).replace("/index.html", "/"))
        page.set_default_timeout(120_000)  # the first question of all starts a process, which compiles
        there(page)
        page.set_default_timeout(30_000)
        return page

    return open_it


@with_python
def test_any_three_digits_and_any_part_of_their_plane(live: Callable[..., "Page"]) -> None:
    page = live({"network": {"example": "digits"}, "plane": {"kind": "samples", "rows": [10, 21, 32]}})
    rows = example("digits").x
    plane = Plane.through(rows[10], rows[21], rows[32])
    found = regions(built_in("digits"), plane, bounds=(-0.5, 1.5, -0.5, 1.5))
    assert counts(page) == [found.count("activation"), found.count("linear")]
    hover(page, 0.3, 0.4)
    agrees(page, found)
    page.mouse.move(0, 0)
    page.get_by_role("button", name="Zoom in", exact=True).first.click()
    page.wait_for_function(SHOWN + " !== n", arg=f"{len(found):,}")
    there(page)
    near = regions(built_in("digits"), plane, bounds=(-0.075, 0.925, -0.075, 0.925))
    assert counts(page) == [near.count("activation"), near.count("linear")]
    agrees(page, near)


@with_python
def test_a_model_that_was_brought(live: Callable[..., "Page"], tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    own = Network.dense([rng.normal(size=(2, 12)), rng.normal(size=(12, 2))], [rng.normal(size=12), np.zeros(2)])
    path = save(own, tmp_path / "own.json")
    page = live({})
    page.locator("input[type=file]").first.set_input_files(path)
    page.get_by_text("own.json is read.").first.wait_for()
    there(page)
    found = regions(load(path), Plane.inputs())
    page.wait_for_function(SHOWN + " === n", arg=f"{len(found):,}")
    assert counts(page) == [found.count("activation"), found.count("linear")]
    hover(page, 0.35, 0.35)
    agrees(page, found)
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps({"weights": "none"}))
    page.locator("input[type=file]").first.set_input_files(bad)
    page.locator("section[aria-label='What is cut'] .k-status[data-tone=error]").wait_for()
    assert counts(page) == [found.count("activation"), found.count("linear")]
