"""Networks as .json: a document that people can read and write, every number to its last bit."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges import _files
from hinges._arrays import Floats
from hinges.errors import InvalidInputError
from hinges.interop._caps import LARGEST_JSON, MOST_JSON_VALUES
from hinges.interop._document import document_of, network_of
from hinges.interop._naming import about, shown
from hinges.nets import Network

LARGEST_FLOAT = sys.float_info.max


def to_bytes(network: Network) -> bytes:
    """Give the .json file of a network; floats are written so that they read back bit-equal."""
    document = document_of(network, _lists)
    nodes = ",\n".join(f"  {_text(node)}" for node in document.pop("nodes"))
    lines = [f" {_text(key)}: {_text(value)},\n" for key, value in document.items()]
    return f'{{\n{"".join(lines)} "nodes": [\n{nodes}\n ]\n}}\n'.encode("ascii")


def _lists(array: NDArray[Any], _: str) -> Any:
    return array.tolist()


def _text(value: object) -> str:
    return json.dumps(value, allow_nan=False)


def read(path: Path) -> Network:
    """Give the network of a .json file, or raise naming the place in it that is wrong."""
    size = _files.existing_file(path).stat().st_size
    with about(path):
        if size > LARGEST_JSON:
            raise InvalidInputError(f"it has {size} bytes; at most {LARGEST_JSON} are read as .json: use .npz")
        return network_of(parsed(path.read_bytes()), _array)


def parsed(data: bytes) -> Any:
    """Give what JSON text says, or raise saying where it is wrong."""
    entries = data.count(b",")
    if entries > MOST_JSON_VALUES:
        raise InvalidInputError(f"it has {entries} entries; at most {MOST_JSON_VALUES} are read as .json: use .npz")
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object)
    except RecursionError:
        raise InvalidInputError("its lists are nested too deeply to be a network") from None
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"byte {error.start} is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise InvalidInputError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except InvalidInputError:
        raise
    except ValueError:  # an integer of more digits than Python converts
        raise InvalidInputError("it holds an integer of thousands of digits, which is no weight") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise InvalidInputError(f"the key {shown(key)} stands twice in one object")
        result[key] = value
    return result


def _array(value: Any, place: str, ndim: int) -> Floats:
    if ndim == 1:
        return np.array(_numbers(value, place))
    if not isinstance(value, list):
        raise InvalidInputError(f"{place} must be a list of lists, not {shown(value)}")
    rows = [_numbers(row, f"{place}[{i}]") for i, row in enumerate(value)]
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise InvalidInputError(f"{place}[{i}] has {len(row)} entries where {place}[0] has {len(rows[0])}")
    return np.array(rows).reshape(len(rows), len(rows[0]) if rows else 0)


def _numbers(value: Any, place: str) -> list[float]:
    if not isinstance(value, list):
        raise InvalidInputError(f"{place} must be a list, not {shown(value)}")
    for i, entry in enumerate(value):
        if isinstance(entry, bool) or not isinstance(entry, (int, float)):
            raise InvalidInputError(f"{place}[{i}] is {shown(entry)}, not a number")
        if not abs(entry) <= LARGEST_FLOAT:  # NaN is not either
            raise InvalidInputError(f"{place}[{i}] is {shown(entry)}, not a finite number that float64 can hold")
    return [float(entry) for entry in value]
