"""Slices: the page's curves against the library's, and the station in a real browser."""

import contextlib
import io
import itertools
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from station_pages import address, drag, handle, hinders_nobody, never_scrolls_sideways, settle

from hinges.lab.questions import Frame, _slices

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from hinges import Slice
    from hinges.analysis import FeatureSweep

TOLERANCE = 1e-12
STATES: list[dict[str, Any]] = [
    {},
    {"model": {"example": "digits-standardized"}, "sort": "bend", "page": 1, "line": [3, 5]},
    {"base": 27, "sort": "swing", "line": [1796, 12]},
    {"base": 5, "model": {"example": "digits-standardized"}, "sort": "position", "line": [7, 8]},
]


@pytest.fixture(scope="module")
def computed(web: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Give what the page computes of these states."""
    folder = tmp_path_factory.mktemp("slices")
    program, asked, given = folder / "golden.mjs", folder / "asked.json", folder / "given.json"
    asked.write_text(json.dumps(STATES))
    bundle = [str(web / "node_modules" / ".bin" / "esbuild"), str(web / "tests" / "stations" / "slices-golden.ts")]
    bundle += ["--bundle", "--platform=node", "--format=esm", "--log-level=warning", f"--outfile={program}"]
    data = str(web / "stations" / "slices" / "examples" / "digits.bin")
    for command in (bundle, ["node", str(program), data, str(asked), str(given)]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return json.loads(given.read_text())


def close(found: Any, expected: Any) -> None:
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max(initial=0.0) <= TOLERANCE * max(1.0, float(np.abs(expected).max(initial=0.0)))


def run(source: str) -> dict[str, Any]:
    """Run the Python that the page gives, as its reader would."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(source, "copied.py", "exec"), names)  # noqa: S102 - our own source
    return names


@pytest.mark.needs("sklearn")
@pytest.mark.parametrize("number", range(len(STATES)))
def test_the_page_computes_what_the_copied_python_computes(computed: list[dict[str, Any]], number: int) -> None:
    page = computed[number]
    names = run(page["source"])
    found: FeatureSweep = names["found"]
    assert page["kinks"] == found.kinks.tolist()
    assert page["features"] == names["features"]
    close(page["base"], found.point)
    close(page["values"], found.network(found.point[None])[0])
    close(page["bend"], found.bend.max(axis=1))
    close(page["swing"], found.move.max(axis=1))
    for panel, one in zip(page["panels"], names["slices"], strict=True):
        same_curves(panel, one)
    between: Slice = names["between"]
    same_curves(page["line"], between)
    assert page["line"]["owners"] == [[unit.index for unit in owners] for owners in between.owners]
    assert page["line"]["silent"] == between.silent.tolist()


def same_curves(page: dict[str, Any], one: "Slice") -> None:
    assert one.certificate.certified
    close(page["t"], one.t)
    close(page["y"], one.y.T)


def asked(state: dict[str, Any], **question: Any) -> Frame:
    reference = {"network": state.get("model", {"example": "digits"}), "data": {"example": "digits"}}
    return _slices.answer(_slices.check({**reference, **question}))


@pytest.mark.needs("sklearn")
@pytest.mark.parametrize("number", range(2))
def test_python_answers_what_the_page_computes(computed: list[dict[str, Any]], number: int) -> None:
    state, page = {"sort": "kinks", "page": 0, "base": None, **STATES[number]}, computed[number]
    show = {"kind": "outputs"}
    look = asked(state, what="look", base=state["base"], show=show, sort=state["sort"], page=state["page"])
    base, values, kinks, bend, swing, counts, t, y = look.arrays
    assert look.header["features"] == page["features"]
    assert kinks.tolist() == page["kinks"]
    for mine, name in ((base, "base"), (values, "values"), (bend, "bend"), (swing, "swing")):
        close(mine, page[name])
    close(t, np.concatenate([panel["t"] for panel in page["panels"]]))
    close(y.T, np.concatenate([panel["y"] for panel in page["panels"]], axis=1))
    assert counts.tolist() == [len(panel["t"]) for panel in page["panels"]]
    some = asked(state, what="panels", base=state["base"], show=show, features=page["features"][:2])
    close(some.arrays[1], np.concatenate([panel["t"] for panel in page["panels"][:2]]))
    line = asked(state, what="line", rows=state.get("line", [0, 8]), show=show)
    close(line.arrays[1].T, page["line"]["y"])
    assert line.arrays[2].tolist() == [len(own) for own in page["line"]["owners"]]
    assert line.arrays[4].tolist() == [index for own in page["line"]["owners"] for index in own]
    why = asked(state, what="why", base=state["base"]).header
    assert {name: pytest.approx(value, rel=1e-9) for name, value in why.items()} == page["why"]


@pytest.mark.needs("sklearn")
def test_one_unit_or_output_of_a_deep_network() -> None:
    rng = np.random.default_rng(0)
    sizes = (3, 5, 4, 2)
    weights = [rng.normal(size=shape).tolist() for shape in itertools.pairwise(sizes)]
    biases = [rng.normal(size=size).tolist() for size in sizes[1:]]
    x = rng.normal(size=(6, 3)).tolist()
    reference = {"network": {"weights": weights, "biases": biases}, "data": {"x": x, "y": [0, 1, 0, 1, 2, 2]}}

    def ask(**question: Any) -> Frame:
        return _slices.answer(_slices.check({**reference, **question}))

    from hinges import Line, Network, Unit, slice_along

    network = Network.dense(weights, biases)
    low, high = np.min(x, axis=0), np.max(x, axis=0)
    about = ask(what="about")
    assert about.header["layers"] == [5, 4]
    assert about.header["shape"] is None
    close(about.arrays, (low, high))
    assert ask(what="samples", first=4, count=9).header["labels"] == ["2", "2"]
    for show in ({"kind": "unit", "layer": 1, "index": 2}, {"kind": "output", "index": 1}):
        *_, kinks, bend, swing, counts, t, y = ask(what="look", base=2, show=show, sort="position", page=0).arrays
        at = 0
        for feature in range(3):
            one = slice_along(network, Line.along_feature(x[2], feature, low[feature], high[feature]))
            mine = slice(at, at := at + counts[feature])
            close(t[mine], one.t)
            expected = one.unit(Unit(1, 2))[1] if show["kind"] == "unit" else one.function(1)
            close(y[mine, 0], expected(one.coordinate))
            chord = y[mine][0] + one.t[:, None] * (y[mine][-1] - y[mine][0])
            close(
                [kinks[feature], bend[feature], swing[feature]],
                [len(one.owners), np.abs(y[mine] - chord).max(), np.ptp(y[mine])],
            )


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ({}, "what"),
        ({"what": "plan"}, "what"),
        ({"what": "about", "base": 1}, "has no 'base'"),
        ({"what": "look", "base": -1, "show": {"kind": "outputs"}, "sort": "kinks", "page": 0}, "base"),
        ({"what": "look", "base": 1, "show": {"kind": "all"}, "sort": "kinks", "page": 0}, "show.kind"),
        ({"what": "look", "base": 1, "show": {"kind": "outputs", "index": 1}, "sort": "kinks", "page": 0}, "index"),
        ({"what": "look", "base": 1, "show": [], "sort": "kinks", "page": 0}, "show must be"),
        ({"what": "panels", "base": 1, "show": {"kind": "outputs"}, "features": list(range(37))}, "features"),
        ({"what": "line", "rows": [1], "show": {"kind": "outputs"}}, "rows"),
        ({"what": "samples", "first": 0, "count": 10**9}, "count"),
        ({"what": "why", "base": "x" * 10_000}, "base"),
        # what the files decide
        ({"what": "why", "base": 100_000}, "1797 rows"),
        ({"what": "line", "rows": [1, 1], "show": {"kind": "outputs"}}, "no line between them"),
        ({"what": "panels", "base": 1, "show": {"kind": "outputs"}, "features": [64]}, "reads 64 numbers"),
        ({"what": "panels", "base": 1, "show": {"kind": "unit", "layer": 3, "index": 0}, "features": [1]}, "1 hidden"),
        ({"what": "panels", "base": 1, "show": {"kind": "output", "index": 10}, "features": [1]}, "10 outputs"),
    ],
)
@pytest.mark.needs("sklearn")
def test_what_cannot_be_answered_is_one_sentence(question: dict[str, Any], sentence: str) -> None:
    from hinges.errors import InvalidInputError

    with pytest.raises(InvalidInputError, match=re.escape(sentence)) as refused:
        asked({}, **question)
    assert len(str(refused.value)) < 300


