"""Classes: what a network says, how often it is right, and which classes it takes for which."""

import numpy as np
import pytest

from hinges import Dataset, InvalidInputError, Network
from hinges.analysis import accuracy, confusion_matrix, predicted_classes

SIDES = Network.dense([[[-1.0, 0.0, 1.0]]], [[0.0, 0.5, 0.0]])  # class 0 below -.5, 1 around 0, 2 above .5
POINTS = [-2.0, -1.0, 0.0, 0.2, 1.0, 3.0]


def test_the_class_is_the_largest_output_and_the_first_of_equal_ones():
    assert predicted_classes(SIDES, [*POINTS, -0.5, 0.5]).tolist() == [0, 0, 1, 1, 2, 2, 0, 1]


def test_one_output_says_two_classes():
    logit = Network.dense([[[2.0]]], [[-2.0]])
    assert predicted_classes(logit, [0.0, 1.0, 1.1]).tolist() == [0, 0, 1]
    share = Network.dense([[[2.0]]], [[-2.0]], ["sigmoid"])
    assert predicted_classes(share, [0.0, 1.0, 1.1]).tolist() == [0, 0, 1]
    assert confusion_matrix(logit, ([0.0, 2.0, 3.0], [1, 1, 0])).tolist() == [[0, 1], [1, 1]]


def test_accuracy_and_confusion_agree_with_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    network = Network.dense([rng.normal(size=(2, 4))], [rng.normal(size=4)])
    x, y, weights = rng.normal(size=(200, 2)), rng.integers(0, 4, 200), rng.integers(0, 3, 200).astype(float)
    said = network(x).argmax(axis=1)
    for given in (None, weights):
        data = Dataset(x, y, given)
        expected = metrics.confusion_matrix(y, said, labels=range(4), sample_weight=given)
        np.testing.assert_array_equal(confusion_matrix(network, data), expected)
        assert accuracy(network, data) == pytest.approx(metrics.accuracy_score(y, said, sample_weight=given), abs=1e-15)


def test_a_class_that_never_occurs_has_an_empty_row():
    assert confusion_matrix(SIDES, (POINTS, [0, 0, 0, 2, 2, 2])).tolist() == [[2, 1, 0], [0, 0, 0], [0, 1, 2]]


@pytest.mark.parametrize(
    ("y", "sentence"),
    [
        ([0, 1, 3], r"y\[2\] = 3 where the network tells 3 classes apart, 0 to 2"),
        ([0, 1.5, 1], r"y\[1\] = 1.5: classes are whole numbers from 0"),
        ([0, 1, -1], r"y\[2\] = -1: classes"),
        ([[0, 1], [1, 0], [1, 1]], "y has 2 columns: one column of classes"),
    ],
)
def test_labels_that_are_none_are_named(y, sentence):
    for verb in (accuracy, confusion_matrix):
        with pytest.raises(InvalidInputError, match=sentence):
            verb(SIDES, ([0.0, 1.0, 2.0], y))


def test_the_wrong_things_are_refused():
    with pytest.raises(InvalidInputError, match="network"):
        accuracy("net", ([0.0], [0]))  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidInputError, match=r"x must have shape \(n, 1\)"):
        predicted_classes(SIDES, [[0.0, 1.0]])
