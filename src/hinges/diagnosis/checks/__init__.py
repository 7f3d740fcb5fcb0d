"""The checks of `diagnose`, one a file, in order of precedence: faults of code before those of units and of training.

A check takes a `Case` and gives what it finds; it blames only where the network is worse than it could be.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from hinges.diagnosis.checks import (
    _constant_columns,
    _duplicate_units,
    _extrapolation,
    _gaps,
    _idle_units,
    _kinks_coincide,
    _learning_rate,
    _missing_activation,
    _near_floor,
    _noisy_repeats,
    _not_applicable,
    _not_stationary,
    _outliers,
    _output_range,
    _overparameterised,
    _plateau,
    _saturated,
    _scale,
    _target_shape,
    _too_few_units,
)

if TYPE_CHECKING:
    from hinges.diagnosis._case import Case
    from hinges.diagnosis._finding import Finding

__all__ = ["CHECKS"]

CHECKS: "tuple[Callable[[Case], list[Finding]], ...]" = (
    _missing_activation.check,
    _output_range.check,
    _target_shape.check,
    _constant_columns.check,
    _outliers.check,
    _extrapolation.check,
    _idle_units.check,
    _duplicate_units.check,
    _kinks_coincide.check,
    _saturated.check,
    _scale.check,
    _overparameterised.check,
    _too_few_units.check,
    _learning_rate.check,
    _not_stationary.check,
    _plateau.check,
    _noisy_repeats.check,
    _gaps.check,
    _near_floor.check,
    _not_applicable.check,
)