# ------------------------------------------------------------------------------------------------ in a browser

in_browser = pytest.mark.needs("playwright", "chromium")


@pytest.fixture
def station(open_page: Callable[..., "Page"], site: str) -> Callable[..., "Page"]:
    def open_it(state: dict[str, Any] | None = None, **options: Any) -> "Page":
        page = open_page(address(site, "slices", state), **options)
        page.get_by_text(re.compile(r"kinks between 0 and 1 on average")).first.wait_for()
        settle(page)
        return page

    return open_it


def panels(page: "Page") -> list[str]:
    """Give what each panel says of itself."""
    group = page.get_by_role("group", name="Curves of each feature")
    return [each.get_attribute("aria-label") or "" for each in group.get_by_role("button").all()]


def kinks_of(page: "Page") -> list[int]:
    return [int(re.search(r"(\d+) kinks?", each)[1]) for each in panels(page)]  # type: ignore[index]


def mean_kinks(page: "Page") -> float:
    words = page.get_by_text(re.compile(r"kinks between 0 and 1 on average")).first.inner_text()
    return float(re.match(r"[\d.]+", words)[0])  # type: ignore[index]


def columns_that_changed(page: "Page", act: Callable[[], None]) -> list[list[int]]:
    """Give for every panel at which pixels of its width, from its left edge, a full line has come."""
    boxes = page.evaluate(
        """() => [...document.querySelectorAll('.k-multiples')[0].querySelectorAll('[data-panel]')].map((each) =>
            [each.offsetLeft, each.offsetTop, each.offsetWidth, each.offsetHeight])"""
    )
    read = """(boxes) => {
      const canvas = document.querySelector('.k-multiples canvas'), ratio = canvas.width / canvas.clientWidth;
      const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
      const context = copy.getContext('2d', { willReadFrequently: true });
      context.drawImage(canvas, 0, 0);
      return boxes.map(([left, top, width, height]) => {
        const y = Math.round((top + 22) * ratio), row = context.getImageData(left * ratio, y, width * ratio, 1).data;
        return Array.from({ length: row.length / 4 }, (_, i) => row.slice(4 * i, 4 * i + 4).join());
      });
    }"""
    before = page.evaluate(read, boxes)
    act()
    settle(page)
    after = page.evaluate(read, boxes)
    return [
        [i for i, (a, b) in enumerate(zip(*pair, strict=True)) if a != b] for pair in zip(before, after, strict=True)
    ]


