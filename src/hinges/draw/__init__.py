"""Pictures: scenes that say what to draw, and the backends that draw them."""

from hinges.draw._marks import Scene
from hinges.draw._views import scene
from hinges.draw.matplotlib import plot, save_picture
__all__ = ["Scene", "plot", "save_picture", "scene"]
