"""LevenbergMarquardt: least squares by damped Gauss-Newton steps."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import FitResult
from hinges.train._dense_model import DenseModel
from hinges.train._dense_result import Rows, dense_result, prepared
from hinges.train._dense_settings import check_dense_settings
from hinges.train._draws import drawn_layers

MOST_NUMBERS = 2**27  # of the matrix of derivatives


@dataclass(frozen=True)
class LevenbergMarquardt:
    """Least squares over all parameters at once: what a curve-fitting package would try. Approximate.

    SciPy's trust-region least squares from one random start, on standardised data. Where ReLU units stop bending
    inside the data their derivatives vanish, and it stays where it is: compare it with `Best` and `Training`.

    Arguments:
        hidden: units of each hidden layer.
        activation: of the hidden layers.
        init: "keras" or "torch", as of `Training`.
        kinks: "stratified" or "init", as of `Training`.
        standardize: fit x and y with mean 0 and standard deviation 1, folded back into the weights.
        evaluations: how often the residual is computed at most.
        seed: of the start.

    Raises:
        InvalidInputError: a setting is none of those described.

    Source: Marquardt (1963); Branch, Coleman and Li (1999) for the trust region.

    >>> from hinges import example, fit
    >>> result = fit(example("relu-lab"), LevenbergMarquardt(hidden=(4,), activation="tanh"))
    >>> result.loss < 1e-6
    True
    >>> from hinges import example
    >>> LevenbergMarquardt(hidden=(2,), evaluations=20).fit(example("relu-lab")).network.inputs
    1
    """

    hidden: tuple[int, ...] = (10,)
    activation: str = "relu"
    init: str = "keras"
    kinks: str = "stratified"
    standardize: bool = True
    evaluations: int = 1_000
    seed: int = 0

    def __post_init__(self) -> None:
        check_dense_settings(self)
        _arrays.count(self.evaluations, "evaluations")

    def fit(self, data: Dataset) -> FitResult:
        """Fit the data: any number of inputs and outputs, squared error."""
        from scipy.optimize import least_squares

        rows = prepared(data, standardize=self.standardize)
        model = DenseModel((rows.x.shape[1], *self.hidden, rows.y.shape[1]), self.activation)
        if rows.y.size * model.parameters > MOST_NUMBERS:
            raise InvalidInputError(
                f"{model.parameters} parameters and {rows.y.size} residuals are too many for a matrix of derivatives: "
                "use Training"
            )
        weights, biases = drawn_layers(
            np.random.default_rng(self.seed), model.sizes, init=self.init, kinks=self.kinks, x=rows.x
        )
        solved: Any = least_squares(
            lambda p: _residual(model, rows, p),
            model.flat(weights, biases),
            jac=lambda p: _derivatives(model, rows, p),  # pyright: ignore[reportArgumentType]
            method="trf",
            max_nfev=self.evaluations,
        )
        status = "converged" if solved.status > 0 else f"unfinished: {self.evaluations} evaluations. Try more of them"
        return dense_result(self, model, rows, solved.x, status=status, data=data)


def _residual(model: DenseModel, rows: Rows, parameters: Floats) -> Floats:
    return (rows.root[:, None] * (model.outputs(parameters, rows.x) - rows.y)).ravel()


def _derivatives(model: DenseModel, rows: Rows, parameters: Floats) -> Floats:
    slopes = model.jacobian(parameters, rows.x) * rows.root[:, None, None]
    return slopes.reshape(-1, model.parameters)
