"""Fewest pieces and best max error against brute force: every split into runs, solved by linear programs."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import linprog

from hinges.optimal._max_norm import best_max, fewest_pieces
from hinges.optimal._tube import knots, reaches

CASES = 30  # `make evidence` runs a thousand of each
LARGEST_DENOMINATOR = 20_000


def chain(part, cuts, signs):
    """Give the least widening of all gates that lets lines, one a run and crossing between runs, pass."""
    x, low, high = part
    bounds = [0, *cuts, len(x)]
    count = len(bounds) - 1
    rows, right = [], []

    def add(entries, limit, widening=0.0):
        row = np.zeros(2 * count + 1)
        for run, t, sign in entries:
            row[2 * run] += sign
            row[2 * run + 1] += sign * t
        row[-1] = widening
        rows.append(row)
        right.append(limit)

    for run in range(count):
        for k in range(bounds[run], bounds[run + 1]):
            add([(run, x[k], 1)], high[k], -1)
            add([(run, x[k], -1)], -low[k], -1)
    for join, sign in enumerate(signs):
        before, after = x[cuts[join] - 1], x[cuts[join]]
        add([(join, before, -sign), (join + 1, before, sign)], 0)
        add([(join, after, sign), (join + 1, after, -sign)], 0)
    cost = np.append(np.zeros(2 * count), 1.0)
    answer = linprog(cost, A_ub=np.array(rows), b_ub=right, bounds=(None, None), method="highs")
    return answer.fun


def least_widening(x, low, high, pieces):
    """Give, by exhaustion, the least e for which `pieces` continuous pieces pass all [low - e, high + e].

    Neighbouring runs meet inside the gap between them, or are joined there by one piece more.
    """
    floor = max((a - b) / 2 for a, b in zip(low, high, strict=True))
    if pieces >= len(x) - 1:
        return floor
    memo = {}

    def direct(a, b, runs):
        key = a, b, runs
        if key not in memo:
            options = itertools.product(
                itertools.combinations(range(1, b - a), runs - 1), itertools.product((1, -1), repeat=runs - 1)
            )
            part = [column[a:b] for column in (x, low, high)]
            memo[key] = min((chain(part, cuts, signs) for cuts, signs in options), default=np.inf)
        return memo[key]

    def least(a, left):
        here = [direct(a, len(x), min(left, len(x) - a))]
        for runs in range(1, left - 1):
            here += [max(direct(a, b, runs), least(b, left - runs - 1)) for b in range(a + runs, len(x))]
        return min(here)

    return least(0, pieces)


def rational(value):
    """Give the simple fraction that a linear program's answer stands for: integer data have no other answer."""
    simple = Fraction(value).limit_denominator(LARGEST_DENOMINATOR)
    assert abs(float(simple) - value) < 1e-9
    return simple


def tiny(case):
    """Draw 2 to 6 distinct integer abscissas, few heights (ties, lines, equal slopes) and a number of pieces."""
    draw = np.random.default_rng(case)
    count = int(draw.integers(2, 7))
    x = np.sort(draw.choice(9, count, replace=False)).tolist()
    heights = int(draw.choice([2, 3, 6, 30]))
    low = draw.integers(0, heights, count).tolist()
    return draw, x, low, int(draw.integers(1, 4))


@pytest.mark.parametrize("case", range(CASES))
def test_fewest_pieces_through_gates(case):
    check_fewest_pieces(case)


def check_fewest_pieces(case):
    draw, x, low, pieces = tiny(case)
    thickness = draw.integers(0, int(draw.choice([1, 2, 3])), len(x)).tolist()
    high = [bottom + more for bottom, more in zip(low, thickness, strict=True)]
    least = rational(least_widening(x, low, high, pieces))
    for offset, passes in ((Fraction(0), True), (Fraction(1, 10**6), True), (-Fraction(1, 10**6), False)):
        ends = [Fraction(v) - least - offset for v in low], [Fraction(v) + least + offset for v in high]
        found = reaches([Fraction(t) for t in x], *ends, pieces)
        assert (found is not None) == passes
        if found is not None:
            assert len(found) <= pieces
            function = knots(found, [Fraction(t) for t in x], *ends)
            assert all(a < b for a, b in itertools.pairwise(function.x))


@pytest.mark.parametrize("case", range(CASES))
def test_best_max_error(case):
    check_best_max_error(case)


def check_best_max_error(case):
    draw, x, y, pieces = tiny(10_000 + case)
    repeats = int(draw.integers(0, 3))
    rows = [(t, v, v) for t, v in zip(x, y, strict=True)]
    for k in draw.integers(0, len(x), repeats).tolist():
        other = y[k] + int(draw.integers(-2, 3))
        rows[k] = (x[k], max(rows[k][1], other), min(rows[k][2], other))
    low, high = [row[1] for row in rows], [row[2] for row in rows]
    least = rational(least_widening(x, low, high, pieces))
    data = [(t, top) for t, top, _ in rows] + [(t, bottom) for t, _, bottom in rows]
    order = draw.permutation(len(data))
    points = np.array(data, dtype=float)[order]
    best = best_max(points[:, 0], points[:, 1], pieces)
    assert best.lower <= least <= Fraction(best.reached)
    assert best.reached - best.lower <= 1e-12 * best.reached
    assert best.lower <= best.upper <= float(least) + 1e-12 * 30
    assert len(best.function.kinks) < pieces
    # A dyadic tolerance just above the best error needs no more pieces; just below, it needs more.
    assert fewest_pieces(points[:, 0], points[:, 1], float(least) + 2**-20).pieces <= pieces
    floor = max((a - b) / 2 for a, b in zip(low, high, strict=True))
    if least - Fraction(1, 2**20) >= floor:
        assert fewest_pieces(points[:, 0], points[:, 1], float(least) - 2**-20).pieces > pieces
