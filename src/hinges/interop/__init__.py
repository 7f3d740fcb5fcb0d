"""Networks in and out: files, and source text of other languages."""

from hinges.interop._formats import check_network_path, load, save
from hinges.interop._source import check_language, to_source

__all__ = ["check_language", "check_network_path", "load", "save", "to_source"]
