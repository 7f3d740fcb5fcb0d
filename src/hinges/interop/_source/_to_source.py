"""to_source: a dense network as source text."""

from hinges import _arrays
from hinges.interop._source import _c, _desmos, _latex, _python
from hinges.interop._source._layers import layers_of
from hinges.nets import Network

LANGUAGES = {
    "python": _python.text,
    "c": _c.text,
    "latex": _latex.text,
    "desmos": _desmos.text,
}


def to_source(network: Network, language: str = "python") -> str:
    r"""Give the text of a function f that computes what a dense network computes.

    Exact in "python", "c" and "desmos": every weight is written so that it reads back bit-equal, and results
    differ from the network's only by the order of additions. "latex" is for reading: its numbers have six digits,
    and a comment says so where that rounds them. A network of one input, one hidden layer and one output is
    written as the sum of its units.

    Arguments:
        network: a chain of dense layers.
        language: "python" needs nothing but Python; "c" is one C99 file; "latex" is a display formula; "desmos" is
            expressions to paste into the Desmos calculator, one a line, for one or two inputs.

    Raises:
        InvalidInputError: the language is unknown.
        UnsupportedModelError: the network is no chain of dense layers, or has too many inputs for the language.

    >>> network = Network.dense([[[1.0, 1.0]], [[4.0], [-8.0]]], [[1.0, 0.5], [-1.0]])
    >>> print(to_source(network, "desmos"))
    f(x)=4\max(0,x+1)-8\max(0,x+0.5)-1
    """
    _arrays.instance(network, Network, "network")
    return LANGUAGES[check_language(language)](layers_of(network), network.notes)


def check_language(language: str) -> str:
    """Give the language if `to_source` knows it; asked before the work is done."""
    return _arrays.choice(language, "language", tuple(LANGUAGES))
