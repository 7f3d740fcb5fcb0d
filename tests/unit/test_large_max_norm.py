"""The best max error on many rows: the compiled tube against the exact one, and brackets that hold for all rows."""

import numpy as np
import pytest

from hinges.optimal import _kernels_tube, _max_norm
from hinges.optimal._gates import Gates
from hinges.optimal._max_norm import best_max, fewest_pieces
from hinges.optimal._tube import reaches


def gates(seed, n=60):
    random = np.random.default_rng(seed)
    x = np.cumsum(random.choice([0.25, 1.0, 3.0], n))
    low = np.round(np.sin(x) * 8) / 8 - random.choice([0.0, 0.125, 0.5], n)
    return x, low, low + random.choice([0.0, 0.25, 1.0], n)


@pytest.mark.parametrize("seed", range(8))
def test_the_compiled_tube_decides_as_the_one_for_rationals(seed):
    x, low, high = gates(seed)
    expected = reaches(x.tolist(), low.tolist(), high.tolist())
    assert expected is not None
    for run in (_kernels_tube.follow, _kernels_tube.follow.plain):
        found, room = np.full((60, 6), -1), [np.empty(60, np.int64) for _ in range(2)]
        assert run(x, low, high, *room, found) == len(expected)
        for row, one in zip(found.tolist(), expected, strict=False):
            assert row[:2] == [one.stop, one.side]
            for line, (first, last), ends in ((one.highest, row[2:4], (low, high)), (one.lowest, row[4:], (high, low))):
                if line is None:
                    assert first == -1
                else:
                    assert (x[first], ends[0][first], x[last], ends[1][last]) == line[:4]
        assert run(x, low, high, *room, found[: len(expected) - 1]) == 0
    assert _kernels_tube.follow(x, high + 1.0, low, *room, found) == 0


def rows(n, noise, repeats):
    random = np.random.default_rng(n)
    x = random.integers(0, n // 2, n) * 1e-3 if repeats else random.uniform(0, 10, n)
    return x, np.sin(x) + noise * random.standard_normal(n), random.uniform(0.5, 2, n) if repeats else None


@pytest.mark.parametrize(("noise", "repeats"), [(0.0, False), (0.2, False), (0.1, True)])
def test_the_bracket_holds_for_all_rows(noise, repeats, monkeypatch):
    x, y, w = rows(6000, noise, repeats)
    monkeypatch.setattr(_max_norm, "_LARGE", 1000)
    fit = best_max(x, y, 7, w)
    monkeypatch.setattr(_max_norm, "_LARGE", 10**9)
    assert fit.lower == pytest.approx(best_max(x, y, 7, w).lower, rel=2e-12)
    assert Gates.of(x, y, w).proves_more(fit.lower, 7)
    measured = np.max((1 if w is None else w) * np.abs(y - fit.function(x)))
    assert fit.upper == max(fit.lower, measured)
    assert fit.upper <= fit.lower * (1 + 1e-11)


def test_a_hundred_thousand_rows():
    x, y, _ = rows(100_000, 0.2, False)
    fit = best_max(x, y, 10)
    assert fit.lower <= fit.reached <= fit.lower * (1 + 2e-12)
    assert np.abs(y - fit.function(x)).max() <= fit.lower * (1 + 1e-11)
    assert len(fit.function.kinks) <= 9


def test_the_fewest_pieces_of_many_rows():
    x, y, _ = rows(5000, 0.01, False)
    fit = fewest_pieces(x, y, 0.1)
    assert fit.upper <= 0.1
    assert best_max(x, y, fit.pieces - 1).lower > 0.1


def test_repeats_set_the_floor_whatever_their_number():
    random = np.random.default_rng(3)
    x, y, w = (
        random.integers(0, 40, 3000).astype(np.float64),
        random.standard_normal(3000),
        random.uniform(0.1, 3.0, 3000),
    )
    groups = [(y[x == t], w[x == t]) for t in range(40)]
    pairs = [(np.abs(a[:, None] - a) * v[:, None] * v / (v[:, None] + v)).max() for a, v in groups]
    assert float(Gates.of(x, y, w).repeat_floor) == pytest.approx(max(pairs), rel=1e-14)
