"""How well columns of numbers tell classes apart: one column alone, and all of them together."""

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats

Labels = NDArray[np.intp]
RIDGE = 1e-6  # of the largest squared singular value


def areas(columns: Floats, labels: Labels) -> Floats:
    """Give for every column and class the probability that a row of the class is above one of another class.

    The area under the curve of the column as a detector of the class, by ranks (Mann and Whitney 1947); equal
    values count half.
    """
    counts = np.bincount(labels)
    result = np.empty((columns.shape[1], len(counts)))
    for j, column in enumerate(columns.T):
        _, at, many = np.unique(column, return_inverse=True, return_counts=True)
        last = np.cumsum(many)
        ranks = (last - 0.5 * (many - 1))[at]  # of equal values their mean
        sums = np.bincount(labels, weights=ranks)
        result[j] = (sums - counts * (counts + 1) / 2) / (counts * (len(column) - counts))
    return result


def thresholds(columns: Floats, labels: Labels) -> tuple[Floats, Floats]:
    """Give for every column where to cut it in two, and the share of rows right when each side says its main class.

    The cut is in the middle between two neighbours, the lowest of the best ones; a constant column is cut at its
    value.
    """
    classes = int(labels.max()) + 1
    at, share = np.empty(columns.shape[1]), np.empty(columns.shape[1])
    for j, column in enumerate(columns.T):
        order = np.argsort(column, kind="stable")
        values = column[order]
        below = np.cumsum(np.eye(classes, dtype=np.intp)[labels[order]], axis=0)
        right = below.max(axis=1) + (below[-1] - below).max(axis=1)
        cuts = np.append(np.flatnonzero(values[1:] > values[:-1]), len(values) - 1)
        best = cuts[np.argmax(right[cuts])]
        following = values[min(best + 1, len(values) - 1)]
        at[j] = values[best] / 2 + following / 2
        share[j] = right[best] / len(values)
    return at, share


def left_out_means(rows: Floats, labels: Labels) -> float:
    """Give the share of rows nearest to the mean of their own class, the row itself left out of that mean.

    A row alone in its class has none and counts as wrong; of equal distances another class wins.
    """
    rows = _scaled(rows)
    classes = int(labels.max()) + 1
    counts = np.bincount(labels)
    one_hot = np.eye(classes)[labels]
    means = one_hot.T @ rows / counts[:, None]
    squares = (rows**2).sum(axis=1)[:, None] - 2 * rows @ means.T + (means**2).sum(axis=1)
    own = squares[np.arange(len(rows)), labels]
    size = counts[labels]
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(size > 1, own * (size / (size - 1.0)) ** 2, np.inf)  # x - mean of the others
    squares[np.arange(len(rows)), labels] = np.inf
    return int(np.count_nonzero(own < squares.min(axis=1))) / len(rows)


def left_out_linear(rows: Floats, labels: Labels) -> float:
    """Give the share of rows put into their class by the least-squares map found without them.

    Leaving out row i changes its residual from e to e / (1 - h), h its entry on the diagonal of the hat matrix.
    """
    rows = _scaled(rows)
    wanted = np.eye(int(labels.max()) + 1)[labels]
    centred = rows - rows.mean(axis=0)
    basis, singular, _ = np.linalg.svd(centred, full_matrices=False)
    kept = singular**2 / (singular**2 + RIDGE * max(singular.max(initial=0.0) ** 2, 1e-300))
    mean = wanted.mean(axis=0)
    fitted = mean + (basis * kept) @ (basis.T @ (wanted - mean))
    h = 1.0 / len(rows) + (basis**2) @ kept
    judged = wanted - (wanted - fitted) / np.maximum(1.0 - h, 1e-12)[:, None]
    own = judged[np.arange(len(rows)), labels]
    judged[np.arange(len(rows)), labels] = -np.inf
    return int(np.count_nonzero(own > judged.max(axis=1))) / len(rows)


def components(rows: Floats, dimensions: int) -> tuple[Floats, float]:
    """Give the rows in their first principal components and the share of the variance that these hold."""
    centred = rows - rows.mean(axis=0)
    basis, singular, loadings = np.linalg.svd(centred, full_matrices=False)
    first = loadings[:dimensions]
    signs = np.sign(first[np.arange(len(first)), np.abs(first).argmax(axis=1)])
    places = basis[:, :dimensions] * singular[:dimensions] * np.where(signs == 0, 1.0, signs)
    total = float((singular**2).sum())
    places.setflags(write=False)
    return places, float((singular[:dimensions] ** 2).sum() / total) if total else 1.0


def _scaled(rows: Floats) -> Floats:
    """Give the rows centred and divided by one number, so that squares stay inside float64."""
    centred = rows - rows.mean(axis=0)
    largest = float(np.abs(centred).max(initial=0.0))
    return centred / largest if largest else centred
