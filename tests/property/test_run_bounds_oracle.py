"""Lower bounds of the errors of runs in float64 and double-double arithmetic against exact integers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hinges.optimal._double_table import RunBounds
from hinges.optimal._exact_sums import ExactSums
from hinges.optimal._mse_pieces import best_pieces
from hinges.optimal._rows import merge_rows
from hinges.optimal._segments import certified_table, segment_errors

values = st.floats(-1, 1, allow_subnormal=False)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(values, values, st.floats(1e-6, 1)), min_size=2, max_size=14),
    st.sampled_from([0.0, 1.0, 1e6, 1e12]),
    st.sampled_from([1.0, 1e-9, 1e140]),
)
def test_no_bound_exceeds_the_exact_error_and_the_sharp_ones_are_close(points, centre, scale):
    x, y, w = (np.array(column) for column in zip(*points, strict=True))
    x, y = np.round(x, 3) + centre, scale * y + centre
    rows = merge_rows(x, y, w)
    sums = ExactSums.of(rows)
    exact = certified_table(rows, segment_errors(rows), np.inf, sums)
    bounds = RunBounds.of(sums, rows.x.size)
    first, last = np.triu_indices(rows.u.size)
    true = exact[first, last] * (1 + 2.0**-51)  # an exact error is rounded once
    rough, sharp = bounds.rough(), bounds.sharp(first, last)
    assert (rough[first, last] <= true).all()
    assert np.isinf(rough[np.tril_indices(rows.u.size, -1)]).all()
    assert (sharp <= true).all()
    arm = np.ptp(rows.v) / np.diff(rows.u).min() if rows.u.size > 1 else 0.0
    assert (exact[first, last] - sharp <= 1e-14 * exact[first, last] + 1e-22 * (1 + arm) ** 2).all()


def test_a_proof_that_needs_no_integers_is_the_same_as_one_that_has_them():
    x = np.linspace(0, 1, 80)
    y = np.sqrt(x)
    for pieces in (3, 7, 20):
        fit = best_pieces(x, y, pieces)
        rows = merge_rows(x, y)
        table = certified_table(rows, segment_errors(rows), np.inf)
        best = table.copy()[0]
        for _ in range(pieces - 1):
            best = np.minimum(best, [min([table[0, j], *(best[i - 1] + table[i, j] for i in range(1, j + 1))])
                                     for j in range(80)])  # fmt: skip
        assert fit.closed
        assert fit.lower <= rows.to_error(float(best[-1])) * (1 + 1e-15)
        assert fit.lower == pytest.approx(rows.to_error(float(best[-1])), rel=1e-9)
