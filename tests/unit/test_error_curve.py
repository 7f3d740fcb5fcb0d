"""error_curve: how many units are needed."""

# Wrong types are given on purpose.
# pyright: reportArgumentType=false

from itertools import pairwise

import numpy as np
import pytest

from hinges import InvalidInputError, best_error, error_curve, example


@pytest.mark.parametrize("loss", ["mse", "max"])
def test_bounds_hold_and_what_is_reached_never_rises(loss):
    curve = error_curve(example("nile"), 5, loss=loss)
    assert len(curve) == 5
    uppers = [bounds.upper for bounds in curve]
    assert all(a >= b * (1 - 1e-12) for a, b in pairwise(uppers))
    for units, bounds in enumerate(curve, start=1):
        assert 0 <= bounds.lower <= bounds.upper
        assert bounds.certified
        assert bounds.network is not None
        assert len(bounds.network.hinges()) <= units
        alone = best_error(example("nile"), units=units, loss=loss)
        assert max(alone.lower, bounds.lower) <= min(alone.upper, bounds.upper) * (1 + 1e-12)


def test_max_bounds_are_those_of_best_error():
    data = example("sine")
    curve = error_curve(data, 4, "max")
    alone = [best_error(data, units=units, loss="max").lower for units in range(1, 5)]
    np.testing.assert_allclose([bounds.lower for bounds in curve], alone, rtol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [((0,), "max_units must be at least 1"), ((1001,), "max_units must be at most 1000"), ((2, "l1"), "loss must be")],
)
def test_errors(arguments, sentence):
    with pytest.raises(InvalidInputError) as error:
        error_curve(example("nile"), *arguments)
    assert sentence in str(error.value)
