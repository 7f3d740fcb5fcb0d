"""Pictures of fits with jumps and of several outputs: every piece, every jump, every output is where it is."""

# A fit's function is there because it was asked for.
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false

import numpy as np
import pytest

from hinges import Best, Dataset, InvalidInputError, PiecewiseLinearWithJumps, fit
from hinges.draw import Points, Polyline, plot, scene

X = np.linspace(0, 10, 40)
SAW = np.where(X < 4, X, X - 5) + 0.05 * np.cos(9 * X)
T = np.linspace(0, 6, 50)
LOOP = Dataset(T, np.stack([np.cos(T), np.sin(T)], axis=1))


def of(panel, kind, role=None):
    return [mark for mark in panel.marks if isinstance(mark, kind) and role in {None, mark.role}]


def test_pieces_end_at_the_jump_and_dots_tell_on_which_side_the_value_is():
    f = PiecewiseLinearWithJumps([1.0], [0.0, 2.0], [0.0, 1.0], [5.0, 7.0])
    (panel,) = scene(f, interval=(0, 3)).panels
    first, second = of(panel, Polyline)
    assert (first.x.tolist(), first.y.tolist()) == ([0, 1], [5, 5])
    assert (second.x.tolist(), second.y.tolist()) == ([1, 3], [7, 11])
    full, hollow = sorted(of(panel, Points), key=lambda dots: dots.hollow)
    assert (full.x[0], full.y[0], full.hollow) == (1, f(1.0), False)
    assert (hollow.x[0], hollow.y[0], hollow.hollow) == (1, 5, True)
    assert len(of(scene(f, interval=(2, 3)).panels[0], Polyline)) == 1


def test_a_fit_with_jumps_shows_data_residuals_and_the_floor():
    result = fit((X, SAW), Best(pieces=2, continuous=False))
    main, below = scene(result, data=(X, SAW)).panels
    assert "2 pieces with jumps" in main.title
    assert main.note.startswith("no other of its size can do better")
    np.testing.assert_array_equal(of(main, Points, "data")[0].y, SAW)
    assert result.function is not None
    np.testing.assert_allclose(of(below, Points)[0].y, SAW - result.function(X))
    assert len(scene(result).panels) == 1
    with pytest.raises(InvalidInputError, match="view must be one of 'fit'"):
        scene(result, "diagram")


def test_shared_breakpoints_have_a_panel_an_output():
    result = fit(LOOP, Best(pieces=4))
    panels = scene(result, data=LOOP).panels
    assert len(panels) == 2
    for j, panel in enumerate(panels):
        (curve,) = of(panel, Polyline)
        np.testing.assert_allclose(curve.y, result.functions[j](curve.x), atol=1e-12)
        np.testing.assert_array_equal(of(panel, Points, "data")[0].y, LOOP.y[:, j])
        np.testing.assert_allclose(of(panel, Points)[-1].x, result.functions[0].kinks)


def test_two_outputs_are_a_curve_in_the_plane():
    result = fit(LOOP, Best(pieces=4))
    (panel,) = scene(result, "plane", data=LOOP).panels
    (curve,) = of(panel, Polyline)
    assert len(curve.x) == 5
    np.testing.assert_allclose(curve.x[[0, -1]], result.functions[0](T[[0, -1]]))
    np.testing.assert_allclose(curve.y, result.functions[1](np.array([0, *result.functions[0].kinks, 6])))
    three = fit(Dataset(T, np.stack([T, -T, T * T], axis=1)), Best(pieces=2))
    assert len(scene(three).panels) == 3
    with pytest.raises(InvalidInputError, match="view must be one of 'fit', 'function', 'diagram'"):
        scene(three, "plane")


def test_matplotlib_draws_them():
    jumps, shared = fit((X, SAW), Best(pieces=2, continuous=False)), fit(LOOP, Best(pieces=4))
    assert plot(jumps, data=(X, SAW)) is not None
    assert plot(shared, data=LOOP) is not None
    assert plot(shared, view="plane") is not None
