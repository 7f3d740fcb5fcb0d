"""The public edge: what is let in, as what, and the sentence for everything else."""

# Wrong types are given on purpose.
# pyright: reportArgumentType=false

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from hinges import InvalidInputError, _arrays

GOOD = [
    ([1, 2], [1.0, 2.0]),
    ((1.5, 2), [1.5, 2.0]),
    (range(3), [0.0, 1.0, 2.0]),
    (np.float32([0.1]), [float(np.float32(0.1))]),
    (np.int64([2**53]), [2.0**53]),
    (np.uint8([255]), [255.0]),
    ([True, False], [1.0, 0.0]),
    ([Fraction(1, 3), 2], [1 / 3, 2.0]),
    ([Decimal("0.1")], [0.1]),
    ([10**300], [1e300]),
    ([np.float64(2), np.int32(3)], [2.0, 3.0]),
    ([], []),
    (np.ma.array([1.0, 2.0], mask=[False, False]), [1.0, 2.0]),
]


@pytest.mark.parametrize(("given", "expected"), GOOD)
def test_numbers_of_every_kind_become_float64(given, expected):
    result = _arrays.vector(given, "x")
    assert result.dtype == np.float64
    assert result.tolist() == expected
    assert not result.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        result[...] = 0.0


def test_the_callers_array_is_left_alone():
    mine = np.array([1.0, 2.0])
    result = _arrays.vector(mine, "x")
    mine[0] = 99.0
    assert result.tolist() == [1.0, 2.0]
    assert mine.flags.writeable


def test_frozen_takes_what_is_frozen_and_copies_what_others_can_write_to():
    mine = np.array([1.0, 2.0])
    assert _arrays.frozen(mine) is not mine
    again = _arrays.frozen(_arrays.frozen(mine))
    assert not again.flags.writeable
    view = mine[:1]
    view.setflags(write=False)
    safe = _arrays.frozen(view)
    mine[0] = 7.0
    assert safe.tolist() == [1.0]


def test_nan_passes_only_where_it_may():
    assert np.isnan(_arrays.vector([np.nan], "x", finite=False)[0])


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([0, np.nan], "x[1] is nan: every entry must be a finite number"),
        ([-np.inf, np.nan], "x[0] is -inf: every entry must be a finite number"),
        (np.longdouble(["1e4000"]), "x[0] is inf: every entry must be a finite number"),
        (np.ma.array([1.0, 2.0], mask=[False, True]), "x[1] is nan: every entry must be a finite number"),
        (np.ma.array([1, 2], mask=[True, False]), "x[0] is nan: every entry must be a finite number"),
        ([1, 1j], "x holds complex numbers; give its real part"),
        (["1", "2"], "x[0] is 1, not a number"),
        ([1, "2"], "x[0] is 1, not a number"),  # NumPy has made it a string
        ("abc", "x is abc, not a number"),
        ([b"a"], "x[0] is b'a', not a number"),
        ([1, None], "x[1] is None, not a number"),
        (None, "x is None, not a number"),
        ({1, 2}, "x is {1, 2}, not a number"),
        ({"a": 1}, "x is {'a': 1}, not a number"),
        ([10**400], "x[0] is too large for float64"),
        ([[1, 2], [3]], "x is ragged: its rows have different lengths"),
        ([dt.date(2020, 1, 2)], "x[0] is datetime.date(2020, 1, 2), not a number"),
        (
            np.array(["2020-01-01"], dtype="M8[D]"),
            "x holds dates or times (datetime64[D]); give numbers, for example the days since the first one",
        ),
        (np.array([1], dtype="m8[s]"), "x holds dates or times (timedelta64[s]); give numbers"),
        (5, "x must have 1 dimension, not shape ()"),
        ([[1, 2]], "x must have 1 dimension, not shape (1, 2)"),
        (object(), ", not a number"),
    ],
)
def test_wrong_arrays(values, sentence):
    with pytest.raises(InvalidInputError) as error:
        _arrays.vector(values, "x")
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_an_object_that_refuses_to_be_an_array():
    class Stubborn:
        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("detach me first")

    with pytest.raises(InvalidInputError, match="x cannot be read as an array: detach me first"):
        _arrays.vector(Stubborn(), "x")


