"""separation: figures against counting pair by pair, cut by cut, and fits with each row left out in turn."""

from itertools import pairwise

import numpy as np
import pytest

from hinges import Dataset, InvalidInputError, Network, example
from hinges.analysis import separation
from hinges.analysis._scores import RIDGE, areas, left_out_linear, left_out_means, thresholds


def labelled(rows=40, columns=4, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), rng.integers(0, classes, rows - classes)])
    values = rng.normal(size=(rows, columns)) + 0.8 * labels[:, None] * rng.normal(size=columns)
    return np.round(values, 1), labels  # rounded: equal values occur


def test_areas_are_shares_of_pairs():
    values, labels = labelled()
    found = areas(values, labels)
    for j, column in enumerate(values.T):
        for k in range(3):
            above, other = column[labels == k][:, None], column[labels != k][None, :]
            share = np.mean((above > other) + 0.5 * (above == other))
            assert found[j, k] == pytest.approx(share, rel=1e-14)


def test_no_threshold_does_better():
    values, labels = labelled(seed=1)
    values[:, 3] = 2.0
    at, share = thresholds(values, labels)
    for j, column in enumerate(values.T):
        cuts = [*np.unique(column), column.min() - 1]
        right = [sum(np.bincount(labels[side]).max(initial=0) for side in (column <= c, column > c)) for c in cuts]
        assert share[j] == max(right) / 40
        sides = [labels[column <= at[j]], labels[column > at[j]]]
        assert share[j] == sum(np.bincount(side).max(initial=0) for side in sides) / 40
    assert (at[3], share[3]) == (2.0, np.bincount(labels).max() / 40)


def test_each_row_is_judged_by_the_others():
    values, labels = labelled(seed=2)
    rows = (values - values.mean(axis=0)) / np.abs(values - values.mean(axis=0)).max()
    one_hot = np.eye(3)[labels]
    ridge = RIDGE * np.linalg.svd(rows, compute_uv=False)[0] ** 2
    near = linear = 0
    for i in range(40):
        rest = np.arange(40) != i
        means = np.array([rows[rest & (labels == k)].mean(axis=0) for k in range(3)])
        near += np.argmin(((rows[i] - means) ** 2).sum(axis=1)) == labels[i]
        mean, wanted = rows[rest].mean(axis=0), one_hot[rest].mean(axis=0)
        centred = rows[rest] - mean
        map_ = np.linalg.solve(centred.T @ centred + ridge * np.eye(4), centred.T @ (one_hot[rest] - wanted))
        linear += np.argmax(wanted + (rows[i] - mean) @ map_) == labels[i]
    assert left_out_means(values, labels) == near / 40
    assert left_out_linear(values, labels) == linear / 40


def test_a_wide_layer_is_not_praised_for_learning_rows_by_heart():
    """As many random columns as rows separate them without fault; left out, each row is a guess."""
    rng = np.random.default_rng(3)
    labels = np.arange(60) % 2
    assert 0.2 < left_out_linear(rng.normal(size=(60, 200)), labels) < 0.8
    assert left_out_linear(np.full((60, 3), 7.0), labels) == 0.0
    assert left_out_means(np.full((60, 3), 7.0), labels) == 0.0


def test_hidden_layers_tell_rings_apart_where_the_input_does_not():
    rng = np.random.default_rng(5)
    angle, radius = rng.uniform(0, 2 * np.pi, 120), np.repeat([1.0, 3.0], 60)
    x = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    directions = np.array([[np.cos(t), np.sin(t)] for t in np.arange(8) * np.pi / 4]).T
    network = Network.dense([directions, np.ones((8, 1))], [np.zeros(8), np.zeros(1)])
    apart = separation(network, (x, np.repeat([7, 3], 60)))
    assert apart.classes.tolist() == [3.0, 7.0]
    assert apart.input.linear < 0.7
    assert apart.layer("relu_0").linear == 1.0
    assert apart.layers[-1].threshold_accuracy.tolist() == [1.0]
    assert apart.layers[-1].auc.tolist() == [[1.0, 0.0]]  # class 3 is the outer ring
    assert apart.majority == 0.5
    assert [layer.name for layer in apart] == ["input", "relu_0", "dense_1"]
    np.testing.assert_array_equal(apart.layers[0].signatures, np.maximum(x @ directions, 0))
    order = apart.layers[0].best_units
    assert all(a >= b for a, b in pairwise(apart.layers[0].threshold_accuracy[order]))


def test_places_are_the_units_or_their_principal_components():
    data = example("spiral")
    rng = np.random.default_rng(0)
    network = Network.dense([rng.normal(size=(2, 9)), rng.normal(size=(9, 3))], [rng.normal(size=9), np.zeros(3)])
    apart = separation(network, data)
    places, share = apart.layers[1].places()
    np.testing.assert_array_equal(places, network(data.x))
    assert share == 1.0
    places, share = apart.layers[0].places(2)
    centred = apart.layers[0].signatures - apart.layers[0].signatures.mean(axis=0)
    variances = np.linalg.eigvalsh(centred.T @ centred)[::-1]
    np.testing.assert_allclose((places**2).sum(axis=0), variances[:2], rtol=1e-12)
    assert share == pytest.approx(variances[:2].sum() / variances.sum(), rel=1e-12)
    assert abs(places[:, 0] @ places[:, 1]) < 1e-10


def test_what_does_not_fit_is_named():
    network = Network.dense([[[1.0], [1.0]]], [[0.0]])
    x = np.ones((3, 2))
    for data, sentence in [
        ((x, [0.0, 0.5, 1.0]), r"y\[1\] is 0.5: a class is a whole number"),
        ((x, [1, 1, 1]), "y holds 1 different classes"),
        ((np.ones((3, 4)), [0, 1, 1]), "point has 4 numbers: the network reads 2"),
        (Dataset(x, np.ones((3, 2))), "data has 2 outputs"),
    ]:
        with pytest.raises(InvalidInputError, match=sentence):
            separation(network, data)
    apart = separation(network, (x, [0, 1, 1]))
    with pytest.raises(InvalidInputError, match="layer must be one of 'input', 'dense_0'"):
        apart.layer("relu")
