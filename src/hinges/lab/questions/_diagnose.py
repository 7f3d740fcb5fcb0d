"""The question `diagnose`: why a network does not fit its data."""

from typing import Any

import numpy as np

from hinges.data import Dataset
from hinges.lab import _materials
from hinges.lab.questions import _checks
from hinges.nets import Network

FIELDS = ("network", "data", "loss")
LOSSES = ("mse", "cross-entropy")


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Give the arguments whose form and sizes are right."""
    return checked(given, "diagnose")


def checked(given: dict[str, Any], kind: str) -> dict[str, Any]:
    """Give a network, data and, where it is named, a loss: the arguments of `diagnose` and `repair` alike."""
    _checks.known_only(given, f"the question {kind}", FIELDS)
    arguments: dict[str, Any] = {
        "network": _materials.checked_network(given.get("network")),
        "data": _materials.checked_data(given.get("data")),
    }
    if given.get("loss") is not None:
        arguments["loss"] = _checks.choice(given["loss"], "loss", LOSSES)
    return arguments


def materials_of(arguments: dict[str, Any]) -> tuple[Network, Dataset, str]:
    """Give the network, the data and the loss: as it is named, or as the data tell."""
    network, data = _materials.network_of(arguments["network"]), _materials.data_of(arguments["data"])
    return network, data, arguments.get("loss") or loss_of(network, data)


def loss_of(network: Network, data: Dataset) -> str:
    """Give "cross-entropy" for labels of as many classes as the network has outputs, else "mse"."""
    if network.outputs < 2 or data.y.shape[1] != 1:
        return "mse"
    labels = data.y[:, 0]
    return "cross-entropy" if np.isin(labels, np.arange(network.outputs)).all() else "mse"


def answer(arguments: dict[str, Any]) -> Any:
    """Give the diagnosis as plain JSON, remedies tried."""
    from hinges.diagnosis import diagnose
    from hinges.lab.questions._findings import diagnosis_payload

    network, data, loss = materials_of(arguments)
    return diagnosis_payload(diagnose(network, data, loss=loss))
