"""Files that pages bring: kept under random names in one temporary folder, which goes away with the server."""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from hinges.errors import InvalidInputError
from hinges.lab._pool import Pool
from hinges.lab._worker import Message
from hinges.lab.questions import Question, kind_named

NETWORK_SUFFIXES = (".onnx", ".keras", ".pt2", ".npz", ".json")
DATA_SUFFIXES = (".csv", ".tsv", ".txt")
MAX_BYTES = 64_000_000  # of one file
MAX_TABLE_BYTES = 16_000_000  # of text, which takes many times that when it is read
MAX_FILES = 32  # of one server
MAX_ALL_BYTES = 256_000_000  # of them together
TOGETHER = 2  # files that are read at once, however many come
PATIENCE = 60.0  # seconds until a file must be there
LONGEST_NAME = 100
PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".joblib")


class Uploads:
    """The folder, which is made at once and must be closed."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hinges-lab-"))  # for its owner alone
        self._turns = asyncio.Semaphore(TOGETHER)
        self._sizes: dict[
            str, int
        ] = {}  # in bytes by handle; of a file that is still coming, what it will have at most

    def close(self) -> None:
        """Remove the folder with everything in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    async def take(self, name: str, length: str | None, body: AsyncIterator[bytes], pool: Pool) -> Message:
        """Keep a file if it can be read, and give the message that says what it is, or why it was not kept.

        Raises:
            InvalidInputError: it is refused without being read.
        """
        name, suffix = named(name)
        most = MAX_TABLE_BYTES if suffix in DATA_SUFFIXES else MAX_BYTES
        handle = secrets.token_hex(16)
        self._reserve(handle, _length(length, most))
        path = self.folder / f"{handle}{suffix}"
        kept = False
        try:
            self._sizes[handle] = await _arrived(path, body, most)
            arguments = {"network" if suffix in NETWORK_SUFFIXES else "data": {"upload": handle}, "name": name}
            question = Question(handle, "open", kind_named("open").check(arguments))
            async with self._turns:
                reply = await pool.reply(question)
            kept = isinstance(reply, str) and '"answer": ' in reply[:100]
            return reply
        finally:
            if not kept:
                path.unlink(missing_ok=True)
                del self._sizes[handle]

    def _reserve(self, handle: str, size: int) -> None:
        """Take room for a file before it comes, so that many at once do not take more than there is."""
        if len(self._sizes) >= MAX_FILES:
            raise InvalidInputError(f"this lab holds {MAX_FILES} files already, and no more: start it anew")
        if sum(self._sizes.values()) + size > MAX_ALL_BYTES:
            raise InvalidInputError(
                f"the files of this lab would have more than {MAX_ALL_BYTES // 1_000_000} MB: start it anew"
            )
        self._sizes[handle] = size


def named(given: str) -> tuple[str, str]:
    """Give a file's name as it may be shown, and its suffix if files of that kind are read."""
    name = PurePosixPath(unquote(given, errors="replace").replace("\\", "/")).name
    name = "".join(each if each.isprintable() else " " for each in name).strip()
    suffix = PurePosixPath(name).suffix.lower()
    if len(name) > LONGEST_NAME:
        name = name[: LONGEST_NAME - len(suffix) - 3] + "..." + suffix if len(suffix) < 10 else name[:LONGEST_NAME]
    if suffix in PICKLES:
        raise InvalidInputError(
            f"{name} holds pickles, which could run any program and are never loaded: save the model as .pt2 or .onnx"
        )
    if suffix not in (*NETWORK_SUFFIXES, *DATA_SUFFIXES):
        *most, last = (*NETWORK_SUFFIXES, *DATA_SUFFIXES)
        raise InvalidInputError(f"{name or 'a file'} is of no kind that is read: {', '.join(most)} or {last}")
    return name, suffix


def _length(said: str | None, most: int) -> int:
    """Give the length that the page announces, so that what is too long is refused before it comes."""
    length = int(said) if said is not None and said.isdecimal() and len(said) < 20 else most
    if length > most:
        raise _too_long(most)
    return length


def _too_long(most: int) -> InvalidInputError:
    return InvalidInputError(f"the file is too long: at most {most // 1_000_000} MB of this kind are taken")


async def _arrived(path: Path, body: AsyncIterator[bytes], most: int) -> int:
    """Write what comes if it comes in time and there is room for it, and give how many bytes it was."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await _written(path, body, most)
    except TimeoutError:
        raise InvalidInputError(f"the file did not come within {PATIENCE:.0f} seconds") from None
    except OSError as error:
        raise InvalidInputError(f"the file cannot be kept ({error.strerror or 'no room'})") from None


async def _written(path: Path, body: AsyncIterator[bytes], most: int) -> int:
    """Write what comes, and give how many bytes it was."""
    size = 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        async for chunk in body:
            size += len(chunk)
            if size > most:
                raise _too_long(most)
            file.write(chunk)
    return size
