"""The best pieces of many rows: kernels against rationals and brute force, and fits whose answer is known."""

from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest

from hinges.errors import InvalidInputError
from hinges.optimal import _kernels_envelope, _kernels_segments, _kernels_sums
from hinges.optimal._blocks import Blocks, backwards
from hinges.optimal._exact_sums import ExactSums
from hinges.optimal._grid import grid_knots
from hinges.optimal._mse_large import LargeSearch
from hinges.optimal._mse_pieces import MseSearch, best_pieces, fewest_pieces, pieces_curve, search_of
from hinges.optimal._relocate import Places, gains, relocated, removal_costs
from hinges.optimal._rows import merge_rows
from hinges.optimal._segments import certified_errors, certified_table, segment_errors
from hinges.optimal._spline import spline, trained
from hinges.optimal._sums import Sums


def noisy(n, seed=0, repeats=False):
    random = np.random.default_rng(seed)
    x = random.integers(0, n // 3, n) / 7.0 if repeats else random.uniform(0, 10, n)
    return x, np.sin(x) + 0.2 * random.standard_normal(n), random.uniform(0.5, 2.0, n)


@pytest.mark.parametrize(("span", "centre", "height"), [(1, 0, 1), (1e-2, 1e9, 1), (1e-9, 0, 1e100), (1, 3, 1e-60)])
@pytest.mark.parametrize("repeats", [False, True])
def test_sums_of_runs_hold_against_integers(span, centre, height, repeats):
    x, y, w = noisy(200, repeats=repeats)
    rows = merge_rows(centre + span * x, height * y, w)
    sums, exact, m = Sums.of(rows), ExactSums.of(rows), rows.u.size
    random = np.random.default_rng(1)
    for a, b in np.sort(random.integers(0, m + 1, (40, 2)), axis=1):
        if a < b:
            lines = sums.lines(np.array([a, b]))
            error = exact.errors(int(a), np.array([b - 1]))[0]
            assert lines.lower[0] <= error
            assert lines.error[0] == pytest.approx(error, rel=1e-13, abs=1e-15 * sums.slack)
            assert lines.lower[0] >= error * (1 - 1e-14) - 1e-20


def frozen(*arrays):
    """Copies of arrays, the read-only ones read-only: what a kernel fills differs only by the way it was run."""
    copies = [np.array(array) if isinstance(array, np.ndarray) else array for array in arrays]
    for copy, array in zip(copies, arrays, strict=True):
        if isinstance(array, np.ndarray):
            copy.setflags(write=array.flags.writeable)
    return copies


def assert_both_ways_agree(kernel, *arguments):
    plain, compiled = frozen(*arguments), frozen(*arguments)
    with np.errstate(all="ignore"):
        one, other = kernel.plain(*plain), kernel(*compiled)
    assert one == other
    for a, b in zip(plain, compiled, strict=True):
        np.testing.assert_array_equal(a, b)
    return compiled


def test_compiled_kernels_give_what_plain_python_gives_bit_by_bit():
    x, y, w = noisy(90, repeats=True)
    rows = merge_rows(x, y, w)
    sums = Sums.of(rows)
    at = np.arange(0, rows.u.size, 2)
    found = np.empty((at.size, 12))
    rising = sums.bounds[at]
    filled = assert_both_ways_agree(
        _kernels_sums.prefixes, rows.x, rows.y, rows.weights, sums.frame, 64, sums.points, rising, found
    )[-1]
    size = (at.size, at.size)
    table = assert_both_ways_agree(_kernels_segments.table, filled, at, sums.slack, np.full(size, np.inf))[-1]
    first = np.arange(at.size - 1)
    assert_both_ways_agree(_kernels_sums.lines, filled, at, first, first + 1, sums.slack, np.empty((first.size, 7)))
    inside = np.random.default_rng(3).random((at.size - 1, 2))
    shape = (5, at.size)
    tables = [np.full(shape, np.inf), np.full(shape, np.inf), np.zeros(shape, np.int64), np.zeros(shape, np.int8)]
    assert_both_ways_agree(_kernels_segments.segment, table, inside, *tables)
    knots, cost = rows.u[at], np.zeros((*size, 7))
    cost = assert_both_ways_agree(_kernels_envelope.costs, filled, at, knots, sums.slack, cost)[-1]
    pool, source = np.zeros((*shape, 8, 3)), np.zeros((*shape, 8, 2), np.int32)
    rest = backwards(cost[:, :, 0], 4)
    room, kept = np.zeros((500, 5)), np.zeros(8, np.int64)
    sizes = np.zeros(shape, np.int32)
    assert_both_ways_agree(_kernels_envelope.search, cost, rest, 50.0, 40, room, kept, pool, sizes, source)


@pytest.mark.parametrize("repeats", [False, True])
def test_blocks_of_one_x_give_the_best_segmentation_and_larger_ones_a_little_less(repeats):
    x, y, w = noisy(120, 5, repeats)
    rows = merge_rows(x, y, w)
    exact = certified_errors(certified_table(rows, segment_errors(rows), np.inf), 6)[1:]
    sums, m = Sums.of(rows), rows.u.size
    one = Blocks.of(sums, np.arange(m + 1)).bounds(6)[0][1:]
    np.testing.assert_allclose(one, exact, rtol=1e-13)
    assert (one <= exact).all()
    last = np.zeros(6)
    for count in (3, 9, 40):
        some = Blocks.of(sums, np.linspace(0, m, count + 1).round().astype(np.int64)).bounds(6)[0][1:]
        assert (some <= exact).all()
        assert (some[:2] >= last[:2] * 0.9).all()
        last = some
    assert (last >= 0.8 * exact).all()


def least(x, y, w, knots):
    columns = np.column_stack([np.ones_like(x), x, *(np.maximum(x - t, 0) for t in knots)]) * np.sqrt(w)[:, None]
    residual = y * np.sqrt(w) - columns @ np.linalg.lstsq(columns, y * np.sqrt(w), rcond=None)[0]
    return float(residual @ residual)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("pieces", [2, 3, 4])
def test_the_grid_search_finds_the_best_of_all_choices_of_knots(seed, pieces):
    x, y, w = noisy(14, seed)
    rows = merge_rows(x, y, w)
    knots = grid_knots(Sums.of(rows), pieces, np.inf, np.empty(0))
    inner = rows.distinct[1:-1]
    best = min(least(x, y, w, choice) for choice in combinations(inner, pieces - 1))
    assert least(x, y, w, rows.to_x(knots)) == pytest.approx(best, rel=1e-9)


def test_a_spline_is_the_least_squares_of_its_knots_and_moves_downhill():
    x, y, w = noisy(700, 3)
    rows = merge_rows(x, y, w)
    sums = Sums.of(rows)
    inner = rows.u[-1] * np.array([-0.7, -0.31, 0.1, 0.44])
    found = spline(sums, np.concatenate([rows.u[:1], inner, rows.u[-1:]]))
    assert rows.to_error(found.error) == pytest.approx(least(x, y, w, rows.to_x(inner)), rel=1e-10)
    better = trained(sums, found)
    assert better.error < 0.99 * found.error
    assert rows.to_error(better.error) == pytest.approx(least(x, y, w, rows.to_x(better.knots[1:-1])), rel=1e-10)
    assert relocated(sums, better, Places.of(sums)).error <= better.error


def test_gains_and_losses_of_a_knot_are_exact():
    x, y, w = noisy(300, 8)
    sums = Sums.of(merge_rows(x, y, w))
    now = spline(sums, np.array([sums.rows.u[0], -0.5, 0.0, 0.4, sums.rows.u[-1]]))
    places = Places.of(sums)
    gained = gains(sums, now, places)
    for k in range(0, places.u.size, 23):
        more = spline(sums, np.sort(np.append(now.knots, places.u[k])))
        assert gained[k] == pytest.approx(now.error - more.error, rel=1e-6, abs=1e-9 * now.error)
    for k, cost in enumerate(removal_costs(now)):
        assert cost == pytest.approx(spline(sums, np.delete(now.knots, k + 1)).error - now.error, rel=1e-8)


@pytest.mark.parametrize("repeats", [False, True])
def test_many_rows_are_fitted_and_bounded(repeats):
    x, y, w = noisy(5000, 2, repeats)
    assert isinstance(search_of(x, y, w), LargeSearch)
    fit = best_pieces(x, y, 10 if not repeats else 5, w)
    p = fit.polygon
    measured = float((w * (y - np.interp(x, p.breakpoints, p.values)) ** 2).sum())
    assert p.error == pytest.approx(measured, rel=1e-12)
    assert fit.lower <= p.error <= (1.03 if not repeats else 1.2) * fit.lower
    assert p.pieces == fit.allowed


def test_a_noise_free_polygon_is_found_exactly():
    x = np.random.default_rng(0).uniform(0, 10, 3000)
    y = np.interp(x, [0, 2.3, 3.1, 7.7, 10], [0, 5, -2, 1, 1.5])
    fit = best_pieces(x, y, 4)
    np.testing.assert_allclose(fit.polygon.breakpoints[1:-1], [2.3, 3.1, 7.7], atol=1e-7)
    assert fit.closed
    assert fit.lower <= fit.polygon.error < 1e-20
    found, proven = fewest_pieces(x, y, 1e-20)
    assert (found.allowed, proven) == (4, True)


def test_few_rows_are_fitted_as_well_by_either_search():
    x, y, w = noisy(400, 1)
    small = MseSearch.of(x, y, w).pieces(6, pair=False)
    large = LargeSearch.of(merge_rows(x, y, w)).pieces(6)
    assert large.polygon.error <= 1.01 * small.polygon.error
    assert large.lower == pytest.approx(small.lower, rel=1e-12)


def test_the_curve_of_many_rows_falls():
    x, y, w = noisy(2000, 4)
    fits = pieces_curve(x, y, 6, w)
    assert all(b.polygon.error <= a.polygon.error for a, b in pairwise(fits))
    assert all(fit.lower <= fit.polygon.error for fit in fits)


def test_the_ends_of_the_range_of_pieces():
    x, y, w = noisy(2000, 4)
    assert best_pieces(x, y, 1999, w).polygon.error < 1e-25
    line = best_pieces(x, y, 1, w)
    assert line.polygon.error == pytest.approx(least(x, y, w, []), rel=1e-12)
    with pytest.raises(InvalidInputError, match="pieces = 1500 is too many for 2000 distinct x"):
        best_pieces(x, y, 1500, w)


def test_the_bound_holds_in_rationals():
    x = np.arange(1200) / 64
    noise = np.random.default_rng(6).integers(-4, 5, 1200) / 32
    fit = best_pieces(x, np.abs(x - 3.0) - np.maximum(x - 11.5, 0.0) + noise, 3)
    assert Fraction(fit.lower) <= sum(Fraction(float(e)) ** 2 for e in noise)
