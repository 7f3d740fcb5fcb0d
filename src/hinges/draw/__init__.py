"""Pictures: scenes that say what to draw with no toolkit, and the backends that draw them."""

from hinges.draw._activations import activations_scene
from hinges.draw._demo import demo_scene
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
from hinges.draw._theme import LIGHT, Theme
from hinges.draw._training import LossCurve, kink_panel, loss_panel, rain_panel
from hinges.draw._views import scene
from hinges.draw.matplotlib import check_picture_path, plot, plot_activations, save_picture
from hinges.draw.text import hinge_table, text_picture

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
    "activations_scene",
    "check_picture_path",
    "demo_scene",
    "function_panel",
    "hinge_table",
    "kink_panel",
    "loss_panel",
    "plot",
    "plot_activations",
    "rain_panel",
    "residual_panel",
    "save_picture",
    "scene",
    "text_picture",
]
