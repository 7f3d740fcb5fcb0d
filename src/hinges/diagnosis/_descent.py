"""Descent: go on with a network from where it is, by its gradient alone. Approximate, and never worse on its rows."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from hinges._arrays import Floats
from hinges.diagnosis._loss import Loss
from hinges.diagnosis._parameters import Parameters
from hinges.nets import Network

TOO_LARGE = 1e300  # what a step is told that overflows


def descended(network: Network, loss: Loss, *, iterations: int) -> Network:
    """Give the network after so many iterations of L-BFGS on all rows of the loss, or as it was if none helped.

    Source: Byrd, Lu, Nocedal and Zhu (1995).
    """
    parameters = Parameters(network)
    start = parameters.vector
    if not start.size:
        return network
    before = parameters.value_and_gradient(start, loss)[0]
    before = before if np.isfinite(before) else TOO_LARGE
    found, value = lowered(lambda vector: parameters.value_and_gradient(vector, loss), start, iterations=iterations)
    return parameters.network(found) if value < before else network


def lowered(
    both: Callable[[Floats], tuple[float, Floats]], start: Floats, *, iterations: int, **options: float
) -> tuple[Floats, float]:
    """Give where L-BFGS gets from `start` in so many iterations, and the value there.

    `both` gives value and gradient; where they are not finite a step is told that it went too far.
    """
    from scipy.optimize import minimize  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    def guarded(vector: Floats) -> tuple[float, Floats]:
        value, slope = both(vector)
        fine = np.isfinite(value) and np.isfinite(slope).all()
        return (value, slope) if fine else (TOO_LARGE, np.zeros_like(vector))

    limits = {"maxiter": iterations, "maxfun": 2 * iterations + 20, "ftol": 1e-12, "gtol": 1e-14}
    found: Any = cast(Any, minimize)(guarded, start, jac=True, method="L-BFGS-B", options=limits | options)
    return found.x, float(found.fun)
