"""The loss by which a network is judged: squared error, or the cross-entropy of its softmax."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.nets import Network

LOSSES = ("mse", "cross-entropy")
LOGISTIC_STEPS = 200
RIDGE = 1e-9  # of the largest singular value: directions below it hold no information


@dataclass(frozen=True, eq=False)
class Loss:
    """The weighted mean over rows (and for "mse" over outputs) of one loss.

    Arguments:
        name: "mse" or "cross-entropy".
        data: the rows; of classes y is one column of labels.
    """

    name: str
    data: Dataset

    @cached_property
    def share(self) -> Floats:
        """Every row's share in the mean, (n,)."""
        weights = np.ones(len(self.data)) if self.data.weights is None else self.data.weights
        return weights / weights.sum()

    @cached_property
    def labels(self) -> np.ndarray:
        """The class of every row, (n,)."""
        return self.data.y[:, 0].astype(np.intp)

    def value(self, outputs: Floats) -> float:
        """Give the loss of outputs (n, m)."""
        if self.name == "mse":
            with np.errstate(over="ignore"):
                return float(self.share @ ((outputs - self.data.y) ** 2).mean(axis=1))
        largest = outputs.max(axis=1)
        spread = np.log(np.exp(outputs - largest[:, None]).sum(axis=1))
        return float(self.share @ (spread + largest - outputs[np.arange(len(outputs)), self.labels]))

    def gradient(self, outputs: Floats) -> Floats:
        """Give its derivative by the outputs, (n, m)."""
        if self.name == "mse":
            return 2.0 / outputs.shape[1] * self.share[:, None] * (outputs - self.data.y)
        powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        back = powers / powers.sum(axis=1, keepdims=True)
        back[np.arange(len(outputs)), self.labels] -= 1.0
        return self.share[:, None] * back

    def right(self, outputs: Floats) -> float:
        """Give the share of the rows whose class is right; of classes only."""
        return float(self.share @ (outputs.argmax(axis=1) == self.labels))

    def of_best_constant(self) -> float:
        """Give the loss of the best constant."""
        if self.name == "mse":
            return self.value(np.broadcast_to(self.share @ self.data.y, self.data.y.shape))
        counts = np.bincount(self.labels, self.share)
        used = counts[counts > 0]
        return float(-(used * np.log(used)).sum())

    def of_best_affine(self) -> float:
        """Give the loss of the least-squares affine map; of classes that of a map to the logits by descent."""
        if self.name == "mse":
            return self.value(affine_fit(self.data.x, self.data.y, self.share))
        return _logistic_loss(self)


def affine_fit(x: Floats, y: Floats, share: Floats) -> Floats:
    """Give the least-squares affine map's outputs (n, m) for rows x (n, d), y (n, m), shares (n,)."""
    centre = share @ x
    spread = np.sqrt(share @ (x - centre) ** 2)
    scaled = (x - centre) / np.where(spread > 0, spread, 1.0)
    columns = np.hstack([np.ones((len(x), 1)), scaled])
    root = np.sqrt(share)[:, None]
    solved = np.linalg.lstsq(root * columns, root * y, rcond=RIDGE)[0]
    return columns @ solved


def _logistic_loss(loss: Loss) -> float:
    """Give the cross-entropy that logistic regression reaches in so many steps of descent."""
    from scipy.optimize import minimize  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    x = loss.data.x
    centre, classes = loss.share @ x, int(loss.labels.max()) + 1
    spread = np.sqrt(loss.share @ (x - centre) ** 2)
    columns = np.hstack([np.ones((len(x), 1)), (x - centre) / np.where(spread > 0, spread, 1.0)])

    def both(flat: Floats) -> tuple[float, Floats]:
        outputs = columns @ flat.reshape(-1, classes)
        return loss.value(outputs), (columns.T @ loss.gradient(outputs)).ravel()

    start = np.zeros(columns.shape[1] * classes)
    found = cast(Any, minimize)(both, start, jac=True, method="L-BFGS-B", options={"maxiter": LOGISTIC_STEPS})
    return float(found.fun)


def loss_of(name: str, data: Dataset) -> Loss:
    """Give the loss `name` on the data, or raise."""
    _arrays.choice(name, "loss", LOSSES)
    return Loss(name, data)


def loss_for(network: Network, data: Dataset, name: str) -> Loss:
    """Give the loss `name` on rows that suit the network, or raise."""
    loss = loss_of(name, data)
    if data.x.shape[1] != network.inputs:
        raise InvalidInputError(
            f"data has {data.x.shape[1]} input column{'s' * (data.x.shape[1] != 1)} "
            f"where the network has {network.inputs} input{'s' * (network.inputs != 1)}"
        )
    check_targets(name, data, network.outputs)
    return loss


def check_targets(name: str, data: Dataset, outputs: int) -> None:
    """Refuse targets that a network with so many outputs cannot be compared with."""
    if name == "mse":
        if data.y.shape[1] != outputs:
            raise InvalidInputError(
                f"data has {data.y.shape[1]} target column{'s' * (data.y.shape[1] != 1)} "
                f"where the network has {outputs} output{'s' * (outputs != 1)}"
            )
        return
    if data.y.shape[1] != 1:
        raise InvalidInputError(f"y has {data.y.shape[1]} columns: cross-entropy takes one column of labels")
    labels = data.y[:, 0]
    bad = np.flatnonzero((labels != np.rint(labels)) | (labels < 0) | (labels >= outputs))
    if len(bad):
        raise InvalidInputError(
            f"y[{bad[0]}] = {labels[bad[0]]:g}: a class is a whole number from 0 to {outputs - 1}, "
            f"since the network has {outputs} output{'s' * (outputs != 1)}"
        )
