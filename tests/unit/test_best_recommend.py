"""recommend: a number of units from an error curve, by two ways that are both shown."""

import numpy as np
import pytest

from hinges import InvalidInputError, error_curve, example
from hinges.optimal import recommend

X = np.linspace(0, 10, 100)
ZIGZAG = np.interp(X, [0, 2, 4, 7, 10], [0, 2, -1, 1, 0])


def test_both_find_the_number_behind_noisy_data():
    data = (X[::2], (ZIGZAG + 0.1 * np.random.default_rng(2).normal(size=100))[::2])
    advice = recommend(error_curve(data, 6), data)
    assert advice.criterion == advice.elbow == advice.units
    assert advice.units in {3, 4}  # three kinks and a slope; with luck the leftmost slope needs no unit of its own
    assert "criterion" in str(advice).splitlines()[advice.units]
    assert "elbow" in str(advice).splitlines()[advice.units]


def test_the_criterion_is_bic():
    data = example("nile")
    curve = error_curve(data, 3)
    advice = recommend(curve, data)
    n = len(data)
    expected = [n * np.log(b.upper) + (2 * k + 2) * np.log(n) for k, b in enumerate(curve, start=1)]
    np.testing.assert_allclose(advice.criteria, expected)
    assert advice.criterion == int(np.argmin(expected)) + 1


def test_without_noise_it_says_so():
    data = (X[::5], ZIGZAG[::5])
    curve = error_curve(data, 5)
    advice = recommend(curve, data)
    assert advice.criterion == 1 + next(k for k, bounds in enumerate(curve) if bounds.upper < 1e-25)
    assert "leave no error" in advice.status
    assert "still falls" in recommend(curve[:2], data).status


def test_the_max_loss_has_an_elbow_only():
    data = (X[::5], ZIGZAG[::5])
    advice = recommend(error_curve(data, 3, loss="max"), data, loss="max")
    assert advice.criterion is None
    assert np.isnan(advice.criteria).all()
    assert advice.units == advice.elbow
    assert "no information criterion" in advice.status


def test_errors():
    with pytest.raises(InvalidInputError, match="curve is empty"):
        recommend([], example("nile"))
    with pytest.raises(InvalidInputError, match=r"curve\[0\] must be a ErrorBounds"):
        recommend([3], example("nile"))  # pyright: ignore[reportArgumentType]
