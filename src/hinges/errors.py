"""Everything that hinges raises on purpose: one base class, three kinds."""

__all__ = ["HingesError", "InvalidInputError", "MissingExtraError", "UnsupportedModelError"]


class HingesError(Exception):
    """The base of every error that hinges raises on purpose.

    >>> from hinges import PiecewiseLinear
    >>> try:
    ...     PiecewiseLinear([1, 1], [0, 0])
    ... except HingesError as error:
    ...     print(error)
    breakpoints[0] = 1.0 is followed by 1.0: they must rise
    """


class InvalidInputError(HingesError, ValueError):
    """An argument is wrong; the message names it and its first bad entry.

    >>> from hinges import example
    >>> try:
    ...     example("cosine")
    ... except InvalidInputError as error:
    ...     print(str(error)[:31])
    name must be one of 'sine', 're
    """


class UnsupportedModelError(HingesError):
    """A network contains something that the verb cannot treat; the message names the layer.

    >>> from hinges import Network, to_function
    >>> try:
    ...     to_function(Network.dense([[[1.0]], [[1.0]]], [[0.0], [0.0]], "tanh"))
    ... except UnsupportedModelError as error:
    ...     print(error)
    layer tanh_0 is tanh, which is not piecewise linear, ...
    """


class MissingExtraError(HingesError, ImportError):
    """An optional package is not installed; the message is the line to type.

    >>> from hinges._extras import require
    >>> try:
    ...     require("a_package_that_nobody_has", extra="plot")
    ... except MissingExtraError as error:
    ...     print(error)
    this needs the package a_package_that_nobody_has; to install it, type: pip install "hinges[plot]"
    """