@in_browser
def test_hover_links_all_panels(station: Callable[..., "Page"]) -> None:
    page = station()
    panel = page.get_by_role("group", name="Curves of each feature").get_by_role("button").nth(8)
    box = panel.bounding_box()
    assert box is not None

    def hover() -> None:
        page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.6 * box["height"])

    changed = columns_that_changed(page, hover)
    assert len(changed) == 36
    for each in changed[:8] + changed[9:]:  # the one in hand is drawn anew, too
        assert each
        assert abs(each[0] / box["width"] - 0.7) < 0.04
        assert len(each) <= 3
    assert page.get_by_text(re.compile(r"at 0\.7: output \d is highest.*The line stands at 0\.7 in all panels")).count()
    reading = page.get_by_role("slider", name="Read the curves", exact=True)
    assert reading.get_attribute("aria-valuetext").startswith("x = 0.7")  # type: ignore[union-attr]


@in_browser
def test_panels_are_sorted_paged_and_walked_by_keyboard(station: Callable[..., "Page"]) -> None:
    page = station()
    first = kinks_of(page)
    assert len(first) == 36
    assert first == sorted(first, reverse=True)
    page.get_by_role("button", name="The next features").click()
    settle(page)
    rest = kinks_of(page)
    assert len(rest) == 28
    assert rest[0] <= first[-1]
    page.get_by_role("combobox", name="Sorted by").select_option("position")
    settle(page)
    assert [int(re.match(r"\d+,\d+ · (\d+)", each)[1]) for each in panels(page)] == kinks_of(page)  # type: ignore[index]
    assert panels(page)[1].startswith("1,2")
    group = page.get_by_role("group", name="Curves of each feature")
    group.get_by_role("button").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    settle(page)
    assert page.evaluate("document.activeElement.dataset.panel") == "7"
    assert page.get_by_text(re.compile(r"^Pixel 7 \(row 1, column 8\) at 0: ")).count()
    page.keyboard.press("Enter")
    settle(page)
    assert (
        page.get_by_role("img", name="The curves of pixel 7 (row 1, column 8)")
        .or_(page.get_by_role("group", name="The curves of pixel 7 (row 1, column 8)"))
        .count()
    )


