"""What a page may ask Python: the frame it sends, checked, and the answer, computed."""

import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

from hinges import _arrays
from hinges.errors import HingesError, InvalidInputError
from hinges.fits import LOSSES, ErrorBounds

MAX_BYTES = 8_000_000  # of one frame
MAX_ROWS = 100_000
MAX_SIZE = 100  # units or pieces
SHORT_ROWS = 100
LONGEST_ID = 64
KINDS = ("best", "curve", "cancel")
FIELDS = {
    "best": ("x", "y", "units", "pieces", "loss"),
    "curve": ("x", "y", "max_units", "loss"),
    "cancel": (),
}


@dataclass(frozen=True)
class Question:
    """One thing asked: `arguments` are those of the verb, `mark` is the id that its answer bears."""

    mark: int | str
    kind: str
    arguments: dict[str, Any]

    @property
    def is_short(self) -> bool:
        """Whether its answer is a matter of milliseconds, so that nobody should wait for it behind a long one."""
        return self.kind == "best" and len(self.arguments["x"]) <= SHORT_ROWS


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
    if isinstance(mark, bool) or not isinstance(mark, (int, str)) or len(str(mark)) > LONGEST_ID:
        raise BadQuestionError(f"id must be a whole number or a text of at most {LONGEST_ID} characters")
    try:
        kind = _arrays.choice(_shown(frame.pop("question", None)), "question", KINDS)
        return Question(mark, kind, _checked(kind, frame))
    except HingesError as error:
        raise BadQuestionError(str(error)[:300], mark) from None


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number of JSON")


def _shown(value: Any) -> Any:
    """Give a value as it may stand in a sentence."""
    return value if not isinstance(value, (str, list, dict)) else str(value)[:40] if isinstance(value, str) else "..."


def _checked(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """Give the arguments whose number, types and sizes are right; the entries of x and y are checked by the verb."""
    for name in given:
        if name not in FIELDS[kind]:
            raise InvalidInputError(f"the question {kind} has no {name[:40]!r}")
    arguments = dict(given)
    if kind == "cancel":
        return arguments
    for name in ("x", "y"):
        values = arguments.get(name)
        if not isinstance(values, list):
            raise InvalidInputError(f"{name} must be a list of numbers")
        if len(values) > MAX_ROWS:
            raise InvalidInputError(f"{name} has {len(values)} rows; at most {MAX_ROWS} are taken")
        arguments[name] = [_number(value, f"{name}[{i}]") for i, value in enumerate(values)]
    for name in ("units", "pieces", "max_units"):
        if name in arguments:
            arguments[name] = _arrays.count(_shown(arguments[name]), name, maximum=MAX_SIZE)
    arguments["loss"] = _arrays.choice(_shown(arguments.get("loss", "mse")), "loss", LOSSES)
    if kind == "curve" and "max_units" not in arguments:
        raise InvalidInputError("the question curve needs max_units")
    return arguments


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidInputError(f"{name} is no number")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise InvalidInputError(f"{name} is too large for float64")
    return result


def answer(question: Question) -> Any:
    """Compute what is asked: plain JSON values."""
    from hinges.optimal import best_error, error_curve

    arguments = dict(question.arguments)
    data = (arguments.pop("x"), arguments.pop("y"))
    if question.kind == "curve":
        curve = error_curve(data, arguments["max_units"], arguments["loss"])
        return [{"units": i, **bounds_payload(bounds)} for i, bounds in enumerate(curve, 1)]
    return bounds_payload(best_error(data, **arguments), data[0])


def bounds_payload(bounds: ErrorBounds, x: list[float] | None = None) -> dict[str, Any]:
    """Give bounds as plain JSON, with the network's hinges and the function's breakpoints.

    Where pieces were asked about, the network is that of the function over the span of `x`.
    """
    from hinges.convert import to_function, to_network

    network, function = bounds.network, bounds.function
    if network is None and function is not None and x:
        span = (min(x), max(x))
        network = to_network(function, interval=span if span[0] < span[1] else None)
    if function is None and network is not None:
        function = to_function(network)
    payload: dict[str, Any] = {name: _finite(getattr(bounds, name)) for name in ("lower", "upper", "gap", "certified")}
    if network is not None and network.is_hinge_sum:
        names = ("weight", "bias", "coefficient", "kink", "slope_change")
        payload["hinges"] = [{name: _finite(getattr(hinge, name)) for name in names} for hinge in network.hinges()]
        payload["output_bias"] = float(network.biases[-1][0])
    if function is not None:
        payload |= {"breakpoints": function.breakpoints.tolist(), "values": function.values.tolist()}
        payload |= {"left_slope": float(function.left_slope), "right_slope": float(function.right_slope)}
    return payload


def _finite(value: Any) -> Any:
    """Give a number as JSON has it: null where it is not finite."""
    if isinstance(value, bool):
        return value
    return float(value) if math.isfinite(value) else None
