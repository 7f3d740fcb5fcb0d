"""A gap that closes: bounds raised by branch and bound against known optima."""

import numpy as np
import pytest

from hinges.optimal import _effort
from hinges.optimal._effort import raised
from hinges.optimal._mse_pieces import MseSearch
from hinges.optimal._rows import merge_rows
from hinges.optimal._solve import best_with_pieces, with_effort


def least(x, y, w, knots):
    columns = np.column_stack([np.ones_like(x), x, *(np.maximum(x - t, 0) for t in knots)]) * np.sqrt(w)[:, None]
    residual = y * np.sqrt(w) - columns @ np.linalg.lstsq(columns, y * np.sqrt(w), rcond=None)[0]
    return float(residual @ residual)


@pytest.mark.parametrize("seed", range(4))
def test_one_kink_is_bounded_within_a_percent_and_never_above(seed):
    random = np.random.default_rng(seed)
    x, y, w = np.sort(random.uniform(0, 4, 12)), random.standard_normal(12), random.uniform(0.5, 2, 12)
    best = min(least(x, y, w, [t]) for t in np.concatenate([x, np.linspace(x[0], x[-1], 4000)]))
    rows = merge_rows(x, y, w)
    unit = rows.to_error(1.0)
    found = raised(rows, 2, 1.0000001 * best / unit, 0.0, 60.0)
    assert found.ended == "closed"
    assert 0.989 * best <= found.lower * unit <= best
    above = raised(rows, 2, 1.2 * best / unit, 0.0, 0.3)
    assert above.lower * unit <= best


@pytest.mark.parametrize("seed", range(2))
def test_two_kinks_are_never_bounded_above_the_best_of_a_fine_grid(seed):
    random = np.random.default_rng(40 + seed)
    x, y = np.sort(random.uniform(0, 4, 9)), random.standard_normal(9)
    places = np.unique(np.concatenate([x, np.linspace(x[0], x[-1], 90)]))
    best = min(least(x, y, np.ones(9), [s, t]) for i, s in enumerate(places) for t in places[i + 1 :])
    rows = merge_rows(x, y)
    unit = rows.to_error(1.0)
    assert raised(rows, 3, best / unit, 0.0, 0.5).lower * unit <= best * (1 + 1e-9)


def test_noise_in_150_rows_is_closed_below_a_percent():
    x = np.random.default_rng(0).uniform(0, 10, 150)
    y = np.sin(x) + 0.2 * np.random.default_rng(101).standard_normal(150)
    before = best_with_pieces((x, y, None), 5, "mse")
    after, how = with_effort((x, y, None), before, 5, 60.0)
    assert before.gap > 0.01 >= after.gap
    assert (after.upper, after.function, how) == (before.upper, before.function, "")


def test_time_that_is_up_is_said():
    x = np.random.default_rng(0).uniform(0, 10, 60)
    y = np.sin(x) + 0.5 * np.random.default_rng(3).standard_normal(60)
    before = best_with_pieces((x, y, None), 6, "mse")
    after, how = with_effort((x, y, None), before, 6, 0.0)
    assert (after.lower, after.upper) == (before.lower, before.upper)
    assert "time" in how
    search = MseSearch.of(x, y)
    assert raised(search.rows, 6, search.scaled(before.upper * 60), 0.0, 0.0).ended == "time"


@pytest.mark.parametrize(("seed", "pieces"), [(0, 4), (2, 5), (4, 6)])
def test_a_ceiling_that_is_too_high_never_lifts_the_bound_above_a_function_that_is_known(seed, pieces):
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(0, 10, 70))
    y = np.sin(x) + 0.4 * rng.standard_normal(70)
    rows = merge_rows(x, y)
    best = MseSearch.of_rows(rows).pieces(pieces)
    known = best.polygon.error / rows.to_error(1.0)
    found = raised(rows, pieces, 1.06 * known, 0.0, 3.0)
    assert 0.0 <= found.lower <= known * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_a_question_that_is_parted_is_answered_alike(monkeypatch, seed):
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(0, 4, 14))
    y = np.sin(2 * x) + 0.3 * rng.standard_normal(14)
    rows = merge_rows(x, y)
    known = MseSearch.of_rows(rows).pieces(3).polygon.error / rows.to_error(1.0)
    rounds = []
    monkeypatch.setattr(_effort._Part, "split", lambda part, split=_effort._Part.split: rounds.append(1) or split(part))
    whole = raised(rows, 3, known, 0.0, 60.0)
    assert not rounds
    monkeypatch.setattr(_effort, "_CELLS", 20)
    parted = raised(rows, 3, known, 0.0, 60.0)
    assert rounds
    assert whole.ended == parted.ended == "closed"
    for found in (whole, parted):
        assert 0.99 * known <= found.lower <= known * (1 + 1e-9)