@in_browser
def test_the_remedy_raises_the_kinks(station: Callable[..., "Page"]) -> None:
    page = station()
    assert mean_kinks(page) < 3
    table = page.get_by_role("table", name="Why the curves are straight")
    row = table.get_by_role("row").nth(1).get_by_role("cell").all_inner_texts()
    page.get_by_role("button", name="Standardise the inputs").click()
    settle(page)
    assert mean_kinks(page) > 60
    assert row == [f"{kinks} of 128" for kinks in (1.23, 81.2)]
    assert mean_kinks(page) == pytest.approx(float(row[1].split()[0]), abs=0.06)
    page.get_by_role("button", name="Undo").click()
    settle(page)
    assert mean_kinks(page) < 3


@in_browser
def test_a_base_is_chosen_and_a_pixel_on_the_map(station: Callable[..., "Page"]) -> None:
    page = station()
    before = kinks_of(page)
    page.get_by_role("radio", name="row 3, a 3").check()
    settle(page)
    assert kinks_of(page) != before
    assert page.get_by_text("all others stay as they are at row 3, a 3. There the largest output is 3.").count()
    page.keyboard.press("ArrowRight")
    settle(page)
    assert page.get_by_role("radio", name="row 4, a 4").is_checked()
    chosen = handle(page, "chosen feature")
    chosen.focus()
    page.keyboard.press("ArrowDown")
    settle(page)
    assert re.match(r"pixel 28 \(row 4, column 5\): \d+ kinks", chosen.get_attribute("aria-valuetext") or "")
    box = page.locator(".s-map .k-field").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.5 / 8 * box["width"], box["y"] + 7.5 / 8 * box["height"])
    settle(page)
    assert (chosen.get_attribute("aria-valuetext") or "").startswith("pixel 56 (row 8, column 1)")


@in_browser
def test_the_image_changes_along_the_line(station: Callable[..., "Page"]) -> None:
    page = station()
    image = page.locator(".s-now canvas")
    pixels = "(canvas) => canvas.toDataURL()"
    place = handle(page, "place between the images")
    seen = [image.evaluate(pixels)]
    words = page.get_by_text(re.compile(r"^At 0\.\d+: output"))
    said = [words.first.inner_text()]
    place.scroll_into_view_if_needed()
    box = place.locator(".k-handle-shape").bounding_box()
    assert box is not None
    drag(page, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), (120, 0))
    seen.append(image.evaluate(pixels))
    said.append(words.first.inner_text())
    place.focus()
    page.keyboard.press("ArrowLeft")
    settle(page)
    seen.append(image.evaluate(pixels))
    said.append(words.first.inner_text())
    assert len(set(seen)) == len(set(said)) == 3
    assert "output 0 is highest" in said[0]
    assert "output 8 is highest" in said[1]
    assert re.search(r"The nearest kink is at 0\.\d+: unit \d+ of layer 0 switches", said[1])
    assert page.get_by_text("18 of 128 units switch, at 18 kinks").count()


@in_browser
def test_many_curves_cost_nothing_as_outputs_and_much_as_directions(station: Callable[..., "Page"]) -> None:
    page = station()
    words = page.get_by_text(re.compile(r"^\d+ curves from one layer of 64 units"))
    errors = {}
    for count in ("2", "64"):
        page.get_by_role("radio", name=count, exact=True).check()
        settle(page)
        errors[count] = [float(each) for each in re.findall(r"([\d.]+) %", words.first.inner_text())]
    (few_outputs, few_directions), (outputs, directions) = errors["2"], errors["64"]
    assert outputs < 2 * few_outputs < 1
    assert directions > 20 * few_directions
    place = handle(page, "number of curves")
    place.focus()
    page.keyboard.press("ArrowLeft")
    settle(page)
    assert place.get_attribute("aria-valuetext") == "32 curves"


