"""Source text of a network in other languages: one file for each."""

from hinges.interop._source._to_source import to_source

__all__ = ["to_source"]
