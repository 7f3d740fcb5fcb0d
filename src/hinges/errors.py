"""Everything that hinges raises on purpose: one base class, three kinds."""

__all__ = ["HingesError", "InvalidInputError", "MissingExtraError", "UnsupportedModelError"]


class HingesError(Exception):
    """The base of every error that hinges raises on purpose."""


class InvalidInputError(HingesError, ValueError):
    """An argument is wrong; the message names it and its first bad entry."""


class UnsupportedModelError(HingesError):
    """A network contains something that the verb cannot treat; the message names the layer."""


class MissingExtraError(HingesError, ImportError):
    """An optional package is not installed; the message is the line to type."""
