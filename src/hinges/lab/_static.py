"""The built front end: the files that the package carries, and the stations that they hold."""

import functools
import json
import re
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Any

from hinges.errors import HingesError

MEDIA_TYPES = {
    ".bin": "application/octet-stream",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
PAGE = "index.html"
FIRST_META = re.compile(rb"<meta charset=[^>]*>")


@functools.cache
def static_files() -> Mapping[str, bytes]:
    """Give every file of the front end by its name."""
    folder = resources.files("hinges.lab") / "static"
    try:
        files = {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}
    except FileNotFoundError:
        files = {}
    if PAGE not in files:
        raise HingesError(
            "this copy of hinges has no built front end: install it again, or type make web in a checkout"
        )
    return MappingProxyType(files)


@functools.cache
def stations() -> Mapping[str, dict[str, Any]]:
    """Give each station's `title` and initial `state` by its name."""
    listed = json.loads(static_files()["stations.json"])
    return MappingProxyType({each["name"]: each for each in listed})


def with_meta(page: bytes, name: str, content: str) -> bytes:
    """Give a page of ours with one more `meta` element, after that of the character set."""
    kind = b"http-equiv" if name == "Content-Security-Policy" else b"name"
    element = b'\n<meta %s="%s" content="%s">' % (kind, name.encode(), content.encode())
    found = FIRST_META.search(page)
    assert found is not None
    return page[: found.end()] + element + page[found.end() :]
