"""Descent: go on with a network from where it is, by its gradient alone. Approximate, and never worse on its rows."""

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
    from scipy.optimize import minimize  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    parameters = Parameters(network)
    start = parameters.vector
    if not start.size:
        return network

    def both(vector: Floats) -> tuple[float, Floats]:
        value, slope = parameters.value_and_gradient(vector, loss)
        fine = np.isfinite(value) and np.isfinite(slope).all()
        return (value, slope) if fine else (TOO_LARGE, np.zeros_like(vector))

    options = {"maxiter": iterations, "maxfun": 2 * iterations + 20, "ftol": 1e-12, "gtol": 1e-14}
    found: Any = cast(Any, minimize)(both, start, jac=True, method="L-BFGS-B", options=options)
    return parameters.network(found.x) if found.fun < both(start)[0] else network
