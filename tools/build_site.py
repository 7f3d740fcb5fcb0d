# ruff: noqa: INP001, T201 - a script, not part of a package
"""Build the site and check it: `python tools/build_site.py [FOLDER]`. Needs the group `docs`, and no network.

The build is strict: any warning ends it. Then every page is read: each link inside the site leads to a page and a
heading that are there, and nothing is fetched from elsewhere when a page is opened.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
FETCHING = {  # what a browser fetches by itself when it meets the tag
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "iframe": ("src",),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "use": ("href", "xlink:href"),
}
NOT_FETCHED = {"canonical", "alternate", "next", "prev", "edit"}  # links of a page's head that only name an address
IN_STYLES = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"])(https?:)?//""")


class Page(HTMLParser):
    """The links, the headings and the fetched addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.fetched: list[str] = []
        self.styles: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element names, links to and fetches."""
        told = {name: value or "" for name, value in attrs}
        self._inside = tag
        self.places |= {told[name] for name in ("id", "name") if name in told}
        if tag == "a" and "href" in told:
            self.links.append(told["href"])
        if not (tag == "link" and set(told.get("rel", "").split()) & NOT_FETCHED):
            self.fetched += [told[name] for name in FETCHING.get(tag, ()) if told.get(name)]
        self.styles.append(told.get("style", ""))

    def handle_data(self, data: str) -> None:
        """Note the text of a style sheet."""
        if self._inside == "style":
            self.styles.append(data)


def build(folder: Path) -> None:
    """Build the site, strictly."""
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}  # an advertisement, printed as a warning
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)  # noqa: S603 - our own site


def read(folder: Path) -> dict[Path, Page]:
    """Give every page of a built site."""
    pages: dict[Path, Page] = {}
    for path in sorted(folder.rglob("*.html")):
        page = Page()
        page.feed(path.read_text(encoding="utf-8"))
        pages[path] = page
    return pages


def faults(folder: Path) -> Iterator[str]:
    """Give a line for every link that leads nowhere and everything that is fetched from elsewhere."""
    folder = folder.resolve()
    pages = read(folder)
    for path, page in pages.items():
        name = path.relative_to(folder)
        for address in page.fetched:
            if urlsplit(address).scheme not in ("", "data") or address.startswith("//"):
                yield f"{name} fetches {address}"
        for link in page.links:
            start = folder if link.startswith("/") else path.parent  # the page for what is not found links from the top
            yield from (f"{name} links to {link}: {fault}" for fault in _fault(path, start, link, pages))
        yield from (f"{name} fetches in a style: {style[:80]}" for style in page.styles if IN_STYLES.search(style))
    for path in folder.rglob("*.css"):
        if IN_STYLES.search(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(folder)} fetches from elsewhere"


def _fault(path: Path, start: Path, link: str, pages: dict[Path, Page]) -> Iterator[str]:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return  # of other sites
    target = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else path
    target = target / "index.html" if target.is_dir() else target
    if not target.exists():
        yield "there is no such file"
    elif target.parent.name == "lab" or target not in pages:
        return  # what stands behind # in an address of the lab is a state
    elif parts.fragment and unquote(parts.fragment) not in pages[target].places:
        yield "there is no such place on the page"


def main() -> int:
    """Build and check; 0 where all is well."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "site"
    build(folder.resolve())
    found = list(faults(folder))
    print("\n".join(found) if found else f"The site is in {folder}: open {folder / 'index.html'}.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
