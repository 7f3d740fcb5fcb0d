"""best_error and error_curve with the wishes of Best, and for several outputs."""

import numpy as np
import pytest

from hinges import Best, Dataset, InvalidInputError, best_error, error_curve, fit

X = np.linspace(0, 6, 30)
Y = np.sin(X) + 0.1 * np.cos(17 * X)


def test_the_bounds_under_a_wish_are_those_of_the_fit():
    wished = best_error((X, Y), pieces=3, slope_bounds=(None, 0.0))
    assert wished.function is not None
    assert (wished.function.slopes <= 0).all()
    result = fit((X, Y), Best(pieces=3, slope_bounds=(None, 0.0)))
    assert (wished.lower, wished.upper) == (result.bounds.lower, result.bounds.upper)  # pyright: ignore[reportOptionalMemberAccess]
    assert best_error((X, Y), pieces=3).upper < wished.lower <= wished.upper
    step = np.where(X < 3, Y, Y + 2)
    assert best_error((X, step), pieces=2, continuous=False).upper < best_error((X, step), pieces=2).lower


def test_several_outputs_share_their_breakpoints():
    both = Dataset(X, np.stack([Y, 2 * Y], axis=1))
    bounds = best_error(both, pieces=3)
    assert bounds.upper == pytest.approx(2.5 * best_error((X, Y), pieces=3).upper, rel=1e-6)
    assert bounds.lower <= bounds.upper


def test_the_curve_under_a_wish_never_rises():
    curve = error_curve((X, Y), 3, loss="max", shape="concave")
    uppers = [bounds.upper for bounds in curve]
    assert uppers == sorted(uppers, reverse=True)
    plain = error_curve((X, Y), 3, loss="max")
    assert all(one.lower >= other.lower * (1 - 1e-9) for one, other in zip(curve, plain, strict=True))


def test_what_no_bound_is_for_is_said():
    with pytest.raises(InvalidInputError, match="one hidden layer"):
        best_error((X, Y), units=(3, 3), shape="convex")
    with pytest.raises(InvalidInputError, match="give pieces or tolerance instead of units"):
        error_curve((X, Y), 2, continuous=False)
    with pytest.raises(InvalidInputError, match="exactly one"):
        best_error((X, Y), shape="convex")
