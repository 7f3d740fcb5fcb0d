"""Networks from plain matrices: a list of (weights, bias) pairs."""

from collections.abc import Iterable, Sequence

from numpy.typing import ArrayLike

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError
from hinges.nets import Network


def from_pairs(pairs: Iterable[tuple[ArrayLike, ArrayLike]], activation: str | Sequence[str] = "relu") -> Network:
    """Give the chain of dense layers `activation(x @ W + b)` of a list of pairs (W, b). Exact.

    Arguments:
        pairs: one (W, b) a layer, W of shape (inputs, units) and b of shape (units,).
        activation: one name for all hidden layers, or one a layer; the last layer is linear unless named.

    Raises:
        InvalidInputError: an entry is no pair, or the shapes of two layers do not fit together.

    >>> from_pairs([([[1.0, -1.0]], [0.0, 0.0]), ([[1.0], [1.0]], [0.0])])([-3.0, 2.0])
    array([3., 2.])
    """
    weights: list[Floats] = []
    biases: list[Floats] = []
    for i, pair in enumerate(_arrays.sequence(pairs, "pairs")):
        try:
            w, b = pair
        except (TypeError, ValueError):
            raise InvalidInputError(f"pairs[{i}] must be a pair (W, b) of a matrix and a vector") from None
        weights.append(_arrays.matrix(w, f"pairs[{i}][0]"))
        biases.append(_arrays.vector(b, f"pairs[{i}][1]"))
        _check_shape(weights[i].shape, len(biases[i]), i, len(biases[i - 1]) if i else None)
    if not weights:
        raise InvalidInputError("pairs is empty: a network needs at least one layer")
    return Network.dense(weights, biases, activation)


def _check_shape(shape: tuple[int, ...], units: int, i: int, come_in: int | None) -> None:
    """Name the pair that is wrong, and say so where its matrix only lies on its side."""
    if shape[1] == units and come_in in (None, shape[0]):
        return
    wanted = f"({'inputs' if come_in is None else come_in}, {units})"
    advice = ": transpose it" if shape[0] == units and come_in in (None, shape[1]) else ""
    raise InvalidInputError(f"pairs[{i}][0] has shape {shape} where (inputs, units) = {wanted} is needed{advice}")
