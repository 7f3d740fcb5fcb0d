"""A station's state from Python: its name and keys checked, completed by the station's own initial state."""

import copy
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from hinges.errors import InvalidInputError
from hinges.lab._static import stations

MAX_BYTES = 4_000_000  # of one state as JSON


def complete_state(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the initial state of the station `name` with the values given in place of its own.

    Raises:
        InvalidInputError: there is no such station, it has no such key, or a value is of another kind than the
            station's own (what is inside lists and objects, the station checks when it opens).
    """
    known = stations()
    if not isinstance(name, str) or name not in known:
        raise InvalidInputError(f"there is no station {name!r}: the stations are {', '.join(known)}")
    initial = copy.deepcopy(known[name]["state"])
    for key, value in given.items():
        if key not in initial:
            raise InvalidInputError(f"the station {name} has no {key}: its state has {', '.join(initial)}")
        initial[key] = _same_kind(plain(value, key), initial[key], f"{key} of the station {name}")
    if len(json.dumps(initial)) > MAX_BYTES:
        raise InvalidInputError(f"the state of the station {name} is larger than {MAX_BYTES // 1_000_000} MB")
    return initial


def plain(value: Any, name: str) -> Any:
    """Give a value as JSON knows it: arrays and tuples as lists, numbers finite, keys text."""
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(entry, f"{name}[{i}]") for i, entry in enumerate(value)]
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise InvalidInputError(f"{name} has the key {key!r}, which is no text")
        return {key: plain(entry, f"{name}.{key}") for key, entry in value.items()}
    if isinstance(value, float) and not np.isfinite(value):
        raise InvalidInputError(f"{name} is {value}: every number must be finite")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise InvalidInputError(f"{name} cannot be written as JSON: it is a {type(value).__name__}")


def _same_kind(value: Any, model: Any, name: str) -> Any:
    if model is None or value is None or _kind(value) == _kind(model):
        return value
    raise InvalidInputError(f"{name} must be {_kind(model)}, not {_kind(value)}")


def _kind(value: Any) -> str:
    kinds = ((bool, "true or false"), ((int, float), "a number"), (str, "a text"), (list, "a list"))
    return next((said for kind, said in kinds if isinstance(value, kind)), "an object with keys")
