"""Sign patterns are ranked by how nearly their slopes balance."""

import numpy as np
import pytest

from hinges.optimal._signs import imbalances, rank_patterns


@pytest.mark.parametrize("kinks", [0, 1, 3, 9, 18])
def test_the_ranking_is_that_of_all_subsets(kinks):
    changes = np.random.default_rng(kinks).normal(size=kinks)
    patterns = rank_patterns(0.7, changes, 12)
    bits = (np.arange(2**kinks)[:, None] >> np.arange(kinks)) & 1
    expected = np.sort(np.abs(0.7 + bits @ changes))[:12]
    assert len(patterns) == len(expected)
    assert np.abs(imbalances(0.7, changes, patterns)) == pytest.approx(expected, abs=1e-13)
    assert len({pattern.tobytes() for pattern in patterns}) == len(patterns)


def test_ties_are_all_different_patterns():
    for kinks in (5, 20):
        patterns = rank_patterns(0.0, np.zeros(kinks), 10)
        assert len({pattern.tobytes() for pattern in patterns}) == 10


def test_a_balance_hidden_among_thirty_kinks_is_found():
    draw = np.random.default_rng(2)
    changes = draw.normal(size=30)
    hidden = draw.random(30) < 0.5
    best = rank_patterns(-float(changes[hidden].sum()), changes, 3)[0]
    assert abs(changes[best].sum() - changes[hidden].sum()) < 1e-7


def test_more_kinks_than_can_be_searched_are_balanced_well():
    changes = np.random.default_rng(3).normal(size=60)
    patterns = rank_patterns(50.0, changes, 4)
    assert np.abs(imbalances(50.0, changes, patterns)).max() < 30.0
    assert patterns[0].shape == (60,)
    patterns = rank_patterns(3.0, changes, 4)
    assert np.abs(imbalances(3.0, changes, patterns)).max() < 1e-6
