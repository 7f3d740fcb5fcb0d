"""Best under wishes against brute force: every choice of rows as kinks, each solved by a general-purpose method."""

# A test asks for a result's function and bounds because they are there.
# pyright: reportOptionalMemberAccess=false, reportOptionalCall=false, reportAttributeAccessIssue=false
# pyright: reportArgumentType=false, reportCallIssue=false

from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, linprog, minimize

from hinges import Best, Dataset, fit

WISHES = [
    {"slope_bounds": (0, None)},
    {"slope_bounds": (-1, 1.5)},
    {"shape": "convex"},
    {"shape": "concave", "slope_bounds": (None, 0.5)},
    {"min_gap": 2.0},
    {"min_gap": 1.0, "slope_bounds": (-2, None)},
]
INFINITY = np.inf


def sides(vertices, wish):
    """Inequalities `matrix @ values >= right`, written down slope by slope."""
    low, high = wish.get("slope_bounds", (None, None))
    matrix, right = [], []
    slopes = []
    for k in range(len(vertices) - 1):
        row = np.zeros(len(vertices))
        row[[k, k + 1]] = np.array([-1, 1]) / (vertices[k + 1] - vertices[k])
        slopes.append(row)
        if low is not None:
            matrix.append(row)
            right.append(low)
        if high is not None:
            matrix.append(-row)
            right.append(-high)
    sign = {"convex": 1, "concave": -1}.get(wish.get("shape"), 0)
    if sign:
        for before, after in pairwise(slopes):
            matrix.append(sign * (after - before))
            right.append(0.0)
    return np.array(matrix).reshape(-1, len(vertices)), np.array(right)


def hats(vertices, x):
    return np.stack([np.interp(x, vertices, row) for row in np.eye(len(vertices))], axis=1)


def least_squares(vertices, x, y, weights, wish):
    matrix, right = sides(vertices, wish)
    columns = hats(vertices, x)
    start = np.full(len(vertices), np.average(y, weights=weights))
    low, high = wish.get("slope_bounds", (None, None))
    tilt = min(max(0.0, -INFINITY if low is None else low), INFINITY if high is None else high)
    start = start + tilt * (vertices - vertices.mean())

    def error(values):
        return weights @ (columns @ values - y) ** 2 / weights.sum()

    def gradient(values):
        return 2 * columns.T @ (weights * (columns @ values - y)) / weights.sum()

    limits = [LinearConstraint(matrix, right, np.inf)] if len(matrix) else []
    options = {"ftol": 1e-14, "maxiter": 500}
    found = minimize(error, start, jac=gradient, constraints=limits, method="SLSQP", options=options)
    return found.fun


def largest(vertices, x, y, weights, wish, side):
    matrix, right = sides(vertices, wish)
    columns = hats(vertices, x)
    up = np.zeros(len(x)) if side == "below" else 1 / weights
    down = np.zeros(len(x)) if side == "above" else 1 / weights
    left = np.block([[columns, -up[:, None]], [-columns, -down[:, None]], [-matrix, np.zeros((len(matrix), 1))]])
    cost = np.append(np.zeros(len(vertices)), 1.0)
    limits = [(None, None)] * len(vertices) + [(0, None)]
    return linprog(cost, A_ub=left, b_ub=np.concatenate([y, -y, -right]), bounds=limits, method="highs").fun


def rows(case):
    draw = np.random.default_rng(case)
    x = np.sort(draw.choice(12, 7, replace=False)).astype(float)
    x = np.append(x, x[draw.integers(0, 7)])  # one x twice
    return x, draw.integers(-3, 4, 8) + 0.5 * x, draw.choice([1.0, 2.0, 0.5], 8)


def choices(x, kinks, wish):
    inner = np.unique(x)[1:-1]
    for chosen in combinations(inner, kinks):
        if kinks < 2 or np.diff(chosen).min() >= wish.get("min_gap", 0.0):
            yield np.concatenate([[x.min()], chosen, [x.max()]])


def kept(function, wish):
    slopes = function.slopes
    low, high = wish.get("slope_bounds", (None, None))
    assert low is None or (slopes >= low).all()
    assert high is None or (slopes <= high).all()
    sign = {"convex": 1, "concave": -1}.get(wish.get("shape"), 0)
    assert (sign * function.slope_changes >= 0).all()
    if "min_gap" in wish and len(function.kinks) > 1:
        assert np.diff(function.kinks).min() >= wish["min_gap"]


