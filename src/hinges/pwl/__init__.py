"""Piecewise-linear functions of one variable: the canonical value of hinges."""

from hinges.pwl._function import PiecewiseLinear

__all__ = ["PiecewiseLinear"]
