"""The command line: parse, call the verb, render. Nothing is computed here."""

from hinges.cli._app import main

__all__ = ["main"]
