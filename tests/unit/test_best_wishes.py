"""Best under wishes: what is kept, what is said, degenerate rows, and what contradicts itself."""

# A test asks for a result's function and bounds because they are there.
# pyright: reportOptionalMemberAccess=false, reportOptionalCall=false, reportAttributeAccessIssue=false

# Wrong types are given on purpose.
# pyright: reportArgumentType=false

import numpy as np
import pytest

from hinges import Best, Dataset, InvalidInputError, UnsupportedModelError, example, fit
from hinges.optimal import JumpsFit, SharedFit, WishedBounds

RNG = np.random.default_rng(0)
X = np.linspace(0, 6, 40)
Y = np.sin(X) + 0.1 * RNG.normal(size=40)


@pytest.mark.parametrize("loss", ["mse", "max"])
def test_wishes_that_cost_nothing_change_nothing(loss):
    free = fit((X, Y), Best(pieces=3, loss=loss))
    wide = fit((X, Y), Best(pieces=3, loss=loss, slope_bounds=(-100, 100), min_gap=1e-6))
    assert isinstance(wide.bounds, WishedBounds)
    assert wide.bounds.lower_of == ""
    assert wide.loss == pytest.approx(free.loss, rel=1e-12)
    assert wide.bounds.lower == pytest.approx(free.bounds.lower, rel=1e-12)


def test_under_a_wish_the_floor_says_whose_it_is():
    free = fit((X, Y), Best(pieces=3)).bounds
    result = fit((X, Y), Best(pieces=3, min_gap=3.6))
    assert np.diff(result.function.kinks).min() >= 3.6
    assert result.bounds.lower == pytest.approx(free.lower, rel=1e-12)
    assert "without what is wished" in result.bounds.lower_of
    assert result.bounds.lower_of in result.status
    rising = fit((X, Y), Best(pieces=3, slope_bounds=(0, None)))
    assert rising.bounds.gap < 0.01  # the free floor would leave 90 %
    assert "slopes at least 0" in rising.bounds.lower_of


@pytest.mark.parametrize("loss", ["mse", "max"])
@pytest.mark.parametrize("wish", [{"slope_bounds": (0, None)}, {"shape": "concave"}, {"min_gap": 2.2}])
def test_units_keep_wishes_too(wish, loss):
    result = fit((X, Y), Best(units=3, loss=loss, **wish))
    assert len(result.network.hinges()) <= 3
    assert result.bounds.lower <= result.loss
    np.testing.assert_allclose(result.network(X), result.function(X), atol=1e-12)


def test_a_tolerance_with_wishes():
    some = (X[::4], Y[::4])
    best = fit(some, Best(pieces=3, slope_bounds=(-0.7, 0.7)))
    result = fit(some, Best(tolerance=best.loss * 1.1, slope_bounds=(-0.7, 0.7)))
    assert result.loss <= best.loss * 1.1
    assert len(result.function.kinks) <= 2
    with pytest.raises(InvalidInputError, match="no function with slopes at least 0 has a loss below"):
        fit(some, Best(tolerance=1e-6, slope_bounds=(0, None)))


@pytest.mark.parametrize("side", ["above", "below"])
@pytest.mark.parametrize("options", [{}, {"relative": True}])
def test_one_side_is_kept_by_function_and_network_and_certified(side, options):
    y = Y + 3
    weights = np.where(X > 3, 2.0, 0.5)
    result = fit(Dataset(X, y, weights), Best(pieces=4, loss="max", side=side, **options))
    for outputs in (result.network(X), result.function(X)):
        assert ((outputs >= y) if side == "above" else (outputs <= y)).all()
    errors = weights * np.abs(result.network(X) - y) / (np.abs(y) if options else 1.0)
    assert result.loss == pytest.approx(errors.max(), rel=1e-12)
    assert result.bounds.gap <= 1e-8
    assert result.status == "the best possible"
    two_sided = fit(Dataset(X, y, weights), Best(pieces=4, loss="max", **options))
    assert two_sided.loss < result.loss <= 4 * two_sided.loss * (1 + 1e-9)


def test_unweighted_one_sided_errors_are_twice_the_two_sided_ones():
    two = fit((X, Y), Best(pieces=4, loss="max")).loss
    assert fit((X, Y), Best(pieces=4, loss="max", side="above")).loss == pytest.approx(2 * two, rel=1e-9)
    needed = fit((X, Y), Best(tolerance=2 * two * 1.001, loss="max", side="below"))
    assert needed.status.startswith("4 pieces keep")


def test_many_rows_from_one_side():
    x = np.linspace(0, 6, 5000)
    y = np.sin(x) + 0.1 * np.random.default_rng(1).normal(size=5000)
    result = fit((x, y), Best(pieces=4, loss="max", side="above"))
    assert (result.function(x) >= y).all()
    assert result.bounds.gap <= 1e-8


def test_jumps_are_found_and_certified():
    result = fit(example("nile"), Best(pieces=2, continuous=False))
    assert isinstance(result, JumpsFit)
    assert result.function.breakpoints.tolist() == [1898.5]  # the dam at Aswan
    assert result.bounds.gap <= 1e-12
    assert result.function.jumps[0] < -200
    assert [piece.slope for piece in result.function.pieces] == result.function.slopes.tolist()
    assert repr(result).startswith("JumpsFit(")
    with pytest.raises(UnsupportedModelError, match="jumps, and a ReLU network is continuous"):
        result.network.hinges()
    steps = fit(([0, 1, 2, 3], [1, 1, 5, 5]), Best(tolerance=0, continuous=False))
    assert (steps.loss, steps.function([1.4, 1.6]).tolist()) == (0, [1, 5])
    assert steps.status.startswith("2 pieces keep the loss within the tolerance, and fewer cannot")


