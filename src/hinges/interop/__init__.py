"""Networks in and out: files, and source text of other languages."""

from hinges.interop._formats import load, save
from hinges.interop._source import to_source

__all__ = ["load", "save", "to_source"]
