"""Construction: networks in closed form, for functions, for data, and of bricks put together by hand."""

from hinges.construct._approximate import ConstructionMethod, approximate
from hinges.construct._deep import sawtooth, square
from hinges.construct._formula import formula
from hinges.construct._interpolation import Interpolation
from hinges.construct._sine import BuildStep, sine_by_hand
from hinges.construct._tent import ramp, tent
from hinges.construct._tents import Tents

__all__ = [
    "BuildStep",
    "ConstructionMethod",
    "Interpolation",
    "Tents",
    "approximate",
    "formula",
    "ramp",
    "sawtooth",
    "sine_by_hand",
    "square",
    "tent",
]
