"""Store: a folder that keeps the batches of a sweep as they come, one file each, and what they belong to."""

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hinges import _files
from hinges._version import __version__
from hinges.errors import InvalidInputError
from hinges.sweeps._batches import Batch
from hinges.sweeps._study import Study

MANIFEST = "sweep.json"
LARGEST_MANIFEST = 2**27  # bytes


class Store:
    """The folder of a sweep.

    Every file is written whole or not at all, so that a sweep that is killed loses what was being computed and
    nothing else. Arrays are read without pickle.

    Raises:
        InvalidInputError: the folder cannot be made, or holds another sweep or other files.
    """

    def __init__(self, path: str | Path, study: Study) -> None:
        self.path = Path(path)
        if self.path.exists() and not self.path.is_dir():
            raise InvalidInputError(f"path {self.path} is a file: a sweep needs a folder of its own")
        manifest = self.path / MANIFEST
        if manifest.exists():
            _check_same(manifest, study.description())
            return
        if self.path.is_dir() and any(self.path.iterdir()):
            raise InvalidInputError(f"path {self.path} holds other files: a sweep needs a folder of its own")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidInputError(f"cannot make the folder {self.path}: {error.strerror or error}") from None
        text = json.dumps({"schema": 1, "made_by": f"hinges {__version__}", **study.description()}, indent=1)
        _files.write_atomically(manifest, text.encode())

    def read(self, place: int, seeds: Sequence[int]) -> Batch | None:
        """Give the batch of a task, or None where it is still to be computed."""
        file = self._file(place)
        if not file.exists():
            return None
        try:
            return Batch(_files.read_npz(file)).checked(seeds)
        except InvalidInputError as error:
            said = str(error).removeprefix(f"{file}: ")
            raise InvalidInputError(f"{file}: {said}; delete it to compute it again") from None

    def write(self, place: int, batch: Batch) -> None:
        """Keep a batch."""
        buffer = io.BytesIO()
        np.savez(buffer, **dict(batch.arrays))  # pyright: ignore[reportArgumentType]
        _files.write_atomically(self._file(place), buffer.getvalue())

    def _file(self, place: int) -> Path:
        return self.path / f"batch-{place:06d}.npz"


def _check_same(manifest: Path, wanted: Mapping[str, Any]) -> None:
    """Raise in one sentence unless the folder's sweep is the one that is wanted."""
    try:
        if manifest.stat().st_size > LARGEST_MANIFEST:
            raise ValueError(manifest)
        found = json.loads(manifest.read_bytes())
        if not isinstance(found, dict):
            raise TypeError(found)
    except (OSError, ValueError, TypeError, RecursionError):
        raise InvalidInputError(f"{manifest} cannot be read: take another folder") from None
    for name, value in wanted.items():
        if found.get(name) != value:
            raise InvalidInputError(
                f"path {manifest.parent} holds another sweep, with other {_difference(name, found.get(name), value)}: "
                "take another folder"
            )


def _difference(name: str, found: Any, wanted: Any) -> str:
    """Say what differs."""
    if name == "data" and isinstance(found, dict):
        differ = sorted(key for key in {*found, *wanted} if found.get(key) != wanted.get(key))
        return f"data ({', '.join(map(_files.short, differ))})"
    if name == "cells" and isinstance(found, list) and len(found) == len(wanted):
        first = next(i for i, (a, b) in enumerate(zip(found, wanted, strict=True)) if a != b)
        return f"settings (the first that differs: {_files.short(str(found[first]))})"
    return {"cells": "settings", "together": "numbers of seeds trained together"}.get(name, name)
