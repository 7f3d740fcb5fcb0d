"""Networks as .npz: NumPy's own format, so that the arrays can be read without hinges.

The array `document` holds the text of the document (see `_document.py`), in which each array is named by its
place, for example `nodes[0].bias`; the arrays of those names hold the numbers.
"""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays, _files
from hinges._arrays import Floats
from hinges.errors import InvalidInputError
from hinges.interop._caps import LARGEST_JSON
from hinges.interop._document import as_text, document_of, network_of
from hinges.interop._json import parsed
from hinges.interop._naming import about, shown
from hinges.nets import Network

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of the zip format: equal networks give equal files


def to_bytes(network: Network) -> bytes:
    """Give the .npz file of a network; equal networks give equal bytes."""
    arrays: dict[str, NDArray[Any]] = {}

    def store(array: NDArray[Any], place: str) -> str:
        arrays[place] = array
        return place

    text = json.dumps(document_of(network, store), allow_nan=False)
    arrays = {"document": np.array(text), **arrays}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", FIRST_DAY)
            with archive.open(member, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
    return buffer.getvalue()


def read(path: Path) -> Network:
    """Give the network of an .npz file, or raise naming the array that is wrong."""
    arrays = _files.read_npz(path)

    def take(value: Any, place: str, ndim: int) -> Floats:
        name = as_text(value, place)
        if name not in arrays:
            raise InvalidInputError(f"{place} names the array {shown(name)}, which is not there or used already")
        array = arrays.pop(name)  # each is used once, so that a small file cannot make a large network
        if array.dtype.kind not in "fiu":
            raise InvalidInputError(f"{shown(name)} holds {array.dtype}, not numbers")
        return _arrays.array(array, name, ndim=ndim)

    with about(path):
        return network_of(parsed(_document_text(arrays)), take)


def _document_text(arrays: dict[str, NDArray[Any]]) -> bytes:
    text = arrays.get("document")
    if text is None or text.ndim or text.dtype.kind != "U":
        raise InvalidInputError("it has no array 'document' of text: this is not a network written by hinges")
    if text.nbytes > 4 * LARGEST_JSON:
        raise InvalidInputError(f"its document has {text.nbytes} bytes; at most {4 * LARGEST_JSON} are read")
    return str(text).encode("utf-8", "replace")
