"""The lab in a real browser: from its server, from a plain file server, and as a file from disk."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from running_lab import Lab

from hinges.lab import export_site, export_station

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.needs("playwright", "chromium")]

OpenPage = Callable[..., "Page"]
WEIGHT = "weight of unit 1"


def value_of(page: "Page", slider: str = WEIGHT) -> float:
    return float(page.get_by_role("slider", name=slider).input_value())


def has_value(page: "Page", value: float) -> None:
    """Wait until the slider shows this value."""
    from playwright.sync_api import expect

    expect(page.get_by_role("slider", name=WEIGHT)).to_have_value(f"{value:g}")


def moved(page: "Page") -> float:
    """Move the slider by a step, wait until the address tells of it, and give its value."""
    before = value_of(page)
    page.wait_for_url(lambda url: "#v1/match/" in url)
    address = page.url
    page.get_by_role("slider", name=WEIGHT).press("ArrowRight")
    page.wait_for_url(lambda url: url != address)
    after = value_of(page)
    assert after != before
    return after


def test_the_served_page_is_quiet_and_asks_python_under_its_policy(open_page: OpenPage, lab_server: Lab):
    page = open_page(lab_server.url)
    page.get_by_role("heading", name="Match", exact=True).wait_for()
    answer = page.evaluate("""() => new Promise((resolve, reject) => {
        const name = document.querySelector('meta[name="hinges-ask"]').content;
        const address = new URL(name, document.baseURI);
        address.protocol = "ws:";
        const socket = new WebSocket(address);
        socket.onerror = () => reject(new Error("refused"));
        socket.onmessage = (event) => { resolve(JSON.parse(event.data)); socket.close(); };
        const frame = { id: 1, question: "best", x: [0, 1, 2, 3], y: [0, 1, 0, 1], pieces: 3 };
        socket.onopen = () => socket.send(JSON.stringify(frame));
    })""")
    assert answer["id"] == 1
    assert answer["answer"]["upper"] < 1e-20


def test_the_policy_forbids_scripts_in_the_page(browser, lab_server: Lab):
    context = browser.new_context()
    page = context.new_page()
    page.goto(lab_server.url)
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "document.title = 'bad'";
        document.body.append(script);
    }""")
    assert page.title() != "bad"
    context.close()


def test_a_reload_of_the_served_page_keeps_its_state(open_page: OpenPage, lab_server: Lab):
    page = open_page(lab_server.url)
    after = moved(page)
    page.reload()
    has_value(page, after)


def test_a_shared_link_opens_on_any_host(open_page: OpenPage, lab_server: Lab, serve, tmp_path: Path):
    export_site(tmp_path / "courses" / "nets & more" / "lab")
    page = open_page(lab_server.url)
    after = moved(page)
    link = page.url.partition("#")[2]
    elsewhere = open_page(f"{serve(tmp_path)}/courses/nets%20%26%20more/lab/#{link}")
    has_value(elsewhere, after)


def test_the_static_site_asks_nobody_and_works(open_page: OpenPage, serve, tmp_path: Path):
    site = export_site(tmp_path / "site")
    assert b'http-equiv="Content-Security-Policy"' in (site / "index.html").read_bytes()
    page = open_page(f"{serve(site)}/index.html")
    moved(page)
    assert page.locator('meta[name="hinges-ask"]').count() == 0


def test_an_exported_file_works_from_disk_and_keeps_its_state(open_page: OpenPage, tmp_path: Path):
    units = [{"w": 1.5, "b": -1}, {"w": 0.5, "b": 0}]
    path = export_station("match", tmp_path / "match.html", units=units)
    requests: list[str] = []
    page = open_page("about:blank")
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    has_value(page, 1.5)
    assert page.title() == "Match \u00b7 hinges lab"
    page.get_by_role("slider", name=WEIGHT).press("ArrowRight")
    assert value_of(page) > 1.5
    assert requests == [path.as_uri()]
