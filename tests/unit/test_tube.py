"""The fewest pieces through gates, in degenerate positions and in every number type."""

from fractions import Fraction

import pytest

from hinges.optimal._tube import Knots, knots, reaches


def through(gates, **options):
    """Solve in rationals and give (pieces, function)."""
    x, low, high = ([Fraction(number) for number in column] for column in zip(*gates, strict=True))
    found = reaches(x, low, high, **options)
    return (len(found), knots(found, x, low, high)) if found is not None else (None, Knots([], [], 0, 0))


def value(function: Knots, t):
    if t <= function.x[0]:
        return function.y[0] + function.left_slope * (t - function.x[0])
    for a, b, c, d in zip(function.x, function.x[1:], function.y, function.y[1:], strict=False):
        if t <= b:
            return c + (d - c) / (b - a) * (t - a)
    return function.y[-1] + function.right_slope * (t - function.x[-1])


def assert_passes(gates, function):
    assert all(low <= value(function, Fraction(t)) <= high for t, low, high in gates)


@pytest.mark.parametrize(
    ("gates", "pieces"),
    [
        ([(0, 1, 3)], 1),
        ([(0, 2, 2)], 1),
        ([(0, 0, 0), (1, 5, 5)], 1),
        ([(0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 3, 3)], 1),
        ([(0, 0, 0), (1, 1, 1), (2, 0, 0)], 2),
        ([(0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 1, 1), (4, 0, 0)], 2),
        ([(0, 0, 0), (1, 1, 1), (2, 0, 0), (3, 1, 1)], 3),
        # Two flat stretches at different heights: one steep piece joins them between the data.
        ([(0, 0, 0), (1, 0, 0), (2, 1, 1), (3, 1, 1)], 3),
        # Two lines that cross inside the gap need no joining piece.
        ([(0, 0, 0), (1, 1, 1), (2, 1, 1), (3, 0, 0)], 2),
        # Gates that touch a common line in single points, from both sides.
        ([(0, 0, 1), (1, -1, 0), (2, 0, 1), (3, -1, 0)], 1),
        ([(0, 0, 1), (1, -2, -1), (2, 0, 1)], 2),
        ([(0, 0, 4), (1, 0, 0), (2, 0, 4), (3, 4, 4)], 1 + 1),
    ],
)
def test_known_counts(gates, pieces):
    count, function = through(gates)
    assert count == pieces
    assert_passes(gates, function)
    assert len(function.x) == max(1, pieces - 1)


def test_an_empty_gate_is_passed_by_nothing():
    assert through([(0, 0, 0), (1, 2, 1)])[0] is None


def test_the_limit_stops_early():
    zigzag = [(k, k % 2, k % 2) for k in range(8)]
    assert through(zigzag, limit=6)[0] is None
    assert through(zigzag, limit=7)[0] == 7


def test_kinks_rise_and_may_lie_between_the_data():
    gates = [(0, 0, 0), (1, 0, 0), (2, 1, 1), (3, 1, 1)]
    _, function = through(gates)
    assert 1 <= function.x[0] < function.x[1] <= 2


def test_all_number_types_agree():
    gates = [(k, (k * k * 7) % 11 - 2, (k * k * 7) % 11 + 1) for k in range(40)]
    x, low, high = (list(column) for column in zip(*gates, strict=True))
    found = [
        reaches([kind(t) for t in x], [kind(v) for v in low], [kind(v) for v in high])
        for kind in (int, float, Fraction)
    ]
    stops = [[reach.stop for reach in one or []] for one in found]
    assert stops[0] == stops[1] == stops[2]
    assert len(stops[0]) > 5


@pytest.mark.parametrize(
    ("gates", "pieces"),
    [
        ([(0, 0, 0), (1, 0, 0), (2, 0, 0)], 1),
        ([(0, 0, 0), (1, 1, 1), (2, 2, 2)], 2),
        ([(0, 0, 2), (1, 1, 3), (2, 3, 3), (3, 5, 5)], 2),
        ([(0, 2, 2), (1, 1, 3), (2, 1, 1), (3, 5, 5)], 3),
        ([(0, 5, 5)], 1),
    ],
)
def test_a_horizontal_first_piece(gates, pieces):
    count, function = through(gates, flat_first=True)
    assert (count, function.left_slope) == (pieces, 0)
    assert_passes(gates, function)
