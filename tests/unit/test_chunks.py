"""Fits of data that come in chunks: what is summed is what is fitted, and the bound holds for kinks anywhere."""

import numpy as np
import pytest

from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.optimal._chunks import fit_chunks
from hinges.optimal._mse_pieces import best_pieces


def noisy(n=30_000, seed=0):
    random = np.random.default_rng(seed)
    x = random.uniform(-2, 8, n)
    return x, 50 + np.sin(x) + 0.2 * random.standard_normal(n), random.uniform(0, 2, n)


def in_chunks(*columns, size=7_000):
    for start in range(0, len(columns[0]), size):
        yield Dataset(*(column[start : start + size] for column in columns))


def test_the_loss_is_that_of_the_function_on_all_rows():
    x, y, w = noisy()
    result = fit_chunks(in_chunks(x, y, w), 8, interval=(-2, 8), cells=500)
    assert result.function is not None
    measured = float(np.average((y - result.function(x)) ** 2, weights=w))
    assert result.loss == pytest.approx(measured, rel=1e-9)
    outputs = result.network(x.reshape(-1, 1))[:, 0]
    assert float(np.average((y - outputs) ** 2, weights=w)) == pytest.approx(result.loss, rel=1e-9)
    assert len(result.function.kinks) <= 7
    assert "30000 rows in 500 cells" in result.status


def test_all_rows_at_once_are_hardly_better_and_the_bound_holds():
    x, y, w = noisy()
    result = fit_chunks(in_chunks(x, y, w), 8, interval=(-2, 8))
    whole = best_pieces(x, y, 8, w + 1e-300)
    assert whole.mse <= result.loss * (1 + 1e-9) <= whole.mse * 1.001
    assert result.bounds is not None
    assert result.bounds.lower <= whole.mse
    assert result.bounds.gap < 0.02


def test_kinks_on_edges_are_found_exactly_whatever_the_order():
    x, _, _ = noisy()
    y = np.abs(x - 1.0) - 2 * np.maximum(x - 4.0, 0)
    result = fit_chunks(((part, np.abs(part - 1.0) - 2 * np.maximum(part - 4.0, 0)) for part in (x[::2], x[1::2])), 3,
                        interval=(-2, 8), cells=100)  # fmt: skip
    assert result.function is not None
    np.testing.assert_allclose(result.function.kinks, [1.0, 4.0], atol=1e-12)
    assert np.abs(result.function(x) - y).max() < 1e-9


def test_empty_cells_do_no_harm():
    x = np.concatenate([np.linspace(0, 1, 500), np.linspace(9, 10, 500)])
    result = fit_chunks([(x, np.where(x < 5, x, 10 - x))], 3, interval=(0, 10), cells=200)
    assert result.loss < 1e-12


@pytest.mark.parametrize(
    ("chunks", "options", "sentence"),
    [
        ([([0.0, 3.0], [1.0, 2.0])], {}, r"chunk 0: x\[1\] = 3.0 is outside the interval"),
        ([], {}, "no row with a positive weight"),
        ([([0.5], [1.0])], {"cells": 5000}, "cells"),
        ([([0.5, 0.6], [1.0, -1.0]), ([0.5], [1e305])], {}, "too large for its squares"),
    ],
)
def test_what_cannot_be_summed_is_refused(chunks, options, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        fit_chunks(chunks, 3, interval=(0, 1), **options)
