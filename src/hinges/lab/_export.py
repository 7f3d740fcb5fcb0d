"""Files that work without Python: one station as one HTML file, or the whole lab as a static site."""

import functools
import hashlib
import html
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hinges._files import write_atomically
from hinges._version import __version__
from hinges.errors import InvalidInputError
from hinges.lab._state import complete_state
from hinges.lab._static import PAGE, static_files, stations, with_meta

LISTING = "hinges-lab.json"  # what an exported site says of itself, by which a later export knows it
MARK = re.compile(r"\{\{(TITLE|STATION)\}\}")
# Characters with which text in a script element could end it, open a comment, or end a line of source.
UNSAFE = {character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def export_station(name: str, path: str | os.PathLike[str], **state: Any) -> Path:
    """Write one station as one HTML file that works from disk, without Python and without a network; give its path.

    Arguments:
        name: of the station, such as "match".
        path: of the file; it appears whole or not at all.
        state: values of the station's state in place of its initial ones.

    Raises:
        InvalidInputError: the station, a key or a value is not the station's, or the file cannot be written.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(export_station("match", Path(folder, "match.html")).name)
    match.html
    """
    full = complete_state(name, state)
    parts = {
        "TITLE": html.escape(f"{stations()[name]['title']} \u00b7 hinges lab"),
        "STATION": embedded_json({"station": name, "state": full}),
    }
    template = static_files()["file.html"].decode()
    # One pass and a function, so that nothing inside a part is taken for a mark or an escape.
    return write_atomically(path, MARK.sub(lambda found: parts[found[1]], template).encode())


def embedded_json(value: Any) -> str:
    """Give JSON that may stand inside a script element."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    text = text.encode("utf-8", "backslashreplace").decode()  # a lone surrogate as its escape, which JSON shares
    return "".join(UNSAFE.get(character, character) for character in text)


def export_site(folder: str | os.PathLike[str]) -> Path:
    """Write the lab as a static site, which any file server can serve under any path; give the folder.

    The folder appears whole: one that is there must be empty or an earlier export, which is replaced.

    Raises:
        InvalidInputError: something else is in the folder, or it cannot be written.
    """
    target = Path(os.path.abspath(folder))  # noqa: PTH100 - a link is replaced by name, not followed
    _check_replaceable(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise InvalidInputError(f"cannot write {folder}: {error.strerror or error}") from None
    try:
        for name, content in _site_files().items():
            (fresh / name).write_bytes(content)
        fresh.chmod(0o755)  # a temporary folder is for its owner alone; a site is for a server
        _put_in_place(fresh, target)
    except OSError as error:
        raise InvalidInputError(f"cannot write {folder}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target


@functools.cache
def _site_files() -> Mapping[str, bytes]:
    files = dict(static_files())
    files[PAGE] = with_meta(files[PAGE], "Content-Security-Policy", "default-src 'self'")
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    listing = {"made by": f"hinges {__version__}", "files": sums}
    return {**files, LISTING: json.dumps(listing, indent=2).encode() + b"\n"}


def _check_replaceable(target: Path) -> None:
    """Refuse to replace anything that an export did not write."""
    if not os.path.lexists(target):
        return
    if target.is_symlink() or not target.is_dir():
        raise InvalidInputError(f"{target} is there, and is not a folder")
    there = {each.name for each in target.iterdir()}
    if not there:
        return
    try:
        written = {LISTING, *json.loads((target / LISTING).read_bytes())["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        raise InvalidInputError(f"{target} is not empty, and not an earlier export: name a new folder") from None
    if others := sorted(there - written):
        raise InvalidInputError(
            f"{target} holds {others[0]}, which no export has written: move it, or name a new folder"
        )


def _put_in_place(fresh: Path, target: Path) -> None:
    """Move the fresh folder to where an older one may be, which goes only when the new one is there."""
    if not target.exists():
        fresh.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent))
    aside = old / target.name
    target.rename(aside)
    try:
        fresh.rename(target)
    except OSError:
        aside.rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
