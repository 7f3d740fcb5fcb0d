"""best_error: bounds for units, pieces and layers, before anybody trains."""

# Wrong types are given on purpose.
# pyright: reportArgumentType=false

import numpy as np
import pytest

from hinges import InvalidInputError, best_error, error_curve, example

SINE = example("sine")


def test_the_figures_of_ten_units():
    bounds = best_error(SINE, units=10)
    assert bounds.lower == pytest.approx(1.236769e-4, rel=1e-6)
    assert bounds.upper <= 1.00001 * bounds.lower
    bounds = best_error(SINE, units=10, loss="max")
    assert bounds.lower == pytest.approx(0.0230082828625, abs=1e-13)
    assert bounds.upper <= (1 + 1e-8) * bounds.lower


@pytest.mark.parametrize("loss", ["mse", "max"])
def test_n_pieces_are_n_units_and_those_are_n_plus_1_pieces(loss):
    n_pieces, units, more = (
        best_error(SINE, **size, loss=loss) for size in ({"pieces": 6}, {"units": 6}, {"pieces": 7})
    )
    assert more.lower <= units.lower * (1 + 1e-12)
    assert units.upper <= n_pieces.upper * (1 + 1e-9)
    assert units.network is not None
    assert n_pieces.network is None
    assert n_pieces.function is not None


@pytest.mark.parametrize("loss", ["mse", "max"])
@pytest.mark.parametrize("widths", [(3, 2), (2, 4), (1, 1, 3)])
def test_deep_networks_are_bounded_through_their_pieces(widths, loss):
    bounds = best_error(SINE, units=widths, loss=loss)
    pieces = best_error(SINE, pieces=int(np.prod(np.array(widths) + 1)), loss=loss)
    assert bounds.lower == pytest.approx(pieces.lower, rel=1e-3)
    assert bounds.network is not None
    assert [w.shape[1] for w in bounds.network.weights] == [*widths, 1]
    errors = np.abs(bounds.network(SINE.x) - SINE.y)
    measured = errors.max() if loss == "max" else np.mean(errors**2)
    assert bounds.lower <= measured == pytest.approx(bounds.upper, rel=1e-9)


def test_one_unit_in_a_tuple_is_one_hidden_layer():
    assert best_error(SINE, units=(4,), loss="max").lower == best_error(SINE, units=4, loss="max").lower


@pytest.mark.parametrize("loss", ["mse", "max"])
def test_many_rows_far_from_zero_come_to_an_end(loss):
    x = 1e9 + np.linspace(0, 1e-2, 1500)
    y = np.sin((x - 1e9) * 600)
    bounds = best_error((x, y), pieces=5, loss=loss)
    near = best_error((x - 1e9, y), pieces=5, loss=loss)
    assert bounds.lower == pytest.approx(near.lower, rel=1e-9)
    assert bounds.lower <= bounds.upper <= 1.01 * near.upper


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "give exactly one of units and pieces: neither was given"),
        ({"units": 2, "pieces": 2}, "both was given"),
        ({"units": ()}, "units is empty"),
        ({"units": (3, 0)}, "units[1] must be at least 1, not 0"),
        ({"units": 0}, "units must be at least 1, not 0"),
        ({"units": 10**9}, "units must be at most 1000000"),
        ({"pieces": 1.5}, "pieces must be a whole number"),
        ({"pieces": 2, "loss": "l2"}, "loss must be one of 'mse', 'max'"),
    ],
)
def test_errors(options, sentence):
    with pytest.raises(InvalidInputError) as error:
        best_error(SINE, **options)
    assert sentence in str(error.value)


def test_more_units_than_points():
    for loss in ("mse", "max"):
        bounds = best_error(([0, 1, 2], [0, 5, 1]), units=1000, loss=loss)
        assert (bounds.lower, bounds.gap) == (0, 0)
        assert len(error_curve(([0, 1, 2], [0, 5, 1]), 5, loss)) == 5
