"""summary and compare: exact where breakpoints are given, resampled where they were found."""

# Wrong types are given on purpose.
# pyright: reportArgumentType=false

import numpy as np
import pytest
from scipy import stats

from hinges import Best, Dataset, InvalidInputError, fit
from hinges.optimal import compare, summary

RNG = np.random.default_rng(3)
X = np.linspace(0, 10, 80)
TRUTH = np.interp(X, [0, 4, 10], [0, 2, -1])
Y = TRUTH + 0.2 * RNG.normal(size=80)
WEIGHTS = RNG.choice([0.5, 1.0, 3.0], 80)


def test_given_breakpoints_have_the_errors_of_linear_regression():
    data = Dataset(X, Y, WEIGHTS)
    table = summary(fit(data, Best(breakpoints=[4.0])), data)
    columns = np.stack([np.ones(80), X, np.maximum(X - 4, 0)], axis=1)  # another basis of the same functions
    inverse = np.linalg.inv(columns.T @ (WEIGHTS[:, None] * columns))
    beta = inverse @ columns.T @ (WEIGHTS * Y)
    rest = Y - columns @ beta
    variance = WEIGHTS @ rest**2 / 77
    slopes = np.array([[0, 1, 0], [0, 1, 1]])
    np.testing.assert_allclose(table.slopes, slopes @ beta, rtol=1e-9)
    np.testing.assert_allclose(table.slope_errors, np.sqrt(variance * np.diag(slopes @ inverse @ slopes.T)), rtol=1e-8)
    assert table.sigma == pytest.approx(np.sqrt(variance), rel=1e-9)
    centred = Y - np.average(Y, weights=WEIGHTS)
    assert table.r_squared == pytest.approx(1 - WEIGHTS @ rest**2 / (WEIGHTS @ centred**2), rel=1e-9)
    assert table.breakpoint_errors.tolist() == [0]
    at = np.array([-1.0, 2.0, 11.0])
    rows = np.stack([np.ones(3), at, np.maximum(at - 4, 0)], axis=1)
    spread = np.sqrt(variance * (1 + np.einsum("ij,jk,ik->i", rows, inverse, rows)))
    low, high = table.interval(at, confidence=0.9)
    np.testing.assert_allclose(high - low, 2 * stats.t.ppf(0.95, 77) * spread, rtol=1e-8)
    np.testing.assert_allclose((high + low) / 2, rows @ beta, rtol=1e-8)


def test_found_breakpoints_have_errors_near_those_of_theory_and_the_same_seed_gives_the_same():
    result = fit((X, Y), Best(pieces=2))
    table = summary(result, (X, Y), resamples=120, seed=5)
    # The linearised model at the truth: level, slope, change of slope, and the kink times that change.
    columns = np.stack([np.ones(80), X, np.maximum(X - 4, 0), -(X > 4).astype(float)], axis=1)
    covariance = 0.2**2 * np.linalg.inv(columns.T @ columns)
    assert table.breakpoint_errors[0] == pytest.approx(np.sqrt(covariance[3, 3]), rel=0.35)
    assert table.slope_errors[0] == pytest.approx(np.sqrt(covariance[1, 1]), rel=0.35)
    again = summary(result, (X, Y), resamples=120, seed=5)
    np.testing.assert_array_equal(table.slope_errors, again.slope_errors)
    low, high = table.interval(X)
    assert 0.88 <= ((low <= Y) & (high >= Y)).mean() <= 1.0
    narrow = table.interval(X, kind="mean")
    assert (narrow[1] - narrow[0] < high - low).all()


def test_the_table_shows_what_was_found():
    text = str(summary(fit((X, Y), Best(breakpoints=[4.0])), (X, Y)))
    lines = text.splitlines()
    assert lines[0] == "2 pieces, 80 rows, 3 parameters"
    assert "exact, breakpoints given" in text
    assert [line.split()[0] for line in lines[4:]] == ["slope", "slope", "breakpoint"]
    assert "from 5 resamples, breakpoints found" in str(summary(fit((X, Y), Best(pieces=2)), (X, Y), resamples=5))


def test_the_f_test_where_it_holds():
    one, two = (fit((X, Y), Best(breakpoints=b)) for b in ([4.0], [4.0, 7.0]))
    result = compare(one, two, (X, Y))
    errors = [80 * each.loss for each in (one, two)]
    statistic = (errors[0] - errors[1]) / (errors[1] / 76)
    assert result.exact
    assert result.statistic == pytest.approx(statistic, rel=1e-6)
    assert result.p_value == pytest.approx(stats.f.sf(statistic, 1, 76), rel=1e-6)
    assert "F test" in str(result)


def test_found_breakpoints_are_compared_by_resampling():
    line, two = (fit((X, Y), Best(pieces=n)) for n in (1, 2))
    result = compare(line, two, (X, Y), resamples=19)
    assert not result.exact
    assert result.p_value == 1 / 20  # no draw from a line looks like this
    assert "the F distribution does not hold" in result.status
    assert result.bic[1] < result.bic[0]
    flat = 0.5 * X + 0.2 * np.random.default_rng(8).normal(size=80)
    line, two = (fit((X, flat), Best(pieces=n)) for n in (1, 2))
    assert compare(line, two, (X, flat), resamples=19, seed=1).p_value > 0.05


def test_errors():
    result = fit((X, Y), Best(pieces=2))
    with pytest.raises(InvalidInputError, match="loss='max'"):
        summary(fit((X, Y), Best(pieces=2, loss="max")), (X, Y))
    with pytest.raises(InvalidInputError, match="3 rows for 3 parameters leave none"):
        summary(fit(([0, 1, 2], [0, 5, 1]), Best(breakpoints=[1])), ([0, 1, 2], [0, 5, 1]))
    with pytest.raises(InvalidInputError, match="give the larger fit second"):
        compare(result, result, (X, Y))
    with pytest.raises(InvalidInputError, match="one continuous piecewise-linear function"):
        summary(fit((X, Y), Best(pieces=2, continuous=False)), (X, Y))
    with pytest.raises(InvalidInputError, match="confidence must be less than 1"):
        summary(result, (X, Y), resamples=2).interval([1.0], confidence=1.0)
    with pytest.raises(InvalidInputError, match="one distinct x"):
        summary(fit(([1, 1], [0, 1]), Best(breakpoints=[])), ([1, 1], [0, 1]))
