"""Best: units, pieces or a tolerance, under both losses, with statuses that say what is proven."""

# Wrong types are given on purpose.
# pyright: reportArgumentType=false

import numpy as np
import pytest

from hinges import Best, Dataset, InvalidInputError, example, fit, to_function

X = np.linspace(0, 3, 31)
ZIGZAG = np.interp(X, [0, 1, 2, 3], [0, 2, -1, 1])


@pytest.mark.parametrize("loss", ["mse", "max"])
@pytest.mark.parametrize("size", [{"pieces": 3}, {"units": 3}])
def test_a_function_of_that_many_pieces_is_found_again(size, loss):
    result = fit((X, ZIGZAG), Best(**size, loss=loss))
    assert result.loss < 1e-14
    np.testing.assert_allclose(result.network(X), ZIGZAG, atol=1e-12)
    assert result.function is not None
    np.testing.assert_allclose(result.function(X), ZIGZAG, atol=1e-12)


@pytest.mark.parametrize("loss", ["mse", "max"])
def test_ten_units_come_back_as_ten_units_with_the_loss_they_have(loss):
    data = example("sine")
    result = fit(data, Best(units=10, loss=loss))
    assert result.bounds is not None
    errors = np.abs(result.network(data.x) - data.y)
    assert result.loss == pytest.approx(errors.max() if loss == "max" else np.mean(errors**2), rel=1e-12)
    assert len(result.network.hinges()) == 10
    assert result.bounds.certified
    assert result.bounds.lower <= result.loss <= result.bounds.lower * (1 + 1e-5)
    assert result.function == to_function(result.network)


@pytest.mark.parametrize("loss", ["mse", "max"])
@pytest.mark.parametrize("tolerance", [0.3, 0.05, 0.002])
def test_a_tolerance_is_kept_and_one_piece_fewer_breaks_it(tolerance, loss):
    data = example("sine")
    result = fit(data, Best(tolerance=tolerance, loss=loss))
    assert result.loss <= tolerance
    pieces = int(result.status.split()[0])
    if pieces > 1 and "cannot" in result.status:
        fewer = fit(data, Best(pieces=pieces - 1, loss=loss)).bounds
        assert fewer is not None
        assert fewer.lower > tolerance


def test_rows_without_weight_do_not_count():
    y = np.where(np.arange(31) == 7, 99.0, ZIGZAG)
    weights = np.where(np.arange(31) == 7, 0.0, 2.0)
    for loss in ("mse", "max"):
        assert fit(Dataset(X, y, weights), Best(pieces=3, loss=loss)).loss < 1e-14


@pytest.mark.parametrize("loss", ["mse", "max"])
def test_constant_data_have_no_error(loss):
    result = fit((X, np.full(31, 7.0)), Best(units=3, loss=loss))
    assert result.loss == 0
    assert result.status.startswith("the best possible")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "give exactly one of units, pieces and tolerance: none of them was given"),
        ({"units": 3, "pieces": 3}, "units and pieces were given"),
        ({"units": 3, "pieces": 3, "tolerance": 1}, "units and pieces and tolerance were given"),
        ({"units": 0}, "units must be at least 1, not 0"),
        ({"units": 10**9}, "units must be at most 1000000, not 1000000000"),
        ({"units": 2.0}, "units must be a whole number, not 2.0"),
        ({"units": True}, "units must be a whole number, not True"),
        ({"pieces": "3"}, "pieces must be a whole number, not '3'"),
        ({"tolerance": -1e-9}, "tolerance must be at least 0"),
        ({"tolerance": float("inf")}, "tolerance must be a finite number"),
        ({"units": 3, "loss": "mae"}, "loss must be one of 'mse', 'max', not 'mae'"),
    ],
)
def test_errors(options, sentence):
    with pytest.raises(InvalidInputError) as error:
        Best(**options)
    assert sentence in str(error.value)


def test_arguments_go_by_name():
    with pytest.raises(TypeError):
        Best(3)  # pyright: ignore[reportCallIssue]
