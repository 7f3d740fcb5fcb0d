"""HingeRegressor: sums of hinges as a scikit-learn estimator."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges._arrays import Floats
from hinges._extras import require
from hinges.convert import to_function
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.estimators._additive import additive_network
from hinges.fits import LOSSES, fit
from hinges.nets import Network
from hinges.optimal import Best
from hinges.pwl import PiecewiseLinear

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator, RegressorMixin
    from sklearn.utils.validation import check_is_fitted, validate_data
else:
    try:
        from sklearn.base import BaseEstimator, RegressorMixin
        from sklearn.utils.validation import check_is_fitted, validate_data
    except ModuleNotFoundError:  # the name is there all the same, for `from hinges import *`; a call says what to do

        class RegressorMixin:
            """Stands for scikit-learn's."""

        class BaseEstimator:
            """Stands for scikit-learn's."""

            def __new__(cls, *_: Any, **__: Any) -> Any:
                """Raise, saying what to install."""
                require("sklearn", extra="sklearn")


MOST_UNITS = 1_000


class HingeRegressor(RegressorMixin, BaseEstimator):
    """A sum of `units` hinges, which is a network with one hidden ReLU layer, fitted to data.

    With one feature it is the best such network that `Best` finds, and `bounds_` says how good any could be. With
    several, each hinge bends along one feature, f(x) = constant + g_1(x_1) + ... + g_d(x_d) with piecewise-linear
    g_j; the hinges are shared out among the features by where they lessen the squared error most. That search is
    approximate and has no bounds.

    Arguments:
        units: hinges in all; with interpolated or few rows the network may have fewer.
        loss: "mse", or "max" for the largest absolute error (one feature).
        slope_bounds: (low, high) of every slope, either may be None, as in `Best` (one feature).
        min_gap: the least distance of neighbouring kinks, in units of the feature (one feature).
        shape: "convex" or "concave" (one feature).

    Attributes:
        network_: the network; `network_(X)` is what `predict` gives.
        components_: for each feature that bends or tilts the output, its index and the function g_j, zero at the
            middle of the feature's range; one feature: the whole function, under index 0.
        intercept_: what is added to the components; one feature: 0.
        loss_: the loss on the rows it was fitted to.
        bounds_: one feature: how small the loss can be, as `ErrorBounds`; else None.
        n_features_in_, feature_names_in_: as usual in scikit-learn.

    Raises:
        InvalidInputError: an argument is out of range, or holds for one feature only.
        MissingExtraError: scikit-learn is not installed.

    >>> from hinges import HingeRegressor, example
    >>> sine = example("sine")
    >>> model = HingeRegressor(units=10).fit(sine.x, sine.y[:, 0])
    >>> model.score(sine.x, sine.y[:, 0]) > 0.999
    True
    >>> bool(model.bounds_.certified), len(model.components_[0].kinks)
    (True, 10)
    >>> model.predict([[1.0], [2.0]]).shape, len(model.plot().axes)
    ((2,), 2)
    """

    network_: Network
    components_: dict[int, PiecewiseLinear]
    intercept_: float
    loss_: float
    bounds_: Any
    n_features_in_: int

    def __init__(
        self,
        units: int = 10,
        *,
        loss: str = "mse",
        slope_bounds: tuple[float | None, float | None] | None = None,
        min_gap: float = 0.0,
        shape: str | None = None,
    ) -> None:
        self.units = units
        self.loss = loss
        self.slope_bounds = slope_bounds
        self.min_gap = min_gap
        self.shape = shape

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> "HingeRegressor":
        """Fit the network.

        Arguments:
            X: (n, d) features, an array or a data frame, whose column names are kept.
            y: (n,) targets.
            sample_weight: (n,) row weights, none negative; rows of weight 0 do not count.

        Raises:
            ValueError: X, y or sample_weight do not fit together, or hold NaN or infinity.
        """
        inputs: Any = X  # the names are scikit-learn's, whose stubs know arrays alone
        inputs, outputs = validate_data(self, inputs, y, dtype=np.float64, y_numeric=True)  # pyright: ignore[reportArgumentType]
        units = _arrays.count(self.units, "units", maximum=MOST_UNITS)
        _arrays.choice(self.loss, "loss", LOSSES)
        rows = _counted(np.asarray(inputs), np.asarray(outputs, dtype=np.float64), sample_weight)
        if rows.x.shape[1] == 1:
            found = fit(rows, self._best(units))
            self.network_, self.bounds_ = found.network, found.bounds
            self.loss_ = found.loss
        else:
            self._check_one_feature_only()
            self.network_, self.bounds_ = additive_network(rows.x, rows.y[:, 0], rows.weights, units), None
            error = np.square(self.network_(rows.x)[:, 0] - rows.y[:, 0])
            self.loss_ = float(np.average(error, weights=rows.weights))
        middle = rows.x.min(axis=0) / 2 + rows.x.max(axis=0) / 2
        self.components_, self.intercept_ = _components(self.network_, middle)
        return self

    def predict(self, X: ArrayLike) -> Floats:
        """Give the network's outputs, (n,), for features (n, d)."""
        check_is_fitted(self)
        inputs: Any = X
        inputs = np.asarray(validate_data(self, inputs, dtype=np.float64, reset=False))
        return np.reshape(self.network_(inputs), len(inputs))

    def plot(self, *, ax: Any = None, data: Any = None) -> Any:
        """Draw the function, or with several features every component: give the Figure, or the `ax` drawn into.

        Arguments:
            ax: matplotlib Axes to draw into (one feature).
            data: a Dataset or a pair (X, y) to show: y itself with one feature, with several what the other
                components leave of it.

        Raises:
            MissingExtraError: matplotlib is not installed.
        """
        from hinges.draw import plot
        from hinges.estimators._picture import components_scene

        check_is_fitted(self)
        names = [str(name) for name in getattr(self, "feature_names_in_", ())]
        shown = None if data is None else Dataset.of(data)
        return plot(components_scene(self.network_, self.components_, names, shown), ax=ax)

    def _best(self, units: int) -> Best:
        return Best(
            units=units,
            loss=self.loss,
            slope_bounds=self.slope_bounds,
            min_gap=self.min_gap,
            shape=self.shape,
        )

    def _check_one_feature_only(self) -> None:
        for name, usual in (("loss", "mse"), ("slope_bounds", None), ("min_gap", 0.0), ("shape", None)):
            value = getattr(self, name)
            if value != usual:
                raise InvalidInputError(
                    f"{name}={value!r} holds for one feature, and X has {self.n_features_in_}: leave it out"
                )


