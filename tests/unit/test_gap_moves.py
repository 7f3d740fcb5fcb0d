"""One more knot in a gap between rows: its gain and best place against plain least squares, and what it is good for."""

import numpy as np
import pytest

from hinges.optimal._gap_moves import gap_gains, moved_between
from hinges.optimal._mse_large import LargeSearch
from hinges.optimal._rows import merge_rows
from hinges.optimal._spline import spline, trained


def squares(x, y, knots):
    """The squared error of the best continuous function with these inner knots, by a general solver."""
    columns = [np.ones_like(x), x, *(np.maximum(x - t, 0.0) for t in knots)]
    return float(np.linalg.lstsq(np.stack(columns, axis=1), y)[1][0])


@pytest.fixture(scope="module")
def search():
    rng = np.random.default_rng(3)
    x = np.sort(rng.uniform(-1, 1, 60))
    y = np.abs(x) + 0.3 * rng.standard_normal(60)
    return LargeSearch.of(merge_rows(x, y, None, most=None))


def test_gains_are_those_of_plain_least_squares_and_no_other_place_in_the_gap_gains_more(search):
    u, v = search.rows.u, search.rows.v
    now = spline(search.sums, np.array([u[0], u[20] + 1e-3, u[41], u[-1]]))
    gaps = np.array([3, 12, 20, 21, 30, 50])
    gained, tops = gap_gains(search.sums, now, gaps)
    before = squares(u, v, now.knots[1:-1])
    for gap, gain, top in zip(gaps, gained, tops, strict=True):
        assert u[gap - 1] <= top <= u[gap]
        assert before - squares(u, v, [*now.knots[1:-1], top]) == pytest.approx(gain, abs=1e-9 * before)
        for place in np.linspace(u[gap - 1], u[gap], 9)[1:-1]:
            assert before - squares(u, v, [*now.knots[1:-1], place]) <= gain + 1e-9 * before


def test_moves_leave_the_first_local_optimum_behind(search):
    u = search.rows.u
    start = trained(search.sums, spline(search.sums, np.concatenate([u[:1], u[[9, 14, 55]], u[-1:]])))
    better = moved_between(search.sums, start, search.places)
    assert better.error < start.error * (1 - 1e-3)
    assert better.error == pytest.approx(squares(u, search.rows.v, better.knots[1:-1]), rel=1e-9)
    assert np.diff(better.knots).min() > 0


def test_the_best_of_many_local_optima_among_a_thousand_noisy_rows():
    random = np.random.default_rng(1000)
    x = random.uniform(0, 10, 1000)
    y = np.sin(x) + 0.2 * random.standard_normal(1000)
    found = LargeSearch.of(merge_rows(x, y, None, most=None)).pieces(5)
    # Knots of another program's best fit: two rows beside a local optimum that is 0.03 % worse.
    assert found.polygon.error <= squares(x, y, [1.5984749, 4.77763352, 7.61524955, 8.67509735]) * (1 + 1e-9)
