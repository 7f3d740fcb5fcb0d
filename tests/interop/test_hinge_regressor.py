"""HingeRegressor keeps scikit-learn's conventions, and is the best fit with one feature."""

from typing import Any

import numpy as np
import pytest

from hinges import Best, InvalidInputError, example, fit

pytestmark = pytest.mark.needs("sklearn", "pandas")

SINE = example("sine")
X, Y = SINE.x, SINE.y[:, 0]


@pytest.fixture
def make():
    from hinges import HingeRegressor

    return HingeRegressor


@pytest.fixture
def additive():
    """Rows of |x0| + max(x1, 0.3) - x2, with two features that do not matter."""
    x = np.random.default_rng(0).uniform(-1, 1, (300, 5))
    return x, np.abs(x[:, 0]) + np.maximum(x[:, 1], 0.3) - x[:, 2]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learn_checks_it(make):
    from sklearn.utils.estimator_checks import check_estimator

    found = check_estimator(make(), on_fail=None)
    failed = {each["check_name"]: each["exception"] for each in found if each["status"] not in {"passed", "skipped"}}
    assert not failed
    assert sum(each["status"] == "passed" for each in found) >= 58


def test_one_feature_is_the_best_there_is(make):
    model = make(units=10).fit(X, Y)
    best = fit(SINE, Best(units=10))
    np.testing.assert_array_equal(model.predict(X), best.network(X)[:, 0])
    assert model.loss_ == best.loss
    assert best.bounds is not None
    assert model.bounds_.lower == best.bounds.lower > 0
    assert model.components_[0].distance(best.function, interval=(0, 10)) < 1e-12
    assert model.intercept_ == 0.0


def test_largest_error_and_wishes_with_one_feature(make):
    assert make(units=6, loss="max").fit(X, Y).loss_ == fit(SINE, Best(units=6, loss="max")).loss
    model = make(units=3, slope_bounds=(0, None)).fit(X, Y)
    assert (model.components_[0].slopes >= 0).all()


def test_hinges_are_found_in_every_feature_that_matters(make, additive):
    x, y = additive
    model = make(units=5).fit(x, y)  # 2 for |x0|, 2 for the maximum (or 1), 1 for the line
    assert model.loss_ < 1e-20
    assert set(model.components_) == {0, 1, 2}
    assert model.bounds_ is None
    together = model.intercept_ + sum(f(x[:, j]) for j, f in model.components_.items())
    np.testing.assert_allclose(together, model.predict(x), rtol=0, atol=1e-12)
    np.testing.assert_allclose(np.ptp(model.components_[2](x[:, 2]) + x[:, 2]), 0, atol=1e-12)


def test_more_hinges_never_fit_worse(make):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(120, 3))
    y = np.sin(2 * x[:, 0]) + x[:, 1] ** 2 + rng.normal(size=120) * 0.1
    losses = [make(units=n).fit(x, y).loss_ for n in (1, 2, 4, 8)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.1 * losses[0]


@pytest.mark.parametrize("several", [False, True])
def test_a_row_of_weight_two_is_that_row_twice_and_weight_none_no_row(make, additive, several):
    x, y = (additive[0], additive[1] + np.sin(9 * additive[0][:, 0])) if several else (X[:40], Y[:40])
    weights = np.arange(len(y)) % 3
    weighted = make(units=4).fit(x, y, sample_weight=weights).predict(x)
    repeated = make(units=4).fit(np.repeat(x, weights, axis=0), np.repeat(y, weights)).predict(x)
    np.testing.assert_allclose(weighted, repeated, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_data_far_from_zero(make, additive, offset):
    x, y = additive
    model = make(units=5).fit(x + offset, y)
    assert model.loss_ < (1e-20 if offset == 0 else 1e-13)


def test_pipelines_clones_grids_and_names(make, additive):
    import pandas as pd
    from sklearn.base import clone
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = additive
    frame = pd.DataFrame(x, columns=list("abcde"))
    model = make_pipeline(StandardScaler(), make(units=5)).fit(frame, y)
    assert model.score(frame, y) > 0.9999
    assert list(make(units=5).fit(frame, y).feature_names_in_) == list("abcde")
    found = GridSearchCV(make(), {"units": [1, 5]}, cv=3).fit(x, y)
    assert found.best_params_ == {"units": 5}
    copy: Any = clone(make(units=7, shape="convex"))
    assert copy.get_params() == make(units=7, shape="convex").get_params()


def test_a_constant_and_a_single_value_of_x(make):
    assert make().fit([[0.0], [1.0], [2.0]], [3.0, 3.0, 3.0]).predict([[5.0]]) == 3.0
    model = make().fit(np.ones((4, 2)), [1.0, 2.0, 3.0, 4.0])
    assert model.predict([[7.0, 7.0]]) == 2.5
    assert model.components_ == {}
    assert model.intercept_ == 2.5


def test_it_can_be_drawn(make, additive):
    pytest.importorskip("matplotlib")
    figure = make(units=5).fit(*additive).plot(data=additive)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["x0", "x2", "x1"] or len(figure.axes) == 3
    one = make(units=4).fit(X, Y)
    axes = figure.axes[0]
    assert one.plot(ax=axes) is axes
    with pytest.raises(InvalidInputError, match="data has 5 features, and the estimator 1"):
        one.plot(data=additive)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"units": 0}, "units"),
        ({"units": 2.5}, "units"),
        ({"loss": "mae"}, "loss"),
        ({"loss": "max"}, "loss='max' holds for one feature, and X has 5"),
        ({"shape": "convex"}, "shape='convex' holds for one feature"),
        ({"slope_bounds": (0, 1)}, "slope_bounds"),
        ({"min_gap": 0.5}, "min_gap"),
    ],
)
def test_settings_that_cannot_be_met(make, additive, settings, sentence):
    with pytest.raises(InvalidInputError, match=sentence.replace("(", r"\(")):
        make(**settings).fit(*additive)


def test_weights_that_are_none(make, additive):
    for weights, sentence in (([1.0, 2.0], "sample_weight has shape"), (-np.ones(300), "negative")):
        with pytest.raises(InvalidInputError, match=sentence):
            make().fit(*additive, sample_weight=weights)
