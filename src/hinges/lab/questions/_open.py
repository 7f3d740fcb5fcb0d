"""The question `open`: what a network or a file of data is, in a few words and numbers."""

from typing import Any

import numpy as np

from hinges.errors import InvalidInputError
from hinges.lab import _materials
from hinges.lab.questions import _checks

FIELDS = ("network", "data", "name")
LONGEST_NAME = 200
MOST_LISTED = 64  # names of layers, columns or notes


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Give the arguments: a reference to a network or to data, and the name under which it is shown."""
    _checks.known_only(given, "the question open", FIELDS)
    if ("network" in given) == ("data" in given):
        raise InvalidInputError("the question open needs either a network or data")
    name = given.get("name", "")
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise InvalidInputError(f"name must be a text of at most {LONGEST_NAME} characters")
    if "network" in given:
        return {"network": _materials.checked_network(given["network"]), "name": name}
    return {"data": _materials.checked_data(given["data"]), "name": name}


def answer(arguments: dict[str, Any]) -> Any:
    """Give `kind`, `name`, `handle` if it was brought, and a `summary`."""
    reference = arguments.get("network") or arguments["data"]
    about = {"name": arguments["name"] or reference.get("example", "")}
    if "upload" in reference:
        about["handle"] = reference["upload"]
    if "network" in arguments and not _materials.holds_columns(reference):
        return {**about, "kind": "network", "summary": summary_of_network(reference)}
    return {**about, "kind": "data", "summary": summary_of_data(reference)}


def summary_of_network(reference: dict[str, Any]) -> dict[str, Any]:
    """Give the sizes of a network, its layers and their activations."""
    network = _materials.network_of(reference)
    hidden = network.hidden_nodes
    kinds = dict.fromkeys(getattr(node, "kind", "max") for node in hidden)
    return {
        "inputs": network.inputs,
        "outputs": network.outputs,
        "units": sum(node.units for node in hidden),
        "layers": [{"name": _short(node.name), "units": node.units} for node in hidden[:MOST_LISTED]],
        "depth": len(hidden),
        "activations": list(kinds),
        "notes": [_materials.without_paths(note)[:LONGEST_NAME] for note in network.notes[:MOST_LISTED]],
    }


def summary_of_data(reference: dict[str, Any]) -> dict[str, Any]:
    """Give how many rows there are, and of each column its name and range."""
    data = _materials.data_of(reference)

    def columns(names: tuple[str, ...], values: Any) -> list[dict[str, Any]]:
        lows, highs = np.min(values, axis=0).tolist(), np.max(values, axis=0).tolist()
        listed = zip(names[:MOST_LISTED], lows, highs, strict=False)
        return [{"name": _short(name), "low": low, "high": high} for name, low, high in listed]

    return {
        "rows": len(data),
        "inputs": data.x.shape[1],
        "outputs": data.y.shape[1],
        "x": columns(data.x_names, data.x),
        "y": columns(data.y_names, data.y),
    }


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
