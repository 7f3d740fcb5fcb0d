"""Reading what a page sends: a question with its arguments checked, or a sentence that says what is wrong."""

import json
from dataclasses import dataclass, field
from typing import Any, NoReturn

from hinges.errors import HingesError, InvalidInputError
from hinges.lab.questions import _checks

MAX_BYTES = 8_000_000  # of one frame
LONGEST_ID = 64
LONGEST_LANE = 20
LONGEST_SENTENCE = 300
# What a page says about questions that it has asked, with the arguments that it may give.
ABOUT = {"cancel": ("of",), "more": ()}
CHANGE = "change"  # of a training that is on


@dataclass(frozen=True)
class Question:
    """One thing asked: `arguments` are those of the verb, `mark` is the id that its answer bears.

    Of the questions of one lane of a page the newest takes the place of the one before; most pages have one lane.
    """

    mark: int | str
    kind: str
    arguments: dict[str, Any] = field(default_factory=dict)
    lane: str = ""

    @property
    def is_short(self) -> bool:
        """Whether its answer is a matter of milliseconds, so that nobody should wait for it behind a long one."""
        from hinges.lab.questions import kind_named

        tell = getattr(kind_named(self.kind), "is_short", None)
        return tell is not None and bool(tell(self.arguments))


class BadQuestionError(InvalidInputError):
    """A frame that is no question; `mark` is the frame's own id where it has a good one."""

    def __init__(self, sentence: str, mark: int | str | None = None) -> None:
        super().__init__(sentence)
        self.mark = mark


def read_question(text: str) -> Question:
    """Give the question of a frame, or raise `BadQuestionError`."""
    if len(text) > MAX_BYTES:
        raise BadQuestionError(f"a message of {len(text)} characters came; at most {MAX_BYTES} are read")
    try:
        frame = json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise BadQuestionError("the message is nested too deeply") from None
    except ValueError as error:
        raise BadQuestionError(f"the message is not JSON: {str(error)[:80]}") from None
    if not isinstance(frame, dict):
        raise BadQuestionError("the message must be an object with an id and a question")
    mark = frame.pop("id", None)
    if not _is_mark(mark):
        raise BadQuestionError(f"id must be a whole number or a text of at most {LONGEST_ID} characters")
    try:
        return _question(mark, frame)
    except HingesError as error:
        raise BadQuestionError(str(error)[:LONGEST_SENTENCE], mark) from None
    except RecursionError:  # in an argument
        raise BadQuestionError("the message is nested too deeply", mark) from None
    except Exception as error:  # noqa: BLE001 - whatever a page sends, its connection stays
        raise BadQuestionError(f"the question cannot be read ({type(error).__name__})", mark) from None


def _is_mark(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, (int, str)) and len(str(value)) <= LONGEST_ID


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number of JSON")


def _question(mark: int | str, frame: dict[str, Any]) -> Question:
    from hinges.lab.questions import QUESTIONS, kind_named

    kind = _checks.choice(frame.pop("question", None), "question", (*QUESTIONS, *ABOUT, CHANGE))
    lane = frame.pop("lane", "")
    if not isinstance(lane, str) or len(lane) > LONGEST_LANE:
        raise InvalidInputError(f"lane must be a text of at most {LONGEST_LANE} characters")
    if kind == CHANGE:
        from hinges.lab.questions._train import check_change

        return Question(mark, kind, check_change(frame), lane)
    if kind not in ABOUT:
        return Question(mark, kind, kind_named(kind).check(frame), lane)
    _checks.known_only(frame, f"the question {kind}", ABOUT[kind])
    if "of" in frame and not _is_mark(frame["of"]):
        raise InvalidInputError("of must be the id of a question")
    return Question(mark, kind, frame, lane)
