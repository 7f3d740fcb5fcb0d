"""VariableProjection: least squares for the output layer, damped steps for the kinks alone."""

from dataclasses import dataclass

import numpy as np

from hinges import _arrays
from hinges.convert import to_function
from hinges.data import Dataset
from hinges.fits import FitResult
from hinges.optimal import polish
from hinges.train._dense_model import DenseModel
from hinges.train._dense_result import mean_squared_error
from hinges.train._draws import drawn_layers
from hinges.train._training import MOST_SEED
from hinges.train._widths import MOST_UNITS

MOST_STARTS = 1_000_000


@dataclass(frozen=True)
class VariableProjection:
    """Variable projection for one input and one hidden ReLU layer: the output layer is solved, the kinks are moved.

    Every start has its kinks spread over the data; the best one is kept. Approximate: `Best` proves how good it is.

    Arguments:
        units: of the hidden layer.
        starts: how many random starts are tried.
        repair: also move units to where the error is largest, as `polish="repair"` does.
        seed: of the starts.

    Raises:
        InvalidInputError: a setting is none of those described.

    Source: Golub and Pereyra (1973), with the Jacobian of Kaufman (1975).

    >>> from hinges import example, fit
    >>> fit(example("relu-lab"), VariableProjection(units=3)).loss < 1e-20
    True
    >>> from hinges import example
    >>> VariableProjection(units=2).fit(example("relu-lab")).network.inputs
    1
    """

    units: int = 10
    starts: int = 20
    repair: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        _arrays.count(self.units, "units", maximum=MOST_UNITS)
        _arrays.count(self.starts, "starts", maximum=MOST_STARTS)
        _arrays.instance(self.repair, bool, "repair")
        _arrays.count(self.seed, "seed", minimum=0, maximum=MOST_SEED)

    def fit(self, data: Dataset) -> FitResult:
        """Fit the data: one input, one output, squared error."""
        data.curve()  # refuses others
        model = DenseModel((1, self.units, 1), "relu")
        rng = np.random.default_rng(self.seed)
        tried = []
        for _ in range(self.starts):
            start = model.network(*drawn_layers(rng, model.sizes, init="keras", kinks="stratified", x=data.x))
            network = polish(start, data, "repair" if self.repair else "varpro")
            tried.append((mean_squared_error(network, data), network))
        loss, network = min(tried, key=lambda pair: pair[0])
        losses = sorted(error for error, _ in tried)
        status = f"best of {self.starts} starts, whose median is {np.median(losses):.3g}"
        return FitResult(network, to_function(network), loss, None, status, self, self.seed)
