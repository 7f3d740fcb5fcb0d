"""Classification: the classes a network says, the share that is right, and which classes it confuses."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges import _arrays
from hinges._arrays import Floats, frozen
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.nets import Activation, Network

MOST_CLASSES = 10_000


def predicted_classes(network: Network, x: ArrayLike) -> NDArray[np.int64]:
    """Give the class that a network says for each row: the number of its largest output, (n,).

    Of equal outputs it is the first. A network with one output says class 1 where the output is above 0 (where it
    is above 0.5, if its last layer is a sigmoid) and class 0 elsewhere.

    Arguments:
        network: whose outputs are scores, one a class, or one number for two classes.
        x: (n, inputs).

    >>> side = Network.dense([[[-1.0, 1.0]]], [[0.0, 0.0]])
    >>> predicted_classes(side, [-2.0, 0.0, 2.0]).tolist()
    [0, 0, 1]
    """
    network = _arrays.instance(network, Network, "network")
    rows = network.rows(_arrays.array(x, "x"))
    outputs = np.asarray(network(rows))
    if network.outputs > 1:
        return frozen(outputs.argmax(axis=1).astype(np.int64))
    return frozen((outputs[:, 0] > _threshold(network)).astype(np.int64))


def accuracy(network: Network, data: "Dataset | tuple[ArrayLike, ArrayLike]") -> float:
    """Give the share of rows whose class the network says, 0 to 1; rows count by their weights.

    Arguments:
        network: as for `predicted_classes`.
        data: x (n, inputs), and in its one column y (n,) the classes as whole numbers from 0.

    Raises:
        InvalidInputError: y is no column of classes, or names one that the network has no output for.

    >>> side = Network.dense([[[-1.0, 1.0]]], [[0.0, 0.0]])
    >>> accuracy(side, ([-2.0, -1.0, 1.0, 2.0], [0, 1, 1, 1]))
    0.75
    """
    rows = Dataset.of(data)
    predicted, given = _both(network, rows)
    return float(np.average(predicted == given, weights=rows.weights))


def confusion_matrix(network: Network, data: "Dataset | tuple[ArrayLike, ArrayLike]") -> Floats:
    """Give how often each class is taken for which, (classes, classes): row = the given class, column = the said one.

    The diagonal is what is right. Entries count rows; in weighted data they are sums of weights.

    Arguments:
        network: as for `predicted_classes`.
        data: x (n, inputs) and y (n,), as for `accuracy`.

    Raises:
        InvalidInputError: as for `accuracy`.

    >>> side = Network.dense([[[-1.0, 1.0]]], [[0.0, 0.0]])
    >>> confusion_matrix(side, ([-2.0, -1.0, 1.0, 2.0], [0, 1, 1, 1])).tolist()
    [[1.0, 0.0], [1.0, 2.0]]
    """
    rows = Dataset.of(data)
    predicted, given = _both(network, rows)
    classes = max(network.outputs, 2)
    places = given * classes + predicted
    counts = np.bincount(places, weights=rows.weights, minlength=classes**2).astype(np.float64)
    return frozen(counts.reshape(classes, classes))


def _both(network: Network, data: Dataset) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    network = _arrays.instance(network, Network, "network")
    given = class_labels(data)
    classes = max(network.outputs, 2)
    beyond = np.flatnonzero(given >= classes)
    if len(beyond):
        raise InvalidInputError(
            f"y[{beyond[0]}] = {given[beyond[0]]} where the network tells {classes} classes apart, 0 to {classes - 1}"
        )
    return predicted_classes(network, data.x), given


def class_labels(data: Dataset) -> NDArray[np.int64]:
    """Give the classes (n,) of data whose one column y holds whole numbers from 0."""
    if data.y.shape[1] != 1:
        raise InvalidInputError(f"y has {data.y.shape[1]} columns: one column of classes is expected")
    labels = data.y[:, 0]
    wrong = np.flatnonzero((labels != np.floor(labels)) | (labels < 0) | (labels >= MOST_CLASSES))
    if len(wrong):
        raise InvalidInputError(
            f"y[{wrong[0]}] = {labels[wrong[0]]:g}: classes are whole numbers from 0, below {MOST_CLASSES}"
        )
    return labels.astype(np.int64)


def _threshold(network: Network) -> float:
    last = network.nodes[-1]
    return 0.5 if isinstance(last, Activation) and last.kind == "sigmoid" else 0.0
