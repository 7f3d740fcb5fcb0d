"""LeastSquares: the best affine map, the answer that every network has to beat."""

from dataclasses import dataclass

import numpy as np

from hinges._arrays import Floats
from hinges.convert import to_function
from hinges.data import Dataset
from hinges.fits import FitResult
from hinges.nets import Network
from hinges.train._dense_result import mean_squared_error, prepared


@dataclass(frozen=True)
class LeastSquares:
    """Linear least squares: the affine map, a network without hidden layers, with the smallest squared error.

    It is what a linear model can do, and so the answer to put beside every network. Approximate only by rounding.
    Where several maps are equally good, because inputs depend on each other, it is the one with the smallest
    weights in training scale.

    >>> from hinges import Dataset, example, fit
    >>> round(fit(example("sine"), LeastSquares()).loss, 4)
    0.4102
    >>> series = Dataset(range(50), np.sin(0.3 * np.arange(50)))
    >>> fit(series.windows(2), LeastSquares()).loss < 1e-28  # a sine is a linear recurrence
    True
    >>> from hinges import example
    >>> LeastSquares().fit(example("relu-lab")).network.inputs
    1
    """

    def fit(self, data: Dataset) -> FitResult:
        """Fit the data: any number of inputs and outputs, squared error."""
        rows = prepared(data, standardize=True)
        weights, biases = _solved(rows.x, rows.y, rows.root[:, None])
        network = Network.dense(*rows.scale.folded([weights], [biases]))
        return FitResult(
            network=network,
            function=to_function(network) if network.inputs == 1 and network.outputs == 1 else None,
            loss=mean_squared_error(network, data),
            bounds=None,
            status="solved: no affine map has a smaller squared error",
            method=self,
        )


def _solved(x: Floats, y: Floats, root: Floats) -> tuple[Floats, Floats]:
    """Give the weights (inputs, outputs) and biases (outputs,) for rows with these roots of weights, (n, 1)."""
    share = root**2 / (root**2).sum()
    x_mean, y_mean = (share * x).sum(axis=0), (share * y).sum(axis=0)
    weights = np.linalg.lstsq((x - x_mean) * root, (y - y_mean) * root, rcond=None)[0]
    return weights, y_mean - x_mean @ weights