def test_entries_of_matrices_are_named_by_row_and_column():
    with pytest.raises(InvalidInputError, match=r"w\[1\]\[0\] is nan"):
        _arrays.matrix([[0, 1], [np.nan, 2]], "w")
    with pytest.raises(InvalidInputError, match=r"w\[1\]\[1\] is None, not a number"):
        _arrays.matrix([[0, 1], [2, None]], "w")
    with pytest.raises(InvalidInputError, match=r"w must have 2 dimensions, not shape \(2,\)"):
        _arrays.matrix([0, 1], "w")


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.int8(2), Fraction(4, 2), Decimal(2), np.array(2.0)])
def test_one_number(value):
    result = _arrays.number(value, "a")
    assert type(result) is float
    assert result == 2.0


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (True, "a must be a number, not True"),
        (np.True_, "a must be a number, not np.True_"),
        ("2", "a must be a number, not '2'"),
        (None, "a must be a number, not None"),
        (1j, "a must be a number, not 1j"),
        ([1], "a must be a number, not [1]"),
        (np.array([1.0]), "a must be one number, not an array of shape (1,)"),
        (np.array("x"), "a must be a number that float64 can hold"),
        (10**400, "a must be a number that float64 can hold"),
        (np.nan, "a must be a finite number, not nan"),
        (-np.inf, "a must be a finite number, not -inf"),
    ],
)
def test_wrong_numbers(value, sentence):
    with pytest.raises(InvalidInputError) as error:
        _arrays.number(value, "a")
    assert sentence in str(error.value)


def test_limits_of_numbers():
    assert _arrays.number(0, "a", least=0.0) == 0.0
    with pytest.raises(InvalidInputError, match=r"a must be at least 0, not -1\.0"):
        _arrays.number(-1, "a", least=0.0)
    with pytest.raises(InvalidInputError, match=r"a must be greater than 0, not 0\.0"):
        _arrays.number(0, "a", above=0.0)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (0, "n must be at least 1, not 0"),
        (-(10**30), "n must be at least 1, not"),
        (10**9, "n must be at most 1000000, not 1000000000"),
        (2.0, "n must be a whole number, not 2.0"),
        (True, "n must be a whole number, not True"),
        ("3", "n must be a whole number, not '3'"),
        (None, "n must be a whole number, not None"),
        (np.array(3), "n must be a whole number, not array(3)"),
    ],
)
def test_wrong_counts(value, sentence):
    with pytest.raises(InvalidInputError) as error:
        _arrays.count(value, "n")
    assert sentence in str(error.value)


def test_counts_are_ints():
    assert type(_arrays.count(np.int32(3), "n")) is int
    assert _arrays.count(0, "n", minimum=0) == 0


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (5, "interval must be a pair of numbers (a, b), not 5"),
        (None, "interval must be a pair of numbers (a, b), not None"),
        ((1,), "interval must be a pair of numbers (a, b), not (1,)"),
        ((1, 2, 3), "interval must be a pair of numbers (a, b), not (1, 2, 3)"),
        ("ab", "interval[0] must be a number, not 'a'"),
        ((0, np.inf), "interval[1] must be a finite number, not inf"),
        ((1, 1), "interval[0] = 1.0 must be less than interval[1] = 1.0"),
        ((2, 1), "interval[0] = 2.0 must be less than interval[1] = 1.0"),
    ],
)
def test_wrong_intervals(value, sentence):
    with pytest.raises(InvalidInputError) as error:
        _arrays.interval(value)
    assert str(error.value) == sentence


def test_intervals():
    assert _arrays.interval([1, np.float32(2)]) == (1.0, 2.0)
    assert _arrays.interval(np.array([1, 2])) == (1.0, 2.0)
    with pytest.raises(InvalidInputError, match=r"low = 2\.0 must be less than high = 1\.0"):
        _arrays.interval((2, 1), ends=("low", "high"))


def test_choices_kinds_and_sequences():
    assert _arrays.choice("max", "norm", ("max", "l2")) == "max"
    with pytest.raises(InvalidInputError, match="norm must be one of 'max', 'l2', not 'l1'"):
        _arrays.choice("l1", "norm", ("max", "l2"))
    with pytest.raises(InvalidInputError, match=r"norm must be one of 'max', not \['max'\]"):
        _arrays.choice(["max"], "norm", ("max",))
    with pytest.raises(InvalidInputError, match="f must be a dict, not int"):
        _arrays.instance(3, dict, "f")
    assert _arrays.sequence(iter([1, 2]), "nodes") == (1, 2)
    for wrong in (5, None, "ab", b"ab", np.array(1.0)):
        with pytest.raises(InvalidInputError, match="nodes must be a sequence, not"):
            _arrays.sequence(wrong, "nodes")
