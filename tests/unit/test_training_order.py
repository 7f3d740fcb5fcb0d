"""The order of the rows in training."""

import numpy as np
import pytest

from hinges.train._order import Order


def taken(seeds, steps, *, rows=10, batch=4, window=3):
    order = Order(seeds, len(seeds), rows=rows, batch=batch, window=window)
    batches = []
    while len(batches) < steps:
        batches.extend(order.window())
        order.skip(window)
    return np.stack(batches[:steps])


def test_an_epoch_holds_every_row_once_and_its_last_batch_is_short():
    epochs = taken([5], 9).reshape(3, 12)
    for epoch in epochs:
        assert sorted(epoch) == [*range(10), 10, 10]
        assert list(epoch[10:]) == [10, 10]
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_seeds_have_orders_of_their_own():
    together = taken([5, 6], 9)
    assert (together[:, :, 0] != together[:, :, 1]).any()
    np.testing.assert_array_equal(together[:, :, 1], taken([6], 9)[:, :, 0])


@pytest.mark.parametrize("window", [1, 2, 7, 64])
def test_the_order_does_not_depend_on_how_far_ahead_it_is_drawn(window):
    np.testing.assert_array_equal(taken([5], 20, window=window), taken([5], 20, window=3))


def test_padding_columns_repeat_the_last_seed():
    order = Order([5, 6], 4, rows=10, batch=4, window=3).window()
    np.testing.assert_array_equal(order[:, :, 3], order[:, :, 1])


def test_sizes_count_the_rows_of_each_batch():
    order = Order([5], 1, rows=10, batch=4, window=6)
    assert list(order.sizes(0)) == [4, 4, 2, 4, 4, 2]
    assert list(order.sizes(2)) == [2, 4, 4, 2, 4, 4]
