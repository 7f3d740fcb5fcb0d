"""What a fit gives, how a method is asked for it, and the verbs `fit` and `steps`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from numpy.typing import ArrayLike, NDArray

from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.nets import Network
from hinges.pwl import PiecewiseLinear

__all__ = [
    "Approximation",
    "ErrorBounds",
    "FitMethod",
    "FitResult",
    "History",
    "Snapshot",
    "SteppedMethod",
    "fit",
    "steps",
]

LOSSES = ("mse", "max")


@dataclass(frozen=True, eq=False, repr=False)
class ErrorBounds:
    """How small an error can be: `lower` <= the best possible <= `upper`, which `network` or `function` reaches.

    Arguments:
        lower: no function of the class asked about has a smaller error.
        upper: the error of the best one found, as measured in float64 over the data.
        network: the network that reaches `upper`; None where pieces, not units, were asked about.
        function: the function that reaches `upper`.
        certified: whether `lower` is proven (rounding allowed for), and not only computed.

    >>> from hinges import best_error
    >>> bounds = best_error(([0, 1, 2, 3, 4], [0, 1, 0, 1, 0]), units=2)
    >>> isinstance(bounds, ErrorBounds), bounds.certified, bounds.lower <= bounds.upper, bounds.gap >= 0
    (True, True, True, True)
    """

    lower: float
    upper: float
    network: Network | None
    function: PiecewiseLinear | None
    certified: bool

    def __repr__(self) -> str:
        how = "certified" if self.certified else "not certified"
        return f"ErrorBounds({self.lower:.6g} <= the best possible <= {self.upper:.6g}, gap {self.gap:.2%}, {how})"

    @property
    def gap(self) -> float:
        """What is left open, (upper - lower) / upper, between 0 and 1."""
        return (self.upper - self.lower) / self.upper if self.upper > 0 else 0.0


@dataclass(frozen=True, eq=False)
class History:
    """The record of a training run at T moments, thinned to a budget.

    Arguments:
        step: (T,) how many gradient steps had been made.
        loss: (T,) loss on the training rows.
        validation_loss: (T,) loss on the rows held out, or None.
        kinks: (T, hidden units) where each unit bends, NaN where it never does, or not at a single place.
        slope_changes: (T, hidden units) by how much the output bends there, NaN where that is no single number.
        dead: (T, hidden units) whether the unit is off on every training row.
        always_on: (T, hidden units) whether it is on on every training row.
        accuracy: (T,) share of the training rows whose class is right; None unless classes are learned.
        validation_accuracy: (T,) of the rows held out, or None.
        gradient_norm: (T,) length of the loss's gradient by all weights and biases, NaN where it is not known; or None.
        learning_rate: (T,) in use at that moment, or None.

    >>> from hinges import Training, example
    >>> history = fit(example("relu-lab"), Training(hidden=(3,), steps=20)).history
    >>> isinstance(history, History), int(history.step[-1]), history.kinks.shape == (len(history.step), 3)
    (True, 20, True)
    """

    step: NDArray[Any]
    loss: Floats
    validation_loss: Floats | None
    kinks: Floats
    slope_changes: Floats
    dead: NDArray[Any]
    always_on: NDArray[Any]
    accuracy: Floats | None = None
    validation_accuracy: Floats | None = None
    gradient_norm: Floats | None = None
    learning_rate: Floats | None = None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A network on the way: after `step` gradient steps, with its loss on the training rows.

    >>> from hinges import Training, example
    >>> last = list(steps(example("relu-lab"), Training(hidden=(3,), steps=20)))[-1]
    >>> isinstance(last, Snapshot), last.step, last.network.outputs
    (True, 20, 1)
    """

    step: int
    loss: float
    network: Network


