"""The one idea: a piecewise-linear function into a network, and a network into its function."""

from hinges.convert._to_function import to_function
from hinges.convert._to_network import to_network

__all__ = ["to_function", "to_network"]
