# ruff: noqa: INP001 - a script, not part of a package
"""Screenshots of every station of the lab, wide and narrow, light and dark, for docs/images/lab.

python tools/screenshots.py [FOLDER]
"""

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

STATIONS = ("match", "segments", "draw", "train", "doctor", "tents", "trace", "slices", "regions")
WIDTHS = {1280: 900, 390: 844}
# ms until nothing on the page moves: Draw and Train train networks meanwhile, Regions asks Python
SETTLED = {"draw": 12_000, "train": 25_000, "regions": 8_000}
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def main(folder: Path) -> None:
    """Start a lab and a browser, and take the pictures."""
    browser_path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    command = [sys.executable, "-u", "-m", "hinges", "lab", "--no-browser", "--port", "0"]
    lab = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    try:
        assert lab.stdout is not None
        found = re.search(r"http://\S+", lab.stdout.readline())
        assert found is not None, "the lab did not start"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
            for width, height in WIDTHS.items():
                for theme in ("light", "dark"):
                    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)
                    page.goto(found[0])
                    for station in STATIONS:
                        name = station.capitalize()
                        page.get_by_role("navigation").get_by_role("link", name=name, exact=False).first.click()
                        page.get_by_role("heading", name=name, exact=False).first.wait_for()
                        expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=30_000)
                        if station == "train":  # the recipe beside the forum's settings
                            page.get_by_role("button", name="Recipe").click()
                            page.get_by_role("button", name="Play").click()
                        page.mouse.move(0, 0)
                        page.wait_for_timeout(SETTLED.get(station, 500))
                        page.screenshot(path=folder / f"{station}-{width}-{theme}.png", full_page=True)
                    page.close()
            browser.close()
    finally:
        lab.send_signal(signal.SIGINT)
        lab.wait(timeout=20)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images/lab"))
