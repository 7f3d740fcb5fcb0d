"""to_function: the piecewise-linear function that a network of one input computes."""

from hinges import _arrays
from hinges.convert._line import Line, propagate
from hinges.errors import InvalidInputError
from hinges.nets import Network
from hinges.pwl import PiecewiseLinear
from hinges.pwl._vertices import Vertices, without_flat_vertices


def to_function(network: Network, *, output: int = 0) -> PiecewiseLinear:
    """Give the function of the network's one input that its output number `output` computes.

    Exact, for any depth and in any degenerate position: breakpoints are found in integer arithmetic from the
    float64 weights, kinks that cancel are gone, and each number of the result is rounded once. The work grows
    with the pieces and the weights of a layer (a second for 200 pieces through two layers of 64 units).

    Arguments:
        network: any network with one input whose activations are piecewise linear.
        output: which output, from 0.

    Raises:
        InvalidInputError: there is no such output, or the network has several inputs.
        UnsupportedModelError: an activation is not piecewise linear; the layer is named.

    >>> network = Network.dense([[[1.0, -1.0]], [[1.0], [-1.0]]], [[0.0, 0.0], [3.0]])  # relu(x) - relu(-x) + 3
    >>> f = to_function(network)
    >>> f.kinks, f(5.0)
    (array([], dtype=float64), 8.0)
    """
    return PiecewiseLinear.from_vertices(exact_function(network, output=output))


def exact_function(network: Network, *, output: int = 0) -> Vertices:
    """Give that function in rational arithmetic, without flat vertices."""
    _arrays.instance(network, Network, "network")
    if network.inputs != 1:
        raise InvalidInputError(f"network has {network.inputs} inputs: only a network of one input is a function of x")
    output = _arrays.count(output, "output", minimum=0, maximum=network.outputs - 1)
    line: Line = propagate(network)
    return without_flat_vertices(line.function(len(network.nodes), output))