@pytest.mark.parametrize("wish", WISHES, ids=str)
@pytest.mark.parametrize("case", range(3))
def test_squares(case, wish):
    x, y, weights = rows(case)
    result = fit(Dataset(x, y, weights), Best(pieces=3, **wish))
    brute = min(least_squares(v, x, y, weights, wish) for v in choices(x, 2, wish))
    assert result.loss <= brute * (1 + 1e-7) + 1e-12  # kinks between rows may be better still
    assert result.bounds.lower <= result.loss
    # Any function with the wishes is a function of the values at all rows, whatever its kinks.
    everywhere = {key: value for key, value in wish.items() if key != "min_gap"}
    assert result.loss >= least_squares(np.unique(x), x, y, weights, everywhere) * (1 - 1e-7) - 1e-12
    kept(result.function, wish)


@pytest.mark.parametrize("side", [None, "above", "below"])
@pytest.mark.parametrize("wish", [*WISHES, {}], ids=str)
def test_largest(wish, side):
    x, y, weights = rows(7)
    result = fit(Dataset(x, y, weights), Best(pieces=3, loss="max", side=side, **wish))
    brute = min(largest(v, x, y, weights, wish, side) for v in choices(x, 2, wish))
    assert result.bounds.lower * (1 - 1e-9) <= result.loss <= brute * (1 + 1e-7) + 1e-12
    everywhere = {key: value for key, value in wish.items() if key != "min_gap"}
    assert result.loss >= largest(np.unique(x), x, y, weights, everywhere, side) * (1 - 1e-7) - 1e-12
    kept(result.function, wish)
    if side is not None:
        for outputs in (result.function(x), result.network(x)):
            assert ((outputs >= y) if side == "above" else (outputs <= y)).all()


@pytest.mark.parametrize("wish", [*WISHES[:4], {}], ids=str)
def test_given_breakpoints_are_certified(wish):
    x, y, weights = rows(3)
    vertices = np.array([x.min(), 3.25, 6.5, x.max()])
    for loss in ("mse", "max"):
        result = fit(Dataset(x, y, weights), Best(breakpoints=[-50.0, 3.25, 6.5], loss=loss, **wish))
        if loss == "mse":
            brute = least_squares(vertices, x, y, weights, wish)
        else:
            brute = largest(vertices, x, y, weights, wish, None)
        assert result.loss == pytest.approx(brute, rel=1e-6, abs=1e-10)
        assert result.bounds.gap <= 1e-8
        assert result.bounds.certified
        assert "1 of the breakpoints lie" in result.status
        kept(result.function, wish)


@pytest.mark.parametrize("case", range(4))
def test_jumps(case):
    x, y, weights = rows(case)
    distinct = np.unique(x)
    for loss in ("mse", "max"):
        result = fit(Dataset(x, y, weights), Best(pieces=2, loss=loss, continuous=False))
        brute = np.inf
        for cut in distinct[1:]:
            parts = [x < cut, x >= cut]
            if loss == "mse":
                total = sum(_line_squares(x[p], y[p], weights[p]) for p in parts) / weights.sum()
            else:
                total = max(_line_largest(x[p], y[p], weights[p]) for p in parts)
            brute = min(brute, total)
        assert result.loss == pytest.approx(brute, rel=1e-9, abs=1e-12)
        assert brute * (1 - 1e-9) - 1e-12 <= result.loss
        assert result.bounds.lower <= result.loss <= result.bounds.lower * (1 + 1e-9) + 1e-12


def _line_squares(x, y, weights):
    columns = np.stack([np.ones_like(x), x], axis=1) * np.sqrt(weights)[:, None]
    rest = y * np.sqrt(weights) - columns @ np.linalg.lstsq(columns, y * np.sqrt(weights), rcond=None)[0]
    return float(rest @ rest)


def _line_largest(x, y, weights):
    if len(np.unique(x)) == 1:
        ends = np.array([x[0] - 1, x[0] + 1])
        return largest(ends, x, y, weights, {"slope_bounds": (0, 0)}, None)
    return largest(np.array([x.min(), x.max()]), x, y, weights, {}, None)


@pytest.mark.parametrize("case", range(3))
def test_shared_breakpoints(case):
    x, y, weights = rows(case)
    other = np.random.default_rng(case + 50).integers(-2, 3, len(x)).astype(float)
    data = Dataset(x, np.stack([y, other], axis=1), weights)
    for loss in ("mse", "max"):
        result = fit(data, Best(pieces=3, loss=loss))
        if loss == "mse":
            brute = min(
                (least_squares(v, x, y, weights, {}) + least_squares(v, x, other, weights, {})) / 2
                for v in choices(x, 2, {})
            )
        else:
            brute = min(max(largest(v, x, part, weights, {}, None) for part in (y, other)) for v in choices(x, 2, {}))
        assert result.bounds.lower <= result.loss <= brute * (1 + 1e-7) + 1e-12
        assert [len(f.kinks) <= 2 for f in result.functions] == [True, True]
        np.testing.assert_allclose(result.network(x), np.stack([f(x) for f in result.functions], axis=1), atol=1e-9)
