"""hinges: build, see and repair ReLU networks.

A ReLU network and a piecewise-linear function are the same thing; hinges moves between points, functions,
hinges (ReLU units) and networks, exactly, in both directions.
"""

import importlib
import sys
from typing import TYPE_CHECKING, Any

from hinges._version import __version__
from hinges.convert import to_function, to_network
from hinges.data import Dataset, example, examples, read_images, read_sprites
from hinges.errors import HingesError, InvalidInputError, MissingExtraError, UnsupportedModelError
from hinges.fits import Approximation, ErrorBounds, FitResult, History, Snapshot, fit, steps
from hinges.nets import ACTIVATIONS, Activation, Hinge, Linear, Max, Network, Parameter, Unit
from hinges.pwl import PiecewiseLinear

if TYPE_CHECKING:
    from hinges.analysis import (
        Line,
        Plane,
        Regions,
        Slice,
        accuracy,
        confusion_matrix,
        count_regions,
        fan,
        free_run,
        regions,
        rollout,
        sensitivity,
        separation,
        slice_along,
        sweep_features,
        trace,
    )
    from hinges.construct import Interpolation, Tents, approximate, sawtooth, sine_by_hand, square, tent
    from hinges.diagnosis import Diagnosis, Finding, Remedy, Repair, TrainingWarning, diagnose, repair, watch
    from hinges.draw import Scene, plot, plot_activations, save_animation, save_picture, scene
    from hinges.estimators import HingeRegressor
    from hinges.interop import load, rounding, save, to_keras, to_source, to_torch
    from hinges.lab import export_station, station
    from hinges.optimal import (
        Best,
        Comparison,
        JumpsFit,
        PiecewiseLinearWithJumps,
        Recommendation,
        SharedFit,
        Summary,
        WishedBounds,
        best_error,
        compare,
        error_curve,
        fit_chunks,
        recommend,
        summary,
    )
    from hinges.sweeps import Sweep, sweep
    from hinges.train import LeastSquares, LevenbergMarquardt, RandomSearch, Training, VariableProjection

# Loaded at their first use, so that `import hinges` needs NumPy alone.
_LAZY = {
    "hinges.analysis": (
        "Line",
        "Plane",
        "Regions",
        "Slice",
        "accuracy",
        "confusion_matrix",
        "count_regions",
        "fan",
        "free_run",
        "regions",
        "rollout",
        "sensitivity",
        "separation",
        "slice_along",
        "sweep_features",
        "trace",
    ),
    "hinges.construct": (
        "Interpolation",
        "Tents",
        "approximate",
        "sawtooth",
        "sine_by_hand",
        "square",
        "tent",
    ),
    "hinges.diagnosis": (
        "Diagnosis",
        "Finding",
        "Remedy",
        "Repair",
        "TrainingWarning",
        "diagnose",
        "repair",
        "watch",
    ),
    "hinges.draw": (
        "Scene",
        "plot",
        "plot_activations",
        "save_animation",
        "save_picture",
        "scene",
    ),
    "hinges.estimators": ("HingeRegressor",),
    "hinges.interop": (
        "load",
        "rounding",
        "save",
        "to_keras",
        "to_source",
        "to_torch",
    ),
    "hinges.lab": (
        "export_station",
        "station",
    ),
    "hinges.optimal": (
        "Best",
        "Comparison",
        "JumpsFit",
        "PiecewiseLinearWithJumps",
        "Recommendation",
        "SharedFit",
        "Summary",
        "WishedBounds",
        "best_error",
        "compare",
        "error_curve",
        "fit_chunks",
        "recommend",
        "summary",
    ),
    "hinges.sweeps": (
        "Sweep",
        "sweep",
    ),
    "hinges.train": (
        "LeastSquares",
        "LevenbergMarquardt",
        "RandomSearch",
        "Training",
        "VariableProjection",
    ),
}
_HOME = {name: module for module, names in _LAZY.items() for name in names}

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Approximation",
    "Best",
    "Comparison",
    "Dataset",
    "Diagnosis",
    "ErrorBounds",
    "Finding",
    "FitResult",
    "Hinge",
    "HingeRegressor",
    "HingesError",
    "History",
    "Interpolation",
    "InvalidInputError",
    "JumpsFit",
    "LeastSquares",
    "LevenbergMarquardt",
    "Line",
    "Linear",
    "Max",
    "MissingExtraError",
    "Network",
    "Parameter",
    "PiecewiseLinear",
    "PiecewiseLinearWithJumps",
    "Plane",
    "RandomSearch",
    "Recommendation",
    "Regions",
    "Remedy",
    "Repair",
    "Scene",
    "SharedFit",
    "Slice",
    "Snapshot",
    "Summary",
    "Sweep",
    "Tents",
    "Training",
    "TrainingWarning",
    "Unit",
    "UnsupportedModelError",
    "VariableProjection",
    "WishedBounds",
    "__version__",
    "accuracy",
    "approximate",
    "best_error",
    "compare",
    "confusion_matrix",
    "count_regions",
    "diagnose",
    "error_curve",
    "example",
    "examples",
    "export_station",
    "fan",
    "fit",
    "fit_chunks",
    "free_run",
    "load",
    "plot",
    "plot_activations",
    "read_images",
    "read_sprites",
    "recommend",
    "regions",
    "repair",
    "rollout",
    "rounding",
    "save",
    "save_animation",
    "save_picture",
    "sawtooth",
    "scene",
    "sensitivity",
    "separation",
    "sine_by_hand",
    "slice_along",
    "square",
    "station",
    "steps",
    "summary",
    "sweep",
    "sweep_features",
    "tent",
    "to_function",
    "to_keras",
    "to_network",
    "to_source",
    "to_torch",
    "trace",
    "watch",
]


if "IPython" in sys.modules:  # there, values show as tables
    importlib.import_module("hinges.draw._notebook").register()


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'hinges' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
