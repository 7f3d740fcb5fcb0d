"""The question `curve`: the best for every number of units up to some."""

from typing import Any

from hinges.errors import InvalidInputError
from hinges.fits import LOSSES
from hinges.lab.questions import _checks
from hinges.lab.questions._bounds import payload

FIELDS = ("x", "y", "max_units", "loss")


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Give the arguments whose number, types and sizes are right."""
    _checks.known_only(given, "the question curve", FIELDS)
    arguments = dict(given)
    for name in ("x", "y"):
        arguments[name] = _checks.numbers(arguments.get(name), name)
    if "max_units" not in arguments:
        raise InvalidInputError("the question curve needs max_units")
    arguments["max_units"] = _checks.whole(arguments["max_units"], "max_units", least=1, most=_checks.MAX_SIZE)
    arguments["loss"] = _checks.choice(arguments.get("loss", "mse"), "loss", LOSSES)
    return arguments


def answer(arguments: dict[str, Any]) -> Any:
    """Give the bounds of one unit, of two, and so on."""
    from hinges.optimal import error_curve

    curve = error_curve((arguments["x"], arguments["y"]), arguments["max_units"], arguments["loss"])
    return [{"units": i, **payload(bounds)} for i, bounds in enumerate(curve, 1)]
