"""RandomSearch: change parameters at random, and keep what is better."""

from dataclasses import dataclass

import numpy as np

from hinges import _arrays
from hinges.data import Dataset
from hinges.fits import FitResult
from hinges.train._dense_model import DenseModel
from hinges.train._dense_result import dense_result, prepared
from hinges.train._dense_settings import check_dense_settings
from hinges.train._draws import drawn_layers
from hinges.train._training import MOST_STEPS

SUCCESS, FAILURE = 1.5, 1.5**-0.25  # the one-fifth rule: the step is kept where one trial in five succeeds
SMALLEST_STEP = 1e-12


@dataclass(frozen=True)
class RandomSearch:
    """Random search over the parameters, without any gradient: the simplest stochastic algorithm. Approximate.

    A (1+1) evolution strategy: each trial moves a few parameters by normal steps and stays if the squared error
    falls; the step grows after a success and shrinks after a failure. A change of an early unit moves everything
    behind its kink, which is why this is slow: see `sensitivity`.

    Arguments:
        hidden: units of each hidden layer.
        activation: of the hidden layers.
        init: "keras" or "torch", as of `Training`.
        kinks: "stratified" or "init", as of `Training`.
        standardize: search on x and y with mean 0 and standard deviation 1, folded back into the weights.
        trials: how many changes are tried.
        step: standard deviation of the first steps, in training scale.
        seed: of the start and of the changes.

    Raises:
        InvalidInputError: a setting is none of those described.

    Source: Rechenberg (1973), the one-fifth success rule.

    >>> from hinges import example, fit
    >>> fit(example("relu-lab"), RandomSearch(hidden=(3,), trials=4000)).loss < 0.01
    True
    >>> from hinges import example
    >>> RandomSearch(hidden=(2,), trials=20).fit(example("relu-lab")).network.inputs
    1
    """

    hidden: tuple[int, ...] = (10,)
    activation: str = "relu"
    init: str = "keras"
    kinks: str = "stratified"
    standardize: bool = True
    trials: int = 20_000
    step: float = 0.3
    seed: int = 0

    def __post_init__(self) -> None:
        check_dense_settings(self)
        _arrays.count(self.trials, "trials", maximum=MOST_STEPS)
        object.__setattr__(self, "step", _arrays.number(self.step, "step", above=0.0))

    def fit(self, data: Dataset) -> FitResult:
        """Fit the data: any number of inputs and outputs, squared error."""
        rows = prepared(data, standardize=self.standardize)
        model = DenseModel((rows.x.shape[1], *self.hidden, rows.y.shape[1]), self.activation)
        rng = np.random.default_rng(self.seed)
        best = model.flat(*drawn_layers(rng, model.sizes, init=self.init, kinks=self.kinks, x=rows.x))
        weights = rows.root[:, None] ** 2

        def error(parameters: np.ndarray) -> float:
            with np.errstate(over="ignore", invalid="ignore"):
                return float((weights * (model.outputs(parameters, rows.x) - rows.y) ** 2).sum())

        least, step = error(best), self.step
        share = min(1.0, 3.0 / model.parameters)  # of the parameters that a trial moves
        successes = 0
        for _ in range(self.trials):
            moved = rng.random(model.parameters) < share
            moved[rng.integers(model.parameters)] = True
            trial = best + np.where(moved, step * rng.standard_normal(model.parameters), 0.0)
            found = error(trial)
            if found < least:
                best, least, successes = trial, found, successes + 1
            step = max(step * (SUCCESS if found == least else FAILURE), SMALLEST_STEP)
        status = f"{successes} of {self.trials} random changes made it better"
        return dense_result(self, model, rows, best, status=status, data=data)
