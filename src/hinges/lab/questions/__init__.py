"""What a page may ask Python: one module a question, which is imported when the question is first asked.

A module has `check(given) -> arguments`, which raises InvalidInputError and runs in the server: it imports nothing
heavy and bounds every size before anything is allocated; and `answer(arguments)`, which runs in a process of its own
and gives plain JSON values, a `Frame`, or, as a generator, several of them, the last as its return value. It may have
`is_short(arguments) -> bool`: whether the answer is a matter of milliseconds, so that nobody should wait for it behind
a long one.
"""

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol, cast

from hinges.lab.questions._frame import Frame
from hinges.lab.questions._read import BadQuestionError, Question, read_question

__all__ = ["QUESTIONS", "BadQuestionError", "Frame", "Kind", "Question", "kind_named", "read_question"]

# Each question's module, in this package.
QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "best": "_best",
        "curve": "_curve",
        "diagnose": "_diagnose",
        "open": "_open",
        "regions": "_regions",
        "repair": "_repair",
        "slices": "_slices",
        "train": "_train",
    }
)


class Kind(Protocol):
    """What a question's module has."""

    def check(self, given: dict[str, Any]) -> dict[str, Any]:
        """Give the arguments, or raise InvalidInputError."""
        ...

    def answer(self, arguments: dict[str, Any]) -> Any:
        """Compute."""
        ...


def kind_named(name: str) -> Kind:
    """Give the module of a question that is in the table."""
    return cast(Kind, importlib.import_module(f"{__name__}.{QUESTIONS[name]}"))
