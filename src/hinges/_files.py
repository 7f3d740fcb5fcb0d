"""Files: written whole or not at all, and read with their sizes known before anything is allocated."""

import math
import mmap
import os
import re
import stat
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

from hinges.errors import InvalidInputError

MAX_BYTES = 2**31  # of arrays in one file
MAX_MEMBERS = 10_000  # of one zip file
FREE_BYTES = 2**26  # that a zip file may unpack to, however small it is
MAX_RATIO = 20  # of what it unpacks to beyond that, to its own size
LONGEST_SHOWN = 100  # characters of a stranger's text in a sentence
LONGEST_HEADER = 10_000  # bytes before the numbers of an array
HEADER = re.compile(
    rb"\{'descr': ?'([<>|=]?[biufcUSVOmM?][0-9]{0,9}(?:\[[A-Za-z0-9]{1,9}\])?)', ?"
    rb"'fortran_order': ?(True|False), ?'shape': ?\(((?:[0-9]{1,19}, ?)*(?:[0-9]{1,19})?)\),? ?\}\s*"
)
MEMBER_SIGNATURE = b"PK\x01\x02"  # begins each entry of a zip file's directory


def write_atomically(path: str | os.PathLike[str], data: bytes) -> Path:
    """Write `data` to `path` so that a reader sees the old file or the new one, never a part."""
    target = Path(path)
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise InvalidInputError(f"cannot write {target}: {error.strerror or error}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(_permissions(target))
        Path(temporary).replace(target)
    except OSError as error:
        raise InvalidInputError(f"cannot write {target}: {error.strerror or error}") from None
    finally:
        Path(temporary).unlink(missing_ok=True)
    return target


def _permissions(target: Path) -> int:
    """Give the mode of the file that is there, or what a newly made file would get."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def existing_file(path: str | os.PathLike[str]) -> Path:
    """Give the path of a regular file that is there, or raise saying what is wrong with it."""
    source = Path(path)
    if source.is_dir():
        raise InvalidInputError(f"{source} is a folder, not a file")
    if not source.exists():
        raise InvalidInputError(f"there is no file {source}")
    if not source.is_file():
        raise InvalidInputError(f"{source} is not a regular file")
    return source


def read_npz(path: str | os.PathLike[str]) -> dict[str, NDArray[Any]]:
    """Give the arrays of an .npz file by name; pickles, bombs and damaged files are refused unread."""
    source = existing_file(path)
    try:
        check_directory(source, "arrays")
        with zipfile.ZipFile(source) as archive:
            members = checked_members(source, archive, "arrays")
            return {_stem(m.filename): _read_member(source, archive, m) for m in members}
    except InvalidInputError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise InvalidInputError(f"{source} is not a readable .npz file: {short(str(error))}") from None


def _stem(filename: str) -> str:
    return filename.removesuffix(".npy")


def short(text: str) -> str:
    """Give a stranger's text as it may stand in a sentence."""
    text = text if text.isprintable() else ascii(text)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "..."


def check_directory(source: Path, noun: str) -> None:
    """Count the members before the zip file's directory is parsed, which takes memory for each of them."""
    if source.stat().st_size == 0:
        raise InvalidInputError(f"{source} is empty")
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at = -1
        for _ in range(MAX_MEMBERS + 1):
            at = content.find(MEMBER_SIGNATURE, at + 1)
            if at < 0:
                return
    raise InvalidInputError(f"{source} holds more than {MAX_MEMBERS} {noun}")


def checked_members(source: Path, archive: zipfile.ZipFile, noun: str) -> list[zipfile.ZipInfo]:
    """Give the members of a zip file, none of which is a link, has another's name or unpacks to too much."""
    members = archive.infolist()
    names: set[str] = set()
    for member in members:
        name = _stem(member.filename)
        if name in names:
            raise InvalidInputError(f"{source} holds two {noun} named {short(name)}")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise InvalidInputError(f"{source}: {short(name)} is a link, which is never followed")
        names.add(name)
    total = sum(member.file_size for member in members)
    if total > MAX_BYTES:
        raise InvalidInputError(f"{source} would unpack to {total} bytes; at most {MAX_BYTES} are read")
    packed = source.stat().st_size
    if total > FREE_BYTES + MAX_RATIO * packed:
        raise InvalidInputError(f"{source} has {packed} bytes and would unpack to {total}: more than {MAX_RATIO} times")
    return members


def _read_member(source: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    name = short(_stem(member.filename))
    with archive.open(member) as file:
        try:
            shape, dtype, order = _header(file)
        except (ValueError, TypeError):
            raise InvalidInputError(f"{source}: {name} is not an array in NumPy's format") from None
        if dtype.hasobject:
            raise InvalidInputError(f"{source}: {name} holds pickled objects, which are never loaded")
        if math.prod(shape) * dtype.itemsize != member.file_size - file.tell():
            raise InvalidInputError(
                f"{source}: {name} declares shape {short(str(shape))}, which its {member.file_size} bytes do not fit"
            )
        return np.ndarray(shape, dtype, file.read(), order=order)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any], Literal["C", "F"]]:
    """Give the shape, type and order that an .npy file declares.

    NumPy's own reader evaluates the header as Python, which long nonsense can crash; arrays of plain numbers or
    text have a header of one form.
    """
    magic, major = file.read(6), file.read(2)[:1]
    size = int.from_bytes(file.read(2 if major == b"\x01" else 4), "little")
    if magic != b"\x93NUMPY" or major not in (b"\x01", b"\x02") or size > LONGEST_HEADER:
        raise ValueError(magic)
    found = HEADER.fullmatch(file.read(size))
    if found is None:
        raise ValueError(size)
    dtype, fortran, sizes = (text.decode("ascii") for text in found.groups())
    shape = tuple(int(each) for each in sizes.replace(",", " ").split())
    return shape, np.dtype(dtype), "F" if fortran == "True" else "C"
