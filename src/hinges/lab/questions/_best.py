"""The question `best`: the best function of so many units or pieces, with its certificate."""

from typing import Any

from hinges.fits import LOSSES
from hinges.lab.questions import _checks
from hinges.lab.questions._bounds import payload

FIELDS = ("x", "y", "units", "pieces", "loss")
SHORT_ROWS = 100


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Give the arguments whose number, types and sizes are right."""
    _checks.known_only(given, "the question best", FIELDS)
    arguments = dict(given)
    for name in ("x", "y"):
        arguments[name] = _checks.numbers(arguments.get(name), name)
    for name in ("units", "pieces"):
        if name in arguments:
            arguments[name] = _checks.whole(arguments[name], name, least=1, most=_checks.MAX_SIZE)
    arguments["loss"] = _checks.choice(arguments.get("loss", "mse"), "loss", LOSSES)
    return arguments


def is_short(arguments: dict[str, Any]) -> bool:
    """Tell whether it takes milliseconds."""
    return len(arguments["x"]) <= SHORT_ROWS


def answer(arguments: dict[str, Any]) -> Any:
    """Give the bounds of the best."""
    from hinges.optimal import best_error

    sizes = {name: value for name, value in arguments.items() if name not in {"x", "y"}}
    return payload(best_error((arguments["x"], arguments["y"]), **sizes), arguments["x"])
