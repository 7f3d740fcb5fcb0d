"""Model files that are zip archives: opened under caps, before any framework is imported.

The archive is looked at as a whole first: how many members it has, to how much they unpack, that none is a link,
leads out of the archive or stands there twice. Then single members are read, each of a size known before.
"""

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from hinges import _files
from hinges.errors import InvalidInputError
from hinges.interop._caps import LARGEST_JSON
from hinges.interop._json import parsed
from hinges.interop._naming import shown

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
PICKLE_MARKS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")  # begin pickles of protocols 2 to 5
HDF5_MARK = b"\x89HDF\r\n\x1a\n"


class Archive:
    """A zip archive from a stranger, open for reading; use it in a `with` statement.

    Messages do not name the file where the caller does (see `_naming.about`), except those about the whole archive.

    Arguments:
        path: the file.
        kind: what it is in a sentence, for example ".keras file".

    Raises:
        InvalidInputError: it is no regular file, no zip archive, or one that is not opened.
    """

    def __init__(self, path: Path, kind: str) -> None:
        self.path, self.kind = _files.existing_file(path), kind
        _refuse_others(self.path)
        try:
            _files.check_directory(self.path, "members")
            self._zip = zipfile.ZipFile(self.path)
        except DAMAGED as error:
            raise self._damaged(error) from None
        try:
            members = _files.checked_members(self.path, self._zip, "members")
            self._members = {member.filename: member for member in members}
            for name in self._members:
                _check_name(self.path, name)
        except BaseException as error:
            self._zip.close()
            if isinstance(error, DAMAGED) and not isinstance(error, InvalidInputError):
                raise self._damaged(error) from None
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members, folders left out."""
        return tuple(name for name in self._members if not name.endswith("/"))

    def size(self, name: str) -> int:
        """Give to how many bytes a member unpacks."""
        return self._member(name).file_size

    def read(self, name: str, most: int = _files.MAX_BYTES) -> bytes:
        """Give the bytes of a member, if they are at most so many."""
        member = self._member(name)
        if member.file_size > most:
            raise InvalidInputError(f"{shown(name)} has {member.file_size} bytes; at most {most} are read")
        try:
            with self._zip.open(member) as file:
                data = file.read(member.file_size + 1)
        except DAMAGED as error:
            raise InvalidInputError(f"{shown(name)} is damaged: {_files.short(str(error))}") from None
        if len(data) != member.file_size:
            raise InvalidInputError(f"{shown(name)} has another size than the archive says: it is damaged")
        return data

    def json(self, name: str) -> Any:
        """Give what a member of JSON text says: nested only so deep, and no larger than a .json file may be."""
        return parsed(self.read(name, LARGEST_JSON))

    def _member(self, name: str) -> zipfile.ZipInfo:
        if name not in self._members:
            raise InvalidInputError(f"it has no member {shown(name)}: it is no {self.kind}")
        return self._members[name]

    def _damaged(self, error: BaseException) -> InvalidInputError:
        if isinstance(error, InvalidInputError):
            return error
        return InvalidInputError(f"{self.path} is not a readable {self.kind}: {_files.short(str(error))}")


def _refuse_others(path: Path) -> None:
    """Name what a file is that is often taken for one of this kind."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(PICKLE_MARKS):
        raise InvalidInputError(f"{path} is a pickle, which could run any program and is never loaded")
    if start == HDF5_MARK:
        raise InvalidInputError(f"{path} is in the older format HDF5: load it in Keras and save it as .keras")


def _check_name(path: Path, name: str) -> None:
    """Refuse a name that would lead out of the archive, were it unpacked."""
    parts: Sequence[str] = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in name:
        raise InvalidInputError(f"{path} has a member {shown(name)}, which leads out of the archive")
