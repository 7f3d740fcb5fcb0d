"""The widths of hidden layers, as every method of training takes them."""

from hinges import _arrays
from hinges.errors import InvalidInputError

MOST_UNITS = 10_000  # of one layer
MOST_LAYERS = 100


def checked_widths(hidden: object) -> tuple[int, ...]:
    """Give `hidden` as a tuple of counts of units, one a hidden layer."""
    if not isinstance(hidden, (tuple, list)) or not hidden:
        raise InvalidInputError(f"hidden must be a tuple such as (10,) or (40, 20, 10), not {hidden!r}")
    if len(hidden) > MOST_LAYERS:
        raise InvalidInputError(f"hidden has {len(hidden)} layers: at most {MOST_LAYERS} are trained")
    return tuple(_arrays.count(units, f"hidden[{i}]", maximum=MOST_UNITS) for i, units in enumerate(hidden))
