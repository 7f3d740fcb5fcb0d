"""The segment errors and the segmentation bound against rational arithmetic and full enumeration."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from hinges.errors import InvalidInputError
from hinges.optimal._exact_sums import ExactSums
from hinges.optimal._rows import merge_rows
from hinges.optimal._segments import certified_errors, certified_table, segment, segment_errors


def rational_error(x, y, w):
    """The least sum of squares of a line, in rationals and in the units of the rows."""
    x, y, w = ([Fraction(float(v)) for v in values] for values in (x, y, w))
    total = sum(w)
    mean_x = sum(a * b for a, b in zip(w, x, strict=True)) / total
    mean_y = sum(a * b for a, b in zip(w, y, strict=True)) / total
    xx = sum(c * (a - mean_x) ** 2 for a, c in zip(x, w, strict=True))
    xy = sum(c * (a - mean_x) * (b - mean_y) for a, b, c in zip(x, y, w, strict=True))
    slope = xy / xx if xx else Fraction(0)
    return sum(c * (b - mean_y - slope * (a - mean_x)) ** 2 for a, b, c in zip(x, y, w, strict=True))


def enumerated(x, y, w, pieces):
    """The least error of unconnected lines on at most `pieces` runs of distinct x, by trying every choice."""
    distinct = np.unique(x)
    errors = []
    for cuts in range(pieces):
        for starts in combinations(range(1, distinct.size), cuts):
            owner = np.searchsorted(np.array(starts), np.searchsorted(distinct, x), side="right")
            error = sum(
                (rational_error(x[owner == k], y[owner == k], w[owner == k]) for k in range(cuts + 1)), Fraction(0)
            )
            errors.append(error)
    return min(errors)


CASES = {
    "plain": (1.0, 0.0, 1.0),
    "far from zero": (1e-2, 1e9, 1.0),
    "tiny x": (1e-12, 0.0, 1.0),
    "large y": (1.0, 0.0, 1e100),
    "small y": (1.0, 5.0, 1e-100),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("repeats", [False, True])
def test_tables_equal_rationals(case, repeats):
    span, centre, height = CASES[case]
    random = np.random.default_rng(7)
    x = centre + span * (random.integers(0, 5, 9) if repeats else random.random(9))
    y, w = height * random.standard_normal(9), random.uniform(0.5, 2.0, 9)
    rows = merge_rows(x, y, w)
    approximate = segment_errors(rows)
    certified = certified_table(rows, approximate, np.inf)
    for i in range(rows.u.size):
        for j in range(i, rows.u.size):
            run = (x >= rows.distinct[i]) & (x <= rows.distinct[j])
            exact = rational_error(x[run], y[run], w[run])
            found = Fraction(rows.to_error(certified[i, j]))
            assert abs(found - exact) <= exact * Fraction(1, 2**53)
            assert rows.to_error(approximate[i, j]) == pytest.approx(float(exact), rel=1e-9, abs=1e-13 * height**2)


@pytest.mark.parametrize("seed", range(6))
def test_bounds_equal_enumeration(seed):
    random = np.random.default_rng(seed)
    x, y, w = random.integers(0, 6, 8) / 3.0, random.standard_normal(8), random.uniform(0.5, 2.0, 8)
    rows = merge_rows(x, y, w)
    approximate = segment_errors(rows)
    bounds = certified_errors(certified_table(rows, approximate, np.inf), 3)
    for pieces in (1, 2, 3):
        exact = enumerated(x, y, w, pieces)
        found = Fraction(rows.to_error(bounds[pieces]))
        assert exact * (1 - Fraction(pieces + 20, 2**52)) <= found <= exact


@pytest.mark.parametrize("ceiling", [0.0, 1e-4, 0.02, 1.0])
def test_a_ceiling_keeps_the_table_a_lower_bound_and_exact_below_it(ceiling):
    x = np.random.default_rng(0).uniform(0, 10, 40)
    rows = merge_rows(x, np.sin(x))
    approximate = segment_errors(rows)
    full = certified_table(rows, approximate, np.inf)
    cut = certified_table(rows, approximate, ceiling)
    above = np.triu(np.ones_like(full, dtype=bool))
    assert (cut[above] <= full[above]).all()
    low = above & (full <= ceiling)
    assert (cut[low] == full[low]).all()
    assert (cut[above & (full > ceiling)] > ceiling).all()


def test_all_numbers_of_pieces_come_from_one_recursion():
    x = np.random.default_rng(3).uniform(0, 10, 60)
    table = segment_errors(merge_rows(x, np.sin(x)))
    together = segment(table, 8)
    for pieces in range(1, 9):
        starts = together.runs(pieces)
        stops = np.append(starts[1:], 60)
        total = sum(table[a, b - 1] for a, b in zip(starts, stops, strict=True))
        assert starts[0] == 0
        assert starts.size <= pieces
        assert total == pytest.approx(together.errors[pieces, -1], rel=1e-12)
        assert together.errors[pieces, -1] == segment(table, pieces).errors[pieces, -1]


def test_bounds_ignore_shifts_and_powers_of_two():
    x = np.random.default_rng(1).integers(0, 1000, 30) / 64.0
    y = np.round(np.sin(x) * 1024) / 1024
    rows, moved = merge_rows(x, y), merge_rows(4 * x + 4096, 8 * y + 1024)
    one, other = (certified_table(r, segment_errors(r), np.inf, ExactSums.of(r)) for r in (rows, moved))
    upper = np.triu_indices(rows.u.size)
    scale = [[r.to_error(e) for e in t[upper]] for r, t in ((rows, one), (moved, other))]
    np.testing.assert_array_equal(64 * np.array(scale[0]), scale[1])


def test_rows_are_merged_with_their_weights():
    rows = merge_rows([2.0, 1.0, 2.0, 2.0], [1.0, 5.0, 4.0, 7.0], [1.0, 1.0, 2.0, 1.0])
    np.testing.assert_array_equal(rows.distinct, [1.0, 2.0])
    means = np.ldexp(rows.v, rows.y_exponent) + rows.y_centre
    np.testing.assert_allclose(means, [5.0, 4.0], rtol=1e-15)
    assert rows.to_error(rows.floor) == pytest.approx(18.0, rel=1e-15)


@pytest.mark.parametrize(
    ("x", "y", "sentence"),
    [
        ([0.0, 1.0, 2.0], [1e300, -1e300, 0.0], "squared error overflows float64, so rescale y"),
        ([0.0, 1e-30, 1.0], [0.0, 1.0, 2.0], "closer together than float64 resolves"),
        ([0.0, 1e-300, 2e-300], [0.0, 1e100, 0.0], "so rescale x"),
        (np.arange(5000.0), np.zeros(5000), "5000 distinct values"),
    ],
)
def test_what_float64_cannot_hold_is_refused(x, y, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        merge_rows(x, y)