@pytest.mark.parametrize("loss", ["mse", "max"])
def test_several_outputs_share_their_breakpoints(loss):
    y = np.stack([np.interp(X, [0, 2, 5, 6], v) for v in ([0, 2, -1, 0], [1, 0, 0, 3])], axis=1)
    result = fit((X, y), Best(pieces=3, loss=loss))
    assert isinstance(result, SharedFit)
    assert result.loss < 1e-12
    assert result.network(X).shape == (40, 2)
    for j, function in enumerate(result.functions):
        np.testing.assert_allclose(function(X), y[:, j], atol=1e-6)
    noisy = fit((X, y + 0.3 * RNG.normal(size=y.shape)), Best(pieces=2, loss=loss))
    assert noisy.bounds.lower <= noisy.loss
    assert noisy.bounds.lower_of


def test_given_breakpoints_give_the_least_squares():
    result = fit((X, Y), Best(breakpoints=[1.5, 4.7]))
    columns = np.stack([np.interp(X, [0, 1.5, 4.7, 6], row) for row in np.eye(4)], axis=1)
    values, rest = np.linalg.lstsq(columns, Y, rcond=None)[:2]
    assert result.loss == pytest.approx(rest[0] / 40, rel=1e-12)
    np.testing.assert_allclose(result.function.values, values[1:3], rtol=1e-10)
    assert result.function.breakpoints.tolist() == [1.5, 4.7]
    assert result.bounds.gap < 1e-10


@pytest.mark.parametrize("loss", ["mse", "max"])
@pytest.mark.parametrize(
    "wish", [{"slope_bounds": (0, 2)}, {"shape": "convex"}, {"min_gap": 1.0}, {"breakpoints": [0.5, 7]}]
)
def test_degenerate_rows_are_answered(wish, loss):
    size = {} if "breakpoints" in wish else {"pieces": 5}
    one = fit(([2.0], [3.0]), Best(loss=loss, **size, **wish))
    assert one.loss == 0
    twice = fit(([2.0, 2.0], [3.0, 5.0]), Best(loss=loss, **size, **wish))
    assert twice.network([2.0])[0] == pytest.approx(4.0)
    assert twice.bounds.gap <= 1e-9
    level = fit(([0, 1, 2, 3], [7, 7, 7, 7]), Best(loss=loss, **size, **wish))
    assert level.loss <= 1e-24
    few = fit(([0, 1, 2], [0, 5, 1]), Best(loss=loss, **size, **wish))
    assert few.bounds.lower <= few.loss


def test_a_lone_x_keeps_a_slope_that_is_wished():
    result = fit(([2.0], [3.0]), Best(pieces=1, slope_bounds=(1, 2)))
    assert result.function.slopes.tolist() == [1, 1]
    assert result.network([2.0])[0] == 3.0


def test_relative_errors():
    y = np.exp(X)
    result = fit((X, y), Best(pieces=4, loss="max", relative=True))
    assert result.loss == pytest.approx((np.abs(result.network(X) - y) / y).max(), rel=1e-12)
    assert result.bounds.gap <= 1e-8
    with pytest.raises(InvalidInputError, match=r"y\[2\] is 0, where an error relative to y has no meaning"):
        fit(([0, 1, 2], [1, 2, 0]), Best(pieces=1, loss="max", relative=True))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"slope_bounds": (1, 0)}, "slope_bounds[0] = 1 must be at most slope_bounds[1] = 0"),
        ({"slope_bounds": 3}, "slope_bounds must be a sequence, not 3"),
        ({"slope_bounds": (1, 2, 3)}, "must be a pair (low, high), not 3 values"),
        ({"slope_bounds": ("a", None)}, "slope_bounds[0] must be a number"),
        ({"slope_bounds": (float("inf"), None)}, "slope_bounds[0] must be a finite number"),
        ({"min_gap": -1}, "min_gap must be at least 0"),
        ({"shape": "round"}, "shape must be one of 'convex', 'concave', not 'round'"),
        ({"side": "above"}, "side='above' need loss='max', not 'mse'"),
        ({"side": "left", "loss": "max"}, "side must be one of 'above', 'below'"),
        ({"relative": True}, "relative errors need loss='max'"),
        ({"relative": 1}, "relative must be True or False, not 1"),
        ({"continuous": None}, "continuous must be True or False"),
        ({"continuous": False, "shape": "convex"}, "shape goes with continuous functions only"),
        ({"breakpoints": [1]}, "give either breakpoints or pieces: both were given"),
        ({"pieces": None, "breakpoints": [2, 1]}, "breakpoints[0] = 2.0 is followed by 1.0: they must rise"),
        ({"pieces": None, "breakpoints": [1], "min_gap": 1}, "min_gap says nothing where breakpoints are given"),
        ({"pieces": None, "units": 2, "continuous": False}, "a function with jumps is no network"),
    ],
)
def test_errors(options, sentence):
    with pytest.raises(InvalidInputError) as error:
        Best(**{"pieces": 3, **options})
    assert sentence in str(error.value)


def test_data_of_the_wrong_shape():
    two = np.stack([Y, Y], axis=1)
    for wish in ({"continuous": False}, {"relative": True, "loss": "max"}):
        with pytest.raises(InvalidInputError):
            fit((X, two + 5), Best(pieces=2, **wish))
    with pytest.raises(InvalidInputError, match="data has 2 inputs"):
        fit((two, Y), Best(pieces=2, shape="convex"))
