"""Networks: a list of nodes, their activations, and the addresses of units and parameters."""

from hinges.nets._activations import ACTIVATIONS, ELEMENTWISE, ActivationFunction
from hinges.nets._addresses import Parameter, Unit
from hinges.nets._hinge import Hinge
from hinges.nets._network import Network
from hinges.nets._nodes import Activation, Linear, Max, Node

__all__ = [
    "ACTIVATIONS",
    "ELEMENTWISE",
    "Activation",
    "ActivationFunction",
    "Hinge",
    "Linear",
    "Max",
    "Network",
    "Node",
    "Parameter",
    "Unit",
]
