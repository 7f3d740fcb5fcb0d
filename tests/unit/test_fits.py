"""fit and steps: what is asked of methods and data, and what the results hold."""

# Wrong types are given on purpose.
# pyright: reportArgumentType=false

import dataclasses

import pytest

from hinges import Approximation, Best, Dataset, ErrorBounds, FitResult, InvalidInputError, fit, steps
from hinges.fits import FitMethod


def fields(kind):
    return tuple(field.name for field in dataclasses.fields(kind))


def test_the_fields_of_the_contract():
    assert fields(ErrorBounds) == ("lower", "upper", "network", "function", "certified")
    assert fields(FitResult) == ("network", "function", "loss", "bounds", "status", "method", "seed", "history")
    assert fields(Approximation) == ("function", "network", "loss", "bounds", "status")


@pytest.mark.parametrize(
    ("lower", "upper", "gap"), [(0.5, 2.0, 0.75), (1.0, 1.0, 0.0), (0.0, 0.0, 0.0), (0.0, 3.0, 1.0)]
)
def test_the_gap_is_what_is_left_open(lower, upper, gap):
    assert ErrorBounds(lower, upper, None, None, certified=True).gap == gap


def test_a_pair_and_a_dataset_are_the_same():
    method = Best(pieces=2)
    assert isinstance(method, FitMethod)
    x, y = [3, 0, 1, 2], [9, 0, 1, 4]
    pair, dataset = fit((x, y), method), fit(Dataset(x, y), method)
    assert pair.loss == dataset.loss
    assert pair.function == dataset.function
    assert pair.method is method
    assert (pair.seed, pair.history) == (None, None)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: fit(([0, 1], [0, 1]), "best"), "method must be a fit method such as Best(units=10), not 'best'"),
        (lambda: fit([0, 1], Best(units=1)), "data must be a Dataset, not list"),
        (lambda: fit(([0, 1], [0, float("nan")]), Best(units=1)), "y[1] is nan"),
        (lambda: steps(([0, 1], [0, 1]), Best(units=1)), "method must go step by step, as Training() does"),
    ],
)
def test_errors(call, sentence):
    with pytest.raises(InvalidInputError) as error:
        call()
    assert sentence in str(error.value)
