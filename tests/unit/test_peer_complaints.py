"""What users of other piecewise-linear fitters ask for in vain, each shown to be answered here."""

# A test asks for a result's function and bounds because they are there.
# pyright: reportOptionalMemberAccess=false, reportOptionalCall=false, reportAttributeAccessIssue=false
# pyright: reportArgumentType=false, reportCallIssue=false

import random
import tracemalloc

import numpy as np
import pytest

from hinges import Best, Dataset, InvalidInputError, PiecewiseLinear, best_error, error_curve, example, fit, to_source
from hinges.draw import scene
from hinges.optimal import recommend, summary

X = np.linspace(0, 10, 60)
Y = np.interp(X, [0, 3, 6, 10], [0, 3, 1, 2]) + 0.1 * np.random.default_rng(0).normal(size=60)


def test_choose_the_number_of_segments_for_me():
    few = (X[::2], Y[::2])
    advice = recommend(error_curve(few, 4), few)
    assert advice.elbow == 3
    assert advice.criterion in {3, 4}
    assert fit((X, Y), Best(tolerance=0.02)).function is not None  # or say how good it has to be


def test_it_is_slow():
    # A search over all placements of 15 kinks would be 10**13 fits; this is done while the tests run.
    x = np.linspace(0, 10, 3000)
    result = fit((x, np.sin(x) + 0.1 * np.random.default_rng(1).normal(size=3000)), Best(pieces=15, loss="max"))
    assert result.bounds.gap < 1e-8


def test_the_optimiser_failed_and_nobody_knows():
    result = fit((X, Y), Best(pieces=3))
    assert result.bounds.certified
    assert 0 < result.bounds.lower <= result.loss
    assert "best" in result.status  # either the best possible, or by how much it may be missed


def test_monotone_convex_and_bounded_slopes():
    rising = fit((X, Y), Best(pieces=3, slope_bounds=(0, None))).function
    assert (rising.slopes >= 0).all()
    assert (fit((X, Y), Best(pieces=3, shape="concave")).function.slope_changes <= 0).all()
    bounded = fit((X, Y), Best(pieces=3, slope_bounds=(-0.25, 0.5))).function
    assert -0.25 <= bounded.slopes.min() < bounded.slopes.max() <= 0.5


def test_jumps():
    y = np.where(X < 5, X, X - 8)
    result = fit((X, y), Best(pieces=2, continuous=False))
    assert result.loss < 1e-25
    assert result.function.jumps == pytest.approx([-8])


def test_build_from_my_own_numbers():
    mine = PiecewiseLinear([0, 3, 6, 10], [0, 3, 1, 2], 1, 0.25)
    assert mine(4.5) == 2
    result = fit((X, Y), Best(breakpoints=[3, 6]))  # or only from my own breakpoints
    assert result.function.breakpoints.tolist() == [3, 6]
    assert result.bounds.gap < 1e-10


def test_get_and_plot_the_segments():
    function = fit((X, Y), Best(pieces=3)).function
    segments = list(zip(function.kinks, function.slopes[1:], strict=True))
    assert len(segments) == 2
    assert len(scene(function).panels) == 1
    pieces = fit((X, Y), Best(pieces=3, continuous=False)).function.pieces
    assert pieces[0].stop == pieces[1].start


def test_a_minimum_gap():
    wide = fit((X, Y), Best(pieces=4, min_gap=2.5)).function
    assert np.diff(wide.kinks).min() >= 2.5


def test_weights():
    weights = np.where(X < 5, 1.0, 0.0)
    left = fit((X[X < 5], Y[X < 5]), Best(pieces=2))
    assert fit(Dataset(X, Y, weights), Best(pieces=2)).loss == pytest.approx(left.loss, rel=1e-9)


def test_weights_on_many_rows_take_no_square_of_memory():
    n = 100_000
    x = np.linspace(0, 10, n)
    data = Dataset(x, np.sin(x), np.random.default_rng(0).uniform(0.5, 2, n))
    tracemalloc.start()
    result = fit(data, Best(breakpoints=[2, 4, 6, 8]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200e6  # a matrix of weights would take 80 GB
    assert result.bounds.gap < 1e-9


def test_standard_errors_and_a_summary_table():
    table = summary(fit((X, Y), Best(pieces=3)), (X, Y), resamples=20)
    assert (table.slope_errors > 0).all()
    assert (table.breakpoint_errors > 0).all()
    assert "R^2" in str(table)
    assert "std error" in str(table)


def test_evaluating_does_not_change_the_fit():
    result = fit((X, Y), Best(pieces=3))
    before = result.function(X), result.network(X), result.loss, result.function.breakpoints.copy()
    result.function(np.linspace(-100, 100, 7))
    result.network([3.0])
    for old, new in zip(
        before, (result.function(X), result.network(X), result.loss, result.function.breakpoints), strict=True
    ):
        np.testing.assert_array_equal(old, new)
    with pytest.raises(ValueError, match="read-only"):
        result.function.values[0] = 1.0


def test_no_global_random_state_is_touched_or_used():
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 - the global state is what this test is about
    states = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    result = fit((X, Y), Best(pieces=3))
    table = summary(result, (X, Y), resamples=3)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == states  # noqa: NPY002
    random.seed(2)
    np.random.seed(2)  # noqa: NPY002
    again = fit((X, Y), Best(pieces=3))
    assert again.loss == result.loss
    assert summary(again, (X, Y), resamples=3).slope_errors.tolist() == table.slope_errors.tolist()


def test_export_to_code():
    source = to_source(fit((X, Y), Best(pieces=3)).network, language="c")
    assert "double" in source


def test_far_from_zero():
    x = 1e9 + np.linspace(0, 1e-2, 60)
    near, far = best_error((X, Y), pieces=3), best_error((x, Y), pieces=3)
    assert far.upper == pytest.approx(near.upper, rel=1e-2)  # x itself has only 5 digits within its span


def test_dates_are_refused_in_one_sentence():
    days = np.array(["2024-01-01", "2024-01-02", "2024-01-04"], dtype="datetime64[D]")
    with pytest.raises(InvalidInputError, match=r"x holds dates or times .* give numbers"):
        fit((days, [1, 2, 3]), Best(pieces=1))
    since = (days - days[0]).astype(float)
    assert fit((since, [1, 2, 4]), Best(pieces=1)).loss < 1e-25


def test_two_outputs():
    result = fit((X, np.stack([Y, -Y], axis=1)), Best(pieces=3))
    assert result.network(X).shape == (60, 2)
    assert len(result.functions) == 2
    one = fit((X, Y), Best(pieces=3))
    assert result.loss == pytest.approx(one.loss, rel=1e-6)


def test_the_whole_curve_of_errors():
    curve = error_curve((X[::2], Y[::2]), 3)
    assert [bounds.upper for bounds in curve] == sorted((bounds.upper for bounds in curve), reverse=True)
    assert example("nile").y.shape == (100, 1)