def _counted(x: Floats, y: Floats, sample_weight: ArrayLike | None) -> Dataset:
    """Give the rows whose weight is not 0."""
    if sample_weight is None:
        return Dataset(x, y)
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.ndim == 0:
        weights = np.full(len(y), float(weights))
    if weights.shape != (len(y),):
        raise InvalidInputError(f"sample_weight has shape {weights.shape}: one weight a row makes ({len(y)},)")
    rows = Dataset(x, y, weights)
    counts = weights > 0
    return rows if counts.all() else Dataset(x[counts], y[counts], weights[counts])


def _components(network: Network, middle: Floats) -> tuple[dict[int, PiecewiseLinear], float]:
    """Give the function of every feature that matters, and the constant beside them."""
    if network.inputs == 1:
        return {0: to_function(network)}, 0.0
    weights, coefficients = network.weights
    biases, last = network.biases
    used = np.flatnonzero(np.any((weights != 0) & (coefficients[:, 0] != 0), axis=1))
    components, constant = dict[int, PiecewiseLinear](), float(last[0])
    for j in used:
        own = weights[j] != 0
        alone = to_function(Network.dense([weights[j : j + 1, own], coefficients[own]], [biases[own], np.zeros(1)]))
        level = float(alone(np.array([middle[j]]))[0])
        components[int(j)] = alone + PiecewiseLinear([middle[j]], [-level])
        constant += level
    return components, constant
