"""The pair bound against its definition in rational arithmetic, by trying every choice of runs."""

from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement, pairwise

import numpy as np
import pytest

from hinges.optimal._exact_sums import ExactSums
from hinges.optimal._pair_bound import pair_bound
from hinges.optimal._rows import merge_rows
from hinges.optimal._segments import certified_table, segment_errors


def least_squares(columns, y, w):
    """The least weighted sum of squares of a combination of columns, by Gram-Schmidt in rationals."""
    basis = []
    for column in columns:
        rest = list(column)
        for q in basis:
            share = dot(rest, q, w) / dot(q, q, w)
            rest = [a - share * b for a, b in zip(rest, q, strict=True)]
        if any(rest):
            basis.append(rest)
    residual = list(y)
    for q in basis:
        share = dot(residual, q, w) / dot(q, q, w)
        residual = [a - share * b for a, b in zip(residual, q, strict=True)]
    return dot(residual, residual, w)


def dot(a, b, w):
    return sum((p * q * r for p, q, r in zip(a, b, w, strict=True)), Fraction(0))


def kinked(x, y, w, t):
    ones = [Fraction(1)] * len(x)
    return least_squares([ones, x, [max(v - t, Fraction(0)) for v in x]], y, w)


def line(x, y, w):
    return least_squares([[Fraction(1)] * len(x), x], y, w)


def fitted_line(x, y, w):
    """Intercept and slope of the best line of at least two distinct x."""
    total, mean_x, mean_y = sum(w), dot(x, [1] * len(x), w) / sum(w), dot(y, [1] * len(x), w) / sum(w)
    slope = (dot(x, y, w) - total * mean_x * mean_y) / (dot(x, x, w) - total * mean_x**2)
    return mean_y - slope * mean_x, slope


def two_pieces(x, y, w, b):
    """The best two lines, left of row b and from it on, that meet in the closed gap: kink by kink, no formula."""
    low, high = x[b - 1], x[b]
    best = min(kinked(x, y, w, t) for t in (low, high))
    if 2 <= b <= len(x) - 2:
        (c, m), (c2, m2) = fitted_line(x[:b], y[:b], w[:b]), fitted_line(x[b:], y[b:], w[b:])
        if m != m2 and low <= (c - c2) / (m2 - m) <= high:
            best = kinked(x, y, w, (c - c2) / (m2 - m))
    for k in (1, 4, 7):
        assert best <= kinked(x, y, w, low + (high - low) * Fraction(k, 8))
    return best


def rational(values):
    return [Fraction(float(v)) for v in values]


def defined(x, y, w, pieces, join):
    """The bound by its definition: every choice of `pieces` runs, empty ones too."""
    n = len(x)
    totals = []
    for inner in combinations_with_replacement(range(n + 1), pieces - 1):
        cuts = (0, *inner, n)
        runs = [(cuts[k], cuts[k + 1]) for k in range(pieces)]
        total = error_of(runs[0], x, y, w) + error_of(runs[-1], x, y, w)
        for (a, b), (_, d) in pairwise(runs):
            total += join(a, b, d) if a < b < d else error_of((a, d), x, y, w)
        totals.append(total / 2)
    return min(totals)


def error_of(run, x, y, w):
    part = slice(*run)
    return line(x[part], y[part], w[part])


@pytest.mark.parametrize(("seed", "pieces"), [(0, 2), (1, 2), (2, 2), (3, 2), (0, 3), (1, 3), (2, 3), (4, 4)])
def test_the_bound_is_its_definition(seed, pieces):
    random = np.random.default_rng(seed)
    x = np.sort(random.integers(0, 60, 7)) / 4.0 + np.arange(7) / 8
    y, w = random.integers(-8, 9, 7) / 4.0, random.integers(1, 4, 7).astype(float)
    rows = merge_rows(x, y, w)
    sums = ExactSums.of(rows)
    table = certified_table(rows, segment_errors(rows), np.inf, sums)
    found = pair_bound(sums, table, pieces, np.inf)
    fx, fy, fw = rational(x), rational(y), rational(w)

    @cache
    def join(a, b, d):
        return two_pieces(fx[a:d], fy[a:d], fw[a:d], b - a)

    exact = defined(fx, fy, fw, pieces, join)
    assert found.complete
    assert Fraction(rows.to_error(found.lower)) <= exact
    assert rows.to_error(found.lower) == pytest.approx(float(exact), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("seed", range(2))
def test_a_ceiling_changes_the_work_not_the_bound(seed):
    random = np.random.default_rng(seed)
    x = np.sort(random.uniform(0, 10, 50))
    rows = merge_rows(x, np.sin(x) + 0.2 * random.standard_normal(50))
    sums, table = ExactSums.of(rows), segment_errors(rows)
    full = pair_bound(sums, certified_table(rows, table, np.inf, sums), 6, np.inf)
    ceiling = 1.2 * full.lower
    cut = pair_bound(sums, certified_table(rows, table, ceiling, sums), 6, ceiling)
    assert cut.lower == full.lower
    np.testing.assert_array_equal(cut.starts, full.starts)
    below = 0.9 * full.lower
    capped = pair_bound(sums, certified_table(rows, table, below, sums), 6, below)
    assert capped.lower == below


def test_too_much_work_falls_back_to_unconnected_lines(monkeypatch):
    x = np.sort(np.random.default_rng(0).uniform(0, 10, 30))
    rows = merge_rows(x, np.random.default_rng(1).standard_normal(30))
    sums = ExactSums.of(rows)
    table = certified_table(rows, segment_errors(rows), np.inf, sums)
    complete = pair_bound(sums, table, 4, np.inf)
    monkeypatch.setattr("hinges.optimal._pair_bound.LARGEST_WORK", 10)
    skipped = pair_bound(sums, table, 4, np.inf)
    assert complete.complete
    assert not skipped.complete
    assert 0 < skipped.lower < complete.lower
