"""Source text of a network in other languages: one file for each."""

from hinges.interop._source._to_source import check_language, to_source

__all__ = ["check_language", "to_source"]
