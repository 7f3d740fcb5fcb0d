"""The named examples are what they say, to the last digit."""

import numpy as np
import pytest

from hinges import Dataset, InvalidInputError, example, examples


def test_every_name_gives_a_dataset_twice_the_same():
    for name in examples():
        if name == "fashion-mnist":  # from files or a network: test_images.py
            continue
        first, second = example(name), example(name)
        assert isinstance(first, Dataset)
        np.testing.assert_array_equal(first.x, second.x)
        np.testing.assert_array_equal(first.y, second.y)


def test_the_sine():
    data = example("sine")
    assert len(data) == 150
    np.testing.assert_array_equal(data.x[:, 0], np.random.default_rng(0).uniform(0, 10, 150))
    np.testing.assert_array_equal(data.y, np.sin(data.x))


def test_the_relu_lab():
    data = example("relu-lab")
    assert data.x[:, 0].tolist() == [0, 1, 2, 3]
    assert data.y[:, 0].tolist() == [2, 0, 1, 4]


def test_the_nile():
    data = example("nile")
    assert data.names == ("year", "flow")
    assert data.x[[0, -1], 0].tolist() == [1871, 1970]
    assert data.y[[0, 42, -1], 0].tolist() == [1120, 456, 740]
    assert data.y.sum() == 91935


@pytest.mark.parametrize("name", ["Sine", "", None, 3])
def test_another_name_is_refused_with_those_there_are(name):
    with pytest.raises(InvalidInputError, match="name must be one of 'sine', 'relu-lab', 'nile'"):
        example(name)
