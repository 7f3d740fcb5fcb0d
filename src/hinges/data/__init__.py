"""Data: rows of inputs and outputs, read from arrays and files, and the named examples."""

from hinges.data._dataset import Dataset
from hinges.data._examples import example, examples
from hinges.data._images import read_images, read_sprites
from hinges.data._open import open_data

__all__ = ["Dataset", "example", "examples", "open_data", "read_images", "read_sprites"]
