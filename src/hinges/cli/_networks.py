"""A network by one word: a model file's path or the name of an example network."""

from collections.abc import Callable
from pathlib import Path

from hinges.cli._models import open_model
from hinges.errors import InvalidInputError
from hinges.nets import Network


def _three_units() -> Network:
    """Give a layer of two inputs and three ReLU units."""
    return Network.dense([[[0.2, 0.8, -0.5], [-0.9, 0.2, 0.4]]], [[2.0, 3.0, 0.5]], ["relu"])


def _three_segments() -> Network:
    """Give the three segments through (-1, -1), (-0.5, 1), (0, -1) and (1, 0), one hinge each."""
    return Network.dense([[[1.0, 1.0, 1.0]], [[4.0], [-8.0], [5.0]]], [[1.0, 0.5, 0.0], [-1.0]])


def _sine_by_hand() -> Network:
    from hinges.construct import sine_by_hand

    return sine_by_hand()[-1].network


EXAMPLES: dict[str, Callable[[], Network]] = {
    "three-units": _three_units,
    "three-segments": _three_segments,
    "sine-by-hand": _sine_by_hand,
}


def open_network(source: str, input_shape: str | None = None) -> Network:
    """Give the network in a model file, or the example network of that name where there is no such file."""
    if Path(source).exists():
        return open_model(Path(source), input_shape)
    if source in EXAMPLES:
        return EXAMPLES[source]()
    raise InvalidInputError(
        f"there is no file {source}, and no example network of that name (examples: {', '.join(EXAMPLES)})"
    )
