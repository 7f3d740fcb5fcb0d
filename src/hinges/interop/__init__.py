"""Networks in and out: files, and source text of other languages."""

from hinges.interop._formats import load, save

__all__ = ["load", "save"]
