"""Every question of the lab against nonsense: what comes from a page is arguments, or one sentence."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from hinges.errors import InvalidInputError
from hinges.lab.questions import QUESTIONS, BadQuestionError, kind_named, read_question
from hinges.lab.questions._train import check_change

NETWORK = {"weights": [[[1.0, 2.0]], [[1.0], [2.0]]], "biases": [[0.0, 1.0], [0.0]], "activations": ["relu", "linear"]}
DATA = {"x": [0.0, 1.0, 2.0], "y": [[0.0], [1.0], [0.0]]}
DIGITS = {"example": "digits"}
UPLOAD = {"upload": "0" * 32, "x": ["a", 1], "y": ["b"]}
# One question of every kind and form; those that a station asks.
ASKED: dict[str, list[dict[str, Any]]] = {
    "best": [{"x": [0.0, 1.0], "y": [0.0, 1.0], "pieces": 2, "loss": "mse"}],
    "curve": [{"x": [0.0, 1.0], "y": [0.0, 1.0], "max_units": 2, "loss": "mse"}],
    "diagnose": [{"network": NETWORK, "data": DATA, "loss": "mse"}],
    "open": [{"network": {"upload": "0" * 32, "shape": [1, 2]}, "name": "a"}, {"data": UPLOAD}],
    "regions": [
        {"network": {"example": "spiral"}, "plane": {"kind": "inputs"}, "bounds": [-1, 1, -1, 1], "depth": 1},
        {"network": {"example": "digits"}, "data": DIGITS, "plane": {"kind": "samples", "rows": [0, 1, 2]}},
        {
            "network": {"example": "digits"},
            "data": DIGITS,
            "plane": {"kind": "features", "features": [0, 1], "row": 3},
        },
    ],
    "repair": [{"network": NETWORK, "data": UPLOAD}],
    "slices": [
        {"network": NETWORK, "data": DATA, "what": "about"},
        {"network": NETWORK, "data": DATA, "what": "samples", "first": 0, "count": 2},
        {
            "network": NETWORK, "data": DATA, "what": "look", "base": 0, "sort": "kinks", "page": 0,
            "show": {"kind": "unit", "layer": 0, "index": 1},
        },
        {"network": NETWORK, "data": DATA, "what": "line", "rows": [0, 1], "show": {"kind": "outputs"}},
    ],
    "train": [
        {
            "data": DATA, "seeds": 2, "seed": 0, "steps": 10, "shown": 0, "pace": 5.0, "paused": True,
            "runs": [{"hidden": [3], "start": NETWORK, "learning_rate": 0.1, "l1": 0.0, "validation": 0.2}],
        },
    ],
}  # fmt: skip
NONSENSE: list[Any] = [
    None, True, -1, 0, 0.5, 10**400, -(2**63) - 1, 1e308, -1e308, "", "a" * 5000, "\ud800\u0000", "__class__", [], [[]],
    [None], [[[[[1]]]]], [1e308] * 50, {}, {"": {}}, {"example": {}}, {"upload": []}, {"x": {"y": []}}, {"kind": []},
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give where every part of a value stands."""
    yield path
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield from places(value[key], (*path, key))


def spoilt(value: Any, path: tuple[Any, ...], nonsense: Any) -> Any:
    """Give the value with nonsense at a place."""
    if not path:
        return nonsense
    value = copy.copy(value)
    value[path[0]] = spoilt(value[path[0]], path[1:], nonsense)
    return value


def variants(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give a question with one thing wrong: a part replaced, left out, or one too many."""
    for path in list(places(asked))[1:]:
        for nonsense in NONSENSE:
            yield spoilt(asked, path, nonsense)
    for key in asked:
        yield {name: value for name, value in asked.items() if name != key}
    yield {**asked, "more": 1}


def test_every_question_is_among_them():
    assert set(ASKED) >= set(QUESTIONS)


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_question_that_is_spoilt_is_arguments_or_a_sentence(kind: str):
    refused = 0
    for asked in ASKED[kind]:
        kind_named(kind).check(copy.deepcopy(asked))  # which are all right as they are
        for given in variants(asked):
            try:
                assert isinstance(kind_named(kind).check(copy.deepcopy(given)), dict)
            except InvalidInputError as error:
                refused += 1
                assert 5 < len(str(error)) < 1000, given  # noqa: PT017 - whichever of the two
    assert refused > 50


def test_a_change_that_is_spoilt_is_one_or_a_sentence():
    asked = {"learning_rate": [0.1], "paused": True, "shown": 1, "pace": 3.0, "advance": 5, "finish": False}
    check_change(asked)
    for given in variants(asked):
        try:
            check_change(given)
        except InvalidInputError as error:
            assert 5 < len(str(error)) < 1000  # noqa: PT017 - as above


@pytest.mark.parametrize("kind", [*QUESTIONS, "change", "cancel", "more"])
def test_a_message_that_is_deep_or_odd_is_a_sentence(kind: str):
    for depth in (300, 900, 3000, 100_000):
        inner = '{"x":[' * depth + "1" + "]}" * depth
        with pytest.raises(BadQuestionError) as refused:
            read_question(f'{{"id": 1, "question": "{kind}", "data": {inner}, "network": {inner}, "x": {inner}}}')
        assert 5 < len(str(refused.value)) <= 300
    with pytest.raises(BadQuestionError):
        read_question(json.dumps({"id": 1, "question": kind, "__proto__": {}, "lane": ["a"]}))
