"""Best(effort=...): time spent on the bound closes the gap, and the status says so where it does not."""

import numpy as np
import pytest

from hinges import Best, InvalidInputError, fit


@pytest.fixture(scope="module")
def noisy():
    rng = np.random.default_rng(2)
    x = np.sort(rng.uniform(0, 10, 80))
    return x, np.sin(x) + 0.2 * rng.standard_normal(80)


def test_the_bound_rises_and_the_fit_stays(noisy):
    before, after = fit(noisy, Best(pieces=5)), fit(noisy, Best(pieces=5, effort=60.0))
    assert before.bounds is not None
    assert after.bounds is not None
    assert before.bounds.gap > 0.012
    assert after.bounds.gap < 0.0115
    assert before.bounds.lower < after.bounds.lower <= after.loss == before.loss


def test_time_that_is_up_is_told(noisy):
    result = fit(noisy, Best(pieces=9, effort=1e-6))
    assert result.status.endswith("; the time for closing the gap is up")
    assert result.bounds is not None
    assert result.bounds.lower <= result.loss


@pytest.mark.parametrize("effort", [-1.0, float("nan"), "long"])
def test_effort_is_seconds(effort):
    with pytest.raises(InvalidInputError, match=r"^effort"):
        Best(pieces=3, effort=effort)
