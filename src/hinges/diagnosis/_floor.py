"""How small the squared error of a curve can be: quickly, with a certified bound and a network that is near it."""

import numpy as np

from hinges.convert import to_function
from hinges.data import Dataset
from hinges.fits import ErrorBounds
from hinges.nets import Network

SEARCHED = 12  # units up to which the best is searched for: beyond, a repaired network is as good a witness
MOST_UNITS = 256
MOST_DISTINCT = 2_000  # x


def floor_of(data: Dataset, units: int) -> ErrorBounds | None:
    """Give bounds on the squared error of one hidden layer of so many relu units; None where that takes long.

    Certified: `lower`. Arguments: data of one input and one output; units.
    """
    distinct = len(np.unique(data.x))
    if not 1 <= units <= MOST_UNITS or not 2 <= distinct <= MOST_DISTINCT:
        return None
    from hinges.optimal import best_error

    if units <= SEARCHED:
        return best_error(data, units=units)
    from hinges.diagnosis._repair import repair
    from hinges.optimal._solve import counted_rows, lower_bound

    empty = Network.dense([np.ones((1, units)), np.zeros((units, 1))], [np.zeros(units), np.zeros(1)])
    found = repair(empty, data)
    lower = lower_bound(counted_rows(data), units + 1, "mse", found.after)
    return ErrorBounds(lower, found.after, found.network, to_function(found.network), certified=True)


def best_with_kinks(data: Dataset, kinks: int) -> float | None:
    """Give the smallest squared error found with so many kinks and a free line; None for more than are searched."""
    from hinges.optimal import best_error

    return best_error(data, pieces=kinks + 1).upper if kinks < SEARCHED else None
