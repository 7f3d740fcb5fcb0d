"""Pictures: scenes that say what to draw with no toolkit, and the backends that draw them."""

import importlib
from typing import TYPE_CHECKING, Any

from hinges.draw import _notebook
from hinges.draw._activations import activations_scene
from hinges.draw._animation import save_animation
from hinges.draw._classes import confusion_panel
from hinges.draw._curves import accuracy_panel, curves_panel
from hinges.draw._demo import demo_scene
from hinges.draw._extrapolation import extrapolation_scene
from hinges.draw._fills import Heat, Polygons
from hinges.draw._function import function_panel, residual_panel
from hinges.draw._marks import (
    Band,
    Edge,
    EndLabel,
    Node,
    Panel,
    Points,
    Polyline,
    Rug,
    Rule,
    Scene,
    Text,
)
from hinges.draw._race import race_panel, units_panel
from hinges.draw._theme import LIGHT, Theme
from hinges.draw._training import LossCurve, kink_panel, loss_panel, rain_panel
from hinges.draw._views import scene
from hinges.draw.matplotlib import check_picture_path, plot, plot_activations, save_picture
from hinges.draw.text import hinge_table, text_picture

if TYPE_CHECKING:
    from hinges.draw._diagnosis_report import diagnosis_report, repair_report
    from hinges.draw._sensitivity import sensitivity_table
    from hinges.draw._separation import separation_table
    from hinges.draw._trace_table import trace_table

# Loaded at their first use: they need `hinges.analysis` or `hinges.diagnosis`.
_LAZY = {
    "diagnosis_report": "hinges.draw._diagnosis_report",
    "repair_report": "hinges.draw._diagnosis_report",
    "sensitivity_table": "hinges.draw._sensitivity",
    "separation_table": "hinges.draw._separation",
    "trace_table": "hinges.draw._trace_table",
}

__all__ = [
    "LIGHT",
    "Band",
    "Edge",
    "EndLabel",
    "Heat",
    "LossCurve",
    "Node",
    "Panel",
    "Points",
    "Polygons",
    "Polyline",
    "Rug",
    "Rule",
    "Scene",
    "Text",
    "Theme",
    "accuracy_panel",
    "activations_scene",
    "check_picture_path",
    "confusion_panel",
    "curves_panel",
    "demo_scene",
    "diagnosis_report",
    "extrapolation_scene",
    "function_panel",
    "hinge_table",
    "kink_panel",
    "loss_panel",
    "plot",
    "plot_activations",
    "race_panel",
    "rain_panel",
    "repair_report",
    "residual_panel",
    "save_animation",
    "save_picture",
    "scene",
    "sensitivity_table",
    "separation_table",
    "text_picture",
    "trace_table",
    "units_panel",
]

_notebook.register()


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'hinges.draw' has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