@in_browser
def test_a_shared_state_comes_back_and_a_hostile_one_does_not(station: Callable[..., "Page"], site: str) -> None:
    state = {
        "base": 12,
        "sort": "position",
        "page": 1,
        "show": {"kind": "unit", "layer": 0, "index": 17},
        "feature": 43,
    }
    page = station(state)
    assert panels(page)[0].startswith("5,5")
    assert page.get_by_role("textbox", name="number of the output or unit").input_value() == "17"
    page.reload()
    page.get_by_text(re.compile(r"kinks between 0 and 1 on average")).first.wait_for()
    settle(page)
    assert panels(page)[0].startswith("5,5")
    page.goto(
        address(
            site, "slices", {"base": 5000, "show": {"kind": "unit", "layer": 4, "index": 900}, "line": [2000, 3000]}
        )
    )
    page.get_by_text("all others stay as they are at row 1796, a 8.").first.wait_for()
    assert page.get_by_role("textbox", name="number of the output or unit").input_value() == "127"
    page.goto(address(site, "slices", {"base": 10**9}))
    page.get_by_text("base must be the number of a row").wait_for()


@in_browser
def test_one_file_has_no_examples_and_says_where_they_are(open_page: Callable[..., "Page"], tmp_path: Path) -> None:
    from hinges import export_station

    page = open_page(export_station("slices", tmp_path / "slices.html", base=3).as_uri())
    page.get_by_text("The examples of this station lie beside the lab's page.").first.wait_for()
    assert page.get_by_role("heading", name="All curves").count() == 0
    assert page.get_by_role("heading", name="Why so boring?").is_visible()  # the text that teaches


@in_browser
def test_what_is_brought_is_sliced_by_python(open_page: Callable[..., "Page"], lab_server: Any, tmp_path: Path) -> None:
    from hinges import Network, save, sweep_features

    rng = np.random.default_rng(1)
    network = Network.dense(
        [rng.normal(size=(5, 6)), rng.normal(size=(6, 4)), rng.normal(size=(4, 3))],
        [rng.normal(size=6), rng.normal(size=4), np.zeros(3)],
    )
    save(network, tmp_path / "mine.npz")
    x = rng.normal(size=(12, 5)).round(3)
    np.savetxt(
        tmp_path / "rows.csv",
        np.column_stack((x, np.arange(12) % 3)),
        delimiter=",",
        header="a,b,c,d,e,class",
        comments="",
    )
    page = open_page(f"{lab_server.url}#v1/slices")
    page.get_by_text(re.compile(r"kinks between 0 and 1 on average")).first.wait_for()
    page.get_by_label("Your network").set_input_files(tmp_path / "mine.npz")
    page.get_by_text("The network reads 5 numbers, and a row of the data has 64.").first.wait_for()
    page.get_by_label("Its data").set_input_files(tmp_path / "rows.csv")
    page.get_by_text(re.compile(r"kinks over its range on average, of 10 units")).first.wait_for()
    expected = sweep_features(network, x.mean(axis=0), low=x.min(axis=0), high=x.max(axis=0))
    order = np.argsort(-expected.kinks, kind="stable")
    assert [label.split(":")[0] for label in panels(page)] == [f"{'abcde'[j]} · {expected.kinks[j]}" for j in order]
    page.get_by_role("radio", name="row 4, a 1").check()
    moved = sweep_features(network, x[4], low=x.min(axis=0), high=x.max(axis=0)).kinks
    page.get_by_text(re.compile(f"^{moved.mean():.3g} kinks over its range")).first.wait_for()
    page.get_by_text(re.compile(r"^From row 0, a 0, to row 1, a 1: \d+ of 10 units switch")).first.wait_for()


@in_browser
def test_nobody_is_hindered_by_slices_and_it_never_scrolls_sideways(
    station: Callable[..., "Page"], audit: Callable[..., list[str]]
) -> None:
    page = station({"show": {"kind": "output", "index": 3}})
    hinders_nobody(page, audit)
    never_scrolls_sideways(page)
