"""Fewer rows of a data set, evenly taken."""

import numpy as np

from hinges.data import Dataset


def thinned(data: Dataset, most: int) -> Dataset:
    """Give at most `most` of the rows, evenly spaced in their order: all if there are no more."""
    if len(data) <= most:
        return data
    return part(data, np.linspace(0, len(data) - 1, most).round().astype(np.intp))


def part(data: Dataset, rows: np.ndarray) -> Dataset:
    """Give the rows with these numbers, or where a mask is true."""
    return Dataset(data.x[rows], data.y[rows], None if data.weights is None else data.weights[rows], data.names)


def counted(data: Dataset) -> Dataset:
    """Give the rows whose weight is not zero."""
    return data if data.weights is None or (data.weights > 0).all() else part(data, data.weights > 0)
