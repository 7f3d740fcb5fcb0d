"""Faults of a start: functions that change its weights (a list of (inputs, units)) and biases in place."""

from collections.abc import Callable


def shifted(units: slice, amount: float, layer: int = 0) -> Callable[[list, list], None]:
    """Add to the biases of these units of a layer: below zero they die, above they are always on."""

    def fault(_: list, biases: list) -> None:
        biases[layer][units] += amount

    return fault


def copied(groups: int, layer: int = 0) -> Callable[[list, list], None]:
    """Make the units of a layer so many groups of copies, incoming and outgoing weights alike."""

    def fault(weights: list, biases: list) -> None:
        size = len(biases[layer]) // groups
        for unit in range(len(biases[layer])):
            source = unit - unit % size
            weights[layer][:, unit] = weights[layer][:, source]
            biases[layer][unit] = biases[layer][source]
            weights[layer + 1][unit] = weights[layer + 1][source]

    return fault


def bent_at(place: float) -> Callable[[list, list], None]:
    """Put every kink of a first layer of one input at one place."""

    def fault(weights: list, biases: list) -> None:
        biases[0][:] = -place * weights[0][0]

    return fault


def stretched(times: float) -> Callable[[list, list], None]:
    """Multiply weights and biases of all hidden layers."""

    def fault(weights: list, biases: list) -> None:
        for part in (*weights[:-1], *biases[:-1]):
            part[...] = times * part

    return fault


def positive(bias: float) -> Callable[[list, list], None]:
    """Make the biases of the first layer so large that none of its units is ever off."""

    def fault(_: list, biases: list) -> None:
        biases[0][:] = bias

    return fault
