"""Functions that share their breakpoints, one for each output, and the one network that gives them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.convert import to_network
from hinges.fits import ErrorBounds, FitResult
from hinges.nets import Network
from hinges.pwl import PiecewiseLinear


class SharedFit(FitResult):
    """A fit of several outputs with shared breakpoints: as a FitResult, with `functions`, one an output.

    `function` is None, because no single one is; `network` has all outputs. `loss`, `bounds`, `status` and `method`
    are those of a FitResult.

    >>> from hinges import Best, fit
    >>> doodle = fit(([0, 1, 2, 3], [[0, 1], [1, 0], [0, 1], [1, 0]]), Best(pieces=3))
    >>> isinstance(doodle, SharedFit), len(doodle.functions), doodle.network.outputs
    (True, 2, 2)
    """

    functions: tuple[PiecewiseLinear, ...]

    def __init__(
        self,
        functions: Sequence[PiecewiseLinear],
        network: Network,
        *,
        loss: float,
        bounds: ErrorBounds,
        status: str,
        method: Any,
    ) -> None:
        super().__init__(network, None, loss, bounds, status, method)
        object.__setattr__(self, "functions", tuple(functions))

    def __repr__(self) -> str:
        return f"SharedFit({len(self.functions)} outputs, loss={self.loss:g}, status={self.status!r})"


def shared_network(functions: Sequence[PiecewiseLinear], low: float, high: float) -> Network:
    """Give the network that equals functions with common breakpoints on [low, high]: one right-facing unit a piece."""
    if len(functions) == 1:
        return to_network(functions[0], interval=(low, high) if low < high else None)
    if not low < high:
        return Network.dense(
            [np.ones((1, 1)), np.zeros((1, len(functions)))], [[-low], [float(f(low)) for f in functions]]
        )
    inner = np.unique(np.concatenate([f.breakpoints for f in functions]))
    kinks = np.concatenate([[low], inner[(inner > low) & (inner < high)]])
    slopes = np.stack([_slopes(f, kinks) for f in functions], axis=1)
    changes = np.diff(slopes, axis=0, prepend=0.0)
    start = np.array([float(f(low)) for f in functions])
    return Network.dense([np.ones((1, len(kinks))), changes], [-kinks, start])


def _slopes(function: PiecewiseLinear, starts: Floats) -> Floats:
    """Give the slope right of each start."""
    return function.slopes[np.searchsorted(function.breakpoints, starts, side="right")]
