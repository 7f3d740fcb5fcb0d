"""best_error and error_curve: how small an error can be, with proof, before anybody trains."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict, Unpack

from numpy.typing import ArrayLike

from hinges import _arrays
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import LOSSES, ErrorBounds
from hinges.optimal._best import Best
from hinges.optimal._deep import deepened
from hinges.optimal._solve import (
    Rows,
    best_with_pieces,
    best_with_units,
    counted_rows,
    curve_of_units,
    lower_bound,
    measured_loss,
)


class WishArguments(TypedDict, total=False):
    """Wishes, as `Best` has them."""

    slope_bounds: tuple[float | None, float | None] | None
    min_gap: float
    shape: str | None
    side: str | None
    relative: bool
    continuous: bool
    breakpoints: Sequence[float] | None
    effort: float


def best_error(
    data: Dataset | tuple[ArrayLike, ArrayLike],
    *,
    units: int | tuple[int, ...] | None = None,
    pieces: int | None = None,
    loss: str = "mse",
    **wishes: Unpack[WishArguments],
) -> ErrorBounds:
    """Give how small the error on data can be for any network of so many units, or function of so many pieces.

    Certified: no such network has an error below `lower`, whatever its weights; `network` (or `function`)
    reaches `upper`. N units make at most N + 1 pieces on the data, and layers of n1, n2, ... units at most
    (n1 + 1)(n2 + 1)..., which is where the bounds come from (the second is far from tight).

    Arguments:
        data: a Dataset of one input and one output, or a pair (x, y).
        units: of one hidden ReLU layer, or a tuple with the widths of several.
        pieces: instead of units.
        loss: "mse" or "max".
        wishes: slope_bounds, min_gap, shape, side, relative, continuous, breakpoints and effort, as `Best` has them.
            The bounds are then those of `fit(data, Best(...))`, and so they are for several outputs; where the lower
            one holds for a larger class, for example without the wishes, its `lower_of` says so.

    Raises:
        InvalidInputError: not exactly one of `units` and `pieces` is given, or the data cannot be used.

    >>> from hinges import example
    >>> bounds = best_error(example("sine"), units=10)
    >>> f"{bounds.lower:.6e}", bounds.gap < 1e-5
    ('1.236769e-04', True)
    """
    data = Dataset.of(data)
    _arrays.choice(loss, "loss", LOSSES)
    if wishes or data.y.shape[1] > 1:
        return _wished(data, units, pieces, loss, wishes)
    rows = counted_rows(data)
    if (units is None) == (pieces is None):
        raise InvalidInputError(
            f"give exactly one of units and pieces: {'neither' if units is None else 'both'} was given"
        )
    if pieces is not None:
        return best_with_pieces(rows, _arrays.count(pieces, "pieces"), loss)
    if isinstance(units, (tuple, list)):
        return _deep(rows, tuple(units), loss)
    return best_with_units(rows, _arrays.count(units, "units"), loss)


def _wished(
    data: Dataset, units: int | tuple[int, ...] | None, pieces: int | None, loss: str, wishes: WishArguments
) -> ErrorBounds:
    if isinstance(units, (tuple, list)):
        raise InvalidInputError("wishes and several outputs are for one hidden layer: give units as one number")
    bounds = Best(units=units, pieces=pieces, loss=loss, **wishes).fit(data).bounds
    assert bounds is not None
    return bounds


def _deep(rows: Rows, widths: tuple[int, ...], loss: str) -> ErrorBounds:
    if not widths:
        raise InvalidInputError("units is empty: give the width of each hidden layer")
    widths = tuple(_arrays.count(width, f"units[{i}]") for i, width in enumerate(widths))
    shallow = best_with_units(rows, max(widths), loss)
    if len(widths) == 1 or shallow.network is None:
        return shallow
    pieces = min(math.prod(width + 1 for width in widths), len(rows[0]))  # as many interpolate
    network = deepened(shallow.network, widths, rows[0])
    upper = measured_loss(network.values(rows[0].reshape(-1, 1))[-1][:, 0], rows, loss)
    lower = lower_bound(rows, pieces, loss, upper)
    return ErrorBounds(lower, upper, network, shallow.function, certified=True)


def error_curve(
    data: Dataset | tuple[ArrayLike, ArrayLike], max_units: int, loss: str = "mse", **wishes: Unpack[WishArguments]
) -> list[ErrorBounds]:
    """Give `best_error` for 1, 2, ..., `max_units` units, sharing the work; it answers "how many units do I need?".

    For the squared error without the slower of the two bounds, so the gaps can be wider than those of
    `best_error`.

    Arguments:
        data: a Dataset of one input and one output, or a pair (x, y).
        max_units: the largest number of units, at most 1,000.
        loss: "mse" or "max".
        wishes: as for `best_error`; each size is then searched for by itself.

    >>> from hinges import example
    >>> curve = error_curve(example("sine"), 4, loss="max")
    >>> [round(bounds.upper, 3) for bounds in curve]
    [0.997, 0.76, 0.212, 0.118]
    """
    data = Dataset.of(data)
    _arrays.choice(loss, "loss", LOSSES)
    most = _arrays.count(max_units, "max_units", maximum=1_000)
    if wishes or data.y.shape[1] > 1:
        curve: list[ErrorBounds] = []
        for units in range(1, most + 1):
            found = _wished(data, units, None, loss, wishes)
            if curve and curve[-1].upper < found.upper:  # a smaller network that is better is one of this size too
                found = replace(curve[-1], lower=min(found.lower, curve[-1].upper))
            curve.append(found)
        return curve
    return curve_of_units(counted_rows(data), most, loss)
