"""Images and labels in IDX files, the format of MNIST and Fashion-MNIST."""

import gzip
import math
import os
import zlib
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from hinges import _files
from hinges.errors import InvalidInputError

UNSIGNED_BYTE = 8  # the element type in the third byte; the other types are not used for images
MOST_BYTES = 2**30  # of one unpacked file


def read_idx(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """Give the array of bytes in an IDX file, plain or .gz; its size is checked before memory is taken.

    Raises:
        InvalidInputError: there is no such file, or it is no IDX file of unsigned bytes, or is cut short.
    """
    source = _files.existing_file(path)
    packed = source.suffix.lower() == ".gz"
    try:
        with gzip.open(source, "rb") if packed else source.open("rb") as file:
            return _array(source, cast("IO[bytes]", file))
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidInputError(f"{source} cannot be read: {error}") from None


def _array(source: Path, file: IO[bytes]) -> NDArray[np.uint8]:
    head = file.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] != UNSIGNED_BYTE or not 1 <= head[3] <= 4:
        raise InvalidInputError(f"{source} is no IDX file of unsigned bytes")
    sizes = file.read(4 * head[3])
    if len(sizes) < 4 * head[3]:
        raise InvalidInputError(f"{source} is cut short: its header is not whole")
    shape = tuple(int.from_bytes(sizes[i : i + 4], "big") for i in range(0, len(sizes), 4))
    count = math.prod(shape)
    if not 0 < count <= MOST_BYTES:
        raise InvalidInputError(f"{source} declares shape {shape}: between 1 and {MOST_BYTES} bytes are read")
    content = file.read(count + 1)
    if len(content) != count:
        least = "more" if len(content) > count else str(len(content))
        raise InvalidInputError(f"{source} declares shape {shape}, {count} bytes, and holds {least}")
    return np.frombuffer(content, np.uint8).reshape(shape)
