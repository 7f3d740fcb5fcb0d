"""approximate: a network for a function or for data in closed form, by a method of construction."""

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from numpy.typing import ArrayLike

from hinges.construct._fitted import fitted
from hinges.construct._target import Target, checked_target
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import Approximation, FitMethod
from hinges.pwl import PiecewiseLinear


@runtime_checkable
class ConstructionMethod(Protocol):
    """A way to construct a network for a target, such as `Interpolation` or `Tents`."""

    def approximate(self, target: Target, interval: tuple[float, float] | None) -> Approximation:
        """Construct the network.

        Arguments:
            target: a Dataset of one input and one output, a PiecewiseLinear, or a callable on arrays (n,) that
                raises where it is not finite.
            interval: (a, b), a < b; None for a Dataset, whose rows say where.
        """
        ...


def approximate(
    target: "Callable[..., Any] | PiecewiseLinear | Dataset | tuple[ArrayLike, ArrayLike]",
    method: ConstructionMethod | FitMethod,
    *,
    interval: tuple[float, float] | None = None,
) -> Approximation:
    """Give a piecewise-linear function for the target and the network that equals it there.

    What the error is and how well it is known depends on the target: for data the largest error over the rows,
    for a `PiecewiseLinear` the exact largest distance, for a callable the largest error found (approximate:
    measured at thousands of points and around the worst of them). The status says so too.

    Arguments:
        target: a callable of one number or of an array (n,), a PiecewiseLinear, a Dataset or a pair (x, y).
        method: `Interpolation(units=...)`, `Tents(units=...)`, or a fit method such as `Best(...)`, which then gets
            the rows, or samples of the function on the interval.
        interval: (a, b), where to approximate. Required for a callable; of a PiecewiseLinear by default from its
            first to its last breakpoint; of data only the rows within it count.

    Raises:
        InvalidInputError: an argument is not what it must be, or the target fails or is not finite at some x.

    >>> from hinges.construct import Interpolation
    >>> result = approximate(lambda x: x * x, Interpolation(units=4), interval=(0, 1))
    >>> result.function.breakpoints
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    >>> round(result.loss, 9)  # a quarter of the square of a piece's width
    0.015625
    """
    if isinstance(method, type) or not isinstance(method, (ConstructionMethod, FitMethod)):
        raise InvalidInputError(f"method must construct, as Interpolation(units=10) does, not {method!r}")
    goal, limits = checked_target(target, interval)
    if isinstance(method, ConstructionMethod):
        return method.approximate(goal, limits)
    return fitted(goal, method, limits)
