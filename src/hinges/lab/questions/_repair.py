"""The question `repair`: the same layers with better numbers in them."""

from typing import Any

from hinges.lab.questions._diagnose import checked, materials_of


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Give the arguments whose form and sizes are right."""
    return checked(given, "repair")


def answer(arguments: dict[str, Any]) -> Any:
    """Give the repair as plain JSON, the repaired network with it."""
    from hinges.diagnosis import repair
    from hinges.lab.questions._findings import repair_payload

    network, data, loss = materials_of(arguments)
    return repair_payload(repair(network, data, loss=loss))
