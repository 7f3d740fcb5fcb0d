"""separation: how well each unit, and each layer's signature, tells the classes of labelled data apart."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges import _arrays
from hinges._arrays import Floats, frozen
from hinges.analysis._scores import areas, components, left_out_linear, left_out_means, thresholds
from hinges.analysis._trace import trace
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.nets import Network

LARGEST = 2**27  # numbers of one layer's signatures: 1 GiB
MOST_CLASSES = 1000


@dataclass(frozen=True, eq=False, repr=False)
class LayerSeparation:
    """How well one layer tells the classes apart: by each unit alone, and by its signature.

    Arguments:
        name: of the layer; "input" is the data themselves.
        activation: its name.
        signatures: (n, units) the activations of every row.
        labels: (n,) the index of every row's class.
        auc: (units, classes) the probability that the unit is larger on a row of the class than on one of another
            class, equal values counted half: 1 and 0 tell the class apart, 1/2 says nothing. Exact.
        threshold: (units,) where to cut a unit in two such that most rows are right, each side saying its most
            frequent class.
        threshold_accuracy: (units,) the share of rows that are right then. The best there is.
        nearest_mean: the share of rows nearer to the mean signature of their class than to that of any other, the
            row itself left out of its mean.
        linear: the share of rows that a least-squares map from signatures to classes (a ridge of 1e-6 of the
            largest squared singular value, constant free) puts into their class, each row judged by the map found
            without it.
    """

    name: str
    activation: str
    signatures: Floats
    labels: NDArray[np.intp]
    auc: Floats
    threshold: Floats
    threshold_accuracy: Floats
    nearest_mean: float
    linear: float

    def __repr__(self) -> str:
        scores = f"linear {self.linear:.3f}, nearest mean {self.nearest_mean:.3f}"
        return f"LayerSeparation({self.name}, {self.units} units: {scores})"

    @property
    def units(self) -> int:
        """How many units it has."""
        return self.signatures.shape[1]

    @cached_property
    def best_units(self) -> NDArray[np.intp]:
        """The units from the one that tells most apart by its threshold to the one that tells least."""
        return frozen(np.argsort(-self.threshold_accuracy, kind="stable"))

    def places(self, dimensions: int = 3) -> tuple[Floats, float]:
        """Give each row's place in the layer's space, (n, dimensions or fewer), and the share of variance it shows.

        A layer of no more units is shown as it is; else the signatures' first principal components, each with its
        largest loading positive.
        """
        dimensions = _arrays.count(dimensions, "dimensions")
        if self.units <= dimensions:
            return self.signatures, 1.0
        return components(self.signatures, dimensions)


@dataclass(frozen=True, eq=False, repr=False)
class Separation:
    """How well the layers of a network tell the classes of labelled data apart.

    Arguments:
        classes: (classes,) the labels, rising.
        labels: (n,) the index of every row's class.
        input: the data before any layer.
        layers: one for each layer of a `trace`.
        majority: the share of the largest class: what saying always the same gets right.
    """

    classes: Floats
    labels: NDArray[np.intp]
    input: LayerSeparation
    layers: tuple[LayerSeparation, ...]
    majority: float = field(default=0.0)

    def __repr__(self) -> str:
        steps = ", ".join(f"{layer.name} {layer.linear:.3f}" for layer in self)
        return f"Separation({len(self.labels)} rows of {len(self.classes)} classes, linear: {steps})"

    def __iter__(self) -> Iterator[LayerSeparation]:
        """Give the input and then every layer."""
        return iter((self.input, *self.layers))

    def layer(self, layer: int | str) -> LayerSeparation:
        """Give a layer by its position, from 0, or its name ("input" for the data)."""
        if isinstance(layer, str):
            return next(one for one in self if one.name == _arrays.choice(layer, "layer", tuple(o.name for o in self)))
        return self.layers[_arrays.count(layer, "layer", minimum=0, maximum=len(self.layers) - 1)]


def separation(network: Network, data: Dataset | tuple[ArrayLike, ArrayLike]) -> Separation:
    """Give how well each unit and each layer's signature tells the classes of data apart.

    Every figure is computed without chance from the rows given: those of single units describe these rows, those
    of whole layers judge each row by the others, so that a wide layer is not praised for learning rows by heart.

    Arguments:
        network: any network that reads the data's inputs.
        data: rows with one whole number as y, the class. Weights of rows are not read.

    Raises:
        InvalidInputError: the inputs do not fit the network, y holds no classes, or fewer than two.

    >>> network = Network.dense([[[1.0, -1.0]], [[1.0], [1.0]]], [[0.0, 0.0], [0.0]])
    >>> apart = separation(network, ([-3.0, -2.0, -0.5, 0.5, 2.0, 3.0], [1, 1, 0, 0, 1, 1]))
    >>> [round(layer.nearest_mean, 2) for layer in apart]  # |x| is what tells them apart
    [0.0, 0.33, 1.0]
    """
    network = _arrays.instance(network, Network, "network")
    rows = Dataset.of(data)
    classes, labels = _classes(rows)
    traced = trace(network, rows.x)
    shares = np.bincount(labels) / len(labels)
    layers = [_layer(layer.name, layer.activation, layer.a, labels) for layer in traced.layers]
    return Separation(
        classes, labels, _layer("input", "linear", traced.point, labels), tuple(layers), float(shares.max())
    )


def _classes(rows: Dataset) -> tuple[Floats, NDArray[np.intp]]:
    """Give the labels and each row's index among them."""
    if rows.y.shape[1] != 1:
        raise InvalidInputError(f"data has {rows.y.shape[1]} outputs: separation needs one, the class of each row")
    y = rows.y[:, 0]
    bad = np.flatnonzero(y != np.rint(y))
    if len(bad):
        raise InvalidInputError(f"y[{bad[0]}] is {y[bad[0]]:g}: a class is a whole number")
    classes, labels = np.unique(y, return_inverse=True)
    if not 2 <= len(classes) <= MOST_CLASSES:
        raise InvalidInputError(f"y holds {len(classes)} different classes: separation needs 2 to {MOST_CLASSES}")
    return frozen(classes), frozen(labels.astype(np.intp))


def _layer(name: str, activation: str, signatures: Floats, labels: NDArray[np.intp]) -> LayerSeparation:
    if signatures.size > LARGEST:
        most = LARGEST // signatures.shape[1]
        raise InvalidInputError(
            f"{name} has {signatures.shape[1]} units for {len(labels)} rows: give at most {most} rows"
        )
    at, accuracy = thresholds(signatures, labels)
    return LayerSeparation(
        name, activation, signatures, labels, frozen(areas(signatures, labels)), frozen(at), frozen(accuracy),
        left_out_means(signatures, labels), left_out_linear(signatures, labels),
    )  # fmt: skip