@dataclass(frozen=True, eq=False, repr=False)
class FitResult:
    """A network fitted to data.

    Arguments:
        network: the network.
        function: its function where it has one input and piecewise-linear activations, else None.
        loss: its loss on the data, as measured in float64.
        bounds: how small the loss can be for as many units or pieces, where that was computed.
        status: a sentence: how the fit ended, and what to try if it did not go well.
        method: what was asked for.
        seed: of the randomness used, None where there was none.
        history: the record of the training, None where there was none.

    >>> from hinges import Best
    >>> result = fit(([0, 1, 2, 3], [0, 1, 0, 1]), Best(pieces=3))
    >>> isinstance(result, FitResult), result.status, result.function.kinks, result.network.weights[0].shape
    (True, 'the best possible', array([1., 2.]), (1, 3))
    """

    network: Network
    function: PiecewiseLinear | None
    loss: float
    bounds: ErrorBounds | None
    status: str
    method: Any
    seed: int | None = None
    history: History | None = None

    def __repr__(self) -> str:
        gap = "" if self.bounds is None else f", gap {self.bounds.gap:.2%}"
        return f"FitResult({self.network!r}, loss {self.loss:.6g}{gap})"


@dataclass(frozen=True, eq=False, repr=False)
class Approximation:
    """A function made for a target in closed form, and the network that equals it on the interval.

    Arguments:
        function: the function.
        network: the network.
        loss: its error, as measured in float64.
        bounds: how small the error can be for as many units or pieces, where that was computed.
        status: a sentence about how it was made.

    >>> from math import sqrt
    >>> from hinges import Interpolation, approximate
    >>> close = approximate(sqrt, Interpolation(units=4), interval=(0, 1))
    >>> isinstance(close, Approximation), close.loss < 0.2, close.function.values.round(2)
    (True, True, array([0.  , 0.5 , 0.71, 0.87, 1.  ]))
    """

    function: PiecewiseLinear
    network: Network
    loss: float
    bounds: ErrorBounds | None
    status: str

    def __repr__(self) -> str:
        gap = "" if self.bounds is None else f", gap {self.bounds.gap:.2%}"
        return f"Approximation({self.network!r}, loss {self.loss:.6g}{gap})"


@runtime_checkable
class FitMethod(Protocol):
    """A way to fit a network to data, such as `Best` or `Training`."""

    def fit(self, data: Dataset) -> FitResult:
        """Fit a network to the data."""
        ...


@runtime_checkable
class SteppedMethod(Protocol):
    """A fit method that can be watched."""

    def snapshots(self, data: Dataset) -> Iterator[Snapshot]:
        """Give the network after some of its steps, as they are made."""
        ...


def fit(data: "Dataset | tuple[ArrayLike, ArrayLike]", method: FitMethod) -> FitResult:
    """Give a network fitted to data by a method, `Best(...)` or `Training(...)`.

    Arguments:
        data: a Dataset or a pair (x, y).
        method: how, with the method's own settings.

    Raises:
        InvalidInputError: the data or the method is not one, or they do not go together.

    >>> from hinges import Best
    >>> result = fit(([0, 1, 2, 3], [2, 0, 1, 4]), Best(pieces=3))
    >>> round(result.loss, 12)
    0.0
    """
    if not isinstance(method, FitMethod):
        raise InvalidInputError(f"method must be a fit method such as Best(units=10), not {method!r}")
    return method.fit(Dataset.of(data))


def steps(data: "Dataset | tuple[ArrayLike, ArrayLike]", method: SteppedMethod) -> Iterator[Snapshot]:
    """Give snapshots of a fit as it goes on.

    Arguments:
        data: a Dataset or a pair (x, y).
        method: a method that goes step by step, `Training(...)`.

    >>> from hinges import Training, example
    >>> [snapshot.step for snapshot in steps(example("relu-lab"), Training(hidden=(3,), steps=20))][-1]
    20
    """
    if not isinstance(method, SteppedMethod):
        raise InvalidInputError(f"method must go step by step, as Training() does, not {method!r}")
    return method.snapshots(Dataset.of(data))
