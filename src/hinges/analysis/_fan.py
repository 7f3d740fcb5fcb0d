"""fan: the functions that a network gives when some of its parameters are changed at random."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats, frozen
from hinges.convert import to_function
from hinges.errors import InvalidInputError
from hinges.nets import Network, Parameter, Unit
from hinges.pwl import PiecewiseLinear


@dataclass(frozen=True, eq=False, repr=False)
class Fan:
    """The functions of a network under random changes of some parameters. Each function is exact.

    Arguments:
        network: the network, unchanged.
        function: its function.
        parameters: which parameters are changed, together.
        values: (count, parameters) what they are in each of `functions`.
        functions: one for each row of values.
        interval: (a, b), where they are looked at.
        reach, seed: how far from its value a parameter is moved at most, and the seed of the random numbers.
    """

    network: Network
    function: PiecewiseLinear
    parameters: tuple[Parameter, ...]
    values: Floats
    functions: tuple[PiecewiseLinear, ...]
    interval: tuple[float, float]
    reach: float
    seed: int

    def __repr__(self) -> str:
        return f"Fan({len(self.functions)} functions, {len(self.parameters)} parameters moved by up to {self.reach:g})"


def fan(
    network: Network, parameters: Parameter | Unit | Iterable[Parameter], *, interval: tuple[float, float],
    count: int = 20, reach: float = 0.5, seed: int = 0, output: int = 0,
) -> Fan:  # fmt: skip
    """Give the functions of a network in which some parameters are moved at random, uniformly up to `reach`.

    Arguments:
        network: a chain of dense layers with one input whose activations are piecewise linear.
        parameters: one parameter, several, or a Unit: all its weights, in and out, and its bias.
        interval: (a, b), where the functions are looked at.
        count: how many functions.
        reach: how far a parameter is moved at most, up or down.
        seed: of the random numbers.
        output: which output, from 0.

    Raises:
        InvalidInputError: the network has no such parameter or unit, or several inputs.
        UnsupportedModelError: the network is no chain of dense layers, or an activation is not piecewise linear.

    >>> network = Network.dense([[[1.0, 1.0, 1.0]], [[4.0], [-8.0], [5.0]]], [[1.0, 0.5, 0.0], [-1.0]])
    >>> last = fan(network, Parameter(1, "weight", 2, 0), interval=(-1, 1), count=3)
    >>> [f(-0.25) == last.function(-0.25) for f in last.functions]
    [True, True, True]
    """
    network = _arrays.instance(network, Network, "network")
    known = network.parameters()
    chosen = _chosen(network, parameters)
    for parameter in chosen:
        if parameter not in known:
            raise InvalidInputError(f"the network has no {parameter}")
    interval = _arrays.interval(interval)
    count = _arrays.count(count, "count", maximum=10_000)
    reach = _arrays.number(reach, "reach", above=0.0)
    seed = _arrays.count(seed, "seed", minimum=0, maximum=2**63 - 1)
    moves = np.random.default_rng(seed).uniform(-reach, reach, (count, len(chosen)))
    values = np.array([known[parameter] for parameter in chosen]) + moves
    functions: list[PiecewiseLinear] = []
    for row in values.tolist():
        changed = network
        for parameter, value in zip(chosen, row, strict=True):
            changed = changed.with_parameter(parameter, value)
        functions.append(to_function(changed, output=output))
    function = to_function(network, output=output)
    return Fan(network, function, chosen, frozen(values), tuple(functions), interval, reach, seed)


def _chosen(network: Network, parameters: Parameter | Unit | Iterable[Parameter]) -> tuple[Parameter, ...]:
    if isinstance(parameters, Parameter):
        return (parameters,)
    if isinstance(parameters, Unit):
        return _of_unit(network, parameters)
    given = _arrays.sequence(parameters, "parameters")
    if not given:
        raise InvalidInputError("parameters is empty: say which ones to move")
    return tuple(_arrays.instance(one, Parameter, f"parameters[{i}]") for i, one in enumerate(given))


def _of_unit(network: Network, unit: Unit) -> tuple[Parameter, ...]:
    """Give the parameters that a hidden unit of a dense network has to itself."""
    weights = network.weights
    layer = _arrays.count(unit.layer, "parameters.layer", minimum=0, maximum=max(len(weights) - 2, 0))
    j = _arrays.count(unit.index, "parameters.index", minimum=0, maximum=weights[layer].shape[1] - 1)
    into = [Parameter(layer, "weight", i, j) for i in range(weights[layer].shape[0])]
    if layer + 1 == len(weights):
        return (*into, Parameter(layer, "bias", None, j))
    out = [Parameter(layer + 1, "weight", j, k) for k in range(weights[layer + 1].shape[1])]
    return (*into, Parameter(layer, "bias", None, j), *out)
