"""formula: arithmetic on x from a line of text, which is parsed and never run."""

import math
import time

import numpy as np
import pytest

from hinges import InvalidInputError
from hinges.construct import formula

X = np.array([0.25, 0.5, 2.0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", X),
        ("3", [3, 3, 3]),
        ("-x^2 + 1", 1 - X**2),
        ("2*x**3 / 4 % 5", 2 * X**3 / 4 % 5),
        (" sin(2*pi*x) + e ", np.sin(2 * np.pi * X) + math.e),
        ("max(x, 1) - min(x, tau)", np.maximum(X, 1) - X),
        ("relu(x - 1) + abs(-x)", np.maximum(X - 1, 0) + X),
        (
            "ln(x) + log10(x) + log2(x) + sqrt(x) + cbrt(x)",
            np.log(X) + np.log10(X) + np.log2(X) + np.sqrt(X) + np.cbrt(X),
        ),
        ("2^-x", 2.0**-X),
        ("1e3 * x", 1000 * X),
    ],
)
def test_what_it_computes(text, expected):
    values = formula(text)(X)
    assert values.shape == X.shape
    np.testing.assert_allclose(values, expected, rtol=1e-15)


def test_what_is_not_finite_is_left_to_the_verb():
    assert np.isinf(formula("1/x")(np.zeros(1)))[0]
    assert np.isnan(formula("log(-x)")(np.ones(1)))[0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the formula is empty"),
        ("   ", "the formula is empty"),
        ("x" * 501, "has 501 characters; at most 500"),
        ("(" * 240 + "x" + ")" * 240, "cannot be read"),
        ("-" * 300 + "x", "nested more than 50 deep"),
        ("+".join("x" * 120), "nested more than 50 deep"),
        ("9" * 450, "too large for float64"),
        ("x.real", "'x.real', which is not arithmetic"),
        ("x.__class__.__mro__", "not arithmetic"),
        ("().__class__", "not arithmetic"),
        ("lambda: x", "not arithmetic"),
        ("(lambda x: x)(x)", "not arithmetic"),
        ("[x for x in x]", "not arithmetic"),
        ("x if x else 1", "not arithmetic"),
        ("x and 1", "not arithmetic"),
        ("x < 1", "not arithmetic"),
        ("x[0]", "not arithmetic"),
        ("f'{x}'", "not arithmetic"),
        ("(y := x)", "not arithmetic"),
        ("x // 2", "not arithmetic"),
        ("x << 9999999", "not arithmetic"),
        ("~x", "not arithmetic"),
        ("'a' * 9", "'a', which is not a number"),
        ("True + x", "True, which is not a number"),
        ("1j * x", "which is not a number"),
        ("...", "which is not a number"),
        ("y + 1", "names 'y'; it may name x, e, pi, tau"),
        ("__import__('os')", "calls '__import__'; it may call abs"),
        ("eval(x)", "calls 'eval'"),
        ("sin", "names 'sin'"),
        ("sin()", "sin in the formula takes 1 argument"),
        ("sin(x, x)", "sin in the formula takes 1 argument"),
        ("max(x)", "max in the formula takes 2 arguments"),
        ("sin(*x)", "takes 1 argument"),
        ("sin(x=x)", "not arithmetic"),
        ("2x", "cannot be read"),
        ("sin(x", "cannot be read"),
        ("x = 1", "cannot be read"),
        ("import os", "cannot be read"),
        ("x\x00", "cannot be read"),
    ],
)
def test_what_it_refuses(text, sentence):
    start = time.process_time()
    with pytest.raises(InvalidInputError) as error:
        formula(text)(X)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)
    assert time.process_time() - start < 5


def test_towers_of_powers_are_floats_and_quick():
    assert np.isinf(formula("9**9**9**9")(X)).all()
    assert (formula("x ** 9**9")(X[:2]) == 0).all()


@pytest.mark.parametrize("text", [None, 3, b"x"])
def test_only_text_is_a_formula(text):
    with pytest.raises(InvalidInputError, match="formula is empty"):
        formula(text)
